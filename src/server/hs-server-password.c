/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The password that everybody needs, and whether the host should be asked for one. */
#include "hs-server-private.h"

gboolean
hs_server_get_has_password (HsServer *self)
{
  return self->config->password != NULL;
}

void
hs_server_set_password (HsServer *self, const char *password)
{
  g_autoptr (HsServerConfig) config = hs_server_config_copy (self->config);

  hs_server_config_take_password (config, password != NULL && *password != '\0' ? g_strdup (password) : NULL);
  g_free (hs_server_set_config (self, config));
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  char *address = hs_server_core_find_public_finish (result, &error);

  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, address, g_free);
}

/* Given sockets may be bound to anything; where they are only local ones the server has no address. */
void
hs_server_find_public_async (HsServer *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_server_find_public_async);
  if (hs_server_get_has_password (self) || (self->running && self->address == NULL))
    {
      g_task_return_pointer (task, NULL, NULL);
      g_object_unref (task);
      return;
    }
  hs_server_core_find_public_async (self->running ? self->address : self->config->address, cancellable, on_found, task);
}

char *
hs_server_find_public_finish (HsServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
