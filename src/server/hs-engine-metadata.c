/* SPDX-License-Identifier: GPL-3.0-or-later */
/* METADATA (IRCv3 draft/metadata-2): keys and values of people and rooms. Whoever is logged in has those of the account, wherever it comes
 * from; a room's and an account's are kept. One row and one function per subcommand. */
#include "hs-engine-metadata-private.h"

#include <string.h>

/* ---- Whose it is ---- */

HsMetadata *
hs_engine_get_metadata (HsEngine *self, const HsPeer *peer)
{
  if (peer->extra == NULL)
    return NULL;
  return peer->extra->account != NULL ? g_hash_table_lookup (self->accounts->metadata, peer->extra->account) : peer->extra->metadata;
}

/* To be written to. */
static HsMetadata *
claim_metadata (HsEngine *self, HsPeer *peer)
{
  HsPeerExtra *extra = hs_peer_get_extra (peer);
  HsMetadata *metadata = hs_engine_get_metadata (self, peer);

  if (metadata != NULL)
    return metadata;
  metadata = hs_metadata_new ();
  if (extra->account != NULL)
    g_hash_table_insert (self->accounts->metadata, extra->account, metadata);
  else
    extra->metadata = metadata;
  return metadata;
}

typedef struct
{
  HsAsk ask;
  char *account;
  GStrv metadata;
} PutAsk;

static gpointer
work_put (HsServerDb *db, gpointer data, GError **error)
{
  const PutAsk *ask = data;

  hs_server_db_set_account_metadata (db, ask->account, (const char *const *) ask->metadata, error);
  return NULL;
}

static void
free_put (HsAsk *ask)
{
  g_free (((PutAsk *) ask)->account);
  g_strfreev (((PutAsk *) ask)->metadata);
  g_free (ask);
}

static void
keep_account (HsEngine *self, const HsPeer *peer)
{
  PutAsk *ask;

  if (self->store == NULL || hs_peer_get_account (peer) == NULL)
    return;
  ask = g_new0 (PutAsk, 1);
  ask->ask.free = free_put;
  ask->account = g_strdup (hs_peer_get_account (peer));
  ask->metadata = hs_metadata_to_strv (hs_engine_get_metadata (self, peer));
  hs_engine_ask (self, NULL, &ask->ask, work_put);
}

/* Of the account all who are logged in to it hear, and those around each of them. */
static void
tell_change (HsEngine *self, HsPeer *peer, HsPeer *by, const char *key, const char *value)
{
  const HsServerAccount *account = peer->extra != NULL ? peer->extra->account : NULL;

  hs_engine_tell_peer_metadata (self, peer, by, key, value);
  for (GList *l = self->registered.head; account != NULL && l != NULL; l = l->next)
    {
      HsPeer *other = l->data;

      if (other != peer && other->extra != NULL && other->extra->account == account)
        hs_engine_tell_peer_metadata (self, other, by, key, value);
    }
}

void
hs_engine_merge_metadata (HsEngine *self, HsPeer *peer)
{
  g_autoptr (HsMetadata) brought = g_steal_pointer (&peer->extra->metadata);
  HsMetadata *metadata = brought != NULL ? claim_metadata (self, peer) : hs_engine_get_metadata (self, peer);
  gboolean changed = FALSE;

  for (guint i = 0; i < hs_metadata_get_n (brought) && hs_metadata_get_n (metadata) < HS_METADATA_KEYS_MAX; i++)
    changed |= hs_metadata_set (metadata, hs_metadata_get_key (brought, i), hs_metadata_get_value (brought, i));
  if (changed)
    keep_account (self, peer);
  for (guint i = 0; i < hs_metadata_get_n (metadata); i++)
    tell_change (self, peer, peer, hs_metadata_get_key (metadata, i), hs_metadata_get_value (metadata, i));
}

/* ---- What is asked ---- */

typedef struct
{
  HsEngine *engine;
  HsPeer *peer;
  const HsIrcMessage *message;
  /* One of */
  HsPeer *one;
  HsChannel *channel;
} Request;

static const char *
get_target (const Request *self)
{
  if (self->channel != NULL)
    return self->channel->name;
  return self->one->registered ? self->one->nick : "*";
}

static HsMetadata *
get_metadata (const Request *self)
{
  return self->channel != NULL ? self->channel->metadata : hs_engine_get_metadata (self->engine, self->one);
}

static gboolean
is_own (const Request *self)
{
  return self->one == self->peer;
}

/* FALSE, and told so. */
static gboolean
may_write (const Request *self, const char *key)
{
  if (self->channel != NULL ? hs_engine_rules (self->peer, self->channel) : is_own (self) || hs_peer_is_operator (self->peer))
    return TRUE;
  hs_engine_fail_about (self->engine, self->peer, NULL, "METADATA", "KEY_NO_PERMISSION", get_target (self), key,
                        "You have no permission to set this");
  return FALSE;
}

static void
refuse_key (const Request *self, const char *key)
{
  hs_engine_fail_about (self->engine, self->peer, NULL, "METADATA", "KEY_INVALID", key, NULL, "Invalid key");
}

/* FALSE, and told so. */
static gboolean
find_target (Request *self)
{
  const char *target = self->message->params[0];

  if (strcmp (target, "*") == 0)
    self->one = self->peer;
  else if (self->peer->registered && *target == '#')
    self->channel = hs_engine_find_channel (self->engine, target);
  else if (self->peer->registered)
    self->one = hs_engine_find_nick (self->engine, target);
  if (self->one != NULL || (self->channel != NULL && hs_engine_can_see (self->peer, self->channel)))
    return TRUE;
  hs_engine_fail_about (self->engine, self->peer, NULL, "METADATA", "INVALID_TARGET", target, NULL, "Invalid target");
  return FALSE;
}

/* ---- GET, LIST, SET, CLEAR ---- */

static void
append_value (const Request *self, GString *out, const char *key, const char *value)
{
  if (value != NULL)
    hs_engine_append_reply (self->engine, self->peer, out, HS_RPL_KEYVALUE, get_target (self), key, "*", value, NULL);
  else
    hs_engine_append_reply (self->engine, self->peer, out, HS_RPL_KEYNOTSET, get_target (self), key, "Key not set", NULL);
}

static void
get (const Request *self)
{
  const HsMetadata *metadata = get_metadata (self);
  HsMetadataBatch batch;

  hs_metadata_batch_begin (&batch, self->engine, self->peer, "metadata", get_target (self));
  for (guint i = 2; i < self->message->n_params; i++)
    {
      const char *key = self->message->params[i];

      hs_metadata_batch_tag (&batch);
      if (hs_metadata_is_key (key))
        append_value (self, batch.out, key, hs_metadata_find (metadata, key));
      else
        hs_engine_append_fail (self->engine, batch.out, "METADATA", "KEY_INVALID", key, "Invalid key");
    }
  hs_metadata_batch_end (&batch);
}

static void
append_all (const Request *self, HsMetadataBatch *batch, const HsMetadata *metadata)
{
  for (guint i = 0; i < hs_metadata_get_n (metadata); i++)
    {
      hs_metadata_batch_tag (batch);
      append_value (self, batch->out, hs_metadata_get_key (metadata, i), hs_metadata_get_value (metadata, i));
    }
}

static void
list (const Request *self)
{
  HsMetadataBatch batch;

  hs_metadata_batch_begin (&batch, self->engine, self->peer, "metadata", get_target (self));
  append_all (self, &batch, get_metadata (self));
  hs_metadata_batch_end (&batch);
}

static void
tell_value (const Request *self, const char *key, const char *value)
{
  if (self->channel != NULL)
    hs_engine_tell_channel_metadata (self->engine, self->channel, self->peer, key, value);
  else
    tell_change (self->engine, self->one, self->peer, key, value);
}

static void
keep (const Request *self)
{
  if (self->channel != NULL)
    hs_engine_keep_room (self->engine, self->channel);
  else
    keep_account (self->engine, self->one);
}

static void
write_value (const Request *self, const char *key, const char *value)
{
  HsMetadata *metadata;
  g_autoptr (GString) out = g_string_new (NULL);

  if (self->channel != NULL && self->channel->metadata == NULL)
    self->channel->metadata = hs_metadata_new ();
  metadata = self->channel != NULL ? self->channel->metadata : claim_metadata (self->engine, self->one);
  if (hs_metadata_set (metadata, key, value))
    {
      keep (self);
      tell_value (self, key, value);
    }
  append_value (self, out, key, value);
  hs_engine_send_text (self->engine, self->peer, out->str, out->len);
}

static void
set (const Request *self)
{
  const char *key = self->message->params[2];
  const char *value = self->message->n_params > 3 ? self->message->params[3] : NULL;
  gboolean is_there = hs_metadata_find (get_metadata (self), key) != NULL;
  HsEngine *engine = self->engine;

  if (!hs_metadata_is_key (key))
    refuse_key (self, key);
  else if (!may_write (self, key))
    return;
  else if (value == NULL && !is_there)
    hs_engine_fail_about (engine, self->peer, NULL, "METADATA", "KEY_NOT_SET", get_target (self), key, "Key not set");
  else if (value != NULL && strlen (value) > HS_METADATA_VALUE_MAX_BYTES)
    hs_engine_fail (engine, self->peer, "METADATA", "VALUE_INVALID",
                    "A value has at most " G_STRINGIFY (HS_METADATA_VALUE_MAX_BYTES) " bytes");
  else if (!is_there && hs_metadata_get_n (get_metadata (self)) >= HS_METADATA_KEYS_MAX)
    hs_engine_fail_about (engine, self->peer, NULL, "METADATA", "LIMIT_REACHED", get_target (self), NULL, "Metadata limit reached");
  else
    write_value (self, key, value);
}

static void
clear (const Request *self)
{
  HsMetadata *metadata = get_metadata (self);
  HsMetadataBatch batch;

  if (!may_write (self, "*"))
    return;
  hs_metadata_batch_begin (&batch, self->engine, self->peer, "metadata", get_target (self));
  append_all (self, &batch, metadata);
  while (hs_metadata_get_n (metadata) > 0)
    {
      g_autofree char *key = g_strdup (hs_metadata_get_key (metadata, 0));

      hs_metadata_set (metadata, key, NULL);
      tell_value (self, key, NULL);
    }
  keep (self);
  hs_metadata_batch_end (&batch);
}

/* ---- SUB, UNSUB, SUBS, SYNC ---- */

/* FALSE, and told so: one subscribes for oneself. */
static gboolean
is_for_itself (const Request *self)
{
  if (is_own (self))
    return TRUE;
  hs_engine_fail_about (self->engine, self->peer, NULL, "METADATA", "INVALID_TARGET", self->message->params[0], NULL, "Invalid target");
  return FALSE;
}

/* In as many lines as they need. */
static void
reply_keys (const Request *self, GString *out, const char *numeric, const GPtrArray *keys, HsMetadataBatch *batch)
{
  const char *nick = self->peer->nick != NULL ? self->peer->nick : "*";
  gsize fixed = strlen (self->engine->server_name) + strlen (nick) + strlen (":  770 \r\n");

  for (guint i = 0; i < keys->len;)
    {
      gsize len = fixed;

      if (batch != NULL)
        hs_metadata_batch_tag (batch);
      g_string_append_printf (out, ":%s %s %s", self->engine->server_name, numeric, nick);
      for (guint n = 0; i < keys->len && n < HS_PARAMS_MAX - 1 && len + strlen (g_ptr_array_index (keys, i)) + 1 <= HS_LINE_MAX; n++, i++)
        {
          len += strlen (g_ptr_array_index (keys, i)) + 1;
          g_string_append_printf (out, " %s", (const char *) g_ptr_array_index (keys, i));
        }
      g_string_append (out, "\r\n");
    }
}

static void
send_keys (const Request *self, const char *numeric, const GPtrArray *keys)
{
  g_autoptr (GString) out = g_string_new (NULL);

  reply_keys (self, out, numeric, keys, NULL);
  hs_engine_send_text (self->engine, self->peer, out->str, out->len);
}

static GPtrArray *
get_subscribed (const Request *self)
{
  HsPeerExtra *extra = hs_peer_get_extra (self->peer);

  if (extra->subscribed == NULL)
    extra->subscribed = g_ptr_array_new_with_free_func (g_free);
  return extra->subscribed;
}

static gboolean
has_key (GPtrArray *keys, const char *key, guint *index)
{
  return g_ptr_array_find_with_equal_func (keys, key, g_str_equal, index);
}

static void
subscribe (const Request *self)
{
  GPtrArray *subscribed = get_subscribed (self);
  g_autoptr (GPtrArray) done = g_ptr_array_new (), fresh = g_ptr_array_new ();
  const char *excess = NULL;

  for (guint i = 2; i < self->message->n_params && excess == NULL; i++)
    {
      const char *key = self->message->params[i];

      if (!hs_metadata_is_key (key))
        refuse_key (self, key);
      else if (subscribed->len >= HS_METADATA_SUBS_MAX && !has_key (subscribed, key, NULL))
        excess = key;
      else
        {
          if (!has_key (subscribed, key, NULL))
            {
              g_ptr_array_add (subscribed, g_strdup (key));
              g_ptr_array_add (fresh, (gpointer) key);
            }
          if (!has_key (done, key, NULL))
            g_ptr_array_add (done, (gpointer) key);
        }
    }
  if (excess != NULL)
    hs_engine_fail_about (self->engine, self->peer, NULL, "METADATA", "TOO_MANY_SUBS", excess, NULL, "Too many subscriptions");
  send_keys (self, HS_RPL_METADATASUBOK, done);
  if (fresh->len > 0 && (self->peer->caps & HS_CAP_METADATA) != 0)
    hs_engine_tell_subscriber (self->engine, self->peer, fresh);
}

static void
unsubscribe (const Request *self)
{
  GPtrArray *subscribed = get_subscribed (self);
  g_autoptr (GPtrArray) done = g_ptr_array_new ();

  for (guint i = 2; i < self->message->n_params; i++)
    {
      const char *key = self->message->params[i];
      guint index;

      if (!hs_metadata_is_key (key))
        {
          refuse_key (self, key);
          continue;
        }
      if (has_key (subscribed, key, &index))
        g_ptr_array_remove_index (subscribed, index);
      if (!has_key (done, key, NULL))
        g_ptr_array_add (done, (gpointer) key);
    }
  send_keys (self, HS_RPL_METADATAUNSUBOK, done);
}

static void
list_subscribed (const Request *self)
{
  HsMetadataBatch batch;

  hs_metadata_batch_begin (&batch, self->engine, self->peer, "metadata-subs", NULL);
  reply_keys (self, batch.out, HS_RPL_METADATASUBS, get_subscribed (self), &batch);
  hs_metadata_batch_end (&batch);
}

static void
sync_one (const Request *self)
{
  hs_engine_answer_sync (self->engine, self->peer, self->one, self->channel);
}

static const struct
{
  const char *name;
  void (*func) (const Request *self);
  guint n_params;
  gboolean own; /* of nobody else */
} subcommands[] = {
  { "CLEAR", clear, 2, FALSE },
  { "GET", get, 3, FALSE },
  { "LIST", list, 2, FALSE },
  { "SET", set, 3, FALSE },
  { "SUB", subscribe, 3, TRUE },
  { "SUBS", list_subscribed, 2, TRUE },
  { "SYNC", sync_one, 2, FALSE },
  { "UNSUB", unsubscribe, 3, TRUE },
};

void
hs_command_metadata (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  Request request = { self, peer, message, NULL, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (subcommands); i++)
    {
      if (g_ascii_strcasecmp (subcommands[i].name, message->params[1]) != 0)
        continue;
      if (message->n_params < subcommands[i].n_params)
        hs_engine_reply (self, peer, HS_ERR_NEEDMOREPARAMS, message->command, "Not enough parameters", NULL);
      else if (find_target (&request) && (!subcommands[i].own || is_for_itself (&request)))
        subcommands[i].func (&request);
      return;
    }
  hs_engine_fail_about (self, peer, NULL, "METADATA", "SUBCOMMAND_INVALID", message->params[1], NULL, "Invalid subcommand");
}
