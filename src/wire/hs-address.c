/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An address as a value: copied, freed, written down. How one is read is in hs-address-parse.c. */
#include "hs-address.h"

#include <arpa/inet.h>
#include <string.h>

#include "hs-address-private.h"
#include "hs-secret.h"

const HsAddressScheme hs_address_schemes[] = {
  { HS_SCHEME_IRC, "irc", TRUE },
  { HS_SCHEME_IRCS, "ircs", TRUE },
  { HS_SCHEME_TCP, "tcp", FALSE },
  { HS_SCHEME_UDP, "udp", FALSE },
  { HS_SCHEME_NONE, NULL, TRUE },
};

HsAddress *
hs_address_copy (const HsAddress *self)
{
  HsAddress *copy = g_new (HsAddress, 1);

  *copy = (HsAddress) {
    .scheme = self->scheme,
    .host = g_strdup (self->host),
    .port = self->port,
    .port_given = self->port_given,
    .path = g_strdup (self->path),
    .room = g_strdup (self->room),
    .key = g_strdup (self->key),
    .token = g_strdup (self->token),
    .also = g_strdupv (self->also),
  };
  return copy;
}

void
hs_address_free (HsAddress *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->path);
  g_free (self->room);
  g_free (self->key);
  hs_secret_free (self->token);
  g_strfreev (self->also);
  g_free (self);
}

/* In a URI the zone's '%' is written %25 (RFC 6874); so it is, too, where the zone itself would read as if it were. */
static void
append_host (GString *out, const char *host, gboolean bracketed, gboolean uri)
{
  const char *zone = strchr (host, '%');

  if (!bracketed)
    {
      g_string_append (out, host);
      return;
    }
  g_string_append_c (out, '[');
  if (zone != NULL)
    {
      g_string_append_len (out, host, zone - host);
      g_string_append (out, uri || (g_str_has_prefix (zone, "%25") && zone[3] != '\0') ? "%25" : "%");
      g_string_append (out, zone + 1);
    }
  else
    g_string_append (out, host);
  g_string_append_c (out, ']');
}

char *
hs_address_format_host_port (const char *host, guint16 port)
{
  GString *out = g_string_new (NULL);

  append_host (out, host, strchr (host, ':') != NULL, TRUE);
  g_string_append_printf (out, ":%u", port);
  return g_string_free (out, FALSE);
}

static void
append_room (GString *out, const char *room)
{
  g_autofree char *escaped = NULL;

  if (room == NULL)
    return;
  escaped = g_uri_escape_string (room, NULL, TRUE);
  /* One '#' in front is taken off in reading. */
  g_string_append_printf (out, "/%s%s", room[0] == '#' ? "%23" : "", escaped);
}

static void
append_query (GString *out, const char *name, const char *value, const char **separator)
{
  g_autofree char *escaped = NULL;

  if (value == NULL)
    return;
  escaped = g_uri_escape_string (value, ":[]", TRUE);
  g_string_append_printf (out, "%s%s=%s", *separator, name, escaped);
  *separator = "&";
}

char *
hs_address_to_string (const HsAddress *self)
{
  GString *out = g_string_new (NULL);
  const HsAddressScheme *scheme = hs_address_schemes;
  const char *separator = "?";

  if (self->scheme == HS_SCHEME_UNIX)
    {
      g_string_append_printf (out, "unix:%s", self->path != NULL ? self->path : "");
      return g_string_free (out, FALSE);
    }

  while (scheme->name != NULL && scheme->scheme != self->scheme)
    scheme++;
  if (scheme->name != NULL)
    g_string_append_printf (out, "%s://", scheme->name);

  if (self->host != NULL)
    append_host (out, self->host, strchr (self->host, ':') != NULL && (scheme->name != NULL || self->port_given),
                 scheme->name != NULL);
  if (self->port_given)
    g_string_append_printf (out, ":%u", self->port);
  append_room (out, self->room);

  append_query (out, "key", self->key, &separator);
  for (guint i = 0; self->also != NULL && self->also[i] != NULL; i++)
    append_query (out, "also", self->also[i], &separator);
  append_query (out, "token", self->token, &separator);
  return g_string_free (out, FALSE);
}

char *
hs_address_format_place (const char *text)
{
  g_autoptr (HsAddress) address = hs_address_parse (text, NULL);
  HsAddress place;

  if (address == NULL)
    return g_strdup (text);
  /* Borrowed from address. The port stays: without its scheme a link to the default port would lead to ours. */
  place = (HsAddress){ .scheme = address->scheme, .host = address->host, .port = address->port, .port_given = address->port_given, .path = address->path };
  if (place.scheme == HS_SCHEME_IRC || place.scheme == HS_SCHEME_IRCS)
    {
      place.scheme = HS_SCHEME_NONE;
      place.port_given = TRUE;
    }
  return hs_address_to_string (&place);
}

char *
hs_address_drop_token (const char *text)
{
  g_autoptr (HsAddress) address = hs_address_parse (text, NULL);

  if (address == NULL || address->token == NULL)
    return g_strdup (text);
  hs_secret_set (&address->token, NULL);
  return hs_address_to_string (address);
}

char *
hs_address_format_invite (const char *host, guint16 port, const char *room, const char *key, const char *const *also, const char *token)
{
  const HsAddress invite = {
    .scheme = key != NULL ? HS_SCHEME_IRCS : HS_SCHEME_IRC,
    .host = (char *) host,
    .port = port,
    .port_given = TRUE,
    .room = (char *) (room != NULL && *room == '#' ? room + 1 : room),
    .key = (char *) key,
    .token = (char *) (key != NULL ? token : NULL),
    .also = (char **) (key != NULL ? also : NULL),
  };

  return hs_address_to_string (&invite);
}

gboolean
hs_address_is_invite (const HsAddress *self)
{
  return self->key != NULL || self->token != NULL || self->also != NULL;
}

GPtrArray *
hs_address_list_routes (const HsAddress *self)
{
  GPtrArray *routes = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_address_free);
  HsAddress *first = hs_address_copy (self);

  g_clear_pointer (&first->also, g_strfreev);
  g_ptr_array_add (routes, first);
  for (guint i = 0; self->also != NULL && self->also[i] != NULL; i++)
    {
      g_autoptr (HsAddress) also = hs_address_parse (self->also[i], NULL);
      HsAddress *route = also != NULL && also->host != NULL ? hs_address_copy (first) : NULL;

      if (route == NULL)
        continue;
      g_free (route->host);
      route->host = g_steal_pointer (&also->host);
      route->port = also->port;
      route->port_given = TRUE;
      g_ptr_array_add (routes, route);
    }
  return routes;
}

char *
hs_address_dup_server_name (const HsAddress *self)
{
  const char *zone = self->host != NULL ? strchr (self->host, '%') : NULL;

  return zone != NULL ? g_strndup (self->host, (gsize) (zone - self->host)) : g_strdup (self->host);
}

gboolean
hs_address_is_numeric (const HsAddress *self)
{
  struct in_addr number;

  return self->host != NULL && (strchr (self->host, ':') != NULL || inet_pton (AF_INET, self->host, &number) == 1);
}

/* "Name.example." is name.example, "0:0::1" is ::1. */
static char *
make_plain_host (const char *host)
{
  struct in6_addr number;
  char text[INET6_ADDRSTRLEN];
  gsize len = strlen (host);

  if (inet_pton (AF_INET6, host, &number) == 1 && inet_ntop (AF_INET6, &number, text, sizeof text) != NULL)
    return g_strdup (text);
  return g_ascii_strdown (host, (gssize) (len > 1 && host[len - 1] == '.' ? len - 1 : len));
}

static gboolean
speaks_structured (const HsAddress *self)
{
  return self->scheme == HS_SCHEME_NONE || self->scheme == HS_SCHEME_IRC || self->scheme == HS_SCHEME_IRCS;
}

gboolean
hs_address_is_same_place (const HsAddress *self, const HsAddress *other)
{
  g_autofree char *host = NULL, *other_host = NULL;

  if (self->scheme != other->scheme && !(speaks_structured (self) && speaks_structured (other)))
    return FALSE;
  if (self->host == NULL || other->host == NULL)
    return self->host == other->host && g_strcmp0 (self->path, other->path) == 0;
  host = make_plain_host (self->host);
  other_host = make_plain_host (other->host);
  return self->port == other->port && g_str_equal (host, other_host);
}
