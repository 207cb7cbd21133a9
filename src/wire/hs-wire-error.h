/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be wrong with bytes from the wire or with a typed address. */
#pragma once

#include <glib.h>

#define HS_WIRE_ERROR (hs_wire_error_quark ())
GQuark hs_wire_error_quark (void);

typedef enum
{
  HS_WIRE_ERROR_EMPTY,          /* nothing there */
  HS_WIRE_ERROR_NUL,            /* a NUL byte inside an IRC line */
  HS_WIRE_ERROR_TOO_LONG,       /* over a limit of hs-limits.h */
  HS_WIRE_ERROR_SYNTAX,         /* no command, a bad address, … */
  HS_WIRE_ERROR_ENCODING,       /* not UTF-8 */
  HS_WIRE_ERROR_PORT,           /* a port outside 1 … 65535 */
  HS_WIRE_ERROR_UNSUPPORTED,    /* an address form this program does not know */
} HsWireError;
