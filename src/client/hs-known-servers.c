/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-known-servers-private.h"

#include "hs-known-rows.h"

#include <string.h>

/* ---- All of them ---- */

struct _HsKnownServers
{
  GObject parent_instance;

  /* Owned */
  HsStore *store;
  GPtrArray *servers; /* of HsKnownServer */
  GHashTable *by_key; /* HsFingerprint within the server → HsKnownServer, borrowed */
  GHashTable *pins;   /* binding → HsTrustPin */
  GHashTable *sts;    /* host → HsHistorySts */
  GPtrArray *waiting; /* of GTask */
  GError *error;      /* (nullable) why it could not be read */

  /* State */
  gboolean read;
};

static guint
hash_key (gconstpointer key)
{
  guint32 bits;

  memcpy (&bits, ((const HsFingerprint *) key)->bytes, sizeof bits);
  return bits;
}

static gboolean
equal_key (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (HsFingerprint)) == 0;
}

static GType
get_item_type (GListModel *model)
{
  return HS_TYPE_KNOWN_SERVER;
}

static guint
get_n_items (GListModel *model)
{
  return HS_KNOWN_SERVERS (model)->servers->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *servers = HS_KNOWN_SERVERS (model)->servers;

  return position < servers->len ? g_object_ref (g_ptr_array_index (servers, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsKnownServers, hs_known_servers, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
hs_known_servers_finalize (GObject *object)
{
  HsKnownServers *self = HS_KNOWN_SERVERS (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->by_key, g_hash_table_unref);
  g_clear_pointer (&self->servers, g_ptr_array_unref);
  g_clear_pointer (&self->pins, g_hash_table_unref);
  g_clear_pointer (&self->sts, g_hash_table_unref);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (hs_known_servers_parent_class)->finalize (object);
}

static void
hs_known_servers_class_init (HsKnownServersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_known_servers_finalize;
}

static void
hs_known_servers_init (HsKnownServers *self)
{
  self->servers = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_key = g_hash_table_new (hash_key, equal_key);
  self->pins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->sts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) hs_history_sts_free);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
add_server (HsKnownServers *self, HsKnownServer *server)
{
  g_ptr_array_add (self->servers, server);
  g_hash_table_insert (self->by_key, &server->key, server);
}

/* ---- Where a server was seen ---- */

static int
compare_places (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Where nobody vouches for a host of ours the key is shown in any case: there was nothing to choose. */
static gboolean
is_key_chosen (const HsTrustPin *pin)
{
  return pin->shows_key && (pin->by_authority || !pin->ours);
}

/* (nullable): none. (transfer full) */
static char *
list_places (HsKnownServers *self, HsKnownServer *server, gboolean only_key_chosen)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer binding, pin;

  g_hash_table_iter_init (&iter, self->pins);
  while (g_hash_table_iter_next (&iter, &binding, &pin))
    {
      char *place = equal_key (&((HsTrustPin *) pin)->key, &server->key) && (!only_key_chosen || is_key_chosen (pin)) ? hs_trust_dup_place (binding) : NULL;

      if (place != NULL)
        g_ptr_array_add (places, place);
    }
  g_ptr_array_sort (places, compare_places);
  g_ptr_array_add (places, NULL);
  return places->len > 1 ? g_strjoinv (", ", (char **) places->pdata) : NULL;
}

static void
update_places (HsKnownServers *self, HsKnownServer *server)
{
  g_autofree char *places = list_places (self, server, FALSE), *key_places = list_places (self, server, TRUE);

  hs_known_server_set_text (server, &server->places, places, HS_KNOWN_SERVER_PROP_PLACES);
  hs_known_server_set_text (server, &server->key_places, key_places, HS_KNOWN_SERVER_PROP_KEY_PLACES);
}

static void
update_places_of (HsKnownServers *self, const HsFingerprint *key)
{
  HsKnownServer *server = hs_known_servers_find (self, key);

  if (server != NULL)
    update_places (self, server);
}

/* ---- Reading ---- */

static HsFingerprint
read_fingerprint (GBytes *bytes) /* of the right length: the store saw to that */
{
  HsFingerprint key;

  memcpy (key.bytes, g_bytes_get_data (bytes, NULL), sizeof key.bytes);
  return key;
}

static void
take_keys (HsKnownServers *self, GPtrArray *keys)
{
  for (guint i = 0; i < keys->len; i++)
    {
      const HsHistoryKey *row = g_ptr_array_index (keys, i);
      HsFingerprint key = read_fingerprint (row->fingerprint);
      HsKnownServer *server;

      if (hs_known_servers_find (self, &key) != NULL)
        continue; /* seen while this was read */
      server = hs_known_server_new (&key, row->first_seen);
      server->name = g_strdup (row->name);
      server->last_seen = MAX (row->last_seen, 0);
      server->compared = MAX (row->compared, 0);
      add_server (self, server);
    }
}

static void
take_rows (HsKnownServers *self, HsKnownRows *rows)
{
  take_keys (self, rows->keys);
  for (guint i = 0; i < rows->pins->len; i++)
    {
      const HsHistoryPin *row = g_ptr_array_index (rows->pins, i);
      HsTrustPin *pin = g_new (HsTrustPin, 1);

      *pin = (HsTrustPin) { .key = read_fingerprint (row->fingerprint), .by_authority = row->by_authority, .since = row->since,
                             .shows_key = row->shows_key, .ours = row->ours };
      g_hash_table_replace (self->pins, g_strdup (row->binding), pin);
    }
  for (guint i = 0; i < rows->sts->len; i++)
    {
      HsHistorySts *row = g_ptr_array_index (rows->sts, i);

      g_hash_table_replace (self->sts, row->host, row);
    }
  g_ptr_array_set_free_func (rows->sts, NULL); /* the table has them */
  for (guint i = 0; i < self->servers->len; i++)
    update_places (self, g_ptr_array_index (self->servers, i));
}

static void
answer (HsKnownServers *self, GTask *task)
{
  if (self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
done_read (gpointer result, const GError *error, gpointer data)
{
  HsKnownServers *self = data;
  g_autoptr (HsKnownRows) rows = result;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->read = TRUE;
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  if (error != NULL)
    self->error = g_error_copy (error);
  else if (hs_store_is_blind (self->store))
    self->error = g_error_new_literal (HS_STORE_ERROR, HS_STORE_ERROR_FAILED, "What was known of servers cannot be read");
  else if (rows != NULL)
    take_rows (self, rows);
  if (self->servers->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, self->servers->len);
  for (guint i = 0; i < waiting->len; i++)
    answer (self, g_ptr_array_index (waiting, i));
}

HsKnownServers *
hs_known_servers_new (HsStore *store)
{
  HsKnownServers *self = g_object_new (HS_TYPE_KNOWN_SERVERS, NULL);

  self->store = g_object_ref (store);
  hs_store_run (store, hs_known_rows_read, done_read, g_object_ref (self), g_object_unref);
  return self;
}

void
hs_known_servers_wait_async (HsKnownServers *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_known_servers_wait_async);
  if (self->read)
    answer (self, task);
  else
    g_ptr_array_add (self->waiting, g_steal_pointer (&task));
}

gboolean
hs_known_servers_wait_finish (HsKnownServers *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- As connections see them ---- */

HsKnownServer *
hs_known_servers_find (HsKnownServers *self, const HsFingerprint *key)
{
  return g_hash_table_lookup (self->by_key, key);
}

gboolean
hs_known_servers_find_pin (HsKnownServers *self, const char *binding, HsTrustPin *pin)
{
  const HsTrustPin *found = binding != NULL ? g_hash_table_lookup (self->pins, binding) : NULL;

  if (found != NULL)
    *pin = *found;
  return found != NULL;
}

static HsKnownServer *
see_key (HsKnownServers *self, const HsFingerprint *key, gint64 now)
{
  HsKnownServer *server = hs_known_servers_find (self, key);

  if (server == NULL)
    {
      server = hs_known_server_new (key, now);
      add_server (self, server);
      g_list_model_items_changed (G_LIST_MODEL (self), self->servers->len - 1, 0, 1);
    }
  else
    hs_known_server_set_time (server, &server->last_seen, now, HS_KNOWN_SERVER_PROP_LAST_SEEN);
  hs_known_rows_see (self->store, key, now);
  return server;
}

static void
set_pin (HsKnownServers *self, const char *binding, const HsTrustPin *pin)
{
  HsTrustPin *copy = g_new (HsTrustPin, 1);
  HsTrustPin old;
  gboolean had = hs_known_servers_find_pin (self, binding, &old);

  *copy = *pin;
  g_hash_table_replace (self->pins, g_strdup (binding), copy);
  hs_known_rows_set_pin (self->store, binding, pin);
  if (had)
    update_places_of (self, &old.key);
  update_places_of (self, &pin->key);
}

void
hs_known_servers_see (HsKnownServers *self, const char *binding, const HsFingerprint *key, gboolean verified, gint64 now)
{
  HsTrustPin pin = { 0 };
  gboolean pinned, same;

  see_key (self, key, now);
  if (binding == NULL)
    return;
  pinned = hs_known_servers_find_pin (self, binding, &pin);
  same = pinned && hs_fingerprint_equal (&pin.key, key);
  if (same && (pin.by_authority || !verified))
    return; /* nothing new */
  if (pinned && !same && !(pin.by_authority && verified))
    return; /* an invite's key where another was: what was chosen by its address stays bound to that */
  pin = (HsTrustPin) { .key = *key, .by_authority = verified, .since = pinned ? pin.since : now,
                       .shows_key = pin.shows_key, .ours = same && pin.ours };
  set_pin (self, binding, &pin);
}

void
hs_known_servers_accept (HsKnownServers *self, const char *binding, const HsFingerprint *key, gint64 now)
{
  const HsTrustPin pin = { .key = *key, .since = now };

  hs_known_servers_set_compared (self, see_key (self, key, now), now);
  if (binding != NULL)
    set_pin (self, binding, &pin);
}

gboolean
hs_known_servers_set_shows_key (HsKnownServers *self, const char *binding, gboolean shows_key)
{
  HsTrustPin pin;

  if (!hs_known_servers_find_pin (self, binding, &pin))
    return FALSE;
  pin.shows_key = shows_key;
  set_pin (self, binding, &pin);
  return TRUE;
}

void
hs_known_servers_set_ours (HsKnownServers *self, const char *binding, const HsFingerprint *key)
{
  HsTrustPin pin;

  if (!hs_known_servers_find_pin (self, binding, &pin) || pin.ours || !hs_fingerprint_equal (&pin.key, key))
    return;
  pin.ours = TRUE;
  set_pin (self, binding, &pin);
}

void
hs_known_servers_note_sts (HsKnownServers *self, const char *host, guint16 port, gint64 until)
{
  HsHistorySts *sts = g_new0 (HsHistorySts, 1);

  *sts = (HsHistorySts) { .host = hs_trust_fold_host (host), .port = port, .until = until };
  hs_known_rows_set_sts (self->store, sts);
  g_hash_table_replace (self->sts, sts->host, sts);
}

gboolean
hs_known_servers_find_sts (HsKnownServers *self, const char *host, gint64 now, guint16 *port)
{
  g_autofree char *folded = hs_trust_fold_host (host);
  const HsHistorySts *sts = g_hash_table_lookup (self->sts, folded);

  if (sts == NULL || sts->until <= now)
    return FALSE;
  if (port != NULL)
    *port = sts->port;
  return TRUE;
}

/* ---- As a person sees them ---- */

void
hs_known_servers_set_compared (HsKnownServers *self, HsKnownServer *server, gint64 now)
{
  hs_known_server_set_time (server, &server->compared, now, HS_KNOWN_SERVER_PROP_COMPARED);
  hs_known_rows_set_compared (self->store, &server->key, now);
}

void
hs_known_servers_rename (HsKnownServers *self, HsKnownServer *server, const char *name)
{
  g_autofree char *trimmed = name != NULL ? g_strstrip (g_utf8_make_valid (name, -1)) : NULL;

  hs_known_server_set_text (server, &server->name, trimmed != NULL && *trimmed != '\0' ? trimmed : NULL, HS_KNOWN_SERVER_PROP_NAME);
  hs_known_rows_set_name (self->store, &server->key, server->name);
}

gboolean
hs_known_servers_is_at (HsKnownServers *self, HsKnownServer *server, const char *address)
{
  g_autoptr (HsAddress) parsed = hs_address_parse (address, NULL);
  g_autofree char *binding = parsed != NULL ? hs_trust_bind_address (parsed) : NULL;
  HsTrustPin pin;

  return hs_known_servers_find_pin (self, binding, &pin) && hs_fingerprint_equal (&pin.key, &server->key);
}

void
hs_known_servers_take_key_back (HsKnownServers *self, HsKnownServer *server)
{
  GHashTableIter iter;
  gpointer binding, value;

  g_hash_table_iter_init (&iter, self->pins);
  while (g_hash_table_iter_next (&iter, &binding, &value))
    {
      HsTrustPin *pin = value;

      if (!equal_key (&pin->key, &server->key) || !is_key_chosen (pin))
        continue;
      pin->shows_key = FALSE;
      hs_known_rows_set_pin (self->store, binding, pin);
    }
  update_places (self, server);
}

static gboolean
is_bound_to (gpointer binding, gpointer pin, gpointer key)
{
  return equal_key (&((HsTrustPin *) pin)->key, key);
}

/* A promise is a host's; who forgets its server wants to hear nothing of it. */
static void
forget_promises (HsKnownServers *self, const HsFingerprint *key)
{
  GHashTableIter iter;
  gpointer binding, pin;

  g_hash_table_iter_init (&iter, self->pins);
  while (g_hash_table_iter_next (&iter, &binding, &pin))
    {
      g_autofree char *host = equal_key (&((HsTrustPin *) pin)->key, key) ? hs_trust_dup_host (binding) : NULL;

      if (host != NULL && g_hash_table_remove (self->sts, host))
        hs_known_rows_forget_sts (self->store, host);
    }
}

void
hs_known_servers_forget (HsKnownServers *self, HsKnownServer *server)
{
  g_autoptr (HsKnownServer) held = g_object_ref (server);
  guint position;

  if (!g_ptr_array_find (self->servers, server, &position))
    return;
  forget_promises (self, &held->key);
  hs_known_rows_forget (self->store, &held->key);
  g_hash_table_foreach_remove (self->pins, is_bound_to, &held->key);
  g_hash_table_remove (self->by_key, &held->key);
  g_ptr_array_remove_index (self->servers, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

void
hs_known_servers_forget_all (HsKnownServers *self)
{
  guint n = self->servers->len;

  hs_known_rows_forget_all (self->store);
  g_hash_table_remove_all (self->pins);
  g_hash_table_remove_all (self->sts);
  g_hash_table_remove_all (self->by_key);
  g_ptr_array_set_size (self->servers, 0);
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}
