/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS over links with real sockets: both sides ours, or one side rude. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake-tap.h"
#include "hs-link.h"

#define NOW (g_get_real_time () / G_USEC_PER_SEC)

/* One end of a connection, and what was heard there. */
typedef struct
{
  HsLink *link;
  HsTlsContext *accept; /* (nullable) a server's, which takes a ClientHello */
  GString *log;
  GString *text; /* lines run together */
  guint n_lines, n_secured, n_eof, n_ended, n_drained, n_silent;
  gint64 secured_at;
  gboolean cut;
  GError *error;
  gboolean frees_itself; /* when it is secured */
} End;

typedef struct
{
  GMainContext *context;
  HsPoller *poller;
  HsTlsContext *server_tls;
  HsTlsContext *client_tls;
  HsIdentity *identity;
  End server, client;
  int peer; /* a raw one instead of the client */
} Fixture;

/* An authority for one run, in a folder. */
typedef struct
{
  char *folder, *trusted, *certificate_file, *key_file;
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
} Authority;

static Authority authority;

/* ---- Recording ---- */

static void
record_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  End *end = user_data;

  end->n_lines++;
  if (line->len < 200)
    g_string_append_printf (end->log, "<%.*s>", (int) line->len, line->data);
  g_string_append_len (end->text, line->data, (gssize) line->len);
}

static void
record_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
  static const char *const names[] = { "?", "irc", "plain", "http", "tls" };
  End *end = user_data;

  g_string_append_printf (end->log, "%s ", names[dialect]);
  if (dialect == HS_DIALECT_TLS && end->accept != NULL && !hs_link_is_secured (link))
    hs_link_start_tls (link, end->accept, NULL);
}

static void
record_silent (HsLink *link, gpointer user_data)
{
  End *end = user_data;

  end->n_silent++;
}

static void
record_end (HsLink *link, HsLinkEnd how, const GError *error, gpointer user_data)
{
  End *end = user_data;

  g_assert_cmpuint (end->n_ended, ==, 0);
  g_string_append (end->log, how == HS_LINK_EOF ? "EOF" : how == HS_LINK_ERROR ? "ERROR" : how == HS_LINK_OVERFLOW ? "OVERFLOW" : "CLOSED");
  if (how == HS_LINK_EOF)
    end->n_eof++;
  else
    end->n_ended++;
  end->cut = hs_link_is_cut (link);
  if (error != NULL)
    g_test_message ("%s", error->message);
  if (error != NULL && end->error == NULL)
    end->error = g_error_copy (error);
}

static void
record_drained (HsLink *link, gpointer user_data)
{
  End *end = user_data;

  end->n_drained++;
}

static void
record_secured (HsLink *link, gpointer user_data)
{
  End *end = user_data;

  end->n_secured++;
  end->secured_at = g_get_monotonic_time ();
  g_string_append (end->log, "secured ");
  if (end->frees_itself)
    g_clear_pointer (&end->link, hs_link_free);
}

static const HsLinkFuncs record = {
  .line = record_line, .dialect = record_dialect, .silent = record_silent, .end = record_end, .drained = record_drained, .secured = record_secured,
};

static void
end_init (End *end)
{
  *end = (End){ .log = g_string_new (NULL), .text = g_string_new (NULL) };
}

static void
end_clear (End *end)
{
  g_clear_pointer (&end->link, hs_link_free);
  g_string_free (end->log, TRUE);
  g_string_free (end->text, TRUE);
  g_clear_error (&end->error);
}

/* ---- Sockets ---- */

static void
make_pair (int *ours, int *peer)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = 10 };
  socklen_t len = sizeof name;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int one = 1;

  g_assert_cmpint (bind (listener, (struct sockaddr *) &name, len), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &name, &len), ==, 0);
  *peer = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (*peer, (struct sockaddr *) &name, len), ==, 0);
  *ours = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  g_assert_cmpint (*ours, >=, 0);
  setsockopt (*peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (*peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  close (listener);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->context = g_main_context_new ();
  self->poller = hs_poller_new (self->context);
  self->identity = hs_identity_new (NOW, NULL);
  self->server_tls = hs_tls_context_new_server (self->identity);
  self->client_tls = hs_tls_context_new_client (NULL, authority.trusted);
  end_init (&self->server);
  end_init (&self->client);
  self->server.accept = self->server_tls;
  self->peer = -1;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  end_clear (&self->client);
  end_clear (&self->server);
  if (self->peer >= 0)
    close (self->peer);
  hs_tls_context_unref (self->server_tls);
  hs_tls_context_unref (self->client_tls);
  hs_identity_unref (self->identity);
  hs_poller_free (self->poller);
  g_main_context_unref (self->context);
}

static void
again (Fixture *self)
{
  tear_down (self, NULL);
  memset (self, 0, sizeof *self);
  set_up (self, NULL);
}

static gboolean
tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define WAIT_UNTIL(fixture, condition)                                                 \
  G_STMT_START                                                                         \
  {                                                                                    \
    gint64 wait_end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;                    \
    g_autoptr (GSource) wait_tick = g_timeout_source_new (20);                          \
    g_source_set_callback (wait_tick, tick, NULL, NULL);                                \
    g_source_attach (wait_tick, (fixture)->context);                                    \
    while (!(condition) && g_get_monotonic_time () < wait_end)                          \
      g_main_context_iteration ((fixture)->context, TRUE);                              \
    g_source_destroy (wait_tick);                                                      \
    g_assert_true (condition);                                                         \
  }                                                                                    \
  G_STMT_END

/* The server side alone; self->peer is the other end. */
static void
open_server (Fixture *self, HsFraming framing)
{
  int ours = -1;

  make_pair (&ours, &self->peer);
  self->server.link = hs_link_new (self->poller, ours, framing, &record, &self->server);
}

static void
open_both (Fixture *self, HsFraming framing, const char *name)
{
  open_server (self, framing);
  g_assert_cmpint (fcntl (self->peer, F_SETFL, O_NONBLOCK), ==, 0);
  self->client.link = hs_link_new (self->poller, self->peer, HS_FRAMING_IRC, &record, &self->client);
  self->peer = -1;
  hs_link_start_tls (self->client.link, self->client_tls, name);
  if (framing != HS_FRAMING_JUDGE_GUEST) /* nobody looks at the first byte */
    hs_link_start_tls (self->server.link, self->server_tls, NULL);
}

static void
secure_both (Fixture *self, HsFraming framing, const char *name)
{
  open_both (self, framing, name);
  WAIT_UNTIL (self, self->server.n_secured == 1 && self->client.n_secured == 1);
}

static void
say (Fixture *self, gconstpointer data, gsize len)
{
  g_assert_cmpint (send (self->peer, data, len, MSG_NOSIGNAL), ==, (gssize) len);
}

/* ---- Authority ---- */

typedef struct
{
  const char *what;
  const char *name;     /* it is made for */
  gint64 from, until;   /* days from now */
  gboolean rsa_1024;
  guint padding;        /* bytes of further names */
  gboolean self_signed;
  HsTlsProblems problems;
} Leaf;

#define DAY (24 * 60 * 60)

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

static void
authority_init (void)
{
  authority.folder = g_dir_make_tmp ("authority-XXXXXX", NULL);
  authority.trusted = g_build_filename (authority.folder, "trusted.pem", NULL);
  authority.certificate_file = g_build_filename (authority.folder, "certificate.pem", NULL);
  authority.key_file = g_build_filename (authority.folder, "key.pem", NULL);
  gnutls_x509_privkey_init (&authority.key);
  gnutls_x509_privkey_generate (authority.key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  authority.certificate = make_certificate (authority.key, "CN=Test authority", -100, 100);
  gnutls_x509_crt_set_basic_constraints (authority.certificate, 1, -1);
  gnutls_x509_crt_set_key_usage (authority.certificate, GNUTLS_KEY_KEY_CERT_SIGN);
  gnutls_x509_crt_sign2 (authority.certificate, authority.certificate, authority.key, GNUTLS_DIG_SHA256, 0);
  save (authority.trusted, authority.certificate, NULL);
}

static void
authority_clear (void)
{
  g_unlink (authority.trusted);
  g_unlink (authority.certificate_file);
  g_unlink (authority.key_file);
  g_rmdir (authority.folder);
  g_free (authority.folder);
  g_free (authority.trusted);
  g_free (authority.certificate_file);
  g_free (authority.key_file);
  gnutls_x509_crt_deinit (authority.certificate);
  gnutls_x509_privkey_deinit (authority.key);
}

static void
add_names (gnutls_x509_crt_t certificate, const Leaf *leaf)
{
  gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, leaf->name, strlen (leaf->name), GNUTLS_FSAN_SET);
  for (guint i = 0; i < leaf->padding / 60; i++)
    {
      g_autofree char *name = g_strdup_printf ("a%053u.example", i);

      gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, name, strlen (name), GNUTLS_FSAN_APPEND);
    }
}

static HsIdentity *
make_leaf (const Leaf *leaf)
{
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t certificate = NULL;
  g_autoptr (GError) error = NULL;
  HsIdentity *identity = NULL;

  gnutls_x509_privkey_init (&key);
  if (leaf->rsa_1024)
    gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 1024, 0);
  else
    gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  certificate = make_certificate (key, "CN=leaf", leaf->from, leaf->until);
  add_names (certificate, leaf);
  if (leaf->self_signed)
    gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
  else
    gnutls_x509_crt_sign2 (certificate, authority.certificate, authority.key, GNUTLS_DIG_SHA256, 0);
  save (authority.certificate_file, certificate, NULL);
  save (authority.key_file, NULL, key);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  identity = hs_identity_load (authority.certificate_file, authority.key_file, NOW, &error);
  if (leaf->rsa_1024)
    g_assert_error (error, HS_TLS_ERROR, HS_TLS_ERROR_WEAK);
  else
    g_assert_no_error (error);
  return identity;
}

static const Leaf leaves[] = {
  { "good", "host.example", -1, 10, FALSE, 0, FALSE, 0 },
  { "good, with a certificate of 16 KiB", "host.example", -1, 10, FALSE, 16 * 1024, FALSE, 0 },
  { "a wildcard for a whole top-level domain", "*.example", -1, 10, FALSE, 0, FALSE, HS_TLS_WRONG_HOST },
  { "expired", "host.example", -10, -1, FALSE, 0, FALSE, HS_TLS_EXPIRED },
  { "of the future", "host.example", 1, 10, FALSE, 0, FALSE, HS_TLS_NOT_YET_VALID },
  { "for another host", "other.example", -1, 10, FALSE, 0, FALSE, HS_TLS_WRONG_HOST },
  { "by nobody", "host.example", -1, 10, FALSE, 0, TRUE, HS_TLS_UNKNOWN_AUTHORITY },
  { "RSA of 1024 bits, which our own server refuses to use", "host.example", -1, 10, TRUE, 0, FALSE, HS_TLS_WEAK },
};

static void
test_verified (Fixture *self, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (leaves); i++)
    {
      g_autoptr (HsIdentity) leaf = make_leaf (&leaves[i]);
      HsTlsFacts facts;

      g_test_message ("%s", leaves[i].what);
      if (leaf == NULL)
        continue;
      again (self);
      hs_tls_context_set_identity (self->server_tls, leaf);
      secure_both (self, HS_FRAMING_JUDGE_GUEST, "host.example");
      g_assert_true (hs_link_get_tls_facts (self->client.link, &facts));
      g_assert_cmpint (facts.problems, ==, leaves[i].problems);
      g_assert_true (hs_fingerprint_equal (&facts.peer, hs_identity_get_fingerprint (leaf)));
      /* The server itself sees what its guests will see. */
      g_assert_cmpint (hs_identity_is_vouched_for (leaf, "host.example", authority.trusted), ==, leaves[i].problems == 0);
      g_assert_false (hs_identity_is_vouched_for (leaf, "host.example", NULL));
    }
}

static void
test_authorities (Fixture *self, gconstpointer data)
{
  g_autoptr (HsTlsContext) nobody = hs_tls_context_new_client (NULL, "/dev/null");

  g_assert_cmpuint (hs_tls_context_get_n_authorities (self->client_tls), ==, 1);
  g_assert_cmpuint (hs_tls_context_get_n_authorities (nobody), ==, 0);
}

/* ---- Talking ---- */

static void
test_talk (Fixture *self, gconstpointer data)
{
  HsTlsFacts seen, shown;

  open_both (self, HS_FRAMING_JUDGE_GUEST, "host.example");
  g_assert_false (hs_link_is_secured (self->client.link));
  g_assert_false (hs_link_get_tls_facts (self->client.link, &seen));
  hs_link_send_bytes (self->client.link, "NICK ana\r\n", 10); /* waits for the handshake */
  WAIT_UNTIL (self, self->server.n_lines == 1);
  g_assert_cmpstr (self->server.log->str, ==, "tls secured irc <NICK ana>");
  hs_link_send_bytes (self->server.link, ":s 001 ana\r\n", 12);
  WAIT_UNTIL (self, self->client.n_lines == 1);
  g_assert_cmpstr (self->client.log->str, ==, "secured <:s 001 ana>");

  g_assert_true (hs_link_get_tls_facts (self->client.link, &seen));
  g_assert_cmpstr (seen.version, ==, "TLS 1.3");
  g_assert_cmpstr (seen.cipher, ==, "AES-128-GCM");
  g_assert_true (seen.alpn);
  g_assert_false (seen.resumed);
  g_assert_true (seen.has_peer);
  g_assert_true (hs_fingerprint_equal (&seen.peer, hs_identity_get_fingerprint (self->identity)));
  g_assert_cmpint (seen.problems, ==, HS_TLS_UNKNOWN_AUTHORITY | HS_TLS_WRONG_HOST);

  g_assert_true (hs_link_get_tls_facts (self->server.link, &shown));
  g_assert_false (shown.has_peer);
  g_assert_true (shown.alpn);
  g_assert_cmpuint (hs_tls_context_get_n_half_done (self->server_tls), ==, 0);
}

static void
test_bytes_of_both_ends (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) chain = NULL;
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) two = NULL;
  g_autoptr (GBytes) three = NULL;

  secure_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
  chain = hs_link_dup_peer_chain (self->client.link);
  certificate = hs_identity_dup_certificate (self->identity);
  g_assert_cmpuint (chain->len, ==, 1);
  g_assert_true (g_bytes_equal (chain->pdata[0], certificate));

  one = hs_link_dup_channel_binding (self->client.link);
  two = hs_link_dup_channel_binding (self->server.link);
  g_assert_cmpuint (g_bytes_get_size (one), ==, 32);
  g_assert_true (g_bytes_equal (one, two));

  again (self);
  secure_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
  three = hs_link_dup_channel_binding (self->client.link);
  g_assert_false (g_bytes_equal (one, three));
}

static void
test_client_key (Fixture *self, gconstpointer data)
{
  g_autoptr (HsIdentity) own = hs_identity_new (NOW, NULL);
  HsTlsFacts facts;

  hs_tls_context_set_identity (self->client_tls, own);
  secure_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
  g_assert_true (hs_link_get_tls_facts (self->server.link, &facts));
  g_assert_true (facts.has_peer);
  g_assert_true (hs_fingerprint_equal (&facts.peer, hs_identity_get_fingerprint (own)));
}

static void
test_resumed (Fixture *self, gconstpointer data)
{
  HsTlsFacts facts;

  for (guint i = 0; i < 3; i++)
    {
      end_clear (&self->client);
      end_clear (&self->server);
      end_init (&self->client);
      end_init (&self->server);
      self->server.accept = self->server_tls;
      secure_both (self, HS_FRAMING_IRC, "host.example");
      hs_link_send_bytes (self->server.link, "PING a\r\n", 8); /* the ticket comes before it */
      WAIT_UNTIL (self, self->client.n_lines == 1);
      g_assert_true (hs_link_get_tls_facts (self->client.link, &facts));
      g_assert_cmpint (facts.resumed, ==, i > 0);
      g_assert_true (facts.has_peer);
      g_assert_true (hs_fingerprint_equal (&facts.peer, hs_identity_get_fingerprint (self->identity)));
    }
}

/* A context that has lost its ticket key takes the guest all the same, with a whole handshake. */
static void
test_ticket_of_another (Fixture *self, gconstpointer data)
{
  HsTlsFacts facts;

  secure_both (self, HS_FRAMING_IRC, "host.example");
  hs_link_send_bytes (self->server.link, "PING a\r\n", 8);
  WAIT_UNTIL (self, self->client.n_lines == 1);
  end_clear (&self->client);
  end_clear (&self->server);
  end_init (&self->client);
  end_init (&self->server);
  hs_tls_context_unref (self->server_tls);
  self->server_tls = hs_tls_context_new_server (self->identity);
  self->server.accept = self->server_tls;
  secure_both (self, HS_FRAMING_IRC, "host.example");
  g_assert_true (hs_link_get_tls_facts (self->client.link, &facts));
  g_assert_false (facts.resumed);
}

static void
test_free_when_secured (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      again (self);
      self->server.frees_itself = i == 0;
      self->client.frees_itself = i == 1;
      open_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
      hs_link_send_bytes (self->client.link, "NICK ana\r\n", 10);
      WAIT_UNTIL (self, i == 0 ? self->client.n_eof + self->client.n_ended > 0 : self->server.n_eof + self->server.n_ended > 0);
      g_assert_null (i == 0 ? self->server.link : self->client.link);
    }
}

/* ---- Amounts ---- */

static void
test_gather (Fixture *self, gconstpointer data)
{
  guint64 before = 0;

  secure_both (self, HS_FRAMING_IRC, NULL);
  before = hs_link_get_bytes_written (self->server.link);
  for (guint i = 0; i < 50; i++)
    hs_link_send_bytes (self->server.link, "PING a\r\n", 8);
  WAIT_UNTIL (self, self->client.n_lines == 50);
  /* One record: its head, the kind and the tag (RFC 8446 5.2) are 22 bytes. */
  g_assert_cmpuint (hs_link_get_bytes_written (self->server.link) - before, ==, 50 * 8 + 22);
  g_assert_cmpuint (hs_link_get_lines_written (self->server.link), ==, 50 * 8);
}

static void
test_much (Fixture *self, gconstpointer data)
{
  g_autofree char *line = g_strnfill (400, 'x');
  guint n = 20000;
  int small = 4096;

  line[399] = '\n';
  secure_both (self, HS_FRAMING_IRC, NULL);
  hs_link_set_send_queue_max (self->server.link, 64 * 1024 * 1024);
  hs_link_set_send_queue_max (self->client.link, 64 * 1024 * 1024);
  setsockopt (hs_link_get_fd (self->server.link), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  for (guint i = 0; i < n; i++)
    {
      hs_link_send_bytes (self->server.link, line, 400);
      hs_link_send_bytes (self->client.link, line, 400);
    }
  WAIT_UNTIL (self, self->client.n_lines == n && self->server.n_lines == n && self->server.n_drained == 1);
  g_assert_cmpuint (hs_link_get_queued (self->server.link), ==, 0);
  g_assert_cmpuint (self->client.text->len, ==, n * 399);
  g_assert_cmpuint (hs_link_get_lines_written (self->server.link), ==, n * 400);
}

/* A reader that pauses in the middle of a record finds the rest afterwards: no edge will tell of it. */
static void
test_paused (Fixture *self, gconstpointer data)
{
  secure_both (self, HS_FRAMING_IRC, NULL);
  hs_link_set_receive_queue_max (self->client.link, 100);
  for (guint i = 0; i < 1000; i++)
    hs_link_send_bytes (self->server.link, "PING aaaa\r\n", 11);
  WAIT_UNTIL (self, self->client.n_lines > 0);
  hs_link_set_paused (self->client.link, TRUE);
  WAIT_UNTIL (self, self->server.n_drained == 1);
  g_assert_cmpuint (self->client.n_lines, <, 1000);
  hs_link_set_paused (self->client.link, FALSE);
  WAIT_UNTIL (self, self->client.n_lines == 1000);
}

/* What is written and what is acknowledged is told in the counting of lines. */
static void
test_offsets (Fixture *self, gconstpointer data)
{
  guint64 ends[3], wire[3];

  secure_both (self, HS_FRAMING_IRC, NULL);
  for (guint i = 0; i < 3; i++)
    {
      guint n = self->client.n_drained;

      ends[i] = hs_link_send_bytes (self->client.link, "PRIVMSG #a :hello\r\n", 19);
      WAIT_UNTIL (self, self->client.n_drained == n + 1);
      wire[i] = hs_link_get_bytes_written (self->client.link);
      g_assert_cmpuint (hs_link_get_lines_written (self->client.link), ==, ends[i]);
    }
  g_assert_cmpuint (ends[2], ==, 3 * 19);
  g_assert_cmpuint (wire[2] - wire[1], ==, 19 + 22);
  g_assert_cmpuint (hs_link_get_lines_at (self->client.link, wire[0] - 1), ==, 0);
  g_assert_cmpuint (hs_link_get_lines_at (self->client.link, wire[1]), ==, ends[1]);
  g_assert_cmpuint (hs_link_get_lines_at (self->client.link, wire[2] - 1), ==, ends[1]);
  g_assert_cmpuint (hs_link_get_lines_at (self->client.link, wire[2]), ==, ends[2]);

  /* Nobody asks for a long time: only the last is known then, and what it holds is bounded. */
  for (guint i = 0; i < 200; i++)
    {
      guint n = self->client.n_drained;

      ends[0] = hs_link_send_bytes (self->client.link, "PING a\r\n", 8);
      WAIT_UNTIL (self, self->client.n_drained == n + 1);
    }
  g_assert_cmpuint (hs_link_get_lines_at (self->client.link, hs_link_get_bytes_written (self->client.link)), ==, ends[0]);
}

static void
test_tap (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) log = g_string_new (NULL);
  guint n_freed = 0;

  open_both (self, HS_FRAMING_IRC, NULL);
  hs_link_set_tap (self->client.link, fake_tap_new (log, &n_freed));
  WAIT_UNTIL (self, self->server.n_secured == 1 && self->client.n_secured == 1);
  g_assert_nonnull (strstr (log->str, "wrote:"));
  g_string_truncate (log, 0);
  hs_link_send_bytes (self->client.link, "PING a\r\n", 8);
  WAIT_UNTIL (self, self->server.n_lines == 1);
  g_assert_nonnull (strstr (log->str, "wrote:30"));
  g_assert_null (strstr (log->str, "wrote:8"));
  g_assert_cmpuint (self->client.n_eof, ==, 0); /* the ticket is bytes, and nothing to read: told of, and no end */
  hs_link_set_tap (self->client.link, NULL);
}

/* ---- The end ---- */

static void
test_close (Fixture *self, gconstpointer data)
{
  secure_both (self, HS_FRAMING_PLAIN, NULL);
  hs_link_send_bytes (self->client.link, "the end", 7);
  hs_link_close (self->client.link, 0);
  WAIT_UNTIL (self, self->server.n_eof == 1);
  g_assert_cmpstr (self->server.log->str, ==, "secured <the end>EOF");
  g_assert_false (self->server.cut);
  hs_link_close (self->server.link, 0);
  WAIT_UNTIL (self, self->server.n_ended == 1 && self->client.n_ended == 1);
  g_assert_cmpstr (self->client.log->str, ==, "secured CLOSED");
  g_assert_no_error (self->client.error);
  g_assert_no_error (self->server.error);
}

/* close_notify is told of behind the bytes that carry it, and on the sending side before the FIN. */
static void
test_close_is_told (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) client = g_string_new (NULL), server = g_string_new (NULL);
  guint n_freed = 0;

  secure_both (self, HS_FRAMING_PLAIN, NULL);
  hs_link_set_tap (self->client.link, fake_tap_new (client, &n_freed));
  hs_link_set_tap (self->server.link, fake_tap_new (server, &n_freed));
  hs_link_close (self->client.link, 0);
  WAIT_UNTIL (self, self->server.n_eof == 1);
  g_assert_true (g_str_has_suffix (client->str, "wrote:24 note:close_notify sent shut "));
  g_assert_true (g_str_has_suffix (server->str, "received:24 note:close_notify arrived "));
  hs_link_close (self->server.link, 0);
  WAIT_UNTIL (self, self->server.n_ended == 1 && self->client.n_ended == 1);
  g_assert_nonnull (strstr (client->str, "note:close_notify arrived "));
  g_assert_cmpuint (n_freed, ==, 2);
}

/* Somebody between closes the connection: half a message is none. */
static void
test_cut (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) log = g_string_new (NULL);
  guint n_freed = 0;

  secure_both (self, HS_FRAMING_PLAIN, NULL);
  hs_link_set_tap (self->server.link, fake_tap_new (log, &n_freed));
  hs_link_send_bytes (self->client.link, "pay 100", 7);
  WAIT_UNTIL (self, self->client.n_drained == 1);
  shutdown (hs_link_get_fd (self->client.link), SHUT_WR);
  WAIT_UNTIL (self, self->server.n_eof == 1);
  g_assert_true (self->server.cut);
  g_assert_cmpstr (self->server.log->str, ==, "secured EOF");
  g_assert_true (g_str_has_suffix (log->str, "note:The stream ended without close_notify "));
  hs_link_set_tap (self->server.link, NULL);
}

static void
test_cut_while_judging (Fixture *self, gconstpointer data)
{
  secure_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
  hs_link_send_bytes (self->client.link, "NIC", 3);
  WAIT_UNTIL (self, self->client.n_drained == 1);
  shutdown (hs_link_get_fd (self->client.link), SHUT_WR);
  WAIT_UNTIL (self, self->server.n_eof == 1);
  g_assert_cmpstr (self->server.log->str, ==, "tls secured EOF");
}

static void
test_half_close (Fixture *self, gconstpointer data)
{
  secure_both (self, HS_FRAMING_IRC, NULL);
  hs_link_half_close (self->client.link);
  WAIT_UNTIL (self, self->server.n_eof == 1);
  g_assert_false (self->server.cut);
  hs_link_send_bytes (self->server.link, "PING a\r\n", 8);
  hs_link_close (self->server.link, 0);
  WAIT_UNTIL (self, self->client.n_eof == 1);
  g_assert_cmpstr (self->client.log->str, ==, "secured <PING a>EOF");
}

/* close_notify, and its FIN only later: who closes waits for the FIN, as without TLS. */
static void
test_close_waits_for_fin (Fixture *self, gconstpointer data)
{
  gint64 began = 0;

  secure_both (self, HS_FRAMING_IRC, NULL);
  hs_link_send_bytes (self->server.link, "ERROR :bye\r\n", 12);
  began = g_get_monotonic_time ();
  hs_link_close (self->server.link, 300);
  WAIT_UNTIL (self, self->client.n_eof == 1); /* by close_notify, before the server's FIN */
  g_assert_cmpint (g_get_monotonic_time () - began, <, 250 * 1000);
  g_assert_cmpuint (self->server.n_ended, ==, 0);
  hs_link_close (self->client.link, 0);
  WAIT_UNTIL (self, self->server.n_ended == 1);
  g_assert_cmpstr (self->server.log->str, ==, "secured CLOSED");
}

static void
test_close_in_handshake (Fixture *self, gconstpointer data)
{
  open_server (self, HS_FRAMING_JUDGE_GUEST);
  say (self, "\x16\x03\x01\x02", 4);
  WAIT_UNTIL (self, hs_tls_context_get_n_half_done (self->server_tls) == 1);
  hs_link_send_bytes (self->server.link, "ERROR :bye\r\n", 12);
  hs_link_close (self->server.link, 0);
  close (self->peer);
  self->peer = -1;
  WAIT_UNTIL (self, self->server.n_ended == 1);
  g_clear_pointer (&self->server.link, hs_link_free);
  g_assert_cmpuint (hs_tls_context_get_n_half_done (self->server_tls), ==, 0);
}

/* ---- Rude peers ---- */

static const struct
{
  const char *what;
  const char *bytes;
  gsize len;
} garbage[] = {
  { "a record of nothing but one letter", "\x16\x03\x01\x00\x05xxxxx", 10 },
  { "a version of the future", "\x16\x7f\x7f\x00\x05xxxxx", 10 },
  { "a record that is too long", "\x16\x03\x01\xff\xff", 5 },
  { "an empty record", "\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00", 25 },
  { "a handshake message of 16 MiB", "\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9 },
  { "a ServerHello", "\x16\x03\x03\x00\x04\x02\x00\x00\x00", 9 },
  { "text behind the first byte", "\x16""NICK ana\r\nUSER a 0 * :Ana\r\n", 28 },
  { "SSL 3.0", "\x16\x03\x00\x00\x2f\x01\x00\x00\x2b\x03\x00", 11 },
  { "a ClientHello with a length that lies",
    "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03" "01234567890123456789012345678901" "\xff\x00\x02\x13\x01\x01\x00", 50 },
};

/* The alert arrives, and no reset takes its place. */
static void
test_garbage (Fixture *self, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      char answer[100];
      gssize n = 0, total = 0;

      g_test_message ("%s", garbage[i].what);
      again (self);
      open_server (self, HS_FRAMING_JUDGE_GUEST);
      say (self, garbage[i].bytes, garbage[i].len);
      shutdown (self->peer, SHUT_WR);
      WAIT_UNTIL (self, self->server.n_ended == 1);
      g_assert_cmpstr (self->server.log->str, ==, "tls ERROR");
      g_assert_true (self->server.error->domain == HS_TLS_ERROR);
      g_assert_cmpuint (hs_tls_context_get_n_half_done (self->server_tls), ==, 0);
      while ((n = recv (self->peer, answer + total, sizeof answer - (gsize) total, 0)) > 0)
        total += n;
      g_assert_cmpint (n, ==, 0);
      g_assert_true (total == 0 || answer[0] == 21);
    }
}

/* Bytes in the middle of a good stream are turned over. */
static void
test_forged_record (Fixture *self, gconstpointer data)
{
  static const char record_of_zeros[] = "\x17\x03\x03\x00\x20" "01234567890123456789012345678901";

  secure_both (self, HS_FRAMING_IRC, NULL);
  g_assert_cmpint (send (hs_link_get_fd (self->client.link), record_of_zeros, 37, 0), ==, 37);
  WAIT_UNTIL (self, self->server.n_ended == 1 && self->client.n_ended == 1);
  g_assert_cmpstr (self->server.log->str, ==, "secured ERROR");
  g_assert_error (self->server.error, HS_TLS_ERROR, HS_TLS_ERROR_PROTOCOL);
  g_assert_error (self->client.error, HS_TLS_ERROR, HS_TLS_ERROR_REFUSED);
}

static void
test_tls_in_tls (Fixture *self, gconstpointer data)
{
  secure_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
  hs_link_send_bytes (self->client.link, "\x16", 1);
  WAIT_UNTIL (self, g_str_has_suffix (self->server.log->str, "secured tls "));
  g_assert_true (hs_link_is_secured (self->server.link));
  hs_link_send_bytes (self->client.link, "\x03\x01 hello\r\n", 10);
  hs_link_close (self->server.link, 0);
  WAIT_UNTIL (self, self->client.n_eof == 1);
  g_assert_cmpuint (self->server.n_lines, ==, 0);
}

/* A server of TLS 1.2 that wants, in the midst of the talk, to negotiate anew (RFC 5246, 7.4.1.1): it is told no, and that is the end. */
static void
test_renegotiation (Fixture *self, gconstpointer data)
{
  gnutls_certificate_credentials_t credentials = NULL;
  gnutls_x509_crt_t certificate = make_certificate (authority.key, "CN=host.example", -1, 1);
  gnutls_session_t session = NULL;
  char answer[100];
  int ours = -1;
  int status = GNUTLS_E_AGAIN;

  gnutls_x509_crt_sign2 (certificate, certificate, authority.key, GNUTLS_DIG_SHA256, 0);
  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_certificate_set_x509_key (credentials, &certificate, 1, authority.key);
  gnutls_init (&session, GNUTLS_SERVER | GNUTLS_NONBLOCK);
  gnutls_priority_set_direct (session, "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  make_pair (&ours, &self->peer);
  g_assert_cmpint (fcntl (self->peer, F_SETFL, O_NONBLOCK), ==, 0);
  gnutls_transport_set_int (session, self->peer);
  self->client.link = hs_link_new (self->poller, ours, HS_FRAMING_IRC, &record, &self->client);
  hs_link_start_tls (self->client.link, self->client_tls, "host.example");
  WAIT_UNTIL (self, (status = status == 0 ? 0 : gnutls_handshake (session)) == 0 && self->client.n_secured == 1);

  g_assert_cmpint (gnutls_record_send (session, "before\r\n", 8), ==, 8);
  g_assert_cmpint (gnutls_rehandshake (session), ==, 0);
  WAIT_UNTIL (self, self->client.n_ended == 1);
  g_assert_cmpstr (self->client.log->str, ==, "secured <before>ERROR");
  g_assert_error (self->client.error, HS_TLS_ERROR, HS_TLS_ERROR_PROTOCOL);
  status = (int) gnutls_record_recv (session, answer, sizeof answer);
  g_assert_true (status == GNUTLS_E_FATAL_ALERT_RECEIVED || status == GNUTLS_E_WARNING_ALERT_RECEIVED);
  g_assert_cmpint (gnutls_alert_get (session), ==, GNUTLS_A_NO_RENEGOTIATION);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  gnutls_x509_crt_deinit (certificate);
}

static void
test_server_without_tls (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *what;
    const char *answer;
    gsize len;
    HsTlsError code;
  } rows[] = {
    { "an IRC server", ":irc.example 451 * :You have not registered\r\n", 45, HS_TLS_ERROR_NOT_TLS },
    { "an echo of four letters", "\x48\x16\x03\x01", 4, HS_TLS_ERROR_NOT_TLS },
    { "an alert", "\x15\x03\x03\x00\x02\x02\x28", 7, HS_TLS_ERROR_REFUSED },
    { "our own ClientHello", NULL, 0, HS_TLS_ERROR_PROTOCOL },
    { "nothing, and the end", "", 0, HS_TLS_ERROR_CUT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      int ours = -1;
      char hello[2000];
      gssize n = 0;

      g_test_message ("%s", rows[i].what);
      again (self);
      make_pair (&ours, &self->peer);
      self->client.link = hs_link_new (self->poller, ours, HS_FRAMING_IRC, &record, &self->client);
      hs_link_start_tls (self->client.link, self->client_tls, "host.example");
      WAIT_UNTIL (self, hs_link_get_bytes_written (self->client.link) > 0);
      n = recv (self->peer, hello, sizeof hello, 0);
      g_assert_cmpint (hello[0], ==, HS_DIALECT_TLS_BYTE);
      if (rows[i].answer == NULL)
        say (self, hello, (gsize) n);
      else if (rows[i].len > 0)
        say (self, rows[i].answer, rows[i].len);
      shutdown (self->peer, SHUT_WR);
      WAIT_UNTIL (self, self->client.n_ended == 1);
      g_assert_cmpstr (self->client.log->str, ==, "ERROR");
      g_assert_error (self->client.error, HS_TLS_ERROR, (int) rows[i].code);
    }
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  open_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
  self->server.accept = NULL;
  WAIT_UNTIL (self, g_str_has_prefix (self->server.log->str, "tls "));
  hs_link_refuse_tls (self->server.link);
  hs_link_close (self->server.link, 0);
  WAIT_UNTIL (self, self->client.n_ended == 1 && self->server.n_ended == 1);
  g_assert_error (self->client.error, HS_TLS_ERROR, HS_TLS_ERROR_REFUSED);
}

static void
test_reset_in_handshake (Fixture *self, gconstpointer data)
{
  struct linger linger = { .l_onoff = 1 };

  open_server (self, HS_FRAMING_JUDGE_GUEST);
  say (self, "\x16\x03\x01\x02", 4);
  WAIT_UNTIL (self, hs_tls_context_get_n_half_done (self->server_tls) == 1);
  setsockopt (self->peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close (self->peer);
  self->peer = -1;
  WAIT_UNTIL (self, self->server.n_ended == 1);
  g_assert_cmpstr (self->server.log->str, ==, "tls ERROR");
  g_assert_error (self->server.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_cmpuint (hs_tls_context_get_n_half_done (self->server_tls), ==, 0);
}

static void
test_too_slow (Fixture *self, gconstpointer data)
{
  gint64 began = g_get_monotonic_time ();

  hs_tls_context_set_limits (self->server_tls, 300, 100);
  open_server (self, HS_FRAMING_JUDGE_GUEST);
  say (self, "\x16", 1);
  for (guint i = 0; i < 4; i++)
    {
      WAIT_UNTIL (self, g_get_monotonic_time () - began > 50 * 1000 * (gint64) (i + 1));
      say (self, &"\x03\x01\x02\x00"[i], 1);
    }
  WAIT_UNTIL (self, self->server.n_ended == 1);
  g_assert_error (self->server.error, HS_TLS_ERROR, HS_TLS_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 300 * 1000);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2000 * 1000);
}

/* The longest waiting makes room, never the newcomer. */
static void
test_too_many (Fixture *self, gconstpointer data)
{
  End ends[4];
  int peers[4];

  hs_tls_context_set_limits (self->server_tls, 10000, 2);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      int ours = -1;

      end_init (&ends[i]);
      ends[i].accept = self->server_tls;
      make_pair (&ours, &peers[i]);
      ends[i].link = hs_link_new (self->poller, ours, HS_FRAMING_JUDGE_GUEST, &record, &ends[i]);
      g_assert_cmpint (send (peers[i], "\x16", 1, 0), ==, 1);
      WAIT_UNTIL (self, ends[i].log->len > 0);
      g_assert_cmpuint (hs_tls_context_get_n_half_done (self->server_tls), ==, MIN (i + 1, 2));
    }
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_assert_cmpuint (ends[i].n_ended, ==, i < 2);
      if (i < 2)
        g_assert_error (ends[i].error, HS_TLS_ERROR, HS_TLS_ERROR_TIMEOUT);
      end_clear (&ends[i]);
      close (peers[i]);
    }
  secure_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
}

/* Silence counts from the end of the handshake. */
static void
test_silent (Fixture *self, gconstpointer data)
{
  secure_both (self, HS_FRAMING_JUDGE_GUEST, NULL);
  WAIT_UNTIL (self, self->server.n_silent == 1);
  g_assert_cmpint (g_get_monotonic_time () - self->server.secured_at, >=, (HS_LISTENER_MS - 200) * 1000); /* counted from the beginning of the round */
  hs_link_send_bytes (self->client.link, "NICK ana\r\n", 10);
  WAIT_UNTIL (self, self->server.n_lines == 1);
}

/* ---- A relay between both, which cuts the stream to bytes ---- */

static void
relay (Fixture *self, int from, int to, guint *moved)
{
  char byte = 0;

  while (recv (from, &byte, 1, MSG_DONTWAIT) == 1)
    {
      g_assert_cmpint (send (to, &byte, 1, MSG_NOSIGNAL), ==, 1);
      (*moved)++;
      for (guint i = 0; i < 3; i++)
        g_main_context_iteration (self->context, FALSE);
    }
}

static void
test_bytewise (Fixture *self, gconstpointer data)
{
  int server = -1, client = -1, server_peer = -1, client_peer = -1;
  guint moved = 0;
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  make_pair (&server, &server_peer);
  make_pair (&client, &client_peer);
  self->server.link = hs_link_new (self->poller, server, HS_FRAMING_JUDGE_GUEST, &record, &self->server);
  self->client.link = hs_link_new (self->poller, client, HS_FRAMING_IRC, &record, &self->client);
  hs_link_start_tls (self->client.link, self->client_tls, NULL);
  hs_link_send_bytes (self->client.link, "NICK ana\r\nUSER a 0 * :Ana\r\n", 27);
  while (self->server.n_lines < 2 && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (self->context, FALSE);
      relay (self, client_peer, server_peer, &moved);
      relay (self, server_peer, client_peer, &moved);
    }
  g_assert_cmpstr (self->server.log->str, ==, "tls secured irc <NICK ana><USER a 0 * :Ana>");
  g_assert_cmpuint (moved, >, 700);
  close (server_peer);
  close (client_peer);
}

/* ---- Load ---- */

/* Many at once: everybody is served, in turn. */
static void
test_many (Fixture *self, gconstpointer data)
{
  const guint n = 100;
  g_autofree End *servers = g_new0 (End, n);
  g_autofree End *clients = g_new0 (End, n);
  guint n_secured = 0;

  for (guint i = 0; i < n; i++)
    {
      int ours = -1, peer = -1;

      end_init (&servers[i]);
      end_init (&clients[i]);
      servers[i].accept = self->server_tls;
      make_pair (&ours, &peer);
      fcntl (peer, F_SETFL, O_NONBLOCK);
      servers[i].link = hs_link_new (self->poller, ours, HS_FRAMING_JUDGE_GUEST, &record, &servers[i]);
      clients[i].link = hs_link_new (self->poller, peer, HS_FRAMING_IRC, &record, &clients[i]);
      hs_link_start_tls (clients[i].link, self->client_tls, NULL);
      hs_link_send_bytes (clients[i].link, "NICK ana\r\n", 10);
    }
  WAIT_UNTIL (self, servers[n - 1].n_lines == 1);
  WAIT_UNTIL (self, hs_tls_context_get_n_half_done (self->server_tls) == 0);
  for (guint i = 0; i < n; i++)
    {
      WAIT_UNTIL (self, servers[i].n_lines == 1);
      n_secured += servers[i].n_secured;
      end_clear (&servers[i]);
      end_clear (&clients[i]);
    }
  g_assert_cmpuint (n_secured, ==, n);
}

#define ADD(path, func) g_test_add ("/net/link-tls/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  authority_init ();
  ADD ("verified", test_verified);
  ADD ("authorities", test_authorities);
  ADD ("talk", test_talk);
  ADD ("bytes-of-both-ends", test_bytes_of_both_ends);
  ADD ("client-key", test_client_key);
  ADD ("resumed", test_resumed);
  ADD ("ticket-of-another", test_ticket_of_another);
  ADD ("free-when-secured", test_free_when_secured);
  ADD ("gather", test_gather);
  ADD ("much", test_much);
  ADD ("paused", test_paused);
  ADD ("offsets", test_offsets);
  ADD ("tap", test_tap);
  ADD ("close", test_close);
  ADD ("close-is-told", test_close_is_told);
  ADD ("cut", test_cut);
  ADD ("cut-while-judging", test_cut_while_judging);
  ADD ("half-close", test_half_close);
  ADD ("close-waits-for-fin", test_close_waits_for_fin);
  ADD ("close-in-handshake", test_close_in_handshake);
  ADD ("garbage", test_garbage);
  ADD ("forged-record", test_forged_record);
  ADD ("tls-in-tls", test_tls_in_tls);
  ADD ("renegotiation", test_renegotiation);
  ADD ("server-without-tls", test_server_without_tls);
  ADD ("refused", test_refused);
  ADD ("reset-in-handshake", test_reset_in_handshake);
  ADD ("too-slow", test_too_slow);
  ADD ("too-many", test_too_many);
  ADD ("silent", test_silent);
  ADD ("bytewise", test_bytewise);
  ADD ("many", test_many);
  status = g_test_run ();
  authority_clear ();
  return status;
}
