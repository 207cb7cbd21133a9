/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server that everybody on the Internet can reach, and no password: the host is asked once what is meant. */
#include "hs-application-private.h"

#include <glib/gi18n.h>

#define SETTING "open-to-everybody"

typedef struct
{
  HsApplication *application; /* owned */
  void (*start) (HsApplication *self);
  GtkEditable *password;      /* the dialog's */
} Question;

static void
question_free (Question *self)
{
  g_object_unref (self->application);
  g_free (self);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Question *question)
{
  HsApplication *self = question->application;

  self->asking = FALSE;
  if (g_str_equal (response, "password"))
    hs_application_set_room_password (self, gtk_editable_get_text (question->password));
  else if (g_str_equal (response, "open"))
    g_settings_set_boolean (hs_profile_get_settings (self->profile), SETTING, TRUE);
  else
    return;
  question->start (self);
}

static void
on_typed (GtkEditable *password, AdwMessageDialog *dialog)
{
  adw_message_dialog_set_response_enabled (dialog, "password", *gtk_editable_get_text (password) != '\0');
}

static GtkWidget *
make_entry (AdwMessageDialog *dialog)
{
  GtkWidget *entry = gtk_password_entry_new ();

  gtk_password_entry_set_show_peek_icon (GTK_PASSWORD_ENTRY (entry), TRUE);
  g_object_set (entry, "placeholder-text", _("Password"), "activates-default", TRUE, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Password"), -1);
  g_signal_connect_object (entry, "changed", G_CALLBACK (on_typed), dialog, 0);
  return entry;
}

/* Takes @question. */
static void
ask (Question *question, const char *address)
{
  HsApplication *self = question->application;
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self->window), _("Who May Come In?"), NULL));
  GtkWidget *entry = make_entry (dialog);

  /* Translators: %s is an address, such as 203.0.113.7 */
  adw_message_dialog_format_body (dialog, _("This computer has a public address (%s): anybody on the Internet who finds it could join. A password keeps strangers out."),
                                  address);
  adw_message_dialog_set_extra_child (dialog, entry);
  adw_message_dialog_add_responses (dialog, "cancel", _("Cancel"), "open", _("Start Without Password"), "password", _("Start With Password"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "password", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (dialog, "password", FALSE);
  adw_message_dialog_set_default_response (dialog, "password");
  adw_message_dialog_set_close_response (dialog, "cancel");
  question->password = GTK_EDITABLE (entry);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), question, (GClosureNotify) (void (*) (void)) question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
}

static void
on_public (GObject *source, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  HsApplication *self = question->application;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = hs_server_find_public_finish (HS_SERVER (source), result, &error);

  if (address != NULL && self->window != NULL && !self->quitting)
    {
      ask (question, address);
      return;
    }
  self->asking = FALSE;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    question->start (self);
  question_free (question);
}

void
hs_application_start_asking (HsApplication *self, void (*start) (HsApplication *self))
{
  Question *question;

  if (self->asking)
    return;
  if (self->room_password != NULL || g_settings_get_boolean (hs_profile_get_settings (self->profile), SETTING))
    {
      start (self);
      return;
    }
  self->asking = TRUE;
  question = g_new0 (Question, 1);
  question->application = g_object_ref (self);
  question->start = start;
  hs_server_find_public_async (self->server, self->cancellable, on_public, question);
}
