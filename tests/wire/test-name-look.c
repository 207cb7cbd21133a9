/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What names look like: which two are taken for each other. */
#include "hs-name.h"

static void
test_looks (void)
{
  static const struct
  {
    const char *a, *b;
    gboolean alike;
  } rows[] = {
    { "anna", "anna", TRUE },
    { "anna", "Anna", TRUE },
    { "anna", "\xd0\xb0nna", TRUE },                     /* Cyrillic а */
    { "ANNA", "\xce\x91\xce\x9d\xce\x9d\xce\x91", TRUE }, /* Greek capitals */
    { "anna", "\xce\x91\xce\x9d\xce\x9d\xce\x91", TRUE },
    { "anna", "\xef\xbd\x81nna", TRUE },                 /* full width */
    { "bill", "bi1l", TRUE },
    { "bill", "biIl", TRUE },
    { "Ivan", "lvan", TRUE },
    { "ivan", "lvan", FALSE },
    { "bob", "b0b", TRUE },
    { "modern", "modem", TRUE },
    { "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0", "\xd0\xb0\xd0\xbd\xd0\xbd\xd0\xb0", TRUE }, /* Анна, анна */
    { "anna", "anne", FALSE },
    { "ana", "an\xc3\xa1", FALSE },                      /* an accent is seen */
    { "\xe5\xbc\xa0\xe4\xb8\x89", "\xe5\xbc\xa0\xe4\xba\x8c", FALSE },
    { "user10", "user11", FALSE },
    { "user1", "user2", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) a = hs_name_list_looks (rows[i].a);
      g_auto (GStrv) b = hs_name_list_looks (rows[i].b);
      gboolean alike = FALSE;

      g_test_message ("%s %s", rows[i].a, rows[i].b);
      for (guint j = 0; a[j] != NULL; j++)
        alike |= g_strv_contains ((const char *const *) b, a[j]);
      g_assert_cmpint (alike, ==, rows[i].alike);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/name-look/pairs", test_looks);
  return g_test_run ();
}
