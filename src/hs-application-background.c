/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing the window while a server runs: it goes on, and a notification says so and can stop it. Where none can be shown, it is asked first. */
#include "hs-application-private.h"

#include <glib/gi18n.h>

#define NOTIFICATION "hosting"
#define ANSWER_MS 2000 /* a notification daemon may have to be started first (D-Bus activation) */

guint
hs_application_count_guests (HsApplication *self)
{
  GListModel *guests = hs_server_get_guests (self->server);
  guint n = g_list_model_get_n_items (guests), count = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (guests, i);
      gboolean gone = FALSE;

      g_object_get (guest, "gone", &gone, NULL);
      count += !gone && !hs_guest_is_own (guest);
    }
  return count;
}

/* What people know the hosted server by: its first room. */
static const char *
get_title (HsApplication *self)
{
  GListModel *rooms = self->hosted != NULL ? hs_session_get_rooms (self->hosted) : NULL;
  guint n = rooms != NULL ? g_list_model_get_n_items (rooms) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (rooms, i);

      if (hs_room_get_kind (room) == HS_ROOM_CHANNEL)
        return hs_room_get_title (room); /* the session's list holds it */
    }
  return hs_server_get_name (self->server);
}

static char *
format_guests (HsApplication *self)
{
  guint n = hs_application_count_guests (self);

  if (n == 0)
    return g_strdup (_("Nobody else is connected."));
  return g_strdup_printf (ngettext ("%u guest is connected.", "%u guests are connected.", n), n);
}

/* ---- Without a window ---- */

static void
send_notification (HsApplication *self)
{
  g_autofree char *title = g_strdup_printf (_("%s is still open"), get_title (self));
  g_autofree char *body = format_guests (self);
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, body);
  /* Pressed anywhere else it activates the program: the window comes back. */
  g_notification_add_button (notification, _("Stop Server"), "app.stop-server");
  g_application_send_notification (G_APPLICATION (self), NOTIFICATION, notification);
}

static void
go_to_background (HsApplication *self)
{
  self->background = TRUE;
  g_application_hold (G_APPLICATION (self));
  g_set_object (&self->shown, hs_window_get_room (self->window));
  gtk_window_close (GTK_WINDOW (self->window));
}

void
hs_application_leave_background (HsApplication *self)
{
  if (!self->background)
    return;
  self->background = FALSE;
  g_application_withdraw_notification (G_APPLICATION (self), NOTIFICATION);
  g_application_release (G_APPLICATION (self));
}

/* Stopped from the notification, or by itself: there is nothing left to stay for. */
static void
on_running (HsApplication *self)
{
  if (!self->background || hs_server_get_running (self->server))
    return;
  hs_application_leave_all (self);
  hs_application_leave_background (self);
}

/* ---- Asking ---- */

static void
on_response (HsApplication *self, const char *response)
{
  if (self->window == NULL || g_str_equal (response, "cancel"))
    return;
  if (g_str_equal (response, "keep") && hs_server_get_running (self->server))
    {
      go_to_background (self);
      return;
    }
  self->leaving = TRUE;
  gtk_window_close (GTK_WINDOW (self->window));
}

static void
ask (HsApplication *self)
{
  g_autofree char *guests = format_guests (self);
  g_autofree char *body
      = g_strdup_printf (_("%s Notifications cannot be shown here, so nothing would remind you of it. To come back to it, start Handshake again."), guests);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self->window), _("Keep the Server Running?"), NULL));

  adw_message_dialog_set_body (dialog, body);
  adw_message_dialog_add_responses (dialog, "cancel", _("Cancel"), "stop", _("Stop and Quit"), "keep", _("Keep Running"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (dialog, "keep", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "keep");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- Can a notification be shown? ---- */

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (HsApplication) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_auto (GStrv) able = NULL;
  gboolean shown = answer != NULL;

  self->checking = FALSE;
  if (self->window == NULL)
    return;
  if (answer != NULL && g_variant_is_of_type (answer, G_VARIANT_TYPE ("(as)")))
    {
      g_variant_get (answer, "(^as)", &able);
      shown = g_strv_contains ((const char *const *) able, "actions"); /* without buttons it could not stop the server */
    }
  if (!hs_server_get_running (self->server))
    gtk_window_close (GTK_WINDOW (self->window));
  else if (!shown)
    ask (self);
  else
    {
      go_to_background (self);
      send_notification (self);
    }
}

/* Of whom GNotification will ask it: the portal inside a sandbox, else the desktop's daemon. */
static void
check (HsApplication *self, GDBusConnection *bus)
{
  self->checking = TRUE;
  if (g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS))
    g_dbus_connection_call (bus, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.DBus.Properties", "Get",
                            g_variant_new ("(ss)", "org.freedesktop.portal.Notification", "version"), G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE,
                            ANSWER_MS, self->cancellable, on_answer, g_object_ref (self));
  else
    g_dbus_connection_call (bus, "org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                            "GetCapabilities", NULL, G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, self->cancellable, on_answer,
                            g_object_ref (self));
}

static gboolean
on_close_request (HsApplication *self)
{
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (self));
  gboolean stopping = FALSE;

  g_object_get (self->server, "stopping", &stopping, NULL);
  if (self->background || self->leaving || !hs_server_get_running (self->server) || stopping || self->stop_source != 0)
    return GDK_EVENT_PROPAGATE;
  if (self->checking)
    return GDK_EVENT_STOP;
  if (bus != NULL)
    check (self, bus);
  else
    ask (self);
  return GDK_EVENT_STOP;
}

void
hs_application_watch_window (HsApplication *self)
{
  g_signal_connect_object (self->window, "close-request", G_CALLBACK (on_close_request), self, G_CONNECT_SWAPPED);
}

void
hs_application_watch_server (HsApplication *self)
{
  g_signal_connect_object (self->server, "notify::running", G_CALLBACK (on_running), self, G_CONNECT_SWAPPED);
}
