/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes to text: replacement, tails and splits. */
#include <string.h>

#include "hs-utf8.h"

#define R "\xef\xbf\xbd"

static const struct
{
  const char *what;
  const char *data;
  gsize len;
  gboolean drop_bom;
  const char *expected;
  guint n_replaced;
} texts[] = {
#define ROW(what, data, drop_bom, expected, n) { what, data, sizeof (data) - 1, drop_bom, expected, n }
  ROW ("empty", "", TRUE, "", 0),
  ROW ("valid", "你好 😀", TRUE, "你好 😀", 0),
  ROW ("NUL", "a\0b", TRUE, "a␀b", 0),
  ROW ("BOM dropped", "\xef\xbb\xbfhi", TRUE, "hi", 0),
  ROW ("BOM kept", "\xef\xbb\xbfhi", FALSE, "\xef\xbb\xbfhi", 0),
  ROW ("BOM alone", "\xef\xbb\xbf", TRUE, "", 0),
  ROW ("BOM in the middle", "a\xef\xbb\xbf", TRUE, "a\xef\xbb\xbf", 0),
  ROW ("stray continuation", "a\x80" "b", TRUE, "a" R "b", 1),
  ROW ("two stray", "\x80\x80", TRUE, R R, 2),
  ROW ("cut character before text", "\xe4\xbdx", TRUE, R "x", 1),
  ROW ("cut character at the end", "a\xf0\x9f\x98", TRUE, "a" R, 1),
  ROW ("overlong", "\xc0\xaf", TRUE, R R, 2),
  ROW ("overlong of three", "\xe0\x80\x80", TRUE, R R R, 3),
  ROW ("surrogate", "\xed\xa0\x80", TRUE, R R R, 3),
  ROW ("beyond Unicode", "\xf4\x90\x80\x80", TRUE, R R R R, 4),
  ROW ("Latin 1", "caf\xe9 noir", TRUE, "caf" R " noir", 1),
  ROW ("FF", "\xff\xfe", TRUE, R R, 2),
  ROW ("Unicode 3.9, table 3-11", "\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", TRUE, R R R R R "A" R R "B", 7),
  ROW ("Unicode 3.9, table 3-12", "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", TRUE, R R R R "A", 4),
#undef ROW
};

static void
test_make_text (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      guint n = 99;
      g_autofree char *data = g_memdup2 (texts[i].data, texts[i].len);
      g_autofree char *text = hs_utf8_make_text (data, texts[i].len, texts[i].drop_bom, &n);

      g_test_message ("%s", texts[i].what);
      g_assert_cmpstr (text, ==, texts[i].expected);
      g_assert_cmpuint (n, ==, texts[i].n_replaced);
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

static const struct
{
  const char *data;
  gsize tail;
} tails[] = {
  { "", 0 },        { "a", 0 },           { "é", 0 },           { "\xc3", 1 },         { "a\xe4", 1 },
  { "a\xe4\xbd", 2 }, { "你", 0 },        { "\xf0\x9f\x98", 3 }, { "\xf0\x9f", 2 },    { "😀", 0 },
  { "\x80", 0 },    { "\x80\x80\x80", 0 }, { "\xff", 0 },       { "\xe0\x80", 0 },     { "\xed\xa0", 0 },
  { "\xf5", 0 },    { "\xc1", 0 },        { "\xf4\x90", 0 },    { "\xc3\xa9\x80", 0 },
};

static void
test_incomplete_tail (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tails); i++)
    g_assert_cmpuint (hs_utf8_incomplete_tail (tails[i].data, strlen (tails[i].data)), ==, tails[i].tail);
}

static const struct
{
  const char *data;
  gsize max, expected;
} splits[] = {
  { "abc", 5, 3 },      { "abc", 3, 3 },      { "abc", 2, 2 },        { "你好", 3, 3 },   { "你好", 4, 3 },  { "你好", 5, 3 },
  { "a😀", 2, 1 },      { "a😀", 4, 1 },      { "\x80\x80\x80", 2, 2 }, { "a\xe4zz", 2, 2 }, { "你", 1, 1 },   { "a\xe4\xbd", 2, 1 },
};

static void
test_split (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (splits); i++)
    g_assert_cmpuint (hs_utf8_split (splits[i].data, strlen (splits[i].data), splits[i].max), ==, splits[i].expected);
}

static void
test_is_text (void)
{
  g_assert_true (hs_utf8_is_text ("你好", 6));
  g_assert_true (hs_utf8_is_text ("", 0));
  g_assert_false (hs_utf8_is_text ("a\0b", 3));
  g_assert_false (hs_utf8_is_text ("你", 2));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/utf8/make-text", test_make_text);
  g_test_add_func ("/wire/utf8/incomplete-tail", test_incomplete_tail);
  g_test_add_func ("/wire/utf8/split", test_split);
  g_test_add_func ("/wire/utf8/is-text", test_is_text);
  return g_test_run ();
}
