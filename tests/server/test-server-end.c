/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a server whose disk is slow: the main thread goes on until the database is closed, and is told then, not before. */
#include "hs-server.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#define WAIT_US (10 * G_USEC_PER_SEC)
#define ROUNDS 20

/* ---- A disk that waits ---- */

static int (*really_delete) (sqlite3_vfs *vfs, const char *name, int sync);
static gint held, waiting; /* atomic */

/* SQLite deletes the write-ahead log when it closes a database: the last that it does. */
static int
wait_and_delete (sqlite3_vfs *vfs, const char *name, int sync)
{
  gint64 end = g_get_monotonic_time () + WAIT_US;

  if (!g_str_has_suffix (name, "-wal"))
    return really_delete (vfs, name, sync);
  g_atomic_int_set (&waiting, TRUE);
  while (g_atomic_int_get (&held) && g_get_monotonic_time () < end)
    g_usleep (1000);
  g_atomic_int_set (&waiting, FALSE);
  return really_delete (vfs, name, sync);
}

static void
install_disk (void)
{
  static sqlite3_vfs disk; /* SQLite keeps it as long as the program runs */

  disk = *sqlite3_vfs_find (NULL);
  disk.zName = "waiting";
  disk.pNext = NULL;
  really_delete = disk.xDelete;
  disk.xDelete = wait_and_delete;
  g_assert_cmpint (sqlite3_vfs_register (&disk, TRUE), ==, SQLITE_OK);
}

/* ---- A server with a database ---- */

typedef struct
{
  HsServer *server;
  char *dir;
  GError *error;
  gboolean started, stopped;
} Stage;

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  Stage *stage = data;

  hs_server_start_finish (HS_SERVER (source), result, &stage->error);
  stage->started = TRUE;
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Stage *stage = data;

  g_assert_true (hs_server_stop_finish (HS_SERVER (source), result, NULL));
  stage->stopped = TRUE;
}

#define wait_until(condition)                                    \
  G_STMT_START                                                   \
  {                                                              \
    gint64 end_ = g_get_monotonic_time () + WAIT_US;             \
    while (!(condition) && g_get_monotonic_time () < end_)       \
      if (!g_main_context_iteration (NULL, FALSE))               \
        g_usleep (1000);                                         \
    g_assert_true (condition);                                   \
  }                                                              \
  G_STMT_END

static void
stage_init (Stage *stage, guint16 port)
{
  g_autoptr (HsServerConfig) config = hs_server_config_new ();

  *stage = (Stage){ 0 };
  stage->dir = g_dir_make_tmp ("handshake-end-XXXXXX", NULL);
  g_free (config->address);
  config->address = g_strdup ("127.0.0.1");
  config->port = port;
  config->port_exact = port != 0;
  g_free (config->data_dir);
  config->data_dir = g_strdup (stage->dir);
  stage->server = hs_server_new (config, TRUE);
}

static void
stage_clear (Stage *stage)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_assert_finalize_object (stage->server);
  g_clear_error (&stage->error);
  dir = g_dir_open (stage->dir, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (stage->dir, name, NULL);

      g_remove (path);
    }
  g_rmdir (stage->dir);
  g_free (stage->dir);
}

/* While the database is being closed: the main thread turns, its verbs are taken, and nothing is told. */
static void
assert_goes_on (Stage *stage, const gboolean *told)
{
  wait_until (g_atomic_int_get (&waiting));
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autofree char *token G_GNUC_UNUSED = hs_server_make_host_token (stage->server);

      hs_server_set_observed (stage->server, i % 2 == 0);
      hs_server_get_guests (stage->server);
      g_main_context_iteration (NULL, FALSE);
      g_assert_false (*told);
      g_usleep (1000);
    }
  g_assert_true (g_atomic_int_get (&waiting));
  g_atomic_int_set (&held, FALSE);
}

/* Whoever is told that it is over joins the server's thread: with the log gone, there is nothing left to wait for. */
static void
assert_is_closed (Stage *stage)
{
  g_autofree char *database = g_build_filename (stage->dir, "server.db", NULL);
  g_autofree char *log = g_strconcat (database, "-wal", NULL);

  g_assert_true (g_file_test (database, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
}

static void
test_stop (void)
{
  Stage stage;

  stage_init (&stage, 0);
  hs_server_start_async (stage.server, NULL, on_started, &stage);
  wait_until (stage.started);
  g_assert_no_error (stage.error);

  g_atomic_int_set (&held, TRUE);
  hs_server_stop_async (stage.server, on_stopped, &stage);
  assert_goes_on (&stage, &stage.stopped);
  wait_until (stage.stopped);
  assert_is_closed (&stage);
  stage_clear (&stage);
}

static void
test_failed_start (void)
{
  Stage first, second;

  stage_init (&first, 0);
  hs_server_start_async (first.server, NULL, on_started, &first);
  wait_until (first.started);

  g_atomic_int_set (&held, TRUE);
  stage_init (&second, hs_server_get_port (first.server));
  hs_server_start_async (second.server, NULL, on_started, &second);
  assert_goes_on (&second, &second.started);
  wait_until (second.started);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  assert_is_closed (&second);
  stage_clear (&second);

  hs_server_stop_async (first.server, on_stopped, &first);
  wait_until (first.stopped);
  stage_clear (&first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  install_disk ();
  g_test_add_func ("/server/end/stop", test_stop);
  g_test_add_func ("/server/end/failed-start", test_failed_start);
  return g_test_run ();
}
