/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the encrypted connections of one side share: credentials, what is offered, tickets, and the pace of handshakes. */
#include "hs-tls-private.h"

#include <gnutls/x509.h>
#include <string.h>

#include "hs-identity-private.h"
#include "hs-limits.h"

/* X25519 and AES-128 first: as strong as P-256 needs, and a handshake takes a quarter less time. A server's own order counts. */
#define PRIORITY \
  "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-128-GCM:+CHACHA20-POLY1305:+AES-256-GCM:" \
  "-MAC-ALL:+AEAD:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:%SERVER_PRECEDENCE:%PROFILE_MEDIUM"

struct _HsTlsCredentials
{
  guint refs;
  gnutls_certificate_credentials_t credentials;
  HsIdentity *identity; /* (nullable) */
};

struct _HsTlsContext
{
  guint refs;

  /* Owned */
  HsTlsCredentials *credentials;
  gnutls_priority_t priority;
  gnutls_datum_t ticket_key; /* a server's */
  GHashTable *sessions;      /* a client's: server's name → GBytes */
  char *trust_file;          /* (nullable) */

  /* State */
  gboolean server;
  guint handshake_ms;
  guint half_done_max;
  GQueue half_done;
  gint64 round;
  guint n_steps; /* in this round */
  guint n_authorities;
  guint n_waiting;
};

/* ---- Credentials ---- */

HsTlsCredentials *
hs_tls_credentials_ref (HsTlsCredentials *self)
{
  self->refs++;
  return self;
}

void
hs_tls_credentials_unref (HsTlsCredentials *self)
{
  if (--self->refs > 0)
    return;
  gnutls_certificate_free_credentials (self->credentials);
  g_clear_pointer (&self->identity, hs_identity_unref);
  g_free (self);
}

static HsTlsCredentials *
credentials_new (HsIdentity *identity)
{
  HsTlsCredentials *self = g_new0 (HsTlsCredentials, 1);
  gnutls_x509_crt_t *chain = NULL;
  guint n = 0;
  int status = 0;

  self->refs = 1;
  gnutls_certificate_allocate_credentials (&self->credentials);
  if (identity == NULL)
    return self;
  self->identity = hs_identity_ref (identity);
  chain = hs_identity_get_chain (identity, &n);
  status = gnutls_certificate_set_x509_key (self->credentials, chain, (int) n, hs_identity_get_key (identity));
  if (status < 0) /* the identity was checked when it was read */
    g_warning ("A key cannot be used: %s", gnutls_strerror (status));
  return self;
}

static void
trust (HsTlsContext *self)
{
  int n = 0;

  if (self->server)
    return;
  n = self->trust_file != NULL
        ? gnutls_certificate_set_x509_trust_file (self->credentials->credentials, self->trust_file, GNUTLS_X509_FMT_PEM)
        : gnutls_certificate_set_x509_system_trust (self->credentials->credentials);
  self->n_authorities = (guint) MAX (n, 0);
  if (n <= 0) /* then every certificate is by an unknown authority */
    g_message ("No certificate authorities: %s", n < 0 ? gnutls_strerror (n) : "none is installed");
}

/* ---- Life ---- */

static HsTlsContext *
context_new (HsIdentity *identity, gboolean server, const char *trust_file)
{
  HsTlsContext *self = g_new0 (HsTlsContext, 1);
  int status = gnutls_priority_init (&self->priority, PRIORITY, NULL);

  if (status < 0)
    g_error ("TLS priorities: %s", gnutls_strerror (status));
  self->refs = 1;
  self->server = server;
  self->trust_file = g_strdup (trust_file);
  self->handshake_ms = HS_TLS_HANDSHAKE_MS;
  self->half_done_max = HS_TLS_HANDSHAKES_MAX;
  self->credentials = credentials_new (identity);
  trust (self);
  return self;
}

HsTlsContext *
hs_tls_context_new_server (HsIdentity *identity)
{
  HsTlsContext *self = context_new (identity, TRUE, NULL);

  gnutls_session_ticket_key_generate (&self->ticket_key);
  return self;
}

HsTlsContext *
hs_tls_context_new_client (HsIdentity *identity, const char *trust_file)
{
  HsTlsContext *self = context_new (identity, FALSE, trust_file);

  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

HsTlsContext *
hs_tls_context_ref (HsTlsContext *self)
{
  self->refs++;
  return self;
}

void
hs_tls_context_unref (HsTlsContext *self)
{
  if (--self->refs > 0)
    return;
  gnutls_memset (self->ticket_key.data, 0, self->ticket_key.size);
  gnutls_free (self->ticket_key.data);
  gnutls_priority_deinit (self->priority);
  hs_tls_credentials_unref (self->credentials);
  g_clear_pointer (&self->sessions, g_hash_table_unref);
  g_free (self->trust_file);
  g_free (self);
}

void
hs_tls_context_set_identity (HsTlsContext *self, HsIdentity *identity)
{
  hs_tls_credentials_unref (self->credentials);
  self->credentials = credentials_new (identity);
  trust (self);
}

HsIdentity *
hs_tls_context_get_identity (HsTlsContext *self)
{
  return self->credentials->identity;
}

guint
hs_tls_context_get_n_authorities (HsTlsContext *self)
{
  return self->n_authorities;
}

void
hs_tls_context_set_limits (HsTlsContext *self, guint ms, guint max)
{
  self->handshake_ms = ms;
  self->half_done_max = MAX (max, 1);
}

guint
hs_tls_context_get_n_half_done (HsTlsContext *self)
{
  return self->half_done.length;
}

gboolean
hs_tls_context_is_server (HsTlsContext *self)
{
  return self->server;
}

guint
hs_tls_context_get_handshake_ms (HsTlsContext *self)
{
  return self->handshake_ms;
}

/* ---- Sessions ---- */

/* RFC 6066 3: names only, no numbers. */
static void
name_server (HsTlsContext *self, gnutls_session_t session, const char *name)
{
  GBytes *kept = g_hash_table_lookup (self->sessions, name);
  gsize len = 0;
  gconstpointer data = NULL;

  if (!g_hostname_is_ip_address (name))
    gnutls_server_name_set (session, GNUTLS_NAME_DNS, name, strlen (name));
  if (kept == NULL)
    return;
  data = g_bytes_get_data (kept, &len);
  gnutls_session_set_data (session, data, len);
  g_hash_table_remove (self->sessions, name); /* RFC 8446 C.4: a ticket is used once */
}

gnutls_session_t
hs_tls_context_make_session (HsTlsContext *self, const char *name, HsTlsCredentials **credentials)
{
  const gnutls_datum_t protocol = { (unsigned char *) "irc", 3 };
  const unsigned int role = self->server ? GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET : GNUTLS_CLIENT;
  gnutls_session_t session = NULL;

  if (gnutls_init (&session, role | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
    g_error ("Out of memory");
  gnutls_priority_set (session, self->priority);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, self->credentials->credentials);
  gnutls_alpn_set_protocols (session, &protocol, 1, 0);
  gnutls_handshake_set_max_packet_length (session, HS_TLS_HANDSHAKE_BYTES);
  gnutls_handshake_set_timeout (session, GNUTLS_INDEFINITE_TIMEOUT); /* the link has its own */
  if (self->server)
    {
      gnutls_certificate_server_set_request (session, GNUTLS_CERT_REQUEST);
      gnutls_session_ticket_enable_server (session, &self->ticket_key);
    }
  else if (name != NULL)
    name_server (self, session, name);
  *credentials = hs_tls_credentials_ref (self->credentials);
  return session;
}

void
hs_tls_context_keep_session (HsTlsContext *self, const char *name, gnutls_session_t session)
{
  gnutls_datum_t data = { NULL, 0 };

  /* Without the flag the next call would wait for one. */
  if (self->server || name == NULL || !(gnutls_session_get_flags (session) & GNUTLS_SFLAGS_SESSION_TICKET))
    return;
  if (gnutls_session_get_data2 (session, &data) < 0)
    return;
  if (g_hash_table_size (self->sessions) >= HS_TLS_SESSIONS_KEPT)
    g_hash_table_remove_all (self->sessions);
  g_hash_table_insert (self->sessions, g_strdup (name), g_bytes_new (data.data, data.size));
  gnutls_memset (data.data, 0, data.size);
  gnutls_free (data.data);
}

/* ---- The pace of handshakes ---- */

gpointer
hs_tls_context_begin (HsTlsContext *self, GList *place)
{
  GList *oldest = self->half_done.length >= self->half_done_max ? self->half_done.head : NULL;

  g_queue_push_tail_link (&self->half_done, place);
  return oldest != NULL ? oldest->data : NULL;
}

void
hs_tls_context_end (HsTlsContext *self, GList *place, gboolean waits)
{
  g_queue_unlink (&self->half_done, place);
  self->n_waiting -= waits;
}

gboolean
hs_tls_context_may_step (HsTlsContext *self, gint64 round, gboolean *waits)
{
  /* Those who wait are asked again in the order they were refused; a newcomer takes only what they leave. */
  guint before = *waits ? 0 : self->n_waiting;

  if (self->round != round)
    self->n_steps = 0;
  self->round = round;
  if (self->n_steps + before >= HS_TLS_STEPS_PER_ROUND)
    {
      self->n_waiting += !*waits;
      *waits = TRUE;
      return FALSE;
    }
  self->n_steps++;
  self->n_waiting -= *waits;
  *waits = FALSE;
  return TRUE;
}
