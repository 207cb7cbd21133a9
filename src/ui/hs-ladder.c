/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder of a handshake, of data, or of a close: the opener always left, the listener right, on both computers. Draws what hs-tcp-ladder.h derives. */
#include "hs-ladder.h"

#include "hs-ladder-rung.h"

#define STATE_HEIGHT   23
#define SEGMENT_HEIGHT 44

struct _HsLadder
{
  GtkWidget parent_instance;

  /* State */
  int selected;
};

G_DEFINE_FINAL_TYPE (HsLadder, hs_ladder, GTK_TYPE_WIDGET)

enum { PROP_0, PROP_SELECTED, N_PROPS };

static GParamSpec *props[N_PROPS];

static GtkWidget *
nth_rung (HsLadder *self, int n)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  for (; child != NULL && n > 0; n--)
    child = gtk_widget_get_next_sibling (child);
  return n == 0 ? child : NULL;
}

static int
rung_index (GtkWidget *rung)
{
  int n = 0;

  for (rung = gtk_widget_get_prev_sibling (rung); rung != NULL; rung = gtk_widget_get_prev_sibling (rung))
    n++;
  return n;
}

/* ---- Choosing a rung ---- */

void
hs_ladder_set_selected (HsLadder *self, int selected)
{
  GtkWidget *old = self->selected >= 0 ? nth_rung (self, self->selected) : NULL;
  GtkWidget *new = selected >= 0 ? nth_rung (self, selected) : NULL;

  if (new == NULL)
    selected = -1;
  if (old != NULL && old != new)
    hs_ladder_rung_set_selected (HS_LADDER_RUNG (old), FALSE);
  if (new != NULL)
    hs_ladder_rung_set_selected (HS_LADDER_RUNG (new), TRUE);
  if (self->selected == selected)
    return;
  self->selected = selected;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SELECTED]);
}

static void
on_pressed (GtkGestureClick *gesture, int n_press, double x, double y, HsLadder *self)
{
  GtkWidget *rung = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  int index;

  if (rung == NULL || !HS_IS_LADDER_RUNG (rung))
    return;
  index = rung_index (rung);
  gtk_widget_grab_focus (rung);
  hs_ladder_set_selected (self, index == self->selected ? -1 : index);
}

static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers, HsLadder *self)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self));
  GtkWidget *next = NULL;

  if (focus == NULL)
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_space)
    {
      int index = rung_index (focus);

      hs_ladder_set_selected (self, index == self->selected ? -1 : index);
      return GDK_EVENT_STOP;
    }
  if (key == GDK_KEY_Escape && self->selected >= 0)
    {
      hs_ladder_set_selected (self, -1);
      return GDK_EVENT_STOP;
    }
  if (key == GDK_KEY_Up)
    next = gtk_widget_get_prev_sibling (focus);
  else if (key == GDK_KEY_Down)
    next = gtk_widget_get_next_sibling (focus);
  if (next == NULL)
    return GDK_EVENT_PROPAGATE;
  gtk_widget_grab_focus (next);
  hs_ladder_set_selected (self, rung_index (next));
  return GDK_EVENT_STOP;
}

/* ---- Rails ---- */

typedef struct
{
  HsRail rail;    /* as it left the row above */
  gboolean ended; /* at CLOSED */
} Side;

static const HsRail rails_of[] = {
  [HS_TCP_OBSERVED] = HS_RAIL_SOLID, [HS_TCP_INFERRED] = HS_RAIL_DASHED, [HS_TCP_TOLD] = HS_RAIL_DOTTED,
};

/* A rail is as sure as the state it stands for, and ends where the connection does. */
static void
pass_row (Side *side, gboolean first, gboolean has, HsTcpState state, HsTcpKnown known, HsRail *above, HsRail *below)
{
  *above = first ? HS_RAIL_NONE : side->rail;
  if (has)
    {
      side->ended = state == HS_TCP_CLOSED && !first;
      side->rail = side->ended ? HS_RAIL_NONE : rails_of[known];
    }
  else if (first)
    side->rail = HS_RAIL_DASHED; /* the computer is there; in which state is not known */
  *below = side->rail;
}

static void
drop_from (GtkWidget *child)
{
  while (child != NULL)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);

      gtk_widget_unparent (child);
      child = next;
    }
}

void
hs_ladder_set_rungs (HsLadder *self, GPtrArray *rungs, gboolean own_left, HsLadderPart part)
{
  /* Between handshake and close this side is established; of the other nothing is seen. */
  HsRail own = part == HS_LADDER_DATA ? HS_RAIL_SOLID : HS_RAIL_NONE, other = part == HS_LADDER_DATA ? HS_RAIL_DASHED : HS_RAIL_NONE;
  Side sides[2] = { { own_left ? own : other, FALSE }, { own_left ? other : own, FALSE } };
  GtkWidget *child;
  guint n = rungs->len;
  int top = 0;
  g_autofree gpointer *data = NULL;

  data = g_ptr_array_steal (rungs, NULL);
  g_ptr_array_unref (rungs);
  child = gtk_widget_get_first_child (GTK_WIDGET (self));
  for (guint i = 0; i < n; i++)
    {
      HsTcpRung *rung = data[i];
      HsLadderRails rails = {
        .own_left = own_left,
        .top = top,
        .height = (rung->kind == HS_TCP_RUNG_STATE ? STATE_HEIGHT : SEGMENT_HEIGHT) - (part == HS_LADDER_CLOSE ? 1 : 0),
      };

      pass_row (&sides[0], i == 0 && part != HS_LADDER_DATA, rung->has_left, rung->left, rung->left_known, &rails.above[0], &rails.below[0]);
      pass_row (&sides[1], i == 0 && part != HS_LADDER_DATA, rung->has_right, rung->right, rung->right_known, &rails.above[1], &rails.below[1]);
      if (child == NULL)
        gtk_widget_set_parent (hs_ladder_rung_new (rung, &rails), GTK_WIDGET (self));
      else
        hs_ladder_rung_set (HS_LADDER_RUNG (child), rung, &rails);
      child = child != NULL ? gtk_widget_get_next_sibling (child) : NULL;
      top += rails.height;
    }
  drop_from (child);
  if (self->selected >= (int) n)
    hs_ladder_set_selected (self, -1);
}

guint
hs_ladder_get_n_rungs (HsLadder *self)
{
  GtkWidget *last = gtk_widget_get_last_child (GTK_WIDGET (self));

  return last != NULL ? (guint) rung_index (last) + 1 : 0;
}

int
hs_ladder_get_selected (HsLadder *self)
{
  return self->selected;
}

static HsLadderRung *
selected_rung (HsLadder *self)
{
  return self->selected >= 0 ? HS_LADDER_RUNG (nth_rung (self, self->selected)) : NULL;
}

char *
hs_ladder_dup_title (HsLadder *self)
{
  HsLadderRung *rung = selected_rung (self);

  return rung != NULL ? hs_ladder_rung_dup_title (rung) : NULL;
}

char *
hs_ladder_dup_sentence (HsLadder *self)
{
  HsLadderRung *rung = selected_rung (self);

  return rung != NULL ? hs_ladder_rung_dup_sentence (rung) : NULL;
}

char *
hs_ladder_dup_known (HsLadder *self)
{
  HsLadderRung *rung = selected_rung (self);

  return rung != NULL ? hs_ladder_rung_dup_known (rung) : NULL;
}

char *
hs_ladder_dup_help (HsLadder *self)
{
  HsLadderRung *rung = selected_rung (self);

  return rung != NULL ? hs_ladder_rung_dup_help (rung) : NULL;
}

/* One stop for Tab, the rung that was chosen or the first; within it the arrow keys move. */
static gboolean
hs_ladder_focus (GtkWidget *widget, GtkDirectionType direction)
{
  HsLadder *self = HS_LADDER (widget);
  GtkWidget *rung = nth_rung (self, MAX (self->selected, 0));

  if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return GTK_WIDGET_CLASS (hs_ladder_parent_class)->focus (widget, direction);
  return gtk_widget_get_focus_child (widget) == NULL && rung != NULL && gtk_widget_grab_focus (rung);
}

/* ---- Object ---- */

static void
hs_ladder_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SELECTED)
    g_value_set_int (value, HS_LADDER (object)->selected);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
hs_ladder_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_ladder_parent_class)->dispose (object);
}

static void
hs_ladder_class_init (HsLadderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = hs_ladder_get_property;
  object_class->dispose = hs_ladder_dispose;
  props[PROP_SELECTED] = g_param_spec_int ("selected", NULL, NULL, -1, G_MAXINT, -1,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  widget_class->focus = hs_ladder_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "ladder");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
hs_ladder_init (HsLadder *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->selected = -1;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  /* The opener stands left in every language: two screens show one picture. */
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

GtkWidget *
hs_ladder_new (void)
{
  return g_object_new (HS_TYPE_LADDER, NULL);
}
