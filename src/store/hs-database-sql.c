/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How statements are prepared, how values go in and come out. The texts are each database's own. */
#include "hs-database.h"

static const char *const transaction[N_SQL_TRANSACTION] = {
  [SQL_BEGIN] = "BEGIN",
  [SQL_COMMIT] = "COMMIT",
  [SQL_ROLLBACK] = "ROLLBACK",
  [SQL_SAVEPOINT] = "SAVEPOINT work",
  [SQL_RELEASE] = "RELEASE work",
  [SQL_ROLLBACK_TO] = "ROLLBACK TO work",
};

gboolean
hs_sql_prepare (HsDatabase *self, GError **error)
{
  for (guint i = 0; i < self->kind->n_texts; i++)
    {
      const char *text = i < N_SQL_TRANSACTION ? transaction[i] : self->kind->texts[i];
      int result = sqlite3_prepare_v3 (self->db, text, -1, SQLITE_PREPARE_PERSISTENT, &self->statements[i], NULL);

      if (result != SQLITE_OK)
        {
          hs_store_set_error_from_sqlite (error, self->db, result);
          return FALSE;
        }
    }
  return TRUE;
}

void
hs_sql_finalize (HsDatabase *self)
{
  for (guint i = 0; self->statements != NULL && i < self->kind->n_texts; i++)
    g_clear_pointer (&self->statements[i], sqlite3_finalize);
}

static void
bind_bytes (sqlite3_stmt *statement, int place, GBytes *bytes)
{
  gsize size = 0;
  const void *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (bytes == NULL)
    sqlite3_bind_null (statement, place);
  else
    sqlite3_bind_blob (statement, place, data != NULL ? data : "", (int) size, SQLITE_STATIC);
}

sqlite3_stmt *
hs_sql_bind (HsDatabase *self, guint sql, const char *types, ...)
{
  sqlite3_stmt *statement = self->statements[sql];
  va_list values;

  va_start (values, types);
  for (int i = 0; types[i] != '\0'; i++)
    {
      if (types[i] == 'i')
        sqlite3_bind_int64 (statement, i + 1, va_arg (values, gint64));
      else if (types[i] == 'b')
        bind_bytes (statement, i + 1, va_arg (values, GBytes *));
      else /* STATIC: the caller's string outlives the statement's run, and it is bound anew before the next */
        sqlite3_bind_text (statement, i + 1, va_arg (values, const char *), -1, SQLITE_STATIC);
    }
  va_end (values);
  return statement;
}

gboolean
hs_sql_step (HsDatabase *self, sqlite3_stmt *statement, GError **error)
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
hs_sql_run (HsDatabase *self, sqlite3_stmt *statement, GError **error)
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
hs_sql_get_int64 (HsDatabase *self, sqlite3_stmt *statement, gint64 *value, GError **error)
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

GBytes *
hs_sql_dup_bytes (sqlite3_stmt *statement, int column)
{
  const void *data = sqlite3_column_blob (statement, column);

  return data != NULL ? g_bytes_new (data, (gsize) sqlite3_column_bytes (statement, column)) : NULL;
}
