/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the hosted server keeps beside what was said: rooms with their lists, read markers, and what it throws away in time. */
#include "hs-server-db-private.h"

#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"

/* ---- Rooms ---- */

HsServerRoom *
hs_server_room_new (const char *name)
{
  HsServerRoom *self = g_new0 (HsServerRoom, 1);

  self->name = g_strdup (name);
  self->list = g_ptr_array_new ();
  return self;
}

void
hs_server_room_add (HsServerRoom *self, char mode, const char *mask, const char *by, gint64 time)
{
  HsServerListEntry *entry = g_new0 (HsServerListEntry, 1);

  entry->mode = mode;
  entry->mask = g_strdup (mask);
  entry->by = g_strdup (by);
  entry->time = time;
  g_ptr_array_add (self->list, entry);
}

void
hs_server_room_free (HsServerRoom *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->list->len; i++)
    {
      HsServerListEntry *entry = g_ptr_array_index (self->list, i);

      g_free (entry->mask);
      g_free (entry->by);
      g_free (entry);
    }
  g_ptr_array_unref (self->list);
  g_free (self->name);
  g_free (self->topic);
  g_free (self->topic_by);
  g_free (self->modes);
  g_strfreev (self->metadata);
  g_free (self);
}

static gboolean
read_list (HsServerDb *self, HsServerRoom *room, gint64 place, GError **error)
{
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement = hs_sql_bind (&self->base, SQL_LIST_GET, "i", place);

  while (hs_sql_step (&self->base, statement, &failed))
    {
      g_autofree char *mode = hs_sql_dup_text (statement, 0);
      g_autofree char *mask = hs_sql_dup_text (statement, 1);
      g_autofree char *by = hs_sql_dup_text (statement, 2);

      hs_server_room_add (room, mode[0], mask, by, sqlite3_column_int64 (statement, 3));
    }
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static HsServerRoom *
dup_room (sqlite3_stmt *statement)
{
  g_autofree char *name = hs_sql_dup_text (statement, 1);
  HsServerRoom *room = hs_server_room_new (name);

  room->topic = hs_sql_dup_text (statement, 2);
  room->topic_by = hs_sql_dup_text (statement, 3);
  room->topic_time = sqlite3_column_int64 (statement, 4);
  room->created = sqlite3_column_int64 (statement, 5);
  room->modes = hs_sql_dup_text (statement, 6);
  return room;
}

GPtrArray *
hs_server_db_list_rooms (HsServerDb *self, GError **error)
{
  g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_room_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);

  statement = self->base.statements[SQL_ROOM_LIST];
  while (failed == NULL && hs_sql_step (&self->base, statement, &failed))
    {
      HsServerRoom *room = dup_room (statement);
      gint64 place = sqlite3_column_int64 (statement, 0);

      g_ptr_array_add (rooms, room);
      if (read_list (self, room, place, &failed))
        room->metadata = hs_server_db_read_pairs (self, hs_sql_bind (&self->base, SQL_ROOM_METADATA_GET, "i", place), &failed);
      if (failed != NULL)
        sqlite3_reset (statement);
    }
  if (failed == NULL)
    return g_steal_pointer (&rooms);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

/* What was said there waits to be deleted in a place that nobody can name. */
static gboolean
give_way (HsServerDb *self, const char *folded, GError **error)
{
  gint64 place = hs_server_db_place (self, folded, FALSE, error);
  g_autofree char *nowhere = g_strdup_printf ("=\037%" G_GINT64_FORMAT, place);

  if (place == 0)
    return TRUE;
  hs_server_db_forget_place (self, folded);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_MARKER_CLEAR_PLACE, "i", place), error)
         && hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_PLACE_RENAME, "si", nowhere, place), error);
}

/* What stands under a name that no room has is of one that was not kept, or is no more. */
static gboolean
make_way (HsServerDb *self, const char *folded, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 place = hs_server_db_place (self, folded, FALSE, &failed), room = 0, message = 0;

  if (place != 0 && hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_ROOM_FIND, "i", place), &room, &failed) && room == 0)
    hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_PLACE_HAS, "i", place), &message, &failed);
  if (failed == NULL && message != 0)
    give_way (self, folded, &failed);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
hs_server_db_put_room (HsServerDb *self, const HsServerRoom *room, GError **error)
{
  g_autofree char *folded = hs_name_fold (room->name);
  gint64 place;

  hs_server_db_check (self);

  if (!make_way (self, folded, error))
    return FALSE;
  place = hs_server_db_place (self, folded, TRUE, error);
  if (place == 0
      || !hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_SET, "isssiis", place, room->name, room->topic, room->topic_by,
                                                room->topic_time, room->created, room->modes), error)
      || !hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_LIST_CLEAR, "i", place), error)
      || !hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_METADATA_CLEAR, "i", place), error))
    return FALSE;
  for (guint i = 0; room->metadata != NULL && room->metadata[i] != NULL; i += 2)
    if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ROOM_METADATA_ADD, "iss", place, room->metadata[i], room->metadata[i + 1]), error))
      return FALSE;
  for (guint i = 0; i < room->list->len; i++)
    {
      const HsServerListEntry *entry = g_ptr_array_index (room->list, i);
      const char mode[] = { entry->mode, '\0' };

      if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_LIST_ADD, "isssi", place, mode, entry->mask, entry->by, entry->time), error))
        return FALSE;
    }
  return TRUE;
}

GPtrArray *
hs_server_db_list_unused (HsServerDb *self, gint64 created, gint64 used, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);

  statement = hs_sql_bind (&self->base, SQL_ROOM_UNUSED, "ii", created, used);
  while (hs_sql_step (&self->base, statement, &failed))
    g_ptr_array_add (names, hs_sql_dup_text (statement, 0));
  if (failed == NULL)
    return g_steal_pointer (&names);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

static gboolean
drop_room (HsServerDb *self, const char *folded, gint64 place, GError **error)
{
  static const guint statements[] = { SQL_LIST_CLEAR, SQL_ROOM_METADATA_CLEAR, SQL_RENAMED_FORGET_PLACE, SQL_ROOM_DROP };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, statements[i], "i", place), error))
      return FALSE;
  return give_way (self, folded, error);
}

gboolean
hs_server_db_drop_unused (HsServerDb *self, const char *name, gint64 created, gint64 used, GError **error)
{
  g_autofree char *folded = hs_name_fold (name);
  g_autoptr (GError) failed = NULL;
  gint64 place, room = 0;

  hs_server_db_check (self);

  place = hs_server_db_place (self, folded, FALSE, &failed);
  if (place != 0)
    hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_ROOM_IS_UNUSED, "iii", created, used, place), &room, &failed);
  if (failed == NULL && room != 0 && drop_room (self, folded, place, &failed))
    return TRUE;
  if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
remember_former (HsServerDb *self, const char *from, const char *to, gint64 place, gint64 until, GError **error)
{
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_RENAMED_FORGET, "s", to), error)
         && hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_RENAMED_FORGET, "s", from), error)
         && hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_RENAMED_TRIM_PLACE, "i", place), error)
         && hs_sql_run (&self->base, self->base.statements[SQL_RENAMED_TRIM_ALL], error)
         && hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_RENAMED_ADD, "sii", from, place, until), error);
}

gboolean
hs_server_db_rename_room (HsServerDb *self, const char *former, const char *name, gint64 until, GError **error)
{
  g_autofree char *from = hs_name_fold (former);
  g_autofree char *to = hs_name_fold (name);
  g_autoptr (GError) failed = NULL;
  gint64 place;

  hs_server_db_check (self);

  if (strcmp (from, to) == 0)
    return TRUE;
  place = hs_server_db_place (self, from, TRUE, &failed);
  if (failed == NULL && give_way (self, to, &failed))
    hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_PLACE_RENAME, "si", to, place), &failed);
  hs_server_db_forget_place (self, from);
  if (failed == NULL && remember_former (self, from, to, place, until, &failed))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

void
hs_server_renamed_free (HsServerRenamed *self)
{
  g_free (self->former);
  g_free (self->name);
  g_free (self);
}

GPtrArray *
hs_server_db_list_renamed (HsServerDb *self, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_renamed_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);
  statement = hs_sql_bind (&self->base, SQL_RENAMED_LIST, "i", now);
  while (hs_sql_step (&self->base, statement, &failed))
    {
      HsServerRenamed *renamed = g_new0 (HsServerRenamed, 1);

      renamed->former = hs_sql_dup_text (statement, 0);
      renamed->name = hs_sql_dup_text (statement, 1);
      renamed->until = sqlite3_column_int64 (statement, 2);
      g_ptr_array_add (all, renamed);
    }
  if (failed == NULL)
    return g_steal_pointer (&all);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

/* ---- Read markers ---- */

gint64
hs_server_db_get_marker (HsServerDb *self, const char *identity, const char *place, GError **error)
{
  gint64 id = hs_server_db_place (self, place, FALSE, error), time = 0;

  hs_server_db_check (self);

  if (id != 0)
    hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_MARKER_GET, "si", identity, id), &time, error);
  return time;
}

gint64
hs_server_db_set_marker (HsServerDb *self, const char *identity, const char *place, gint64 time, GError **error)
{
  gint64 id = hs_server_db_place (self, place, TRUE, error);

  hs_server_db_check (self);

  if (id == 0 || !hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_MARKER_SET, "sii", identity, id, time), error))
    return 0;
  return hs_server_db_get_marker (self, identity, place, error);
}

GPtrArray *
hs_server_db_list_markers (HsServerDb *self, const char *identity, GError **error)
{
  g_autoptr (GPtrArray) markers = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_target_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);
  statement = hs_sql_bind (&self->base, SQL_MARKER_LIST, "s", identity);
  while (hs_sql_step (&self->base, statement, &failed))
    {
      HsServerTarget *marker = g_new0 (HsServerTarget, 1);

      marker->name = hs_sql_dup_text (statement, 0);
      marker->last_id = sqlite3_column_int64 (statement, 1);
      g_ptr_array_add (markers, marker);
    }
  if (failed == NULL)
    return g_steal_pointer (&markers);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

/* ---- Retention ---- */

static guint
run_and_count (HsServerDb *self, sqlite3_stmt *statement, GError **error)
{
  return hs_sql_run (&self->base, statement, error) ? (guint) sqlite3_changes (self->base.db) : 0;
}

/* Of the first room that has too many. */
static guint
trim_full (HsServerDb *self, guint messages, GError **error)
{
  sqlite3_stmt *statement = hs_sql_bind (&self->base, SQL_TRIM_FULL, "i", (gint64) messages);
  gint64 place, excess;

  if (messages == 0 || !hs_sql_step (&self->base, statement, error))
    return 0;
  place = sqlite3_column_int64 (statement, 0);
  excess = sqlite3_column_int64 (statement, 1);
  sqlite3_reset (statement);
  return run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_PLACE, "ii", place, MIN (excess, HS_RETENTION_SLICE)), error);
}

/* Of the first place that @found names. */
static guint
trim_place (HsServerDb *self, sqlite3_stmt *found, GError **error)
{
  gint64 place = 0;
  guint n;

  if (!hs_sql_get_int64 (&self->base, found, &place, error) || place == 0)
    return 0;
  n = run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_PLACE, "ii", place, (gint64) HS_RETENTION_SLICE), error);
  if (n < HS_RETENTION_SLICE)
    n += run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_TALKS, "i", place), error);
  return n;
}

/* With what others call them, and how far one has read there. */
static guint
trim_empty (HsServerDb *self, GError **error)
{
  guint n;

  if (!hs_sql_run (&self->base, self->base.statements[SQL_TRIM_EMPTY_TALKS], error)
      || !hs_sql_run (&self->base, self->base.statements[SQL_TRIM_EMPTY_MARKERS], error))
    return 0;
  n = run_and_count (self, self->base.statements[SQL_TRIM_EMPTY], error);
  if (n > 0)
    g_hash_table_remove_all (self->places);
  return n;
}

/* The file does not become smaller: what is free in it is used again. */
static guint
trim_large (HsServerDb *self, gint64 bytes, GError **error)
{
  gint64 used = 0;
  guint n;

  if (bytes == 0 || !hs_sql_get_int64 (&self->base, self->base.statements[SQL_TRIM_SIZE], &used, error) || used <= bytes)
    return 0;
  n = run_and_count (self, self->base.statements[SQL_TRIM_OLDEST], error);
  return n != 0 ? n : run_and_count (self, self->base.statements[SQL_TRIM_OLDEST_ANSWERED], error);
}

guint
hs_server_db_trim (HsServerDb *self, gint64 now, gint64 oldest, guint messages, gint64 bytes, const char *run, GError **error)
{
  guint n;

  hs_server_db_check (self);

  n = run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_OLD, "i", HS_SERVER_ID_FIRST (oldest)), error);
  if (n == 0)
    n = trim_full (self, messages, error);
  if (n == 0)
    n = trim_place (self, hs_sql_bind (&self->base, SQL_TRIM_TALK_PLACE, "s", run), error);
  if (n == 0)
    n = trim_place (self, self->base.statements[SQL_TRIM_LOST_PLACE], error);
  if (n == 0)
    n = run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_MARKERS, "s", run), error);
  if (n == 0)
    n = run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_ANSWERED, "i", HS_SERVER_ID_FIRST (now - HS_RESUME_MS)), error);
  if (n == 0)
    n = run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_OWNERS, "i", now), error);
  if (n == 0)
    n = run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_INVITES, "i", now), error);
  if (n == 0)
    n = run_and_count (self, hs_sql_bind (&self->base, SQL_TRIM_RENAMED, "i", now), error);
  if (n == 0)
    n = trim_empty (self, error);
  if (n == 0)
    n = trim_large (self, bytes, error);
  return n;
}
