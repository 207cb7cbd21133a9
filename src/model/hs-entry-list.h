/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room's rows as a lazy GListModel of HsEntry: knows how many there are, keeps an LRU of pages, asks for a page when a row of it is wanted,
 * and shows the pending ones after the last stored row. It does no I/O: who made it fetches. */
#pragma once

#include "hs-entry.h"

#define HS_TYPE_ENTRY_LIST (hs_entry_list_get_type ())
G_DECLARE_FINAL_TYPE (HsEntryList, hs_entry_list, HS, ENTRY_LIST, GObject)

#define HS_ENTRY_LIST_PAGE       100 /* rows; HS_HISTORY_PAGE of wire/, which this layer cannot see (a test compares them) */
#define HS_ENTRY_LIST_PAGES_KEPT 20  /* HS_HISTORY_PAGES_KEPT */
#define HS_ENTRY_LIST_IN_FLIGHT  4   /* pages asked for and not answered; the one wanted last goes first */
#define HS_ENTRY_LIST_GROUP_MS   (5 * 60 * 1000) /* a longer silence ends a group */

/* Rows [first, first + count) are wanted, a page; answer each by hs_entry_list_fill (), also when there is nothing (n = 0). It may answer at
 * once, within this call. The rows are those that stand there when fill () is called: so answers and insertions come in the store's order. */
typedef void (*HsEntryListFetch) (HsEntryList *list, guint first, guint count, gpointer user_data);
HsEntryList *hs_entry_list_new (HsEntryListFetch fetch, gpointer user_data);

/* From which entry on it is unread: id of the last one read (0: none marked). */
void hs_entry_list_set_read_id (HsEntryList *self, gint64 id);
guint hs_entry_list_get_n_stored (HsEntryList *self);
