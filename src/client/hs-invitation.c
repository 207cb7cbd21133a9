/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and link of a room hosted here, read again when the network changes. It opens no socket. */
#include "hs-config.h"

#include "hs-invitation.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-address.h"
#include "hs-addresses.h"
#include "hs-firewall.h"
#include "hs-limits.h"
#include "hs-secret.h"

#define SETTLED_S 3 /* a new IPv6 address is tried for a second or two first (RFC 4862 5.4), and nothing tells when that is over */

/* ---- One address ---- */

struct _HsInvitationAddress
{
  GObject parent_instance;

  /* Owned */
  char *host, *note, *text;
};

G_DEFINE_FINAL_TYPE (HsInvitationAddress, hs_invitation_address, G_TYPE_OBJECT)

static void
hs_invitation_address_finalize (GObject *object)
{
  HsInvitationAddress *self = HS_INVITATION_ADDRESS (object);

  g_free (self->host);
  g_free (self->note);
  g_free (self->text);
  G_OBJECT_CLASS (hs_invitation_address_parent_class)->finalize (object);
}

static void
hs_invitation_address_class_init (HsInvitationAddressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_invitation_address_finalize;
}

static void
hs_invitation_address_init (HsInvitationAddress *self)
{
}

static char *
format_note (const HsOwnAddress *own, guint16 port)
{
  static const char *const devices[] = {
    [HS_DEVICE_WIRED] = N_("Wired"),             [HS_DEVICE_WIRELESS] = N_("Wi-Fi"),
    [HS_DEVICE_MOBILE] = N_("Mobile network"),   [HS_DEVICE_TUNNEL] = N_("VPN"),
    [HS_DEVICE_VIRTUAL] = N_("Virtual network"), [HS_DEVICE_BRIDGE] = N_("Virtual network"),
    [HS_DEVICE_LOOPBACK] = N_("Only this computer"),
  };
  const char *device = _(devices[own->reach == HS_REACH_LOOPBACK ? HS_DEVICE_LOOPBACK : own->device]);

  if (g_inet_address_get_family (own->address) == G_SOCKET_FAMILY_IPV6)
    /* Translators: one of this computer's addresses: the kind of network ("Wi-Fi"), and the port. */
    return g_strdup_printf (_("%s, IPv6 · port %u"), device, port);
  /* Translators: one of this computer's addresses: the kind of network ("Wi-Fi"), and the port. */
  return g_strdup_printf (_("%s · port %u"), device, port);
}

static HsInvitationAddress *
make_address (const HsOwnAddress *own, guint16 port)
{
  HsInvitationAddress *self = g_object_new (HS_TYPE_INVITATION_ADDRESS, NULL);
  HsAddress address = { .port = port, .port_given = port != HS_PORT_DEFAULT };

  self->host = hs_own_address_to_host (own);
  self->note = format_note (own, port);
  address.host = self->host;
  self->text = hs_address_to_string (&address);
  return self;
}

const char *
hs_invitation_address_get_host (HsInvitationAddress *self)
{
  return self->host;
}

const char *
hs_invitation_address_get_note (HsInvitationAddress *self)
{
  return self->note;
}

const char *
hs_invitation_address_get_text (HsInvitationAddress *self)
{
  return self->text;
}

/* ---- The invitation ---- */

struct _HsInvitation
{
  GObject parent_instance;

  /* Owned */
  char *bound; /* (nullable) */
  char *room;
  char *key, *token; /* (nullable) */
  char *link; /* (nullable) */
  char *firewall_command; /* (nullable) */
  GListStore *addresses;
  GCancellable *cancellable;
  GCancellable *firewall_cancellable; /* (nullable) */

  /* State */
  guint settled_id;
  guint16 port;
  gboolean known, watching;
};

G_DEFINE_FINAL_TYPE (HsInvitation, hs_invitation, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LINK,
  PROP_KNOWN,
  PROP_FIREWALL_COMMAND,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

static void read_again (HsInvitation *self);

static gboolean
is_same (HsInvitation *self, GPtrArray *fresh)
{
  GListModel *model = G_LIST_MODEL (self->addresses);

  if (g_list_model_get_n_items (model) != fresh->len)
    return FALSE;
  for (guint i = 0; i < fresh->len; i++)
    {
      g_autoptr (HsInvitationAddress) old = g_list_model_get_item (model, i);
      HsInvitationAddress *new = fresh->pdata[i];

      if (g_strcmp0 (old->host, new->host) != 0 || g_strcmp0 (old->note, new->note) != 0)
        return FALSE;
    }
  return TRUE;
}

/* By the first address; with a key the next ones stand beside it. (nullable) (transfer full) */
static char *
make_link (HsInvitation *self)
{
  g_autoptr (GPtrArray) also = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (HsInvitationAddress) first = g_list_model_get_item (G_LIST_MODEL (self->addresses), 0);

  if (first == NULL)
    return NULL;
  for (guint i = 1; i <= HS_INVITATION_ALSO; i++)
    {
      g_autoptr (HsInvitationAddress) next = g_list_model_get_item (G_LIST_MODEL (self->addresses), i);

      if (next == NULL || strchr (next->host, '%') != NULL) /* of this link, which is another one elsewhere */
        continue;
      g_ptr_array_add (also, strchr (next->host, ':') != NULL ? g_strdup_printf ("[%s]:%u", next->host, self->port)
                                                              : g_strdup_printf ("%s:%u", next->host, self->port));
    }
  g_ptr_array_add (also, NULL);
  return hs_address_format_invite (first->host, self->port, self->room, self->key, also->len > 1 ? (const char *const *) also->pdata : NULL, self->token);
}

static void
update_link (HsInvitation *self)
{
  g_autofree char *link = make_link (self);

  if (g_strcmp0 (link, self->link) == 0)
    return;
  g_free (self->link);
  self->link = g_steal_pointer (&link);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LINK]);
}

static void
apply (HsInvitation *self, GPtrArray *own)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean known = self->known;

  hs_addresses_rank (own, self->bound);
  for (guint i = 0; i < MIN (own->len, HS_INVITATION_ADDRESSES); i++)
    g_ptr_array_add (fresh, make_address (own->pdata[i], self->port));
  self->known = TRUE;
  if (!is_same (self, fresh))
    {
      g_list_store_splice (self->addresses, 0, g_list_model_get_n_items (G_LIST_MODEL (self->addresses)), fresh->pdata, fresh->len);
      update_link (self);
    }
  if (!known)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_KNOWN]);
}

static gboolean
on_settled (gpointer data)
{
  HsInvitation *self = data;

  self->settled_id = 0;
  read_again (self);
  return G_SOURCE_REMOVE;
}

static void
on_network_changed (HsInvitation *self)
{
  g_clear_handle_id (&self->settled_id, g_source_remove);
  self->settled_id = g_timeout_add_seconds (SETTLED_S, on_settled, self);
  read_again (self);
}

/* By now the monitor has been made in the reading thread, since that may wait for the system bus. What changed between that reading and
 * this moment nobody has told us: so it is read once more. */
static void
watch_network (HsInvitation *self)
{
  if (self->watching)
    return;
  self->watching = TRUE;
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed", G_CALLBACK (on_network_changed), self, G_CONNECT_SWAPPED);
  read_again (self);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) own = hs_addresses_read_finish (result, &error);
  HsInvitation *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = data;
  if (own == NULL)
    g_warning ("Cannot read this computer's addresses: %s", error->message);
  else
    apply (self, own);
  watch_network (self);
}

/* A reading that is under way is not waited for: its answer would be older. */
static void
read_again (HsInvitation *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  hs_addresses_read_async (self->cancellable, on_read, self);
}

/* ---- Life ---- */

static void
hs_invitation_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsInvitation *self = HS_INVITATION (object);

  switch (id)
    {
    case PROP_LINK: g_value_set_string (value, self->link); break;
    case PROP_KNOWN: g_value_set_boolean (value, self->known); break;
    case PROP_FIREWALL_COMMAND: g_value_set_string (value, self->firewall_command); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hs_invitation_dispose (GObject *object)
{
  HsInvitation *self = HS_INVITATION (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_cancellable_cancel (self->firewall_cancellable);
  g_clear_object (&self->firewall_cancellable);
  g_clear_handle_id (&self->settled_id, g_source_remove);
  G_OBJECT_CLASS (hs_invitation_parent_class)->dispose (object);
}

static void
hs_invitation_finalize (GObject *object)
{
  HsInvitation *self = HS_INVITATION (object);

  g_object_unref (self->addresses);
  g_free (self->bound);
  g_free (self->room);
  g_free (self->firewall_command);
  g_free (self->key);
  hs_secret_free (self->token);
  hs_secret_free (self->link);
  G_OBJECT_CLASS (hs_invitation_parent_class)->finalize (object);
}

static void
hs_invitation_class_init (HsInvitationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = hs_invitation_get_property;
  object_class->dispose = hs_invitation_dispose;
  object_class->finalize = hs_invitation_finalize;
  props[PROP_LINK] = g_param_spec_string ("link", NULL, NULL, NULL, flags);
  props[PROP_KNOWN] = g_param_spec_boolean ("known", NULL, NULL, FALSE, flags);
  props[PROP_FIREWALL_COMMAND] = g_param_spec_string ("firewall-command", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
hs_invitation_init (HsInvitation *self)
{
  self->addresses = g_list_store_new (HS_TYPE_INVITATION_ADDRESS);
}

/* Who is bound to this computer alone has no guests from outside that anything could keep out. */
static gboolean
is_loopback (const char *bound)
{
  g_autoptr (GInetAddress) address = bound != NULL ? g_inet_address_new_from_string (bound) : NULL;

  return address != NULL && g_inet_address_get_is_loopback (address);
}

static void
on_firewall (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  HsFirewall firewall = hs_firewall_find_finish (result, &error);
  HsInvitation *self;

  if (error != NULL) /* cancelled: it is no more */
    return;
  self = data;
  self->firewall_command = hs_firewall_dup_command (firewall, self->port);
  if (self->firewall_command != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FIREWALL_COMMAND]);
}

static void
find_firewall (HsInvitation *self)
{
  self->firewall_cancellable = g_cancellable_new ();
  hs_firewall_find_async (self->firewall_cancellable, on_firewall, self);
}

HsInvitation *
hs_invitation_new (const char *bound, guint16 port, const char *room, const char *key)
{
  HsInvitation *self = g_object_new (HS_TYPE_INVITATION, NULL);

  self->bound = g_strdup (bound);
  self->port = port;
  self->room = g_strdup (room);
  self->key = g_strdup (key);
  if (!is_loopback (bound))
    find_firewall (self);
  read_again (self);
  return self;
}

GListModel *
hs_invitation_get_addresses (HsInvitation *self)
{
  return G_LIST_MODEL (self->addresses);
}

const char *
hs_invitation_get_link (HsInvitation *self)
{
  return self->link;
}

gboolean
hs_invitation_get_known (HsInvitation *self)
{
  return self->known;
}

const char *
hs_invitation_get_firewall_command (HsInvitation *self)
{
  return self->firewall_command;
}

void
hs_invitation_set_token (HsInvitation *self, const char *token)
{
  hs_secret_set (&self->token, token);
  update_link (self);
}
