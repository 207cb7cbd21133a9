/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What looks like one character is never cut: a table, and every cut of real texts held against Pango's. */
#include "hs-grapheme.h"

#include <pango/pango.h>
#include <string.h>

static const struct
{
  const char *description, *text;
  gsize max, expected;
} splits[] = {
  { "letters", "abc", 2, 2 },
  { "all of it", "abc", 4, 3 },
  { "Chinese", "你好", 5, 3 },
  { "an accent of its own", "ae\u0301", 4, 4 },
  { "an accent that does not fit", "abcde\u0301", 6, 4 },
  { "a skin tone", "ab👋🏽", 8, 2 },
  { "a family", "hi👨‍👩‍👧‍👦", 20, 2 },
  { "a keycap", "ab1\ufe0f\u20e3", 6, 2 },
  { "a flag behind a flag", "🇩🇪🇨🇳", 12, 8 },
  { "half a flag behind two", "🇩🇪🇨🇳🇫", 16, 16 },
  { "the flag of Scotland", "x🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 20, 1 },
  { "Hangul in letters", "가\u1100\u1161\u11a8", 9, 3 },
  { "a vowel sign", "नमस्ते", 16, 6 },
  { "a conjunct", "नमस्ते", 12, 6 },
  { "Thai AM", "xกำ", 5, 1 },
  { "a number sign", "x\u06001", 3, 1 },
  { "a control", "a\t\u0301", 4, 4 },
  { "a heap of accents", "e\u0301\u0301\u0301\u0301", 6, 5 },
};

static void
test_split (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (splits); i++)
    {
      gsize n = hs_grapheme_split (splits[i].text, strlen (splits[i].text), splits[i].max);

      if (n != splits[i].expected)
        g_error ("%s: %" G_GSIZE_FORMAT " instead of %" G_GSIZE_FORMAT, splits[i].description, n, splits[i].expected);
    }
}

static const struct
{
  const char *data;
  gsize max, expected;
} word_splits[] = {
  { "one two", 7, 7 },     { "one two", 9, 7 },      { "sevens eight", 8, 7 },      { "seven eight", 8, 8 },   { "seven eight", 5, 5 },
  { "a longword", 9, 9 },  { "longword", 4, 4 },     { "你好你好你好 你好", 23, 19 }, { "你好你好你好", 10, 9 }, { "", 4, 0 },
  { "seven \u0301eight", 10, 10 }, /* an accent on the space */
};

static void
test_split_words (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (word_splits); i++)
    g_assert_cmpuint (hs_grapheme_split_words (word_splits[i].data, strlen (word_splits[i].data), word_splits[i].max), ==, word_splits[i].expected);
}

/* Ours may be fewer (nothing behind a joiner), never others. */
static void
test_as_pango (void)
{
  static const char *const texts[] = {
    "Hello, wörld! e\u0301a\u0308", "你好，世界。全角：ガギ ﾊﾞ", "👋🏽👨‍👩‍👧‍👦 ❤️ 1️⃣ 🇩🇪🇨🇳🇫🇷 🏳️‍🌈", "안녕하세요 가나다", "नमस्ते दुनिया", "สวัสดีน้ำ", "שָׁלוֹם السَّلَامُ",
    "தமிழ் క్షేమం ខ្មែរ", "a\u200db \u200c x",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gsize len = strlen (texts[i]);
      glong n = g_utf8_strlen (texts[i], -1);
      g_autofree PangoLogAttr *attrs = g_new0 (PangoLogAttr, n + 1);
      const char *p = texts[i];

      pango_get_log_attrs (texts[i], (int) len, -1, NULL, attrs, (int) n + 1);
      for (glong at = 0; at <= n; at++, p = g_utf8_next_char (p))
        if (hs_grapheme_is_boundary (texts[i], len, (gsize) (p - texts[i])) && !attrs[at].is_cursor_position)
          g_error ("“%s” is cut before its character %ld", texts[i], at);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/grapheme/split", test_split);
  g_test_add_func ("/wire/grapheme/split-words", test_split_words);
  g_test_add_func ("/wire/grapheme/as-pango", test_as_pango);
  return g_test_run ();
}
