/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The button `Lab`; see hs-lab-button.h. Rows are made from the table of hs-tcp-lab.h when the popover is first opened. */
#include "hs-lab-button.h"

#include <glib/gi18n.h>

#define WIDTH 344
#define HEIGHT_MAX 520

struct _HsLabButton
{
  GtkWidget parent_instance;

  /* Owned by the widget tree */
  GtkWidget *button;
  GtkLabel *head;
  GtkWidget *rows;                          /* (nullable) until first opened */
  GtkWidget *controls[HS_TCP_LAB_N];        /* (nullable) buttons, or switches of what lasts */

  /* Owned */
  HsTcpWatch *watch; /* (nullable) */
  HsServer *server;  /* (nullable) */
  GSignalGroup *watch_signals, *server_signals;

  /* State */
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (HsLabButton, hs_lab_button, GTK_TYPE_WIDGET)

gboolean
hs_lab_is_possible (HsTcpWatch *watch)
{
  HsTcpState state = hs_tcp_watch_get_state (watch);
  gboolean half = (hs_tcp_watch_get_experiments (watch) & HS_TCP_LAB_BIT (HS_TCP_LAB_HALF_CLOSE)) != 0;

  if (hs_tcp_watch_get_gone (watch))
    return FALSE;
  return state == HS_TCP_ESTABLISHED || (state == HS_TCP_CLOSE_WAIT && !half)
         || (half && (state == HS_TCP_FIN_WAIT_1 || state == HS_TCP_FIN_WAIT_2));
}

char *
hs_lab_dup_names (guint experiments)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (HsTcpLab i = 0; i < HS_TCP_LAB_N; i++)
    if ((experiments & HS_TCP_LAB_BIT (i)) != 0 && hs_tcp_lab_is_lasting (i))
      /* Translators: between two names of experiments */
      g_string_append_printf (names, "%s%s", names->len > 0 ? _(", ") : "", _(hs_tcp_lab_get_name (i)));
  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}

/* ---- What is done ---- */

static void
update (HsLabButton *self)
{
  guint experiments = self->watch != NULL ? hs_tcp_watch_get_experiments (self->watch) : self->server != NULL ? hs_server_get_experiments (self->server) : 0;
  gboolean possible = self->watch != NULL ? hs_lab_is_possible (self->watch) : self->server != NULL;
  gboolean guest = self->watch != NULL && hs_tcp_watch_get_role (self->watch) == HS_TCP_ROLE_LISTENER;

  gtk_widget_set_sensitive (self->button, possible);
  if (self->rows == NULL)
    return;
  gtk_label_set_label (self->head, self->server != NULL ? _("What this does is real, to everybody who wants to join.") : guest ? _("What these do is real, to this guest’s connection. The guest is told before.")
                                         : _("What these do is real, to this connection. Watch the panel while you try."));
  self->updating = TRUE;
  for (HsTcpLab i = 0; i < HS_TCP_LAB_N; i++)
    if (self->controls[i] == NULL)
      continue;
    else if (hs_tcp_lab_is_lasting (i))
      gtk_switch_set_active (GTK_SWITCH (self->controls[i]), (experiments & HS_TCP_LAB_BIT (i)) != 0);
    else
      gtk_widget_set_sensitive (self->controls[i], possible && (experiments & HS_TCP_LAB_BIT (i)) == 0);
  self->updating = FALSE;
}

static HsTcpLab
experiment_of (HsLabButton *self, gpointer control)
{
  HsTcpLab i = 0;

  while (i < HS_TCP_LAB_N - 1 && self->controls[i] != control)
    i++;
  return i;
}

static void
on_clicked (GtkButton *button, HsLabButton *self)
{
  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->button));
  if (self->watch != NULL)
    hs_tcp_watch_experiment (self->watch, experiment_of (self, button), TRUE);
}

static void
on_switched (GtkSwitch *control, GParamSpec *pspec, HsLabButton *self)
{
  if (self->updating)
    return;
  if (self->watch != NULL)
    hs_tcp_watch_experiment (self->watch, experiment_of (self, control), gtk_switch_get_active (control));
  else if (self->server != NULL)
    hs_server_experiment (self->server, experiment_of (self, control), gtk_switch_get_active (control));
}

/* ---- Rows ---- */

static GtkWidget *
make_label (const char *text, const char *first, const char *second)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  if (first != NULL)
    gtk_widget_add_css_class (label, first);
  if (second != NULL)
    gtk_widget_add_css_class (label, second);
  return label;
}

/* What lasts has a name and a switch; what happens once is a button that is called so. */
static GtkWidget *
make_head (HsLabButton *self, HsTcpLab experiment)
{
  const char *name = _(hs_tcp_lab_get_name (experiment));
  GtkWidget *box, *control;

  if (!hs_tcp_lab_is_lasting (experiment))
    {
      self->controls[experiment] = control = gtk_button_new_with_label (name);
      if (experiment == HS_TCP_LAB_RESET)
        gtk_widget_add_css_class (control, "destructive-action");
      g_signal_connect_object (control, "clicked", G_CALLBACK (on_clicked), self, 0);
      return control;
    }
  self->controls[experiment] = control = gtk_switch_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (control, "notify::active", G_CALLBACK (on_switched), self, 0);
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_box_append (GTK_BOX (box), make_label (name, "heading", NULL));
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), control);
  return box;
}

static GtkWidget *
make_row (HsLabButton *self, HsTcpLab experiment)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *more = gtk_button_new_with_label (_("Learn More"));

  gtk_box_append (GTK_BOX (row), make_head (self, experiment));
  gtk_box_append (GTK_BOX (row), make_label (_(hs_tcp_lab_get_sentence (experiment)), "panel-small", "panel-dim"));
  gtk_widget_add_css_class (more, "link");
  gtk_widget_add_css_class (more, "panel-learn");
  gtk_widget_set_halign (more, GTK_ALIGN_START);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (more), "app.help-page");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (more), "s", hs_tcp_lab_get_help (experiment));
  gtk_box_append (GTK_BOX (row), more);
  return row;
}

static void
fill (GtkMenuButton *button, gpointer user_data)
{
  HsLabButton *self = user_data;
  GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (button)), *scroller;

  if (self->rows != NULL)
    return;
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 14);
  gtk_widget_add_css_class (self->rows, "lab-rows");
  self->head = GTK_LABEL (make_label (NULL, "panel-body", NULL));
  gtk_box_append (GTK_BOX (self->rows), GTK_WIDGET (self->head));
  for (HsTcpLab i = 0; i < HS_TCP_LAB_N; i++)
    if (((HS_TCP_LAB_OF_CONNECTION >> i) & 1) != (self->server != NULL))
      gtk_box_append (GTK_BOX (self->rows), make_row (self, i));

  scroller = gtk_scrolled_window_new ();
  g_object_set (scroller, "hscrollbar-policy", GTK_POLICY_NEVER, "propagate-natural-height", TRUE, "max-content-height", HEIGHT_MAX,
                "width-request", WIDTH, NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->rows);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
  update (self);
}

/* ---- Object ---- */

void
hs_lab_button_set_watch (HsLabButton *self, HsTcpWatch *watch)
{
  g_return_if_fail (HS_IS_LAB_BUTTON (self));

  if (!g_set_object (&self->watch, watch))
    return;
  g_signal_group_set_target (self->watch_signals, watch);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->button)); /* it would be about another one */
  update (self);
}

void
hs_lab_button_set_server (HsLabButton *self, HsServer *server)
{
  g_return_if_fail (HS_IS_LAB_BUTTON (self));

  if (!g_set_object (&self->server, server))
    return;
  g_signal_group_set_target (self->server_signals, server);
  update (self);
}

static void
hs_lab_button_dispose (GObject *object)
{
  HsLabButton *self = HS_LAB_BUTTON (object);

  g_clear_object (&self->watch_signals);
  g_clear_object (&self->server_signals);
  g_clear_object (&self->watch);
  g_clear_object (&self->server);
  g_clear_pointer (&self->button, gtk_widget_unparent);
  G_OBJECT_CLASS (hs_lab_button_parent_class)->dispose (object);
}

static void
hs_lab_button_class_init (HsLabButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_lab_button_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
hs_lab_button_init (HsLabButton *self)
{
  GtkWidget *popover = gtk_popover_new ();

  gtk_widget_add_css_class (popover, "lab");
  gtk_widget_set_halign (popover, GTK_ALIGN_END); /* the button stands at the window's edge */
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->button), C_("experiments on a connection", "Lab"));
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (self->button), GTK_ARROW_UP);
  gtk_widget_set_tooltip_text (self->button, _("Experiments"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, C_("experiments on a connection", "Lab"), -1);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), popover);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->button), fill, self, NULL);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  gtk_widget_set_sensitive (self->button, FALSE);

  self->watch_signals = g_signal_group_new (HS_TYPE_TCP_WATCH);
  g_signal_group_connect_swapped (self->watch_signals, "notify::experiments", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->watch_signals, "notify::state", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->watch_signals, "notify::gone", G_CALLBACK (update), self);
  self->server_signals = g_signal_group_new (HS_TYPE_SERVER);
  g_signal_group_connect_swapped (self->server_signals, "notify::experiments", G_CALLBACK (update), self);
}

GtkWidget *
hs_lab_button_new (void)
{
  return g_object_new (HS_TYPE_LAB_BUTTON, NULL);
}
