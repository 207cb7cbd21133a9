/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCRAM-SHA-256-PLUS over real TLS: both ends derive the same binding, and the one of another connection does not pass. */
#include "hs-server.h"

#include <glib-unix.h>
#include <gnutls/gnutls.h>
#include <gsasl.h>
#include <string.h>
#include <sys/socket.h>

#define WAIT_MS 10000
#define READ_S 10

static gboolean
on_timeout (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  gboolean late = FALSE;
  guint id = g_timeout_add (WAIT_MS, on_timeout, &late);

  while (*result == NULL && !late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (late);
  g_source_remove (id);
}

/* ---- A client that waits: the server has a thread of its own ---- */

typedef struct
{
  GSocketConnection *connection;
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  GString *held;
  char *binding; /* base64 */
} Client;

static void
client_open (Client *self, HsServer *server)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *address = hs_server_dup_own_address (server);
  const struct timeval bound = { READ_S, 0 };
  gnutls_datum_t binding;
  int fd;

  g_socket_client_set_timeout (client, READ_S);
  self->connection = g_socket_client_connect_to_host (client, address, 0, NULL, NULL);
  g_assert_nonnull (self->connection);
  fd = g_socket_get_fd (g_socket_connection_get_socket (self->connection));
  g_unix_set_fd_nonblocking (fd, FALSE, NULL);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound), ==, 0);
  gnutls_certificate_allocate_credentials (&self->credentials);
  gnutls_init (&self->session, GNUTLS_CLIENT);
  gnutls_set_default_priority (self->session);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, self->credentials);
  gnutls_transport_set_int (self->session, fd);
  g_assert_cmpint (gnutls_handshake (self->session), ==, GNUTLS_E_SUCCESS);
  g_assert_cmpint (gnutls_session_channel_binding (self->session, GNUTLS_CB_TLS_EXPORTER, &binding), ==, 0);
  self->binding = g_base64_encode (binding.data, binding.size);
  gnutls_free (binding.data);
  self->held = g_string_new (NULL);
}

static void
client_clear (Client *self)
{
  gnutls_deinit (self->session);
  gnutls_certificate_free_credentials (self->credentials);
  g_object_unref (self->connection);
  g_string_free (self->held, TRUE);
  g_free (self->binding);
}

static void
client_write (Client *self, const char *words, const char *more)
{
  g_autofree char *line = g_strconcat (words, more, "\r\n", NULL);

  g_assert_cmpint (gnutls_record_send (self->session, line, strlen (line)), ==, strlen (line));
}

/* The first line that has one of these in it; @second (nullable). (transfer full) */
static char *
client_read (Client *self, const char *first, const char *second)
{
  const gint64 until = g_get_monotonic_time () + READ_S * G_USEC_PER_SEC;

  for (;;)
    {
      const char *end = strstr (self->held->str, "\r\n");
      char data[4096];
      gssize n;

      if (end != NULL)
        {
          char *line = g_strndup (self->held->str, (gsize) (end - self->held->str));

          g_string_erase (self->held, 0, end + 2 - self->held->str);
          if (strstr (line, first) != NULL || (second != NULL && strstr (line, second) != NULL))
            return line;
          g_free (line);
          continue;
        }
      do
        n = gnutls_record_recv (self->session, data, sizeof data);
      while ((n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) && g_get_monotonic_time () < until); /* a ticket is no word */
      g_assert_cmpint (n, >, 0);
      g_string_append_len (self->held, data, n);
    }
}

static int
answer (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  const char *value = property == GSASL_AUTHID ? "room" : property == GSASL_PASSWORD ? "open sesame" :
                      property == GSASL_CB_TLS_EXPORTER ? gsasl_callback_hook_get (gsasl) : NULL;

  if (value == NULL)
    return GSASL_NO_CALLBACK;
  gsasl_property_set (session, property, value);
  return GSASL_OK;
}

/* What the server says in the end: "903" or "904". */
static gboolean
client_log_in (Client *self, const char *binding)
{
  Gsasl *gsasl = NULL;
  Gsasl_session *session = NULL;
  g_autofree char *line = NULL;

  gsasl_init (&gsasl);
  gsasl_callback_hook_set (gsasl, (gpointer) binding);
  gsasl_callback_set (gsasl, answer);
  g_assert_cmpint (gsasl_client_start (gsasl, "SCRAM-SHA-256-PLUS", &session), ==, GSASL_OK);
  client_write (self, "AUTHENTICATE SCRAM-SHA-256-PLUS", "");
  while ((line = client_read (self, "AUTHENTICATE ", " 90")) != NULL && g_str_has_prefix (line, "AUTHENTICATE "))
    {
      const char *challenge = line + strlen ("AUTHENTICATE ");
      char *words = NULL;

      gsasl_step64 (session, strcmp (challenge, "+") == 0 ? "" : challenge, &words);
      client_write (self, "AUTHENTICATE ", words != NULL && *words != '\0' ? words : "+");
      gsasl_free (words);
      g_free (g_steal_pointer (&line));
    }
  gsasl_finish (session);
  gsasl_done (gsasl);
  return strstr (line, " 903 ") != NULL;
}

static void
test_binding (void)
{
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autoptr (HsServer) server = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  Client one = { NULL }, two = { NULL };
  g_autofree char *welcome = NULL;

  config->port = 0;
  config->address = g_strdup ("127.0.0.1");
  hs_server_config_take_password (config, g_strdup ("open sesame"));
  server = hs_server_new (config, TRUE);
  hs_server_start_async (server, NULL, on_result, &started);
  wait_for (&started);
  g_assert_true (hs_server_start_finish (server, started, NULL));

  client_open (&one, server);
  client_open (&two, server);
  g_assert_cmpstr (one.binding, !=, two.binding);
  g_assert_true (client_log_in (&one, one.binding));
  client_write (&one, "NICK anna\r\nUSER a 0 * :A", "");
  welcome = client_read (&one, " 001 ", NULL);
  g_assert_false (client_log_in (&two, one.binding));
  client_clear (&one);
  client_clear (&two);

  hs_server_stop_async (server, on_result, &stopped);
  wait_for (&stopped);
  g_assert_true (hs_server_stop_finish (server, stopped, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/server-plus/binding", test_binding);
  return g_test_run ();
}
