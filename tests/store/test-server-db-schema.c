/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every version that was ever released opens, keeps its rows, and looks afterwards as a new one does. */
#include "test-server-db-private.h"
#include "hs-database.h"

#define NEWEST 5

static void
make_from_fixture (const char *path, guint version)
{
  g_autofree char *name = g_strdup_printf ("server-%u.sql", version);
  g_autofree char *fixture = g_test_build_filename (G_TEST_DIST, "store", "fixtures", name, NULL);
  g_autofree char *sql = NULL;
  GError *error = NULL;
  sqlite3 *db;

  g_file_get_contents (fixture, &sql, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static int
append_column (void *data, int n, char **values, char **names)
{
  g_string_append_printf (data, "%s\n", values[0] != NULL ? values[0] : "");
  return 0;
}

static char *
read_schema (const char *path)
{
  GString *text = g_string_new (NULL);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "SELECT type || ' ' || name || ': ' || coalesce (sql, '') FROM sqlite_schema ORDER BY type, name",
                                 append_column, text, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  return g_string_free (text, FALSE);
}

static void
check_rows (HsServerDb *db, guint version)
{
  HsServerQuery query = { "#lobby", 0, G_MAXINT64, FALSE, FALSE, FALSE, 100 };
  g_autofree char *texts = read_texts (db, &query);
  g_autoptr (GPtrArray) rooms = hs_server_db_list_rooms (db, NULL);
  g_autoptr (HsServerAccount) account = hs_server_db_get_account (db, "ana", NULL);
  g_autoptr (GPtrArray) keys = hs_server_db_list_account_keys (db, NULL);
  g_autoptr (GPtrArray) invites = hs_server_db_list_invites (db, 0, NULL);
  g_autoptr (GBytes) secret = hs_server_db_get_secret (db, "decoy", NULL);
  g_autoptr (GPtrArray) renamed = hs_server_db_list_renamed (db, 0, NULL);
  g_autoptr (GPtrArray) gone = hs_server_db_list_gone_accounts (db, NULL);
  const HsServerRoom *room;

  g_assert_cmpstr (texts, ==, "你好 👋 hi");
  g_assert_cmpuint (rooms->len, ==, 1);
  room = g_ptr_array_index (rooms, 0);
  g_assert_cmpstr (room->topic, ==, "Welcome");
  g_assert_cmpuint (room->list->len, ==, 1);
  g_assert_cmpuint (account->iterations, ==, 4096);
  g_assert_cmpint (hs_server_db_get_marker (db, "account:ana", "#lobby", NULL), ==, T0);
  g_assert_cmpuint (invites->len, ==, version >= 4 ? 1 : 0);
  g_assert_cmpuint (keys->len, ==, version >= 3 ? 1 : 0);
  g_assert_cmpuint (renamed->len, ==, version >= 5 ? 1 : 0);
  g_assert_cmpuint (gone->len, ==, version >= 5 ? 1 : 0);
  g_assert_cmpstr (room->metadata != NULL ? room->metadata[1] : NULL, ==, version >= 5 ? "https://handshakechat.github.io/" : NULL);
  g_assert_cmpint (account->locked, ==, version >= 3); /* it has a key, and perhaps nothing else */
  g_assert_cmpuint (g_bytes_get_size (secret), ==, version >= 3 ? 1 : 32);
}

static void
test_migrations (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *fresh = g_build_filename (folder, "fresh.db", NULL);
  g_autofree char *expected = NULL;

  hs_server_db_close (hs_server_db_open (fresh, NULL));
  expected = read_schema (fresh);
  for (guint version = 1; version <= NEWEST; version++)
    {
      g_autofree char *path = g_strdup_printf ("%s/server-%u.db", folder, version);
      g_autofree char *got = NULL;
      GError *error = NULL;
      HsServerDb *db;

      make_from_fixture (path, version);
      db = hs_server_db_open (path, &error);
      g_assert_no_error (error);
      check_rows (db, version);
      hs_server_db_close (db);
      got = read_schema (path);
      g_assert_cmpstr (got, ==, expected);
    }
  remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/server-db-schema/migrations", test_migrations);
  return g_test_run ();
}
