/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a conversation begins: whose it is, large, and one line on where it takes place. Not a row: the first row carries it. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_ROOM_BEGINNING (hs_room_beginning_get_type ())
G_DECLARE_FINAL_TYPE (HsRoomBeginning, hs_room_beginning, HS, ROOM_BEGINNING, GtkWidget)

GtkWidget *hs_room_beginning_new (void);
/* Plain text both. */
void hs_room_beginning_set (HsRoomBeginning *self, const char *title, const char *sentence);
