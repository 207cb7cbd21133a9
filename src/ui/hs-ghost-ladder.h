/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The empty panel's picture: a handshake that has not happened. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_GHOST_LADDER (hs_ghost_ladder_get_type ())
G_DECLARE_FINAL_TYPE (HsGhostLadder, hs_ghost_ladder, HS, GHOST_LADDER, GtkWidget)
