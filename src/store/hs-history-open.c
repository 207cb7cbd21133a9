/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which conversations are open, and how their networks are reached again. */
#include "hs-history-private.h"

void
hs_history_open_room_free (HsHistoryOpenRoom *room)
{
  g_free (room->network);
  g_free (room->name);
  g_free (room->shown);
  g_free (room->address);
  g_free (room);
}

gboolean
hs_history_open_room (HsHistory *self, gint64 room, int kind, gint64 now, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_OPEN, "iii", (gint64) kind, MAX (now, 1), room), error);
}

gboolean
hs_history_close_room (HsHistory *self, gint64 room, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_CLOSE, "i", room), error);
}

gboolean
hs_history_choose_room (HsHistory *self, gint64 room, gint64 now, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_CHOOSE, "ii", MAX (now, 1), room), error);
}

gboolean
hs_history_set_joined (HsHistory *self, gint64 room, gboolean joined, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_SET_JOINED, "ii", (gint64) (joined != FALSE), room), error);
}

gboolean
hs_history_set_network (HsHistory *self, const char *network, const char *address, int protocol, int line_ending, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_NETWORK_SET, "ssii", network, address, (gint64) protocol, (gint64) line_ending), error);
}

static HsHistoryOpenRoom *
dup_open_room (sqlite3_stmt *statement)
{
  HsHistoryOpenRoom *room = g_new0 (HsHistoryOpenRoom, 1);

  room->network = hs_sql_dup_text (statement, 0);
  room->name = hs_sql_dup_text (statement, 1);
  room->shown = hs_sql_dup_text (statement, 2);
  room->kind = sqlite3_column_int (statement, 3);
  room->joined = sqlite3_column_int (statement, 4) != 0;
  room->chosen = sqlite3_column_int64 (statement, 5);
  room->address = hs_sql_dup_text (statement, 6);
  room->protocol = sqlite3_column_int (statement, 7);
  room->line_ending = sqlite3_column_int (statement, 8);
  return room;
}

GPtrArray *
hs_history_list_open (HsHistory *self, GError **error)
{
  g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_history_open_room_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_history_check (self);

  statement = self->base.statements[SQL_ROOM_LIST_OPEN];
  while (hs_sql_step (&self->base, statement, &failed))
    g_ptr_array_add (rooms, dup_open_room (statement));
  if (failed == NULL)
    return g_steal_pointer (&rooms);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}
