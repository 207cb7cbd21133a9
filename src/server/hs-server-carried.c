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

HsServerCarried *
hs_server_carried_from_irc (const char *data, gsize len, const char *nick)
{
  g_autoptr (HsServerCarried) self = carried_new (HS_CARRIED_MESSAGE);

  for (gsize start = 0; start < len;)
    {
      const char *lf = memchr (data + start, '\n', len - start);
      gsize end = lf != NULL ? (gsize) (lf - data) + 1 : len, n = end - start;
      g_autofree char *line = NULL;
      HsIrcMessage message;

      while (n > 0 && (data[start + n - 1] == '\n' || data[start + n - 1] == '\r'))
        n--;
      line = g_strndup (data + start, n);
      if (hs_irc_message_parse (&message, line, n, NULL))
        take_line (self, &message, nick);
      start = end;
    }
  if (self->text == NULL)
    return NULL;
  self->line = g_memdup2 (data, len);
  self->len = len;
  return g_steal_pointer (&self);
}

/* "Ana: Hello", "* Ana waves"; what else the server says to such a guest has no name before it. */
HsServerCarried *
hs_server_carried_from_plain (const char *data, gsize len)
{
  g_autofree char *line = g_strndup (data, len);
  const char *colon = strstr (line, ": "), *space = strchr (line, ' ');
  HsServerCarried *self;

  if (!g_utf8_validate (line, -1, NULL) || (!g_str_has_prefix (line, "* ") && (colon == NULL || space != colon + 1)))
    return NULL;
  self = carried_new (HS_CARRIED_MESSAGE);
  self->text = g_strchomp (g_strdup (*line == '*' ? line + 2 : colon + 2));
  self->line = g_memdup2 (data, len);
  self->len = len;
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
