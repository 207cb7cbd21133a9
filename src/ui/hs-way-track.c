/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops on a line; see hs-way-track.h. Each stop is a child of its own, that can be focused and read; line and circles are drawn behind. */
#include "hs-way-track.h"

#include "hs-paint.h"

#define RADIUS 8.0
#define LINE_Y 9.0
#define TOP    22 /* px above the words, for line and circles */
#define GAP    6  /* px between two stops' words at least */

#define SAID "hs-way-said" /* on a stop: its label as it was told last */

struct _HsWayTrack
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (HsWayTrack, hs_way_track, GTK_TYPE_WIDGET)

static GQuark
stop_quark (void)
{
  return g_quark_from_static_string ("hs-way-stop");
}

enum { REACHED = 1 << 0, INFERRED = 1 << 1, USED = 1 << 2 };

static guint
stop_flags (GtkWidget *stop)
{
  return GPOINTER_TO_UINT (g_object_get_qdata (G_OBJECT (stop), stop_quark ()));
}

static guint
count_stops (GtkWidget *widget)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

/* Of the middle of circle @i, from the side where reading begins. */
static double
stop_distance (guint i, guint n, double width)
{
  return n > 1 ? RADIUS + (width - 2 * RADIUS) * i / (n - 1) : RADIUS;
}

static double
stop_x (GtkWidget *widget, guint i, guint n, double width)
{
  double x = stop_distance (i, n, width);

  return gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL ? width - x : x;
}

/* ---- Layout ---- */

static void
hs_way_track_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                      int *natural_baseline)
{
  int total = 0, highest = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int least, wanted;

      gtk_widget_measure (child, orientation, -1, &least, &wanted, NULL, NULL);
      total += wanted + GAP;
      highest = MAX (highest, wanted);
    }
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? TOP + highest : 120;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? TOP + highest : MAX (total, 120);
}

/* Where there is not enough room for all, short words stay whole. */
static void
cut_longest (GtkAllocation *places, guint n, int room)
{
  int total = 0, longest = 0;

  for (guint i = 0; i < n; i++)
    {
      total += places[i].width;
      longest = MAX (longest, places[i].width);
    }
  for (; total > room && longest > 0; longest--)
    for (guint i = 0; i < n && total > room; i++)
      if (places[i].width == longest)
        {
          places[i].width--;
          total--;
        }
}

/* Each stop's words under its circle, or as near as their neighbours let them. Places are counted from the side where reading begins. */
static void
place_stops (GtkWidget *widget, int width, guint n, GtkAllocation *places)
{
  int end = width;
  GtkWidget *child = gtk_widget_get_first_child (widget);

  for (guint i = 0; i < n; i++, child = gtk_widget_get_next_sibling (child))
    gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &places[i].width, NULL, NULL);
  cut_longest (places, n, width - GAP * ((int) n - 1));
  for (guint i = 0; i < n; i++)
    places[i].x = MAX ((int) stop_distance (i, n, width) - places[i].width / 2, i > 0 ? places[i - 1].x + places[i - 1].width + GAP : 0);
  for (guint i = n; i-- > 0; end = places[i].x - GAP)
    places[i].x = MAX (MIN (places[i].x, end - places[i].width), 0);
}

static void
hs_way_track_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  guint n = count_stops (widget), i = 0;
  g_autofree GtkAllocation *places = g_new0 (GtkAllocation, n + 1);

  if (n > 0)
    place_stops (widget, width, n, places);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child), i++)
    {
      places[i].y = TOP;
      places[i].height = height - TOP;
      if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
        places[i].x = width - places[i].x - places[i].width;
      gtk_widget_size_allocate (child, &places[i], -1);
    }
}

/* ---- Drawing ---- */

static void
draw_line (GtkWidget *widget, cairo_t *cr, double from, double to, gboolean reached, gboolean inferred)
{
  static const double dashes[] = { 4, 3.5 };
  GdkRGBA colour = reached ? hs_paint_colour (widget, "accent_color") : hs_paint_foreground (widget, .38);

  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, reached ? 3 : 1.5);
  if (!reached || inferred)
    cairo_set_dash (cr, dashes, 2, 0);
  cairo_move_to (cr, from, LINE_Y);
  cairo_line_to (cr, to, LINE_Y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_circle (GtkWidget *widget, cairo_t *cr, double x, guint flags)
{
  GdkRGBA ground = hs_paint_colour (widget, "window_bg_color"), card = hs_paint_colour (widget, "card_bg_color");
  GdkRGBA accent = hs_paint_colour (widget, "accent_bg_color"), tick = hs_paint_colour (widget, "accent_fg_color");
  GdkRGBA outline = flags & REACHED ? hs_paint_colour (widget, "accent_color") : hs_paint_foreground (widget, .38);
  gboolean filled = (flags & (REACHED | INFERRED)) == REACHED;

  cairo_new_path (cr);
  cairo_arc (cr, x, LINE_Y, RADIUS - .8, 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, &ground); /* a card's own colour may be translucent */
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, filled ? &accent : &card);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, filled ? &accent : &outline);
  cairo_set_line_width (cr, 1.6);
  cairo_stroke (cr);
  if (!(flags & REACHED))
    return;
  gdk_cairo_set_source_rgba (cr, filled ? &tick : &outline);
  cairo_set_line_width (cr, 1.8);
  cairo_move_to (cr, x - 3.4, LINE_Y + .2);
  cairo_line_to (cr, x - 1, LINE_Y + 2.7);
  cairo_line_to (cr, x + 3.6, LINE_Y - 2.6);
  cairo_stroke (cr);
}

static void
hs_way_track_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  guint n = count_stops (widget), i = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child), i++)
    if (i > 0)
      draw_line (widget, cr, stop_x (widget, i - 1, n, width), stop_x (widget, i, n, width), stop_flags (child) & REACHED,
                 stop_flags (child) & INFERRED);
  i = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child), i++)
    draw_circle (widget, cr, stop_x (widget, i, n, width), stop_flags (child));
  cairo_destroy (cr);
  GTK_WIDGET_CLASS (hs_way_track_parent_class)->snapshot (widget, snapshot);
}

/* ---- Stops ---- */

static GtkWidget *
make_stop (guint i, guint n)
{
  GtkWidget *stop = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "focusable", TRUE,
                                  "accessible-role", GTK_ACCESSIBLE_ROLE_LIST_ITEM, NULL);
  float align = n < 2 || i == 0 ? 0 : i + 1 == n ? 1 : .5f;

  for (guint k = 0; k < 2; k++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), align);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (label, "panel-small");
      gtk_widget_add_css_class (label, k == 0 ? "panel-stop" : "panel-dim");
      gtk_widget_add_css_class (label, "numeric");
      gtk_box_append (GTK_BOX (stop), label);
    }
  return stop;
}

/* FALSE: it said just that before. */
static gboolean
fill_stop (GtkWidget *box, const HsWayStop *stop)
{
  guint flags = USED | (stop->reached ? REACHED : 0) | (stop->inferred ? INFERRED : 0);
  g_autofree char *label = g_strdup_printf ("%s: %s%s%s", stop->name, stop->time, *stop->known != '\0' ? ", " : "", stop->known);
  GtkWidget *name = gtk_widget_get_first_child (box), *time = gtk_widget_get_last_child (box);

  if (flags == stop_flags (box) && g_strcmp0 (label, g_object_get_data (G_OBJECT (box), SAID)) == 0)
    return FALSE;
  gtk_label_set_label (GTK_LABEL (name), stop->name);
  gtk_label_set_label (GTK_LABEL (time), stop->time);
  if (stop->inferred)
    gtk_widget_add_css_class (time, "panel-inferred");
  else
    gtk_widget_remove_css_class (time, "panel-inferred");
  gtk_widget_set_tooltip_text (box, *stop->known != '\0' ? stop->known : NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_qdata (G_OBJECT (box), stop_quark (), GUINT_TO_POINTER (flags));
  g_object_set_data_full (G_OBJECT (box), SAID, g_steal_pointer (&label), g_free);
  return TRUE;
}

void
hs_way_track_set_stops (HsWayTrack *self, const HsWayStop *stops, guint n)
{
  GtkWidget *child;
  gboolean changed = FALSE;

  if (count_stops (GTK_WIDGET (self)) != n)
    {
      while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
        gtk_widget_unparent (child);
      for (guint i = 0; i < n; i++)
        gtk_widget_set_parent (make_stop (i, n), GTK_WIDGET (self));
    }
  child = gtk_widget_get_first_child (GTK_WIDGET (self));
  for (guint i = 0; i < n; i++, child = gtk_widget_get_next_sibling (child))
    changed |= fill_stop (child, &stops[i]);
  if (changed)
    gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* ---- Object ---- */

static void
hs_way_track_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_way_track_parent_class)->dispose (object);
}

static void
hs_way_track_class_init (HsWayTrackClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_way_track_dispose;
  widget_class->measure = hs_way_track_measure;
  widget_class->size_allocate = hs_way_track_size_allocate;
  widget_class->snapshot = hs_way_track_snapshot;
  gtk_widget_class_set_css_name (widget_class, "way");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
hs_way_track_init (HsWayTrack *self)
{
}

GtkWidget *
hs_way_track_new (void)
{
  return g_object_new (HS_TYPE_WAY_TRACK, NULL);
}
