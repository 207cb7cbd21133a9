/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom one trusts: the keys of servers, what was chosen when they were seen, and what was promised about encryption. It judges nothing. */
#include "hs-history-private.h"
#include "hs-limits.h"

void
hs_history_key_free (HsHistoryKey *key)
{
  g_clear_pointer (&key->fingerprint, g_bytes_unref);
  g_free (key->name);
  g_free (key);
}

void
hs_history_pin_free (HsHistoryPin *pin)
{
  g_clear_pointer (&pin->fingerprint, g_bytes_unref);
  g_free (pin->binding);
  g_free (pin);
}

void
hs_history_sts_free (HsHistorySts *sts)
{
  g_free (sts->host);
  g_free (sts);
}

/* ---- Keys ---- */

gboolean
hs_history_see_key (HsHistory *self, GBytes *fingerprint, gint64 now, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_KEY_SEEN, "bi", fingerprint, now), error);
}

gboolean
hs_history_set_key_name (HsHistory *self, GBytes *fingerprint, const char *name, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_KEY_SET_NAME, "sb", name, fingerprint), error);
}

gboolean
hs_history_set_key_compared (HsHistory *self, GBytes *fingerprint, gint64 compared, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_KEY_SET_COMPARED, "ib", compared, fingerprint), error);
}

gboolean
hs_history_forget_key (HsHistory *self, GBytes *fingerprint, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_KEY_FORGET_PINS, "b", fingerprint), error) &&
         hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_KEY_FORGET, "b", fingerprint), error);
}

gboolean
hs_history_forget_keys (HsHistory *self, GError **error)
{
  static const HsSql all[] = { SQL_PIN_FORGET_ALL, SQL_KEY_FORGET_ALL, SQL_STS_FORGET_ALL };

  hs_history_check (self);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, all[i], ""), error))
      return FALSE;
  return TRUE;
}

/* ---- Promises ---- */

gboolean
hs_history_set_pin (HsHistory *self, const HsHistoryPin *pin, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_PIN_SET, "sbiiii", pin->binding, pin->fingerprint,
                                               (gint64) (pin->by_authority != FALSE), pin->since, (gint64) (pin->shows_key != FALSE),
                                               (gint64) (pin->ours != FALSE)), error);
}

gboolean
hs_history_set_sts (HsHistory *self, const HsHistorySts *sts, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_STS_SET, "sii", sts->host, (gint64) sts->port, sts->until), error);
}

gboolean
hs_history_forget_sts (HsHistory *self, const char *host, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_STS_FORGET, "s", host), error);
}

/* ---- Lists ---- */

/* (nullable): not one. */
static GBytes *
dup_fingerprint (sqlite3_stmt *statement, int column)
{
  g_autoptr (GBytes) bytes = hs_sql_dup_bytes (statement, column);

  return bytes != NULL && g_bytes_get_size (bytes) == HS_KEY_HASH_BYTES ? g_steal_pointer (&bytes) : NULL;
}

/* The rest are (nullable): a row that cannot be ours. */
static gpointer
dup_key (sqlite3_stmt *statement)
{
  GBytes *fingerprint = dup_fingerprint (statement, 0);
  HsHistoryKey *key;

  if (fingerprint == NULL)
    return NULL;
  key = g_new0 (HsHistoryKey, 1);
  key->fingerprint = fingerprint;
  key->name = hs_sql_dup_text (statement, 1);
  key->first_seen = sqlite3_column_int64 (statement, 2);
  key->last_seen = sqlite3_column_int64 (statement, 3);
  key->compared = sqlite3_column_int64 (statement, 4);
  return key;
}

static gpointer
dup_pin (sqlite3_stmt *statement)
{
  GBytes *fingerprint = dup_fingerprint (statement, 1);
  HsHistoryPin *pin;

  if (fingerprint == NULL)
    return NULL;
  pin = g_new0 (HsHistoryPin, 1);
  pin->binding = hs_sql_dup_text (statement, 0);
  pin->fingerprint = fingerprint;
  pin->by_authority = sqlite3_column_int (statement, 2) != 0;
  pin->since = sqlite3_column_int64 (statement, 3);
  pin->shows_key = sqlite3_column_int (statement, 4) != 0;
  pin->ours = sqlite3_column_int (statement, 5) != 0;
  return pin;
}

static gpointer
dup_sts (sqlite3_stmt *statement)
{
  gint64 port = sqlite3_column_int64 (statement, 1);
  HsHistorySts *sts;

  if (port < 1 || port > G_MAXUINT16)
    return NULL;
  sts = g_new0 (HsHistorySts, 1);
  sts->host = hs_sql_dup_text (statement, 0);
  sts->port = (guint16) port;
  sts->until = sqlite3_column_int64 (statement, 2);
  return sts;
}

static GPtrArray *
list (HsHistory *self, HsSql sql, gpointer (*dup) (sqlite3_stmt *), GDestroyNotify free_func, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_func);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_history_check (self);
  statement = self->base.statements[sql];
  while (hs_sql_step (&self->base, statement, &failed))
    {
      gpointer row = dup (statement);

      if (row != NULL)
        g_ptr_array_add (rows, row);
    }
  if (failed == NULL)
    return g_steal_pointer (&rows);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

GPtrArray *
hs_history_list_keys (HsHistory *self, GError **error)
{
  return list (self, SQL_KEY_LIST, dup_key, (GDestroyNotify) hs_history_key_free, error);
}

GPtrArray *
hs_history_list_pins (HsHistory *self, GError **error)
{
  return list (self, SQL_PIN_LIST, dup_pin, (GDestroyNotify) hs_history_pin_free, error);
}

GPtrArray *
hs_history_list_sts (HsHistory *self, GError **error)
{
  return list (self, SQL_STS_LIST, dup_sts, (GDestroyNotify) hs_history_sts_free, error);
}
