/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One rung of a ladder: a row with states, or one with a segment's arrow, and its piece of both rails. Focusable, with a label of its own. */
#include "hs-ladder-rung.h"

#include "hs-help-book.h"
#include "hs-paint.h"

#include <glib/gi18n.h>
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

/* ---- Words ---- */

/* "SYN, ACK: …": what each segment says, and the help's page about it. */
static const struct { guint8 flags; const char *name, *title, *sentence, *help; } segments[] = {
  { HS_TCP_SYN, "SYN", N_("SYN: “May I? My number is x”"),
    N_("It asks for a connection and names the number its bytes will be counted from."), "tcp-flags#syn" },
  { HS_TCP_SYN | HS_TCP_ACK, "SYN, ACK", N_("SYN, ACK: “Heard you; my number is y”"),
    N_("It asks for x + 1 next, and so confirms x."), "tcp-handshake" },
  { HS_TCP_ACK, "ACK", N_("ACK: “Heard you too”"),
    N_("It confirms the number before: everything up to it has arrived."), "tcp-flags#ack" },
  { HS_TCP_FIN, "FIN", N_("FIN: “I have nothing more to say”"),
    N_("It closes one direction only. It is counted like a byte, and so it is acknowledged."), "tcp-flags#fin" },
  { HS_TCP_FIN | HS_TCP_ACK, "FIN, ACK", N_("FIN, ACK: “Heard you; I am done too”"),
    N_("One segment confirms the other side’s FIN and carries a FIN of its own."), "tcp-close" },
  { 0, "", N_("Data: “Here are some bytes”"),
    N_("Its number is that of its first byte. What it confirms is the number of the byte it waits for next."), "tcp-sequence" },
  { HS_TCP_RST, "RST", N_("RST: “There is no such connection”"),
    N_("It ends the connection at once, without waiting and without an answer."), "tcp-reset" },
};

/* What carries bytes is called so, whichever flags it has. */
static guint
segment_index (const HsTcpRung *rung)
{
  guint8 flags = rung->bytes > 0 ? 0 : rung->flags;

  for (guint i = 0; i < G_N_ELEMENTS (segments); i++)
    if (segments[i].flags == flags)
      return i;
  return G_N_ELEMENTS (segments) - 1;
}

static const char *
segment_name (const HsTcpRung *rung)
{
  if (rung->bytes > 0 && (rung->flags & HS_TCP_PSH) != 0 && rung->known == HS_TCP_OBSERVED)
    return "PSH, ACK";
  return rung->bytes > 0 ? C_("bytes in a segment", "Data") : segments[segment_index (rung)].name;
}

/* The letters of the figure; for data, what it carries. */
static char *
dup_symbols (const HsTcpRung *rung)
{
  g_autofree char *bytes = NULL;

  if (rung->bytes == 0)
    return g_strdup (rung->symbols);
  bytes = g_strdup_printf (_("%u B"), (guint) rung->bytes);
  return rung->again ? g_strdup_printf (_("%s, sent again"), bytes) : g_steal_pointer (&bytes);
}

static const char *
known_word (HsTcpKnown known)
{
  if (known == HS_TCP_TOLD)
    return _("told by the other end");
  return known == HS_TCP_OBSERVED ? _("observed") : _("inferred");
}

/* ---- What the other end tells ---- */

/* To the microsecond, in this computer's time zone: it is the other clock that is read off. */
static char *
dup_clock_time (gint64 real_time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (real_time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *clock = local != NULL ? g_date_time_format (local, "%H:%M:%S") : g_strdup ("?");

  return g_strdup_printf ("%s.%06d", clock, (int) (real_time % G_USEC_PER_SEC));
}

/* Beneath the arrow's head. */
static char *
dup_there (const HsTcpRung *rung)
{
  double ms = (double) rung->told_time / 1000;

  if (!rung->has_told_time || ABS (ms) >= 1e7)
    return g_strdup ("");
  /* Translators: when a segment was at the other end of the connection, as far as its clock is known; %+.2f is a number with its sign */
  return ABS (ms) < 1e4 ? g_strdup_printf (_("there ≈ %+.2f ms"), ms) : g_strdup_printf (_("there ≈ %+.1f s"), ms / 1000);
}

static char *
dup_told_time (HsLadderRung *self)
{
  const HsTcpRung *rung = self->rung;
  g_autofree char *clock = dup_clock_time (rung->told_real);

  if (rung->kind == HS_TCP_RUNG_STATE)
    return g_strdup_printf (_("The other end tells: since %s by its clock."), clock);
  return rung->from_left == self->rails.own_left ? g_strdup_printf (_("The other end tells: it came there at %s by its clock."), clock)
                                                 : g_strdup_printf (_("The other end tells: it left there at %s by its clock."), clock);
}

static char *
dup_told_numbers (const HsTcpRung *rung)
{
  g_autofree char *seq = rung->told_has_seq ? g_strdup_printf ("seq = %u", rung->told_seq) : NULL;
  g_autofree char *ack = rung->told_has_ack ? g_strdup_printf ("ack = %u", rung->told_ack) : NULL;
  g_autofree char *both = seq != NULL && ack != NULL ? g_strdup_printf ("%s · %s", seq, ack) : g_strdup (seq != NULL ? seq : ack);

  if (both == NULL)
    return g_strdup ("");
  if (hs_tcp_rung_differs (rung))
    return g_strdup_printf (_(" There it has other numbers, %s: something between changes them, or what is told is not so."), both);
  return g_strdup_printf (_(" There, too: %s."), both);
}

/* What is told is not observed here, and is never said to be. (nullable) */
static char *
dup_told (HsLadderRung *self)
{
  g_autofree char *said = NULL, *numbers = NULL;

  if (!self->rung->told)
    return NULL;
  said = dup_told_time (self);
  numbers = dup_told_numbers (self->rung);
  return g_strconcat (said, numbers, self->rung->told_observed ? NULL : _(" There it is inferred."), NULL);
}

/* The state the row is about: this computer's, else the other's. */
static gboolean
main_state (HsLadderRung *self, HsTcpState *state, HsTcpKnown *known)
{
  const HsTcpRung *rung = self->rung;
  gboolean left = self->rails.own_left ? rung->has_left : !rung->has_right;

  *state = left ? rung->left : rung->right;
  *known = left ? rung->left_known : rung->right_known;
  return left == self->rails.own_left;
}

char *
hs_ladder_rung_dup_title (HsLadderRung *self)
{
  HsTcpState state;
  HsTcpKnown known;

  if (self->rung->kind == HS_TCP_RUNG_SEGMENT)
    return g_strdup (_(segments[segment_index (self->rung)].title));
  main_state (self, &state, &known);
  return g_strdup (hs_tcp_state_get_name (state));
}

char *
hs_ladder_rung_dup_sentence (HsLadderRung *self)
{
  HsTcpState state;
  HsTcpKnown known;

  if (self->rung->kind == HS_TCP_RUNG_SEGMENT)
    return g_strdup (_(segments[segment_index (self->rung)].sentence));
  main_state (self, &state, &known);
  return g_strdup (_(hs_tcp_state_get_explanation (state)));
}

char *
hs_ladder_rung_dup_help (HsLadderRung *self)
{
  HsTcpState state;
  HsTcpKnown known;

  if (self->rung->kind == HS_TCP_RUNG_SEGMENT)
    return g_strdup (segments[segment_index (self->rung)].help);
  main_state (self, &state, &known);
  return hs_help_dup_state_page (state);
}

static char *
dup_known_here (HsLadderRung *self)
{
  const HsTcpRung *rung = self->rung;
  HsTcpState state;
  HsTcpKnown known;

  if (rung->kind == HS_TCP_RUNG_STATE && !main_state (self, &state, &known) && known == HS_TCP_TOLD)
    return g_strdup (_("The other computer’s state cannot be seen from here"));
  if (rung->kind == HS_TCP_RUNG_STATE)
    return main_state (self, &state, &known) ? g_strdup (known == HS_TCP_OBSERVED ? _("Observed") : _("Inferred"))
                                             : g_strdup (_("Inferred: the other computer’s state cannot be seen from here"));
  if (rung->known != HS_TCP_OBSERVED)
    return g_strdup_printf (_("Inferred from %s"), rung->source);
  if (*rung->numbers != '\0' && rung->numbers_calculated)
    return g_strdup_printf (_("Observed by %s; the number is calculated"), rung->source);
  return g_strdup_printf (_("Observed by %s"), rung->source);
}

char *
hs_ladder_rung_dup_known (HsLadderRung *self)
{
  g_autofree char *here = dup_known_here (self), *told = dup_told (self);

  return told != NULL ? g_strdup_printf ("%s\n%s", here, told) : g_steal_pointer (&here);
}

/* Grouped numbers are for eyes: bare ones for the ear. */
static char *
bare_numbers (const char *numbers)
{
  g_auto (GStrv) groups = g_strsplit (numbers, "\u2009", -1);

  return g_strjoinv ("", groups);
}

static char *
side_label (const char *side, gboolean has, HsTcpState state, HsTcpKnown known)
{
  /* Translators: "you: SYN-SENT, observed" */
  return has ? g_strdup_printf (_("%s: %s, %s"), side, hs_tcp_state_get_name (state), known_word (known)) : NULL;
}

static char *
make_label (HsLadderRung *self)
{
  const HsTcpRung *rung = self->rung;
  gboolean own_left = self->rails.own_left;

  if (rung->kind == HS_TCP_RUNG_STATE)
    {
      g_autofree char *left = side_label (own_left ? _("you") : _("the other side"), rung->has_left, rung->left,
                                              rung->left_known);
      g_autofree char *right = side_label (own_left ? _("the other side") : _("you"), rung->has_right, rung->right,
                                               rung->right_known);

      if (left == NULL || right == NULL)
        return g_strdup (left != NULL ? left : right);
      return g_strdup_printf ("%s; %s", left, right);
    }

  g_autofree char *numbers = bare_numbers (rung->numbers);
  const char *way = rung->from_left == own_left ? _("from you") : _("to you");

  g_autofree char *symbols = dup_symbols (rung), *there = dup_there (rung);

  return g_strdup_printf ("%s %s%s%s%s%s, %s%s%s", segment_name (rung), way, *symbols != '\0' ? ", " : "", symbols,
                          *numbers != '\0' ? ", " : "", numbers, known_word (rung->known), *there != '\0' ? ", " : "", there);
}

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

static char *
head_text (const HsTcpRung *rung)
{
  if (rung->known == HS_TCP_INFERRED)
    return g_strdup (_("inferred"));
  if (rung->known == HS_TCP_TOLD)
    return g_strdup (C_("by the other end", "told"));
  if (rung->time < 0)
    return g_strdup ("");
  if (rung->time == 0)
    return g_strdup (_("0 ms"));
  return rung->time < 10000 ? g_strdup_printf (_("+%.2f ms"), rung->time / 1000.0)
                            : rung->time < 1000000 ? g_strdup_printf (_("+%.0f ms"), rung->time / 1000.0)
                                                   : g_strdup_printf (_("+%.1f s"), rung->time / 1e6);
}

/* When it was at the other end, if that tells; else, where a header was seen, what it says the sender has room for. */
static char *
dup_beneath_head (const HsTcpRung *rung)
{
  if (rung->has_told_time)
    return dup_there (rung);
  /* Translators: a segment's window, in bytes */
  return rung->has_window ? g_strdup_printf (_("window %u"), rung->window) : g_strdup ("");
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
  g_autofree char *time = head_text (rung);
  g_autoptr (PangoLayout) flags = hs_paint_layout (widget, segment_name (rung), .88, HS_PAINT_BOLD);
  g_autofree char *letters = dup_symbols (rung), *room = dup_beneath_head (rung);
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
  label = make_label (self);
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
