/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring that runs empty, with the seconds left inside. It has no clock: who owns it tells it the time. */
#include "hs-time-ring.h"

#include "hs-paint.h"

#include <glib/gi18n.h>
#include <math.h>

#define SIZE  46
#define WIDTH 4.0

struct _HsTimeRing
{
  GtkWidget parent_instance;

  /* State */
  double left;
  double whole;
};

G_DEFINE_FINAL_TYPE (HsTimeRing, hs_time_ring, GTK_TYPE_WIDGET)

static void
hs_time_ring_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HsTimeRing *self = HS_TIME_RING (widget);
  double middle_x = gtk_widget_get_width (widget) / 2.0, middle_y = gtk_widget_get_height (widget) / 2.0;
  double share = self->whole > 0 ? CLAMP (self->left / self->whole, 0, 1) : 0;
  GdkRGBA track = hs_paint_foreground (widget, .14);
  GdkRGBA accent = hs_paint_colour (widget, "accent_bg_color");
  GdkRGBA foreground = hs_paint_foreground (widget, 1);
  /* Translators: seconds left, inside a small ring */
  g_autofree char *text = g_strdup_printf (_("%.0f s"), ceil (self->left));
  g_autoptr (PangoLayout) layout = hs_paint_layout (widget, text, .85, HS_PAINT_BOLD);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, 2 * middle_x, 2 * middle_y));

  cairo_set_line_width (cr, WIDTH);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  gdk_cairo_set_source_rgba (cr, &track);
  cairo_arc (cr, middle_x, middle_y, (SIZE - WIDTH) / 2, 0, 2 * G_PI);
  cairo_stroke (cr);
  if (share > 0)
    {
      gdk_cairo_set_source_rgba (cr, &accent);
      cairo_arc (cr, middle_x, middle_y, (SIZE - WIDTH) / 2, -G_PI_2, -G_PI_2 + share * 2 * G_PI);
      cairo_stroke (cr);
    }
  hs_paint_text (cr, layout, &foreground, middle_x, middle_y, .5);
  cairo_destroy (cr);
}

static void
hs_time_ring_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                      int *natural_baseline)
{
  *minimum = *natural = SIZE;
}

static void
hs_time_ring_class_init (HsTimeRingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = hs_time_ring_snapshot;
  widget_class->measure = hs_time_ring_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
hs_time_ring_init (HsTimeRing *self)
{
}

void
hs_time_ring_set (HsTimeRing *self, double seconds_left, double seconds_whole)
{
  g_autofree char *label = NULL;

  self->left = MAX (seconds_left, 0);
  self->whole = seconds_whole;
  label = g_strdup_printf (ngettext ("%.0f second left", "%.0f seconds left", (gulong) ceil (self->left)), ceil (self->left));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
