/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-server-row.h"

#include <glib/gi18n.h>

struct _HsServerRow
{
  GtkListBoxRow parent_instance;

  /* Borrowed */
  GtkLabel *details;

  /* Owned */
  HsServer *server;
};

G_DEFINE_FINAL_TYPE (HsServerRow, hs_server_row, GTK_TYPE_LIST_BOX_ROW)

static void
refresh (HsServerRow *self)
{
  guint n = 0;
  g_autofree char *port = g_strdup_printf (_("Port %u"), hs_server_get_port (self->server)), *guests = NULL, *text = NULL, *label = NULL;

  g_object_get (self->server, "n-guests", &n, NULL);
  guests = g_strdup_printf (ngettext ("%u guest", "%u guests", n), n);
  text = g_strdup_printf ("%s · %s", port, guests);
  label = g_strdup_printf ("%s, %s", _("Server"), text);
  gtk_label_set_label (self->details, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
hs_server_row_dispose (GObject *object)
{
  g_clear_object (&HS_SERVER_ROW (object)->server);
  G_OBJECT_CLASS (hs_server_row_parent_class)->dispose (object);
}

static void
hs_server_row_class_init (HsServerRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_server_row_dispose;
}

static void
hs_server_row_init (HsServerRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10), *names = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *icon = gtk_image_new_from_icon_name ("hs-server-symbolic"), *title = gtk_label_new (_("Server")), *details = gtk_label_new (NULL);

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 20);
  gtk_widget_set_size_request (icon, 32, -1);
  gtk_widget_add_css_class (icon, "secondary-icon");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (details), 0);
  gtk_label_set_ellipsize (GTK_LABEL (details), PANGO_ELLIPSIZE_END);
  gtk_widget_set_css_classes (details, (const char *[]){ "preview", "numeric", NULL });
  gtk_widget_set_valign (names, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (names), title);
  gtk_box_append (GTK_BOX (names), details);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), names);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  self->details = GTK_LABEL (details);
}

GtkWidget *
hs_server_row_new (HsServer *server)
{
  HsServerRow *self = g_object_new (HS_TYPE_SERVER_ROW, NULL);

  self->server = g_object_ref (server);
  g_signal_connect_object (server, "notify::n-guests", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (server, "notify::port", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}
