/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Masks that name people: nick!user@host with * and ?, the host also an address or a net (10.0.0.0/8); or an account or a key (ISUPPORT EXTBAN).
 * Pure functions. */
#pragma once

#include "hs-fingerprint.h"

/* Whom a mask may name. */
typedef struct
{
  const char *nick, *user, *host;
  const char *account;      /* (nullable) it is logged in to none */
  const HsFingerprint *key; /* (nullable) */
  gboolean is_new;          /* nothing but the host is known yet: masks of accounts and keys do not name it */
  const char *shown_host;   /* (nullable) what others see in place of the host: a mask names it by either */
} HsMaskSubject;

/* What somebody typed, as the full mask: "anna" gives anna!*@*, "u@h" *!u@h, "10.0.0.7" *!*@10.0.0.7, "fe80::/10" *!*@fe80::/10; addresses
 * in their shortest form. "$a:anna", "account:anna" an account (* and ? in it), "$a" any, "$~a" none; "$k:sha256:…", "key:…" (also in
 * hexadecimal) a client's key. NULL when it names nobody: empty, longer than HS_MASK_MAX_BYTES, with a space or a comma. (transfer full) */
char *hs_mask_normalize (const char *given);
/* @mask is normalized; casemapping ascii; @host is numeric, as it stands in a source (0::1). */
gboolean hs_mask_matches (const char *mask, const HsMaskSubject *subject);
/* @pattern with * (any characters) and ? (one character) against all of @text. */
gboolean hs_mask_glob (const char *pattern, const char *text);
