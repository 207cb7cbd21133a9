/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked while others wait finds its rows by an index: SQLite's own plan says so. */
#include <glib.h>
#include <string.h>

#include "hs-server-db-private.h"

static void
test_plans (void)
{
  static const struct
  {
    guint sql;
    const char *part;
  } cases[] = {
    { SQL_READ_NEWEST, "USING INDEX message_place" },
    { SQL_READ_OLDEST, "USING INDEX message_place" },
    { SQL_LAST_SAID, "USING COVERING INDEX message_place" },
    { SQL_OWNER_BY_HASH, "USING COVERING INDEX" },
    { SQL_ANSWERED_FIND, "USING PRIMARY KEY" },
    { SQL_TALK_FIND, "USING PRIMARY KEY" },
    { SQL_TRIM_PLACE, "USING COVERING INDEX message_place" },
    { SQL_TRIM_ANSWERED, "USING COVERING INDEX answered_message" },
    { SQL_TRIM_OLD, "USING INTEGER PRIMARY KEY" },
  };
  HsServerDb *db = hs_server_db_open (":memory:", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sql = g_strconcat ("EXPLAIN QUERY PLAN ", hs_server_db_texts[cases[i].sql], NULL);
      g_autoptr (GString) plan = g_string_new (NULL);
      sqlite3_stmt *statement = NULL;

      g_assert_cmpint (sqlite3_prepare_v2 (db->base.db, sql, -1, &statement, NULL), ==, SQLITE_OK);
      while (sqlite3_step (statement) == SQLITE_ROW)
        g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
      sqlite3_finalize (statement);
      g_test_message ("%s\n%s", sql, plan->str);
      g_assert_nonnull (strstr (plan->str, cases[i].part));
      g_assert_null (strstr (plan->str, "USE TEMP B-TREE FOR ORDER BY"));
    }
  hs_server_db_close (db);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/server-db-sql/plans", test_plans);
  return g_test_run ();
}
