/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with a conversation as a whole: leave it, close it, join it again, and what belongs to that. */
#include "hs-room-view-private.h"

#include "hs-account-window.h"
#include "hs-stop-view.h"

static void
on_account (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  gtk_window_present (GTK_WINDOW (hs_account_window_new (GTK_WINDOW (root), HS_ROOM_VIEW (widget)->session)));
}

static void
on_disconnect (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);

  if (self->connection != NULL)
    hs_connection_leave (self->connection, FALSE);
}

static void
on_leave_anyway (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);

  if (self->connection != NULL)
    hs_connection_leave (self->connection, TRUE);
}

static void
on_leave (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);
  g_autoptr (GError) error = NULL;

  if (!hs_session_part (self->session, self->room, &error))
    hs_room_view_tell_error (self, error);
}

static void
on_close (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);
  g_autoptr (GError) error = NULL;

  hs_room_view_save_draft (self);
  if (!hs_session_close_room (self->session, self->room, &error))
    hs_room_view_tell_error (self, error);
}

static void
on_join_again (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);
  g_autoptr (GError) error = NULL;

  if (self->room == NULL)
    return;
  if (hs_session_get_state (self->session) != HS_SESSION_ONLINE)
    g_signal_emit_by_name (self, "join-again", self->room);
  else if (!hs_session_join (self->session, hs_room_get_name (self->room), &error))
    hs_room_view_tell_error (self, error);
}

/* It was accepted that the server is another one. */
static void
on_accepted (HsRoomView *self)
{
  if (self->room != NULL)
    g_signal_emit_by_name (self, "join-again", self->room);
}

static void
on_show_numbers (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);
  const HsFailure *failure = self->connection != NULL ? hs_connection_get_failure (self->connection) : NULL;
  HsStopView *view;

  if (failure == NULL)
    return;
  view = hs_stop_view_present (widget, hs_connection_get_security (self->connection), failure->title, failure->sentence);
  g_signal_connect_object (view, "accepted", G_CALLBACK (on_accepted), self, G_CONNECT_SWAPPED);
}

static void
on_unread (GtkWidget *widget, const char *name, GVariant *parameter)
{
  hs_message_list_scroll_to_line (HS_ROOM_VIEW (widget)->messages);
}

static void
on_write (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (HS_ROOM_VIEW (widget)->composer));
}

void
hs_room_view_install_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "room.account", NULL, on_account);
  gtk_widget_class_install_action (klass, "room.disconnect", NULL, on_disconnect);
  gtk_widget_class_install_action (klass, "room.leave", NULL, on_leave);
  gtk_widget_class_install_action (klass, "room.close", NULL, on_close);
  gtk_widget_class_install_action (klass, "room.leave-anyway", NULL, on_leave_anyway);
  gtk_widget_class_install_action (klass, "room.join-again", NULL, on_join_again);
  gtk_widget_class_install_action (klass, "room.show-numbers", NULL, on_show_numbers);
  gtk_widget_class_install_action (klass, "room.write", NULL, on_write);
  gtk_widget_class_install_action (klass, "room.unread", NULL, on_unread);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_j, GDK_CONTROL_MASK, "room.unread", NULL);
}

void
hs_room_view_update_actions (HsRoomView *self)
{
  HsSessionState state = self->session != NULL ? hs_session_get_state (self->session) : HS_SESSION_OFFLINE;

  /* The host leaves by stopping the server. */
  gboolean guest = self->session != NULL && !hs_session_is_hosted (self->session);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "room.disconnect",
                                 guest && (state == HS_SESSION_ONLINE || state == HS_SESSION_CONNECTING || state == HS_SESSION_REGISTERING));
  gtk_widget_set_visible (self->disconnect, guest && state != HS_SESSION_OFFLINE && !self->narrow); /* in the menu it is always */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "room.account", self->session != NULL && hs_session_can_keep_account (self->session));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "room.close", self->room != NULL && hs_session_can_close (self->session, self->room));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "room.leave", state == HS_SESSION_ONLINE && self->room != NULL && hs_room_get_kind (self->room) == HS_ROOM_CHANNEL &&
                                                                    hs_room_is_joined (self->room) && !hs_session_is_plain (self->session));
}
