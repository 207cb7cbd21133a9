/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses others can reach this computer at, the likeliest first. Read from the kernel and judged here; nothing is sent, nothing looked up. */
#pragma once

#include <gio/gio.h>

/* What an interface is, from sysfs; a name tells nothing for certain. */
typedef enum
{
  HS_DEVICE_WIRED,    /* a device, or a bridge, bond or VLAN over one */
  HS_DEVICE_WIRELESS,
  HS_DEVICE_MOBILE,
  HS_DEVICE_TUNNEL,   /* tun, tap, WireGuard, PPP, 6in4 */
  HS_DEVICE_VIRTUAL,  /* veth, dummy: what a container's only interface is, too */
  HS_DEVICE_BRIDGE,   /* over no device: containers and virtual machines */
  HS_DEVICE_LOOPBACK,
} HsDevice;

typedef enum
{
  HS_REACH_PRIVATE,     /* RFC 1918 */
  HS_REACH_GLOBAL,
  HS_REACH_CGNAT,       /* RFC 6598: the provider's, seldom reached from outside */
  HS_REACH_UNIQUE,      /* RFC 4193 */
  HS_REACH_LINK,        /* RFC 3927, RFC 4291 2.5.6 */
  HS_REACH_LOOPBACK,
  HS_REACH_NONE,        /* unspecified, multicast … */
} HsReach;

typedef struct
{
  char *interface;
  GInetAddress *address;
  HsReach reach;
  HsDevice device;
  gboolean default_route; /* the interface's */
  gboolean temporary;     /* RFC 8981: gone tomorrow */
  gboolean unusable;      /* tentative, duplicate or deprecated */
} HsOwnAddress;

/* @address: owned by the caller still. (transfer full) */
HsOwnAddress *hs_own_address_new (const char *interface, GInetAddress *address, HsDevice device);
void hs_own_address_free (HsOwnAddress *self);
/* As it is typed, an IPv6 link-local one with its zone. (transfer full) */
char *hs_own_address_to_host (const HsOwnAddress *self);

HsReach hs_reach_of (GInetAddress *address);

/* Orders @addresses and drops those that nobody is to be told: a LAN's before a VPN's, these before virtual ones, virtual ones and IPv6
 * link-local ones only where there is nothing else, loopback last of all; temporary ones only where there is no lasting one of the kind.
 * @bound (nullable): numeric, what the server is bound to; "::" and NULL are all, "0.0.0.0" all of IPv4. */
void hs_addresses_rank (GPtrArray *addresses, const char *bound);

/* (nullable) The first of @addresses that everybody on the Internet may reach, if nothing stands before it. Borrowed. */
const HsOwnAddress *hs_addresses_find_public (const GPtrArray *addresses);

/* In a thread, in which GLib's network monitor is made too, so that whoever asks for it afterwards does not wait. (transfer full) (element-type HsOwnAddress), in no order. */
void hs_addresses_read_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *hs_addresses_read_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsOwnAddress, hs_own_address_free)
