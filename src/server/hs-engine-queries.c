/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that ask: who is here, what is this room like, what is this server. AWAY too: it is what WHO and WHOIS tell. */
#include "hs-engine-private.h"

#include <string.h>

#include "hs-config.h"

static const char *
visible_host (const HsPeer *peer, char *space, gsize size)
{
  g_snprintf (space, size, "%s%s", peer->host->name[0] == ':' ? "0" : "", peer->host->name);
  return space;
}

static const char *
shown_of (const HsPeer *peer)
{
  return peer->shown != NULL && *peer->shown != '\0' ? peer->shown : peer->nick;
}

static const char *
user_of (const HsPeer *peer)
{
  return peer->user != NULL ? peer->user : "guest";
}

/* ---- NAMES and LIST ---- */

void
hs_command_names (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *name = hs_irc_message_param (message, 0);
  HsChannel *channel = hs_engine_find_channel (self, name);

  if (channel != NULL)
    hs_engine_reply_names (self, peer, channel);
  else
    hs_engine_reply (self, peer, HS_RPL_ENDOFNAMES, *name != '\0' ? name : "*", "End of /NAMES list", NULL);
}

static void
append_list (HsEngine *self, HsPeer *peer, GString *out, const HsChannel *channel)
{
  g_autofree char *n = g_strdup_printf ("%u", channel->members->len);

  hs_engine_append_reply (self, peer, out, HS_RPL_LIST, channel->name, n, channel->topic != NULL ? channel->topic : "", NULL);
}

void
hs_command_list (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) out = g_string_new (NULL);
  HsChannel *channel;

  hs_engine_append_reply (self, peer, out, HS_RPL_LISTSTART, "Channel", "Users  Name", NULL);
  if (message->n_params > 0)
    {
      g_auto (GStrv) names = g_strsplit (message->params[0], ",", -1);

      for (guint i = 0; names[i] != NULL; i++)
        if ((channel = hs_engine_find_channel (self, names[i])) != NULL)
          append_list (self, peer, out, channel);
    }
  else
    {
      GHashTableIter iter;

      g_hash_table_iter_init (&iter, self->channels);
      while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &channel))
        append_list (self, peer, out, channel);
    }
  hs_engine_append_reply (self, peer, out, HS_RPL_LISTEND, "End of /LIST", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* ---- WHO and WHOIS ---- */

static void
append_who (HsEngine *self, HsPeer *to, GString *out, const HsPeer *peer, const HsMembership *membership)
{
  char host[HS_SOURCE_SIZE];
  g_autofree char *flags = g_strconcat (peer->away != NULL ? "G" : "H", membership != NULL && membership->op ? "@" : "", NULL);
  g_autofree char *shown = g_strconcat ("0 ", shown_of (peer), NULL);

  hs_engine_append_reply (self, to, out, HS_RPL_WHOREPLY, membership != NULL ? membership->channel->name : "*",
                          user_of (peer), visible_host (peer, host, sizeof host), self->server_name, peer->nick, flags, shown, NULL);
}

void
hs_command_who (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *mask = message->n_params > 0 ? message->params[0] : "*";
  HsChannel *channel = hs_engine_find_channel (self, mask);
  HsPeer *one = hs_engine_find_nick (self, mask);
  g_autoptr (GString) out = g_string_new (NULL);

  if (channel != NULL)
    {
      const HsMembership *member;

      for (guint i = 0; (member = hs_channel_get_known (channel, peer, i)) != NULL; i++)
        append_who (self, peer, out, member->peer, member);
    }
  else if (one != NULL)
    append_who (self, peer, out, one, one->memberships);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFWHO, mask, "End of /WHO list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static void
append_whois_channels (HsEngine *self, HsPeer *to, GString *out, const HsPeer *peer)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (const HsMembership *membership = peer->memberships; membership != NULL; membership = membership->next)
    {
      if (list->len > 0)
        g_string_append_c (list, ' ');
      g_string_append_printf (list, "%s%s", membership->op ? "@" : "", membership->channel->name);
      if (list->len > HS_REASON_MAX_BYTES || membership->next == NULL)
        {
          hs_engine_append_reply (self, to, out, HS_RPL_WHOISCHANNELS, peer->nick, list->str, NULL);
          g_string_truncate (list, 0);
        }
    }
}

static void
append_whois (HsEngine *self, HsPeer *to, GString *out, const HsPeer *peer)
{
  char host[HS_SOURCE_SIZE];
  g_autofree char *idle = g_strdup_printf ("%" G_GINT64_FORMAT, (self->now - peer->last_active) / G_USEC_PER_SEC);
  g_autofree char *since = g_strdup_printf ("%" G_GINT64_FORMAT, peer->since / G_USEC_PER_SEC);

  hs_engine_append_reply (self, to, out, HS_RPL_WHOISUSER, peer->nick, user_of (peer),
                          visible_host (peer, host, sizeof host), "*", shown_of (peer), NULL);
  append_whois_channels (self, to, out, peer);
  hs_engine_append_reply (self, to, out, HS_RPL_WHOISSERVER, peer->nick, self->server_name,
                          self->config->name != NULL ? self->config->name : "Handshake", NULL);
  if (peer->own)
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISOPERATOR, peer->nick, "is the host of this server", NULL);
  if (peer->away != NULL)
    hs_engine_append_reply (self, to, out, HS_RPL_AWAY, peer->nick, peer->away, NULL);
  hs_engine_append_reply (self, to, out, HS_RPL_WHOISIDLE, peer->nick, idle, since, "seconds idle, signon time", NULL);
}

void
hs_command_whois (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  /* With two parameters the first names a server: there is only this one. */
  const char *nick = message->params[message->n_params - 1];
  HsPeer *one = hs_engine_find_nick (self, nick);
  g_autoptr (GString) out = g_string_new (NULL);

  if (one != NULL)
    append_whois (self, peer, out, one);
  else
    hs_engine_append_reply (self, peer, out, HS_ERR_NOSUCHNICK, nick, "No such nick", NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFWHOIS, nick, "End of /WHOIS list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* ---- ISON and USERHOST ---- */

void
hs_command_ison (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < message->n_params; i++)
    {
      g_auto (GStrv) nicks = g_strsplit (message->params[i], " ", -1);

      for (guint j = 0; nicks[j] != NULL && list->len < HS_REASON_MAX_BYTES; j++)
        {
          HsPeer *one = hs_engine_find_nick (self, nicks[j]);

          if (one != NULL)
            g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", one->nick);
        }
    }
  hs_engine_reply (self, peer, HS_RPL_ISON, list->str, NULL);
}

void
hs_command_userhost (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < message->n_params && list->len < HS_REASON_MAX_BYTES; i++)
    {
      HsPeer *one = hs_engine_find_nick (self, message->params[i]);

      if (one != NULL)
        g_string_append_printf (list, "%s%s%s=%c%s@%s", list->len > 0 ? " " : "", one->nick, one->own ? "*" : "",
                                one->away != NULL ? '-' : '+', user_of (one), one->host->name);
    }
  hs_engine_reply (self, peer, HS_RPL_USERHOST, list->str, NULL);
}

/* ---- MODE: of a room what is set, for now, and setting is refused in words; of oneself i, which many programs set on arrival ---- */

static void
channel_mode (HsEngine *self, HsPeer *peer, HsChannel *channel, const char *change)
{
  g_autofree char *created = NULL;
  char letter[2] = { 0 };

  if (*change == '\0')
    {
      created = g_strdup_printf ("%" G_GINT64_FORMAT, channel->created / G_USEC_PER_SEC);
      hs_engine_reply (self, peer, HS_RPL_CHANNELMODEIS, channel->name, "+nt", NULL);
      hs_engine_reply (self, peer, HS_RPL_CREATIONTIME, channel->name, created, NULL);
      return;
    }
  change += strspn (change, "+-");
  letter[0] = *change;
  /* Many programs ask for the list of bans when they have joined. */
  if (strcmp (change, "b") == 0)
    hs_engine_reply (self, peer, HS_RPL_ENDOFBANLIST, channel->name, "End of channel ban list", NULL);
  else if (strchr ("nto", letter[0]) != NULL)
    hs_engine_reply (self, peer, HS_ERR_CHANOPRIVSNEEDED, channel->name, "The modes of this channel cannot be changed", NULL);
  else
    hs_engine_reply (self, peer, HS_ERR_UNKNOWNMODE, letter, "is an unknown mode character to me", NULL);
}

static void
reply_user_mode (HsEngine *self, HsPeer *peer)
{
  g_autofree char *modes = g_strdup_printf ("+%s%s", peer->invisible ? "i" : "", peer->own ? "o" : "");

  hs_engine_reply (self, peer, HS_RPL_UMODEIS, modes, NULL);
}

static void
change_user_mode (HsEngine *self, HsPeer *peer, const char *change)
{
  gboolean on = TRUE, unknown = FALSE, invisible = peer->invisible;
  char source[HS_SOURCE_SIZE];
  HsIrcMessage told;
  HsFanout fanout;

  for (; *change != '\0'; change++)
    {
      if (*change == '+' || *change == '-')
        on = *change == '+';
      else if (*change == 'i')
        invisible = on;
      else
        unknown = TRUE;
    }
  if (unknown)
    hs_engine_reply (self, peer, HS_ERR_UMODEUNKNOWNFLAG, "Unknown mode flag", NULL);
  if (invisible == (gboolean) peer->invisible)
    return;

  peer->invisible = invisible;
  self->n_invisible += invisible ? 1 : -1;
  hs_irc_message_set (&told, hs_peer_write_source (peer, source), "MODE", peer->nick, invisible ? "+i" : "-i", NULL);
  hs_fanout_init (&fanout, self, &told);
  hs_fanout_send (&fanout, peer);
  hs_fanout_clear (&fanout);
}

void
hs_command_mode (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *target = message->params[0];
  HsChannel *channel = hs_engine_find_channel (self, target);

  if (channel != NULL)
    channel_mode (self, peer, channel, hs_irc_message_param (message, 1));
  else if (*target == '#')
    hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, target, "No such channel", NULL);
  else if (hs_engine_find_nick (self, target) != peer)
    hs_engine_reply (self, peer, HS_ERR_USERSDONTMATCH, "You can only ask for your own modes", NULL);
  else if (message->n_params > 1)
    change_user_mode (self, peer, message->params[1]);
  else
    reply_user_mode (self, peer);
}

/* ---- The server ---- */

static void
append_count (HsEngine *self, HsPeer *peer, GString *out, const char *numeric, guint n, const char *words)
{
  g_autofree char *number = g_strdup_printf ("%u", n);

  if (n > 0)
    hs_engine_append_reply (self, peer, out, numeric, number, words, NULL);
}

void
hs_engine_append_lusers (HsEngine *self, HsPeer *peer, GString *out)
{
  guint n = self->registered.length;
  g_autofree char *users = g_strdup_printf ("There are %u users and %u invisible on 1 servers", n - self->n_invisible, self->n_invisible);
  g_autofree char *clients = g_strdup_printf ("I have %u clients and 0 servers", n);

  hs_engine_append_reply (self, peer, out, HS_RPL_LUSERCLIENT, users, NULL);
  append_count (self, peer, out, HS_RPL_LUSERUNKNOWN, self->unregistered.length, "unknown connection(s)");
  append_count (self, peer, out, HS_RPL_LUSERCHANNELS, g_hash_table_size (self->channels), "channels formed");
  hs_engine_append_reply (self, peer, out, HS_RPL_LUSERME, clients, NULL);
}

void
hs_command_lusers (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) out = g_string_new (NULL);

  hs_engine_append_lusers (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_motd (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) out = g_string_new (NULL);

  hs_engine_append_motd (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_version (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  hs_engine_reply (self, peer, HS_RPL_VERSION, "handshake-" HS_VERSION, self->server_name, "", NULL);
}

/* ---- AWAY ---- */

void
hs_command_away (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *words = hs_irc_message_param (message, 0);
  char source[HS_SOURCE_SIZE];
  HsIrcMessage told;
  HsFanout fanout;

  g_clear_pointer (&peer->away, g_free);
  if (*words != '\0')
    peer->away = hs_engine_cut (words, HS_AWAY_MAX_BYTES);

  hs_irc_message_set (&told, hs_peer_write_source (peer, source), "AWAY", peer->away, NULL);
  hs_fanout_init (&fanout, self, &told);
  hs_fanout_send_neighbours (&fanout, peer, HS_CAP_AWAY_NOTIFY);
  hs_fanout_clear (&fanout);

  if (peer->away != NULL)
    hs_engine_reply (self, peer, HS_RPL_NOWAWAY, "You have been marked as being away", NULL);
  else
    hs_engine_reply (self, peer, HS_RPL_UNAWAY, "You are no longer marked as being away", NULL);
}
