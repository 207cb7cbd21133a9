/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least that GIO does to listen: what bench-server-start.py compares handshake-server's start with. Serves nobody. usage: bare-service PORT */
#include <gio/gio.h>
#include <stdlib.h>

int
main (int argc, char **argv)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (argc != 2 || !g_socket_listener_add_inet_port (G_SOCKET_LISTENER (service), (guint16) atoi (argv[1]), NULL, NULL))
    return EXIT_FAILURE;
  g_print ("listening\n");
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}
