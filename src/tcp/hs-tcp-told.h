/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the other end of a connection tells of itself: its kernel's view, by its clock. Kept as it was told; nothing of it is believed. */
#pragma once

#include "hs-tcp-event.h"
#include "hs-tcp-numbers.h"

typedef struct _HsTcpTold HsTcpTold;

typedef enum
{
  HS_TCP_TOLD_NOTHING = 0, /* it was not asked */
  HS_TCP_TOLD_ASKED = 1,   /* and has not answered yet */
  HS_TCP_TOLD_TELLS = 2,
  HS_TCP_TOLD_REFUSED = 3, /* it does not tell */
} HsTcpToldState;

HsTcpTold *hs_tcp_told_new (void);
void hs_tcp_told_free (HsTcpTold *self);

void hs_tcp_told_set_state (HsTcpTold *self, HsTcpToldState state);
HsTcpToldState hs_tcp_told_get_state (const HsTcpTold *self);
/* @event: STATE, SEGMENT or NUMBERED; its real time is by the other clock, and outgoing is from there.
 * FALSE: that had been told. */
gboolean hs_tcp_told_add (HsTcpTold *self, HsTcpEvent *event);
/* (element-type HsTcpEvent), oldest first. Borrowed until the next one. */
GPtrArray *hs_tcp_told_get_events (const HsTcpTold *self);
void hs_tcp_told_set_numbers (HsTcpTold *self, const HsTcpNumbers *numbers);
const HsTcpNumbers *hs_tcp_told_get_numbers (const HsTcpTold *self); /* (nullable) */
/* Its clock is ahead of ours by @offset µs, as assumed from an exchange that took @round_trip: wrong by half of that at most. */
void hs_tcp_told_set_clock (HsTcpTold *self, gint64 offset, gint64 round_trip);
/* FALSE: not known. */
gboolean hs_tcp_told_get_clock (const HsTcpTold *self, gint64 *offset, gint64 *round_trip);
