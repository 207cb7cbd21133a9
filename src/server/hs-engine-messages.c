/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What guests say and where: PRIVMSG, NOTICE, TAGMSG. */
#include "hs-engine-keep-private.h"

#include <string.h>

/* ---- PRIVMSG, NOTICE, TAGMSG ---- */

typedef struct
{
  HsPeer *from;
  const char *source; /* as others see it */
  const char *command;
  const char *text;  /* (nullable) TAGMSG has none */
  const char *tags;  /* (nullable) client-only */
  gboolean is_notice;
  gboolean multiline; /* it is cut into lines where it is sent */
} Saying;

static void
refuse_target (HsEngine *self, const Saying *saying, const char *numeric, const char *target, const char *words)
{
  /* Nothing may be answered to a NOTICE automatically (RFC 2812 3.3.2). */
  if (!saying->is_notice)
    hs_engine_reply (self, saying->from, numeric, target, words, NULL);
}

static void
refuse_recipient (HsEngine *self, const Saying *saying)
{
  g_autofree char *words = g_strdup_printf ("No recipient given (%s)", saying->command);

  if (!saying->is_notice)
    hs_engine_reply (self, saying->from, HS_ERR_NORECIPIENT, words, NULL);
}

/* TAGMSG is nothing but its tags. */
static HsCap
needed_caps (const Saying *saying)
{
  return saying->text == NULL ? HS_CAP_MESSAGE_TAGS : 0;
}

/* @rank: only to those who have it or a higher one ('@', '+', 0). */
static void
send_to_channel (HsFanout *fanout, HsChannel *channel, const Saying *saying, char rank)
{
  HsCap needed = needed_caps (saying);

  if (needed == 0 && rank == 0)
    {
      hs_fanout_send_channel (fanout, channel, saying->from);
      return;
    }
  for (guint i = 0; i < channel->members->len; i++)
    {
      const HsMembership *member = g_ptr_array_index (channel->members, i);

      if (rank != 0 && !member->op && !(rank == '+' && member->voice))
        continue;
      if (member->peer != saying->from && (member->peer->caps & needed) == needed)
        hs_fanout_send (fanout, member->peer);
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

/* All who are there hear it, who says it among them. */
static gboolean
is_for_all (const Saying *saying, const HsChannel *channel, char rank)
{
  return channel != NULL && rank == 0 && needed_caps (saying) == 0 && hs_peer_find_membership (saying->from, channel) != NULL;
}

/* A clock that was set back says nothing. */
static void
note_spoke (HsEngine *self, HsPeer *peer)
{
  peer->spoke = (guint32) CLAMP ((self->now - peer->since) / G_USEC_PER_SEC, 0, G_MAXUINT32);
}

/* @channel or @to; @rank as of send_to_channel (). */
static void
say (HsEngine *self, const Saying *saying, HsChannel *channel, char rank, HsPeer *to)
{
  g_autofree char *target = channel == NULL ? g_strdup (to->nick) : rank == 0 ? g_strdup (channel->name) : g_strdup_printf ("%c%s", rank, channel->name);
  HsCap echo = HS_CAP_ECHO_MESSAGE | needed_caps (saying);
  gint64 id = hs_engine_next_id (self);
  HsIrcMessage message;
  HsAppend *append;
  HsFanout fanout;

  if (saying->text != NULL)
    note_spoke (self, saying->from);
  hs_irc_message_set (&message, saying->source, saying->command, target, saying->text, NULL);
  append = hs_engine_keep_message (self, saying->from, channel, to, id, &message, saying->tags, rank == 0);
  hs_fanout_init (&fanout, self, &message, saying->from);
  hs_fanout_identify (&fanout, id, saying->tags);
  if (append != NULL && is_for_all (saying, channel, rank))
    {
      hs_gate_end_in_room (self, append, saying->from, &fanout, channel);
      hs_fanout_clear (&fanout);
      return;
    }
  if (channel != NULL)
    send_to_channel (&fanout, channel, saying, rank);
  else
    send_to_peer (self, &fanout, to, saying);
  if (append != NULL)
    hs_gate_end (self, append, saying->from);
  else if (saying->multiline)
    {
      g_autofree char *label = hs_engine_take_label (self, saying->from);

      HsBuf *line = (saying->from->caps & echo) == echo ? hs_fanout_get_line (&fanout, hs_peer_get_variant (saying->from)) : NULL;

      hs_engine_send_labelled (self, saying->from, label, line);
    }
  else if ((saying->from->caps & echo) == echo)
    hs_fanout_send (&fanout, saying->from);
  hs_fanout_clear (&fanout);
}

/* The line that others get is longer by its source: what would not fit is refused, not cut. */
static gboolean
fits (const Saying *saying, const char *target)
{
  gsize len = strlen (saying->source) + strlen (saying->command) + strlen (target) + strlen (":   :\r\n");

  return saying->text == NULL || saying->multiline || len + strlen (saying->text) <= HS_LINE_MAX;
}

/* Who may not speak gets 404 with why, where that is known. */
static const char *
explain_silence (const HsChannel *channel, HsMembership *membership)
{
  if ((channel->modes & HS_CHANNEL_MODERATED) != 0)
    return "Cannot send to channel (+m): only those with a voice speak here";
  if (membership == NULL)
    return "Cannot send to channel: you have not joined it";
  return "Cannot send to channel (+bq): you are banned or muted";
}

static void
say_in_channel (HsEngine *self, const Saying *saying, const char *target)
{
  gsize n_ranks = strspn (target, "@+");
  char rank = n_ranks == 0 ? 0 : strchr (target, '+') != NULL && strchr (target, '+') < target + n_ranks ? '+' : '@';
  const char *name = target + n_ranks;
  HsChannel *channel = hs_engine_find_seen (self, saying->from, name);
  HsMembership *membership = channel != NULL ? hs_peer_find_membership (saying->from, channel) : NULL;

  if (channel == NULL)
    refuse_target (self, saying, HS_ERR_NOSUCHCHANNEL, name, "No such channel");
  else if (!hs_engine_may_speak (saying->from, channel, membership))
    refuse_target (self, saying, HS_ERR_CANNOTSENDTOCHAN, channel->name, explain_silence (channel, membership));
  else
    {
      if (membership != NULL)
        hs_engine_announce (self, membership);
      say (self, saying, channel, rank, NULL);
    }
}

/* "#room", or "@#room" for those of that rank (ISUPPORT STATUSMSG). */
static gboolean
names_channel (const char *target)
{
  return target[strspn (target, "@+")] == '#';
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
  say (self, saying, NULL, 0, to);
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
      else if (names_channel (targets[i]))
        say_in_channel (self, saying, targets[i]);
      else if (targets[i][0] != '\0')
        say_to_nick (self, saying, targets[i]);
    }
}

void
hs_command_message (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  char source[HS_SOURCE_SIZE];
  Saying saying = { .from = peer, .source = hs_peer_write_source (peer, source), .command = message->command };
  g_autofree char *tags = NULL;

  saying.is_notice = strcmp (message->command, "NOTICE") == 0;
  if (strcmp (message->command, "TAGMSG") != 0)
    saying.text = hs_irc_message_param (message, 1);
  if ((peer->caps & HS_CAP_MESSAGE_TAGS) != 0 && message->tags != NULL)
    tags = hs_irc_tags_dup_client_only (message->tags);
  saying.tags = tags;

  if (*hs_irc_message_param (message, 0) == '\0')
    refuse_recipient (self, &saying);
  else if (saying.text != NULL && *saying.text == '\0')
    {
      if (!saying.is_notice)
        hs_engine_reply (self, peer, HS_ERR_NOTEXTTOSEND, "No text to send", NULL);
    }
  else if (saying.text != NULL || tags != NULL)
    say_to_all (self, &saying, message->params[0]);
}

void
hs_engine_say_multiline (HsEngine *self, HsPeer *peer, const char *command, const char *target, const char *text, const char *tags)
{
  char source[HS_SOURCE_SIZE];
  Saying saying = { .from = peer, .source = hs_peer_write_source (peer, source), .command = command, .text = text, .tags = tags,
                    .is_notice = strcmp (command, "NOTICE") == 0, .multiline = TRUE };

  /* A batch has one target (IRCv3 multiline). */
  if (strchr (target, ',') != NULL)
    refuse_target (self, &saying, HS_ERR_TOOMANYTARGETS, target, "Too many targets");
  else
    say_to_all (self, &saying, target);
}
