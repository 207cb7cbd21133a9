/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is shown of a connection leads to its explanation; see hs-field.h. */
#include "hs-field.h"

GtkWidget *
hs_field_new (GtkWidget *content, const char *page, const char *tooltip)
{
  GtkWidget *field = gtk_button_new ();

  gtk_button_set_child (GTK_BUTTON (field), content);
  gtk_widget_add_css_class (field, "field");
  gtk_widget_set_tooltip_text (field, tooltip);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (field), "app.help-page");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (field), "s", page);
  return field;
}

GtkWidget *
hs_field_get_content (GtkWidget *field)
{
  return gtk_button_get_child (GTK_BUTTON (field));
}

void
hs_field_set_value (GtkLabel *value, const char *text)
{
  GtkWidget *before = gtk_widget_get_prev_sibling (GTK_WIDGET (value));
  GtkWidget *caption = before != NULL ? before : gtk_widget_get_next_sibling (GTK_WIDGET (value));
  GtkWidget *field = gtk_widget_get_ancestor (GTK_WIDGET (value), GTK_TYPE_BUTTON);
  g_autofree char *words = NULL;

  if (g_str_equal (gtk_label_get_label (value), text)) /* a label set anew is told to screen readers anew */
    return;
  gtk_label_set_label (value, text);
  words = g_strdup_printf ("%s: %s", gtk_label_get_label (GTK_LABEL (caption)), text);
  /* No relation labelled-by: GTK 4.8 falls over when AT-SPI asks for it before the caption was asked for. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (field), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

/* ---- The group ---- */

struct _HsFieldGroup
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (HsFieldGroup, hs_field_group, GTK_TYPE_WIDGET)

static void
gather_fields (GtkWidget *widget, GPtrArray *fields)
{
  if (gtk_widget_has_css_class (widget, "field") && gtk_widget_get_mapped (widget))
    g_ptr_array_add (fields, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    gather_fields (child, fields);
}

static graphene_point_t
get_centre (GtkWidget *group, GtkWidget *field)
{
  graphene_rect_t bounds;

  if (!gtk_widget_compute_bounds (field, group, &bounds))
    bounds = *graphene_rect_zero ();
  return GRAPHENE_POINT_INIT (bounds.origin.x + bounds.size.width / 2, bounds.origin.y + bounds.size.height / 2);
}

/* The nearest in the next line above or below. (nullable) */
static GtkWidget *
find_in_line (GtkWidget *group, GPtrArray *fields, GtkWidget *from, gboolean above)
{
  graphene_point_t here = get_centre (group, from), nearest = here;
  GtkWidget *found = NULL;

  for (guint i = 0; i < fields->len; i++)
    {
      graphene_point_t there = get_centre (group, fields->pdata[i]);
      float lines = above ? here.y - there.y : there.y - here.y, best = above ? here.y - nearest.y : nearest.y - here.y;

      if (lines < gtk_widget_get_height (from) / 2.0)
        continue;
      if (found != NULL && (lines > best || (lines == best && ABS (there.x - here.x) >= ABS (nearest.x - here.x))))
        continue;
      found = fields->pdata[i];
      nearest = there;
    }
  return found;
}

static GtkWidget *
find_next (GtkWidget *group, GPtrArray *fields, guint from, GtkDirectionType direction)
{
  gboolean on = (direction == GTK_DIR_RIGHT) == (gtk_widget_get_direction (group) != GTK_TEXT_DIR_RTL);

  if (direction == GTK_DIR_UP || direction == GTK_DIR_DOWN)
    return find_in_line (group, fields, fields->pdata[from], direction == GTK_DIR_UP);
  if (on)
    return from + 1 < fields->len ? fields->pdata[from + 1] : NULL;
  return from > 0 ? fields->pdata[from - 1] : NULL;
}

static gboolean
hs_field_group_focus (GtkWidget *widget, GtkDirectionType direction)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *next;
  guint from;

  gather_fields (widget, fields);
  if (root == NULL || !g_ptr_array_find (fields, gtk_root_get_focus (root), &from))
    return GTK_WIDGET_CLASS (hs_field_group_parent_class)->focus (widget, direction);
  if (direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD)
    return FALSE;
  next = find_next (widget, fields, from, direction);
  return next != NULL && gtk_widget_grab_focus (next);
}

static const struct { guint keyval, keypad; GtkDirectionType direction; } arrows[] = {
  { GDK_KEY_Left, GDK_KEY_KP_Left, GTK_DIR_LEFT },
  { GDK_KEY_Right, GDK_KEY_KP_Right, GTK_DIR_RIGHT },
  { GDK_KEY_Up, GDK_KEY_KP_Up, GTK_DIR_UP },
  { GDK_KEY_Down, GDK_KEY_KP_Down, GTK_DIR_DOWN },
};

/* Before a GtkFlowBox below takes the arrows for its children, which are not what has the focus. */
static gboolean
on_key (HsFieldGroup *self, guint keyval, guint keycode, GdkModifierType state)
{
  if (state & gtk_accelerator_get_default_mod_mask ())
    return GDK_EVENT_PROPAGATE;
  for (gsize i = 0; i < G_N_ELEMENTS (arrows); i++)
    if (keyval == arrows[i].keyval || keyval == arrows[i].keypad)
      return gtk_widget_child_focus (GTK_WIDGET (self), arrows[i].direction);
  return GDK_EVENT_PROPAGATE;
}

static void
hs_field_group_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_field_group_parent_class)->dispose (object);
}

static void
hs_field_group_class_init (HsFieldGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_field_group_dispose;
  widget_class->focus = hs_field_group_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
hs_field_group_init (HsFieldGroup *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
hs_field_group_new (GtkWidget *child)
{
  HsFieldGroup *self = g_object_new (HS_TYPE_FIELD_GROUP, NULL);

  gtk_widget_set_parent (child, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
