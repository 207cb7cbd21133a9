/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The known servers as connections see them: keys as bytes, pins, and strict transport security. */
#pragma once

#include "hs-known-servers.h"
#include "hs-trust-rule.h"

const HsFingerprint *hs_known_server_get_key (HsKnownServer *self);

/* (nullable) (borrowed) */
HsKnownServer *hs_known_servers_find (HsKnownServers *self, const HsFingerprint *key);
/* FALSE: nothing was bound. (nullable) @binding: FALSE. */
gboolean hs_known_servers_find_pin (HsKnownServers *self, const char *binding, HsTrustPin *pin);
/* After a connection that does not stop is through. A pin that stands for another key stays, unless an authority vouched for both (@verified).
 * (nullable) @binding: only the key is known from now on. @now: Unix ms. */
void hs_known_servers_see (HsKnownServers *self, const char *binding, const HsFingerprint *key, gboolean verified, gint64 now);
/* The person compared the new number at @binding: the pin is this key's now, and it is compared. The old key stays known where else it is bound. */
void hs_known_servers_accept (HsKnownServers *self, const char *binding, const HsFingerprint *key, gint64 now);

/* IRCv3 sts, of a verified connection: @until Unix ms, a past one ends it. */
void hs_known_servers_note_sts (HsKnownServers *self, const char *host, guint16 port, gint64 until);
/* *port (nullable) becomes the port to use. */
gboolean hs_known_servers_find_sts (HsKnownServers *self, const char *host, gint64 now, guint16 *port);
