/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection in a list: avatar, name, address, state pill and round trip. Its subject is a guest of the server or a watch. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_GUEST_ROW (hs_guest_row_get_type ())
G_DECLARE_FINAL_TYPE (HsGuestRow, hs_guest_row, HS, GUEST_ROW, GtkWidget)

GtkWidget *hs_guest_row_new (void);
/* (nullable) HsGuest or HsTcpWatch */
void hs_guest_row_set_subject (HsGuestRow *self, GObject *subject);
