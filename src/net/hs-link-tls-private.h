/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TLS stage of a link: its session, and the encrypted bytes that the kernel has not taken yet. */
#pragma once

#include "hs-link-private.h"
#include "hs-tls-private.h"

/* Where a write of ours ends in both countings. */
typedef struct
{
  guint64 lines;
  guint64 wire;
} HsLinkTlsMark;

struct _HsLinkTls
{
  /* Owned */
  gnutls_session_t session;
  HsTlsContext *context;
  HsTlsCredentials *credentials;
  char *name;      /* (nullable) the server's, for a client */
  GError *error;   /* (nullable) it failed */
  GByteArray *out; /* (nullable) encrypted, not taken by the kernel; NULL when empty */
  GArray *marks;   /* (nullable) of HsLinkTlsMark: a client's writes that are not acknowledged yet */

  /* State */
  GList place;     /* among the half-done handshakes of a server */
  gint64 deadline; /* of the handshake */
  guint64 wire_read;
  guint64 wire_written;
  guint64 told_read;    /* to the tap */
  guint64 told_written;
  guint64 lines_known;  /* written, as far as marks have been used up */
  guint32 out_sent;     /* of out */
  guint16 io_error;     /* errno of the descriptor, if that is what failed */
  guint8 first_byte;    /* that ever came; 0 none */
  guint8 server : 1;
  guint8 half_done : 1;
  guint8 waits : 1;     /* for its turn */
  guint8 ready : 1;
  guint8 starved : 1;   /* the descriptor had nothing to read, in the call of GnuTLS just made */
  guint8 more : 1;      /* the FIN follows at once */
  guint8 said_goodbye : 1;
  guint8 heard_goodbye : 1;
  guint8 cut : 1;
};
