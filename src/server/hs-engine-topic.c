/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a room is like: TOPIC, NAMES, LIST. */
#include "hs-engine-private.h"

#include <string.h>

/* ---- TOPIC ---- */

/* Who says it once more hears it once more; nobody else, and it is still who has said it first. */
static void
repeat_topic (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_irc_message_set (&message, hs_peer_write_source (peer, source), "TOPIC", channel->name, channel->topic != NULL ? channel->topic : "", NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  hs_fanout_send (&fanout, peer);
  hs_fanout_clear (&fanout);
}

static void
set_topic (HsEngine *self, HsPeer *peer, HsChannel *channel, const char *topic)
{
  HsMembership *membership = hs_peer_find_membership (peer, channel);
  g_autofree char *words = *topic != '\0' ? hs_engine_cut (topic, HS_TOPIC_MAX_BYTES) : NULL;
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_peer_write_source (peer, source);
  if (g_strcmp0 (words, channel->topic) == 0)
    {
      repeat_topic (self, peer, channel);
      return;
    }
  g_free (channel->topic);
  g_free (channel->topic_by);
  channel->topic = g_steal_pointer (&words);
  channel->topic_by = g_strdup (peer->nick);
  channel->topic_time = self->now;

  if (membership != NULL)
    hs_engine_announce (self, membership);
  hs_engine_room_changed (self, channel); /* kept before it is told, so that this is too */
  hs_irc_message_set (&message, source, "TOPIC", channel->name, channel->topic != NULL ? channel->topic : "", NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  hs_fanout_send_channel (&fanout, channel, NULL);
  if (membership == NULL)
    hs_fanout_send (&fanout, peer);
  hs_fanout_clear (&fanout);
}

static gboolean
may_set_topic (const HsPeer *peer, HsMembership *membership, const HsChannel *channel)
{
  if (hs_engine_rules (peer, channel))
    return TRUE;
  return (channel->modes & HS_CHANNEL_TOPIC_LOCKED) == 0 && membership != NULL && !hs_membership_is_silenced (membership);
}

void
hs_command_topic (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *name = message->params[0];
  HsChannel *channel = hs_engine_find_seen (self, peer, name);
  HsMembership *membership = channel != NULL ? hs_peer_find_membership (peer, channel) : NULL;

  if (channel == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, name, "No such channel", NULL);
  else if (message->n_params > 1 && membership == NULL && !hs_peer_is_operator (peer))
    hs_engine_reply (self, peer, HS_ERR_NOTONCHANNEL, channel->name, "You're not on that channel", NULL);
  else if (message->n_params == 1)
    hs_engine_reply_topic (self, peer, channel);
  else if (!may_set_topic (peer, membership, channel))
    hs_engine_reply (self, peer, HS_ERR_CHANOPRIVSNEEDED, channel->name, "You're not channel operator", NULL);
  else
    set_topic (self, peer, channel, message->params[1]);
}

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

/* ---- NAMES ---- */

static void
append_name (const HsMembership *membership, guint caps, GString *names)
{
  if (names->len > 0)
    g_string_append_c (names, ' ');
  g_string_append (names, hs_membership_get_prefix (membership, (caps & HS_CAP_MULTI_PREFIX) != 0));
  if ((caps & HS_CAP_USERHOST_IN_NAMES) != 0)
    {
      char source[HS_SOURCE_SIZE];

      g_string_append (names, hs_peer_write_source (membership->peer, source));
    }
  else
    g_string_append (names, membership->peer->nick);
}

/* 353's symbol: who may see that the room is there. */
static const char *
get_symbol (const HsChannel *channel)
{
  if ((channel->modes & HS_CHANNEL_SECRET) != 0)
    return "@";
  return (channel->modes & HS_CHANNEL_PRIVATE) != 0 ? "*" : "=";
}

gboolean
hs_membership_is_listed (const HsMembership *self, const HsPeer *peer, gboolean inside)
{
  return inside || !self->peer->invisible || self->peer == peer || hs_peer_is_operator (peer);
}

static void
append_names (HsEngine *self, HsPeer *peer, HsChannel *channel, GString *out)
{
  gsize fixed = strlen (self->server_name) + strlen (peer->nick) + strlen (channel->name) + strlen (":  353  =  :\r\n");
  gboolean inside = hs_peer_find_membership (peer, channel) != NULL;
  g_autoptr (GString) names = g_string_sized_new (HS_LINE_MAX);
  const HsMembership *member;

  for (guint i = 0; (member = hs_channel_get_known (channel, peer, i)) != NULL; i++)
    {
      gsize before = names->len;

      if (!hs_membership_is_listed (member, peer, inside))
        continue;
      append_name (member, peer->caps, names);
      if (before > 0 && fixed + names->len > HS_LINE_MAX)
        {
          g_autofree char *last = g_strdup (names->str + before + 1);

          g_string_truncate (names, before);
          hs_engine_append_reply (self, peer, out, HS_RPL_NAMREPLY, get_symbol (channel), channel->name, names->str, NULL);
          g_string_assign (names, last);
        }
    }
  if (names->len > 0)
    hs_engine_append_reply (self, peer, out, HS_RPL_NAMREPLY, get_symbol (channel), channel->name, names->str, NULL);
}

void
hs_engine_reply_names (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  g_autoptr (GString) out = g_string_sized_new (HS_LINE_MAX);

  append_names (self, peer, channel, out);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFNAMES, channel->name, "End of /NAMES list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_names (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_auto (GStrv) names = g_strsplit (message->n_params > 0 ? message->params[0] : "*", ",", -1);

  if (g_strv_length (names) > HS_TARGETS_MAX)
    {
      hs_engine_reply (self, peer, HS_ERR_TOOMANYTARGETS, names[0], "Too many targets", NULL);
      return;
    }
  for (guint i = 0; names[i] != NULL; i++)
    {
      HsChannel *channel = hs_engine_find_seen (self, peer, names[i]);

      if (channel != NULL)
        hs_engine_reply_names (self, peer, channel);
      else
        hs_engine_reply (self, peer, HS_RPL_ENDOFNAMES, names[i], "End of /NAMES list", NULL);
    }
}

/* ---- LIST (ISUPPORT ELIST=CMNTU) ---- */

typedef struct
{
  guint64 more_than, fewer_than;  /* U */
  gint64 made_before, made_after; /* C, Unix µs */
  gint64 topic_before, topic_after; /* T */
  char *mask;     /* (nullable) M */
  char *not_mask; /* (nullable) N */
} ListFilter;

static void
list_filter_clear (ListFilter *self)
{
  g_free (self->mask);
  g_free (self->not_mask);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ListFilter, list_filter_clear)

/* "C<60": made within the last 60 minutes; ">3": more than three people. FALSE: it is no condition but a name. */
static gboolean
read_condition (ListFilter *self, const char *word, gint64 now)
{
  char kind = g_ascii_toupper (*word);
  const char *sign = kind == 'C' || kind == 'T' ? word + 1 : word;
  guint64 number = 0;

  if (*word == '!')
    {
      g_free (self->not_mask);
      self->not_mask = g_strdup (word + 1);
      return TRUE;
    }
  if (*sign != '<' && *sign != '>')
    {
      if (strpbrk (word, "*?") == NULL)
        return FALSE;
      g_free (self->mask);
      self->mask = g_strdup (word);
      return TRUE;
    }
  if (!g_ascii_string_to_unsigned (sign + 1, 10, 0, G_MAXUINT32, &number, NULL))
    return TRUE;
  if (sign == word)
    *(*sign == '<' ? &self->fewer_than : &self->more_than) = number;
  else
    {
      gint64 then = now - (gint64) number * G_TIME_SPAN_MINUTE;

      if (kind == 'C')
        *(*sign == '<' ? &self->made_after : &self->made_before) = then;
      else
        *(*sign == '<' ? &self->topic_after : &self->topic_before) = then;
    }
  return TRUE;
}

static gboolean
passes (const ListFilter *self, const HsChannel *channel)
{
  if (channel->members->len >= self->fewer_than || (self->more_than > 0 && channel->members->len <= self->more_than))
    return FALSE;
  if (channel->created < self->made_after || channel->created > self->made_before)
    return FALSE;
  if (self->topic_after != G_MININT64 && (channel->topic == NULL || channel->topic_time < self->topic_after))
    return FALSE;
  if (self->topic_before != G_MAXINT64 && (channel->topic == NULL || channel->topic_time > self->topic_before))
    return FALSE;
  if (self->mask != NULL && !hs_mask_glob (self->mask, channel->name))
    return FALSE;
  return self->not_mask == NULL || !hs_mask_glob (self->not_mask, channel->name);
}

static gboolean
is_public (const HsPeer *peer, const HsChannel *channel)
{
  if ((channel->modes & (HS_CHANNEL_SECRET | HS_CHANNEL_PRIVATE)) == 0)
    return TRUE;
  return hs_peer_is_operator (peer) || hs_peer_find_membership (peer, channel) != NULL;
}

/* FALSE: there are too many. */
static gboolean
append_list (HsEngine *self, HsPeer *peer, GString *out, const HsChannel *channel, guint *n)
{
  g_autofree char *members = g_strdup_printf ("%u", channel->members->len);

  if (!is_public (peer, channel))
    return TRUE;
  if (++*n > HS_LIST_ROWS_MAX)
    return FALSE;
  hs_engine_append_reply (self, peer, out, HS_RPL_LIST, channel->name, members, channel->topic != NULL ? channel->topic : "", NULL);
  return TRUE;
}

static void
append_all (HsEngine *self, HsPeer *peer, GString *out, const ListFilter *filter)
{
  GHashTableIter iter;
  HsChannel *channel;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &channel))
    if (passes (filter, channel) && !append_list (self, peer, out, channel, &n))
      {
        hs_engine_append_reply (self, peer, out, HS_ERR_TOOMANYMATCHES, "LIST", "Output too long, truncated", NULL);
        return;
      }
}

void
hs_command_list (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_auto (ListFilter) filter = { .fewer_than = G_MAXUINT64, .made_before = G_MAXINT64, .made_after = G_MININT64,
                                 .topic_before = G_MAXINT64, .topic_after = G_MININT64 };
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean by_name = FALSE;
  guint n = 0;

  hs_engine_append_reply (self, peer, out, HS_RPL_LISTSTART, "Channel", "Users  Name", NULL);
  for (guint i = message->n_params; i-- > 0;)
    {
      g_auto (GStrv) words = g_strsplit (message->params[i], ",", -1);

      for (guint j = 0; words[j] != NULL; j++)
        {
          HsChannel *channel;

          if (words[j][0] == '\0' || read_condition (&filter, words[j], self->now))
            continue;
          by_name = TRUE;
          channel = hs_engine_find_channel (self, words[j]);
          if (channel != NULL && passes (&filter, channel))
            append_list (self, peer, out, channel, &n);
        }
    }
  if (!by_name)
    append_all (self, peer, out, &filter);
  hs_engine_append_reply (self, peer, out, HS_RPL_LISTEND, "End of /LIST", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}
