/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The empty panel's picture: a handshake that has not happened. */
#include "hs-ghost-ladder.h"

#include "hs-paint.h"

#define WIDTH     278
#define HEIGHT    182 /* and what is below it: with the font */
#define RAIL_X    7.0
#define RAIL_TOP  16.0
#define FIRST     34.0
#define STEP      48.0
#define DROP      15.0

struct _HsGhostLadder
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (HsGhostLadder, hs_ghost_ladder, GTK_TYPE_WIDGET)

static const struct { const char *name; gboolean from_left; } arrows[] = {
  { "SYN", TRUE },
  { "SYN, ACK", FALSE },
  { "ACK", TRUE },
};

static void
draw_rail (cairo_t *cr, const GdkRGBA *colour, double x, double height)
{
  gdk_cairo_set_source_rgba (cr, colour);
  cairo_arc (cr, x, RAIL_X, RAIL_X, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_rectangle (cr, x - 1.5, RAIL_TOP, 3, height - RAIL_TOP);
  cairo_fill (cr);
}

static void
hs_ghost_ladder_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  double left = (gtk_widget_get_width (widget) - WIDTH) / 2.0, scale = hs_paint_scale (widget), height = HEIGHT * scale;
  GdkRGBA rail = hs_paint_foreground (widget, .22);
  GdkRGBA accent = hs_paint_colour (widget, "accent_color");
  GdkRGBA arrow = hs_paint_with_alpha (&accent, .8);
  GdkRGBA text = hs_paint_foreground (widget, .72);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), height));

  cairo_translate (cr, left, 0);
  draw_rail (cr, &rail, RAIL_X, height);
  draw_rail (cr, &rail, WIDTH - RAIL_X, height);
  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    {
      g_autoptr (PangoLayout) layout = hs_paint_layout (widget, arrows[i].name, .9, HS_PAINT_BOLD);
      double y = (FIRST + i * STEP) * scale;
      double near = RAIL_X + 9, far = WIDTH - RAIL_X - 9;

      hs_paint_arrow (cr, &arrow, arrows[i].from_left ? near : far, y, arrows[i].from_left ? far : near, y + DROP, TRUE);
      hs_paint_text (cr, layout, &text, WIDTH / 2.0, y - 6 * scale, .5);
    }
  cairo_destroy (cr);
}

static void
hs_ghost_ladder_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : (int) (HEIGHT * hs_paint_scale (widget) + .5);
}

static void
hs_ghost_ladder_class_init (HsGhostLadderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = hs_ghost_ladder_snapshot;
  widget_class->measure = hs_ghost_ladder_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hs_ghost_ladder_init (HsGhostLadder *self)
{
}
