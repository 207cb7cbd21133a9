/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of the hosted server, in the place of a conversation: the listening socket, all guests, and what the host does to those chosen. */
#pragma once

#include <adwaita.h>

#include "hs-room.h"
#include "hs-server.h"

#define HS_TYPE_SERVER_PAGE (hs_server_page_get_type ())
G_DECLARE_FINAL_TYPE (HsServerPage, hs_server_page, HS, SERVER_PAGE, GtkWidget)

/* Signals: "chosen" (HsGuest): the only one that is chosen, whose connection is to be shown; "reveal" (HsGuest): the same, and asked for;
 * "message" (HsGuest): somebody wants to write to it. */
HsServerPage *hs_server_page_new (HsServer *server);
/* While not shown the server is not observed and no list is followed. */
void hs_server_page_set_shown (HsServerPage *self, gboolean shown);
/* (nullable) Into which one is invited. */
void hs_server_page_set_room (HsServerPage *self, HsRoom *room);
void hs_server_page_set_frame (HsServerPage *self, gboolean narrow, gboolean title_buttons);
