/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the watch's two files share. */
#pragma once

#include "hs-tcp-watch.h"

HsTcpTold *hs_tcp_watch_own_told (HsTcpWatch *self);
