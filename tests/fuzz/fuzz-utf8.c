/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes become text that is valid, whole, and unchanged where it was text already. */
#include <string.h>

#include "hs-utf8.h"

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize len)
{
  const char *data = (const char *) bytes;
  guint replaced = 0;
  g_autofree char *text = hs_utf8_make_text (data, len, FALSE, &replaced);
  gsize tail = hs_utf8_incomplete_tail (data, len);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  if (hs_utf8_is_text (data, len))
    {
      g_assert_cmpmem (text, strlen (text), data, len);
      g_assert_cmpuint (replaced, ==, 0);
      g_assert_cmpuint (tail, ==, 0);
    }
  g_assert_cmpuint (tail, <=, MIN (len, 3));
  for (gsize max = 0; max <= MIN (len, 9); max++)
    g_assert_cmpuint (hs_utf8_split (data, len, max), <=, max);
  return 0;
}
