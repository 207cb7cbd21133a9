/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is here: WHO with WHOX, WHOIS, ISON, USERHOST. */
#include "hs-engine-private.h"

#include <string.h>

/* For how many seconds it has said nothing, whatever its program has; of one that never spoke: since it came. */
static gint64
get_idle (const HsEngine *self, const HsPeer *peer)
{
  return MAX ((self->now - peer->since) / G_USEC_PER_SEC - peer->spoke, 0);
}

/* ---- WHO ---- */

/* What is asked for, and of whom: those who share a room with the asker bear this mark. */
typedef struct
{
  HsEngine *engine;
  HsPeer *asker;
  const char *fields; /* (nullable) of WHOX, after the % */
  char token[4];
  GString *out;
} Who;

/* H or G, * for an operator, B for a bot, then the ranks in the room. */
static void
write_flags (const Who *who, const HsPeer *peer, const HsMembership *membership, char flags[8])
{
  g_snprintf (flags, 8, "%s%s%s%s%s", peer->away != NULL ? "G" : "H", hs_peer_is_operator (peer) ? "*" : "", peer->bot ? "B" : "", peer->encrypted ? "s" : "",
              membership != NULL ? hs_membership_get_prefix (membership, (who->asker->caps & HS_CAP_MULTI_PREFIX) != 0) : "");
}

static void
append_classic (const Who *who, const HsPeer *peer, const HsMembership *membership)
{
  char host[HS_HOST_SIZE], flags[8];
  g_autofree char *real = g_strconcat ("0 ", hs_peer_get_realname (peer), NULL);

  write_flags (who, peer, membership, flags);
  hs_engine_append_reply (who->engine, who->asker, who->out, HS_RPL_WHOREPLY, membership != NULL ? membership->channel->name : "*",
                          hs_peer_get_user (peer), hs_peer_write_host (peer, host), who->engine->server_name, peer->nick, flags, real, NULL);
}

/* The order is the specification's, whatever the order they were asked in. */
static const char whox_order[] = "tcuihsnfdlaor";

static void
append_extended (const Who *who, const HsPeer *peer, const HsMembership *membership)
{
  char host[HS_HOST_SIZE], flags[8];
  g_autofree char *idle = g_strdup_printf ("%" G_GINT64_FORMAT, get_idle (who->engine, peer));
  const char *values[] = { who->token, membership != NULL ? membership->channel->name : "*", hs_peer_get_user (peer),
                           hs_peer_write_host (peer, host), host, who->engine->server_name, peer->nick, flags, "0", idle,
                           hs_peer_get_account (peer) != NULL ? hs_peer_get_account (peer) : "0", "n/a",
                           hs_peer_get_realname (peer) };
  HsIrcMessage message = { .source = who->engine->server_name, .command = HS_RPL_WHOSPCRPL, .params = { who->asker->nick }, .n_params = 1 };

  write_flags (who, peer, membership, flags);
  for (guint i = 0; whox_order[i] != '\0'; i++)
    if (strchr (who->fields, whox_order[i]) != NULL)
      message.params[message.n_params++] = values[i];
  hs_irc_message_format (&message, who->out);
}

static void
append_who (const Who *who, const HsPeer *peer, const HsMembership *membership)
{
  if (who->fields != NULL)
    append_extended (who, peer, membership);
  else
    append_classic (who, peer, membership);
}

/* %FIELDS[,TOKEN]; t without a token of at most three digits is no field. */
static void
read_fields (Who *self, char *fields)
{
  char *comma = strchr (fields, ',');
  gsize len = comma != NULL ? strlen (comma + 1) : 0;

  if (comma != NULL)
    *comma = '\0';
  if (len > 0 && len < sizeof self->token && strspn (comma + 1, "0123456789") == len)
    g_strlcpy (self->token, comma + 1, sizeof self->token);
  else
    for (char *t = strchr (fields, 't'); t != NULL; t = strchr (fields, 't'))
      *t = ' ';
  self->fields = fields;
}

static void
append_room (const Who *self, HsChannel *channel)
{
  gboolean inside = hs_peer_find_membership (self->asker, channel) != NULL || hs_peer_is_operator (self->asker);
  const HsMembership *member;

  if (!hs_engine_can_see (self->asker, channel))
    return;
  for (guint i = 0; (member = hs_channel_get_known (channel, self->asker, i)) != NULL; i++)
    if (inside || !member->peer->invisible)
      append_who (self, member->peer, member);
}

/* A room that both may be told of; the first they share if there is one. */
static const HsMembership *
find_visible_room (const HsPeer *asker, const HsPeer *peer)
{
  const HsMembership *public = NULL;

  for (const HsMembership *membership = peer->memberships; membership != NULL; membership = membership->next)
    {
      if (hs_peer_find_membership (asker, membership->channel) != NULL)
        return membership;
      if ((membership->channel->modes & (HS_CHANNEL_SECRET | HS_CHANNEL_PRIVATE)) == 0 && !membership->quiet && !peer->invisible)
        public = membership;
    }
  return public;
}

static gboolean
mask_names (const char *mask, const HsPeer *peer)
{
  char host[HS_HOST_SIZE];

  return hs_mask_glob (mask, peer->nick) || hs_mask_glob (mask, hs_peer_get_user (peer)) || hs_mask_glob (mask, hs_peer_write_host (peer, host)) ||
         hs_mask_glob (mask, hs_peer_get_realname (peer));
}

static void
append_masked (const Who *self, const char *mask, gboolean only_operators)
{
  guint n = 0;

  for (GList *l = self->engine->registered.head; l != NULL && n < HS_WHO_ROWS_MAX; l = l->next)
    {
      const HsPeer *peer = l->data;

      if (only_operators && !hs_peer_is_operator (peer))
        continue;
      if (peer->invisible && peer != self->asker && !hs_peer_is_operator (self->asker) && !hs_peer_shares_room (self->asker, peer))
        continue;
      if (!mask_names (mask, peer))
        continue;
      append_who (self, peer, find_visible_room (self->asker, peer));
      n++;
    }
}

void
hs_command_who (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *mask = message->n_params > 0 ? message->params[0] : "*";
  const char *second = hs_irc_message_param (message, 1);
  const char *percent = strchr (second, '%');
  HsChannel *channel = hs_engine_find_channel (self, mask);
  HsPeer *one = hs_engine_find_nick (self, mask);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *fields = percent != NULL ? g_strdup (percent + 1) : NULL;
  Who who = { .engine = self, .asker = peer, .out = out };

  if (fields != NULL)
    read_fields (&who, fields);
  if (channel != NULL)
    append_room (&who, channel);
  else if (one != NULL)
    append_who (&who, one, find_visible_room (peer, one));
  else if (*mask != '#')
    append_masked (&who, strcmp (mask, "0") == 0 ? "*" : mask, second[0] == 'o');
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFWHO, mask, "End of WHO list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* ---- WHOIS ---- */

static gboolean
may_tell_room (const HsPeer *to, const HsPeer *peer, const HsMembership *membership)
{
  if (to == peer || hs_peer_is_operator (to) || hs_peer_find_membership (to, membership->channel) != NULL)
    return TRUE;
  return (membership->channel->modes & (HS_CHANNEL_SECRET | HS_CHANNEL_PRIVATE)) == 0 && !peer->invisible;
}

static void
append_whois_channels (HsEngine *self, HsPeer *to, GString *out, const HsPeer *peer)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (const HsMembership *membership = peer->memberships; membership != NULL; membership = membership->next)
    {
      if (!may_tell_room (to, peer, membership))
        continue;
      if (list->len > HS_REASON_MAX_BYTES)
        {
          hs_engine_append_reply (self, to, out, HS_RPL_WHOISCHANNELS, peer->nick, list->str, NULL);
          g_string_truncate (list, 0);
        }
      g_string_append_printf (list, "%s%s%s", list->len > 0 ? " " : "", hs_membership_get_prefix (membership, (to->caps & HS_CAP_MULTI_PREFIX) != 0),
                              membership->channel->name);
    }
  if (list->len > 0)
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISCHANNELS, peer->nick, list->str, NULL);
}

/* What concerns only itself and operators. */
static void
append_whois_own (HsEngine *self, HsPeer *to, GString *out, const HsPeer *peer)
{
  g_autofree char *modes = hs_peer_dup_modes (peer);
  g_autofree char *words = g_strconcat ("is using modes ", modes, NULL);
  g_autofree char *key = hs_peer_get_key (peer) != NULL ? hs_fingerprint_to_text (hs_peer_get_key (peer)) : NULL;
  g_autofree char *shown = key != NULL ? g_strconcat ("has client key fingerprint ", key, NULL) : NULL;

  if (to != peer && !hs_peer_is_operator (to))
    return;
  hs_engine_append_reply (self, to, out, HS_RPL_WHOISMODES, peer->nick, words, NULL);
  if (peer->extra != NULL && peer->extra->shown_host != NULL)
    {
      char address[HS_HOST_SIZE];

      hs_engine_append_reply (self, to, out, HS_RPL_WHOISACTUALLY, peer->nick, hs_peer_write_address (peer, address), "is actually using host", NULL);
    }
  if (shown != NULL) /* as bans by key ($k:) take it */
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISCERTFP, peer->nick, shown, NULL);
}

static void
append_whois (HsEngine *self, HsPeer *to, GString *out, const HsPeer *peer)
{
  char host[HS_HOST_SIZE];
  g_autofree char *idle = g_strdup_printf ("%" G_GINT64_FORMAT, get_idle (self, peer));
  g_autofree char *since = g_strdup_printf ("%" G_GINT64_FORMAT, peer->since / G_USEC_PER_SEC);

  hs_engine_append_reply (self, to, out, HS_RPL_WHOISUSER, peer->nick, hs_peer_get_user (peer),
                          hs_peer_write_host (peer, host), "*", hs_peer_get_realname (peer), NULL);
  append_whois_channels (self, to, out, peer);
  hs_engine_append_reply (self, to, out, HS_RPL_WHOISSERVER, peer->nick, self->server_name,
                          self->config->name != NULL ? self->config->name : "Handshake", NULL);
  if (peer->own)
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISOPERATOR, peer->nick, "is the host of this server", NULL);
  else if (peer->oper)
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISOPERATOR, peer->nick, "is an IRC operator", NULL);
  if (hs_peer_is_encrypted ((HsPeer *) peer))
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISSECURE, peer->nick, "is using a secure connection", NULL);
  if (hs_peer_get_account (peer) != NULL)
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISACCOUNT, peer->nick, hs_peer_get_account (peer), "is logged in as", NULL);
  if (peer->bot)
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISBOT, peer->nick, "is a bot", NULL);
  if (peer->away != NULL)
    hs_engine_append_reply (self, to, out, HS_RPL_AWAY, peer->nick, peer->away, NULL);
  hs_engine_append_whois_metadata (self, to, out, peer);
  append_whois_own (self, to, out, peer);
  hs_engine_append_reply (self, to, out, HS_RPL_WHOISIDLE, peer->nick, idle, since, "seconds idle, signon time", NULL);
}

void
hs_command_whois (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  /* With two parameters the first names a server: there is only this one. */
  const char *nick = hs_irc_message_param (message, message->n_params > 0 ? message->n_params - 1 : 0);
  HsPeer *one = hs_engine_find_nick (self, nick);
  g_autoptr (GString) out = g_string_new (NULL);

  if (*nick == '\0')
    {
      hs_engine_reply (self, peer, HS_ERR_NONICKNAMEGIVEN, "No nickname given", NULL);
      return;
    }
  if (one != NULL)
    append_whois (self, peer, out, one);
  else
    hs_engine_append_reply (self, peer, out, HS_ERR_NOSUCHNICK, nick, "No such nick", NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFWHOIS, one != NULL ? one->nick : nick, "End of /WHOIS list", NULL);
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
  char host[HS_HOST_SIZE];

  for (guint i = 0; i < message->n_params && list->len < HS_REASON_MAX_BYTES; i++)
    {
      HsPeer *one = hs_engine_find_nick (self, message->params[i]);

      if (one != NULL)
        g_string_append_printf (list, "%s%s%s=%c%s@%s", list->len > 0 ? " " : "", one->nick, hs_peer_is_operator (one) ? "*" : "",
                                one->away != NULL ? '-' : '+', hs_peer_get_user (one), hs_peer_write_host (one, host));
    }
  hs_engine_reply (self, peer, HS_RPL_USERHOST, list->str, NULL);
}
