/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Own messages between the list's end and their final place: shown at once, kept in the outbox, settled once. */
#include "hs-room-history-private.h"

static gpointer
work_add_own (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    op->outbox = hs_history_outbox_add (history, id, op->row, error);
  return NULL;
}

static void
done_add_own (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;

  op->func (error == NULL ? op->outbox : 0, error, op->func_data);
}

HsEntry *
hs_room_history_add_own (HsRoomHistory *self, const HsHistoryRow *row, HsRoomHistoryStored stored, gpointer user_data, GDestroyNotify destroy)
{
  Operation *op = hs_room_operation_new (self);
  HsEntryData data;
  HsEntry *entry;
  g_autofree char *made = NULL;

  self->said = TRUE;
  op->row = hs_history_row_copy (row);
  op->func = stored;
  op->func_data = user_data;
  op->func_destroy = destroy;
  hs_room_history_data_from_row (&data, row, &made);
  entry = g_object_ref (hs_entry_list_add_pending (self->list, &data));
  hs_room_history_set_preview (self, row);
  if (self->has_line) /* who answers has read */
    hs_room_history_set_line (self, 0);
  hs_store_run (self->store, work_add_own, done_add_own, op, hs_room_operation_free);
  return entry;
}

static gpointer
work_settle (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    op->stored = hs_history_outbox_settle (history, op->outbox, id, op->row, &op->position, error);
  return NULL;
}

static void
done_settle (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;
  HsRoomHistory *self = op->history;
  HsEntryData shown;
  g_autofree char *made = NULL;

  if (self->list == NULL)
    return;
  hs_room_history_flush (self);
  if (error != NULL)
    {
      g_message ("A message in “%s” cannot be stored: %s", op->key->name, error->message);
      hs_entry_set_delivery (op->entry, (HsSent) op->row->delivery);
      return;
    }
  if (op->passage != NULL && op->stored)
    hs_passage_set_id (op->passage, op->row->id);
  if (!op->stored) /* the history has it already */
    {
      hs_entry_list_remove_pending (self->list, op->entry);
      return;
    }
  if (!self->open)
    {
      hs_entry_list_remove_pending (self->list, op->entry);
      hs_room_history_open (self);
      return;
    }
  self->last_id = MAX (self->last_id, op->row->id);
  hs_room_history_data_from_row (&shown, op->row, &made);
  hs_entry_list_settle_pending (self->list, op->entry, op->position, &shown);
  hs_room_history_set_preview (self, op->row);
}

void
hs_room_history_settle (HsRoomHistory *self, HsEntry *entry, gint64 outbox, HsHistoryRow *row, HsPassage *passage)
{
  Operation *op = hs_room_operation_new (self);

  g_set_object (&op->passage, passage);
  g_hash_table_remove (self->left, entry);
  op->entry = g_object_ref (entry);
  op->outbox = outbox;
  op->row = row;
  hs_store_run (self->store, work_settle, done_settle, op, hs_room_operation_free);
}

static gpointer
work_set_delivery (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;

  hs_history_outbox_set_delivery (history, op->outbox, op->delivery, error);
  return NULL;
}

void
hs_room_history_set_delivery (HsRoomHistory *self, HsEntry *entry, gint64 outbox, HsDelivery delivery, gboolean store)
{
  Operation *op;

  hs_entry_set_delivery (entry, (HsSent) delivery);
  if (!store || outbox == 0)
    return;
  op = hs_room_operation_new (self);
  op->outbox = outbox;
  op->delivery = delivery;
  hs_store_run (self->store, work_set_delivery, hs_room_history_done_note, op, hs_room_operation_free);
}

static gpointer
work_withdraw (HsHistory *history, gpointer data, GError **error)
{
  hs_history_outbox_remove (history, ((Operation *) data)->outbox, error);
  return NULL;
}

void
hs_room_history_withdraw (HsRoomHistory *self, HsEntry *entry, gint64 outbox)
{
  Operation *op;

  g_hash_table_remove (self->left, entry);
  if (self->list != NULL)
    hs_entry_list_remove_pending (self->list, entry);
  if (outbox == 0)
    return;
  op = hs_room_operation_new (self);
  op->outbox = outbox;
  hs_store_run (self->store, work_withdraw, hs_room_history_done_note, op, hs_room_operation_free);
}

gboolean
hs_room_history_find_left (HsRoomHistory *self, HsEntry *entry, gint64 *outbox, const HsHistoryRow **row)
{
  HsHistoryRow *found = g_hash_table_lookup (self->left, entry);

  if (found == NULL)
    return FALSE;
  *outbox = found->id;
  *row = found;
  return TRUE;
}

static gpointer
work_find_last_said (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    op->id = hs_history_last_said (history, id, error);
  return NULL;
}

static void
done_find_last_said (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;

  op->func (op->id, error, op->func_data);
}

void
hs_room_history_find_last_said (HsRoomHistory *self, HsRoomHistoryStored found, gpointer user_data, GDestroyNotify destroy)
{
  Operation *op = hs_room_operation_new (self);

  op->func = found;
  op->func_data = user_data;
  op->func_destroy = destroy;
  hs_store_run (self->store, work_find_last_said, done_find_last_said, op, hs_room_operation_free);
}
