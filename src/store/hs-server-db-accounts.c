/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server's accounts: verifiers as SCRAM has them (RFC 5802, RFC 7677), from which no password can be read. */
#include "hs-server-db-private.h"

#include <gnutls/crypto.h>
#include <gsasl.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"
#include "hs-secret.h"

#define KEY_SIZE 32 /* SHA-256 */
G_STATIC_ASSERT (HS_LOCKED_CHANCE == HS_SALT_BYTES + 2 * KEY_SIZE);

void
hs_server_account_free (HsServerAccount *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_clear_pointer (&self->salt, g_bytes_unref);
  g_clear_pointer (&self->stored_key, g_bytes_unref);
  g_clear_pointer (&self->server_key, g_bytes_unref);
  g_strfreev (self->metadata);
  g_free (self);
}

HsServerAccount *
hs_server_account_copy (const HsServerAccount *self)
{
  HsServerAccount *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  g_bytes_ref (copy->salt);
  g_bytes_ref (copy->stored_key);
  g_bytes_ref (copy->server_key);
  copy->metadata = g_strdupv (self->metadata);
  return copy;
}

/* ---- Verifiers ---- */

static void
hmac (const guint8 *key, gsize key_len, const void *data, gsize len, const void *more, gsize more_len, guint8 *out)
{
  g_autoptr (GHmac) digest = g_hmac_new (G_CHECKSUM_SHA256, key, key_len);
  gsize size = KEY_SIZE;

  g_hmac_update (digest, data, (gssize) len);
  if (more_len > 0)
    g_hmac_update (digest, more, (gssize) more_len);
  g_hmac_get_digest (digest, out, &size);
}

/* Hi () of RFC 5802 2.2: PBKDF2 with one block. GnuTLS needs a tenth of the time that GHmac or libgsasl do: 0.6 ms for 4096 iterations. */
static void
stretch (const char *password, GBytes *salt, guint iterations, guint8 *out)
{
  gsize salt_len;
  gnutls_datum_t key = { (guchar *) password, (guint) strlen (password) };
  gnutls_datum_t salted = { (guchar *) g_bytes_get_data (salt, &salt_len), 0 };

  salted.size = (guint) salt_len;
  if (gnutls_pbkdf2 (GNUTLS_MAC_SHA256, &key, &salted, iterations, out, KEY_SIZE) < 0)
    g_error ("PBKDF2 is not to be had"); /* no input makes it fail */
}

static GBytes *
make_stored_key (const guint8 *salted)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 key[KEY_SIZE];
  gsize size = KEY_SIZE;

  hmac (salted, KEY_SIZE, "Client Key", strlen ("Client Key"), NULL, 0, key);
  g_checksum_update (checksum, key, KEY_SIZE);
  g_checksum_get_digest (checksum, key, &size);
  return g_bytes_new (key, KEY_SIZE);
}

/* SASLprep (RFC 4013), as every client does before it derives a key. What that forbids stays as it is: no client can prove it by SCRAM. */
static char *
normalize (const char *password)
{
  char *prepared = NULL;
  char *normal;

  if (gsasl_saslprep (password, GSASL_ALLOW_UNASSIGNED, &prepared, NULL) != GSASL_OK)
    return g_strdup (password);
  normal = g_strdup (prepared);
  hs_secret_erase (prepared);
  gsasl_free (prepared);
  return normal;
}

HsServerAccount *
hs_server_account_make (const char *name, const char *password, GBytes *salt, guint iterations, gint64 created)
{
  HsServerAccount *self = g_new0 (HsServerAccount, 1);
  char *normal = normalize (password);
  guint8 salted[KEY_SIZE], key[KEY_SIZE];

  stretch (normal, salt, iterations, salted);
  hmac (salted, KEY_SIZE, "Server Key", strlen ("Server Key"), NULL, 0, key);
  self->name = g_strdup (name);
  self->salt = g_bytes_ref (salt);
  self->iterations = iterations;
  self->stored_key = make_stored_key (salted);
  self->server_key = g_bytes_new (key, KEY_SIZE);
  self->created = created;
  hs_secret_free (normal);
  explicit_bzero (salted, sizeof salted);
  return self;
}

HsServerAccount *
hs_server_account_make_locked (const char *name, const guint8 *chance, guint iterations, gint64 created)
{
  HsServerAccount *self = g_new0 (HsServerAccount, 1);

  self->name = g_strdup (name);
  self->salt = g_bytes_new (chance, HS_SALT_BYTES);
  self->iterations = iterations;
  self->stored_key = g_bytes_new (chance + HS_SALT_BYTES, KEY_SIZE);
  self->server_key = g_bytes_new (chance + HS_SALT_BYTES + KEY_SIZE, KEY_SIZE);
  self->created = created;
  self->locked = TRUE;
  return self;
}

gboolean
hs_server_account_equal (const HsServerAccount *self, const HsServerAccount *other)
{
  gsize size, other_size;
  const guint8 *a = g_bytes_get_data (self->stored_key, &size);
  const guint8 *b = g_bytes_get_data (other->stored_key, &other_size);
  volatile guint8 difference = 0;

  for (gsize i = 0; i < size && i < other_size; i++)
    difference |= a[i] ^ b[i];
  return size == other_size && difference == 0;
}

gboolean
hs_server_account_check (const HsServerAccount *self, const char *password)
{
  g_autoptr (HsServerAccount) given = hs_server_account_make (self->name, password, self->salt, self->iterations, 0);

  return hs_server_account_equal (self, given);
}

/* ---- Rows ---- */

gboolean
hs_server_db_add_account (HsServerDb *self, const HsServerAccount *account, GError **error)
{
  g_autofree char *key = hs_name_fold (account->name);

  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_ADD, "ssbibbii", key, account->name, account->salt,
                                               (gint64) account->iterations, account->stored_key, account->server_key, account->created,
                                               (gint64) account->locked), error)
         && sqlite3_changes (self->base.db) > 0;
}

gboolean
hs_server_db_set_account (HsServerDb *self, const HsServerAccount *account, GError **error)
{
  g_autofree char *key = hs_name_fold (account->name);

  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_SET, "bibbis", account->salt, (gint64) account->iterations,
                                               account->stored_key, account->server_key, (gint64) account->locked, key), error)
         && sqlite3_changes (self->base.db) > 0;
}

static HsServerAccount *
read_account (sqlite3_stmt *statement)
{
  HsServerAccount *account = g_new0 (HsServerAccount, 1);

  account->name = hs_sql_dup_text (statement, 0);
  account->salt = hs_sql_dup_bytes (statement, 1);
  account->iterations = (guint) sqlite3_column_int64 (statement, 2);
  account->stored_key = hs_sql_dup_bytes (statement, 3);
  account->server_key = hs_sql_dup_bytes (statement, 4);
  account->created = sqlite3_column_int64 (statement, 5);
  account->locked = sqlite3_column_int64 (statement, 6) != 0;
  return account;
}

HsServerAccount *
hs_server_db_get_account (HsServerDb *self, const char *name, GError **error)
{
  g_autofree char *key = hs_name_fold (name);
  sqlite3_stmt *statement;
  HsServerAccount *account;

  hs_server_db_check (self);

  statement = hs_sql_bind (&self->base, SQL_ACCOUNT_GET, "s", key);
  if (!hs_sql_step (&self->base, statement, error))
    return NULL;
  account = read_account (statement);
  sqlite3_reset (statement);
  return account;
}

GPtrArray *
hs_server_db_list_accounts (HsServerDb *self, GError **error)
{
  g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_account_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);
  statement = hs_sql_bind (&self->base, SQL_ACCOUNT_LIST, "");
  while (hs_sql_step (&self->base, statement, &failed))
    g_ptr_array_add (accounts, read_account (statement));
  for (guint i = 0; i < accounts->len && failed == NULL; i++)
    {
      HsServerAccount *account = g_ptr_array_index (accounts, i);
      g_autofree char *key = hs_name_fold (account->name);

      account->metadata = hs_server_db_read_pairs (self, hs_sql_bind (&self->base, SQL_ACCOUNT_METADATA_GET, "s", key), &failed);
    }
  if (failed == NULL)
    return g_steal_pointer (&accounts);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

gboolean
hs_server_db_set_account_metadata (HsServerDb *self, const char *name, const char *const *metadata, GError **error)
{
  g_autofree char *key = hs_name_fold (name);

  hs_server_db_check (self);
  if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_METADATA_CLEAR, "s", key), error))
    return FALSE;
  for (guint i = 0; metadata != NULL && metadata[i] != NULL; i += 2)
    if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_METADATA_ADD, "sss", key, metadata[i], metadata[i + 1]), error))
      return FALSE;
  return TRUE;
}

gboolean
hs_server_db_remove_account (HsServerDb *self, const char *name, GError **error)
{
  static const guint of_account[] = { SQL_ACCOUNT_KEYS_REMOVE, SQL_ACCOUNT_METADATA_CLEAR };
  static const guint of_identity[] = { SQL_MARKER_CLEAR, SQL_TALK_CLEAR, SQL_OWNER_REMOVE };
  g_autofree char *key = hs_name_fold (name);
  g_autofree char *identity = g_strconcat ("account:", key, NULL);

  hs_server_db_check (self);
  for (guint i = 0; i < G_N_ELEMENTS (of_account); i++)
    if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, of_account[i], "s", key), error))
      return FALSE;
  if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_REMOVE, "s", key), error) || sqlite3_changes (self->base.db) == 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (of_identity); i++)
    if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, of_identity[i], "s", identity), error))
      return FALSE;
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_GONE_ADD, "s", key), error);
}

GPtrArray *
hs_server_db_list_gone_accounts (HsServerDb *self, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);
  statement = hs_sql_bind (&self->base, SQL_ACCOUNT_GONE_LIST, "");
  while (hs_sql_step (&self->base, statement, &failed))
    g_ptr_array_add (names, hs_sql_dup_text (statement, 0));
  if (failed == NULL)
    return g_steal_pointer (&names);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

/* ---- Keys of clients ---- */

void
hs_server_account_key_free (HsServerAccountKey *self)
{
  g_free (self->account);
  g_bytes_unref (self->key);
  g_free (self);
}

gboolean
hs_server_db_add_account_key (HsServerDb *self, const char *account, GBytes *key, GError **error)
{
  g_autofree char *folded = hs_name_fold (account);

  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_KEY_ADD, "bs", key, folded), error);
}

gboolean
hs_server_db_remove_account_key (HsServerDb *self, GBytes *key, GError **error)
{
  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_KEY_REMOVE, "b", key), error);
}

GPtrArray *
hs_server_db_list_account_keys (HsServerDb *self, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_account_key_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);
  statement = hs_sql_bind (&self->base, SQL_ACCOUNT_KEY_LIST, "");
  while (hs_sql_step (&self->base, statement, &failed))
    {
      HsServerAccountKey *key = g_new0 (HsServerAccountKey, 1);

      key->key = hs_sql_dup_bytes (statement, 0);
      key->account = hs_sql_dup_text (statement, 1);
      g_ptr_array_add (keys, key);
    }
  if (failed == NULL)
    return g_steal_pointer (&keys);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

GBytes *
hs_server_db_get_secret (HsServerDb *self, const char *name, GError **error)
{
  sqlite3_stmt *statement;
  GBytes *secret;

  hs_server_db_check (self);
  statement = hs_sql_bind (&self->base, SQL_SECRET_GET, "s", name);
  if (!hs_sql_step (&self->base, statement, error))
    return NULL;
  secret = hs_sql_dup_bytes (statement, 0);
  sqlite3_reset (statement);
  return secret;
}
