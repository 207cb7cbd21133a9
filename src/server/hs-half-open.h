/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Half-open connections as rows beside the guests: one for each address that they come from, in place of dozens. */
#pragma once

#include "hs-guest.h"
#include "hs-tcp-numbers.h"

/* @rows: of HsGuest. What is there already keeps its row and the time when it was first seen; @now: Unix µs. */
void hs_half_open_update (GListStore *rows, const HsTcpListenerNumbers *numbers, gint64 now);
