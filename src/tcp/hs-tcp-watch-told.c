/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watch's other half of the picture: what the other end tells of itself, told on to whoever shows it. */
#include "hs-tcp-watch-private.h"

void
hs_tcp_watch_set_told (HsTcpWatch *self, HsTcpToldState state)
{
  HsTcpTold *told = hs_tcp_watch_own_told (self);

  if (hs_tcp_told_get_state (told) == state)
    return;
  hs_tcp_told_set_state (told, state);
  g_object_notify (G_OBJECT (self), "told");
}

void
hs_tcp_watch_add_told (HsTcpWatch *self, HsTcpEvent *event)
{
  if (hs_tcp_told_add (hs_tcp_watch_own_told (self), event))
    g_signal_emit_by_name (self, "told-changed");
}

void
hs_tcp_watch_set_told_numbers (HsTcpWatch *self, const HsTcpNumbers *numbers)
{
  hs_tcp_told_set_numbers (hs_tcp_watch_own_told (self), numbers);
  g_signal_emit_by_name (self, "told-numbers-changed");
}

void
hs_tcp_watch_set_told_clock (HsTcpWatch *self, gint64 offset, gint64 round_trip)
{
  hs_tcp_told_set_clock (hs_tcp_watch_own_told (self), offset, round_trip);
  g_signal_emit_by_name (self, "told-changed");
}

const HsTcpTold *
hs_tcp_watch_get_told (HsTcpWatch *self)
{
  return hs_tcp_watch_own_told (self);
}
