/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-invite-popover.h"

#include <glib/gi18n.h>

#include "hs-copy-button.h"
#include "hs-invitation.h"
#include "hs-qr-code.h"

#define WIDTH        384 /* px, with the popover's padding 420 */
#define WIDTH_NARROW 300
#define ADDRESS_CHARS 20 /* an IPv6 address can be 39: then it takes two lines, which somebody may read aloud */

struct _HsInvitePopover
{
  GtkPopover parent_instance;

  /* Template */
  GtkBox *box, *columns, *addresses;
  GtkLabel *title, *nothing, *link;
  GtkCheckButton *with_token;
  GtkWidget *token_part, *link_part, *number_part, *number_rule, *classroom;
  GtkLabel *number;
  GtkWidget *firewall_part;
  GtkLabel *firewall_command;
  HsCopyButton *copy_firewall;
  HsQrCode *code;
  HsCopyButton *copy_link, *copy_number;

  /* Owned */
  HsServer *server;
  HsRoom *room;             /* (nullable) */
  HsInvitation *invitation; /* (nullable) while it is open */
  char *token;              /* (nullable) made while it is open */
};

G_DEFINE_FINAL_TYPE (HsInvitePopover, hs_invite_popover, GTK_TYPE_POPOVER)

/* ---- Addresses ---- */

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), ADDRESS_CHARS);
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_row (HsInvitationAddress *address, gboolean likely)
{
  g_autofree char *label = g_strdup_printf (_("Copy %s"), hs_invitation_address_get_text (address));
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (words), make_label (hs_invitation_address_get_host (address), likely ? "invite-likely" : "heading"));
  gtk_box_append (GTK_BOX (words), make_label (hs_invitation_address_get_note (address), "invite-note"));
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (row), words);
  gtk_box_append (GTK_BOX (row), hs_copy_button_new (hs_invitation_address_get_text (address), label));
  return row;
}

/* When it opened there was nothing yet that could have the focus, or only what stands below the addresses; or what had it has gone with its
 * address. */
static void
take_focus (HsInvitePopover *self, gboolean first_come)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (first_come)
    gtk_widget_child_focus (GTK_WIDGET (self->addresses), GTK_DIR_TAB_FORWARD);
  else if (gtk_widget_get_focus_child (GTK_WIDGET (self)) == NULL)
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

static void
update_addresses (HsInvitePopover *self)
{
  GListModel *model = hs_invitation_get_addresses (self->invitation);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->addresses));
  gboolean first_come = child == NULL && g_list_model_get_n_items (model) > 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->addresses))) != NULL)
    gtk_box_remove (self->addresses, child);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (HsInvitationAddress) address = g_list_model_get_item (model, i);

      gtk_box_append (self->addresses, make_row (address, i == 0));
    }
  take_focus (self, first_come);
}

static void
update (HsInvitePopover *self)
{
  const char *link = hs_invitation_get_link (self->invitation);

  gtk_label_set_text (self->nothing, hs_invitation_get_known (self->invitation) ? _("This computer is not connected to a network.") : _("Looking for addresses…"));
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), link == NULL);
  gtk_widget_set_visible (self->link_part, link != NULL);
  gtk_label_set_text (self->link, link != NULL ? link : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->link), link);
  hs_copy_button_set_text (self->copy_link, link, _("Copy Link"));
  hs_qr_code_set_text (self->code, link);
}

/* One token an opening: who wants to invite two people opens it twice. */
static void
on_with_token_toggled (HsInvitePopover *self)
{
  gboolean wanted = gtk_check_button_get_active (self->with_token);

  if (self->invitation == NULL)
    return;
  if (wanted && self->token == NULL)
    self->token = hs_server_make_invite_token (self->server);
  hs_invitation_set_token (self->invitation, wanted ? self->token : NULL);
}

/* Where no password is needed nobody has to be let in without it, and where there is no key there is nothing to give a secret to. */
static void
update_token (HsInvitePopover *self)
{
  gtk_check_button_set_active (self->with_token, FALSE);
  gtk_widget_set_visible (self->token_part, hs_server_get_has_password (self->server) && hs_server_get_key (self->server) != NULL);
}

static void
forget_token (HsInvitePopover *self)
{
  g_clear_pointer (&self->token, g_free);
}

/* A classroom has no key: then there is nothing to compare, and that is said. */
static void
update_number (HsInvitePopover *self)
{
  const char *number = hs_server_get_key_number (self->server);

  gtk_widget_set_visible (self->number_part, number != NULL);
  gtk_widget_set_visible (self->classroom, number == NULL);
  gtk_label_set_text (self->number, number != NULL ? number : "");
  hs_copy_button_set_text (self->copy_number, number, _("Copy Number"));
}

static void
update_firewall (HsInvitePopover *self)
{
  const char *command = hs_invitation_get_firewall_command (self->invitation);

  gtk_widget_set_visible (self->firewall_part, command != NULL);
  gtk_label_set_text (self->firewall_command, command != NULL ? command : "");
  hs_copy_button_set_text (self->copy_firewall, command, _("Copy Command"));
}

/* ---- Open and closed ---- */

static void
begin (HsInvitePopover *self)
{
  g_autofree char *title = g_strdup_printf (_("Invite to %s"), hs_room_get_title (self->room));
  g_autofree char *bound = NULL;

  g_object_get (self->server, "address", &bound, NULL);
  gtk_label_set_text (self->title, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  self->invitation = hs_invitation_new (bound, hs_server_get_port (self->server), hs_room_get_name (self->room), hs_server_get_key (self->server));
  g_signal_connect_object (hs_invitation_get_addresses (self->invitation), "items-changed", G_CALLBACK (update_addresses), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->invitation, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->invitation, "notify::firewall-command", G_CALLBACK (update_firewall), self, G_CONNECT_SWAPPED);
  update_addresses (self);
  update (self);
  update_number (self);
  update_token (self);
  update_firewall (self);
}

static void
hs_invite_popover_map (GtkWidget *widget)
{
  HsInvitePopover *self = HS_INVITE_POPOVER (widget);

  if (self->room != NULL && self->invitation == NULL)
    begin (self);
  GTK_WIDGET_CLASS (hs_invite_popover_parent_class)->map (widget);
}

static void
hs_invite_popover_unmap (GtkWidget *widget)
{
  g_clear_object (&HS_INVITE_POPOVER (widget)->invitation);
  forget_token (HS_INVITE_POPOVER (widget));
  GTK_WIDGET_CLASS (hs_invite_popover_parent_class)->unmap (widget);
}

/* ---- Life ---- */

static void
hs_invite_popover_dispose (GObject *object)
{
  HsInvitePopover *self = HS_INVITE_POPOVER (object);

  g_clear_object (&self->invitation);
  forget_token (self);
  g_clear_object (&self->room);
  g_clear_object (&self->server);
  G_OBJECT_CLASS (hs_invite_popover_parent_class)->dispose (object);
}

static void
hs_invite_popover_class_init (HsInvitePopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_invite_popover_dispose;
  widget_class->map = hs_invite_popover_map;
  widget_class->unmap = hs_invite_popover_unmap;
  g_type_ensure (HS_TYPE_COPY_BUTTON);
  g_type_ensure (HS_TYPE_QR_CODE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-invite-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, box);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, columns);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, addresses);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, title);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, nothing);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, link);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, link_part);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, code);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, copy_link);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, token_part);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, with_token);
  gtk_widget_class_bind_template_callback (widget_class, on_with_token_toggled);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, number_part);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, number_rule);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, number);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, copy_number);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, classroom);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, firewall_part);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, firewall_command);
  gtk_widget_class_bind_template_child (widget_class, HsInvitePopover, copy_firewall);
}

static void
hs_invite_popover_init (HsInvitePopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  hs_invite_popover_set_narrow (self, FALSE);
}

GtkWidget *
hs_invite_popover_new (HsServer *server)
{
  HsInvitePopover *self = g_object_new (HS_TYPE_INVITE_POPOVER, NULL);

  self->server = g_object_ref (server);
  return GTK_WIDGET (self);
}

void
hs_invite_popover_set_room (HsInvitePopover *self, HsRoom *room)
{
  g_set_object (&self->room, room);
}

void
hs_invite_popover_set_narrow (HsInvitePopover *self, gboolean narrow)
{
  gtk_widget_set_size_request (GTK_WIDGET (self->box), narrow ? WIDTH_NARROW : WIDTH, -1);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->columns), narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}
