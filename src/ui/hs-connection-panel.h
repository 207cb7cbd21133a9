/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection-state panel beside the conversation: pages Connection, Log and (while hosting) Server. It binds to watches,
 * the server and its guests; it knows neither session nor window. */
#pragma once

#include <adwaita.h>

#include "hs-passage.h"
#include "hs-server.h"
#include "hs-tcp-watch.h"

#define HS_TYPE_CONNECTION_PANEL (hs_connection_panel_get_type ())
G_DECLARE_FINAL_TYPE (HsConnectionPanel, hs_connection_panel, HS, CONNECTION_PANEL, GtkWidget)

/* Properties: shown (FALSE until set: then it costs nothing), narrow (a back button instead of the close button).
 * Signals: "close-connection" (HsTcpWatch): Close Connection was pressed; "close-panel": the panel is to be hidden;
 * "error" (string): a sentence for a toast. */
GtkWidget *hs_connection_panel_new (void);

/* (nullable) GListModel of HsTcpWatch: what the who button offers. Guests of the server are offered besides. */
void hs_connection_panel_set_watches (HsConnectionPanel *self, GListModel *watches);
/* (nullable) The page Server is there only while it is set. */
void hs_connection_panel_set_server (HsConnectionPanel *self, HsServer *server);
/* (nullable) The connection of the conversation in front. A guest chosen on the page Server is shown until the next call. */
void hs_connection_panel_set_watch (HsConnectionPanel *self, HsTcpWatch *watch);
/* (nullable) The message of ours that is followed: shown with the connection that carried it. */
void hs_connection_panel_set_passage (HsConnectionPanel *self, HsPassage *passage, HsPassage *chosen);
/* A guest of the server that is set: its connection is shown until another is. */
void hs_connection_panel_show_guest (HsConnectionPanel *self, HsGuest *guest);
HsTcpWatch *hs_connection_panel_get_watch (HsConnectionPanel *self);

void hs_connection_panel_set_shown (HsConnectionPanel *self, gboolean shown);
gboolean hs_connection_panel_get_shown (HsConnectionPanel *self);
void hs_connection_panel_set_narrow (HsConnectionPanel *self, gboolean narrow);
gboolean hs_connection_panel_get_narrow (HsConnectionPanel *self);
