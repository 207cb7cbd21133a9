/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-invite-button.h"

#include <glib/gi18n.h>

#include "hs-invite-popover.h"

struct _HsInviteButton
{
  GtkWidget parent_instance;

  /* Owned */
  GtkMenuButton *button;
  HsServer *server; /* (nullable) */
  HsRoom *room;     /* (nullable) */

  /* Borrowed */
  HsInvitePopover *popover; /* (nullable) the button's */

  /* State */
  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (HsInviteButton, hs_invite_button, GTK_TYPE_WIDGET)

static void
need_popover (GtkMenuButton *button, gpointer data)
{
  HsInviteButton *self = data;

  if (self->popover != NULL || self->server == NULL)
    return;
  self->popover = HS_INVITE_POPOVER (hs_invite_popover_new (self->server));
  hs_invite_popover_set_room (self->popover, self->room);
  hs_invite_popover_set_narrow (self->popover, self->narrow);
  gtk_menu_button_set_popover (button, GTK_WIDGET (self->popover));
}

static void
update (HsInviteButton *self)
{
  gboolean shown = self->room != NULL && self->server != NULL && hs_server_get_running (self->server);

  if (!shown)
    gtk_menu_button_popdown (self->button);
  gtk_widget_set_visible (GTK_WIDGET (self), shown);
}

static void
hs_invite_button_dispose (GObject *object)
{
  HsInviteButton *self = HS_INVITE_BUTTON (object);

  self->popover = NULL;
  if (self->button != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->button));
  self->button = NULL;
  g_clear_object (&self->room);
  g_clear_object (&self->server);
  G_OBJECT_CLASS (hs_invite_button_parent_class)->dispose (object);
}

static void
hs_invite_button_class_init (HsInviteButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_invite_button_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
hs_invite_button_init (HsInviteButton *self)
{
  self->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_widget_set_parent (GTK_WIDGET (self->button), GTK_WIDGET (self));
  gtk_menu_button_set_label (self->button, _("Invite"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Invite"), -1);
  gtk_menu_button_set_create_popup_func (self->button, need_popover, self, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
hs_invite_button_set_server (HsInviteButton *self, HsServer *server)
{
  g_return_if_fail (self->server == NULL);
  self->server = g_object_ref (server);
  g_signal_connect_object (server, "notify::running", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
hs_invite_button_set_room (HsInviteButton *self, HsRoom *room)
{
  if (g_set_object (&self->room, room))
    gtk_menu_button_popdown (self->button);
  if (self->popover != NULL)
    hs_invite_popover_set_room (self->popover, room);
  update (self);
}

void
hs_invite_button_set_narrow (HsInviteButton *self, gboolean narrow)
{
  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  if (narrow)
    gtk_menu_button_set_icon_name (self->button, "contact-new-symbolic");
  else
    gtk_menu_button_set_label (self->button, _("Invite"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), narrow ? _("Invite") : NULL);
  if (self->popover != NULL)
    hs_invite_popover_set_narrow (self->popover, narrow);
}
