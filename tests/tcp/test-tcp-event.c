/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: their line for the log's copy, and their life across threads. */
#include "hs-tcp-event.h"

#include <string.h>

static const struct
{
  const char *description;
  HsTcpKnown known;
  const char *title, *detail, *source, *expected;
} cases[] = {
  { "all", HS_TCP_OBSERVED, "ESTABLISHED", "cookie 0x1c7e", "accept()", "ESTABLISHED observed accept() cookie 0x1c7e" },
  { "no detail", HS_TCP_INFERRED, "SYN-SENT", NULL, "connect()", "SYN-SENT inferred connect()" },
  { "no source", HS_TCP_OBSERVED, "connecting", NULL, NULL, "connecting observed" },
  { "nothing", HS_TCP_OBSERVED, NULL, "", "", " observed" },
};

static void
test_text (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HsTcpEvent) event =
        hs_tcp_event_new (HS_TCP_EVENT_STATE, cases[i].known, 0, cases[i].title, cases[i].detail, cases[i].source);
      g_autofree char *text = hs_tcp_event_to_text (event);

      g_test_message ("%s", cases[i].description);
      g_assert_cmpuint (strlen (text), >, strlen ("09:11:58.204 "));
      g_assert_cmpint (text[8], ==, '.');
      g_assert_cmpstr (text + strlen ("09:11:58.204 "), ==, cases[i].expected);
    }
}

/* An event of a second ago has both clocks a second back. */
static void
test_time (void)
{
  gint64 then = g_get_monotonic_time () - G_USEC_PER_SEC;
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_NOTE, HS_TCP_OBSERVED, then, "", NULL, NULL);

  g_assert_cmpint (event->time, ==, then);
  g_assert_cmpint (ABS (g_get_real_time () - event->real_time - G_USEC_PER_SEC), <, G_USEC_PER_SEC / 2);
}

static gpointer
keep_and_drop (gpointer data)
{
  for (guint i = 0; i < 10000; i++)
    {
      hs_tcp_event_ref (data);
      hs_tcp_event_unref (data);
    }
  hs_tcp_event_unref (data);
  return NULL;
}

static void
test_threads (void)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_NOTE, HS_TCP_OBSERVED, 0, "a", "b", "c");
  GThread *thread = g_thread_new ("reader", keep_and_drop, hs_tcp_event_ref (event));

  keep_and_drop (event);
  g_thread_join (thread);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/event/text", test_text);
  g_test_add_func ("/tcp/event/time", test_time);
  g_test_add_func ("/tcp/event/threads", test_threads);
  return g_test_run ();
}
