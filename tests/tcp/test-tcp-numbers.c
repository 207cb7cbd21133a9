/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of real sockets: a connection's, its queues', a listener's; and what is none. */
#include "hs-tcp-numbers.h"

#include "loopback.h"

#include <sys/socket.h>
#include <unistd.h>

static void
test_connection (void)
{
  g_autoptr (GSocketAddress) remote = NULL;
  guint16 port;
  int listener = loopback_listen (LOOPBACK_V4, 8, &port);
  int opener = loopback_socket (LOOPBACK_V4, port, &remote);
  HsTcpNumbers numbers;
  int guest;

  g_assert_true (hs_tcp_numbers_read (opener, &numbers));
  g_assert_cmpint (numbers.state, ==, HS_TCP_CLOSED);
  loopback_connect (opener, remote);
  guest = accept (listener, NULL, NULL);
  g_assert_true (hs_tcp_numbers_read (opener, &numbers));
  g_assert_cmpint (numbers.state, ==, HS_TCP_ESTABLISHED);
  g_assert_cmpuint (numbers.rtt_us, >, 0);
  g_assert_cmpuint (numbers.snd_mss, >, 500);
  g_assert_cmpuint (numbers.bytes_acked, ==, 1); /* its own SYN */
  g_assert_cmpuint (numbers.bytes_received, ==, 0);

  g_assert_cmpint (send (opener, "hello", 5, 0), ==, 5);
  for (guint i = 0; i < 1000 && (hs_tcp_numbers_read (guest, &numbers), numbers.receive_queue < 5); i++)
    g_usleep (1000);
  g_assert_cmpuint (numbers.receive_queue, ==, 5);
  g_assert_cmpuint (numbers.bytes_received, ==, 5);
  g_assert_true (hs_tcp_numbers_read (opener, &numbers));
  g_assert_cmpuint (numbers.bytes_sent, ==, 5);
  close (opener);
  close (guest);
  close (listener);
}

static void
test_listener (void)
{
  g_autoptr (GSocketAddress) remote = NULL;
  g_autoptr (HsTcpDiag) diag = hs_tcp_diag_new ();
  guint16 port;
  int listener = loopback_listen (LOOPBACK_DUAL, 8, &port);
  int opener = loopback_socket (LOOPBACK_DUAL, port, &remote);
  HsTcpListenerNumbers numbers;

  loopback_connect (opener, remote);
  g_assert_true (hs_tcp_listener_numbers_read (listener, port, diag, &numbers));
  g_assert_cmpuint (numbers.accept_queue, ==, 1);
  g_assert_cmpuint (numbers.backlog, ==, 8);
  g_assert_cmpuint (numbers.drops, ==, 0);
  g_assert_cmpuint (numbers.half_open, ==, diag != NULL ? 0 : G_MAXUINT32);
  g_assert_false (numbers.syn_cookies);
  g_assert_true (hs_tcp_listener_numbers_read (listener, port, NULL, &numbers));
  g_assert_cmpuint (numbers.half_open, ==, G_MAXUINT32);
  g_assert_false (hs_tcp_listener_numbers_read (opener, port, diag, &numbers));
  close (opener);
  close (listener);
}

static void
test_none (void)
{
  HsTcpNumbers numbers;
  HsTcpListenerNumbers listener;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_false (hs_tcp_numbers_read (fds[0], &numbers));
  g_assert_false (hs_tcp_listener_numbers_read (fds[0], 1, NULL, &listener));
  close (fds[0]);
  close (fds[1]);
  g_assert_false (hs_tcp_numbers_read (-1, &numbers));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/numbers/connection", test_connection);
  g_test_add_func ("/tcp/numbers/listener", test_listener);
  g_test_add_func ("/tcp/numbers/none", test_none);
  return g_test_run ();
}
