/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the other end of a connection is known to be who the person meant. The states only: hs-trust-rule.h judges. */
#pragma once

#include <glib.h>

typedef enum
{
  HS_TRUST_UNENCRYPTED,
  HS_TRUST_OWN,        /* the server in this program */
  HS_TRUST_VERIFIED,   /* an authority of the system vouches for the name */
  HS_TRUST_COMPARED,   /* the person compared the number */
  HS_TRUST_INVITED,    /* the key is the invite's */
  HS_TRUST_FIRST_SEEN, /* trusted on first use */
  HS_TRUST_SEEN_BEFORE,
  /* These stop: not one byte of ours goes in. */
  HS_TRUST_CHANGED,      /* what the person chose had another key */
  HS_TRUST_NOT_INVITED,  /* the invite names another key */
  HS_TRUST_NOT_VERIFIED, /* a public name, and neither authority, pin nor invite; or a key too weak to begin with */
  HS_TRUST_NO_LONGER_ENCRYPTED, /* it was, or was promised to be */
  HS_TRUST_NOT_LOOKED_UP, /* what was known of servers cannot be read: it may be a known one, or another one in its place */
} HsTrust;

gboolean hs_trust_stops (HsTrust trust);
