/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes out, in the order it was said, and what becomes of own messages: stored, written, acknowledged, accepted, or visibly not.
 * A message is stored before it is written, which takes a moment on the store's thread: what is said after it waits behind it. */
#include "hs-session-impl.h"

#include <string.h>
#include <sys/random.h>

#include "hs-grapheme.h"
#include "hs-name.h"

typedef enum
{
  OUTGOING_LINE,
  OUTGOING_MESSAGE,
  OUTGOING_LEAVE,
} OutgoingKind;

typedef struct
{
  OutgoingKind kind;
  char *line;          /* LINE */
  HsOwnMessage *own;   /* MESSAGE, borrowed */
} Outgoing;

/* Stands between the store's answer and a message that may be gone by then. */
typedef struct
{
  HsSession *session;  /* owned */
  HsEntry *entry;      /* owned */
} Ticket;

static void
outgoing_free (gpointer data)
{
  Outgoing *outgoing = data;

  g_free (outgoing->line);
  g_free (outgoing);
}

void
hs_session_clear_outgoing (HsSession *self)
{
  g_queue_clear_full (&self->outgoing, outgoing_free);
}

void
hs_own_message_free (HsOwnMessage *own)
{
  GQueue *queue = &own->conversation->session->outgoing;

  for (GList *l = queue->head; l != NULL; l = l->next)
    if (((Outgoing *) l->data)->own == own)
      {
        outgoing_free (l->data);
        g_queue_delete_link (queue, l);
        break;
      }
  g_object_unref (own->entry);
  g_clear_object (&own->passage);
  hs_history_row_free (own->row);
  g_free (own->label);
  g_free (own->line);
  g_free (own);
}

static void
set_delivery (HsOwnMessage *own, HsDelivery delivery, gboolean store)
{
  own->delivery = delivery;
  hs_room_history_set_delivery (own->conversation->history, own->entry, own->outbox, delivery, store);
}

/* ---- The queue ---- */

static guint64
send_bytes (HsSession *self, const char *data)
{
  return self->send != NULL ? self->send (self, data, strlen (data), self->send_data) : 0;
}

static void
send_own (HsSession *self, HsOwnMessage *own)
{
  own->sent = g_get_monotonic_time ();
  own->offset = send_bytes (self, own->line);
  if (own->offset == 0)
    set_delivery (own, HS_DELIVERY_FAILED, TRUE);
  else
    hs_session_passage_sent (self, own->passage, own->line, own->offset, own->sent);
}

static void
flush_outgoing (HsSession *self)
{
  g_autoptr (HsSession) hold G_GNUC_UNUSED = g_object_ref (self);

  while (!g_queue_is_empty (&self->outgoing))
    {
      Outgoing *head = g_queue_peek_head (&self->outgoing);

      if (head->kind == OUTGOING_MESSAGE && !head->own->stored)
        break;
      g_queue_pop_head (&self->outgoing);
      if (head->kind == OUTGOING_LINE)
        send_bytes (self, head->line);
      else if (head->kind == OUTGOING_MESSAGE)
        send_own (self, head->own);
      else
        g_signal_emit_by_name (self, "leave-requested");
      outgoing_free (head);
    }
}

static void
push (HsSession *self, OutgoingKind kind, char *line, HsOwnMessage *own)
{
  Outgoing *outgoing = g_new0 (Outgoing, 1);

  outgoing->kind = kind;
  outgoing->line = line;
  outgoing->own = own;
  g_queue_push_tail (&self->outgoing, outgoing);
  flush_outgoing (self);
}

void
hs_session_put_message (HsSession *self, const HsIrcMessage *message)
{
  GString *line;

  if (self->send == NULL)
    return;
  line = g_string_new (NULL);
  hs_irc_message_format (message, line);
  push (self, OUTGOING_LINE, g_string_free (line, FALSE), NULL);
}

void
hs_session_put (HsSession *self, const char *command, ...)
{
  HsIrcMessage message = { .command = command };
  va_list args;
  const char *param;

  va_start (args, command);
  while ((param = va_arg (args, const char *)) != NULL && message.n_params < HS_PARAMS_MAX)
    message.params[message.n_params++] = param;
  va_end (args);
  hs_session_put_message (self, &message);
}

void
hs_session_put_leave (HsSession *self)
{
  push (self, OUTGOING_LEAVE, NULL, NULL);
}

/* ---- Own messages ---- */

static HsOwnMessage *
find_own (HsSession *self, HsEntry *entry)
{
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->entry == entry)
        return own;
    }
  return NULL;
}

static char *
format_line (HsSession *self, HsOwnMessage *own)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  g_autofree char *action = NULL;
  GString *line;
  HsIrcMessage message = { 0 };
  const char *command = own->row->kind == HS_ENTRY_NOTICE ? "NOTICE" : "PRIVMSG";

  if (self->plain)
    return g_strdup (own->row->text);

  g_clear_pointer (&own->label, g_free);
  if (self->caps & HS_CAP_LABEL)
    {
      own->label = g_strdup_printf ("h%u", ++self->next_label);
      hs_irc_tags_append (tags, "label", own->label);
    }
  own->identified = (self->caps & HS_CAP_TAGS) != 0 && (self->caps & HS_CAP_RESUME) != 0;
  if (self->caps & HS_CAP_TAGS)
    hs_irc_tags_append (tags, HS_TAG_ID, own->row->client_id);
  if (own->row->kind == HS_ENTRY_ACTION)
    action = g_strdup_printf ("\001ACTION %s\001", own->row->text);
  hs_irc_message_set (&message, NULL, command, hs_room_get_name (own->conversation->room), action != NULL ? action : own->row->text, NULL);
  message.tags = tags->len > 0 ? tags->str : NULL;
  line = g_string_new (NULL);
  hs_irc_message_format (&message, line);
  return g_string_free (line, FALSE);
}

static void
ticket_free (gpointer data)
{
  Ticket *ticket = data;

  g_object_unref (ticket->session);
  g_clear_object (&ticket->entry);
  g_free (ticket);
}

/* A message the disk does not take is not written either: nothing is promised that cannot be kept. */
static void
on_stored (gint64 outbox, const GError *error, gpointer user_data)
{
  Ticket *ticket = user_data;
  HsSession *self = ticket->session;
  HsOwnMessage *own = find_own (self, ticket->entry);

  if (own == NULL)
    return;
  own->outbox = outbox;
  own->stored = TRUE;
  if (error != NULL)
    {
      g_message ("A message cannot be stored: %s", error->message);
      hs_session_set_error_text (self, error->message);
      for (GList *l = self->outgoing.head; l != NULL; l = l->next)
        if (((Outgoing *) l->data)->own == own)
          {
            outgoing_free (l->data);
            g_queue_delete_link (&self->outgoing, l);
            break;
          }
      set_delivery (own, HS_DELIVERY_FAILED, FALSE);
    }
  flush_outgoing (self);
}

/* 128 random bits. */
static char *
make_client_id (void)
{
  guint8 bytes[16];
  GString *id = g_string_new (NULL);

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    for (guint i = 0; i < sizeof bytes; i++)
      bytes[i] = (guint8) g_random_int_range (0, 256);
  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (id, "%02x", bytes[i]);
  return g_string_free (id, FALSE);
}

static HsPassage *
make_passage (HsSession *self, HsOwnMessage *own)
{
  HsPassage *passage = hs_passage_new (self->watch, own->row->text, TRUE);

  hs_passage_set_place (passage, own->conversation->room, own->entry);
  hs_session_keep_passage (self, own->conversation, passage);
  return passage;
}

static void
put_one (HsSession *self, HsConversation *conversation, HsEntryKind kind, const char *text, gsize len)
{
  HsOwnMessage *own = g_new0 (HsOwnMessage, 1);
  Ticket *ticket = g_new0 (Ticket, 1);
  HsHistoryRow *row = g_new0 (HsHistoryRow, 1);

  row->time = g_get_real_time () / 1000;
  row->kind = kind;
  row->flags = HS_ENTRY_OWN;
  row->delivery = HS_DELIVERY_PENDING;
  row->client_id = make_client_id ();
  row->sender = g_strdup (self->nick);
  row->shown = g_strdup (self->plain ? self->shown_name : hs_session_get_shown (self, self->nick));
  row->text = g_strndup (text, len);

  own->conversation = conversation;
  own->row = row;
  own->delivery = HS_DELIVERY_PENDING;
  own->line = format_line (self, own);
  ticket->session = g_object_ref (self);
  own->entry = hs_room_history_add_own (conversation->history, row, on_stored, ticket, ticket_free);
  ticket->entry = g_object_ref (own->entry);
  own->passage = make_passage (self, own);
  g_ptr_array_add (self->own, own);
  push (self, OUTGOING_MESSAGE, NULL, own);
}

/* What of a line is left for text: others get ":nick!user@host PRIVMSG target :text" CR LF in HS_LINE_MAX bytes. */
static gsize
text_budget (HsSession *self, HsConversation *conversation, HsEntryKind kind)
{
  gsize source = self->source != NULL ? strlen (self->source) : strlen (self->nick) + 1 + 10 + 1 + 63; /* user and host at their longest */
  gsize used = 1 + source + strlen (" PRIVMSG ") + strlen (hs_room_get_name (conversation->room)) + strlen (" :") + 2;

  if (kind == HS_ENTRY_ACTION)
    used += strlen ("\001ACTION \001");
  return used + 64 < HS_LINE_MAX ? HS_LINE_MAX - used : 64;
}

void
hs_session_put_text (HsSession *self, HsConversation *conversation, HsEntryKind kind, const char *text)
{
  gsize budget = self->plain ? HS_PLAIN_MESSAGE_MAX - 2 : text_budget (self, conversation, kind);
  gsize len = strlen (text);

  while (len > 0)
    {
      gsize n = hs_grapheme_split_words (text, len, budget);

      put_one (self, conversation, kind, text, n);
      text += n;
      len -= n;
    }
  conversation->typing_sent = 0; /* a message says that one is done typing (IRCv3 typing) */
}

/* ---- What becomes of them ---- */

static void
settle_own (HsSession *self, HsOwnMessage *own, HsDelivery delivery)
{
  HsHistoryRow *row = hs_history_row_copy (own->row);

  row->delivery = delivery;
  hs_room_history_settle (own->conversation->history, own->entry, own->outbox, row, own->passage);
  g_ptr_array_remove (self->own, own);
}

/* What failed or stayed in doubt before a message that arrived is given up to its place in the conversation. */
static void
settle_doubtful_before (HsSession *self, HsOwnMessage *accepted)
{
  for (guint i = 0; i < self->own->len;)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own == accepted)
        return;
      if (own->conversation == accepted->conversation && own->delivery >= HS_DELIVERY_FAILED && own->outbox != 0)
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
        set_delivery (own, HS_DELIVERY_WRITTEN, FALSE);
    }
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
      set_delivery (own, HS_DELIVERY_ACKNOWLEDGED, FALSE);
      hs_passage_acknowledged (own->passage, g_get_monotonic_time ());
      if (self->plain || !(self->caps & HS_CAP_ECHO)) /* nothing better will be known */
        {
          settle_doubtful_before (self, own);
          settle_own (self, own, HS_DELIVERY_ACKNOWLEDGED);
          i = 0;
        }
      else
        i++;
    }
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

static gboolean
is_waiting (const HsOwnMessage *own)
{
  return own->offset != 0 && own->delivery < HS_DELIVERY_ACCEPTED;
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
          set_delivery (own, HS_DELIVERY_FAILED, TRUE);
          return TRUE;
        }
    }
  return FALSE;
}

/* The connection is gone: what was never written surely did not arrive, the rest may have. */
void
hs_session_doubt_own (HsSession *self)
{
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->delivery < HS_DELIVERY_ACCEPTED)
        set_delivery (own, own->offset == 0 ? HS_DELIVERY_FAILED : HS_DELIVERY_UNCONFIRMED, TRUE);
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
  own->passage = make_passage (self, own);
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
  HsOwnMessage *own = find_own (self, entry);

  if (conversation == NULL || !check_online (self, error))
    return FALSE;
  if (own == NULL)
    own = adopt_left (self, conversation, entry);
  if (own == NULL) /* it has its place in the conversation already: said anew */
    {
      hs_session_put_text (self, conversation, (HsEntryKind) hs_entry_get_kind (entry), hs_entry_get_text (entry));
      return TRUE;
    }
  if (own->delivery < HS_DELIVERY_FAILED) /* on its way */
    return TRUE;

  if (own->outbox == 0) /* the disk refused it then: another try from the start */
    {
      g_autofree char *text = g_strdup (own->row->text);
      HsEntryKind kind = own->row->kind;

      hs_room_history_drop (conversation->history, entry);
      g_ptr_array_remove (self->own, own);
      hs_session_put_text (self, conversation, kind, text);
      return TRUE;
    }

  own->offset = 0;
  g_free (own->line);
  own->line = format_line (self, own);
  own->stored = TRUE;
  set_delivery (own, HS_DELIVERY_PENDING, TRUE);
  push (self, OUTGOING_MESSAGE, NULL, own);
  return TRUE;
}
