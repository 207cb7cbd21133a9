/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-bottom-clamp.h"

struct _HsBottomClamp
{
  GtkWidget parent_instance;

  /* Owned */
  GtkWidget *child;

  /* State */
  int maximum;
};

enum { PROP_HADJUSTMENT = 1, PROP_VADJUSTMENT, PROP_HSCROLL_POLICY, PROP_VSCROLL_POLICY };

G_DEFINE_FINAL_TYPE_WITH_CODE (HsBottomClamp, hs_bottom_clamp, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

static int
child_width (HsBottomClamp *self, int width)
{
  int min;

  gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, &min, NULL, NULL, NULL);
  return MAX (min, MIN (width, self->maximum));
}

/* A list view tells a constant height whatever its width (GTK 4.8: no request mode), so its rows are asked, until they fill the view. */
static int
child_height (HsBottomClamp *self, int width, int height)
{
  GtkStyleContext *style = gtk_widget_get_style_context (self->child);
  GtkBorder padding;
  int sum, min, natural;

  gtk_style_context_get_padding (style, &padding);
  sum = padding.top + padding.bottom;
  for (GtkWidget *row = gtk_widget_get_first_child (self->child); row != NULL && sum < height; row = gtk_widget_get_next_sibling (row))
    {
      gtk_widget_measure (row, GTK_ORIENTATION_VERTICAL, MAX (1, width - padding.left - padding.right), &min, &natural, NULL, NULL);
      sum += natural;
    }
  return MIN (sum, height);
}

static void
hs_bottom_clamp_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base, int *nat_base)
{
  HsBottomClamp *self = HS_BOTTOM_CLAMP (widget);

  if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
    for_size = child_width (self, for_size);
  gtk_widget_measure (self->child, orientation, orientation == GTK_ORIENTATION_VERTICAL ? for_size : -1, minimum, natural, NULL, NULL);
}

static void
hs_bottom_clamp_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  HsBottomClamp *self = HS_BOTTOM_CLAMP (widget);
  int w = child_width (self, width), h = child_height (self, w, height);
  GtkAllocation box = { (width - w) / 2, height - h, w, h };

  gtk_widget_size_allocate (self->child, &box, -1);
}

static GtkSizeRequestMode
hs_bottom_clamp_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* The four properties of GtkScrollable are the child's. */
static void
hs_bottom_clamp_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_object_get_property (G_OBJECT (HS_BOTTOM_CLAMP (object)->child), pspec->name, value);
}

static void
hs_bottom_clamp_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (HS_BOTTOM_CLAMP (object)->child != NULL)
    g_object_set_property (G_OBJECT (HS_BOTTOM_CLAMP (object)->child), pspec->name, value);
}

static void
hs_bottom_clamp_dispose (GObject *object)
{
  g_clear_pointer (&HS_BOTTOM_CLAMP (object)->child, gtk_widget_unparent);
  G_OBJECT_CLASS (hs_bottom_clamp_parent_class)->dispose (object);
}

static void
hs_bottom_clamp_class_init (HsBottomClampClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hs_bottom_clamp_dispose;
  object_class->get_property = hs_bottom_clamp_get_property;
  object_class->set_property = hs_bottom_clamp_set_property;
  widget_class->measure = hs_bottom_clamp_measure;
  widget_class->size_allocate = hs_bottom_clamp_size_allocate;
  widget_class->get_request_mode = hs_bottom_clamp_get_request_mode;
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");
}

static void
hs_bottom_clamp_init (HsBottomClamp *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
hs_bottom_clamp_new (GtkWidget *child, int maximum)
{
  HsBottomClamp *self = g_object_new (HS_TYPE_BOTTOM_CLAMP, NULL);

  self->maximum = maximum;
  self->child = child;
  gtk_widget_set_parent (child, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
