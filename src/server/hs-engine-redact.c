/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REDACT (IRCv3 draft/message-redaction): one's own messages where the host lets their authors delete them, anybody's by who rules the room. The text
 * goes from the store first; those who take the command hear of it then. */
#include "hs-engine-keep-private.h"

#include <string.h>

typedef struct
{
  HsAsk ask;
  char *target;   /* the room's name, or the nick as it was given */
  guint64 channel_id; /* 0: a private conversation */
  char *msgid;
  char *reason;   /* (nullable) */
  char *label;    /* (nullable) */
  char *source;   /* who asks, as others see it */
  char *identity; /* and as the store does */
  const char *author; /* (nullable) borrowed or static: whose it has to be; NULL: anybody's */
  gint64 redacted, id; /* the message's, and this command's own */
  char *place;    /* (nullable) until the store's thread has found a private conversation */
  HsServerRedacted result;
} RedactAsk;

static void
free_redact (HsAsk *ask)
{
  RedactAsk *self = (RedactAsk *) ask;

  g_free (self->target);
  g_free (self->msgid);
  g_free (self->reason);
  g_free (self->label);
  g_free (self->source);
  g_free (self->identity);
  g_free (self->place);
  g_free (self);
}

/* ---- The store's thread ---- */

/* For those who read the history later: that it was deleted, and by whom. */
static void
keep_redaction (HsServerDb *db, const RedactAsk *self, GError **error)
{
  g_autoptr (HsServerMessage) stored = hs_server_message_new ();
  g_autoptr (GString) line = g_string_new (NULL);
  HsIrcMessage message;
  gint64 first;

  hs_irc_message_set (&message, NULL, "REDACT", self->target, self->msgid, self->reason, NULL);
  hs_engine_append_params (line, &message);
  stored->id = self->id;
  stored->kind = HS_SERVER_REDACT;
  stored->place = g_strdup (self->place);
  stored->source = g_strdup (self->source);
  stored->author = g_strdup (self->identity);
  stored->text = g_strdup (line->str);
  hs_server_db_append (db, stored, &first, error);
}

static gpointer
work_redact (HsServerDb *db, gpointer data, GError **error)
{
  RedactAsk *self = data;
  g_autoptr (GError) failed = NULL;

  self->result = HS_SERVER_UNKNOWN;
  if (self->place == NULL)
    self->place = hs_server_db_find_talk (db, self->identity, self->target, &failed);
  if (self->place != NULL && failed == NULL)
    self->result = hs_server_db_redact (db, self->place, self->redacted, self->author, &failed);
  if (self->result == HS_SERVER_REDACTED && failed == NULL)
    keep_redaction (db, self, &failed);
  if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

/* ---- The answer ---- */

static gboolean
takes_it (const HsPeer *peer)
{
  return peer->dialect == HS_DIALECT_IRC && (peer->caps & HS_CAP_MESSAGE_REDACTION) != 0;
}

static void
tell_room (HsFanout *fanout, const HsChannel *channel, const HsPeer *from)
{
  for (guint i = 0; i < channel->members->len; i++)
    {
      HsPeer *peer = ((HsMembership *) g_ptr_array_index (channel->members, i))->peer;

      if (peer != from && takes_it (peer))
        hs_fanout_send (fanout, peer);
    }
}

/* Whoever is called so now may be somebody else than the one to whom it was said. */
static HsPeer *
find_other (HsEngine *self, const RedactAsk *ask)
{
  HsPeer *to = hs_engine_find_nick (self, ask->target);
  g_autofree char *identity = to != NULL ? hs_engine_make_identity (self, to) : NULL;
  g_autofree char *talk = to != NULL ? hs_server_db_make_talk (ask->identity, identity) : NULL;

  return g_strcmp0 (talk, ask->place) == 0 ? to : NULL;
}

static void
tell (HsEngine *self, const RedactAsk *ask)
{
  const HsChannel *channel = hs_engine_find_channel_again (self, ask->target, ask->channel_id);
  const HsCap echo = HS_CAP_ECHO_MESSAGE | HS_CAP_MESSAGE_REDACTION;
  HsPeer *from = ask->ask.peer, *to;
  HsIrcMessage message;
  HsFanout fanout;

  hs_engine_fact (self, HS_FACT_DELETED, NULL, ask->msgid);
  hs_irc_message_set (&message, ask->source, "REDACT", channel != NULL ? channel->name : ask->target, ask->msgid, ask->reason, NULL);
  hs_fanout_init (&fanout, self, &message, from);
  hs_fanout_identify (&fanout, ask->id, NULL);
  if (channel != NULL)
    tell_room (&fanout, channel, from);
  else if (*ask->target != '#' && (to = find_other (self, ask)) != NULL && to != from && takes_it (to))
    hs_fanout_send (&fanout, to);
  if (from != NULL && !from->leaving)
    hs_engine_send_labelled (self, from, ask->label, (from->caps & echo) == echo ? hs_fanout_get_line (&fanout, hs_peer_get_variant (from)) : NULL);
  hs_fanout_clear (&fanout);
}

static void
answer_redact (HsEngine *self, HsAsk *ask, const GError *error)
{
  RedactAsk *redact = (RedactAsk *) ask;
  HsPeer *peer = ask->peer;

  if (error == NULL && redact->result == HS_SERVER_REDACTED)
    tell (self, redact);
  else if (peer == NULL || peer->leaving)
    return;
  else if (error != NULL)
    hs_engine_fail_about (self, peer, redact->label, "REDACT", "INTERNAL_ERROR", redact->target, redact->msgid, "This message could not be deleted");
  else if (redact->result == HS_SERVER_FORBIDDEN)
    hs_engine_fail_about (self, peer, redact->label, "REDACT", "REDACT_FORBIDDEN", redact->target, redact->msgid,
                          "You are not authorised to delete this message");
  else
    hs_engine_fail_about (self, peer, redact->label, "REDACT", "UNKNOWN_MSGID", redact->target, redact->msgid,
                          "This message does not exist or is too old");
}

/* ---- The question ---- */

/* @channel: NULL for a private conversation. */
static void
request (HsEngine *self, HsPeer *peer, HsChannel *channel, const HsIrcMessage *message, gint64 redacted)
{
  RedactAsk *ask = g_new0 (RedactAsk, 1);
  char source[HS_SOURCE_SIZE];

  ask->ask.answer = answer_redact;
  ask->ask.free = free_redact;
  ask->target = g_strdup (channel != NULL ? channel->name : message->params[0]);
  ask->channel_id = channel != NULL ? channel->id : 0;
  ask->msgid = g_strdup (message->params[1]);
  if (*hs_irc_message_param (message, 2) != '\0')
    ask->reason = hs_engine_cut (message->params[2], HS_REASON_MAX_BYTES);
  ask->label = hs_engine_take_label (self, peer);
  ask->source = g_strdup (hs_peer_write_source (peer, source));
  ask->identity = hs_engine_make_identity (self, peer);
  ask->place = channel != NULL ? hs_channel_dup_read_place (channel) : NULL;
  if (channel == NULL || !hs_engine_rules (peer, channel))
    ask->author = self->config->delete_own ? ask->identity : ""; /* nobody's */
  ask->redacted = redacted;
  ask->id = hs_engine_next_id (self);
  hs_engine_flush (self); /* it may be on its way there */
  hs_engine_ask (self, peer, &ask->ask, work_redact);
}

void
hs_command_redact (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *target = hs_irc_message_param (message, 0), *msgid = hs_irc_message_param (message, 1);
  HsChannel *channel = hs_engine_find_channel (self, target);
  gint64 redacted;

  if (!hs_engine_keeps_history (self) || (peer->caps & HS_CAP_MESSAGE_REDACTION) == 0)
    hs_engine_reply (self, peer, HS_ERR_UNKNOWNCOMMAND, message->command, "Unknown command", NULL);
  else if (channel == NULL ? *target == '#' || !hs_name_is_nick (target)
                           : hs_peer_find_membership (peer, channel) == NULL && !hs_peer_is_operator (peer))
    hs_engine_fail_about (self, peer, NULL, "REDACT", "INVALID_TARGET", target, NULL, "You cannot delete messages from there");
  else if (!hs_engine_parse_msgid (self, msgid, &redacted))
    hs_engine_fail_about (self, peer, NULL, "REDACT", "UNKNOWN_MSGID", target, msgid, "This message does not exist or is too old");
  else
    request (self, peer, channel, message, redacted);
}
