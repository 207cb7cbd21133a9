/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One conversation in the sidebar: who, when, the last words, how many are unread. */
#pragma once

#include <gtk/gtk.h>

#include "hs-room.h"

#define HS_TYPE_ROOM_ROW (hs_room_row_get_type ())
G_DECLARE_FINAL_TYPE (HsRoomRow, hs_room_row, HS, ROOM_ROW, GtkListBoxRow)

GtkWidget *hs_room_row_new (HsRoom *room);
HsRoom *hs_room_row_get_room (HsRoomRow *self);
/* Said beside the title: where another row has the same one. (nullable) */
void hs_room_row_set_place (HsRoomRow *self, const char *place);
