/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is in the room: sorted by rank, then name; tells who was chosen. */
#pragma once

#include <gtk/gtk.h>

#include "hs-room.h"

#define HS_TYPE_MEMBER_LIST (hs_member_list_get_type ())
G_DECLARE_FINAL_TYPE (HsMemberList, hs_member_list, HS, MEMBER_LIST, GtkWidget)

/* Signals: "member-chosen" (HsMember); "make-menu" (HsMember): returns the GMenuModel of what can be done to it (transfer full). */
void hs_member_list_set_members (HsMemberList *self, GListModel *members); /* (nullable) of HsMember */
