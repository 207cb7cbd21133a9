/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watch: what its properties say after each event, and how often its log changes. */
#include "hs-tcp-watch.h"

#include <string.h>

static void
add_state (HsTcpWatch *watch, HsTcpState state, HsTcpKnown known, guint32 expires_ms)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_STATE, known, 0, hs_tcp_state_get_name (state), NULL, "test");

  event->state = state;
  event->expires_ms = expires_ms;
  hs_tcp_watch_add_event (watch, event);
}

static void
add_segment (HsTcpWatch *watch, guint8 flags, gboolean outgoing)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_SEGMENT, HS_TCP_OBSERVED, 0, "", NULL, "test");

  event->flags = flags;
  event->outgoing = outgoing;
  hs_tcp_watch_add_event (watch, event);
}

static const struct
{
  const char *description;
  HsTcpState states[4];
  guint8 segment;      /* before the states */
  gboolean outgoing;
  guint began;
} closes[] = {
  { "nobody yet", { HS_TCP_SYN_SENT, HS_TCP_ESTABLISHED }, 0, FALSE, 0 },
  { "we", { HS_TCP_FIN_WAIT_1, HS_TCP_FIN_WAIT_2, HS_TCP_TIME_WAIT }, HS_TCP_FIN, TRUE, 1 },
  { "the peer", { HS_TCP_CLOSE_WAIT, HS_TCP_LAST_ACK }, HS_TCP_FIN, FALSE, 2 },
  { "both", { HS_TCP_FIN_WAIT_1, HS_TCP_CLOSING, HS_TCP_TIME_WAIT }, HS_TCP_FIN, TRUE, 3 },
  { "reset by us", { HS_TCP_CLOSED }, HS_TCP_RST, TRUE, 1 },
  { "reset by the peer", { HS_TCP_CLOSED }, HS_TCP_RST, FALSE, 2 },
};

static void
test_began (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (closes); i++)
    {
      g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");

      g_test_message ("%s", closes[i].description);
      if (closes[i].segment != 0)
        add_segment (watch, closes[i].segment, closes[i].outgoing);
      for (guint j = 0; j < G_N_ELEMENTS (closes[i].states) && closes[i].states[j] != HS_TCP_CLOSED; j++)
        add_state (watch, closes[i].states[j], HS_TCP_OBSERVED, 0);
      g_assert_cmpuint (hs_tcp_watch_get_began (watch), ==, closes[i].began);
    }
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_state (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  guint n_states = 0, n_known = 0;
  gint64 since;

  g_signal_connect_swapped (watch, "notify::state", G_CALLBACK (count), &n_states);
  g_signal_connect_swapped (watch, "notify::known", G_CALLBACK (count), &n_known);
  g_assert_cmpint (hs_tcp_watch_get_since (watch), ==, 0);

  add_state (watch, HS_TCP_SYN_SENT, HS_TCP_INFERRED, 0);
  since = hs_tcp_watch_get_since (watch);
  g_assert_cmpint (since, !=, 0);
  /* Seen after it was inferred: known better, not entered again. */
  add_state (watch, HS_TCP_SYN_SENT, HS_TCP_OBSERVED, 0);
  g_assert_cmpint (hs_tcp_watch_get_since (watch), ==, since);
  g_assert_cmpuint (n_states, ==, 1);
  g_assert_cmpuint (n_known, ==, 2);
  g_assert_cmpstr (hs_tcp_watch_get_source (watch), ==, "test");
}

static void
test_expires (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  gint64 left;

  add_state (watch, HS_TCP_TIME_WAIT, HS_TCP_OBSERVED, 42000);
  left = hs_tcp_watch_get_expires (watch) - g_get_monotonic_time ();
  g_assert_cmpint (left, >, 41000000);
  g_assert_cmpint (left, <=, 42000000);
  add_state (watch, HS_TCP_CLOSED, HS_TCP_OBSERVED, 0);
  g_assert_cmpint (hs_tcp_watch_get_expires (watch), ==, 0);
}

static void
on_changed (GListModel *log, guint position, guint removed, guint added, guint *n)
{
  (*n)++;
  g_assert_cmpuint (g_list_model_get_n_items (log), <=, 2000);
}

static void
test_log (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  guint n = 0;

  g_signal_connect (hs_tcp_watch_get_log (watch), "items-changed", G_CALLBACK (on_changed), &n);
  for (guint i = 0; i < 2000; i++)
    add_segment (watch, HS_TCP_ACK, TRUE);
  g_assert_cmpuint (n, ==, 2000);
  for (guint i = 0; i < 2000; i++)
    add_segment (watch, HS_TCP_ACK, TRUE);
  g_assert_cmpuint (n, <=, 4010); /* full: one more for each 200 */
}

static void
test_bound (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_LISTENER, NULL);
  g_autofree char *name = NULL;
  HsTcpNumbers numbers = { .rtt_us = 410 };
  guint n = 0, n_shown = 0, n_gone = 0;

  g_signal_connect_swapped (watch, "numbers-changed", G_CALLBACK (count), &n);
  g_signal_connect_swapped (watch, "notify::shown", G_CALLBACK (count), &n_shown);
  g_signal_connect_swapped (watch, "notify::gone", G_CALLBACK (count), &n_gone);
  g_assert_null (hs_tcp_watch_get_numbers (watch));
  hs_tcp_watch_set_numbers (watch, &numbers);
  g_assert_cmpuint (hs_tcp_watch_get_numbers (watch)->rtt_us, ==, 410);
  g_assert_cmpuint (n, ==, 1);

  hs_tcp_watch_set_name (watch, "Ana");
  hs_tcp_watch_set_addresses (watch, "[::1]:8000", "[::1]:50000");
  g_object_get (watch, "name", &name, NULL);
  g_assert_cmpstr (name, ==, "Ana");
  g_assert_cmpstr (hs_tcp_watch_get_local (watch), ==, "[::1]:8000");
  hs_tcp_watch_set_shown (watch, TRUE);
  hs_tcp_watch_set_shown (watch, TRUE);
  g_assert_cmpuint (n_shown, ==, 1);
  hs_tcp_watch_set_gone (watch);
  hs_tcp_watch_set_gone (watch);
  g_assert_cmpuint (n_gone, ==, 1);
}

static void
count_signal (HsTcpWatch *watch, guint *n)
{
  (*n)++;
}

/* What is told each second is no reason to draw anew what happened; nor is what had been told. */
static void
test_told (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_STATE, HS_TCP_OBSERVED, 0, "", NULL, "");
  HsTcpNumbers numbers = { .rtt_us = 410 };
  guint n = 0, n_numbers = 0;

  g_signal_connect_swapped (watch, "told-changed", G_CALLBACK (count), &n);
  g_signal_connect_swapped (watch, "told-numbers-changed", G_CALLBACK (count), &n_numbers);
  hs_tcp_watch_set_told_numbers (watch, &numbers);
  hs_tcp_watch_set_told_numbers (watch, &numbers);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (n_numbers, ==, 2);
  hs_tcp_watch_add_told (watch, event);
  hs_tcp_watch_add_told (watch, event);
  g_assert_cmpuint (n, ==, 1);
  hs_tcp_watch_set_told_clock (watch, 1, 2);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (n_numbers, ==, 2);
}

static void
test_tally (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  HsTcpTally tally = { .time = 1, .transport = HS_TCP_TRANSPORT_UDP, .sent = 3 };
  guint n_transports = 0, n_numbers = 0;

  g_signal_connect_swapped (watch, "notify::transport", G_CALLBACK (count), &n_transports);
  g_signal_connect (watch, "numbers-changed", G_CALLBACK (count_signal), &n_numbers);
  g_assert_null (hs_tcp_watch_get_tally (watch));
  hs_tcp_watch_set_transport (watch, HS_TCP_TRANSPORT_UDP);
  g_assert_null (hs_tcp_watch_get_tally (watch)); /* nothing is counted yet */
  hs_tcp_watch_set_tally (watch, &tally);
  g_assert_cmpuint (n_transports, ==, 1);
  g_assert_cmpuint (n_numbers, ==, 1);
  g_assert_cmpuint (hs_tcp_watch_get_tally (watch)->sent, ==, 3);
  g_assert_cmpint (hs_tcp_watch_get_transport (watch), ==, HS_TCP_TRANSPORT_UDP);
  g_assert_null (hs_tcp_watch_get_numbers (watch));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/watch/began", test_began);
  g_test_add_func ("/tcp/watch/state", test_state);
  g_test_add_func ("/tcp/watch/expires", test_expires);
  g_test_add_func ("/tcp/watch/log", test_log);
  g_test_add_func ("/tcp/watch/bound", test_bound);
  g_test_add_func ("/tcp/watch/told", test_told);
  g_test_add_func ("/tcp/watch/tally", test_tally);
  return g_test_run ();
}
