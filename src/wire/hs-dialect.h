/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which dialect the other side speaks, judged from its first bytes. Pure functions. */
#pragma once

#include <glib.h>

typedef enum
{
  HS_DIALECT_UNKNOWN = 0, /* more bytes, or time, will tell */
  HS_DIALECT_IRC = 1,
  HS_DIALECT_PLAIN = 2,
  HS_DIALECT_HTTP = 3,
  HS_DIALECT_TLS = 4,
} HsDialect; /* append only */

/* The first byte of a TLS record that opens a handshake (RFC 8446 5.1); no text starts so. */
#define HS_DIALECT_TLS_BYTE 0x16

/* A guest's first bytes, as far as they have come. With @final (3 s of silence, or the end of the stream) it always decides. */
HsDialect hs_dialect_judge_guest (const char *data, gsize len, gboolean final);

/* A server's answer to our CAP LS 302. IRC only if its first whole line is CAP * LS, a numeric, NOTICE, ERROR or PING. TLS: an alert, which is what
 * those answer who understand nothing else (RFC 8446 6). */
HsDialect hs_dialect_judge_server (const char *data, gsize len, gboolean final);
