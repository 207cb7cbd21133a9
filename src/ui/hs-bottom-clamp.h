/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds a list no wider than is good to read, and at the bottom while it is shorter than the view. It scrolls nothing itself. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_BOTTOM_CLAMP (hs_bottom_clamp_get_type ())
G_DECLARE_FINAL_TYPE (HsBottomClamp, hs_bottom_clamp, HS, BOTTOM_CLAMP, GtkWidget)

/* @child: a GtkListView. */
GtkWidget *hs_bottom_clamp_new (GtkWidget *child, int maximum);
