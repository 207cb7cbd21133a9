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
    { "$a", "$a" },
    { "$~a", "$~a" },
    { "$a:anna", "$a:anna" },
    { "$~a:a*", "$~a:a*" },
    { "account:anna", "$a:anna" },
    { "$account:anna", "$a:anna" },
    { "account:", NULL },
    { "$a:", NULL },
    { "$k", NULL },
    { "$k:anna", NULL },
    { "$x:anna", NULL },
    { "$", NULL },
    { "$~", NULL },
    { "key:sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "$k:sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
    { "$k:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "$k:sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
    { "$~k:E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55",
      "$~k:sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
    { "$k:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", NULL },
    { "$k:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85500", NULL },
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
      const HsMaskSubject subject = { .nick = rows[i].nick, .user = rows[i].user, .host = rows[i].host };

      g_assert_cmpint (hs_mask_matches (rows[i].mask, &subject), ==, rows[i].expected);
    }
}

/* Who is hidden behind another host is named by both. */
static void
test_shown_host (void)
{
  const HsMaskSubject subject = { .nick = "anna", .user = "u", .host = "10.0.0.1", .shown_host = "user/anna" };
  static const struct
  {
    const char *mask;
    gboolean expected;
  } rows[] = {
    { "*!*@10.0.0.1", TRUE }, { "*!*@10.0.0.0/8", TRUE }, { "*!*@user/anna", TRUE }, { "*!*@user/*", TRUE },
    { "*!*@user/berta", FALSE }, { "*!*@10.0.0.2", FALSE }, { "berta!*@user/*", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].mask);
      g_assert_cmpint (hs_mask_matches (rows[i].mask, &subject), ==, rows[i].expected);
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

static void
test_accounts_and_keys (void)
{
  static const struct
  {
    const char *mask, *account;
    gboolean has_key, is_new, expected;
  } rows[] = {
    { "$a", "anna", FALSE, FALSE, TRUE },
    { "$a", NULL, FALSE, FALSE, FALSE },
    { "$~a", NULL, FALSE, FALSE, TRUE },
    { "$~a", "anna", FALSE, FALSE, FALSE },
    { "$~a", NULL, FALSE, TRUE, FALSE }, /* it may still log in */
    { "$a:anna", "Anna", FALSE, FALSE, TRUE },
    { "$a:anna", "annabel", FALSE, FALSE, FALSE },
    { "$a:anna*", "annabel", FALSE, FALSE, TRUE },
    { "$~a:anna", NULL, FALSE, FALSE, TRUE },
    { "$k:sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL, TRUE, FALSE, TRUE },
    { "$k:sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL, FALSE, FALSE, FALSE },
    { "$k:sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE", NULL, TRUE, FALSE, FALSE },
    { "$k:sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", NULL, TRUE, FALSE, FALSE },
  };
  static const HsFingerprint key;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const HsMaskSubject subject = { "n", "u", "10.0.0.1", rows[i].account, rows[i].has_key ? &key : NULL, rows[i].is_new };

      g_test_message ("%u %s", i, rows[i].mask);
      g_assert_cmpint (hs_mask_matches (rows[i].mask, &subject), ==, rows[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/mask/normalize", test_normalize);
  g_test_add_func ("/server/mask/matches", test_matches);
  g_test_add_func ("/server/mask/shown-host", test_shown_host);
  g_test_add_func ("/server/mask/accounts-and-keys", test_accounts_and_keys);
  g_test_add_func ("/server/mask/glob", test_glob);
  return g_test_run ();
}
