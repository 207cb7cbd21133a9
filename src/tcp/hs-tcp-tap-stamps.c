/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tap and SO_TIMESTAMPING: when it is on, and what the copies of our segments prove: sequence numbers of both sides, what left when,
 * what was sent again. */
#include "hs-config.h"

#include "hs-tcp-tap-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

#define SOURCE "SO_TIMESTAMPING"

/* ---- The switch ---- */

static gboolean
is_wanted (HsTcpTap *self)
{
  return self->shown && self->phase == PHASE_HELD && !self->no_tcp && !self->paused_for_bulk && !self->stamps_refused
         && self->state != HS_TCP_CLOSED;
}

static void
begin_counting (HsTcpTap *self)
{
  self->stamps_base = self->wired = self->written;
  self->queued_end = 0;
  self->has_candidate = FALSE;
}

static void
switch_on (HsTcpTap *self)
{
  gboolean has_headers = TRUE;
  HsTcpNumbers numbers;

  if (!hs_tcp_numbers_read (self->fd, &numbers) || (numbers.state != HS_TCP_ESTABLISHED && numbers.state != HS_TCP_CLOSE_WAIT))
    return;
  self->stamps = hs_tcp_stamps_switch_on (self->fd, &has_headers);
  if (self->stamps == HS_TCP_STAMPS_OFF)
    {
      self->stamps_refused = TRUE;
      hs_tcp_tap_emit_cannot (self, HS_TCP_CANNOT_STAMPS, g_strerror (errno));
      return;
    }
  if (self->stamps == HS_TCP_STAMPS_FROM_ACKNOWLEDGED && numbers.send_queue != 0)
    {
      hs_tcp_stamps_switch_off (self->fd); /* with something under way the count would begin there: the next look tries again */
      self->stamps = HS_TCP_STAMPS_OFF;
      return;
    }
  if (!has_headers && !self->headers_missed)
    hs_tcp_tap_emit_cannot (self, HS_TCP_CANNOT_HEADERS, "net.core.tstamp_allow_data");
  self->headers_missed = !has_headers;
  begin_counting (self);
}

void
hs_tcp_tap_update_stamps (HsTcpTap *self)
{
  gboolean wanted = is_wanted (self);

  if (wanted == (self->stamps != HS_TCP_STAMPS_OFF))
    return;
  if (wanted)
    {
      if (!self->shut_down)
        switch_on (self);
      return;
    }
  if (self->fd >= 0)
    {
      hs_tcp_stamps_switch_off (self->fd);
      hs_tcp_tap_drain (self);
    }
  self->stamps = HS_TCP_STAMPS_OFF;
}

void
hs_tcp_tap_stamps_turn (HsTcpTap *self)
{
  gboolean bulk = self->writes > HS_TCP_BULK_WRITES;

  if (self->numbers.time - self->turn_began < HS_TCP_NUMBERS_MS * 1000)
    return;
  self->turn_began = self->numbers.time;
  self->writes = 0;
  if (!self->paused_for_bulk || bulk)
    return;
  self->paused_for_bulk = FALSE;
  hs_tcp_tap_emit_note (self, N_("Timestamps go on"), NULL, SOURCE);
}

void
hs_tcp_tap_stamps_wrote (HsTcpTap *self, guint64 before)
{
  if (self->wired >= before)
    self->received_before = self->numbers.bytes_received;
  self->writes++;
  if (self->writes <= HS_TCP_BULK_WRITES || self->stamps == HS_TCP_STAMPS_OFF)
    return;
  self->paused_for_bulk = TRUE;
  hs_tcp_tap_emit_note (self, N_("Much is being sent: timestamps rest until it is less"), NULL, SOURCE);
  hs_tcp_tap_update_stamps (self);
}

/* ---- First numbers ---- */

static void
tell_numbered (HsTcpTap *self, gboolean own)
{
  guint32 number = own ? self->own_isn : self->peer_isn;
  g_autofree char *detail = g_strdup_printf ("%s = %u", own == (self->role == HS_TCP_ROLE_OPENER) ? "x" : "y", number);
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_NUMBERED, HS_TCP_OBSERVED, 0,
                                        own ? N_("Our first sequence number") : N_("The other side’s first sequence number"), detail, SOURCE);

  event->outgoing = own;
  if (own)
    event->has_seq = event->seq_calculated = TRUE, event->seq = number;
  else
    event->has_ack = event->ack_calculated = TRUE, event->ack = number;
  hs_tcp_tap_emit (self, event);
}

/* The copy ends with the byte its id names only if nothing was written behind it that might have joined it: so the last write tells. */
static void
learn_own (HsTcpTap *self, const HsTcpStamp *stamp, guint64 end)
{
  if (self->has_own_isn || !stamp->has_header || stamp->header.payload == 0 || end != self->written)
    return;
  self->own_isn = stamp->header.seq + stamp->header.payload - (guint32) end - 1;
  self->has_own_isn = TRUE;
  tell_numbered (self, TRUE);
}

/* ack counts what had come when the segment left. Exactly known is only what had come at our looks: so it needs two that agree. */
static void
propose_peer (HsTcpTap *self, const HsTcpStamp *stamp)
{
  if (self->has_peer_isn || self->has_candidate || !stamp->has_header)
    return;
  self->candidate_ack = stamp->header.ack;
  self->has_candidate = TRUE;
}

void
hs_tcp_tap_judge_candidate (HsTcpTap *self)
{
  if (!self->has_candidate)
    return;
  self->has_candidate = FALSE;
  if (self->has_peer_isn || self->numbers.bytes_received != self->received_before)
    return;
  self->peer_isn = self->candidate_ack - 1 - (guint32) self->received_before;
  self->has_peer_isn = TRUE;
  tell_numbered (self, FALSE);
}

/* ---- Segments ---- */

static char *
describe (const HsTcpEvent *event, gboolean has_header)
{
  if (!has_header)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " B", event->bytes);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " B · seq %u · ack %u · win %u", event->bytes, event->seq, event->ack, event->window);
}

static void
fill_header (HsTcpTap *self, HsTcpEvent *event, const HsTcpStamp *stamp)
{
  if (!stamp->has_header)
    return;
  event->flags = stamp->header.flags;
  event->has_seq = event->has_ack = event->has_window = TRUE;
  event->seq = stamp->header.seq;
  event->ack = stamp->header.ack;
  event->window = (guint32) stamp->header.window << self->numbers.wscale_rcv;
  event->bytes = stamp->header.payload;
}

/* Where the segment ends in the stream: by its header once our first number is known, else by its id. */
static guint64
segment_end (HsTcpTap *self, const HsTcpStamp *stamp, guint64 end)
{
  guint32 header_end = stamp->header.seq + stamp->header.payload - self->own_isn - 1;

  if (!stamp->has_header || !self->has_own_isn)
    return end;
  return self->written - (guint32) ((guint32) self->written - header_end);
}

static void
tell_segment (HsTcpTap *self, const HsTcpStamp *stamp, guint64 end, HsTcpKnown known, gint64 time)
{
  HsTcpEvent *event;
  guint64 at = segment_end (self, stamp, end);
  gboolean again = at <= self->wired;

  event = hs_tcp_event_new (HS_TCP_EVENT_DATA, known, time, again ? N_("Sent again") : N_("On the wire"), NULL, SOURCE);
  event->stage = HS_TCP_STAGE_ON_WIRE;
  event->outgoing = event->exact = TRUE;
  event->offset = at;
  event->again = again;
  fill_header (self, event, stamp);
  event->detail = describe (event, stamp->has_header);
  self->wired = MAX (self->wired, at);
  hs_tcp_tap_emit (self, event);
}

static void
on_stamp (const HsTcpStamp *stamp, gpointer user_data)
{
  HsTcpTap *self = user_data;
  /* Ids are 32 bits of an offset that is not beyond what was written. */
  guint64 end = self->written - (guint32) ((guint32) self->written - (guint32) self->stamps_base - stamp->id - 1);

  if (self->stamps == HS_TCP_STAMPS_OFF || end > self->written || end <= self->stamps_base)
    return; /* of an earlier count */
  learn_own (self, stamp, end);
  switch (stamp->kind)
    {
    case HS_TCP_STAMP_QUEUED:
      propose_peer (self, stamp);
      self->queued_end = end;
      self->queued_time = stamp->time;
      break;
    case HS_TCP_STAMP_SENT:
      propose_peer (self, stamp);
      tell_segment (self, stamp, end, HS_TCP_OBSERVED, stamp->time);
      break;
    case HS_TCP_STAMP_ACKNOWLEDGED:
      if (end > self->wired) /* a device that does not say when it sends: it has been given the segment, and the peer has it */
        tell_segment (self, stamp, end, HS_TCP_INFERRED, self->queued_end >= end ? self->queued_time : stamp->time);
      hs_tcp_tap_acknowledged (self, end, stamp->time, TRUE);
      break;
    }
}

static guint16
get_port (GSocketAddress *address)
{
  return address != NULL && G_IS_INET_SOCKET_ADDRESS (address) ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

void
hs_tcp_tap_drain (HsTcpTap *self)
{
  if (self->fd >= 0)
    hs_tcp_stamps_drain (self->fd, get_port (self->local), get_port (self->remote),
                         self->stamps != HS_TCP_STAMPS_OFF ? on_stamp : NULL, self);
}

void
hs_tcp_tap_errors (HsTcpTap *self)
{
  hs_tcp_tap_drain (self);
  hs_tcp_tap_look (self);
}

gboolean
hs_tcp_tap_is_stamping (HsTcpTap *self)
{
  return self->stamps != HS_TCP_STAMPS_OFF;
}
