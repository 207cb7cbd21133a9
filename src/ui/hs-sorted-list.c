/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-sorted-list.h"

/* From so many at once on it is one change for whoever listens. */
#define MANY 64

typedef struct
{
  gpointer item;        /* owned */
  guint64 serial;       /* in the order of coming */
  GSequenceIter *place; /* (nullable) among the sorted; NULL: it does not pass */
} Node;

struct _HsSortedList
{
  GObject parent_instance;

  /* Owned */
  GListModel *model;  /* (nullable) */
  GtkSorter *sorter;  /* (nullable) */
  GSequence *nodes;   /* of Node, as in the model */
  GSequence *sorted;  /* of Node, borrowed */
  GHashTable *by_item; /* item → Node */
  HsSortedListFilter filter; /* (nullable) */
  gpointer filter_data;

  /* State */
  guint64 next_serial;
  GSequenceIter *last; /* (nullable) what was asked for last */
  guint last_position;
  gboolean quiet;      /* what happens is told at its end, as one change */
};

/* ---- GListModel ---- */

static GType
get_item_type (GListModel *model)
{
  return G_TYPE_OBJECT;
}

static guint
get_n_items (GListModel *model)
{
  return (guint) g_sequence_get_length (HS_SORTED_LIST (model)->sorted);
}

/* Who reads a list reads on beside what it read last. */
static gpointer
get_item (GListModel *model, guint position)
{
  HsSortedList *self = HS_SORTED_LIST (model);

  if (position >= get_n_items (model))
    return NULL;
  if (self->last == NULL || position != self->last_position + 1)
    self->last = g_sequence_get_iter_at_pos (self->sorted, (int) position);
  else
    self->last = g_sequence_iter_next (self->last);
  self->last_position = position;
  return g_object_ref (((Node *) g_sequence_get (self->last))->item);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsSortedList, hs_sorted_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
changed (HsSortedList *self, guint position, guint removed, guint added)
{
  self->last = NULL;
  if (!self->quiet && removed + added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

/* ---- One node ---- */

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const HsSortedList *self = user_data;
  const Node *first = a, *second = b;
  GtkOrdering ordering = self->sorter != NULL ? gtk_sorter_compare (self->sorter, first->item, second->item) : GTK_ORDERING_EQUAL;

  if (ordering != GTK_ORDERING_EQUAL)
    return (int) ordering;
  return (first->serial > second->serial) - (first->serial < second->serial);
}

static gboolean
passes (HsSortedList *self, const Node *node)
{
  return self->filter == NULL || self->filter (node->item, self->filter_data);
}

static void
place (HsSortedList *self, Node *node)
{
  if (node->place != NULL || !passes (self, node))
    return;
  node->place = g_sequence_insert_sorted (self->sorted, node, compare, self);
  changed (self, (guint) g_sequence_iter_get_position (node->place), 0, 1);
}

static void
displace (HsSortedList *self, Node *node)
{
  guint position;

  if (node->place == NULL)
    return;
  position = (guint) g_sequence_iter_get_position (node->place);
  g_sequence_remove (node->place);
  node->place = NULL;
  changed (self, position, 1, 0);
}

static void
node_free (gpointer data)
{
  Node *node = data;

  g_object_unref (node->item);
  g_free (node);
}

/* ---- What the model tells ---- */

static void
drop (HsSortedList *self, guint position, guint n)
{
  GSequenceIter *iter = g_sequence_get_iter_at_pos (self->nodes, (int) position);

  while (n-- > 0)
    {
      GSequenceIter *next = g_sequence_iter_next (iter);
      Node *node = g_sequence_get (iter);

      displace (self, node);
      g_hash_table_remove (self->by_item, node->item);
      g_sequence_remove (iter);
      iter = next;
    }
}

static void
take (HsSortedList *self, guint position, guint n)
{
  GSequenceIter *before = g_sequence_get_iter_at_pos (self->nodes, (int) position);

  for (guint i = 0; i < n; i++)
    {
      Node *node = g_new0 (Node, 1);

      node->item = g_list_model_get_item (self->model, position + i);
      node->serial = ++self->next_serial;
      g_sequence_insert_before (before, node);
      g_hash_table_insert (self->by_item, node->item, node);
      place (self, node);
    }
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, HsSortedList *self)
{
  guint n = get_n_items (G_LIST_MODEL (self));

  self->quiet = removed + added > MANY;
  drop (self, position, removed);
  take (self, position, added);
  if (!self->quiet)
    return;
  self->quiet = FALSE;
  changed (self, 0, n, get_n_items (G_LIST_MODEL (self)));
}

void
hs_sorted_list_set_model (HsSortedList *self, GListModel *model)
{
  guint n = self->model != NULL ? g_list_model_get_n_items (self->model) : 0, shown = get_n_items (G_LIST_MODEL (self));

  if (self->model == model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_func (self->model, on_items_changed, self);
  self->quiet = TRUE;
  drop (self, 0, n);
  g_set_object (&self->model, model);
  if (model != NULL)
    {
      take (self, 0, g_list_model_get_n_items (model));
      g_signal_connect_object (model, "items-changed", G_CALLBACK (on_items_changed), self, 0);
    }
  self->quiet = FALSE;
  changed (self, 0, shown, get_n_items (G_LIST_MODEL (self)));
}

/* ---- Order ---- */

/* What stands at both ends as before is not told of. */
void
hs_sorted_list_sort_again (HsSortedList *self)
{
  guint n = get_n_items (G_LIST_MODEL (self)), first = 0, end = n;
  g_autofree Node **before = g_new (Node *, n + 1);
  GSequenceIter *iter = g_sequence_get_begin_iter (self->sorted);

  for (guint i = 0; i < n; i++, iter = g_sequence_iter_next (iter))
    before[i] = g_sequence_get (iter);
  g_sequence_sort (self->sorted, compare, self);
  iter = g_sequence_get_begin_iter (self->sorted);
  for (; first < n && g_sequence_get (iter) == before[first]; first++)
    iter = g_sequence_iter_next (iter);
  iter = g_sequence_get_end_iter (self->sorted);
  for (; end > first && g_sequence_get (iter = g_sequence_iter_prev (iter)) == before[end - 1]; end--)
    ;
  changed (self, first, end - first, end - first);
}

static void
on_sorter_changed (GtkSorter *sorter, GtkSorterChange change, HsSortedList *self)
{
  hs_sorted_list_sort_again (self);
}

void
hs_sorted_list_set_sorter (HsSortedList *self, GtkSorter *sorter)
{
  if (self->sorter != NULL)
    g_signal_handlers_disconnect_by_func (self->sorter, on_sorter_changed, self);
  g_set_object (&self->sorter, sorter);
  if (sorter != NULL)
    g_signal_connect_object (sorter, "changed", G_CALLBACK (on_sorter_changed), self, 0);
  hs_sorted_list_sort_again (self);
}

void
hs_sorted_list_set_filter (HsSortedList *self, HsSortedListFilter filter, gpointer user_data)
{
  guint n = get_n_items (G_LIST_MODEL (self));

  self->filter = filter;
  self->filter_data = user_data;
  self->quiet = TRUE;
  for (GSequenceIter *iter = g_sequence_get_begin_iter (self->nodes); !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    {
      Node *node = g_sequence_get (iter);

      if (passes (self, node))
        place (self, node);
      else
        displace (self, node);
    }
  self->quiet = FALSE;
  changed (self, 0, n, get_n_items (G_LIST_MODEL (self)));
}

/* Does it stand between its neighbours as it should? */
static gboolean
stands_right (HsSortedList *self, const Node *node)
{
  GSequenceIter *next = g_sequence_iter_next (node->place);

  if (!g_sequence_iter_is_begin (node->place) && compare (g_sequence_get (g_sequence_iter_prev (node->place)), node, self) > 0)
    return FALSE;
  return g_sequence_iter_is_end (next) || compare (node, g_sequence_get (next), self) < 0;
}

void
hs_sorted_list_item_changed (HsSortedList *self, gpointer item)
{
  Node *node = g_hash_table_lookup (self->by_item, item);

  if (node == NULL || (node->place != NULL && passes (self, node) && stands_right (self, node)))
    return;
  displace (self, node);
  place (self, node);
}

/* ---- Object ---- */

static void
hs_sorted_list_dispose (GObject *object)
{
  HsSortedList *self = HS_SORTED_LIST (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_func (self->model, on_items_changed, self);
  if (self->sorter != NULL)
    g_signal_handlers_disconnect_by_func (self->sorter, on_sorter_changed, self);
  g_clear_object (&self->model);
  g_clear_object (&self->sorter);
  G_OBJECT_CLASS (hs_sorted_list_parent_class)->dispose (object);
}

static void
hs_sorted_list_finalize (GObject *object)
{
  HsSortedList *self = HS_SORTED_LIST (object);

  g_hash_table_unref (self->by_item);
  g_sequence_free (self->sorted);
  g_sequence_free (self->nodes);
  G_OBJECT_CLASS (hs_sorted_list_parent_class)->finalize (object);
}

static void
hs_sorted_list_class_init (HsSortedListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_sorted_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_sorted_list_finalize;
}

static void
hs_sorted_list_init (HsSortedList *self)
{
  self->nodes = g_sequence_new (node_free);
  self->sorted = g_sequence_new (NULL);
  self->by_item = g_hash_table_new (NULL, NULL);
}

HsSortedList *
hs_sorted_list_new (void)
{
  return g_object_new (HS_TYPE_SORTED_LIST, NULL);
}
