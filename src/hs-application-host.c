/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosting: the server, and the host as a client of it, by its bound address and a one-time token. */
#include "hs-application-private.h"

#include <glib/gi18n.h>

#include "hs-name.h"
#include "hs-secret.h"

#define UNDO_S 5

static void
tell (HsApplication *self, const char *text)
{
  if (self->window != NULL)
    hs_window_toast (self->window, text);
}

guint16
hs_application_get_wanted_port (HsApplication *self)
{
  g_autoptr (GVariant) port = g_settings_get_value (hs_profile_get_settings (self->profile), "server-port");

  return g_variant_get_uint16 (port);
}

HsServerConfig *
hs_application_make_server_config (HsApplication *self)
{
  GSettings *settings = hs_profile_get_settings (self->profile);
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autofree char *path = hs_profile_dup_database_path (self->profile), *who = g_settings_get_string (settings, "who-may-join");
  g_autofree char *name = g_settings_get_string (settings, "server-name");

  g_free (config->name);
  config->name = *name != '\0' ? hs_name_make_shown (name) : hs_profile_dup_shown_name (self->profile);
  config->port = hs_application_get_wanted_port (self);
  config->data_dir = g_path_get_dirname (path);
  config->encrypted_only = g_str_equal (who, "encrypted");
  config->classroom = g_str_equal (who, "classroom");
  config->history = g_settings_get_boolean (settings, "keep-said");
  config->history_days = (guint) g_settings_get_int (settings, "keep-days");
  if (config->history_days == 0)
    config->history_size = 0; /* for ever is for ever */
  config->share_view = g_settings_get_boolean (settings, "share-view");
  hs_server_config_take_password (config, g_strdup (self->room_password));
  return g_steal_pointer (&config);
}

void
hs_application_erase_room_password (HsApplication *self)
{
  hs_secret_set (&self->room_password, NULL);
}

void
hs_application_set_room_password (HsApplication *self, const char *password)
{
  g_autoptr (HsServerConfig) config = NULL;

  hs_secret_set (&self->room_password, password);
  config = hs_application_make_server_config (self);
  g_free (hs_server_set_config (self->server, config));
}

void
hs_application_configure_server (HsApplication *self, const char *key)
{
  static const char *const of_server[] = { "shown-name", "server-name", "server-port", "who-may-join", "keep-said", "keep-days", "share-view", NULL };
  g_autoptr (HsServerConfig) config = NULL;
  g_autofree char *later = NULL;

  if (!g_strv_contains (of_server, key))
    return;
  config = hs_application_make_server_config (self);
  later = hs_server_set_config (self->server, config);
  if (later != NULL)
    g_debug ("from the next start on: %s", later);
}

static void
on_own_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (HsApplication) self = data;
  g_autoptr (GError) error = NULL;

  if (hs_connection_open_finish (HS_CONNECTION (source), result, &error))
    hs_application_show_first_room (self, hs_connection_get_session (HS_CONNECTION (source)));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tell (self, error->message);
}

HsSession *
hs_application_need_hosted (HsApplication *self, const char *address)
{
  g_autofree char *name = hs_profile_dup_shown_name (self->profile);

  if (self->hosted == NULL)
    self->hosted = hs_session_new (self->store, HOST_NETWORK, address, name, TRUE);
  return self->hosted;
}

static void
join_own_server (HsApplication *self)
{
  g_autofree char *address = hs_server_dup_own_address (self->server);
  char *token = hs_server_make_host_token (self->server);
  g_autoptr (HsConnection) connection = NULL;

  connection = hs_connection_new (hs_application_need_hosted (self, address), address, HS_PROTOCOL_IRC, HS_LINE_ENDING_AUTOMATIC);
  hs_connection_set_trust (connection, self->known_servers, self->own_key);
  hs_connection_set_host_token (connection, token, hs_server_get_key (self->server));
  hs_secret_free (token);
  hs_connection_open_async (connection, self->cancellable, on_own_opened, g_object_ref (self));
  hs_application_add_connection (self, connection);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (HsApplication) self = data;
  g_autoptr (GError) error = NULL;
  guint16 wanted = hs_application_get_wanted_port (self), port;

  if (!hs_server_start_finish (self->server, result, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS))
        tell (self, error->message);
      return;
    }
  port = hs_server_get_port (self->server);
  if (port != wanted && wanted != 0)
    {
      g_autofree char *text = g_strdup_printf (_("This server has port %u: %u is in use."), port, wanted);

      tell (self, text);
    }
  join_own_server (self);
}

static void
start_now (HsApplication *self)
{
  g_autoptr (HsServerConfig) config = hs_application_make_server_config (self);

  if (hs_server_get_running (self->server))
    return;
  g_free (hs_server_set_config (self->server, config)); /* what had to wait while it ran */
  hs_server_start_async (self->server, self->cancellable, on_started, g_object_ref (self));
}

void
hs_application_start_server (HsApplication *self)
{
  gboolean stopping = FALSE;

  g_object_get (self->server, "stopping", &stopping, NULL);
  self->start_again = stopping; /* who has pressed it need not press it again when the last guest is gone */
  if (!hs_server_get_running (self->server))
    hs_application_start_asking (self, start_now);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (HsApplication) self = data;
  g_autoptr (GError) error = NULL;

  if (!hs_server_stop_finish (self->server, result, &error))
    tell (self, error->message);
  else if (self->start_again && !self->quitting)
    hs_application_start_server (self);
}

void
hs_application_keep_server (HsApplication *self)
{
  g_clear_handle_id (&self->stop_source, g_source_remove);
  if (self->undo != NULL)
    adw_toast_dismiss (self->undo);
  g_clear_object (&self->undo);
}

static void
stop_now (HsApplication *self)
{
  hs_application_keep_server (self);
  if (hs_server_get_running (self->server))
    hs_server_stop_async (self->server, on_stopped, g_object_ref (self));
}

static gboolean
on_undo_over (gpointer data)
{
  HsApplication *self = data;

  self->stop_source = 0;
  stop_now (self);
  return G_SOURCE_REMOVE;
}

/* A stopped server cannot be made to have gone on: its guests have been told goodbye. So it stops later, not back. */
void
hs_application_stop_server (HsApplication *self)
{
  if (!hs_server_get_running (self->server))
    return;
  if (self->stop_source != 0 || self->window == NULL || hs_application_count_guests (self) == 0)
    {
      stop_now (self);
      return;
    }
  self->undo = hs_window_offer (self->window, _("The server stops in five seconds"), _("Undo"), "app.keep-server");
  self->stop_source = g_timeout_add_seconds (UNDO_S, on_undo_over, self);
}
