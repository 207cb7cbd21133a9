/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between what our kernel says of a connection (tcp/) and what is told of it to the other end (wire/hs-view.h). */
#include "hs-view-tcp.h"

static const struct { HsTcpEventKind event; HsViewKind fact; } kinds[] = {
  { HS_TCP_EVENT_STATE, HS_VIEW_STATE },
  { HS_TCP_EVENT_SEGMENT, HS_VIEW_SEGMENT },
  { HS_TCP_EVENT_NUMBERED, HS_VIEW_FIRST },
};

gboolean
hs_view_from_event (const HsTcpEvent *event, HsViewFact *fact)
{
  guint kind = 0;

  while (kind < G_N_ELEMENTS (kinds) && kinds[kind].event != event->kind)
    kind++;
  if (kind == G_N_ELEMENTS (kinds))
    return FALSE;
  *fact = (HsViewFact){
    .kind = kinds[kind].fact,
    .time = event->real_time,
    .inferred = event->known == HS_TCP_INFERRED,
    .state = event->state,
    .outgoing = event->outgoing,
    .flags = event->flags,
    .has_seq = event->has_seq,
    .has_ack = event->has_ack,
    .has_window = event->kind == HS_TCP_EVENT_SEGMENT && event->has_window,
    .seq_calculated = event->seq_calculated,
    .ack_calculated = event->ack_calculated,
    .seq = event->seq,
    .ack = event->ack,
    .window = event->window,
  };
  return TRUE;
}

void
hs_view_from_numbers (const HsTcpNumbers *numbers, HsViewFact *fact)
{
  *fact = (HsViewFact){
    .kind = HS_VIEW_NUMBERS,
    .time = g_get_real_time () - (g_get_monotonic_time () - numbers->time),
    .state = numbers->state,
    .has_window = numbers->rcv_wnd != 0,
    .window = numbers->rcv_wnd,
    .rtt = numbers->rtt_us,
    .sent = numbers->bytes_sent - numbers->bytes_retrans,
    .received = numbers->bytes_received,
    .under_way = numbers->send_queue,
    .unread = numbers->receive_queue,
    .segments_out = numbers->segs_out,
    .segments_in = numbers->segs_in,
  };
}

HsTcpEvent *
hs_view_to_event (const HsViewFact *fact)
{
  HsTcpEvent *event;
  guint kind = 0;

  while (kind + 1 < G_N_ELEMENTS (kinds) && kinds[kind].fact != fact->kind)
    kind++;
  event = hs_tcp_event_new (kinds[kind].event, fact->inferred ? HS_TCP_INFERRED : HS_TCP_OBSERVED, 0, hs_tcp_state_get_name (fact->state), NULL,
                            HS_VIEW_COMMAND);
  event->real_time = fact->time;
  event->state = (HsTcpState) fact->state;
  event->outgoing = fact->outgoing;
  event->flags = (guint8) fact->flags;
  event->has_seq = fact->has_seq;
  event->has_ack = fact->has_ack;
  event->has_window = fact->has_window;
  event->seq_calculated = fact->seq_calculated;
  event->ack_calculated = fact->ack_calculated;
  event->seq = fact->seq;
  event->ack = fact->ack;
  event->window = (guint32) fact->window;
  return event;
}

static guint32
clamp (guint64 number)
{
  return (guint32) MIN (number, G_MAXUINT32);
}

void
hs_view_to_numbers (const HsViewFact *fact, HsTcpNumbers *numbers)
{
  *numbers = (HsTcpNumbers){
    .time = g_get_monotonic_time (),
    .state = (HsTcpState) fact->state,
    .rtt_us = clamp (fact->rtt),
    .rcv_wnd = (guint32) fact->window,
    .bytes_sent = fact->sent,
    .bytes_received = fact->received,
    .send_queue = clamp (fact->under_way),
    .receive_queue = clamp (fact->unread),
    .segs_out = clamp (fact->segments_out),
    .segs_in = clamp (fact->segments_in),
  };
}
