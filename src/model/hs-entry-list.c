/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room's rows as a lazy list: counts, neighbours, pages asked for. What is in memory is
 * hs-entry-pages.c's; it does no I/O. */
#include "hs-entry-pages-private.h"

#define PAGE HS_ENTRY_LIST_PAGE

struct _HsEntryList
{
  GObject parent_instance;

  /* Owned */
  HsEntryPages *pages;
  GPtrArray *pending;    /* of HsEntry, after the last stored row */
  GHashTable *in_flight; /* set of page indices asked for and not answered */
  GArray *wanted;        /* page indices to be asked for, the last one first */

  /* Borrowed */
  HsEntryListFetch fetch;
  gpointer user_data;

  /* State */
  guint n_stored;
  guint touched; /* page of the last row given out */
  gint64 read_id;
  gboolean asking;
};

static void hs_entry_list_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HsEntryList, hs_entry_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, hs_entry_list_iface_init))

/* ---- Neighbours ---- */

static HsEntry *
row_at (HsEntryList *self, guint position)
{
  if (position < self->n_stored)
    return hs_entry_pages_peek (self->pages, position);
  if (position - self->n_stored < self->pending->len)
    return g_ptr_array_index (self->pending, position - self->n_stored);
  return NULL;
}

static HsEntry *
loaded_at (HsEntryList *self, guint position)
{
  HsEntry *entry = row_at (self, position);

  return entry != NULL && hs_entry_is_loaded (entry) ? entry : NULL;
}

/* Whether the New messages line stands before @entry at @position. */
static gboolean
begins_unread (HsEntryList *self, HsEntry *previous, HsEntry *entry, guint position)
{
  if (self->read_id == 0 || position >= self->n_stored || hs_entry_get_id (entry) <= self->read_id)
    return FALSE;
  return position == 0 || (previous != NULL && hs_entry_get_id (previous) <= self->read_id);
}

/* Whether @entry at @position goes on with the group of @previous. */
static gboolean
continues_group (HsEntryList *self, HsEntry *previous, HsEntry *entry, guint position)
{
  return previous != NULL && entry != NULL
         && hs_entry_get_kind (previous) == HS_KIND_MESSAGE && hs_entry_get_kind (entry) == HS_KIND_MESSAGE
         && hs_entry_is_own (previous) == hs_entry_is_own (entry)
         && hs_entry_get_day (previous) == hs_entry_get_day (entry)
         && ABS (hs_entry_get_time (entry) - hs_entry_get_time (previous)) <= HS_ENTRY_LIST_GROUP_MS
         && g_str_equal (hs_entry_get_sender (previous), hs_entry_get_sender (entry))
         && !begins_unread (self, previous, entry, position);
}

/* What is not loaded yet is taken for a stranger of the same day, until it comes. */
static void
refresh (HsEntryList *self, guint position)
{
  HsEntry *entry = loaded_at (self, position);
  HsEntry *previous = position > 0 ? loaded_at (self, position - 1) : NULL;
  HsEntry *next = loaded_at (self, position + 1);
  guint flags = 0;

  if (entry == NULL)
    return;
  if (position == 0 || (previous != NULL && hs_entry_get_day (previous) != hs_entry_get_day (entry)))
    flags |= HS_ENTRY_FLAG_BEGINS_DAY;
  if (begins_unread (self, previous, entry, position))
    flags |= HS_ENTRY_FLAG_FIRST_UNREAD;
  if (!continues_group (self, previous, entry, position))
    flags |= HS_ENTRY_FLAG_BEGINS_GROUP;
  if (!continues_group (self, entry, next, position + 1))
    flags |= HS_ENTRY_FLAG_ENDS_GROUP;
  hs_entry_update_flags (entry, HS_ENTRY_FLAGS_NEIGHBOURS, flags);
}

/* Rows [first, first + n) changed: they and their neighbours look again. */
static void
refresh_around (HsEntryList *self, guint first, guint n)
{
  guint end = MIN (first + n + 1, self->n_stored + self->pending->len);

  for (guint i = first > 0 ? first - 1 : 0; i < end; i++)
    refresh (self, i);
}

/* ---- Asking for pages ---- */

static guint
rows_of_page (HsEntryList *self, guint index)
{
  guint first = index * PAGE;

  return first < self->n_stored ? MIN (PAGE, self->n_stored - first) : 0;
}

static gboolean
lacks (HsEntryList *self, guint index)
{
  return hs_entry_pages_lacks (self->pages, index, rows_of_page (self, index));
}

static void
forget_stale_wishes (HsEntryList *self)
{
  for (guint i = self->wanted->len; i > 0; i--)
    if (!lacks (self, g_array_index (self->wanted, guint, i - 1)))
      g_array_remove_index (self->wanted, i - 1);
}

static void
want_page (HsEntryList *self, guint index)
{
  if (g_hash_table_contains (self->in_flight, GUINT_TO_POINTER (index)) || !lacks (self, index))
    return;
  for (guint i = self->wanted->len; i > 0; i--)
    if (g_array_index (self->wanted, guint, i - 1) == index)
      g_array_remove_index (self->wanted, i - 1);
  if (self->wanted->len >= 2 * HS_ENTRY_LIST_PAGES_KEPT)
    forget_stale_wishes (self);
  g_array_append_val (self->wanted, index);
}

/* Few at a time, the newest wish first: who drags the scrollbar over a million rows waits only for where
 * it stops. */
static void
ask (HsEntryList *self)
{
  if (self->asking || self->fetch == NULL)
    return;
  self->asking = TRUE;
  while (self->wanted->len > 0 && g_hash_table_size (self->in_flight) < HS_ENTRY_LIST_IN_FLIGHT)
    {
      guint index = g_array_index (self->wanted, guint, self->wanted->len - 1);

      g_array_set_size (self->wanted, self->wanted->len - 1);
      if (!lacks (self, index))
        continue;
      g_hash_table_add (self->in_flight, GUINT_TO_POINTER (index));
      self->fetch (self, index * PAGE, rows_of_page (self, index), self->user_data);
    }
  self->asking = FALSE;
}

/* The page and those beside it, which are needed next and tell its borders' neighbours. */
static void
want_around (HsEntryList *self, guint index)
{
  const guint last = (self->n_stored - 1) / PAGE;
  const guint order[] = { MIN (index + 1, last), index > 0 ? index - 1 : 0, index };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      hs_entry_pages_keep (self->pages, order[i]);
      want_page (self, order[i]);
    }
}

/* After rows moved: what somebody holds and is not loaded stands on other pages now. */
static void
want_held (HsEntryList *self)
{
  g_autoptr (GArray) indices = hs_entry_pages_list (self->pages);

  self->touched = G_MAXUINT;
  for (guint i = 0; i < indices->len; i++)
    want_page (self, g_array_index (indices, guint, i));
  ask (self);
}

/* ---- GListModel ---- */

static GType
hs_entry_list_get_item_type (GListModel *model)
{
  return HS_TYPE_ENTRY;
}

static guint
hs_entry_list_get_n_items (GListModel *model)
{
  HsEntryList *self = HS_ENTRY_LIST (model);

  return self->n_stored + self->pending->len;
}

static gpointer
hs_entry_list_get_item (GListModel *model, guint position)
{
  HsEntryList *self = HS_ENTRY_LIST (model);
  guint index = position / PAGE;
  HsEntry *entry;

  if (position >= self->n_stored)
    {
      entry = row_at (self, position);
      return entry != NULL ? g_object_ref (entry) : NULL;
    }
  entry = g_object_ref (hs_entry_pages_obtain (self->pages, position));
  if (self->touched != index || !hs_entry_is_loaded (entry))
    {
      self->touched = index;
      want_around (self, index);
      ask (self);
    }
  return entry;
}

static void
hs_entry_list_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = hs_entry_list_get_item_type;
  iface->get_n_items = hs_entry_list_get_n_items;
  iface->get_item = hs_entry_list_get_item;
}

/* ---- GObject ---- */

static void
hs_entry_list_finalize (GObject *object)
{
  HsEntryList *self = HS_ENTRY_LIST (object);

  hs_entry_pages_free (self->pages);
  g_ptr_array_unref (self->pending);
  g_hash_table_unref (self->in_flight);
  g_array_unref (self->wanted);

  G_OBJECT_CLASS (hs_entry_list_parent_class)->finalize (object);
}

static void
hs_entry_list_class_init (HsEntryListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_entry_list_finalize;
}

static void
hs_entry_list_init (HsEntryList *self)
{
  self->pages = hs_entry_pages_new ();
  self->pending = g_ptr_array_new_with_free_func (g_object_unref);
  self->in_flight = g_hash_table_new (NULL, NULL);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  self->touched = G_MAXUINT;
}

HsEntryList *
hs_entry_list_new (HsEntryListFetch fetch, gpointer user_data)
{
  HsEntryList *self = g_object_new (HS_TYPE_ENTRY_LIST, NULL);

  self->fetch = fetch;
  self->user_data = user_data;
  return self;
}

guint
hs_entry_list_get_n_stored (HsEntryList *self)
{
  g_return_val_if_fail (HS_IS_ENTRY_LIST (self), 0);
  return self->n_stored;
}

void
hs_entry_list_set_read_id (HsEntryList *self, gint64 id)
{
  g_autoptr (GArray) indices = NULL;

  g_return_if_fail (HS_IS_ENTRY_LIST (self));

  if (self->read_id == id)
    return;
  self->read_id = id;
  indices = hs_entry_pages_list (self->pages);
  for (guint i = 0; i < indices->len; i++)
    refresh_around (self, g_array_index (indices, guint, i) * PAGE, PAGE);
}

/* ---- For who fills it ---- */

HsEntry *
hs_entry_list_peek (HsEntryList *self, guint position)
{
  g_return_val_if_fail (HS_IS_ENTRY_LIST (self), NULL);
  return loaded_at (self, position);
}

void
hs_entry_list_set_n_stored (HsEntryList *self, guint n)
{
  guint old;

  g_return_if_fail (HS_IS_ENTRY_LIST (self));

  old = self->n_stored;
  if (n == old)
    return;
  self->n_stored = n;
  if (n < old)
    hs_entry_pages_truncate (self->pages, n);
  refresh_around (self, MIN (n, old), 0);
  refresh_around (self, n, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), MIN (n, old), n < old ? old - n : 0, n > old ? n - old : 0);
}

/* Rows appended are kept only where somebody has been looking: a room that nobody opened costs nothing. */
static void
keep_for_append (HsEntryList *self, guint position)
{
  guint index = position / PAGE;

  if (position % PAGE == 0 && (index == 0 || hs_entry_pages_is_kept (self->pages, index - 1)))
    hs_entry_pages_keep (self->pages, index);
}

/* The entry to be filled at @position, made when its page is kept. */
static HsEntry *
entry_to_fill (HsEntryList *self, guint position)
{
  HsEntry *entry = hs_entry_pages_peek (self->pages, position);
  g_autoptr (HsEntry) made = NULL;

  if (entry != NULL || !hs_entry_pages_is_kept (self->pages, position / PAGE))
    return entry;
  made = hs_entry_new ();
  hs_entry_pages_put (self->pages, position, made);
  return made; /* the page's */
}

/* Data and neighbours become known in one: no handler runs before both are right. */
static void
set_rows (HsEntryList *self, guint first, const HsEntryData *rows, guint n)
{
  g_autoptr (GPtrArray) filled = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n && first + i < self->n_stored; i++)
    {
      HsEntry *entry = entry_to_fill (self, first + i);

      if (entry == NULL)
        continue;
      g_object_freeze_notify (G_OBJECT (entry));
      hs_entry_set_data (entry, &rows[i]);
      g_ptr_array_add (filled, g_object_ref (entry));
    }
  refresh_around (self, first, n);
  for (guint i = 0; i < filled->len; i++)
    g_object_thaw_notify (g_ptr_array_index (filled, i));
}

void
hs_entry_list_fill (HsEntryList *self, guint first, const HsEntryData *rows, guint n)
{
  g_autoptr (HsEntryList) alive = NULL;

  g_return_if_fail (HS_IS_ENTRY_LIST (self));

  alive = g_object_ref (self);
  if (first % PAGE == 0)
    g_hash_table_remove (self->in_flight, GUINT_TO_POINTER (first / PAGE));
  if (first < self->n_stored)
    set_rows (self, first, rows, MIN (n, self->n_stored - first));
  ask (self);
}

void
hs_entry_list_inserted (HsEntryList *self, guint position, const HsEntryData *rows, guint n)
{
  gboolean at_end;

  g_return_if_fail (HS_IS_ENTRY_LIST (self));
  g_return_if_fail (position <= self->n_stored);

  if (n == 0)
    return;
  at_end = position == self->n_stored;
  if (!at_end)
    hs_entry_pages_shift (self->pages, position, n);
  self->n_stored += n;
  for (guint i = 0; at_end && i < n; i++)
    keep_for_append (self, position + i);
  set_rows (self, position, rows, rows != NULL ? n : 0);
  refresh_around (self, position + n, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, n);
  if (!at_end)
    want_held (self);
}

HsEntry *
hs_entry_list_add_pending (HsEntryList *self, const HsEntryData *row)
{
  HsEntry *entry;
  guint position;

  g_return_val_if_fail (HS_IS_ENTRY_LIST (self), NULL);

  entry = hs_entry_new ();
  hs_entry_set_data (entry, row);
  g_ptr_array_add (self->pending, entry);
  position = self->n_stored + self->pending->len - 1;
  refresh_around (self, position, 1);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
  return entry;
}

/* Nothing moves: the first pending row is the next stored one. */
static void
settle_in_place (HsEntryList *self, HsEntry *entry, const HsEntryData *row)
{
  guint position = self->n_stored;

  g_ptr_array_remove_index (self->pending, 0);
  keep_for_append (self, position);
  hs_entry_pages_put (self->pages, position, entry);
  self->n_stored++;
  set_rows (self, position, row, 1);
}

static void
settle_elsewhere (HsEntryList *self, HsEntry *entry, guint index, guint position, const HsEntryData *row)
{
  guint old = self->n_stored + index;

  g_ptr_array_remove_index (self->pending, index);
  refresh_around (self, old, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), old, 1, 0);

  if (position == self->n_stored)
    keep_for_append (self, position);
  else
    hs_entry_pages_shift (self->pages, position, 1);
  self->n_stored++;
  hs_entry_pages_put (self->pages, position, entry);
  set_rows (self, position, row, 1);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
  want_held (self);
}

void
hs_entry_list_settle_pending (HsEntryList *self, HsEntry *entry, guint position, const HsEntryData *row)
{
  g_autoptr (HsEntry) held = NULL;
  guint index;

  g_return_if_fail (HS_IS_ENTRY_LIST (self));
  g_return_if_fail (position <= self->n_stored);
  g_return_if_fail (g_ptr_array_find (self->pending, entry, &index));

  held = g_object_ref (entry);
  if (index == 0 && position == self->n_stored)
    settle_in_place (self, entry, row);
  else
    settle_elsewhere (self, entry, index, position, row);
}

void
hs_entry_list_remove_pending (HsEntryList *self, HsEntry *entry)
{
  guint index;

  g_return_if_fail (HS_IS_ENTRY_LIST (self));
  g_return_if_fail (g_ptr_array_find (self->pending, entry, &index));

  g_ptr_array_remove_index (self->pending, index);
  refresh_around (self, self->n_stored + index, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), self->n_stored + index, 1, 0);
}
