/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-blank.h"

/* Letters that Unicode counts as such, drawn as a space: Hangul fillers and the empty Braille pattern. */
static const gunichar blank_letters[] = { 0x115f, 0x1160, 0x2800, 0x3164, 0xffa0 };

static gboolean
is_blank (gunichar c)
{
  for (gsize i = 0; i < G_N_ELEMENTS (blank_letters); i++)
    if (c == blank_letters[i])
      return TRUE;
  return !g_unichar_isgraph (c) || (g_unichar_iszerowidth (c) && !g_unichar_ismark (c)) || (c >= 0xfe00 && c <= 0xfe0f); /* and variation selectors */
}

gboolean
hs_text_is_blank (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_blank (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}
