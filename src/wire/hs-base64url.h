/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as base64url without padding (RFC 4648 5, 3.2): what invites are written in. Pure functions; no other base64. */
#pragma once

#include <glib.h>

/* (transfer full) */
char *hs_base64url_encode (const guint8 *data, gsize len);
/* Exactly @len bytes into @data, in the one way they can be written (no padding, no spare bits set, nothing around). FALSE: @data is untouched. */
gboolean hs_base64url_decode (const char *text, guint8 *data, gsize len);
