/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is counted of sockets without TCP: real ones, asked without privilege, and the tap that tells of them. */
#include "hs-tcp-tally.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hs-tcp-tap.h"

/* Two UDP sockets on loopback, each connected to the other. */
static void
make_pair (int fds[2])
{
  for (guint i = 0; i < 2; i++)
    {
      struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

      fds[i] = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      g_assert_cmpint (bind (fds[i], (struct sockaddr *) &name, sizeof name), ==, 0);
    }
  for (guint i = 0; i < 2; i++)
    {
      struct sockaddr_in name;
      socklen_t len = sizeof name;

      g_assert_cmpint (getsockname (fds[1 - i], (struct sockaddr *) &name, &len), ==, 0);
      g_assert_cmpint (connect (fds[i], (struct sockaddr *) &name, len), ==, 0);
    }
}

static void
test_udp (void)
{
  int fds[2], little = 2048, n = 0;
  char data[1000] = "";
  HsTcpTally tally = { .sent = 7 };

  make_pair (fds);
  g_assert_true (hs_tcp_tally_read (fds[0], &tally));
  g_assert_cmpint (tally.transport, ==, HS_TCP_TRANSPORT_UDP);
  g_assert_true (tally.has_memory);
  g_assert_false (tally.has_peer);
  g_assert_cmpuint (tally.receive_queue, ==, 0);
  g_assert_cmpuint (tally.drops, ==, 0);
  g_assert_cmpuint (tally.sent, ==, 7); /* not the kernel's */

  setsockopt (fds[0], SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  for (guint i = 0; i < 40; i++)
    n += send (fds[1], data, sizeof data, 0) > 0;
  g_assert_cmpint (n, ==, 40); /* nobody holds the sender back */
  g_assert_true (hs_tcp_tally_read (fds[0], &tally));
  g_assert_cmpuint (tally.receive_queue, >, 0);
  g_assert_cmpuint (tally.drops, >, 0);
  for (n = 0; recv (fds[0], data, sizeof data, 0) > 0; n++)
    ;
  g_assert_cmpuint (tally.drops + (guint) n, ==, 40);
  close (fds[0]);
  close (fds[1]);
}

static void
test_unix (void)
{
  int fds[2];
  HsTcpTally tally = { 0 };

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (send (fds[1], "hello", 5, 0), ==, 5);
  g_assert_true (hs_tcp_tally_read (fds[0], &tally));
  g_assert_cmpint (tally.transport, ==, HS_TCP_TRANSPORT_UNIX);
  g_assert_cmpuint (tally.receive_queue, ==, 5);
  g_assert_true (tally.has_peer);
  g_assert_cmpint (tally.pid, ==, getpid ());
  g_assert_cmpuint (tally.uid, ==, getuid ());
  g_assert_cmpuint (tally.gid, ==, getgid ());
  g_assert_cmpstr (tally.program, ==, "test-tcp-tally");
  g_assert_true (hs_tcp_tally_read (fds[1], &tally));
  g_assert_cmpuint (tally.send_queue, >, 0); /* the other end has not read */
  close (fds[0]);
  close (fds[1]);
}

static void
test_others (void)
{
  int tcp = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  HsTcpTally tally = { 0 };

  g_assert_false (hs_tcp_tally_read (tcp, &tally));
  g_assert_false (hs_tcp_tally_read (-1, &tally));
  g_assert_cmpint (tally.transport, ==, HS_TCP_TRANSPORT_TCP);
  close (tcp);
}

static const struct
{
  gboolean v6;
  guint8 type, code;
  const char *title;
} messages[] = {
  { FALSE, 3, 3, "ICMP: port unreachable" },      { TRUE, 1, 4, "ICMP: port unreachable" },
  { FALSE, 3, 1, "ICMP: computer unreachable" },  { FALSE, 3, 13, "ICMP: unreachable, or forbidden" },
  { FALSE, 11, 0, "ICMP: too many routers on the way" }, { TRUE, 2, 0, "ICMP: too big for the way" },
  { FALSE, 200, 200, "ICMP: another message" },
};

static void
test_icmp (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    g_assert_cmpstr (hs_tcp_icmp_get_title (messages[i].v6, messages[i].type, messages[i].code), ==, messages[i].title);
}

/* ---- The tap ---- */

typedef struct
{
  HsTcpTally tally;
  guint n_tallies, n_states, n_gone;
  GString *titles;
} Told;

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  Told *told = user_data;

  told->n_states += event->kind == HS_TCP_EVENT_STATE;
  g_assert_cmpint (event->transport, ==, HS_TCP_TRANSPORT_UDP);
  g_string_append_printf (told->titles, "%s|", event->title);
}

static void
on_tally (HsTcpTap *tap, const HsTcpTally *tally, gpointer user_data)
{
  Told *told = user_data;

  told->tally = *tally;
  told->n_tallies++;
}

static void
on_gone (HsTcpTap *tap, gpointer user_data)
{
  ((Told *) user_data)->n_gone++;
}

static const HsTcpTapFuncs funcs = { .event = on_event, .tally = on_tally, .gone = on_gone };

/* It counts whether anybody looks or not, and tells while somebody does. No state is ever entered. */
static void
test_tap (void)
{
  Told told = { .titles = g_string_new (NULL) };
  HsTcpTap *tap = hs_tcp_tap_new (HS_TCP_ROLE_OPENER, NULL, &funcs, &told);
  int fds[2];

  make_pair (fds);
  hs_tcp_tap_set_transport (tap, HS_TCP_TRANSPORT_UDP);
  hs_tcp_tap_step (tap, "resolving", NULL, "test");
  hs_tcp_tap_attach (tap, fds[0], 0);
  g_assert_cmpuint (told.n_tallies, ==, 1);
  hs_tcp_tap_wrote (tap, 5, NULL);
  hs_tcp_tap_received (tap, 3, 1, NULL);
  g_assert_cmpuint (told.n_tallies, ==, 1); /* nobody looks */
  g_assert_false (g_main_context_pending (NULL));
  hs_tcp_tap_set_shown (tap, TRUE);
  hs_tcp_tap_bounced (tap, "ICMP: port unreachable", "3/3");
  g_assert_cmpuint (told.n_tallies, >, 1);
  g_assert_cmpuint (told.tally.sent, ==, 1);
  g_assert_cmpuint (told.tally.bytes_sent, ==, 5);
  g_assert_cmpuint (told.tally.received, ==, 1);
  g_assert_cmpuint (told.tally.bytes_received, ==, 3);
  g_assert_cmpuint (told.tally.errors, ==, 1);
  hs_tcp_tap_detach (tap, FALSE);
  close (fds[0]);
  while (told.n_gone == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (told.n_states, ==, 0);
  g_assert_cmpstr (told.titles->str, ==, "resolving|There is no TCP beneath|Written|Received|ICMP: port unreachable|");
  hs_tcp_tap_free (tap);
  g_string_free (told.titles, TRUE);
  close (fds[1]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/tally/udp", test_udp);
  g_test_add_func ("/tcp/tally/unix", test_unix);
  g_test_add_func ("/tcp/tally/others", test_others);
  g_test_add_func ("/tcp/tally/icmp", test_icmp);
  g_test_add_func ("/tcp/tally/tap", test_tap);
  return g_test_run ();
}
