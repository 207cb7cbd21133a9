/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a connection fills its HsSecurity. */
#pragma once

#include "hs-known-servers-private.h"
#include "hs-security.h"

/* @known (nullable): nothing is remembered then. */
HsSecurity *hs_security_new (HsKnownServers *known);
/* Judges by what is known of @binding (nullable: an address that is never encrypted, or our own server) and of the key. Of @question only address, promised, unencrypted_once, unread and
 * own are read; @facts (nullable): not encrypted. hs_known_servers_wait_async () has been answered before. */
HsTrust hs_security_judge (HsSecurity *self, const char *binding, const HsTrustQuestion *question, const HsTlsFacts *facts, gint64 now);
/* The connection goes on: what was judged is remembered, unless it is our own server, unencrypted, or stops. */
void hs_security_remember (HsSecurity *self, gint64 now);
/* What was judged says that it is a Handshake server: remembered with its key, now or when that is. It sees the person's own key the next time. */
void hs_security_set_ours (HsSecurity *self);
/* Nothing is known any more: a new attempt begins. */
void hs_security_reset (HsSecurity *self);
