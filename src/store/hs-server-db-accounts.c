/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server's accounts: verifiers as SCRAM has them (RFC 5802, RFC 7677), from which no password can be read. */
#include "hs-server-db-private.h"

#include <string.h>

#include "hs-name.h"

#define KEY_SIZE 32 /* SHA-256 */

void
hs_server_account_free (HsServerAccount *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_clear_pointer (&self->salt, g_bytes_unref);
  g_clear_pointer (&self->stored_key, g_bytes_unref);
  g_clear_pointer (&self->server_key, g_bytes_unref);
  g_free (self);
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

/* Hi () of RFC 5802 2.2: PBKDF2 with one block. */
static void
stretch (const char *password, GBytes *salt, guint iterations, guint8 *out)
{
  static const guint8 one[] = { 0, 0, 0, 1 };
  gsize salt_len, len = strlen (password);
  const void *salt_data = g_bytes_get_data (salt, &salt_len);
  guint8 round[KEY_SIZE];

  hmac ((const guint8 *) password, len, salt_data, salt_len, one, sizeof one, round);
  memcpy (out, round, KEY_SIZE);
  for (guint i = 1; i < iterations; i++)
    {
      hmac ((const guint8 *) password, len, round, KEY_SIZE, NULL, 0, round);
      for (guint j = 0; j < KEY_SIZE; j++)
        out[j] ^= round[j];
    }
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

/* NFKC stands for SASLprep (RFC 4013): what differs between them are characters that no keyboard makes. */
static char *
normalize (const char *password)
{
  char *normal = g_utf8_normalize (password, -1, G_NORMALIZE_NFKC);

  return normal != NULL ? normal : g_strdup (password);
}

HsServerAccount *
hs_server_account_make (const char *name, const char *password, GBytes *salt, guint iterations, gint64 created)
{
  HsServerAccount *self = g_new0 (HsServerAccount, 1);
  g_autofree char *normal = normalize (password);
  guint8 salted[KEY_SIZE], key[KEY_SIZE];

  stretch (normal, salt, iterations, salted);
  hmac (salted, KEY_SIZE, "Server Key", strlen ("Server Key"), NULL, 0, key);
  self->name = g_strdup (name);
  self->salt = g_bytes_ref (salt);
  self->iterations = iterations;
  self->stored_key = make_stored_key (salted);
  self->server_key = g_bytes_new (key, KEY_SIZE);
  self->created = created;
  return self;
}

gboolean
hs_server_account_check (const HsServerAccount *self, const char *password)
{
  g_autofree char *normal = normalize (password);
  g_autoptr (GBytes) given = NULL;
  guint8 salted[KEY_SIZE];
  gsize size, known_size;
  const guint8 *a, *b;
  volatile guint8 difference = 0;

  stretch (normal, self->salt, self->iterations, salted);
  given = make_stored_key (salted);
  a = g_bytes_get_data (given, &size);
  b = g_bytes_get_data (self->stored_key, &known_size);
  for (gsize i = 0; i < size && i < known_size; i++)
    difference |= a[i] ^ b[i];
  return size == known_size && difference == 0;
}

/* ---- Rows ---- */

gboolean
hs_server_db_add_account (HsServerDb *self, const HsServerAccount *account, GError **error)
{
  g_autofree char *key = hs_name_fold (account->name);

  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_ADD, "ssbibbi", key, account->name, account->salt,
                                               (gint64) account->iterations, account->stored_key, account->server_key, account->created), error)
         && sqlite3_changes (self->base.db) > 0;
}

gboolean
hs_server_db_set_account (HsServerDb *self, const HsServerAccount *account, GError **error)
{
  g_autofree char *key = hs_name_fold (account->name);

  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_SET, "bibbs", account->salt, (gint64) account->iterations,
                                               account->stored_key, account->server_key, key), error)
         && sqlite3_changes (self->base.db) > 0;
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
  account = g_new0 (HsServerAccount, 1);
  account->name = hs_sql_dup_text (statement, 0);
  account->salt = hs_sql_dup_bytes (statement, 1);
  account->iterations = (guint) sqlite3_column_int64 (statement, 2);
  account->stored_key = hs_sql_dup_bytes (statement, 3);
  account->server_key = hs_sql_dup_bytes (statement, 4);
  account->created = sqlite3_column_int64 (statement, 5);
  sqlite3_reset (statement);
  return account;
}

gboolean
hs_server_db_remove_account (HsServerDb *self, const char *name, GError **error)
{
  g_autofree char *key = hs_name_fold (name);

  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ACCOUNT_REMOVE, "s", key), error) && sqlite3_changes (self->base.db) > 0;
}
