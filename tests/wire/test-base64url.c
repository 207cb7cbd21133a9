/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base64url: there and back, and every other way to write the same bytes refused. */
#include "hs-base64url.h"

#include <string.h>

static const struct
{
  const char *what;
  const char *text;
  gsize len;
  gboolean good;
} texts[] = {
  { "nothing", "", 0, TRUE },
  { "one byte", "AA", 1, TRUE },
  { "the two other characters", "-_-_", 3, TRUE },
  { "base64 proper", "+/+/", 3, FALSE },
  { "padding", "AA==", 1, FALSE },
  { "a spare bit set", "AB", 1, FALSE },
  { "a spare bit of two bytes set", "AAB", 2, FALSE },
  { "too short", "AA", 2, FALSE },
  { "too long", "AAAA", 2, FALSE },
  { "space before", " AA", 1, FALSE },
  { "line feed behind", "AA\n", 1, FALSE },
  { "not ASCII", "é", 1, FALSE },
};

static void
test_decode (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      guint8 data[4] = { 7, 7, 7, 7 };

      g_test_message ("%s", texts[i].what);
      g_assert_cmpint (hs_base64url_decode (texts[i].text, data, texts[i].len), ==, texts[i].good);
      if (!texts[i].good)
        g_assert_cmpmem (data, 4, "\7\7\7\7", 4);
      g_assert_cmpint (data[3], ==, 7);
    }
}

static void
test_round_trip (void)
{
  for (gsize len = 0; len < 64; len++)
    {
      guint8 data[64], back[64] = { 0 };
      g_autofree char *text = NULL;

      for (gsize i = 0; i < len; i++)
        data[i] = (guint8) (i * 37 + len * 11);
      text = hs_base64url_encode (data, len);
      g_assert_null (strpbrk (text, "+/="));
      g_assert_true (hs_base64url_decode (text, back, len));
      g_assert_cmpmem (data, len, back, len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/base64url/decode", test_decode);
  g_test_add_func ("/wire/base64url/round-trip", test_round_trip);
  return g_test_run ();
}
