/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said while we were not there (IRCv3 draft/chathistory), and what became of our own messages that were in doubt when the connection
 * went (protocol.md, Delivery promise 3). */
#include "hs-session-impl.h"

#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"
#include "hs-secret.h"

/* One answer of the server, while it comes in. */
struct _HsHistoryBatch
{
  char *room;        /* folded */
  guint n;           /* lines */
  gint64 first_time; /* Unix ms; 0: none has one */
  char *first_id;    /* (nullable) of that line */
};

static void
batch_free (gpointer data)
{
  HsHistoryBatch *self = data;

  g_free (self->room);
  g_free (self->first_id);
  g_free (self);
}

GHashTable *
hs_session_make_histories (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, batch_free);
}

/* ---- Own messages in doubt ---- */

/* Only where the server finds repetitions by our token: elsewhere it is a person's choice (Send Again). */
static void
send_doubtful_again (HsSession *self, HsConversation *conversation)
{
  g_autoptr (GPtrArray) doubtful = g_ptr_array_new ();

  if ((self->caps & HS_CAP_RESUME) == 0 || !self->resumed)
    return;
  for (guint i = 0; i < self->own->len; i++)
    {
      HsOwnMessage *own = g_ptr_array_index (self->own, i);

      if (own->conversation == conversation && own->delivery == HS_DELIVERY_UNCONFIRMED && own->outbox != 0 && own->identified)
        g_ptr_array_add (doubtful, own->entry);
    }
  for (guint i = 0; i < doubtful->len; i++)
    hs_session_send_again (self, conversation->room, g_ptr_array_index (doubtful, i), NULL);
}

void
hs_session_send_doubtful_again (HsSession *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;

      /* A room's history is read first, and we must be in it. */
      if (hs_room_get_kind (conversation->room) == HS_ROOM_PERSON)
        send_doubtful_again (self, conversation);
    }
}

/* ---- Asking ---- */

static guint
page_size (HsSession *self)
{
  return self->history_max != 0 ? MIN (self->history_max, HS_CATCHUP_PAGE) : HS_CATCHUP_PAGE;
}

static void
ask (HsSession *self, HsConversation *conversation, const char *subcommand, const char *point)
{
  g_autofree char *limit = g_strdup_printf ("%u", page_size (self));

  hs_session_put (self, "CHATHISTORY", subcommand, hs_room_get_name (conversation->room), point, limit, NULL);
}

static void
on_last_known (gint64 time, const GError *error, gpointer user_data)
{
  HsRoomTicket *ticket = user_data;
  HsSession *self = ticket->session;
  HsConversation *conversation = hs_session_conversation_of (self, ticket->room);
  g_autofree char *point = g_strdup ("*");

  if (conversation == NULL || (self->caps & HS_CAP_CHATHISTORY) == 0 || !hs_room_is_joined (conversation->room))
    return;
  conversation->catchup_from = time;
  conversation->catchup_pages = 0;
  g_clear_pointer (&conversation->catchup_point, g_free);
  conversation->said = MAX (conversation->said, time);
  if (time != 0)
    {
      char text[25];

      /* What came in the same millisecond may be missing: what is there already is passed over. */
      hs_irc_format_time ((time - 1) * 1000, text);
      g_free (point);
      point = g_strconcat ("timestamp=", text, NULL);
    }
  ask (self, conversation, "LATEST", point);
}

void
hs_session_catch_up (HsSession *self, HsConversation *conversation)
{
  const guint needed = HS_CAP_CHATHISTORY | HS_CAP_BATCH | HS_CAP_TIME;

  if ((self->caps & needed) != needed)
    {
      send_doubtful_again (self, conversation);
      return;
    }
  hs_room_history_find_last_said (conversation->history, on_last_known, hs_room_ticket_new (self, conversation->room), hs_room_ticket_free);
}

/* ---- The answer ---- */

void
hs_session_begin_history (HsSession *self, const char *reference, const char *target)
{
  HsHistoryBatch *batch;

  if (g_hash_table_size (self->histories) >= HS_SESSION_BATCHES_MAX)
    return;
  batch = g_new0 (HsHistoryBatch, 1);
  batch->room = hs_name_fold (target);
  g_hash_table_insert (self->histories, g_strdup (reference), batch);
}

HsHistoryBatch *
hs_session_find_history (HsSession *self, const char *reference)
{
  return g_hash_table_lookup (self->histories, reference);
}

/* A page may be shorter than asked for, as its server likes, and much of it may be nothing that is shown: only one without anything says that
 * there is no more. What we had ends it too; in the same millisecond there may be more before it, if the page is full. */
static gboolean
is_more (HsSession *self, const HsConversation *conversation, const HsHistoryBatch *batch)
{
  if (conversation->catchup_from == 0 || batch->n == 0 || batch->first_time == 0)
    return FALSE;
  return batch->first_time > conversation->catchup_from || (batch->first_time == conversation->catchup_from && batch->n >= page_size (self));
}

/* The point before which more is wanted. (transfer full) */
static char *
make_point (const HsHistoryBatch *batch)
{
  char text[25];

  if (batch->first_id != NULL)
    return g_strconcat ("msgid=", batch->first_id, NULL);
  /* What came in the same millisecond may be missing, as above. */
  hs_irc_format_time ((batch->first_time + 1) * 1000, text);
  return g_strconcat ("timestamp=", text, NULL);
}

/* The server's newest come first; what is older is asked for until it meets what we have. A server that answers the same again is not asked once
 * more. */
static gboolean
ask_for_more (HsSession *self, HsConversation *conversation, const HsHistoryBatch *batch)
{
  g_autofree char *point = NULL;

  if (!is_more (self, conversation, batch) || ++conversation->catchup_pages >= HS_CATCHUP_PAGES)
    return FALSE;
  point = make_point (batch);
  if (g_strcmp0 (point, conversation->catchup_point) == 0)
    return FALSE;
  ask (self, conversation, "BEFORE", point);
  g_free (conversation->catchup_point);
  conversation->catchup_point = g_steal_pointer (&point);
  return TRUE;
}

void
hs_session_end_history (HsSession *self, const char *reference)
{
  HsHistoryBatch *batch = g_hash_table_lookup (self->histories, reference);
  HsConversation *conversation = batch != NULL ? hs_session_find_conversation (self, batch->room) : NULL;

  if (conversation != NULL && !ask_for_more (self, conversation, batch))
    send_doubtful_again (self, conversation);
  g_hash_table_remove (self->histories, reference);
}

void
hs_session_note_history (HsHistoryBatch *self, const HsIrcMessage *message)
{
  gint64 time = hs_irc_message_get_time (message) / 1000;

  self->n++;
  if (self->first_time != 0 || time == 0)
    return;
  self->first_time = time;
  self->first_id = hs_irc_message_dup_tag (message, "msgid");
}

/* ---- RESUME ---- */

void
hs_session_set_server_key (HsSession *self, const char *key)
{
  if (g_strcmp0 (self->server_key, key) == 0)
    return;
  g_free (self->server_key);
  self->server_key = g_strdup (key);
  hs_secret_set (&self->resume_token, NULL);
}

void
hs_session_forget_server (HsSession *self, const char *key)
{
  if (key == NULL || g_strcmp0 (self->server_key, key) == 0)
    hs_secret_set (&self->resume_token, NULL);
}

void
hs_session_put_resume (HsSession *self)
{
  self->resumed = self->resume_token != NULL && (self->caps & HS_CAP_RESUME) != 0;
  if (self->resumed)
    hs_session_put (self, "RESUME", self->resume_token, NULL);
}

void
hs_session_on_resume (HsSession *self, const HsEvent *event)
{
  hs_secret_set (&self->resume_token, HS_PARAM (event, 0));
}
