/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From lines to what a person would call a message, and back to how far it was read; see hs-server-carried.h. */
#include "hs-server-carried.h"

#include <string.h>

#include "hs-irc-message.h"
#include "hs-name.h"

#define READ_TIME "timestamp="

static HsServerCarried *
carried_new (HsServerCarriedKind kind)
{
  HsServerCarried *self = g_new0 (HsServerCarried, 1);

  self->kind = kind;
  self->time = g_get_monotonic_time ();
  return self;
}

void
hs_server_carried_free (HsServerCarried *self)
{
  g_free (self->text);
  g_free (self->line);
  g_free (self->place);
  g_free (self->msgid);
  g_free (self);
}

/* ---- To a guest ---- */

static void
take_tags (HsServerCarried *self, const HsIrcMessage *message)
{
  g_autofree char *msgid = hs_irc_message_dup_tag (message, "msgid");

  if (self->said == 0)
    self->said = hs_irc_message_get_time (message) / 1000;
  if (self->msgid == NULL && msgid != NULL && *msgid != '\0')
    self->msgid = g_steal_pointer (&msgid);
}

/* "\001ACTION waves\001" */
static const char *
skip_action (char *text)
{
  gsize len = strlen (text);

  if (!g_str_has_prefix (text, "\001ACTION "))
    return text;
  if (text[len - 1] == '\001')
    text[len - 1] = '\0';
  return text + strlen ("\001ACTION ");
}

static void
add_text (HsServerCarried *self, const char *text, gboolean joined)
{
  g_autofree char *before = g_steal_pointer (&self->text), *copy = g_strdup (text);
  const char *words = skip_action (copy);

  self->text = before == NULL ? g_strdup (words) : g_strconcat (before, joined ? "" : "\n", words, NULL);
}

/* Of another person: the server's own words have no "!" in their source, and its own come back to it. */
static gboolean
is_said (const HsIrcMessage *message, const char *nick)
{
  g_autofree char *from = NULL;

  if (message->source == NULL || strchr (message->source, '!') == NULL || message->n_params < 2)
    return FALSE;
  if (strcmp (message->command, "PRIVMSG") != 0 && strcmp (message->command, "NOTICE") != 0)
    return FALSE;
  from = hs_irc_source_dup_nick (message->source);
  return nick == NULL || !hs_name_equal (from, nick);
}

static char *
place_of (const HsIrcMessage *message)
{
  g_autofree char *from = hs_irc_source_dup_nick (message->source);

  return hs_name_fold (message->params[0][0] == '#' ? message->params[0] : from);
}

static void
take_line (HsServerCarried *self, const HsIrcMessage *message, const char *nick)
{
  g_autofree char *concat = NULL;

  if (strcmp (message->command, "BATCH") == 0) /* of several lines: the first says whose they are, and when */
    take_tags (self, message);
  if (!is_said (message, nick))
    return;
  take_tags (self, message);
  concat = hs_irc_message_dup_tag (message, "draft/multiline-concat");
  add_text (self, message->params[1], concat != NULL);
  if (self->place == NULL)
    self->place = place_of (message);
}

/* What makes the next line one of the same message. */
typedef struct
{
  char *batch;                        /* (nullable) the reference of its multiline batch */
  char *source, *command, *target;    /* (nullable) of its first line */
  gboolean closed;
} Whole;

static void
whole_clear (Whole *self)
{
  g_free (self->batch);
  g_free (self->source);
  g_free (self->command);
  g_free (self->target);
}

static void
whole_begin (Whole *self, const HsIrcMessage *message)
{
  const char *first = hs_irc_message_param (message, 0);

  if (strcmp (message->command, "BATCH") == 0 && *first == '+' && strcmp (hs_irc_message_param (message, 1), "draft/multiline") == 0)
    self->batch = g_strdup (first + 1);
  self->source = g_strdup (message->source);
  self->command = g_strdup (message->command);
  self->target = g_strdup (first);
}

/* To a program that knows no multiline the lines go one by one, and only the first has the id. */
static gboolean
goes_on (const Whole *self, const HsServerCarried *carried, const HsIrcMessage *message)
{
  g_autofree char *msgid = hs_irc_message_dup_tag (message, "msgid");

  return carried->msgid != NULL && carried->text != NULL && msgid == NULL && g_strcmp0 (self->source, message->source) == 0 &&
         g_strcmp0 (self->command, message->command) == 0 && g_strcmp0 (self->target, hs_irc_message_param (message, 0)) == 0;
}

static gboolean
whole_has (Whole *self, const HsServerCarried *carried, const HsIrcMessage *message)
{
  const char *first = hs_irc_message_param (message, 0);
  g_autofree char *batch = NULL;

  if (self->closed)
    return FALSE;
  if (self->batch == NULL)
    return goes_on (self, carried, message);
  self->closed = strcmp (message->command, "BATCH") == 0 && *first == '-' && strcmp (first + 1, self->batch) == 0;
  batch = hs_irc_message_dup_tag (message, "batch");
  return self->closed || g_strcmp0 (batch, self->batch) == 0;
}

/* With its end. */
static gsize
measure_line (const char *data, gsize len)
{
  const char *lf = memchr (data, '\n', len);

  return lf != NULL ? (gsize) (lf - data) + 1 : len;
}

/* FALSE: this line is the next message's. */
static gboolean
take_next (HsServerCarried *self, Whole *whole, const char *data, gsize len, gboolean first, const char *nick)
{
  g_autofree char *line = NULL;
  HsIrcMessage message;

  while (len > 0 && (data[len - 1] == '\n' || data[len - 1] == '\r'))
    len--;
  line = g_strndup (data, len);
  if (!hs_irc_message_parse (&message, line, len, NULL))
    {
      whole->closed = TRUE;
      return first;
    }
  if (first)
    whole_begin (whole, &message);
  else if (!whole_has (whole, self, &message))
    return FALSE;
  take_line (self, &message, nick);
  return TRUE;
}

HsServerCarried *
hs_server_carried_from_irc (const char *data, gsize len, const char *nick, gsize *taken)
{
  g_autoptr (HsServerCarried) self = carried_new (HS_CARRIED_MESSAGE);
  Whole whole = { NULL };

  *taken = 0;
  while (*taken < len)
    {
      gsize n = measure_line (data + *taken, len - *taken);

      if (!take_next (self, &whole, data + *taken, n, *taken == 0, nick))
        break;
      *taken += n;
    }
  whole_clear (&whole);
  if (self->text == NULL)
    return NULL;
  self->line = g_memdup2 (data, *taken);
  self->len = *taken;
  return g_steal_pointer (&self);
}

/* "Ana: Hello", "* Ana waves"; what else the server says to such a guest has no name before it. */
HsServerCarried *
hs_server_carried_from_plain (const char *data, gsize len, gsize *taken)
{
  gsize n = *taken = measure_line (data, len);
  g_autofree char *line = g_strndup (data, n);
  const char *colon = strstr (line, ": "), *space = strchr (line, ' ');
  HsServerCarried *self;

  if (!g_utf8_validate (line, -1, NULL) || (!g_str_has_prefix (line, "* ") && (colon == NULL || space != colon + 1)))
    return NULL;
  self = carried_new (HS_CARRIED_MESSAGE);
  self->text = g_strchomp (g_strdup (*line == '*' ? line + 2 : colon + 2));
  self->line = g_memdup2 (data, n);
  self->len = n;
  return self;
}

HsServerCarried *
hs_server_carried_new_deleted (const char *msgid)
{
  HsServerCarried *self = carried_new (HS_CARRIED_DELETED);

  self->msgid = g_strdup (msgid);
  return self;
}

/* ---- From a guest ---- */

/* MARKREAD target timestamp=2026-01-02T03:04:05.678Z (IRCv3 draft/read-marker) */
HsServerCarried *
hs_server_carried_from_guest (const char *data, gsize len)
{
  g_autofree char *line = g_strndup (data, len);
  g_autoptr (GDateTime) time = NULL;
  HsIrcMessage message;
  HsServerCarried *self;

  if (!hs_irc_message_parse (&message, line, strlen (line), NULL) || strcmp (message.command, "MARKREAD") != 0 || message.n_params < 2
      || !g_str_has_prefix (message.params[1], READ_TIME))
    return NULL;
  time = g_date_time_new_from_iso8601 (message.params[1] + strlen (READ_TIME), NULL);
  if (time == NULL)
    return NULL;
  self = carried_new (HS_CARRIED_READ);
  self->place = hs_name_fold (message.params[0]);
  self->said = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
  return self;
}
