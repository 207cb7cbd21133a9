/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles: names that become paths, application ids and folders. */
#include <string.h>

#include "hs-profile.h"

static void
test_escape (void)
{
  static const struct { const char *description, *name, *escaped; } cases[] = {
    { "letters and digits", "Ana2", "Ana2" },
    { "space", "Person 2", "Person_202" },
    { "no way out of the folder", "../x", "_2e_2e_2fx" },
    { "the escape itself", "a_b", "a_5fb" },
    { "Chinese", "李", "_e6_9d_8e" },
    { "hyphen", "a-b", "a-b" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *escaped = hs_profile_escape (cases[i].name);

      g_test_message ("%s", cases[i].description);
      g_assert_cmpstr (escaped, ==, cases[i].escaped);
    }
}

static void
test_application_id (void)
{
  static const char *const names[] = { NULL, "", "default", "Person 2", "2", "../..", "李伟", "a.b" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HsProfile) profile = hs_profile_new (names[i], &error);
      g_autofree char *id = NULL, *path = NULL;

      g_assert_no_error (error);
      id = hs_profile_dup_application_id (profile);
      path = hs_profile_dup_database_path (profile);
      g_assert_true (g_application_id_is_valid (id));
      g_assert_null (strstr (path, ".."));
      g_assert_cmpint (hs_profile_get_name (profile) == NULL, ==, i < 3);
    }
}

static void
test_names (void)
{
  g_autofree char *long_name = g_strnfill (65, 'a');
  g_autoptr (GError) error = NULL;
  g_autoptr (HsProfile) person = hs_profile_new ("Person 2", NULL);
  g_autofree char *shown = hs_profile_dup_shown_name (person), *chosen = NULL;

  g_assert_cmpstr (shown, ==, "Person 2");
  g_settings_set_string (hs_profile_get_settings (person), "shown-name", " Ana ");
  chosen = hs_profile_dup_shown_name (person);
  g_assert_cmpstr (chosen, ==, "Ana");
  g_assert_null (hs_profile_new (long_name, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile/escape", test_escape);
  g_test_add_func ("/profile/application-id", test_application_id);
  g_test_add_func ("/profile/names", test_names);
  return g_test_run ();
}
