/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The saved SYN: decoded where it is one, refused where any length lies. */
#include "hs-tcp-syn.h"

#include <string.h>

#define V4(first, protocol) first, 0, 0, 60, 0, 0, 0x40, 0, 64, protocol, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1
#define TCP(offset, flags)  0xc3, 0x50, 0x1f, 0x40, 0xcf, 0x7f, 0x7d, 0xad, 0, 0, 0, 0, offset, flags, 0xff, 0xd7, 0, 0, 0, 0
#define OPTIONS             2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7
#define V6(next)            0x60, 0, 0, 0, 0, 40, next, 63, \
                            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1

typedef struct
{
  const char *description;
  gboolean ok;
  guint8 ttl;
  guint16 mss;
  gint8 window_scale;
  gboolean sack, timestamps;
  gsize len;
  guint8 data[128];
} Case;

#define DATA(...) sizeof ((guint8[]){ __VA_ARGS__ }), { __VA_ARGS__ }

static const Case cases[] = {
  { "IPv4 with all options", TRUE, 64, 1460, 7, TRUE, TRUE, DATA (V4 (0x45, 6), TCP (0xa0, 0x02), OPTIONS) },
  { "IPv4 without options", TRUE, 64, 0, -1, FALSE, FALSE, DATA (V4 (0x45, 6), TCP (0x50, 0x02)) },
  { "IPv6", TRUE, 63, 1460, 7, TRUE, TRUE, DATA (V6 (6), TCP (0xa0, 0x02), OPTIONS) },
  { "IPv6 with a hop-by-hop header", TRUE, 63, 0, -1, FALSE, FALSE, DATA (V6 (0), 6, 0, 1, 4, 0, 0, 0, 0, TCP (0x50, 0x02)) },
  { "an extension header that leads out", FALSE, 0, 0, -1, FALSE, FALSE, DATA (V6 (0), 6, 255, 1, 4, 0, 0, 0, 0, TCP (0x50, 0x02)) },
  { "an extension header without end", FALSE, 0, 0, -1, FALSE, FALSE, DATA (V6 (0), 0, 0, 1, 4, 0, 0, 0, 0) },
  { "IP options longer than all", FALSE, 0, 0, -1, FALSE, FALSE, DATA (V4 (0x4f, 6), TCP (0x50, 0x02)) },
  { "IP header shorter than legal", FALSE, 0, 0, -1, FALSE, FALSE, DATA (V4 (0x44, 6), TCP (0x50, 0x02)) },
  { "UDP", FALSE, 0, 0, -1, FALSE, FALSE, DATA (V4 (0x45, 17), TCP (0x50, 0x02)) },
  { "no SYN", FALSE, 0, 0, -1, FALSE, FALSE, DATA (V4 (0x45, 6), TCP (0x50, 0x10)) },
  { "TCP header longer than all", FALSE, 0, 0, -1, FALSE, FALSE, DATA (V4 (0x45, 6), TCP (0xf0, 0x02)) },
  { "TCP header shorter than legal", FALSE, 0, 0, -1, FALSE, FALSE, DATA (V4 (0x45, 6), TCP (0x40, 0x02)) },
  { "an option of length 0", TRUE, 64, 0, -1, FALSE, FALSE, DATA (V4 (0x45, 6), TCP (0x60, 0x02), 8, 0, 2, 4) },
  { "an option longer than the rest", TRUE, 64, 0, -1, FALSE, FALSE, DATA (V4 (0x45, 6), TCP (0x60, 0x02), 1, 1, 2, 4) },
  { "an option's kind without length", TRUE, 64, 0, -1, FALSE, FALSE, DATA (V4 (0x45, 6), TCP (0x60, 0x02), 1, 1, 1, 2) },
  { "window scale over 14 is 14 (RFC 7323 2.3)", TRUE, 64, 0, 14, FALSE, FALSE, DATA (V4 (0x45, 6), TCP (0x60, 0x02), 3, 3, 200, 0) },
  { "nothing", FALSE, 0, 0, -1, FALSE, FALSE, 0, { 0 } },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HsTcpSyn syn;

      g_test_message ("%s", cases[i].description);
      g_assert_cmpint (hs_tcp_syn_decode (cases[i].data, cases[i].len, &syn), ==, cases[i].ok);
      if (!cases[i].ok)
        continue;
      g_assert_cmpuint (syn.seq, ==, 0xcf7f7dad);
      g_assert_cmpuint (syn.window, ==, 0xffd7);
      g_assert_cmpuint (syn.ttl, ==, cases[i].ttl);
      g_assert_cmpuint (syn.mss, ==, cases[i].mss);
      g_assert_cmpint (syn.window_scale, ==, cases[i].window_scale);
      g_assert_cmpint (syn.sack, ==, cases[i].sack);
      g_assert_cmpint (syn.timestamps, ==, cases[i].timestamps);
    }
}

/* Cut anywhere, in a heap block of exactly that size: AddressSanitizer would see one byte too far. */
static void
test_cuts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize len = 0; len < cases[i].len; len++)
      {
        g_autofree guint8 *data = g_memdup2 (cases[i].data, len);
        HsTcpSyn syn;

        hs_tcp_syn_decode (data, len, &syn);
      }
}

static void
test_noise (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      const Case *from = &cases[g_test_rand_int_range (0, G_N_ELEMENTS (cases))];
      g_autofree guint8 *data = g_memdup2 (from->data, from->len);
      HsTcpSyn syn;

      for (guint j = 0; j < 4 && from->len > 0; j++)
        data[g_test_rand_int_range (0, (gint32) from->len)] = (guint8) g_test_rand_int_range (0, 256);
      hs_tcp_syn_decode (data, from->len, &syn);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/syn/cases", test_cases);
  g_test_add_func ("/tcp/syn/cuts", test_cuts);
  g_test_add_func ("/tcp/syn/noise", test_noise);
  return g_test_run ();
}
