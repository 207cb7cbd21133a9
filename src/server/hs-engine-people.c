/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say of themselves: AWAY, SETNAME, their own modes. */
#include "hs-engine-private.h"

#include <string.h>

/* ---- AWAY ---- */

void
hs_command_away (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *words = hs_irc_message_param (message, 0);
  char source[HS_SOURCE_SIZE];
  HsIrcMessage told;
  HsFanout fanout;

  if (!peer->registered && (peer->caps & HS_CAP_PRE_AWAY) == 0)
    {
      hs_engine_reply (self, peer, HS_ERR_NOTREGISTERED, "You have not registered", NULL);
      return;
    }
  g_clear_pointer (&peer->away, g_free);
  if (*words != '\0')
    peer->away = hs_engine_cut (words, HS_AWAY_MAX_BYTES);

  if (peer->registered)
    {
      hs_irc_message_set (&told, hs_peer_write_source (peer, source), "AWAY", peer->away, NULL);
      hs_fanout_init (&fanout, self, &told, peer);
      hs_fanout_send_neighbours (&fanout, peer, HS_CAP_AWAY_NOTIFY);
      hs_fanout_clear (&fanout);
    }
  if (peer->away != NULL)
    hs_engine_reply (self, peer, HS_RPL_NOWAWAY, "You have been marked as being away", NULL);
  else
    hs_engine_reply (self, peer, HS_RPL_UNAWAY, "You are no longer marked as being away", NULL);
}

/* ---- SETNAME ---- */

void
hs_command_setname (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *given = hs_irc_message_param (message, 0);
  g_autofree char *shown = hs_name_make_shown (given);
  char source[HS_SOURCE_SIZE];
  HsIrcMessage told;
  HsFanout fanout;

  if (shown == NULL || *shown == '\0' || strlen (given) > HS_NAME_MAX_BYTES)
    {
      hs_engine_fail (self, peer, "SETNAME", "INVALID_REALNAME", "This name cannot be shown");
      return;
    }
  g_free (peer->shown);
  peer->shown = g_steal_pointer (&shown);

  hs_irc_message_set (&told, hs_peer_write_source (peer, source), "SETNAME", peer->shown, NULL);
  hs_fanout_init (&fanout, self, &told, peer);
  if ((peer->caps & HS_CAP_SETNAME) != 0)
    hs_fanout_send (&fanout, peer);
  hs_fanout_send_neighbours (&fanout, peer, HS_CAP_SETNAME);
  hs_fanout_clear (&fanout);
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
}

/* ---- One's own modes ---- */

typedef struct _UserMode UserMode;
struct _UserMode
{
  char letter;
  gboolean (*get) (const HsPeer *peer);
  /* FALSE: nothing has changed. */
  gboolean (*set) (HsEngine *self, HsPeer *peer, gboolean on);
};

static gboolean
get_bot (const HsPeer *peer)
{
  return peer->bot;
}

static gboolean
set_bot (HsEngine *self, HsPeer *peer, gboolean on)
{
  gboolean changed = peer->bot != on;

  peer->bot = on;
  return changed;
}

static gboolean
get_invisible (const HsPeer *peer)
{
  return peer->invisible;
}

static gboolean
set_invisible (HsEngine *self, HsPeer *peer, gboolean on)
{
  if (peer->invisible == on)
    return FALSE;
  peer->invisible = on;
  self->n_invisible += on ? 1 : -1;
  return TRUE;
}

/* Nobody makes himself one here (that is OPER's), and the host stays the host. */
static gboolean
set_operator (HsEngine *self, HsPeer *peer, gboolean on)
{
  if (on || !peer->oper)
    return FALSE;
  peer->oper = FALSE;
  self->n_operators--;
  return TRUE;
}

static gboolean
get_wallops (const HsPeer *peer)
{
  return peer->wallops;
}

static gboolean
set_wallops (HsEngine *self, HsPeer *peer, gboolean on)
{
  gboolean changed = peer->wallops != on;

  peer->wallops = on;
  return changed;
}

static const UserMode user_modes[] = {
  { 'B', get_bot, set_bot },
  { 'i', get_invisible, set_invisible },
  { 'o', hs_peer_is_operator, set_operator },
  { 'w', get_wallops, set_wallops },
};

char *
hs_peer_dup_modes (const HsPeer *self)
{
  GString *out = g_string_new ("+");

  for (guint i = 0; i < G_N_ELEMENTS (user_modes); i++)
    if (user_modes[i].get (self))
      g_string_append_c (out, user_modes[i].letter);
  return g_string_free (out, FALSE);
}

void
hs_engine_tell_user_mode (HsEngine *self, HsPeer *peer, const char *change)
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage told;
  HsFanout fanout;

  hs_irc_message_set (&told, hs_peer_write_source (peer, source), "MODE", peer->nick, change, NULL);
  hs_fanout_init (&fanout, self, &told, peer);
  hs_fanout_send (&fanout, peer);
  hs_fanout_clear (&fanout);
}

static const UserMode *
find_user_mode (char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (user_modes); i++)
    if (user_modes[i].letter == letter)
      return &user_modes[i];
  return NULL;
}

static void
change_user_modes (HsEngine *self, HsPeer *peer, const char *letters)
{
  g_autoptr (GString) told = g_string_new (NULL);
  gboolean on = TRUE, unknown = FALSE;
  char sign = 0;

  for (; *letters != '\0'; letters++)
    {
      const UserMode *mode = find_user_mode (*letters);

      if (*letters == '+' || *letters == '-')
        on = *letters == '+';
      else if (mode == NULL)
        unknown = TRUE;
      else if (mode->set (self, peer, on))
        {
          if (sign != (on ? '+' : '-'))
            g_string_append_c (told, sign = on ? '+' : '-');
          g_string_append_c (told, *letters);
        }
    }
  if (told->len > 0)
    hs_engine_tell_user_mode (self, peer, told->str);
  if (unknown)
    hs_engine_reply (self, peer, HS_ERR_UMODEUNKNOWNFLAG, "Unknown MODE flag", NULL);
}

void
hs_command_mode (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *target = message->params[0];
  HsChannel *channel = hs_engine_find_seen (self, peer, target);
  HsPeer *one = hs_engine_find_nick (self, target);

  if (channel != NULL)
    hs_engine_channel_mode (self, peer, channel, message);
  else if (*target == '#')
    hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, target, "No such channel", NULL);
  else if (one == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHNICK, target, "No such nick", NULL);
  else if (one != peer)
    hs_engine_reply (self, peer, HS_ERR_USERSDONTMATCH, "Cant change mode for other users", NULL);
  else if (message->n_params > 1)
    change_user_modes (self, peer, message->params[1]);
  else
    {
      g_autofree char *modes = hs_peer_dup_modes (peer);

      hs_engine_reply (self, peer, HS_RPL_UMODEIS, modes, NULL);
    }
}
