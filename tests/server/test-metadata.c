/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and values: which are keys, their order, what changes. */
#include "hs-metadata.h"

#include "hs-limits.h"

static void
test_keys (void)
{
  static const struct
  {
    const char *text;
    gboolean expected;
  } rows[] = {
    { "url", TRUE }, { "im.xmpp", TRUE }, { "example.org/a_b-2", TRUE }, { "", FALSE }, { "URL", FALSE }, { "$url$", FALSE }, { "a b", FALSE }, { "é", FALSE },
  };
  g_autofree char *longest = g_strnfill (HS_METADATA_KEY_MAX_BYTES, 'k');
  g_autofree char *longer = g_strnfill (HS_METADATA_KEY_MAX_BYTES + 1, 'k');

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].text);
      g_assert_cmpint (hs_metadata_is_key (rows[i].text), ==, rows[i].expected);
    }
  g_assert_true (hs_metadata_is_key (longest));
  g_assert_false (hs_metadata_is_key (longer));
}

static char *
join (const HsMetadata *metadata)
{
  g_auto (GStrv) strv = hs_metadata_to_strv (metadata);

  return strv != NULL ? g_strjoinv (" ", strv) : g_strdup ("");
}

static void
test_set (void)
{
  static const struct
  {
    const char *key, *value;
    gboolean changes;
    const char *all;
  } steps[] = {
    { "url", "u", TRUE, "url u" },
    { "color", "c", TRUE, "color c url u" },
    { "home", "h", TRUE, "color c home h url u" },
    { "home", "h", FALSE, "color c home h url u" },
    { "home", "x", TRUE, "color c home x url u" },
    { "color", NULL, TRUE, "home x url u" },
    { "color", NULL, FALSE, "home x url u" },
    { "url", NULL, TRUE, "home x" },
    { "home", NULL, TRUE, "" },
  };
  g_autoptr (HsMetadata) metadata = hs_metadata_new ();

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *all = NULL;

      g_test_message ("%u", i);
      g_assert_cmpint (hs_metadata_set (metadata, steps[i].key, steps[i].value), ==, steps[i].changes);
      all = join (metadata);
      g_assert_cmpstr (all, ==, steps[i].all);
      g_assert_cmpstr (hs_metadata_find (metadata, steps[i].key), ==, steps[i].value);
    }
}

static void
test_strv (void)
{
  static const char *const strv[] = { "url", "u", "color", "", NULL };
  g_autoptr (HsMetadata) metadata = hs_metadata_new_from_strv (strv);
  g_autofree char *all = join (metadata);

  g_assert_cmpstr (all, ==, "color  url u");
  g_assert_cmpstr (hs_metadata_find (metadata, "color"), ==, "");
  g_assert_null (hs_metadata_new_from_strv (NULL));
  g_assert_null (hs_metadata_to_strv (NULL));
  g_assert_cmpuint (hs_metadata_get_n (NULL), ==, 0);
  g_assert_null (hs_metadata_find (NULL, "url"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/metadata/keys", test_keys);
  g_test_add_func ("/server/metadata/set", test_set);
  g_test_add_func ("/server/metadata/strv", test_strv);
  return g_test_run ();
}
