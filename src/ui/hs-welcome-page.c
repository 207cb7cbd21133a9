/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-welcome-page.h"

#include <adwaita.h>

struct _HsWelcomePage
{
  GtkWidget parent_instance;

  /* Template */
  AdwHeaderBar *header;
  GtkMenuButton *menu;
};

G_DEFINE_FINAL_TYPE (HsWelcomePage, hs_welcome_page, GTK_TYPE_WIDGET)

static void
create_menu (GtkMenuButton *button, gpointer menu)
{
  if (gtk_menu_button_get_popover (button) == NULL)
    gtk_menu_button_set_menu_model (button, menu);
}

/* The menu's widgets are made when it is first opened. */
void
hs_welcome_page_set_menu (HsWelcomePage *self, GMenuModel *menu)
{
  gtk_menu_button_set_create_popup_func (self->menu, create_menu, g_object_ref (menu), g_object_unref);
}

void
hs_welcome_page_popup_menu (HsWelcomePage *self)
{
  gtk_menu_button_popup (self->menu);
}

void
hs_welcome_page_set_title_buttons (HsWelcomePage *self, gboolean shown)
{
  adw_header_bar_set_show_end_title_buttons (self->header, shown);
}

static void
hs_welcome_page_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_welcome_page_parent_class)->dispose (object);
}

static void
hs_welcome_page_class_init (HsWelcomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_welcome_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "welcome");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, HsWelcomePage, header);
  gtk_widget_class_bind_template_child (widget_class, HsWelcomePage, menu);
}

static void
hs_welcome_page_init (HsWelcomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
