/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tap's state machine: from two sightings, the steps between them and the segments that belong to each step. Reads no socket. */
#include "hs-config.h"

#include "hs-tcp-tap-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define IN FALSE
#define OUT TRUE
#define NONE 0

/* What RFC 9293 figure 5 writes on its arrows. The segment that causes a step is proved by the state that follows it; the
 * answer to it is not (the kernel sends it, but nobody told us): it is always inferred. */
static const struct
{
  HsTcpState from, to;
  struct { guint8 flags; gboolean outgoing; } cause, answer;
} steps[] = {
  { HS_TCP_CLOSED,       HS_TCP_SYN_SENT,     { HS_TCP_SYN, OUT } },
  { HS_TCP_LISTEN,       HS_TCP_SYN_RECEIVED, { HS_TCP_SYN, IN }, { HS_TCP_SYN | HS_TCP_ACK, OUT } },
  { HS_TCP_SYN_SENT,     HS_TCP_ESTABLISHED,  { HS_TCP_SYN | HS_TCP_ACK, IN }, { HS_TCP_ACK, OUT } },
  { HS_TCP_SYN_SENT,     HS_TCP_SYN_RECEIVED, { HS_TCP_SYN, IN }, { HS_TCP_SYN | HS_TCP_ACK, OUT } },
  { HS_TCP_SYN_RECEIVED, HS_TCP_ESTABLISHED,  { HS_TCP_ACK, IN } },
  { HS_TCP_ESTABLISHED,  HS_TCP_FIN_WAIT_1,   { HS_TCP_FIN, OUT } },
  { HS_TCP_ESTABLISHED,  HS_TCP_CLOSE_WAIT,   { HS_TCP_FIN, IN }, { HS_TCP_ACK, OUT } },
  { HS_TCP_FIN_WAIT_1,   HS_TCP_FIN_WAIT_2,   { HS_TCP_ACK, IN } },
  { HS_TCP_FIN_WAIT_1,   HS_TCP_CLOSING,      { HS_TCP_FIN, IN }, { HS_TCP_ACK, OUT } },
  { HS_TCP_FIN_WAIT_1,   HS_TCP_TIME_WAIT,    { HS_TCP_FIN | HS_TCP_ACK, IN }, { HS_TCP_ACK, OUT } },
  { HS_TCP_FIN_WAIT_2,   HS_TCP_TIME_WAIT,    { HS_TCP_FIN, IN }, { HS_TCP_ACK, OUT } },
  { HS_TCP_CLOSING,      HS_TCP_TIME_WAIT,    { HS_TCP_ACK, IN } },
  { HS_TCP_CLOSE_WAIT,   HS_TCP_LAST_ACK,     { HS_TCP_FIN, OUT } },
  { HS_TCP_LAST_ACK,     HS_TCP_CLOSED,       { HS_TCP_ACK, IN } },
};

static const struct { guint8 flags; const char *sent, *arrived; } segment_titles[] = {
  { HS_TCP_SYN,              N_("SYN sent"),      N_("SYN arrived") },
  { HS_TCP_SYN | HS_TCP_ACK, N_("SYN, ACK sent"), N_("SYN, ACK arrived") },
  { HS_TCP_ACK,              N_("ACK sent"),      N_("ACK arrived") },
  { HS_TCP_FIN,              N_("FIN sent"),      N_("FIN arrived") },
  { HS_TCP_FIN | HS_TCP_ACK, N_("FIN, ACK sent"), N_("FIN, ACK arrived") },
  { HS_TCP_RST,              N_("RST sent"),      N_("RST arrived") },
};

static const char *
segment_title (guint8 flags, gboolean outgoing)
{
  for (guint i = 0; i < G_N_ELEMENTS (segment_titles); i++)
    if (segment_titles[i].flags == flags)
      return outgoing ? segment_titles[i].sent : segment_titles[i].arrived;
  return "";
}

/* ---- Numbers (RFC 9293 3.4): SYN and FIN take one each, data follows the SYN, a FIN follows all data ---- */

/* The peer's FIN: bytes_received counts it once it has come. An orphan receives nothing but the FIN: data would have been answered by RST. */
static gboolean
get_peer_fin (HsTcpTap *self, guint32 *fin)
{
  gboolean orphan = self->phase == PHASE_ORPHAN;

  *fin = self->peer_isn + (guint32) self->numbers.bytes_received + (self->peer_fin_counted ? 0 : 1);
  return self->has_peer_isn && (self->peer_fin_counted || (orphan && !self->unread));
}

static void
set_seq (HsTcpEvent *event, gboolean known, guint32 seq)
{
  event->has_seq = event->seq_calculated = known;
  event->seq = known ? seq : 0;
}

static void
set_ack (HsTcpEvent *event, gboolean known, guint32 ack)
{
  event->has_ack = event->ack_calculated = known;
  event->ack = known ? ack : 0;
}

static void
number_handshake (HsTcpTap *self, HsTcpEvent *event)
{
  gboolean own = event->outgoing;
  guint32 next = event->flags == HS_TCP_ACK ? 1 : 0;

  set_seq (event, own ? self->has_own_isn : self->has_peer_isn, (own ? self->own_isn : self->peer_isn) + next);
  if (event->flags != HS_TCP_SYN)
    set_ack (event, own ? self->has_peer_isn : self->has_own_isn, (own ? self->peer_isn : self->own_isn) + 1);
  if (event->flags == HS_TCP_SYN && !own && self->peer_isn_seen)
    {
      event->seq_calculated = FALSE;
      event->has_window = TRUE;
      event->window = self->syn_window;
    }
}

static void
number_close (HsTcpTap *self, HsTcpEvent *event)
{
  guint32 own_fin = self->own_isn + 1 + (guint32) self->written;
  guint32 peer_fin = 0;
  gboolean peer_known = get_peer_fin (self, &peer_fin);
  gboolean is_fin = (event->flags & HS_TCP_FIN) != 0;

  if (is_fin && event->outgoing)
    {
      set_seq (event, self->has_own_isn, own_fin);
      set_ack (event, peer_known && self->state == HS_TCP_CLOSE_WAIT, peer_fin + 1);
    }
  else if (is_fin)
    {
      set_seq (event, peer_known, peer_fin);
      set_ack (event, self->has_own_isn && event->flags != HS_TCP_FIN, own_fin + 1);
    }
  else if (event->outgoing)
    set_ack (event, peer_known, peer_fin + 1);
  else
    set_ack (event, self->has_own_isn, own_fin + 1);
}

static void
calculate_numbers (HsTcpTap *self, HsTcpEvent *event)
{
  gboolean beginning = self->state == HS_TCP_CLOSED || self->state == HS_TCP_LISTEN || self->state == HS_TCP_SYN_SENT
    || self->state == HS_TCP_SYN_RECEIVED;

  if (event->flags & HS_TCP_RST)
    return;
  if (beginning || (event->flags & HS_TCP_SYN) || (self->state == HS_TCP_ESTABLISHED && event->flags == HS_TCP_ACK))
    number_handshake (self, event);
  else
    number_close (self, event);
}

void
hs_tcp_tap_segment (HsTcpTap *self, HsTcpKnown known, gint64 time, guint8 flags, gboolean outgoing, const char *detail,
                    const char *source)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_SEGMENT, known, time, segment_title (flags, outgoing), NULL, source);

  event->flags = flags;
  event->outgoing = outgoing;
  calculate_numbers (self, event);
  if (detail != NULL)
    event->detail = g_strdup (detail);
  else if (event->has_seq && event->has_ack)
    event->detail = g_strdup_printf ("seq %u · ack %u", event->seq, event->ack);
  else if (event->has_seq)
    event->detail = g_strdup_printf ("seq %u", event->seq);
  else if (event->has_ack)
    event->detail = g_strdup_printf ("ack %u", event->ack);
  hs_tcp_tap_emit (self, event);
}

static void
emit_state (HsTcpTap *self, const HsTcpSighting *sighting)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_STATE, sighting->known, sighting->time,
                                        hs_tcp_state_get_name (sighting->state), sighting->detail, sighting->source);

  self->state = sighting->state;
  self->known = sighting->known;
  event->expires_ms = sighting->expires_ms;
  if (sighting->state == HS_TCP_TIME_WAIT)
    self->time_wait_end = event->time + (gint64) sighting->expires_ms * 1000;
  hs_tcp_tap_emit (self, event);
}

void
hs_tcp_tap_enter (HsTcpTap *self, const HsTcpSighting *sighting)
{
  HsTcpState from = self->state;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i].from == from && steps[i].to == sighting->state)
      {
        if (steps[i].cause.flags != NONE && !sighting->cause_told)
          hs_tcp_tap_segment (self, sighting->known, sighting->time, steps[i].cause.flags, steps[i].cause.outgoing, NULL,
                              sighting->source);
        emit_state (self, sighting);
        if (steps[i].answer.flags != NONE)
          hs_tcp_tap_segment (self, HS_TCP_INFERRED, sighting->time, steps[i].answer.flags, steps[i].answer.outgoing, NULL,
                              sighting->source);
        return;
      }
  emit_state (self, sighting);
}

void
hs_tcp_tap_abort (HsTcpTap *self, gboolean by_peer, gboolean by_us, const char *source)
{
  HsTcpSighting sighting = { .state = HS_TCP_CLOSED, .known = HS_TCP_OBSERVED,
                             .time = g_get_monotonic_time (), .source = source };

  if (self->state == HS_TCP_CLOSED)
    return;
  if (by_peer || by_us)
    hs_tcp_tap_segment (self, HS_TCP_INFERRED, sighting.time, HS_TCP_RST, by_us, NULL, source);
  emit_state (self, &sighting);
}

/* Our own FIN takes one number of those acknowledged; the opener's SYN another. */
static gboolean
own_fin_acknowledged (HsTcpTap *self)
{
  const HsTcpNumbers *numbers = &self->numbers;
  guint64 own = numbers->bytes_sent - numbers->bytes_retrans + (self->role == HS_TCP_ROLE_OPENER ? 1 : 0);

  return self->has_numbers && numbers->bytes_acked == own + 1;
}

/* TCP_INFO says CLOSE and there is no TIME-WAIT: was it the passive side's orderly end? */
static gboolean
ended_in_order (HsTcpTap *self)
{
  switch (self->state)
    {
    case HS_TCP_TIME_WAIT:
      return TRUE;
    case HS_TCP_LAST_ACK:
    case HS_TCP_CLOSE_WAIT:
    case HS_TCP_ESTABLISHED:
      return self->shut_down && own_fin_acknowledged (self);
    default:
      return FALSE;
    }
}

static void
move_to_closed (HsTcpTap *self, const HsTcpSighting *sighting)
{
  if (self->phase != PHASE_HELD || ended_in_order (self))
    return;
  if (self->has_numbers && self->numbers.retransmits > 0)
    {
      hs_tcp_tap_emit_note (self, N_("Given up: nobody acknowledges any more"), NULL, sighting->source);
      hs_tcp_tap_abort (self, FALSE, FALSE, sighting->source);
    }
  else
    hs_tcp_tap_abort (self, TRUE, FALSE, sighting->source);
}

void
hs_tcp_tap_move (HsTcpTap *self, const HsTcpSighting *sighting)
{
  HsTcpState path[HS_TCP_N_STATES];
  /* Ours was the first FIN where we had shut down; in ESTABLISHED without that, it can only be the peer's. */
  gboolean passive_end = sighting->state == HS_TCP_LAST_ACK
    || (sighting->state == HS_TCP_CLOSED && self->phase == PHASE_HELD);
  gboolean began = self->shut_down && !passive_end;
  guint n;

  if (sighting->state == HS_TCP_CLOSED)
    move_to_closed (self, sighting);

  n = hs_tcp_state_path (self->state, sighting->state, began, path);
  for (guint i = 0; i < n; i++)
    {
      HsTcpSighting step = *sighting;

      step.state = path[i];
      if (i + 1 < n)
        {
          step.known = HS_TCP_INFERRED;
          step.detail = NULL;
          step.expires_ms = 0;
        }
      hs_tcp_tap_enter (self, &step);
    }
}
