/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server's face on the main thread: properties, guests, log, watches, all kept from what the core delivers. It touches no socket. */
#include "hs-server-private.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "hs-base64url.h"
#include "hs-limits.h"

G_DEFINE_FINAL_TYPE (HsServer, hs_server, G_TYPE_OBJECT)

static GParamSpec *properties[HS_SERVER_N_PROPS];

enum
{
  SIGNAL_STOPPED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
hs_server_notify (HsServer *self, HsServerProperty property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
hs_server_set_uint (HsServer *self, guint *field, guint value, HsServerProperty property)
{
  if (*field == value)
    return;
  *field = value;
  hs_server_notify (self, property);
}

void
hs_server_emit_stopped (HsServer *self)
{
  g_signal_emit (self, signals[SIGNAL_STOPPED], 0);
}

/* ---- GObject ---- */

static void
hs_server_dispose (GObject *object)
{
  HsServer *self = HS_SERVER (object);

  g_clear_pointer (&self->core, hs_server_core_free);
  g_clear_object (&self->start_task);
  g_clear_object (&self->stop_task);
  hs_server_untie_watches (self);
  G_OBJECT_CLASS (hs_server_parent_class)->dispose (object);
}

static void
hs_server_finalize (GObject *object)
{
  HsServer *self = HS_SERVER (object);

  g_hash_table_unref (self->watches);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->observers);
  g_object_unref (self->guests);
  g_object_unref (self->half_open);
  g_object_unref (self->log);
  for (guint i = 0; i < self->sockets->len; i++)
    close (g_array_index (self->sockets, int, i));
  g_array_unref (self->sockets);
  hs_server_config_free (self->config);
  g_free (self->address);
  g_free (self->error_text);
  g_free (self->store_error);
  g_free (self->key);
  g_free (self->key_number);
  g_strfreev (self->bans);
  g_free (self->numbers);
  G_OBJECT_CLASS (hs_server_parent_class)->finalize (object);
}

static void
hs_server_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  HsServer *self = HS_SERVER (object);

  switch (prop_id)
    {
    case HS_SERVER_PROP_RUNNING:
      g_value_set_boolean (value, self->running);
      break;
    case HS_SERVER_PROP_STOPPING:
      g_value_set_boolean (value, self->stop_task != NULL);
      break;
    case HS_SERVER_PROP_NAME:
      g_value_set_string (value, self->config->name);
      break;
    case HS_SERVER_PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case HS_SERVER_PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case HS_SERVER_PROP_SINCE:
      g_value_set_int64 (value, self->since);
      break;
    case HS_SERVER_PROP_ERROR_TEXT:
      g_value_set_string (value, self->error_text);
      break;
    case HS_SERVER_PROP_STORE_ERROR_TEXT:
      g_value_set_string (value, self->store_error);
      break;
    case HS_SERVER_PROP_N_GUESTS:
      g_value_set_uint (value, self->n_guests);
      break;
    case HS_SERVER_PROP_N_LISTENERS:
      g_value_set_uint (value, self->n_listeners);
      break;
    case HS_SERVER_PROP_HALF_OPEN:
      g_value_set_uint (value, self->numbers != NULL ? self->numbers->half_open : 0);
      break;
    case HS_SERVER_PROP_ACCEPT_QUEUE:
      g_value_set_uint (value, self->numbers != NULL ? self->numbers->accept_queue : 0);
      break;
    case HS_SERVER_PROP_BACKLOG:
      g_value_set_uint (value, self->backlog);
      break;
    case HS_SERVER_PROP_DROPS:
      g_value_set_uint (value, self->numbers != NULL ? self->numbers->drops : 0);
      break;
    case HS_SERVER_PROP_KEY:
      g_value_set_string (value, hs_server_get_key (self));
      break;
    case HS_SERVER_PROP_KEY_NUMBER:
      g_value_set_string (value, hs_server_get_key_number (self));
      break;
    case HS_SERVER_PROP_EXPERIMENTS: g_value_set_uint (value, self->experiments); break;
    case HS_SERVER_PROP_WARNINGS:
      g_value_set_uint (value, self->numbers != NULL ? self->numbers->warnings : 0);
      break;
    case HS_SERVER_PROP_BANS:
      g_value_set_boxed (value, self->bans);
      break;
    case HS_SERVER_PROP_HAS_PASSWORD:
      g_value_set_boolean (value, self->config->password != NULL);
      break;
    case HS_SERVER_PROP_SYN_COOKIES:
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

  properties[HS_SERVER_PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[HS_SERVER_PROP_STOPPING] = g_param_spec_boolean ("stopping", NULL, NULL, FALSE, flags);
  properties[HS_SERVER_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[HS_SERVER_PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, flags);
  properties[HS_SERVER_PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, flags);
  properties[HS_SERVER_PROP_SINCE] = g_param_spec_int64 ("since", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[HS_SERVER_PROP_ERROR_TEXT] = g_param_spec_string ("error-text", NULL, NULL, NULL, flags);
  properties[HS_SERVER_PROP_STORE_ERROR_TEXT] = g_param_spec_string ("store-error-text", NULL, NULL, NULL, flags);
  properties[HS_SERVER_PROP_N_GUESTS] = g_param_spec_uint ("n-guests", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HS_SERVER_PROP_N_LISTENERS] = g_param_spec_uint ("n-listeners", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HS_SERVER_PROP_HALF_OPEN] = g_param_spec_uint ("half-open", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HS_SERVER_PROP_ACCEPT_QUEUE] = g_param_spec_uint ("accept-queue", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HS_SERVER_PROP_BACKLOG] = g_param_spec_uint ("backlog", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HS_SERVER_PROP_DROPS] = g_param_spec_uint ("drops", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HS_SERVER_PROP_KEY] = g_param_spec_string ("key", NULL, NULL, NULL, flags);
  properties[HS_SERVER_PROP_KEY_NUMBER] = g_param_spec_string ("key-number", NULL, NULL, NULL, flags);
  properties[HS_SERVER_PROP_SYN_COOKIES] = g_param_spec_boolean ("syn-cookies", NULL, NULL, FALSE, flags);
  properties[HS_SERVER_PROP_HAS_PASSWORD] = g_param_spec_boolean ("has-password", NULL, NULL, FALSE, flags);
  properties[HS_SERVER_PROP_BANS] = g_param_spec_boxed ("bans", NULL, NULL, G_TYPE_STRV, flags);
  properties[HS_SERVER_PROP_EXPERIMENTS] = g_param_spec_uint ("experiments", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HS_SERVER_PROP_WARNINGS] = g_param_spec_uint ("warnings", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, HS_SERVER_N_PROPS, properties);

  g_signal_new ("carried", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, HS_TYPE_TCP_WATCH, G_TYPE_POINTER);
  signals[SIGNAL_STOPPED] = g_signal_new ("stopped", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_server_init (HsServer *self)
{
  self->sockets = g_array_new (FALSE, FALSE, sizeof (int));
  self->guests = hs_guest_list_new ();
  self->half_open = g_list_store_new (HS_TYPE_GUEST);
  self->bans = g_new0 (char *, 1);
  self->log = g_list_store_new (HS_TYPE_TCP_LOG_ITEM);
  self->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->observers = g_hash_table_new (NULL, NULL);
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
hs_server_check_files (const HsServerConfig *config, GError **error)
{
  return hs_server_core_check_files (config, error);
}

void
hs_server_take_socket (HsServer *self, int fd)
{
  g_array_append_val (self->sockets, fd);
}

char *
hs_server_set_config (HsServer *self, const HsServerConfig *config)
{
  g_autofree char *old_name = g_strdup (self->config->name);
  gboolean had_password = self->config->password != NULL, was_classroom = self->config->classroom;
  char *waiting = NULL;

  if (self->core != NULL)
    {
      waiting = hs_server_config_take_live (self->config, config);
      hs_server_core_set_config (self->core, self->config);
    }
  else
    {
      hs_server_config_free (self->config);
      self->config = hs_server_config_copy (config);
    }
  if (g_strcmp0 (old_name, self->config->name) != 0)
    hs_server_notify (self, HS_SERVER_PROP_NAME);
  if (had_password != (self->config->password != NULL))
    hs_server_notify (self, HS_SERVER_PROP_HAS_PASSWORD);
  if (was_classroom != self->config->classroom)
    {
      hs_server_notify (self, HS_SERVER_PROP_KEY);
      hs_server_notify (self, HS_SERVER_PROP_KEY_NUMBER);
    }
  return waiting;
}

gboolean
hs_server_get_running (HsServer *self)
{
  return self->running;
}

/* In a classroom the key that there was before is of no use: nobody can be shown it. */
const char *
hs_server_get_key (HsServer *self)
{
  return self->config->classroom ? NULL : self->key;
}

const char *
hs_server_get_key_number (HsServer *self)
{
  return self->config->classroom ? NULL : self->key_number;
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

const char *
hs_server_get_default_room (HsServer *self)
{
  return self->config->default_room;
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

char *
hs_server_make_invite_token (HsServer *self)
{
  guint8 random[HS_INVITE_TOKEN_BYTES];
  char *token;

  if (self->core == NULL)
    return NULL;
  if (getrandom (random, sizeof random, 0) != sizeof random)
    g_error ("getrandom: no random numbers");
  token = hs_base64url_encode (random, sizeof random);
  hs_server_core_add_invite (self->core, token);
  return token;
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
hs_server_experiment (HsServer *self, HsTcpLab experiment, gboolean on)
{
  if (self->core != NULL)
    hs_server_core_experiment_listener (self->core, experiment, on);
}

guint
hs_server_get_experiments (HsServer *self)
{
  return self->experiments;
}

void
hs_server_set_observed (HsServer *self, gboolean observed)
{
  hs_server_set_observed_by (self, self, observed);
}

void
hs_server_set_observed_by (HsServer *self, gconstpointer who, gboolean observed)
{
  gboolean any;

  if (observed)
    g_hash_table_add (self->observers, (gpointer) who);
  else
    g_hash_table_remove (self->observers, who);
  any = g_hash_table_size (self->observers) > 0;
  if (self->observed == any)
    return;
  self->observed = any;
  if (self->core != NULL)
    hs_server_core_set_observed (self->core, any);
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

const char *const *
hs_server_get_bans (HsServer *self)
{
  return (const char *const *) self->bans;
}

GListModel *
hs_server_get_half_open (HsServer *self)
{
  return G_LIST_MODEL (self->half_open);
}

void
hs_server_list_rooms_async (HsServer *self, HsGuest *guest, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_server_list_rooms_async);
  if (self->core != NULL)
    hs_server_core_list_rooms (self->core, hs_guest_get_id (guest), task);
  else
    {
      g_task_return_pointer (task, g_new0 (char *, 1), (GDestroyNotify) g_strfreev);
      g_object_unref (task);
    }
}

GStrv
hs_server_list_rooms_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
hs_server_kick_from (HsServer *self, HsGuest *guest, const char *room, const char *reason)
{
  if (self->core != NULL)
    hs_server_core_kick_from (self->core, hs_guest_get_id (guest), room, reason);
}

void
hs_server_do (HsServer *self, HsDeed deed, GPtrArray *guests, const char *reason)
{
  GArray *ids;

  if (self->core == NULL || guests->len == 0)
    return;
  ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < guests->len; i++)
    {
      guint64 id = hs_guest_get_id (g_ptr_array_index (guests, i));

      g_array_append_val (ids, id);
    }
  hs_server_core_do (self->core, deed, ids, reason);
}

void
hs_server_set_banned (HsServer *self, const char *const *masks, gboolean on)
{
  if (self->core != NULL)
    hs_server_core_set_banned (self->core, masks, on);
}
