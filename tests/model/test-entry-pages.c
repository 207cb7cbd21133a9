/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-entry-pages-private.h"

#define PAGE HS_ENTRY_LIST_PAGE

static guint
count_pages (HsEntryPages *pages)
{
  g_autoptr (GArray) indices = hs_entry_pages_list (pages);

  return indices->len;
}

/* Only so many pages stay, and those the last used. */
static void
test_least_recently_used (void)
{
  HsEntryPages *pages = hs_entry_pages_new ();

  for (guint i = 0; i < 100; i++)
    {
      hs_entry_pages_obtain (pages, i * PAGE);
      hs_entry_pages_obtain (pages, 7); /* always in use */
    }
  g_assert_cmpuint (count_pages (pages), ==, HS_ENTRY_LIST_PAGES_KEPT);
  g_assert_true (hs_entry_pages_is_kept (pages, 0));
  g_assert_true (hs_entry_pages_is_kept (pages, 99));
  g_assert_false (hs_entry_pages_is_kept (pages, 50));
  g_assert_null (hs_entry_pages_peek (pages, 50 * PAGE));
  hs_entry_pages_free (pages);
}

/* An entry that somebody holds is the one that is there when its page comes back. */
static void
test_held (void)
{
  HsEntryPages *pages = hs_entry_pages_new ();
  g_autoptr (HsEntry) held = g_object_ref (hs_entry_pages_obtain (pages, 5));

  for (guint i = 1; i < 50; i++)
    hs_entry_pages_obtain (pages, i * PAGE);
  g_assert_false (hs_entry_pages_is_kept (pages, 0));
  g_assert_true (hs_entry_pages_peek (pages, 5) == held);
  g_assert_true (hs_entry_pages_obtain (pages, 5) == held);
  for (guint i = 1; i < 50; i++)
    hs_entry_pages_obtain (pages, i * PAGE);
  g_assert_cmpuint (count_pages (pages), ==, HS_ENTRY_LIST_PAGES_KEPT + 1);
  g_clear_object (&held);
  g_assert_null (hs_entry_pages_peek (pages, 5));
  g_assert_cmpuint (count_pages (pages), ==, HS_ENTRY_LIST_PAGES_KEPT);
  hs_entry_pages_free (pages);
}

/* An entry outlives its list. */
static void
test_orphan (void)
{
  HsEntryPages *pages = hs_entry_pages_new ();
  g_autoptr (HsEntry) held = g_object_ref (hs_entry_pages_obtain (pages, 5));

  hs_entry_pages_free (pages);
  g_assert_cmpuint (G_OBJECT (held)->ref_count, ==, 1);
}

static void
test_shift (void)
{
  static const guint places[] = { 0, 99, 100, 150, 199, 200, 250, 1099 };
  static const struct
  {
    guint position, n;
  } cases[] = { { 0, 1 }, { 99, 1 }, { 100, 1 }, { 150, 50 }, { 151, 1000 }, { 200, 100 }, { 1100, 3 } };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      HsEntryPages *pages = hs_entry_pages_new ();
      HsEntry *entries[G_N_ELEMENTS (places)];

      g_test_message ("%u rows at %u", cases[c].n, cases[c].position);
      for (guint i = 0; i < G_N_ELEMENTS (places); i++)
        entries[i] = hs_entry_pages_obtain (pages, places[i]);
      hs_entry_pages_shift (pages, cases[c].position, cases[c].n);
      for (guint i = 0; i < G_N_ELEMENTS (places); i++)
        {
          guint place = places[i] + (places[i] >= cases[c].position ? cases[c].n : 0);

          g_assert_true (hs_entry_pages_peek (pages, place) == entries[i]);
          g_assert_cmpuint (hs_entry_get_position (entries[i]), ==, place);
          g_assert_cmpuint (G_OBJECT (entries[i])->ref_count, ==, 1);
          g_assert_true (hs_entry_pages_is_kept (pages, place / PAGE));
        }
      hs_entry_pages_truncate (pages, 150);
      for (guint i = 0; i < 3000; i++)
        g_assert_true (i < 150 || hs_entry_pages_peek (pages, i) == NULL);
      hs_entry_pages_free (pages);
    }
}

static void
test_lacks (void)
{
  static const HsEntryData data = { .sender = "a", .text = "b" };
  HsEntryPages *pages = hs_entry_pages_new ();
  g_autoptr (HsEntry) held = hs_entry_new ();

  g_assert_false (hs_entry_pages_lacks (pages, 3, PAGE));
  hs_entry_pages_put (pages, 300, held); /* held by us alone */
  g_assert_true (hs_entry_pages_lacks (pages, 3, PAGE));
  hs_entry_set_data (held, &data);
  g_assert_false (hs_entry_pages_lacks (pages, 3, PAGE));
  hs_entry_pages_keep (pages, 3);
  g_assert_true (hs_entry_pages_lacks (pages, 3, PAGE));
  g_assert_false (hs_entry_pages_lacks (pages, 3, 1));
  hs_entry_pages_free (pages);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/entry-pages/least-recently-used", test_least_recently_used);
  g_test_add_func ("/model/entry-pages/held", test_held);
  g_test_add_func ("/model/entry-pages/orphan", test_orphan);
  g_test_add_func ("/model/entry-pages/shift", test_shift);
  g_test_add_func ("/model/entry-pages/lacks", test_lacks);
  return g_test_run ();
}
