/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's panes: how they fold, and the connection panel at the side. */
#include "hs-window-private.h"

/* Folding, measured with chat 360, sidebar 264, panel 392: panel beside the chat from about 1,020 px, over it below, one pane at a time below 624.
 * A folded flap keeps 392 of 400 px unless the panel expands, but an unfolded panel that expands takes half: so it expands only while the
 * leaflet is folded, and elsewhere is told not to (children hand theirs up). */
#define PANEL_WIDTH 392

static void on_close_panel (HsWindow *self);
static void on_close_connection (HsWindow *self, HsTcpWatch *watch);

static gboolean
panel_is_beside (HsWindow *self)
{
  return adw_flap_get_reveal_flap (self->flap) && !adw_flap_get_folded (self->flap);
}

HsConnection *
hs_window_find_connection (HsWindow *self, HsSession *session)
{
  guint n = g_list_model_get_n_items (self->connections);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsConnection) connection = g_list_model_get_item (self->connections, i);

      if (hs_connection_get_session (connection) == session)
        return connection;
    }
  return NULL;
}

static HsTcpWatch *
find_watch (HsWindow *self)
{
  HsSession *session = self->room != NULL ? hs_room_view_find_session (self->room) : NULL;
  HsConnection *connection = session != NULL ? hs_window_find_connection (self, session) : NULL;

  return connection != NULL && hs_connection_is_used (connection) ? hs_connection_get_watch (connection) : NULL;
}

/* The page Server is there only while one hosts. */
void
hs_window_update_panel (HsWindow *self)
{
  if (self->panel == NULL)
    return;
  hs_connection_panel_set_server (self->panel, hs_server_get_running (self->server) ? self->server : NULL);
  hs_connection_panel_set_watch (self->panel, find_watch (self));
  hs_window_update_passage (self);
}

void
hs_window_update_passage (HsWindow *self)
{
  if (self->panel != NULL)
    hs_connection_panel_set_passage (self->panel, self->view != NULL ? hs_room_view_get_passage (self->view) : NULL,
                                     self->view != NULL ? hs_room_view_get_chosen_passage (self->view) : NULL);
}

/* The window does not wait for it: its place is kept, and it comes after the first frame, or when it is first revealed. */
static void
need_panel (HsWindow *self)
{
  if (self->panel != NULL || !self->painted || !adw_flap_get_reveal_flap (self->flap))
    return;
  self->panel = HS_CONNECTION_PANEL (hs_connection_panel_new ());
  adw_bin_set_child (self->panel_place, GTK_WIDGET (self->panel));
  g_signal_connect_object (self->panel, "close-panel", G_CALLBACK (on_close_panel), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->panel, "close-connection", G_CALLBACK (on_close_connection), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->panel, "error", G_CALLBACK (hs_window_toast), self, G_CONNECT_SWAPPED);
  hs_connection_panel_set_watches (self->panel, self->watches);
  hs_window_update_panel (self);
}

void
hs_window_update_frame (HsWindow *self)
{
  gboolean narrow = adw_leaflet_get_folded (self->leaflet), revealed = adw_flap_get_reveal_flap (self->flap);

  need_panel (self);
  gtk_widget_set_hexpand (GTK_WIDGET (self->panel_place), narrow);
  gtk_widget_set_size_request (GTK_WIDGET (self->panel_place), narrow ? -1 : PANEL_WIDTH, -1);
  if (self->panel != NULL)
    {
      hs_connection_panel_set_narrow (self->panel, adw_flap_get_folded (self->flap));
      hs_connection_panel_set_shown (self->panel, revealed);
    }
  if (self->view != NULL)
    hs_room_view_set_frame (self->view, narrow && gtk_widget_get_visible (GTK_WIDGET (self->sidebar)), !panel_is_beside (self));
  if (self->page != NULL)
    hs_server_page_set_frame (self->page, narrow && gtk_widget_get_visible (GTK_WIDGET (self->sidebar)), !panel_is_beside (self));
  if (self->welcome != NULL)
    hs_welcome_page_set_title_buttons (self->welcome, !panel_is_beside (self));
  g_object_set (self->sidebar, "narrow", narrow, NULL);
}

void
hs_window_set_panel_revealed (HsWindow *self, gboolean revealed)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "panel");

  adw_flap_set_reveal_flap (self->flap, revealed);
  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (revealed));
  hs_window_update_frame (self);
}

/* Over the conversation it comes only when asked for; beside it as the person last left it. */
void
hs_window_flap_folded (HsWindow *self)
{
  hs_window_set_panel_revealed (self, !adw_flap_get_folded (self->flap) && g_settings_get_boolean (self->settings, "panel-shown"));
}

/* A swipe or a click outside closes the panel without asking the action. */
void
hs_window_flap_revealed (HsWindow *self)
{
  hs_window_set_panel_revealed (self, adw_flap_get_reveal_flap (self->flap));
}

static void
on_close_panel (HsWindow *self)
{
  if (!adw_flap_get_folded (self->flap))
    g_settings_set_boolean (self->settings, "panel-shown", FALSE);
  hs_window_set_panel_revealed (self, FALSE);
}

static void
on_close_connection (HsWindow *self, HsTcpWatch *watch)
{
  guint n = g_list_model_get_n_items (self->connections);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsConnection) connection = g_list_model_get_item (self->connections, i);

      if (hs_connection_get_watch (connection) == watch)
        hs_connection_leave (connection, FALSE);
    }
}
