/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be wrong with keys, certificates and encrypted connections. Each error is a sentence for a person. */
#pragma once

#include <glib.h>

#define HS_TLS_ERROR (hs_tls_error_quark ())
GQuark hs_tls_error_quark (void);

typedef enum
{
  /* Files */
  HS_TLS_ERROR_UNREADABLE = 0,  /* a key or certificate file cannot be read */
  HS_TLS_ERROR_EXPOSED = 1,     /* others on this computer can read the key */
  HS_TLS_ERROR_NOT_A_KEY = 2,
  HS_TLS_ERROR_NOT_A_CERTIFICATE = 3,
  HS_TLS_ERROR_WEAK = 4,        /* RSA below 2048 bits, and the like */
  HS_TLS_ERROR_MISMATCH = 5,    /* key and certificate do not belong together */
  /* Connections */
  HS_TLS_ERROR_NOT_TLS = 6,     /* the other side speaks, but not TLS */
  HS_TLS_ERROR_REFUSED = 7,     /* it sent a fatal alert */
  HS_TLS_ERROR_TIMEOUT = 8,     /* the handshake took too long, or made room for newer ones */
  HS_TLS_ERROR_CUT = 9,         /* the connection ended in the middle of the handshake */
  HS_TLS_ERROR_PROTOCOL = 10,   /* anything else that TLS forbids: a forged record, no common version, renegotiation */
  HS_TLS_ERROR_UNWRITABLE = 11, /* a new key cannot be kept */
} HsTlsError; /* append only */
