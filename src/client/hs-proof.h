/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One proof of who we are, our side of a SASL mechanism (libgsasl): what the server says goes in, what we answer comes out. It knows no lines and
 * no connection, and judges neither whether a mechanism is good enough for a server nor what its success means. */
#pragma once

#include <gio/gio.h>

/* The better first. */
typedef enum
{
  HS_PROOF_KEY,        /* EXTERNAL: the key of the TLS connection */
  HS_PROOF_SCRAM_PLUS, /* SCRAM-SHA-256-PLUS, bound to the connection by tls-exporter: whoever stands between gets an offline guess, and nothing else */
  HS_PROOF_SCRAM,      /* SCRAM-SHA-256: the server never sees the password, but may be another than it says */
  HS_PROOF_PLAIN,      /* the server sees the password */
  HS_N_PROOFS,
} HsProofKind;

#define HS_PROOF_ERROR (hs_proof_error_quark ())
GQuark hs_proof_error_quark (void);
typedef enum
{
  HS_PROOF_ERROR_WEAK,      /* the server asks for fewer than HS_KDF_ITERATIONS, which an offline guess is too cheap with, or for more than
                             * HS_KDF_ITERATIONS_MAX: the password was not used */
  HS_PROOF_ERROR_IMPOSTOR,  /* it does not know the password itself (its signature is wrong), or answers somebody else (nonce) */
  HS_PROOF_ERROR_MALFORMED,
  HS_PROOF_ERROR_PASSWORD,  /* holds characters that no password may (RFC 4013) */
} HsProofError;

const char *hs_proof_kind_get_name (HsProofKind kind); /* as on the wire */
gboolean hs_proof_kind_from_name (const char *name, gsize len, HsProofKind *kind);

typedef struct _HsProof HsProof;

/* @name: whose password it is; of KEY (nullable): which of the key's accounts. @password (nullable): KEY has none. @binding (nullable):
 * tls-exporter, which SCRAM_PLUS needs. */
HsProof *hs_proof_new (HsProofKind kind, const char *name, const char *password, GBytes *binding);
HsProof *hs_proof_ref (HsProof *self);
void hs_proof_unref (HsProof *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsProof, hs_proof_unref)

/* One step, on a thread: keys are derived, which takes long. @data: decoded, "" at first. */
void hs_proof_step_async (HsProof *self, const char *data, gsize len, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* What is to be answered, may be empty. (transfer full) NULL: HS_PROOF_ERROR, G_IO_ERROR_CANCELLED. */
GBytes *hs_proof_step_finish (HsProof *self, GAsyncResult *result, GError **error);
/* Is all said that has to be, the server's own proof (SCRAM) included? Before that its "success" means nothing. */
gboolean hs_proof_is_complete (HsProof *self);
HsProofKind hs_proof_get_kind (HsProof *self);
