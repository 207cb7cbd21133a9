/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One rung of a ladder: a row with states, or one with a segment's arrow, and its piece of both rails. Focusable, with a label of its own. */
#include "hs-ladder-rung.h"

#include "hs-paint.h"
#include "hs-rung-words.h"

#include <string.h>

/* Pixels: rails 6.5 from the edges, dot r 4, pill 20 high 14 from the rail, arrow drops 8. Heights and what text stands in grow with the font. */
#define RAIL_X       6.5
#define DOT_RADIUS   4.0
#define PILL_HEIGHT  20.0
#define PILL_GAP     14.0
#define PILL_PADDING 7.0
#define PILL_RADIUS  6.0
#define TEXT_GAP     16.0
#define TEXT_Y       8.5
#define ARROW_Y      18.5
#define ARROW_DROP   8.0
#define NUMBERS_Y    33.0

enum { LEFT, RIGHT };

struct _HsLadderRung
{
  GtkWidget parent_instance;

  /* Owned */
  HsTcpRung *rung;
  char *label; /* as screen readers have it */

  /* State */
  HsLadderRails rails;
  gboolean selected;
  double scale; /* of the font, as last measured */
};

G_DEFINE_FINAL_TYPE (HsLadderRung, hs_ladder_rung, GTK_TYPE_WIDGET)

/* ---- Drawing ---- */

static double
rail_x (int side, double width)
{
  return side == LEFT ? RAIL_X : width - RAIL_X;
}

static gboolean
is_own (HsLadderRung *self, int side)
{
  return (side == LEFT) == self->rails.own_left;
}

static void
draw_rail_piece (HsLadderRung *self, cairo_t *cr, HsRail rail, int side, double y1, double y2)
{
  static const double dashes[] = { 4, 3.5 }, dots[] = { 1.5, 2.25 };
  GtkWidget *widget = GTK_WIDGET (self);
  GdkRGBA colour = is_own (self, side) ? hs_paint_colour (widget, "accent_color") : hs_paint_foreground (widget, .38);
  double x = rail_x (side, gtk_widget_get_width (widget));

  if (rail == HS_RAIL_NONE)
    return;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, is_own (self, side) ? 3 : 2);
  if (rail != HS_RAIL_SOLID)
    cairo_set_dash (cr, rail == HS_RAIL_DASHED ? dashes : dots, 2, self->rails.top * self->scale + y1); /* one line over all rows */
  cairo_move_to (cr, x, y1);
  cairo_line_to (cr, x, y2);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_dot (HsLadderRung *self, cairo_t *cr, int side, HsTcpKnown known, double y)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GdkRGBA colour = is_own (self, side) ? hs_paint_colour (widget, "accent_color") : hs_paint_foreground (widget, .5);
  GdkRGBA inside = hs_paint_colour (widget, "card_bg_color");
  GdkRGBA ground = hs_paint_colour (widget, "window_bg_color");

  cairo_new_path (cr); /* text leaves a point behind */
  cairo_arc (cr, rail_x (side, gtk_widget_get_width (widget)), y, DOT_RADIUS, 0, 2 * G_PI);
  if (known == HS_TCP_OBSERVED)
    {
      gdk_cairo_set_source_rgba (cr, &colour);
      cairo_fill (cr);
      return;
    }
  gdk_cairo_set_source_rgba (cr, &ground); /* a card's own colour may be translucent: the rail must not show through */
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, &inside);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, 1.6);
  cairo_stroke (cr);
  if (known != HS_TCP_TOLD)
    return;
  cairo_arc (cr, rail_x (side, gtk_widget_get_width (widget)), y, DOT_RADIUS / 2.5, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_pill (HsLadderRung *self, cairo_t *cr, int side, HsTcpState state, HsTcpKnown known, gboolean current, double y)
{
  static const double dashes[] = { 3.5, 2.5 };
  GtkWidget *widget = GTK_WIDGET (self);
  g_autoptr (PangoLayout) layout = hs_paint_layout (widget, hs_tcp_state_get_short_name (state), .74, HS_PAINT_BOLD);
  GdkRGBA foreground = hs_paint_foreground (widget, 1);
  GdkRGBA accent = hs_paint_colour (widget, "accent_color");
  GdkRGBA text = hs_paint_mix (&accent, &foreground, .3);
  GdkRGBA fill = hs_paint_with_alpha (&accent, .16);
  int text_width;
  double width, x, height = PILL_HEIGHT * self->scale;

  pango_layout_get_pixel_size (layout, &text_width, NULL);
  width = text_width + 2 * PILL_PADDING * self->scale;
  x = side == LEFT ? RAIL_X + PILL_GAP : gtk_widget_get_width (widget) - RAIL_X - PILL_GAP - width;
  hs_paint_rounded (cr, x + .5, y - height / 2 + .5, width - 1, height - 1, PILL_RADIUS);
  if (known != HS_TCP_OBSERVED && !current)
    {
      GdkRGBA outline = hs_paint_foreground (widget, .42);

      text = hs_paint_foreground (widget, .72);
      gdk_cairo_set_source_rgba (cr, &outline);
      cairo_set_line_width (cr, 1);
      if (known == HS_TCP_INFERRED)
        cairo_set_dash (cr, dashes, 2, 0);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }
  else
    {
      if (current)
        {
          fill = hs_paint_colour (widget, "accent_bg_color");
          text = hs_paint_colour (widget, "accent_fg_color");
        }
      gdk_cairo_set_source_rgba (cr, &fill);
      cairo_fill (cr);
    }
  hs_paint_text (cr, layout, &text, x + width / 2, y, .5);
}

static void
draw_states (HsLadderRung *self, cairo_t *cr, double middle)
{
  const HsTcpRung *rung = self->rung;

  if (rung->has_left)
    {
      draw_dot (self, cr, LEFT, rung->left_known, middle);
      draw_pill (self, cr, LEFT, rung->left, rung->left_known, rung->left_current, middle);
    }
  if (rung->has_right)
    {
      draw_dot (self, cr, RIGHT, rung->right_known, middle);
      draw_pill (self, cr, RIGHT, rung->right, rung->right_known, rung->right_current, middle);
    }
}

static void
make_italic (PangoAttrList *attributes, guint start, guint end)
{
  PangoAttribute *italic = pango_attr_style_new (PANGO_STYLE_ITALIC);

  italic->start_index = start;
  italic->end_index = end;
  pango_attr_list_insert (attributes, italic);
}

/* "seq · ack": each number upright when read from a header, italic when it is calculated. */
static PangoLayout *
layout_numbers (GtkWidget *widget, const HsTcpRung *rung)
{
  PangoLayout *layout = hs_paint_layout (widget, rung->numbers, .8, 0);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_copy (pango_layout_get_attributes (layout));
  const char *between = rung->has_seq && rung->has_ack ? strstr (rung->numbers, " · ") : NULL;
  guint len = (guint) strlen (rung->numbers), middle = between != NULL ? (guint) (between - rung->numbers) : rung->has_seq ? len : 0;

  if (rung->has_seq && rung->seq_calculated)
    make_italic (attributes, 0, middle);
  if (rung->has_ack && rung->ack_calculated)
    make_italic (attributes, middle, len);
  pango_layout_set_attributes (layout, attributes);
  return layout;
}

static void
draw_segment_text (HsLadderRung *self, cairo_t *cr, double width)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const HsTcpRung *rung = self->rung;
  double tail = rung->from_left ? RAIL_X + TEXT_GAP : width - RAIL_X - TEXT_GAP;
  double head = rung->from_left ? width - RAIL_X - TEXT_GAP : RAIL_X + TEXT_GAP;
  double align = rung->from_left ? 0 : 1;
  g_autofree char *time = hs_rung_words_dup_time (rung);
  g_autoptr (PangoLayout) flags = hs_paint_layout (widget, hs_rung_words_get_name (rung), .88, HS_PAINT_BOLD);
  g_autofree char *letters = hs_rung_words_dup_symbols (rung), *room = hs_rung_words_dup_beneath (rung);
  g_autoptr (PangoLayout) symbols = hs_paint_layout (widget, letters, .85, 0);
  g_autoptr (PangoLayout) window = hs_paint_layout (widget, room, .8, 0);
  g_autoptr (PangoLayout) when = hs_paint_layout (widget, time, .8, 0);
  g_autoptr (PangoLayout) numbers = layout_numbers (widget, rung);
  GdkRGBA strong = hs_paint_foreground (widget, 1);
  GdkRGBA weak = hs_paint_foreground (widget, .72);
  double taken, text_y = TEXT_Y * self->scale, gap = 9 * self->scale;

  if (rung->from_left)
    {
      taken = hs_paint_text (cr, flags, &strong, tail, text_y, 0);
      hs_paint_text (cr, symbols, &strong, tail + taken + gap, text_y, 0);
    }
  else
    {
      taken = hs_paint_text (cr, symbols, &strong, tail, text_y, 1);
      hs_paint_text (cr, flags, &strong, tail - taken - (taken > 0 ? gap : 0), text_y, 1);
    }
  hs_paint_text (cr, when, &weak, head, text_y, 1 - align);
  hs_paint_text (cr, numbers, &weak, tail, NUMBERS_Y * self->scale, align);
  hs_paint_text (cr, window, &weak, head, NUMBERS_Y * self->scale, 1 - align);
}

static void
draw_segment (HsLadderRung *self, cairo_t *cr, double width)
{
  const HsTcpRung *rung = self->rung;
  gboolean own = rung->from_left == self->rails.own_left;
  GdkRGBA colour = own ? hs_paint_colour (GTK_WIDGET (self), "accent_color") : hs_paint_foreground (GTK_WIDGET (self), .62);
  double tail = rung->from_left ? RAIL_X + 6 : width - RAIL_X - 6;
  double head = rung->from_left ? width - RAIL_X - 6 : RAIL_X + 6, y = ARROW_Y * self->scale;

  draw_segment_text (self, cr, width);
  hs_paint_arrow (cr, &colour, tail, y, head, y + ARROW_DROP, rung->known == HS_TCP_INFERRED);
}

static void
draw_selection (HsLadderRung *self, cairo_t *cr, double width, double height)
{
  GdkRGBA accent = hs_paint_colour (GTK_WIDGET (self), "accent_color");
  GdkRGBA tint = hs_paint_with_alpha (&accent, .1);

  gdk_cairo_set_source_rgba (cr, &tint);
  hs_paint_rounded (cr, RAIL_X + 7, 0, width - 2 * (RAIL_X + 7), height, 6);
  cairo_fill (cr);
}

static void
hs_ladder_rung_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HsLadderRung *self = HS_LADDER_RUNG (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  double middle = self->rung->kind == HS_TCP_RUNG_STATE ? height / 2.0 : 0;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));

  if (self->selected)
    draw_selection (self, cr, width, height);
  for (int side = LEFT; side <= RIGHT; side++)
    {
      draw_rail_piece (self, cr, self->rails.above[side], side, 0, middle);
      draw_rail_piece (self, cr, self->rails.below[side], side, middle, height);
    }
  if (self->rung->kind == HS_TCP_RUNG_STATE)
    draw_states (self, cr, middle);
  else
    draw_segment (self, cr, width);
  cairo_destroy (cr);
}

static void
hs_ladder_rung_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                        int *natural_baseline)
{
  HsLadderRung *self = HS_LADDER_RUNG (widget);

  self->scale = hs_paint_scale (widget);
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? (int) (self->rails.height * self->scale + .5) : 240;
}

/* ---- Object ---- */

static void
hs_ladder_rung_finalize (GObject *object)
{
  g_clear_pointer (&HS_LADDER_RUNG (object)->rung, hs_tcp_rung_free);
  g_free (HS_LADDER_RUNG (object)->label);
  G_OBJECT_CLASS (hs_ladder_rung_parent_class)->finalize (object);
}

static void
hs_ladder_rung_class_init (HsLadderRungClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hs_ladder_rung_finalize;
  widget_class->snapshot = hs_ladder_rung_snapshot;
  widget_class->measure = hs_ladder_rung_measure;
  gtk_widget_class_set_css_name (widget_class, "rung");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
hs_ladder_rung_init (HsLadderRung *self)
{
  self->scale = 1;
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR); /* else the groups of a number change places */
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

GtkWidget *
hs_ladder_rung_new (HsTcpRung *rung, const HsLadderRails *rails)
{
  HsLadderRung *self = g_object_new (HS_TYPE_LADDER_RUNG, NULL);

  hs_ladder_rung_set (self, rung, rails);
  return GTK_WIDGET (self);
}

void
hs_ladder_rung_set (HsLadderRung *self, HsTcpRung *rung, const HsLadderRails *rails)
{
  gboolean moves = self->rung == NULL || self->rails.height != rails->height;
  g_autofree char *label = NULL;

  g_clear_pointer (&self->rung, hs_tcp_rung_free);
  self->rung = rung;
  self->rails = *rails;
  label = hs_rung_words_dup_label (rung, rails->own_left);
  if (g_strcmp0 (label, self->label) != 0)
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
      g_free (self->label);
      self->label = g_steal_pointer (&label);
    }
  if (moves)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  else
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

const HsTcpRung *
hs_ladder_rung_get (HsLadderRung *self)
{
  return self->rung;
}

void
hs_ladder_rung_set_selected (HsLadderRung *self, gboolean selected)
{
  if (self->selected == selected)
    return;
  self->selected = selected;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- Words ---- */

char *
hs_ladder_rung_dup_title (HsLadderRung *self)
{
  return hs_rung_words_dup_title (self->rung, self->rails.own_left);
}

char *
hs_ladder_rung_dup_sentence (HsLadderRung *self)
{
  return hs_rung_words_dup_sentence (self->rung, self->rails.own_left);
}

char *
hs_ladder_rung_dup_known (HsLadderRung *self)
{
  return hs_rung_words_dup_known (self->rung, self->rails.own_left);
}

char *
hs_ladder_rung_dup_help (HsLadderRung *self)
{
  return hs_rung_words_dup_help (self->rung, self->rails.own_left);
}
