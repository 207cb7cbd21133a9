/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names: valid, equal, derived. */
#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"

#define X10 "xxxxxxxxxx"
#define ZH10 "张张张张张张张张张张"

static const struct
{
  const char *name;
  gboolean nick;
} nicks[] = {
  { "ana", TRUE },
  { "Ana_María", TRUE },
  { "张三", TRUE },
  { "Дмитрий7", TRUE },
  { "محمد", TRUE },
  { "नमस्ते", TRUE }, /* spacing and non-spacing marks */
  { "[bot]", TRUE },
  { "`^{|}\\_-", TRUE },
  { "a-1", TRUE },
  { "guest-7", TRUE },
  { "a٣", TRUE },
  { "", FALSE },
  { "-a", FALSE },
  { "1a", FALSE },
  { "٣a", FALSE },
  { "a b", FALSE },
  { "a!b", FALSE },
  { "a@b", FALSE },
  { "a.b", FALSE },
  { "a~", FALSE },
  { "#a", FALSE },
  { ":a", FALSE },
  { "a,b", FALSE },
  { "a\tb", FALSE },
  { "a\x7f", FALSE },
  { "a\xff", FALSE },
  { "Mari\xcc\x81" "a", FALSE },      /* í taken apart: not NFC */
  { "\xcc\x81" "a", FALSE },         /* begins with a mark */
  { "a\xe2\x80\xae" "b", FALSE },    /* right-to-left override */
  { "a\xe2\x80\x8b" "b", FALSE },    /* zero-width space */
  { "a\xc2\x85", FALSE },           /* NEL */
  { "a😀", FALSE },
  { X10 X10 X10 "xx", TRUE },
  { X10 X10 X10 "xxx", FALSE },
  { ZH10 ZH10 "张x", TRUE },  /* 64 bytes */
  { ZH10 ZH10 "张张", FALSE }, /* 66 bytes */
};

static void
test_nick (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (nicks); i++)
    {
      g_test_message ("row %zu", i);
      g_assert_cmpint (hs_name_is_nick (nicks[i].name), ==, nicks[i].nick);
    }
}

static void
test_reserved (void)
{
  static const char *const yes[] = { "guest-1", "GUEST-12", "Guest-007", NULL };
  static const char *const no[] = { "guest", "guest-", "guest-a", "guest-1a", "guest1", "aguest-1", "", "g", NULL };

  for (guint i = 0; yes[i] != NULL; i++)
    g_assert_true (hs_name_is_reserved (yes[i]));
  for (guint i = 0; no[i] != NULL; i++)
    g_assert_false (hs_name_is_reserved (no[i]));
}

static const struct
{
  const char *name;
  gboolean room;
} rooms[] = {
  { "#lobby", TRUE },
  { "#", FALSE },
  { "", FALSE },
  { "lobby", FALSE },
  { "##c", TRUE },
  { "#大厅", TRUE },
  { "#a:b", TRUE },
  { "#a b", FALSE },
  { "#a\xe3\x80\x80" "b", FALSE }, /* U+3000 */
  { "#a,b", FALSE },
  { "#a\ab", FALSE },
  { "#a\nb", FALSE },
  { "#a\xc2\x9b", FALSE },
  { "#a\xe2\x80\xae", FALSE },
  { "#a\xff", FALSE },
  { "#" X10 X10 X10 X10 X10 X10 "xxxx", TRUE },
  { "#" X10 X10 X10 X10 X10 X10 "xxxxx", FALSE },
};

static void
test_room (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rooms); i++)
    g_assert_cmpint (hs_name_is_room (rooms[i].name), ==, rooms[i].room);
}

static void
test_compare (void)
{
  g_autofree char *folded = hs_name_fold ("AnA[É]");

  g_assert_true (hs_name_equal ("Ana", "aNA"));
  g_assert_false (hs_name_equal ("ana", "anna"));
  g_assert_false (hs_name_equal ("a[", "a{")); /* that would be rfc1459 */
  g_assert_false (hs_name_equal ("É", "é"));
  g_assert_cmpuint (hs_name_hash ("Ana"), ==, hs_name_hash ("aNA"));
  g_assert_cmpstr (folded, ==, "ana[É]");
}

/* 33 × 'a' + 'a' is 33 × 'b' + '@': names of such pairs, of which there are 2ⁿ, share one hash of the usual kind. */
static void
test_hash_spreads (void)
{
  static const char *const pairs[] = { "aa", "b@" };
  g_autoptr (GHashTable) hashes = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < 1024; i++)
    {
      g_autoptr (GString) name = g_string_new ("#");

      for (guint bit = 0; bit < 10; bit++)
        g_string_append (name, pairs[(i >> bit) & 1]);
      g_hash_table_add (hashes, GUINT_TO_POINTER (hs_name_hash (name->str)));
    }
  g_assert_cmpuint (g_hash_table_size (hashes), >, 1000);
}

/* What was typed, what is shown, the nick here, the nick on foreign networks. */
static const struct
{
  const char *typed, *shown, *nick, *ascii;
} derived[] = {
  { "ana", "ana", "ana", "ana" },
  { "Ana María", "Ana María", "Ana_María", "Ana_Maria" },
  { "Ana Mari\xcc\x81" "a", "Ana María", "Ana_María", "Ana_Maria" },
  { "张三", "张三", "张三", "guest" },
  { "  Ana \t Lee  ", "Ana Lee", "Ana_Lee", "Ana_Lee" },
  { "", "", "guest", "guest" },
  { "   ", "", "guest", "guest" },
  { "😀", "😀", "guest", "guest" },
  { "Bob 😀", "Bob 😀", "Bob_", "Bob_" },
  { "007", "007", "_007", "_007" },
  { "-x", "-x", "x", "x" },
  { "guest-5", "guest-5", "guest_5", "guest_5" },
  { "O'Neil", "O'Neil", "ONeil", "ONeil" },
  { "a\xe2\x80\xae" "b", "ab", "ab", "ab" },
  { "a\nb", "a b", "a_b", "a_b" },
  { "a\x01" "b", "ab", "ab", "ab" },
  { "caf\xe9", "caf", "caf", "caf" },
  { "e\x01\xcc\x81", "é", "é", "e" }, /* composes when what stood between is gone */
  { "\xe2\x80\x8b\xe2\x80\x8d", "", "guest", "guest" },
  { "_", "_", "_", "_" },
  { X10 X10 X10 X10, X10 X10 X10 "xx", X10 X10 X10 "xx", X10 "xxxxxx" },
  { ZH10 ZH10 ZH10, ZH10 ZH10 "张", ZH10 ZH10 "张", "guest" },
};

static void
test_derive (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (derived); i++)
    {
      g_autofree char *shown = hs_name_make_shown (derived[i].typed);
      g_autofree char *nick = hs_name_make_nick (derived[i].typed, FALSE);
      g_autofree char *ascii = hs_name_make_nick (derived[i].typed, TRUE);

      g_test_message ("row %zu", i);
      g_assert_cmpstr (shown, ==, derived[i].shown);
      g_assert_cmpstr (nick, ==, derived[i].nick);
      g_assert_cmpstr (ascii, ==, derived[i].ascii);
      g_assert_true (hs_name_is_nick (nick));
      g_assert_true (hs_name_is_nick (ascii));
      g_assert_false (hs_name_is_reserved (nick));
    }
}

/* A cut never falls between a character and its mark. */
static void
test_derive_marks (void)
{
  g_autofree char *shown = hs_name_make_shown (X10 X10 X10 "xq\xcc\x83z");

  g_assert_cmpstr (shown, ==, X10 X10 X10 "x");
}

#define MARKS5 "\u0300\u0300\u0300\u0300\u0300"
#define MARKS10 MARKS5 MARKS5

static const struct
{
  const char *nick;
  guint attempt;
  gboolean ascii;
  const char *expected;
} alternatives[] = {
  { "ana", 1, FALSE, "ana2" },
  { "ana", 2, FALSE, "ana3" },
  { "ana", 0, FALSE, "ana2" },
  { "张三", 1, FALSE, "张三2" },
  { "bob2", 1, FALSE, "bob2_2" },
  { "guest-", 1, FALSE, "guest_2" },
  { "", 1, FALSE, "guest2" },
  { X10 "xxxxxx", 9, TRUE, X10 "xxxx10" },
  { X10 X10 X10 "xx", 1, FALSE, X10 X10 X10 "x2" },
  { ZH10 ZH10 "张", 99, FALSE, ZH10 ZH10 "100" },
  { "ޠ" MARKS10 MARKS10 MARKS10 "\u0300", 3, FALSE, "guest4" }, /* one letter, and nothing of it can be left out */
};

static void
test_alternative (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (alternatives); i++)
    {
      g_autofree char *name =
        hs_name_make_alternative (alternatives[i].nick, alternatives[i].attempt, alternatives[i].ascii);

      g_assert_cmpstr (name, ==, alternatives[i].expected);
      g_assert_true (hs_name_is_nick (name));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/name/nick", test_nick);
  g_test_add_func ("/wire/name/reserved", test_reserved);
  g_test_add_func ("/wire/name/room", test_room);
  g_test_add_func ("/wire/name/compare", test_compare);
  g_test_add_func ("/wire/name/hash-spreads", test_hash_spreads);
  g_test_add_func ("/wire/name/derive", test_derive);
  g_test_add_func ("/wire/name/derive-marks", test_derive_marks);
  g_test_add_func ("/wire/name/alternative", test_alternative);
  return g_test_run ();
}
