/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The experiments: each row of the table is whole, and what is a socket's option is set and put back. */
#include "hs-tcp-lab.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>


static void
test_table (void)
{
  for (HsTcpLab i = 0; i < HS_TCP_LAB_N; i++)
    {
      g_assert_cmpstr (hs_tcp_lab_get_name (i), !=, "");
      g_assert_cmpstr (hs_tcp_lab_get_sentence (i), !=, "");
      g_assert_true (g_str_has_prefix (hs_tcp_lab_get_notice (i), "Lab: "));
      g_assert_cmpstr (hs_tcp_lab_get_source (i), !=, "");
      g_assert_true (g_str_has_prefix (hs_tcp_lab_get_help (i), "lab-"));
    }
  g_assert_cmpstr (hs_tcp_lab_get_name (HS_TCP_LAB_HALF_CLOSE), ==, "Half-close");
  g_assert_cmpstr (hs_tcp_lab_get_name (HS_TCP_LAB_RESET), ==, "Reset Connection");
  g_assert_false (hs_tcp_lab_is_lasting (HS_TCP_LAB_RESET));
  g_assert_cmpstr (hs_tcp_lab_get_name (HS_TCP_LAB_N), ==, "");
}

static int
get (int fd, int level, int option)
{
  int value = -1;
  socklen_t len = sizeof value;

  g_assert_cmpint (getsockopt (fd, level, option, &value, &len), ==, 0);
  return value;
}

static void
set (int fd, int level, int option, int value)
{
  g_assert_cmpint (setsockopt (fd, level, option, &value, sizeof value), ==, 0);
}

static void
test_options (void)
{
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int before = get (fd, SOL_SOCKET, SO_RCVBUF);

  set (fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set (fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 64000);

  g_assert_true (hs_tcp_lab_set_option (fd, HS_TCP_LAB_NAGLE, TRUE));
  g_assert_cmpint (get (fd, IPPROTO_TCP, TCP_NODELAY), ==, 0);
  g_assert_true (hs_tcp_lab_set_option (fd, HS_TCP_LAB_NAGLE, FALSE));
  g_assert_cmpint (get (fd, IPPROTO_TCP, TCP_NODELAY), ==, 1);

  g_assert_true (hs_tcp_lab_set_option (fd, HS_TCP_LAB_KEEP_ALIVE, TRUE));
  g_assert_cmpint (get (fd, IPPROTO_TCP, TCP_KEEPIDLE), ==, 1);
  g_assert_true (hs_tcp_lab_set_option (fd, HS_TCP_LAB_KEEP_ALIVE, FALSE));
  g_assert_cmpint (get (fd, IPPROTO_TCP, TCP_KEEPIDLE), ==, 32);
  g_assert_cmpint (get (fd, IPPROTO_TCP, TCP_KEEPINTVL), ==, 8);
  g_assert_cmpint (get (fd, SOL_SOCKET, SO_KEEPALIVE), ==, 1);

  g_assert_true (hs_tcp_lab_set_option (fd, HS_TCP_LAB_SMALL_BUFFERS, TRUE));
  g_assert_cmpint (get (fd, SOL_SOCKET, SO_RCVBUF), <, before);
  g_assert_cmpint (get (fd, SOL_SOCKET, SO_RCVBUF), <=, 8192);
  g_assert_true (hs_tcp_lab_set_option (fd, HS_TCP_LAB_SMALL_BUFFERS, FALSE));
  g_assert_cmpint (get (fd, SOL_SOCKET, SO_RCVBUF), >=, before);

  g_assert_false (hs_tcp_lab_set_option (fd, HS_TCP_LAB_RESET, TRUE));
  close (fd);
}

/* Who had no probes has none afterwards. */
static void
test_keep_alive_off (void)
{
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_true (hs_tcp_lab_set_option (fd, HS_TCP_LAB_KEEP_ALIVE, TRUE));
  g_assert_cmpint (get (fd, SOL_SOCKET, SO_KEEPALIVE), ==, 1);
  g_assert_true (hs_tcp_lab_set_option (fd, HS_TCP_LAB_KEEP_ALIVE, FALSE));
  g_assert_cmpint (get (fd, SOL_SOCKET, SO_KEEPALIVE), ==, 0);
  close (fd);
}

static void
test_no_tcp (void)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  for (HsTcpLab i = 0; i < HS_TCP_LAB_N; i++)
    g_assert_false (hs_tcp_lab_set_option (fd, i, TRUE));
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/lab/table", test_table);
  g_test_add_func ("/tcp/lab/options", test_options);
  g_test_add_func ("/tcp/lab/keep-alive-off", test_keep_alive_off);
  g_test_add_func ("/tcp/lab/no-tcp", test_no_tcp);
  return g_test_run ();
}
