/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of own messages once they went out: written, acknowledged, accepted, or visibly not. */
#include "hs-session-impl.h"

#include <string.h>

#include "hs-name.h"

HsOwnMessage *
hs_session_find_own (HsSession *self, HsEntry *entry)
{
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->entry == entry)
        return own;
    }
  return NULL;
}

void
hs_session_set_delivery (HsOwnMessage *own, HsDelivery delivery, gboolean store)
{
  own->delivery = delivery;
  hs_room_history_set_delivery (own->conversation->history, own->entry, own->outbox, delivery, store);
}

static void
settle_own (HsSession *self, HsOwnMessage *own, HsDelivery delivery)
{
  HsHistoryRow *row = hs_history_row_copy (own->row);

  row->delivery = delivery;
  hs_room_history_settle (own->conversation->history, own->entry, own->outbox, row, own->passage);
  g_ptr_array_remove (self->own, own);
}

/* What failed or stayed in doubt before a message that arrived is given up to its place in the conversation; what the disk did not take then
 * is tried again now: else it would stand behind this one for ever. */
static void
settle_doubtful_before (HsSession *self, HsOwnMessage *accepted)
{
  for (guint i = 0; i < self->own->len;)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own == accepted)
        return;
      if (own->conversation == accepted->conversation && own->delivery >= HS_DELIVERY_FAILED && own->stored)
        settle_own (self, own, own->delivery);
      else
        i++;
    }
}

void
hs_session_written (HsSession *self, guint64 offset)
{
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->offset != 0 && own->offset <= offset && own->delivery == HS_DELIVERY_PENDING)
        hs_session_set_delivery (own, self->transport == HS_TCP_TRANSPORT_UDP ? HS_DELIVERY_SENT : HS_DELIVERY_WRITTEN, FALSE);
    }
}

/* Where nothing better will be known. On a local socket what is written stands in the other program's queue: there is no TCP that could say so. */
static HsDelivery
best_delivery (HsSession *self)
{
  return self->transport == HS_TCP_TRANSPORT_UNIX ? HS_DELIVERY_HANDED : HS_DELIVERY_ACKNOWLEDGED;
}

void
hs_session_acknowledged (HsSession *self, guint64 offset)
{
  for (guint i = 0; i < self->own->len;)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->offset == 0 || own->offset > offset || own->delivery >= HS_DELIVERY_ACKNOWLEDGED)
        {
          i++;
          continue;
        }
      hs_session_set_delivery (own, best_delivery (self), FALSE);
      hs_passage_acknowledged (own->passage, g_get_monotonic_time ());
      if (self->plain || !(self->caps & HS_CAP_ECHO)) /* nothing better will be known */
        {
          settle_doubtful_before (self, own);
          settle_own (self, own, best_delivery (self));
          i = 0;
        }
      else
        i++;
    }
}

/* ---- Datagrams ---- */

gboolean
hs_session_settle_sent (HsSession *self, gint64 time)
{
  gboolean left = FALSE;

  for (guint i = 0; i < self->own->len;)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->delivery != HS_DELIVERY_SENT || own->sent >= time)
        {
          left |= own->delivery == HS_DELIVERY_SENT;
          i++;
          continue;
        }
      settle_doubtful_before (self, own);
      settle_own (self, own, HS_DELIVERY_SENT);
      i = 0;
    }
  return left;
}

/* Of several with the same bytes the oldest: they come back in the order they left, mostly, and it makes no difference to anybody. */
gboolean
hs_session_bounced (HsSession *self, const char *data, gsize len)
{
  for (guint i = 0; len > 0 && i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);
      const HsPassageFacts *facts = hs_passage_get_facts (own->passage);

      if (own->delivery != HS_DELIVERY_SENT || facts->len < len || memcmp (facts->line, data, len) != 0)
        continue;
      hs_session_set_delivery (own, HS_DELIVERY_FAILED, TRUE);
      hs_passage_bounced (own->passage, g_get_monotonic_time ());
      return TRUE;
    }
  return FALSE;
}

gboolean
hs_session_awaits_ack (HsSession *self)
{
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->offset != 0 && own->delivery < HS_DELIVERY_ACKNOWLEDGED)
        return TRUE;
    }
  return FALSE;
}

/* What is to come may still say more of it. */
static gboolean
is_undecided (const HsOwnMessage *own)
{
  return own->delivery < HS_DELIVERY_ACCEPTED || own->delivery == HS_DELIVERY_HANDED;
}

static gboolean
is_waiting (const HsOwnMessage *own)
{
  return own->offset != 0 && is_undecided (own);
}

/* By label, else by our id, else the oldest with the same words to the same place. */
static HsOwnMessage *
find_echoed (HsSession *self, const char *label, const char *id, const char *target, const char *text)
{
  HsOwnMessage *same = NULL;

  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (!is_waiting (own))
        continue;
      if (label != NULL && g_strcmp0 (own->label, label) == 0)
        return own;
      if (id != NULL && g_strcmp0 (own->row->client_id, id) == 0)
        return own;
      if (same == NULL && hs_name_equal (hs_room_get_name (own->conversation->room), target) && g_strcmp0 (own->row->text, text) == 0)
        same = own;
    }
  return label == NULL && id == NULL ? same : NULL;
}

/* As the server has it, and the others see it. */
static void
take_place (HsOwnMessage *own, const HsIrcMessage *message, const char *text, gint64 time)
{
  g_autofree char *msgid = hs_irc_message_dup_tag (message, "msgid");

  own->row->time = time;
  g_free (own->row->msgid);
  own->row->msgid = msgid != NULL && *msgid != '\0' ? g_steal_pointer (&msgid) : NULL;
  g_free (own->row->text);
  own->row->text = g_strdup (text);
  hs_passage_set_msgid (own->passage, own->row->msgid);
}

gboolean
hs_session_accept_echo (HsSession *self, const HsIrcMessage *message, const char *label, const char *target, const char *text, gint64 time)
{
  g_autofree char *id = hs_irc_message_dup_tag (message, HS_TAG_ID);
  HsOwnMessage *own = find_echoed (self, label, id, target, text);

  if (own == NULL)
    return FALSE;
  hs_session_set_lag (self, (int) ((g_get_monotonic_time () - own->sent) / 1000));
  hs_passage_accepted (own->passage, self->heard != NULL ? self->heard->stamp.time : g_get_monotonic_time ());
  take_place (own, message, text, time);
  settle_doubtful_before (self, own);
  settle_own (self, own, HS_DELIVERY_ACCEPTED);
  return TRUE;
}

gboolean
hs_session_accept_remembered (HsSession *self, const HsIrcMessage *message, const char *nick, const char *text, gint64 time)
{
  g_autofree char *id = hs_irc_message_dup_tag (message, HS_TAG_ID);

  for (guint i = 0; id != NULL && i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->outbox == 0 || g_strcmp0 (own->row->client_id, id) != 0 || !hs_name_equal (own->row->sender, nick))
        continue;
      take_place (own, message, text, time);
      if (own->passage != NULL)
        hs_passage_accepted (own->passage, g_get_monotonic_time ());
      settle_own (self, own, HS_DELIVERY_ACCEPTED);
      return TRUE;
    }
  return FALSE;
}

gboolean
hs_session_refuse_own (HsSession *self, const char *label, const char *target)
{
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (!is_waiting (own))
        continue;
      if (label != NULL ? g_strcmp0 (own->label, label) == 0 : hs_name_equal (hs_room_get_name (own->conversation->room), target))
        {
          hs_session_set_delivery (own, HS_DELIVERY_FAILED, TRUE);
          return TRUE;
        }
    }
  return FALSE;
}

/* A batch that was not taken: the refusal names none, but we send one after the other, and they are answered so. */
HsConversation *
hs_session_refuse_lines (HsSession *self)
{
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (!is_waiting (own) || !own->several)
        continue;
      hs_session_set_delivery (own, HS_DELIVERY_FAILED, TRUE);
      return own->conversation;
    }
  return NULL;
}

/* The connection is gone: what was never written surely did not arrive, the rest may have. */
void
hs_session_doubt_own (HsSession *self)
{
  hs_session_settle_sent (self, G_MAXINT64);
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (is_undecided (own))
        hs_session_set_delivery (own, own->offset == 0 ? HS_DELIVERY_FAILED : HS_DELIVERY_UNCONFIRMED, TRUE);
    }
}

guint
hs_session_count_doubtful (HsSession *self, HsConversation *conversation)
{
  guint n = 0;

  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      n += own->conversation == conversation && (own->delivery == HS_DELIVERY_FAILED || own->delivery == HS_DELIVERY_UNCONFIRMED);
    }
  return n;
}

static HsOwnMessage *
adopt_left (HsSession *self, HsConversation *conversation, HsEntry *entry)
{
  const HsHistoryRow *row = NULL;
  gint64 outbox = 0;
  HsOwnMessage *own;

  if (!hs_room_history_find_left (conversation->history, entry, &outbox, &row))
    return NULL;
  own = g_new0 (HsOwnMessage, 1);
  own->conversation = conversation;
  own->entry = g_object_ref (entry);
  own->row = hs_history_row_copy (row);
  own->outbox = outbox;
  own->delivery = HS_DELIVERY_UNCONFIRMED;
  own->passage = hs_session_make_own_passage (self, own);
  g_ptr_array_add (self->own, own);
  return own;
}

static gboolean
check_online (HsSession *self, GError **error)
{
  if (self->state == HS_SESSION_ONLINE)
    return TRUE;
  g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_NOT_CONNECTED, hs_session_not_connected_text (self));
  return FALSE;
}

gboolean
hs_session_send_again (HsSession *self, HsRoom *room, HsEntry *entry, GError **error)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);
  HsOwnMessage *own = hs_session_find_own (self, entry);

  if (conversation == NULL || !check_online (self, error))
    return FALSE;
  if (own == NULL)
    own = adopt_left (self, conversation, entry);
  if (own == NULL) /* it has its place in the conversation already: said anew */
    {
      hs_session_put_text (self, conversation, (HsEntryKind) hs_entry_get_kind (entry), hs_entry_get_text (entry));
      return TRUE;
    }
  if (own->delivery != HS_DELIVERY_FAILED && own->delivery != HS_DELIVERY_UNCONFIRMED) /* on its way */
    return TRUE;

  /* The disk refused it then: another try from the start. Or the server that takes it in one message is another one. */
  if (own->outbox == 0 || !hs_session_can_put_again (self, own))
    {
      hs_session_put_text (self, conversation, own->row->kind, own->row->text);
      hs_room_history_withdraw (conversation->history, entry, own->outbox);
      g_ptr_array_remove (self->own, own);
      return TRUE;
    }

  hs_session_put_again (self, own);
  return TRUE;
}
