/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether this computer has a firewall switched on that people are told to open a port of, and by which command; see hs-firewall.h. */
#include "hs-firewall.h"

#include <string.h>

#define UFW_CONF  "/etc/ufw/ufw.conf" /* ufw (8): read at each start; "ufw enable" writes ENABLED=yes there */
#define FIREWALLD "/run/firewalld"    /* made when it starts; of an older one only the file with its process id */
#define FIREWALLD_PID "/run/firewalld.pid"

static gboolean
ufw_is_enabled (const char *root)
{
  g_autofree char *path = g_strconcat (root, UFW_CONF, NULL), *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean enabled = FALSE;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (g_str_has_prefix (line, "ENABLED="))
        enabled = g_ascii_strcasecmp (line + strlen ("ENABLED="), "yes") == 0;
    }
  return enabled;
}

static gboolean
exists (const char *root, const char *name)
{
  g_autofree char *path = g_strconcat (root, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

HsFirewall
hs_firewall_find (const char *root)
{
  if (ufw_is_enabled (root))
    return HS_FIREWALL_UFW;
  return exists (root, FIREWALLD) || exists (root, FIREWALLD_PID) ? HS_FIREWALLD : HS_FIREWALL_NONE;
}

static void
find_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_int (task, hs_firewall_find (""));
}

void
hs_firewall_find_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_firewall_find_async);
  g_task_run_in_thread (task, find_in_thread);
}

HsFirewall
hs_firewall_find_finish (GAsyncResult *result, GError **error)
{
  gssize found = g_task_propagate_int (G_TASK (result), error);

  return found > 0 ? (HsFirewall) found : HS_FIREWALL_NONE;
}

char *
hs_firewall_dup_command (HsFirewall self, guint16 port)
{
  if (self == HS_FIREWALL_UFW)
    return g_strdup_printf ("sudo ufw allow %u/tcp", port);
  return self == HS_FIREWALLD ? g_strdup_printf ("sudo firewall-cmd --add-port=%u/tcp", port) : NULL;
}
