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

/* It outlives its guests from now on. */
void
hs_engine_keep_room (HsEngine *self, HsChannel *channel)
{
  RoomAsk *ask;

  if (channel->renaming != NULL) /* then */
    return;
  if (self->store == NULL || (!channel->kept && g_hash_table_size (self->channels) > HS_ROOMS_KEPT))
    return;
  channel->kept = TRUE;
  ask = g_new0 (RoomAsk, 1);
  ask->ask.free = free_room_ask;
  ask->room = make_room (channel);
  hs_engine_ask (self, NULL, &ask->ask, work_put_room);
}

void
hs_engine_restore_room (HsEngine *self, const HsServerRoom *room)
{
  HsChannel *channel = strcmp (room->name, HS_DOOR_NAME) == 0 ? self->door : hs_engine_find_channel (self, room->name);
  char *rest = NULL;

  if (channel == NULL)
    channel = hs_engine_make_channel (self, room->name);
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
