/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every statement of the history, and how values go in and rows come out. */
#include "hs-history-private.h"
#include "hs-limits.h"

/* A room that nobody read for a year must not hold up the start. */
#define AFTER_READ \
  "(SELECT kind, flags FROM message WHERE room = r.id AND id > r.read_id ORDER BY id LIMIT " G_STRINGIFY (HS_HISTORY_UNREAD_MAX) ")"
/* Unread are others' messages, actions and notices: kinds 0 to 2 without HS_ENTRY_OWN (1); mentions have
 * HS_ENTRY_MENTION (2). */
#define ROOM \
  "r.id, r.network, r.name, r.shown, r.read_id, r.draft," \
  " (SELECT count(*) FROM " AFTER_READ " WHERE kind <= 2 AND flags & 1 = 0)," \
  " (SELECT count(*) FROM " AFTER_READ " WHERE kind <= 2 AND flags & 3 = 2)," \
  " (SELECT time FROM message WHERE room = r.id ORDER BY id DESC LIMIT 1)"
#define ROW "id, time, kind, flags, delivery, msgid, client_id, sender, shown, text"

static const char *const texts[N_SQL] = {
  [SQL_BEGIN] = "BEGIN",
  [SQL_COMMIT] = "COMMIT",
  [SQL_ROLLBACK] = "ROLLBACK",
  [SQL_SAVEPOINT] = "SAVEPOINT work",
  [SQL_RELEASE] = "RELEASE work",
  [SQL_ROLLBACK_TO] = "ROLLBACK TO work",

  [SQL_ROOM_ADD] = "INSERT OR IGNORE INTO room (network, name) VALUES (?, ?)",
  [SQL_ROOM_FIND] = "SELECT id FROM room WHERE network = ? AND name = ?",
  [SQL_ROOM_LIST] = "SELECT " ROOM " FROM room r WHERE ?1 IS NULL OR r.network = ?1 ORDER BY r.id",
  [SQL_ROOM_GET] = "SELECT " ROOM " FROM room r WHERE r.id = ?",
  [SQL_ROOM_SET_READ] = "UPDATE room SET read_id = ? WHERE id = ?",
  [SQL_ROOM_SET_DRAFT] = "UPDATE room SET draft = ? WHERE id = ?",
  [SQL_ROOM_SET_SHOWN] = "UPDATE room SET shown = ? WHERE id = ?",

  [SQL_DAYS] = "SELECT day, n FROM room_day WHERE room = ? ORDER BY day",
  [SQL_LAST_ID] = "SELECT max(id) FROM message WHERE room = ?",
  [SQL_LAST_IN_MS] = "SELECT max(id) FROM message WHERE id BETWEEN ? AND ?",
  [SQL_DAY_IDS] = "SELECT id FROM message WHERE room = ? AND id >= ? AND id < ? ORDER BY id",
  [SQL_ID_FORWARD] = "SELECT id FROM message WHERE room = ? AND id >= ? ORDER BY id LIMIT 1 OFFSET ?",
  [SQL_ID_BACKWARD] = "SELECT id FROM message WHERE room = ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ?",
  [SQL_COUNT_BETWEEN] = "SELECT count(*) FROM message WHERE room = ? AND id >= ? AND id < ?",

  [SQL_INSERT] = "INSERT OR IGNORE INTO message (room, " ROW ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  [SQL_FIND_MSGID] = "SELECT id FROM message WHERE room = ? AND msgid = ?",
  [SQL_PAGE] = "SELECT " ROW " FROM message WHERE room = ? AND id >= ? ORDER BY id LIMIT ?",
  [SQL_SET_DELIVERY] = "UPDATE message SET delivery = ? WHERE id = ?",
  [SQL_PRESENCE_APPEND] = "UPDATE message SET text = ? WHERE id = ?",

  [SQL_OUTBOX_ADD] = "INSERT INTO outbox (room, " ROW ") VALUES (?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  [SQL_OUTBOX_GET] = "SELECT " ROW " FROM outbox WHERE id = ? AND room = ?",
  [SQL_OUTBOX_LIST] = "SELECT " ROW " FROM outbox WHERE room = ? ORDER BY id",
  [SQL_OUTBOX_SET_DELIVERY] = "UPDATE outbox SET delivery = ? WHERE id = ?",
  [SQL_OUTBOX_REMOVE] = "DELETE FROM outbox WHERE id = ?",
};

gboolean
hs_sql_prepare (HsHistory *self, GError **error)
{
  for (guint i = 0; i < N_SQL; i++)
    {
      int result = sqlite3_prepare_v3 (self->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &self->statements[i], NULL);

      if (result != SQLITE_OK)
        {
          hs_store_set_error_from_sqlite (error, self->db, result);
          return FALSE;
        }
    }
  return TRUE;
}

void
hs_sql_finalize (HsHistory *self)
{
  for (guint i = 0; i < N_SQL; i++)
    g_clear_pointer (&self->statements[i], sqlite3_finalize);
}

sqlite3_stmt *
hs_sql_bind (HsHistory *self, HsSql sql, const char *types, ...)
{
  sqlite3_stmt *statement = self->statements[sql];
  va_list values;

  va_start (values, types);
  for (int i = 0; types[i] != '\0'; i++)
    {
      if (types[i] == 'i')
        sqlite3_bind_int64 (statement, i + 1, va_arg (values, gint64));
      else /* STATIC: the caller's string outlives the statement's run, and it is bound anew before the next */
        sqlite3_bind_text (statement, i + 1, va_arg (values, const char *), -1, SQLITE_STATIC);
    }
  va_end (values);
  return statement;
}

gboolean
hs_sql_step (HsHistory *self, sqlite3_stmt *statement, GError **error)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    hs_store_set_error_from_sqlite (error, self->db, result);
  sqlite3_reset (statement);
  return FALSE;
}

gboolean
hs_sql_run (HsHistory *self, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GError) failed = NULL;

  while (hs_sql_step (self, statement, &failed))
    ;
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
hs_sql_get_int64 (HsHistory *self, sqlite3_stmt *statement, gint64 *value, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (hs_sql_step (self, statement, &failed))
    {
      if (sqlite3_column_type (statement, 0) != SQLITE_NULL)
        *value = sqlite3_column_int64 (statement, 0);
      sqlite3_reset (statement);
    }
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

char *
hs_sql_dup_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  if (text == NULL)
    return NULL;
  return g_utf8_validate (text, -1, NULL) ? g_strdup (text) : g_utf8_make_valid (text, -1);
}

HsHistoryRow *
hs_sql_dup_row (sqlite3_stmt *statement)
{
  HsHistoryRow *row = g_new0 (HsHistoryRow, 1);
  char **const strings[] = { &row->msgid, &row->client_id, &row->sender, &row->shown, &row->text };

  row->id = sqlite3_column_int64 (statement, 0);
  row->time = sqlite3_column_int64 (statement, 1);
  row->kind = sqlite3_column_int (statement, 2);
  row->flags = sqlite3_column_int (statement, 3);
  row->delivery = sqlite3_column_int (statement, 4);
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    *strings[i] = hs_sql_dup_text (statement, 5 + i);
  return row;
}
