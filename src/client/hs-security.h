/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of one connection's security, for whoever shows it: how far the other end is trusted, its number, version and cipher. The
 * connection fills it (hs-security-private.h). */
#pragma once

#include <gio/gio.h>

#include "hs-trust.h"

#define HS_TYPE_SECURITY (hs_security_get_type ())
G_DECLARE_FINAL_TYPE (HsSecurity, hs_security, HS, SECURITY, GObject)

/* Properties (all notify): known (it has been judged), trust (int HsTrust), encrypted, words (nullable: the state in words, translated: "Compared by you"),
 * version (nullable: "TLS 1.3"), cipher (nullable), number (nullable), expected-number (nullable: the one that was there before, or the
 * invite's, when it stops), first-seen (Unix ms, 0 not known), name (nullable: as the person called the server), problems (nullable: what its certificate
 * lacks, a sentence a line). */
gboolean hs_security_is_known (HsSecurity *self);
HsTrust hs_security_get_trust (HsSecurity *self);
gboolean hs_security_is_encrypted (HsSecurity *self);
const char *hs_security_get_words (HsSecurity *self);
const char *hs_security_get_version (HsSecurity *self);
const char *hs_security_get_cipher (HsSecurity *self);
const char *hs_security_get_number (HsSecurity *self);
const char *hs_security_get_expected_number (HsSecurity *self);
gint64 hs_security_get_first_seen (HsSecurity *self);
const char *hs_security_get_name (HsSecurity *self);
const char *hs_security_get_problems (HsSecurity *self);

/* Is there something that a person could compare, and has not? */
gboolean hs_security_can_compare (HsSecurity *self);
/* The person compared the number: remembered with the key. */
void hs_security_set_compared (HsSecurity *self);
/* May the person choose to log in there by its own key? On hosts of ours that is done anyway, unless an authority vouches for them; elsewhere
 * the key is not shown, for it is the same everywhere and one would be known again by it. */
gboolean hs_security_can_show_key (HsSecurity *self);
gboolean hs_security_shows_key (HsSecurity *self);
void hs_security_set_shows_key (HsSecurity *self, gboolean shows_key); /* from the next connection on */
/* Of HS_TRUST_CHANGED and HS_TRUST_NOT_LOOKED_UP: the person compared the number. What was chosen means the new key from now on; joining it anew succeeds. FALSE: there
 * is nothing that could be accepted. */
gboolean hs_security_accept_changed (HsSecurity *self);
