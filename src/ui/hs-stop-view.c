/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-stop-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#define WINDOW_WIDTH 460 /* as the address dialog */

struct _HsStopView
{
  GtkWidget parent_instance;

  /* Template */
  GtkLabel *expected_title, *expected, *answered_title, *answered, *meaning;
  GtkButton *forget;

  /* Owned */
  HsSecurity *security; /* (nullable) */

  /* Borrowed */
  GtkWindow *question; /* (nullable) the second step */
};

enum { ACCEPTED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsStopView, hs_stop_view, GTK_TYPE_WIDGET)

/* What is there to be said of a stop. The first two (nullable): that number is not known; the button (nullable): there is no way on. */
typedef struct
{
  const char *expected, *answered, *meaning;
  const char *button, *question, *accept;
} Words;

static const Words words[] = {
  [HS_TRUST_CHANGED] = {
    N_("The server that was here before"), N_("The server that answered"),
    N_("Nothing was said to it. Perhaps another computer has this address now, or your host has set the server up anew. Or someone is in between, and would read all you say. Ask your host before you go on."),
    N_("Forget the Old Key…"),
    N_("Ask by telephone or in person: under Invite the host has a number of four groups. Type it here. If it is the one of the server that answered, the old key is forgotten."),
    N_("Forget the Old Key") },
  [HS_TRUST_NOT_INVITED] = {
    N_("The server that the invite names"), N_("The server that answered"),
    N_("Nothing was said to it. Perhaps another computer has this address now, or the invite is of another time. Or someone is in between, and would read all you say. Ask your host for a new invite."),
    NULL, NULL, NULL },
  [HS_TRUST_NO_LONGER_ENCRYPTED] = {
    N_("The server that was here before"), NULL,
    N_("What answers now is not encrypted, and shows no number. Perhaps your host has made the room a plain-text classroom, or another computer has this address now. Or someone is in between, and would read all you say. Ask your host before you go on."),
    NULL, NULL, NULL },
  [HS_TRUST_NOT_LOOKED_UP] = {
    NULL, N_("The server that answered"),
    N_("Which server was here before stands in the history, and that cannot be read. Perhaps it is the same; perhaps someone is in between, and would read all you say. Ask your host before you go on."),
    N_("Compare the Number…"),
    N_("Ask by telephone or in person: under Invite the host has a number of four groups. Type it here. If it is the one of the server that answered, you can join it."),
    N_("Join It") },
};

/* (nullable) none: it has not stopped, or a number that belongs to it is missing. */
static const Words *
find_words (HsSecurity *security)
{
  HsTrust trust = security != NULL && hs_security_is_known (security) ? hs_security_get_trust (security) : HS_TRUST_UNENCRYPTED;
  const Words *found = trust < G_N_ELEMENTS (words) ? &words[trust] : NULL;

  if (found == NULL || found->meaning == NULL || (found->expected != NULL && hs_security_get_expected_number (security) == NULL) ||
      (found->answered != NULL && hs_security_get_number (security) == NULL))
    return NULL;
  return found;
}

gboolean
hs_stop_view_is_about (HsSecurity *security)
{
  return find_words (security) != NULL;
}

gboolean
hs_stop_view_is_final (HsSecurity *security)
{
  const Words *found = find_words (security);

  return found != NULL && found->answered != NULL;
}

gboolean
hs_stop_view_says_all (HsSecurity *security)
{
  const Words *found = find_words (security);

  return found != NULL && found->answered != NULL && found->expected != NULL;
}

/* ---- The second step: the number, typed as the host shows it ---- */

#define N_DIGITS 20

/* Whatever is between the digits. (transfer full) */
static char *
dup_digits (const char *text)
{
  GString *digits = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_isdigit (g_utf8_get_char (text)))
      g_string_append_printf (digits, "%d", g_unichar_digit_value (g_utf8_get_char (text)));
  return g_string_free (digits, FALSE);
}

static void
on_number_changed (GtkEditable *entry, AdwMessageDialog *dialog)
{
  GtkWidget *wrong = g_object_get_data (G_OBJECT (dialog), "wrong");
  HsSecurity *security = g_object_get_data (G_OBJECT (dialog), "security");
  const char *number = hs_security_get_number (security);
  g_autofree char *typed = dup_digits (gtk_editable_get_text (entry));
  g_autofree char *answered = dup_digits (number != NULL ? number : "");
  gboolean same = strlen (typed) == N_DIGITS && g_str_equal (typed, answered);

  adw_message_dialog_set_response_enabled (dialog, "forget", same);
  gtk_widget_set_visible (wrong, !same && strlen (typed) >= N_DIGITS);
}

static void
on_response (HsStopView *self, const char *response, AdwMessageDialog *dialog)
{
  HsSecurity *security = g_object_get_data (G_OBJECT (dialog), "security");

  self->question = NULL;
  if (g_str_equal (response, "forget") && hs_security_accept_changed (security))
    g_signal_emit (self, signals[ACCEPTED], 0);
}

static GtkWidget *
make_number_box (AdwMessageDialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *entry = gtk_entry_new (), *wrong = gtk_label_new (NULL);

  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_DIGITS);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "00000 00000 00000 00000");
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Number your host shows"), -1);
  gtk_label_set_text (GTK_LABEL (wrong), _("This is not the number of the server that answered. Mistyped, or someone is in between: do not join."));
  gtk_label_set_wrap (GTK_LABEL (wrong), TRUE);
  gtk_label_set_xalign (GTK_LABEL (wrong), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (wrong), 36);
  gtk_widget_add_css_class (wrong, "problem");
  gtk_widget_set_visible (wrong, FALSE);
  g_object_set_data (G_OBJECT (dialog), "wrong", wrong);
  g_signal_connect (entry, "changed", G_CALLBACK (on_number_changed), dialog);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), wrong);
  return box;
}

static void
on_forget_clicked (HsStopView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  const Words *found = find_words (self->security);
  AdwMessageDialog *dialog;

  if (self->question != NULL || found == NULL || found->question == NULL)
    return;
  dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (root), _("What Number Does Your Host See?"), _(found->question)));
  self->question = GTK_WINDOW (dialog);
  g_object_set_data_full (G_OBJECT (dialog), "security", g_object_ref (self->security), g_object_unref);
  adw_message_dialog_add_responses (dialog, "cancel", _("Cancel"), "forget", _(found->accept), NULL);
  if (found->expected != NULL)
    adw_message_dialog_set_response_appearance (dialog, "forget", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_enabled (dialog, "forget", FALSE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  adw_message_dialog_set_extra_child (dialog, make_number_box (dialog));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- The numbers ---- */

static void
set_text (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

static const char *
translate (const char *text)
{
  return text != NULL ? _(text) : NULL;
}

static void
update (HsStopView *self)
{
  const Words *found = find_words (self->security);

  gtk_widget_set_visible (GTK_WIDGET (self), found != NULL);
  if (found == NULL)
    return;
  set_text (self->expected_title, translate (found->expected));
  set_text (self->expected, found->expected != NULL ? hs_security_get_expected_number (self->security) : NULL);
  set_text (self->answered_title, translate (found->answered));
  set_text (self->answered, found->answered != NULL ? hs_security_get_number (self->security) : NULL);
  set_text (self->meaning, translate (found->meaning));
  gtk_widget_set_visible (GTK_WIDGET (self->forget), found->button != NULL);
  gtk_button_set_label (self->forget, found->button != NULL ? _(found->button) : "");
}

static void
hs_stop_view_dispose (GObject *object)
{
  HsStopView *self = HS_STOP_VIEW (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  if (child != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->security);
  G_OBJECT_CLASS (hs_stop_view_parent_class)->dispose (object);
}

static void
hs_stop_view_class_init (HsStopViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_stop_view_dispose;
  signals[ACCEPTED] = g_signal_new ("accepted", HS_TYPE_STOP_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-stop-view.ui");
  gtk_widget_class_bind_template_child (widget_class, HsStopView, expected_title);
  gtk_widget_class_bind_template_child (widget_class, HsStopView, expected);
  gtk_widget_class_bind_template_child (widget_class, HsStopView, answered_title);
  gtk_widget_class_bind_template_child (widget_class, HsStopView, answered);
  gtk_widget_class_bind_template_child (widget_class, HsStopView, meaning);
  gtk_widget_class_bind_template_child (widget_class, HsStopView, forget);
  gtk_widget_class_bind_template_callback (widget_class, on_forget_clicked);
}

static void
hs_stop_view_init (HsStopView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

GtkWidget *
hs_stop_view_new (void)
{
  return g_object_new (HS_TYPE_STOP_VIEW, NULL);
}

void
hs_stop_view_set_security (HsStopView *self, HsSecurity *security)
{
  g_set_object (&self->security, security);
  update (self);
}

/* ---- A window of its own ---- */

static GtkWidget *
make_sentence (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, style);
  return label;
}

static void
on_again_clicked (HsStopView *self)
{
  g_signal_emit (self, signals[ACCEPTED], 0);
}

/* What did not come about, as encryption, may come about the next time; that another server answers will not change by itself. */
static void
add_again (HsStopView *self, GtkWidget *bar)
{
  GtkWidget *again;

  if (hs_stop_view_is_final (self->security))
    return;
  again = gtk_button_new_with_label (_("Join Again"));
  g_signal_connect_swapped (again, "clicked", G_CALLBACK (on_again_clicked), self);
  adw_header_bar_pack_end (ADW_HEADER_BAR (bar), again);
}

static void
close_on_escape (GtkWidget *window)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
    gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0), gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (window, keys);
}

HsStopView *
hs_stop_view_present (GtkWidget *parent, HsSecurity *security, const char *title, const char *sentence)
{
  GtkWidget *window = adw_window_new (), *bar = adw_header_bar_new (), *whole = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *view = hs_stop_view_new (), *cancel = gtk_button_new_with_label (_("Cancel"));

  hs_stop_view_set_security (HS_STOP_VIEW (view), security);
  gtk_window_set_title (GTK_WINDOW (window), _("Stopped"));
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (gtk_widget_get_root (parent)));
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (window), WINDOW_WIDTH, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (cancel), "window.close");
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (bar), FALSE);
  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), cancel);
  add_again (HS_STOP_VIEW (view), bar);
  gtk_widget_add_css_class (bar, "flat");
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_box_append (GTK_BOX (box), make_sentence (title, "title-4"));
  if (!hs_stop_view_says_all (security))
    gtk_box_append (GTK_BOX (box), make_sentence (sentence, "secondary"));
  gtk_box_append (GTK_BOX (box), view);
  gtk_box_append (GTK_BOX (whole), bar);
  gtk_box_append (GTK_BOX (whole), box);
  adw_window_set_content (ADW_WINDOW (window), whole);
  g_signal_connect_swapped (view, "accepted", G_CALLBACK (gtk_window_destroy), window);
  close_on_escape (window);
  gtk_window_set_focus (GTK_WINDOW (window), cancel);
  gtk_window_present (GTK_WINDOW (window));
  return HS_STOP_VIEW (view);
}
