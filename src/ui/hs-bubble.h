/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message's text with, for own ones, time and mark at its end. It lays out two children and knows nothing of entries.
 * (A GtkBox asks a wrapped label how narrow it could be at this height, and then wastes what it does not take.) */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_BUBBLE (hs_bubble_get_type ())
G_DECLARE_FINAL_TYPE (HsBubble, hs_bubble, HS, BUBBLE, GtkWidget)

/* @text: becomes its first child. */
GtkWidget *hs_bubble_new (GtkWidget *text);
/* Once: what stands at the end of the last line. */
void hs_bubble_set_end (HsBubble *self, GtkWidget *end);
/* How wide the bubble wants to be when it has @room: as narrow as its lines allow where they are wrapped. */
int hs_bubble_measure_width (HsBubble *self, int room);
