/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's word that a socket is gone comes to who waits for its cookie, and to nobody else. */
#include "hs-tcp-bell.h"

#include "hs-tcp-diag.h"
#include "loopback.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  HsTcpBell *bell;
  guint rung, others;
} Fixture;

static void
on_bell (gpointer user_data)
{
  (*(guint *) user_data)++;
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_for (guint *count)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  guint tick = g_timeout_add (2, on_tick, NULL);

  while (*count == 0 && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_cmpuint (*count, ==, 1);
}

static void
test_rings (gconstpointer data)
{
  Fixture self = { hs_tcp_bell_new (), 0, 0 };
  g_autoptr (GSocketAddress) remote = NULL;
  guint16 port;
  int listener = loopback_listen (GPOINTER_TO_INT (data), 4, &port);
  int a = loopback_socket (GPOINTER_TO_INT (data), port, &remote), b;
  guint64 cookie_a, cookie_b;

  loopback_connect (a, remote);
  b = accept (listener, NULL, NULL);
  cookie_a = hs_tcp_socket_cookie (a);
  cookie_b = hs_tcp_socket_cookie (b);
  if (!hs_tcp_bell_await (self.bell, cookie_b, on_bell, &self.rung))
    {
      g_test_skip ("the multicast groups of sock_diag cannot be joined here");
      goto out;
    }
  g_assert_true (hs_tcp_bell_await (self.bell, cookie_a ^ 1, on_bell, &self.others));
  close (a);
  close (b); /* LAST-ACK, and then nothing is left of it */
  a = b = -1;
  wait_for (&self.rung);
  g_assert_cmpuint (self.others, ==, 0);
  hs_tcp_bell_forget (self.bell, cookie_a ^ 1, &self.others);

out:
  close (a);
  close (b);
  close (listener);
  hs_tcp_bell_free (self.bell);
}

static void
test_forgotten (void)
{
  g_autoptr (HsTcpBell) bell = hs_tcp_bell_new ();
  guint rung = 0;

  if (!hs_tcp_bell_await (bell, 1, on_bell, &rung))
    {
      g_test_skip ("the multicast groups of sock_diag cannot be joined here");
      return;
    }
  hs_tcp_bell_forget (bell, 1, &rung);
  g_assert_false (g_main_context_pending (NULL)); /* no source is left */
  g_assert_cmpuint (rung, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tcp/bell/rings/v4", GINT_TO_POINTER (LOOPBACK_V4), test_rings);
  g_test_add_data_func ("/tcp/bell/rings/v6", GINT_TO_POINTER (LOOPBACK_V6), test_rings);
  g_test_add_data_func ("/tcp/bell/rings/dual-stack", GINT_TO_POINTER (LOOPBACK_DUAL), test_rings);
  g_test_add_func ("/tcp/bell/forgotten", test_forgotten);
  return g_test_run ();
}
