/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The link's life: what the poller tells it, its one deadline for all purposes, and facts about it. */
#include "hs-link-private.h"

#include <errno.h>
#include <sys/epoll.h>

#include "hs-tcp-stamps.h"

/* ---- Calls ---- */

static void
link_destroy (HsLink *self)
{
  hs_link_drop_queue (self);
  hs_line_reader_clear (&self->reader);
  g_clear_pointer (&self->tap, hs_tcp_tap_free);
  hs_link_tls_free (self);
  g_free (self);
}

void
hs_link_enter (HsLink *self)
{
  self->in_call++;
}

void
hs_link_leave (HsLink *self)
{
  self->in_call--;
  if (self->in_call > 0)
    return;
  if (self->freed)
    link_destroy (self);
  else
    hs_link_update_deadline (self);
}

static gint64
earlier (gint64 a, gint64 b)
{
  return a == 0 ? b : b == 0 ? a : MIN (a, b);
}

void
hs_link_update_deadline (HsLink *self)
{
  gint64 deadline = 0;

  if (hs_link_is_over (self) || self->overflow)
    deadline = 0;
  else if (self->phase != HS_LINK_PHASE_OPEN)
    deadline = self->phase_deadline;
  else
    deadline = earlier (self->owner_deadline, hs_link_get_input_deadline (self));
  hs_poller_set_deadline (self->poller, &self->pollee, deadline);
}

/* ---- What the poller tells ---- */

static void
look (HsLink *self)
{
  if (self->tap != NULL && hs_link_has_tcp (self) && !hs_link_is_over (self))
    hs_tcp_tap_look (self->tap);
}

/* Not only an error raises EPOLLERR: so do the timestamps that the tap has asked for, or that somebody left switched on. */
static void
drain_errors (HsLink *self)
{
  if (hs_link_is_over (self) || self->local)
    return;
  if (self->datagrams)
    hs_link_datagram_errors (self);
  else if (self->tap != NULL)
    hs_tcp_tap_errors (self->tap);
  else
    hs_tcp_stamps_drain (self->fd, 0, 0, NULL, NULL);
}

static void
link_ready (HsPollee *pollee, guint32 events)
{
  HsLink *self = (HsLink *) pollee;

  hs_link_enter (self);
  if (events & EPOLLERR)
    drain_errors (self);
  else
    look (self);
  if ((events & EPOLLERR) && self->error_no == 0 && !self->datagrams)
    self->error_no = (guint16) hs_link_socket_take_error (self);
  if (self->error_no != 0)
    hs_link_drop_queue (self);
  if (events & EPOLLOUT)
    {
      self->blocked = FALSE;
      if (hs_link_has_unsent (self))
        hs_poller_mark_dirty (self->poller, pollee);
    }
  if ((events & ~(guint32) (EPOLLOUT | EPOLLERR)) || self->error_no != 0)
    hs_link_pump (self);
  hs_link_leave (self);
}

static gboolean
has_come (gint64 deadline, gint64 now)
{
  return deadline != 0 && deadline <= now;
}

static void
link_due (HsPollee *pollee)
{
  HsLink *self = (HsLink *) pollee;
  gint64 now = hs_poller_get_time (self->poller);

  hs_link_enter (self);
  if (self->phase != HS_LINK_PHASE_OPEN)
    hs_link_advance_close (self);
  else if (has_come (self->owner_deadline, now))
    {
      self->owner_deadline = 0;
      if (self->funcs->due != NULL)
        self->funcs->due (self, self->user_data);
    }
  if (!hs_link_is_over (self) && has_come (hs_link_get_input_deadline (self), now))
    hs_link_input_due (self);
  hs_link_leave (self);
}

static void
link_flush (HsPollee *pollee)
{
  HsLink *self = (HsLink *) pollee;

  hs_link_enter (self);
  if (self->overflow)
    hs_link_finish (self, HS_LINK_OVERFLOW, TRUE);
  else
    hs_link_write_queue (self);
  if (!hs_link_is_over (self) && self->half && hs_link_is_flushed (self))
    hs_link_shut_write (self);
  if (!hs_link_is_over (self) && self->phase != HS_LINK_PHASE_OPEN)
    hs_link_advance_close (self);
  hs_link_leave (self);
}

static const HsPolleeFuncs link_pollee_funcs = { .ready = link_ready, .due = link_due, .flush = link_flush };

/* ---- Public ---- */

HsLink *
hs_link_new (HsPoller *poller, int fd, HsFraming framing, const HsLinkFuncs *funcs, gpointer user_data)
{
  HsLink *self = g_new0 (HsLink, 1);
  g_autoptr (GError) error = NULL;

  self->pollee.funcs = &link_pollee_funcs;
  self->poller = poller;
  self->fd = fd;
  self->framing = framing;
  self->funcs = funcs;
  self->stage = &hs_link_socket_stage;
  self->user_data = user_data;
  self->send_max = HS_SEND_QUEUE_MAX;
  self->receive_max = HS_READ_MAX;
  self->phase_deadline = hs_poller_get_time (poller) + HS_LISTENER_MS * 1000;
  hs_line_reader_init (&self->reader);
  hs_link_socket_prepare (self);
  if (framing == HS_FRAMING_PLAIN)
    hs_link_socket_keep_alive (self);

  if (!hs_poller_add (poller, &self->pollee, fd, &error))
    {
      self->error_no = ENOSPC; /* epoll_ctl (2): max_user_watches */
      hs_poller_mark_again (poller, &self->pollee);
    }
  hs_link_update_deadline (self);
  return self;
}

void
hs_link_free (HsLink *self)
{
  g_return_if_fail (!self->freed);

  hs_link_close_descriptor (self, FALSE);
  hs_poller_remove (self->poller, &self->pollee);
  self->phase = HS_LINK_PHASE_CLOSED;
  self->freed = TRUE;
  if (self->in_call == 0)
    link_destroy (self);
}

void
hs_link_set_paused (HsLink *self, gboolean paused)
{
  if (self->paused == (guint) !!paused || self->phase != HS_LINK_PHASE_OPEN)
    return;
  self->paused = !!paused;
  if (!paused)
    hs_poller_mark_again (self->poller, &self->pollee);
  hs_link_update_deadline (self);
}

void
hs_link_set_framing (HsLink *self, HsFraming framing)
{
  if (self->framing == framing || hs_link_is_over (self))
    return;
  self->framing = framing;
  if (framing == HS_FRAMING_PLAIN)
    hs_link_socket_keep_alive (self);
  hs_poller_mark_again (self->poller, &self->pollee);
  hs_link_update_deadline (self);
}

void
hs_link_flush_plain (HsLink *self)
{
  if (self->framing != HS_FRAMING_PLAIN || self->phase != HS_LINK_PHASE_OPEN)
    return;
  self->flush_plain = TRUE;
  if (self->in_call > 0) /* the line that is handed up just now is borrowed from the reader */
    {
      hs_poller_mark_again (self->poller, &self->pollee);
      return;
    }
  hs_link_enter (self);
  hs_link_pump (self);
  hs_link_leave (self);
}

void
hs_link_set_deadline (HsLink *self, gint64 monotonic_us)
{
  self->owner_deadline = monotonic_us;
  hs_link_update_deadline (self);
}

void
hs_link_set_receive_queue_max (HsLink *self, gsize bytes)
{
  self->receive_max = (guint32) CLAMP (bytes, 1, HS_READ_MAX);
}

void
hs_link_keep_alive (HsLink *self)
{
  if (self->fd >= 0)
    hs_link_socket_keep_alive (self);
}

void
hs_link_set_user_data (HsLink *self, gpointer user_data)
{
  self->user_data = user_data;
}

/* ---- Facts ---- */

HsFraming
hs_link_get_framing (HsLink *self)
{
  return (HsFraming) self->framing;
}

gboolean
hs_link_peer_frames (HsLink *self)
{
  return self->peer_frames;
}

gboolean
hs_link_is_eof (HsLink *self)
{
  return self->eof;
}

gboolean
hs_link_is_datagrams (HsLink *self)
{
  return self->datagrams;
}

gboolean
hs_link_is_closing (HsLink *self)
{
  return self->phase != HS_LINK_PHASE_OPEN;
}

guint64
hs_link_get_bytes_read (HsLink *self)
{
  return self->tls != NULL ? hs_link_tls_get_wire_read (self) : self->bytes_read;
}

guint64
hs_link_get_bytes_written (HsLink *self)
{
  return self->tls != NULL ? hs_link_tls_get_wire_written (self) : self->bytes_written;
}

guint64
hs_link_get_lines_written (HsLink *self)
{
  return self->tls != NULL ? hs_link_tls_get_lines_written (self) : self->bytes_written;
}

guint64
hs_link_get_lines_at (HsLink *self, guint64 bytes_written)
{
  return self->tls != NULL ? hs_link_tls_get_lines_at (self, bytes_written) : MIN (bytes_written, self->bytes_written);
}

gboolean
hs_link_is_cut (HsLink *self)
{
  return self->tls != NULL && hs_link_tls_is_cut (self);
}

gboolean
hs_link_is_secured (HsLink *self)
{
  return self->tls != NULL && hs_link_tls_is_ready (self);
}

int
hs_link_get_fd (HsLink *self)
{
  return self->fd;
}

/* ---- The kernel's view ---- */

void
hs_link_set_tap (HsLink *self, HsTcpTap *tap)
{
  if (self->tap == tap)
    return;
  g_clear_pointer (&self->tap, hs_tcp_tap_free);
  self->tap = tap;
  if (tap != NULL && self->tls != NULL) /* what a tap that comes later has missed */
    hs_tcp_tap_record (tap, hs_link_tls_get_lines_written (self), hs_link_tls_get_wire_written (self));
}

HsTcpTap *
hs_link_get_tap (HsLink *self)
{
  return self->tap;
}

HsTcpTap *
hs_link_steal_tap (HsLink *self)
{
  return g_steal_pointer (&self->tap);
}
