/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the TLS stage of a link uses of a context. */
#pragma once

#include <gnutls/gnutls.h>

#include "hs-tls.h"

typedef struct _HsTlsCredentials HsTlsCredentials; /* outlive every session that uses them */

HsTlsCredentials *hs_tls_credentials_ref (HsTlsCredentials *self);
void hs_tls_credentials_unref (HsTlsCredentials *self);

gboolean hs_tls_context_is_server (HsTlsContext *self);
guint hs_tls_context_get_handshake_ms (HsTlsContext *self);
/* Ready for gnutls_handshake (), without its transport. @name (nullable): the server's. */
gnutls_session_t hs_tls_context_make_session (HsTlsContext *self, const char *name, HsTlsCredentials **credentials);
/* Keeps @session's ticket, if it has one, for the next time. */
void hs_tls_context_keep_session (HsTlsContext *self, const char *name, gnutls_session_t session);

/* ---- Half-done handshakes, in the order of their beginning ---- */
/* The one that has to make room, if any: (nullable) the data of its @place. */
gpointer hs_tls_context_begin (HsTlsContext *self, GList *place);
void hs_tls_context_end (HsTlsContext *self, GList *place, gboolean waits);
/* May it take a step in the round of the moment @round? @waits: in, it was refused before; out, it is refused and waits. First come, first served. */
gboolean hs_tls_context_may_step (HsTlsContext *self, gint64 round, gboolean *waits);
