/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of several lines (IRCv3 client-batch, multiline): how one is gathered from a guest. Inside the engine it is one text with line
 * feeds, of which lines are made again for whoever gets it: in a batch or one by one. */
#include "hs-engine-private.h"

#include <string.h>

#include "hs-grapheme.h"

struct _HsDraft
{
  char *reference;
  char *target;
  char *tags;    /* (nullable) client-only, of the opening BATCH */
  char *label;   /* (nullable) of the same */
  char *command; /* (nullable) of the first line; the others have the same */
  GString *text;
  guint n_lines;
  gint64 since;  /* Unix µs */
  gboolean failed; /* its sender has been told: all that follows is passed over, up to its end */
};

void
hs_draft_free (HsDraft *self)
{
  g_free (self->reference);
  g_free (self->target);
  g_free (self->tags);
  g_free (self->label);
  g_free (self->command);
  g_string_free (self->text, TRUE);
  g_free (self);
}

static HsDraft *
get_draft (const HsPeer *peer)
{
  return peer->extra != NULL ? peer->extra->draft : NULL;
}

/* What has failed is passed over, and no longer cheap. */
gboolean
hs_peer_is_composing (HsPeer *self, const char *line, gsize len)
{
  const HsDraft *draft = get_draft (self);
  g_autofree char *copy = NULL, *reference = NULL;
  HsIrcMessage message;

  if (draft == NULL || draft->failed || len == 0 || *line != '@')
    return FALSE;
  copy = g_strndup (line, len);
  if (!hs_irc_message_parse (&message, copy, strlen (copy), NULL) || message.tags == NULL)
    return FALSE;
  reference = hs_irc_message_dup_tag (&message, "batch");
  return g_strcmp0 (reference, draft->reference) == 0;
}

static gboolean
is_too_old (HsEngine *self, const HsDraft *draft)
{
  return self->now > draft->since + HS_DRAFT_MS * G_TIME_SPAN_MILLISECOND;
}

/* FAIL BATCH CODE [context …] :words. Nothing of it is delivered. */
static void
refuse (HsEngine *self, HsPeer *peer, const char *code, const char *first, const char *second, const char *words)
{
  g_autoptr (GString) out = g_string_new (NULL);
  HsDraft *draft = get_draft (peer);
  HsIrcMessage message;

  if (draft != NULL)
    draft->failed = TRUE;
  if (second != NULL)
    hs_irc_message_set (&message, self->server_name, "FAIL", "BATCH", code, first, second, words, NULL);
  else if (first != NULL)
    hs_irc_message_set (&message, self->server_name, "FAIL", "BATCH", code, first, words, NULL);
  else
    hs_irc_message_set (&message, self->server_name, "FAIL", "BATCH", code, words, NULL);
  hs_irc_message_format (&message, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* ---- Opening and closing ---- */

static void
open_draft (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *reference = message->params[0] + 1;
  const char *type = hs_irc_message_param (message, 1);
  HsDraft *draft = get_draft (peer);

  if (draft != NULL && is_too_old (self, draft))
    g_clear_pointer (&peer->extra->draft, hs_draft_free);
  if (*reference == '\0' || strlen (reference) > HS_CAP_LABEL_MAX)
    refuse (self, peer, "INVALID_REFTAG", *reference != '\0' ? "*" : NULL, NULL, "This is no reference");
  else if (strcmp (type, "draft/multiline") != 0)
    refuse (self, peer, "UNKNOWN_TYPE", reference, *type != '\0' ? type : "*", "No batch of this type is known");
  else if (message->n_params < 3)
    hs_engine_reply (self, peer, HS_ERR_NEEDMOREPARAMS, "BATCH", "Not enough parameters", NULL);
  else if (get_draft (peer) != NULL)
    refuse (self, peer, "MULTILINE_INVALID", NULL, NULL, "A batch is open already");
  else
    {
      draft = g_new0 (HsDraft, 1);
      draft->reference = g_strdup (reference);
      draft->target = g_strdup (message->params[2]);
      draft->tags = message->tags != NULL ? hs_irc_tags_dup_client_only (message->tags) : NULL;
      draft->label = hs_engine_take_label (self, peer);
      draft->text = g_string_new (NULL);
      draft->since = self->now;
      hs_peer_get_extra (peer)->draft = draft;
    }
}

static void
deliver (HsEngine *self, HsPeer *peer, const HsDraft *draft)
{
  if (draft->label != NULL)
    hs_engine_begin_label (self, peer, draft->label);
  if (draft->text->str[strspn (draft->text->str, "\n")] == '\0')
    refuse (self, peer, "MULTILINE_INVALID", NULL, NULL, "Invalid multiline batch with blank lines only");
  else
    hs_engine_say_multiline (self, peer, draft->command, draft->target, draft->text->str, draft->tags);
  if (draft->label != NULL)
    hs_engine_end_label (self);
}

static void
close_draft (HsEngine *self, HsPeer *peer, const char *reference)
{
  HsDraft *draft = get_draft (peer);

  if (draft == NULL || strcmp (draft->reference, reference) != 0)
    {
      refuse (self, peer, "INVALID_REFTAG", *reference != '\0' ? reference : NULL, NULL, "No such batch is open");
      return;
    }
  peer->extra->draft = NULL;
  if (!draft->failed)
    deliver (self, peer, draft);
  hs_draft_free (draft);
}

void
hs_command_batch (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const HsCap needed = HS_CAP_BATCH | HS_CAP_MULTILINE;

  if ((peer->caps & needed) != needed)
    hs_engine_reply (self, peer, HS_ERR_UNKNOWNCOMMAND, "BATCH", "Unknown command", NULL);
  else if (message->params[0][0] == '+')
    open_draft (self, peer, message);
  else if (message->params[0][0] == '-')
    close_draft (self, peer, message->params[0] + 1);
  else
    refuse (self, peer, "INVALID_REFTAG", NULL, NULL, "A batch begins with + and ends with -");
}

/* ---- Lines ---- */

/* Each breaks one rule of the specification. */
static gboolean
is_refused (HsEngine *self, HsPeer *peer, HsDraft *draft, const HsIrcMessage *message, gboolean joined)
{
  const char *text = hs_irc_message_param (message, 1);

  if (is_too_old (self, draft))
    refuse (self, peer, "TIMEOUT", draft->reference, NULL, "The batch was left open for too long");
  else if (strcmp (message->command, "PRIVMSG") != 0 && strcmp (message->command, "NOTICE") != 0)
    refuse (self, peer, "MULTILINE_INVALID", NULL, NULL, "Only PRIVMSG and NOTICE stand in a multiline batch");
  else if (draft->command != NULL && strcmp (draft->command, message->command) != 0)
    refuse (self, peer, "MULTILINE_INVALID", NULL, NULL, "Invalid multiline batch: PRIVMSG and NOTICE together");
  else if (strcmp (hs_irc_message_param (message, 0), draft->target) != 0)
    refuse (self, peer, "MULTILINE_INVALID_TARGET", draft->target, *hs_irc_message_param (message, 0) != '\0' ? message->params[0] : "*",
            "Invalid multiline target");
  else if (joined && *text == '\0')
    refuse (self, peer, "MULTILINE_INVALID", NULL, NULL, "Invalid multiline batch with concatenated blank line");
  else if (draft->n_lines >= HS_MULTILINE_MAX_LINES)
    refuse (self, peer, "MULTILINE_MAX_LINES", G_STRINGIFY (HS_MULTILINE_MAX_LINES), NULL, "Multiline batch max-lines exceeded");
  else if (draft->text->len + strlen (text) + (draft->n_lines > 0 && !joined) > HS_MULTILINE_MAX_BYTES)
    refuse (self, peer, "MULTILINE_MAX_BYTES", G_STRINGIFY (HS_MULTILINE_MAX_BYTES), NULL, "Multiline batch max-bytes exceeded");
  else
    return FALSE;
  return TRUE;
}

static void
add_line (HsEngine *self, HsPeer *peer, HsDraft *draft, const HsIrcMessage *message)
{
  g_autofree char *concat = hs_irc_message_dup_tag (message, "draft/multiline-concat");

  if (draft->failed || is_refused (self, peer, draft, message, concat != NULL))
    return;
  if (draft->n_lines++ > 0 && concat == NULL)
    g_string_append_c (draft->text, '\n');
  g_string_append (draft->text, hs_irc_message_param (message, 1));
  if (draft->command == NULL)
    draft->command = g_strdup (message->command);
}

gboolean
hs_engine_take_draft_line (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autofree char *reference = NULL;
  HsDraft *draft = get_draft (peer);

  if (message->tags == NULL || (peer->caps & HS_CAP_MULTILINE) == 0)
    return FALSE;
  reference = hs_irc_message_dup_tag (message, "batch");
  if (reference == NULL)
    return FALSE;
  if (draft == NULL || strcmp (draft->reference, reference) != 0)
    refuse (self, peer, "INVALID_REFTAG", *reference != '\0' ? reference : NULL, NULL, "No such batch is open");
  else
    add_line (self, peer, draft, message);
  return TRUE;
}

/* ---- Making lines of it again ---- */

static gsize
measure_line (const HsIrcMessage *message)
{
  return strlen (message->source != NULL ? message->source : "") + strlen (message->command) + strlen (hs_irc_message_param (message, 0)) +
         strlen (":   :\r\n");
}

gboolean
hs_engine_has_several_lines (const HsIrcMessage *message)
{
  const char *text = hs_irc_message_param (message, 1);

  if (message->n_params != 2 || (strcmp (message->command, "PRIVMSG") != 0 && strcmp (message->command, "NOTICE") != 0))
    return FALSE;
  return strchr (text, '\n') != NULL || measure_line (message) + strlen (text) > HS_LINE_MAX;
}

/* How much of @len bytes of a line goes into one: up to a space if there is one in the second half, which stays at its end. */
static gsize
cut_piece (const char *text, gsize len, gsize max)
{
  gsize piece = hs_grapheme_split (text, len, max);

  if (piece == len)
    return len;
  for (gsize i = piece; i > piece / 2; i--)
    if (text[i - 1] == ' ' && hs_grapheme_is_boundary (text, len, i))
      return i;
  return piece;
}

static void
append_tagged (const HsIrcMessage *message, const char *batch, const char *tags, GString *out)
{
  g_autoptr (GString) all = g_string_new (NULL);
  HsIrcMessage line = *message;

  if (batch != NULL)
    hs_irc_tags_append (all, "batch", batch);
  if (*tags != '\0')
    g_string_append_printf (all, "%s%s", all->len > 0 ? ";" : "", tags);
  line.tags = all->len > 0 ? all->str : NULL;
  hs_irc_message_format (&line, out);
}

/* The lines of a text, those too long in pieces. @inside: they stand in a multiline batch; else blank ones are left out. */
static void
append_pieces (const HsIrcMessage *message, const char *batch, gboolean inside, const char *first_tags, const char *more_tags, GString *out)
{
  g_auto (GStrv) lines = g_strsplit (message->params[1], "\n", -1);
  gsize max = HS_LINE_MAX - measure_line (message);
  HsIrcMessage line = *message;
  gboolean first = TRUE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *rest = lines[i];
      gsize len = strlen (rest);

      if (len == 0 && !inside)
        continue;
      do
        {
          gsize part = cut_piece (rest, len, max);
          g_autofree char *piece = g_strndup (rest, part);

          line.params[1] = piece;
          append_tagged (&line, batch, inside && rest != lines[i] ? "draft/multiline-concat" : first ? first_tags : more_tags, out);
          first = FALSE;
          rest += part;
          len -= part;
        }
      while (len > 0);
    }
}

void
hs_engine_append_lines (HsEngine *self, const HsIrcMessage *message, const char *first_tags, const char *more_tags, const char *outer,
                        gboolean multiline, GString *out)
{
  g_autofree char *reference = NULL, *opening = NULL, *closing = NULL;
  HsIrcMessage batch;

  if (!hs_engine_has_several_lines (message))
    {
      append_tagged (message, outer, first_tags, out);
      return;
    }
  if (!multiline)
    {
      append_pieces (message, outer, FALSE, first_tags, more_tags, out);
      return;
    }
  reference = g_strdup_printf ("%" G_GINT64_MODIFIER "x", ++self->next_batch);
  opening = g_strconcat ("+", reference, NULL);
  closing = g_strconcat ("-", reference, NULL);
  hs_irc_message_set (&batch, message->source, "BATCH", opening, "draft/multiline", message->params[0], NULL);
  append_tagged (&batch, outer, first_tags, out);
  append_pieces (message, reference, TRUE, "", "", out);
  hs_irc_message_set (&batch, self->server_name, "BATCH", closing, NULL);
  append_tagged (&batch, outer, "", out);
}
