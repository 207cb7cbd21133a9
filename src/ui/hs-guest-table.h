/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All guests of the hosted server as a table that is sorted by its heads and searched; rows are chosen, one or many. It does nothing to them. */
#pragma once

#include <gtk/gtk.h>

#include "hs-guest.h"

#define HS_TYPE_GUEST_TABLE (hs_guest_table_get_type ())
G_DECLARE_FINAL_TYPE (HsGuestTable, hs_guest_table, HS, GUEST_TABLE, GtkWidget)

/* Signals: "selection-changed"; "activated" (HsGuest); "menu" (double x, double y): a menu for the chosen ones is asked for there. */
HsGuestTable *hs_guest_table_new (void);
/* (nullable) GListModel of HsGuest. Without one it follows nothing, and nothing of it wakes anybody. */
void hs_guest_table_set_guests (HsGuestTable *self, GListModel *guests);
/* Only those in whose name, address, dialect or state @text stands; "" for all. */
void hs_guest_table_set_search (HsGuestTable *self, const char *text);
/* Of HsGuest, in the order shown. (transfer full) */
GPtrArray *hs_guest_table_list_selected (HsGuestTable *self);
guint hs_guest_table_count_shown (HsGuestTable *self);
