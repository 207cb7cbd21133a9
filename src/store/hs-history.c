/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's conversations in SQLite: rooms and their rows. Synchronous; it knows no thread but its own,
 * and no main loop. */
#include "hs-history-private.h"
#include "hs-limits.h"

#include <time.h>

#define TIME_MAX ((G_GINT64_CONSTANT (1) << 51) - 1) /* ms that still fit above the 12 bits of the sequence */
#define SEQUENCE_MAX 0xfff

/* ---- Rows and rooms ---- */

void
hs_history_row_clear (HsHistoryRow *row)
{
  g_clear_pointer (&row->msgid, g_free);
  g_clear_pointer (&row->client_id, g_free);
  g_clear_pointer (&row->sender, g_free);
  g_clear_pointer (&row->shown, g_free);
  g_clear_pointer (&row->text, g_free);
}

HsHistoryRow *
hs_history_row_copy (const HsHistoryRow *row)
{
  HsHistoryRow *copy = g_memdup2 (row, sizeof *row);

  copy->msgid = g_strdup (row->msgid);
  copy->client_id = g_strdup (row->client_id);
  copy->sender = g_strdup (row->sender);
  copy->shown = g_strdup (row->shown);
  copy->text = g_strdup (row->text);
  return copy;
}

void
hs_history_row_free (HsHistoryRow *row)
{
  if (row == NULL)
    return;
  hs_history_row_clear (row);
  g_free (row);
}

void
hs_history_room_free (HsHistoryRoom *room)
{
  if (room == NULL)
    return;
  g_free (room->network);
  g_free (room->name);
  g_free (room->shown);
  g_free (room->draft);
  g_free (room);
}

/* ---- Opening ---- */

HsHistory *
hs_history_open (const char *path, GError **error)
{
  HsHistory *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (HsHistory, 1);
  self->places = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) hs_places_free);
  if (hs_database_open (&self->base, &hs_history_kind, path, error))
    return self;
  hs_history_close (self);
  return NULL;
}

void
hs_history_close (HsHistory *self)
{
  if (self == NULL)
    return;
  hs_database_close (&self->base);
  g_hash_table_unref (self->places);
  g_free (self);
}

/* ---- Transactions ---- */

gboolean
hs_history_begin (HsHistory *self, GError **error)
{
  return hs_database_begin (&self->base, error);
}

gboolean
hs_history_commit (HsHistory *self, GError **error)
{
  return hs_database_commit (&self->base, error);
}

/* ---- Rooms ---- */

gint64
hs_history_room (HsHistory *self, const char *network, const char *name, GError **error)
{
  gint64 id = 0;

  hs_history_check (self);

  if (!hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_ROOM_FIND, "ss", network, name), &id, error) || id != 0)
    return id;
  if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_ADD, "ss", network, name), error))
    return 0;
  return sqlite3_last_insert_rowid (self->base.db);
}

static HsHistoryRoom *
dup_room (sqlite3_stmt *statement)
{
  HsHistoryRoom *room = g_new0 (HsHistoryRoom, 1);

  room->id = sqlite3_column_int64 (statement, 0);
  room->network = hs_sql_dup_text (statement, 1);
  room->name = hs_sql_dup_text (statement, 2);
  room->shown = hs_sql_dup_text (statement, 3);
  room->read_id = sqlite3_column_int64 (statement, 4);
  room->draft = hs_sql_dup_text (statement, 5);
  room->unread = (guint) sqlite3_column_int64 (statement, 6);
  room->mentions = (guint) sqlite3_column_int64 (statement, 7);
  room->last_time = sqlite3_column_int64 (statement, 8);
  return room;
}

GPtrArray *
hs_history_list_rooms (HsHistory *self, const char *network, GError **error)
{
  g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_history_room_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_history_check (self);

  statement = hs_sql_bind (&self->base, SQL_ROOM_LIST, "s", network);
  while (hs_sql_step (&self->base, statement, &failed))
    g_ptr_array_add (rooms, dup_room (statement));
  if (failed == NULL)
    return g_steal_pointer (&rooms);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

HsHistoryRoom *
hs_history_get_room (HsHistory *self, gint64 room, GError **error)
{
  sqlite3_stmt *statement;
  HsHistoryRoom *found;

  hs_history_check (self);

  statement = hs_sql_bind (&self->base, SQL_ROOM_GET, "i", room);
  if (!hs_sql_step (&self->base, statement, error))
    return NULL;
  found = dup_room (statement);
  sqlite3_reset (statement);
  return found;
}

gboolean
hs_history_set_read (HsHistory *self, gint64 room, gint64 id, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_SET_READ, "ii", id, room), error);
}

gboolean
hs_history_set_draft (HsHistory *self, gint64 room, const char *draft, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_SET_DRAFT, "si", draft, room), error);
}

gboolean
hs_history_rename_room (HsHistory *self, gint64 room, const char *name, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_GIVE_WAY, "is", room, name), error) &&
         hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_RENAME, "si", name, room), error);
}

gboolean
hs_history_set_shown (HsHistory *self, gint64 room, const char *shown, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_SET_SHOWN, "si", shown, room), error);
}

/* ---- Rows ---- */

/* The order key after all that happened in the same millisecond; the next millisecond's when that is full. */
static gboolean
make_id (HsHistory *self, gint64 time, gint64 *id, GError **error)
{
  gint64 ms = CLAMP (time, 0, TIME_MAX);

  for (;; ms++)
    {
      gint64 first = ms << 12, last = 0;

      if (!hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_LAST_IN_MS, "ii", first, first | SEQUENCE_MAX), &last, error))
        return FALSE;
      *id = last == 0 ? MAX (first, 1) : last + 1;
      if (last == 0 || last < (first | SEQUENCE_MAX))
        return TRUE;
    }
}

/* The row that is there already by (room, msgid). */
static gboolean
find_stored (HsHistory *self, HsPlaces *places, gint64 room, HsHistoryRow *row, guint *position, GError **error)
{
  gint64 id = 0;

  if (!hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_FIND_MSGID, "is", room, row->msgid), &id, error))
    return FALSE;
  row->id = id;
  return hs_places_find_position (places, self, id, position, error);
}

gboolean
hs_history_insert (HsHistory *self, gint64 room, HsHistoryRow *row, guint *position, GError **error)
{
  HsPlaces *places;
  guint place = 0;
  gint64 id;

  hs_history_check (self);

  places = hs_history_get_places (self, room, error);
  if (places == NULL || !make_id (self, row->time, &id, error)
      || !hs_places_find_position (places, self, id, &place, error)
      || !hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_INSERT, "i" HS_SQL_ROW_TYPES, room, HS_SQL_ROW_VALUES (id, row)), error))
    return FALSE;
  if (sqlite3_changes (self->base.db) == 0)
    {
      find_stored (self, places, room, row, &place, error);
      if (position != NULL)
        *position = place;
      return FALSE;
    }
  hs_places_add (places, id, place);
  row->id = id;
  if (position != NULL)
    *position = place;
  return TRUE;
}

/* What a person here and now calls the same day. */
static gboolean
is_same_local_day (gint64 a_ms, gint64 b_ms)
{
  time_t a = (time_t) (a_ms / 1000), b = (time_t) (b_ms / 1000);
  struct tm a_parts, b_parts;

  return localtime_r (&a, &a_parts) != NULL && localtime_r (&b, &b_parts) != NULL
         && a_parts.tm_yday == b_parts.tm_yday && a_parts.tm_year == b_parts.tm_year;
}

static gboolean
can_fold (const HsHistoryRow *last, const HsHistoryRow *row)
{
  return last->kind == HS_ENTRY_PRESENCE && last->text != NULL && row->text != NULL
         && strlen (last->text) + strlen (row->text) < HS_HISTORY_FOLD_MAX && is_same_local_day (last->time, row->time);
}

gboolean
hs_history_insert_presence (HsHistory *self, gint64 room, HsHistoryRow *row, guint *position, gboolean *appended, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *text = NULL;
  HsHistoryRow *last;
  guint count;

  hs_history_check (self);

  *appended = FALSE;
  if (hs_history_get_places (self, room, error) == NULL)
    return FALSE;
  count = hs_history_count (self, room, NULL);
  rows = hs_history_page (self, room, count > 0 ? count - 1 : 0, 1, error);
  if (rows == NULL)
    return FALSE;
  last = rows->len > 0 ? g_ptr_array_index (rows, 0) : NULL;
  if (last == NULL || !can_fold (last, row))
    return hs_history_insert (self, room, row, position, error);

  text = g_strconcat (last->text, "\n", row->text, NULL);
  if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_PRESENCE_APPEND, "si", text, last->id), error))
    return FALSE;
  hs_history_row_clear (row);
  *row = *last; /* the whole row as it is now */
  memset (last, 0, sizeof *last);
  g_free (row->text);
  row->text = g_steal_pointer (&text);
  *appended = TRUE;
  if (position != NULL)
    *position = count - 1;
  return TRUE;
}

gboolean
hs_history_set_delivery (HsHistory *self, gint64 id, HsDelivery delivery, GError **error)
{
  hs_history_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_SET_DELIVERY, "ii", (gint64) delivery, id), error);
}

/* (element-type gint64) (transfer full) */
static GArray *
list_accepted (HsHistory *self, gint64 room, gint64 from, gint64 until, GError **error)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *statement = hs_sql_bind (&self->base, SQL_LIST_ACCEPTED, "iiii", room, from, until, (gint64) HS_READ_AT_ONCE);

  while (hs_sql_step (&self->base, statement, error))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      g_array_append_val (ids, id);
    }
  return ids;
}

GArray *
hs_history_set_read_by_others (HsHistory *self, gint64 room, const char *msgid, gint64 *from, GError **error)
{
  g_autoptr (GArray) positions = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GError) problem = NULL;
  HsPlaces *places;
  gint64 until = 0;

  hs_history_check (self);

  places = hs_history_get_places (self, room, error);
  if (places == NULL)
    return NULL;
  hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_FIND_MSGID, "is", room, msgid), &until, &problem);
  if (problem == NULL && until > *from)
    {
      ids = list_accepted (self, room, *from != 0 ? *from : until - ((gint64) HS_READ_BACK_MS << 12), until, &problem);
      *from = until;
    }
  for (guint i = 0; problem == NULL && ids != NULL && i < ids->len; i++)
    {
      gint64 id = g_array_index (ids, gint64, i);
      guint position;

      if (hs_history_set_delivery (self, id, HS_DELIVERY_READ, &problem) && hs_places_find_position (places, self, id, &position, &problem))
        g_array_append_val (positions, position);
    }
  if (problem == NULL)
    return g_steal_pointer (&positions);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
hs_history_redact (HsHistory *self, gint64 room, const char *msgid, guint *position, GError **error)
{
  HsPlaces *places;
  gint64 id = 0;

  hs_history_check (self);

  places = hs_history_get_places (self, room, error);
  if (places == NULL || !hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_FIND_MSGID, "is", room, msgid), &id, error) || id == 0
      || !hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_REDACT, "i", id), error) || sqlite3_changes (self->base.db) == 0)
    return FALSE;
  return hs_places_find_position (places, self, id, position, error);
}

char *
hs_history_get_msgid (HsHistory *self, gint64 room, gint64 id, GError **error)
{
  sqlite3_stmt *statement = hs_sql_bind (&self->base, SQL_GET_MSGID, "ii", id, room);
  char *msgid = NULL;

  hs_history_check (self);

  if (hs_sql_step (&self->base, statement, error))
    {
      msgid = hs_sql_dup_text (statement, 0);
      sqlite3_reset (statement);
    }
  return msgid;
}

guint
hs_history_count (HsHistory *self, gint64 room, GError **error)
{
  HsPlaces *places;

  hs_history_check (self);

  places = hs_history_get_places (self, room, error);
  return places != NULL ? hs_places_get_count (places) : 0;
}

GPtrArray *
hs_history_page (HsHistory *self, gint64 room, guint first, guint count, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_history_row_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;
  HsPlaces *places;
  gint64 id;

  hs_history_check (self);

  places = hs_history_get_places (self, room, error);
  if (places == NULL)
    return NULL;
  if (first >= hs_places_get_count (places) || count == 0)
    return g_steal_pointer (&rows);
  id = hs_places_find_id (places, self, first, error);
  if (id == 0)
    return NULL;
  statement = hs_sql_bind (&self->base, SQL_PAGE, "iii", room, id, (gint64) count);
  while (hs_sql_step (&self->base, statement, &failed))
    g_ptr_array_add (rows, hs_sql_dup_row (statement));
  if (failed == NULL)
    return g_steal_pointer (&rows);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

guint
hs_history_position (HsHistory *self, gint64 room, gint64 id, GError **error)
{
  HsPlaces *places;
  guint position = 0;

  hs_history_check (self);

  places = hs_history_get_places (self, room, error);
  if (places != NULL)
    hs_places_find_position (places, self, id, &position, error);
  return position;
}

gint64
hs_history_last_said (HsHistory *self, gint64 room, GError **error)
{
  gint64 time = 0;

  hs_history_check (self);

  hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_LAST_SAID, "i", room), &time, error);
  return time;
}
