/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store knows of a conversation beside its rows: whether it is open, was looked at last, was joined, and its title. */
#include "hs-room-history-private.h"

static gpointer
work_close (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    hs_history_close_room (history, id, error);
  return NULL;
}

void
hs_room_history_close (HsRoomHistory *self)
{
  self->closed = TRUE;
  hs_store_run (self->store, work_close, hs_room_history_done_note, hs_room_operation_new (self), hs_room_operation_free);
}

static gpointer
work_choose (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    hs_history_choose_room (history, id, op->now, error);
  return NULL;
}

void
hs_room_history_choose (HsRoomHistory *self)
{
  Operation *op = hs_room_operation_new (self);

  op->now = g_get_real_time () / 1000;
  hs_store_run (self->store, work_choose, hs_room_history_done_note, op, hs_room_operation_free);
}

static gpointer
work_set_joined (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    hs_history_set_joined (history, id, op->counts, error);
  return NULL;
}

void
hs_room_history_set_joined (HsRoomHistory *self, gboolean joined)
{
  Operation *op = hs_room_operation_new (self);

  op->counts = joined;
  hs_store_run (self->store, work_set_joined, hs_room_history_done_note, op, hs_room_operation_free);
}

static gpointer
work_rename (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    hs_history_rename_room (history, id, op->title, error);
  return NULL;
}

/* What is asked of the store before goes by the former name, what is asked from now on by the new one. */
void
hs_room_history_rename (HsRoomHistory *self, const char *name)
{
  Operation *op = hs_room_operation_new (self);
  RoomKey *former = self->key;

  op->title = g_strdup (name);
  hs_store_run (self->store, work_rename, hs_room_history_done_note, op, hs_room_operation_free);
  self->key = hs_room_key_new (former->network, name);
  hs_room_key_unref (former);
}

static gpointer
work_set_title (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    hs_history_set_shown (history, id, op->title, error);
  return NULL;
}

static void
on_title (HsRoom *room, GParamSpec *pspec, HsRoomHistory *self)
{
  Operation *op = hs_room_operation_new (self);

  op->title = g_strdup (hs_room_get_title (room));
  hs_store_run (self->store, work_set_title, hs_room_history_done_note, op, hs_room_operation_free);
}

static void
unref_history (gpointer data, GClosure *closure)
{
  hs_room_history_unref (data);
}

void
hs_room_history_follow_title (HsRoomHistory *self)
{
  g_signal_connect_data (self->room, "notify::title", G_CALLBACK (on_title), hs_room_history_ref (self), unref_history, 0);
}
