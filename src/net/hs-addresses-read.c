/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads this computer's addresses: getifaddrs for what there is, sysfs for what the interfaces are, procfs for the default routes and
 * for what getifaddrs does not say of IPv6 addresses. Small files of the kernel's own, yet read in a thread. */
#include "hs-addresses.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>

#define SYS_NET "/sys/class/net"
#define DEPTH_MAX 4 /* VLAN over bridge over bond over device */

/* ---- Devices ---- */

static char *
read_attribute (const char *interface, const char *name)
{
  g_autofree char *path = g_build_filename (SYS_NET, interface, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_strstrip (text) : g_strdup ("");
}

static gboolean
has (const char *interface, const char *name)
{
  g_autofree char *path = g_build_filename (SYS_NET, interface, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* A device of its own, or one below: the kernel links what an interface stands on as lower_NAME. */
static gboolean
stands_on (const char *interface, const char *attribute, guint depth)
{
  g_autofree char *path = g_build_filename (SYS_NET, interface, NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (has (interface, attribute))
    return TRUE;
  dir = depth < DEPTH_MAX ? g_dir_open (path, 0, NULL) : NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "lower_") && stands_on (name + strlen ("lower_"), attribute, depth + 1))
      return TRUE;
  return FALSE;
}

static gboolean
is_tunnel (const char *interface, const char *uevent)
{
  g_autofree char *type_text = read_attribute (interface, "type");
  guint64 type = g_ascii_strtoull (type_text, NULL, 10);

  return has (interface, "tun_flags") || strstr (uevent, "DEVTYPE=wireguard") != NULL || strstr (uevent, "DEVTYPE=vxlan") != NULL ||
         (*type_text != '\0' && type != ARPHRD_ETHER && type != ARPHRD_LOOPBACK && !has (interface, "device"));
}

static HsDevice
device_of (const char *interface, guint flags)
{
  g_autofree char *uevent = read_attribute (interface, "uevent");

  if ((flags & IFF_LOOPBACK) != 0)
    return HS_DEVICE_LOOPBACK;
  if (is_tunnel (interface, uevent))
    return HS_DEVICE_TUNNEL;
  if (strstr (uevent, "DEVTYPE=wwan") != NULL)
    return HS_DEVICE_MOBILE;
  if (stands_on (interface, "wireless", 0) || stands_on (interface, "phy80211", 0))
    return HS_DEVICE_WIRELESS;
  if (stands_on (interface, "device", 0))
    return HS_DEVICE_WIRED;
  return has (interface, "bridge") ? HS_DEVICE_BRIDGE : HS_DEVICE_VIRTUAL;
}

/* ---- Routes and flags ---- */

static char **
read_lines (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_strsplit (text, "\n", -1) : g_new0 (char *, 1);
}

static char **
split_columns (const char *line)
{
  g_autofree char *plain = g_strdelimit (g_strdup (line), "\t", ' ');
  g_auto (GStrv) all = g_strsplit (g_strstrip (plain), " ", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; all[i] != NULL; i++)
    if (*all[i] != '\0')
      g_strv_builder_add (builder, all[i]);
  return g_strv_builder_end (builder);
}

/* One table of the kernel: where the destination, its mask or length, the metric and the interface's name stand. */
typedef struct
{
  const char *path;
  guint destination, mask, metric, interface, n_columns;
  int metric_base;
} RouteTable;

static const RouteTable route_tables[] = {
  { "/proc/net/route", 1, 7, 6, 0, 8, 10 },
  { "/proc/net/ipv6_route", 0, 1, 5, 9, 10, 16 },
};

static gboolean
is_zeros (const char *text)
{
  return text[strspn (text, "0")] == '\0';
}

/* The interface of the best default route, or NULL; loopback carries IPv6's "unreachable". */
static char *
find_default_route (const RouteTable *table)
{
  g_auto (GStrv) lines = read_lines (table->path);
  g_autofree char *best = NULL;
  guint64 best_metric = G_MAXUINT64;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = split_columns (lines[i]);
      guint64 metric;

      if (g_strv_length (columns) < table->n_columns || !is_zeros (columns[table->destination]) || !is_zeros (columns[table->mask]) ||
          strcmp (columns[table->interface], "lo") == 0)
        continue;
      metric = g_ascii_strtoull (columns[table->metric], NULL, table->metric_base);
      if (metric >= best_metric)
        continue;
      best_metric = metric;
      g_free (best);
      best = g_strdup (columns[table->interface]);
    }
  return g_steal_pointer (&best);
}

/* "fe80…0001 02 40 20 80 eth0": address, index, prefix, scope, flags, name. @lines: /proc/net/if_inet6. */
static guint
find_ipv6_flags (char **lines, GInetAddress *address, const char *interface)
{
  GString *hex = g_string_new (NULL);
  g_autofree char *wanted = NULL;

  for (guint i = 0; i < 16; i++)
    g_string_append_printf (hex, "%02x", g_inet_address_to_bytes (address)[i]);
  wanted = g_string_free (hex, FALSE);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = split_columns (lines[i]);

      if (g_strv_length (columns) >= 6 && strcmp (columns[0], wanted) == 0 && strcmp (columns[5], interface) == 0)
        return (guint) g_ascii_strtoull (columns[4], NULL, 16);
    }
  return 0;
}

/* ---- All of it ---- */

typedef struct
{
  char *routes[G_N_ELEMENTS (route_tables)]; /* (nullable) interfaces */
  char **ipv6;                               /* lines */
  GPtrArray *found;
} Reading;

static GInetAddress *
take_address (const struct sockaddr *address)
{
  if (address != NULL && address->sa_family == AF_INET)
    return g_inet_address_new_from_bytes ((const guint8 *) &((const struct sockaddr_in *) (const void *) address)->sin_addr,
                                          G_SOCKET_FAMILY_IPV4);
  if (address != NULL && address->sa_family == AF_INET6)
    return g_inet_address_new_from_bytes ((const guint8 *) &((const struct sockaddr_in6 *) (const void *) address)->sin6_addr,
                                          G_SOCKET_FAMILY_IPV6);
  return NULL;
}

static void
take (Reading *reading, const struct ifaddrs *entry)
{
  g_autoptr (GInetAddress) address = take_address (entry->ifa_addr);
  HsOwnAddress *own;

  /* Up, and with a carrier: a cable pulled out keeps its address. */
  if (address == NULL || (entry->ifa_flags & (IFF_UP | IFF_RUNNING)) != (IFF_UP | IFF_RUNNING))
    return;
  own = hs_own_address_new (entry->ifa_name, address, device_of (entry->ifa_name, entry->ifa_flags));
  for (gsize i = 0; i < G_N_ELEMENTS (reading->routes); i++)
    own->default_route |= g_strcmp0 (reading->routes[i], entry->ifa_name) == 0;
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    {
      guint flags = find_ipv6_flags (reading->ipv6, address, entry->ifa_name);

      own->temporary = (flags & IFA_F_TEMPORARY) != 0;
      own->unusable = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)) != 0;
    }
  g_ptr_array_add (reading->found, own);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading reading = { .found = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_own_address_free) };
  struct ifaddrs *all = NULL;

  /* Whoever reads will want to know of changes; making the monitor asks the system bus, and waits. Its signals come on the main context. */
  g_network_monitor_get_default ();
  if (getifaddrs (&all) < 0)
    {
      int saved = errno;

      g_ptr_array_unref (reading.found);
      g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (saved), "%s", g_strerror (saved));
      return;
    }
  reading.ipv6 = read_lines ("/proc/net/if_inet6");
  for (gsize i = 0; i < G_N_ELEMENTS (route_tables); i++)
    reading.routes[i] = find_default_route (&route_tables[i]);
  for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next)
    take (&reading, entry);
  freeifaddrs (all);
  g_strfreev (reading.ipv6);
  for (gsize i = 0; i < G_N_ELEMENTS (route_tables); i++)
    g_free (reading.routes[i]);
  g_task_return_pointer (task, reading.found, (GDestroyNotify) g_ptr_array_unref);
}

void
hs_addresses_read_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_addresses_read_async);
  g_task_run_in_thread (task, read_in_thread);
}

GPtrArray *
hs_addresses_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
