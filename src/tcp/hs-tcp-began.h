/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which side of a connection closed first: a rule over its events. */
#pragma once

#include "hs-tcp-event.h"

typedef enum
{
  HS_TCP_BEGAN_NOBODY = 0, /* yet */
  HS_TCP_BEGAN_WE = 1,
  HS_TCP_BEGAN_PEER = 2,
  HS_TCP_BEGAN_BOTH = HS_TCP_BEGAN_WE | HS_TCP_BEGAN_PEER,
} HsTcpBegan;

/* Who it is when @event has happened, too: by the first FIN of either side, or a reset. */
HsTcpBegan hs_tcp_began_after (HsTcpBegan began, const HsTcpEvent *event);
