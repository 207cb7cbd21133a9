/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's third page, while hosting: the listening socket's queues and the guests' connections. */
#pragma once

#include <gtk/gtk.h>

#include "hs-server.h"

#define HS_TYPE_LISTENER_PAGE (hs_listener_page_get_type ())
G_DECLARE_FINAL_TYPE (HsListenerPage, hs_listener_page, HS, LISTENER_PAGE, GtkWidget)

/* Signal: "chosen" (HsGuest). */
/* (nullable) */
void hs_listener_page_set_server (HsListenerPage *self, HsServer *server);
/* While not shown the server is not observed, and the list follows nothing. */
void hs_listener_page_set_shown (HsListenerPage *self, gboolean shown);
