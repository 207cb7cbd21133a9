/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list model from its end to its beginning: newest first, where the log keeps oldest first. */
#include "hs-reverse-list.h"

struct _HsReverseList
{
  GObject parent_instance;

  /* Owned */
  GListModel *model; /* (nullable) */
  gulong changed;

  /* State */
  guint n;           /* of items told */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HsReverseList, hs_reverse_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *list)
{
  return G_TYPE_OBJECT;
}

static guint
get_n_items (GListModel *list)
{
  return HS_REVERSE_LIST (list)->n;
}

static gpointer
get_item (GListModel *list, guint position)
{
  HsReverseList *self = HS_REVERSE_LIST (list);

  return position < self->n ? g_list_model_get_item (self->model, self->n - 1 - position) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
on_changed (GListModel *model, guint position, guint removed, guint added, HsReverseList *self)
{
  guint old = self->n;

  self->n = g_list_model_get_n_items (model);
  g_list_model_items_changed (G_LIST_MODEL (self), old - position - removed, removed, added);
}

void
hs_reverse_list_set_model (HsReverseList *self, GListModel *model)
{
  guint old = self->n;

  if (self->model == model)
    return;
  if (self->model != NULL)
    g_clear_signal_handler (&self->changed, self->model);
  g_set_object (&self->model, model);
  self->n = model != NULL ? g_list_model_get_n_items (model) : 0;
  if (model != NULL)
    self->changed = g_signal_connect (model, "items-changed", G_CALLBACK (on_changed), self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, old, self->n);
}

static void
hs_reverse_list_dispose (GObject *object)
{
  HsReverseList *self = HS_REVERSE_LIST (object);

  if (self->model != NULL)
    g_clear_signal_handler (&self->changed, self->model);
  self->n = 0;
  g_clear_object (&self->model);
  G_OBJECT_CLASS (hs_reverse_list_parent_class)->dispose (object);
}

static void
hs_reverse_list_class_init (HsReverseListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_reverse_list_dispose;
}

static void
hs_reverse_list_init (HsReverseList *self)
{
}

HsReverseList *
hs_reverse_list_new (void)
{
  return g_object_new (HS_TYPE_REVERSE_LIST, NULL);
}
