/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values in and out of a statement. */
#include "test-history-private.h"

enum
{
  SQL_ECHO = N_SQL_TRANSACTION,
  N_SQL_HERE,
};

static const char *const texts[N_SQL_HERE] = { [SQL_ECHO] = "SELECT ?, ?, ?" };
static const char *const steps[] = { "CREATE TABLE thing (x);" };
static const HsDatabaseKind kind = { 0x1234, steps, 1, texts, N_SQL_HERE, 100, NULL };

static void
test_values (void)
{
  static const struct
  {
    const char *description, *text, *bytes;
    gsize len;
    gint64 number;
  } cases[] = {
    { "all", "你好", "a\0b", 3, G_MININT64 },
    { "NULL", NULL, NULL, 0, 0 },
  };
  HsDatabase database = { 0 };

  g_assert_true (hs_database_open (&database, &kind, ":memory:", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) given = cases[i].bytes != NULL ? g_bytes_new (cases[i].bytes, cases[i].len) : NULL;
      sqlite3_stmt *statement = hs_sql_bind (&database, SQL_ECHO, "isb", cases[i].number, cases[i].text, given);
      g_autofree char *text = NULL;
      g_autoptr (GBytes) bytes = NULL;

      g_test_message ("%s", cases[i].description);
      g_assert_true (hs_sql_step (&database, statement, NULL));
      g_assert_cmpint (sqlite3_column_int64 (statement, 0), ==, cases[i].number);
      text = hs_sql_dup_text (statement, 1);
      g_assert_cmpstr (text, ==, cases[i].text);
      bytes = hs_sql_dup_bytes (statement, 2);
      g_assert_true (given == NULL ? bytes == NULL : g_bytes_equal (given, bytes));
      g_assert_false (hs_sql_step (&database, statement, NULL));
    }
  hs_database_close (&database);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/database-sql/values", test_values);
  return g_test_run ();
}
