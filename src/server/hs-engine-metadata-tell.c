/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who hears of METADATA (IRCv3 draft/metadata-2), and when: those who have subscribed to the key, when it changes, when they come into a
 * room, and when somebody comes to them. */
#include "hs-engine-metadata-private.h"

#include <string.h>

/* ---- Answers of several lines ---- */

void
hs_metadata_batch_begin (HsMetadataBatch *self, HsEngine *engine, HsPeer *peer, const char *type, const char *target)
{
  *self = (HsMetadataBatch){ engine, peer, g_string_new (NULL), NULL, 0 };
  if ((peer->caps & HS_CAP_BATCH) == 0)
    return;
  self->reference = g_strdup_printf ("%" G_GINT64_MODIFIER "x", ++engine->next_batch);
  g_string_append_printf (self->out, ":%s BATCH +%s %s%s%s\r\n", engine->server_name, self->reference, type, target != NULL ? " " : "",
                          target != NULL ? target : "");
}

void
hs_metadata_batch_tag (HsMetadataBatch *self)
{
  if (self->reference != NULL)
    g_string_append_printf (self->out, "@batch=%s ", self->reference);
}

void
hs_metadata_batch_end (HsMetadataBatch *self)
{
  if (self->reference != NULL)
    g_string_append_printf (self->out, ":%s BATCH -%s\r\n", self->engine->server_name, self->reference);
  hs_engine_send_text (self->engine, self->peer, self->out->str, self->out->len);
  g_string_free (self->out, TRUE);
  g_free (self->reference);
}

/* ---- Lines ---- */

gboolean
hs_peer_is_subscribed (const HsPeer *self, const char *key)
{
  if ((self->caps & HS_CAP_METADATA) == 0 || self->extra == NULL || self->extra->subscribed == NULL)
    return FALSE;
  return g_ptr_array_find_with_equal_func (self->extra->subscribed, key, g_str_equal, NULL);
}

static gboolean
listens (const HsPeer *peer)
{
  return (peer->caps & HS_CAP_METADATA) != 0 && peer->extra != NULL && peer->extra->subscribed != NULL && peer->extra->subscribed->len > 0;
}

static gboolean
is_among (const GPtrArray *keys, const char *key)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) keys, key, g_str_equal, NULL);
}

/* What is so already, in the server's name. @keys: (nullable) only these; all that is not subscribed to is left out, unless @all. */
static void
append_metadata (HsMetadataBatch *batch, const char *target, const HsMetadata *metadata, const GPtrArray *keys, gboolean all)
{
  for (guint i = 0; i < hs_metadata_get_n (metadata); i++)
    {
      const char *name = hs_metadata_get_key (metadata, i);
      HsIrcMessage message;

      if ((keys != NULL && !is_among (keys, name)) || (!all && !hs_peer_is_subscribed (batch->peer, name)))
        continue;
      hs_irc_message_set (&message, batch->engine->server_name, "METADATA", target, name, "*", hs_metadata_get_value (metadata, i), NULL);
      hs_metadata_batch_tag (batch);
      hs_irc_message_format (&message, batch->out);
      batch->n++;
    }
}

/* ---- A change ---- */

/* Of one that has been taken away there is no value to tell: then it is the numeric that says so. */
typedef struct
{
  HsEngine *engine;
  const char *target, *key, *value;
  const HsPeer *by;
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;
} Change;

static void
change_init (Change *self, HsEngine *engine, const char *target, const HsPeer *by, const char *key, const char *value)
{
  self->engine = engine;
  self->target = target;
  self->key = key;
  self->value = value;
  self->by = by;
  hs_irc_message_set (&self->message, by != NULL && by->registered ? hs_peer_write_source (by, self->source) : engine->server_name,
                      "METADATA", target, key, "*", value != NULL ? value : "", NULL);
  hs_fanout_init (&self->fanout, engine, &self->message, by);
}

static void
change_send (Change *self, HsPeer *to)
{
  if (to == self->by || !hs_peer_is_subscribed (to, self->key))
    return;
  if (self->value != NULL)
    hs_fanout_send (&self->fanout, to);
  else
    hs_engine_reply (self->engine, to, HS_RPL_KEYNOTSET, self->target, self->key, "Key not set", NULL);
}

void
hs_engine_tell_channel_metadata (HsEngine *self, HsChannel *channel, HsPeer *by, const char *key, const char *value)
{
  Change change;

  change_init (&change, self, channel->name, by, key, value);
  for (guint i = 0; i < channel->members->len; i++)
    change_send (&change, ((HsMembership *) g_ptr_array_index (channel->members, i))->peer);
  hs_fanout_clear (&change.fanout);
}

/* Once each. */
static void
change_send_once (Change *self, HsPeer *to)
{
  if (to->mark == self->engine->mark)
    return;
  to->mark = self->engine->mark;
  change_send (self, to);
}

static void
change_send_watchers (Change *self, const HsPeer *peer)
{
  const HsMonitored *monitored = g_hash_table_lookup (self->engine->monitored, peer->nick);

  for (guint i = 0; monitored != NULL && i < monitored->watchers->len; i++)
    change_send_once (self, g_ptr_array_index (monitored->watchers, i));
}

void
hs_engine_tell_peer_metadata (HsEngine *self, HsPeer *peer, HsPeer *by, const char *key, const char *value)
{
  Change change;

  if (!peer->registered)
    return;
  self->mark++;
  change_init (&change, self, peer->nick, by, key, value);
  change_send_once (&change, peer);
  for (HsMembership *mine = peer->memberships; mine != NULL; mine = mine->next)
    for (guint i = 0; !mine->quiet && i < mine->channel->members->len; i++)
      change_send_once (&change, ((HsMembership *) g_ptr_array_index (mine->channel->members, i))->peer);
  change_send_watchers (&change, peer);
  hs_fanout_clear (&change.fanout);
}

/* ---- Coming ---- */

void
hs_engine_tell_own_metadata (HsEngine *self, HsPeer *peer)
{
  HsMetadataBatch batch;

  if ((peer->caps & HS_CAP_METADATA) == 0)
    return;
  hs_metadata_batch_begin (&batch, self, peer, "metadata", peer->nick);
  append_metadata (&batch, peer->nick, hs_engine_get_metadata (self, peer), NULL, TRUE);
  hs_metadata_batch_end (&batch);
}

void
hs_engine_tell_room_metadata (HsEngine *self, const HsMembership *membership)
{
  const HsMetadata *metadata = hs_engine_get_metadata (self, membership->peer);
  const GPtrArray *members = membership->channel->members;

  for (guint k = 0; k < hs_metadata_get_n (metadata); k++)
    {
      Change change;

      change_init (&change, self, membership->peer->nick, NULL, hs_metadata_get_key (metadata, k), hs_metadata_get_value (metadata, k));
      for (guint i = 0; i < members->len; i++)
        if (((HsMembership *) g_ptr_array_index (members, i))->peer != membership->peer)
          change_send (&change, ((HsMembership *) g_ptr_array_index (members, i))->peer);
      hs_fanout_clear (&change.fanout);
    }
}

void
hs_engine_tell_watchers_metadata (HsEngine *self, const HsPeer *peer)
{
  const HsMetadata *metadata = hs_engine_get_metadata (self, peer);

  for (guint k = 0; k < hs_metadata_get_n (metadata); k++)
    {
      Change change;

      self->mark++;
      change_init (&change, self, peer->nick, NULL, hs_metadata_get_key (metadata, k), hs_metadata_get_value (metadata, k));
      change_send_watchers (&change, peer);
      hs_fanout_clear (&change.fanout);
    }
}

void
hs_engine_append_whois_metadata (HsEngine *self, HsPeer *to, GString *out, const HsPeer *peer)
{
  const HsMetadata *metadata = hs_engine_get_metadata (self, peer);

  for (guint i = 0; i < hs_metadata_get_n (metadata) && (to->caps & HS_CAP_METADATA) != 0; i++)
    hs_engine_append_reply (self, to, out, HS_RPL_WHOISKEYVALUE, peer->nick, hs_metadata_get_key (metadata, i), "*",
                            hs_metadata_get_value (metadata, i), NULL);
}

/* ---- Where one comes ---- */

/* Lines that what is being answered may still have. */
static guint
get_room_for_more (HsEngine *self, const HsPeer *peer)
{
  return peer == self->acting ? HS_METADATA_SYNC_LINES - MIN (self->n_synced, HS_METADATA_SYNC_LINES) : HS_METADATA_SYNC_LINES;
}

static void
note_synced (const HsMetadataBatch *batch)
{
  if (batch->peer == batch->engine->acting)
    batch->engine->n_synced += batch->n;
}

/* So much that it is asked for in the client's own time. */
static void
put_off (HsEngine *self, HsPeer *peer, const char *target)
{
  hs_engine_reply (self, peer, HS_RPL_METADATASYNCLATER, target, G_STRINGIFY (HS_METADATA_SYNC_AFTER_S), NULL);
}

/* The room and who is in it, up to @max lines of all; who bears the mark has been. FALSE: there is more. */
static gboolean
append_room (HsMetadataBatch *batch, HsChannel *channel, const GPtrArray *keys, guint max)
{
  gboolean inside = hs_peer_find_membership (batch->peer, channel) != NULL;
  const HsMembership *member;

  append_metadata (batch, channel->name, channel->metadata, keys, FALSE);
  for (guint i = 0; (member = hs_channel_get_known (channel, batch->peer, i)) != NULL; i++)
    {
      HsPeer *one = member->peer;

      if (one->mark == batch->engine->mark || !hs_membership_is_listed (member, batch->peer, inside))
        continue;
      if (batch->n >= max)
        return FALSE;
      one->mark = batch->engine->mark;
      append_metadata (batch, one->nick, hs_engine_get_metadata (batch->engine, one), keys, FALSE);
    }
  return TRUE;
}

/* Who wants more of a room than one answer may have asks for people one by one. FALSE: less was told than that. */
static gboolean
answer_room (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  guint max = get_room_for_more (self, peer);
  HsMetadataBatch batch;
  gboolean whole;

  self->mark++;
  hs_metadata_batch_begin (&batch, self, peer, "metadata", channel->name);
  whole = append_room (&batch, channel, NULL, max);
  note_synced (&batch);
  hs_metadata_batch_end (&batch);
  return whole || max == HS_METADATA_SYNC_LINES;
}

void
hs_engine_sync_metadata (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  if (!listens (peer))
    return;
  if (channel->n_told > HS_METADATA_SYNC_MEMBERS || get_room_for_more (self, peer) == 0 || !answer_room (self, peer, channel))
    put_off (self, peer, channel->name);
}

void
hs_engine_tell_monitored_metadata (HsEngine *self, HsPeer *peer, const HsPeer *one)
{
  HsMetadataBatch plain = { self, peer, NULL, NULL, 0 };

  if (!listens (peer))
    return;
  plain.out = g_string_new (NULL);
  append_metadata (&plain, one->nick, hs_engine_get_metadata (self, one), NULL, FALSE);
  hs_metadata_batch_end (&plain);
}

void
hs_engine_answer_sync (HsEngine *self, HsPeer *peer, HsPeer *one, HsChannel *channel)
{
  HsMetadataBatch batch;

  if (one == NULL)
    {
      answer_room (self, peer, channel);
      return;
    }
  hs_metadata_batch_begin (&batch, self, peer, "metadata", one->nick);
  append_metadata (&batch, one->nick, hs_engine_get_metadata (self, one), NULL, FALSE);
  hs_metadata_batch_end (&batch);
}

/* One answer, whatever it is of: what it has no room for is put off. */
void
hs_engine_tell_subscriber (HsEngine *self, HsPeer *peer, const GPtrArray *keys)
{
  const GPtrArray *monitored = peer->extra->monitored;
  HsMetadataBatch plain = { self, peer, g_string_new (NULL), NULL, 0 };
  guint max = get_room_for_more (self, peer);

  self->mark++;
  for (HsMembership *mine = peer->memberships; mine != NULL; mine = mine->next)
    {
      gboolean first = plain.n == 0;

      if (mine->channel->n_told > HS_METADATA_SYNC_MEMBERS || plain.n >= max || (!append_room (&plain, mine->channel, keys, max) && !first))
        put_off (self, peer, mine->channel->name);
    }
  for (guint i = 0; monitored != NULL && i < monitored->len; i++)
    {
      HsPeer *one = hs_engine_find_nick (self, ((HsMonitored *) g_ptr_array_index (monitored, i))->nick);

      if (one == NULL || one->mark == self->mark || hs_metadata_get_n (hs_engine_get_metadata (self, one)) == 0)
        continue;
      if (plain.n < max)
        append_metadata (&plain, one->nick, hs_engine_get_metadata (self, one), keys, FALSE);
      else
        put_off (self, peer, one->nick);
    }
  note_synced (&plain);
  hs_metadata_batch_end (&plain);
}
