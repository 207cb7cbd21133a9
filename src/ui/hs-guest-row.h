/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection in a list: avatar, name, address, state pill and round trip. Its subject is a guest of the server or a watch. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_GUEST_ROW (hs_guest_row_get_type ())
G_DECLARE_FINAL_TYPE (HsGuestRow, hs_guest_row, HS, GUEST_ROW, GtkWidget)

/* Its items are HsGuest or HsTcpWatch: each is shown by one of these. */
void hs_guest_row_fill_list (GtkListView *list);
