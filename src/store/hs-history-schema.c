/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What history.db looks like, version by version. A released step is never edited; each has its fixture in
 * tests/store/fixtures. */
#include "hs-history-private.h"

#define APPLICATION_ID 0x48736b65 /* "Hske", PRAGMA application_id: file (1) and we know whose it is */

/* 86400000 ms are a UTC day: room_day only finds positions; what a person calls a day is the list's
 * matter. */
static const char *const migrations[] = {
  /* 1 */
  "CREATE TABLE room ("
  " id INTEGER PRIMARY KEY,"
  " network TEXT NOT NULL,"
  " name TEXT NOT NULL,"
  " shown TEXT,"
  " read_id INTEGER NOT NULL DEFAULT 0,"
  " draft TEXT,"
  " UNIQUE (network, name));"

  "CREATE TABLE message ("
  " id INTEGER PRIMARY KEY," /* (ms << 12) | sequence */
  " room INTEGER NOT NULL REFERENCES room (id),"
  " time INTEGER NOT NULL,"
  " kind INTEGER NOT NULL,"
  " flags INTEGER NOT NULL,"
  " delivery INTEGER NOT NULL,"
  " msgid TEXT,"
  " client_id TEXT,"
  " sender TEXT NOT NULL,"
  " shown TEXT,"
  " text TEXT);"
  "CREATE UNIQUE INDEX message_msgid ON message (room, msgid) WHERE msgid IS NOT NULL;"
  /* kind and flags, so that unread rows are counted without the table */
  "CREATE INDEX message_room ON message (room, id, kind, flags);"

  "CREATE TABLE room_day ("
  " room INTEGER NOT NULL,"
  " day INTEGER NOT NULL,"
  " n INTEGER NOT NULL,"
  " PRIMARY KEY (room, day)) WITHOUT ROWID;"
  "CREATE TRIGGER message_insert AFTER INSERT ON message BEGIN"
  " INSERT INTO room_day (room, day, n) VALUES (new.room, (new.id >> 12) / 86400000, 1)"
  " ON CONFLICT (room, day) DO UPDATE SET n = n + 1;"
  " END;"
  "CREATE TRIGGER message_delete AFTER DELETE ON message BEGIN"
  " UPDATE room_day SET n = n - 1 WHERE room = old.room AND day = (old.id >> 12) / 86400000;"
  " DELETE FROM room_day WHERE room = old.room AND day = (old.id >> 12) / 86400000 AND n = 0;"
  " END;"

  /* An id is never used twice: a row on the screen may still mean it. */
  "CREATE TABLE outbox ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " room INTEGER NOT NULL REFERENCES room (id),"
  " time INTEGER NOT NULL,"
  " kind INTEGER NOT NULL,"
  " flags INTEGER NOT NULL,"
  " delivery INTEGER NOT NULL,"
  " msgid TEXT,"
  " client_id TEXT,"
  " sender TEXT NOT NULL,"
  " shown TEXT,"
  " text TEXT);",
};

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
check_whose (sqlite3 *db, gint64 *version, GError **error)
{
  gint64 application, tables;

  if (!read_number (db, "PRAGMA user_version", version, error)
      || !read_number (db, "PRAGMA application_id", &application, error)
      || !read_number (db, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return FALSE;
  if (application != APPLICATION_ID && (application != 0 || *version != 0 || tables != 0))
    hs_store_set_error (error, HS_STORE_ERROR_CORRUPT, NULL);
  else if (*version > (gint64) G_N_ELEMENTS (migrations))
    hs_store_set_error (error, HS_STORE_ERROR_NEWER, NULL);
  else
    return TRUE;
  return FALSE;
}

static gboolean
migrate_from (sqlite3 *db, gint64 version, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("BEGIN IMMEDIATE;");

  for (gsize i = version; i < G_N_ELEMENTS (migrations); i++)
    g_string_append (sql, migrations[i]);
  g_string_append_printf (sql, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
                          APPLICATION_ID, (int) G_N_ELEMENTS (migrations));
  if (execute (db, sql->str, error))
    return TRUE;
  if (!sqlite3_get_autocommit (db))
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

gboolean
hs_history_migrate (sqlite3 *db, GError **error)
{
  gint64 version = 0;

  /* Exclusive: two programs in one profile would each show half of a conversation. The lock is the file's,
   * so a killed program leaves none. */
  if (!execute (db, "PRAGMA locking_mode = EXCLUSIVE", error) || !check_whose (db, &version, error))
    return FALSE;
  if (!execute (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON", error))
    return FALSE;
  if (version == (gint64) G_N_ELEMENTS (migrations))
    return execute (db, "BEGIN IMMEDIATE; COMMIT", error); /* can it be written, and is it ours alone? */
  return migrate_from (db, version, error);
}
