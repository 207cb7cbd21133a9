/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-addresses.h"

#include <locale.h>
#include <string.h>

#define WAIT_US (10 * G_USEC_PER_SEC)

/* ---- Reach ---- */

static const struct
{
  const char *address;
  HsReach reach;
} reaches[] = {
  { "10.0.0.1", HS_REACH_PRIVATE },
  { "172.15.255.255", HS_REACH_GLOBAL },
  { "172.16.0.1", HS_REACH_PRIVATE },
  { "172.31.255.255", HS_REACH_PRIVATE },
  { "172.32.0.0", HS_REACH_GLOBAL },
  { "192.168.1.5", HS_REACH_PRIVATE },
  { "192.169.0.1", HS_REACH_GLOBAL },
  { "100.63.255.255", HS_REACH_GLOBAL },
  { "100.64.0.1", HS_REACH_CGNAT },
  { "100.127.255.255", HS_REACH_CGNAT },
  { "100.128.0.0", HS_REACH_GLOBAL },
  { "169.254.7.7", HS_REACH_LINK },
  { "127.0.0.1", HS_REACH_LOOPBACK },
  { "127.255.0.1", HS_REACH_LOOPBACK },
  { "0.0.0.0", HS_REACH_NONE },
  { "224.0.0.251", HS_REACH_NONE },
  { "255.255.255.255", HS_REACH_NONE },
  { "8.8.8.8", HS_REACH_GLOBAL },
  { "::1", HS_REACH_LOOPBACK },
  { "::", HS_REACH_NONE },
  { "fe80::1", HS_REACH_LINK },
  { "febf::1", HS_REACH_LINK },
  { "fec0::1", HS_REACH_NONE },
  { "fc00::1", HS_REACH_UNIQUE },
  { "fd12:4a::5", HS_REACH_UNIQUE },
  { "fe00::1", HS_REACH_NONE },
  { "ff02::1", HS_REACH_NONE },
  { "2001:db8::1", HS_REACH_GLOBAL },
  { "::ffff:192.168.1.5", HS_REACH_PRIVATE },
};

static void
test_reach (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reaches); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (reaches[i].address);

      g_test_message ("%s", reaches[i].address);
      g_assert_cmpint (hs_reach_of (address), ==, reaches[i].reach);
    }
}

/* ---- Order ---- */

/* "interface address device[*][t][u]": L wired, W Wi-Fi, M mobile, T tunnel, V virtual, B bridge, O loopback; * default route, t temporary,
 * u unusable. */
typedef struct
{
  const char *description, *bound, *given, *expected;
} Row;

#define LAN "eth0 192.168.1.5 L*;"
#define LOOPBACK "lo 127.0.0.1 O;lo ::1 O;"

static const Row rows[] = {
  { "nothing at all", NULL, "", "" },
  { "the LAN, and no loopback beside it", NULL, LOOPBACK LAN, "192.168.1.5" },
  { "no network: only this computer", NULL, LOOPBACK, "127.0.0.1 ::1" },
  { "the default route's first", NULL, "wlan0 192.168.7.1 W;" LAN, "192.168.1.5 192.168.7.1" },
  { "two interfaces without a default route: wired, then Wi-Fi", NULL, "wlan0 192.168.7.1 W;eth0 10.0.0.4 L;", "10.0.0.4 192.168.7.1" },
  { "Docker's bridge not beside a LAN", NULL, "docker0 172.17.0.1 B;" LAN, "192.168.1.5" },
  { "Docker's bridge where there is nothing else", NULL, LOOPBACK "docker0 172.17.0.1 B;", "172.17.0.1" },
  { "a veth not beside a LAN", NULL, "veth1 10.9.0.1 V;" LAN, "192.168.1.5" },
  { "in a container the veth is the LAN", NULL, LOOPBACK "eth0 172.17.0.2 V*;", "172.17.0.2" },
  { "a VPN behind the LAN, even where it takes the default route", NULL, "tun0 10.8.0.2 T*;eth0 192.168.1.5 L;", "192.168.1.5 10.8.0.2" },
  { "a VPN alone", NULL, LOOPBACK "wg0 10.8.0.2 T*;", "10.8.0.2" },
  { "the LAN's IPv6 before a VPN's IPv4", NULL, "tun0 10.8.0.2 T*;eth0 fd12:4a::5 L;", "fd12:4a::5 10.8.0.2" },
  { "CGNAT of an overlay behind the LAN", NULL, "tailscale0 100.100.1.2 T;" LAN, "192.168.1.5 100.100.1.2" },
  { "a mobile modem with the default route behind the LAN", NULL, "wwan0 100.64.1.2 M*;eth0 192.168.1.5 L;", "192.168.1.5 100.64.1.2" },
  { "private, public, CGNAT on one interface", NULL, "eth0 100.64.0.9 L*;eth0 198.51.100.7 L*;" LAN, "192.168.1.5 198.51.100.7 100.64.0.9" },
  { "IPv4, then unique local, then global IPv6; link-local not told", NULL,
    "eth0 fe80::1 L*;eth0 2001:db8::5 L*;eth0 fd12:4a::5 L*;" LAN, "192.168.1.5 fd12:4a::5 2001:db8::5" },
  { "link-local IPv6 alone, with its zone", NULL, LOOPBACK "eth0 fe80::1 L;", "fe80::1%eth0" },
  { "a cable between two computers", NULL, LOOPBACK "eth0 169.254.7.7 L;eth0 fe80::1 L;", "169.254.7.7" },
  { "link-local IPv4 behind all others of the LAN", NULL, "eth0 169.254.7.7 L*;wlan0 10.1.1.1 W;", "10.1.1.1 169.254.7.7" },
  { "temporary addresses not beside a lasting one", NULL, "eth0 2001:db8::77 L*t;eth0 2001:db8::5 L*;", "2001:db8::5" },
  { "temporary addresses where there is no other", NULL, "eth0 2001:db8::77 L*t;", "2001:db8::77" },
  { "a lasting one of another reach is no replacement", NULL, "eth0 2001:db8::77 L*t;eth0 fd12::5 L*;", "fd12::5 2001:db8::77" },
  { "what is not usable is not told", NULL, "eth0 2001:db8::9 L*u;" LAN, "192.168.1.5" },
  { "what is not usable replaces nothing", NULL, LOOPBACK "eth0 192.168.1.5 L*u;", "127.0.0.1 ::1" },
  { "multicast and such are no addresses", NULL, "eth0 224.0.0.1 L*;" LAN, "192.168.1.5" },
  { "bound to all", "::", "eth0 fd12::5 L*;" LAN, "192.168.1.5 fd12::5" },
  { "bound to all of IPv4", "0.0.0.0", "eth0 fd12::5 L*;" LAN, "192.168.1.5" },
  { "bound to one of two", "192.168.7.1", "wlan0 192.168.7.1 W;" LAN, "192.168.7.1" },
  { "bound to a bridge: that is what is told", "172.17.0.1", "docker0 172.17.0.1 B;" LAN, "172.17.0.1" },
  { "bound to loopback: only this computer", "127.0.0.1", LOOPBACK LAN, "127.0.0.1" },
  { "bound to IPv6 loopback", "::1", LOOPBACK LAN, "::1" },
  { "bound to a link-local address with its zone", "fe80::1%eth0", "eth0 fe80::1 L*;" LAN, "fe80::1%eth0" },
  { "bound to an address that is gone", "10.1.1.1", LAN, "" },
  { "bound to what is no number: not narrowed", "rubbish", LAN, "192.168.1.5" },
};

static HsOwnAddress *
read_own (const char *text)
{
  static const char devices[] = "LWMTVBO";
  g_auto (GStrv) words = g_strsplit (text, " ", 3);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (words[1]);
  HsOwnAddress *own = hs_own_address_new (words[0], address, strchr (devices, *words[2]) - devices);

  own->default_route = strchr (words[2], '*') != NULL;
  own->temporary = strchr (words[2], 't') != NULL;
  own->unusable = strchr (words[2], 'u') != NULL;
  return own;
}

static char *
rank (const Row *row, gboolean backwards)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_own_address_free);
  g_auto (GStrv) given = g_strsplit (row->given, ";", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; given[i] != NULL; i++)
    if (*given[i] != '\0')
      g_ptr_array_insert (addresses, backwards ? 0 : -1, read_own (given[i]));
  hs_addresses_rank (addresses, row->bound);
  for (guint i = 0; i < addresses->len; i++)
    {
      g_autofree char *host = hs_own_address_to_host (addresses->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", host);
    }
  return g_string_free (text, FALSE);
}

static void
test_order (gconstpointer data)
{
  const Row *row = data;

  for (gboolean backwards = FALSE; backwards <= TRUE; backwards++)
    {
      g_autofree char *text = rank (row, backwards);

      g_assert_cmpstr (text, ==, row->expected);
    }
}

/* ---- Everybody's to reach ---- */

static void
test_public (void)
{
  static const Row publics[] = {
    { "a LAN", NULL, LOOPBACK LAN "eth0 fd12::5 L*;eth0 fe80::1 L*;tailscale0 100.100.1.2 T;", NULL },
    { "nothing", NULL, LOOPBACK, NULL },
    { "a public one", NULL, LOOPBACK LAN "eth0 9.9.9.9 L*;", "9.9.9.9" },
    { "a public one that is not bound to", "192.168.1.5", LOOPBACK LAN "eth0 9.9.9.9 L*;", NULL },
    { "IPv6", NULL, LOOPBACK LAN "eth0 2620:fe::9 L*;", "2620:fe::9" },
    { "IPv6, bound to IPv4", "0.0.0.0", LOOPBACK LAN "eth0 2620:fe::9 L*;", NULL },
    { "for documents and measurements only", NULL, LOOPBACK "eth0 192.0.2.2 L*;eth0 198.51.100.7 L*;eth0 203.0.113.9 L*;eth0 198.19.0.1 L*;eth0 2001:db8::5 L*;", NULL },
    { "the neighbours of those", NULL, LOOPBACK "eth0 192.0.2.2 L*;eth0 192.0.3.1 L*;", "192.0.3.1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (publics); i++)
    {
      g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_own_address_free);
      g_auto (GStrv) given = g_strsplit (publics[i].given, ";", -1);
      const HsOwnAddress *found;
      g_autofree char *host = NULL;

      g_test_message ("%s", publics[i].description);
      for (guint j = 0; given[j] != NULL; j++)
        if (*given[j] != '\0')
          g_ptr_array_add (addresses, read_own (given[j]));
      hs_addresses_rank (addresses, publics[i].bound);
      found = hs_addresses_find_public (addresses);
      host = found != NULL ? hs_own_address_to_host (found) : NULL;
      g_assert_cmpstr (host, ==, publics[i].expected);
    }
}

/* ---- Reading ---- */

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GPtrArray **addresses = data;

  *addresses = hs_addresses_read_finish (result, &error);
  g_assert_no_error (error);
}

/* What is there differs from computer to computer; that each is well-formed and loopback is loopback does not. */
static void
test_read (void)
{
  g_autoptr (GPtrArray) addresses = NULL;
  gint64 end = g_get_monotonic_time () + WAIT_US;
  guint loopbacks = 0;

  hs_addresses_read_async (NULL, on_read, &addresses);
  while (addresses == NULL && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (addresses);
  for (guint i = 0; i < addresses->len; i++)
    {
      const HsOwnAddress *own = addresses->pdata[i];
      g_autofree char *host = hs_own_address_to_host (own);

      g_test_message ("%s on %s, device %d%s", host, own->interface, own->device, own->default_route ? ", default route" : "");
      g_assert_cmpint (own->device, <=, HS_DEVICE_LOOPBACK);
      if (own->reach == HS_REACH_LOOPBACK)
        g_assert_cmpint (own->device, ==, HS_DEVICE_LOOPBACK);
      loopbacks += own->reach == HS_REACH_LOOPBACK;
    }
  if (loopbacks == 0)
    g_test_skip ("no loopback here");
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/addresses/reach", test_reach);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/addresses/order/%s", rows[i].description);

      g_strdelimit (path + strlen ("/net/addresses/order/"), " /", '-');
      g_test_add_data_func (path, &rows[i], test_order);
    }
  g_test_add_func ("/net/addresses/read", test_read);
  g_test_add_func ("/net/addresses/public", test_public);
  return g_test_run ();
}
