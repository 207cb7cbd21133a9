/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-preferences-window.h"

#include <glib/gi18n.h>

#include "hs-copy-button.h"
#include "hs-known-server-row.h"

struct _HsPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  /* Template */
  AdwEntryRow *shown_name, *server_name, *room_password;
  GtkAdjustment *port_adjustment;
  GtkWidget *share_view, *tell_reading;
  AdwPreferencesGroup *who_group; /* its description says what is chosen */
  AdwComboRow *who;
  AdwPreferencesGroup *keep_group; /* likewise */
  AdwComboRow *keep;
  AdwActionRow *own_number;
  HsCopyButton *copy_own;
  GtkListBox *servers, *key_servers;
  GtkWidget *forget_all;

  /* Owned */
  GSettings *settings;
  HsServer *server;
  HsKnownServers *known;
  GArray *days; /* of int: what the list of keep_group offers */
};

#define KEEP_NOTHING  (-1)
#define KEEP_FOR_EVER 0

enum { ROOM_PASSWORD, FORGETTING, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsPreferencesWindow, hs_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

/* ---- You ---- */

static void
take_name (HsPreferencesWindow *self, AdwEntryRow *row, const char *key)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));

  g_settings_set_string (self->settings, key, name);
}

static void
on_name_applied (HsPreferencesWindow *self)
{
  take_name (self, self->shown_name, "shown-name");
}

static void
show_name (HsPreferencesWindow *self, AdwEntryRow *row, const char *key, const char *usual_name)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, key);

  gtk_editable_set_text (GTK_EDITABLE (row), *chosen != '\0' ? chosen : usual_name);
}

/* ---- Hosting ---- */

/* The values of the settings key who-may-join, in the order of the list. */
static const struct
{
  const char *value, *meaning;
} choices[] = {
  { "everyone", N_("Plain text and unencrypted IRC, too. Whoever is not encrypted is marked.") },
  { "encrypted", N_("Whoever comes unencrypted is told so and turned away.") },
  { "classroom", N_("Nothing is encrypted, your own window neither: for learners who look at the bytes.") },
};

static void
show_who (HsPreferencesWindow *self)
{
  g_autofree char *value = g_settings_get_string (self->settings, "who-may-join");

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if (g_str_equal (value, choices[i].value))
      {
        adw_combo_row_set_selected (self->who, i);
        adw_preferences_group_set_description (self->who_group, _(choices[i].meaning));
      }
}

static void
on_who_selected (HsPreferencesWindow *self)
{
  guint selected = adw_combo_row_get_selected (self->who);

  if (self->settings != NULL && selected < G_N_ELEMENTS (choices))
    g_settings_set_string (self->settings, "who-may-join", choices[selected].value);
}

/* Days, as in the settings key keep-days; one that was set by other means stands behind them. KEEP_NOTHING is a key of its own: what is kept
 * already keeps its time. */
static const int usual_days[] = { KEEP_NOTHING, 1, 7, 30, 90, 365, KEEP_FOR_EVER };

static char *
format_days (int days)
{
  if (days == KEEP_NOTHING)
    return g_strdup (C_("what is said", "Not at all"));
  if (days == KEEP_FOR_EVER)
    return g_strdup (C_("what is said", "For ever"));
  return g_strdup_printf (ngettext ("%d day", "%d days", (gulong) days), days);
}

static guint
find_days (HsPreferencesWindow *self, int days)
{
  for (guint i = 0; i < self->days->len; i++)
    if (g_array_index (self->days, int, i) == days)
      return i;
  return self->days->len;
}

static void
show_keep (HsPreferencesWindow *self)
{
  int days = g_settings_get_boolean (self->settings, "keep-said") ? g_settings_get_int (self->settings, "keep-days") : KEEP_NOTHING;
  guint at = find_days (self, days);

  if (at == self->days->len)
    {
      GtkStringList *list = GTK_STRING_LIST (adw_combo_row_get_model (self->keep));

      g_array_append_val (self->days, days);
      gtk_string_list_take (list, format_days (days));
    }
  adw_combo_row_set_selected (self->keep, at);
  adw_preferences_group_set_description (
    self->keep_group, days == KEEP_NOTHING ? _("From the next start on nothing is kept, and who comes later sees nothing of it. What is kept already goes with its time.")
                      : days == KEEP_FOR_EVER ? _("Your server shows it to those who come later.")
                                              : _("Your server shows it to those who come later. What is older is deleted."));
}

static void
on_keep_selected (HsPreferencesWindow *self)
{
  guint selected = adw_combo_row_get_selected (self->keep);

  int days;

  if (self->settings == NULL || selected >= self->days->len)
    return;
  days = g_array_index (self->days, int, selected);
  if (days != KEEP_NOTHING)
    g_settings_set_int (self->settings, "keep-days", days);
  g_settings_set_boolean (self->settings, "keep-said", days != KEEP_NOTHING);
}

static void
fill_keep (HsPreferencesWindow *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (usual_days); i++)
    gtk_string_list_take (list, format_days (usual_days[i]));
  self->days = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_append_vals (self->days, usual_days, G_N_ELEMENTS (usual_days));
  adw_combo_row_set_model (self->keep, G_LIST_MODEL (list));
}

static void
on_server_name_applied (HsPreferencesWindow *self)
{
  take_name (self, self->server_name, "server-name");
}

static void
on_password_applied (HsPreferencesWindow *self)
{
  const char *password = gtk_editable_get_text (GTK_EDITABLE (self->room_password));

  g_signal_emit (self, signals[ROOM_PASSWORD], 0, *password != '\0' ? password : NULL);
}

static gboolean
get_port (GValue *value, GVariant *variant, gpointer data)
{
  g_value_set_double (value, g_variant_get_uint16 (variant));
  return TRUE;
}

static GVariant *
set_port (const GValue *value, const GVariantType *type, gpointer data)
{
  return g_variant_new_uint16 ((guint16) g_value_get_double (value));
}

/* ---- Security ---- */

static void
update_own_number (HsPreferencesWindow *self)
{
  const char *number = hs_server_get_key_number (self->server);

  adw_action_row_set_subtitle (self->own_number, number != NULL ? number : _("It is made when you start a server."));
  gtk_widget_set_visible (GTK_WIDGET (self->copy_own), number != NULL);
  hs_copy_button_set_text (self->copy_own, number, _("Copy Number"));
}

static void
update_forget_all (HsPreferencesWindow *self)
{
  g_autoptr (GVariant) logins = g_settings_get_value (self->settings, "logins");

  gtk_widget_set_sensitive (self->forget_all, g_list_model_get_n_items (G_LIST_MODEL (self->known)) > 0 || g_variant_n_children (logins) > 0);
}

static AdwMessageDialog *
ask_to_forget (HsPreferencesWindow *self, const char *title)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), title,
    _("Next time it is a server that was never seen: a change of its key goes unnoticed, and its number has to be compared again. Its passwords go from the keyring.")));

  adw_message_dialog_add_responses (dialog, "cancel", _("Cancel"), "forget", _("Forget"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "forget", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  return dialog;
}

static void
on_forget_answered (HsPreferencesWindow *self, const char *response, AdwMessageDialog *dialog)
{
  HsKnownServer *server = g_object_get_data (G_OBJECT (dialog), "server");

  if (!g_str_equal (response, "forget"))
    return;
  g_signal_emit (self, signals[FORGETTING], 0, server);
  hs_known_servers_forget (self->known, server);
}

static void
on_forget (HsKnownServerRow *row, HsPreferencesWindow *self)
{
  HsKnownServer *server = hs_known_server_row_get_server (row);
  g_autofree char *title = g_strdup_printf (_("Forget %s?"), hs_known_server_get_title (server));
  AdwMessageDialog *dialog = ask_to_forget (self, title);

  g_object_set_data_full (G_OBJECT (dialog), "server", g_object_ref (server), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_forget_answered), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_forget_all_answered (HsPreferencesWindow *self, const char *response)
{
  if (!g_str_equal (response, "forget"))
    return;
  g_signal_emit (self, signals[FORGETTING], 0, NULL);
  hs_known_servers_forget_all (self->known);
}

static void
on_forget_all_clicked (HsPreferencesWindow *self)
{
  AdwMessageDialog *dialog = ask_to_forget (self, _("Forget All Servers?"));

  adw_message_dialog_set_body (dialog, _("Every known server, its name and whether you compared its number. Changes of their keys go unnoticed when you join them next. The passwords in the keyring go too, and which accounts are yours."));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_forget_all_answered), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static GtkWidget *
create_row (gpointer item, gpointer data)
{
  HsPreferencesWindow *self = data;
  GtkWidget *row = hs_known_server_row_new (self->known, item);

  g_signal_connect_object (row, "forget", G_CALLBACK (on_forget), self, 0);
  return row;
}

/* ---- The own key ---- */

static void
on_take_key_back (HsPreferencesWindow *self, GtkButton *button)
{
  HsKnownServer *server = g_object_get_data (G_OBJECT (button), "hs-server");
  g_autofree char *sentence = g_markup_printf_escaped (_("From the next time you join, your key is not shown to %s."), hs_known_server_get_title (server));

  hs_known_servers_take_key_back (self->known, server);
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (sentence));
}

/* Of the servers where it was not chosen nothing is shown. */
static void
update_key_row (HsKnownServer *server, GParamSpec *pspec, AdwActionRow *row)
{
  const char *places = hs_known_server_get_key_places (server), *title = hs_known_server_get_title (server);

  gtk_widget_set_visible (GTK_WIDGET (row), places != NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (row, g_strcmp0 (places, title) != 0 ? places : NULL);
}

static GtkWidget *
create_key_row (gpointer item, gpointer data)
{
  GtkWidget *row = adw_action_row_new (), *button = gtk_button_new_with_label (_("Stop"));
  g_autofree char *label = g_strdup_printf (_("Stop logging in by your key: %s"), hs_known_server_get_title (item));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (button), "hs-server", g_object_ref (item), g_object_unref);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_take_key_back), data, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_signal_connect_object (item, "notify", G_CALLBACK (update_key_row), row, 0);
  update_key_row (item, NULL, ADW_ACTION_ROW (row));
  return row;
}

/* ---- Life ---- */

static void
hs_preferences_window_dispose (GObject *object)
{
  HsPreferencesWindow *self = HS_PREFERENCES_WINDOW (object);

  if (self->servers != NULL)
    gtk_list_box_bind_model (self->servers, NULL, NULL, NULL, NULL);
  if (self->key_servers != NULL)
    gtk_list_box_bind_model (self->key_servers, NULL, NULL, NULL, NULL);
  g_clear_object (&self->known);
  g_clear_object (&self->server);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->days, g_array_unref);
  G_OBJECT_CLASS (hs_preferences_window_parent_class)->dispose (object);
}

static void
hs_preferences_window_class_init (HsPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_preferences_window_dispose;
  signals[ROOM_PASSWORD] = g_signal_new ("room-password", HS_TYPE_PREFERENCES_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FORGETTING] = g_signal_new ("forgetting", HS_TYPE_PREFERENCES_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_KNOWN_SERVER);
  g_type_ensure (HS_TYPE_COPY_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, shown_name);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, server_name);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, keep_group);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, keep);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, room_password);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, port_adjustment);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, share_view);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, tell_reading);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, who_group);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, who);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, own_number);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, copy_own);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, servers);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, key_servers);
  gtk_widget_class_bind_template_child (widget_class, HsPreferencesWindow, forget_all);
  gtk_widget_class_bind_template_callback (widget_class, on_name_applied);
  gtk_widget_class_bind_template_callback (widget_class, on_who_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_server_name_applied);
  gtk_widget_class_bind_template_callback (widget_class, on_keep_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_password_applied);
  gtk_widget_class_bind_template_callback (widget_class, on_forget_all_clicked);
}

static void
hs_preferences_window_init (HsPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hs_preferences_window_new (GtkWindow *parent, GSettings *settings, HsServer *server, HsKnownServers *known, const char *usual_name,
                           const char *password)
{
  HsPreferencesWindow *self = g_object_new (HS_TYPE_PREFERENCES_WINDOW, "transient-for", parent, NULL);

  self->server = g_object_ref (server);
  self->known = g_object_ref (known);
  fill_keep (self);
  self->settings = g_object_ref (settings);
  show_name (self, self->shown_name, "shown-name", usual_name);
  show_name (self, self->server_name, "server-name", gtk_editable_get_text (GTK_EDITABLE (self->shown_name)));
  show_keep (self);
  g_signal_connect_object (settings, "changed::keep-days", G_CALLBACK (show_keep), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::keep-said", G_CALLBACK (show_keep), self, G_CONNECT_SWAPPED);
  gtk_editable_set_text (GTK_EDITABLE (self->room_password), password != NULL ? password : "");
  show_who (self);
  g_signal_connect_object (settings, "changed::who-may-join", G_CALLBACK (show_who), self, G_CONNECT_SWAPPED);
  g_settings_bind (settings, "share-view", self->share_view, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "tell-reading", self->tell_reading, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (settings, "server-port", self->port_adjustment, "value", G_SETTINGS_BIND_DEFAULT, get_port, set_port, NULL, NULL);
  g_signal_connect_object (server, "notify::key-number", G_CALLBACK (update_own_number), self, G_CONNECT_SWAPPED);
  update_own_number (self);
  gtk_list_box_bind_model (self->servers, G_LIST_MODEL (known), create_row, self, NULL);
  gtk_list_box_bind_model (self->key_servers, G_LIST_MODEL (known), create_key_row, self, NULL);
  g_signal_connect_object (known, "items-changed", G_CALLBACK (update_forget_all), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::logins", G_CALLBACK (update_forget_all), self, G_CONNECT_SWAPPED);
  update_forget_all (self);
  return GTK_WIDGET (self);
}
