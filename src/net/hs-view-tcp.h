/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between what our kernel says of a connection (tcp/) and what is told of it to the other end (wire/hs-view.h). */
#pragma once

#include "hs-tcp-event.h"
#include "hs-tcp-numbers.h"
#include "hs-view.h"

/* FALSE: it is none of what is told. Only states, first numbers and the segments of handshake and close are: what the telling
 * itself sends must not be told in turn. */
gboolean hs_view_from_event (const HsTcpEvent *event, HsViewFact *fact);
void hs_view_from_numbers (const HsTcpNumbers *numbers, HsViewFact *fact);

/* A STATE, SEGMENT or NUMBERED; its real time is the teller's. (transfer full) */
HsTcpEvent *hs_view_to_event (const HsViewFact *fact);
/* What is not told is 0. */
void hs_view_to_numbers (const HsViewFact *fact, HsTcpNumbers *numbers);
