/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Those items of a list that pass a filter, in the order of a sorter. One item that comes, goes or is otherwise than before costs O(log n), where
 * GtkSortListModel walks over all. It belongs to lists of which the window shows few rows and that change all the time. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_SORTED_LIST (hs_sorted_list_get_type ())
G_DECLARE_FINAL_TYPE (HsSortedList, hs_sorted_list, HS, SORTED_LIST, GObject)

typedef gboolean (*HsSortedListFilter) (gpointer item, gpointer user_data);

HsSortedList *hs_sorted_list_new (void);
/* (nullable) NULL: it is empty, and follows nothing. No item stands twice in it. */
void hs_sorted_list_set_model (HsSortedList *self, GListModel *model);
/* (nullable) Equal ones, and all without a sorter, stand in the order of their coming. Sorted anew when it says that it has changed. */
void hs_sorted_list_set_sorter (HsSortedList *self, GtkSorter *sorter);
/* @filter (nullable): every item passes. */
void hs_sorted_list_set_filter (HsSortedList *self, HsSortedListFilter filter, gpointer user_data);
/* Its place, and whether it passes, are asked anew. An item that is not in the list is passed over. */
void hs_sorted_list_item_changed (HsSortedList *self, gpointer item);
/* All of them, which keeps what is sorted by values that change all the time in order. */
void hs_sorted_list_sort_again (HsSortedList *self);
