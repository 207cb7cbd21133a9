/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key and the certificate it is shown with: a server's or a client's. Immutable and shared by reference; any thread. It trusts
 * nobody and knows no connection. Functions that take a path read and write files: not on a thread that must not wait. */
#pragma once

#include <gio/gio.h>

#include "hs-fingerprint.h"
#include "hs-tls-error.h"

typedef struct _HsIdentity HsIdentity;

/* A new P-256 key, in memory only. @now: Unix seconds. */
HsIdentity *hs_identity_new (gint64 now, GError **error);

/* The key in @directory (key.pem), made at first with its self-signed certificate (certificate.pem). The directory is created 0700, the files 0600 from
 * their first byte and whole or not at all; of two programs that make one at once both use the same. The certificate is made anew
 * under the same key when it is missing, damaged, another's, or has less than HS_CERTIFICATE_RENEW_DAYS left. Errors: HS_TLS_ERROR. */
HsIdentity *hs_identity_load_or_create (const char *directory, gint64 now, GError **error);

/* A certificate with its chain, and its key, as others made them (PEM; both may be one file). A key that others can read is taken, with a warning:
 * it is not ours to judge how this machine's certificates are kept. Errors: HS_TLS_ERROR. */
HsIdentity *hs_identity_load (const char *certificate_path, const char *key_path, gint64 now, GError **error);

HsIdentity *hs_identity_ref (HsIdentity *self);
void hs_identity_unref (HsIdentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsIdentity, hs_identity_unref)

const HsFingerprint *hs_identity_get_fingerprint (HsIdentity *self);
/* Made here, and no authority vouches for it. */
gboolean hs_identity_is_self_signed (HsIdentity *self);
/* An authority vouches for it as a server's that is called @host, now. @trust_file (nullable): PEM; NULL is the system's authorities, which takes
 * some 20 ms of reading. */
gboolean hs_identity_is_vouched_for (HsIdentity *self, const char *host, const char *trust_file);
gint64 hs_identity_get_expiry (HsIdentity *self);        /* Unix seconds */
const char *hs_identity_get_warning (HsIdentity *self);  /* (nullable) a sentence for the person who runs it */
GBytes *hs_identity_dup_certificate (HsIdentity *self);  /* DER. (transfer full) */
