/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a link: flush, wait for the peer's FIN, our FIN, read to the end, close; each step bounded. */
#include "hs-link-private.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

gboolean
hs_link_is_flushed (HsLink *self)
{
  if (self->queue != NULL)
    return FALSE;
  if (self->tls != NULL)
    hs_link_tls_say_goodbye (self, self->half || self->fin_ms == 0);
  return !hs_link_has_unsent (self);
}

void
hs_link_shut_write (HsLink *self)
{
  if (self->shut)
    return;
  self->shut = TRUE;
  if (self->tap != NULL)
    hs_tcp_tap_shutting_down (self->tap);
  shutdown (self->fd, SHUT_WR);
  if (self->tap != NULL && hs_link_has_tcp (self))
    hs_tcp_tap_look (self->tap);
}

void
hs_link_close_descriptor (HsLink *self, gboolean reset)
{
  struct linger linger = { .l_onoff = 1 };

  if (self->fd < 0)
    return;
  hs_poller_remove (self->poller, &self->pollee);
  if (reset)
    setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  if (self->tap != NULL)
    hs_tcp_tap_detach (self->tap, reset);
  close (self->fd);
  self->fd = -1;
}

static GError *
make_error (HsLink *self)
{
  GError *error = self->tls != NULL ? hs_link_tls_dup_error (self) : NULL;
  int error_no = self->error_no;

  if (error != NULL || error_no == 0)
    return error;
  return g_error_new_literal (G_IO_ERROR, (gint) g_io_error_from_errno (error_no), g_strerror (error_no));
}

void
hs_link_finish (HsLink *self, HsLinkEnd end, gboolean reset)
{
  g_autoptr (GError) error = make_error (self);

  hs_link_close_descriptor (self, reset);
  hs_link_drop_queue (self);
  self->phase = HS_LINK_PHASE_CLOSED;
  self->funcs->end (self, end, error, self->user_data);
  g_clear_pointer (&self->tap, hs_tcp_tap_free); /* nobody stole it */
}

static void
enter_phase (HsLink *self, HsLinkPhase phase, guint ms)
{
  self->phase = phase;
  self->phase_deadline = hs_poller_get_time (self->poller) + (gint64) ms * 1000;
}

void
hs_link_advance_close (HsLink *self)
{
  gboolean over = hs_poller_get_time (self->poller) >= self->phase_deadline;

  if (self->phase == HS_LINK_PHASE_FLUSHING)
    {
      gboolean flushed = hs_link_is_flushed (self);

      if (!flushed && !over)
        return;
      if (!flushed)
        {
          /* It does not read: what is left would keep an orphan for minutes. */
          hs_link_finish (self, HS_LINK_CLOSED, TRUE);
          return;
        }
      if (self->datagrams) /* it has no FIN, and nobody to wait for */
        {
          hs_link_finish (self, HS_LINK_CLOSED, FALSE);
          return;
        }
      enter_phase (self, HS_LINK_PHASE_WAITING, self->fin_ms);
      over = self->fin_ms == 0;
    }
  if (self->phase == HS_LINK_PHASE_WAITING && (self->ended || over))
    {
      hs_link_shut_write (self);
      enter_phase (self, HS_LINK_PHASE_READING, HS_CLOSE_READ_MS);
      over = FALSE;
    }
  if (self->phase == HS_LINK_PHASE_READING && (self->ended || over))
    hs_link_finish (self, HS_LINK_CLOSED, FALSE);
}

void
hs_link_close (HsLink *self, guint fin_ms)
{
  if (self->phase != HS_LINK_PHASE_OPEN || self->overflow)
    return;
  self->fin_ms = fin_ms;
  self->paused = self->held = FALSE;
  enter_phase (self, HS_LINK_PHASE_FLUSHING, HS_CLOSE_READ_MS);
  if (self->tls != NULL && !hs_link_tls_is_ready (self))
    hs_link_drop_queue (self); /* it would wait for a handshake that comes to nothing now */
  hs_link_update_deadline (self);
  hs_poller_mark_dirty (self->poller, &self->pollee);
  hs_poller_mark_again (self->poller, &self->pollee); /* what was left unread (paused, TLS) has no edge any more */
}

void
hs_link_reset (HsLink *self)
{
  if (hs_link_is_over (self) || self->overflow)
    return;
  hs_link_enter (self);
  hs_link_finish (self, HS_LINK_CLOSED, TRUE);
  hs_link_leave (self);
}

void
hs_link_half_close (HsLink *self)
{
  if (self->phase != HS_LINK_PHASE_OPEN || self->datagrams)
    return;
  self->half = TRUE;
  hs_poller_mark_dirty (self->poller, &self->pollee);
}
