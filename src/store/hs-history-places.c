/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a room's rows are: position ↔ id. Prefix sums of its days, and within a day of many rows the ids
 * of every so-many-th ("marks"), made when somebody first jumps into its middle. It only counts; the rows
 * are the database's. */
#include "hs-history-private.h"
#include "hs-limits.h"

#define DAY_MS  G_GINT64_CONSTANT (86400000)
#define NEAR    (4 * HS_HISTORY_STEP) /* rows that are stepped over rather than made marks for */

typedef struct
{
  gint64 id;
  guint ordinal; /* within the day */
} Mark;

typedef struct
{
  gint64 day;
  guint before;  /* rows of the room before this day */
  guint n;
  GArray *marks; /* (nullable) of Mark, by ordinal */
} Day;

struct _HsPlaces
{
  gint64 room;
  gint64 last_id;
  guint count;
  GArray *days; /* of Day, by day */
};

static gint64
day_of_id (gint64 id)
{
  return (id >> 12) / DAY_MS;
}

static gint64
first_id_of_day (gint64 day)
{
  return (day * DAY_MS) << 12;
}

static void
clear_day (gpointer data)
{
  Day *day = data;

  g_clear_pointer (&day->marks, g_array_unref);
}

void
hs_places_free (HsPlaces *self)
{
  g_array_unref (self->days);
  g_free (self);
}

static gboolean
load (HsPlaces *self, HsHistory *history, GError **error)
{
  sqlite3_stmt *statement = hs_sql_bind (&history->base, SQL_DAYS, "i", self->room);
  g_autoptr (GError) failed = NULL;

  while (hs_sql_step (&history->base, statement, &failed))
    {
      Day day = { sqlite3_column_int64 (statement, 0), self->count, sqlite3_column_int64 (statement, 1), NULL };

      g_array_append_val (self->days, day);
      self->count += day.n;
    }
  if (failed == NULL)
    return hs_sql_get_int64 (&history->base, hs_sql_bind (&history->base, SQL_LAST_ID, "i", self->room), &self->last_id, error);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

HsPlaces *
hs_history_get_places (HsHistory *self, gint64 room, GError **error)
{
  HsPlaces *places = g_hash_table_lookup (self->places, &room);

  if (places != NULL)
    return places;
  places = g_new0 (HsPlaces, 1);
  places->room = room;
  places->days = g_array_new (FALSE, FALSE, sizeof (Day));
  g_array_set_clear_func (places->days, clear_day);
  if (!load (places, self, error))
    {
      hs_places_free (places);
      return NULL;
    }
  g_hash_table_insert (self->places, &places->room, places);
  return places;
}

guint
hs_places_get_count (HsPlaces *self)
{
  return self->count;
}

gint64
hs_places_get_last_id (HsPlaces *self)
{
  return self->last_id;
}

/* ---- Within a day ---- */

static gboolean
make_marks (HsPlaces *self, HsHistory *history, Day *day, GError **error)
{
  sqlite3_stmt *statement = hs_sql_bind (&history->base, SQL_DAY_IDS, "iii", self->room, first_id_of_day (day->day),
                                         first_id_of_day (day->day + 1));
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  g_autoptr (GError) failed = NULL;

  for (guint i = 0; hs_sql_step (&history->base, statement, &failed); i++)
    if (i % HS_HISTORY_STEP == 0)
      {
        Mark mark = { sqlite3_column_int64 (statement, 0), i };

        g_array_append_val (marks, mark);
      }
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  day->marks = g_steal_pointer (&marks);
  return TRUE;
}

/* Index of the first mark whose ordinal (or, when @by_id, id) is above @value. */
static guint
first_mark_above (GArray *marks, gint64 value, gboolean by_id)
{
  guint low = 0, high = marks->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const Mark *mark = &g_array_index (marks, Mark, middle);

      if ((by_id ? mark->id : (gint64) mark->ordinal) > value)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* The last known place at or before @value; without one, the day's beginning. */
static Mark
mark_below (Day *day, gint64 value, gboolean by_id)
{
  guint above = day->marks != NULL ? first_mark_above (day->marks, value, by_id) : 0;

  if (above > 0)
    return g_array_index (day->marks, Mark, above - 1);
  return (Mark) { first_id_of_day (day->day), 0 };
}

static gint64
id_in_day (HsPlaces *self, HsHistory *history, Day *day, guint ordinal, GError **error)
{
  guint from_end = day->n - ordinal - 1;
  sqlite3_stmt *statement;
  gint64 id = 0;
  Mark mark;

  if (day->marks == NULL && MIN (ordinal, from_end) > NEAR && !make_marks (self, history, day, error))
    return 0;
  mark = mark_below (day, ordinal, FALSE);
  if (ordinal - mark.ordinal <= from_end)
    statement = hs_sql_bind (&history->base, SQL_ID_FORWARD, "iii", self->room, mark.id, (gint64) (ordinal - mark.ordinal));
  else
    statement = hs_sql_bind (&history->base, SQL_ID_BACKWARD, "iii", self->room, first_id_of_day (day->day + 1), (gint64) from_end);
  if (!hs_sql_get_int64 (&history->base, statement, &id, error))
    return 0;
  if (id == 0) /* room_day and the rows do not agree */
    hs_store_set_error (error, HS_STORE_ERROR_CORRUPT, NULL);
  return id;
}

gint64
hs_places_find_id (HsPlaces *self, HsHistory *history, guint position, GError **error)
{
  guint low = 0, high = self->days->len;
  Day *day;

  g_return_val_if_fail (position < self->count, 0);

  while (high - low > 1) /* the last day that begins at or before it */
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->days, Day, middle).before <= position)
        low = middle;
      else
        high = middle;
    }
  day = &g_array_index (self->days, Day, low);
  return id_in_day (self, history, day, position - day->before, error);
}

/* Index of the first day not before @number. */
static guint
day_index (HsPlaces *self, gint64 number)
{
  guint low = 0, high = self->days->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->days, Day, middle).day < number)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

gboolean
hs_places_find_position (HsPlaces *self, HsHistory *history, gint64 id, guint *position, GError **error)
{
  guint index = day_index (self, day_of_id (id));
  gint64 n = 0;
  Day *day;
  Mark mark;

  *position = self->count;
  if (id > self->last_id || index == self->days->len)
    return TRUE;
  day = &g_array_index (self->days, Day, index);
  *position = day->before;
  if (day->day != day_of_id (id))
    return TRUE;
  if (day->marks == NULL && day->n > NEAR && !make_marks (self, history, day, error))
    return FALSE;
  mark = mark_below (day, id, TRUE);
  if (!hs_sql_get_int64 (&history->base, hs_sql_bind (&history->base, SQL_COUNT_BETWEEN, "iii", self->room, mark.id, id), &n, error))
    return FALSE;
  *position += mark.ordinal + (guint) n;
  return TRUE;
}

/* ---- A new row ---- */

/* Marks behind it move; where rows crowd between two marks, it becomes one. */
static void
add_to_marks (Day *day, gint64 id, guint ordinal)
{
  guint above = first_mark_above (day->marks, id, TRUE);
  guint below_ordinal = above > 0 ? g_array_index (day->marks, Mark, above - 1).ordinal : 0;
  guint next_ordinal;
  Mark mark = { id, ordinal };

  for (guint i = above; i < day->marks->len; i++)
    g_array_index (day->marks, Mark, i).ordinal++;
  next_ordinal = above < day->marks->len ? g_array_index (day->marks, Mark, above).ordinal : day->n;
  if (next_ordinal - below_ordinal > 2 * HS_HISTORY_STEP && ordinal - below_ordinal >= HS_HISTORY_STEP / 2)
    g_array_insert_val (day->marks, above, mark);
}

void
hs_places_add (HsPlaces *self, gint64 id, guint position)
{
  gint64 number = day_of_id (id);
  guint index = day_index (self, number);
  Day *day;

  if (index == self->days->len || g_array_index (self->days, Day, index).day != number)
    {
      Day made = { number, position, 0, NULL };

      g_array_insert_val (self->days, index, made);
    }
  day = &g_array_index (self->days, Day, index);
  day->n++;
  if (day->marks != NULL)
    add_to_marks (day, id, position - day->before);
  for (guint i = index + 1; i < self->days->len; i++)
    g_array_index (self->days, Day, i).before++;
  self->count++;
  self->last_id = MAX (self->last_id, id);
}
