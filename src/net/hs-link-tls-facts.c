/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of an encrypted connection: with whom, how well vouched for, and how far its bytes have come. */
#include "hs-link-tls-private.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

gboolean
hs_link_tls_is_ready (HsLink *self)
{
  return self->tls->ready;
}

gint64
hs_link_tls_get_deadline (HsLink *self)
{
  return self->tls->deadline;
}

gboolean
hs_link_tls_has_unsent (HsLink *self)
{
  return self->tls->out != NULL;
}

gboolean
hs_link_tls_is_cut (HsLink *self)
{
  return self->tls->cut;
}

gboolean
hs_link_tls_has_goodbye (HsLink *self)
{
  return self->tls->heard_goodbye;
}

GError *
hs_link_tls_dup_error (HsLink *self)
{
  return self->tls->error != NULL ? g_error_copy (self->tls->error) : NULL;
}

/* ---- Offsets ---- */

guint64
hs_link_tls_get_wire_written (HsLink *self)
{
  return self->tls->wire_written;
}

guint64
hs_link_tls_get_wire_read (HsLink *self)
{
  return self->tls->wire_read;
}

static guint
count_marks (HsLinkTls *tls, guint64 wire_bytes)
{
  guint n = 0;

  while (tls->marks != NULL && n < tls->marks->len && g_array_index (tls->marks, HsLinkTlsMark, n).wire <= wire_bytes)
    n++;
  return n;
}

guint64
hs_link_tls_get_lines_written (HsLink *self)
{
  HsLinkTls *tls = self->tls;
  guint n = count_marks (tls, tls->wire_written);

  if (tls->out == NULL)
    return self->bytes_written;
  return n > 0 ? g_array_index (tls->marks, HsLinkTlsMark, n - 1).lines : tls->lines_known;
}

guint64
hs_link_tls_get_lines_at (HsLink *self, guint64 wire_bytes)
{
  HsLinkTls *tls = self->tls;
  guint n = count_marks (tls, wire_bytes);

  if (n > 0)
    {
      tls->lines_known = g_array_index (tls->marks, HsLinkTlsMark, n - 1).lines;
      g_array_remove_range (tls->marks, 0, n);
    }
  return tls->lines_known;
}

static void
tell_written (HsLink *self)
{
  HsLinkTls *tls = self->tls;

  if (self->tap != NULL && tls->wire_written > tls->told_written)
    hs_tcp_tap_wrote (self->tap, tls->wire_written - tls->told_written, NULL);
  tls->told_written = tls->wire_written;
}

void
hs_link_tls_tell_tap (HsLink *self)
{
  HsLinkTls *tls = self->tls;

  /* One step may do both. What came is what we answer, but for the ClientHello, which begins. */
  if (tls->told_read == 0 && !tls->server)
    tell_written (self);
  if (self->tap != NULL && tls->wire_read > tls->told_read)
    hs_tcp_tap_received (self->tap, tls->wire_read - tls->told_read, 1, NULL);
  tls->told_read = tls->wire_read;
  tell_written (self);
}

/* ---- The peer ---- */

static gboolean
get_peer_fingerprint (HsLinkTls *tls, HsFingerprint *fingerprint)
{
  unsigned int n = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (tls->session, &n);
  gnutls_x509_crt_t certificate = NULL;
  gnutls_pubkey_t key = NULL;
  gnutls_datum_t spki = { NULL, 0 };
  gboolean good = FALSE;

  if (chain == NULL || n == 0)
    return FALSE;
  gnutls_x509_crt_init (&certificate);
  gnutls_pubkey_init (&key);
  good = gnutls_x509_crt_import (certificate, &chain[0], GNUTLS_X509_FMT_DER) == 0 && gnutls_pubkey_import_x509 (key, certificate, 0) == 0
         && gnutls_pubkey_export2 (key, GNUTLS_X509_FMT_DER, &spki) == 0;
  if (good)
    hs_fingerprint_init_from_spki (fingerprint, spki.data, spki.size);
  gnutls_free (spki.data);
  gnutls_pubkey_deinit (key);
  gnutls_x509_crt_deinit (certificate);
  return good;
}

static const struct
{
  unsigned int status;
  HsTlsProblems problem;
} problems[] = {
  { GNUTLS_CERT_SIGNER_NOT_FOUND, HS_TLS_UNKNOWN_AUTHORITY },
  { GNUTLS_CERT_EXPIRED, HS_TLS_EXPIRED },
  { GNUTLS_CERT_NOT_ACTIVATED, HS_TLS_NOT_YET_VALID },
  { GNUTLS_CERT_UNEXPECTED_OWNER, HS_TLS_WRONG_HOST },
  { GNUTLS_CERT_INSECURE_ALGORITHM, HS_TLS_WEAK },
  { GNUTLS_CERT_REVOKED, HS_TLS_REVOKED },
};

static HsTlsProblems
verify (HsLinkTls *tls)
{
  unsigned int status = 0;
  unsigned int known = GNUTLS_CERT_INVALID; /* set whenever anything is */
  HsTlsProblems found = 0;

  if (gnutls_certificate_verify_peers3 (tls->session, tls->name, &status) < 0)
    return HS_TLS_BAD;
  for (gsize i = 0; i < G_N_ELEMENTS (problems); i++)
    {
      known |= problems[i].status;
      if (status & problems[i].status)
        found |= problems[i].problem;
    }
  if ((status & ~known) != 0 || (status != 0 && found == 0))
    found |= HS_TLS_BAD;
  return found;
}

static const char *
name_version (gnutls_session_t session)
{
  return gnutls_protocol_get_version (session) == GNUTLS_TLS1_3 ? "TLS 1.3" : "TLS 1.2";
}

gboolean
hs_link_get_tls_facts (HsLink *self, HsTlsFacts *facts)
{
  HsLinkTls *tls = self->tls;
  gnutls_datum_t protocol = { NULL, 0 };

  if (tls == NULL || !tls->ready)
    return FALSE;
  *facts = (HsTlsFacts){ 0 };
  facts->version = name_version (tls->session);
  facts->cipher = gnutls_cipher_get_name (gnutls_cipher_get (tls->session));
  facts->alpn = gnutls_alpn_get_selected_protocol (tls->session, &protocol) == 0;
  facts->resumed = gnutls_session_is_resumed (tls->session) != 0;
  facts->has_peer = get_peer_fingerprint (tls, &facts->peer);
  if (!tls->server)
    facts->problems = verify (tls);
  return TRUE;
}

GPtrArray *
hs_link_dup_peer_chain (HsLink *self)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  unsigned int n = 0;
  const gnutls_datum_t *certificates = hs_link_is_secured (self) ? gnutls_certificate_get_peers (self->tls->session, &n) : NULL;

  for (unsigned int i = 0; certificates != NULL && i < n; i++)
    g_ptr_array_add (chain, g_bytes_new (certificates[i].data, certificates[i].size));
  return chain;
}

GBytes *
hs_link_dup_channel_binding (HsLink *self)
{
  gnutls_datum_t binding = { NULL, 0 };
  GBytes *bytes = NULL;

  if (!hs_link_is_secured (self) || gnutls_session_channel_binding (self->tls->session, GNUTLS_CB_TLS_EXPORTER, &binding) < 0)
    return NULL;
  bytes = g_bytes_new (binding.data, binding.size);
  gnutls_free (binding.data);
  return bytes;
}
