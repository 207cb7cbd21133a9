/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one way down: what a person wants, by typed text or by an action of the window. One row and one function per /word. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-name.h"

const char *
hs_session_not_connected_text (HsSession *self)
{
  return self->state == HS_SESSION_LEAVING ? _("You are leaving this conversation.") : _("There is no connection. Join again to send this.");
}

static gboolean
fail (GError **error, HsSessionError code, const char *text)
{
  g_set_error_literal (error, HS_SESSION_ERROR, code, text);
  return FALSE;
}

static gboolean
check_online (HsSession *self, GError **error)
{
  return self->state == HS_SESSION_ONLINE || fail (error, HS_SESSION_ERROR_NOT_CONNECTED, hs_session_not_connected_text (self));
}

static gboolean
check_room (HsSession *self, HsConversation *conversation, GError **error)
{
  if (!check_online (self, error))
    return FALSE;
  if (conversation == NULL)
    return fail (error, HS_SESSION_ERROR_NOT_CONNECTED, _("This conversation is no longer open."));
  if (hs_room_get_kind (conversation->room) == HS_ROOM_SERVER)
    return fail (error, HS_SESSION_ERROR_USAGE, _("This is where the server itself speaks: it does not listen. Choose a room, or use /join."));
  if (!hs_room_is_joined (conversation->room))
    return fail (error, HS_SESSION_ERROR_NOT_CONNECTED, _("You are not in this room. Use /join to come back."));
  return TRUE;
}

/* "slides key" → "#slides" */
static char *
room_of (HsSession *self, const char *words)
{
  g_autofree char *word = g_strndup (words, strcspn (words, " "));

  return hs_session_is_channel (self, word) ? g_steal_pointer (&word) : g_strconcat ("#", word, NULL);
}

/* ---- /words ---- */

typedef struct
{
  const char *word;
  gboolean (*func) (HsSession *self, HsConversation *conversation, const char *argument, GError **error);
  const char *usage; /* untranslated msgid */
} Verb;

static gboolean
verb_me (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  if (!check_room (self, conversation, error))
    return FALSE;
  hs_session_put_text (self, conversation, HS_ENTRY_ACTION, argument);
  return TRUE;
}

static gboolean
verb_nick (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  return hs_session_set_nick (self, argument, error);
}

static gboolean
verb_join (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_autofree char *name = NULL;
  HsConversation *known;

  if (!hs_session_join (self, argument, error))
    return FALSE;
  name = room_of (self, argument);
  known = hs_session_find_conversation (self, name);
  if (known != NULL && hs_room_is_joined (known->room))
    {
      g_signal_emit_by_name (self, "show-room", known->room);
      return TRUE;
    }
  g_free (self->asked_room);
  self->asked_room = g_steal_pointer (&name);
  return TRUE;
}

static gboolean
verb_part (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  HsConversation *other = *argument != '\0' ? hs_session_find_conversation (self, argument) : conversation;

  if (other == NULL && hs_session_is_channel (self, argument) && hs_session_is_full (self)) /* the server may have put us there unseen */
    {
      if (!check_online (self, error))
        return FALSE;
      hs_session_put (self, "PART", argument, NULL);
      return TRUE;
    }
  if (other == NULL)
    return fail (error, HS_SESSION_ERROR_USAGE, _("There is no such room here."));
  return hs_session_part (self, other->room, error);
}

/* Shown names may have spaces: the longest counts. */
gsize
hs_session_find_shown (HsConversation *conversation, const char *words, char **nick)
{
  GListModel *members = conversation != NULL ? hs_room_get_members (conversation->room) : NULL;
  guint n = members != NULL ? g_list_model_get_n_items (members) : 0;
  gsize found = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (members, i);
      const char *shown = hs_member_get_shown (member);
      gsize len = strlen (shown);

      if (len <= found || !g_str_has_prefix (words, shown) || (words[len] != '\0' && strchr (" \n", words[len]) == NULL))
        continue;
      found = len;
      g_free (*nick);
      *nick = g_strdup (hs_member_get_nick (member));
    }
  return found;
}

/* The first word is a name: a nick, or the shown name of somebody here. */
static gboolean
verb_msg (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_autofree char *whom = NULL;
  gsize n = hs_session_find_shown (conversation, argument, &whom);
  const char *text;
  HsConversation *other;

  if (n == 0)
    {
      n = strcspn (argument, " \n");
      whom = g_strndup (argument, n);
    }
  text = argument + n;

  while (*text == ' ')
    text++;
  if (!check_online (self, error))
    return FALSE;
  if (hs_session_is_channel (self, whom))
    {
      other = hs_session_find_conversation (self, whom);
      if (!check_room (self, other, error))
        return FALSE;
    }
  else
    other = hs_session_get_conversation (self, whom, HS_ROOM_PERSON);
  hs_session_put_text (self, other, HS_ENTRY_MESSAGE, text);
  g_signal_emit_by_name (self, "show-room", other->room);
  return TRUE;
}

static gboolean
verb_topic (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  return check_room (self, conversation, error) && hs_session_set_topic (self, conversation->room, argument, error);
}

static gboolean
verb_away (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  if (!check_online (self, error))
    return FALSE;
  if (*argument != '\0')
    hs_session_put (self, "AWAY", argument, NULL);
  else
    hs_session_put (self, "AWAY", NULL);
  return TRUE;
}

static gboolean
verb_who (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  GListModel *members;
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *text = NULL;

  if (!check_room (self, conversation, error))
    return FALSE;
  members = hs_room_get_members (conversation->room);
  for (guint i = 0; i < g_list_model_get_n_items (members); i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (members, i);

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", hs_member_get_shown (member));
    }
  text = g_strdup_printf (_("Here now: %s"), names->str);
  hs_session_tell (self, conversation, text);
  return TRUE;
}

static gboolean
verb_whois (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_autofree char *nick = NULL;

  if (conversation == NULL)
    return check_room (self, conversation, error);
  if (hs_session_find_shown (conversation, argument, &nick) == 0)
    nick = g_strndup (argument, strcspn (argument, " \n"));
  return hs_session_ask_who_is (self, conversation->room, nick, error);
}

static gboolean
verb_quit (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  hs_session_quit (self, argument);
  return TRUE;
}

static gboolean verb_help (HsSession *self, HsConversation *conversation, const char *argument, GError **error);

static const Verb verbs[] = {
  { "me", verb_me, N_("/me ACTION") },
  { "nick", verb_nick, N_("/nick NAME") },
  { "join", verb_join, N_("/join ROOM") },
  { "part", verb_part, NULL },
  { "msg", verb_msg, N_("/msg NAME TEXT") },
  { "query", verb_msg, N_("/query NAME") },
  { "topic", verb_topic, NULL },
  { "invite", hs_session_verb_invite, N_("/invite NAME") },
  { "kick", hs_session_verb_kick, N_("/kick NAME WHY") },
  { "ban", hs_session_verb_ban, N_("/ban NAME") },
  { "unban", hs_session_verb_unban, N_("/unban NAME") },
  { "mute", hs_session_verb_mute, N_("/mute NAME") },
  { "unmute", hs_session_verb_unmute, N_("/unmute NAME") },
  { "op", hs_session_verb_op, N_("/op NAME") },
  { "deop", hs_session_verb_deop, N_("/deop NAME") },
  { "voice", hs_session_verb_voice, N_("/voice NAME") },
  { "devoice", hs_session_verb_devoice, N_("/devoice NAME") },
  { "mode", hs_session_verb_mode, NULL },
  { "away", verb_away, NULL },
  { "who", verb_who, NULL },
  { "whois", verb_whois, N_("/whois NAME") },
  { "help", verb_help, NULL },
  { "quit", verb_quit, NULL },
};

static gboolean
verb_help (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_string_append_printf (words, "%s%s", i > 0 ? ", " : "", verbs[i].word);
  text = g_strdup_printf (_("Commands, each after a slash: %s. Two slashes begin a message with one: //x."), words->str);
  hs_session_tell (self, conversation, text);
  return TRUE;
}

static gboolean
run_verb (HsSession *self, HsConversation *conversation, const char *text, GError **error)
{
  gsize n = strcspn (text, " \n");
  g_autofree char *word = g_strndup (text, n);
  g_autofree char *argument = g_strdup (text + n);

  g_strstrip (argument);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_ascii_strcasecmp (word, verbs[i].word) == 0)
      {
        if (verbs[i].usage == NULL || *argument != '\0')
          return verbs[i].func (self, conversation, argument, error);
        g_set_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE, _("It is used like this: %s"), _(verbs[i].usage));
        return FALSE;
      }
  g_set_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_UNKNOWN_COMMAND,
               _("There is no command “/%s”. To send text that begins with a slash, type two."), word);
  return FALSE;
}

gboolean
hs_session_say (HsSession *self, HsRoom *room, const char *text, GError **error)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (*text == '\0')
    return TRUE;
  if (self->plain)
    return hs_session_plain_say (self, conversation, text, error);
  if (text[0] == '/' && text[1] != '/')
    return run_verb (self, conversation, text + 1, error);
  if (!check_room (self, conversation, error))
    return FALSE;
  hs_session_put_text (self, conversation, HS_ENTRY_MESSAGE, text[0] == '/' ? text + 1 : text);
  return TRUE;
}

/* ---- Rooms ---- */

gboolean
hs_session_join (HsSession *self, const char *room, GError **error)
{
  g_auto (GStrv) words = g_strsplit (room, " ", 2); /* a key may follow */
  g_autofree char *name = room_of (self, room);

  if (!check_online (self, error))
    return FALSE;
  if (self->plain)
    return fail (error, HS_SESSION_ERROR_UNSUPPORTED, _("A plain-text connection has one conversation only."));
  if (words[0] == NULL || *words[0] == '\0')
    return fail (error, HS_SESSION_ERROR_USAGE, _("Which room?"));
  if (!hs_name_is_room (name))
    return fail (error, HS_SESSION_ERROR_USAGE, _("A room’s name has no spaces and no commas."));
  g_hash_table_add (self->asked, hs_name_fold (name));
  hs_session_put (self, "JOIN", name, words[1], NULL);
  return TRUE;
}

void
hs_session_join_addressed (HsSession *self, const char *room)
{
  g_autofree char *name = room_of (self, room);
  HsConversation *conversation = hs_session_find_conversation (self, name);
  g_autoptr (GError) error = NULL;

  if (conversation != NULL && (conversation->rejoin || hs_room_is_joined (conversation->room)))
    return;
  if (!hs_session_join (self, room, &error))
    g_message ("%s cannot be joined: %s", room, error->message);
}

/* A room one is not in, or a private conversation, just goes from the list; its history stays. */
gboolean
hs_session_part (HsSession *self, HsRoom *room, GError **error)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (conversation == NULL)
    return fail (error, HS_SESSION_ERROR_NOT_CONNECTED, _("This conversation is no longer open."));
  if (hs_room_get_kind (room) == HS_ROOM_CHANNEL && hs_room_is_joined (room) && self->state == HS_SESSION_ONLINE)
    {
      hs_session_put (self, "PART", hs_room_get_name (room), NULL);
      return TRUE;
    }
  if (self->plain)
    return fail (error, HS_SESSION_ERROR_USAGE, _("Leave this conversation by /quit."));
  hs_session_drop_conversation (self, conversation);
  return TRUE;
}

gboolean
hs_session_can_close (HsSession *self, HsRoom *room)
{
  if (hs_session_conversation_of (self, room) == NULL)
    return FALSE;
  if (self->state == HS_SESSION_OFFLINE)
    return TRUE;
  return self->state == HS_SESSION_ONLINE && hs_room_get_kind (room) != HS_ROOM_SERVER && g_list_model_get_n_items (G_LIST_MODEL (self->rooms)) > 1;
}

gboolean
hs_session_close_room (HsSession *self, HsRoom *room, GError **error)
{
  if (!hs_session_can_close (self, room))
    return fail (error, HS_SESSION_ERROR_USAGE, _("This is all there is of a live connection: disconnect first."));
  if (hs_room_get_kind (room) == HS_ROOM_CHANNEL && hs_room_is_joined (room))
    hs_session_put (self, "PART", hs_room_get_name (room), NULL);
  hs_session_drop_conversation (self, hs_session_conversation_of (self, room));
  return TRUE;
}

void
hs_session_choose_room (HsSession *self, HsRoom *room)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (conversation != NULL)
    hs_room_history_choose (conversation->history);
}

/* On our servers the name people see changes, and the nick follows it; elsewhere the nick is the name. */
gboolean
hs_session_set_nick (HsSession *self, const char *nick, GError **error)
{
  g_autofree char *shown = hs_name_make_shown (nick);
  g_autofree char *derived = NULL;

  if (!check_online (self, error))
    return FALSE;
  if (self->plain)
    return fail (error, HS_SESSION_ERROR_UNSUPPORTED, _("There are no names in a plain-text connection."));
  if (*shown == '\0')
    return fail (error, HS_SESSION_ERROR_USAGE, _("This cannot be a name."));
  derived = self->ours ? hs_name_make_nick (shown, FALSE) : g_strdup (shown);
  g_strdelimit (derived, " ", '_');
  /* The real name first: whoever sees the nick change knows by then what it is made of. */
  if (self->ours && self->caps & HS_CAP_SETNAME)
    {
      g_free (self->shown_name);
      self->shown_name = g_strdup (shown);
      hs_session_put (self, "SETNAME", shown, NULL);
    }
  if (strcmp (derived, self->nick) != 0)
    hs_session_put (self, "NICK", derived, NULL);
  return TRUE;
}

gboolean
hs_session_set_topic (HsSession *self, HsRoom *room, const char *topic, GError **error)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (!check_room (self, conversation, error))
    return FALSE;
  if (hs_room_get_kind (room) != HS_ROOM_CHANNEL)
    return fail (error, HS_SESSION_ERROR_USAGE, _("Only rooms have a topic."));
  hs_session_put (self, "TOPIC", hs_room_get_name (room), topic, NULL);
  return TRUE;
}

void
hs_session_mark_read (HsSession *self, HsRoom *room)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (conversation != NULL)
    {
      hs_room_history_mark_read (conversation->history);
      hs_session_put_marker (self, conversation);
    }
}

void
hs_session_set_draft (HsSession *self, HsRoom *room, const char *draft)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (conversation != NULL)
    hs_room_history_set_draft (conversation->history, draft);
}

void
hs_session_quit (HsSession *self, const char *reason)
{
  if (self->leaving || self->state == HS_SESSION_OFFLINE)
    return;
  self->leaving = TRUE;
  hs_session_flush_markers (self);
  if (!self->plain && self->state == HS_SESSION_ONLINE)
    hs_session_put (self, "QUIT", reason != NULL && *reason != '\0' ? reason : NULL, NULL);
  hs_session_set_state (self, HS_SESSION_LEAVING, NULL);
  hs_session_put_leave (self);
}
