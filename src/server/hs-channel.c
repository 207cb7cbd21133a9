/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's rooms and who is in them. (What people see of a room is model/'s HsRoom.) */
#include "hs-engine-private.h"

#include <string.h>

HsChannel *
hs_engine_find_channel (HsEngine *self, const char *name)
{
  return g_hash_table_lookup (self->channels, name);
}

HsChannel *
hs_engine_make_channel (HsEngine *self, const char *name)
{
  HsChannel *channel = g_new0 (HsChannel, 1);

  channel->name = g_strdup (name);
  channel->created = self->now;
  channel->members = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_insert (self->channels, channel->name, channel);
  return channel;
}

void
hs_channel_free (HsChannel *self)
{
  g_free (self->name);
  g_free (self->topic);
  g_free (self->topic_by);
  g_ptr_array_unref (self->members);
  g_free (self);
}

HsMembership *
hs_peer_find_membership (const HsPeer *self, const HsChannel *channel)
{
  HsMembership *membership = self->memberships;

  while (membership != NULL && membership->channel != channel)
    membership = membership->next;
  return membership;
}

const HsMembership *
hs_channel_get_known (const HsChannel *self, const HsPeer *peer, guint i)
{
  const HsMembership *own = NULL;

  if (i < self->n_told)
    return g_ptr_array_index (self->members, i);
  if (i == self->n_told)
    own = hs_peer_find_membership (peer, self);
  return own != NULL && own->quiet ? own : NULL;
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
  if (!quiet)
    swap_members (channel, self->index, channel->n_told++);
  return self;
}

/* JOIN in its two forms (IRCv3 extended-join: account, here always "*", and the shown name). */
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
  hs_irc_message_set (&self->extended_message, self->source, "JOIN", channel->name, "*",
                      peer->shown != NULL ? peer->shown : peer->nick, NULL);
  hs_fanout_init (&self->plain, engine, &self->plain_message);
  hs_fanout_init (&self->extended, engine, &self->extended_message);
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
      hs_fanout_init (&fanout, engine, &away);
      for (guint i = 0; i < members->len; i++)
        {
          const HsMembership *other = g_ptr_array_index (members, i);

          if (other != membership && (other->peer->caps & HS_CAP_AWAY_NOTIFY) != 0)
            hs_fanout_send (&fanout, other->peer);
        }
      hs_fanout_clear (&fanout);
    }
}

static void
arrival_clear (Arrival *self)
{
  hs_fanout_clear (&self->plain);
  hs_fanout_clear (&self->extended);
}

void
hs_engine_join (HsEngine *self, HsPeer *peer, HsChannel *channel, gboolean op, gboolean arriving)
{
  gboolean quiet = arriving && !op && channel->n_told >= HS_ANNOUNCED_ARRIVALS;
  HsMembership *membership = add_membership (peer, channel, quiet);
  Arrival arrival;

  membership->op = op;

  arrival_init (&arrival, self, peer, channel);
  arrival_send (&arrival, peer);
  if (!membership->quiet)
    arrival_send_others (&arrival, self, membership);
  arrival_clear (&arrival);

  if (peer->dialect == HS_DIALECT_IRC)
    {
      if (channel->topic != NULL)
        hs_engine_reply_topic (self, peer, channel);
      hs_engine_reply_names (self, peer, channel);
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

  hs_engine_fact (self, HS_FACT_ROOM_CHANGED, NULL, channel->name);
  if (channel->members->len == 0 && channel != self->lobby)
    g_hash_table_remove (self->channels, channel->name);
}

void
hs_engine_part (HsEngine *self, HsMembership *membership, const char *reason)
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_irc_message_set (&message, hs_peer_write_source (membership->peer, source), "PART", membership->channel->name, reason, NULL);
  hs_fanout_init (&fanout, self, &message);
  if (membership->quiet)
    hs_fanout_send (&fanout, membership->peer);
  else
    hs_fanout_send_channel (&fanout, membership->channel, NULL);
  hs_fanout_clear (&fanout);
  hs_engine_drop_membership (self, membership);
}

/* ---- What a room is like ---- */

void
hs_engine_reply_topic (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  g_autofree char *time = NULL;

  if (channel->topic == NULL)
    {
      hs_engine_reply (self, peer, HS_RPL_NOTOPIC, channel->name, "No topic is set", NULL);
      return;
    }
  time = g_strdup_printf ("%" G_GINT64_FORMAT, channel->topic_time / G_USEC_PER_SEC);
  hs_engine_reply (self, peer, HS_RPL_TOPIC, channel->name, channel->topic, NULL);
  hs_engine_reply (self, peer, HS_RPL_TOPICWHOTIME, channel->name, channel->topic_by, time, NULL);
}

static void
append_name (const HsMembership *membership, gboolean userhost, GString *names)
{
  if (names->len > 0)
    g_string_append_c (names, ' ');
  if (membership->op)
    g_string_append_c (names, '@');
  if (userhost)
    {
      char source[HS_SOURCE_SIZE];

      g_string_append (names, hs_peer_write_source (membership->peer, source));
    }
  else
    g_string_append (names, membership->peer->nick);
}

void
hs_engine_reply_names (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  gboolean userhost = (peer->caps & HS_CAP_USERHOST_IN_NAMES) != 0;
  gsize fixed = strlen (self->server_name) + strlen (peer->nick) + strlen (channel->name) + strlen (":  353  =  :\r\n");
  g_autoptr (GString) out = g_string_sized_new (HS_LINE_MAX);
  g_autoptr (GString) names = g_string_sized_new (HS_LINE_MAX);
  const HsMembership *member;

  for (guint i = 0; (member = hs_channel_get_known (channel, peer, i)) != NULL; i++)
    {
      gsize before = names->len;

      append_name (member, userhost, names);
      if (before > 0 && fixed + names->len > HS_LINE_MAX)
        {
          g_autofree char *last = g_strdup (names->str + before + 1);

          g_string_truncate (names, before);
          hs_engine_append_reply (self, peer, out, HS_RPL_NAMREPLY, "=", channel->name, names->str, NULL);
          g_string_assign (names, last);
        }
    }
  if (names->len > 0)
    hs_engine_append_reply (self, peer, out, HS_RPL_NAMREPLY, "=", channel->name, names->str, NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFNAMES, channel->name, "End of /NAMES list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}
