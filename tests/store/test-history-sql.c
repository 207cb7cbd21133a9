/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-history-private.h"

static void
test_bytes_of_the_file (void)
{
  static const struct
  {
    const char *description;
    const char *sql;
    const char *expected;
  } cases[] = {
    { "valid", "SELECT '你好'", "你好" },
    { "NULL", "SELECT NULL", NULL },
    { "a broken character", "SELECT CAST (x'61E4BD62' AS TEXT)", "a\xef\xbf\xbd\xef\xbf\xbd" "b" },
    { "NUL ends it", "SELECT CAST (x'610062' AS TEXT)", "a" },
    { "a number", "SELECT 5", "5" },
  };
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      sqlite3_stmt *statement = NULL;
      g_autofree char *text = NULL;

      g_test_message ("%s", cases[i].description);
      g_assert_cmpint (sqlite3_prepare_v2 (history->base.db, cases[i].sql, -1, &statement, NULL), ==, SQLITE_OK);
      g_assert_true (hs_sql_step (&history->base, statement, NULL));
      text = hs_sql_dup_text (statement, 0);
      g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
      g_assert_cmpstr (text, ==, cases[i].expected);
      sqlite3_finalize (statement);
    }
}

/* A statement that ended or failed can be used again at once. */
static void
test_reused (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  g_autoptr (GError) error = NULL;
  gint64 value = 7;

  g_assert_true (hs_sql_get_int64 (&history->base, hs_sql_bind (&history->base, SQL_ROOM_FIND, "ss", "n", "r"), &value, &error));
  g_assert_cmpint (value, ==, 7);
  g_assert_true (hs_sql_run (&history->base, hs_sql_bind (&history->base, SQL_ROOM_ADD, "ss", "n", "r"), &error));
  g_assert_true (hs_sql_get_int64 (&history->base, hs_sql_bind (&history->base, SQL_ROOM_FIND, "ss", "n", "r"), &value, &error));
  g_assert_cmpint (value, ==, 1);
  g_assert_false (hs_sql_run (&history->base, hs_sql_bind (&history->base, SQL_ROOM_ADD, "ss", "n", NULL), &error)
                  && sqlite3_changes (history->base.db) > 0); /* NOT NULL, ignored */
  g_clear_error (&error);
  g_assert_false (hs_sql_run (&history->base, history->base.statements[SQL_RELEASE], &error)); /* no savepoint */
  g_assert_error (error, HS_STORE_ERROR, HS_STORE_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (hs_database_savepoint (&history->base, &error));
  g_assert_true (hs_database_release (&history->base, &error));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/sql/bytes-of-the-file", test_bytes_of_the_file);
  g_test_add_func ("/store/sql/reused", test_reused);
  return g_test_run ();
}
