/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-sidebar.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "hs-room-row.h"
#include "hs-server-row.h"
#include "hs-session.h"

struct _HsSidebar
{
  GtkWidget parent_instance;

  /* Template */
  AdwHeaderBar *header;
  GtkListBox *rooms;
  GtkMenuButton *menu;
  GtkWidget *hosting, *start;
  GtkLabel *port;

  /* Owned */
  GListModel *model;   /* the server while it runs, then the rooms */
  GListStore *servers; /* of HsServer: none or one */
  HsServer *server;

  /* Borrowed */
  gpointer selected; /* (nullable) HsRoom or HsServer */

  /* State */
  gboolean narrow, selecting;
};

enum { PROP_NARROW = 1, N_PROPS };
enum { ROOM_CHOSEN, SERVER_CHOSEN, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsSidebar, hs_sidebar, GTK_TYPE_WIDGET)

gboolean
hs_sidebar_is_hosted (HsRoom *room)
{
  gboolean hosted = FALSE;

  g_object_get (room, "hosted", &hosted, NULL);
  return hosted;
}

/* ---- Rows ---- */

/* As people write it: without a scheme. */
static char *
dup_address (HsRoom *room)
{
  g_autoptr (HsSession) session = NULL;
  const char *address, *scheme_end;

  g_object_get (room, "session", &session, NULL);
  address = session != NULL ? hs_session_get_address (session) : NULL;
  scheme_end = address != NULL ? strstr (address, "://") : NULL;
  return g_strdup (scheme_end != NULL ? scheme_end + strlen ("://") : address);
}

/* Two rooms, or two peers, may be called the same: then each row says where it is. */
static void
tell_alike_apart (HsSidebar *self)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->rooms, i)) != NULL; i++)
    if (HS_IS_ROOM_ROW (row))
      {
        gpointer title = (gpointer) hs_room_get_title (hs_room_row_get_room (HS_ROOM_ROW (row)));

        g_hash_table_insert (counts, title, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, title)) + 1));
      }
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->rooms, i)) != NULL; i++)
    if (HS_IS_ROOM_ROW (row))
      {
        HsRoom *room = hs_room_row_get_room (HS_ROOM_ROW (row));
        gboolean alike = GPOINTER_TO_UINT (g_hash_table_lookup (counts, hs_room_get_title (room))) > 1;
        g_autofree char *place = alike && !hs_sidebar_is_hosted (room) ? dup_address (room) : NULL;

        hs_room_row_set_place (HS_ROOM_ROW (row), place);
      }
}

static void
on_title (HsRoomRow *row)
{
  GtkWidget *sidebar = gtk_widget_get_ancestor (GTK_WIDGET (row), HS_TYPE_SIDEBAR);

  if (sidebar != NULL)
    tell_alike_apart (HS_SIDEBAR (sidebar));
}

static GtkWidget *
create_row (gpointer item, gpointer data)
{
  GtkWidget *row;

  if (HS_IS_SERVER (item))
    return hs_server_row_new (item);
  row = hs_room_row_new (item);
  g_signal_connect_object (item, "notify::title", G_CALLBACK (on_title), row, G_CONNECT_SWAPPED);
  return row;
}

static gboolean
is_hosted (GtkListBoxRow *row)
{
  return HS_IS_SERVER_ROW (row) || hs_sidebar_is_hosted (hs_room_row_get_room (HS_ROOM_ROW (row)));
}

/* What it stands for. */
static gpointer
get_subject (HsSidebar *self, GtkListBoxRow *row)
{
  return HS_IS_SERVER_ROW (row) ? (gpointer) self->server : (gpointer) hs_room_row_get_room (HS_ROOM_ROW (row));
}

static void
update_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  gboolean hosted = is_hosted (row);
  GtkWidget *label;

  if (before != NULL && is_hosted (before) == hosted)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  label = gtk_label_new (hosted ? _("Hosting") : _("Joined"));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "section");
  gtk_list_box_row_set_header (row, label);
}

static GtkListBoxRow *
find_row (HsSidebar *self, gpointer subject)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->rooms, i)) != NULL; i++)
    if (get_subject (self, row) == subject)
      return row;
  return NULL;
}

/* Rows are made anew when the list changes: the selection belongs to the room. */
static void
select_again (HsSidebar *self)
{
  GtkListBoxRow *row = self->selected != NULL ? find_row (self, self->selected) : NULL;

  self->selecting = TRUE;
  if (row != NULL)
    gtk_list_box_select_row (self->rooms, row);
  else
    gtk_list_box_unselect_all (self->rooms);
  self->selecting = FALSE;
}

static void
tell_chosen (HsSidebar *self, GtkListBoxRow *row)
{
  if (HS_IS_SERVER_ROW (row))
    g_signal_emit (self, signals[SERVER_CHOSEN], 0);
  else
    g_signal_emit (self, signals[ROOM_CHOSEN], 0, hs_room_row_get_room (HS_ROOM_ROW (row)));
}

static void
on_row_selected (HsSidebar *self, GtkListBoxRow *row)
{
  if (row != NULL && !self->selecting && get_subject (self, row) != self->selected)
    tell_chosen (self, row);
}

/* A click on the row that is selected already opens it too, in a narrow window. */
static void
on_row_activated (HsSidebar *self, GtkListBoxRow *row)
{
  tell_chosen (self, row);
}

void
hs_sidebar_select (HsSidebar *self, HsRoom *room)
{
  self->selected = room;
  select_again (self);
}

void
hs_sidebar_select_server (HsSidebar *self)
{
  self->selected = self->server;
  select_again (self);
}

void
hs_sidebar_choose_beside (HsSidebar *self, gboolean before)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->rooms);
  int n = 0, at = row != NULL ? gtk_list_box_row_get_index (row) : -1;

  while (gtk_list_box_get_row_at_index (self->rooms, n) != NULL)
    n++;
  if (n == 0)
    return;
  at = at < 0 ? (before ? n - 1 : 0) : (at + (before ? n - 1 : 1)) % n;
  gtk_list_box_select_row (self->rooms, gtk_list_box_get_row_at_index (self->rooms, at));
}

void
hs_sidebar_set_rooms (HsSidebar *self, GListModel *rooms)
{
  GListStore *lists = g_list_store_new (G_TYPE_LIST_MODEL);

  g_list_store_append (lists, self->servers);
  g_list_store_append (lists, rooms);
  g_clear_object (&self->model);
  self->model = G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (lists)));
  gtk_list_box_bind_model (self->rooms, self->model, create_row, NULL, NULL);
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (select_again), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (tell_alike_apart), self, G_CONNECT_SWAPPED);
  tell_alike_apart (self);
}

/* ---- The strip below ---- */

static void
update_server (HsSidebar *self)
{
  gboolean running = hs_server_get_running (self->server), stopping = FALSE;
  g_autofree char *port = g_strdup_printf (_("port %u"), hs_server_get_port (self->server));

  g_object_get (self->server, "stopping", &stopping, NULL);
  if (running != (g_list_model_get_n_items (G_LIST_MODEL (self->servers)) > 0))
    g_list_store_splice (self->servers, 0, running ? 0 : 1, (gpointer *) &self->server, running ? 1 : 0);
  gtk_label_set_text (self->port, stopping ? _("stopping…") : port);
  gtk_widget_set_visible (self->hosting, running);
  gtk_widget_set_visible (self->start, !running);
}

void
hs_sidebar_set_server (HsSidebar *self, HsServer *server)
{
  g_set_object (&self->server, server);
  g_signal_connect_object (server, "notify::running", G_CALLBACK (update_server), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (server, "notify::port", G_CALLBACK (update_server), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (server, "notify::stopping", G_CALLBACK (update_server), self, G_CONNECT_SWAPPED);
  update_server (self);
}

static void
create_menu (GtkMenuButton *button, gpointer menu)
{
  if (gtk_menu_button_get_popover (button) == NULL)
    gtk_menu_button_set_menu_model (button, menu);
}

/* The menu's widgets are made when it is first opened. */
void
hs_sidebar_set_menu (HsSidebar *self, GMenuModel *menu)
{
  gtk_menu_button_set_create_popup_func (self->menu, create_menu, g_object_ref (menu), g_object_unref);
}

void
hs_sidebar_popup_menu (HsSidebar *self)
{
  gtk_menu_button_popup (self->menu);
}

/* ---- Life ---- */

static void
hs_sidebar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, HS_SIDEBAR (object)->narrow);
}

static void
hs_sidebar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  HsSidebar *self = HS_SIDEBAR (object);

  if (self->narrow == g_value_get_boolean (value))
    return;
  self->narrow = g_value_get_boolean (value);
  adw_header_bar_set_show_end_title_buttons (self->header, self->narrow);
  g_object_notify_by_pspec (object, pspec);
}

static void
hs_sidebar_dispose (GObject *object)
{
  HsSidebar *self = HS_SIDEBAR (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->model);
  g_clear_object (&self->servers);
  g_clear_object (&self->server);
  G_OBJECT_CLASS (hs_sidebar_parent_class)->dispose (object);
}

static void
hs_sidebar_class_init (HsSidebarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hs_sidebar_dispose;
  object_class->get_property = hs_sidebar_get_property;
  object_class->set_property = hs_sidebar_set_property;
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[ROOM_CHOSEN] = g_signal_new ("room-chosen", HS_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ROOM);

  signals[SERVER_CHOSEN] = g_signal_new ("server-chosen", HS_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "sidebar");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, HsSidebar, header);
  gtk_widget_class_bind_template_child (widget_class, HsSidebar, rooms);
  gtk_widget_class_bind_template_child (widget_class, HsSidebar, menu);
  gtk_widget_class_bind_template_child (widget_class, HsSidebar, hosting);
  gtk_widget_class_bind_template_child (widget_class, HsSidebar, start);
  gtk_widget_class_bind_template_child (widget_class, HsSidebar, port);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
hs_sidebar_init (HsSidebar *self)
{
  self->servers = g_list_store_new (HS_TYPE_SERVER);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->rooms, update_header, NULL, NULL);
}
