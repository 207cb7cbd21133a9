/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-bubble.h"

#define GAP 10 /* px between the text and what is at its end */

struct _HsBubble
{
  GtkWidget parent_instance;

  /* Owned */
  GtkWidget *text;
  GtkWidget *label; /* (nullable) in the text's place, to be selected */
  GtkWidget *end;   /* (nullable) */
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

/* What is at the end stands in the last line where there is room left, else below it. What is selected is laid out by GtkLabel, of whose lines
 * nothing is known here. */
static gboolean
end_is_below (HsBubble *self, int width, int end_width)
{
  int text_width, text_height;

  if (end_width == 0 || self->label != NULL)
    return end_width > 0;
  hs_text_fit (HS_TEXT (self->text), width, &text_width, &text_height);
  return hs_text_get_last_reach (HS_TEXT (self->text)) + end_width > width;
}

static void
hs_bubble_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base, int *nat_base)
{
  HsBubble *self = HS_BUBBLE (widget);
  GtkWidget *shown = self->label != NULL ? self->label : self->text;
  int end_width, end_height;

  measure_end (self, &end_width, &end_height);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      gtk_widget_measure (shown, orientation, -1, minimum, natural, NULL, NULL);
      *minimum += end_width;
      *natural += end_width;
      return;
    }
  gtk_widget_measure (shown, orientation, for_size, minimum, natural, NULL, NULL);
  if (end_is_below (self, for_size < 0 ? G_MAXINT : for_size, end_width))
    *natural += end_height;
  *minimum = *natural = MAX (*natural, end_height);
}

static void
hs_bubble_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  HsBubble *self = HS_BUBBLE (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int end_width, end_height, text_width = width, text_height;
  GtkAllocation text, end;

  measure_end (self, &end_width, &end_height);
  if (self->label == NULL)
    hs_text_fit (HS_TEXT (self->text), width, &text_width, &text_height);
  text_height = end_is_below (self, width, end_width) ? MAX (0, height - end_height) : height;
  text = (GtkAllocation) { mirrored ? width - text_width : 0, 0, text_width, text_height };
  gtk_widget_size_allocate (self->label != NULL ? self->label : self->text, &text, -1);
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
hs_bubble_fit (HsBubble *self, int room, int pane)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  HsText *text = HS_TEXT (self->text);
  int width, height, end_width, end_height, around, widest = hs_text_get_widest (text, pane), with_end;
  GtkBorder padding, border;

  gtk_style_context_get_padding (style, &padding);
  gtk_style_context_get_border (style, &border);
  measure_end (self, &end_width, &end_height);
  around = padding.left + padding.right + border.left + border.right;
  hs_text_fit (text, MIN (room - around, widest), &width, &height);
  if (end_width == 0)
    return width + around;
  with_end = hs_text_get_last_reach (text) + end_width;
  /* A single line may be followed by it beyond the widest that a line may be. */
  if (with_end <= MIN (room - around, hs_text_get_n_lines (text) > 1 ? widest : widest + end_width))
    width = MAX (width, with_end);
  return MAX (width, end_width) + around;
}

HsText *
hs_bubble_get_text (HsBubble *self)
{
  return HS_TEXT (self->text);
}

void
hs_bubble_set_end (HsBubble *self, GtkWidget *end)
{
  self->end = end;
  gtk_widget_set_parent (end, GTK_WIDGET (self));
}

void
hs_bubble_set_selectable (HsBubble *self, gboolean selectable)
{
  if ((self->label != NULL) == selectable)
    return;
  gtk_widget_set_visible (self->text, !selectable);
  if (!selectable)
    {
      g_clear_pointer (&self->label, gtk_widget_unparent);
      return;
    }
  self->label = gtk_label_new (hs_text_get_text (HS_TEXT (self->text)));
  gtk_label_set_use_markup (GTK_LABEL (self->label), FALSE);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_selectable (GTK_LABEL (self->label), TRUE);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  gtk_label_select_region (GTK_LABEL (self->label), 0, -1);
  gtk_widget_grab_focus (self->label);
}

static void
hs_bubble_dispose (GObject *object)
{
  HsBubble *self = HS_BUBBLE (object);

  g_clear_pointer (&self->end, gtk_widget_unparent);
  g_clear_pointer (&self->label, gtk_widget_unparent);
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
  self->text = hs_text_new ();
  gtk_widget_set_parent (self->text, GTK_WIDGET (self));
}

GtkWidget *
hs_bubble_new (void)
{
  return g_object_new (HS_TYPE_BUBBLE, NULL);
}
