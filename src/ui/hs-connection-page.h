/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's first page: one connection's state, its ladders and its numbers. Without a watch: an empty ladder. */
#pragma once

#include <gtk/gtk.h>

#include "hs-passage.h"
#include "hs-tcp-watch.h"

#define HS_TYPE_CONNECTION_PAGE (hs_connection_page_get_type ())
G_DECLARE_FINAL_TYPE (HsConnectionPage, hs_connection_page, HS, CONNECTION_PAGE, GtkWidget)

/* Signals: "close-connection"; "chosen" (GObject: HsTcpWatch or HsGuest): taken from the who button's list. */
void hs_connection_page_set_watch (HsConnectionPage *self, HsTcpWatch *watch);
/* (nullable) The message of ours that is followed. */
void hs_connection_page_set_passage (HsConnectionPage *self, HsPassage *passage);
/* (nullable) What the who button offers: objects of either type. */
void hs_connection_page_set_choices (HsConnectionPage *self, GListModel *choices);
/* While not shown: no timer, nothing is drawn anew. */
void hs_connection_page_set_shown (HsConnectionPage *self, gboolean shown);
