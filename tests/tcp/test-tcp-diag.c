/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's table: the exact socket by cookie, in each family; half-open entries by port. */
#include "hs-tcp-diag.h"

#include "hs-tcp-numbers.h"

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
test_other (gconstpointer data)
{
  g_autoptr (HsTcpDiag) diag = hs_tcp_diag_new ();
  g_autoptr (GSocketAddress) remote = NULL, local = NULL, nowhere = g_inet_socket_address_new_from_string ("192.0.2.1", 8000);
  HsTcpNumbers own, other;
  HsTcpDiagEntry entry;
  guint8 info[16];
  gsize len = 0;
  guint16 port;
  int listener = loopback_listen (GPOINTER_TO_INT (data), 8, &port);
  int opener = loopback_socket (GPOINTER_TO_INT (data), port, &remote);
  int guest;

  if (diag == NULL)
    {
      g_test_skip ("no sock_diag here");
      return;
    }
  loopback_connect (opener, remote);
  guest = accept (listener, NULL, NULL);
  local = loopback_local (opener);
  g_assert_cmpint (send (opener, "hello", 5, 0), ==, 5);

  g_assert_true (hs_tcp_numbers_read_other (diag, G_INET_SOCKET_ADDRESS (local), G_INET_SOCKET_ADDRESS (remote), &other));
  g_assert_cmpint (other.state, ==, HS_TCP_ESTABLISHED);
  g_assert_cmpuint (other.receive_queue, ==, 5);
  g_assert_true (hs_tcp_numbers_read (guest, &own)); /* what the other's owner reads */
  g_assert_cmpuint (other.bytes_received, ==, own.bytes_received);
  g_assert_cmpuint (other.segs_in, ==, own.segs_in);
  g_assert_cmpuint (other.snd_wnd, ==, own.snd_wnd);
  /* No more than there is room for. */
  g_assert_true (hs_tcp_diag_find_other (diag, G_INET_SOCKET_ADDRESS (local), G_INET_SOCKET_ADDRESS (remote), &entry, info, sizeof info, &len));
  g_assert_cmpuint (len, ==, sizeof info);
  g_assert_cmpuint (entry.cookie, ==, hs_tcp_socket_cookie (guest));

  g_assert_false (hs_tcp_numbers_read_other (diag, G_INET_SOCKET_ADDRESS (local), G_INET_SOCKET_ADDRESS (nowhere), &other));
  close (opener);
  g_assert_true (hs_tcp_numbers_read_other (diag, G_INET_SOCKET_ADDRESS (local), G_INET_SOCKET_ADDRESS (remote), &other));
  g_assert_cmpint (other.state, ==, HS_TCP_CLOSE_WAIT);
  g_assert_cmpint (recv (guest, info, sizeof info, 0), ==, 5);
  close (guest);
  /* It is over, and the one who listens there is not it. */
  g_assert_false (hs_tcp_numbers_read_other (diag, G_INET_SOCKET_ADDRESS (local), G_INET_SOCKET_ADDRESS (remote), &other));
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
  g_test_add_data_func ("/tcp/diag/other/v4", GINT_TO_POINTER (LOOPBACK_V4), test_other);
  g_test_add_data_func ("/tcp/diag/other/v6", GINT_TO_POINTER (LOOPBACK_V6), test_other);
  g_test_add_data_func ("/tcp/diag/other/dual-stack", GINT_TO_POINTER (LOOPBACK_DUAL), test_other);
  g_test_add_func ("/tcp/diag/half-open", test_half_open);
  g_test_add_func ("/tcp/diag/cookie", test_cookie);
  return g_test_run ();
}
