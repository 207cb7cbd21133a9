/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-copy-button.h"

#include <glib/gi18n.h>

#define SHOWN_MS 1500

struct _HsCopyButton
{
  GtkWidget parent_instance;

  /* Owned */
  GtkWidget *button;
  char *text; /* (nullable) */
  char *label;

  /* State */
  guint shown_id;
};

G_DEFINE_FINAL_TYPE (HsCopyButton, hs_copy_button, GTK_TYPE_WIDGET)

static void
show (HsCopyButton *self, const char *icon, const char *label)
{
  gtk_button_set_icon_name (GTK_BUTTON (self->button), icon);
  gtk_widget_set_tooltip_text (self->button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label != NULL ? label : "", -1);
}

static gboolean
on_shown (gpointer data)
{
  HsCopyButton *self = data;

  self->shown_id = 0;
  show (self, "edit-copy-symbolic", self->label);
  return G_SOURCE_REMOVE;
}

static void
on_clicked (HsCopyButton *self)
{
  if (self->text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->text);
  g_clear_handle_id (&self->shown_id, g_source_remove);
  self->shown_id = g_timeout_add (SHOWN_MS, on_shown, self);
  show (self, "object-select-symbolic", _("Copied"));
}

static void
hs_copy_button_dispose (GObject *object)
{
  HsCopyButton *self = HS_COPY_BUTTON (object);

  g_clear_handle_id (&self->shown_id, g_source_remove);
  g_clear_pointer (&self->button, gtk_widget_unparent);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->label, g_free);
  G_OBJECT_CLASS (hs_copy_button_parent_class)->dispose (object);
}

static void
hs_copy_button_class_init (HsCopyButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_copy_button_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
hs_copy_button_init (HsCopyButton *self)
{
  self->button = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  g_signal_connect_object (self->button, "clicked", G_CALLBACK (on_clicked), self, G_CONNECT_SWAPPED);
}

void
hs_copy_button_set_text (HsCopyButton *self, const char *text, const char *label)
{
  g_clear_handle_id (&self->shown_id, g_source_remove);
  g_free (self->text);
  self->text = g_strdup (text);
  g_free (self->label);
  self->label = g_strdup (label);
  gtk_widget_set_sensitive (self->button, text != NULL);
  show (self, "edit-copy-symbolic", label);
}

GtkWidget *
hs_copy_button_new (const char *text, const char *label)
{
  GtkWidget *self = g_object_new (HS_TYPE_COPY_BUTTON, NULL);

  hs_copy_button_set_text (HS_COPY_BUTTON (self), text, label);
  return self;
}
