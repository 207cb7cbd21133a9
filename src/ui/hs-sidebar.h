/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conversations, hosted and joined, and whether a server runs here. It opens nothing: it tells which room was chosen. */
#pragma once

#include <gtk/gtk.h>

#include "hs-connection.h"
#include "hs-server.h"

#define HS_TYPE_SIDEBAR (hs_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (HsSidebar, hs_sidebar, HS, SIDEBAR, GtkWidget)

/* Property narrow: the window shows one pane at a time (then it has the window's buttons). Signals "room-chosen" (HsRoom), "server-chosen". */
void hs_sidebar_set_rooms (HsSidebar *self, GListModel *rooms); /* of HsRoom, hosted ones first */
void hs_sidebar_set_server (HsSidebar *self, HsServer *server);
void hs_sidebar_select (HsSidebar *self, HsRoom *room);
void hs_sidebar_select_server (HsSidebar *self);
/* As if the row after the one that is selected were clicked on, or the one before it; after the last one comes the first. */
void hs_sidebar_choose_beside (HsSidebar *self, gboolean before);
/* Is the room of our own server? */
gboolean hs_sidebar_is_hosted (HsRoom *room);
void hs_sidebar_set_menu (HsSidebar *self, GMenuModel *menu);
/* F10 */
void hs_sidebar_popup_menu (HsSidebar *self);
