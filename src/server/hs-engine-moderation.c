/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is asked in and who is sent away: INVITE, KICK, and what a ban means for those who speak plain text. */
#include "hs-engine-private.h"

#include <string.h>

/* ---- INVITE ---- */

static void
list_invitations (HsEngine *self, HsPeer *peer)
{
  g_autoptr (GString) out = g_string_new (NULL);
  GHashTableIter iter;
  HsChannel *channel;

  g_hash_table_iter_init (&iter, self->channels);
  while (peer->extra != NULL && g_hash_table_iter_next (&iter, NULL, (gpointer *) &channel))
    if (hs_peer_is_invited (peer, channel))
      hs_engine_append_reply (self, peer, out, HS_RPL_INVITELIST, channel->name, NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFINVITELIST, "End of /INVITE list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* The one who is asked, and with invite-notify those of the room who could have asked. */
static void
tell_invitation (HsEngine *self, HsPeer *peer, HsPeer *guest, HsChannel *channel)
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_irc_message_set (&message, hs_peer_write_source (peer, source), "INVITE", guest->nick, channel->name, NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  hs_fanout_send (&fanout, guest);
  for (guint i = 0; i < channel->members->len; i++)
    {
      const HsMembership *member = g_ptr_array_index (channel->members, i);

      if (member->op && member->peer != peer && (member->peer->caps & HS_CAP_INVITE_NOTIFY) != 0)
        hs_fanout_send (&fanout, member->peer);
    }
  hs_fanout_clear (&fanout);
}

void
hs_command_invite (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *nick = hs_irc_message_param (message, 0);
  const char *name = hs_irc_message_param (message, 1);
  HsPeer *guest = hs_engine_find_nick (self, nick);
  HsChannel *channel = hs_engine_find_seen (self, peer, name);

  if (message->n_params == 0)
    list_invitations (self, peer);
  else if (message->n_params == 1)
    hs_engine_reply (self, peer, HS_ERR_NEEDMOREPARAMS, "INVITE", "Not enough parameters", NULL);
  else if (guest == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHNICK, nick, "No such nick", NULL);
  else if (channel == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, name, "No such channel", NULL);
  else if (hs_peer_find_membership (peer, channel) == NULL && !hs_peer_is_operator (peer))
    hs_engine_reply (self, peer, HS_ERR_NOTONCHANNEL, channel->name, "You're not on that channel", NULL);
  else if ((channel->modes & HS_CHANNEL_INVITE_ONLY) != 0 && !hs_engine_rules (peer, channel))
    hs_engine_reply (self, peer, HS_ERR_CHANOPRIVSNEEDED, channel->name, "You're not channel operator", NULL);
  else if (hs_peer_find_membership (guest, channel) != NULL)
    hs_engine_reply (self, peer, HS_ERR_USERONCHANNEL, guest->nick, channel->name, "is already on channel", NULL);
  else
    {
      /* Others ask in, too; but only who rules there opens what is closed, or full. */
      if (hs_engine_rules (peer, channel))
        hs_peer_add_invitation (guest, channel);
      hs_engine_reply (self, peer, HS_RPL_INVITING, guest->nick, channel->name, NULL);
      tell_invitation (self, peer, guest, channel);
      if (guest->away != NULL)
        hs_engine_reply (self, peer, HS_RPL_AWAY, guest->nick, guest->away, NULL);
    }
}

/* ---- KICK ---- */

static void
tell_kick (HsEngine *self, HsPeer *peer, HsMembership *member, const char *reason)
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_engine_announce (self, member);
  hs_irc_message_set (&message, hs_peer_write_source (peer, source), "KICK", member->channel->name, member->peer->nick, reason, NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  hs_fanout_send_channel (&fanout, member->channel, NULL);
  if (hs_peer_find_membership (peer, member->channel) == NULL)
    hs_fanout_send (&fanout, peer);
  hs_fanout_clear (&fanout);
}

/* Who speaks plain text has only this room: it is closed, and a bare q ends the tutorial's client. */
static void
kick (HsEngine *self, HsPeer *peer, HsMembership *member, const char *reason)
{
  HsPeer *kicked = member->peer;

  tell_kick (self, peer, member, reason);
  hs_engine_drop_membership (self, member);
  if (kicked->dialect == HS_DIALECT_PLAIN)
    hs_engine_say_q (self, kicked, "Kicked");
}

static void
kick_one (HsEngine *self, HsPeer *peer, HsChannel *channel, const char *nick, const char *reason)
{
  HsPeer *one = hs_engine_find_nick (self, nick);
  HsMembership *member = one != NULL ? hs_peer_find_membership (one, channel) : NULL;

  if (one == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHNICK, nick, "No such nick", NULL);
  else if (member == NULL)
    hs_engine_reply (self, peer, HS_ERR_USERNOTINCHANNEL, one->nick, channel->name, "They aren't on that channel", NULL);
  else if (hs_engine_is_protected (self, one, channel) && one != peer)
    hs_engine_reply (self, peer, HS_ERR_CHANOPRIVSNEEDED, channel->name, "The host of this server rules this room", NULL);
  else
    kick (self, peer, member, reason);
}

void
hs_command_kick (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  HsChannel *channel = hs_engine_find_seen (self, peer, message->params[0]);
  g_auto (GStrv) nicks = g_strsplit (message->params[1], ",", -1);
  g_autofree char *words = hs_engine_cut (hs_irc_message_param (message, 2), HS_KICK_MAX_BYTES);
  g_autofree char *name = g_strdup (channel != NULL ? channel->name : NULL);

  if (channel == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, message->params[0], "No such channel", NULL);
  else if (hs_peer_find_membership (peer, channel) == NULL && !hs_peer_is_operator (peer))
    hs_engine_reply (self, peer, HS_ERR_NOTONCHANNEL, channel->name, "You're not on that channel", NULL);
  else if (!hs_engine_rules (peer, channel))
    hs_engine_reply (self, peer, HS_ERR_CHANOPRIVSNEEDED, channel->name, "You're not channel operator", NULL);
  else if (g_strv_length (nicks) > HS_TARGETS_MAX)
    hs_engine_reply (self, peer, HS_ERR_TOOMANYTARGETS, nicks[0], "Too many targets", NULL);
  else
    /* The last one out takes the room with it. */
    for (guint i = 0; nicks[i] != NULL && (channel = hs_engine_find_channel (self, name)) != NULL && hs_engine_rules (peer, channel); i++)
      kick_one (self, peer, channel, nicks[i], *words != '\0' ? words : peer->nick);
}

/* ---- Those without IRC ---- */

/* A listener, or a plain guest, is only there where it could join without a word more. */
void
hs_engine_send_away_barred (HsEngine *self, HsChannel *channel)
{
  g_autoptr (GPtrArray) barred = g_ptr_array_new ();

  if (channel != self->lobby)
    return;
  for (GList *l = self->unregistered.head; l != NULL && self->n_listeners > 0; l = l->next)
    if (((HsPeer *) l->data)->listener && hs_engine_find_bar (l->data, channel, "") != NULL)
      g_ptr_array_add (barred, l->data);
  for (guint i = 0; i < channel->members->len; i++)
    {
      HsPeer *peer = ((HsMembership *) g_ptr_array_index (channel->members, i))->peer;

      if (peer->dialect == HS_DIALECT_PLAIN && hs_peer_is_banned (peer, channel))
        g_ptr_array_add (barred, peer);
    }
  for (guint i = 0; i < barred->len; i++)
    hs_engine_say_q (self, g_ptr_array_index (barred, i), "Banned");
}
