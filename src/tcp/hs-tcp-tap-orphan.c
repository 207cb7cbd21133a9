/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of a connection after close (): found in the kernel's table by its cookie, until it is gone. */
#include "hs-config.h"

#include "hs-tcp-tap-private.h"

#include <glib/gi18n-lib.h>

static gboolean
find (HsTcpTap *self, HsTcpDiagEntry *entry)
{
  return hs_tcp_diag_find (self->diag, G_INET_SOCKET_ADDRESS (self->local), G_INET_SOCKET_ADDRESS (self->remote),
                           self->cookie, entry);
}

/* The entry is gone, and TIME-WAIT was not seen. Only what follows from the facts is said. */
static void
end_unseen (HsTcpTap *self)
{
  gboolean passive = self->state == HS_TCP_LAST_ACK || (self->state == HS_TCP_CLOSE_WAIT && !self->unread);
  gboolean waited = g_get_monotonic_time () - self->closed_at >= (gint64) HS_TCP_TIME_WAIT_MS * 1000;
  HsTcpSighting sighting = {
    .state = HS_TCP_CLOSED, .known = HS_TCP_OBSERVED, .time = g_get_monotonic_time (), .source = "sock_diag",
  };

  if (self->reset || self->unread)
    {
      if (self->unread && !self->reset)
        hs_tcp_tap_emit_note (self, N_("Closed with unread data: the kernel answers with RST"), NULL, "SIOCINQ");
      hs_tcp_tap_abort (self, FALSE, TRUE, self->reset ? "SO_LINGER" : "sock_diag");
      return;
    }
  if (passive || waited || self->state == HS_TCP_TIME_WAIT)
    {
      hs_tcp_tap_move (self, &sighting);
      return;
    }
  hs_tcp_tap_emit_note (self, N_("Gone without TIME-WAIT: reset, or forgotten early by the kernel"), NULL, "sock_diag");
  hs_tcp_tap_abort (self, FALSE, FALSE, "sock_diag");
}

/* ---- The kernel's word that the full socket is gone ---- */

static void
on_bell (gpointer user_data)
{
  HsTcpTap *self = user_data;

  self->waiting = FALSE;
  if (self->phase != PHASE_CLOSING && self->phase != PHASE_ORPHAN)
    return;
  hs_tcp_tap_orphan_look (self);
  hs_tcp_tap_schedule (self);
}

/* After it the table has a small entry (FIN-WAIT-2, TIME-WAIT) or none; of these no word comes. */
static gboolean
is_full_orphan (HsTcpTap *self)
{
  return (self->phase == PHASE_CLOSING || self->phase == PHASE_ORPHAN) && self->state != HS_TCP_TIME_WAIT
         && self->state != HS_TCP_CLOSED && self->cookie != 0 && self->diag != NULL && !self->no_tcp;
}

void
hs_tcp_tap_orphan_update (HsTcpTap *self)
{
  gboolean wanted = self->shown && !self->no_bell && is_full_orphan (self);

  if (wanted == (self->waiting != 0))
    return;
  if (wanted)
    {
      self->waiting = hs_tcp_bell_await (hs_tcp_diag_get_bell (self->diag), self->cookie, on_bell, self);
      self->no_bell = !self->waiting; /* a sandbox: then it is polled */
    }
  else
    {
      hs_tcp_bell_forget (hs_tcp_diag_get_bell (self->diag), self->cookie, self);
      self->waiting = FALSE;
    }
}

/* ---- Looking ---- */

void
hs_tcp_tap_orphan_look (HsTcpTap *self)
{
  HsTcpDiagEntry entry;

  self->phase = PHASE_ORPHAN;
  hs_tcp_tap_look_other (self);
  if (self->state == HS_TCP_CLOSED || self->no_tcp)
    {
      hs_tcp_tap_over (self);
    }
  else if (self->diag == NULL || self->cookie == 0 || self->local == NULL || self->remote == NULL)
    {
      hs_tcp_tap_emit_cannot (self, HS_TCP_CANNOT_ORPHAN, "sock_diag");
      hs_tcp_tap_over (self);
    }
  else if (find (self, &entry))
    {
      hs_tcp_tap_move (self, &(HsTcpSighting){
        .state = entry.state, .known = HS_TCP_OBSERVED, .time = g_get_monotonic_time (),
        .expires_ms = entry.state == HS_TCP_TIME_WAIT ? entry.expires_ms : 0, .source = "sock_diag",
      });
      if (entry.state == HS_TCP_TIME_WAIT)
        self->time_wait_end = g_get_monotonic_time () + (gint64) entry.expires_ms * 1000;
    }
  else
    {
      end_unseen (self);
      hs_tcp_tap_over (self);
    }
  hs_tcp_tap_orphan_update (self);
}
