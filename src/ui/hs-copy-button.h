/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A button that copies a text, and shows for a moment that it has. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_COPY_BUTTON (hs_copy_button_get_type ())
G_DECLARE_FINAL_TYPE (HsCopyButton, hs_copy_button, HS, COPY_BUTTON, GtkWidget)

/* @label: what it does, as a tooltip and for screen readers ("Copy Link"). */
GtkWidget *hs_copy_button_new (const char *text, const char *label);
void hs_copy_button_set_text (HsCopyButton *self, const char *text, const char *label);
