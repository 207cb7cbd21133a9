/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the encrypted connections of one side share: identity, what is offered and accepted, trust in authorities, tickets, and the pace of
 * handshakes. It is used by the links of one thread; it judges nobody: whether a certificate is good enough is decided above. */
#pragma once

#include "hs-identity.h"

typedef struct _HsTlsContext HsTlsContext;

/* TLS 1.3 and 1.2 with forward secrecy and AEAD ciphers only; ALPN "irc", offered but not insisted on; tickets, whose keys GnuTLS changes with
 * time; never 0-RTT. Asks a guest for a certificate, and takes any, or none. */
HsTlsContext *hs_tls_context_new_server (HsIdentity *identity);
/* @identity (nullable): shown to servers that ask. @trust_file (nullable): PEM; NULL is the system's authorities, which takes some 20 ms of
 * reading: make it on a thread that may wait, then hand it over. */
HsTlsContext *hs_tls_context_new_client (HsIdentity *identity, const char *trust_file);
HsTlsContext *hs_tls_context_ref (HsTlsContext *self);
void hs_tls_context_unref (HsTlsContext *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTlsContext, hs_tls_context_unref)

/* For handshakes that begin from now on. */
void hs_tls_context_set_identity (HsTlsContext *self, HsIdentity *identity);
HsIdentity *hs_tls_context_get_identity (HsTlsContext *self); /* (nullable) */
/* Of a client: how many authorities it trusts. 0: nobody is verified. */
guint hs_tls_context_get_n_authorities (HsTlsContext *self);
/* A handshake ends within @ms; of more than @max half-done ones (a server's) the longest waiting goes. */
void hs_tls_context_set_limits (HsTlsContext *self, guint ms, guint max);
guint hs_tls_context_get_n_half_done (HsTlsContext *self);

/* What a server's certificate lacks in the eyes of the authorities that are trusted. None of them: it is verified. */
typedef enum
{
  HS_TLS_UNKNOWN_AUTHORITY = 1 << 0, /* self-signed, or by one that is not trusted */
  HS_TLS_EXPIRED = 1 << 1,
  HS_TLS_NOT_YET_VALID = 1 << 2,
  HS_TLS_WRONG_HOST = 1 << 3,        /* made for another name */
  HS_TLS_WEAK = 1 << 4,              /* RSA-1024, SHA-1 */
  HS_TLS_REVOKED = 1 << 5,
  HS_TLS_BAD = 1 << 6,               /* a wrong signature, not for servers, and whatever else */
} HsTlsProblems;

typedef struct
{
  const char *version;    /* "TLS 1.3" */
  const char *cipher;     /* "AES-128-GCM" */
  gboolean alpn;          /* both said "irc" */
  gboolean resumed;       /* by a ticket: the peer is the one of the session before */
  gboolean has_peer;      /* it showed a certificate, and signed with its key (or had, when @resumed) */
  HsFingerprint peer;     /* of that key */
  HsTlsProblems problems; /* of a server, when we are the client */
} HsTlsFacts;
