/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes to text a person can read, without ever breaking or losing a character. Pure functions. */
#pragma once

#include <glib.h>

/* Bytes (0 … 3) at the end of @data that begin a UTF-8 character and may still be completed. */
gsize hs_utf8_incomplete_tail (const char *data, gsize len);

/* The largest character boundary not beyond @max bytes; for malformed input, @max. */
gsize hs_utf8_split (const char *data, gsize len, gsize max);

/* Valid UTF-8 without NUL? */
gboolean hs_utf8_is_text (const char *data, gsize len);

/* A NUL-terminated valid copy: each maximal ill-formed part becomes U+FFFD (Unicode 3.9, best practice),
 * NUL becomes U+2400, a BOM at the start is dropped when @drop_bom. @n_replaced counts U+FFFD written. (transfer full) */
char *hs_utf8_make_text (const char *data, gsize len, gboolean drop_bom, guint *n_replaced);
