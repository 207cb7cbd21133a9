/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets are overwritten before they go. */
#include "hs-secret.h"

#include <malloc.h>
#include <string.h>

#define SECRET "a long password that ends in sesame"

static void
test_erase (void)
{
  char secret[] = SECRET;
  static const char nothing[sizeof secret];

  hs_secret_erase (secret);
  g_assert_cmpmem (secret, sizeof secret, nothing, sizeof nothing);
  hs_secret_erase (NULL);
  hs_secret_free (NULL);
}

/* What the next one is given who asks for as much: the place of the one before. (The first bytes are the allocator's.) */
static gboolean
is_left_behind (void)
{
  char *next = g_malloc (sizeof SECRET);
  gboolean found = memmem (next, sizeof SECRET, "sesame", strlen ("sesame")) != NULL;

  g_free (next);
  return found;
}

static void
test_freed (void)
{
  char *field = NULL;

  mallopt (M_PERTURB, 0); /* meson has it on */
  g_free (g_strdup (SECRET));
  if (!is_left_behind ())
    {
      g_test_skip ("this allocator leaves nothing behind");
      return;
    }
  hs_secret_free (g_strdup (SECRET));
  g_assert_false (is_left_behind ());
  hs_secret_set (&field, SECRET);
  g_assert_cmpstr (field, ==, SECRET);
  hs_secret_set (&field, field);
  g_assert_cmpstr (field, ==, SECRET);
  hs_secret_set (&field, NULL);
  g_assert_null (field);
  g_assert_false (is_left_behind ());
  hs_secret_free_string (g_string_new_len (SECRET, sizeof SECRET - 2)); /* whose buffer has room for one more */
  g_assert_false (is_left_behind ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/secret/erase", test_erase);
  g_test_add_func ("/wire/secret/freed", test_freed);
  return g_test_run ();
}
