/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-guest-list.h"

struct _HsGuestList
{
  GObject parent_instance;

  /* Owned */
  GSequence *guests;  /* of HsGuest */
  GHashTable *places; /* HsGuest → GSequenceIter */

  /* State */
  GSequenceIter *last; /* (nullable) what was asked for last: who reads the list reads on beside it */
  guint last_position;
};

static GType
get_item_type (GListModel *model)
{
  return HS_TYPE_GUEST;
}

static guint
get_n_items (GListModel *model)
{
  return g_hash_table_size (HS_GUEST_LIST (model)->places);
}

static gpointer
get_item (GListModel *model, guint position)
{
  HsGuestList *self = HS_GUEST_LIST (model);
  GSequenceIter *iter;

  if (position >= get_n_items (model))
    return NULL;
  if (self->last != NULL && position == self->last_position + 1)
    iter = g_sequence_iter_next (self->last);
  else
    iter = g_sequence_get_iter_at_pos (self->guests, (int) position);
  self->last = iter;
  self->last_position = position;
  return g_object_ref (g_sequence_get (iter));
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsGuestList, hs_guest_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
changed (HsGuestList *self, guint position, guint removed, guint added)
{
  self->last = NULL;
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

void
hs_guest_list_append (HsGuestList *self, GPtrArray *guests)
{
  guint n = get_n_items (G_LIST_MODEL (self));

  for (guint i = 0; i < guests->len; i++)
    {
      HsGuest *guest = g_object_ref (g_ptr_array_index (guests, i));

      g_hash_table_insert (self->places, guest, g_sequence_append (self->guests, guest));
    }
  if (guests->len > 0)
    changed (self, n, 0, guests->len);
}

/* The highest first: what stands before them keeps its place. */
static int
compare_backwards (gconstpointer a, gconstpointer b)
{
  int x = g_sequence_iter_get_position (*(GSequenceIter *const *) a), y = g_sequence_iter_get_position (*(GSequenceIter *const *) b);

  return (x < y) - (x > y);
}

void
hs_guest_list_remove (HsGuestList *self, GPtrArray *guests)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new ();

  for (guint i = 0; i < guests->len; i++)
    {
      GSequenceIter *place = g_hash_table_lookup (self->places, g_ptr_array_index (guests, i));

      if (place != NULL)
        g_ptr_array_add (places, place);
    }
  g_ptr_array_sort (places, compare_backwards);
  for (guint i = 0, n; i < places->len; i += n)
    {
      int first = g_sequence_iter_get_position (g_ptr_array_index (places, i));

      for (n = 1; i + n < places->len && g_sequence_iter_get_position (g_ptr_array_index (places, i + n)) == first - 1; n++)
        first--;
      for (guint k = i; k < i + n; k++)
        {
          g_hash_table_remove (self->places, g_sequence_get (g_ptr_array_index (places, k)));
          g_sequence_remove (g_ptr_array_index (places, k));
        }
      changed (self, (guint) first, n, 0);
    }
}

void
hs_guest_list_clear (HsGuestList *self)
{
  guint n = get_n_items (G_LIST_MODEL (self));

  if (n == 0)
    return;
  g_hash_table_remove_all (self->places);
  g_sequence_remove_range (g_sequence_get_begin_iter (self->guests), g_sequence_get_end_iter (self->guests));
  changed (self, 0, n, 0);
}

static void
hs_guest_list_finalize (GObject *object)
{
  HsGuestList *self = HS_GUEST_LIST (object);

  g_hash_table_unref (self->places);
  g_sequence_free (self->guests);
  G_OBJECT_CLASS (hs_guest_list_parent_class)->finalize (object);
}

static void
hs_guest_list_class_init (HsGuestListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_guest_list_finalize;
}

static void
hs_guest_list_init (HsGuestList *self)
{
  self->guests = g_sequence_new (g_object_unref);
  self->places = g_hash_table_new (NULL, NULL);
}

HsGuestList *
hs_guest_list_new (void)
{
  return g_object_new (HS_TYPE_GUEST_LIST, NULL);
}
