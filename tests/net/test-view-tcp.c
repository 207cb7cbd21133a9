/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What our kernel says, told and heard: the same again, and no more than what is to be told. */
#include "hs-view-tcp.h"

static HsTcpEvent *
tell (const HsTcpEvent *event)
{
  HsViewFact fact, heard;
  g_autofree char *text = NULL;

  g_assert_true (hs_view_from_event (event, &fact));
  text = hs_view_fact_format (&fact);
  g_assert_true (hs_view_fact_parse (text, &heard));
  return hs_view_to_event (&heard);
}

static void
test_state (void)
{
  for (guint state = 0; state < HS_TCP_N_STATES; state++)
    {
      g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_STATE, state % 2 ? HS_TCP_INFERRED : HS_TCP_OBSERVED, 0, "x", "detail", "TCP_INFO");
      g_autoptr (HsTcpEvent) told = NULL;

      event->state = state;
      told = tell (event);
      g_assert_cmpint (told->kind, ==, HS_TCP_EVENT_STATE);
      g_assert_cmpint (told->state, ==, state);
      g_assert_cmpstr (told->title, ==, hs_tcp_state_get_name (state)); /* the two tables of names have one order */
      g_assert_cmpint (told->known, ==, event->known);
      g_assert_cmpint (told->real_time, ==, event->real_time);
      g_assert_cmpstr (told->detail, ==, NULL);
    }
}

static void
test_segment (void)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_SEGMENT, HS_TCP_OBSERVED, 0, "SYN", NULL, "TCP_SAVED_SYN");
  g_autoptr (HsTcpEvent) told = NULL;

  event->flags = HS_TCP_SYN | HS_TCP_ACK;
  event->outgoing = event->has_seq = event->has_ack = event->has_window = event->ack_calculated = TRUE;
  event->seq = G_MAXUINT32;
  event->ack = 17;
  event->window = 64240;
  told = tell (event);
  g_assert_cmpint (told->kind, ==, HS_TCP_EVENT_SEGMENT);
  g_assert_cmpuint (told->flags, ==, HS_TCP_SYN | HS_TCP_ACK);
  g_assert_true (told->outgoing && told->has_seq && told->has_ack && told->has_window);
  g_assert_false (told->seq_calculated);
  g_assert_true (told->ack_calculated);
  g_assert_cmpuint (told->seq, ==, G_MAXUINT32);
  g_assert_cmpuint (told->ack, ==, 17);
  g_assert_cmpuint (told->window, ==, 64240);
}

static void
test_first (void)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_NUMBERED, HS_TCP_OBSERVED, 0, "x", NULL, "SO_TIMESTAMPING");
  g_autoptr (HsTcpEvent) told = NULL;

  event->has_seq = event->has_ack = event->seq_calculated = TRUE;
  event->seq = 1;
  event->ack = 2;
  told = tell (event);
  g_assert_cmpint (told->kind, ==, HS_TCP_EVENT_NUMBERED);
  g_assert_true (told->has_seq && told->has_ack && told->seq_calculated && !told->ack_calculated);
  g_assert_cmpuint (told->seq, ==, 1);
  g_assert_cmpuint (told->ack, ==, 2);
}

/* Each telling is data of the same connection: who told of data would tell for ever. */
static void
test_not_told (void)
{
  static const HsTcpEventKind kinds[] = { HS_TCP_EVENT_STEP, HS_TCP_EVENT_DATA, HS_TCP_EVENT_NOTE, HS_TCP_EVENT_OTHER };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (HsTcpEvent) event = hs_tcp_event_new (kinds[i], HS_TCP_OBSERVED, 0, "secret", "secret", "secret");
      HsViewFact fact;

      g_assert_false (hs_view_from_event (event, &fact));
    }
}

static void
test_numbers (void)
{
  HsTcpNumbers numbers = { .time = g_get_monotonic_time (), .state = HS_TCP_CLOSE_WAIT, .rtt_us = 400, .rcv_wnd = 65535, .bytes_sent = 120,
                           .bytes_retrans = 20, .bytes_received = 7, .send_queue = 3, .receive_queue = 4, .segs_out = 5, .segs_in = 6 }, back;
  HsViewFact fact, heard;
  g_autofree char *text = NULL;

  hs_view_from_numbers (&numbers, &fact);
  text = hs_view_fact_format (&fact);
  g_assert_true (hs_view_fact_parse (text, &heard));
  hs_view_to_numbers (&heard, &back);
  g_assert_cmpint (back.state, ==, HS_TCP_CLOSE_WAIT);
  g_assert_cmpuint (back.rtt_us, ==, 400);
  g_assert_cmpuint (back.rcv_wnd, ==, 65535);
  g_assert_cmpuint (back.bytes_sent, ==, 100);
  g_assert_cmpuint (back.bytes_received, ==, 7);
  g_assert_cmpuint (back.send_queue, ==, 3);
  g_assert_cmpuint (back.receive_queue, ==, 4);
  g_assert_cmpuint (back.segs_out, ==, 5);
  g_assert_cmpuint (back.segs_in, ==, 6);
}

/* Who lies by large numbers gets the largest that we can hold. */
static void
test_lies (void)
{
  HsViewFact heard;
  HsTcpNumbers numbers;

  g_assert_true (hs_view_fact_parse ("numbers time=1 state=ESTABLISHED rtt=999999999999999 under-way=999999999999999 segments-in=999999999999999", &heard));
  hs_view_to_numbers (&heard, &numbers);
  g_assert_cmpuint (numbers.rtt_us, ==, G_MAXUINT32);
  g_assert_cmpuint (numbers.send_queue, ==, G_MAXUINT32);
  g_assert_cmpuint (numbers.segs_in, ==, G_MAXUINT32);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/view-tcp/state", test_state);
  g_test_add_func ("/net/view-tcp/segment", test_segment);
  g_test_add_func ("/net/view-tcp/first", test_first);
  g_test_add_func ("/net/view-tcp/not-told", test_not_told);
  g_test_add_func ("/net/view-tcp/numbers", test_numbers);
  g_test_add_func ("/net/view-tcp/lies", test_lies);
  return g_test_run ();
}
