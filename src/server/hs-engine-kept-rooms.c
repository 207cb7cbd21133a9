/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms that outlive their guests: what of them is kept, and how they come back. */
#include "hs-engine-keep-private.h"

#include <stdlib.h>
#include <string.h>

static const char list_letters[HS_N_LISTS] = { [HS_LIST_BAN] = 'b', [HS_LIST_EXCEPT] = 'e', [HS_LIST_INVEX] = 'I', [HS_LIST_QUIET] = 'q' };

typedef struct
{
  HsAsk ask;
  HsServerRoom *room;
  guint64 id; /* 0: the door */
} RoomAsk;

static void
free_room_ask (HsAsk *ask)
{
  hs_server_room_free (((RoomAsk *) ask)->room);
  g_free (ask);
}

static gpointer
work_put_room (HsServerDb *db, gpointer data, GError **error)
{
  hs_server_db_put_room (db, ((RoomAsk *) data)->room, error);
  return NULL;
}

static HsServerRoom *
make_room (const HsChannel *channel)
{
  HsServerRoom *room = hs_server_room_new (channel->name);

  room->topic = g_strdup (channel->topic);
  room->topic_by = g_strdup (channel->topic_by);
  room->topic_time = channel->topic_time;
  room->created = channel->created;
  room->metadata = hs_metadata_to_strv (channel->metadata);
  room->modes = g_strdup_printf ("%u %u %s", channel->modes, channel->limit, channel->key != NULL ? channel->key : "");
  for (guint kind = 0; kind < HS_N_LISTS; kind++)
    for (guint i = 0; channel->lists[kind] != NULL && i < channel->lists[kind]->len; i++)
      {
        const HsListEntry *entry = g_ptr_array_index (channel->lists[kind], i);

        hs_server_room_add (room, list_letters[kind], entry->mask, entry->by, entry->time);
      }
  return room;
}

/* It may be called something else by now. */
static void
answer_put (HsEngine *self, HsAsk *ask, const GError *error)
{
  const RoomAsk *put = (const RoomAsk *) ask;
  HsChannel *channel = put->id == 0 ? self->door : hs_engine_find_channel_again (self, put->room->name, put->id);

  if (channel == NULL)
    return;
  channel->putting = FALSE;
  if (error != NULL)
    channel->dirty = TRUE; /* once more with the next change, or the next message */
  else if (channel->dirty)
    hs_engine_keep_room (self, channel);
}

/* One at a time of each room: however often it changes meanwhile, then it is put once. */
static void
put (HsEngine *self, HsChannel *channel)
{
  RoomAsk *ask = g_new0 (RoomAsk, 1);

  channel->putting = TRUE;
  channel->dirty = FALSE;
  ask->ask.answer = answer_put;
  ask->ask.free = free_room_ask;
  ask->room = make_room (channel);
  ask->id = channel->id;
  hs_engine_ask (self, NULL, &ask->ask, work_put_room);
}

void
hs_engine_put_changed_rooms (HsEngine *self)
{
  GHashTableIter iter;
  HsChannel *channel;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &channel))
    if (channel->dirty && channel->renaming == NULL)
      put (self, channel);
  if (self->door->dirty)
    put (self, self->door);
}

static gboolean
take_place (HsEngine *self, HsChannel *channel)
{
  if (self->n_kept >= HS_ROOMS_KEPT || (self->acting != NULL && !hs_engine_may_make_room (self, self->acting)))
    return FALSE;
  channel->kept = TRUE;
  self->n_kept++;
  return TRUE;
}

/* It outlives its guests from now on, if there are not too many that do. */
void
hs_engine_keep_room (HsEngine *self, HsChannel *channel)
{
  if (channel->renaming != NULL) /* then */
    return;
  if (self->store == NULL || (!channel->kept && !take_place (self, channel)))
    return;
  if (channel->putting)
    channel->dirty = TRUE;
  else
    put (self, channel);
}

void
hs_engine_restore_room (HsEngine *self, const HsServerRoom *room)
{
  HsChannel *channel = strcmp (room->name, HS_DOOR_NAME) == 0 ? self->door : hs_engine_find_channel (self, room->name);
  char *rest = NULL;

  if (channel == NULL)
    channel = hs_engine_make_channel (self, room->name);
  if (channel != self->door)
    self->n_kept++;
  channel->kept = TRUE;
  channel->topic = g_strdup (room->topic);
  channel->topic_by = g_strdup (room->topic_by);
  channel->topic_time = room->topic_time;
  channel->created = room->created;
  channel->metadata = hs_metadata_new_from_strv ((const char *const *) room->metadata);
  if (room->modes != NULL)
    {
      channel->modes = (guint32) strtoul (room->modes, &rest, 10);
      channel->limit = (guint32) strtoul (rest, &rest, 10);
      channel->key = *rest == ' ' && rest[1] != '\0' ? g_strdup (rest + 1) : NULL;
    }
  for (guint i = 0; i < room->list->len; i++)
    {
      const HsServerListEntry *entry = g_ptr_array_index (room->list, i);
      const char *letter = memchr (list_letters, entry->mode, HS_N_LISTS);

      if (letter != NULL)
        hs_channel_add_to_list (channel, (HsListKind) (letter - list_letters), entry->mask, entry->by, entry->time);
    }
}

char *
hs_channel_dup_read_place (const HsChannel *channel)
{
  return channel->kept ? hs_channel_fold_place (channel) : g_strdup ("");
}

/* ---- Rooms that nobody uses any more ---- */

typedef struct
{
  char *name;
  guint64 id;
  gboolean dropped;
} Unused;

typedef struct
{
  HsAsk ask;
  GPtrArray *rooms; /* of Unused */
  gint64 made, used;
  void (*done) (gboolean some, gpointer user_data);
  gpointer user_data;
} DropAsk;

static void
unused_free (gpointer data)
{
  g_free (((Unused *) data)->name);
  g_free (data);
}

static void
free_drop (HsAsk *ask)
{
  g_ptr_array_unref (((DropAsk *) ask)->rooms);
  g_free (ask);
}

static gpointer
work_drop (HsServerDb *db, gpointer data, GError **error)
{
  const DropAsk *ask = data;
  g_autoptr (GError) failed = NULL;

  for (guint i = 0; i < ask->rooms->len && failed == NULL; i++)
    {
      Unused *room = g_ptr_array_index (ask->rooms, i);

      room->dropped = hs_server_db_drop_unused (db, room->name, ask->made, ask->used, &failed);
    }
  if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

/* Whoever has come meanwhile found a room that is not kept, and may have made it one that is. */
static void
answer_drop (HsEngine *self, HsAsk *ask, const GError *error)
{
  const DropAsk *drop = (const DropAsk *) ask;
  gboolean some = FALSE;

  for (guint i = 0; i < drop->rooms->len; i++)
    {
      const Unused *room = g_ptr_array_index (drop->rooms, i);
      HsChannel *channel = hs_engine_find_channel_again (self, room->name, room->id);

      some |= error == NULL && room->dropped;
      if (channel == NULL || channel->kept)
        continue;
      if (error != NULL || !room->dropped)
        {
          channel->kept = TRUE;
          self->n_kept++;
        }
      else if (channel->members->len == 0)
        {
          hs_engine_fact (self, HS_FACT_ROOM_CHANGED, NULL, channel->name);
          g_hash_table_remove (self->channels, channel->name);
        }
    }
  drop->done (some, drop->user_data);
}

static gboolean
is_deserted (HsEngine *self, const HsChannel *channel)
{
  return channel->kept && channel != self->lobby && channel->members->len == 0 && channel->renaming == NULL && !channel->putting &&
         !hs_channel_has_settings (channel);
}

void
hs_engine_drop_rooms (HsEngine *self, const GPtrArray *names, gint64 made, gint64 used, void (*done) (gboolean some, gpointer user_data),
                      gpointer user_data)
{
  DropAsk *ask = g_new0 (DropAsk, 1);

  ask->ask.answer = answer_drop;
  ask->ask.free = free_drop;
  ask->rooms = g_ptr_array_new_with_free_func (unused_free);
  ask->made = made;
  ask->used = used;
  ask->done = done;
  ask->user_data = user_data;
  for (guint i = 0; i < names->len && ask->rooms->len < HS_ROOM_DROP_SLICE; i++)
    {
      HsChannel *channel = hs_engine_find_channel (self, g_ptr_array_index (names, i));
      Unused *room;

      if (channel == NULL || !is_deserted (self, channel))
        continue;
      channel->kept = FALSE;
      self->n_kept--;
      room = g_new0 (Unused, 1);
      room->name = g_strdup (channel->name);
      room->id = channel->id;
      g_ptr_array_add (ask->rooms, room);
    }
  if (ask->rooms->len == 0)
    {
      free_drop (&ask->ask);
      done (FALSE, user_data);
      return;
    }
  hs_engine_flush (self); /* what happened there last counts */
  hs_engine_ask (self, NULL, &ask->ask, work_drop);
}
