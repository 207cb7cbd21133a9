/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-window-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "hs-config.h"

enum { OPEN_ADDRESS, JOIN_AGAIN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsWindow, hs_window, ADW_TYPE_APPLICATION_WINDOW)

void
hs_window_set_warning (HsWindow *self, const char *text)
{
  gtk_label_set_text (self->warning_text, text != NULL ? text : "");
  gtk_info_bar_set_revealed (self->warning, text != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->warning), text != NULL);
}

static void
on_warning_response (HsWindow *self)
{
  hs_window_set_warning (self, NULL);
}

/* ---- Rooms ---- */

static void
update_title (HsWindow *self)
{
  const char *name = _("Handshake");
  g_autofree char *program = self->profile != NULL ? g_strdup_printf ("%s (%s)", name, self->profile) : g_strdup (name);
  /* Translators: the window's title: room, program. */
  const char *place = self->at_server ? _("Server") : self->room != NULL ? hs_room_get_title (self->room) : NULL;
  g_autofree char *title = place != NULL ? g_strdup_printf (_("%s – %s"), place, program) : g_strdup (program);

  gtk_window_set_title (GTK_WINDOW (self), title);
}

static void on_open_uri (HsWindow *self, const char *uri);
static void on_room_chosen (HsWindow *self, HsRoom *room);
static void on_join_again (HsWindow *self, HsRoom *room);
static void update_looked_at (HsWindow *self);

static void
need_view (HsWindow *self)
{
  if (self->view != NULL)
    return;
  self->view = g_object_new (HS_TYPE_ROOM_VIEW, NULL);
  hs_room_view_set_server (self->view, self->server);
  g_signal_connect_object (self->view, "notify::passage", G_CALLBACK (hs_window_update_passage), self, G_CONNECT_SWAPPED);
  gtk_stack_add_named (self->content, GTK_WIDGET (self->view), "room");
  g_signal_connect_object (self->view, "error", G_CALLBACK (hs_window_toast), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "toast", G_CALLBACK (hs_window_show_toast), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "open-uri", G_CALLBACK (on_open_uri), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "open-room", G_CALLBACK (on_room_chosen), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "join-again", G_CALLBACK (on_join_again), self, G_CONNECT_SWAPPED);
  hs_room_view_set_looked_at (self->view, gtk_window_is_active (GTK_WINDOW (self)));
}

/* ---- The server's page ---- */

static HsSession *
find_hosted_session (HsWindow *self)
{
  guint n = g_list_model_get_n_items (self->connections);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsConnection) connection = g_list_model_get_item (self->connections, i);

      if (hs_session_is_hosted (hs_connection_get_session (connection)))
        return hs_connection_get_session (connection);
    }
  return NULL;
}

static HsRoom *
find_default_room (HsWindow *self)
{
  HsSession *session = find_hosted_session (self);

  return session != NULL ? hs_session_find_room (session, hs_server_get_default_room (self->server)) : NULL;
}

static void
on_guest_chosen (HsWindow *self, HsGuest *guest)
{
  if (self->panel != NULL)
    hs_connection_panel_show_guest (self->panel, guest);
}

static void
on_guest_revealed (HsWindow *self, HsGuest *guest)
{
  hs_window_set_panel_revealed (self, TRUE);
  on_guest_chosen (self, guest);
}

static void
on_guest_message (HsWindow *self, HsGuest *guest)
{
  HsSession *session = find_hosted_session (self);

  if (session != NULL && hs_guest_get_wire_nick (guest) != NULL)
    hs_window_show_room (self, hs_session_open_person (session, hs_guest_get_wire_nick (guest)));
}

static void
need_page (HsWindow *self)
{
  if (self->page != NULL)
    return;
  self->page = hs_server_page_new (self->server);
  gtk_stack_add_named (self->content, GTK_WIDGET (self->page), "server");
  g_signal_connect_object (self->page, "chosen", G_CALLBACK (on_guest_chosen), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->page, "reveal", G_CALLBACK (on_guest_revealed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->page, "message", G_CALLBACK (on_guest_message), self, G_CONNECT_SWAPPED);
}

static void
need_welcome (HsWindow *self)
{
  if (self->welcome != NULL)
    return;
  self->welcome = g_object_new (HS_TYPE_WELCOME_PAGE, NULL);
  gtk_stack_add_named (self->content, GTK_WIDGET (self->welcome), "welcome");
  hs_welcome_page_set_menu (self->welcome, self->menu);
}

/* A page of a stack that is merely not shown would still be offered to screen readers. */
static void
show_page (gpointer page, gboolean shown)
{
  if (page != NULL)
    gtk_widget_set_visible (page, shown);
}

static void
update_content (HsWindow *self)
{
  gboolean running = hs_server_get_running (self->server), any = g_list_model_get_n_items (self->rooms) > 0 || running;
  const char *name;

  self->at_server = self->at_server && running;
  name = self->at_server ? "server" : self->room != NULL ? "room" : "welcome";
  gtk_widget_set_visible (GTK_WIDGET (self->sidebar), any);
  gtk_widget_set_visible (self->sidebar_rule, any);
  if (self->at_server)
    need_page (self);
  else if (self->room != NULL)
    need_view (self);
  else
    need_welcome (self);
  show_page (self->page, self->at_server);
  show_page (self->view, g_str_equal (name, "room"));
  show_page (self->welcome, g_str_equal (name, "welcome"));
  gtk_stack_set_visible_child_name (self->content, name);
  if (self->page != NULL)
    {
      hs_server_page_set_room (self->page, self->at_server ? find_default_room (self) : NULL);
      hs_server_page_set_shown (self->page, self->at_server);
    }
  if (!any)
    adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->flap));
  hs_window_update_frame (self);
  update_looked_at (self);
}

static void
on_server_chosen (HsWindow *self)
{
  self->at_server = TRUE;
  update_content (self);
  hs_sidebar_select_server (self->sidebar);
  update_title (self);
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->flap));
}

/* The page goes with the server. */
static void
on_server_running (HsWindow *self)
{
  gboolean was_there = self->at_server;

  hs_window_update_panel (self);
  if (self->known)
    update_content (self);
  if (was_there && !self->at_server)
    hs_window_show_room (self, self->room);
}

void
hs_window_show_room (HsWindow *self, HsRoom *room)
{
  HsSession *session = room != NULL ? hs_room_view_find_session (room) : NULL;
  HsConnection *connection = session != NULL ? hs_window_find_connection (self, session) : NULL;

  if (self->room != NULL)
    g_signal_handlers_disconnect_by_func (self->room, update_title, self);
  g_set_object (&self->room, room);
  if (room != NULL)
    g_signal_connect_object (room, "notify::title", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  self->known = TRUE;
  self->at_server = FALSE;
  /* First the page, then what it shows: what is hidden takes no focus. */
  update_content (self);
  if (self->view != NULL)
    hs_room_view_set_room (self->view, room, connection);
  hs_sidebar_select (self->sidebar, room);
  hs_window_update_panel (self);
  if (room != NULL && session != NULL)
    hs_session_choose_room (session, room);
  update_title (self);
  if (room != NULL)
    adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->flap));
}

HsRoom *
hs_window_get_room (HsWindow *self)
{
  return self->room;
}

void
hs_window_refresh_panel (HsWindow *self)
{
  hs_window_update_panel (self);
}

static gboolean
holds (GListModel *rooms, HsRoom *room)
{
  guint n = g_list_model_get_n_items (rooms);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsRoom) other = g_list_model_get_item (rooms, i);

      if (other == room)
        return TRUE;
    }
  return FALSE;
}

/* The one beside it; where only one pane fits, the list. */
static void
show_neighbour (HsWindow *self, guint position)
{
  guint n = g_list_model_get_n_items (self->rooms);
  g_autoptr (HsRoom) room = n > 0 ? g_list_model_get_item (self->rooms, MIN (position, n - 1)) : NULL;

  hs_window_show_room (self, room);
  if (room != NULL)
    adw_leaflet_set_visible_child (self->leaflet, adw_leaflet_get_folded (self->leaflet) ? GTK_WIDGET (self->sidebar) : GTK_WIDGET (self->flap));
}

/* A session's connection is replaced when one joins again: the room stays, what carries it is another. */
static void
on_rooms_changed (HsWindow *self, guint position)
{
  if (!self->known)
    return;
  if (self->room != NULL && !holds (self->rooms, self->room))
    show_neighbour (self, position);
  else if (self->room != NULL)
    {
      hs_room_view_set_room (self->view, self->room, hs_window_find_connection (self, hs_room_view_find_session (self->room)));
      hs_window_update_panel (self);
    }
  update_content (self);
}

static void
on_room_chosen (HsWindow *self, HsRoom *room)
{
  hs_window_show_room (self, room);
}

static gpointer
rooms_of (gpointer connection, gpointer data)
{
  GListModel *rooms = g_object_ref (hs_session_get_rooms (hs_connection_get_session (connection)));

  g_object_unref (connection);
  return rooms;
}

static int
compare_rooms (gconstpointer a, gconstpointer b, gpointer data)
{
  return (int) hs_sidebar_is_hosted ((HsRoom *) b) - (int) hs_sidebar_is_hosted ((HsRoom *) a);
}

static GListModel *
make_rooms (GListModel *connections)
{
  GtkMapListModel *lists = gtk_map_list_model_new (g_object_ref (connections), rooms_of, NULL, NULL);
  GtkFlattenListModel *rooms = gtk_flatten_list_model_new (G_LIST_MODEL (lists));

  return G_LIST_MODEL (gtk_sort_list_model_new (G_LIST_MODEL (rooms), GTK_SORTER (gtk_custom_sorter_new (compare_rooms, NULL, NULL))));
}

/* ---- Being looked at ---- */

static void
update_looked_at (HsWindow *self)
{
  if (self->view == NULL)
    return;
  hs_room_view_set_looked_at (self->view, gtk_window_is_active (GTK_WINDOW (self)) && !self->at_server);
  if (!gtk_window_is_active (GTK_WINDOW (self)))
    hs_room_view_save_draft (self->view);
}

static void
on_open_uri (HsWindow *self, const char *uri)
{
  static const char *const ours[] = { "irc://", "ircs://", "tcp://", "udp://" };

  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    if (g_ascii_strncasecmp (uri, ours[i], strlen (ours[i])) == 0)
      {
        g_signal_emit (self, signals[OPEN_ADDRESS], 0, uri);
        return;
      }
  gtk_show_uri (GTK_WINDOW (self), uri, GDK_CURRENT_TIME);
}

static void
on_join_again (HsWindow *self, HsRoom *room)
{
  g_signal_emit (self, signals[JOIN_AGAIN], 0, room);
}

/* ---- Actions ---- */

/* In a narrow window, while the list is before it. */
static gboolean
content_is_behind (HsWindow *self)
{
  return adw_leaflet_get_folded (self->leaflet) && adw_leaflet_get_visible_child (self->leaflet) != GTK_WIDGET (self->flap);
}

static void
on_panel_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsWindow *self = data;
  gboolean behind = content_is_behind (self), reveal = behind || !adw_flap_get_reveal_flap (self->flap);

  if (behind) /* the panel's place is there, too */
    adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->flap));
  if (!adw_flap_get_folded (self->flap))
    g_settings_set_boolean (self->settings, "panel-shown", reveal);
  hs_window_set_panel_revealed (self, reveal);
}

static void
on_menu_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsWindow *self = data;

  if (self->room == NULL && !gtk_widget_get_visible (GTK_WIDGET (self->sidebar)))
    hs_welcome_page_popup_menu (self->welcome);
  else if (!self->at_server && adw_leaflet_get_folded (self->leaflet) && !content_is_behind (self))
    hs_room_view_popup_menu (self->view);
  else
    {
      adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->sidebar)); /* the server's page has no menu of its own */
      hs_sidebar_popup_menu (self->sidebar);
    }
}

static void
on_back_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsWindow *self = data;

  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->sidebar));
}

static void
on_server_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsWindow *self = data;

  if (self->at_server)
    hs_window_show_room (self, self->room);
  else if (hs_server_get_running (self->server))
    on_server_chosen (self);
}

static void
on_next_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  hs_sidebar_choose_beside (HS_WINDOW (data)->sidebar, FALSE);
}

static void
on_previous_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  hs_sidebar_choose_beside (HS_WINDOW (data)->sidebar, TRUE);
}

static const GActionEntry actions[] = {
  { "next", on_next_action },
  { "previous", on_previous_action },
  { "server", on_server_action },
  { "panel", on_panel_action, NULL, "false", NULL },
  { "menu", on_menu_action },
  { "back", on_back_action },
};

/* Escape closes what is on top: the panel where it lies over the conversation; else the focus goes back to the composer. */
static gboolean
on_escape (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  HsWindow *self = HS_WINDOW (widget);

  if (adw_flap_get_folded (self->flap) && adw_flap_get_reveal_flap (self->flap))
    hs_window_set_panel_revealed (self, FALSE);
  else if (self->room != NULL && !self->at_server && !content_is_behind (self))
    gtk_widget_activate_action (GTK_WIDGET (self->view), "room.write", NULL);
  return TRUE;
}

/* ---- Life ---- */

void
hs_window_save (HsWindow *self)
{
  int width, height;

  if (self->view != NULL)
    hs_room_view_save_draft (self->view);
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (self->settings, "window-width", MAX (width, 360));
  g_settings_set_int (self->settings, "window-height", MAX (height, 294));
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
}

static gboolean
hs_window_close_request (GtkWindow *window)
{
  hs_window_save (HS_WINDOW (window));
  return GTK_WINDOW_CLASS (hs_window_parent_class)->close_request (window);
}

/* What can wait for the window, and the window not for it. The icon is X11's, and drawn in many sizes. */
static void
on_first_frame (GdkFrameClock *clock, HsWindow *self)
{
  g_signal_handlers_disconnect_by_func (clock, on_first_frame, self);
  self->painted = TRUE;
  gtk_window_set_default_icon_name (HS_APPLICATION_ID);
  hs_window_update_frame (self);
}

static void
hs_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (hs_window_parent_class)->realize (widget);
  if (!HS_WINDOW (widget)->painted)
    g_signal_connect_object (gtk_widget_get_frame_clock (widget), "after-paint", G_CALLBACK (on_first_frame), widget, 0);
}

static void
hs_window_dispose (GObject *object)
{
  HsWindow *self = HS_WINDOW (object);

  if (self->panel != NULL)
    hs_connection_panel_set_shown (self->panel, FALSE);
  self->panel = NULL;
  self->view = NULL;
  if (self->page != NULL)
    hs_server_page_set_shown (self->page, FALSE);
  self->page = NULL;
  self->welcome = NULL;
  g_clear_weak_pointer (&self->invitation);
  g_clear_object (&self->room);
  g_clear_object (&self->rooms);
  g_clear_object (&self->watches);
  g_clear_object (&self->menu);
  g_clear_object (&self->connections);
  g_clear_object (&self->server);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->profile, g_free);
  G_OBJECT_CLASS (hs_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child (klass, HsWindow, toasts);
  gtk_widget_class_bind_template_child (klass, HsWindow, toast_room);
  gtk_widget_class_bind_template_child (klass, HsWindow, warning);
  gtk_widget_class_bind_template_child (klass, HsWindow, warning_text);
  gtk_widget_class_bind_template_child (klass, HsWindow, leaflet);
  gtk_widget_class_bind_template_child (klass, HsWindow, sidebar);
  gtk_widget_class_bind_template_child (klass, HsWindow, sidebar_rule);
  gtk_widget_class_bind_template_child (klass, HsWindow, flap);
  gtk_widget_class_bind_template_child (klass, HsWindow, content);
  gtk_widget_class_bind_template_child (klass, HsWindow, panel_place);
}

static void
hs_window_class_init (HsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_window_dispose;
  widget_class->realize = hs_window_realize;
  GTK_WINDOW_CLASS (klass)->close_request = hs_window_close_request;
  g_type_ensure (HS_TYPE_SIDEBAR);
  signals[OPEN_ADDRESS] = g_signal_new ("open-address", HS_TYPE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[JOIN_AGAIN] = g_signal_new ("join-again", HS_TYPE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ROOM);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-window.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_warning_response);
  gtk_widget_class_bind_template_callback (widget_class, on_room_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_server_chosen);
  gtk_widget_class_bind_template_callback (widget_class, update_looked_at);
  gtk_widget_class_bind_template_callback (widget_class, hs_window_update_frame);
  gtk_widget_class_bind_template_callback (widget_class, hs_window_flap_folded);
  gtk_widget_class_bind_template_callback (widget_class, hs_window_flap_revealed);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape, NULL);
}

static void
hs_window_init (HsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* What does not keep what is said: our own history, else that of the server here. */
static void
update_store_warning (HsWindow *self)
{
  g_autofree char *hosted = NULL, *words = NULL;

  g_object_get (self->server, "store-error-text", &hosted, NULL);
  if (hosted != NULL) /* Translators: %s is a sentence that says why, without a full stop. */
    words = g_strdup_printf (_("What is said on your server is not kept. %s"), hosted);
  hs_window_set_warning (self, hs_store_get_error_text (self->store) != NULL ? hs_store_get_error_text (self->store) : words);
}

static void
restore_size (HsWindow *self)
{
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (self->settings, "window-width"), g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

HsWindow *
hs_window_new (GtkApplication *application, const HsWindowParts *parts)
{
  HsWindow *self = g_object_new (HS_TYPE_WINDOW, "application", application, NULL);

  self->settings = g_object_ref (parts->settings);
  self->server = g_object_ref (parts->server);
  self->store = g_object_ref (parts->store);
  self->connections = g_object_ref (parts->connections);
  self->watches = g_object_ref (parts->watches);
  self->menu = G_MENU_MODEL (g_object_ref (gtk_application_get_menu_by_id (application, "main-menu")));
  self->profile = g_strdup (parts->profile);
  self->rooms = make_rooms (self->connections);
  hs_sidebar_set_menu (self->sidebar, self->menu);
  hs_sidebar_set_rooms (self->sidebar, self->rooms);
  hs_sidebar_set_server (self->sidebar, self->server);
  g_signal_connect_object (self->rooms, "items-changed", G_CALLBACK (on_rooms_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->server, "notify::running", G_CALLBACK (on_server_running), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (parts->store, "notify::error-text", G_CALLBACK (update_store_warning), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->server, "notify::store-error-text", G_CALLBACK (update_store_warning), self, G_CONNECT_SWAPPED);
  update_store_warning (self);
  restore_size (self);
  gtk_widget_set_visible (GTK_WIDGET (self->sidebar), FALSE);
  gtk_widget_set_visible (self->sidebar_rule, FALSE);
  hs_window_flap_folded (self);
  update_title (self);
  return self;
}
