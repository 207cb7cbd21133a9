/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeping order in a room: sending away, banning, muting, ranks, invitations, the room's settings. What a person may is the server's to say; here
 * it is only asked for, by the letters that this server named (ISUPPORT PREFIX, CHANMODES). */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-name.h"
#include "hs-numerics.h"

static gboolean
fail (GError **error, HsSessionError code, const char *text)
{
  g_set_error_literal (error, HS_SESSION_ERROR, code, text);
  return FALSE;
}

/* A room of many that we are in, on a server that knows rooms. */
static gboolean
check_channel (HsSession *self, HsRoom *room, GError **error)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (self->state != HS_SESSION_ONLINE)
    return fail (error, HS_SESSION_ERROR_NOT_CONNECTED, hs_session_not_connected_text (self));
  if (self->plain)
    return fail (error, HS_SESSION_ERROR_UNSUPPORTED, _("In plain text there is nobody to ask for this."));
  if (conversation == NULL || hs_room_get_kind (room) != HS_ROOM_CHANNEL)
    return fail (error, HS_SESSION_ERROR_USAGE, _("This is for rooms of many people."));
  if (!hs_room_is_joined (room))
    return fail (error, HS_SESSION_ERROR_NOT_CONNECTED, _("You are not in this room. Use /join to come back."));
  return TRUE;
}

/* One word of a line, and not one that says something else. */
static gboolean
check_word (const char *word, GError **error)
{
  if (*word != '\0' && *word != ':' && strpbrk (word, " \r\n") == NULL)
    return TRUE;
  return fail (error, HS_SESSION_ERROR_USAGE, _("This has to be one word."));
}

/* ---- Who may ---- */

gboolean
hs_session_may_moderate (HsSession *self, HsRoom *room)
{
  HsMember *me;

  if (!check_channel (self, room, NULL))
    return FALSE;
  me = hs_room_find_member (room, self->nick);
  return self->hosted || (me != NULL && hs_member_get_rank (me) >= 2);
}

gboolean
hs_session_has_rank_mode (HsSession *self, char mode)
{
  return mode != '\0' && strchr (self->prefix_modes, mode) != NULL;
}

/* A list (CHANMODES' first group) called q: elsewhere q is the owner's rank, or nothing. */
gboolean
hs_session_can_mute (HsSession *self)
{
  return !hs_session_has_rank_mode (self, 'q') && strchr (self->chanmodes[0], 'q') != NULL;
}

/* ---- Masks ---- */

char *
hs_session_make_mask (HsSession *self, const char *nick, HsBanKind kind)
{
  g_autofree char *key = hs_name_fold (nick);
  const HsPerson *person = g_hash_table_lookup (self->people, key);

  if (kind == HS_BAN_NAME)
    return g_strdup_printf ("%s!*@*", nick);
  return person != NULL && person->host != NULL ? g_strdup_printf ("*!*@%s", person->host) : NULL;
}

/* ---- Verbs ---- */

gboolean
hs_session_kick (HsSession *self, HsRoom *room, const char *nick, const char *reason, GError **error)
{
  if (!check_channel (self, room, error) || !check_word (nick, error))
    return FALSE;
  hs_session_put (self, "KICK", hs_room_get_name (room), nick, reason != NULL && *reason != '\0' ? reason : NULL, NULL);
  return TRUE;
}

static gboolean
put_mode (HsSession *self, HsRoom *room, char mode, gboolean on, const char *argument)
{
  const char letters[] = { on ? '+' : '-', mode, '\0' };

  hs_session_put (self, "MODE", hs_room_get_name (room), letters, argument, NULL);
  return TRUE;
}

gboolean
hs_session_set_ban (HsSession *self, HsRoom *room, const char *mask, gboolean on, GError **error)
{
  return check_channel (self, room, error) && check_word (mask, error) && put_mode (self, room, 'b', on, mask);
}

gboolean
hs_session_set_mute (HsSession *self, HsRoom *room, const char *mask, gboolean on, GError **error)
{
  if (!check_channel (self, room, error) || !check_word (mask, error))
    return FALSE;
  if (!hs_session_can_mute (self))
    return fail (error, HS_SESSION_ERROR_UNSUPPORTED, _("This server cannot mute single people."));
  return put_mode (self, room, 'q', on, mask);
}

gboolean
hs_session_set_rank (HsSession *self, HsRoom *room, const char *nick, char mode, gboolean on, GError **error)
{
  if (!check_channel (self, room, error) || !check_word (nick, error))
    return FALSE;
  if (!hs_session_has_rank_mode (self, mode))
    return fail (error, HS_SESSION_ERROR_UNSUPPORTED, _("This server does not know that rank."));
  return put_mode (self, room, mode, on, nick);
}

gboolean
hs_session_set_mode (HsSession *self, HsRoom *room, char mode, gboolean on, const char *argument, GError **error)
{
  if (!check_channel (self, room, error) || (argument != NULL && !check_word (argument, error)))
    return FALSE;
  if (!g_ascii_isalpha (mode))
    return fail (error, HS_SESSION_ERROR_USAGE, _("A room’s setting is a letter."));
  return put_mode (self, room, mode, on, argument);
}

gboolean
hs_session_invite (HsSession *self, HsRoom *room, const char *nick, GError **error)
{
  if (!check_channel (self, room, error) || !check_word (nick, error))
    return FALSE;
  hs_session_put (self, "INVITE", nick, hs_room_get_name (room), NULL);
  return TRUE;
}

void
hs_session_ask_modes (HsSession *self, HsRoom *room)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (!check_channel (self, room, NULL) || conversation->modes_asked)
    return;
  conversation->modes_asked = TRUE;
  hs_session_put (self, "MODE", hs_room_get_name (room), NULL);
}

/* ---- /words: NAME comes first, a shown name or a nick ---- */

/* The nick of who is named at the start of @argument; *rest is what follows. (transfer full) */
static char *
take_name (HsConversation *conversation, const char *argument, const char **rest)
{
  g_autofree char *nick = NULL;
  gsize n = hs_session_find_shown (conversation, argument, &nick);

  if (n == 0)
    {
      n = strcspn (argument, " \n");
      nick = g_strndup (argument, n);
    }
  *rest = argument + n + strspn (argument + n, " ");
  return g_steal_pointer (&nick);
}

static HsRoom *
room_of (HsConversation *conversation)
{
  return conversation != NULL ? conversation->room : NULL;
}

gboolean
hs_session_verb_kick (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  const char *reason;
  g_autofree char *nick = take_name (conversation, argument, &reason);

  return hs_session_kick (self, room_of (conversation), nick, reason, error);
}

/* A mask as it is, for a name its address where that is known. */
static char *
take_mask (HsSession *self, HsConversation *conversation, const char *argument)
{
  const char *rest;
  g_autofree char *nick = take_name (conversation, argument, &rest);
  char *mask;

  if (strpbrk (nick, "!@*?") != NULL)
    return g_steal_pointer (&nick);
  mask = hs_session_make_mask (self, nick, HS_BAN_ADDRESS);
  return mask != NULL ? mask : hs_session_make_mask (self, nick, HS_BAN_NAME);
}

gboolean
hs_session_verb_ban (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_autofree char *mask = take_mask (self, conversation, argument);

  return hs_session_set_ban (self, room_of (conversation), mask, TRUE, error);
}

gboolean
hs_session_verb_unban (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_autofree char *mask = take_mask (self, conversation, argument);

  return hs_session_set_ban (self, room_of (conversation), mask, FALSE, error);
}

gboolean
hs_session_verb_mute (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_autofree char *mask = take_mask (self, conversation, argument);

  return hs_session_set_mute (self, room_of (conversation), mask, TRUE, error);
}

gboolean
hs_session_verb_unmute (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_autofree char *mask = take_mask (self, conversation, argument);

  return hs_session_set_mute (self, room_of (conversation), mask, FALSE, error);
}

static gboolean
set_rank (HsSession *self, HsConversation *conversation, const char *argument, char mode, gboolean on, GError **error)
{
  const char *rest;
  g_autofree char *nick = take_name (conversation, argument, &rest);

  return hs_session_set_rank (self, room_of (conversation), nick, mode, on, error);
}

gboolean
hs_session_verb_op (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  return set_rank (self, conversation, argument, 'o', TRUE, error);
}

gboolean
hs_session_verb_deop (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  return set_rank (self, conversation, argument, 'o', FALSE, error);
}

gboolean
hs_session_verb_voice (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  return set_rank (self, conversation, argument, 'v', TRUE, error);
}

gboolean
hs_session_verb_devoice (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  return set_rank (self, conversation, argument, 'v', FALSE, error);
}

gboolean
hs_session_verb_invite (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  const char *rest;
  g_autofree char *nick = take_name (conversation, argument, &rest);
  HsConversation *other = *rest != '\0' ? hs_session_find_conversation (self, rest) : conversation;

  if (other == NULL)
    return fail (error, HS_SESSION_ERROR_USAGE, _("There is no such room here."));
  return hs_session_invite (self, other->room, nick, error);
}

/* "/mode +im-l": as it is. Alone it asks, and the answer is told. */
gboolean
hs_session_verb_mode (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
{
  g_auto (GStrv) words = g_strsplit (argument, " ", -1);
  HsIrcMessage message;

  if (!check_channel (self, room_of (conversation), error))
    return FALSE;
  hs_irc_message_set (&message, NULL, "MODE", hs_room_get_name (conversation->room), NULL);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      {
        if (!check_word (words[i], error))
          return FALSE;
        if (message.n_params < G_N_ELEMENTS (message.params) - 1)
          message.params[message.n_params++] = words[i];
      }
  message.params[message.n_params] = NULL;
  conversation->modes_wanted = message.n_params == 1;
  hs_session_put_message (self, &message);
  return TRUE;
}

/* ---- What the server says of settings ---- */

/* nick, room, letters, arguments of those that have one */
void
hs_session_on_modes_are (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 1));
  guint next = 3;

  if (conversation == NULL)
    return;
  hs_room_clear_modes (conversation->room);
  for (const char *p = HS_PARAM (event, 2); *p != '\0'; p++)
    if (g_ascii_isalpha (*p))
      {
        const char *argument = hs_session_mode_takes_param (self, *p, TRUE) && next < event->message->n_params ? HS_PARAM (event, next++) : NULL;

        hs_room_set_mode (conversation->room, *p, TRUE, argument);
      }
  if (conversation->modes_wanted)
    {
      g_autofree char *text = g_strdup_printf (_("This room’s settings: %s"), HS_PARAM (event, 2));

      hs_session_tell (self, conversation, text);
    }
  conversation->modes_wanted = FALSE;
}

/* ---- Invitations ---- */

/* 341: nick, whom, room */
void
hs_session_on_inviting (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 2));
  const char *title = conversation != NULL ? hs_room_get_title (conversation->room) : HS_PARAM (event, 2);
  g_autofree char *text = g_strdup_printf (_("%s is invited to %s."), hs_session_get_shown (self, HS_PARAM (event, 1)), title);

  hs_session_tell (self, conversation, text);
}

/* To us, or (invite-notify) to somebody else in a room we are in. Who sends what to strangers is not trusted to send it once. */
void
hs_session_on_invite (HsSession *self, const HsEvent *event)
{
  const char *name = HS_PARAM (event, 1);
  g_autofree char *title = hs_session_make_title (self, name);
  const char *who = hs_session_get_shown (self, event->nick);
  g_autofree char *text = NULL;

  if (!hs_session_is_channel (self, name))
    return;
  if (!hs_session_is_me (self, HS_PARAM (event, 0)))
    {
      text = g_strdup_printf (_("%s invites %s to %s"), who, hs_session_get_shown (self, HS_PARAM (event, 0)), title);
      if (hs_session_find_conversation (self, name) != NULL)
        hs_session_tell (self, hs_session_find_conversation (self, name), text);
      return;
    }
  text = g_strdup_printf (_("%s invites you to %s"), who, title);
  hs_session_tell (self, NULL, text);
  if (self->state == HS_SESSION_ONLINE)
    g_signal_emit_by_name (self, "invited", name, text);
}
