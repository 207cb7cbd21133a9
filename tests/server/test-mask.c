/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Masks: what is typed, and whom it names. */
#include "hs-mask.h"

#include "hs-limits.h"

static void
test_normalize (void)
{
  static const struct
  {
    const char *given, *expected;
  } rows[] = {
    { "anna", "anna!*@*" },
    { "anna!", "anna!*@*" },
    { "anna!u", "anna!u@*" },
    { "u@h", "*!u@h" },
    { "@h", "*!*@h" },
    { "anna!u@h", "anna!u@h" },
    { "*", "*!*@*" },
    { "10.0.0.7", "*!*@10.0.0.7" },
    { "10.0.0.0/8", "*!*@10.0.0.0/8" },
    { "*!*@10.0.0.0/8", "*!*@10.0.0.0/8" },
    { "::1", NULL }, /* cannot begin a parameter */
    { "0::1", "*!*@0::1" },
    { "*!*@0:0:0::1", "*!*@0::1" },
    { "FE80::0:1", "*!*@fe80::1" },
    { "张三", "张三!*@*" },
    { "", NULL },
    { ":x", NULL },
    { "a b", NULL },
    { "a,b", NULL },
    { "u@h!n", NULL },
  };
  g_autofree char *longest = g_strnfill (HS_MASK_MAX_BYTES, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *mask = hs_mask_normalize (rows[i].given);

      g_test_message ("%s", rows[i].given);
      g_assert_cmpstr (mask, ==, rows[i].expected);
    }
  g_assert_null (hs_mask_normalize (longest));
}

static void
test_matches (void)
{
  static const struct
  {
    const char *mask, *nick, *user, *host;
    gboolean expected;
  } rows[] = {
    { "*!*@*", "anna", "u", "10.0.0.1", TRUE },
    { "ANNA!*@*", "anna", "u", "10.0.0.1", TRUE },
    { "anna!*@*", "annabel", "u", "10.0.0.1", FALSE },
    { "a??a!*@*", "anna", "u", "10.0.0.1", TRUE },
    { "张?!*@*", "张三", "u", "10.0.0.1", TRUE },
    { "*!u@*", "anna", "v", "10.0.0.1", FALSE },
    { "*!*@10.0.0.*", "anna", "u", "10.0.0.1", TRUE },
    { "*!*@10.0.0.0/24", "anna", "u", "10.0.0.77", TRUE },
    { "*!*@10.0.0.0/24", "anna", "u", "10.0.1.77", FALSE },
    { "*!*@fe80::/10", "anna", "u", "fe80::5", TRUE },
    { "*!*@fe80::/10", "anna", "u", "0::1", FALSE },
    { "*!*@10.0.0.7/8", "anna", "u", "10.0.0.7", FALSE }, /* no net */
    { "*!*@*", "", "plain", "10.0.0.1", TRUE }, /* a listener */
    { "guest-*!*@*", "", "plain", "10.0.0.1", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].mask);
      g_assert_cmpint (hs_mask_matches (rows[i].mask, rows[i].nick, rows[i].user, rows[i].host), ==, rows[i].expected);
    }
}

static void
test_glob (void)
{
  static const struct
  {
    const char *pattern, *text;
    gboolean expected;
  } rows[] = {
    { "", "", TRUE }, { "", "a", FALSE }, { "*", "", TRUE }, { "**a**", "bab", TRUE }, { "*ab", "aab", TRUE }, { "a*b*c", "aXbXbXc", TRUE },
    { "a*b*c", "aXbXbX", FALSE }, { "?", "", FALSE }, { "?", "é", TRUE }, { "*é?", "aéé", TRUE }, { "#r*", "#Room", TRUE },
  };
  g_autofree char *stars = g_strnfill (100, '*');
  g_autofree char *many = g_strnfill (400, 'a');
  g_autofree char *pattern = g_strdup_printf ("%sa*a*a*a*a*a*a*a*a*a*b", stars);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s %s", rows[i].pattern, rows[i].text);
      g_assert_cmpint (hs_mask_glob (rows[i].pattern, rows[i].text), ==, rows[i].expected);
    }
  /* Not exponential: this returns. */
  g_assert_false (hs_mask_glob (pattern, many));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/mask/normalize", test_normalize);
  g_test_add_func ("/server/mask/matches", test_matches);
  g_test_add_func ("/server/mask/glob", test_glob);
  return g_test_run ();
}
