/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The strokes that the panel's drawing widgets share: colours by name, text with the widget's own context, arrows. No widget itself. */
#include "hs-paint.h"

#include <math.h>

#define ARROW_WIDTH  1.8
#define ARROW_HEAD   7.0
#define ARROW_SPREAD 3.2
#define FONT_SIZE    (11.0 / 72 * 96) /* px */

GdkRGBA
hs_paint_foreground (GtkWidget *widget, double alpha)
{
  GdkRGBA colour;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  return hs_paint_with_alpha (&colour, colour.alpha * alpha);
}

GdkRGBA
hs_paint_colour (GtkWidget *widget, const char *name)
{
  GdkRGBA colour;

  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &colour))
    return hs_paint_foreground (widget, 1);
  return colour;
}

GdkRGBA
hs_paint_mix (const GdkRGBA *a, const GdkRGBA *b, double share_of_b)
{
  float share = (float) share_of_b;

  return (GdkRGBA){
    a->red + (b->red - a->red) * share, a->green + (b->green - a->green) * share, a->blue + (b->blue - a->blue) * share,
    a->alpha + (b->alpha - a->alpha) * share,
  };
}

GdkRGBA
hs_paint_with_alpha (const GdkRGBA *colour, double alpha)
{
  GdkRGBA result = *colour;

  result.alpha = (float) alpha;
  return result;
}

double
hs_paint_scale (GtkWidget *widget)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  const PangoFontDescription *font = pango_context_get_font_description (context);
  double size = (double) pango_font_description_get_size (font) / PANGO_SCALE;
  double dpi = pango_cairo_context_get_resolution (context);

  if (!pango_font_description_get_size_is_absolute (font))
    size *= (dpi > 0 ? dpi : 96) / 72;
  return MAX (1, size / FONT_SIZE);
}

PangoLayout *
hs_paint_layout (GtkWidget *widget, const char *text, double scale, HsPaintStyle style)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_context_set_round_glyph_positions (pango_layout_get_context (layout), FALSE);
  pango_attr_list_insert (attributes, pango_attr_scale_new (scale));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
  if (style & HS_PAINT_BOLD)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  if (style & HS_PAINT_ITALIC)
    pango_attr_list_insert (attributes, pango_attr_style_new (PANGO_STYLE_ITALIC));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  return layout;
}

double
hs_paint_text (cairo_t *cr, PangoLayout *layout, const GdkRGBA *colour, double x, double y, double align)
{
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  gdk_cairo_set_source_rgba (cr, colour);
  cairo_move_to (cr, x - width * align, y - height / 2.0);
  pango_cairo_show_layout (cr, layout);
  return width;
}

void
hs_paint_rounded (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

void
hs_paint_arrow (cairo_t *cr, const GdkRGBA *colour, double x1, double y1, double x2, double y2, gboolean dashed)
{
  static const double dashes[] = { 6, 4 };
  double angle = atan2 (y2 - y1, x2 - x1);

  gdk_cairo_set_source_rgba (cr, colour);
  cairo_set_line_width (cr, ARROW_WIDTH);
  if (dashed)
    cairo_set_dash (cr, dashes, 2, 0);
  cairo_move_to (cr, x1, y1);
  cairo_line_to (cr, x2 - cos (angle) * ARROW_HEAD, y2 - sin (angle) * ARROW_HEAD);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);

  cairo_save (cr);
  cairo_translate (cr, x2, y2);
  cairo_rotate (cr, angle);
  cairo_move_to (cr, 0, 0);
  cairo_line_to (cr, -ARROW_HEAD, -ARROW_SPREAD);
  cairo_line_to (cr, -ARROW_HEAD, ARROW_SPREAD);
  cairo_close_path (cr);
  cairo_fill (cr);
  cairo_restore (cr);
}
