/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a text may be cut so that nothing a person sees as one character is torn: UAX #29 by the properties that GLib knows. No line breaking. */
#include "hs-grapheme.h"

#include "hs-utf8.h"

#define ZERO_WIDTH_JOINER 0x200d
#define VIRAMA 9 /* a canonical combining class (UAX #44 5.7.4): joins the letters around it (GB9c) */

typedef enum
{
  PART_OTHER,
  PART_CONTROL,
  PART_EXTEND,  /* belongs to what stands before it: Extend and SpacingMark */
  PART_JOINER,
  PART_PREPEND, /* belongs to what follows */
  PART_REGIONAL,
  PART_L,
  PART_V,
  PART_T,
  PART_LV,
  PART_LVT,
} Part;

/* Of which the general category does not tell. */
static const struct { gunichar first, last; Part part; } ranges[] = {
  { 0x0600, 0x0605, PART_PREPEND }, /* Arabic number signs */
  { 0x06dd, 0x06dd, PART_PREPEND },
  { 0x070f, 0x070f, PART_PREPEND },
  { 0x0890, 0x0891, PART_PREPEND },
  { 0x08e2, 0x08e2, PART_PREPEND },
  { 0x0e33, 0x0e33, PART_EXTEND },  /* Thai and Lao AM */
  { 0x0eb3, 0x0eb3, PART_EXTEND },
  { 0x200c, 0x200c, PART_EXTEND },  /* zero width non-joiner */
  { ZERO_WIDTH_JOINER, ZERO_WIDTH_JOINER, PART_JOINER },
  { 0xff9e, 0xff9f, PART_EXTEND },  /* halfwidth voiced marks */
  { 0x110bd, 0x110bd, PART_PREPEND },
  { 0x110cd, 0x110cd, PART_PREPEND },
  { 0x1f1e6, 0x1f1ff, PART_REGIONAL },
  { 0x1f3fb, 0x1f3ff, PART_EXTEND }, /* skin tones */
  { 0xe0020, 0xe007f, PART_EXTEND }, /* tags: the flags of Scotland and Wales */
};

static Part
part_of (gunichar c)
{
  for (gsize i = 0; c >= ranges[0].first && i < G_N_ELEMENTS (ranges); i++)
    if (c >= ranges[i].first && c <= ranges[i].last)
      return ranges[i].part;
  switch (g_unichar_break_type (c))
    {
    case G_UNICODE_BREAK_HANGUL_L_JAMO: return PART_L;
    case G_UNICODE_BREAK_HANGUL_V_JAMO: return PART_V;
    case G_UNICODE_BREAK_HANGUL_T_JAMO: return PART_T;
    case G_UNICODE_BREAK_HANGUL_LV_SYLLABLE: return PART_LV;
    case G_UNICODE_BREAK_HANGUL_LVT_SYLLABLE: return PART_LVT;
    default: break;
    }
  switch (g_unichar_type (c))
    {
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_SPACING_MARK: return PART_EXTEND;
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR: return PART_CONTROL;
    default: return PART_OTHER;
    }
}

/* GB6 to GB8. */
static gboolean
is_one_syllable (Part before, Part after)
{
  switch (before)
    {
    case PART_L: return after == PART_L || after == PART_V || after == PART_LV || after == PART_LVT;
    case PART_LV:
    case PART_V: return after == PART_V || after == PART_T;
    case PART_LVT:
    case PART_T: return after == PART_T;
    default: return FALSE;
    }
}

/* GB12 and GB13: flags are pairs, counted from the first. */
static gboolean
is_within_flag (const char *text, const char *at)
{
  guint n = 0;

  while (at > text)
    {
      at = g_utf8_prev_char (at);
      if (part_of (g_utf8_get_char (at)) != PART_REGIONAL)
        break;
      n++;
    }
  return n % 2 == 1;
}

gboolean
hs_grapheme_is_boundary (const char *text, gsize len, gsize at)
{
  gunichar c, d;
  Part before, after;

  if (at == 0 || at >= len)
    return TRUE;
  c = g_utf8_get_char (g_utf8_prev_char (text + at));
  d = g_utf8_get_char (text + at);
  if (c < 0x80 && d < 0x80)
    return c != '\r' || d != '\n';
  before = part_of (c);
  after = part_of (d);
  if (before == PART_CONTROL || after == PART_CONTROL)
    return TRUE;
  if (after == PART_EXTEND || after == PART_JOINER || before == PART_JOINER || before == PART_PREPEND)
    return FALSE;
  if (g_unichar_combining_class (c) == VIRAMA && g_unichar_isalpha (d))
    return FALSE;
  if (before == PART_REGIONAL && after == PART_REGIONAL)
    return !is_within_flag (text, text + at);
  return !is_one_syllable (before, after);
}

gsize
hs_grapheme_split (const char *text, gsize len, gsize max)
{
  gsize end = hs_utf8_split (text, len, max);

  for (gsize at = end; at > 0; at = (gsize) (g_utf8_prev_char (text + at) - text))
    if (hs_grapheme_is_boundary (text, len, at))
      return at;
  return end;
}

gsize
hs_grapheme_split_words (const char *text, gsize len, gsize max)
{
  gsize end = hs_grapheme_split (text, len, max);

  if (end >= len)
    return len;
  for (gsize i = end; i > end - end / 4; i--)
    if (text[i - 1] == ' ' && hs_grapheme_is_boundary (text, len, i))
      return i;
  return end;
}
