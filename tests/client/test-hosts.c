/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two of our sessions talk on real servers: our own, ngircd and InspIRCd, over real sockets, with and without TLS. usage: test-hosts HANDSHAKE-SERVER */
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

/* A key and certificate of its own, as its user would make them. */
static void
make_certificate (Host *host)
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
  g_assert_no_errno (g_chmod (host->directory, 0755)); /* as root the server turns into somebody else */
}

static const char ngircd_config[] =
  "[Global]\nName = irc.test.example\nInfo = Test\nListen = 127.0.0.1\nPorts = @PORT@\nMotdPhrase = Hello\n"
  "[Options]\nDNS = no\nIdent = no\nPAM = no\n"
  "[SSL]\nCertFile = @DIR@/certificate.pem\nKeyFile = @DIR@/key.pem\nPorts = @TLS@\n";

static const char inspircd_config[] =
  "<config format=\"xml\"><server name=\"irc.test.example\" description=\"Test\" network=\"Test\" id=\"00A\">"
  "<admin name=\"a\" nick=\"a\" email=\"a@test.example\">"
  "<bind address=\"127.0.0.1\" port=\"@PORT@\" type=\"clients\"><bind address=\"127.0.0.1\" port=\"@TLS@\" type=\"clients\" sslprofile=\"tls\">"
  "<module name=\"ssl_gnutls\"><module name=\"sslinfo\"><module name=\"cap\"><module name=\"ircv3\"><module name=\"ircv3_ctctags\">"
  "<module name=\"ircv3_echomessage\"><module name=\"ircv3_servertime\"><module name=\"ircv3_batch\"><module name=\"ircv3_labeledresponse\">"
  "<sslprofile name=\"tls\" provider=\"gnutls\" certfile=\"@DIR@/certificate.pem\" keyfile=\"@DIR@/key.pem\">"
  "<connect allow=\"*\" resolvehostnames=\"no\" timeout=\"60\" localmax=\"50\" globalmax=\"50\" fakelag=\"no\" commandrate=\"1000\" threshold=\"100\">"
  "<options casemapping=\"ascii\"><pid file=\"@DIR@/pid\"><log method=\"file\" type=\"*\" level=\"default\" target=\"@DIR@/log\">";

/* Servers of others, what they are told, and how far a message gets there. */
typedef struct
{
  const char *program, *config;
  const char *arguments[4]; /* the configuration's path follows */
  HsSent settled;
} Kind;

static const Kind ngircd = { "ngircd", ngircd_config, { "-n", "-f" }, HS_SENT_ACKNOWLEDGED };
static const Kind inspircd = { "inspircd", inspircd_config, { "--runasroot", "--nofork", "--config" }, HS_SENT_ACCEPTED };

/* (nullable): it is not installed */
static char *
find_program (const char *name)
{
  g_autofree char *sbin = g_build_filename ("/usr/sbin", name, NULL);
  char *found = g_find_program_in_path (name);

  return found != NULL || !g_file_test (sbin, G_FILE_TEST_IS_EXECUTABLE) ? found : g_steal_pointer (&sbin);
}

static gboolean
start_foreign (Host *host, const Kind *kind)
{
  g_autofree char *program = find_program (kind->program);
  g_autofree char *port = NULL, *tls_port = NULL;
  g_autoptr (GString) text = g_string_new (kind->config);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (program == NULL)
    {
      g_test_skip ("it is not installed");
      return FALSE;
    }
  host->port = free_port ();
  host->tls_port = free_port ();
  host->directory = g_dir_make_tmp ("hs-foreign-XXXXXX", NULL);
  host->config = g_build_filename (host->directory, "config", NULL);
  make_certificate (host);
  port = g_strdup_printf ("%u", host->port);
  tls_port = g_strdup_printf ("%u", host->tls_port);
  g_string_replace (text, "@PORT@", port, 0);
  g_string_replace (text, "@TLS@", tls_port, 0);
  g_string_replace (text, "@DIR@", host->directory, 0);
  g_assert_true (g_file_set_contents (host->config, text->str, -1, NULL));
  g_ptr_array_add (arguments, program);
  for (guint i = 0; kind->arguments[i] != NULL; i++)
    g_ptr_array_add (arguments, (char *) kind->arguments[i]);
  g_ptr_array_add (arguments, host->config);
  g_ptr_array_add (arguments, NULL);
  host->process = g_subprocess_newv ((const char *const *) arguments->pdata, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
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

typedef struct
{
  const char *path;
  const Kind *kind;
  const char *format; /* the address; PORT is the server's */
} Foreign;

static const Foreign foreign[] = {
  { "/client/hosts/ngircd", &ngircd, "127.0.0.1:PORT" },
  { "/client/hosts/ngircd/ircs", &ngircd, "ircs://127.0.0.1:PORT" },
  { "/client/hosts/ngircd/irc", &ngircd, "irc://127.0.0.1:PORT" },
  { "/client/hosts/inspircd", &inspircd, "127.0.0.1:PORT" },
  { "/client/hosts/inspircd/ircs", &inspircd, "ircs://127.0.0.1:PORT" },
};

static void
test_foreign (gconstpointer data)
{
  const Foreign *row = data;
  gboolean encrypted = g_str_has_prefix (row->format, "ircs:");
  Host host = { 0 };
  Person ana, wei;

  if (!start_foreign (&host, row->kind))
    return;
  person_join (&ana, &host, row->format, "Ana María Fernández");
  person_join (&wei, &host, row->format, "李伟");
  g_assert_cmpint (hs_security_get_trust (hs_connection_get_security (ana.connection)), ==, encrypted ? HS_TRUST_FIRST_SEEN : HS_TRUST_UNENCRYPTED);
  g_assert_true (hs_session_join (ana.session, "#test", NULL));
  room (&ana, "#test");
  g_assert_true (hs_session_join (wei.session, "#test", NULL));
  room (&wei, "#test");
  g_assert_cmpstr (hs_room_get_title (room (&ana, "#test")), ==, "#test");
  talk (&ana, &wei, "#test", row->kind->settled);
  if (row->kind == &ngircd && !encrypted) /* there it goes on with the cipher's name */
    g_object_unref (stage_wait_for_entry (room (&ana, "*"), "Hello")); /* the message of the day */
  stage_wait_until (g_list_model_get_n_items (hs_room_get_members (room (&ana, "#test"))) == 2);
  g_assert_true (hs_session_set_topic (ana.session, room (&ana, "#test"), "主题", NULL));
  stage_wait_until (g_strcmp0 (hs_room_get_topic (room (&wei, "#test")), "主题") == 0);
  person_leave (&wei);
  stage_wait_until (g_list_model_get_n_items (hs_room_get_members (room (&ana, "#test"))) == 1);
  person_leave (&ana);
  stop_host (&host);
}

/* By its number such a server is seen for the first time; by a name that anybody may answer for it is refused: the authority that is trusted here
 * has not vouched for it. */
static void
test_not_vouched_for (gconstpointer data)
{
  Host host = { 0 };
  Person ana = { 0 };
  g_autofree char *address = NULL, *elsewhere = g_dir_make_tmp ("hs-authority-XXXXXX", NULL), *trusted = NULL;
  g_autoptr (HsIdentity) authority = NULL;
  g_autoptr (HsOwnKey) key = NULL;

  if (!start_foreign (&host, data))
    return;
  authority = hs_identity_load_or_create (elsewhere, g_get_real_time () / G_USEC_PER_SEC, NULL);
  g_assert_nonnull (authority);
  trusted = g_build_filename (elsewhere, "certificate.pem", NULL);
  key = hs_own_key_new (NULL, trusted);
  address = g_strdup_printf ("ircs://irc.test.example:%u", host.tls_port);
  ana.store = hs_store_new (":memory:");
  ana.session = hs_session_new (ana.store, "test", address, "Ana", FALSE);
  ana.connection = hs_connection_new (ana.session, address, HS_PROTOCOL_AUTOMATIC, HS_LINE_ENDING_AUTOMATIC);
  hs_connection_set_trust (ana.connection, NULL, key);
  g_signal_connect (ana.connection, "closed", G_CALLBACK (on_closed), &ana);
  hs_connection_open_async (ana.connection, NULL, on_opened, &ana);
  stage_wait_until (ana.answered && ana.closed);
  g_assert_nonnull (ana.error);
  g_assert_cmpint (hs_connection_get_failure (ana.connection)->kind, ==, HS_FAILURE_NOT_VERIFIED);
  g_assert_cmpint (hs_session_get_state (ana.session), ==, HS_SESSION_OFFLINE);
  g_clear_error (&ana.error);
  person_leave (&ana);
  stop_host (&host);
  remove_directory (elsewhere);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);
  handshake_server = argv[1];
  stage_lead_names_here ();
  g_test_add_data_func ("/client/hosts/ours", "127.0.0.1:PORT", test_ours);
  g_test_add_data_func ("/client/hosts/ours/six", "[::1]:PORT", test_ours);
  g_test_add_data_func ("/client/hosts/ours/irc", "irc://localhost:PORT", test_ours);
  g_test_add_func ("/client/hosts/ours/comes-back", test_comes_back);
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    g_test_add_data_func (foreign[i].path, &foreign[i], test_foreign);
  g_test_add_data_func ("/client/hosts/ngircd/not-vouched-for", &ngircd, test_not_vouched_for);
  g_test_add_data_func ("/client/hosts/inspircd/not-vouched-for", &inspircd, test_not_vouched_for);
  return g_test_run ();
}
