/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-connect-dialog.h"

#include <glib/gi18n.h>

#include "hs-failure-words.h"
#include "hs-step-row.h"
#include "hs-stop-view.h"

struct _HsConnectDialog
{
  AdwWindow parent_instance;

  /* Template */
  GtkStack *stack;
  GtkWidget *connect, *again, *cancel;
  HsStopView *stop;
  AdwEntryRow *address, *shown_name, *account, *asked_account;
  AdwPasswordEntryRow *password, *account_password, *asked;
  GtkSwitch *remember, *asked_remember;
  GtkWidget *asked_group;
  AdwExpanderRow *more;
  AdwComboRow *protocol, *encryption, *line_ending;
  GtkLabel *problem;
  GtkWidget *recent_group;
  GtkListBox *recent;
  GtkWidget *failure;
  GtkLabel *failure_title, *failure_text;
  AdwActionRow *summary;
  GtkWidget *edit, *hints_group, *steps_title;
  GtkListBox *steps, *hints;

  /* Owned */
  HsConnection *connection;
  char *recalled; /* (nullable) address of which the login was recalled */
  char *recalled_account; /* (nullable) */
  GCancellable *cancellable;

  /* State */
  gboolean kept_password, kept_account_password;
};

enum { RECALL, PREPARE, CONNECTED, GIVEN_UP, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsConnectDialog, hs_connect_dialog, ADW_TYPE_WINDOW)

/* ---- Form ---- */

static const char *
text_of (gpointer row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

/* While one types nothing is called wrong that may only be unfinished: an empty field has no problem, it merely cannot be connected to. */
static void
check_form (HsConnectDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = g_strstrip (g_strdup (text_of (self->address)));
  g_autofree char *name = g_strstrip (g_strdup (text_of (self->shown_name)));
  gboolean good = hs_connection_check_address (address, &error), wrong = !good && *address != '\0';

  gtk_label_set_text (self->problem, wrong && error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), wrong);
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (self->address), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.connect", good && *name != '\0');
  if (g_strcmp0 (self->recalled, address) == 0)
    return;
  g_free (self->recalled);
  self->recalled = g_strdup (address);
  g_signal_emit (self, signals[RECALL], 0, address);
}

/* What is chosen means, and what becomes of a password then. */
static void
describe_encryption (HsConnectDialog *self)
{
  static const char *const words[] = {
    [HS_ENCRYPTION_AUTOMATIC] = N_("Wherever the other side can. Without it no password is sent."),
    [HS_ENCRYPTION_ALWAYS] = N_("From the first byte, or there is no connection."),
    [HS_ENCRYPTION_NEVER] = N_("Everybody on the way can read what is said, and change it. No password is sent."),
  };

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->encryption), _(words[MIN (adw_combo_row_get_selected (self->encryption), G_N_ELEMENTS (words) - 1)]));
}

/* ---- Passwords ---- */

static void
name_password (AdwPasswordEntryRow *row, const char *title, gboolean kept)
{
  g_autofree char *text = kept ? g_strdup_printf (_("%s (in the Keyring)"), title) : g_strdup (title);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
}

void
hs_connect_dialog_set_login (HsConnectDialog *self, const char *account, gboolean kept_password, gboolean kept_account_password)
{
  const char *there = text_of (self->account);

  if (*there == '\0' || g_strcmp0 (there, self->recalled_account) == 0)
    gtk_editable_set_text (GTK_EDITABLE (self->account), account != NULL ? account : "");
  g_free (self->recalled_account);
  self->recalled_account = g_strdup (account);
  self->kept_password = kept_password;
  self->kept_account_password = kept_account_password;
  name_password (self->password, _("Password"), kept_password);
  name_password (self->account_password, _("Account Password"), kept_account_password);
}

void
hs_connect_dialog_ask_password (HsConnectDialog *self)
{
  adw_expander_row_set_expanded (self->more, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->password));
}

/* What is typed where it was asked for stands in the form, too. */
static void
on_asked_changed (HsConnectDialog *self)
{
  const HsFailure *failure = self->connection != NULL ? hs_connection_get_failure (self->connection) : NULL;
  HsFailureAsks asks = failure != NULL ? hs_failure_asks_for (failure) : HS_FAILURE_ASKS_NOTHING;

  if (asks != HS_FAILURE_ASKS_NOTHING)
    gtk_editable_set_text (GTK_EDITABLE (asks == HS_FAILURE_ASKS_PASSWORD ? self->password : self->account_password), text_of (self->asked));
}

static void
ask_for (HsConnectDialog *self, HsFailureAsks asks)
{
  /* A copy: what is set here is written back there, and a set text is first an empty one. */
  g_autofree char *text = g_strdup (text_of (asks == HS_FAILURE_ASKS_ACCOUNT ? self->account_password : self->password));

  gtk_widget_set_visible (self->asked_group, asks != HS_FAILURE_ASKS_NOTHING);
  gtk_widget_set_visible (GTK_WIDGET (self->asked_account), asks == HS_FAILURE_ASKS_ACCOUNT);
  if (asks == HS_FAILURE_ASKS_NOTHING)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->asked), text);
  gtk_widget_grab_focus (GTK_WIDGET (self->asked));
  gtk_editable_select_region (GTK_EDITABLE (self->asked), 0, -1);
}

static void
show_page (HsConnectDialog *self, const char *page)
{
  gboolean form = g_str_equal (page, "form");

  gtk_widget_set_visible (gtk_stack_get_child_by_name (self->stack, page), TRUE);
  gtk_stack_set_visible_child_name (self->stack, page);
  gtk_widget_set_visible (gtk_stack_get_child_by_name (self->stack, form ? "steps" : "form"), FALSE);
  gtk_widget_set_visible (self->connect, form);
  gtk_widget_set_visible (self->again, FALSE);
}

/* ---- Steps ---- */

static GtkWidget *
create_step (gpointer item, gpointer data)
{
  return hs_step_row_new (item);
}

static const char *
describe_protocol (guint protocol)
{
  static const char *const words[] = { N_("protocol found automatically"), N_("IRC"), N_("plain text") };

  return _(words[MIN (protocol, G_N_ELEMENTS (words) - 1)]);
}

static void
show_steps (HsConnectDialog *self)
{
  g_autofree char *subtitle = g_strdup_printf (_("as %s · %s"), text_of (self->shown_name), describe_protocol (adw_combo_row_get_selected (self->protocol)));

  /* Typed text: never markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->summary), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->summary), text_of (self->address));
  adw_action_row_set_subtitle (self->summary, subtitle);
  gtk_list_box_bind_model (self->steps, hs_connection_get_steps (self->connection), create_step, NULL, NULL);
  gtk_widget_set_visible (self->failure, FALSE);
  hs_stop_view_set_security (self->stop, NULL);
  gtk_widget_set_visible (self->hints_group, FALSE);
  gtk_widget_set_visible (self->asked_group, FALSE);
  gtk_widget_set_visible (self->edit, FALSE);
  gtk_widget_set_visible (self->steps_title, TRUE);
  show_page (self, "steps");
}

/* ---- Failure ---- */

static void
on_copy_clicked (GtkButton *button)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), g_object_get_data (G_OBJECT (button), "command"));
}

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_command (const char *command)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = make_label (command, "monospace"), *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (box, "command");
  gtk_widget_add_css_class (copy, "flat");
  gtk_widget_set_valign (copy, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (copy, _("Copy"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Copy"), -1);
  g_object_set_data_full (G_OBJECT (copy), "command", g_strdup (command), g_free);
  g_signal_connect (copy, "clicked", G_CALLBACK (on_copy_clicked), NULL);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), copy);
  return box;
}

static void
add_hint (HsConnectDialog *self, const HsFailureHint *hint)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  const char *text = hs_failure_words_get_text (hint);

  gtk_widget_add_css_class (box, "hint");
  gtk_box_append (GTK_BOX (box), make_label (hs_failure_words_get_title (hint), NULL));
  if (text != NULL)
    gtk_box_append (GTK_BOX (box), make_label (text, "preview"));
  if (hint->command != NULL)
    gtk_box_append (GTK_BOX (box), make_command (hint->command));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_list_box_append (self->hints, row);
}

static void
show_failure (HsConnectDialog *self, const GError *error)
{
  const HsFailure *failure = hs_connection_get_failure (self->connection);
  GtkListBoxRow *row;
  gboolean stopped; /* another server answered: trying again would come to the same */

  gtk_label_set_text (self->failure_title, failure != NULL && failure->title != NULL ? failure->title : _("No Connection"));
  gtk_label_set_text (self->failure_text, failure != NULL && failure->sentence != NULL ? failure->sentence : error->message);
  gtk_widget_set_visible (self->failure, TRUE);
  hs_stop_view_set_security (self->stop, hs_connection_get_security (self->connection));
  stopped = hs_stop_view_is_final (hs_connection_get_security (self->connection));
  gtk_widget_set_visible (GTK_WIDGET (self->failure_text), !hs_stop_view_says_all (hs_connection_get_security (self->connection)));
  gtk_widget_set_visible (self->steps_title, FALSE);
  gtk_widget_set_visible (self->edit, TRUE);
  gtk_widget_set_visible (self->again, !stopped);
  /* What was never begun tells nothing. */
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->steps, i)) != NULL; i++)
    gtk_widget_set_visible (GTK_WIDGET (row), !hs_step_row_is_waiting (HS_STEP_ROW (row)));
  while ((row = gtk_list_box_get_row_at_index (self->hints, 0)) != NULL)
    gtk_list_box_remove (self->hints, GTK_WIDGET (row));
  for (guint i = 0; failure != NULL && failure->hints != NULL && i < failure->hints->len; i++)
    add_hint (self, g_ptr_array_index (failure->hints, i));
  gtk_widget_set_visible (self->hints_group, gtk_list_box_get_row_at_index (self->hints, 0) != NULL);
  gtk_window_set_default_widget (GTK_WINDOW (self), stopped ? self->cancel : self->again);
  gtk_widget_grab_focus (stopped ? self->cancel : self->again);
  ask_for (self, failure != NULL ? hs_failure_asks_for (failure) : HS_FAILURE_ASKS_NOTHING);
}

/* ---- Connecting ---- */

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (HsConnectDialog) self = data;
  g_autoptr (GError) error = NULL;
  HsConnection *connection = HS_CONNECTION (source);
  gboolean open = hs_connection_open_finish (connection, result, &error);

  /* Cancelled, or another attempt has begun. */
  if (connection != self->connection)
    return;
  if (!open)
    {
      show_failure (self, error);
      return;
    }
  g_signal_emit (self, signals[CONNECTED], 0, connection);
  g_clear_object (&self->connection);
  gtk_window_destroy (GTK_WINDOW (self));
}

/* The connection is nobody's any more: whatever stage it is at, it ends. */
static void
give_up (HsConnectDialog *self)
{
  g_autoptr (HsConnection) connection = g_steal_pointer (&self->connection);

  if (connection == NULL)
    return;
  gtk_list_box_bind_model (self->steps, NULL, NULL, NULL, NULL);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_signal_emit (self, signals[GIVEN_UP], 0, connection);
}

static void
connect_now (HsConnectDialog *self)
{
  g_autofree char *address = g_strstrip (g_strdup (text_of (self->address)));
  g_autofree char *name = g_strstrip (g_strdup (text_of (self->shown_name)));
  g_autofree char *account = g_strstrip (g_strdup (text_of (self->account)));
  const char *password = text_of (self->password), *account_password = text_of (self->account_password);
  HsConnectRequest request = {
    .address = address, .shown_name = name, .password = *password != '\0' ? password : NULL,
    .account = *account != '\0' ? account : NULL, .account_password = *account_password != '\0' ? account_password : NULL,
    .kept_password = self->kept_password, .kept_account_password = self->kept_account_password && g_strcmp0 (account, self->recalled_account) == 0,
    .remember = gtk_switch_get_active (self->remember),
    .protocol = adw_combo_row_get_selected (self->protocol), .line_ending = adw_combo_row_get_selected (self->line_ending),
    .encryption = adw_combo_row_get_selected (self->encryption),
  };

  give_up (self);
  g_signal_emit (self, signals[PREPARE], 0, &request, &self->connection);
  if (self->connection == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  show_steps (self);
  hs_connection_open_async (self->connection, self->cancellable, on_opened, g_object_ref (self));
}

static void
on_connect_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  connect_now (HS_CONNECT_DIALOG (widget));
}

static void
on_edit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsConnectDialog *self = HS_CONNECT_DIALOG (widget);

  give_up (self);
  show_page (self, "form");
  gtk_window_set_default_widget (GTK_WINDOW (self), self->connect);
  gtk_widget_grab_focus (GTK_WIDGET (self->address));
}

static void
on_entry_activated (HsConnectDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "dialog.connect", NULL);
}

/* ---- Public ---- */

void
hs_connect_dialog_set_address (HsConnectDialog *self, const char *address, HsProtocol protocol, HsLineEnding line_ending)
{
  gtk_editable_set_text (GTK_EDITABLE (self->address), address);
  adw_combo_row_set_selected (self->protocol, protocol);
  adw_combo_row_set_selected (self->line_ending, line_ending);
  adw_combo_row_set_selected (self->encryption, HS_ENCRYPTION_AUTOMATIC); /* another place: what was said of one holds for it only */
  gtk_editable_set_position (GTK_EDITABLE (self->address), -1);
  check_form (self);
}

static void
on_recent_activated (HsConnectDialog *self, GtkListBoxRow *row)
{
  hs_connect_dialog_set_address (self, g_object_get_data (G_OBJECT (row), "address"), GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "protocol")),
                                 GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "line-ending")));
  gtk_widget_activate_action (GTK_WIDGET (self), "dialog.connect", NULL);
}

void
hs_connect_dialog_add_recent (HsConnectDialog *self, const char *title, const char *detail, const char *address, HsProtocol protocol, HsLineEnding line_ending)
{
  GtkWidget *row = adw_action_row_new (), *avatar = adw_avatar_new (32, title, TRUE);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), detail);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), avatar);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "address", g_strdup (address), g_free);
  g_object_set_data (G_OBJECT (row), "protocol", GINT_TO_POINTER (protocol));
  g_object_set_data (G_OBJECT (row), "line-ending", GINT_TO_POINTER (line_ending));
  gtk_list_box_append (self->recent, row);
  gtk_widget_set_visible (self->recent_group, TRUE);
}

/* ---- Life ---- */

/* The name that counts is the one of the text field inside the row. */
static void
name_field (gpointer row, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_editable_get_delegate (GTK_EDITABLE (row))), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* Return on a row does what a click on it does. GTK would press the window's default button: Connect, where one wanted to see what is under More. */
static gboolean
on_return (GtkWidget *stack, GVariant *args, gpointer data)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (stack));

  return GTK_IS_LIST_BOX_ROW (focus) && gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (focus)) && gtk_widget_activate (focus);
}

static void
activate_rows_by_return (HsConnectDialog *self)
{
  static const guint keys[] = { GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_ISO_Enter };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                          gtk_shortcut_new (gtk_keyval_trigger_new (keys[i], 0), gtk_callback_action_new (on_return, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->stack), controller);
}

/* Destroying a window does not dispose of it while somebody holds it, and the opening does. */
static void
hs_connect_dialog_unrealize (GtkWidget *widget)
{
  give_up (HS_CONNECT_DIALOG (widget));
  GTK_WIDGET_CLASS (hs_connect_dialog_parent_class)->unrealize (widget);
}

static void
hs_connect_dialog_dispose (GObject *object)
{
  give_up (HS_CONNECT_DIALOG (object));
  G_OBJECT_CLASS (hs_connect_dialog_parent_class)->dispose (object);
}

static void
hs_connect_dialog_finalize (GObject *object)
{
  g_free (HS_CONNECT_DIALOG (object)->recalled);
  g_free (HS_CONNECT_DIALOG (object)->recalled_account);
  G_OBJECT_CLASS (hs_connect_dialog_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, stack);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, connect);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, again);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, cancel);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, stop);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, address);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, shown_name);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, password);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, account);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, account_password);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, remember);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, asked_group);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, more);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, asked_account);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, asked);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, asked_remember);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, protocol);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, encryption);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, line_ending);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, problem);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, recent_group);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, recent);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, failure);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, failure_title);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, failure_text);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, summary);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, edit);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, hints_group);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, steps_title);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, steps);
  gtk_widget_class_bind_template_child (klass, HsConnectDialog, hints);
}

static void
hs_connect_dialog_class_init (HsConnectDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_connect_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_connect_dialog_finalize;
  widget_class->unrealize = hs_connect_dialog_unrealize;
  signals[RECALL] = g_signal_new ("recall", HS_TYPE_CONNECT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[PREPARE] = g_signal_new ("prepare", HS_TYPE_CONNECT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, HS_TYPE_CONNECTION, 1, G_TYPE_POINTER);
  signals[CONNECTED] = g_signal_new ("connected", HS_TYPE_CONNECT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_CONNECTION);
  signals[GIVEN_UP] = g_signal_new ("given-up", HS_TYPE_CONNECT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_CONNECTION);
  g_type_ensure (HS_TYPE_STOP_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-connect-dialog.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, check_form);
  gtk_widget_class_bind_template_callback (widget_class, describe_encryption);
  gtk_widget_class_bind_template_callback (widget_class, connect_now);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_asked_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_recent_activated);
  gtk_widget_class_install_action (widget_class, "dialog.connect", NULL, on_connect_action);
  gtk_widget_class_install_action (widget_class, "dialog.edit", NULL, on_edit_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
hs_connect_dialog_init (HsConnectDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  name_field (self->address, _("Address"));
  name_field (self->shown_name, _("Your Name"));
  name_field (self->password, _("Password"));
  name_field (self->account, _("Account"));
  name_field (self->account_password, _("Account Password"));
  name_field (self->asked_account, _("Account"));
  name_field (self->asked, _("Password"));
  activate_rows_by_return (self);
  describe_encryption (self);
  g_object_bind_property (self->account, "text", self->asked_account, "text", G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (self->remember, "active", self->asked_remember, "active", G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  show_page (self, "form");
  check_form (self);
}

HsConnectDialog *
hs_connect_dialog_new (GtkWindow *parent, const char *shown_name)
{
  HsConnectDialog *self = g_object_new (HS_TYPE_CONNECT_DIALOG, "transient-for", parent, NULL);

  gtk_editable_set_text (GTK_EDITABLE (self->shown_name), shown_name);
  check_form (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->address));
  return self;
}
