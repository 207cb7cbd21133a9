/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest of the hosted server as the UI sees it: on the main thread, filled by the façade's batches. */
#pragma once

#include <gio/gio.h>

#include "hs-tcp-state.h"

#define HS_TYPE_GUEST (hs_guest_get_type ())
G_DECLARE_FINAL_TYPE (HsGuest, hs_guest, HS, GUEST, GObject)

/* Properties (all notify): id (uint64), nick (shown name, nick, "guest-3"; nullable), address ("192.168.1.23:51842"), plain (speaks plain text), dialect (name shown: "IRC", "Plain text"; untranslated msgid, "" before it is known),
 * listener, registered, own (the host's client), encrypted, since (Unix µs), state (int, HsTcpState), expires (monotonic µs when TIME-WAIT ends, else 0), rtt (µs, 0 unknown), gone,
 * wire-nick (what it is called in the protocol; nullable), account (that it is logged in to; nullable), key ("sha256:…" of its own key; nullable), host (its address without the port), security ("TLS 1.3", "" where there is none), last-active
 * (Unix µs, of its last word), received and sent (bytes as the kernel counts them): these three, state and rtt, while the server is observed.
 * half-open (uint): not 0: it is no guest but so many half-open connections of one address (hs_server_get_half_open ()). */
guint64 hs_guest_get_id (HsGuest *self);
const char *hs_guest_get_nick (HsGuest *self);
const char *hs_guest_get_address (HsGuest *self);
const char *hs_guest_get_dialect (HsGuest *self);
gboolean hs_guest_is_plain (HsGuest *self);
gboolean hs_guest_is_listener (HsGuest *self);
gboolean hs_guest_is_own (HsGuest *self);
gboolean hs_guest_is_encrypted (HsGuest *self);
gint64 hs_guest_get_since (HsGuest *self);
HsTcpState hs_guest_get_state (HsGuest *self);
guint32 hs_guest_get_rtt (HsGuest *self);
gint64 hs_guest_get_expires (HsGuest *self);
const char *hs_guest_get_wire_nick (HsGuest *self);
const char *hs_guest_get_account (HsGuest *self);
const char *hs_guest_get_key (HsGuest *self);
const char *hs_guest_get_host (HsGuest *self);
const char *hs_guest_get_security (HsGuest *self);
gboolean hs_guest_is_registered (HsGuest *self);
guint hs_guest_get_half_open (HsGuest *self);
gint64 hs_guest_get_last_active (HsGuest *self);
guint64 hs_guest_get_received (HsGuest *self);
guint64 hs_guest_get_sent (HsGuest *self);
