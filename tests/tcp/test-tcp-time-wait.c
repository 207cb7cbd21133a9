/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole TIME-WAIT, held against the kernel: its minute is followed from the close to the last trace. Takes as long as the kernel does. */
#include "hs-tcp-watch.h"

#include "loopback.h"

#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_S 60 /* linux: TCP_TIMEWAIT_LEN, include/net/tcp.h */
#define CLOSE_S 5
#define LATE_S 15     /* the kernel's timer wheel is coarse for so long a wait */
#define APART_US (G_USEC_PER_SEC / 2) /* what is shown, and what the kernel says */

typedef struct
{
  HsTcpDiag *diag; /* the test's own eyes */
  HsTcpDiag *taps;
  HsTcpTap *tap;
  HsTcpWatch *watch;
  GInetSocketAddress *local, *remote;
  guint64 cookie;
  int listener, opener, guest;
} Stage;

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  g_autofree char *text = hs_tcp_event_to_text (event);

  g_test_message ("%s", text);
  hs_tcp_watch_add_event (((Stage *) user_data)->watch, event);
}

static void
on_gone (HsTcpTap *tap, gpointer user_data)
{
  hs_tcp_watch_set_gone (((Stage *) user_data)->watch);
}

static const HsTcpTapFuncs funcs = { .event = on_event, .gone = on_gone };

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

#define wait_until(condition, seconds) \
  G_STMT_START { \
    gint64 end_time_ = g_get_monotonic_time () + (seconds) * G_USEC_PER_SEC; \
    guint tick_ = g_timeout_add (100, on_tick, NULL); \
    while (!(condition) && g_get_monotonic_time () < end_time_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (tick_); \
    g_assert_true (condition); \
  } G_STMT_END

static void
stage_init (Stage *stage, Loopback kind)
{
  g_autoptr (GSocketAddress) remote = NULL;
  guint16 port;

  stage->diag = hs_tcp_diag_new ();
  stage->taps = hs_tcp_diag_new ();
  stage->listener = loopback_listen (kind, 4, &port);
  stage->opener = loopback_socket (kind, port, &remote);
  stage->watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "guest");
  stage->tap = hs_tcp_tap_new (HS_TCP_ROLE_OPENER, stage->taps, &funcs, stage);
  hs_tcp_tap_connecting (stage->tap, stage->opener, remote);
  loopback_connect (stage->opener, remote);
  stage->guest = accept (stage->listener, NULL, NULL);
  g_assert_cmpint (stage->guest, >=, 0);
  hs_tcp_tap_attach (stage->tap, stage->opener, 0);
  hs_tcp_tap_set_shown (stage->tap, TRUE);
  stage->local = G_INET_SOCKET_ADDRESS (loopback_local (stage->opener));
  stage->remote = G_INET_SOCKET_ADDRESS (g_steal_pointer (&remote));
  stage->cookie = hs_tcp_socket_cookie (stage->opener);
}

static void
stage_clear (Stage *stage)
{
  hs_tcp_tap_free (stage->tap);
  hs_tcp_diag_free (stage->taps);
  hs_tcp_diag_free (stage->diag);
  g_object_unref (stage->watch);
  g_object_unref (stage->local);
  g_object_unref (stage->remote);
  close (stage->listener);
}

/* We close first. */
static void
close_both (Stage *stage)
{
  hs_tcp_tap_shutting_down (stage->tap);
  shutdown (stage->opener, SHUT_WR);
  hs_tcp_tap_detach (stage->tap, FALSE);
  close (stage->opener);
  close (stage->guest);
}

static gboolean
is_in_kernel (Stage *stage, HsTcpDiagEntry *entry)
{
  return hs_tcp_diag_find (stage->diag, stage->local, stage->remote, stage->cookie, entry);
}

static gint64
get_left (Stage *stage)
{
  return hs_tcp_watch_get_expires (stage->watch) - g_get_monotonic_time ();
}

/* The seconds that a person reads now. */
static gint
read_seconds (Stage *stage)
{
  return MAX (get_left (stage), 0) / G_USEC_PER_SEC;
}

static void
assert_kernel_agrees (Stage *stage)
{
  gint64 before = get_left (stage);
  HsTcpDiagEntry entry;

  g_assert_true (is_in_kernel (stage, &entry));
  g_assert_cmpint (entry.state, ==, HS_TCP_TIME_WAIT);
  g_assert_cmpint (entry.expires_ms * G_TIME_SPAN_MILLISECOND, <, before + APART_US);
  g_assert_cmpint (entry.expires_ms * G_TIME_SPAN_MILLISECOND, >, get_left (stage) - APART_US);
}

/* Down to the last second; each time the kernel says the same. A busy machine may miss a second, not many. */
static void
follow_down (Stage *stage)
{
  gint seconds = read_seconds (stage);
  guint seen = 0;

  g_assert_cmpint (seconds, >=, KERNEL_S - CLOSE_S);
  g_assert_cmpint (seconds, <=, KERNEL_S);
  for (; seconds > 1; seconds = read_seconds (stage), seen++)
    {
      assert_kernel_agrees (stage);
      g_assert_cmpint (hs_tcp_watch_get_state (stage->watch), ==, HS_TCP_TIME_WAIT);
      g_assert_false (hs_tcp_watch_get_gone (stage->watch));
      wait_until (read_seconds (stage) < seconds, CLOSE_S);
    }
  g_assert_cmpuint (seen, >, KERNEL_S * 3 / 4);
}

static void
test_until_gone (gconstpointer kind)
{
  Stage stage;
  HsTcpDiagEntry entry;

  stage_init (&stage, GPOINTER_TO_INT (kind));
  if (!is_in_kernel (&stage, &entry))
    {
      g_test_skip ("no sock_diag here");
      stage_clear (&stage);
      return;
    }
  close_both (&stage);
  wait_until (hs_tcp_watch_get_state (stage.watch) == HS_TCP_TIME_WAIT, CLOSE_S);
  g_assert_cmpint (hs_tcp_watch_get_known (stage.watch), ==, HS_TCP_OBSERVED);
  g_assert_cmpuint (hs_tcp_watch_get_began (stage.watch), ==, 1);

  follow_down (&stage);
  wait_until (hs_tcp_watch_get_gone (stage.watch), LATE_S);
  g_assert_false (is_in_kernel (&stage, &entry));
  g_assert_cmpint (hs_tcp_watch_get_state (stage.watch), ==, HS_TCP_CLOSED);
  g_assert_cmpint (hs_tcp_watch_get_known (stage.watch), ==, HS_TCP_OBSERVED);
  g_assert_cmpint (hs_tcp_watch_get_expires (stage.watch), ==, 0);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tcp/time-wait/until-gone", GINT_TO_POINTER (LOOPBACK_V4), test_until_gone);
  return g_test_run ();
}
