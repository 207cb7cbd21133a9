/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window with one message's layers; see hs-bytes-window.h. */
#include "hs-bytes-window.h"

#include "hs-bytes.h"

#include <adwaita.h>
#include <glib/gi18n.h>

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, style);
  return label;
}

static void
on_copy (GtkButton *button, const char *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), text);
}

static void
free_text (gpointer text, GClosure *closure)
{
  g_free (text);
}

static GtkWidget *
make_copy_button (const char *words, char *text)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  g_signal_connect_data (button, "clicked", G_CALLBACK (on_copy), text, free_text, 0);
  return button;
}

static GtkWidget *
make_help_button (void)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("help-about-symbolic");

  gtk_widget_set_tooltip_text (button, _("Learn More"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Learn More"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "app.help-page");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", "bytes");
  return button;
}

static GtkWidget *
make_layer (const HsBytesLayer *layer)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = make_label (layer->title, "heading"), *text;

  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (box), head);
  if (layer->note != NULL)
    {
      GtkWidget *note = make_label (layer->note, "panel-dim");

      gtk_widget_add_css_class (note, "panel-small");
      gtk_box_append (GTK_BOX (box), note);
    }
  if (layer->text == NULL)
    return box;
  text = make_label (layer->text, "panel-mono");
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, layer->title, -1);
  gtk_box_append (GTK_BOX (box), text);
  {
    g_autofree char *words = g_strdup_printf (_("Copy: %s"), layer->title);
    GtkWidget *copy = make_copy_button (words, g_strdup (layer->text));

    gtk_widget_add_css_class (copy, "flat");
    gtk_box_append (GTK_BOX (head), copy);
  }
  return box;
}

static GtkWidget *
make_layers (GPtrArray *layers)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *scrolled = gtk_scrolled_window_new ();

  gtk_widget_set_margin_start (box, 14);
  gtk_widget_set_margin_end (box, 14);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 18);
  for (guint i = 0; i < layers->len; i++)
    gtk_box_append (GTK_BOX (box), make_layer (layers->pdata[i]));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
add_escape (GtkWidget *window)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0), gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (window, keys);
}

/* ---- The window ---- */

/* What it shows, kept with it to be shown anew. */
typedef struct
{
  HsEntry *entry;     /* (nullable) */
  HsPassage *passage; /* (nullable) */
  GtkWidget *window;  /* borrowed */
  gboolean deleted;   /* as shown */
} Subject;

static void
subject_free (gpointer data)
{
  Subject *self = data;

  if (self->entry != NULL)
    g_signal_handlers_disconnect_by_data (self->entry, self);
  if (self->passage != NULL)
    g_signal_handlers_disconnect_by_data (self->passage, self);
  g_clear_object (&self->entry);
  g_clear_object (&self->passage);
  g_free (self);
}

static gboolean
is_deleted (Subject *self)
{
  return (self->entry != NULL && hs_entry_is_redacted (self->entry)) || (self->passage != NULL && hs_passage_get_facts (self->passage)->redacted);
}

static void
fill (Subject *self)
{
  const HsPassageFacts *facts = self->passage != NULL ? hs_passage_get_facts (self->passage) : NULL;
  const char *text = is_deleted (self) ? NULL : self->entry != NULL ? hs_entry_get_text (self->entry) : facts->text;
  g_autoptr (GPtrArray) layers = hs_bytes_make_layers (text, facts);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *header = adw_header_bar_new ();

  adw_header_bar_pack_start (ADW_HEADER_BAR (header), make_copy_button (_("Copy All"), hs_bytes_dup_all (layers)));
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), make_help_button ());
  gtk_widget_add_css_class (header, "flat");
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), make_layers (layers));
  adw_window_set_content (ADW_WINDOW (self->window), box);
}

static void
on_maybe_deleted (Subject *self)
{
  if (self->deleted || !is_deleted (self))
    return;
  self->deleted = TRUE;
  fill (self);
}

static void
follow (Subject *self)
{
  self->deleted = is_deleted (self);
  if (self->entry != NULL)
    g_signal_connect_swapped (self->entry, "notify::redacted", G_CALLBACK (on_maybe_deleted), self);
  if (self->passage != NULL)
    g_signal_connect_swapped (self->passage, "moved", G_CALLBACK (on_maybe_deleted), self);
}

void
hs_bytes_window_present (GtkWidget *parent, HsEntry *entry, HsPassage *passage)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  Subject *subject;

  g_return_if_fail (entry != NULL || passage != NULL);

  subject = g_new0 (Subject, 1);
  subject->window = adw_window_new ();
  g_set_object (&subject->entry, entry);
  g_set_object (&subject->passage, passage);
  g_object_set_data_full (G_OBJECT (subject->window), "hs-subject", subject, subject_free);
  gtk_window_set_title (GTK_WINDOW (subject->window), _("From Text to Bytes"));
  gtk_window_set_default_size (GTK_WINDOW (subject->window), 480, 680);
  if (GTK_IS_WINDOW (root))
    {
      gtk_window_set_transient_for (GTK_WINDOW (subject->window), GTK_WINDOW (root));
      gtk_window_set_destroy_with_parent (GTK_WINDOW (subject->window), TRUE);
      if (gtk_window_get_application (GTK_WINDOW (root)) != NULL) /* for the help; it is no window of the application's own */
        gtk_widget_insert_action_group (subject->window, "app", G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (root))));
    }
  gtk_widget_add_css_class (subject->window, "bytes");
  add_escape (subject->window);
  follow (subject);
  fill (subject);
  gtk_window_present (GTK_WINDOW (subject->window));
}
