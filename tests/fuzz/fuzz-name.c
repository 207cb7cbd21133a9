/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever a person calls themselves, the nick derived from it is one. */
#include "fuzz.h"
#include "hs-name.h"

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize len)
{
  g_autofree char *name = g_utf8_make_valid ((const char *) bytes, len);
  g_autofree char *shown = hs_name_make_shown (name), *folded = hs_name_fold (name);
  g_autofree char *again = hs_name_make_shown (shown);

  g_assert_cmpstr (shown, ==, again);
  g_assert_true (hs_name_equal (name, folded));
  g_assert_cmpuint (hs_name_hash (name), ==, hs_name_hash (folded));
  hs_name_is_room (name);
  for (guint ascii = 0; ascii < 2; ascii++)
    {
      g_autofree char *nick = hs_name_make_nick (shown, ascii), *other = hs_name_make_alternative (nick, 3, ascii);

      g_assert_true (hs_name_is_nick (nick));
      g_assert_true (hs_name_is_nick (other));
      g_assert_true (!ascii || g_str_is_ascii (nick));
    }
  return 0;
}
