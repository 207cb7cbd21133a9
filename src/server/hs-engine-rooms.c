/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How guests come into rooms and leave them: who may, who is told. */
#include "hs-engine-keep-private.h"

#include <string.h>

HsChannel *
hs_engine_find_channel (HsEngine *self, const char *name)
{
  return g_hash_table_lookup (self->channels, name);
}

HsChannel *
hs_engine_find_channel_again (HsEngine *self, const char *name, guint64 id)
{
  HsChannel *channel = hs_engine_find_channel (self, name);
  GHashTableIter iter;

  if (id == 0)
    return NULL;
  if (channel != NULL && channel->id == id)
    return channel;
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &channel))
    if (channel->id == id)
      return channel;
  return NULL;
}

HsChannel *
hs_engine_make_channel (HsEngine *self, const char *name)
{
  HsChannel *channel = g_new0 (HsChannel, 1);

  channel->id = ++self->next_channel_id;
  channel->name = g_strdup (name);
  channel->created = self->now;
  channel->modes = HS_CHANNEL_DEFAULT_MODES;
  channel->members = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_insert (self->channels, channel->name, channel);
  return channel;
}

HsChannel *
hs_engine_find_seen (HsEngine *self, const HsPeer *peer, const char *name)
{
  HsChannel *channel = hs_engine_find_channel (self, name);

  return channel != NULL && hs_engine_can_see (peer, channel) ? channel : NULL;
}

void
hs_engine_room_changed (HsEngine *self, HsChannel *channel)
{
  hs_engine_fact (self, HS_FACT_ROOM_CHANGED, NULL, channel->name);
  if (channel->kept || hs_channel_has_settings (channel))
    hs_engine_keep_room (self, channel);
}

/* ---- Rights ---- */

gboolean
hs_engine_rules (const HsPeer *peer, const HsChannel *channel)
{
  const HsMembership *membership = hs_peer_find_membership (peer, channel);

  return hs_peer_is_operator (peer) || (membership != NULL && membership->op);
}

gboolean
hs_engine_can_see (const HsPeer *peer, const HsChannel *channel)
{
  return (channel->modes & HS_CHANNEL_SECRET) == 0 || hs_peer_is_operator (peer) || hs_peer_find_membership (peer, channel) != NULL;
}

gboolean
hs_engine_is_protected (HsEngine *self, const HsPeer *peer, const HsChannel *channel)
{
  return peer->own && channel == self->lobby;
}

void
hs_peer_init_subject (const HsPeer *self, const char *nick, HsMaskSubject *subject, char *host)
{
  *subject = (HsMaskSubject){ .nick = nick != NULL ? nick : "", .user = hs_peer_get_user (self), .host = hs_peer_write_address (self, host),
                              .shown_host = self->extra != NULL ? self->extra->shown_host : NULL,
                              .account = hs_peer_get_account (self), .key = hs_peer_get_key (self) };
}

static gboolean
names_peer (const HsChannel *self, HsListKind kind, const HsPeer *peer)
{
  char host[HS_HOST_SIZE];
  HsMaskSubject subject;

  hs_peer_init_subject (peer, peer->nick, &subject, host);
  return hs_channel_list_names (self, kind, &subject);
}

static gboolean
is_forbidden (const HsChannel *channel, gboolean or_quiet, const HsPeer *peer)
{
  char host[HS_HOST_SIZE];
  HsMaskSubject subject;

  hs_peer_init_subject (peer, peer->nick, &subject, host);
  return hs_channel_forbids (channel, or_quiet, &subject);
}

gboolean
hs_peer_is_banned (const HsPeer *self, const HsChannel *channel)
{
  return !hs_peer_is_operator (self) && is_forbidden (channel, FALSE, self);
}

gboolean
hs_peer_shares_room (const HsPeer *self, const HsPeer *other)
{
  for (const HsMembership *membership = other->memberships; membership != NULL; membership = membership->next)
    if (hs_peer_find_membership (self, membership->channel) != NULL)
      return TRUE;
  return FALSE;
}

/* The lists are only gone through when they, or its name, have changed since. */
gboolean
hs_membership_is_silenced (HsMembership *self)
{
  if (self->lists_age != (self->channel->lists_age & HS_LISTS_AGE_MASK))
    {
      self->silenced = is_forbidden (self->channel, TRUE, self->peer);
      self->lists_age = self->channel->lists_age & HS_LISTS_AGE_MASK;
    }
  return self->silenced;
}

gboolean
hs_engine_may_speak (const HsPeer *peer, const HsChannel *channel, HsMembership *membership)
{
  if (hs_peer_is_operator (peer) || (membership != NULL && (membership->op || membership->voice)))
    return TRUE;
  if ((channel->modes & HS_CHANNEL_MODERATED) != 0)
    return FALSE;
  if (membership == NULL)
    return (channel->modes & (HS_CHANNEL_NO_EXTERNAL | HS_CHANNEL_SECRET)) == 0 && !is_forbidden (channel, TRUE, peer);
  return !hs_membership_is_silenced (membership);
}

void
hs_peer_forget_silence (HsPeer *self)
{
  for (HsMembership *membership = self->memberships; membership != NULL; membership = membership->next)
    membership->lists_age = (membership->channel->lists_age - 1) & HS_LISTS_AGE_MASK;
}

const HsBar *
hs_engine_find_bar (const HsPeer *peer, const HsChannel *channel, const char *key)
{
  static const HsBar banned = { HS_ERR_BANNEDFROMCHAN, "Cannot join channel (+b): you are banned from it" };
  static const HsBar invite_only = { HS_ERR_INVITEONLYCHAN, "Cannot join channel (+i): it needs an invitation" };
  static const HsBar no_account = { HS_ERR_NEEDREGGEDNICK, "Cannot join channel (+R): it needs an account, and to be logged in" };
  static const HsBar bad_key = { HS_ERR_BADCHANNELKEY, "Cannot join channel (+k): it needs a key" };
  static const HsBar full = { HS_ERR_CHANNELISFULL, "Cannot join channel (+l): it is full" };

  if (hs_peer_is_operator (peer))
    return NULL;
  if (is_forbidden (channel, FALSE, peer))
    return &banned;
  if ((channel->modes & HS_CHANNEL_INVITE_ONLY) != 0 && !hs_peer_is_invited (peer, channel) && !names_peer (channel, HS_LIST_INVEX, peer))
    return &invite_only;
  if ((channel->modes & HS_CHANNEL_ACCOUNTS_ONLY) != 0 && hs_peer_get_account (peer) == NULL && !hs_peer_is_invited (peer, channel))
    return &no_account;
  if (channel->key != NULL && strcmp (channel->key, key) != 0)
    return &bad_key;
  if (channel->limit != 0 && channel->members->len >= channel->limit && !hs_peer_is_invited (peer, channel))
    return &full;
  return NULL;
}

/* A quiet arrival in a room of thousands must not walk over all the others: they stand behind those who have been told of. */
static void
swap_members (HsChannel *self, guint i, guint j)
{
  gpointer *members = self->members->pdata;
  HsMembership *former = members[i];

  members[i] = members[j];
  members[j] = former;
  ((HsMembership *) members[i])->index = i;
  ((HsMembership *) members[j])->index = j;
}

/* ---- Coming ---- */

static HsMembership *
add_membership (HsPeer *peer, HsChannel *channel, gboolean quiet)
{
  HsMembership *self = g_new0 (HsMembership, 1);

  self->peer = peer;
  self->channel = channel;
  self->next = peer->memberships;
  peer->memberships = self;
  self->index = channel->members->len;
  self->quiet = quiet;
  g_ptr_array_add (channel->members, self);
  channel->crowd_age++;
  if (!quiet)
    swap_members (channel, self->index, channel->n_told++);
  return self;
}

/* JOIN in its two forms (IRCv3 extended-join: account or "*", and the shown name). */
typedef struct
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage plain_message, extended_message;
  HsFanout plain, extended;
} Arrival;

static void
arrival_init (Arrival *self, HsEngine *engine, HsPeer *peer, HsChannel *channel)
{
  hs_peer_write_source (peer, self->source);
  hs_irc_message_set (&self->plain_message, self->source, "JOIN", channel->name, NULL);
  hs_irc_message_set (&self->extended_message, self->source, "JOIN", channel->name,
                      hs_peer_get_account (peer) != NULL ? hs_peer_get_account (peer) : "*",
                      peer->shown != NULL ? peer->shown : peer->nick, NULL);
  hs_fanout_init (&self->plain, engine, &self->plain_message, peer);
  hs_fanout_init (&self->extended, engine, &self->extended_message, peer);
}

static void
arrival_send (Arrival *self, HsPeer *to)
{
  hs_fanout_send ((to->caps & HS_CAP_EXTENDED_JOIN) != 0 ? &self->extended : &self->plain, to);
}

static void
arrival_send_others (Arrival *self, HsEngine *engine, HsMembership *membership)
{
  GPtrArray *members = membership->channel->members;

  hs_engine_keep_event (engine, membership->channel, &self->plain_message);
  for (guint i = 0; i < members->len; i++)
    {
      const HsMembership *other = g_ptr_array_index (members, i);

      if (other != membership)
        arrival_send (self, other->peer);
    }
  if (membership->peer->away != NULL)
    {
      HsIrcMessage away;
      HsFanout fanout;

      hs_irc_message_set (&away, self->source, "AWAY", membership->peer->away, NULL);
      hs_fanout_init (&fanout, engine, &away, membership->peer);
      for (guint i = 0; i < members->len; i++)
        {
          const HsMembership *other = g_ptr_array_index (members, i);

          if (other != membership && (other->peer->caps & HS_CAP_AWAY_NOTIFY) != 0)
            hs_fanout_send (&fanout, other->peer);
        }
      hs_fanout_clear (&fanout);
    }
  hs_engine_tell_room_metadata (engine, membership);
}

static void
arrival_clear (Arrival *self)
{
  hs_fanout_clear (&self->plain);
  hs_fanout_clear (&self->extended);
}

static void
show_room (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  if (channel->topic != NULL)
    hs_engine_reply_topic (self, peer, channel);
  hs_engine_reply_marker (self, peer, channel);
  if ((peer->caps & HS_CAP_NO_IMPLICIT_NAMES) == 0)
    hs_engine_reply_names (self, peer, channel);
  hs_engine_sync_metadata (self, peer, channel);
}

void
hs_engine_join (HsEngine *self, HsPeer *peer, HsChannel *channel, gboolean op, gboolean arriving)
{
  gboolean quiet = arriving && !op && channel->n_told >= HS_ANNOUNCED_ARRIVALS;
  HsMembership *membership = add_membership (peer, channel, quiet);
  Arrival arrival;

  membership->op = op;
  membership->lists_age = (channel->lists_age - 1) & HS_LISTS_AGE_MASK;
  hs_peer_forget_invitation (peer, channel);

  arrival_init (&arrival, self, peer, channel);
  arrival_send (&arrival, peer);
  if (!membership->quiet)
    arrival_send_others (&arrival, self, membership);
  arrival_clear (&arrival);

  if (peer->dialect == HS_DIALECT_IRC)
    {
      show_room (self, peer, channel);
      hs_engine_tell_retention (self, peer, channel);
    }
  hs_engine_fact (self, HS_FACT_ROOM_CHANGED, NULL, channel->name);
}

void
hs_engine_announce (HsEngine *self, HsMembership *membership)
{
  Arrival arrival;

  if (!membership->quiet)
    return;
  membership->quiet = FALSE;
  swap_members (membership->channel, membership->index, membership->channel->n_told++);
  arrival_init (&arrival, self, membership->peer, membership->channel);
  arrival_send_others (&arrival, self, membership);
  arrival_clear (&arrival);
}

void
hs_engine_lead_over (HsEngine *self, HsMembership *membership, const char *former, const char *reason)
{
  HsPeer *peer = membership->peer;
  Arrival arrival;
  HsIrcMessage part;
  HsFanout fanout;

  arrival_init (&arrival, self, peer, membership->channel);
  hs_irc_message_set (&part, arrival.source, "PART", former, reason, NULL);
  hs_fanout_init (&fanout, self, &part, peer);
  hs_fanout_send (&fanout, peer);
  hs_fanout_clear (&fanout);
  arrival_send (&arrival, peer);
  arrival_clear (&arrival);
  show_room (self, peer, membership->channel);
}

static void
send_ranks (HsEngine *self, HsMembership *membership, HsPeer *to)
{
  const char *nick = membership->peer->nick;
  const char *modes = membership->op ? membership->voice ? "+ov" : "+o" : "+v";
  g_autoptr (GString) out = g_string_new (NULL);
  HsIrcMessage message;

  if (!membership->op && !membership->voice)
    return;
  hs_irc_message_set (&message, self->server_name, "MODE", membership->channel->name, modes, nick,
                      membership->op && membership->voice ? nick : NULL, NULL);
  hs_irc_message_format (&message, out);
  hs_engine_send_text (self, to, out->str, out->len);
}

void
hs_engine_repeat_arrival (HsEngine *self, HsMembership *membership, HsCap lacking)
{
  const GPtrArray *members = membership->channel->members;
  Arrival arrival;

  arrival_init (&arrival, self, membership->peer, membership->channel);
  for (guint i = 0; i < members->len; i++)
    {
      HsPeer *other = ((HsMembership *) g_ptr_array_index (members, i))->peer;

      if (other == membership->peer || other->dialect != HS_DIALECT_IRC || (other->caps & lacking) != 0)
        continue;
      arrival_send (&arrival, other);
      send_ranks (self, membership, other);
    }
  arrival_clear (&arrival);
}

/* ---- Going ---- */

static void
unlink_membership (HsMembership *self)
{
  HsMembership **link = &self->peer->memberships;

  while (*link != self)
    link = &(*link)->next;
  *link = self->next;
}

void
hs_engine_drop_membership (HsEngine *self, HsMembership *membership)
{
  HsChannel *channel = membership->channel;

  unlink_membership (membership);
  if (!membership->quiet)
    swap_members (channel, membership->index, --channel->n_told);
  swap_members (channel, membership->index, channel->members->len - 1);
  g_ptr_array_set_size (channel->members, (int) channel->members->len - 1);
  channel->crowd_age++;

  hs_engine_fact (self, HS_FACT_ROOM_CHANGED, NULL, channel->name);
  if (channel->members->len == 0 && channel != self->lobby && !channel->kept)
    g_hash_table_remove (self->channels, channel->name);
}

void
hs_engine_part (HsEngine *self, HsMembership *membership, const char *reason)
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_irc_message_set (&message, hs_peer_write_source (membership->peer, source), "PART", membership->channel->name, reason, NULL);
  hs_fanout_init (&fanout, self, &message, membership->peer);
  if (membership->quiet)
    hs_fanout_send (&fanout, membership->peer);
  else
    hs_fanout_send_channel (&fanout, membership->channel, NULL);
  hs_fanout_clear (&fanout);
  hs_engine_drop_membership (self, membership);
}

/* ---- JOIN and PART ---- */

static guint
count_rooms (const HsPeer *peer)
{
  guint n = 0;

  for (const HsMembership *membership = peer->memberships; membership != NULL; membership = membership->next)
    n++;
  return n;
}

static void
refuse_name (HsEngine *self, HsPeer *peer, const char *name)
{
  if (*name == '#')
    hs_engine_reply (self, peer, HS_ERR_BADCHANMASK, name, "This is no name for a channel", NULL);
  else
    hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, name, "No such channel", NULL);
}

/* Those who know the answer follow it themselves (IRCv3 channel-rename); others are led there. Who could not come in is not told the new name. */
static const char *
follow_renamed (HsEngine *self, HsPeer *peer, const char *former, const HsChannel *channel, const char *key)
{
  static const char words[] = "The channel has been renamed";
  const HsBar *bar = hs_peer_find_membership (peer, channel) == NULL ? hs_engine_find_bar (peer, channel, key) : NULL;

  if (!hs_engine_can_see (peer, channel) && !hs_peer_is_invited (peer, channel))
    {
      hs_engine_reply (self, peer, HS_ERR_UNAVAILRESOURCE, former, "The name is kept for somebody else for a while", NULL);
      return NULL;
    }
  if (bar != NULL)
    {
      hs_engine_reply (self, peer, bar->numeric, former, bar->words, NULL);
      return NULL;
    }
  if ((peer->caps & HS_CAP_CHANNEL_RENAME) != 0)
    {
      hs_engine_fail_about (self, peer, NULL, "JOIN", "CHANNEL_RENAMED", former, channel->name, words);
      return NULL;
    }
  hs_engine_reply (self, peer, HS_ERR_LINKCHANNEL, former, channel->name, words, NULL);
  return channel->name;
}

static void
join_one (HsEngine *self, HsPeer *peer, const char *name, const char *key)
{
  HsChannel *channel = hs_engine_find_channel (self, name);
  HsChannel *renamed = channel == NULL ? channel = hs_engine_find_renamed (self, name) : NULL;
  /* Somebody must rule a room that everybody has left, too. */
  gboolean made = channel == NULL, empty = made || (channel->members->len == 0 && channel != self->lobby);
  const HsBar *bar;

  if (!hs_name_is_room (name))
    {
      refuse_name (self, peer, name);
      return;
    }
  if (renamed != NULL && (name = follow_renamed (self, peer, name, renamed, key)) == NULL)
    return;
  if (channel != NULL && hs_peer_find_membership (peer, channel) != NULL)
    return;
  if (count_rooms (peer) >= HS_ROOMS_PER_GUEST)
    {
      hs_engine_reply (self, peer, HS_ERR_TOOMANYCHANNELS, name, "You have joined too many channels", NULL);
      return;
    }
  if (made)
    channel = hs_engine_make_channel (self, name);
  else if ((bar = hs_engine_find_bar (peer, channel, key)) != NULL)
    {
      hs_engine_reply (self, peer, bar->numeric, channel->name, bar->words, NULL);
      return;
    }
  hs_engine_join (self, peer, channel, empty || (peer->own && channel == self->lobby), FALSE);
}

void
hs_command_join (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_auto (GStrv) names = g_strsplit (message->params[0], ",", -1);
  g_auto (GStrv) keys = g_strsplit (hs_irc_message_param (message, 1), ",", -1);
  guint n_keys = g_strv_length (keys);

  if (strcmp (message->params[0], "0") == 0)
    {
      while (peer->memberships != NULL)
        hs_engine_part (self, peer->memberships, NULL);
      return;
    }
  for (guint i = 0; names[i] != NULL; i++)
    if (names[i][0] != '\0')
      join_one (self, peer, names[i], i < n_keys ? keys[i] : "");
}

void
hs_command_part (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_auto (GStrv) names = g_strsplit (message->params[0], ",", -1);
  g_autofree char *reason = message->n_params > 1 ? hs_engine_cut (message->params[1], HS_REASON_MAX_BYTES) : NULL;

  for (guint i = 0; names[i] != NULL; i++)
    {
      HsChannel *channel = hs_engine_find_seen (self, peer, names[i]);
      HsMembership *membership = channel != NULL ? hs_peer_find_membership (peer, channel) : NULL;

      if (channel == NULL)
        hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, names[i], "No such channel", NULL);
      else if (membership == NULL)
        hs_engine_reply (self, peer, HS_ERR_NOTONCHANNEL, channel->name, "You're not on that channel", NULL);
      else
        hs_engine_part (self, membership, reason);
    }
}
