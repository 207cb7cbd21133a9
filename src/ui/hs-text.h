/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message's words, wrapped and as narrow as their lines. Shapes its text once for a width, where GtkLabel does it some five times:
 * half of a scrolled frame went there. Plain text and attributes, never markup; it cannot be selected (the bubble puts a label in its place for that). */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_TEXT (hs_text_get_type ())
G_DECLARE_FINAL_TYPE (HsText, hs_text, HS, TEXT, GtkWidget)

GtkWidget *hs_text_new (void);
/* @attributes (nullable) */
void hs_text_set_text (HsText *self, const char *text, PangoAttrList *attributes);
const char *hs_text_get_text (HsText *self);
/* Its size when it may be @room wide and HS_TEXT_CHARS long. */
void hs_text_fit (HsText *self, int room, int *width, int *height);
/* How far its last line reaches, from the side where the window begins: px of the width that it fitted last. */
int hs_text_get_last_reach (HsText *self);
/* How many lines it took then. */
int hs_text_get_n_lines (HsText *self);
/* Byte under a point of the widget, -1 for none. */
int hs_text_get_index_at (HsText *self, double x, double y);

#define HS_TEXT_CHARS 46 /* a longer line is hard to read */
#define HS_TEXT_CHARS_NARROW 30 /* in a narrow pane: both sides of a conversation still stand apart */
#define HS_TEXT_PANE_NARROW 54 /* characters; a pane that holds less is narrow */
/* The widest a line may be in a pane of this width, px. */
int hs_text_get_widest (HsText *self, int pane);
