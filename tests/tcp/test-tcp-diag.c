/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's table: the exact socket by cookie, in each family; half-open entries by port. */
#include "hs-tcp-diag.h"

#include "loopback.h"

#include <sys/socket.h>
#include <unistd.h>

static void
test_find (gconstpointer data)
{
  g_autoptr (HsTcpDiag) diag = hs_tcp_diag_new ();
  g_autoptr (GSocketAddress) remote = NULL, local = NULL;
  HsTcpDiagEntry entry;
  guint16 port;
  int listener = loopback_listen (GPOINTER_TO_INT (data), 8, &port);
  int opener = loopback_socket (GPOINTER_TO_INT (data), port, &remote);
  guint64 cookie, guest_cookie;
  int guest;

  if (diag == NULL)
    {
      g_test_skip ("no sock_diag here");
      return;
    }
  loopback_connect (opener, remote);
  guest = accept (listener, NULL, NULL);
  local = loopback_local (opener);
  cookie = hs_tcp_socket_cookie (opener);
  guest_cookie = hs_tcp_socket_cookie (guest);
  g_assert_cmpuint (cookie, !=, 0);
  g_assert_cmpuint (cookie, !=, guest_cookie);

  g_assert_true (hs_tcp_diag_find (diag, G_INET_SOCKET_ADDRESS (local), G_INET_SOCKET_ADDRESS (remote), cookie, &entry));
  g_assert_cmpint (entry.state, ==, HS_TCP_ESTABLISHED);
  g_assert_cmpuint (entry.cookie, ==, cookie);
  /* The other end, seen the other way round: of a dual-stack listener it is an IPv6 socket. */
  g_assert_true (hs_tcp_diag_find (diag, G_INET_SOCKET_ADDRESS (remote), G_INET_SOCKET_ADDRESS (local), guest_cookie, &entry));
  g_assert_cmpuint (entry.cookie, ==, guest_cookie);
  g_assert_false (hs_tcp_diag_find (diag, G_INET_SOCKET_ADDRESS (local), G_INET_SOCKET_ADDRESS (remote), cookie + 1, &entry));

  close (opener);
  close (guest);
  /* Without the cookie the kernel would answer with the listening socket. */
  g_assert_false (hs_tcp_diag_find (diag, G_INET_SOCKET_ADDRESS (remote), G_INET_SOCKET_ADDRESS (local), guest_cookie, &entry)
                  && entry.state == HS_TCP_LISTEN);
  close (listener);
}

static void
test_half_open (void)
{
  g_autoptr (HsTcpDiag) diag = hs_tcp_diag_new ();
  guint16 port;
  int listener = loopback_listen (LOOPBACK_DUAL, 8, &port);

  if (diag == NULL)
    g_test_skip ("no sock_diag here");
  else
    for (guint i = 0; i < 3; i++) /* what one dump leaves behind must not disturb the next */
      g_assert_cmpuint (hs_tcp_diag_count_half_open (diag, port), ==, 0);
  close (listener);
}

static void
test_cookie (void)
{
  g_assert_cmpuint (hs_tcp_socket_cookie (-1), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tcp/diag/find/v4", GINT_TO_POINTER (LOOPBACK_V4), test_find);
  g_test_add_data_func ("/tcp/diag/find/v6", GINT_TO_POINTER (LOOPBACK_V6), test_find);
  g_test_add_data_func ("/tcp/diag/find/dual-stack", GINT_TO_POINTER (LOOPBACK_DUAL), test_find);
  g_test_add_func ("/tcp/diag/half-open", test_half_open);
  g_test_add_func ("/tcp/diag/cookie", test_cookie);
  return g_test_run ();
}
