/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What GnuTLS is handed of an identity, and how its files reach the disk. */
#pragma once

#include <gnutls/x509.h>

#include "hs-identity.h"

gnutls_x509_privkey_t hs_identity_get_key (HsIdentity *self);
gnutls_x509_crt_t *hs_identity_get_chain (HsIdentity *self, guint *n);

/* -files */
/* Whole file, at most HS_PEM_MAX bytes. @mode (nullable) */
GBytes *hs_identity_read_file (const char *path, guint *mode, GError **error);
/* 0600 from the first byte, whole or not at all. @keep: a file that is there already stays (TRUE then too). */
gboolean hs_identity_write_file (const char *path, const void *data, gsize len, gboolean keep, GError **error);
