/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other end of a connection, where it is on this computer, too: seen in the kernel's table, whoever owns it. */
#include "hs-config.h"

#include "hs-tcp-tap-private.h"

#include <glib/gi18n-lib.h>

static void
tell (HsTcpTap *self, HsTcpState state)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_OTHER, HS_TCP_OBSERVED, 0, N_("The other end"), hs_tcp_state_get_name (state), "sock_diag");

  self->other = event->other = state;
  hs_tcp_tap_emit (self, event);
}

void
hs_tcp_tap_look_other (HsTcpTap *self)
{
  HsTcpNumbers numbers;

  if (!self->shown || self->other_absent || self->no_tcp || self->diag == NULL || !G_IS_INET_SOCKET_ADDRESS (self->local)
      || !G_IS_INET_SOCKET_ADDRESS (self->remote))
    return;
  if (!hs_tcp_numbers_read_other (self->diag, G_INET_SOCKET_ADDRESS (self->local), G_INET_SOCKET_ADDRESS (self->remote), &numbers))
    {
      self->other_absent = TRUE;
      if (self->other_seen && self->other != HS_TCP_CLOSED)
        tell (self, HS_TCP_CLOSED);
      return;
    }
  if (!self->other_seen || self->other != numbers.state)
    tell (self, numbers.state);
  self->other_seen = TRUE;
  if (self->funcs->other != NULL)
    self->funcs->other (self, &numbers, self->user_data);
}
