/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both databases stand on, with a small third one: versions, and transactions within one. */
#include "test-history-private.h"

enum
{
  SQL_ADD = N_SQL_TRANSACTION,
  SQL_COUNT,
  N_SQL_HERE,
};

static const char *const texts[N_SQL_HERE] = { [SQL_ADD] = "INSERT INTO thing VALUES (?)", [SQL_COUNT] = "SELECT count(*) FROM thing" };
static const char *const steps[] = { "CREATE TABLE thing (name TEXT UNIQUE);", "INSERT INTO thing VALUES ('from the second step');" };
static guint n_rolled_back;

static void
on_rolled_back (HsDatabase *database)
{
  n_rolled_back++;
}

static const HsDatabaseKind first = { 0x1234, steps, 1, texts, N_SQL_HERE, 100, NULL, on_rolled_back };
static const HsDatabaseKind second = { 0x1234, steps, 2, texts, N_SQL_HERE, 100, NULL };
static const HsDatabaseKind other = { 0x4321, steps, 2, texts, N_SQL_HERE, 100, NULL };

static gboolean
add (HsDatabase *self, const char *name)
{
  return hs_sql_run (self, hs_sql_bind (self, SQL_ADD, "s", name), NULL);
}

static gint64
count (HsDatabase *self)
{
  gint64 n = -1;

  g_assert_true (hs_sql_get_int64 (self, self->statements[SQL_COUNT], &n, NULL));
  return n;
}

static void
test_transactions (void)
{
  HsDatabase database = { 0 };

  n_rolled_back = 0;
  g_assert_true (hs_database_open (&database, &first, ":memory:", NULL));
  g_assert_true (hs_database_begin (&database, NULL));
  g_assert_true (add (&database, "kept"));
  g_assert_true (hs_database_savepoint (&database, NULL));
  g_assert_true (add (&database, "undone"));
  hs_database_rollback_to (&database);
  g_assert_cmpuint (n_rolled_back, ==, 1);
  g_assert_true (hs_database_savepoint (&database, NULL));
  g_assert_true (add (&database, "kept too"));
  g_assert_true (hs_database_release (&database, NULL));
  g_assert_true (hs_database_commit (&database, NULL));
  g_assert_cmpint (count (&database), ==, 2);

  g_assert_true (hs_database_begin (&database, NULL));
  g_assert_true (add (&database, "gone"));
  g_assert_false (add (&database, "kept")); /* UNIQUE */
  hs_database_rollback (&database);
  g_assert_false (hs_database_in_transaction (&database));
  g_assert_cmpint (count (&database), ==, 2);
  g_assert_cmpuint (n_rolled_back, ==, 2);
  hs_database_close (&database);
}

static void
test_versions (void)
{
  static const struct
  {
    const char *description;
    const HsDatabaseKind *kind;
    gint64 rows; /* -1: does not open */
    HsStoreError code;
  } cases[] = {
    { "new", &first, 0 },
    { "the same again", &first, 0 },
    { "a later version", &second, 1 },
    { "which is newer for the former", &first, -1, HS_STORE_ERROR_NEWER },
    { "and not the other's", &other, -1, HS_STORE_ERROR_CORRUPT },
    { "and was left as it is", &second, 1 },
  };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "some.db", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HsDatabase database = { 0 };
      g_autoptr (GError) error = NULL;
      gboolean opened = hs_database_open (&database, cases[i].kind, path, &error);

      g_test_message ("%s", cases[i].description);
      g_assert_cmpint (opened, ==, cases[i].rows >= 0);
      if (opened)
        g_assert_cmpint (count (&database), ==, cases[i].rows);
      else
        g_assert_error (error, HS_STORE_ERROR, (int) cases[i].code);
      hs_database_close (&database);
    }
  remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/database/transactions", test_transactions);
  g_test_add_func ("/store/database/versions", test_versions);
  return g_test_run ();
}
