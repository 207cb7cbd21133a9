/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-text.h"

#define ROOM_MIN 20 /* px; narrower than any window's list */

struct _HsText
{
  GtkWidget parent_instance;

  /* Owned */
  PangoLayout *layout;

  /* State: the layout is good for any room from what it takes up to what it was given */
  int given; /* px, 0: not laid out */
  PangoRectangle taken; /* px */
  int chars; /* px of HS_TEXT_CHARS, 0: not known */
};

G_DEFINE_FINAL_TYPE (HsText, hs_text, GTK_TYPE_WIDGET)

static int
get_chars (HsText *self)
{
  if (self->chars == 0)
    {
      PangoFontMetrics *metrics = pango_context_get_metrics (gtk_widget_get_pango_context (GTK_WIDGET (self)), NULL, NULL);
      int width = MAX (pango_font_metrics_get_approximate_char_width (metrics), pango_font_metrics_get_approximate_digit_width (metrics));

      self->chars = MAX (ROOM_MIN, HS_TEXT_CHARS * width / PANGO_SCALE);
      pango_font_metrics_unref (metrics);
    }
  return self->chars;
}

int
hs_text_get_widest (HsText *self, int pane)
{
  int chars = get_chars (self);

  return pane * HS_TEXT_CHARS < chars * HS_TEXT_PANE_NARROW ? chars * HS_TEXT_CHARS_NARROW / HS_TEXT_CHARS : chars;
}

static void
lay_out (HsText *self, int room)
{
  room = MAX (ROOM_MIN, MIN (room, get_chars (self)));
  if (self->given != 0 && room <= self->given && room >= self->taken.width)
    return;
  pango_layout_set_width (self->layout, room * PANGO_SCALE);
  pango_layout_get_pixel_extents (self->layout, NULL, &self->taken);
  self->given = room;
}

void
hs_text_fit (HsText *self, int room, int *width, int *height)
{
  lay_out (self, room);
  *width = self->taken.width;
  *height = self->taken.height;
}

int
hs_text_get_last_reach (HsText *self)
{
  PangoLayoutIter *iter = pango_layout_get_iter (self->layout);
  PangoRectangle line;

  while (pango_layout_iter_next_line (iter))
    ;
  pango_layout_iter_get_line_extents (iter, NULL, &line);
  pango_layout_iter_free (iter);
  pango_extents_to_pixels (&line, NULL);
  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    return self->taken.x + self->taken.width - line.x;
  return line.x + line.width - self->taken.x;
}

int
hs_text_get_n_lines (HsText *self)
{
  return pango_layout_get_line_count (self->layout);
}

void
hs_text_set_text (HsText *self, const char *text, PangoAttrList *attributes)
{
  g_autoptr (PangoAttrList) all = attributes != NULL ? pango_attr_list_copy (attributes) : pango_attr_list_new ();

  /* A hyphen that nobody wrote would be read as part of an address or a number. */
  pango_attr_list_insert (all, pango_attr_insert_hyphens_new (FALSE));
  pango_layout_set_text (self->layout, text, -1);
  pango_layout_set_attributes (self->layout, all);
  self->given = 0;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

const char *
hs_text_get_text (HsText *self)
{
  return pango_layout_get_text (self->layout);
}

int
hs_text_get_index_at (HsText *self, double x, double y)
{
  int index, trailing;

  if (!pango_layout_xy_to_index (self->layout, (x + self->taken.x) * PANGO_SCALE, (y + self->taken.y) * PANGO_SCALE, &index, &trailing))
    return -1;
  return index;
}

static void
hs_text_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base, int *nat_base)
{
  HsText *self = HS_TEXT (widget);
  int width, height;

  hs_text_fit (self, orientation == GTK_ORIENTATION_VERTICAL && for_size > 0 ? for_size : G_MAXINT, &width, &height);
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? height : MIN (width, ROOM_MIN);
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? height : width;
}

static GtkSizeRequestMode
hs_text_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
hs_text_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  lay_out (HS_TEXT (widget), width);
}

/* A paragraph from right to left stands at the right of the room given: it is drawn where it is, as if nothing were before it. */
static void
hs_text_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HsText *self = HS_TEXT (widget);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (-self->taken.x, -self->taken.y));
  gtk_snapshot_append_layout (snapshot, self->layout, &color);
  gtk_snapshot_restore (snapshot);
}

static void
forget_size (HsText *self)
{
  self->given = 0;
  self->chars = 0;
  pango_layout_context_changed (self->layout);
}

static void
hs_text_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (hs_text_parent_class)->css_changed (widget, change);
  /* The first style of all comes before the layout. */
  if (HS_TEXT (widget)->layout != NULL)
    forget_size (HS_TEXT (widget));
}

/* Pango turns the alignment round for a paragraph that runs against its context: each stands at the side it begins at. */
static void
align (HsText *self)
{
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  pango_layout_set_alignment (self->layout, mirrored ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
}

static void
hs_text_direction_changed (GtkWidget *widget, GtkTextDirection previous)
{
  GTK_WIDGET_CLASS (hs_text_parent_class)->direction_changed (widget, previous);
  align (HS_TEXT (widget));
  forget_size (HS_TEXT (widget));
}

static void
hs_text_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (hs_text_parent_class)->system_setting_changed (widget, setting);
  forget_size (HS_TEXT (widget));
  gtk_widget_queue_resize (widget);
}

static void
hs_text_dispose (GObject *object)
{
  g_clear_object (&HS_TEXT (object)->layout);
  G_OBJECT_CLASS (hs_text_parent_class)->dispose (object);
}

static void
hs_text_class_init (HsTextClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_text_dispose;
  widget_class->measure = hs_text_measure;
  widget_class->get_request_mode = hs_text_get_request_mode;
  widget_class->size_allocate = hs_text_size_allocate;
  widget_class->snapshot = hs_text_snapshot;
  widget_class->css_changed = hs_text_css_changed;
  widget_class->direction_changed = hs_text_direction_changed;
  widget_class->system_setting_changed = hs_text_system_setting_changed;
  /* The row around it is read as a whole. */
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hs_text_init (HsText *self)
{
  self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  pango_layout_set_wrap (self->layout, PANGO_WRAP_WORD_CHAR);
  align (self);
}

GtkWidget *
hs_text_new (void)
{
  return g_object_new (HS_TYPE_TEXT, NULL);
}
