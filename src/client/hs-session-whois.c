/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who somebody is (WHOIS): asked by a person, gathered from the numerics of the answer, and told in words where it was asked. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"
#include "hs-numerics.h"

typedef struct
{
  char *nick;     /* folded */
  HsRoom *room;   /* where it was asked */
  GString *words; /* a fact a line */
  gboolean encrypted, refused;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->nick);
  g_object_unref (question->room);
  g_string_free (question->words, TRUE);
  g_free (question);
}

void
hs_session_forget_whois (HsSession *self)
{
  g_queue_clear_full (&self->whois, question_free);
}

/* ---- Facts ---- */

static void
add_line (Question *question, const char *line)
{
  if (question->words->len + strlen (line) < HS_SESSION_WHOIS_BYTES)
    g_string_append_printf (question->words, "\n%s", line);
}

/* @said: the server's. */
static void
add (Question *question, const char *what, const char *said)
{
  g_autofree char *clean = hs_session_clean_text (said);
  /* Translators: a fact about a person, such as "Account: ana". */
  g_autofree char *line = g_strdup_printf (C_("fact", "%s: %s"), what, clean);

  if (*clean != '\0')
    add_line (question, line);
}

/* nick, user, host, "*", real name */
static void
add_user (HsSession *self, Question *question, const HsEvent *event)
{
  const char *nick = HS_PARAM (event, 1), *real = HS_PARAM (event, 5), *shown = hs_session_get_shown (self, nick);
  g_autofree char *place = self->ours ? g_strdup (HS_PARAM (event, 3)) : g_strdup_printf ("%s@%s", HS_PARAM (event, 2), HS_PARAM (event, 3));

  if (strcmp (shown, nick) != 0)
    add (question, _("Name here"), nick);
  if (strcmp (real, nick) != 0 && strcmp (real, shown) != 0)
    add (question, _("Real name"), real);
  add (question, _("Comes from"), place);
}

/* "@#a #b": ranks stand before the names. */
static void
add_rooms (HsSession *self, Question *question, const HsEvent *event)
{
  g_auto (GStrv) names = g_strsplit (HS_PARAM (event, 2), " ", -1);
  g_autoptr (GString) titles = g_string_new (NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *ranked = names[i] + strspn (names[i], self->prefix_chars), *name = ranked + strcspn (ranked, self->chantypes);
      g_autofree char *title = hs_session_make_title (self, name);

      if (*name != '\0')
        g_string_append_printf (titles, "%s%s", titles->len > 0 ? ", " : "", title);
    }
  add (question, _("Rooms"), titles->str);
}

static void
add_server (HsSession *self, Question *question, const HsEvent *event)
{
  if (!self->ours) /* there is only this one */
    add (question, _("Server"), HS_PARAM (event, 2));
}

static void
add_operator (HsSession *self, Question *question, const HsEvent *event)
{
  add_line (question, _("Looks after this server"));
}

static void
add_secure (HsSession *self, Question *question, const HsEvent *event)
{
  question->encrypted = TRUE;
  add_line (question, _("Encrypted connection"));
}

static void
add_account (HsSession *self, Question *question, const HsEvent *event)
{
  add (question, _("Account"), HS_PARAM (event, 2));
}

static void
add_registered (HsSession *self, Question *question, const HsEvent *event)
{
  add_line (question, _("Has registered this name"));
}

/* "has client certificate fingerprint 00aa…": as other programs print it, so that it can be compared. */
static void
add_key (HsSession *self, Question *question, const HsEvent *event)
{
  g_auto (GStrv) words = g_strsplit (HS_PARAM (event, 2), " ", -1);
  const char *longest = "";

  for (guint i = 0; words[i] != NULL; i++)
    if (strlen (words[i]) > strlen (longest))
      longest = words[i];
  add (question, _("Key’s fingerprint"), longest);
}

static void
add_bot (HsSession *self, Question *question, const HsEvent *event)
{
  add_line (question, _("Is a program, not a person"));
}

/* Letters for programs. */
static void
add_nothing (HsSession *self, Question *question, const HsEvent *event)
{
}

static void
add_away (HsSession *self, Question *question, const HsEvent *event)
{
  add (question, _("Away"), HS_PARAM (event, 2));
}

/* "09:12", with the day where it was not today. */
static char *
format_moment (gint64 unix_seconds)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (unix_seconds), now = g_date_time_new_now_local ();
  g_autofree char *time = at != NULL ? g_date_time_format (at, C_("time of day", "%H:%M")) : NULL;
  g_autofree char *day = at != NULL ? g_date_time_format (at, "%x") : NULL;
  g_autofree char *today = g_date_time_format (now, "%x");

  if (time == NULL || day == NULL)
    return g_strdup ("");
  return strcmp (day, today) == 0 ? g_steal_pointer (&time) : g_strdup_printf ("%s %s", day, time);
}

/* seconds idle, and (not everywhere) since when, Unix seconds */
static void
add_times (HsSession *self, Question *question, const HsEvent *event)
{
  guint64 idle, since;

  if (g_ascii_string_to_unsigned (HS_PARAM (event, 2), 10, 0, G_MAXUINT32, &idle, NULL))
    {
      g_autofree char *said = format_moment (event->time / 1000 - (gint64) idle);

      add (question, _("Last said something"), said);
    }
  if (event->message->n_params > 4 && g_ascii_string_to_unsigned (HS_PARAM (event, 3), 10, 1, G_MAXUINT32, &since, NULL))
    {
      g_autofree char *came = format_moment ((gint64) since);

      add (question, _("Here since"), came);
    }
}

static const struct
{
  const char *numeric;
  guint min_params;
  void (*func) (HsSession *self, Question *question, const HsEvent *event);
} facts[] = {
  { HS_RPL_WHOISUSER, 6, add_user },
  { HS_RPL_WHOISCHANNELS, 3, add_rooms },
  { HS_RPL_WHOISSERVER, 3, add_server },
  { HS_RPL_WHOISOPERATOR, 2, add_operator },
  { HS_RPL_WHOISSECURE, 2, add_secure },
  { HS_RPL_WHOISACCOUNT, 3, add_account },
  { HS_RPL_WHOISREGNICK, 2, add_registered },
  { HS_RPL_WHOISCERTFP, 3, add_key },
  { HS_RPL_WHOISBOT, 2, add_bot },
  { HS_RPL_WHOISMODES, 2, add_nothing },
  { HS_RPL_AWAY, 3, add_away },
  { HS_RPL_WHOISIDLE, 3, add_times },
};

/* ---- Question and answer ---- */

static Question *
find_question (HsSession *self, const char *nick)
{
  g_autofree char *key = hs_name_fold (nick);

  for (GList *l = self->whois.head; l != NULL; l = l->next)
    if (strcmp (((Question *) l->data)->nick, key) == 0)
      return l->data;
  return NULL;
}

/* The room may have been closed meanwhile. */
static void
tell (HsSession *self, Question *question, const char *text)
{
  hs_session_tell (self, hs_session_conversation_of (self, question->room), text);
}

static void
end (HsSession *self, Question *question, const HsEvent *event)
{
  const char *nick = HS_PARAM (event, 1), *shown = hs_session_get_shown (self, nick);
  g_autofree char *clean = hs_session_clean_text (shown);
  g_autofree char *title = g_strdup_printf (_("About %s"), clean);

  if (self->ours && !question->encrypted && question->words->len > 0)
    add_line (question, _("Unencrypted connection"));
  g_string_prepend (question->words, title);
  if (!question->refused)
    tell (self, question, question->words->str);
  g_queue_remove (&self->whois, question);
  question_free (question);
}

static void
refuse (HsSession *self, Question *question, const HsEvent *event)
{
  g_autofree char *known = hs_session_explain_refusal (self, event);
  g_autofree char *text = known != NULL ? g_strdup (known) : hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));

  question->refused = TRUE;
  tell (self, question, text);
}

/* What has no row is told in the server's own words: networks have facts of their own. */
gboolean
hs_session_note_whois (HsSession *self, const HsEvent *event)
{
  const char *numeric = event->message->command;
  Question *question = event->message->n_params > 2 || strcmp (numeric, HS_RPL_ENDOFWHOIS) == 0 ? find_question (self, HS_PARAM (event, 1)) : NULL;
  g_autofree char *words = NULL;

  if (question == NULL)
    return FALSE;
  if (strcmp (numeric, HS_RPL_ENDOFWHOIS) == 0)
    {
      end (self, question, event);
      return TRUE;
    }
  if (numeric[0] == '4' || numeric[0] == '5')
    {
      refuse (self, question, event);
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    if (strcmp (facts[i].numeric, numeric) == 0 && event->message->n_params >= facts[i].min_params)
      {
        facts[i].func (self, question, event);
        return TRUE;
      }
  words = hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));
  add_line (question, words);
  return TRUE;
}

gboolean
hs_session_ask_who_is (HsSession *self, HsRoom *room, const char *nick, GError **error)
{
  Question *question;

  if (self->state != HS_SESSION_ONLINE)
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_NOT_CONNECTED, hs_session_not_connected_text (self));
      return FALSE;
    }
  if (self->plain || *nick == '\0' || *nick == ':' || strpbrk (nick, " \r\n") != NULL)
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE, _("Nobody here is called so."));
      return FALSE;
    }
  question = g_new0 (Question, 1);
  question->nick = hs_name_fold (nick);
  question->room = g_object_ref (room);
  question->words = g_string_new (NULL);
  g_queue_push_tail (&self->whois, question);
  if (g_queue_get_length (&self->whois) > HS_SESSION_WHOIS_MAX)
    question_free (g_queue_pop_head (&self->whois));
  hs_session_put (self, "WHOIS", nick, NULL);
  return TRUE;
}
