/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Own messages that somebody else has read: said so in the store and in the list. */
#include "hs-room-history-private.h"

static gpointer
work_set_read (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 room = hs_room_key_get_id (op->key, history, error);

  if (room != 0)
    op->positions = hs_history_set_read_by_others (history, room, op->msgid, &op->id, error);
  return NULL;
}

static void
done_set_read (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;
  HsRoomHistory *self = op->history;

  hs_room_history_done_note (result, error, data);
  if (error != NULL || op->positions == NULL)
    return;
  self->read_id = MAX (self->read_id, op->id);
  if (self->list == NULL || !self->open)
    return;
  hs_room_history_flush (self);
  for (guint i = 0; i < op->positions->len; i++)
    {
      HsEntry *entry = hs_entry_list_peek (self->list, g_array_index (op->positions, guint, i));

      if (entry != NULL)
        hs_entry_set_delivery (entry, (HsSent) HS_DELIVERY_READ);
    }
}

void
hs_room_history_set_read_by_others (HsRoomHistory *self, const char *msgid)
{
  Operation *op = hs_room_operation_new (self);

  op->msgid = g_strdup (msgid);
  op->id = self->read_id;
  hs_store_run (self->store, work_set_read, done_set_read, op, hs_room_operation_free);
}
