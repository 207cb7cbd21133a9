/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-history-private.h"

#define NEWEST 4

static void
execute (sqlite3 *db, const char *sql)
{
  char *message = NULL;

  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

static int
append_column (void *data, int n, char **values, char **names)
{
  g_string_append_printf (data, "%s\n", values[0] != NULL ? values[0] : "");
  return 0;
}

static char *
query (const char *path, const char *sql)
{
  GString *text = g_string_new (NULL);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, append_column, text, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  return g_string_free (text, FALSE);
}

/* As that version left it, with rows. */
static void
make_from_fixture (const char *path, guint version)
{
  g_autofree char *name = g_strdup_printf ("history-%u.sql", version);
  g_autofree char *fixture = g_test_build_filename (G_TEST_DIST, "store", "fixtures", name, NULL);
  g_autofree char *sql = NULL;
  GError *error = NULL;
  sqlite3 *db;

  g_file_get_contents (fixture, &sql, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  execute (db, sql);
  sqlite3_close (db);
}

static void
check_rows (HsHistory *history)
{
  g_autoptr (GPtrArray) rooms = hs_history_list_rooms (history, "host", NULL);
  HsHistoryRoom *room;

  g_assert_cmpuint (rooms->len, ==, 1);
  room = g_ptr_array_index (rooms, 0);
  g_assert_cmpstr (room->shown, ==, "Lobby");
  g_assert_cmpuint (room->unread, ==, 1);
  g_assert_cmpuint (room->mentions, ==, 1);
  g_assert_cmpuint (hs_history_count (history, room->id, NULL), ==, 3);
  g_autoptr (GPtrArray) rows = hs_history_page (history, room->id, 1, 1, NULL);
  g_assert_cmpstr (((HsHistoryRow *) g_ptr_array_index (rows, 0))->text, ==, "你好 👋");
  g_autoptr (GPtrArray) waiting = hs_history_outbox_list (history, room->id, NULL);
  g_assert_cmpuint (waiting->len, ==, 1);
}

/* From the version on that has them. */
static void
check_trust (HsHistory *history, gboolean known_since_4)
{
  g_autoptr (GPtrArray) keys = hs_history_list_keys (history, NULL);
  g_autoptr (GPtrArray) pins = hs_history_list_pins (history, NULL);
  g_autoptr (GPtrArray) sts = hs_history_list_sts (history, NULL);

  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (((HsHistoryKey *) g_ptr_array_index (keys, 0))->name, ==, "Ana's room");
  g_assert_cmpuint (pins->len, ==, 1);
  g_assert_cmpstr (((HsHistoryPin *) g_ptr_array_index (pins, 0))->binding, ==, "address:192.0.2.5:8000");
  g_assert_cmpint (((HsHistoryPin *) g_ptr_array_index (pins, 0))->shows_key, ==, known_since_4);
  g_assert_cmpint (((HsHistoryPin *) g_ptr_array_index (pins, 0))->ours, ==, known_since_4);
  g_assert_cmpuint (sts->len, ==, 1);
}

/* Every version that was ever released opens, keeps its rows, and looks afterwards as a new one does. */
static void
test_migrations (void)
{
  static const char schema[] = "SELECT type || ' ' || name || ': ' || coalesce (sql, '') FROM sqlite_schema ORDER BY type, name";
  g_autofree char *folder = make_folder ();
  g_autofree char *fresh = g_build_filename (folder, "fresh.db", NULL);
  g_autofree char *expected = NULL;

  hs_history_close (hs_history_open (fresh, NULL));
  expected = query (fresh, schema);
  for (guint version = 1; version <= NEWEST; version++)
    {
      g_autofree char *path = g_strdup_printf ("%s/history-%u.db", folder, version);
      g_autofree char *got = NULL, *number = NULL;
      GError *error = NULL;
      HsHistory *history;

      make_from_fixture (path, version);
      history = hs_history_open (path, &error);
      g_assert_no_error (error);
      check_rows (history);
      if (version >= 3)
        check_trust (history, version >= 4);
      hs_history_close (history);
      got = query (path, schema);
      g_assert_cmpstr (got, ==, expected);
      number = query (path, "PRAGMA user_version");
      g_assert_cmpint (atoi (number), ==, NEWEST);
    }
  remove_folder (folder);
}

static void
test_settings (void)
{
  static const struct
  {
    const char *sql;
    gint64 expected;
  } cases[] = {
    { "PRAGMA synchronous", 1 }, { "PRAGMA mmap_size", 0 }, { "SELECT 'wal' = (SELECT * FROM pragma_journal_mode)", 1 },
    { "SELECT 'exclusive' = (SELECT * FROM pragma_locking_mode)", 1 },
  };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "deeper", "history.db", NULL);
  g_autofree char *deeper = g_path_get_dirname (path);
  HsHistory *history = hs_history_open (path, NULL);
  GStatBuf status;

  g_assert_nonnull (history);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      sqlite3_stmt *statement = NULL;

      if (sqlite3_prepare_v2 (history->base.db, cases[i].sql, -1, &statement, NULL) != SQLITE_OK)
        continue; /* not every pragma is a table */
      g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
      g_test_message ("%s", cases[i].sql);
      g_assert_cmpint (sqlite3_column_int64 (statement, 0), ==, cases[i].expected);
      sqlite3_finalize (statement);
    }
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (deeper, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  hs_history_close (history);
  remove_folder (deeper);
  remove_folder (folder);
}

/* room_day follows what is deleted (retention), too. */
static void
test_day_counts (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);

  for (guint i = 0; i < 6; i++)
    insert_text (history, room, T0 + i * G_GINT64_CONSTANT (43200000), "x", NULL);
  execute (history->base.db, "DELETE FROM message WHERE id IN (SELECT id FROM message ORDER BY id LIMIT 3)");
  g_hash_table_remove_all (history->places);
  g_assert_cmpuint (hs_history_count (history, room, NULL), ==, 3);
  g_autoptr (GPtrArray) rows = hs_history_page (history, room, 0, 10, NULL);
  g_assert_cmpuint (rows->len, ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/schema/migrations", test_migrations);
  g_test_add_func ("/store/schema/settings", test_settings);
  g_test_add_func ("/store/schema/day-counts", test_day_counts);
  return g_test_run ();
}
