/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What guests say and where: PRIVMSG, NOTICE, TAGMSG, JOIN, PART, TOPIC. */
#include "hs-engine-private.h"

#include <string.h>

/* ---- PRIVMSG, NOTICE, TAGMSG ---- */

typedef struct
{
  HsPeer *from;
  const char *command;
  const char *text;  /* (nullable) TAGMSG has none */
  const char *tags;  /* (nullable) client-only */
  gboolean is_notice;
} Saying;

static void
refuse_target (HsEngine *self, const Saying *saying, const char *numeric, const char *target, const char *words)
{
  /* Nothing may be answered to a NOTICE automatically (RFC 2812 3.3.2). */
  if (!saying->is_notice)
    hs_engine_reply (self, saying->from, numeric, target, words, NULL);
}

/* TAGMSG is nothing but its tags. */
static HsCap
needed_caps (const Saying *saying)
{
  return saying->text == NULL ? HS_CAP_MESSAGE_TAGS : 0;
}

static void
send_to_channel (HsFanout *fanout, HsChannel *channel, const Saying *saying)
{
  HsCap needed = needed_caps (saying);

  if (needed == 0)
    {
      hs_fanout_send_channel (fanout, channel, saying->from);
      return;
    }
  for (guint i = 0; i < channel->members->len; i++)
    {
      HsPeer *peer = ((HsMembership *) g_ptr_array_index (channel->members, i))->peer;

      if (peer != saying->from && (peer->caps & needed) == needed)
        hs_fanout_send (fanout, peer);
    }
}

/* A line to oneself is delivered like any other; only its echo belongs to the label. */
static void
send_to_peer (HsEngine *self, HsFanout *fanout, HsPeer *to, const Saying *saying)
{
  HsPeer *capturing = self->capturing;
  HsCap needed = needed_caps (saying);

  if ((to->caps & needed) != needed)
    return;
  self->capturing = NULL;
  hs_fanout_send (fanout, to);
  self->capturing = capturing;
}

static void
say (HsEngine *self, const Saying *saying, HsChannel *channel, HsPeer *to)
{
  const char *target = channel != NULL ? channel->name : to->nick;
  HsCap echo = HS_CAP_ECHO_MESSAGE | needed_caps (saying);
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_irc_message_set (&message, hs_peer_write_source (saying->from, source), saying->command, target, saying->text, NULL);
  hs_fanout_init (&fanout, self, &message);
  hs_fanout_identify (&fanout, saying->tags);
  if (channel != NULL)
    send_to_channel (&fanout, channel, saying);
  else
    send_to_peer (self, &fanout, to, saying);
  if ((saying->from->caps & echo) == echo)
    hs_fanout_send (&fanout, saying->from);
  hs_fanout_clear (&fanout);
}

/* The line that others get is longer by its source: what would not fit is refused, not cut. */
static gboolean
fits (const Saying *saying, const char *target)
{
  char source[HS_SOURCE_SIZE];
  gsize len = strlen (hs_peer_write_source (saying->from, source)) + strlen (saying->command) + strlen (target) + strlen (":   :\r\n");

  return saying->text == NULL || len + strlen (saying->text) <= HS_LINE_MAX;
}

static void
say_in_channel (HsEngine *self, const Saying *saying, const char *name)
{
  HsChannel *channel = hs_engine_find_channel (self, name);
  HsMembership *membership = channel != NULL ? hs_peer_find_membership (saying->from, channel) : NULL;

  if (channel == NULL)
    refuse_target (self, saying, HS_ERR_NOSUCHCHANNEL, name, "No such channel");
  else if (membership == NULL)
    refuse_target (self, saying, HS_ERR_CANNOTSENDTOCHAN, name, "Cannot send to channel: you have not joined it");
  else
    {
      hs_engine_announce (self, membership);
      say (self, saying, channel, NULL);
    }
}

static void
say_to_nick (HsEngine *self, const Saying *saying, const char *nick)
{
  HsPeer *to = hs_engine_find_nick (self, nick);

  if (to == NULL)
    {
      refuse_target (self, saying, HS_ERR_NOSUCHNICK, nick, "No such nick");
      return;
    }
  say (self, saying, NULL, to);
  if (to->away != NULL && saying->text != NULL && !saying->is_notice)
    hs_engine_reply (self, saying->from, HS_RPL_AWAY, to->nick, to->away, NULL);
}

static void
say_to_all (HsEngine *self, const Saying *saying, const char *list)
{
  g_auto (GStrv) targets = g_strsplit (list, ",", -1);

  if (g_strv_length (targets) > HS_TARGETS_MAX)
    {
      refuse_target (self, saying, HS_ERR_TOOMANYTARGETS, targets[0], "Too many targets");
      return;
    }
  for (guint i = 0; targets[i] != NULL; i++)
    {
      if (!fits (saying, targets[i]))
        hs_engine_reply (self, saying->from, HS_ERR_INPUTTOOLONG, "This text is too long for one line", NULL);
      else if (targets[i][0] == '#')
        say_in_channel (self, saying, targets[i]);
      else if (targets[i][0] != '\0')
        say_to_nick (self, saying, targets[i]);
    }
}

void
hs_command_message (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  Saying saying = { .from = peer, .command = message->command };
  g_autofree char *tags = NULL;

  saying.is_notice = strcmp (message->command, "NOTICE") == 0;
  if (strcmp (message->command, "TAGMSG") != 0)
    saying.text = hs_irc_message_param (message, 1);
  if ((peer->caps & HS_CAP_MESSAGE_TAGS) != 0 && message->tags != NULL)
    tags = hs_irc_tags_dup_client_only (message->tags);
  saying.tags = tags;

  if (*hs_irc_message_param (message, 0) == '\0')
    refuse_target (self, &saying, HS_ERR_NORECIPIENT, message->command, "No recipient given");
  else if (saying.text != NULL && *saying.text == '\0')
    {
      if (!saying.is_notice)
        hs_engine_reply (self, peer, HS_ERR_NOTEXTTOSEND, "No text to send", NULL);
    }
  else if (saying.text != NULL || tags != NULL)
    say_to_all (self, &saying, message->params[0]);
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
join_one (HsEngine *self, HsPeer *peer, const char *name)
{
  HsChannel *channel = hs_engine_find_channel (self, name);
  gboolean made = channel == NULL;

  if (!hs_name_is_room (name))
    {
      if (*name == '#')
        hs_engine_reply (self, peer, HS_ERR_BADCHANMASK, name, "This is no name for a channel", NULL);
      else
        hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, name, "No such channel", NULL);
      return;
    }
  if (channel != NULL && hs_peer_find_membership (peer, channel) != NULL)
    return;
  if (count_rooms (peer) >= HS_ROOMS_PER_GUEST)
    {
      hs_engine_reply (self, peer, HS_ERR_TOOMANYCHANNELS, name, "You have joined too many channels", NULL);
      return;
    }
  if (made)
    channel = hs_engine_make_channel (self, name);
  hs_engine_join (self, peer, channel, made || (peer->own && channel == self->lobby), FALSE);
}

void
hs_command_join (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_auto (GStrv) names = NULL;

  if (strcmp (message->params[0], "0") == 0)
    {
      while (peer->memberships != NULL)
        hs_engine_part (self, peer->memberships, NULL);
      return;
    }
  names = g_strsplit (message->params[0], ",", -1);
  for (guint i = 0; names[i] != NULL; i++)
    if (names[i][0] != '\0')
      join_one (self, peer, names[i]);
}

void
hs_command_part (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_auto (GStrv) names = g_strsplit (message->params[0], ",", -1);
  g_autofree char *reason = message->n_params > 1 ? hs_engine_cut (message->params[1], HS_REASON_MAX_BYTES) : NULL;

  for (guint i = 0; names[i] != NULL; i++)
    {
      HsChannel *channel = hs_engine_find_channel (self, names[i]);
      HsMembership *membership = channel != NULL ? hs_peer_find_membership (peer, channel) : NULL;

      if (channel == NULL)
        hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, names[i], "No such channel", NULL);
      else if (membership == NULL)
        hs_engine_reply (self, peer, HS_ERR_NOTONCHANNEL, names[i], "You have not joined this channel", NULL);
      else
        hs_engine_part (self, membership, reason);
    }
}

/* ---- TOPIC ---- */

static void
set_topic (HsEngine *self, HsMembership *membership, const char *topic)
{
  HsChannel *channel = membership->channel;
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_peer_write_source (membership->peer, source);
  g_free (channel->topic);
  g_free (channel->topic_by);
  channel->topic = *topic != '\0' ? hs_engine_cut (topic, HS_TOPIC_MAX_BYTES) : NULL;
  channel->topic_by = g_strdup (membership->peer->nick);
  channel->topic_time = self->now;

  hs_engine_announce (self, membership);
  hs_irc_message_set (&message, source, "TOPIC", channel->name, channel->topic != NULL ? channel->topic : "", NULL);
  hs_fanout_init (&fanout, self, &message);
  hs_fanout_send_channel (&fanout, channel, NULL);
  hs_fanout_clear (&fanout);
  hs_engine_fact (self, HS_FACT_ROOM_CHANGED, NULL, channel->name);
}

void
hs_command_topic (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *name = message->params[0];
  HsChannel *channel = hs_engine_find_channel (self, name);
  HsMembership *membership = channel != NULL ? hs_peer_find_membership (peer, channel) : NULL;

  if (channel == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, name, "No such channel", NULL);
  else if (message->n_params == 1)
    hs_engine_reply_topic (self, peer, channel);
  else if (membership == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOTONCHANNEL, channel->name, "You have not joined this channel", NULL);
  else if (!membership->op)
    hs_engine_reply (self, peer, HS_ERR_CHANOPRIVSNEEDED, channel->name, "Only an operator of the channel may set its topic", NULL);
  else
    set_topic (self, membership, message->params[1]);
}
