/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text made of any bytes is valid, and the same when the bytes are taken in parts that break no character. */
#include <string.h>

#include "fuzz.h"
#include "hs-utf8.h"

#define MAX_SIZE 256

static void
check_parts (const char *data, gsize size, gsize cut, const char *whole, guint replaced)
{
  gsize at = cut - hs_utf8_incomplete_tail (data, cut);
  guint first_replaced = 0, second_replaced = 0;
  g_autofree char *first = hs_utf8_make_text (data, at, FALSE, &first_replaced);
  g_autofree char *second = hs_utf8_make_text (data + at, size - at, FALSE, &second_replaced);
  g_autofree char *joined = g_strconcat (first, second, NULL);

  FUZZ_CHECK (strcmp (joined, whole) == 0);
  FUZZ_CHECK (first_replaced + second_replaced == replaced);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  const char *data = (const char *) bytes;
  guint replaced = 0;
  g_autofree char *whole = NULL, *without_bom = NULL;

  size = MIN (size, MAX_SIZE);
  whole = hs_utf8_make_text (data, size, FALSE, &replaced);
  without_bom = hs_utf8_make_text (data, size, TRUE, NULL);
  FUZZ_CHECK (g_utf8_validate (whole, -1, NULL) && g_str_has_suffix (whole, without_bom));
  FUZZ_CHECK (!hs_utf8_is_text (data, size) || (replaced == 0 && strlen (whole) == size));
  FUZZ_CHECK (!hs_utf8_is_text (data, size) || hs_utf8_incomplete_tail (data, size) == 0);

  for (gsize cut = 0; cut <= size; cut++)
    {
      gsize split = hs_utf8_split (data, size, cut);

      FUZZ_CHECK (split <= cut && split + 3 >= cut);
      FUZZ_CHECK (!hs_utf8_is_text (data, size) || cut < 4 || hs_utf8_is_text (data, split));
      check_parts (data, size, cut, whole, replaced);
    }
  return 0;
}
