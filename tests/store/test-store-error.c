/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "test-history-private.h"

static void
execute (const char *path, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
assert_open_fails (const char *path, HsStoreError code)
{
  g_autoptr (GError) error = NULL;
  HsHistory *history = hs_history_open (path, &error);

  g_assert_null (history);
  g_assert_error (error, HS_STORE_ERROR, (int) code);
  g_test_message ("%s", error->message);
}

static void
make_newer (const char *path)
{
  hs_history_close (hs_history_open (path, NULL));
  execute (path, "PRAGMA user_version = 1000; CREATE TABLE tomorrow (x)");
}

static void
make_foreign (const char *path)
{
  execute (path, "CREATE TABLE somebody (s); INSERT INTO somebody VALUES ('else''s')");
}

static void
make_rubbish (const char *path)
{
  g_autofree char *bytes = g_malloc (20000);

  for (guint i = 0; i < 20000; i++)
    bytes[i] = (char) g_random_int ();
  g_assert_true (g_file_set_contents (path, bytes, 20000, NULL));
}

/* The first page survived, the rest did not. */
static void
make_torn (const char *path)
{
  HsHistory *history = hs_history_open (path, NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);
  g_autofree char *bytes = NULL;
  gsize length;

  hs_history_begin (history, NULL);
  for (guint i = 0; i < 1000; i++)
    insert_text (history, room, T0 + i, "some text that fills pages", NULL);
  hs_history_commit (history, NULL);
  hs_history_close (history);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize i = 100; i < 4096; i++) /* the tree of the tables' names */
    bytes[i] = (char) 0xa5;
  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
}

static void
test_left_alone (void)
{
  static const struct
  {
    const char *description;
    void (*make) (const char *);
    HsStoreError code;
  } cases[] = {
    { "a newer version", make_newer, HS_STORE_ERROR_NEWER },
    { "another program's database", make_foreign, HS_STORE_ERROR_CORRUPT },
    { "no database", make_rubbish, HS_STORE_ERROR_CORRUPT },
    { "a torn database", make_torn, HS_STORE_ERROR_CORRUPT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = make_folder ();
      g_autofree char *path = g_build_filename (folder, "history.db", NULL);
      g_autofree char *before = NULL, *after = NULL;
      gsize length_before, length_after;

      g_test_message ("%s", cases[i].description);
      cases[i].make (path);
      g_assert_true (g_file_get_contents (path, &before, &length_before, NULL));
      assert_open_fails (path, cases[i].code);
      g_assert_true (g_file_get_contents (path, &after, &length_after, NULL));
      g_assert_cmpmem (before, length_before, after, length_after);
      remove_folder (folder);
    }
}

/* Pages in the middle that are rubbish are found when they are read: said, and nothing crashes. */
static void
test_damaged_later (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  HsHistory *history = hs_history_open (path, NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);
  g_autofree char *bytes = NULL;
  guint failed = 0;
  gsize length;

  hs_history_begin (history, NULL);
  for (guint i = 0; i < 5000; i++)
    insert_text (history, room, T0 + i, "some text that fills pages", NULL);
  hs_history_commit (history, NULL);
  hs_history_close (history);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize i = length / 4; i < length / 2; i++)
    bytes[i] = (char) (i * 7);
  g_assert_true (g_file_set_contents (path, bytes, length, NULL));

  history = hs_history_open (path, NULL);
  for (guint first = 0; history != NULL && first < 5000; first += 100)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) rows = hs_history_page (history, room, first, 100, &error);

      if (rows != NULL)
        continue;
      g_assert_error (error, HS_STORE_ERROR, HS_STORE_ERROR_CORRUPT);
      failed++;
    }
  g_assert_true (history == NULL || failed > 0);
  hs_history_close (history);
  remove_folder (folder);
}

static void
test_in_use (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  HsHistory *first = hs_history_open (path, NULL);

  g_assert_nonnull (first);
  assert_open_fails (path, HS_STORE_ERROR_BUSY);
  insert_text (first, hs_history_room (first, "host", "#lobby", NULL), T0, "still works", NULL);
  assert_open_fails (path, HS_STORE_ERROR_BUSY);
  hs_history_close (first);
  first = hs_history_open (path, NULL);
  g_assert_nonnull (first);
  hs_history_close (first);
  remove_folder (folder);
}

/* To root nothing is read-only. */
static void
become_nobody (void)
{
  if (getuid () != 0)
    return;
  if (setgroups (0, NULL) != 0 || setresgid (65534, 65534, 65534) != 0 || setresuid (65534, 65534, 65534) != 0)
    exit (77);
  prctl (PR_SET_DUMPABLE, 1); /* or LeakSanitizer cannot look */
}

static void
test_read_only (gconstpointer data)
{
  const mode_t file_mode = (mode_t) GPOINTER_TO_UINT (data); /* 0: there is none */
  g_autofree char *folder = NULL, *path = NULL;

  if (g_test_subprocess ())
    {
      become_nobody ();
      assert_open_fails (g_getenv ("HS_TEST_PATH"), HS_STORE_ERROR_READ_ONLY);
      return;
    }
  folder = make_folder ();
  path = g_build_filename (folder, "history.db", NULL);
  if (file_mode != 0)
    {
      hs_history_close (hs_history_open (path, NULL));
      g_chmod (path, file_mode);
    }
  g_chmod (folder, 0555);
  g_setenv ("HS_TEST_PATH", path, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  g_chmod (folder, 0755);
  remove_folder (folder);
}

static void
test_nowhere (void)
{
  assert_open_fails ("/proc/nowhere/history.db", HS_STORE_ERROR_READ_ONLY);
  assert_open_fails ("/proc", HS_STORE_ERROR_READ_ONLY);
}

static void
test_words (void)
{
  for (int code = HS_STORE_ERROR_FAILED; code <= HS_STORE_ERROR_BUSY; code++)
    {
      g_autoptr (GError) error = NULL;

      hs_store_set_error (&error, code, NULL);
      g_assert_error (error, HS_STORE_ERROR, code);
      g_assert_cmpstr (error->message, ==, hs_store_error_get_words (code));
      g_assert_cmpuint (strlen (error->message), >, 20);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/error/words", test_words);
  g_test_add_func ("/store/error/left-alone", test_left_alone);
  g_test_add_func ("/store/error/damaged-later", test_damaged_later);
  g_test_add_func ("/store/error/in-use", test_in_use);
  g_test_add_func ("/store/error/nowhere", test_nowhere);
  g_test_add_data_func ("/store/error/read-only/nothing-there", GUINT_TO_POINTER (0), test_read_only);
  g_test_add_data_func ("/store/error/read-only/file", GUINT_TO_POINTER (0444), test_read_only);
  g_test_add_data_func ("/store/error/read-only/folder", GUINT_TO_POINTER (0666), test_read_only);
  return g_test_run ();
}
