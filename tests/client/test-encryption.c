/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our side over TLS: real servers, somebody in between, and certificates of all kinds. What must not be said is looked for where it would be read.
 * usage: test-encryption HANDSHAKE-SERVER */
#include "client-stage.h"
#include "hs-limits.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>

#include "hs-connection.h"
#include "hs-identity.h"
#include "hs-known-servers-private.h"
#include "hs-session-impl.h"

#define NOW (g_get_real_time () / G_USEC_PER_SEC)
#define DAY (24 * 60 * 60)
#define NEW_KEY "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define TOKEN "AAECAwQFBgcICQoLDA0ODw"

static const char *handshake_server;
static char *folder, *trusted; /* of this run's authority */
static gnutls_x509_privkey_t authority_key;
static gnutls_x509_crt_t authority;

/* ---- Other programs ---- */

typedef struct
{
  GSubprocess *process;
  GDataInputStream *out;
  GString *said;
  guint ports[2];
  gboolean at_end, ready;
} Program;

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Program *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  const char *colon = line != NULL ? strrchr (line, ':') : NULL;

  self->at_end = line == NULL;
  if (line == NULL)
    return;
  if (g_str_has_prefix (line, "port "))
    self->ready = sscanf (line, "port %u %u", &self->ports[0], &self->ports[1]) >= 1;
  else if (g_str_has_prefix (line, "listening on ") && colon != NULL)
    self->ready = sscanf (colon, ":%u", &self->ports[0]) == 1;
  else
    g_string_append_printf (self->said, "%s\n", line);
  g_data_input_stream_read_line_async (self->out, G_PRIORITY_DEFAULT, NULL, on_read, self);
}

static void
program_start (Program *self, const char *const *arguments)
{
  g_autoptr (GError) error = NULL;

  *self = (Program) { .said = g_string_new (NULL) };
  self->process = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDIN_PIPE, &error);
  g_assert_no_error (error);
  self->out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_data_input_stream_read_line_async (self->out, G_PRIORITY_DEFAULT, NULL, on_read, self);
  stage_wait_until (self->ready);
}

static void
program_end (Program *self)
{
  g_subprocess_force_exit (self->process);
  stage_wait_until (self->at_end);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->out);
  g_object_unref (self->process);
  g_string_free (self->said, TRUE);
}

/* Of each that has ended is told what was said in it. */
static guint
count_ended (Program *self)
{
  guint n = 0;

  for (const char *p = self->said->str; (p = strstr (p, "said ")) != NULL; p++)
    n++;
  return n;
}

/* So many connections have ended; nobody is named in any of them, nor anything secret told. */
static void
program_heard_nobody (Program *self, guint connections)
{
  static const char *const secrets[] = { "NICK", "USER", "PASS", "Ana", "invite", "hunter2" };

  stage_wait_until (count_ended (self) >= connections);
  g_test_message ("%s", self->said->str);
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    g_assert_null (strstr (self->said->str, secrets[i]));
}

/* ---- A host, and somebody in between ---- */

typedef struct
{
  char *directory, *key; /* "sha256:…" */
  char number[HS_FINGERPRINT_NUMBER_SIZE];
  Program program;
} Host;

typedef struct
{
  char *directory;
  char number[HS_FINGERPRINT_NUMBER_SIZE];
  Program program;
} Relay;

static char *
number_of (const char *directory, char number[HS_FINGERPRINT_NUMBER_SIZE])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsIdentity) identity = hs_identity_load_or_create (directory, NOW, &error);

  g_assert_no_error (error);
  hs_fingerprint_to_number (hs_identity_get_fingerprint (identity), number);
  return hs_fingerprint_to_text (hs_identity_get_fingerprint (identity));
}

/* @directory (nullable): of one that ran before. @option (nullable) */
static void
host_start (Host *self, const char *directory, guint port, const char *option)
{
  g_autofree char *text = g_strdup_printf ("%u", port), *password = g_build_filename (folder, "password", NULL);
  const char *arguments[] = { handshake_server, "--port", text, "--address", "127.0.0.1", "--data-dir", NULL, option, NULL, NULL };

  memset (self, 0, sizeof *self);
  self->directory = directory != NULL ? g_strdup (directory) : g_dir_make_tmp ("hs-host-XXXXXX", NULL);
  arguments[6] = self->directory;
  if (g_strcmp0 (option, "--password-file") == 0)
    {
      g_assert_true (g_file_set_contents_full (password, "hunter2\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
      arguments[8] = password;
    }
  program_start (&self->program, arguments);
  self->key = number_of (self->directory, self->number);
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_remove (file);
    }
  g_rmdir (path);
}

static void
host_end (Host *self, gboolean for_good)
{
  program_end (&self->program);
  if (for_good)
    remove_directory (self->directory);
  g_free (self->directory);
  g_free (self->key);
}

static void
relay_start (Relay *self, guint target)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "client", "relay.py", NULL);
  g_autofree char *port = g_strdup_printf ("%u", target), *certificate = NULL, *key = NULL;

  self->directory = g_dir_make_tmp ("hs-relay-XXXXXX", NULL);
  g_free (number_of (self->directory, self->number));
  certificate = g_build_filename (self->directory, "certificate.pem", NULL);
  key = g_build_filename (self->directory, "key.pem", NULL);
  program_start (&self->program, (const char *const[]) { "/usr/bin/python3", script, port, certificate, key, NULL });
}

static void
relay_mode (Relay *self, const char *mode)
{
  g_autofree char *line = g_strdup_printf ("%s\n", mode), *answer = g_strdup_printf ("mode %s\n", mode);

  g_string_truncate (self->program.said, 0);
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->program.process), line, strlen (line), NULL, NULL, NULL));
  stage_wait_until (strstr (self->program.said->str, answer) != NULL);
  g_string_truncate (self->program.said, 0);
}

static void
relay_end (Relay *self)
{
  program_end (&self->program);
  remove_directory (self->directory);
  g_free (self->directory);
}

/* ---- A person, and one attempt ---- */

typedef struct
{
  HsStore *store;
  HsKnownServers *known;
  HsOwnKey *key;
  HsSession *session;
  HsConnection *connection;
  gboolean answered, opened, closed;
  guint watches; /* how often it was another one */
  const char *password;
  GError *error;
} Person;

static void
person_init_at (Person *self, const char *history)
{
  g_autofree char *directory = g_build_filename (folder, "own-key", NULL);

  *self = (Person) { .store = hs_store_new (history), .password = "hunter2" };
  self->known = hs_known_servers_new (self->store);
  self->key = hs_own_key_new (directory, trusted);
}

static void
person_init (Person *self)
{
  person_init_at (self, ":memory:");
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Person *self = user_data;

  self->answered = TRUE;
  self->opened = hs_connection_open_finish (HS_CONNECTION (source), result, &self->error);
}

static void
on_closed (HsConnection *connection, Person *self)
{
  self->closed = TRUE;
}

static void
on_watch (HsConnection *connection, GParamSpec *pspec, Person *self)
{
  self->watches++;
}

static void
person_begin (Person *self, const char *address, HsEncryption encryption)
{
  self->answered = self->opened = self->closed = FALSE;
  self->watches = 0;
  g_clear_error (&self->error);
  self->session = hs_session_new (self->store, address, address, "Ana", FALSE);
  self->connection = hs_connection_new (self->session, address, HS_PROTOCOL_AUTOMATIC, HS_LINE_ENDING_AUTOMATIC);
  hs_connection_set_trust (self->connection, self->known, self->key);
  hs_connection_set_encryption (self->connection, encryption);
  hs_connection_set_login (self->connection, &(HsConnectionLogin) { .password = self->password }, NULL);
  g_signal_connect (self->connection, "closed", G_CALLBACK (on_closed), self);
  g_signal_connect (self->connection, "notify::watch", G_CALLBACK (on_watch), self);
  hs_connection_open_async (self->connection, NULL, on_opened, self);
}

static void
person_finish (Person *self)
{
  if (hs_connection_is_open (self->connection))
    {
      hs_connection_leave (self->connection, TRUE);
      stage_wait_until (self->closed);
      g_assert_null (hs_connection_get_failure (self->connection));
    }
  g_clear_object (&self->connection);
  g_clear_object (&self->session);
}

static void
person_clear (Person *self)
{
  g_clear_error (&self->error);
  g_clear_object (&self->known);
  g_clear_object (&self->key);
  hs_store_close (self->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&self->store);
}

/* PORT in @format is @port. */
static char *
address_of (const char *format, guint port)
{
  g_autofree char *text = g_strdup_printf ("%u", port);
  g_autoptr (GString) address = g_string_new (format);

  g_string_replace (address, "PORT", text, 0);
  return g_string_free (g_steal_pointer (&address), FALSE);
}

/* It is joined, and trusted so far. */
static void
person_joins (Person *self, const char *format, guint port, HsEncryption encryption, HsTrust trust)
{
  g_autofree char *address = address_of (format, port);

  person_begin (self, address, encryption);
  stage_wait_until (self->answered);
  g_assert_no_error (self->error);
  g_assert_true (self->opened);
  g_assert_false (hs_session_is_plain (self->session));
  g_assert_cmpint (hs_security_get_trust (hs_connection_get_security (self->connection)), ==, trust);
  g_assert_true (hs_security_is_encrypted (hs_connection_get_security (self->connection)) == (trust != HS_TRUST_UNENCRYPTED));
}

static void
person_is_stopped (Person *self, const char *format, guint port, HsEncryption encryption, HsFailureKind kind)
{
  g_autofree char *address = address_of (format, port);
  const HsFailure *failure = NULL;

  person_begin (self, address, encryption);
  for (guint i = 0; i < 2 && !self->answered; i++) /* a handshake takes ten seconds at most */
    {
      gint64 until = g_get_monotonic_time () + 8 * G_USEC_PER_SEC;

      while (!self->answered && g_get_monotonic_time () < until)
        stage_iterate ();
    }
  stage_wait_until (self->answered && self->closed);
  failure = hs_connection_get_failure (self->connection);
  g_assert_false (self->opened);
  g_assert_nonnull (failure);
  g_test_message ("%s. %s", failure->title, failure->sentence);
  g_assert_cmpint (failure->kind, ==, kind);
  g_assert_cmpint (hs_session_get_state (self->session), ==, HS_SESSION_OFFLINE);
}

/* "Offer, Name, …": its steps' titles. (transfer full) */
static char *
person_steps (Person *self)
{
  GListModel *steps = hs_connection_get_steps (self->connection);
  GString *titles = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (steps); i++)
    {
      g_autoptr (HsStep) step = g_list_model_get_item (steps, i);

      g_test_message ("%s: %s", hs_step_get_title (step), hs_step_get_detail (step));
      g_string_append_printf (titles, "%s%s%s", i > 0 ? ", " : "", hs_step_get_title (step), hs_step_get_state (step) == HS_STEP_FAILED ? "!" : "");
    }
  return g_string_free (titles, FALSE);
}

static gboolean
has_way (Person *self, HsFailureWay way)
{
  const HsFailure *failure = hs_connection_get_failure (self->connection);

  for (guint i = 0; i < failure->hints->len; i++)
    if (((HsFailureHint *) failure->hints->pdata[i])->way == way)
      return TRUE;
  return FALSE;
}

/* ---- The offer ---- */

/* Asked in the clear, joined encrypted, and by TLS at once the next time. */
static void
test_offer (gconstpointer format)
{
  Host host;
  Relay relay;
  Person ana;
  g_autofree char *steps = NULL, *again = NULL;

  host_start (&host, NULL, 0, "--encrypted-only");
  relay_start (&relay, host.program.ports[0]);
  person_init (&ana);
  person_joins (&ana, format, relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_FIRST_SEEN);
  g_assert_cmpstr (hs_security_get_number (hs_connection_get_security (ana.connection)), ==, host.number);
  g_assert_cmpstr (hs_security_get_version (hs_connection_get_security (ana.connection)), ==, "TLS 1.3");
  g_assert_cmpuint (ana.watches, ==, 1);
  g_assert_cmpint (hs_tcp_watch_get_state (hs_connection_get_watch (ana.connection)), ==, HS_TCP_ESTABLISHED);
  steps = person_steps (&ana);
  g_assert_cmpstr (steps, ==, "Offer, Name, Address, SYN, TLS, Protocol, Welcome");
  person_finish (&ana);
  stage_wait_until (strstr (relay.program.said->str, "clear") != NULL);
  program_heard_nobody (&relay.program, 1);
  g_assert_nonnull (strstr (relay.program.said->str, "said clear b'CAP LS 302\\r\\n'"));

  relay_mode (&relay, "pass");
  person_joins (&ana, format, relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_SEEN_BEFORE);
  g_assert_cmpuint (ana.watches, ==, 0);
  again = person_steps (&ana);
  g_assert_cmpstr (again, ==, "Name, Address, SYN, TLS, Protocol, Welcome");
  hs_security_set_compared (hs_connection_get_security (ana.connection));
  person_finish (&ana);
  person_joins (&ana, format, relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_COMPARED);
  person_finish (&ana);
  stage_wait_until (strstr (relay.program.said->str, "hidden") != NULL);
  g_assert_null (strstr (relay.program.said->str, "clear"));
  person_clear (&ana);
  relay_end (&relay);
  host_end (&host, TRUE);
}

/* What never saw it encrypted cannot know that the offer was taken away; it says that it is not encrypted. Who did see it, stops. */
static void
test_stripped (void)
{
  Host host;
  Relay relay;
  Person ana, wei;

  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  person_init (&ana);
  person_init (&wei);
  person_joins (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_FIRST_SEEN);
  person_finish (&ana);
  relay_mode (&relay, "strip");
  person_joins (&wei, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_UNENCRYPTED);
  person_finish (&wei);
  stage_wait_until (strstr (relay.program.said->str, "NICK") != NULL); /* hers is told, and forgotten with the next mode */
  relay_mode (&relay, "strip");
  person_is_stopped (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NO_LONGER_ENCRYPTED);
  program_heard_nobody (&relay.program, 1);
  person_finish (&ana);
  person_clear (&ana);
  person_clear (&wei);
  relay_end (&relay);
  host_end (&host, TRUE);
}

/* A server that is slow to say what it is was taken for plain text; nobody has written, and so it is encrypted after all. */
static void
test_late (void)
{
  Host host;
  Relay relay;
  Person ana;

  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  relay_mode (&relay, "late");
  person_init (&ana);
  {
    g_autofree char *address = address_of ("127.0.0.1:PORT", relay.program.ports[0]);

    person_begin (&ana, address, HS_ENCRYPTION_AUTOMATIC);
  }
  stage_wait_until (ana.answered);
  g_assert_true (hs_session_is_plain (ana.session));
  stage_wait_until (hs_session_get_state (ana.session) == HS_SESSION_ONLINE && !hs_session_is_plain (ana.session));
  g_assert_cmpint (hs_security_get_trust (hs_connection_get_security (ana.connection)), ==, HS_TRUST_FIRST_SEEN);
  stage_wait_until (hs_session_find_room (ana.session, "#lobby") != NULL);
  person_finish (&ana);
  program_heard_nobody (&relay.program, 1);
  person_clear (&ana);
  relay_end (&relay);
  host_end (&host, TRUE);
}

/* ---- Handshakes that come to nothing ---- */

typedef struct
{
  const char *mode;
  HsFailureKind kind; /* where encryption was only wished for */
} Rude;

static const Rude rude[] = {
  { "cut", HS_FAILURE_TLS_CUT },
  { "plain", HS_FAILURE_NOT_TLS },
  { "alert", HS_FAILURE_TLS_REFUSED },
  { "echo", HS_FAILURE_TLS_BROKEN },
};
static const Rude slow[] = {
  { "drip", HS_FAILURE_TLS_SILENT },
  { "silent", HS_FAILURE_TLS_SILENT },
};

/* Wished for: said what it was, with the other way as the person's choice. In the address: without. Offered, or seen before: stopped. */
static void
check_rude (const Rude *row)
{
  Host host;
  Relay relay;
  Person ana, wei;

  g_test_message ("%s", row->mode);
  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  person_init (&ana);
  person_init (&wei);
  person_joins (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_FIRST_SEEN);
  person_finish (&ana);
  relay_mode (&relay, row->mode);
  person_is_stopped (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NO_LONGER_ENCRYPTED);
  person_finish (&ana);
  person_is_stopped (&wei, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_OFFER_FAILED);
  g_assert_false (has_way (&wei, HS_FAILURE_WAY_UNENCRYPTED));
  person_finish (&wei);
  person_is_stopped (&wei, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_ALWAYS, row->kind);
  g_assert_true (has_way (&wei, HS_FAILURE_WAY_UNENCRYPTED));
  person_finish (&wei);
  person_is_stopped (&wei, "ircs://127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, row->kind);
  g_assert_false (has_way (&wei, HS_FAILURE_WAY_UNENCRYPTED));
  person_finish (&wei);
  program_heard_nobody (&relay.program, 4);
  person_clear (&ana);
  person_clear (&wei);
  relay_end (&relay);
  host_end (&host, TRUE);
}

static void
test_rude (gconstpointer row)
{
  check_rude (row);
}

static void
test_cancel (void)
{
  Host host;
  Relay relay;
  Person ana;
  g_autofree char *address = NULL;

  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  relay_mode (&relay, "silent");
  person_init (&ana);
  address = address_of ("ircs://127.0.0.1:PORT", relay.program.ports[0]);
  person_begin (&ana, address, HS_ENCRYPTION_AUTOMATIC);
  stage_wait_until (hs_tcp_watch_get_state (hs_connection_get_watch (ana.connection)) == HS_TCP_ESTABLISHED);
  hs_connection_leave (ana.connection, TRUE);
  stage_wait_until (ana.answered && ana.closed);
  g_assert_error (ana.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (hs_connection_get_failure (ana.connection));
  person_finish (&ana);
  program_heard_nobody (&relay.program, 1);
  person_clear (&ana);
  relay_end (&relay);
  host_end (&host, TRUE);
}

/* Asked for by the address, forbidden by the person: no packet. */
static void
test_never (void)
{
  Person ana;

  person_init (&ana);
  person_is_stopped (&ana, "ircs://127.0.0.1:PORT", 1, HS_ENCRYPTION_NEVER, HS_FAILURE_NEEDS_ENCRYPTION);
  g_assert_cmpuint (g_list_model_get_n_items (hs_connection_get_steps (ana.connection)), ==, 0);
  person_finish (&ana);
  person_is_stopped (&ana, "ircs://127.0.0.1:PORT/lobby?key=" NEW_KEY, 1, HS_ENCRYPTION_NEVER, HS_FAILURE_NEEDS_ENCRYPTION);
  person_finish (&ana);
  person_clear (&ana);
}

/* ---- Somebody in between ---- */

/* First contact by address: nobody can know. The number that is shown is the other one, and gives it away when compared. */
static void
test_middle_first (void)
{
  Host host;
  Relay relay;
  Person ana;

  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  relay_mode (&relay, "middle");
  person_init (&ana);
  person_joins (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_FIRST_SEEN);
  g_assert_cmpstr (hs_security_get_number (hs_connection_get_security (ana.connection)), ==, relay.number);
  g_assert_cmpstr (relay.number, !=, host.number);
  person_finish (&ana);
  person_clear (&ana);
  relay_end (&relay);
  host_end (&host, TRUE);
}

static void
test_middle_second (void)
{
  Host host;
  Relay relay;
  Person ana;

  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  person_init (&ana);
  person_joins (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_FIRST_SEEN);
  person_finish (&ana);
  relay_mode (&relay, "middle");
  person_is_stopped (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_KEY_CHANGED);
  g_assert_cmpint (hs_security_get_trust (hs_connection_get_security (ana.connection)), ==, HS_TRUST_CHANGED);
  g_assert_nonnull (strstr (hs_connection_get_failure (ana.connection)->sentence, relay.number));
  g_assert_nonnull (strstr (hs_connection_get_failure (ana.connection)->sentence, host.number));
  program_heard_nobody (&relay.program, 1);
  person_finish (&ana);

  relay_mode (&relay, "pass"); /* it has learnt nothing by that */
  person_joins (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_SEEN_BEFORE);
  person_finish (&ana);
  person_clear (&ana);
  relay_end (&relay);
  host_end (&host, TRUE);
}

static char *
invite (const Host *host, guint port, const char *more)
{
  return g_strdup_printf ("ircs://127.0.0.1:%u/lobby?key=%s%s", port, host->key, more);
}

static void
test_middle_invite (void)
{
  Host host;
  Relay relay;
  Person ana;
  g_autofree char *link = NULL;

  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  link = invite (&host, relay.program.ports[0], "&token=" TOKEN);
  person_init (&ana);
  relay_mode (&relay, "middle");
  person_is_stopped (&ana, link, 0, HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NOT_INVITED);
  g_assert_false (has_way (&ana, HS_FAILURE_WAY_UNENCRYPTED));
  program_heard_nobody (&relay.program, 1);
  person_finish (&ana);
  relay_mode (&relay, "pass");
  person_joins (&ana, link, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_INVITED);
  stage_wait_until (hs_session_find_room (ana.session, "#lobby") != NULL);
  person_finish (&ana);
  person_clear (&ana);
  relay_end (&relay);
  host_end (&host, TRUE);
}

/* Who stands between gets a proof that is good for its own connection only. The room itself takes one, known or not. */
static void
test_password (void)
{
  Host host;
  Relay relay;
  Person ana;
  g_autofree char *link = NULL, *address = NULL;
  gint64 until = 0;

  host_start (&host, NULL, 0, "--password-file");
  relay_start (&relay, host.program.ports[0]);
  relay_mode (&relay, "middle");
  person_init (&ana);
  address = address_of ("127.0.0.1:PORT", relay.program.ports[0]);
  person_begin (&ana, address, HS_ENCRYPTION_AUTOMATIC);
  stage_wait_until (ana.answered && ana.closed);
  g_assert_false (ana.opened);
  g_assert_nonnull (hs_connection_get_failure (ana.connection));
  person_finish (&ana);
  until = g_get_monotonic_time () + (HS_GUESS_WAIT_MS + 200) * 1000;
  stage_wait_until (strstr (relay.program.said->str, "said hidden") != NULL);
  g_assert_nonnull (strstr (relay.program.said->str, "NICK"));
  g_assert_null (strstr (relay.program.said->str, "hunter2"));
  stage_wait_until (g_get_monotonic_time () > until); /* so long the server takes no other proof from here */
  relay_mode (&relay, "pass");
  link = invite (&host, relay.program.ports[0], "");
  person_joins (&ana, link, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_INVITED);
  hs_security_set_compared (hs_connection_get_security (ana.connection));
  person_finish (&ana);
  person_joins (&ana, "127.0.0.1:PORT", host.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_COMPARED);
  person_finish (&ana);
  person_clear (&ana);
  relay_end (&relay);
  host_end (&host, TRUE);
}

/* ---- Invites to several addresses ---- */

static void
test_also (void)
{
  static const char *const nobody = "&also=127.0.0.1:1";
  Host host, other;
  Person ana;
  g_autofree char *steps = NULL;

  host_start (&host, NULL, 0, NULL);
  host_start (&other, NULL, 0, NULL);
  person_init (&ana);
  {
    g_autofree char *also = g_strdup_printf ("&also=127.0.0.1:%u&also=127.0.0.1:%u", other.program.ports[0], host.program.ports[0]);
    g_autofree char *link = invite (&host, 1, also);

    /* Nobody there; somebody else there, who hears nothing; then the one. */
    person_joins (&ana, link, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_INVITED);
    steps = person_steps (&ana);
    g_assert_cmpstr (steps, ==, "Address before!, Name, Address, SYN, TLS, Protocol, Welcome");
    person_finish (&ana);
  }
  {
    g_autofree char *link = invite (&host, other.program.ports[0], nobody);

    /* Somebody else is worth more words than nobody. */
    person_is_stopped (&ana, link, 0, HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NOT_INVITED);
    person_finish (&ana);
  }
  {
    g_autofree char *link = invite (&host, 1, nobody);

    person_is_stopped (&ana, link, 0, HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_REFUSED);
    person_finish (&ana);
  }
  person_clear (&ana);
  host_end (&host, TRUE);
  host_end (&other, TRUE);
}

/* ---- Servers that move ---- */

static void
test_moved (void)
{
  Host host, other;
  Person ana;
  guint port = 0;
  g_autofree char *directory = NULL;

  host_start (&host, NULL, 0, NULL);
  person_init (&ana);
  port = host.program.ports[0];
  directory = g_strdup (host.directory);
  person_joins (&ana, "127.0.0.1:PORT", port, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_FIRST_SEEN);
  hs_security_set_compared (hs_connection_get_security (ana.connection));
  person_finish (&ana);
  host_end (&host, FALSE);

  host_start (&host, directory, 0, NULL); /* another address, the same server */
  person_joins (&ana, "127.0.0.1:PORT", host.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_COMPARED);
  person_finish (&ana);
  host_start (&other, NULL, port, NULL); /* the same address, another server */
  person_is_stopped (&ana, "127.0.0.1:PORT", port, HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_KEY_CHANGED);
  person_finish (&ana);
  person_clear (&ana);
  host_end (&host, TRUE);
  host_end (&other, TRUE);
}

/* It stops, and says so; unencrypted it is joined by an act of one's own, for this once, without the password. */
static void
test_classroom (void)
{
  Host host;
  Relay relay;
  Person ana;
  g_autofree char *directory = NULL;

  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  person_init (&ana);
  directory = g_strdup (host.directory);
  person_joins (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_FIRST_SEEN);
  person_finish (&ana);
  {
    guint port = host.program.ports[0];

    host_end (&host, FALSE);
    host_start (&host, directory, port, "--classroom");
  }
  person_is_stopped (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NO_LONGER_ENCRYPTED);
  g_assert_true (has_way (&ana, HS_FAILURE_WAY_UNENCRYPTED_ONCE));
  person_finish (&ana);
  relay_mode (&relay, "pass");
  person_joins (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_NEVER, HS_TRUST_UNENCRYPTED);
  g_assert_true (hs_connection_is_exception (ana.connection));
  person_finish (&ana);
  stage_wait_until (strstr (relay.program.said->str, "NICK") != NULL);
  g_assert_null (strstr (relay.program.said->str, "hunter2"));
  person_is_stopped (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NO_LONGER_ENCRYPTED);
  person_finish (&ana);
  person_clear (&ana);
  relay_end (&relay);
  host_end (&host, TRUE);
}

/* ---- Certificates ---- */

typedef struct
{
  const char *what, *host; /* where it is met */
  const char *name;        /* it is made for */
  gint64 from, until;      /* days from now */
  guint padding;           /* bytes of further names */
  gboolean rsa_1024, self_signed;
  HsTrust trust;           /* or what stops */
} Leaf;

static const Leaf leaves[] = {
  { "good", "host.example", "host.example", -1, 10, 0, FALSE, FALSE, HS_TRUST_VERIFIED },
  { "of 16 KiB", "host.example", "host.example", -1, 10, 16 * 1024, FALSE, FALSE, HS_TRUST_VERIFIED },
  { "expired", "host.example", "host.example", -10, -1, 0, FALSE, FALSE, HS_TRUST_NOT_VERIFIED },
  { "of the future", "host.example", "host.example", 1, 10, 0, FALSE, FALSE, HS_TRUST_NOT_VERIFIED },
  { "for another host", "host.example", "other.example", -1, 10, 0, FALSE, FALSE, HS_TRUST_NOT_VERIFIED },
  { "by nobody", "host.example", "host.example", -1, 10, 0, FALSE, TRUE, HS_TRUST_NOT_VERIFIED },
  { "RSA of 1024 bits", "host.example", "host.example", -1, 10, 0, TRUE, FALSE, HS_TRUST_NOT_VERIFIED },
  { "by nobody, at a number", "127.0.0.1", "host.example", -1, 10, 0, FALSE, TRUE, HS_TRUST_FIRST_SEEN },
  { "by nobody, in this house", "host.local", "host.example", -1, 10, 0, FALSE, TRUE, HS_TRUST_FIRST_SEEN },
  { "RSA of 1024 bits, at a number", "127.0.0.1", "host.example", -1, 10, 0, TRUE, TRUE, HS_TRUST_NOT_VERIFIED },
};

static gnutls_x509_crt_t
make_certificate (gnutls_x509_privkey_t key, const char *dn, gint64 from, gint64 until)
{
  gnutls_x509_crt_t certificate = NULL;

  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, "\1", 1);
  gnutls_x509_crt_set_dn (certificate, dn, NULL);
  gnutls_x509_crt_set_key (certificate, key);
  gnutls_x509_crt_set_activation_time (certificate, NOW + from * DAY);
  gnutls_x509_crt_set_expiration_time (certificate, NOW + until * DAY);
  return certificate;
}

static void
save (const char *path, gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  gnutls_datum_t pem = { NULL, 0 };

  if (certificate != NULL)
    gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem);
  else
    gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem);
  g_assert_true (g_file_set_contents (path, (char *) pem.data, pem.size, NULL));
  gnutls_free (pem.data);
}

static gnutls_x509_privkey_t
make_key (gboolean rsa_1024)
{
  gnutls_x509_privkey_t key = NULL;

  gnutls_x509_privkey_init (&key);
  if (rsa_1024)
    gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 1024, 0);
  else
    gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  return key;
}

static void
authority_init (void)
{
  folder = g_dir_make_tmp ("hs-encryption-XXXXXX", NULL);
  trusted = g_build_filename (folder, "trusted.pem", NULL);
  authority_key = make_key (FALSE);
  authority = make_certificate (authority_key, "CN=Test authority", -100, 100);
  gnutls_x509_crt_set_basic_constraints (authority, 1, -1);
  gnutls_x509_crt_set_key_usage (authority, GNUTLS_KEY_KEY_CERT_SIGN);
  gnutls_x509_crt_sign2 (authority, authority, authority_key, GNUTLS_DIG_SHA256, 0);
  save (trusted, authority, NULL);
}

static void
authority_clear (void)
{
  g_autofree char *own = g_build_filename (folder, "own-key", NULL);

  remove_directory (own);
  remove_directory (folder);
  g_free (folder);
  g_free (trusted);
  gnutls_x509_crt_deinit (authority);
  gnutls_x509_privkey_deinit (authority_key);
}

/* (nullable) @guest: the certificate that it asks for. */
static void
bystander_start_asking (Program *program, const Leaf *leaf, const char *sts_seconds, const char *guest)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "client", "bystander.py", NULL);
  g_autofree char *certificate_file = g_build_filename (folder, "leaf.pem", NULL), *key_file = g_build_filename (folder, "leaf-key.pem", NULL);
  gnutls_x509_privkey_t key = make_key (leaf->rsa_1024);
  gnutls_x509_crt_t certificate = make_certificate (key, "CN=leaf", leaf->from, leaf->until);

  gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, leaf->name, strlen (leaf->name), GNUTLS_FSAN_SET);
  for (guint i = 0; i < leaf->padding / 60; i++)
    {
      g_autofree char *name = g_strdup_printf ("a%053u.example", i);

      gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, name, strlen (name), GNUTLS_FSAN_APPEND);
    }
  gnutls_x509_crt_sign2 (certificate, leaf->self_signed ? certificate : authority, leaf->self_signed ? key : authority_key, GNUTLS_DIG_SHA256, 0);
  save (certificate_file, certificate, NULL);
  save (key_file, NULL, key);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  program_start (program, (const char *const[]) { "/usr/bin/python3", script, certificate_file, key_file, sts_seconds, guest, NULL });
}

static void
bystander_start (Program *program, const Leaf *leaf, const char *sts_seconds)
{
  bystander_start_asking (program, leaf, sts_seconds, NULL);
}

static void
test_certificate (gconstpointer data)
{
  const Leaf *leaf = data;
  Program bystander;
  Person ana;
  g_autofree char *address = NULL;

  g_test_message ("%s", leaf->what);
  bystander_start (&bystander, leaf, NULL);
  address = g_strdup_printf ("ircs://%s:%u", leaf->host, bystander.ports[0]);
  person_init (&ana);
  if (hs_trust_stops (leaf->trust))
    {
      person_is_stopped (&ana, address, 0, HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NOT_VERIFIED);
      program_heard_nobody (&bystander, 1);
    }
  else
    person_joins (&ana, address, 0, HS_ENCRYPTION_AUTOMATIC, leaf->trust);
  person_finish (&ana);
  person_clear (&ana);
  program_end (&bystander);
}

/* A connection has ended: was the password told in it? */
static void
program_heard_password (Program *self, gboolean given)
{
  stage_wait_until (strstr (self->said->str, "said ") != NULL);
  g_test_message ("%s", self->said->str);
  g_assert_nonnull (strstr (self->said->str, "NICK"));
  g_assert_true ((strstr (self->said->str, "PASS hunter2") != NULL) == given);
  g_string_truncate (self->said, 0);
}

/* What a server says it is counts for nothing: somebody in between would say that it is no host of ours. And in the clear no password goes. */
static void
test_password_stranger (void)
{
  static const Leaf leaf = { "a stranger", "host.example", "host.example", .self_signed = TRUE };
  Program bystander;
  Person ana;
  g_autofree char *hidden = NULL;

  bystander_start (&bystander, &leaf, NULL);
  hidden = g_strdup_printf ("ircs://127.0.0.1:%u", bystander.ports[0]);
  person_init (&ana);
  person_joins (&ana, "127.0.0.1:PORT", bystander.ports[1], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_UNENCRYPTED);
  person_finish (&ana);
  program_heard_password (&bystander, FALSE);
  person_joins (&ana, hidden, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_FIRST_SEEN);
  hs_security_set_compared (hs_connection_get_security (ana.connection));
  person_finish (&ana);
  program_heard_password (&bystander, FALSE);
  person_joins (&ana, hidden, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_COMPARED);
  person_finish (&ana);
  program_heard_password (&bystander, TRUE);
  person_joins (&ana, "127.0.0.1:PORT", bystander.ports[1], HS_ENCRYPTION_NEVER, HS_TRUST_UNENCRYPTED);
  person_finish (&ana);
  program_heard_password (&bystander, FALSE);
  person_clear (&ana);
  program_end (&bystander);
}

/* ---- What was known cannot be read ---- */

/* Nobody may pass for a server that is seen for the first time, encrypted or not. The ways on are the person's: the number, an invite, "never". */
static void
test_unread (void)
{
  static const Leaf leaf = { "a stranger", "host.example", "host.example", .self_signed = TRUE };
  Host host;
  Relay relay;
  Program bystander;
  Person ana;
  g_autofree char *path = g_build_filename (folder, "history.db", NULL), *link = NULL;

  host_start (&host, NULL, 0, NULL);
  relay_start (&relay, host.program.ports[0]);
  bystander_start (&bystander, &leaf, NULL);
  g_assert_true (g_file_set_contents (path, "This is no database, but somebody's letter.", -1, NULL));
  person_init_at (&ana, path);
  person_is_stopped (&ana, "127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NOT_LOOKED_UP);
  g_assert_false (has_way (&ana, HS_FAILURE_WAY_UNENCRYPTED));
  g_assert_cmpstr (hs_security_get_number (hs_connection_get_security (ana.connection)), ==, host.number);
  program_heard_nobody (&relay.program, 1);
  person_finish (&ana);
  person_is_stopped (&ana, "ircs://127.0.0.1:PORT", relay.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NOT_LOOKED_UP);
  person_finish (&ana);
  link = invite (&host, relay.program.ports[0], "");
  person_joins (&ana, link, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_INVITED);
  person_finish (&ana);
  person_is_stopped (&ana, "127.0.0.1:PORT", host.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NOT_LOOKED_UP);
  g_assert_true (hs_security_accept_changed (hs_connection_get_security (ana.connection)));
  person_finish (&ana);
  person_joins (&ana, "127.0.0.1:PORT", host.program.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_TRUST_COMPARED);
  person_finish (&ana);

  person_is_stopped (&ana, "127.0.0.1:PORT", bystander.ports[1], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_MAYBE_ENCRYPTED);
  g_assert_true (has_way (&ana, HS_FAILURE_WAY_UNENCRYPTED));
  program_heard_nobody (&bystander, 1);
  person_finish (&ana);
  person_joins (&ana, "127.0.0.1:PORT", bystander.ports[1], HS_ENCRYPTION_NEVER, HS_TRUST_UNENCRYPTED);
  person_finish (&ana);
  person_clear (&ana);
  g_remove (path);
  program_end (&bystander);
  relay_end (&relay);
  host_end (&host, TRUE);
}

#define ALERTING \
  "import socket\nl = socket.create_server(('127.0.0.1', 0))\nprint('port', l.getsockname()[1], flush=True)\n" \
  "while True:\n g, _ = l.accept()\n g.recv(65536)\n g.sendall(bytes.fromhex('15030100020246'))\n g.close()\n"

/* Asked in the clear where only TLS is understood: what is answered, an alert or nothing, is neither a greeting nor somebody's words. */
static void
test_tls_only (void)
{
  static const Leaf leaf = { "a stranger", "host.example", "host.example", .self_signed = TRUE };
  Program bystander, alerting;
  Person ana;

  bystander_start (&bystander, &leaf, NULL);
  program_start (&alerting, (const char *const[]) { "/usr/bin/python3", "-c", ALERTING, NULL });
  person_init (&ana);
  person_is_stopped (&ana, "127.0.0.1:PORT", alerting.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_TLS_ONLY);
  g_assert_true (has_way (&ana, HS_FAILURE_WAY_BEGIN_TLS));
  person_finish (&ana);
  person_is_stopped (&ana, "irc://127.0.0.1:PORT", alerting.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_CLOSED_EARLY);
  person_finish (&ana);
  person_is_stopped (&ana, "127.0.0.1:PORT", bystander.ports[0], HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_CLOSED_EARLY); /* Python's resets */
  person_finish (&ana);
  person_clear (&ana);
  program_end (&alerting);
  program_end (&bystander);
}

/* Told in the clear: the port that is encrypted, and only a name goes there that is vouched for. Told encrypted: from now on. */
static void
test_sts (void)
{
  Program bystander;
  Person ana;
  g_autofree char *address = NULL;

  bystander_start (&bystander, &leaves[0], "300");
  address = g_strdup_printf ("host.example:%u", bystander.ports[1]);
  person_init (&ana);
  person_joins (&ana, address, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
  person_finish (&ana);
  stage_wait_until (strstr (bystander.said->str, "said clear b'CAP LS 302\\r\\n'\n") != NULL);
  stage_wait_until (strstr (bystander.said->str, "said hidden") != NULL);
  g_string_truncate (bystander.said, 0);
  person_joins (&ana, address, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
  g_assert_cmpuint (ana.watches, ==, 0);
  person_finish (&ana);
  stage_wait_until (strstr (bystander.said->str, "said hidden") != NULL);
  g_assert_null (strstr (bystander.said->str, "clear"));
  g_string_truncate (bystander.said, 0);
  hs_known_servers_note_sts (ana.known, "host.example", (guint16) bystander.ports[0], 1); /* long ago */
  person_joins (&ana, address, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
  person_finish (&ana);
  stage_wait_until (strstr (bystander.said->str, "said hidden") != NULL);
  g_assert_null (strstr (bystander.said->str, "clear"));
  program_end (&bystander);

  bystander_start (&bystander, &leaves[5], "300");
  g_free (address);
  address = g_strdup_printf ("other.local:%u", bystander.ports[1]); /* which would be trusted on first use */
  person_is_stopped (&ana, address, 0, HS_ENCRYPTION_AUTOMATIC, HS_FAILURE_NOT_VERIFIED);
  program_heard_nobody (&bystander, 1);
  person_finish (&ana);
  person_clear (&ana);
  program_end (&bystander);
}

/* ---- One's own key ---- */

/* (nullable) what is told of us in a row from @first on. (transfer full) */
static char *
find_about (GListModel *entries, guint first)
{
  for (guint i = first; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (entries, i);

      if (hs_entry_is_loaded (entry) && g_str_has_prefix (hs_entry_get_text (entry), "About Ana\n"))
        return g_strdup (hs_entry_get_text (entry));
    }
  return NULL;
}

/* What the server itself says of us: WHOIS, in words. (transfer full) */
static char *
person_asks (Person *self)
{
  HsRoom *room = NULL;
  GListModel *entries = NULL;
  char *said = NULL;
  guint before = 0;

  stage_wait_until ((room = hs_session_find_room (self->session, "#lobby")) != NULL);
  stage_fence (self->store);
  entries = G_LIST_MODEL (hs_room_get_entries (room));
  before = g_list_model_get_n_items (entries);
  g_assert_true (hs_session_ask_who_is (self->session, room, hs_session_get_nick (self->session), NULL));
  stage_wait_until ((said = find_about (entries, before)) != NULL);
  g_test_message ("%s", said);
  return said;
}

/* Did it see our key, and know us by it? */
static void
person_is_seen (Person *self, gboolean key, gboolean account)
{
  g_autofree char *said = person_asks (self);

  g_assert_cmpint (strstr (said, "Key’s fingerprint: sha256:") != NULL, ==, key);
  g_assert_cmpint (strstr (said, "Account: Ana") != NULL, ==, account);
}

static gboolean
has_account (Person *self)
{
  g_autofree char *said = person_asks (self);

  return strstr (said, "Account: Ana") != NULL;
}

/* A network whose name an authority vouches for gets our key only where the person says so, and knows us by it then (EXTERNAL); under any other name
 * it gets none. */
static void
test_own_key (void)
{
  static const Leaf leaf = { "a network", "host.example", "*.network.example", -1, 10 };
  Program bystander, network;
  Person ana;
  g_autofree char *certificate = g_build_filename (folder, "leaf.pem", NULL), *key = g_build_filename (folder, "leaf-key.pem", NULL);
  g_autofree char *directory = g_dir_make_tmp ("hs-network-XXXXXX", NULL), *here = NULL, *elsewhere = NULL;

  bystander_start (&bystander, &leaf, NULL); /* makes the certificate */
  program_end (&bystander);
  program_start (&network, (const char *const[]) { handshake_server, "--port", "0", "--address", "127.0.0.1", "--data-dir", directory,
                                                   "--tls-certificate", certificate, "--tls-key", key, NULL });
  here = g_strdup_printf ("ircs://host.network.example:%u", network.ports[0]);
  elsewhere = g_strdup_printf ("ircs://other.network.example:%u", network.ports[0]);
  person_init (&ana);
  ana.password = NULL;
  for (guint i = 0; i < 2; i++) /* nor when it is known */
    {
      person_joins (&ana, here, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
      person_is_seen (&ana, FALSE, FALSE);
      hs_security_set_shows_key (hs_connection_get_security (ana.connection), i == 1);
      person_finish (&ana);
    }
  person_joins (&ana, here, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
  person_is_seen (&ana, TRUE, FALSE);
  hs_session_put (ana.session, "REGISTER", "*", "*", "correct-horse", NULL);
  stage_wait_until (has_account (&ana));
  person_finish (&ana);
  person_joins (&ana, here, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
  person_is_seen (&ana, TRUE, TRUE); /* by the key alone */
  person_finish (&ana);
  person_joins (&ana, elsewhere, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
  person_is_seen (&ana, FALSE, FALSE);
  person_finish (&ana);
  person_joins (&ana, here, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
  hs_security_set_shows_key (hs_connection_get_security (ana.connection), FALSE);
  person_finish (&ana);
  person_joins (&ana, here, 0, HS_ENCRYPTION_AUTOMATIC, HS_TRUST_VERIFIED);
  person_is_seen (&ana, FALSE, FALSE);
  person_finish (&ana);
  person_clear (&ana);
  program_end (&network);
  remove_directory (directory);
}

/* Joined once more: was our key shown? Then the person chooses whether it is the next time. */
static void
person_shows_stranger (Person *self, Program *stranger, HsTrust trust, gboolean shown, gboolean chosen)
{
  HsSecurity *security = NULL;

  g_string_truncate (stranger->said, 0);
  person_joins (self, "ircs://127.0.0.1:PORT", stranger->ports[0], HS_ENCRYPTION_AUTOMATIC, trust);
  security = hs_connection_get_security (self->connection);
  g_assert_true (hs_security_can_show_key (security));
  hs_security_set_shows_key (security, chosen);
  person_finish (self);
  stage_wait_until (strstr (stranger->said->str, "said hidden") != NULL);
  g_test_message ("%s", stranger->said->str);
  g_assert_nonnull (strstr (stranger->said->str, shown ? "key shown\n" : "key hidden\n"));
}

/* No authority vouches for it, and it is no server of ours: known again, it still gets our key only where the person says so. */
static void
test_own_key_stranger (void)
{
  static const Leaf leaf = { "a stranger", "127.0.0.1", "host.example", -1, 10, .self_signed = TRUE };
  g_autofree char *own = g_build_filename (folder, "own-key", NULL), *certificate = g_build_filename (own, "certificate.pem", NULL);
  char number[HS_FINGERPRINT_NUMBER_SIZE];
  Program stranger;
  Person ana;

  g_free (number_of (own, number)); /* makes it */
  bystander_start_asking (&stranger, &leaf, "0", certificate);
  person_init (&ana);
  person_shows_stranger (&ana, &stranger, HS_TRUST_FIRST_SEEN, FALSE, FALSE);
  person_shows_stranger (&ana, &stranger, HS_TRUST_SEEN_BEFORE, FALSE, TRUE);
  person_shows_stranger (&ana, &stranger, HS_TRUST_SEEN_BEFORE, TRUE, FALSE);
  person_shows_stranger (&ana, &stranger, HS_TRUST_SEEN_BEFORE, FALSE, FALSE);
  person_clear (&ana);
  program_end (&stranger);
}

/* A server of ours, once it is known to be one: unasked, and there is nothing to choose. */
static void
test_own_key_ours (void)
{
  Host host;
  Person ana;

  host_start (&host, NULL, 0, NULL);
  person_init (&ana);
  ana.password = NULL;
  for (guint i = 0; i < 3; i++)
    {
      person_joins (&ana, "ircs://127.0.0.1:PORT", host.program.ports[0], HS_ENCRYPTION_AUTOMATIC,
                    i == 0 ? HS_TRUST_FIRST_SEEN : HS_TRUST_SEEN_BEFORE);
      person_is_seen (&ana, i > 0, i > 1);
      g_assert_false (hs_security_can_show_key (hs_connection_get_security (ana.connection)));
      if (i == 1)
        {
          hs_session_put (ana.session, "REGISTER", "*", "*", "correct-horse", NULL);
          stage_wait_until (has_account (&ana));
        }
      person_finish (&ana);
    }
  person_clear (&ana);
  host_end (&host, TRUE);
}

static void
add_quick (void)
{
  g_test_add_data_func ("/client/encryption/offer", "127.0.0.1:PORT", test_offer);
  g_test_add_data_func ("/client/encryption/offer/irc", "irc://localhost:PORT", test_offer);
  g_test_add_func ("/client/encryption/offer/stripped", test_stripped);
  for (gsize i = 0; i < G_N_ELEMENTS (rude); i++)
    {
      g_autofree char *path = g_strdup_printf ("/client/encryption/rude/%s", rude[i].mode);

      g_test_add_data_func (path, &rude[i], test_rude);
    }
  g_test_add_func ("/client/encryption/cancel", test_cancel);
  g_test_add_func ("/client/encryption/never", test_never);
  g_test_add_func ("/client/encryption/middle/first", test_middle_first);
  g_test_add_func ("/client/encryption/middle/second", test_middle_second);
  g_test_add_func ("/client/encryption/middle/invite", test_middle_invite);
  g_test_add_func ("/client/encryption/password", test_password);
  g_test_add_func ("/client/encryption/password/stranger", test_password_stranger);
  g_test_add_func ("/client/encryption/tls-only", test_tls_only);
  g_test_add_func ("/client/encryption/also", test_also);
  g_test_add_func ("/client/encryption/moved", test_moved);
  g_test_add_func ("/client/encryption/classroom", test_classroom);
  g_test_add_func ("/client/encryption/unread", test_unread);
  for (gsize i = 0; i < G_N_ELEMENTS (leaves); i++)
    {
      g_autofree char *path = g_strdup_printf ("/client/encryption/certificate/%s", leaves[i].what);

      g_test_add_data_func (path, &leaves[i], test_certificate);
    }
  g_test_add_func ("/client/encryption/sts", test_sts);
  g_test_add_func ("/client/encryption/own-key", test_own_key);
  g_test_add_func ("/client/encryption/own-key/stranger", test_own_key_stranger);
  g_test_add_func ("/client/encryption/own-key/ours", test_own_key_ours);
}

/* They wait for bounds, at most ten seconds each. */
static void
add_slow (void)
{
  g_test_add_func ("/client/encryption/offer/late", test_late);
  for (gsize i = 0; i < G_N_ELEMENTS (slow); i++)
    {
      g_autofree char *path = g_strdup_printf ("/client/encryption/rude/%s", slow[i].mode);

      g_test_add_data_func (path, &slow[i], test_rude);
    }
}

int
main (int argc, char **argv)
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);
  handshake_server = argv[1];
  authority_init ();
  stage_lead_names_here ();
  if (g_test_slow ())
    add_slow ();
  else
    add_quick ();
  status = g_test_run ();
  authority_clear ();
  return status;
}
