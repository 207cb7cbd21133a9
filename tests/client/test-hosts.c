/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two of our sessions talk on real servers: our own, and ngircd, over real sockets. usage: test-hosts HANDSHAKE-SERVER */
#include "client-stage.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "hs-connection.h"
#include "hs-identity.h"

static const char *handshake_server;

typedef struct
{
  HsStore *store;
  HsSession *session;
  HsConnection *connection;
  gboolean answered, closed;
  GError *error;
} Person;

typedef struct
{
  GSubprocess *process;
  char *directory, *config; /* (nullable) */
  guint16 port, tls_port;
} Host;

/* ---- Servers ---- */

static guint16
free_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static gboolean
is_listening (guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);

  return connection != NULL;
}

static void
wait_for_host (Host *host)
{
  stage_wait_until (is_listening (host->port));
}

static void
start_ours (Host *host)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *port = NULL;

  if (host->port == 0)
    host->port = free_port ();
  port = g_strdup_printf ("%u", host->port);
  host->directory = g_dir_make_tmp ("hs-hosts-XXXXXX", NULL);
  host->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, handshake_server, "--port", port, "--data-dir", host->directory, NULL);
  g_assert_no_error (error);
  wait_for_host (host);
}

/* A key and certificate of its own, as its user would make them. (transfer full) */
static char *
describe_tls (Host *host)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsIdentity) identity = hs_identity_load_or_create (host->directory, g_get_real_time () / G_USEC_PER_SEC, &error);

  g_assert_no_error (error);
  g_assert_nonnull (identity);
  for (gsize i = 0; i < 2; i++)
    {
      g_autofree char *file = g_build_filename (host->directory, i == 0 ? "key.pem" : "certificate.pem", NULL);

      g_assert_no_errno (g_chmod (file, 0644));
    }
  host->tls_port = free_port ();
  return g_strdup_printf ("[SSL]\nCertFile = %s/certificate.pem\nKeyFile = %s/key.pem\nPorts = %u\n", host->directory, host->directory, host->tls_port);
}

static gboolean
start_ngircd (Host *host)
{
  g_autofree char *tls = NULL;
  g_autofree char *program = g_find_program_in_path ("ngircd");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (program == NULL && g_file_test ("/usr/sbin/ngircd", G_FILE_TEST_IS_EXECUTABLE))
    program = g_strdup ("/usr/sbin/ngircd");
  if (program == NULL)
    return FALSE;
  host->port = free_port ();
  host->directory = g_dir_make_tmp ("hs-ngircd-XXXXXX", NULL);
  host->config = g_build_filename (host->directory, "ngircd.conf", NULL);
  tls = describe_tls (host);
  text = g_strdup_printf ("[Global]\nName = irc.test.example\nInfo = Test\nListen = 127.0.0.1\nPorts = %u\nMotdPhrase = Hello\n"
                          "[Options]\nDNS = no\nIdent = no\nPAM = no\n%s", host->port, tls);
  g_assert_true (g_file_set_contents (host->config, text, -1, NULL));
  g_assert_no_errno (g_chmod (host->directory, 0755)); /* as root it turns into somebody else */
  host->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program, "-n", "-f",
                                    host->config, NULL);
  g_assert_no_error (error);
  wait_for_host (host);
  return TRUE;
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_remove (file);
    }
  g_rmdir (path);
}

static void
stop_host_by (Host *host, int signal)
{
  g_subprocess_send_signal (host->process, signal);
  g_subprocess_wait (host->process, NULL, NULL);
  g_clear_object (&host->process);
  if (host->config != NULL)
    g_remove (host->config);
  if (host->directory != NULL)
    remove_directory (host->directory);
  g_free (host->config);
  g_free (host->directory);
}

static void
stop_host (Host *host)
{
  stop_host_by (host, SIGKILL);
}

/* ---- People ---- */

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Person *person = user_data;

  person->answered = TRUE;
  hs_connection_open_finish (HS_CONNECTION (source), result, &person->error);
}

static void
on_closed (HsConnection *connection, Person *person)
{
  person->closed = TRUE;
}

static void
person_connect (Person *person)
{
  g_clear_object (&person->connection);
  person->answered = person->closed = FALSE;
  person->connection = hs_connection_new (person->session, hs_session_get_address (person->session), HS_PROTOCOL_AUTOMATIC,
                                          HS_LINE_ENDING_AUTOMATIC);
  g_signal_connect (person->connection, "closed", G_CALLBACK (on_closed), person);
  hs_connection_open_async (person->connection, NULL, on_opened, person);
  stage_wait_until (person->answered);
  g_assert_no_error (person->error);
}

static void
person_join (Person *person, const Host *host, const char *format, const char *name)
{
  g_autofree char *port = g_strdup_printf ("%u", g_str_has_prefix (format, "ircs:") ? host->tls_port : host->port);
  g_autoptr (GString) address = g_string_new (format);

  memset (person, 0, sizeof *person);
  g_string_replace (address, "PORT", port, 0);
  person->store = hs_store_new (":memory:");
  person->session = hs_session_new (person->store, "test", address->str, name, FALSE);
  person_connect (person);
  g_assert_false (hs_session_is_plain (person->session));
}

static void
person_leave (Person *person)
{
  if (!person->closed)
    {
      hs_connection_leave (person->connection, FALSE);
      stage_wait_until (person->closed);
      g_assert_null (hs_connection_get_failure (person->connection));
    }
  g_clear_object (&person->connection);
  g_clear_object (&person->session);
  hs_store_close (person->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&person->store);
}

static HsRoom *
room (Person *person, const char *name)
{
  stage_wait_until (hs_session_find_room (person->session, name) != NULL);
  return hs_session_find_room (person->session, name);
}

static void
says (Person *person, const char *where, const char *text)
{
  g_autoptr (GError) error = NULL;

  hs_session_say (person->session, room (person, where), text, &error);
  g_assert_no_error (error);
}

static void
sees (Person *person, const char *where, const char *text, HsSent delivery)
{
  g_autoptr (HsEntry) entry = stage_wait_for_entry (room (person, where), text);

  stage_wait_until (hs_entry_get_delivery (entry) == delivery && hs_entry_get_id (entry) != 0);
}

/* ---- Conversations ---- */

static void
talk (Person *ana, Person *wei, const char *where, HsSent settled)
{
  static const char *const texts[] = { "你好", "👋🏽 早上好！", "plain ASCII", "ünïcödé" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Person *from = i % 2 == 0 ? ana : wei;
      Person *to = i % 2 == 0 ? wei : ana;

      says (from, where, texts[i]);
      sees (to, where, texts[i], HS_SENT_NONE);
      sees (from, where, texts[i], settled);
    }
}

static void
test_ours (gconstpointer format)
{
  Host host = { 0 };
  Person ana, wei;

  start_ours (&host);
  person_join (&ana, &host, format, "Ana María");
  person_join (&wei, &host, format, "李伟");
  g_assert_true (hs_security_is_encrypted (hs_connection_get_security (wei.connection)));
  g_assert_cmpstr (hs_session_get_nick (wei.session), ==, "李伟");
  g_assert_cmpstr (hs_room_get_title (room (&ana, "#lobby")), ==, "Lobby");
  g_assert_cmpstr (hs_tcp_watch_get_name (hs_connection_get_watch (ana.connection)), ==, "Lobby");
  talk (&ana, &wei, "#lobby", HS_SENT_ACCEPTED);
  stage_wait_until (hs_room_find_member (room (&ana, "#lobby"), "李伟") != NULL);
  g_assert_cmpuint (hs_session_get_state (ana.session), ==, HS_SESSION_ONLINE);
  person_leave (&wei);
  stage_wait_until (hs_room_find_member (room (&ana, "#lobby"), "李伟") == NULL);
  person_leave (&ana);
  stop_host (&host);
}

/* The server is killed, and later stopped: each said as it was seen; what is written meanwhile is refused; then the same session joins again. */
static void
test_comes_back (void)
{
  Host host = { 0 };
  Person ana;
  guint16 port;
  g_autoptr (GError) error = NULL;

  start_ours (&host);
  port = host.port;
  person_join (&ana, &host, "127.0.0.1:PORT", "Ana");
  /* All of ours is read when this is answered: else killing it would reset the connection. */
  says (&ana, "#lobby", "are you there?");
  sees (&ana, "#lobby", "are you there?", HS_SENT_ACCEPTED);
  stop_host (&host);
  stage_wait_until (ana.closed);
  g_assert_cmpint (hs_connection_get_failure (ana.connection)->kind, ==, HS_FAILURE_CLOSED_SILENTLY);
  g_assert_nonnull (hs_session_get_error_text (ana.session));
  g_assert_false (hs_session_say (ana.session, room (&ana, "#lobby"), "hello?", &error));
  g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_NOT_CONNECTED);

  memset (&host, 0, sizeof host);
  host.port = port;
  start_ours (&host);
  person_connect (&ana);
  stage_wait_until (hs_room_is_joined (room (&ana, "#lobby")));
  g_assert_cmpstr (hs_tcp_watch_get_name (hs_connection_get_watch (ana.connection)), ==, "Lobby");
  says (&ana, "#lobby", "回来了");
  sees (&ana, "#lobby", "回来了", HS_SENT_ACCEPTED);
  ana.closed = FALSE;
  stop_host_by (&host, SIGTERM);
  stage_wait_until (ana.closed);
  g_assert_cmpint (hs_connection_get_failure (ana.connection)->kind, ==, HS_FAILURE_CLOSED);
  g_assert_nonnull (strstr (hs_connection_get_failure (ana.connection)->sentence, "It said: "));
  person_leave (&ana);
}

static void
test_ngircd (gconstpointer format)
{
  Host host = { 0 };
  Person ana, wei;

  if (!start_ngircd (&host))
    {
      g_test_skip ("ngircd is not installed");
      return;
    }
  person_join (&ana, &host, format, "Ana María Fernández");
  person_join (&wei, &host, format, "李伟");
  g_assert_true (hs_security_is_encrypted (hs_connection_get_security (ana.connection)) == g_str_has_prefix (format, "ircs:"));
  g_assert_true (hs_session_join (ana.session, "#test", NULL));
  room (&ana, "#test");
  g_assert_true (hs_session_join (wei.session, "#test", NULL));
  room (&wei, "#test");
  g_assert_cmpstr (hs_room_get_title (room (&ana, "#test")), ==, "#test");
  talk (&ana, &wei, "#test", HS_SENT_ACKNOWLEDGED);
  if (!g_str_has_prefix (format, "ircs:")) /* there it goes on with the cipher's name */
    g_object_unref (stage_wait_for_entry (room (&ana, "*"), "Hello")); /* the message of the day */
  stage_wait_until (g_list_model_get_n_items (hs_room_get_members (room (&ana, "#test"))) == 2);
  g_assert_true (hs_session_set_topic (ana.session, room (&ana, "#test"), "主题", NULL));
  stage_wait_until (g_strcmp0 (hs_room_get_topic (room (&wei, "#test")), "主题") == 0);
  person_leave (&wei);
  stage_wait_until (g_list_model_get_n_items (hs_room_get_members (room (&ana, "#test"))) == 1);
  person_leave (&ana);
  stop_host (&host);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);
  handshake_server = argv[1];
  g_test_add_data_func ("/client/hosts/ours", "127.0.0.1:PORT", test_ours);
  g_test_add_data_func ("/client/hosts/ours/six", "[::1]:PORT", test_ours);
  g_test_add_data_func ("/client/hosts/ours/irc", "irc://localhost:PORT", test_ours);
  g_test_add_func ("/client/hosts/ours/comes-back", test_comes_back);
  g_test_add_data_func ("/client/hosts/ngircd", "127.0.0.1:PORT", test_ngircd);
  g_test_add_data_func ("/client/hosts/ngircd/ircs", "ircs://127.0.0.1:PORT", test_ngircd);
  g_test_add_data_func ("/client/hosts/ngircd/irc", "irc://127.0.0.1:PORT", test_ngircd);
  return g_test_run ();
}
