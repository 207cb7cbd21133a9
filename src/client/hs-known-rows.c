/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of servers, from and to history.db. */
#include "hs-known-rows.h"

/* ---- Reading ---- */

void
hs_known_rows_free (HsKnownRows *rows)
{
  g_clear_pointer (&rows->keys, g_ptr_array_unref);
  g_clear_pointer (&rows->pins, g_ptr_array_unref);
  g_clear_pointer (&rows->sts, g_ptr_array_unref);
  g_free (rows);
}

gpointer
hs_known_rows_read (HsHistory *history, gpointer data, GError **error)
{
  g_autoptr (HsKnownRows) rows = g_new0 (HsKnownRows, 1);

  if ((rows->keys = hs_history_list_keys (history, error)) == NULL || (rows->pins = hs_history_list_pins (history, error)) == NULL ||
      (rows->sts = hs_history_list_sts (history, error)) == NULL)
    return NULL;
  return g_steal_pointer (&rows);
}

/* ---- Writing behind ---- */

/* One change: what to do, and with what of these. */
typedef struct _Change Change;
struct _Change
{
  gboolean (*apply) (HsHistory *history, const Change *change, GError **error);
  GBytes *key;          /* (nullable) */
  char *text;           /* (nullable) a name, a binding, a host */
  gint64 time;
  guint16 port;
  gboolean by_authority, shows_key, ours;
};

static void
change_free (gpointer data)
{
  Change *change = data;

  g_clear_pointer (&change->key, g_bytes_unref);
  g_free (change->text);
  g_free (change);
}

static gboolean
apply_see (HsHistory *history, const Change *change, GError **error)
{
  return hs_history_see_key (history, change->key, change->time, error);
}

static gboolean
apply_compared (HsHistory *history, const Change *change, GError **error)
{
  return hs_history_set_key_compared (history, change->key, change->time, error);
}

static gboolean
apply_name (HsHistory *history, const Change *change, GError **error)
{
  return hs_history_set_key_name (history, change->key, change->text, error);
}

static gboolean
apply_forget (HsHistory *history, const Change *change, GError **error)
{
  return hs_history_forget_key (history, change->key, error);
}

static gboolean
apply_forget_all (HsHistory *history, const Change *change, GError **error)
{
  return hs_history_forget_keys (history, error);
}

static gboolean
apply_pin (HsHistory *history, const Change *change, GError **error)
{
  const HsHistoryPin pin = { change->text, change->key, change->by_authority, change->time, change->shows_key, change->ours };

  return hs_history_set_pin (history, &pin, error);
}

static gboolean
apply_sts (HsHistory *history, const Change *change, GError **error)
{
  const HsHistorySts sts = { change->text, change->port, change->time };

  return hs_history_set_sts (history, &sts, error);
}

static gboolean
apply_forget_sts (HsHistory *history, const Change *change, GError **error)
{
  return hs_history_forget_sts (history, change->text, error);
}

static gpointer
work_change (HsHistory *history, gpointer data, GError **error)
{
  const Change *change = data;

  change->apply (history, change, error);
  return NULL;
}

static void
done_change (gpointer result, const GError *error, gpointer data)
{
  if (error != NULL)
    g_message ("What is known of a server cannot be kept: %s", error->message);
}

static void
write_change (HsStore *store, Change change, const HsFingerprint *key, const char *text)
{
  Change *copy = g_new0 (Change, 1);

  *copy = change;
  copy->key = key != NULL ? g_bytes_new (key->bytes, sizeof key->bytes) : NULL;
  copy->text = g_strdup (text);
  hs_store_run (store, work_change, done_change, copy, change_free);
}

void
hs_known_rows_see (HsStore *store, const HsFingerprint *key, gint64 now)
{
  write_change (store, (Change) { .apply = apply_see, .time = now }, key, NULL);
}

void
hs_known_rows_set_compared (HsStore *store, const HsFingerprint *key, gint64 compared)
{
  write_change (store, (Change) { .apply = apply_compared, .time = compared }, key, NULL);
}

void
hs_known_rows_set_name (HsStore *store, const HsFingerprint *key, const char *name)
{
  write_change (store, (Change) { .apply = apply_name }, key, name);
}

void
hs_known_rows_set_pin (HsStore *store, const char *binding, const HsTrustPin *pin)
{
  write_change (store, (Change) { .apply = apply_pin, .time = pin->since, .by_authority = pin->by_authority, .shows_key = pin->shows_key,
                                  .ours = pin->ours }, &pin->key, binding);
}

void
hs_known_rows_set_sts (HsStore *store, const HsHistorySts *sts)
{
  write_change (store, (Change) { .apply = apply_sts, .time = sts->until, .port = sts->port }, NULL, sts->host);
}

void
hs_known_rows_forget (HsStore *store, const HsFingerprint *key)
{
  write_change (store, (Change) { .apply = apply_forget }, key, NULL);
}

void
hs_known_rows_forget_sts (HsStore *store, const char *host)
{
  write_change (store, (Change) { .apply = apply_forget_sts }, NULL, host);
}

void
hs_known_rows_forget_all (HsStore *store)
{
  write_change (store, (Change) { .apply = apply_forget_all }, NULL, NULL);
}
