/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-open-rooms.h"

typedef struct
{
  GCancellable *cancellable;
  HsOpenRoomsFunc func;
  gpointer user_data;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_clear_object (&reading->cancellable);
  g_free (reading);
}

static void
network_free (gpointer data)
{
  HsOpenNetwork *network = data;

  g_free (network->network);
  g_free (network->address);
  g_ptr_array_unref (network->rooms);
  g_free (network);
}

static HsOpenNetwork *
find_network (GPtrArray *networks, const HsHistoryOpenRoom *room)
{
  HsOpenNetwork *network;

  for (guint i = 0; i < networks->len; i++)
    if (g_str_equal (((HsOpenNetwork *) g_ptr_array_index (networks, i))->network, room->network))
      return g_ptr_array_index (networks, i);

  network = g_new0 (HsOpenNetwork, 1);
  network->network = g_strdup (room->network);
  network->address = g_strdup (room->address);
  network->protocol = CLAMP (room->protocol, HS_PROTOCOL_AUTOMATIC, HS_PROTOCOL_PLAIN);
  network->line_ending = CLAMP (room->line_ending, HS_LINE_ENDING_AUTOMATIC, HS_LINE_ENDING_CRLF);
  network->rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_history_open_room_free);
  g_ptr_array_add (networks, network);
  return network;
}

static gpointer
work_read (HsHistory *history, gpointer data, GError **error)
{
  return hs_history_list_open (history, error);
}

static void
done_read (gpointer result, const GError *error, gpointer data)
{
  Reading *reading = data;
  g_autoptr (GPtrArray) rooms = result;
  g_autoptr (GPtrArray) networks = g_ptr_array_new_with_free_func (network_free);

  if (g_cancellable_is_cancelled (reading->cancellable))
    return;
  if (error != NULL)
    g_message ("What was open cannot be read: %s", error->message);
  for (guint i = 0; rooms != NULL && i < rooms->len; i++)
    {
      HsHistoryOpenRoom *room = g_ptr_array_index (rooms, i);

      g_ptr_array_add (find_network (networks, room)->rooms, room);
    }
  if (rooms != NULL)
    g_ptr_array_set_free_func (rooms, NULL); /* the networks have them */
  reading->func (networks, reading->user_data);
}

void
hs_open_rooms_read (HsStore *store, GCancellable *cancellable, HsOpenRoomsFunc func, gpointer user_data)
{
  Reading *reading = g_new0 (Reading, 1);

  *reading = (Reading) { .cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL, .func = func, .user_data = user_data };
  hs_store_run (store, work_read, done_read, reading, reading_free);
}

void
hs_open_rooms_restore (const HsOpenNetwork *network, HsSession *session, HsRoom **chosen, gint64 *time)
{
  for (guint i = 0; i < network->rooms->len; i++)
    {
      const HsHistoryOpenRoom *open = g_ptr_array_index (network->rooms, i);
      HsRoom *room = hs_session_restore_room (session, open->name, CLAMP (open->kind, HS_ROOM_CHANNEL, HS_ROOM_SERVER), open->shown, open->joined);

      if (room == NULL || open->chosen <= *time)
        continue;
      *time = open->chosen;
      *chosen = room;
    }
}

/* ---- Networks ---- */

typedef struct
{
  char *network, *address;
  HsProtocol protocol;
  HsLineEnding line_ending;
} Note;

static void
note_free (gpointer data)
{
  Note *note = data;

  g_free (note->network);
  g_free (note->address);
  g_free (note);
}

static gpointer
work_note (HsHistory *history, gpointer data, GError **error)
{
  Note *note = data;

  hs_history_set_network (history, note->network, note->address, note->protocol, note->line_ending, error);
  return NULL;
}

void
hs_open_rooms_note_network (HsStore *store, const char *network, const char *address, HsProtocol protocol, HsLineEnding line_ending)
{
  Note *note = g_new0 (Note, 1);

  *note = (Note) { .network = g_strdup (network), .address = g_strdup (address), .protocol = protocol, .line_ending = line_ending };
  hs_store_run (store, work_note, NULL, note, note_free);
}
