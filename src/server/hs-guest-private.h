/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the façade sets on a guest. */
#pragma once

#include "hs-guest.h"

/* An immutable snapshot of one guest, made on the server's thread. */
typedef struct
{
  guint64 id;
  char *nick;          /* (nullable) */
  char *address;       /* (nullable) NULL: as before */
  char *host;          /* (nullable) with the address */
  char *wire_nick;     /* (nullable) */
  char *account;       /* (nullable) */
  char *key;           /* (nullable) */
  const char *dialect; /* static */
  const char *security; /* static: "TLS 1.3", "" for none */
  gint64 since;
  guint half_open;     /* not a guest but so many connections that are not yet one */
  guint plain : 1;
  guint listener : 1;
  guint registered : 1;
  guint own : 1;
  guint encrypted : 1;
} HsGuestFacts;

void hs_guest_facts_clear (HsGuestFacts *self);

HsGuest *hs_guest_new (const HsGuestFacts *facts);
void hs_guest_set_facts (HsGuest *self, const HsGuestFacts *facts);
void hs_guest_set_state (HsGuest *self, HsTcpState state, guint32 rtt, gint64 expires);
/* @last_active: Unix µs. */
void hs_guest_set_traffic (HsGuest *self, gint64 last_active, guint64 received, guint64 sent);
void hs_guest_set_gone (HsGuest *self);
gboolean hs_guest_is_gone (HsGuest *self);
