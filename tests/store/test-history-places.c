/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-history-private.h"

#define DAY G_GINT64_CONSTANT (86400000)

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
check_place (HsHistory *history, gint64 room, GArray *ids, guint position)
{
  g_autoptr (GPtrArray) rows = hs_history_page (history, room, position, 3, NULL);

  g_assert_nonnull (rows);
  g_assert_cmpuint (rows->len, ==, MIN (3, ids->len - position));
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpint (((HsHistoryRow *) g_ptr_array_index (rows, i))->id, ==, g_array_index (ids, gint64, position + i));
  g_assert_cmpuint (hs_history_position (history, room, g_array_index (ids, gint64, position), NULL), ==, position);
}

/* @ids as they are in the database, sorted. */
static void
check_all (HsHistory *history, gint64 room, GArray *ids, guint samples)
{
  g_array_sort (ids, compare_ids);
  g_assert_cmpuint (hs_history_count (history, room, NULL), ==, ids->len);
  check_place (history, room, ids, 0);
  check_place (history, room, ids, ids->len - 1);
  for (guint i = 0; i < samples; i++)
    check_place (history, room, ids, g_random_int_range (0, ids->len));
}

/* Rows come in any order; asked for all along, so that marks are made early and kept up to date by what follows. */
static void
fill_and_check (HsHistory *history, gint64 room, guint n, gint64 span)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 newest = 0;

  g_assert_true (hs_history_begin (history, NULL));
  for (guint i = 0; i < n; i++)
    {
      gint64 time = T0 + (g_random_boolean () ? (newest += g_random_int_range (0, MAX (2, 2 * span / n)))
                                              : g_random_int_range (0, span));
      guint position, expected;
      gint64 id = insert_text (history, room, time, "x", &position);

      g_array_append_val (ids, id);
      expected = hs_history_position (history, room, id, NULL);
      g_assert_cmpuint (position, ==, expected);
      if (i == n / 3)
        check_all (history, room, ids, 200);
    }
  g_assert_true (hs_history_commit (history, NULL));
  check_all (history, room, ids, 500);
}

static void
test_round_trips (gconstpointer data)
{
  gint64 span = GPOINTER_TO_INT (data) * (DAY / 24);
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 other = hs_history_room (history, "host", "#other", NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);

  fill_and_check (history, other, 500, span);
  fill_and_check (history, room, 5000, span);
}

/* The counts in the file are those in memory: another time it is opened says the same. */
static void
test_reopened (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  HsHistory *history = hs_history_open (path, NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);

  hs_history_begin (history, NULL);
  for (guint i = 0; i < 6000; i++)
    {
      gint64 id = insert_text (history, room, T0 + g_random_int_range (0, DAY + 1000), "x", NULL);

      g_array_append_val (ids, id);
    }
  hs_history_commit (history, NULL);
  hs_history_close (history);
  history = hs_history_open (path, NULL);
  check_all (history, room, ids, 500);
  hs_history_close (history);
  remove_folder (folder);
}

/* 100,000 rows, of which every one is found again. */
static void
test_many (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  hs_history_begin (history, NULL);
  for (guint i = 0; i < 100000; i++)
    {
      gint64 id = insert_text (history, room, T0 + i * (i < 60000 ? 1 : 20000), "x", NULL);

      g_array_append_val (ids, id);
    }
  hs_history_commit (history, NULL);
  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpuint (hs_history_position (history, room, g_array_index (ids, gint64, i), NULL), ==, i);
  check_all (history, room, ids, 2000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/store/places/one-hour", GINT_TO_POINTER (1), test_round_trips);
  g_test_add_data_func ("/store/places/three-days", GINT_TO_POINTER (72), test_round_trips);
  g_test_add_data_func ("/store/places/twenty-days", GINT_TO_POINTER (480), test_round_trips);
  g_test_add_func ("/store/places/reopened", test_reopened);
  g_test_add_func ("/store/places/many", test_many);
  return g_test_run ();
}
