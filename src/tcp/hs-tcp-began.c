/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule of who closed first. */
#include "hs-tcp-began.h"

static HsTcpBegan
after_state (HsTcpBegan began, HsTcpState state)
{
  if (state == HS_TCP_CLOSING)
    return HS_TCP_BEGAN_BOTH;
  if (state == HS_TCP_SYN_SENT)
    return HS_TCP_BEGAN_NOBODY; /* a second address: another connection */
  if (began != HS_TCP_BEGAN_NOBODY)
    return began;
  return state == HS_TCP_FIN_WAIT_1 ? HS_TCP_BEGAN_WE : state == HS_TCP_CLOSE_WAIT ? HS_TCP_BEGAN_PEER : HS_TCP_BEGAN_NOBODY;
}

HsTcpBegan
hs_tcp_began_after (HsTcpBegan began, const HsTcpEvent *event)
{
  if (event->kind == HS_TCP_EVENT_STATE)
    return after_state (began, event->state);
  if (began == HS_TCP_BEGAN_NOBODY && event->kind == HS_TCP_EVENT_SEGMENT && (event->flags & (HS_TCP_RST | HS_TCP_FIN)) != 0)
    return event->outgoing ? HS_TCP_BEGAN_WE : HS_TCP_BEGAN_PEER;
  return began;
}
