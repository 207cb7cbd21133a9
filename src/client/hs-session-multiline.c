/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of several lines (IRCv3 client-batch, multiline): one text with line feeds to a person, lines in a batch on the wire. Where the server
 * takes no batches, each line is a message of its own, which is -send's affair. */
#include "hs-session-impl.h"

#include <string.h>

#include "hs-grapheme.h"

#define CONCAT "draft/multiline-concat"

/* A batch that is coming in. */
typedef struct
{
  char *tags, *source, *label, *outer; /* (nullable) of the opening line; @outer: the batch around it */
  char *target;
  char *command;   /* (nullable) of the first line */
  GString *text;
  guint n_lines;
  gint64 time;     /* Unix ms */
  GString *bytes;  /* as they came, for the passage */
  guint64 begin;   /* of @bytes in the stream */
} Gathered;

static void
gathered_free (gpointer data)
{
  Gathered *self = data;

  g_free (self->tags);
  g_free (self->source);
  g_free (self->label);
  g_free (self->outer);
  g_free (self->target);
  g_free (self->command);
  g_string_free (self->text, TRUE);
  g_string_free (self->bytes, TRUE);
  g_free (self);
}

GHashTable *
hs_session_make_gathered (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, gathered_free);
}

/* ---- What the server takes ---- */

/* "max-bytes=4096,max-lines=24": without the first there is no capability to be used, without the second any number. FALSE: not to be asked for. */
gboolean
hs_session_set_multiline (HsSession *self, const char *value)
{
  g_auto (GStrv) words = g_strsplit (value, ",", -1);
  guint64 bytes = 0, lines = HS_MULTILINE_MAX_LINES;

  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_has_prefix (words[i], "max-bytes="))
      bytes = g_ascii_strtoull (words[i] + strlen ("max-bytes="), NULL, 10);
    else if (g_str_has_prefix (words[i], "max-lines="))
      lines = g_ascii_strtoull (words[i] + strlen ("max-lines="), NULL, 10);
  if (bytes < HS_LINE_MAX || lines < 2)
    return FALSE;
  self->multiline_bytes = MIN (bytes, HS_MULTILINE_MAX_BYTES);
  self->multiline_lines = MIN (lines, HS_MULTILINE_MAX_LINES);
  return TRUE;
}

gboolean
hs_session_takes_lines (HsSession *self, HsEntryKind kind)
{
  const guint needed = HS_CAP_BATCH | HS_CAP_MULTILINE;

  return !self->plain && kind != HS_ENTRY_ACTION && (self->caps & needed) == needed;
}

/* ---- What goes ---- */

static gsize
next_piece (const char *text, gsize len, gsize budget)
{
  const char *end = memchr (text, '\n', len);

  return hs_grapheme_split_words (text, end != NULL ? (gsize) (end - text) : len, budget);
}

gsize
hs_session_fill_batch (HsSession *self, const char *text, gsize len, gsize budget)
{
  gsize at = 0;

  for (guint n = 0; at < len && n < self->multiline_lines; n++)
    {
      gsize piece = next_piece (text + at, len - at, budget);

      if (at + piece > self->multiline_bytes)
        break;
      at += piece;
      at += at < len && text[at] == '\n';
    }
  return at;
}

/* Its tags, the message's own, stand on the line that opens it. */
void
hs_session_append_batch (HsSession *self, const HsIrcMessage *message, gsize budget, GString *out)
{
  g_autofree char *reference = g_strdup_printf ("m%u", ++self->next_label);
  g_autofree char *opening = g_strconcat ("+", reference, NULL), *closing = g_strconcat ("-", reference, NULL);
  const char *text = message->params[1];
  gsize len = strlen (text);
  HsIrcMessage line;

  hs_irc_message_set (&line, NULL, "BATCH", opening, "draft/multiline", message->params[0], NULL);
  line.tags = message->tags;
  hs_irc_message_format (&line, out);
  for (gboolean concat = FALSE, more = TRUE; more;)
    {
      g_autoptr (GString) tags = g_string_new (NULL);
      gsize n = next_piece (text, len, budget);
      g_autofree char *piece = g_strndup (text, n);

      hs_irc_tags_append (tags, "batch", reference);
      if (concat)
        hs_irc_tags_append (tags, CONCAT, NULL);
      hs_irc_message_set (&line, NULL, message->command, message->params[0], piece, NULL);
      line.tags = tags->str;
      hs_irc_message_format (&line, out);
      concat = n < len && text[n] != '\n';
      more = n < len;
      n += more && !concat;
      text += n;
      len -= n;
    }
  hs_irc_message_set (&line, NULL, "BATCH", closing, NULL);
  line.tags = NULL;
  hs_irc_message_format (&line, out);
}

/* ---- What comes ---- */

/* Lines that do not follow each other in the stream: what came last is kept. */
static void
keep_bytes (HsSession *self, Gathered *gathered)
{
  if (self->heard == NULL)
    return;
  if (gathered->begin + gathered->bytes->len != self->heard->stamp.offset || gathered->bytes->len > 2 * HS_MULTILINE_MAX_BYTES)
    {
      g_string_truncate (gathered->bytes, 0);
      gathered->begin = self->heard->stamp.offset;
    }
  hs_session_append_heard (self->heard, gathered->bytes);
}

/* FALSE: too many are open; the lines are messages of their own then. */
gboolean
hs_session_begin_lines (HsSession *self, const HsEvent *event)
{
  const HsIrcMessage *message = event->message;
  Gathered *gathered;

  if (g_hash_table_size (self->gathered) >= HS_SESSION_BATCHES_MAX)
    return FALSE;
  gathered = g_new0 (Gathered, 1);
  gathered->tags = g_strdup (message->tags);
  gathered->source = g_strdup (message->source);
  gathered->label = g_strdup (event->label);
  gathered->outer = hs_irc_message_dup_tag (message, "batch");
  gathered->target = g_strdup (HS_PARAM (event, 2));
  gathered->text = g_string_new (NULL);
  gathered->bytes = g_string_new (NULL);
  gathered->time = event->time;
  keep_bytes (self, gathered);
  g_hash_table_replace (self->gathered, g_strdup (HS_PARAM (event, 0) + 1), gathered);
  return TRUE;
}

/* As if it had been one line. */
static void
deliver (HsSession *self, Gathered *gathered)
{
  HsIrcMessage message;
  HsHeard whole;
  const HsHeard *heard = self->heard;
  g_autofree char *text = g_strdup (gathered->text->str);
  g_autofree char *nick = NULL;
  HsEvent event = { .message = &message, .label = gathered->label, .time = gathered->time };

  if (gathered->command == NULL)
    return;
  hs_irc_message_set (&message, gathered->source, gathered->command, gathered->target, text, NULL);
  message.tags = gathered->tags;
  nick = gathered->source != NULL ? hs_irc_source_dup_nick (gathered->source) : g_strdup ("");
  event.nick = nick;
  event.own = hs_session_is_me (self, nick);
  event.history = gathered->outer != NULL ? hs_session_find_history (self, gathered->outer) : NULL;
  if (heard != NULL)
    {
      whole = *heard;
      whole.stamp.offset = gathered->begin;
      whole.stamp.length = (guint32) gathered->bytes->len;
      whole.stamp.reads = 0; /* they cannot be added: one read brings many lines */
      whole.line = gathered->bytes->str;
      whole.len = gathered->bytes->len - MIN (heard->stamp.length - MIN (heard->len, heard->stamp.length), gathered->bytes->len);
      self->heard = &whole;
    }
  hs_session_on_said (self, &event);
  self->heard = heard;
}

/* The limits are the server's own; what goes on beyond ours is shown as one more message, so that nothing is lost. */
static void
cut_if_full (HsSession *self, Gathered *gathered, gsize more)
{
  if (gathered->n_lines < HS_MULTILINE_MAX_LINES && gathered->text->len + more < HS_MULTILINE_MAX_BYTES)
    return;
  deliver (self, gathered);
  g_string_truncate (gathered->text, 0);
  gathered->n_lines = 0;
  g_clear_pointer (&gathered->tags, g_free); /* the names in it are the first one's */
  g_clear_pointer (&gathered->label, g_free);
}

gboolean
hs_session_gather_line (HsSession *self, const HsIrcMessage *message, const char *reference)
{
  Gathered *gathered = g_hash_table_lookup (self->gathered, reference);
  g_autofree char *concat = NULL;
  const char *text = hs_irc_message_param (message, 1);

  if (gathered == NULL || message->n_params < 2 || (strcmp (message->command, "PRIVMSG") != 0 && strcmp (message->command, "NOTICE") != 0))
    return FALSE;
  concat = hs_irc_message_dup_tag (message, CONCAT);
  cut_if_full (self, gathered, strlen (text) + 1);
  if (gathered->n_lines++ > 0 && concat == NULL)
    g_string_append_c (gathered->text, '\n');
  g_string_append (gathered->text, text);
  if (gathered->command == NULL)
    gathered->command = g_strdup (message->command);
  if (gathered->source == NULL)
    gathered->source = g_strdup (message->source);
  keep_bytes (self, gathered);
  return TRUE;
}

void
hs_session_end_lines (HsSession *self, const char *reference)
{
  gpointer key = NULL, gathered = NULL;

  if (!g_hash_table_steal_extended (self->gathered, reference, &key, &gathered))
    return;
  keep_bytes (self, gathered);
  deliver (self, gathered);
  gathered_free (gathered);
  g_free (key);
}
