/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge between a room's rows in the store and its lazy list. Every operation is a closure on the store's thread and an answer
 * on ours; answers come in the order asked, and what they say of positions holds for the list as the answers before left it. */
#include "hs-room-history-private.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>

#include "hs-entry-list-private.h"
#include "hs-event-text.h"
#include "hs-limits.h"
#include "hs-room-private.h"

#define LINE_MS 400 /* what is not marked read within it was not looked at */

RoomKey *
hs_room_key_new (const char *network, const char *name)
{
  RoomKey *key = g_new0 (RoomKey, 1);

  g_atomic_ref_count_init (&key->ref_count);
  key->network = g_strdup (network);
  key->name = g_strdup (name);
  return key;
}

static RoomKey *
room_key_ref (RoomKey *key)
{
  g_atomic_ref_count_inc (&key->ref_count);
  return key;
}

void
hs_room_key_unref (RoomKey *key)
{
  if (!g_atomic_ref_count_dec (&key->ref_count))
    return;
  g_free (key->network);
  g_free (key->name);
  g_free (key);
}

/* Store's thread. Never kept: a transaction that fails takes the room it made with it, and its id is given to another. */
gint64
hs_room_key_get_id (RoomKey *key, HsHistory *history, GError **error)
{
  return hs_history_room (history, key->network, key->name, error);
}

Operation *
hs_room_operation_new (HsRoomHistory *self)
{
  Operation *op = g_new0 (Operation, 1);

  op->history = hs_room_history_ref (self);
  op->key = room_key_ref (self->key);
  return op;
}

void
hs_room_operation_free (gpointer data)
{
  Operation *op = data;

  if (op->func_destroy != NULL)
    op->func_destroy (op->func_data);
  g_clear_pointer (&op->row, hs_history_row_free);
  g_clear_pointer (&op->last, hs_history_row_free);
  g_clear_pointer (&op->said, hs_history_row_free);
  g_clear_pointer (&op->facts, hs_history_room_free);
  g_clear_pointer (&op->rows, g_ptr_array_unref);
  g_clear_pointer (&op->positions, g_array_unref);
  g_clear_object (&op->entry);
  g_clear_object (&op->passage);
  g_free (op->draft);
  g_free (op->msgid);
  g_free (op->title);
  hs_room_key_unref (op->key);
  hs_room_history_unref (op->history);
  g_free (op);
}

/* ---- Rows to data ---- */

/* What is shown of @row; *made keeps what had to be made for it. */
void
hs_room_history_data_from_row (HsEntryData *data, const HsHistoryRow *row, char **made)
{
  *made = row->kind == HS_ENTRY_EVENT && row->text != NULL ? hs_event_text_format (row->text, row->time) : NULL;
  *data = (HsEntryData) {
    .id = row->id,
    .time = row->time,
    .kind = (HsKind) row->kind,
    .delivery = (HsSent) row->delivery,
    .own = (row->flags & HS_ENTRY_OWN) != 0,
    .mention = (row->flags & HS_ENTRY_MENTION) != 0,
    .plain = (row->flags & HS_ENTRY_PLAIN) != 0,
    .unencrypted = (row->flags & HS_ENTRY_UNENCRYPTED) != 0,
    .redacted = row->text == NULL && row->kind <= HS_ENTRY_NOTICE,
    .sender = row->sender,
    .shown = row->shown,
    .text = *made != NULL ? *made : row->text,
  };
}

static HsEntryData *
data_from_rows (GPtrArray *rows, GStrv *made)
{
  HsEntryData *data = g_new0 (HsEntryData, MAX (rows->len, 1));
  g_autoptr (GPtrArray) strings = g_ptr_array_new ();

  for (guint i = 0; i < rows->len; i++)
    {
      char *text = NULL;

      hs_room_history_data_from_row (&data[i], g_ptr_array_index (rows, i), &text);
      if (text != NULL)
        g_ptr_array_add (strings, text);
    }
  g_ptr_array_add (strings, NULL);
  *made = (GStrv) g_ptr_array_free (g_steal_pointer (&strings), FALSE);
  return data;
}

#define PREVIEW_ROWS 32 /* looked through for something said, from the end: who came and went is folded into few */

static gboolean
is_said (const HsHistoryRow *row)
{
  return row->kind == HS_ENTRY_MESSAGE || row->kind == HS_ENTRY_ACTION;
}

static const HsHistoryRow *
find_said (GPtrArray *rows)
{
  for (guint i = rows->len; i > 0; i--)
    if (is_said (g_ptr_array_index (rows, i - 1)))
      return g_ptr_array_index (rows, i - 1);
  return NULL;
}

/* "Ana: page 14" for the sidebar. */
void
hs_room_history_set_preview (HsRoomHistory *self, const HsHistoryRow *row)
{
  g_autofree char *preview = NULL;
  const char *who, *text;

  if (self->room == NULL || row == NULL || !is_said (row))
    return;
  if (row->time < hs_room_get_last_time (self->room))
    return;

  text = row->text != NULL ? row->text : _("This message was deleted");
  who = row->shown != NULL && *row->shown != '\0' ? row->shown : row->sender;
  if (row->kind == HS_ENTRY_ACTION && row->text != NULL)
    preview = g_strdup_printf ("%s %s", who, text);
  else if (row->flags & HS_ENTRY_OWN)
    preview = g_strdup_printf (_("You: %s"), text);
  else if (hs_room_get_kind (self->room) == HS_ROOM_PERSON)
    preview = g_strdup (text);
  else
    preview = g_strdup_printf ("%s: %s", who, text);
  hs_room_set_preview (self->room, preview, row->time);
}

/* ---- Showing what was stored: at most one items-changed a frame ---- */

void
hs_room_history_flush (HsRoomHistory *self)
{
  g_autofree HsEntryData *data = NULL;
  g_auto (GStrv) made = NULL;

  g_clear_handle_id (&self->flush_source, g_source_remove);
  if (self->gathered->len == 0 || self->list == NULL)
    return;

  data = data_from_rows (self->gathered, &made);
  hs_entry_list_inserted (self->list, self->gathered_at, data, self->gathered->len);
  hs_room_history_set_preview (self, find_said (self->gathered));
  g_ptr_array_set_size (self->gathered, 0);
  self->flushed = g_get_monotonic_time ();
}

static gboolean
on_flush_due (gpointer user_data)
{
  HsRoomHistory *self = user_data;

  self->flush_source = 0;
  hs_room_history_flush (self);
  return G_SOURCE_REMOVE;
}

static void
gather (HsRoomHistory *self, guint position, HsHistoryRow *row)
{
  if (self->gathered->len > 0 && position != self->gathered_at + self->gathered->len)
    hs_room_history_flush (self);
  if (self->gathered->len == 0)
    self->gathered_at = position;
  g_ptr_array_add (self->gathered, row);

  if (self->flush_source != 0)
    return;
  if (g_get_monotonic_time () - self->flushed >= HS_FRAME_MS * 1000)
    hs_room_history_flush (self);
  else
    self->flush_source = g_timeout_add (HS_FRAME_MS, on_flush_due, self);
}

/* ---- Opening ---- */

void
hs_room_history_set_line (HsRoomHistory *self, gint64 id)
{
  self->has_line = id != 0;
  if (self->list != NULL)
    hs_entry_list_set_read_id (self->list, id);
}

static gboolean
on_line_due (gpointer user_data)
{
  HsRoomHistory *self = user_data;

  self->line_source = 0;
  hs_room_history_flush (self);
  hs_room_history_set_line (self, self->line_id);
  return G_SOURCE_REMOVE;
}

static gpointer
work_open (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  g_autoptr (GPtrArray) last = NULL;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id == 0)
    return NULL;
  hs_history_open_room (history, id, op->kind, op->now, NULL);
  op->count = hs_history_count (history, id, NULL);
  op->facts = hs_history_get_room (history, id, NULL);
  op->rows = hs_history_outbox_list (history, id, NULL);
  if (op->count > 0)
    last = hs_history_page (history, id, op->count - MIN (op->count, PREVIEW_ROWS), PREVIEW_ROWS, NULL);
  if (last == NULL || last->len == 0)
    return NULL;
  op->last = hs_history_row_copy (g_ptr_array_index (last, last->len - 1));
  if (find_said (last) != NULL)
    op->said = hs_history_row_copy (find_said (last));
  return NULL;
}

/* What an earlier run could not settle: in doubt, to be sent again if the person wishes. */
static void
show_left (HsRoomHistory *self, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      HsHistoryRow *row = g_ptr_array_index (rows, i);
      HsEntryData data;
      HsEntry *entry;
      g_autofree char *made = NULL;

      if (row->delivery != HS_DELIVERY_FAILED)
        row->delivery = HS_DELIVERY_UNCONFIRMED;
      hs_room_history_data_from_row (&data, row, &made);
      entry = hs_entry_list_add_pending (self->list, &data);
      g_hash_table_insert (self->left, g_object_ref (entry), hs_history_row_copy (row));
    }
}

static void
done_open (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;
  HsRoomHistory *self = op->history;

  self->opening = FALSE;
  if (error != NULL)
    g_message ("History of “%s” cannot be opened: %s", op->key->name, error->message);
  if (self->list == NULL)
    return;
  if (error != NULL)
    {
      /* Others' operations of the same transaction may have failed it. After that, it is tried again with each row that can be stored. */
      if (self->failures++ == 0)
        hs_room_history_open (self);
      return;
    }

  self->open = TRUE;
  hs_entry_list_set_n_stored (self->list, op->count);
  if (op->facts != NULL)
    {
      if (op->facts->unread > 0)
        hs_room_history_set_line (self, op->facts->read_id);
      if (self->room != NULL)
        {
          hs_room_set_unread (self->room, op->facts->unread, op->facts->mentions);
          if (op->facts->draft != NULL && hs_room_get_draft (self->room) == NULL)
            hs_room_set_draft (self->room, op->facts->draft);
        }
    }
  if (op->last != NULL)
    {
      self->last_id = MAX (self->last_id, op->last->id);
      hs_room_history_set_preview (self, op->said);
    }
  if (op->rows != NULL && !self->said)
    show_left (self, op->rows);
}

void
hs_room_history_open (HsRoomHistory *self)
{
  Operation *op;

  if (self->opening || self->closed)
    return;
  self->opening = TRUE;
  op = hs_room_operation_new (self);
  op->kind = self->kind;
  op->now = g_get_real_time () / 1000;
  hs_store_run (self->store, work_open, done_open, op, hs_room_operation_free);
}

/* ---- Pages ---- */

static gpointer
work_fetch (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id != 0)
    op->rows = hs_history_page (history, id, op->position, op->count, error);
  return NULL;
}

static void
done_fetch (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;
  HsRoomHistory *self = op->history;
  g_autofree HsEntryData *rows = NULL;
  g_auto (GStrv) made = NULL;

  hs_room_history_flush (self);
  if (self->list == NULL)
    return;
  if (op->rows == NULL || error != NULL)
    {
      hs_entry_list_fill (self->list, op->position, NULL, 0); /* so that it may ask again */
      return;
    }
  rows = data_from_rows (op->rows, &made);
  hs_entry_list_fill (self->list, op->position, rows, op->rows->len);
}

static void
fetch_page (HsEntryList *list, guint first, guint count, gpointer user_data)
{
  HsRoomHistory *self = user_data;
  Operation *op = hs_room_operation_new (self);

  op->position = first;
  op->count = count;
  hs_store_run (self->store, work_fetch, done_fetch, op, hs_room_operation_free);
}

/* ---- Rows that arrive ---- */

static gpointer
work_add (HsHistory *history, gpointer data, GError **error)
{
  Operation *op = data;
  gint64 id = hs_room_key_get_id (op->key, history, error);

  if (id == 0)
    return NULL;
  if (op->row->kind == HS_ENTRY_PRESENCE)
    op->stored = hs_history_insert_presence (history, id, op->row, &op->position, &op->appended, error);
  else
    op->stored = hs_history_insert (history, id, op->row, &op->position, error);
  return NULL;
}

/* Whoever looks at the room marks it read at once: only what stays unread for a moment gets the New messages line. */
static void
count_unread (HsRoomHistory *self, const HsHistoryRow *row, gint64 before)
{
  guint mentions = (row->flags & HS_ENTRY_MENTION) != 0 ? 1 : 0;

  if (self->room != NULL && hs_room_get_unread (self->room) == 0 && before != 0 && self->line_source == 0)
    {
      self->line_id = before;
      self->line_source = g_timeout_add (LINE_MS, on_line_due, self);
    }
  if (self->room != NULL)
    hs_room_set_unread (self->room, hs_room_get_unread (self->room) + 1, hs_room_get_mentions (self->room) + mentions);
}

static void
show_presence (HsRoomHistory *self, const Operation *op)
{
  HsEntry *entry;

  hs_room_history_flush (self);
  entry = hs_entry_list_peek (self->list, op->position);
  if (entry != NULL)
    hs_entry_set_text (entry, op->row->text);
}

static void
done_add (gpointer result, const GError *error, gpointer data)
{
  Operation *op = data;
  HsRoomHistory *self = op->history;

  if (self->list == NULL)
    return;
  if (error != NULL)
    {
      /* It was said: it is shown, though nothing keeps it. */
      HsEntryData shown;
      g_autofree char *made = NULL;

      g_message ("A row of “%s” cannot be stored: %s", op->key->name, error->message);
      hs_room_history_data_from_row (&shown, op->row, &made);
      hs_entry_list_add_pending (self->list, &shown);
      return;
    }
  if (op->passage != NULL && op->stored)
    hs_passage_set_id (op->passage, op->row->id);
  if (!self->open) /* opening counts and shows it */
    {
      hs_room_history_open (self);
      return;
    }
  if (op->appended)
    {
      show_presence (self, op);
      return;
    }
  if (!op->stored) /* it was there already */
    return;

  if (op->counts)
    count_unread (self, op->row, self->last_id);
  self->last_id = MAX (self->last_id, op->row->id);
  gather (self, op->position, g_steal_pointer (&op->row));
}

void
hs_room_history_add (HsRoomHistory *self, HsHistoryRow *row, gboolean counts, HsPassage *passage)
{
  Operation *op = hs_room_operation_new (self);

  g_set_object (&op->passage, passage);
  op->row = row;
  op->counts = counts;
  hs_store_run (self->store, work_add, done_add, op, hs_room_operation_free);
}

/* ---- Life ---- */

static void
on_list_gone (gpointer data)
{
  HsRoomHistory *self = data;

  self->list = NULL;
  g_clear_handle_id (&self->flush_source, g_source_remove);
  g_clear_handle_id (&self->line_source, g_source_remove);
  hs_room_history_unref (self);
}

HsRoomHistory *
hs_room_history_ref (HsRoomHistory *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
hs_room_history_unref (HsRoomHistory *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->room != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->room), (gpointer *) &self->room);
  g_ptr_array_unref (self->gathered);
  g_hash_table_unref (self->left);
  g_free (self->draft_waiting);
  hs_room_key_unref (self->key);
  g_object_unref (self->store);
  g_free (self);
}

HsRoom *
hs_room_history_get_room (HsRoomHistory *self)
{
  return self->room;
}

HsRoomHistory *
hs_room_history_new (HsStore *store, const char *network, const char *name, HsRoomKind kind, HsRoom **room)
{
  HsRoomHistory *self = g_new0 (HsRoomHistory, 1);
  g_autoptr (HsEntryList) list = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  self->store = g_object_ref (store);
  self->key = hs_room_key_new (network, name);
  self->kind = kind;
  self->gathered = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_history_row_free);
  self->left = g_hash_table_new_full (NULL, NULL, g_object_unref, (GDestroyNotify) hs_history_row_free);

  list = hs_entry_list_new (fetch_page, self);
  self->list = list;
  g_object_set_data_full (G_OBJECT (list), "hs-room-history", hs_room_history_ref (self), on_list_gone);
  *room = hs_room_new (name, kind, list);
  self->room = *room;
  g_object_add_weak_pointer (G_OBJECT (*room), (gpointer *) &self->room);
  hs_room_history_open (self);
  hs_room_history_follow_title (self);
  return self;
}
