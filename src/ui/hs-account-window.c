/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-account-window.h"

#include <glib/gi18n.h>

struct _HsAccountWindow
{
  AdwPreferencesWindow parent_instance;

  /* Template */
  AdwPreferencesGroup *keep_group, *password_group, *keys_group, *give_up_group;
  GtkEditable *new_password, *current, *changed, *last;
  GtkWidget *keep, *change, *add, *give_up;
  GtkListBox *keys;

  /* Owned */
  HsSession *session;
  AdwToast *toast; /* (nullable) the last one: the next does not wait for it */
};

G_DEFINE_FINAL_TYPE (HsAccountWindow, hs_account_window, ADW_TYPE_PREFERENCES_WINDOW)

/* What a toast says is markup. */
static void
tell (HsAccountWindow *self, const char *sentence)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
  g_clear_object (&self->toast);
  self->toast = g_object_ref (adw_toast_new (escaped));
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), self->toast);
}

static void
tell_refusal (HsAccountWindow *self, gboolean asked, const GError *error)
{
  if (!asked)
    tell (self, error->message);
}

/* ---- What is shown ---- */

static void
ask_keys (HsAccountWindow *self)
{
  if (hs_session_get_account (self->session) != NULL)
    hs_session_ask_account_keys (self->session, NULL);
}

static void
update (HsAccountWindow *self)
{
  const char *account = hs_session_get_account (self->session);
  gboolean has = account != NULL, able = hs_session_can_keep_account (self->session);
  g_autofree char *title = has ? g_markup_printf_escaped (_("The account %s"), account)
                               : g_markup_printf_escaped (_("Keep the name %s"), hs_session_get_nick (self->session));

  adw_preferences_group_set_title (has ? self->password_group : self->keep_group, title);
  gtk_widget_set_visible (GTK_WIDGET (self->keep_group), !has);
  gtk_widget_set_visible (GTK_WIDGET (self->password_group), has);
  gtk_widget_set_visible (GTK_WIDGET (self->keys_group), has);
  gtk_widget_set_visible (GTK_WIDGET (self->give_up_group), has);
  gtk_widget_set_sensitive (self->keep, able);
  gtk_widget_set_sensitive (self->change, able && *gtk_editable_get_text (self->changed) != '\0');
  gtk_widget_set_sensitive (self->add, able);
  gtk_widget_set_sensitive (self->give_up, able);
}

static void
on_account_changed (HsAccountWindow *self)
{
  update (self);
  ask_keys (self);
}

static void
on_edited (HsAccountWindow *self)
{
  update (self);
}

/* ---- Wishes ---- */

static void
on_keep (HsAccountWindow *self)
{
  g_autoptr (GError) error = NULL;

  tell_refusal (self, hs_session_make_account (self->session, gtk_editable_get_text (self->new_password), &error), error);
}

static void
on_change (HsAccountWindow *self)
{
  g_autoptr (GError) error = NULL;

  tell_refusal (self, hs_session_change_password (self->session, gtk_editable_get_text (self->current), gtk_editable_get_text (self->changed), &error),
                error);
}

static void
on_add (HsAccountWindow *self)
{
  g_autoptr (GError) error = NULL;

  tell_refusal (self, hs_session_add_account_key (self->session, gtk_editable_get_text (self->current), &error), error);
}

static void
on_remove (HsAccountWindow *self, GtkButton *button)
{
  g_autoptr (GError) error = NULL;
  const char *key = g_object_get_data (G_OBJECT (button), "hs-key");

  tell_refusal (self, hs_session_remove_account_key (self->session, key, gtk_editable_get_text (self->current), &error), error);
}

static void
on_sure (HsAccountWindow *self, const char *response)
{
  g_autoptr (GError) error = NULL;

  if (g_str_equal (response, "do"))
    tell_refusal (self, hs_session_give_up_account (self->session, gtk_editable_get_text (self->last), &error), error);
}

static void
on_give_up (HsAccountWindow *self)
{
  g_autofree char *heading = g_strdup_printf (_("Give up the account %s?"), hs_session_get_account (self->session));
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), heading, _("This cannot be taken back."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "do", _("_Give Up"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "do", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_sure), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- Answers ---- */

static void
on_answered (HsAccountWindow *self, gboolean done, const char *sentence)
{
  GtkEditable *const fields[] = { self->new_password, self->current, self->changed, self->last };

  tell (self, sentence);
  for (guint i = 0; i < G_N_ELEMENTS (fields) && done; i++)
    gtk_editable_set_text (fields[i], "");
  update (self);
  if (done)
    ask_keys (self);
}

static void
add_key (HsAccountWindow *self, const char *key)
{
  GtkWidget *row = adw_action_row_new (), *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *name = g_strdup_printf (_("Remove the key %s"), key);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), key);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  gtk_widget_add_css_class (row, "numeric");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _("Remove"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "hs-key", g_strdup (key), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_remove), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  gtk_list_box_append (self->keys, row);
}

static void
on_keys (HsAccountWindow *self, GStrv keys)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->keys, 0)) != NULL)
    gtk_list_box_remove (self->keys, GTK_WIDGET (row));
  for (guint i = 0; keys[i] != NULL; i++)
    add_key (self, keys[i]);
}

/* ---- Object ---- */

static void
hs_account_window_dispose (GObject *object)
{
  HsAccountWindow *self = HS_ACCOUNT_WINDOW (object);

  g_clear_object (&self->session);
  g_clear_object (&self->toast);
  G_OBJECT_CLASS (hs_account_window_parent_class)->dispose (object);
}

static void
hs_account_window_class_init (HsAccountWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_account_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-account-window.ui");
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, keep_group);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, password_group);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, keys_group);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, give_up_group);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, new_password);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, current);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, changed);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, last);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, keep);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, change);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, add);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, give_up);
  gtk_widget_class_bind_template_child (widget_class, HsAccountWindow, keys);
  gtk_widget_class_bind_template_callback (widget_class, on_keep);
  gtk_widget_class_bind_template_callback (widget_class, on_edited);
  gtk_widget_class_bind_template_callback (widget_class, on_change);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
  gtk_widget_class_bind_template_callback (widget_class, on_give_up);
}

static void
hs_account_window_init (HsAccountWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

HsAccountWindow *
hs_account_window_new (GtkWindow *parent, HsSession *session)
{
  HsAccountWindow *self = g_object_new (HS_TYPE_ACCOUNT_WINDOW, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "account-answered", G_CALLBACK (on_answered), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "account-keys", G_CALLBACK (on_keys), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::account", G_CALLBACK (on_account_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  ask_keys (self);
  return self;
}
