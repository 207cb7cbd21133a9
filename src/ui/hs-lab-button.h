/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The button `Lab` and its popover: each experiment with what will happen, and the button or switch that does it. What is done, the
 * socket's owner does; the switches show what it says (property experiments of HsTcpWatch and HsServer). */
#pragma once

#include <gtk/gtk.h>

#include "hs-server.h"

#define HS_TYPE_LAB_BUTTON (hs_lab_button_get_type ())
G_DECLARE_FINAL_TYPE (HsLabButton, hs_lab_button, HS, LAB_BUTTON, GtkWidget)

GtkWidget *hs_lab_button_new (void);
/* A button is about connections or about a listener, for all its life. */
void hs_lab_button_set_watch (HsLabButton *self, HsTcpWatch *watch);  /* (nullable) */
void hs_lab_button_set_server (HsLabButton *self, HsServer *server);  /* (nullable) */

/* The socket is there to experiment on: open both ways, or half-closed by us. */
gboolean hs_lab_is_possible (HsTcpWatch *watch);
/* The names of the lasting ones under way: "Stop Reading, Small Buffers". NULL: none. (transfer full) */
char *hs_lab_dup_names (guint experiments);
