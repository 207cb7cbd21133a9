/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection in a list: avatar, name, address, state pill and round trip. Its subject is a guest of the server or a watch. */
#include "hs-guest-row.h"

#include "hs-guest.h"
#include "hs-numbers.h"
#include "hs-tcp-watch.h"
#include "hs-without-tcp.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _HsGuestRow
{
  GtkWidget parent_instance;

  /* Template */
  AdwAvatar *avatar;
  GtkLabel *name, *address, *state, *rtt;

  /* Owned */
  GObject *subject; /* (nullable) HsGuest or HsTcpWatch */
  gulong notify;
};

G_DEFINE_FINAL_TYPE (HsGuestRow, hs_guest_row, GTK_TYPE_WIDGET)

/* ---- Words ---- */

static char *
guest_name (HsGuest *guest)
{
  const char *nick = hs_guest_get_nick (guest);

  if (hs_guest_is_own (guest))
    return g_strdup_printf (_("%s (you)"), nick != NULL ? nick : _("Host"));
  if (nick != NULL)
    return g_strdup (nick);
  return g_strdup (hs_guest_is_listener (guest) ? _("listener") : _("newcomer"));
}

static char *
guest_address (HsGuest *guest)
{
  const char *dialect = hs_guest_get_dialect (guest);
  const char *address = hs_guest_get_address (guest);

  if (dialect != NULL && *dialect != '\0')
    return g_strdup_printf ("%s · %s", address != NULL ? address : "", _(dialect));
  return g_strdup (address != NULL ? address : "");
}

static const char *
pill_class (HsTcpState state)
{
  if (state == HS_TCP_ESTABLISHED)
    return "good";
  return state == HS_TCP_TIME_WAIT || state == HS_TCP_CLOSED ? "over" : "between";
}

/* GtkListView makes the row; its name is what a screen reader says, and what tests look for. */
static void
update_accessible (HsGuestRow *self)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *label = NULL;

  if (row == NULL)
    return;
  label = g_strdup_printf ("%s, %s, %s", gtk_label_get_label (self->name), gtk_label_get_label (self->address),
                           gtk_label_get_label (self->state));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
show (HsGuestRow *self, const char *name, const char *who, const char *address, HsTcpState state, guint32 rtt, gboolean plain)
{
  g_autofree char *rtt_text = rtt != 0 ? hs_numbers_format_us (rtt) : g_strdup ("");

  adw_avatar_set_text (self->avatar, who);
  adw_avatar_set_show_initials (self->avatar, !plain);
  adw_avatar_set_icon_name (self->avatar, plain ? "utilities-terminal-symbolic" : NULL);
  if (plain)
    gtk_widget_add_css_class (GTK_WIDGET (self->avatar), "plain");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->avatar), "plain");
  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->address, address);
  gtk_label_set_label (self->state, hs_tcp_state_get_name (state));
  gtk_widget_set_css_classes (GTK_WIDGET (self->state), (const char *[]){ "panel-pill", pill_class (state), NULL });
  gtk_label_set_label (self->rtt, rtt_text);
  gtk_widget_set_visible (GTK_WIDGET (self->rtt), rtt != 0);
  update_accessible (self);
}

static void
update (HsGuestRow *self)
{
  if (HS_IS_GUEST (self->subject))
    {
      HsGuest *guest = HS_GUEST (self->subject);
      g_autofree char *name = guest_name (guest);
      g_autofree char *address = guest_address (guest);

      show (self, name, hs_guest_get_nick (guest), address, hs_guest_get_state (guest), hs_guest_get_rtt (guest),
            hs_guest_is_plain (guest) || hs_guest_is_listener (guest));
    }
  else
    {
      HsTcpWatch *watch = HS_TCP_WATCH (self->subject);
      const HsTcpNumbers *numbers = hs_tcp_watch_get_numbers (watch);
      const char *name = hs_tcp_watch_get_name (watch), *remote = hs_tcp_watch_get_remote (watch);

      show (self, name != NULL ? name : "", name, remote != NULL ? remote : "", hs_tcp_watch_get_state (watch),
            numbers != NULL ? numbers->rtt_us : 0, FALSE);
      if (hs_tcp_watch_get_transport (watch) != HS_TCP_TRANSPORT_TCP) /* it has no state */
        {
          gtk_label_set_label (self->state, hs_without_tcp_get_name (hs_tcp_watch_get_transport (watch)));
          update_accessible (self);
        }
    }
}

static void
set_subject (HsGuestRow *self, GObject *subject)
{
  if (self->subject == subject)
    return;
  if (self->subject != NULL)
    g_clear_signal_handler (&self->notify, self->subject);
  g_set_object (&self->subject, subject);
  if (subject == NULL)
    return;
  self->notify = g_signal_connect_swapped (subject, "notify", G_CALLBACK (update), self);
  update (self);
}

/* ---- Object ---- */

static void
hs_guest_row_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  set_subject (HS_GUEST_ROW (object), NULL);
  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_guest_row_parent_class)->dispose (object);
}

static void
hs_guest_row_class_init (HsGuestRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_guest_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-guest-row.ui");
  gtk_widget_class_bind_template_child (widget_class, HsGuestRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, HsGuestRow, name);
  gtk_widget_class_bind_template_child (widget_class, HsGuestRow, address);
  gtk_widget_class_bind_template_child (widget_class, HsGuestRow, state);
  gtk_widget_class_bind_template_child (widget_class, HsGuestRow, rtt);
}

static void
hs_guest_row_init (HsGuestRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* ---- In a list ---- */

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, g_object_new (HS_TYPE_GUEST_ROW, NULL));
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  set_subject (HS_GUEST_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  set_subject (HS_GUEST_ROW (gtk_list_item_get_child (item)), NULL);
}

void
hs_guest_row_fill_list (GtkListView *list)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), NULL);
  gtk_list_view_set_factory (list, factory);
}
