/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a typed or pasted address: every form of hs-address.h. Each error is a sentence for a person. */
#include "hs-config.h"

#include "hs-address-private.h"

#include <arpa/inet.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-base64url.h"
#include "hs-fingerprint.h"
#include "hs-limits.h"
#include "hs-name.h"

static gboolean
fail (GError **error, HsWireError code, const char *sentence)
{
  g_set_error_literal (error, HS_WIRE_ERROR, code, sentence);
  return FALSE;
}

static gboolean G_GNUC_PRINTF (3, 4)
fail_with (GError **error, HsWireError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (HS_WIRE_ERROR, (int) code, format, args);
  va_end (args);
  return FALSE;
}

/* ---- Host and port ---- */

static gboolean
parse_port (const char *text, guint16 *port, GError **error)
{
  guint64 number = 0;

  if (*text == '\0')
    return fail (error, HS_WIRE_ERROR_PORT, _("The port behind the colon is missing"));
  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &number, NULL))
    return fail_with (error, HS_WIRE_ERROR_PORT, _("“%s” is not a port: ports are numbers from 1 to 65535"), text);
  *port = (guint16) number;
  return TRUE;
}

static gboolean
is_zone (const char *zone)
{
  return *zone != '\0' && zone[strspn (zone, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-._~")] == '\0';
}

/* @uri: it stood in brackets, where the zone's '%' may be written %25. */
static char *
parse_ipv6 (const char *text, gboolean uri, GError **error)
{
  const char *zone = strchr (text, '%');
  g_autofree char *number = zone != NULL ? g_strndup (text, zone - text) : g_strdup (text);
  char normal[INET6_ADDRSTRLEN];
  struct in6_addr address;

  if (uri && zone != NULL && g_str_has_prefix (zone, "%25") && zone[3] != '\0')
    zone += 2;
  if (inet_pton (AF_INET6, number, &address) != 1 || (zone != NULL && !is_zone (zone + 1)))
    {
      fail_with (error, HS_WIRE_ERROR_SYNTAX,
                 _("“%s” is not an IPv6 address (with a port it is written as in [::1]:8000)"), text);
      return NULL;
    }
  inet_ntop (AF_INET6, &address, normal, sizeof (normal));
  return zone != NULL ? g_strconcat (normal, "%", zone + 1, NULL) : g_strdup (normal);
}

static gboolean
is_label (const char *label)
{
  gsize len = strlen (label);

  return len > 0 && len <= HS_HOST_LABEL_MAX && label[0] != '-' && label[len - 1] != '-' &&
         label[strspn (label, G_CSET_a_2_z G_CSET_DIGITS "-_")] == '\0';
}

/* @name: lower case ASCII. */
static gboolean
is_host_name (const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);
  guint n = g_strv_length (labels);

  /* The dot that ends an absolute name. */
  if (n > 1 && *labels[n - 1] == '\0')
    n--;
  for (guint i = 0; i < n; i++)
    if (!is_label (labels[i]))
      return FALSE;

  /* What ends in a number is an IPv4 address or a mistake: 192.168.1, 8000. */
  return n > 0 && strlen (name) <= HS_HOST_NAME_MAX && labels[n - 1][strspn (labels[n - 1], G_CSET_DIGITS)] != '\0';
}

static char *
parse_name (const char *text, GError **error)
{
  g_autofree char *ascii = g_hostname_to_ascii (text);
  g_autofree char *folded = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
  struct in_addr number;

  if (*text == '\0')
    {
      fail (error, HS_WIRE_ERROR_SYNTAX, _("The computer’s name or number is missing"));
      return NULL;
    }
  if (folded == NULL || (inet_pton (AF_INET, folded, &number) != 1 && !is_host_name (folded)))
    {
      fail_with (error, HS_WIRE_ERROR_SYNTAX, _("“%s” is not a computer’s name or number"), text);
      return NULL;
    }
  /* An international name stays readable; full-width digits and dots, as an input method leaves them, do not. */
  return g_hostname_is_ascii_encoded (folded) && !g_str_is_ascii (text) ? g_strdup (text) : g_steal_pointer (&folded);
}

/* Host and port from "host", "host:port", "[v6]:port", "v6". @port is left alone when none is given. */
static gboolean
parse_authority (const char *text, char **host, guint16 *port, gboolean *port_given, GError **error)
{
  g_autofree char *name = NULL;
  const char *colon = strchr (text, ':'), *behind = NULL;

  if (strchr (text, '@') != NULL)
    return fail (error, HS_WIRE_ERROR_SYNTAX, _("Leave out what stands before the “@”"));

  if (*text == '[')
    {
      behind = strchr (text, ']');
      if (behind == NULL || (behind[1] != '\0' && behind[1] != ':'))
        return fail (error, HS_WIRE_ERROR_SYNTAX, _("The brackets around the IPv6 address do not match"));
      name = g_strndup (text + 1, behind - text - 1);
      *host = parse_ipv6 (name, TRUE, error);
      colon = behind[1] == ':' ? behind + 1 : NULL;
    }
  else if (colon != NULL && strchr (colon + 1, ':') != NULL)
    {
      *host = parse_ipv6 (text, FALSE, error);
      colon = NULL;
    }
  else
    {
      name = colon != NULL ? g_strndup (text, colon - text) : g_strdup (text);
      *host = parse_name (name, error);
    }

  *port_given = colon != NULL;
  return *host != NULL && (colon == NULL || parse_port (colon + 1, port, error));
}

/* ---- Room ---- */

static char *
decode (const char *text, gsize len, GError **error)
{
  char *decoded = g_uri_unescape_segment (text, text + len, NULL);

  if (decoded != NULL && g_utf8_validate (decoded, -1, NULL))
    return decoded;
  g_free (decoded);
  fail (error, HS_WIRE_ERROR_SYNTAX, _("There is a broken “%” code in this address"));
  return NULL;
}

/* One '#' in front, which irc:// addresses are often written with, is not part of the name. */
static gboolean
parse_room (HsAddress *self, const char *text, gsize len, GError **error)
{
  g_autofree char *room = decode (text, len, error);
  g_autofree char *channel = NULL;

  if (room == NULL)
    return FALSE;
  if (*room == '\0')
    return TRUE;
  channel = g_strconcat (*room == '#' ? "" : "#", room, NULL);
  if (strlen (channel) > 1 + HS_ROOM_MAX_BYTES)
    return fail (error, HS_WIRE_ERROR_TOO_LONG, _("The name of the room is too long"));
  if (!hs_name_is_room (channel))
    return fail_with (error, HS_WIRE_ERROR_SYNTAX, _("“%s” cannot be the name of a room"), room);
  self->room = g_strdup (channel + 1);
  return TRUE;
}

/* ---- Invite ---- */

static gboolean
take_key (HsAddress *self, char *value)
{
  HsFingerprint fingerprint;

  if (self->key != NULL || !hs_fingerprint_init_from_text (&fingerprint, value))
    return FALSE;
  self->key = g_strdup (value);
  return TRUE;
}

static gboolean
take_token (HsAddress *self, char *value)
{
  guint8 token[HS_INVITE_TOKEN_BYTES];

  if (self->token != NULL || !hs_base64url_decode (value, token, sizeof token))
    return FALSE;
  self->token = g_strdup (value);
  return TRUE;
}

static gboolean
take_also (HsAddress *self, char *value)
{
  g_autofree char *host = NULL;
  g_autoptr (GPtrArray) also = g_ptr_array_new ();
  guint16 port = HS_PORT_IRCS;
  gboolean port_given = FALSE;

  if (!parse_authority (value, &host, &port, &port_given, NULL))
    return FALSE;
  for (guint i = 0; self->also != NULL && self->also[i] != NULL; i++)
    g_ptr_array_add (also, self->also[i]);
  g_ptr_array_add (also, hs_address_format_host_port (host, port));
  g_ptr_array_add (also, NULL);
  g_free (self->also);
  self->also = (char **) g_ptr_array_free (g_steal_pointer (&also), FALSE);
  return TRUE;
}

static const struct
{
  const char *name;
  gboolean (*take) (HsAddress *self, char *value);
} invite_fields[] = {
  { "key", take_key },
  { "token", take_token },
  { "also", take_also },
};

static gboolean
parse_field (HsAddress *self, const char *field, GError **error)
{
  const char *equals = strchr (field, '=');
  gsize name_len = equals != NULL ? (gsize) (equals - field) : strlen (field);
  g_autofree char *value = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (invite_fields); i++)
    {
      if (strlen (invite_fields[i].name) != name_len || strncmp (field, invite_fields[i].name, name_len) != 0)
        continue;
      if (self->scheme != HS_SCHEME_IRCS)
        return fail (error, HS_WIRE_ERROR_SYNTAX, _("An invite begins with ircs://"));
      value = decode (field + name_len + (equals != NULL), equals != NULL ? strlen (equals + 1) : 0, NULL);
      if (value == NULL || !invite_fields[i].take (self, value))
        return fail (error, HS_WIRE_ERROR_SYNTAX, _("This invite is damaged: ask for it again"));
    }
  return TRUE; /* what a later version adds is passed over */
}

static gboolean
parse_query (HsAddress *self, const char *query, GError **error)
{
  g_auto (GStrv) fields = g_strsplit (query, "&", -1);

  for (guint i = 0; fields[i] != NULL; i++)
    if (!parse_field (self, fields[i], error))
      return FALSE;
  return TRUE;
}

/* ---- The whole ---- */

static char *
dup_trimmed (const char *text)
{
  const char *end = text + strlen (text), *last = NULL;

  while (*text != '\0' && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  while (end > text && g_unichar_isspace (g_utf8_get_char (last = g_utf8_prev_char (end))))
    end = last;
  return g_strndup (text, end - text);
}

/* U+FF1A is what a Chinese input method makes of a colon. Only up to the first slash: a path or room may have it. */
static char *
dup_with_colons (const char *text)
{
  gsize len = strcspn (text, "/");
  GString *plain = g_string_new_len (text, (gssize) len);

  g_string_replace (plain, "：", ":", 0);
  g_string_append (plain, text + len);
  return g_string_free (plain, FALSE);
}

static gboolean
has_char (const char *text, gboolean (*is) (gunichar c))
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (is (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

static gboolean
parse_unix (HsAddress *self, const char *path, GError **error)
{
  if (g_str_has_prefix (path, "///"))
    path += 2;
  if (*path != '/' || path[1] == '\0' || path[1] == '/')
    return fail (error, HS_WIRE_ERROR_SYNTAX, _("A local socket is given by its whole path, as in unix:/run/chat"));
  if (strlen (path) > HS_UNIX_PATH_MAX)
    return fail (error, HS_WIRE_ERROR_TOO_LONG, _("The path of the local socket is too long"));
  self->scheme = HS_SCHEME_UNIX;
  self->path = g_strdup (path);
  return TRUE;
}

/* Moves behind "scheme://"; @text stays where there is none. */
static const HsAddressScheme *
parse_scheme (const char **text, GError **error)
{
  const HsAddressScheme *scheme = hs_address_schemes;
  gsize len = strspn (*text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+-.");
  gboolean given = len > 0 && g_str_has_prefix (*text + len, "://");
  g_autofree char *name = given ? g_strndup (*text, len) : NULL;

  while (scheme->name != NULL && (!given || g_ascii_strcasecmp (scheme->name, name) != 0))
    scheme++;
  if (given && scheme->name == NULL)
    {
      fail_with (error, HS_WIRE_ERROR_UNSUPPORTED, _("Addresses that begin with “%s://” cannot be opened here"), name);
      return NULL;
    }
  if (given)
    *text += len + strlen ("://");
  return scheme;
}

guint16
hs_address_get_default_port (const HsAddress *self)
{
  gsize len = strlen (self->host);
  g_autofree char *name = g_strndup (self->host, len > 0 && self->host[len - 1] == '.' ? len - 1 : len);

  if (self->scheme == HS_SCHEME_IRCS)
    return HS_PORT_IRCS;
  if (self->scheme == HS_SCHEME_IRC && !hs_address_is_numeric (self) && strchr (name, '.') != NULL &&
      !g_str_has_suffix (name, ".local"))
    return HS_PORT_IRC;
  return HS_PORT_DEFAULT;
}

static gboolean
parse_network (HsAddress *self, const char *text, GError **error)
{
  const HsAddressScheme *scheme = parse_scheme (&text, error);
  gsize len = strcspn (text, "/?#"), room_len = 0;
  g_autoptr (GString) authority = g_string_new_len (text, (gssize) len);

  if (scheme == NULL)
    return FALSE;
  self->scheme = scheme->scheme;
  g_string_replace (authority, "：", ":", 0);
  if (!parse_authority (authority->str, &self->host, &self->port, &self->port_given, error))
    return FALSE;
  if (!self->port_given)
    self->port = hs_address_get_default_port (self);

  text += len;
  if (!scheme->rooms && *text != '\0' && strcmp (text, "/") != 0)
    return fail (error, HS_WIRE_ERROR_SYNTAX, _("A plain-text address ends with its port: there are no rooms"));
  if (*text == '#')
    return fail (error, HS_WIRE_ERROR_SYNTAX, _("A room stands behind a slash, as in host/lobby"));
  if (*text == '/')
    {
      room_len = strcspn (++text, "?");
      if (!parse_room (self, text, room_len, error))
        return FALSE;
      text += room_len;
    }
  return *text != '?' || parse_query (self, text + 1, error);
}

static gboolean
check_text (const char *text, GError **error)
{
  if (strlen (text) > HS_ADDRESS_MAX_BYTES)
    return fail (error, HS_WIRE_ERROR_TOO_LONG, _("This address is too long"));
  if (!g_utf8_validate (text, -1, NULL))
    return fail (error, HS_WIRE_ERROR_SYNTAX, _("This address is not text"));
  return TRUE;
}

HsAddress *
hs_address_parse (const char *text, GError **error)
{
  g_autoptr (HsAddress) self = g_new0 (HsAddress, 1);
  g_autofree char *typed = NULL, *trimmed = NULL;
  gboolean is_unix = FALSE;

  if (!check_text (text, error))
    return NULL;
  typed = dup_trimmed (text);
  trimmed = dup_with_colons (typed);
  is_unix = g_ascii_strncasecmp (trimmed, "unix:", strlen ("unix:")) == 0;

  if (*trimmed == '\0')
    fail (error, HS_WIRE_ERROR_EMPTY, _("Type an address, for example 192.168.1.5 or chat.example.org"));
  else if (has_char (trimmed, g_unichar_iscntrl))
    fail (error, HS_WIRE_ERROR_SYNTAX, _("This address has an invisible character in it"));
  else if (!is_unix && has_char (trimmed, g_unichar_isspace))
    fail (error, HS_WIRE_ERROR_SYNTAX, _("An address has no spaces; a port stands behind a colon, as in host:8000"));
  else if (is_unix ? parse_unix (self, trimmed + strlen ("unix:"), error) : parse_network (self, trimmed, error))
    return g_steal_pointer (&self);
  return NULL;
}
