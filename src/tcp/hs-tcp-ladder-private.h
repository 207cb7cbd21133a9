/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ladder's two files share. */
#pragma once

#include "hs-tcp-ladder.h"

/* Adds to @rungs what the other end tells of the same. @real_time: Unix µs of the first segment, 0 none. */
void hs_tcp_ladder_take_told (GPtrArray *rungs, const HsTcpTold *told, HsTcpRole role, gboolean closing, gint64 real_time);
