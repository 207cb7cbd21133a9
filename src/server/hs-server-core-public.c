/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether this computer's addresses are everybody's to reach. It needs no running server: the question comes before the start. */
#include "hs-server-core.h"

#include "hs-addresses.h"

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) addresses = hs_addresses_read_finish (result, &error);
  const HsOwnAddress *public;

  if (addresses == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  hs_addresses_rank (addresses, g_task_get_task_data (task));
  public = hs_addresses_find_public (addresses);
  g_task_return_pointer (task, public != NULL ? hs_own_address_to_host (public) : NULL, g_free);
}

void
hs_server_core_find_public_async (const char *bound, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_server_core_find_public_async);
  g_task_set_task_data (task, g_strdup (bound), g_free);
  hs_addresses_read_async (cancellable, on_read, task);
}

char *
hs_server_core_find_public_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
