/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A firewall that is switched on is found by what it leaves where everybody may look; one that is merely installed is none. */
#include "hs-firewall.h"

#include <glib/gstdio.h>

static const struct
{
  const char *what, *conf; /* (nullable) of ufw */
  const char *made;        /* (nullable) */
  HsFirewall expected;
  const char *command;     /* (nullable) */
} rows[] = {
  { "nothing", NULL, NULL, HS_FIREWALL_NONE, NULL },
  { "ufw, as installed", "# /etc/ufw/ufw.conf\n#\n\n# Set to yes to start on boot.\nENABLED=no\nLOGLEVEL=low\n", NULL, HS_FIREWALL_NONE, NULL },
  { "ufw enabled", "# Set to yes to start on boot.\nENABLED=yes\n\nLOGLEVEL=low\n", NULL, HS_FIREWALL_UFW, "sudo ufw allow 8001/tcp" },
  { "ufw, written by hand", "  ENABLED=YES  \n", NULL, HS_FIREWALL_UFW, "sudo ufw allow 8001/tcp" },
  { "ufw, a comment", "#ENABLED=yes\n", NULL, HS_FIREWALL_NONE, NULL },
  { "ufw, the last word counts", "ENABLED=yes\nENABLED=no\n", NULL, HS_FIREWALL_NONE, NULL },
  { "ufw, empty", "", NULL, HS_FIREWALL_NONE, NULL },
  { "firewalld runs", NULL, "/run/firewalld", HS_FIREWALLD, "sudo firewall-cmd --add-port=8001/tcp" },
  { "firewalld of old", NULL, "/run/firewalld.pid", HS_FIREWALLD, "sudo firewall-cmd --add-port=8001/tcp" },
  { "both", "ENABLED=yes\n", "/run/firewalld", HS_FIREWALL_UFW, "sudo ufw allow 8001/tcp" },
};

static void
make (const char *root, const char *folder)
{
  g_autofree char *path = g_strconcat (root, folder, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
}

static void
test_find (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *root = g_dir_make_tmp ("handshake-firewall-XXXXXX", &error), *conf = g_strconcat (root, "/etc/ufw/ufw.conf", NULL);
  g_autofree char *command = NULL, *erase = g_strdup_printf ("rm -r '%s'", root);

  g_assert_no_error (error);
  g_test_message ("%s", rows[i].what);
  make (root, "/etc/ufw");
  make (root, "/run");
  if (rows[i].conf != NULL)
    g_assert_true (g_file_set_contents (conf, rows[i].conf, -1, NULL));
  if (rows[i].made != NULL)
    make (root, rows[i].made);
  g_assert_cmpint (hs_firewall_find (root), ==, rows[i].expected);
  command = hs_firewall_dup_command (hs_firewall_find (root), 8001);
  g_assert_cmpstr (command, ==, rows[i].command);
  g_assert_true (g_spawn_command_line_sync (erase, NULL, NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/firewall/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_find);
    }
  return g_test_run ();
}
