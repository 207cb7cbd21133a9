/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Own messages that have no final place yet: stored before they are written to the wire, moved into the
 * messages exactly once. */
#include "hs-history-private.h"

gint64
hs_history_outbox_add (HsHistory *self, gint64 room, const HsHistoryRow *row, GError **error)
{
  sqlite3_stmt *statement;

  hs_history_check (self);

  statement = hs_sql_bind (&self->base, SQL_OUTBOX_ADD, "i" HS_SQL_ROW_TYPES, room, HS_SQL_ROW_VALUES (0, row));
  if (!hs_sql_run (&self->base, statement, error))
    return 0;
  return sqlite3_last_insert_rowid (self->base.db);
}

static void
take_if_unset (char **field, char **from)
{
  if (*field == NULL)
    *field = g_steal_pointer (from);
}

/* What the answer does not say is as it was sent. */
static void
complete (HsHistoryRow *row, HsHistoryRow *sent)
{
  if (row->sender == NULL)
    {
      row->kind = sent->kind;
      row->flags |= sent->flags;
    }
  take_if_unset (&row->sender, &sent->sender);
  take_if_unset (&row->shown, &sent->shown);
  take_if_unset (&row->text, &sent->text);
  take_if_unset (&row->client_id, &sent->client_id);
}

static HsHistoryRow *
get_row (HsHistory *self, gint64 outbox, gint64 room, GError **error)
{
  sqlite3_stmt *statement = hs_sql_bind (&self->base, SQL_OUTBOX_GET, "ii", outbox, room);
  HsHistoryRow *row;

  if (!hs_sql_step (&self->base, statement, error))
    return NULL;
  row = hs_sql_dup_row (statement);
  sqlite3_reset (statement);
  return row;
}

gboolean
hs_history_outbox_settle (HsHistory *self, gint64 outbox, gint64 room, HsHistoryRow *row, guint *position, GError **error)
{
  g_autoptr (HsHistoryRow) sent = NULL;
  g_autoptr (GError) failed = NULL;
  gboolean inserted = FALSE;

  hs_history_check (self);

  row->id = 0;
  if (outbox == 0)
    return hs_history_insert (self, room, row, position, error);
  sent = get_row (self, outbox, room, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (sent == NULL) /* settled before, or given up */
    return FALSE;
  complete (row, sent);
  if (!hs_database_savepoint (&self->base, error))
    return FALSE;
  inserted = hs_history_insert (self, room, row, position, &failed);
  if (failed == NULL && hs_history_outbox_remove (self, outbox, &failed) && hs_database_release (&self->base, &failed))
    return inserted;
  hs_database_rollback_to (&self->base);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
hs_history_outbox_set_delivery (HsHistory *self, gint64 outbox, HsDelivery delivery, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_OUTBOX_SET_DELIVERY, "ii", (gint64) delivery, outbox), error);
}

gboolean
hs_history_outbox_remove (HsHistory *self, gint64 outbox, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_OUTBOX_REMOVE, "i", outbox), error);
}

GPtrArray *
hs_history_outbox_list (HsHistory *self, gint64 room, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_history_row_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_history_check (self);

  statement = hs_sql_bind (&self->base, SQL_OUTBOX_LIST, "i", room);
  while (hs_sql_step (&self->base, statement, &failed))
    g_ptr_array_add (rows, hs_sql_dup_row (statement));
  if (failed == NULL)
    return g_steal_pointer (&rows);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}
