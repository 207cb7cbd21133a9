/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 9293 figure 5 with one connection's path through it; see hs-state-diagram.h. Nodes are children, arrows are drawn behind them. */
#include "hs-state-diagram.h"

#include "hs-help-book.h"
#include "hs-paint.h"

#include <glib/gi18n.h>
#include <math.h>

#define NODE_WIDTH  96.0
#define NODE_HEIGHT 21.0
#define HEIGHT      240.0
#define ASIDE       9.0
#define LINE_WIDTH  1.8 /* of hs_paint_arrow () */
#define LANE        208.0 /* between the last two rows: what goes round other nodes goes along there */
#define STEPS_MAX   64

/* CLOSED stands there twice: where a connection begins, and where it ends. */
typedef enum { START = HS_TCP_N_STATES, N_NODES } Node; /* below START: the state's own value; CLOSED's is the end */

static const struct { int column; double y; } places[N_NODES] = {
  [START] = { 1, 11 },
  [HS_TCP_LISTEN] = { 0, 47 },
  [HS_TCP_SYN_SENT] = { 2, 65 },
  [HS_TCP_SYN_RECEIVED] = { 0, 83 },
  [HS_TCP_ESTABLISHED] = { 1, 119 },
  [HS_TCP_FIN_WAIT_1] = { 0, 154 },
  [HS_TCP_CLOSE_WAIT] = { 2, 154 },
  [HS_TCP_FIN_WAIT_2] = { 0, 190 },
  [HS_TCP_CLOSING] = { 1, 190 },
  [HS_TCP_LAST_ACK] = { 2, 190 },
  [HS_TCP_TIME_WAIT] = { 0, 226 },
  [HS_TCP_CLOSED] = { 2, 226 },
};

/* How an arrow goes: what would cross other nodes goes round them, sideways and by the lane, or up and along the top. */
typedef enum { STRAIGHT, LEFT_BY_LANE, RIGHT_BY_LANE, BY_TOP } Route;

/* Where an arrow leaves and arrives: -1 … 1 across and down the node. @side: where the label stands, 1 behind the arrow's middle, -1 before it.
 * @rare: drawn only where it was taken. Labels are words of the protocol. */
static const struct { guint from, to; double fx, fy, tx, ty; int side; const char *label; gboolean rare; Route route; } edges[] = {
  { START, HS_TCP_LISTEN, -.75, 1, .75, -1, -1, "listen" },
  { START, HS_TCP_SYN_SENT, .7, 1, -.77, -1, 1, "connect: SYN" },
  { HS_TCP_LISTEN, HS_TCP_SYN_SENT, 1, 0, -1, -.5, 1, "SYN" },
  { HS_TCP_LISTEN, HS_TCP_SYN_RECEIVED, 0, 1, 0, -1, 1, "SYN ←" },
  { HS_TCP_SYN_SENT, HS_TCP_SYN_RECEIVED, -1, .4, 1, 0, 1, "SYN ←" },
  { HS_TCP_SYN_RECEIVED, HS_TCP_ESTABLISHED, .7, 1, -.75, -1, 1, "ACK ←" },
  { HS_TCP_SYN_SENT, HS_TCP_ESTABLISHED, -.7, 1, .75, -1, 1, "SYN, ACK ←" },
  { HS_TCP_SYN_RECEIVED, HS_TCP_FIN_WAIT_1, 0, 1, 0, -1, 1, "close: FIN" },
  { HS_TCP_ESTABLISHED, HS_TCP_FIN_WAIT_1, -.7, 1, .75, -1, -1, "close: FIN" },
  { HS_TCP_ESTABLISHED, HS_TCP_CLOSE_WAIT, .7, 1, -.75, -1, 1, "FIN ←" },
  { HS_TCP_FIN_WAIT_1, HS_TCP_FIN_WAIT_2, 0, 1, 0, -1, 1, "ACK ←" },
  { HS_TCP_FIN_WAIT_1, HS_TCP_CLOSING, .7, 1, -.7, -1, 1, "FIN ←" },
  { HS_TCP_FIN_WAIT_2, HS_TCP_TIME_WAIT, 0, 1, 0, -1, 1, "FIN ←" },
  { HS_TCP_CLOSING, HS_TCP_TIME_WAIT, -.7, 1, .83, -1, 1, "ACK ←" },
  { HS_TCP_CLOSE_WAIT, HS_TCP_LAST_ACK, 0, 1, 0, -1, 1, "close: FIN" },
  { HS_TCP_LAST_ACK, HS_TCP_CLOSED, 0, 1, 0, -1, 1, "ACK ←" },
  { HS_TCP_TIME_WAIT, HS_TCP_CLOSED, 1, 0, -1, 0, 0, "2 MSL" },
  { HS_TCP_FIN_WAIT_1, HS_TCP_TIME_WAIT, -.9, 1, -.9, -1, 1, "FIN, ACK ←", TRUE },
  { HS_TCP_ESTABLISHED, HS_TCP_CLOSED, .4, 1, -.9, -1, 1, "RST", TRUE },
  { HS_TCP_SYN_SENT, START, .9, -1, 1, 0, 0, "RST ←, timeout", TRUE, BY_TOP }, /* nothing has begun, and nothing ends */
  { HS_TCP_FIN_WAIT_1, HS_TCP_CLOSED, 1, 0, -.9, -1, 1, "RST", TRUE, RIGHT_BY_LANE },
  { HS_TCP_FIN_WAIT_2, HS_TCP_CLOSED, 1, 0, -.9, -1, 1, "RST", TRUE, RIGHT_BY_LANE },
  { HS_TCP_CLOSING, HS_TCP_CLOSED, .9, 1, -.9, -1, 1, "RST", TRUE },
  { HS_TCP_CLOSE_WAIT, HS_TCP_CLOSED, -1, 0, -.9, -1, -1, "RST", TRUE, LEFT_BY_LANE },
};

struct _HsStateDiagram
{
  GtkWidget parent_instance;

  /* Children */
  GtkWidget *nodes[N_NODES];

  /* State */
  guint path[STEPS_MAX]; /* nodes */
  guint8 known[STEPS_MAX];
  guint n;
};

G_DEFINE_FINAL_TYPE (HsStateDiagram, hs_state_diagram, GTK_TYPE_WIDGET)

/* ---- Where everything is ---- */

static void
node_middle (GtkWidget *widget, guint node, double *x, double *y)
{
  double scale = hs_paint_scale (widget), width = gtk_widget_get_width (widget);
  double half = MIN (NODE_WIDTH * scale, width / 3.2) / 2;

  *x = half + (width - 2 * half) * places[node].column / 2;
  *y = places[node].y * scale;
}

static void
anchor (GtkWidget *widget, guint node, double ax, double ay, double *x, double *y)
{
  double scale = hs_paint_scale (widget);

  node_middle (widget, node, x, y);
  *x += ax * MIN (NODE_WIDTH * scale, gtk_widget_get_width (widget) / 3.2) / 2;
  *y += ay * (NODE_HEIGHT * scale / 2 + 1);
}

static void
hs_state_diagram_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                          int *natural_baseline)
{
  HsStateDiagram *self = HS_STATE_DIAGRAM (widget);

  for (guint i = 0; i < N_NODES; i++)
    gtk_widget_measure (self->nodes[i], orientation, -1, minimum, natural, NULL, NULL); /* GTK wants it before an allocation */
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? (int) (HEIGHT * hs_paint_scale (widget) + .5) : 300;
}

static void
hs_state_diagram_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  HsStateDiagram *self = HS_STATE_DIAGRAM (widget);

  for (guint i = 0; i < N_NODES; i++)
    {
      double left, top, right, bottom;

      anchor (widget, i, -1, -1, &left, &top);
      anchor (widget, i, 1, 1, &right, &bottom);
      gtk_widget_size_allocate (self->nodes[i], &(GtkAllocation){ (int) left, (int) top + 1, (int) (right - left), (int) (bottom - top) - 2 }, -1);
    }
}

/* ---- Drawing ---- */

static const double dashes[] = { 6, 4 };

/* How the path last went along the edge: -1 not at all, else HsTcpKnown. */
static int
edge_known (HsStateDiagram *self, guint edge)
{
  for (guint i = self->n; i > 1; i--)
    if (self->path[i - 2] == edges[edge].from && self->path[i - 1] == edges[edge].to)
      return self->known[i - 1];
  return -1;
}

static void
draw_thin_arrow (GtkWidget *widget, cairo_t *cr, double x1, double y1, double x2, double y2)
{
  GdkRGBA colour = hs_paint_foreground (widget, .28);
  double angle = atan2 (y2 - y1, x2 - x1);

  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, 1.1);
  cairo_move_to (cr, x1, y1);
  cairo_line_to (cr, x2 - cos (angle) * 5, y2 - sin (angle) * 5);
  cairo_stroke (cr);
  cairo_move_to (cr, x2, y2);
  cairo_line_to (cr, x2 - cos (angle - .42) * 6, y2 - sin (angle - .42) * 6);
  cairo_line_to (cr, x2 - cos (angle + .42) * 6, y2 - sin (angle + .42) * 6);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_label (GtkWidget *widget, cairo_t *cr, guint edge, double x, double y, double drift)
{
  gboolean steep = ABS (drift) < 4;
  g_autoptr (PangoLayout) layout = hs_paint_layout (widget, edges[edge].label, .76, 0);
  GdkRGBA colour = hs_paint_foreground (widget, .8);
  double aside = steep ? 7 : 10;
  int side = edges[edge].side, width;
  double down = steep ? 0 : drift < 0 && side > 0 ? 6 : -4; /* away from the arrow */

  pango_layout_get_pixel_size (layout, &width, NULL);
  if (steep && side > 0 && x + aside + width > gtk_widget_get_width (widget))
    side = -1; /* at the edge there is room on the other side only */
  if (side == 0)
    hs_paint_text (cr, layout, &colour, x, y - 9 * hs_paint_scale (widget), .5);
  else
    hs_paint_text (cr, layout, &colour, x + side * aside, y + down, side > 0 ? 0 : 1);
}

static void
draw_corner (GtkWidget *widget, cairo_t *cr, guint edge, const GdkRGBA *colour, double x1, double y1, double x2, double y2, gboolean dashed)
{
  gdk_cairo_set_source_rgba (cr, colour);
  cairo_set_line_width (cr, LINE_WIDTH);
  cairo_set_dash (cr, dashes, dashed ? 2 : 0, 0);
  cairo_move_to (cr, x1, y1);
  cairo_line_to (cr, x1, y2);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  hs_paint_arrow (cr, colour, x1 + LINE_WIDTH / 2, y2, x2, y2, dashed);
  draw_label (widget, cr, edge, (x1 + x2) / 2, y2 + 17 * hs_paint_scale (widget), 0);
}

/* Aside, along the lane, and in from above. */
static void
draw_detour (GtkWidget *widget, cairo_t *cr, guint edge, const GdkRGBA *colour, double x1, double y1, double x2, double y2, gboolean dashed)
{
  double scale = hs_paint_scale (widget), lane = LANE * scale, aside = x1 + (edges[edge].route == LEFT_BY_LANE ? -ASIDE : ASIDE) * scale;

  gdk_cairo_set_source_rgba (cr, colour);
  cairo_set_line_width (cr, LINE_WIDTH);
  cairo_set_dash (cr, dashes, dashed ? 2 : 0, 0);
  cairo_move_to (cr, x1, y1);
  cairo_line_to (cr, aside, y1);
  cairo_line_to (cr, aside, lane);
  cairo_line_to (cr, x2, lane);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  hs_paint_arrow (cr, colour, x2, lane - LINE_WIDTH / 2, x2, y2, FALSE);
  draw_label (widget, cr, edge, aside, (y1 + lane) / 2, 0);
}

static void
draw_edge (HsStateDiagram *self, cairo_t *cr, guint edge)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GdkRGBA accent = hs_paint_colour (widget, "accent_color");
  int known = edge_known (self, edge);
  double x1, y1, x2, y2;

  anchor (widget, edges[edge].from, edges[edge].fx, edges[edge].fy, &x1, &y1);
  anchor (widget, edges[edge].to, edges[edge].tx, edges[edge].ty, &x2, &y2);
  if (known < 0)
    {
      if (!edges[edge].rare)
        draw_thin_arrow (widget, cr, x1, y1, x2, y2);
      return;
    }
  if (edges[edge].route == BY_TOP)
    draw_corner (widget, cr, edge, &accent, x1, y1, x2, y2, known == HS_TCP_INFERRED);
  else if (edges[edge].route != STRAIGHT)
    draw_detour (widget, cr, edge, &accent, x1, y1, x2, y2, known == HS_TCP_INFERRED);
  else
    {
      hs_paint_arrow (cr, &accent, x1, y1, x2, y2, known == HS_TCP_INFERRED);
      draw_label (widget, cr, edge, (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1);
    }
}

static void
hs_state_diagram_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HsStateDiagram *self = HS_STATE_DIAGRAM (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget)));

  for (guint taken = 0; taken < 2; taken++) /* what was taken lies on top */
    for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
      if ((edge_known (self, i) >= 0) == (taken == 1))
        draw_edge (self, cr, i);
  cairo_destroy (cr);
  GTK_WIDGET_CLASS (hs_state_diagram_parent_class)->snapshot (widget, snapshot);
}

/* ---- The path ---- */

static void
add_step (HsStateDiagram *self, guint node, HsTcpKnown known)
{
  if (self->n == STEPS_MAX || (self->n > 0 && self->path[self->n - 1] == node))
    return;
  self->path[self->n] = node;
  self->known[self->n++] = (guint8) known;
}

/* A second address begins the story anew; a guest's began with the listener. */
static void
begin (HsStateDiagram *self, HsTcpRole role)
{
  self->n = 0;
  add_step (self, START, HS_TCP_OBSERVED);
  if (role == HS_TCP_ROLE_LISTENER)
    add_step (self, HS_TCP_LISTEN, HS_TCP_OBSERVED);
}

static void
read_path (HsStateDiagram *self, HsTcpWatch *watch)
{
  GListModel *log = hs_tcp_watch_get_log (watch);
  guint n = g_list_model_get_n_items (log);

  begin (self, hs_tcp_watch_get_role (watch));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (log, i);
      const HsTcpEvent *event = hs_tcp_log_item_get_event (item);

      if (event->kind != HS_TCP_EVENT_STATE)
        continue;
      if (event->state == HS_TCP_SYN_SENT)
        begin (self, HS_TCP_ROLE_OPENER);
      if (event->state == HS_TCP_CLOSED && self->n == 1) /* it has not begun */
        continue;
      if (event->state == HS_TCP_CLOSED && self->path[self->n - 1] == HS_TCP_SYN_SENT) /* RFC 9293 figure 5 leads back to where it began */
        add_step (self, START, event->known);
      else
        add_step (self, event->state, event->known);
    }
}

static void
update_node (HsStateDiagram *self, guint node)
{
  gboolean taken = FALSE, now = self->n > 0 && self->path[self->n - 1] == node, inferred = FALSE;
  HsTcpState state = node == START ? HS_TCP_CLOSED : (HsTcpState) node;
  g_autofree char *label = NULL;

  for (guint i = 0; i < self->n; i++)
    if (self->path[i] == node)
      {
        taken = TRUE;
        inferred = self->known[i] == HS_TCP_INFERRED;
      }
  gtk_widget_set_css_classes (self->nodes[node],
                              (const char *[]){ "state-node", now ? "now" : taken ? "taken" : "other", inferred && !now ? "inferred" : NULL, NULL });
  /* Translators: %s is a TCP state's name */
  label = g_strdup_printf (now ? _("%s: the present state") : taken ? inferred ? _("%s: passed, inferred") : _("%s: passed") : _("%s: not entered"),
                           hs_tcp_state_get_name (state));
  gtk_widget_set_tooltip_text (self->nodes[node], _(hs_tcp_state_get_sentence (state)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->nodes[node]), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
hs_state_diagram_update (HsStateDiagram *self, HsTcpWatch *watch)
{
  read_path (self, watch);
  for (guint i = 0; i < N_NODES; i++)
    update_node (self, i);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- Object ---- */

/* One stop for Tab, the present state; within, the arrow keys move. */
static gboolean
hs_state_diagram_focus (GtkWidget *widget, GtkDirectionType direction)
{
  HsStateDiagram *self = HS_STATE_DIAGRAM (widget);

  if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return GTK_WIDGET_CLASS (hs_state_diagram_parent_class)->focus (widget, direction);
  return gtk_widget_get_focus_child (widget) == NULL && gtk_widget_grab_focus (self->nodes[self->n > 0 ? self->path[self->n - 1] : START]);
}

static void
hs_state_diagram_dispose (GObject *object)
{
  HsStateDiagram *self = HS_STATE_DIAGRAM (object);

  for (guint i = 0; i < N_NODES; i++)
    g_clear_pointer (&self->nodes[i], gtk_widget_unparent);
  G_OBJECT_CLASS (hs_state_diagram_parent_class)->dispose (object);
}

static void
hs_state_diagram_class_init (HsStateDiagramClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_state_diagram_dispose;
  widget_class->measure = hs_state_diagram_measure;
  widget_class->size_allocate = hs_state_diagram_size_allocate;
  widget_class->snapshot = hs_state_diagram_snapshot;
  widget_class->focus = hs_state_diagram_focus;
  gtk_widget_class_set_css_name (widget_class, "states");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
hs_state_diagram_init (HsStateDiagram *self)
{
  /* In the order of the figure, which is the keyboard's too. */
  static const guint order[N_NODES] = {
    START, HS_TCP_LISTEN, HS_TCP_SYN_SENT, HS_TCP_SYN_RECEIVED, HS_TCP_ESTABLISHED, HS_TCP_FIN_WAIT_1, HS_TCP_CLOSE_WAIT, HS_TCP_FIN_WAIT_2,
    HS_TCP_CLOSING, HS_TCP_LAST_ACK, HS_TCP_TIME_WAIT, HS_TCP_CLOSED,
  };

  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR); /* as the ladder: one picture in every language */
  for (guint i = 0; i < N_NODES; i++)
    {
      HsTcpState state = order[i] == START ? HS_TCP_CLOSED : (HsTcpState) order[i];
      g_autofree char *page = hs_help_dup_state_page (state);
      GtkWidget *node = gtk_button_new_with_label (hs_tcp_state_get_short_name (state));

      gtk_actionable_set_action_name (GTK_ACTIONABLE (node), "app.help-page");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (node), "s", page);
      gtk_widget_set_parent (node, GTK_WIDGET (self));
      self->nodes[order[i]] = node;
      update_node (self, order[i]);
    }
}

GtkWidget *
hs_state_diagram_new (void)
{
  return g_object_new (HS_TYPE_STATE_DIAGRAM, NULL);
}
