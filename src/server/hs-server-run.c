/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start and stop as the main thread sees them: one task each, finished by what the core tells. */
#include "hs-server-private.h"

#include <sys/resource.h>

#include "hs-config.h" /* GETTEXT_PACKAGE, before gi18n-lib.h */
#include <glib/gi18n-lib.h>

static void
set_error_text (HsServer *self, const char *text)
{
  if (g_strcmp0 (self->error_text, text) == 0)
    return;
  g_free (self->error_text);
  self->error_text = g_strdup (text);
  hs_server_notify (self, HS_SERVER_PROP_ERROR_TEXT);
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
  for (guint i = HS_SERVER_PROP_ADDRESS; i <= HS_SERVER_PROP_SINCE; i++)
    hs_server_notify (self, i);
  hs_server_notify (self, HS_SERVER_PROP_BACKLOG);
  hs_server_notify (self, HS_SERVER_PROP_RUNNING);
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

static const HsServerCoreFuncs core_funcs = { on_started, hs_server_apply_news, hs_server_set_store_error, on_stopped };

void
hs_server_start_async (HsServer *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_server_start_async);
  if (self->core != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_EXISTS, _("The server is running already."));
      return;
    }
  raise_descriptor_limit ();
  g_list_store_remove_all (self->log);
  hs_server_set_store_error (NULL, self);
  self->start_task = g_steal_pointer (&task);
  self->core = hs_server_core_new (self->config, self->threaded, &core_funcs, self);
  for (guint i = 0; i < self->sockets->len; i++)
    hs_server_core_take_socket (self->core, g_array_index (self->sockets, int, i));
  g_array_set_size (self->sockets, 0);
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
  hs_server_set_uint (self, &self->experiments, 0, HS_SERVER_PROP_EXPERIMENTS);
  hs_server_end_watches (self);
  hs_server_forget_guests (self);
  hs_server_notify (self, HS_SERVER_PROP_STOPPING);
  hs_server_notify (self, HS_SERVER_PROP_RUNNING);
  hs_server_notify (self, HS_SERVER_PROP_SINCE);
  hs_server_emit_stopped (self);
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
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, _("The server is stopping already."));
      return;
    }
  self->stop_task = g_steal_pointer (&task);
  hs_server_notify (self, HS_SERVER_PROP_STOPPING);
  hs_server_core_stop (self->core);
}

gboolean
hs_server_stop_finish (HsServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
