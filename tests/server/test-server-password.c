/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The password as the window sets it, while the server runs; and the question whether one is worth asking for. */
#include "hs-server.h"

#include <string.h>

#define WAIT_MS 10000

static gboolean
on_timeout (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Iterates until @condition holds, but not for ever. */
#define wait_until(condition)                                     \
  G_STMT_START                                                    \
  {                                                               \
    gboolean late_ = FALSE;                                       \
    guint id_ = g_timeout_add (WAIT_MS, on_timeout, &late_);      \
    while (!(condition) && !late_)                                \
      g_main_context_iteration (NULL, TRUE);                      \
    g_assert_false (late_);                                       \
    g_source_remove (id_);                                        \
  }                                                               \
  G_STMT_END

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
on_notify (HsServer *server, GParamSpec *pspec, gpointer data)
{
  (*(guint *) data)++;
}

static char *
find_public (HsServer *server)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;
  char *address;

  hs_server_find_public_async (server, NULL, on_result, &result);
  wait_until (result != NULL);
  address = hs_server_find_public_finish (server, result, &error);
  g_assert_no_error (error);
  return address;
}

static GSocketConnection *
join_plain (HsServer *server)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *address = hs_server_dup_own_address (server);
  GSocketConnection *connection = g_socket_client_connect_to_host (client, address, 0, NULL, NULL);

  g_assert_nonnull (connection);
  g_assert_cmpint (g_output_stream_write (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "hi\n", 3, NULL, NULL), ==, 3);
  return connection;
}

static gboolean
has_joined (HsServer *server)
{
  g_autoptr (HsGuest) guest = g_list_model_get_item (hs_server_get_guests (server), 0);
  g_autofree char *nick = NULL;

  if (guest != NULL)
    g_object_get (guest, "nick", &nick, NULL);
  return nick != NULL;
}

static void
test_set (void)
{
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autoptr (HsServer) server = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (GSocketConnection) plain = NULL;
  g_autofree char *public = NULL;
  guint n_notified = 0;
  char text[8];

  config->port = 0;
  config->address = g_strdup ("127.0.0.1");
  server = hs_server_new (config, TRUE);
  g_signal_connect (server, "notify::has-password", G_CALLBACK (on_notify), &n_notified);
  public = find_public (server); /* bound to loopback */
  g_assert_null (public);
  hs_server_set_password (server, "");
  g_assert_false (hs_server_get_has_password (server));
  g_assert_cmpuint (n_notified, ==, 0);

  hs_server_start_async (server, NULL, on_result, &started);
  wait_until (started != NULL);
  g_assert_true (hs_server_start_finish (server, started, NULL));
  hs_server_get_guests (server);
  plain = join_plain (server);
  wait_until (has_joined (server));
  hs_server_set_password (server, "open sesame");
  g_assert_true (hs_server_get_has_password (server));
  g_assert_cmpuint (n_notified, ==, 1);
  wait_until (g_list_model_get_n_items (hs_server_get_guests (server)) == 0);
  memset (text, 0, sizeof text);
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (plain)), text, sizeof text - 1, NULL, NULL), >=, 1);
  g_assert_cmpstr (text, ==, "q");
  hs_server_set_password (server, NULL);
  g_assert_cmpuint (n_notified, ==, 2);
  hs_server_stop_async (server, on_result, &stopped);
  wait_until (stopped != NULL);
  g_assert_true (hs_server_stop_finish (server, stopped, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/server-password/set", test_set);
  return g_test_run ();
}
