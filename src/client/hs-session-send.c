/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes out, in the order it was said. A message is stored before it is written, which takes a moment on the store's thread: what is said
 * after it waits behind it. What becomes of it is in -own. */
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
  OUTGOING_HALF_CLOSE,
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

static void
unqueue (HsOwnMessage *own)
{
  GQueue *queue = &own->conversation->session->outgoing;

  for (GList *l = queue->head; l != NULL; l = l->next)
    if (((Outgoing *) l->data)->own == own)
      {
        outgoing_free (l->data);
        g_queue_delete_link (queue, l);
        break;
      }
}

void
hs_own_message_free (HsOwnMessage *own)
{
  unqueue (own);
  g_object_unref (own->entry);
  g_clear_object (&own->passage);
  hs_history_row_free (own->row);
  g_free (own->label);
  g_free (own->line);
  g_free (own);
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
    hs_session_set_delivery (own, HS_DELIVERY_FAILED, TRUE);
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
        g_signal_emit_by_name (self, head->kind == OUTGOING_LEAVE ? "leave-requested" : "half-close-requested");
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

/* Announced where the server knows of it (HALFCLOSE), for the end of a stream is leaving elsewhere. */
void
hs_session_half_close (HsSession *self)
{
  if (!self->plain && (self->caps & HS_CAP_HALF_CLOSE) != 0)
    hs_session_put (self, "HALFCLOSE", NULL);
  push (self, OUTGOING_HALF_CLOSE, NULL, NULL);
}

/* ---- Own messages ---- */

/* What of a line is left for text: others get ":nick!user@host PRIVMSG target :text" CR LF in HS_LINE_MAX bytes. */
static gsize
text_budget (HsSession *self, HsConversation *conversation, HsEntryKind kind)
{
  gsize source = self->source != NULL ? strlen (self->source) : strlen (self->nick) + 1 + 10 + 1 + 63; /* user and host at their longest */
  gsize used = 1 + source + strlen (" PRIVMSG ") + strlen (hs_room_get_name (conversation->room)) + strlen (" :") + 2;

  if (self->plain)
    return HS_PLAIN_MESSAGE_MAX - 2;
  if (kind == HS_ENTRY_ACTION)
    used += strlen ("\001ACTION \001");
  return used + 64 < HS_LINE_MAX ? HS_LINE_MAX - used : 64;
}

/* Does it take a batch? */
static gboolean
has_several_lines (HsSession *self, HsConversation *conversation, HsEntryKind kind, const char *text)
{
  return strchr (text, '\n') != NULL || strlen (text) > text_budget (self, conversation, kind);
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
  own->several = hs_session_takes_lines (self, own->row->kind) && has_several_lines (self, own->conversation, own->row->kind, own->row->text);
  if (own->several)
    hs_session_append_batch (self, &message, text_budget (self, own->conversation, own->row->kind), line);
  else
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
  HsOwnMessage *own = hs_session_find_own (self, ticket->entry);

  if (own == NULL)
    return;
  own->outbox = outbox;
  own->stored = TRUE;
  if (error != NULL)
    {
      g_message ("A message cannot be stored: %s", error->message);
      hs_session_set_error_text (self, error->message);
      unqueue (own);
      hs_session_set_delivery (own, HS_DELIVERY_FAILED, FALSE);
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

HsPassage *
hs_session_make_own_passage (HsSession *self, HsOwnMessage *own)
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
  own->passage = hs_session_make_own_passage (self, own);
  g_ptr_array_add (self->own, own);
  push (self, OUTGOING_MESSAGE, NULL, own);
}

/* Lines of their own; blank ones cannot be sent. */
static void
put_lines (HsSession *self, HsConversation *conversation, HsEntryKind kind, const char *text)
{
  const gsize budget = text_budget (self, conversation, kind);

  while (*text != '\0')
    {
      gsize len = strcspn (text, "\n");
      gsize n = hs_grapheme_split_words (text, len, budget);

      if (n > 0)
        put_one (self, conversation, kind, text, n);
      text += n + (n == len && text[len] == '\n');
    }
}

/* As few messages as the server's limits allow; none begins or ends with a blank line. */
static void
put_batches (HsSession *self, HsConversation *conversation, HsEntryKind kind, const char *text)
{
  const gsize budget = text_budget (self, conversation, kind);

  while (*(text += strspn (text, "\n")) != '\0')
    {
      gsize n = hs_session_fill_batch (self, text, strlen (text), budget), len = n;

      while (text[len - 1] == '\n')
        len--;
      put_one (self, conversation, kind, text, len);
      text += n;
    }
}

/* Nobody sees what stands behind a line's last word, and much pasted text has a CR there. */
static char *
dup_chomped (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_strchomp (lines[i]);
  return g_strjoinv ("\n", lines);
}

void
hs_session_put_text (HsSession *self, HsConversation *conversation, HsEntryKind kind, const char *text)
{
  g_autofree char *chomped = self->plain ? g_strdup (text) : dup_chomped (text);

  if (self->plain && self->transport == HS_TCP_TRANSPORT_UDP) /* one text, one datagram */
    put_one (self, conversation, kind, text, strlen (text));
  else if (hs_session_takes_lines (self, kind))
    put_batches (self, conversation, kind, chomped);
  else
    put_lines (self, conversation, kind, chomped);
  conversation->typing_sent = 0; /* a message says that one is done typing (IRCv3 typing) */
}

gboolean
hs_session_can_put_again (HsSession *self, HsOwnMessage *own)
{
  return self->plain || hs_session_takes_lines (self, own->row->kind) || !has_several_lines (self, own->conversation, own->row->kind, own->row->text);
}

void
hs_session_put_again (HsSession *self, HsOwnMessage *own)
{
  own->offset = 0;
  g_free (own->line);
  own->line = format_line (self, own);
  own->stored = TRUE;
  hs_session_set_delivery (own, HS_DELIVERY_PENDING, TRUE);
  push (self, OUTGOING_MESSAGE, NULL, own);
}
