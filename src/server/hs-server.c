/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server's face on the main thread: properties, guests, log, watches, all kept from what the core delivers. It touches no socket. */
#include "hs-server.h"

#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "hs-limits.h"
#include "hs-server-core.h"

struct _HsServer
{
  GObject parent_instance;

  /* Owned */
  HsServerConfig *config;
  HsServerCore *core;     /* (nullable) */
  GListStore *guests;     /* of HsGuest */
  GHashTable *by_id;      /* guest id → HsGuest, borrowed from guests */
  GHashTable *watches;    /* watch id → HsTcpWatch, borrowed */
  GListStore *log;        /* of HsTcpLogItem */
  GTask *start_task;      /* (nullable) */
  GTask *stop_task;       /* (nullable) */
  char *address;          /* (nullable) */
  char *error_text;       /* (nullable) */
  HsTcpListenerNumbers *numbers; /* (nullable) */

  /* State */
  guint64 next_watch_id;
  gint64 since;
  guint n_guests, n_listeners;
  int backlog;
  guint16 port;
  gboolean threaded;
  gboolean running;
  gboolean tells_guests;
  gboolean observed;
};

G_DEFINE_FINAL_TYPE (HsServer, hs_server, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_RUNNING,
  PROP_STOPPING,
  PROP_NAME,
  PROP_ADDRESS,
  PROP_PORT,
  PROP_SINCE,
  PROP_ERROR_TEXT,
  PROP_N_GUESTS,
  PROP_N_LISTENERS,
  PROP_HALF_OPEN,
  PROP_ACCEPT_QUEUE,
  PROP_BACKLOG,
  PROP_DROPS,
  PROP_SYN_COOKIES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_STOPPED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* More log than anybody reads; the oldest go together, so that a full log changes once for many. */
#define LOG_MAX     2000
#define LOG_DROPPED 200

/* What ties a watch to its server, as data of the watch. */
#define WATCH_TIE "hs-server-watch"

static void
notify (HsServer *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_uint (HsServer *self, guint *field, guint value, guint property)
{
  if (*field == value)
    return;
  *field = value;
  notify (self, property);
}

/* ---- News: guests ---- */

typedef struct
{
  HsServer *server;
  GPtrArray *added;  /* of HsGuest, in order, not yet in the list */
  GHashTable *gone;  /* set of HsGuest */
} Changes;

static void
apply_guest (Changes *changes, const HsNewsItem *item)
{
  HsGuest *guest = g_hash_table_lookup (changes->server->by_id, &item->id);
  guint64 *id;

  if (guest != NULL)
    {
      hs_guest_set_facts (guest, &item->facts);
      return;
    }
  guest = hs_guest_new (&item->facts);
  id = g_memdup2 (&item->id, sizeof item->id);
  g_hash_table_insert (changes->server->by_id, id, guest);
  g_ptr_array_add (changes->added, guest);
}

static void
apply_guest_state (Changes *changes, const HsNewsItem *item)
{
  HsGuest *guest = g_hash_table_lookup (changes->server->by_id, &item->id);

  if (guest != NULL)
    hs_guest_set_state (guest, item->state, item->rtt != 0 ? item->rtt : hs_guest_get_rtt (guest));
}

static void
apply_guest_gone (Changes *changes, const HsNewsItem *item)
{
  HsGuest *guest = g_hash_table_lookup (changes->server->by_id, &item->id);

  if (guest == NULL)
    return;
  hs_guest_set_gone (guest);
  g_hash_table_remove (changes->server->by_id, &item->id);
  if (!g_ptr_array_remove (changes->added, guest))
    g_hash_table_add (changes->gone, guest);
}

/* One change of the list for many guests: each would cost a list view a relayout. */
static void
remove_gone (HsServer *self, GHashTable *gone)
{
  GListModel *model = G_LIST_MODEL (self->guests);
  guint n = g_list_model_get_n_items (model);
  g_autoptr (GPtrArray) kept = NULL;

  if (g_hash_table_size (gone) == 1)
    {
      GHashTableIter iter;
      gpointer guest;
      guint position;

      g_hash_table_iter_init (&iter, gone);
      if (g_hash_table_iter_next (&iter, &guest, NULL) && g_list_store_find (self->guests, guest, &position))
        g_list_store_remove (self->guests, position);
      return;
    }
  kept = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (model, i);

      if (!g_hash_table_contains (gone, guest))
        g_ptr_array_add (kept, g_steal_pointer (&guest));
    }
  g_list_store_splice (self->guests, 0, n, kept->pdata, kept->len);
}

static void
changes_commit (Changes *changes)
{
  GListStore *guests = changes->server->guests;

  if (g_hash_table_size (changes->gone) > 0)
    remove_gone (changes->server, changes->gone);
  if (changes->added->len > 0)
    g_list_store_splice (guests, g_list_model_get_n_items (G_LIST_MODEL (guests)), 0, changes->added->pdata, changes->added->len);
}

/* ---- News: listener and watches ---- */

static void
apply_listener_numbers (Changes *changes, const HsNewsItem *item)
{
  HsServer *self = changes->server;
  HsTcpListenerNumbers old = { 0 };
  const HsTcpListenerNumbers *new = &item->listener;
  gboolean first = self->numbers == NULL; /* zeros too are news then */

  if (self->numbers != NULL)
    old = *self->numbers;
  g_free (self->numbers);
  self->numbers = g_memdup2 (new, sizeof *new);
  if (first || old.half_open != new->half_open)
    notify (self, PROP_HALF_OPEN);
  if (old.accept_queue != new->accept_queue)
    notify (self, PROP_ACCEPT_QUEUE);
  if (old.drops != new->drops)
    notify (self, PROP_DROPS);
  if (old.syn_cookies != new->syn_cookies)
    notify (self, PROP_SYN_COOKIES);
}

static void
apply_listener_event (Changes *changes, const HsNewsItem *item)
{
  GListStore *log = changes->server->log;
  g_autoptr (HsTcpLogItem) logged = hs_tcp_log_item_new (item->event);

  if (g_list_model_get_n_items (G_LIST_MODEL (log)) >= LOG_MAX)
    g_list_store_splice (log, 0, LOG_DROPPED, NULL, 0);
  g_list_store_append (log, logged);
}

static void
apply_watch (Changes *changes, const HsNewsItem *item)
{
  HsTcpWatch *watch = g_hash_table_lookup (changes->server->watches, &item->id);

  if (watch == NULL)
    return;
  if (item->kind == HS_NEWS_WATCH_EVENT)
    hs_tcp_watch_add_event (watch, item->event);
  else if (item->kind == HS_NEWS_WATCH_NUMBERS)
    hs_tcp_watch_set_numbers (watch, &item->numbers);
  else if (item->kind == HS_NEWS_WATCH_ADDRESSES)
    hs_tcp_watch_set_addresses (watch, item->local, item->remote);
  else
    hs_tcp_watch_set_gone (watch);
}

static void (*const appliers[]) (Changes *changes, const HsNewsItem *item) = {
  [HS_NEWS_GUEST] = apply_guest,
  [HS_NEWS_GUEST_STATE] = apply_guest_state,
  [HS_NEWS_GUEST_GONE] = apply_guest_gone,
  [HS_NEWS_LISTENER_NUMBERS] = apply_listener_numbers,
  [HS_NEWS_LISTENER_EVENT] = apply_listener_event,
  [HS_NEWS_WATCH_EVENT] = apply_watch,
  [HS_NEWS_WATCH_NUMBERS] = apply_watch,
  [HS_NEWS_WATCH_ADDRESSES] = apply_watch,
  [HS_NEWS_WATCH_GONE] = apply_watch,
};

static void
on_news (const HsNews *news, gpointer user_data)
{
  HsServer *self = user_data;
  g_autoptr (HsServer) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) gone = g_hash_table_new (NULL, NULL);
  Changes changes = { self, added, gone };

  for (guint i = 0; i < news->items->len; i++)
    {
      const HsNewsItem *item = g_ptr_array_index (news->items, i);

      appliers[item->kind] (&changes, item);
    }
  changes_commit (&changes);
  set_uint (self, &self->n_guests, news->n_guests, PROP_N_GUESTS);
  set_uint (self, &self->n_listeners, news->n_listeners, PROP_N_LISTENERS);
}

/* ---- Start ---- */

static void
set_error_text (HsServer *self, const char *text)
{
  if (g_strcmp0 (self->error_text, text) == 0)
    return;
  g_free (self->error_text);
  self->error_text = g_strdup (text);
  notify (self, PROP_ERROR_TEXT);
}

static void
on_started (guint16 port, const char *address, int backlog, const GError *error, gpointer user_data)
{
  HsServer *self = user_data;
  g_autoptr (HsServer) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GTask) task = g_steal_pointer (&self->start_task);

  if (error != NULL)
    {
      g_clear_pointer (&self->core, hs_server_core_free);
      set_error_text (self, error->message);
      g_task_return_error (task, g_error_copy (error));
      return;
    }
  self->port = port;
  self->backlog = backlog;
  self->since = g_get_real_time ();
  self->running = TRUE;
  g_free (self->address);
  self->address = g_strdup (address);
  set_error_text (self, NULL);
  for (guint i = PROP_ADDRESS; i <= PROP_SINCE; i++)
    notify (self, i);
  notify (self, PROP_BACKLOG);
  notify (self, PROP_RUNNING);
  g_task_return_boolean (task, TRUE);
}

/* Every guest is a descriptor: a desktop's default of 1,024 would be few. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static void on_stopped (gpointer user_data);

static const HsServerCoreFuncs core_funcs = { on_started, on_news, on_stopped };

void
hs_server_start_async (HsServer *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_server_start_async);
  if (self->core != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_EXISTS, "The server is running already");
      return;
    }
  raise_descriptor_limit ();
  g_list_store_remove_all (self->log);
  self->start_task = g_steal_pointer (&task);
  self->core = hs_server_core_new (self->config, self->threaded, &core_funcs, self);
  hs_server_core_start (self->core);
  if (self->tells_guests)
    hs_server_core_tell_guests (self->core);
  if (self->observed)
    hs_server_core_set_observed (self->core, TRUE);
}

gboolean
hs_server_start_finish (HsServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Stop ---- */

static void
forget_guests (HsServer *self)
{
  GListModel *model = G_LIST_MODEL (self->guests);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (model, i);

      hs_guest_set_gone (guest);
    }
  g_hash_table_remove_all (self->by_id);
  g_list_store_remove_all (self->guests);
  set_uint (self, &self->n_guests, 0, PROP_N_GUESTS);
  set_uint (self, &self->n_listeners, 0, PROP_N_LISTENERS);
}

static void
end_watches (HsServer *self)
{
  GHashTableIter iter;
  HsTcpWatch *watch;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &watch))
    hs_tcp_watch_set_gone (watch);
}

static void
on_stopped (gpointer user_data)
{
  HsServer *self = user_data;
  g_autoptr (HsServer) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GTask) task = g_steal_pointer (&self->stop_task);

  g_clear_pointer (&self->core, hs_server_core_free);
  self->running = FALSE;
  self->since = 0;
  g_clear_pointer (&self->numbers, g_free);
  end_watches (self);
  forget_guests (self);
  notify (self, PROP_STOPPING);
  notify (self, PROP_RUNNING);
  notify (self, PROP_SINCE);
  g_signal_emit (self, signals[SIGNAL_STOPPED], 0);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

void
hs_server_stop_async (HsServer *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, hs_server_stop_async);
  if (!self->running)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (self->stop_task != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "The server is stopping already");
      return;
    }
  self->stop_task = g_steal_pointer (&task);
  notify (self, PROP_STOPPING);
  hs_server_core_stop (self->core);
}

gboolean
hs_server_stop_finish (HsServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- GObject ---- */

static void
hs_server_dispose (GObject *object)
{
  HsServer *self = HS_SERVER (object);
  g_autoptr (GList) watches = g_hash_table_get_values (self->watches);

  g_clear_pointer (&self->core, hs_server_core_free);
  g_clear_object (&self->start_task);
  g_clear_object (&self->stop_task);
  for (GList *l = watches; l != NULL; l = l->next)
    g_object_set_data (l->data, WATCH_TIE, NULL);
  G_OBJECT_CLASS (hs_server_parent_class)->dispose (object);
}

static void
hs_server_finalize (GObject *object)
{
  HsServer *self = HS_SERVER (object);

  g_hash_table_unref (self->watches);
  g_hash_table_unref (self->by_id);
  g_object_unref (self->guests);
  g_object_unref (self->log);
  hs_server_config_free (self->config);
  g_free (self->address);
  g_free (self->error_text);
  g_free (self->numbers);
  G_OBJECT_CLASS (hs_server_parent_class)->finalize (object);
}

static void
hs_server_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  HsServer *self = HS_SERVER (object);

  switch (prop_id)
    {
    case PROP_RUNNING:
      g_value_set_boolean (value, self->running);
      break;
    case PROP_STOPPING:
      g_value_set_boolean (value, self->stop_task != NULL);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->config->name);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_SINCE:
      g_value_set_int64 (value, self->since);
      break;
    case PROP_ERROR_TEXT:
      g_value_set_string (value, self->error_text);
      break;
    case PROP_N_GUESTS:
      g_value_set_uint (value, self->n_guests);
      break;
    case PROP_N_LISTENERS:
      g_value_set_uint (value, self->n_listeners);
      break;
    case PROP_HALF_OPEN:
      g_value_set_uint (value, self->numbers != NULL ? self->numbers->half_open : 0);
      break;
    case PROP_ACCEPT_QUEUE:
      g_value_set_uint (value, self->numbers != NULL ? self->numbers->accept_queue : 0);
      break;
    case PROP_BACKLOG:
      g_value_set_uint (value, self->backlog);
      break;
    case PROP_DROPS:
      g_value_set_uint (value, self->numbers != NULL ? self->numbers->drops : 0);
      break;
    case PROP_SYN_COOKIES:
      g_value_set_boolean (value, self->numbers != NULL && self->numbers->syn_cookies);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hs_server_class_init (HsServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = hs_server_dispose;
  object_class->finalize = hs_server_finalize;
  object_class->get_property = hs_server_get_property;

  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[PROP_STOPPING] = g_param_spec_boolean ("stopping", NULL, NULL, FALSE, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, flags);
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, flags);
  properties[PROP_SINCE] = g_param_spec_int64 ("since", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_ERROR_TEXT] = g_param_spec_string ("error-text", NULL, NULL, NULL, flags);
  properties[PROP_N_GUESTS] = g_param_spec_uint ("n-guests", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_LISTENERS] = g_param_spec_uint ("n-listeners", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_HALF_OPEN] = g_param_spec_uint ("half-open", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_ACCEPT_QUEUE] = g_param_spec_uint ("accept-queue", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_BACKLOG] = g_param_spec_uint ("backlog", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_DROPS] = g_param_spec_uint ("drops", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_SYN_COOKIES] = g_param_spec_boolean ("syn-cookies", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_STOPPED] = g_signal_new ("stopped", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_server_init (HsServer *self)
{
  self->guests = g_list_store_new (HS_TYPE_GUEST);
  self->log = g_list_store_new (HS_TYPE_TCP_LOG_ITEM);
  self->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->watches = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, NULL);
}

/* ---- Public ---- */

HsServer *
hs_server_new (const HsServerConfig *config, gboolean threaded)
{
  HsServer *self = g_object_new (HS_TYPE_SERVER, NULL);

  self->config = hs_server_config_copy (config);
  self->threaded = threaded;
  return self;
}

gboolean
hs_server_set_config (HsServer *self, const HsServerConfig *config)
{
  const HsServerConfig *old = self->config;
  gboolean all = g_strcmp0 (old->address, config->address) == 0 && old->port == config->port && old->backlog == config->backlog &&
                 g_strcmp0 (old->unix_path, config->unix_path) == 0 && g_strcmp0 (old->default_room, config->default_room) == 0 &&
                 g_strcmp0 (old->network, config->network) == 0;
  gboolean renamed = g_strcmp0 (old->name, config->name) != 0;

  hs_server_config_free (self->config);
  self->config = hs_server_config_copy (config);
  if (self->core != NULL)
    hs_server_core_set_config (self->core, config);
  if (renamed)
    notify (self, PROP_NAME);
  return all;
}

gboolean
hs_server_get_running (HsServer *self)
{
  return self->running;
}

guint16
hs_server_get_port (HsServer *self)
{
  return self->port;
}

const char *
hs_server_get_name (HsServer *self)
{
  return self->config->name;
}

char *
hs_server_dup_own_address (HsServer *self)
{
  const char *address = self->address;

  if (address == NULL || strcmp (address, "::") == 0 || strcmp (address, "0.0.0.0") == 0)
    address = "127.0.0.1";
  if (strchr (address, ':') != NULL)
    return g_strdup_printf ("[%s]:%u", address, self->port);
  return g_strdup_printf ("%s:%u", address, self->port);
}

char *
hs_server_make_host_token (HsServer *self)
{
  guint8 random[HS_HOST_TOKEN_BYTES];
  GString *hex = g_string_sized_new (2 * sizeof random);

  /* getrandom (2): up to 256 bytes it is neither interrupted nor short. */
  if (getrandom (random, sizeof random, 0) != sizeof random)
    g_error ("getrandom: no random numbers");
  for (guint i = 0; i < sizeof random; i++)
    g_string_append_printf (hex, "%02x", random[i]);
  if (self->core != NULL)
    hs_server_core_set_host_token (self->core, hex->str);
  return g_string_free (hex, FALSE);
}

GListModel *
hs_server_get_guests (HsServer *self)
{
  if (!self->tells_guests && self->core != NULL)
    hs_server_core_tell_guests (self->core);
  self->tells_guests = TRUE;
  return G_LIST_MODEL (self->guests);
}

void
hs_server_set_observed (HsServer *self, gboolean observed)
{
  self->observed = observed;
  if (self->core != NULL)
    hs_server_core_set_observed (self->core, observed);
}

const HsTcpListenerNumbers *
hs_server_get_listener_numbers (HsServer *self)
{
  return self->numbers;
}

GListModel *
hs_server_get_log (HsServer *self)
{
  return G_LIST_MODEL (self->log);
}

/* ---- Watches ---- */

typedef struct
{
  HsServer *server; /* it cuts the tie when it goes first */
  guint64 id;
} WatchTie;

static void
watch_tie_free (gpointer data)
{
  WatchTie *tie = data;
  HsServer *self = tie->server;

  g_hash_table_remove (self->watches, &tie->id);
  if (self->core != NULL)
    hs_server_core_unwatch (self->core, tie->id);
  g_free (tie);
}

static void
on_shown (HsTcpWatch *watch, GParamSpec *pspec, gpointer user_data)
{
  HsServer *self = user_data;
  const WatchTie *tie = g_object_get_data (G_OBJECT (watch), WATCH_TIE);

  if (self->core != NULL && tie != NULL)
    hs_server_core_show_watch (self->core, tie->id, hs_tcp_watch_get_shown (watch));
}

HsTcpWatch *
hs_server_watch_guest (HsServer *self, HsGuest *guest)
{
  const char *nick = hs_guest_get_nick (guest);
  HsTcpWatch *watch = hs_tcp_watch_new (HS_TCP_ROLE_LISTENER, nick != NULL ? nick : hs_guest_get_address (guest));
  WatchTie *tie = g_new0 (WatchTie, 1);

  tie->server = self;
  tie->id = ++self->next_watch_id;
  g_hash_table_insert (self->watches, &tie->id, watch);
  g_object_set_data_full (G_OBJECT (watch), WATCH_TIE, tie, watch_tie_free);
  g_signal_connect_object (watch, "notify::shown", G_CALLBACK (on_shown), self, 0);
  if (self->core != NULL)
    hs_server_core_watch (self->core, hs_guest_get_id (guest), tie->id);
  else
    hs_tcp_watch_set_gone (watch);
  return watch;
}
