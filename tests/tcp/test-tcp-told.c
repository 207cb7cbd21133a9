/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the other end tells is kept, once each, and never more than a little. */
#include "hs-tcp-told.h"

static void
add (HsTcpTold *told, HsTcpState state, gint64 real_time)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_STATE, HS_TCP_OBSERVED, 0, "", NULL, "");

  event->state = state;
  event->real_time = real_time;
  hs_tcp_told_add (told, event);
}

static gint64
time_at (HsTcpTold *told, guint i)
{
  return ((const HsTcpEvent *) hs_tcp_told_get_events (told)->pdata[i])->real_time;
}

static void
test_once (void)
{
  HsTcpTold *told = hs_tcp_told_new ();

  add (told, HS_TCP_SYN_SENT, 1);
  add (told, HS_TCP_ESTABLISHED, 1);
  add (told, HS_TCP_SYN_SENT, 1); /* asked again, it tells all again */
  add (told, HS_TCP_ESTABLISHED, 1);
  add (told, HS_TCP_ESTABLISHED, 2);
  g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 3);
  hs_tcp_told_free (told);
}

/* A flood: how it began and what came last stay. */
static void
test_flood (void)
{
  HsTcpTold *told = hs_tcp_told_new ();

  for (gint64 i = 0; i < 100000; i++)
    add (told, HS_TCP_ESTABLISHED, i);
  g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 64);
  g_assert_cmpint (time_at (told, 0), ==, 0);
  g_assert_cmpint (time_at (told, 31), ==, 31);
  g_assert_cmpint (time_at (told, 63), ==, 99999);
  hs_tcp_told_free (told);
}

static void
test_unknown (void)
{
  HsTcpTold *told = hs_tcp_told_new ();
  gint64 offset, round_trip;

  g_assert_cmpint (hs_tcp_told_get_state (told), ==, HS_TCP_TOLD_NOTHING);
  g_assert_null (hs_tcp_told_get_numbers (told));
  g_assert_false (hs_tcp_told_get_clock (told, &offset, &round_trip));
  hs_tcp_told_set_clock (told, -5, 3);
  g_assert_true (hs_tcp_told_get_clock (told, &offset, &round_trip));
  g_assert_cmpint (offset, ==, -5);
  g_assert_cmpint (round_trip, ==, 3);
  hs_tcp_told_free (told);
}

/* Who has stopped has no numbers, for they are of now; what has happened stays. */
static void
test_stopped (void)
{
  static const HsTcpToldState states[] = { HS_TCP_TOLD_REFUSED, HS_TCP_TOLD_ASKED };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      HsTcpTold *told = hs_tcp_told_new ();

      hs_tcp_told_set_state (told, HS_TCP_TOLD_TELLS);
      hs_tcp_told_set_numbers (told, &(HsTcpNumbers) { .rtt_us = 7 });
      add (told, HS_TCP_ESTABLISHED, 1);
      hs_tcp_told_set_state (told, HS_TCP_TOLD_TELLS);
      g_assert_cmpuint (hs_tcp_told_get_numbers (told)->rtt_us, ==, 7);
      hs_tcp_told_set_state (told, states[i]);
      g_assert_null (hs_tcp_told_get_numbers (told));
      g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 1);
      hs_tcp_told_free (told);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/told/once", test_once);
  g_test_add_func ("/tcp/told/flood", test_flood);
  g_test_add_func ("/tcp/told/unknown", test_unknown);
  g_test_add_func ("/tcp/told/stopped", test_stopped);
  return g_test_run ();
}
