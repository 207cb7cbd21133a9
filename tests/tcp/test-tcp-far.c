/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A far computer that answers when the test wants it to: a few lines of TCP behind a TUN device, in a network namespace of the
 * test's own. It shows what loopback is too fast for: SYN-SENT, half-open connections, both sides closing at once. */
#include "hs-tcp-tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define OUR_ADDRESS 0xc0000201 /* 192.0.2.1, RFC 5737 */
#define FAR_ADDRESS 0xc0000209
#define FAR_PORT    7
#define FAR_ISN     1000000

static int tun = -1;
static const char *skip_reason;

/* ---- The device ---- */

static gboolean
set_address (int fd, struct ifreq *request, unsigned long what, guint32 address)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (address) };

  memcpy (&request->ifr_addr, &in, sizeof in);
  return ioctl (fd, what, request) == 0;
}

static const char *
open_tun (void)
{
  struct ifreq request = { .ifr_name = "hs0", .ifr_flags = IFF_TUN | IFF_NO_PI };
  int fd;
  gboolean ok;

  if (unshare (CLONE_NEWNET) != 0)
    return "no network namespace of one's own without root";
  tun = open ("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (tun < 0 || ioctl (tun, TUNSETIFF, &request) != 0)
    return "no TUN device here";

  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ok = set_address (fd, &request, SIOCSIFADDR, OUR_ADDRESS) && set_address (fd, &request, SIOCSIFNETMASK, 0xffffff00);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  ok = ok && ioctl (fd, SIOCSIFFLAGS, &request) == 0;
  close (fd);
  return ok ? NULL : "the TUN device cannot be brought up";
}

/* ---- The far computer's TCP ---- */

typedef struct
{
  guint16 from, to;
  guint32 seq, ack;
  guint8 flags;
} Segment;

static void
put_u16 (guint8 *at, guint16 value)
{
  at[0] = (guint8) (value >> 8);
  at[1] = (guint8) value;
}

static void
put_u32 (guint8 *at, guint32 value)
{
  put_u16 (at, (guint16) (value >> 16));
  put_u16 (at + 2, (guint16) value);
}

static guint32
get_u32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* RFC 1071 */
static guint32
sum (const guint8 *data, gsize len, guint32 start)
{
  for (gsize i = 0; i < len; i += 2)
    start += (guint32) (data[i] << 8 | data[i + 1]);
  return start;
}

static guint16
fold (guint32 total)
{
  while (total >> 16 != 0)
    total = (total & 0xffff) + (total >> 16);
  return (guint16) ~total;
}

static void
far_send (guint16 from, guint16 to, guint32 seq, guint32 ack, guint8 flags)
{
  guint8 packet[40] = { 0x45, 0, 0, sizeof packet, 0, 0, 0x40, 0, 64, IPPROTO_TCP };
  guint8 *tcp = packet + 20;

  put_u32 (packet + 12, FAR_ADDRESS);
  put_u32 (packet + 16, OUR_ADDRESS);
  put_u16 (packet + 10, fold (sum (packet, 20, 0)));
  put_u16 (tcp, from);
  put_u16 (tcp + 2, to);
  put_u32 (tcp + 4, seq);
  put_u32 (tcp + 8, ack);
  tcp[12] = 5 << 4;
  tcp[13] = flags;
  put_u16 (tcp + 14, 65535);
  put_u16 (tcp + 16, fold (sum (tcp, 20, sum (packet + 12, 8, IPPROTO_TCP + 20))));
  g_assert_cmpint (write (tun, packet, sizeof packet), ==, sizeof packet);
}

/* The next TCP segment of ours with these flags. */
static Segment
far_receive (guint8 flags)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  guint8 packet[2048];

  while (g_get_monotonic_time () < end)
    {
      struct pollfd ready = { tun, POLLIN, 0 };
      ssize_t n = poll (&ready, 1, 100) > 0 ? read (tun, packet, sizeof packet) : 0;

      if (n >= 40 && packet[0] == 0x45 && packet[9] == IPPROTO_TCP && (packet[33] & flags) == flags)
        return (Segment){
          .from = (guint16) (packet[20] << 8 | packet[21]), .to = (guint16) (packet[22] << 8 | packet[23]),
          .seq = get_u32 (packet + 24), .ack = get_u32 (packet + 28), .flags = packet[33],
        };
    }
  g_error ("the segment did not come");
}

/* ---- Our side ---- */

typedef struct
{
  HsTcpDiag *diag;
  HsTcpTap *tap;
  GString *story;
  int fd;
  guint16 port;
  guint32 isn;
} Call;

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  GString *story = ((Call *) user_data)->story;

  if (event->kind == HS_TCP_EVENT_STATE)
    g_string_append_printf (story, event->known == HS_TCP_OBSERVED ? " %s" : " (%s)", event->title);
}

static const HsTcpTapFuncs funcs = { .event = on_event };

static gboolean
skipped (void)
{
  if (skip_reason != NULL)
    g_test_skip (skip_reason);
  return skip_reason != NULL;
}

/* Up to SYN-SENT. */
static void
call_init (Call *call)
{
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string ("192.0.2.9", FAR_PORT);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (FAR_PORT), .sin_addr.s_addr = htonl (FAR_ADDRESS) };
  Segment syn;

  *call = (Call){ .diag = hs_tcp_diag_new (), .story = g_string_new (NULL) };
  call->tap = hs_tcp_tap_new (HS_TCP_ROLE_OPENER, call->diag, &funcs, call);
  call->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_cmpint (connect (call->fd, (struct sockaddr *) &address, sizeof address), ==, -1);
  g_assert_cmpint (errno, ==, EINPROGRESS);
  hs_tcp_tap_connecting (call->tap, call->fd, remote);
  syn = far_receive (0x02);
  call->port = syn.from;
  call->isn = syn.seq;
}

static void
call_say (Call *call, guint32 seq, guint32 ack, guint8 flags)
{
  far_send (FAR_PORT, call->port, FAR_ISN + seq, call->isn + ack, flags);
}

static void
call_wait (Call *call, HsTcpState state)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while ((hs_tcp_tap_look (call->tap), hs_tcp_tap_get_state (call->tap)) != state && g_get_monotonic_time () < end)
    g_usleep (1000);
  g_assert_cmpint (hs_tcp_tap_get_state (call->tap), ==, state);
}

static void
call_establish (Call *call)
{
  HsTcpNumbers numbers;
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  call_say (call, 0, 1, 0x12);
  while (hs_tcp_numbers_read (call->fd, &numbers) && numbers.state != HS_TCP_ESTABLISHED && g_get_monotonic_time () < end)
    g_usleep (1000);
  hs_tcp_tap_attach (call->tap, call->fd, 0);
  far_receive (0x10);
}

static void
call_clear (Call *call, const char *story)
{
  g_assert_cmpstr (call->story->str, ==, story);
  close (call->fd);
  hs_tcp_tap_free (call->tap);
  hs_tcp_diag_free (call->diag);
  g_string_free (call->story, TRUE);
}

static void
test_syn_sent (void)
{
  Call call;

  if (skipped ())
    return;
  call_init (&call);
  call_establish (&call);
  call_clear (&call, " SYN-SENT ESTABLISHED");
}

/* The two FINs cross on the way. */
static void
test_both_close (void)
{
  Call call;

  if (skipped ())
    return;
  call_init (&call);
  call_establish (&call);
  hs_tcp_tap_shutting_down (call.tap);
  shutdown (call.fd, SHUT_WR);
  call_wait (&call, HS_TCP_FIN_WAIT_1);
  far_receive (0x01);
  call_say (&call, 1, 1, 0x11); /* does not acknowledge ours */
  call_wait (&call, HS_TCP_CLOSING);
  call_say (&call, 2, 2, 0x10);
  call_wait (&call, HS_TCP_TIME_WAIT);
  call_clear (&call, " SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT");
}

/* Each step of an active close with time between them. */
static void
test_active_close (void)
{
  Call call;

  if (skipped ())
    return;
  call_init (&call);
  call_establish (&call);
  hs_tcp_tap_shutting_down (call.tap);
  shutdown (call.fd, SHUT_WR);
  call_wait (&call, HS_TCP_FIN_WAIT_1);
  far_receive (0x01);
  call_say (&call, 1, 2, 0x10);
  call_wait (&call, HS_TCP_FIN_WAIT_2);
  call_say (&call, 1, 2, 0x11);
  call_wait (&call, HS_TCP_TIME_WAIT);
  call_clear (&call, " SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT");
}

static void
test_passive_close (void)
{
  Call call;

  if (skipped ())
    return;
  call_init (&call);
  call_establish (&call);
  call_say (&call, 1, 1, 0x11);
  call_wait (&call, HS_TCP_CLOSE_WAIT);
  hs_tcp_tap_shutting_down (call.tap);
  shutdown (call.fd, SHUT_WR);
  call_wait (&call, HS_TCP_LAST_ACK);
  far_receive (0x01);
  call_say (&call, 2, 2, 0x10);
  call_wait (&call, HS_TCP_CLOSED);
  call_clear (&call, " SYN-SENT ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
}

/* ---- Half-open ---- */

static int
listen_here (int backlog, guint16 *port)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (fd, backlog), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &len), ==, 0);
  *port = ntohs (address.sin6_port);
  return fd;
}

static void
test_half_open (void)
{
  g_autoptr (HsTcpDiag) diag = NULL;
  HsTcpListenerNumbers numbers;
  guint16 port;
  int fd;

  if (skipped ())
    return;
  diag = hs_tcp_diag_new ();
  fd = listen_here (64, &port); /* dual-stack: IPv4 peers stand in the IPv6 table */
  for (guint16 i = 0; i < 40; i++)
    {
      far_send (40000 + i, port, FAR_ISN, 0, 0x02);
      far_receive (0x12);
      g_assert_true (hs_tcp_listener_numbers_read (fd, port, diag, &numbers));
      g_assert_cmpuint (numbers.half_open, ==, i + 1);
    }
  g_assert_false (numbers.syn_cookies);
  for (guint16 i = 0; i < 40; i++)
    far_send (40000 + i, port, FAR_ISN + 1, 0, 0x04);
  g_assert_true (hs_tcp_listener_numbers_read (fd, port, diag, &numbers));
  g_assert_cmpuint (numbers.half_open, ==, 0);
  close (fd);
}

static void
test_syn_cookies (void)
{
  g_autoptr (HsTcpDiag) diag = NULL;
  HsTcpListenerNumbers numbers;
  guint16 port;
  int fd;

  if (skipped ())
    return;
  diag = hs_tcp_diag_new ();
  fd = listen_here (4, &port);
  for (guint16 i = 0; i < 20; i++)
    far_send (41000 + i, port, FAR_ISN, 0, 0x02);
  g_assert_true (hs_tcp_listener_numbers_read (fd, port, diag, &numbers));
  g_assert_cmpuint (numbers.half_open, >=, 4);
  g_assert_true (numbers.syn_cookies);
  close (fd);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  skip_reason = open_tun (); /* before anything has a thread */
  g_test_add_func ("/tcp/far/syn-sent", test_syn_sent);
  g_test_add_func ("/tcp/far/both-close", test_both_close);
  g_test_add_func ("/tcp/far/active-close", test_active_close);
  g_test_add_func ("/tcp/far/passive-close", test_passive_close);
  g_test_add_func ("/tcp/far/half-open", test_half_open);
  g_test_add_func ("/tcp/far/syn-cookies", test_syn_cookies);
  return g_test_run ();
}
