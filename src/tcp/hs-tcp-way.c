/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of each message down the stream, as marks by offset; see hs-tcp-way.h. */
#include "hs-tcp-way.h"

typedef struct
{
  guint64 offset; /* after the last byte */
  guint64 bytes;  /* ON_WIRE: the segment's payload; 0 where the segment was not seen */
  gint64 time;
  HsTcpKnown known;
  gboolean exact;
  guint again;
} Mark;

typedef struct
{
  guint64 app, stream;
} Pair;

struct _HsTcpWays
{
  /* Owned */
  GArray *marks[HS_TCP_STAGE_ACKNOWLEDGED + 1]; /* (nullable) of Mark, offsets rise; those of QUEUED count the link's own stream */
  GArray *pairs;                                /* (nullable) of Pair, both rise */

  /* State */
  gboolean has_isn;
  guint32 isn;
};

HsTcpWays *
hs_tcp_ways_new (void)
{
  return g_new0 (HsTcpWays, 1);
}

void
hs_tcp_ways_free (HsTcpWays *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (self->marks); i++)
    g_clear_pointer (&self->marks[i], g_array_unref);
  g_clear_pointer (&self->pairs, g_array_unref);
  g_free (self);
}

/* ---- Sorted by a guint64 that each element begins with ---- */

/* The first whose key is not below @key; the length where there is none. */
static guint
find (GArray *array, guint64 key)
{
  gsize size = array != NULL ? g_array_get_element_size (array) : 0;
  guint low = 0, high = array != NULL ? array->len : 0;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (*(const guint64 *) (const void *) (array->data + middle * size) < key)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
append (GArray **place, gsize size, gconstpointer element)
{
  if (*place == NULL)
    *place = g_array_new (FALSE, FALSE, (guint) size);
  if ((*place)->len >= HS_TCP_WAY_MARKS)
    g_array_remove_range (*place, 0, HS_TCP_WAY_MARKS / 4);
  g_array_append_vals (*place, element, 1);
}

static Mark *
get_mark (HsTcpWays *self, HsTcpStage stage, guint64 offset)
{
  guint at = find (self->marks[stage], offset);

  return self->marks[stage] != NULL && at < self->marks[stage]->len ? &g_array_index (self->marks[stage], Mark, at) : NULL;
}

/* ---- In ---- */

static void
add_record (HsTcpWays *self, guint64 app, guint64 stream)
{
  Pair pair = { app, stream };
  guint at = find (self->pairs, app);

  if (self->pairs == NULL || at == self->pairs->len)
    append (&self->pairs, sizeof pair, &pair);
}

void
hs_tcp_ways_add (HsTcpWays *self, const HsTcpEvent *event)
{
  gboolean queued = event->stage == HS_TCP_STAGE_QUEUED;
  Mark mark = { queued ? event->app : event->offset, event->bytes, event->time, event->known, event->exact, 0 };
  Mark *old;

  if (event->kind == HS_TCP_EVENT_NUMBERED && event->has_seq)
    {
      self->has_isn = TRUE;
      self->isn = event->seq;
    }
  if (event->kind == HS_TCP_EVENT_DATA && event->stage == HS_TCP_STAGE_RECORD)
    add_record (self, event->app, event->offset);
  if (event->kind != HS_TCP_EVENT_DATA || event->stage == HS_TCP_STAGE_NONE || event->stage > HS_TCP_STAGE_ACKNOWLEDGED)
    return;

  old = get_mark (self, event->stage, mark.offset);
  if (old == NULL)
    append (&self->marks[event->stage], sizeof mark, &mark);
  else if (event->again && old->offset == mark.offset)
    old->again++;
}

/* ---- Out ---- */

/* Where TLS carries it, the record's end is what TCP tells of. */
static gboolean
map (HsTcpWays *self, guint64 app, guint64 *stream)
{
  guint at;

  *stream = app;
  if (self->pairs == NULL)
    return TRUE;
  at = find (self->pairs, app);
  if (at == self->pairs->len)
    return FALSE;
  *stream = g_array_index (self->pairs, Pair, at).stream;
  return TRUE;
}

static guint64
map_begin (HsTcpWays *self, guint64 app)
{
  guint at;

  if (self->pairs == NULL)
    return app;
  at = find (self->pairs, app + 1); /* the record that holds its first byte begins where the one before ends */
  return at > 0 ? g_array_index (self->pairs, Pair, at - 1).stream : 0;
}

static void
count_records (HsTcpWays *self, guint64 begin, guint64 end, HsTcpWay *way)
{
  guint first = find (self->pairs, begin + 1), last = find (self->pairs, end);

  if (self->pairs == NULL || last == self->pairs->len || first > last)
    return;
  way->records = last - first + 1;
  way->app_begin = first > 0 ? g_array_index (self->pairs, Pair, first - 1).app : 0;
  way->app_end = g_array_index (self->pairs, Pair, last).app;
}

static void
fill (HsTcpMoment *moment, const Mark *mark)
{
  if (mark != NULL)
    *moment = (HsTcpMoment){ mark->time, mark->known, mark->exact };
}

/* Only the last segment of a write comes back: whether it holds our last byte is told by its length. */
static void
fill_on_wire (HsTcpWay *way, const Mark *mark)
{
  if (mark == NULL)
    return;
  fill (&way->on_wire, mark);
  if (mark->bytes == 0 || mark->offset - mark->bytes >= way->end)
    way->on_wire.known = HS_TCP_INFERRED;
  else
    way->resent = mark->again;
}

gboolean
hs_tcp_ways_get (HsTcpWays *self, guint64 begin, guint64 end, HsTcpWay *way)
{
  *way = (HsTcpWay){ 0 };
  fill (&way->queued, get_mark (self, HS_TCP_STAGE_QUEUED, end));
  if (end == 0 || begin > end || !map (self, end, &way->end))
    return way->queued.time != 0;
  way->begin = map_begin (self, begin);
  count_records (self, begin, end, way);
  fill (&way->written, get_mark (self, HS_TCP_STAGE_WRITTEN, way->end));
  fill_on_wire (way, get_mark (self, HS_TCP_STAGE_ON_WIRE, way->end));
  fill (&way->acknowledged, get_mark (self, HS_TCP_STAGE_ACKNOWLEDGED, way->end));
  way->has_seq = self->has_isn;
  way->seq = self->isn + 1 + (guint32) way->begin;
  return way->queued.time != 0 || way->written.time != 0 || way->on_wire.time != 0 || way->acknowledged.time != 0;
}
