/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-application-private.h"

#include <glib/gi18n.h>

#include "hs-config.h"
#include "hs-help-window.h"
#include "hs-preferences-window.h"

#define RESOURCES "/io/github/handshakechat/Handshake"

G_DEFINE_FINAL_TYPE (HsApplication, hs_application, ADW_TYPE_APPLICATION)

/* ---- Another person ---- */

static gboolean
spawn_person (HsApplication *self, guint number)
{
  g_autofree char *name = g_strdup_printf (_("Person %u"), number);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *const arguments[] = { program != NULL ? program : "handshake", "--profile", name, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  if (process == NULL && self->window != NULL)
    hs_window_toast (self->window, error->message);
  return process != NULL;
}

static gboolean
has_name (char **names, guint number)
{
  g_autofree char *person = g_strdup_printf (_("Person %u"), number);
  g_autofree char *escaped = hs_profile_escape (person);
  g_autofree char *id = g_strconcat (HS_APPLICATION_ID, ".p_", escaped, NULL);

  return g_strv_contains ((const char *const *) names, id);
}

static void
on_names_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (HsApplication) self = data;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_auto (GStrv) names = NULL;
  guint number = 2;

  if (answer != NULL)
    g_variant_get (answer, "(^as)", &names);
  while (names != NULL && has_name (names, number))
    number++;
  /* One that was just started has no name yet. */
  self->persons = MAX (self->persons + 1, number);
  spawn_person (self, names != NULL && !has_name (names, number) ? number : self->persons);
}

static void
on_new_person (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsApplication *self = data;
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (self));

  if (bus != NULL)
    g_dbus_connection_call (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames", NULL,
                            G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_names_listed, g_object_ref (self));
  else
    {
      self->persons = MAX (self->persons + 1, 2);
      spawn_person (self, self->persons);
    }
}

/* ---- Actions ---- */

static void
on_connect (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  hs_application_show_connect (data, NULL);
}

static void
on_start_server (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  hs_application_start_server (data);
}

static void
on_stop_server (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  hs_application_stop_server (data);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsApplication *self = data;

  adw_show_about_window (GTK_WINDOW (self->window),
                         "application-name", _("Handshake"),
                         "application-icon", HS_APPLICATION_ID,
                         "version", HS_VERSION,
                         "developer-name", _("The Handshake Developers"),
                         "website", HS_HOMEPAGE,
                         "issue-url", HS_HOMEPAGE, /* which says where, and whom to tell of a hole */
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _("Chat with the people around you, and see what TCP does."),
                         "translator-credits", _("translator-credits"),
                         NULL);
}

/* Made when asked for: GTK would make one with the window and keep it hidden, and when a screen reader asks for a window that has just closed,
 * GTK 4.8 answers with the last one there is and crashes if that was never shown. */
static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsApplication *self = data;
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (RESOURCES "/ui/shortcuts.ui");
  GtkWindow *shortcuts = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));

  gtk_window_set_transient_for (shortcuts, GTK_WINDOW (self->window));
  gtk_window_present (shortcuts);
}

static void
show_help (HsApplication *self, const char *page)
{
  if (self->help == NULL)
    {
      g_set_weak_pointer (&self->help, GTK_WINDOW (hs_help_window_new ()));
      gtk_window_set_application (self->help, GTK_APPLICATION (self));
    }
  hs_help_window_show (HS_HELP_WINDOW (self->help), page);
  gtk_window_present (self->help);
}

static void
on_help (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_help (data, "index");
}

/* Where a panel's explanation leads on. */
static void
on_help_page (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_help (data, g_variant_get_string (parameter, NULL));
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsApplication *self = data;

  self->leaving = TRUE;
  if (self->window != NULL)
    gtk_window_close (GTK_WINDOW (self->window));
  else if (!self->quitting)
    {
      hs_application_leave_all (self);
      hs_application_leave_background (self);
    }
}

static void
on_keep_server (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  hs_application_keep_server (data);
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsApplication *self = data;
  g_autofree char *name = hs_profile_dup_shown_name (self->profile);
  GtkWidget *preferences;

  if (self->window == NULL)
    return;
  preferences = hs_preferences_window_new (GTK_WINDOW (self->window), hs_profile_get_settings (self->profile), self->server, self->known_servers, name,
                                           self->room_password);
  g_signal_connect_object (preferences, "forgetting", G_CALLBACK (hs_application_forget_server), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (preferences, "room-password", G_CALLBACK (hs_application_set_room_password), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (preferences));
}

static const GActionEntry actions[] = {
  { "connect", on_connect },
  { "preferences", on_preferences },
  { "new-person", on_new_person },
  { "start-server", on_start_server },
  { "stop-server", on_stop_server },
  { "keep-server", on_keep_server },
  { "about", on_about },
  { "help", on_help },
  { "help-page", on_help_page, "s" },
  { "shortcuts", on_shortcuts },
  { "quit", on_quit },
};

static const struct
{
  const char *action, *accelerators[3];
} shortcuts[] = {
  { "app.connect", { "<Control>n" } },
  { "app.preferences", { "<Control>comma" } },
  { "app.quit", { "<Control>q" } },
  { "window.close", { "<Control>w" } },
  { "win.panel", { "F9" } },
  { "win.server", { "F8" } },
  { "win.next", { "<Control>Page_Down", "<Alt>Down" } },
  { "win.previous", { "<Control>Page_Up", "<Alt>Up" } },
  { "win.menu", { "F10" } },
  { "app.help", { "F1" } },
  { "app.shortcuts", { "<Control>question", "<Control>F1" } },
};

static void
update_server_actions (HsApplication *self)
{
  gboolean running = hs_server_get_running (self->server), stopping = FALSE;

  g_object_get (self->server, "stopping", &stopping, NULL);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "start-server")), !running);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "stop-server")), running && !stopping);
}

/* ---- Leaving ---- */

static void
let_go (gpointer data)
{
  g_application_release (data);
}

static void
on_stopped_to_quit (GObject *source, GAsyncResult *result, gpointer data)
{
  hs_server_stop_finish (HS_SERVER (source), result, NULL);
  let_go (data);
}

static void
on_closed_to_quit (HsConnection *connection, HsApplication *self)
{
  g_signal_handlers_disconnect_by_func (connection, on_closed_to_quit, self);
  let_go (self);
}

/* Every conversation is left in good order, which is bounded, and the server takes leave of its guests. */
void
hs_application_leave_all (HsApplication *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->connections));

  self->quitting = TRUE;
  hs_application_keep_server (self); /* it is stopped below */
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);

      if (!hs_connection_is_open (connection) || hs_session_is_hosted (hs_connection_get_session (connection)))
        continue;
      g_application_hold (G_APPLICATION (self));
      g_signal_connect (connection, "closed", G_CALLBACK (on_closed_to_quit), self);
      hs_connection_leave (connection, TRUE);
    }
  if (hs_server_get_running (self->server))
    {
      g_application_hold (G_APPLICATION (self));
      hs_server_stop_async (self->server, on_stopped_to_quit, self);
    }
}

static void
on_window_destroyed (HsApplication *self)
{
  self->window = NULL;
  if (self->help != NULL)
    gtk_window_destroy (self->help);
  if (!self->background)
    hs_application_leave_all (self);
}

/* ---- Starting ---- */

static void
on_join_again (HsApplication *self, HsRoom *room)
{
  hs_application_join_again (self, room);
}

static void
make_server (HsApplication *self)
{
  g_autoptr (HsServerConfig) config = hs_application_make_server_config (self);

  self->server = hs_server_new (config, TRUE);
  g_signal_connect_object (hs_profile_get_settings (self->profile), "changed", G_CALLBACK (hs_application_configure_server), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->server, "notify::running", G_CALLBACK (update_server_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->server, "notify::stopping", G_CALLBACK (update_server_actions), self, G_CONNECT_SWAPPED);
  update_server_actions (self);
}

static void
hs_application_startup (GApplication *application)
{
  HsApplication *self = HS_APPLICATION (application);
  g_autofree char *path = hs_profile_dup_database_path (self->profile);
  g_autofree char *folder = g_path_get_dirname (path), *key_path = g_build_filename (folder, "own-key", NULL);

  /* The store's thread opens the database while GTK opens the display. */
  hs_profile_prepare (self->profile);
  self->store = hs_store_new (path);
  self->known_servers = hs_known_servers_new (self->store);
  self->own_key = hs_own_key_new (key_path, NULL);
  self->keyring = hs_keyring_new (hs_profile_get_name (self->profile));
  G_APPLICATION_CLASS (hs_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action, shortcuts[i].accelerators);
  make_server (self);
  hs_application_watch_server (self);
  hs_application_restore (self);
}

static void
hs_application_activate (GApplication *application)
{
  HsApplication *self = HS_APPLICATION (application);

  if (self->quitting)
    return;
  if (self->window == NULL)
    {
      HsWindowParts parts = {
        .settings = hs_profile_get_settings (self->profile), .server = self->server, .store = self->store,
        .connections = G_LIST_MODEL (self->connections), .watches = G_LIST_MODEL (self->watches), .profile = hs_profile_get_name (self->profile),
      };

      self->window = hs_window_new (GTK_APPLICATION (self), &parts);
      g_signal_connect_object (self->window, "destroy", G_CALLBACK (on_window_destroyed), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->window, "open-address", G_CALLBACK (hs_application_show_connect), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->window, "join-again", G_CALLBACK (on_join_again), self, G_CONNECT_SWAPPED);
      hs_application_watch_window (self);
      if (self->known)
        hs_window_show_room (self->window, self->shown != NULL && hs_room_get_session (self->shown) != NULL ? self->shown : NULL);
      hs_application_leave_background (self);
    }
  gtk_window_present (GTK_WINDOW (self->window));
}

/* Addresses are no files: they are taken as they were typed. */
static int
hs_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  int n = 0;
  g_auto (GStrv) arguments = g_application_command_line_get_arguments (line, &n);

  g_application_activate (application);
  if (n > 1 && HS_APPLICATION (application)->window != NULL)
    hs_application_show_addresses (HS_APPLICATION (application), arguments + 1);
  return 0;
}

/* From the desktop, by D-Bus. */
static void
hs_application_open (GApplication *application, GFile **files, int n, const char *hint)
{
  g_auto (GStrv) uris = g_new0 (char *, n + 1);

  for (int i = 0; i < n; i++)
    uris[i] = g_file_get_uri (files[i]);
  g_application_activate (application);
  if (n > 0 && HS_APPLICATION (application)->window != NULL)
    hs_application_show_addresses (HS_APPLICATION (application), uris);
}

static void
hs_application_shutdown (GApplication *application)
{
  HsApplication *self = HS_APPLICATION (application);

  g_cancellable_cancel (self->cancellable);
  G_APPLICATION_CLASS (hs_application_parent_class)->shutdown (application);
  if (self->store != NULL)
    hs_store_close (self->store);
}

static void
hs_application_dispose (GObject *object)
{
  HsApplication *self = HS_APPLICATION (object);

  g_clear_object (&self->connections);
  g_clear_object (&self->watches);
  g_clear_object (&self->hosted);
  g_clear_object (&self->shown);
  g_clear_object (&self->undo);
  g_clear_object (&self->server);
  g_clear_object (&self->known_servers);
  hs_application_erase_room_password (self);
  g_clear_object (&self->own_key);
  g_clear_object (&self->keyring);
  g_clear_object (&self->store);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->profile, hs_profile_free);
  G_OBJECT_CLASS (hs_application_parent_class)->dispose (object);
}

static void
hs_application_class_init (HsApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_application_dispose;
  application_class->startup = hs_application_startup;
  application_class->activate = hs_application_activate;
  application_class->command_line = hs_application_command_line;
  application_class->open = hs_application_open;
  application_class->shutdown = hs_application_shutdown;
}

static void
hs_application_init (HsApplication *self)
{
  self->connections = g_list_store_new (HS_TYPE_CONNECTION);
  self->watches = g_list_store_new (HS_TYPE_TCP_WATCH);
  self->cancellable = g_cancellable_new ();
}

HsApplication *
hs_application_new (HsProfile *profile)
{
  g_autofree char *id = hs_profile_dup_application_id (profile);
  HsApplication *self = g_object_new (HS_TYPE_APPLICATION, "application-id", id, "resource-base-path", RESOURCES,
                                      "flags", G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN, NULL);

  self->profile = profile;
  return self;
}
