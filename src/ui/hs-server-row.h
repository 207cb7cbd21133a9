/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server in the sidebar, above its rooms. */
#pragma once

#include <gtk/gtk.h>

#include "hs-server.h"

#define HS_TYPE_SERVER_ROW (hs_server_row_get_type ())
G_DECLARE_FINAL_TYPE (HsServerRow, hs_server_row, HS, SERVER_ROW, GtkListBoxRow)

GtkWidget *hs_server_row_new (HsServer *server);
