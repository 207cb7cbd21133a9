/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts: the table of all, whose a name is, and what becomes of a guest who is logged in. How one logs in stands in hs-engine-sasl.c. */
#include "hs-engine-metadata-private.h"

#include <string.h>

#include "hs-secret.h"

#define DECOY_BYTES 32

HsAccounts *
hs_accounts_new (HsEngine *engine)
{
  HsAccounts *self = g_new0 (HsAccounts, 1);
  guint8 chance[DECOY_BYTES];

  engine->funcs->random (chance, sizeof chance, engine->user_data);
  self->decoy = g_bytes_new (chance, sizeof chance);
  self->by_name = g_hash_table_new_full (hs_name_hash, hs_name_equal, NULL, (GDestroyNotify) hs_server_account_free);
  self->by_key = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  self->by_look = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->gone = g_hash_table_new_full (hs_name_hash, hs_name_equal, g_free, NULL);
  self->dropped = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_account_free);
  self->reserved = g_hash_table_new_full (hs_name_hash, hs_name_equal, g_free, NULL);
  self->changing = g_hash_table_new_full (hs_name_hash, hs_name_equal, g_free, NULL);
  self->reserved_keys = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  self->metadata = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) hs_metadata_free);
  self->invites = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
  return self;
}

void
hs_accounts_free (HsAccounts *self)
{
  g_hash_table_unref (self->by_look);
  g_hash_table_unref (self->by_key);
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->reserved);
  g_hash_table_unref (self->reserved_keys);
  g_hash_table_unref (self->changing);
  g_hash_table_unref (self->gone);
  g_ptr_array_unref (self->dropped);
  g_clear_pointer (&self->markers, g_hash_table_unref);
  g_hash_table_unref (self->metadata);
  g_hash_table_unref (self->invites);
  g_bytes_unref (self->decoy);
  g_clear_pointer (&self->gsasl, gsasl_done);
  g_clear_pointer (&self->common, hs_server_account_free);
  hs_secret_free (self->common_password);
  g_free (self);
}

/* ---- The table ---- */

HsServerAccount *
hs_engine_find_account (HsEngine *self, const char *name)
{
  return g_hash_table_lookup (self->accounts->by_name, name);
}

HsServerAccount *
hs_engine_find_account_by_key (HsEngine *self, const HsFingerprint *key)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (key->bytes, sizeof key->bytes);

  return g_hash_table_lookup (self->accounts->by_key, bytes);
}

gboolean
hs_engine_is_key_free (HsEngine *self, GBytes *key)
{
  return !g_hash_table_contains (self->accounts->by_key, key) && !g_hash_table_contains (self->accounts->reserved_keys, key);
}

HsServerAccount *
hs_engine_find_owner (HsEngine *self, const HsPeer *peer, const char *nick)
{
  const HsServerAccount *own = peer->extra != NULL ? peer->extra->account : NULL;
  g_auto (GStrv) looks = NULL;
  HsServerAccount *owner;

  if (g_hash_table_size (self->accounts->by_name) == 0 || peer->own)
    return NULL;
  owner = g_hash_table_lookup (self->accounts->by_name, nick);
  if (owner != NULL)
    return owner != own ? owner : NULL;
  looks = hs_name_list_looks (nick);
  for (guint i = 0; looks[i] != NULL; i++)
    if ((owner = g_hash_table_lookup (self->accounts->by_look, looks[i])) != NULL && owner != own)
      return owner;
  return NULL;
}

/* Of the name, so that it is the same whenever it is asked for, as a real one's would be. */
static void
make_chance (GBytes *secret, const char *name, guint8 *out, gsize len)
{
  gsize secret_len;
  const guint8 *data = g_bytes_get_data (secret, &secret_len);

  for (guint8 block = 0; len > 0; block++)
    {
      g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, data, secret_len);
      guint8 digest[32];
      gsize size = sizeof digest, part;

      g_hmac_update (hmac, &block, 1);
      g_hmac_update (hmac, (const guchar *) name, -1);
      g_hmac_get_digest (hmac, digest, &size);
      part = MIN (len, size);
      memcpy (out, digest, part);
      out += part;
      len -= part;
    }
}

HsServerAccount *
hs_engine_make_decoy (HsEngine *self, const char *name)
{
  g_autofree char *folded = hs_name_fold (name);
  guint8 chance[HS_LOCKED_CHANCE];

  make_chance (self->accounts->decoy, folded, chance, sizeof chance);
  return hs_server_account_make_locked (name, chance, self->config->kdf_iterations, 0);
}

void
hs_engine_take_account (HsEngine *self, HsServerAccount *account, GBytes *key)
{
  g_auto (GStrv) looks = hs_name_list_looks (account->name);

  g_hash_table_insert (self->accounts->by_name, account->name, account);
  for (guint i = 0; looks[i] != NULL; i++)
    if (!g_hash_table_contains (self->accounts->by_look, looks[i]))
      g_hash_table_insert (self->accounts->by_look, g_strdup (looks[i]), account);
  if (key != NULL)
    g_hash_table_replace (self->accounts->by_key, g_bytes_ref (key), account);
}

/* ---- What the store has of them ---- */

gboolean
hs_account_rows_read (HsAccountRows *self, HsServerDb *db, gint64 now, GError **error)
{
  return (self->accounts = hs_server_db_list_accounts (db, error)) != NULL &&
         (self->keys = hs_server_db_list_account_keys (db, error)) != NULL &&
         (self->gone = hs_server_db_list_gone_accounts (db, error)) != NULL &&
         (self->invites = hs_server_db_list_invites (db, now, error)) != NULL &&
         (self->secret = hs_server_db_get_secret (db, "decoy", error)) != NULL;
}

void
hs_engine_take_account_rows (HsEngine *self, HsAccountRows *rows)
{
  for (guint i = 0; i < rows->accounts->len; i++)
    {
      HsServerAccount *account = hs_server_account_copy (g_ptr_array_index (rows->accounts, i));
      HsMetadata *metadata = hs_metadata_new_from_strv ((const char *const *) account->metadata);

      hs_engine_take_account (self, account, NULL);
      if (metadata != NULL)
        g_hash_table_insert (self->accounts->metadata, account, metadata);
    }
  for (guint i = 0; i < rows->keys->len; i++)
    {
      const HsServerAccountKey *key = g_ptr_array_index (rows->keys, i);
      HsServerAccount *account = hs_engine_find_account (self, key->account);

      if (account != NULL)
        g_hash_table_replace (self->accounts->by_key, g_bytes_ref (key->key), account);
    }
  for (guint i = 0; i < rows->gone->len; i++)
    g_hash_table_add (self->accounts->gone, g_strdup (g_ptr_array_index (rows->gone, i)));
  hs_engine_take_invite_rows (self, rows->invites);
  g_bytes_unref (self->accounts->decoy);
  self->accounts->decoy = g_bytes_ref (rows->secret);
}

void
hs_account_rows_clear (HsAccountRows *self)
{
  g_clear_pointer (&self->accounts, g_ptr_array_unref);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_clear_pointer (&self->gone, g_ptr_array_unref);
  g_clear_pointer (&self->invites, g_ptr_array_unref);
  g_clear_pointer (&self->secret, g_bytes_unref);
}

/* ---- Logged in ---- */

const char *
hs_peer_get_account (const HsPeer *self)
{
  return self->extra != NULL && self->extra->account != NULL ? self->extra->account->name : NULL;
}

const HsFingerprint *
hs_peer_get_key (const HsPeer *self)
{
  return self->extra != NULL ? self->extra->key : NULL;
}

/* IRCv3 account-notify. */
static void
tell_account (HsEngine *self, HsPeer *peer)
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage told;
  HsFanout fanout;

  hs_irc_message_set (&told, hs_peer_write_source (peer, source), "ACCOUNT", hs_peer_get_account (peer) != NULL ? hs_peer_get_account (peer) : "*", NULL);
  hs_fanout_init (&fanout, self, &told, peer);
  hs_fanout_send_neighbours (&fanout, peer, HS_CAP_ACCOUNT_NOTIFY);
  hs_fanout_clear (&fanout);
}

void
hs_engine_log_in (HsEngine *self, HsPeer *peer, HsServerAccount *account)
{
  HsPeerExtra *extra = hs_peer_get_extra (peer);
  gboolean other = extra->account != account;
  char source[HS_SOURCE_SIZE];
  g_autofree char *words = g_strdup_printf ("You are now logged in as %s", account->name);

  if (other)
    extra->proven_until = 0;
  extra->account = account;
  hs_engine_reply (self, peer, HS_RPL_LOGGEDIN, peer->nick != NULL ? hs_peer_write_source (peer, source) : "*", account->name, words, NULL);
  if (!other)
    return;
  hs_engine_read_markers (self, peer);
  hs_engine_merge_metadata (self, peer);
  hs_peer_forget_silence (peer);
  if (peer->registered && hs_engine_is_barred (self, peer)) /* the account is, and it could come in before */
    {
      hs_engine_reply (self, peer, HS_ERR_YOUREBANNEDCREEP, HS_BANNED_WORDS, NULL);
      hs_engine_dismiss (self, peer, HS_BANNED_WORDS, 0);
      return;
    }
  if (peer->registered)
    tell_account (self, peer);
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
}

static void
log_out (HsEngine *self, HsPeer *peer)
{
  char source[HS_SOURCE_SIZE];

  peer->extra->account = NULL;
  peer->extra->proven_until = 0;
  hs_engine_reply (self, peer, HS_RPL_LOGGEDOUT, peer->nick != NULL ? hs_peer_write_source (peer, source) : "*", "You are now logged out", NULL);
  hs_peer_forget_silence (peer);
  if (peer->registered)
    tell_account (self, peer);
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
}

static void
log_out_all (HsEngine *self, const GQueue *place, const HsServerAccount *account)
{
  for (GList *l = place->head; l != NULL; l = l->next)
    {
      HsPeer *peer = l->data;

      if (peer->extra != NULL && peer->extra->account == account)
        log_out (self, peer);
    }
}

static gboolean
is_of (gpointer key, gpointer value, gpointer account)
{
  return value == account;
}

void
hs_engine_drop_account (HsEngine *self, HsServerAccount *account)
{
  HsAccounts *accounts = self->accounts;

  g_hash_table_steal (accounts->by_name, account->name);
  g_hash_table_foreach_remove (accounts->by_key, is_of, account);
  g_hash_table_foreach_remove (accounts->by_look, is_of, account);
  if (accounts->markers != NULL)
    g_hash_table_remove (accounts->markers, account);
  g_hash_table_remove (accounts->metadata, account);
  g_hash_table_add (accounts->gone, g_strdup (account->name));
  g_ptr_array_add (accounts->dropped, account);
  log_out_all (self, &self->registered, account);
  log_out_all (self, &self->unregistered, account);
}
