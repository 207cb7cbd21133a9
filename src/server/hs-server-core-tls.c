/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's key, and what guests that begin with a ClientHello get: where the key comes from, and that it is read again when its files
 * change. The handshakes themselves are the links'. */
#include "hs-server-core-private.h"

#include <gio/gio.h>
#include <string.h>

#include "hs-limits.h"

/* A certificate and its key are replaced one after the other. */
#define SETTLE_MS 500

static gint64
now_in_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* A folder that cannot be written is no reason not to serve, nor to serve in the clear: then the key is another at each start. A key that is there
 * but cannot be used is one: whoever has pinned it would find another. */
static HsIdentity *
load_own (const char *directory, GError **error)
{
  g_autoptr (GError) local = NULL;
  HsIdentity *identity = hs_identity_load_or_create (directory, now_in_seconds (), &local);

  if (g_error_matches (local, HS_TLS_ERROR, HS_TLS_ERROR_UNWRITABLE))
    {
      g_message ("%s: the key is another at each start", local->message);
      return hs_identity_new (now_in_seconds (), error);
    }
  if (identity == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return identity;
}

static HsIdentity *
load_identity (const HsServerConfig *config, GError **error)
{
  if (config->tls_certificate != NULL || config->tls_key != NULL)
    {
      /* Both may stand in one file. */
      const char *certificate = config->tls_certificate != NULL ? config->tls_certificate : config->tls_key;
      const char *key = config->tls_key != NULL ? config->tls_key : config->tls_certificate;

      return hs_identity_load (certificate, key, now_in_seconds (), error);
    }
  return config->data_dir != NULL ? load_own (config->data_dir, error) : hs_identity_new (now_in_seconds (), error);
}

static void
set_limits (HsServerCore *self)
{
  hs_tls_context_set_limits (self->tls, MIN (self->config->registration_timeout, HS_TLS_HANDSHAKE_MS),
                             MIN (self->config->unregistered, HS_TLS_HANDSHAKES_MAX));
}

static void
tell_key (HsServerCore *self, HsIdentity *identity)
{
  const HsFingerprint *fingerprint = hs_identity_get_fingerprint (identity);
  HsNews *news = hs_core_gather (self);

  g_free (news->key);
  news->key = hs_fingerprint_to_text (fingerprint);
  hs_fingerprint_to_number (fingerprint, news->key_number);
  if (hs_identity_get_warning (identity) != NULL)
    g_message ("%s", hs_identity_get_warning (identity));
}

static gboolean
take_identity (HsServerCore *self, GError **error)
{
  g_autoptr (HsIdentity) identity = load_identity (self->config, error);

  if (identity == NULL)
    return FALSE;
  if (self->tls == NULL)
    self->tls = hs_tls_context_new_server (identity);
  else
    hs_tls_context_set_identity (self->tls, identity);
  set_limits (self);
  tell_key (self, identity);
  return TRUE;
}

/* ---- Changes ---- */

static gboolean
on_settled (gpointer data)
{
  HsServerCore *self = data;

  hs_core_clear_timer (&self->tls_timer);
  hs_core_tls_set_config (self);
  return G_SOURCE_REMOVE;
}

static void
on_file_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  HsServerCore *self = data;

  hs_core_clear_timer (&self->tls_timer);
  self->tls_timer = hs_core_attach_timer (self, SETTLE_MS, on_settled);
}

static void
watch_file (HsServerCore *self, const char *path)
{
  g_autoptr (GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;
  GFileMonitor *monitor = file != NULL ? g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL) : NULL;

  if (monitor == NULL)
    return;
  g_signal_connect (monitor, "changed", G_CALLBACK (on_file_changed), self);
  g_ptr_array_add (self->tls_monitors, monitor);
}

static void
stop_watching (HsServerCore *self)
{
  for (guint i = 0; self->tls_monitors != NULL && i < self->tls_monitors->len; i++)
    g_signal_handlers_disconnect_by_data (self->tls_monitors->pdata[i], self);
  g_clear_pointer (&self->tls_monitors, g_ptr_array_unref);
  hs_core_clear_timer (&self->tls_timer);
}

static void
watch_files (HsServerCore *self)
{
  stop_watching (self);
  self->tls_monitors = g_ptr_array_new_with_free_func (g_object_unref);
  watch_file (self, self->config->tls_certificate);
  watch_file (self, self->config->tls_key);
}

gboolean
hs_server_core_check_files (const HsServerConfig *config, GError **error)
{
  g_autoptr (HsIdentity) identity = NULL;

  if (config->classroom || (config->tls_certificate == NULL && config->tls_key == NULL))
    return TRUE;
  identity = load_identity (config, error);
  return identity != NULL;
}

/* Whoever is made to come encrypted must find what it then looks for: an authority's word, for the name by which one comes. */
static gboolean
is_vouched_for (HsServerCore *self)
{
  const HsServerConfig *config = self->config;
  HsIdentity *identity = self->tls != NULL ? hs_tls_context_get_identity (self->tls) : NULL;

  if (config->classroom || identity == NULL || (config->tls_certificate == NULL && config->tls_key == NULL))
    return FALSE;
  if (config->name == NULL || strchr (config->name, '.') == NULL || g_hostname_is_ip_address (config->name) || hs_identity_is_self_signed (identity))
    return FALSE;
  return hs_identity_is_vouched_for (identity, config->name, NULL);
}

/* ---- For the core ---- */

void
hs_core_tls_offer_sts (HsServerCore *self)
{
  if (is_vouched_for (self))
    hs_engine_set_sts (self->engine, hs_listener_get_port (self->listener), self->config->sts,
                       hs_identity_get_expiry (hs_tls_context_get_identity (self->tls)));
  else
    hs_engine_set_sts (self->engine, 0, 0, 0);
}

gboolean
hs_core_tls_init (HsServerCore *self, GError **error)
{
  if (self->config->classroom)
    return TRUE;
  watch_files (self);
  return take_identity (self, error);
}

static void
load_anew (HsServerCore *self)
{
  g_autoptr (GError) error = NULL;

  if (self->config->classroom)
    return;
  watch_files (self);
  if (take_identity (self, &error))
    return;
  g_message ("%s", error->message);
  if (self->tls != NULL)
    set_limits (self);
}

void
hs_core_tls_set_config (HsServerCore *self)
{
  load_anew (self);
  hs_core_tls_offer_sts (self);
}

void
hs_core_tls_clear (HsServerCore *self)
{
  stop_watching (self);
  g_clear_pointer (&self->tls, hs_tls_context_unref);
}

gboolean
hs_core_tls_accept (HsServerCore *self, HsLink *link)
{
  if (self->config->classroom || self->tls == NULL)
    {
      hs_link_refuse_tls (link);
      return FALSE;
    }
  hs_link_start_tls (link, self->tls, NULL);
  return TRUE;
}
