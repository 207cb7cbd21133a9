/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SQLite connection: opened with our settings, brought to the newest version, its transactions. It knows no table. */
#include "hs-database.h"

#include <fcntl.h>
#include <glib/gstdio.h>

#include "hs-limits.h"

/* ---- Versions ---- */

static gboolean
execute (sqlite3 *db, const char *sql, GError **error)
{
  int result = sqlite3_exec (db, sql, NULL, NULL, NULL);

  if (result == SQLITE_OK)
    return TRUE;
  hs_store_set_error_from_sqlite (error, db, result);
  return FALSE;
}

static gboolean
read_number (sqlite3 *db, const char *sql, gint64 *number, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);

  if (result == SQLITE_OK)
    result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    *number = sqlite3_column_int64 (statement, 0);
  else
    hs_store_set_error_from_sqlite (error, db, result);
  sqlite3_finalize (statement);
  return result == SQLITE_ROW;
}

/* Somebody else's database, or one from tomorrow, is left as it is. */
static gboolean
check_whose (HsDatabase *self, gint64 *version, GError **error)
{
  gint64 application, tables;

  if (!read_number (self->db, "PRAGMA user_version", version, error)
      || !read_number (self->db, "PRAGMA application_id", &application, error)
      || !read_number (self->db, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return FALSE;
  if (application != self->kind->application_id && (application != 0 || *version != 0 || tables != 0))
    hs_store_set_error (error, HS_STORE_ERROR_CORRUPT, NULL);
  else if (*version > (gint64) self->kind->n_migrations)
    hs_store_set_error (error, HS_STORE_ERROR_NEWER, NULL);
  else
    return TRUE;
  return FALSE;
}

static gboolean
migrate_from (HsDatabase *self, gint64 version, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("BEGIN IMMEDIATE;");

  for (gsize i = version; i < self->kind->n_migrations; i++)
    g_string_append (sql, self->kind->migrations[i]);
  g_string_append_printf (sql, "PRAGMA application_id = %d; PRAGMA user_version = %u; COMMIT;",
                          (int) self->kind->application_id, self->kind->n_migrations);
  if (execute (self->db, sql->str, error))
    return TRUE;
  if (!sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

static gboolean
migrate (HsDatabase *self, GError **error)
{
  g_autofree char *settings = g_strdup_printf ("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 0;"
                                               /* else every page that a savepoint may have to restore is written to a file */
                                               "PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = %u", self->kind->wal_pages);
  gint64 version = 0;

  /* Exclusive: two programs on one database would each show half of a conversation. The lock is the file's,
   * so a killed program leaves none. */
  if (!execute (self->db, "PRAGMA locking_mode = EXCLUSIVE", error) || !check_whose (self, &version, error))
    return FALSE;
  if (!execute (self->db, settings, error))
    return FALSE;
  if (version == (gint64) self->kind->n_migrations)
    return execute (self->db, "BEGIN IMMEDIATE; COMMIT", error); /* can it be written, and is it ours alone? */
  return migrate_from (self, version, error);
}

/* ---- Opening ---- */

/* Conversations are nobody else's to read: SQLite would make the file with the umask alone, and gives its
 * WAL the file's mode. */
static void
make_private_file (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  g_mkdir_with_parents (folder, 0700);
  fd = g_open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    g_close (fd, NULL);
}

static gboolean
open_file (HsDatabase *self, const char *path, GError **error)
{
  int result = sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

  if (result != SQLITE_OK)
    {
      hs_store_set_error_from_sqlite (error, self->db, result);
      return FALSE;
    }
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, HS_STORE_BUSY_MS);
  if (sqlite3_db_readonly (self->db, "main") == 1)
    {
      hs_store_set_error (error, HS_STORE_ERROR_READ_ONLY, NULL);
      return FALSE;
    }
  return migrate (self, error);
}

gboolean
hs_database_open (HsDatabase *self, const HsDatabaseKind *kind, const char *path, GError **error)
{
  self->kind = kind;
  self->thread = g_thread_self ();
  self->statements = g_new0 (sqlite3_stmt *, kind->n_texts);
  if (!g_str_equal (path, ":memory:"))
    make_private_file (path);
  if (open_file (self, path, error) && hs_sql_prepare (self, error))
    return TRUE;

  /* What could not be opened is left as it is, its WAL too. */
  if (self->db != NULL)
    sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  return FALSE;
}

void
hs_database_close (HsDatabase *self)
{
  hs_database_check (self);
  hs_sql_finalize (self);
  g_clear_pointer (&self->statements, g_free);
  g_clear_pointer (&self->db, sqlite3_close);
}

/* ---- Transactions ---- */

gboolean
hs_database_begin (HsDatabase *self, GError **error)
{
  hs_database_check (self);
  return hs_sql_run (self, self->statements[SQL_BEGIN], error);
}

static gboolean
settle (HsDatabase *self, GError **error)
{
  return self->kind->settle == NULL || self->kind->settle (self, error);
}

gboolean
hs_database_commit (HsDatabase *self, GError **error)
{
  hs_database_check (self);

  if (settle (self, error) && hs_sql_run (self, self->statements[SQL_COMMIT], error))
    return TRUE;
  hs_database_rollback (self);
  return FALSE;
}

static void
tell_rolled_back (HsDatabase *self)
{
  if (self->kind->rolled_back != NULL)
    self->kind->rolled_back (self);
}

void
hs_database_rollback (HsDatabase *self)
{
  hs_database_check (self);

  tell_rolled_back (self);
  if (hs_database_in_transaction (self))
    hs_sql_run (self, self->statements[SQL_ROLLBACK], NULL);
}

gboolean
hs_database_savepoint (HsDatabase *self, GError **error)
{
  return hs_sql_run (self, self->statements[SQL_SAVEPOINT], error);
}

gboolean
hs_database_release (HsDatabase *self, GError **error)
{
  return settle (self, error) && hs_sql_run (self, self->statements[SQL_RELEASE], error);
}

void
hs_database_rollback_to (HsDatabase *self)
{
  hs_database_check (self);

  tell_rolled_back (self);
  if (!hs_database_in_transaction (self))
    return;
  hs_sql_run (self, self->statements[SQL_ROLLBACK_TO], NULL);
  hs_sql_run (self, self->statements[SQL_RELEASE], NULL);
}

gboolean
hs_database_in_transaction (HsDatabase *self)
{
  return !sqlite3_get_autocommit (self->db);
}

guint
hs_database_get_changes (HsDatabase *self)
{
  return (guint) sqlite3_total_changes (self->db);
}
