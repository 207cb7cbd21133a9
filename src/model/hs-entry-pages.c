/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of HsEntryList: an LRU of strong ones, and what is still held of the others. Knows nothing of
 * neighbours or of fetching. */
#include "hs-entry-pages-private.h"

#define PAGE HS_ENTRY_LIST_PAGE

typedef struct
{
  GList link; /* in lru, when kept */
  guint index;
  guint n_live;
  gboolean kept; /* refs its rows */
  HsEntry *rows[PAGE];
} Page;

struct _HsEntryPages
{
  GHashTable *pages; /* index → Page */
  GQueue lru;        /* of kept Pages, most recently used first */
};

typedef struct
{
  HsEntry *entry; /* owned */
  guint position;
  gboolean kept;
} Moved;

static Page *
find_page (HsEntryPages *self, guint index)
{
  return g_hash_table_lookup (self->pages, GUINT_TO_POINTER (index));
}

static Page *
ensure_page (HsEntryPages *self, guint index)
{
  Page *page = find_page (self, index);

  if (page != NULL)
    return page;
  page = g_new0 (Page, 1);
  page->index = index;
  page->link.data = page;
  g_hash_table_insert (self->pages, GUINT_TO_POINTER (index), page);
  return page;
}

static void
drop_if_empty (HsEntryPages *self, Page *page)
{
  if (!page->kept && page->n_live == 0)
    g_hash_table_remove (self->pages, GUINT_TO_POINTER (page->index));
}

static void
on_entry_gone (gpointer owner, guint position)
{
  Page *page = find_page (owner, position / PAGE);

  page->rows[position % PAGE] = NULL;
  page->n_live--;
  drop_if_empty (owner, page);
}

/* The entry leaves its place. Returns a reference. */
static HsEntry *
take_out (HsEntryPages *self, Page *page, guint offset)
{
  HsEntry *entry = page->rows[offset];

  page->rows[offset] = NULL;
  page->n_live--;
  hs_entry_set_place (entry, NULL, NULL, 0);
  return page->kept ? entry : g_object_ref (entry);
}

static void
keep_page (HsEntryPages *self, Page *page)
{
  if (page->kept)
    {
      g_queue_unlink (&self->lru, &page->link);
    }
  else
    {
      page->kept = TRUE;
      for (guint i = 0; i < PAGE; i++)
        if (page->rows[i] != NULL)
          g_object_ref (page->rows[i]);
    }
  g_queue_push_head_link (&self->lru, &page->link);
}

/* What nobody else holds goes away. */
static void
let_go (HsEntryPages *self, Page *page)
{
  g_queue_unlink (&self->lru, &page->link);
  page->kept = FALSE;
  page->n_live++; /* so that the page outlives its last entry until the loop is done */
  for (guint i = 0; i < PAGE; i++)
    if (page->rows[i] != NULL)
      g_object_unref (page->rows[i]);
  page->n_live--;
  drop_if_empty (self, page);
}

static void
trim (HsEntryPages *self)
{
  while (self->lru.length > HS_ENTRY_LIST_PAGES_KEPT)
    let_go (self, self->lru.tail->data);
}

HsEntryPages *
hs_entry_pages_new (void)
{
  HsEntryPages *self = g_new0 (HsEntryPages, 1);

  self->pages = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_queue_init (&self->lru);
  return self;
}

void
hs_entry_pages_free (HsEntryPages *self)
{
  hs_entry_pages_truncate (self, 0);
  g_hash_table_unref (self->pages);
  g_free (self);
}

HsEntry *
hs_entry_pages_peek (HsEntryPages *self, guint position)
{
  Page *page = find_page (self, position / PAGE);

  return page != NULL ? page->rows[position % PAGE] : NULL;
}

void
hs_entry_pages_put (HsEntryPages *self, guint position, HsEntry *entry)
{
  Page *page = ensure_page (self, position / PAGE);

  g_return_if_fail (page->rows[position % PAGE] == NULL);

  page->rows[position % PAGE] = page->kept ? g_object_ref (entry) : entry;
  page->n_live++;
  hs_entry_set_place (entry, self, on_entry_gone, position);
}

HsEntry *
hs_entry_pages_obtain (HsEntryPages *self, guint position)
{
  Page *page = ensure_page (self, position / PAGE);

  if (self->lru.head != &page->link)
    keep_page (self, page);
  if (page->rows[position % PAGE] == NULL)
    {
      g_autoptr (HsEntry) entry = hs_entry_new ();

      hs_entry_pages_put (self, position, entry);
    }
  trim (self);
  return page->rows[position % PAGE];
}

static void
take_moved (HsEntryPages *self, Page *page, guint position, GArray *moved)
{
  for (guint i = 0; i < PAGE; i++)
    {
      Moved one = { NULL, page->index * PAGE + i, page->kept };

      if (page->rows[i] == NULL || one.position < position)
        continue;
      one.entry = take_out (self, page, i);
      g_array_append_val (moved, one);
    }
  if (page->kept && page->index * PAGE >= position)
    {
      g_queue_unlink (&self->lru, &page->link);
      page->kept = FALSE;
    }
  drop_if_empty (self, page);
}

/* Takes out what stands at @position and behind, least recently used first. */
static GArray *
take_behind (HsEntryPages *self, guint position)
{
  GArray *moved = g_array_new (FALSE, FALSE, sizeof (Moved));
  g_autoptr (GArray) indices = hs_entry_pages_list (self);
  GList *previous;

  for (GList *link = self->lru.tail; link != NULL; link = previous)
    {
      Page *page = link->data;

      previous = link->prev;
      if (page->index >= position / PAGE)
        take_moved (self, page, position, moved);
    }
  for (guint i = 0; i < indices->len; i++)
    {
      Page *page = find_page (self, g_array_index (indices, guint, i));

      if (page != NULL && !page->kept && page->index >= position / PAGE)
        take_moved (self, page, position, moved);
    }
  return moved;
}

void
hs_entry_pages_shift (HsEntryPages *self, guint position, guint n)
{
  g_autoptr (GArray) moved = take_behind (self, position);

  for (guint i = 0; i < moved->len; i++)
    {
      Moved *one = &g_array_index (moved, Moved, i);

      hs_entry_pages_put (self, one->position + n, one->entry);
      if (one->kept)
        keep_page (self, find_page (self, (one->position + n) / PAGE));
    }
  for (guint i = 0; i < moved->len; i++)
    g_object_unref (g_array_index (moved, Moved, i).entry);
  trim (self);
}

void
hs_entry_pages_truncate (HsEntryPages *self, guint position)
{
  g_autoptr (GArray) moved = take_behind (self, position);

  for (guint i = 0; i < moved->len; i++)
    g_object_unref (g_array_index (moved, Moved, i).entry);
}

void
hs_entry_pages_keep (HsEntryPages *self, guint index)
{
  keep_page (self, ensure_page (self, index));
  trim (self);
}

gboolean
hs_entry_pages_is_kept (HsEntryPages *self, guint index)
{
  Page *page = find_page (self, index);

  return page != NULL && page->kept;
}

gboolean
hs_entry_pages_lacks (HsEntryPages *self, guint index, guint n_rows)
{
  Page *page = find_page (self, index);

  if (page == NULL)
    return FALSE;
  for (guint i = 0; i < MIN (n_rows, PAGE); i++)
    if (page->rows[i] == NULL ? page->kept : !hs_entry_is_loaded (page->rows[i]))
      return TRUE;
  return FALSE;
}

GArray *
hs_entry_pages_list (HsEntryPages *self)
{
  GArray *indices = g_array_new (FALSE, FALSE, sizeof (guint));
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint index = GPOINTER_TO_UINT (key);

      g_array_append_val (indices, index);
    }
  return indices;
}
