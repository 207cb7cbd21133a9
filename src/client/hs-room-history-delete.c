/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages that are deleted: the row stays where it is, in the store and in the list, and says no more what it said. */
#include "hs-room-history-private.h"

static gpointer
work_redact (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id == 0 || !hs_history_redact (history, id, op->msgid, &op->position, error))
    return NULL;
  op->stored = TRUE;
  op->rows = hs_history_page (history, id, op->position, 1, error);
  return NULL;
}

static void
done_redact (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;
  HsRoomHistory *self = op->history;
  HsEntry *entry;

  hs_room_history_done_note (result, error, data);
  if (error != NULL || !op->stored || self->list == NULL || !self->open)
    return;
  hs_room_history_flush (self);
  entry = hs_entry_list_peek (self->list, op->position);
  if (entry != NULL)
    hs_entry_redact (entry);
  if (op->rows != NULL && op->rows->len > 0)
    hs_room_history_set_preview (self, g_ptr_array_index (op->rows, 0)); /* if it is the last one */
}

void
hs_room_history_redact (HsRoomHistory *self, const char *msgid)
{
  Operation *op = hs_room_operation_new (self);

  op->msgid = g_strdup (msgid);
  hs_store_run (self->store, work_redact, done_redact, op, hs_room_operation_free);
}

static gpointer
work_find_msgid (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    op->msgid = hs_history_get_msgid (history, id, op->id, error);
  return NULL;
}

static void
done_find_msgid (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;

  op->named (error == NULL ? op->msgid : NULL, op->func_data);
}

void
hs_room_history_find_msgid (HsRoomHistory *self, HsEntry *entry, HsRoomHistoryNamed named, gpointer user_data, GDestroyNotify destroy)
{
  Operation *op = hs_room_operation_new (self);

  op->id = hs_entry_get_id (entry);
  op->named = named;
  op->func_data = user_data;
  op->func_destroy = destroy;
  hs_store_run (self->store, work_find_msgid, done_find_msgid, op, hs_room_operation_free);
}
