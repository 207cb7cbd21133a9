/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A public key's fingerprint: SHA-256 of its DER SubjectPublicKeyInfo (RFC 7469 2.4), as bytes, as text, and as the number that
 * people compare. Pure functions; it knows no certificate. */
#pragma once

#include <glib.h>

#include "hs-limits.h"

/* Four groups of five digits with a space between, and NUL. */
#define HS_FINGERPRINT_NUMBER_SIZE 24

typedef struct
{
  guint8 bytes[HS_KEY_HASH_BYTES];
} HsFingerprint;

/* Of a DER SubjectPublicKeyInfo. */
void hs_fingerprint_init_from_spki (HsFingerprint *self, const guint8 *der, gsize len);
/* "sha256:" and base64url without padding, as in invites. In the one way it can be written; else FALSE, and @self is untouched. */
gboolean hs_fingerprint_init_from_text (HsFingerprint *self, const char *text);
/* The same, or the 64 hexadecimal digits that other programs show, with colons or without. FALSE: @self may be touched. */
gboolean hs_fingerprint_read (HsFingerprint *self, const char *text);
/* (transfer full) */
char *hs_fingerprint_to_text (const HsFingerprint *self);

/* "05512 90741 88213 37150": the first 66 bits, highest first, as one decimal number of twenty digits (2^66 - 1 is 73 786 976 294 838 206 463).
 * Nothing is folded by a remainder, so each of the 2^66 numbers stands for equally many keys, and a number for one
 * prefix only. The same in every language: the digits are ASCII. */
void hs_fingerprint_to_number (const HsFingerprint *self, char number[HS_FINGERPRINT_NUMBER_SIZE]);

/* In a time that does not tell where they differ. */
gboolean hs_fingerprint_equal (const HsFingerprint *a, const HsFingerprint *b);
