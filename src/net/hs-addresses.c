/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges addresses: pure, from what hs-addresses-read.c has read. */
#include "hs-addresses.h"

#include <arpa/inet.h>
#include <string.h>

HsOwnAddress *
hs_own_address_new (const char *interface, GInetAddress *address, HsDevice device)
{
  HsOwnAddress *self = g_new0 (HsOwnAddress, 1);

  self->interface = g_strdup (interface);
  self->address = g_object_ref (address);
  self->reach = hs_reach_of (address);
  self->device = device;
  return self;
}

void
hs_own_address_free (HsOwnAddress *self)
{
  if (self == NULL)
    return;
  g_free (self->interface);
  g_object_unref (self->address);
  g_free (self);
}

static gboolean
is_ipv6 (const HsOwnAddress *self)
{
  return g_inet_address_get_family (self->address) == G_SOCKET_FAMILY_IPV6;
}

char *
hs_own_address_to_host (const HsOwnAddress *self)
{
  g_autofree char *number = g_inet_address_to_string (self->address);

  if (is_ipv6 (self) && self->reach == HS_REACH_LINK)
    return g_strdup_printf ("%s%%%s", number, self->interface);
  return g_steal_pointer (&number);
}

/* ---- Reach ---- */

static const struct
{
  guint8 network[4];
  guint bits;
  HsReach reach;
} ipv4_blocks[] = {
  { { 0 }, 8, HS_REACH_NONE },
  { { 10 }, 8, HS_REACH_PRIVATE },
  { { 172, 16 }, 12, HS_REACH_PRIVATE },
  { { 192, 168 }, 16, HS_REACH_PRIVATE },
  { { 100, 64 }, 10, HS_REACH_CGNAT },
  { { 169, 254 }, 16, HS_REACH_LINK },
  { { 127 }, 8, HS_REACH_LOOPBACK },
  { { 224 }, 3, HS_REACH_NONE }, /* multicast, reserved, broadcast */
};

static HsReach
reach_of_ipv4 (const guint8 *bytes)
{
  guint32 number = (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];

  for (gsize i = 0; i < G_N_ELEMENTS (ipv4_blocks); i++)
    {
      const guint8 *n = ipv4_blocks[i].network;
      guint32 network = (guint32) n[0] << 24 | (guint32) n[1] << 16 | (guint32) n[2] << 8 | n[3];

      if ((number ^ network) >> (32 - ipv4_blocks[i].bits) == 0)
        return ipv4_blocks[i].reach;
    }
  return HS_REACH_GLOBAL;
}

static HsReach
reach_of_ipv6 (const guint8 *bytes)
{
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  static const guint8 zero[15];

  if (memcmp (bytes, mapped, sizeof mapped) == 0)
    return reach_of_ipv4 (bytes + 12);
  if (memcmp (bytes, zero, sizeof zero) == 0)
    return bytes[15] == 1 ? HS_REACH_LOOPBACK : HS_REACH_NONE;
  if ((bytes[0] & 0xfe) == 0xfc)
    return HS_REACH_UNIQUE;
  if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
    return HS_REACH_LINK;
  /* Site-local (RFC 3879) is used no more; 2000::/3 is what is given out. */
  return (bytes[0] & 0xe0) == 0x20 ? HS_REACH_GLOBAL : HS_REACH_NONE;
}

HsReach
hs_reach_of (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  return g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4 ? reach_of_ipv4 (bytes) : reach_of_ipv6 (bytes);
}

/* ---- Order ---- */

enum
{
  GROUP_LAN,
  GROUP_MOBILE,
  GROUP_TUNNEL,
  GROUP_INSIDE, /* only this computer's containers and virtual machines */
  GROUP_LOOPBACK,
};

static int
group_of (const HsOwnAddress *self)
{
  static const int groups[] = {
    [HS_DEVICE_WIRED] = GROUP_LAN,      [HS_DEVICE_WIRELESS] = GROUP_LAN, [HS_DEVICE_MOBILE] = GROUP_MOBILE,
    [HS_DEVICE_TUNNEL] = GROUP_TUNNEL,  [HS_DEVICE_VIRTUAL] = GROUP_INSIDE, [HS_DEVICE_BRIDGE] = GROUP_INSIDE,
    [HS_DEVICE_LOOPBACK] = GROUP_LOOPBACK,
  };

  if (self->reach == HS_REACH_LOOPBACK)
    return GROUP_LOOPBACK;
  /* The world is behind it: we are the container. */
  if (self->device == HS_DEVICE_VIRTUAL && self->default_route)
    return GROUP_LAN;
  return groups[self->device];
}

/* Within an interface: what is easily typed before what is not, what is near before what a firewall may stand before. */
static int
kind_of (const HsOwnAddress *self)
{
  if (is_ipv6 (self))
    return self->reach == HS_REACH_UNIQUE ? 4 : 5;
  return self->reach == HS_REACH_PRIVATE ? 1 : self->reach == HS_REACH_GLOBAL ? 2 : 3;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const HsOwnAddress *x = *(const HsOwnAddress *const *) a, *y = *(const HsOwnAddress *const *) b;
  const int keys[][2] = {
    { group_of (x), group_of (y) },
    { x->reach == HS_REACH_LINK, y->reach == HS_REACH_LINK },
    { !x->default_route, !y->default_route },
    { kind_of (x), kind_of (y) },
    { x->temporary, y->temporary },
    { x->device, y->device },
  };
  int order;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i][0] != keys[i][1])
      return keys[i][0] < keys[i][1] ? -1 : 1;
  order = strcmp (x->interface, y->interface);
  return order != 0 ? order : memcmp (g_inet_address_to_bytes (x->address), g_inet_address_to_bytes (y->address),
                                      MIN (g_inet_address_get_native_size (x->address), g_inet_address_get_native_size (y->address)));
}

/* ---- What is told ---- */

static gboolean
is_bound (const HsOwnAddress *self, const char *bound)
{
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *number = bound != NULL ? g_strndup (bound, strcspn (bound, "%")) : NULL;

  address = number != NULL ? g_inet_address_new_from_string (number) : NULL;
  if (address == NULL)
    return TRUE;
  if (g_inet_address_get_is_any (address))
    return g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 || !is_ipv6 (self);
  return g_inet_address_equal (address, self->address);
}

static gboolean
stands_back_for (const HsOwnAddress *self, const HsOwnAddress *other)
{
  if (self == other)
    return FALSE;
  if (group_of (self) >= GROUP_INSIDE && group_of (other) < group_of (self))
    return TRUE;
  if (is_ipv6 (self) && self->reach == HS_REACH_LINK)
    return group_of (other) < GROUP_LOOPBACK && !(is_ipv6 (other) && other->reach == HS_REACH_LINK);
  return self->temporary && !other->temporary && self->reach == other->reach && is_ipv6 (other) &&
         strcmp (self->interface, other->interface) == 0;
}

void
hs_addresses_rank (GPtrArray *addresses, const char *bound)
{
  g_autoptr (GPtrArray) back = g_ptr_array_new ();

  for (guint i = addresses->len; i > 0; i--)
    {
      const HsOwnAddress *own = addresses->pdata[i - 1];

      if (own->unusable || own->reach == HS_REACH_NONE || !is_bound (own, bound))
        g_ptr_array_remove_index (addresses, i - 1);
    }
  /* Judged while all are there: whoever stands back does so for one that itself stays, or for one that stands before that. */
  for (guint i = 0; i < addresses->len; i++)
    {
      gboolean stands_back = FALSE;

      for (guint j = 0; j < addresses->len && !stands_back; j++)
        stands_back = stands_back_for (addresses->pdata[i], addresses->pdata[j]);
      if (stands_back)
        g_ptr_array_add (back, addresses->pdata[i]);
    }
  for (guint i = 0; i < back->len; i++)
    g_ptr_array_remove (addresses, back->pdata[i]);
  g_ptr_array_sort (addresses, compare);
}

/* IANA's special-purpose addresses that no router carries, for documents and measurements: RFC 5737, RFC 2544, RFC 3849, RFC 9637. */
static gboolean
is_carried (const HsOwnAddress *self)
{
  static const char *const never[] = { "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20" };

  for (gsize i = 0; i < G_N_ELEMENTS (never); i++)
    {
      g_autoptr (GInetAddressMask) mask = g_inet_address_mask_new_from_string (never[i], NULL);

      if (g_inet_address_mask_matches (mask, self->address))
        return FALSE;
    }
  return TRUE;
}

const HsOwnAddress *
hs_addresses_find_public (const GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    {
      const HsOwnAddress *own = addresses->pdata[i];

      if (own->reach == HS_REACH_GLOBAL && is_carried (own))
        return own;
    }
  return NULL;
}
