/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follows one connection in the thread that owns its descriptor; see hs-tcp-tap.h. This file: its life, from the first step to detach. */
#include "hs-config.h"

#include "hs-tcp-tap-private.h"

#include "hs-tcp-syn.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>

HsTcpTap *
hs_tcp_tap_new (HsTcpRole role, HsTcpDiag *diag, const HsTcpTapFuncs *funcs, gpointer user_data)
{
  HsTcpTap *self = g_new0 (HsTcpTap, 1);

  self->role = role;
  self->diag = diag;
  self->funcs = funcs;
  self->user_data = user_data;
  self->fd = -1;
  self->context = g_main_context_ref_thread_default ();
  return self;
}

static void
clear_timer (HsTcpTap *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

void
hs_tcp_tap_free (HsTcpTap *self)
{
  if (self == NULL)
    return;
  clear_timer (self);
  self->shown = FALSE;
  hs_tcp_tap_update_stamps (self);
  hs_tcp_tap_orphan_update (self);
  g_clear_pointer (&self->records, g_array_unref);
  g_clear_object (&self->local);
  g_clear_object (&self->remote);
  g_main_context_unref (self->context);
  g_free (self);
}

/* ---- Out ---- */

void
hs_tcp_tap_emit (HsTcpTap *self, HsTcpEvent *event)
{
  event->state = self->state;
  event->transport = self->tally.transport;
  if (self->funcs->event != NULL)
    self->funcs->event (self, event, self->user_data);
  hs_tcp_event_unref (event);
}

void
hs_tcp_tap_emit_note (HsTcpTap *self, const char *title, const char *detail, const char *source)
{
  hs_tcp_tap_emit (self, hs_tcp_event_new (HS_TCP_EVENT_NOTE, HS_TCP_OBSERVED, 0, title, detail, source));
}

void
hs_tcp_tap_emit_cannot (HsTcpTap *self, HsTcpCannot cannot, const char *source)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_NOTE, HS_TCP_OBSERVED, 0, hs_tcp_cannot_get_sentence (cannot), NULL, source);

  event->cannot = cannot;
  hs_tcp_tap_emit (self, event);
}

/* ---- Timers ---- */

static gint64
next_delay (HsTcpTap *self)
{
  gint64 left;

  switch (self->phase)
    {
    case PHASE_CLOSING: /* close (fd) has happened by then */
    case PHASE_OVER:
      return 0;
    case PHASE_HELD:
      if (!self->shown || (self->no_tcp && self->tally.transport == HS_TCP_TRANSPORT_TCP))
        return -1;
      return self->ack_delay != 0 ? MIN (self->ack_delay, HS_TCP_NUMBERS_MS) : HS_TCP_NUMBERS_MS;
    case PHASE_ORPHAN:
      if (!self->shown)
        return -1;
      left = (self->time_wait_end - g_get_monotonic_time ()) / 1000 + 1;
      if (self->state == HS_TCP_TIME_WAIT)
        return MAX (left, HS_TCP_ACK_MIN_MS);
      /* FIN-WAIT-2 is left without a word of the kernel's; what else happens is told, and the look is for safety. */
      return self->waiting && self->state != HS_TCP_FIN_WAIT_2 ? HS_TCP_NUMBERS_MS : HS_TCP_ORPHAN_MS;
    default:
      return -1;
    }
}

static gboolean
on_timer (gpointer user_data)
{
  HsTcpTap *self = user_data;

  clear_timer (self);
  switch (self->phase)
    {
    case PHASE_HELD:
      hs_tcp_tap_look (self);
      return G_SOURCE_REMOVE;
    case PHASE_CLOSING:
    case PHASE_ORPHAN:
      hs_tcp_tap_orphan_look (self);
      hs_tcp_tap_schedule (self);
      return G_SOURCE_REMOVE;
    case PHASE_OVER:
      self->phase = PHASE_GONE;
      if (self->funcs->gone != NULL)
        self->funcs->gone (self, self->user_data); /* may free self */
      return G_SOURCE_REMOVE;
    default:
      return G_SOURCE_REMOVE;
    }
}

void
hs_tcp_tap_schedule (HsTcpTap *self)
{
  gint64 delay = next_delay (self);

  clear_timer (self);
  if (delay < 0)
    return;
  self->timer = delay == 0 ? g_idle_source_new () : g_timeout_source_new ((guint) delay);
  g_source_set_priority (self->timer, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_set_static_name (self->timer, "[handshake] tap");
  g_source_attach (self->timer, self->context);
}

void
hs_tcp_tap_over (HsTcpTap *self)
{
  self->fd = -1;
  self->phase = PHASE_OVER;
  hs_tcp_tap_schedule (self);
}

void
hs_tcp_tap_set_shown (HsTcpTap *self, gboolean shown)
{
  if (self->shown == (shown != FALSE))
    return;
  self->shown = shown != FALSE;
  hs_tcp_tap_update_stamps (self);
  hs_tcp_tap_orphan_update (self);
  if (self->shown && self->phase == PHASE_HELD)
    hs_tcp_tap_look (self);
  else if (self->shown && self->phase == PHASE_ORPHAN)
    hs_tcp_tap_orphan_look (self);
  hs_tcp_tap_schedule (self);
}

/* ---- While the descriptor is held ---- */

static GSocketAddress *
read_address (int fd, int (*get) (int, struct sockaddr *, socklen_t *))
{
  struct sockaddr_storage storage = { 0 };
  socklen_t len = sizeof storage;

  if (get (fd, (struct sockaddr *) &storage, &len) != 0 || len == 0)
    return NULL;
  return g_socket_address_new_from_native (&storage, len); /* ::ffff:a.b.c.d becomes a.b.c.d */
}

static void
read_addresses (HsTcpTap *self)
{
  g_autoptr (GSocketAddress) local = read_address (self->fd, getsockname);
  g_autoptr (GSocketAddress) remote = read_address (self->fd, getpeername);

  if (local != NULL)
    g_set_object (&self->local, local);
  if (remote != NULL)
    g_set_object (&self->remote, remote);
}

void
hs_tcp_tap_attach (HsTcpTap *self, int fd, gint64 since)
{
  gint64 time = since != 0 ? since : g_get_monotonic_time ();

  g_return_if_fail (self->phase == PHASE_BEFORE);

  self->fd = fd;
  self->phase = PHASE_HELD;
  self->cookie = hs_tcp_socket_cookie (fd);
  read_addresses (self);
  self->has_numbers = hs_tcp_numbers_read (fd, &self->numbers);
  self->no_tcp = hs_tcp_tally_read (fd, &self->tally) || !self->has_numbers;
  if (self->no_tcp)
    {
      hs_tcp_tap_begin_without (self, time);
      return;
    }

  hs_tcp_tap_establish (self, time);
  hs_tcp_tap_begin_counting (self);
  hs_tcp_tap_update_stamps (self);
  hs_tcp_tap_look (self);
}

/* TCP_INFO never says TIME-WAIT: it says CLOSE, and the table says which. */
static void
see_closed (HsTcpTap *self, HsTcpSighting *sighting)
{
  HsTcpDiagEntry entry;

  if (self->diag == NULL || self->local == NULL || self->remote == NULL)
    {
      if (self->peer_fin_counted && (self->state == HS_TCP_FIN_WAIT_1 || self->state == HS_TCP_FIN_WAIT_2))
        {
          sighting->state = HS_TCP_TIME_WAIT;
          sighting->known = HS_TCP_INFERRED;
        }
      return;
    }
  if (!hs_tcp_diag_find (self->diag, G_INET_SOCKET_ADDRESS (self->local), G_INET_SOCKET_ADDRESS (self->remote),
                         self->cookie, &entry))
    return;
  sighting->state = entry.state;
  sighting->source = "sock_diag";
  sighting->expires_ms = entry.state == HS_TCP_TIME_WAIT ? entry.expires_ms : 0;
}

static gboolean
peer_fin_is_counted (HsTcpState state)
{
  return state == HS_TCP_CLOSE_WAIT || state == HS_TCP_CLOSING || state == HS_TCP_LAST_ACK || state == HS_TCP_TIME_WAIT;
}

static void
look (HsTcpTap *self)
{
  HsTcpSighting sighting;

  if (self->phase == PHASE_HELD && self->no_tcp)
    hs_tcp_tap_count (self);
  if (self->phase != PHASE_HELD || self->no_tcp)
    return;
  if (self->stamps != HS_TCP_STAMPS_OFF)
    hs_tcp_tap_drain (self); /* the kernel's own times come before those of our looks */
  if (!hs_tcp_numbers_read (self->fd, &self->numbers))
    return;

  hs_tcp_tap_judge_candidate (self);
  sighting = (HsTcpSighting){
    .state = self->numbers.state, .known = HS_TCP_OBSERVED, .time = self->numbers.time, .source = "TCP_INFO",
  };
  if (sighting.state == HS_TCP_CLOSED && self->state != HS_TCP_CLOSED)
    see_closed (self, &sighting);
  if (peer_fin_is_counted (sighting.state))
    self->peer_fin_counted = TRUE;
  self->numbers.state = sighting.state;

  hs_tcp_tap_tell_acknowledged (self);
  hs_tcp_tap_move (self, &sighting);
  if (self->ack_delay != 0)
    self->ack_delay = self->numbers.send_queue == 0 ? 0 : self->ack_delay * 2;
  if (self->funcs->numbers != NULL)
    self->funcs->numbers (self, &self->numbers, self->user_data);
  if (!self->shown)
    return;
  hs_tcp_tap_look_other (self);
  hs_tcp_tap_stamps_turn (self);
  hs_tcp_tap_update_stamps (self);
  if (self->timer == NULL || self->ack_delay != 0)
    hs_tcp_tap_schedule (self);
}

void
hs_tcp_tap_look (HsTcpTap *self)
{
  if (self->quiet && g_get_monotonic_time () - self->numbers.time < HS_TCP_QUIET_MS * 1000)
    return;
  look (self);
}

void
hs_tcp_tap_set_quiet (HsTcpTap *self, gboolean quiet)
{
  self->quiet = quiet != FALSE;
}

void
hs_tcp_tap_note (HsTcpTap *self, const char *title, const char *detail, const char *source)
{
  hs_tcp_tap_emit_note (self, title, detail, source);
}

void
hs_tcp_tap_shutting_down (HsTcpTap *self)
{
  look (self); /* was the peer's FIN here before ours? */
  self->shut_down = TRUE; /* timestamps stay on: what is under way is told to the end */
}

/* The descriptor is another's: it is left without what we switched on. */
static void
let_go (HsTcpTap *self)
{
  gboolean shown = self->shown;

  self->shown = FALSE;
  hs_tcp_tap_update_stamps (self);
  self->shown = shown;
  self->fd = -1;
}

void
hs_tcp_tap_detach (HsTcpTap *self, gboolean reset)
{
  g_return_if_fail (self->phase == PHASE_HELD);

  look (self);
  let_go (self);
  self->phase = PHASE_CLOSING;
  self->closed_at = g_get_monotonic_time ();
  self->reset = reset != FALSE && self->state != HS_TCP_TIME_WAIT;
  self->unread = self->has_numbers && self->numbers.receive_queue > 0 && self->state != HS_TCP_TIME_WAIT;
  self->shut_down = TRUE;
  self->ack_delay = 0;
  hs_tcp_tap_orphan_update (self);
  hs_tcp_tap_schedule (self);
}

void
hs_tcp_tap_set_half_open_seen (HsTcpTap *self, gint64 time)
{
  self->half_open_seen = time;
}

gboolean
hs_tcp_tap_is_gone (HsTcpTap *self)
{
  return self->phase == PHASE_GONE;
}

HsTcpState
hs_tcp_tap_get_state (HsTcpTap *self)
{
  return self->state;
}

GSocketAddress *
hs_tcp_tap_get_local (HsTcpTap *self)
{
  return self->local;
}

GSocketAddress *
hs_tcp_tap_get_remote (HsTcpTap *self)
{
  return self->remote;
}
