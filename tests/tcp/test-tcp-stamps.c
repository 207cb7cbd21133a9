/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timestamps on real sockets: ids, headers, what older kernels and sandboxes refuse; and copies of segments that are none. */
#include "hs-tcp-stamps.h"

#include "loopback.h"

#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Stands before libc's: what the kernel would refuse elsewhere is refused here. */
static gboolean refuse_id_tcp, refuse_all;

int
setsockopt (int fd, int level, int name, const void *value, socklen_t len)
{
  if (level == SOL_SOCKET && name == SO_TIMESTAMPING && *(const guint32 *) value != 0)
    {
      if (refuse_all || (refuse_id_tcp && (*(const guint32 *) value & (1u << 16))))
        {
          errno = refuse_all ? EPERM : EINVAL;
          return -1;
        }
    }
  return (int) syscall (SYS_setsockopt, fd, level, name, value, len);
}

typedef struct
{
  int a, b;
  guint16 port_a, port_b;
  GArray *stamps;
} Pair;

static void
pair_init (Pair *pair, Loopback kind)
{
  g_autoptr (GSocketAddress) remote = NULL;
  g_autoptr (GSocketAddress) local = NULL;
  int listener = loopback_listen (kind, 4, &pair->port_b);

  pair->a = loopback_socket (kind, pair->port_b, &remote);
  loopback_connect (pair->a, remote);
  pair->b = accept (listener, NULL, NULL);
  close (listener);
  local = loopback_local (pair->a);
  pair->port_a = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  pair->stamps = g_array_new (FALSE, FALSE, sizeof (HsTcpStamp));
}

static void
pair_clear (Pair *pair)
{
  close (pair->a);
  close (pair->b);
  g_array_unref (pair->stamps);
}

static void
on_stamp (const HsTcpStamp *stamp, gpointer user_data)
{
  g_array_append_val (((Pair *) user_data)->stamps, *stamp);
}

static const HsTcpStamp *
wait_for (Pair *pair, HsTcpStampKind kind, guint32 id)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    {
      hs_tcp_stamps_drain (pair->a, pair->port_a, pair->port_b, on_stamp, pair);
      for (guint i = 0; i < pair->stamps->len; i++)
        if (g_array_index (pair->stamps, HsTcpStamp, i).kind == kind && g_array_index (pair->stamps, HsTcpStamp, i).id == id)
          return &g_array_index (pair->stamps, HsTcpStamp, i);
      g_usleep (500);
    }
  g_error ("no stamp of kind %d, id %u", kind, id);
}

static void
test_ids_and_headers (gconstpointer data)
{
  Pair pair;
  gboolean has_headers;
  const HsTcpStamp *stamp;
  guint32 first;
  gint64 before = g_get_monotonic_time ();

  pair_init (&pair, GPOINTER_TO_INT (data));
  g_assert_cmpint (hs_tcp_stamps_switch_on (pair.a, &has_headers), ==, HS_TCP_STAMPS_FROM_WRITTEN);
  g_assert_true (has_headers);
  g_assert_cmpint (send (pair.a, "hello\n", 6, 0), ==, 6);
  stamp = wait_for (&pair, HS_TCP_STAMP_ACKNOWLEDGED, 5);
  g_assert_false (stamp->has_header);
  g_assert_cmpint (stamp->time, >=, before);
  g_assert_cmpint (stamp->time, <=, g_get_monotonic_time ());
  stamp = wait_for (&pair, HS_TCP_STAMP_SENT, 5);
  g_assert_true (stamp->has_header);
  g_assert_cmpuint (stamp->header.payload, ==, 6);
  g_assert_cmpuint (stamp->header.flags & 0x10, ==, 0x10);
  first = stamp->header.seq;
  wait_for (&pair, HS_TCP_STAMP_QUEUED, 5);

  g_assert_cmpint (send (pair.a, "you\n", 4, 0), ==, 4);
  g_assert_cmpuint (wait_for (&pair, HS_TCP_STAMP_SENT, 9)->header.seq, ==, first + 6);
  pair_clear (&pair);
}

static void
test_switched_off (void)
{
  Pair pair;
  gboolean has_headers;

  pair_init (&pair, LOOPBACK_V4);
  hs_tcp_stamps_switch_on (pair.a, &has_headers);
  hs_tcp_stamps_switch_off (pair.a);
  g_assert_cmpint (send (pair.a, "x", 1, 0), ==, 1);
  g_usleep (2000);
  g_assert_cmpuint (hs_tcp_stamps_drain (pair.a, pair.port_a, pair.port_b, NULL, NULL), ==, 0);
  pair_clear (&pair);
}

/* Before OPT_ID_TCP (Linux 6.2) the count begins with what is not acknowledged. */
static void
test_older_kernel (void)
{
  Pair pair;
  gboolean has_headers;

  pair_init (&pair, LOOPBACK_V4);
  refuse_id_tcp = TRUE;
  g_assert_cmpint (hs_tcp_stamps_switch_on (pair.a, &has_headers), ==, HS_TCP_STAMPS_FROM_ACKNOWLEDGED);
  refuse_id_tcp = FALSE;
  g_assert_cmpint (send (pair.a, "abc", 3, 0), ==, 3);
  g_assert_true (wait_for (&pair, HS_TCP_STAMP_SENT, 2)->has_header);
  pair_clear (&pair);
}

static void
test_refused (void)
{
  Pair pair;
  gboolean has_headers;

  pair_init (&pair, LOOPBACK_V4);
  refuse_all = TRUE;
  g_assert_cmpint (hs_tcp_stamps_switch_on (pair.a, &has_headers), ==, HS_TCP_STAMPS_OFF);
  refuse_all = FALSE;
  pair_clear (&pair);
}

/* Ethernet, IPv4, TCP: ports 4660 → 22136, seq 1, ack 2, PSH ACK, window 512, four bytes. */
#define IPV4_TCP "\x45\x00\x00\x2c\x00\x00\x40\x00\x40\x06\x00\x00\x7f\x00\x00\x01\x7f\x00\x00\x01" \
                 "\x12\x34\x56\x78\x00\x00\x00\x01\x00\x00\x00\x02\x50\x18\x02\x00\x00\x00\x00\x00" "abcd"
#define ETHER    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00"
#define BYTES(text) (const guint8 *) text, sizeof text - 1

static void
test_decode (void)
{
  static const struct { const char *description; const guint8 *data; gsize len; gboolean good; } cases[] = {
    { "Ethernet", BYTES (ETHER IPV4_TCP), TRUE },
    { "bare IP, as on a TUN device", BYTES (IPV4_TCP), TRUE },
    { "VLAN", BYTES ("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x81\x00\x00\x01\x08\x00" IPV4_TCP), TRUE },
    { "other ports", BYTES (ETHER "\x45\x00\x00\x28\x00\x00\x40\x00\x40\x06\x00\x00\x7f\x00\x00\x01\x7f\x00\x00\x01"
                            "\x12\x35\x56\x78\x00\x00\x00\x01\x00\x00\x00\x02\x50\x18\x02\x00\x00\x00\x00\x00"), FALSE },
    { "a length of 0 (BIG TCP)", BYTES (ETHER "\x45\x00\x00\x00\x00\x00\x40\x00\x40\x06\x00\x00\x7f\x00\x00\x01\x7f\x00\x00\x01"
                                        "\x12\x34\x56\x78\x00\x00\x00\x01\x00\x00\x00\x02\x50\x18\x02\x00\x00\x00\x00\x00"), FALSE },
    { "payload only", BYTES ("hello, world; this is no header of anything at all"), FALSE },
    { "nothing", BYTES (""), FALSE },
  };
  HsTcpHeader header;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].description);
      g_assert_cmpint (hs_tcp_header_decode (cases[i].data, cases[i].len, 0x1234, 0x5678, &header), ==, cases[i].good);
      if (!cases[i].good)
        continue;
      g_assert_cmpuint (header.seq, ==, 1);
      g_assert_cmpuint (header.ack, ==, 2);
      g_assert_cmpuint (header.window, ==, 512);
      g_assert_cmpuint (header.payload, ==, 4);
    }
}

/* Cut off anywhere: never read beyond its end. */
static void
test_decode_cut (void)
{
  static const char whole[] = ETHER IPV4_TCP;
  HsTcpHeader header;

  for (gsize len = 0; len < sizeof whole; len++)
    {
      g_autofree guint8 *part = g_memdup2 (whole, MAX (len, 1));

      hs_tcp_header_decode (part, len, 0x1234, 0x5678, &header);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tcp/stamps/ids-and-headers/v4", GINT_TO_POINTER (LOOPBACK_V4), test_ids_and_headers);
  g_test_add_data_func ("/tcp/stamps/ids-and-headers/v6", GINT_TO_POINTER (LOOPBACK_V6), test_ids_and_headers);
  g_test_add_data_func ("/tcp/stamps/ids-and-headers/dual-stack", GINT_TO_POINTER (LOOPBACK_DUAL), test_ids_and_headers);
  g_test_add_func ("/tcp/stamps/switched-off", test_switched_off);
  g_test_add_func ("/tcp/stamps/older-kernel", test_older_kernel);
  g_test_add_func ("/tcp/stamps/refused", test_refused);
  g_test_add_func ("/tcp/stamps/decode", test_decode);
  g_test_add_func ("/tcp/stamps/decode-cut", test_decode_cut);
  return g_test_run ();
}
