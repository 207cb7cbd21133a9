/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thin line of the last values, newest at the end. No axes: the number stands beside it. */
#include "hs-sparkline.h"

#include "hs-paint.h"

#include <string.h>

#define N_VALUES 60
#define HEIGHT   36
#define MARGIN   4.0

struct _HsSparkline
{
  GtkWidget parent_instance;

  /* State */
  double values[N_VALUES];
  guint n;
};

G_DEFINE_FINAL_TYPE (HsSparkline, hs_sparkline, GTK_TYPE_WIDGET)

static double
highest (HsSparkline *self)
{
  double high = 0;

  for (guint i = 0; i < self->n; i++)
    high = MAX (high, self->values[i]);
  return high > 0 ? high : 1;
}

static void
draw_grid (GtkWidget *widget, cairo_t *cr, double width, double height)
{
  GdkRGBA colour = hs_paint_foreground (widget, .08);

  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, 1);
  for (int i = 1; i <= 2; i++)
    {
      cairo_move_to (cr, 0, (int) (height * i / 2) - .5);
      cairo_line_to (cr, width, (int) (height * i / 2) - .5);
    }
  cairo_stroke (cr);
}

static void
draw_values (HsSparkline *self, cairo_t *cr, double width, double height)
{
  GdkRGBA accent = hs_paint_colour (GTK_WIDGET (self), "accent_color");
  GdkRGBA fill = hs_paint_with_alpha (&accent, .12);
  double step = (width - 2 * MARGIN) / (N_VALUES - 1);
  double first = width - MARGIN - step * (self->n - 1);
  double high = highest (self);
  double y = 0;

  for (guint i = 0; i < self->n; i++)
    {
      y = height - MARGIN - (height - 2 * MARGIN) * self->values[i] / high;
      cairo_line_to (cr, first + step * i, y);
    }
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_set_line_width (cr, 1.6);
  cairo_stroke_preserve (cr);
  cairo_line_to (cr, width - MARGIN, height);
  cairo_line_to (cr, first, height);
  gdk_cairo_set_source_rgba (cr, &fill);
  cairo_fill (cr);
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_arc (cr, width - MARGIN, y, 3, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
hs_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HsSparkline *self = HS_SPARKLINE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));

  draw_grid (widget, cr, width, height);
  if (self->n > 0)
    draw_values (self, cr, width, height);
  cairo_destroy (cr);
}

static void
hs_sparkline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                      int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 60;
}

static void
hs_sparkline_class_init (HsSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = hs_sparkline_snapshot;
  widget_class->measure = hs_sparkline_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hs_sparkline_init (HsSparkline *self)
{
}

void
hs_sparkline_add (HsSparkline *self, double value)
{
  if (self->n == N_VALUES)
    {
      memmove (self->values, self->values + 1, (N_VALUES - 1) * sizeof *self->values);
      self->n--;
    }
  self->values[self->n++] = value;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
hs_sparkline_clear (HsSparkline *self)
{
  self->n = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
