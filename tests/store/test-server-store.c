/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.db behind the store's thread: answers in order, and words when it cannot be had. */
#include "test-server-db-private.h"
#include "hs-server-store.h"

typedef struct
{
  guint n_done, n_failed;
} Count;

static gpointer
work_append (HsServerDb *db, gpointer data, GError **error)
{
  static gint64 sequence;
  g_autoptr (HsServerMessage) message = make_message (ID (0, sequence++), "#lobby", "x");
  gint64 first;

  hs_server_db_append (db, message, &first, error);
  return NULL;
}

static void
on_done (gpointer result, const GError *error, gpointer data)
{
  Count *count = data;

  count->n_done++;
  count->n_failed += error != NULL;
}

static void
test_commits (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "server.db", NULL);
  HsServerQuery query = { "#lobby", 0, G_MAXINT64, FALSE, FALSE, FALSE, 1000 };
  HsStore *store = hs_server_store_new (path);
  g_autoptr (GPtrArray) rows = NULL;
  Count count = { 0 };
  HsServerDb *db;

  for (guint i = 0; i < 300; i++)
    hs_server_store_run (store, work_append, on_done, &count, NULL);
  while (count.n_done < 300)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count.n_failed, ==, 0);
  g_assert_null (hs_store_get_error_text (store));
  hs_store_close (store);
  g_object_unref (store);
  db = hs_server_db_open (path, NULL);
  rows = hs_server_db_read (db, &query, NULL);
  g_assert_cmpuint (rows->len, ==, 300);
  hs_server_db_close (db);
  remove_folder (folder);
}

/* Somebody else's file: it works in memory, says so, and leaves the file. */
static void
test_in_memory (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "server.db", NULL);
  g_autofree char *after = NULL;
  Count count = { 0 };
  HsStore *store;

  g_file_set_contents (path, "not a database at all, but a letter", -1, NULL);
  store = hs_server_store_new (path);
  hs_server_store_run (store, work_append, on_done, &count, NULL);
  while (count.n_done < 1 || hs_store_get_error_text (store) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count.n_failed, ==, 0);
  hs_store_close (store);
  g_object_unref (store);
  g_file_get_contents (path, &after, NULL, NULL);
  g_assert_cmpstr (after, ==, "not a database at all, but a letter");
  remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/server-store/commits", test_commits);
  g_test_add_func ("/store/server-store/in-memory", test_in_memory);
  return g_test_run ();
}
