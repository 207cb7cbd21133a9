/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What others may read of a guest of the engine. The struct itself stands in hs-engine-private.h. */
#pragma once

#include "hs-engine.h"

gpointer hs_peer_get_owner (HsPeer *self);
guint64 hs_peer_get_id (HsPeer *self);          /* never reused within an engine */
const char *hs_peer_get_nick (HsPeer *self);    /* (nullable) before it has one */
const char *hs_peer_get_shown (HsPeer *self);   /* (nullable) real name */
const char *hs_peer_get_host (HsPeer *self);
HsDialect hs_peer_get_dialect (HsPeer *self);
gboolean hs_peer_is_registered (HsPeer *self);
gboolean hs_peer_is_listener (HsPeer *self);
gboolean hs_peer_is_host (HsPeer *self);
gboolean hs_peer_is_encrypted (HsPeer *self);
/* Whether @line, @len bytes, is one of the message of several lines that it is sending: that is paid for by its bytes. */
gboolean hs_peer_is_composing (HsPeer *self, const char *line, gsize len);
/* Its program knows read markers: it says how far it has read. */
gboolean hs_peer_tells_reading (HsPeer *self);
/* (nullable) The name of the account that it is logged in to. */
const char *hs_peer_get_account (const HsPeer *self);
/* (nullable) Of its own key. */
const HsFingerprint *hs_peer_get_key (const HsPeer *self);
gint64 hs_peer_get_since (HsPeer *self);        /* Unix µs */
gint64 hs_peer_get_last_active (HsPeer *self);  /* Unix µs */
