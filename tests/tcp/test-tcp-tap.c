/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two taps on the two ends of a real loopback connection: each way to open and to close, told step by step. */
#include "hs-tcp-tap.h"

#include "loopback.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECONDS(n) ((gint64) (n) * G_USEC_PER_SEC)

typedef struct
{
  HsTcpTap *tap;
  int fd;
  GPtrArray *events;
  gboolean gone;
} End;

typedef struct
{
  HsTcpDiag *diag;
  int listener;
  End opener, guest; /* guest: the listener's side */
} Pair;

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  End *end = user_data;

  if (g_test_verbose ())
    {
      g_autofree char *text = hs_tcp_event_to_text (event);
      g_test_message ("%s", text);
    }
  g_ptr_array_add (end->events, hs_tcp_event_ref (event));
}

static void
on_gone (HsTcpTap *tap, gpointer user_data)
{
  ((End *) user_data)->gone = TRUE;
}

static const HsTcpTapFuncs funcs = { .event = on_event, .gone = on_gone };

static void
end_init (End *end, HsTcpRole role, HsTcpDiag *diag)
{
  end->tap = hs_tcp_tap_new (role, diag, &funcs, end);
  end->events = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_tcp_event_unref);
  end->fd = -1;
  end->gone = FALSE;
}

static void
end_clear (End *end)
{
  hs_tcp_tap_free (end->tap);
  g_ptr_array_unref (end->events);
  if (end->fd >= 0)
    close (end->fd);
}

/* "opener SYN-SENT ESTABLISHED …": the states in order */
static char *
states_of (End *end)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < end->events->len; i++)
    {
      HsTcpEvent *event = end->events->pdata[i];

      if (event->kind == HS_TCP_EVENT_STATE)
        g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", hs_tcp_state_get_short_name (event->state));
    }
  return g_string_free (text, FALSE);
}

static void
assert_states (End *end, const char *expected)
{
  g_autofree char *states = states_of (end);

  g_assert_cmpstr (states, ==, expected);
}

static HsTcpEvent *
find_event (End *end, const char *title)
{
  for (guint i = 0; i < end->events->len; i++)
    {
      HsTcpEvent *event = end->events->pdata[i];

      if (g_str_equal (event->title, title))
        return event;
    }
  return NULL;
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

#define wait_until(condition) \
  G_STMT_START { \
    gint64 end_time_ = g_get_monotonic_time () + SECONDS (5); \
    guint tick_ = g_timeout_add (2, on_tick, NULL); \
    while (!(condition) && g_get_monotonic_time () < end_time_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (tick_); \
    g_assert_true (condition); \
  } G_STMT_END

static gboolean
look_for (End *end, HsTcpState state)
{
  hs_tcp_tap_look (end->tap);
  return hs_tcp_tap_get_state (end->tap) == state;
}

static void
pair_init (Pair *pair, Loopback kind)
{
  g_autoptr (GSocketAddress) remote = NULL;
  guint16 port;

  memset (pair, 0, sizeof *pair);
  pair->diag = hs_tcp_diag_new ();
  pair->listener = loopback_listen (kind, 16, &port);
  end_init (&pair->opener, HS_TCP_ROLE_OPENER, pair->diag);
  end_init (&pair->guest, HS_TCP_ROLE_LISTENER, pair->diag);

  pair->opener.fd = loopback_socket (kind, port, &remote);
  hs_tcp_tap_connecting (pair->opener.tap, pair->opener.fd, remote);
  loopback_connect (pair->opener.fd, remote);
  pair->guest.fd = accept (pair->listener, NULL, NULL);
  g_assert_cmpint (pair->guest.fd, >=, 0);
  hs_tcp_tap_attach (pair->opener.tap, pair->opener.fd, 0);
  hs_tcp_tap_attach (pair->guest.tap, pair->guest.fd, 0);
}

static void
pair_clear (Pair *pair)
{
  end_clear (&pair->opener);
  end_clear (&pair->guest);
  close (pair->listener);
  hs_tcp_diag_free (pair->diag);
}

static void
shut_down (End *end)
{
  hs_tcp_tap_shutting_down (end->tap);
  shutdown (end->fd, SHUT_WR);
}

static void
let_go (End *end, gboolean reset)
{
  struct linger linger = { 1, 0 };

  if (reset)
    setsockopt (end->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  hs_tcp_tap_detach (end->tap, reset);
  close (end->fd);
  end->fd = -1;
}

static void
test_handshake (gconstpointer data)
{
  Pair pair;
  HsTcpEvent *syn, *event;

  pair_init (&pair, GPOINTER_TO_INT (data));
  assert_states (&pair.opener, "SYN-SENT ESTABLISHED");
  assert_states (&pair.guest, "LISTEN SYN-RCVD ESTABLISHED");

  event = find_event (&pair.opener, "SYN-SENT");
  g_assert_cmpint (event->known, ==, HS_TCP_INFERRED); /* loopback: connect () is done before anybody can look */
  event = find_event (&pair.opener, "ESTABLISHED");
  g_assert_cmpint (event->known, ==, HS_TCP_OBSERVED);
  g_assert_nonnull (strstr (event->detail, "tcpi_rtt"));

  syn = find_event (&pair.guest, "SYN arrived");
  g_assert_cmpstr (syn->source, ==, "TCP_SAVED_SYN");
  g_assert_true (syn->has_seq);
  g_assert_nonnull (strstr (syn->detail, "MSS"));
  event = find_event (&pair.guest, "ACK arrived");
  g_assert_cmpuint (event->seq, ==, syn->seq + 1);
  event = find_event (&pair.guest, "SYN-RECEIVED");
  g_assert_cmpint (event->known, ==, HS_TCP_INFERRED);
  event = find_event (&pair.guest, "ESTABLISHED");
  g_assert_cmpint (event->known, ==, HS_TCP_OBSERVED);
  g_assert_cmpstr (event->source, ==, "accept()");
  for (guint i = 0; i < pair.guest.events->len; i++)
    g_assert_cmpint (((HsTcpEvent *) pair.guest.events->pdata[i])->time, <=, g_get_monotonic_time ());
  pair_clear (&pair);
}

/* The opener closes first, each step looked at. */
static void
close_in_order (Pair *pair, End *first, End *second)
{
  HsTcpDiagEntry entry;

  shut_down (first);
  wait_until (look_for (first, HS_TCP_FIN_WAIT_2));
  wait_until (look_for (second, HS_TCP_CLOSE_WAIT));
  shut_down (second);
  wait_until (look_for (first, HS_TCP_TIME_WAIT));
  wait_until (look_for (second, HS_TCP_CLOSED));
  g_assert_true (hs_tcp_diag_find (pair->diag, G_INET_SOCKET_ADDRESS (hs_tcp_tap_get_local (first->tap)),
                                   G_INET_SOCKET_ADDRESS (hs_tcp_tap_get_remote (first->tap)), hs_tcp_socket_cookie (first->fd), &entry));
  g_assert_cmpint (entry.state, ==, HS_TCP_TIME_WAIT);
  let_go (first, FALSE);
  let_go (second, FALSE);
  wait_until (second->gone);
}

static void
test_close (gconstpointer data)
{
  gboolean opener_first = GPOINTER_TO_INT (data) & 16;
  Pair pair;
  HsTcpEvent *event;

  pair_init (&pair, GPOINTER_TO_INT (data) & 15);
  if (opener_first)
    close_in_order (&pair, &pair.opener, &pair.guest);
  else
    close_in_order (&pair, &pair.guest, &pair.opener);
  assert_states (&pair.opener, opener_first ? "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT"
                                            : "SYN-SENT ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
  assert_states (&pair.guest, opener_first ? "LISTEN SYN-RCVD ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED"
                                           : "LISTEN SYN-RCVD ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT");

  event = find_event (opener_first ? &pair.opener : &pair.guest, "TIME-WAIT");
  g_assert_cmpint (event->known, ==, HS_TCP_OBSERVED);
  g_assert_cmpstr (event->source, ==, "sock_diag");
  g_assert_cmpuint (event->expires_ms, >, 50000);
  g_assert_cmpuint (event->expires_ms, <=, 61000);
  /* x + 1, and nothing was sent: the guest's FIN has number x + 1 */
  event = find_event (&pair.guest, "FIN arrived");
  g_assert_true (event->has_seq);
  g_assert_cmpuint (event->seq, ==, find_event (&pair.guest, "SYN arrived")->seq + 1);
  pair_clear (&pair);
}

/* close () without shutdown: all that follows is found by cookie. */
static void
test_orphan (gconstpointer data)
{
  Pair pair;

  pair_init (&pair, GPOINTER_TO_INT (data));
  hs_tcp_tap_set_shown (pair.opener.tap, TRUE);
  let_go (&pair.opener, FALSE);
  wait_until (hs_tcp_tap_get_state (pair.opener.tap) == HS_TCP_FIN_WAIT_2);
  wait_until (look_for (&pair.guest, HS_TCP_CLOSE_WAIT));
  let_go (&pair.guest, FALSE);
  wait_until (pair.guest.gone);
  wait_until (hs_tcp_tap_get_state (pair.opener.tap) == HS_TCP_TIME_WAIT);
  assert_states (&pair.opener, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT");
  assert_states (&pair.guest, "LISTEN SYN-RCVD ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
  g_assert_cmpint (find_event (&pair.opener, "FIN-WAIT-2")->known, ==, HS_TCP_OBSERVED);
  pair_clear (&pair);
}

static void
test_half_close (void)
{
  Pair pair;
  char byte;

  pair_init (&pair, LOOPBACK_V4);
  shut_down (&pair.opener);
  wait_until (look_for (&pair.guest, HS_TCP_CLOSE_WAIT));
  wait_until (look_for (&pair.opener, HS_TCP_FIN_WAIT_2));
  g_assert_cmpint (send (pair.guest.fd, "x", 1, 0), ==, 1);
  hs_tcp_tap_wrote (pair.guest.tap, 1, NULL);
  g_assert_cmpint (recv (pair.opener.fd, &byte, 1, 0), ==, 1);
  wait_until (look_for (&pair.guest, HS_TCP_CLOSE_WAIT) && find_event (&pair.guest, "Acknowledged") != NULL);
  g_assert_cmpuint (find_event (&pair.guest, "Acknowledged")->bytes, ==, 1);
  assert_states (&pair.opener, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2");
  pair_clear (&pair);
}

static guint
count_data (End *end)
{
  guint n = 0;

  for (guint i = 0; i < end->events->len; i++)
    n += ((HsTcpEvent *) end->events->pdata[i])->kind == HS_TCP_EVENT_DATA ? 1 : 0;
  return n;
}

/* What goes through while nobody keeps it makes no events, and is counted all the same; states are seen, a little later. */
static void
test_quiet (void)
{
  Pair pair;
  HsTcpEvent *written;
  char byte;

  pair_init (&pair, LOOPBACK_V4);
  hs_tcp_tap_set_quiet (pair.guest.tap, TRUE);
  for (guint i = 0; i < 1000; i++)
    {
      hs_tcp_tap_queued (pair.guest.tap, i + 1);
      g_assert_cmpint (send (pair.guest.fd, "x", 1, 0), ==, 1);
      hs_tcp_tap_wrote (pair.guest.tap, 1, NULL);
      hs_tcp_tap_look (pair.guest.tap);
      g_assert_cmpint (recv (pair.opener.fd, &byte, 1, 0), ==, 1);
    }
  g_assert_cmpuint (count_data (&pair.guest), <=, 20); /* acknowledgements, of many together */
  g_assert_null (find_event (&pair.guest, "Written"));
  shut_down (&pair.opener);
  wait_until (look_for (&pair.guest, HS_TCP_CLOSE_WAIT));
  hs_tcp_tap_set_quiet (pair.guest.tap, FALSE);
  g_assert_cmpint (send (pair.guest.fd, "x", 1, 0), ==, 1);
  hs_tcp_tap_wrote (pair.guest.tap, 1, NULL);
  written = find_event (&pair.guest, "Written");
  g_assert_cmpuint (written->offset, ==, 1001);
  assert_states (&pair.guest, "LISTEN SYN-RCVD ESTABLISHED CLOSE-WAIT");
  pair_clear (&pair);
}

static void
test_reset (void)
{
  Pair pair;

  pair_init (&pair, LOOPBACK_V4);
  let_go (&pair.opener, TRUE);
  wait_until (pair.opener.gone);
  wait_until (look_for (&pair.guest, HS_TCP_CLOSED));
  assert_states (&pair.opener, "SYN-SENT ESTABLISHED CLOSED");
  assert_states (&pair.guest, "LISTEN SYN-RCVD ESTABLISHED CLOSED");
  g_assert_true (find_event (&pair.opener, "RST sent")->outgoing);
  g_assert_false (find_event (&pair.guest, "RST arrived")->outgoing);
  pair_clear (&pair);
}

/* Data that nobody read, then close (): the kernel resets. */
static void
test_unread (void)
{
  Pair pair;

  pair_init (&pair, LOOPBACK_V4);
  g_assert_cmpint (send (pair.opener.fd, "hello", 5, 0), ==, 5);
  wait_until (look_for (&pair.opener, HS_TCP_ESTABLISHED) && find_event (&pair.opener, "Acknowledged") != NULL);
  let_go (&pair.guest, FALSE);
  wait_until (pair.guest.gone);
  assert_states (&pair.guest, "LISTEN SYN-RCVD ESTABLISHED CLOSED");
  g_assert_nonnull (find_event (&pair.guest, "RST sent"));
  pair_clear (&pair);
}

/* Both shut down before either looks: on loopback the FINs cross only in our knowledge, so the story must merely be legal. */
static void
test_both (void)
{
  Pair pair;

  pair_init (&pair, LOOPBACK_V4);
  hs_tcp_tap_shutting_down (pair.opener.tap);
  hs_tcp_tap_shutting_down (pair.guest.tap);
  shutdown (pair.opener.fd, SHUT_WR);
  shutdown (pair.guest.fd, SHUT_WR);
  wait_until (look_for (&pair.opener, HS_TCP_TIME_WAIT));
  wait_until (look_for (&pair.guest, HS_TCP_CLOSED));
  assert_states (&pair.opener, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT");
  assert_states (&pair.guest, "LISTEN SYN-RCVD ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
  g_assert_cmpint (find_event (&pair.guest, "LAST-ACK")->known, ==, HS_TCP_INFERRED);
  pair_clear (&pair);
}

static void
test_refused (void)
{
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string ("127.0.0.1", 9);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "Connection refused");
  End end;

  end_init (&end, HS_TCP_ROLE_OPENER, NULL);
  hs_tcp_tap_step (end.tap, "resolving", NULL, "GSocketClient");
  hs_tcp_tap_connecting (end.tap, -1, remote);
  hs_tcp_tap_failed (end.tap, error);
  g_assert_false (end.gone); /* told by the loop, never from within a call */
  wait_until (end.gone);
  g_assert_true (hs_tcp_tap_is_gone (end.tap));
  assert_states (&end, "SYN-SENT CLOSED");
  g_assert_cmpint (find_event (&end, "RST arrived")->known, ==, HS_TCP_INFERRED);
  end_clear (&end);
}

static void
test_unix (void)
{
  int fds[2];
  End end;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  end_init (&end, HS_TCP_ROLE_OPENER, NULL);
  end.fd = fds[0];
  hs_tcp_tap_attach (end.tap, end.fd, 0);
  g_assert_nonnull (find_event (&end, "There is no TCP beneath"));
  hs_tcp_tap_look (end.tap);
  let_go (&end, FALSE);
  wait_until (end.gone);
  assert_states (&end, "");
  close (fds[1]);
  end_clear (&end);
}

/* A guest that is looked at late: its past is inferred, its SYN still there. */
static void
test_late (void)
{
  Pair pair;
  End late;

  pair_init (&pair, LOOPBACK_V4);
  end_init (&late, HS_TCP_ROLE_OPENER, pair.diag);
  shut_down (&pair.guest);
  wait_until (look_for (&pair.guest, HS_TCP_FIN_WAIT_2));
  hs_tcp_tap_attach (late.tap, pair.opener.fd, g_get_monotonic_time () - SECONDS (1));
  assert_states (&late, "SYN-SENT ESTABLISHED CLOSE-WAIT");
  end_clear (&late);
  pair_clear (&pair);
}

/* ---- Random sequences: whatever is done, the story stays legal ---- */

typedef enum { DO_WRITE, DO_READ, DO_SHUT_DOWN, DO_LOOK, DO_SHOW, DO_HIDE, DO_ITERATE, DO_LET_GO, DO_RESET, N_DEEDS } Deed;

static void
do_deed (End *end, Deed deed)
{
  char buffer[64];

  if (deed == DO_SHOW || deed == DO_HIDE)
    hs_tcp_tap_set_shown (end->tap, deed == DO_SHOW);
  else if (deed == DO_ITERATE)
    while (g_main_context_iteration (NULL, FALSE))
      ;
  else if (end->fd < 0)
    return;
  else if (deed == DO_WRITE && send (end->fd, "hello", 5, MSG_NOSIGNAL | MSG_DONTWAIT) == 5)
    hs_tcp_tap_wrote (end->tap, 5, NULL);
  else if (deed == DO_READ && recv (end->fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0)
    hs_tcp_tap_received (end->tap, 1, 1, NULL);
  else if (deed == DO_SHUT_DOWN)
    shut_down (end);
  else if (deed == DO_LOOK)
    hs_tcp_tap_look (end->tap);
  else if (deed == DO_LET_GO || deed == DO_RESET)
    let_go (end, deed == DO_RESET);
}

static void
assert_legal (End *end)
{
  HsTcpState state = HS_TCP_CLOSED;
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < end->events->len; i++)
    {
      HsTcpEvent *event = end->events->pdata[i];

      g_assert_cmpint (event->time, <=, now);
      g_assert_nonnull (event->source);
      if (event->kind != HS_TCP_EVENT_STATE)
        continue;
      g_assert_true (hs_tcp_state_may_follow (state, event->state));
      state = event->state;
    }
  g_assert_cmpint (state, ==, hs_tcp_tap_get_state (end->tap));
}

static void
test_random (void)
{
  for (guint round = 0; round < 300; round++)
    {
      Pair pair;

      pair_init (&pair, round % 3);
      for (guint i = 0; i < 25; i++)
        do_deed (g_test_rand_bit () ? &pair.opener : &pair.guest, g_test_rand_int_range (0, N_DEEDS));
      while (g_main_context_iteration (NULL, FALSE))
        ;
      assert_legal (&pair.opener);
      assert_legal (&pair.guest);
      pair_clear (&pair);
    }
}

/* Both ends are here: each is told of the other, while shown and no longer. */
static void
test_other (void)
{
  Pair pair;
  HsTcpEvent *event;

  pair_init (&pair, LOOPBACK_DUAL);
  g_assert_null (find_event (&pair.opener, "The other end"));
  hs_tcp_tap_set_shown (pair.opener.tap, TRUE);
  event = find_event (&pair.opener, "The other end");
  g_assert_nonnull (event);
  g_assert_cmpint (event->kind, ==, HS_TCP_EVENT_OTHER);
  g_assert_cmpint (event->other, ==, HS_TCP_ESTABLISHED);
  g_assert_cmpint (event->state, ==, HS_TCP_ESTABLISHED);
  g_assert_cmpint (event->known, ==, HS_TCP_OBSERVED);
  g_assert_null (find_event (&pair.guest, "The other end"));

  shut_down (&pair.opener);
  g_ptr_array_set_size (pair.opener.events, 0);
  hs_tcp_tap_look (pair.opener.tap);
  event = find_event (&pair.opener, "The other end");
  g_assert_cmpint (event->other, ==, HS_TCP_CLOSE_WAIT);
  pair_clear (&pair);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/tap/other", test_other);
  g_test_add_data_func ("/tcp/tap/handshake/v4", GINT_TO_POINTER (LOOPBACK_V4), test_handshake);
  g_test_add_data_func ("/tcp/tap/handshake/v6", GINT_TO_POINTER (LOOPBACK_V6), test_handshake);
  g_test_add_data_func ("/tcp/tap/handshake/dual-stack", GINT_TO_POINTER (LOOPBACK_DUAL), test_handshake);
  g_test_add_data_func ("/tcp/tap/close/opener-first/v4", GINT_TO_POINTER (LOOPBACK_V4 | 16), test_close);
  g_test_add_data_func ("/tcp/tap/close/opener-first/v6", GINT_TO_POINTER (LOOPBACK_V6 | 16), test_close);
  g_test_add_data_func ("/tcp/tap/close/opener-first/dual-stack", GINT_TO_POINTER (LOOPBACK_DUAL | 16), test_close);
  g_test_add_data_func ("/tcp/tap/close/listener-first/v4", GINT_TO_POINTER (LOOPBACK_V4), test_close);
  g_test_add_data_func ("/tcp/tap/close/listener-first/v6", GINT_TO_POINTER (LOOPBACK_V6), test_close);
  g_test_add_data_func ("/tcp/tap/close/listener-first/dual-stack", GINT_TO_POINTER (LOOPBACK_DUAL), test_close);
  g_test_add_data_func ("/tcp/tap/orphan/v4", GINT_TO_POINTER (LOOPBACK_V4), test_orphan);
  g_test_add_data_func ("/tcp/tap/orphan/dual-stack", GINT_TO_POINTER (LOOPBACK_DUAL), test_orphan);
  g_test_add_func ("/tcp/tap/half-close", test_half_close);
  g_test_add_func ("/tcp/tap/quiet", test_quiet);
  g_test_add_func ("/tcp/tap/reset", test_reset);
  g_test_add_func ("/tcp/tap/unread", test_unread);
  g_test_add_func ("/tcp/tap/both", test_both);
  g_test_add_func ("/tcp/tap/refused", test_refused);
  g_test_add_func ("/tcp/tap/unix", test_unix);
  g_test_add_func ("/tcp/tap/late", test_late);
  g_test_add_func ("/tcp/tap/random", test_random);
  return g_test_run ();
}
