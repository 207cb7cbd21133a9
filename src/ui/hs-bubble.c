/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-bubble.h"

#define GAP 10 /* px between the text and what is at its end */

struct _HsBubble
{
  GtkWidget parent_instance;

  /* Owned */
  GtkWidget *text;
  GtkWidget *end; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (HsBubble, hs_bubble, GTK_TYPE_WIDGET)

static void
measure_end (HsBubble *self, int *width, int *height)
{
  int min;

  *width = *height = 0;
  if (self->end == NULL || !gtk_widget_get_visible (self->end))
    return;
  gtk_widget_measure (self->end, GTK_ORIENTATION_HORIZONTAL, -1, &min, width, NULL, NULL);
  gtk_widget_measure (self->end, GTK_ORIENTATION_VERTICAL, -1, &min, height, NULL, NULL);
  *width += GAP;
}

static void
hs_bubble_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base, int *nat_base)
{
  HsBubble *self = HS_BUBBLE (widget);
  int end_width, end_height;

  measure_end (self, &end_width, &end_height);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      gtk_widget_measure (self->text, orientation, -1, minimum, natural, NULL, NULL);
      *minimum += end_width;
      *natural += end_width;
      return;
    }
  gtk_widget_measure (self->text, orientation, for_size < 0 ? -1 : MAX (0, for_size - end_width), minimum, natural, NULL, NULL);
  *minimum = *natural = MAX (*natural, end_height);
}

static void
hs_bubble_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  HsBubble *self = HS_BUBBLE (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int end_width, end_height;
  GtkAllocation text, end;

  measure_end (self, &end_width, &end_height);
  text = (GtkAllocation) { mirrored ? end_width : 0, 0, width - end_width, height };
  gtk_widget_size_allocate (self->text, &text, -1);
  if (end_width == 0)
    return;
  end = (GtkAllocation) { mirrored ? 0 : width - end_width + GAP, height - end_height, end_width - GAP, end_height };
  gtk_widget_size_allocate (self->end, &end, -1);
}

static GtkSizeRequestMode
hs_bubble_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

int
hs_bubble_measure_width (HsBubble *self, int room)
{
  int min, natural, text_min, text_natural, end_width, end_height, height, narrow;

  gtk_widget_measure (GTK_WIDGET (self), GTK_ORIENTATION_HORIZONTAL, -1, &min, &natural, NULL, NULL);
  if (natural <= room || min >= room)
    return MAX (min, MIN (natural, room));
  measure_end (self, &end_width, &end_height);
  gtk_widget_measure (self->text, GTK_ORIENTATION_HORIZONTAL, -1, &text_min, &text_natural, NULL, NULL);
  /* What the style adds around the text: the bubble's own measure includes it. */
  end_width += natural - text_natural - end_width;
  gtk_widget_measure (self->text, GTK_ORIENTATION_VERTICAL, MAX (text_min, room - end_width), &min, &height, NULL, NULL);
  gtk_widget_measure (self->text, GTK_ORIENTATION_HORIZONTAL, height, &narrow, &text_natural, NULL, NULL);
  return MIN (room, narrow + end_width);
}

void
hs_bubble_set_end (HsBubble *self, GtkWidget *end)
{
  self->end = end;
  gtk_widget_set_parent (end, GTK_WIDGET (self));
}

static void
hs_bubble_dispose (GObject *object)
{
  HsBubble *self = HS_BUBBLE (object);

  g_clear_pointer (&self->end, gtk_widget_unparent);
  g_clear_pointer (&self->text, gtk_widget_unparent);
  G_OBJECT_CLASS (hs_bubble_parent_class)->dispose (object);
}

static void
hs_bubble_class_init (HsBubbleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_bubble_dispose;
  widget_class->measure = hs_bubble_measure;
  widget_class->size_allocate = hs_bubble_size_allocate;
  widget_class->get_request_mode = hs_bubble_get_request_mode;
}

static void
hs_bubble_init (HsBubble *self)
{
}

GtkWidget *
hs_bubble_new (GtkWidget *text)
{
  HsBubble *self = g_object_new (HS_TYPE_BUBBLE, NULL);

  self->text = text;
  gtk_widget_set_parent (text, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
