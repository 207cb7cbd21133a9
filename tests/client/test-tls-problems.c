/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a certificate lacks has a sentence each. */
#include "hs-tls-problems.h"

#include <string.h>

static void
test_each (void)
{
  for (guint bit = 0; 1u << bit <= HS_TLS_BAD; bit++)
    {
      g_autofree char *words = hs_tls_problems_dup_words ((HsTlsProblems) (1u << bit));

      g_assert_nonnull (words);
      g_assert_true (g_str_has_suffix (words, "."));
      g_assert_null (strchr (words, '\n'));
    }
}

static void
test_several (void)
{
  g_autofree char *none = hs_tls_problems_dup_words (0);
  g_autofree char *two = hs_tls_problems_dup_words (HS_TLS_UNKNOWN_AUTHORITY | HS_TLS_WRONG_HOST);

  g_assert_null (none);
  g_assert_cmpstr (two, ==, "Its certificate was made for another name.\nNo authority that this computer trusts vouches for it.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/tls-problems/each", test_each);
  g_test_add_func ("/client/tls-problems/several", test_several);
  return g_test_run ();
}
