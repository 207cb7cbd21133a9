/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The strokes that the panel's drawing widgets share: colours by name, text with the widget's own context, arrows. No widget itself. */
#pragma once

#include <gtk/gtk.h>

typedef enum
{
  HS_PAINT_BOLD = 1 << 0,
  HS_PAINT_ITALIC = 1 << 1,
} HsPaintStyle;

/* A named colour of the theme; the widget's own where the theme has none. */
GdkRGBA hs_paint_colour (GtkWidget *widget, const char *name);
/* The widget's text colour, with @alpha of its own. */
GdkRGBA hs_paint_foreground (GtkWidget *widget, double alpha);
GdkRGBA hs_paint_mix (const GdkRGBA *a, const GdkRGBA *b, double share_of_b);
GdkRGBA hs_paint_with_alpha (const GdkRGBA *colour, double alpha);

/* How much larger the widget's font is than the one the pictures were measured with (11 pt at 96 dpi); never less than 1. */
double hs_paint_scale (GtkWidget *widget);

/* @scale: of the widget's font size. Glyphs are not snapped to pixels: at 1x that tears small capitals apart. */
PangoLayout *hs_paint_layout (GtkWidget *widget, const char *text, double scale, HsPaintStyle style);
/* Text with its vertical middle at @y; @align 0: begins at @x, 1: ends there, 0.5: its middle is there. Returns its width. */
double hs_paint_text (cairo_t *cr, PangoLayout *layout, const GdkRGBA *colour, double x, double y, double align);

void hs_paint_rounded (cairo_t *cr, double x, double y, double width, double height, double radius);
/* A line from tail to head with a filled head, dashed 6/4 when @dashed. */
void hs_paint_arrow (cairo_t *cr, const GdkRGBA *colour, double x1, double y1, double x2, double y2, gboolean dashed);
