/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is noted of a room beside its rows: how far it is read, and what is being written. */
#include "hs-room-history-private.h"

#include "hs-room-private.h"

void
hs_room_history_done_note (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;

  if (error != NULL)
    g_message ("“%s” cannot be updated: %s", op->key->name, error->message);
}

static gpointer
work_set_read (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    hs_history_set_read (history, id, op->id, error);
  return NULL;
}

void
hs_room_history_mark_read (HsRoomHistory *self)
{
  Operation *op;

  if (self->room == NULL || (hs_room_get_unread (self->room) == 0 && hs_room_get_mentions (self->room) == 0))
    return;
  g_clear_handle_id (&self->line_source, g_source_remove);
  hs_room_set_unread (self->room, 0, 0);
  op = hs_room_operation_new (self);
  op->id = self->last_id;
  hs_store_run (self->store, work_set_read, hs_room_history_done_note, op, hs_room_operation_free);
}

static gpointer
work_set_read_until (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  op->facts = id != 0 ? hs_history_get_room (history, id, error) : NULL;
  if (op->facts == NULL || op->facts->read_id >= op->id || !hs_history_set_read (history, id, op->id, error))
    return NULL;
  hs_history_room_free (op->facts);
  op->facts = hs_history_get_room (history, id, error);
  return NULL;
}

static void
done_set_read_until (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;
  HsRoomHistory *self = op->history;

  hs_room_history_done_note (result, error, data);
  if (op->facts == NULL || error != NULL || self->room == NULL || !self->open || hs_room_get_unread (self->room) <= op->facts->unread)
    return;
  g_clear_handle_id (&self->line_source, g_source_remove);
  hs_room_set_unread (self->room, op->facts->unread, op->facts->mentions);
  hs_room_history_flush (self);
  hs_room_history_set_line (self, op->facts->unread > 0 ? op->facts->read_id : 0);
}

void
hs_room_history_mark_read_until (HsRoomHistory *self, gint64 time)
{
  Operation *op = hs_room_operation_new (self);

  op->id = (time << 12) | 0xfff; /* the last of that millisecond (hs-history.h) */
  hs_store_run (self->store, work_set_read_until, done_set_read_until, op, hs_room_operation_free);
}

static void store_draft (HsRoomHistory *self);

static gpointer
work_set_draft (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    hs_history_set_draft (history, id, op->draft, error);
  return NULL;
}

static void
done_set_draft (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;
  HsRoomHistory *self = op->history;

  self->draft_storing = FALSE;
  if (self->draft_again)
    store_draft (self);
}

/* One on its way, one waiting: typing does not queue a write a key. */
static void
store_draft (HsRoomHistory *self)
{
  Operation *op = hs_room_operation_new (self);

  self->draft_storing = TRUE;
  self->draft_again = FALSE;
  op->draft = g_steal_pointer (&self->draft_waiting);
  hs_store_run (self->store, work_set_draft, done_set_draft, op, hs_room_operation_free);
}

void
hs_room_history_set_draft (HsRoomHistory *self, const char *draft)
{
  if (draft != NULL && *draft == '\0')
    draft = NULL;
  if (self->room != NULL)
    hs_room_set_draft (self->room, draft);
  g_free (self->draft_waiting);
  self->draft_waiting = g_strdup (draft);
  self->draft_again = TRUE;
  if (!self->draft_storing)
    store_draft (self);
}
