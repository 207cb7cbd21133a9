/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One known server in the preferences: its name, to change; its number; since when it is known; and a way to forget it. */
#pragma once

#include <adwaita.h>

#include "hs-known-servers.h"

#define HS_TYPE_KNOWN_SERVER_ROW (hs_known_server_row_get_type ())
G_DECLARE_FINAL_TYPE (HsKnownServerRow, hs_known_server_row, HS, KNOWN_SERVER_ROW, AdwExpanderRow)

/* Signal "forget": asked for, not done. */
GtkWidget *hs_known_server_row_new (HsKnownServers *servers, HsKnownServer *server);
HsKnownServer *hs_known_server_row_get_server (HsKnownServerRow *self);
