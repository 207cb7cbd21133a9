/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is stored of an event and the sentence a person reads. */
#include "hs-event-text.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SEPARATOR "\x1f" /* ASCII unit separator: never in a line of text, the session takes controls out */

/* The words are stored: append only. {0}, {1}, {2} are the arguments, each as it is, {t} is the time of day. */
static const struct { const char *word; const char *sentence; } events[] = {
  [HS_EVENT_TOPIC] = { "topic", N_("{0} set the topic: {1}") },
  [HS_EVENT_NO_TOPIC] = { "no-topic", N_("{0} removed the topic") },
  [HS_EVENT_KICK] = { "kick", N_("{0} removed {1} from the room: {2}") },
  [HS_EVENT_OPERATOR] = { "operator", N_("{0} made {1} an operator") },
  [HS_EVENT_NOT_OPERATOR] = { "not-operator", N_("{1} is no longer an operator, says {0}") },
  [HS_EVENT_VOICE] = { "voice", N_("{0} gave {1} a voice") },
  [HS_EVENT_NOT_VOICE] = { "not-voice", N_("{0} took {1}’s voice") },
  [HS_EVENT_MODE] = { "mode", N_("{0} changed the room’s settings: {1}") },
  [HS_EVENT_LEFT] = { "left", N_("You left at {t}. Nothing was lost: every message was accepted.") },
  [HS_EVENT_LEFT_ACKED] = { "left-acked", N_("You left at {t}. Nothing was lost: TCP acknowledged every message.") },
  [HS_EVENT_LEFT_DOUBT] = { "left-doubt", N_("You left at {t}. Messages not confirmed: {0}.") },
  [HS_EVENT_KICK_BARE] = { "kick-bare", N_("{0} removed {1} from the room") },
  [HS_EVENT_KICKED] = { "kicked", N_("{0} removed you from the room: {1}") },
  [HS_EVENT_KICKED_BARE] = { "kicked-bare", N_("{0} removed you from the room") },
  [HS_EVENT_BAN] = { "ban", N_("{0} banned {1}") },
  [HS_EVENT_NOT_BAN] = { "not-ban", N_("{0} lifted the ban on {1}") },
  [HS_EVENT_MUTE] = { "mute", N_("{0} muted {1}") },
  [HS_EVENT_NOT_MUTE] = { "not-mute", N_("{0} lets {1} speak again") },
  [HS_EVENT_INVITE_ONLY] = { "invite-only", N_("{0} keeps the room for invited people") },
  [HS_EVENT_NOT_INVITE_ONLY] = { "not-invite-only", N_("{0} opened the room to everybody") },
  [HS_EVENT_MODERATED] = { "moderated", N_("{0} moderates the room: only those with a voice may speak") },
  [HS_EVENT_NOT_MODERATED] = { "not-moderated", N_("{0} lets everybody speak") },
  [HS_EVENT_KEY] = { "key", N_("{0} set a key for the room") },
  [HS_EVENT_NOT_KEY] = { "not-key", N_("{0} removed the room’s key") },
  [HS_EVENT_LIMIT] = { "limit", N_("{0} set the most people the room takes: {1}") },
  [HS_EVENT_NOT_LIMIT] = { "not-limit", N_("{0} removed the limit of people") },
  [HS_EVENT_TOPIC_LOCKED] = { "topic-locked", N_("{0} lets only operators set the topic") },
  [HS_EVENT_NOT_TOPIC_LOCKED] = { "not-topic-locked", N_("{0} lets everybody set the topic") },
  [HS_EVENT_RENAME] = { "rename", N_("{0} renamed the room: it is {1} now") },
  [HS_EVENT_RENAME_WHY] = { "rename-why", N_("{0} renamed the room: it is {1} now ({2})") },
  [HS_EVENT_LEFT_SENT] = { "left-sent", N_("You left at {t}. Every message was sent; whether it arrived, UDP does not say.") },
  [HS_EVENT_LEFT_HANDED] = { "left-handed", N_("You left at {t}. Nothing was lost: every message went into the other program’s queue.") },
};

char *
hs_event_text_make (HsEventKind kind, ...)
{
  GString *text = g_string_new (events[kind].word);
  const char *argument;
  va_list args;

  va_start (args, kind);
  while ((argument = va_arg (args, const char *)) != NULL)
    g_string_append_printf (text, SEPARATOR "%s", argument);
  va_end (args);
  return g_string_free (text, FALSE);
}

static void
append_time (GString *text, gint64 time)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (time / 1000);
  g_autofree char *said = at != NULL ? g_date_time_format (at, C_("time of day", "%H:%M")) : NULL;

  g_string_append (text, said != NULL ? said : "");
}

static char *
fill (const char *sentence, char **arguments, guint n, gint64 time)
{
  GString *text = g_string_new (NULL);

  for (const char *p = sentence; *p != '\0'; p++)
    {
      if (p[0] == '{' && p[1] == 't' && p[2] == '}')
        {
          append_time (text, time);
          p += 2;
        }
      else if (p[0] == '{' && p[1] >= '0' && p[1] <= '2' && p[2] == '}')
        {
          guint i = (guint) (p[1] - '0');

          g_string_append (text, i < n ? arguments[i] : "");
          p += 2;
        }
      else
        g_string_append_c (text, *p);
    }
  return g_string_free (text, FALSE);
}

char *
hs_event_text_format (const char *stored, gint64 time)
{
  g_auto (GStrv) parts = g_strsplit (stored, SEPARATOR, 4);

  if (parts[0] == NULL)
    return g_strdup ("");
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (strcmp (parts[0], events[i].word) == 0)
      return fill (_(events[i].sentence), parts + 1, g_strv_length (parts) - 1, time);
  return g_strdup (stored);
}
