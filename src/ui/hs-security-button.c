/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-security-button.h"

#include <glib/gi18n.h>

#include "hs-security-popover.h"

struct _HsSecurityButton
{
  GtkWidget parent_instance;

  /* Owned */
  GtkMenuButton *button;
  HsSecurity *security; /* (nullable) */

  /* Borrowed */
  HsSecurityPopover *popover; /* (nullable) the button's, made when first opened */
};

G_DEFINE_FINAL_TYPE (HsSecurityButton, hs_security_button, GTK_TYPE_WIDGET)

static void
need_popover (GtkMenuButton *button, gpointer data)
{
  HsSecurityButton *self = data;

  if (self->popover != NULL)
    return;
  self->popover = HS_SECURITY_POPOVER (hs_security_popover_new ());
  gtk_menu_button_set_popover (button, GTK_WIDGET (self->popover));
  hs_security_popover_set_security (self->popover, self->security);
}

static void
update (HsSecurityButton *self)
{
  const char *classes[] = { "lock", NULL, NULL };
  g_autofree char *label = NULL;
  HsTrust trust;

  if (self->security == NULL || !hs_security_is_known (self->security))
    {
      gtk_menu_button_popdown (self->button);
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      return;
    }
  trust = hs_security_get_trust (self->security);
  classes[1] = *hs_security_get_style (trust) != '\0' ? hs_security_get_style (trust) : NULL;
  gtk_widget_set_css_classes (GTK_WIDGET (self->button), classes);
  gtk_menu_button_set_icon_name (self->button, hs_security_get_icon (trust));
  /* Translators: %s: the state in words, as "Compared by you" */
  label = g_strdup_printf (_("Security: %s"), hs_security_get_words (self->security));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), hs_security_get_words (self->security));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

static void
drop_security (HsSecurityButton *self)
{
  if (self->security != NULL)
    g_signal_handlers_disconnect_by_data (self->security, self);
  g_clear_object (&self->security);
}

static void
hs_security_button_dispose (GObject *object)
{
  HsSecurityButton *self = HS_SECURITY_BUTTON (object);

  drop_security (self);
  self->popover = NULL;
  if (self->button != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->button));
  self->button = NULL;
  G_OBJECT_CLASS (hs_security_button_parent_class)->dispose (object);
}

static void
hs_security_button_class_init (HsSecurityButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_security_button_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
hs_security_button_init (HsSecurityButton *self)
{
  self->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_widget_set_parent (GTK_WIDGET (self->button), GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (self->button, need_popover, self, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
hs_security_button_set_security (HsSecurityButton *self, HsSecurity *security)
{
  if (self->security == security)
    return;
  drop_security (self);
  if (security != NULL)
    {
      self->security = g_object_ref (security);
      g_signal_connect_swapped (security, "notify", G_CALLBACK (update), self);
    }
  gtk_menu_button_popdown (self->button);
  if (self->popover != NULL)
    hs_security_popover_set_security (self->popover, security);
  update (self);
}
