/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Masks that name people: nick!user@host with * and ?, the host also an address or a net. Pure functions. */
#include "hs-mask.h"

#include <gio/gio.h>
#include <string.h>

#include "hs-limits.h"

/* ---- Patterns ---- */

/* One way back is enough: what the last * took may only grow, so the cost is pattern × text. */
gboolean
hs_mask_glob (const char *pattern, const char *text)
{
  const char *star = NULL, *resume = NULL;

  while (*text != '\0')
    {
      if (*pattern == '*')
        {
          star = ++pattern;
          resume = text;
        }
      else if (*pattern == '?')
        {
          pattern++;
          text = g_utf8_next_char (text);
        }
      else if (*pattern != '\0' && g_ascii_tolower (*pattern) == g_ascii_tolower (*text))
        {
          pattern++;
          text++;
        }
      else if (star != NULL)
        {
          pattern = star;
          text = resume = g_utf8_next_char (resume);
        }
      else
        return FALSE;
    }
  return pattern[strspn (pattern, "*")] == '\0';
}

/* ---- Addresses ---- */

/* An address or net in its shortest form, NULL for anything else. A source cannot begin with ':', so ::1 stands as 0::1 there. (transfer full) */
static char *
make_address (const char *text)
{
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GInetAddressMask) net = NULL;
  g_autofree char *short_form = NULL;

  if (strchr (text, '/') != NULL)
    {
      net = g_inet_address_mask_new_from_string (text, NULL);
      short_form = net != NULL ? g_inet_address_mask_to_string (net) : NULL;
    }
  else
    {
      address = g_inet_address_new_from_string (text);
      short_form = address != NULL ? g_inet_address_to_string (address) : NULL;
    }
  if (short_form == NULL)
    return NULL;
  return g_strconcat (short_form[0] == ':' ? "0" : "", short_form, NULL);
}

static gboolean
net_has (const char *net_text, const char *host)
{
  g_autoptr (GInetAddressMask) net = g_inet_address_mask_new_from_string (net_text, NULL);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return net != NULL && address != NULL && g_inet_address_mask_matches (net, address);
}

/* ---- Masks ---- */

char *
hs_mask_normalize (const char *given)
{
  g_autofree char *address = make_address (given);
  g_autofree char *nick = NULL, *user = NULL, *host = NULL, *mask = NULL;
  const char *bang = strchr (given, '!');
  const char *at = strrchr (given, '@');

  if (*given == '\0' || *given == ':' || strpbrk (given, " ,") != NULL || strlen (given) > HS_MASK_MAX_BYTES)
    return NULL;
  if (bang != NULL && at != NULL && at < bang)
    return NULL;

  if (address != NULL)
    return g_strconcat ("*!*@", address, NULL);
  if (at != NULL)
    host = g_strdup (at + 1);
  if (bang != NULL)
    {
      nick = g_strndup (given, (gsize) (bang - given));
      user = at != NULL ? g_strndup (bang + 1, (gsize) (at - bang - 1)) : g_strdup (bang + 1);
    }
  else if (at != NULL)
    user = g_strndup (given, (gsize) (at - given));
  else
    nick = g_strdup (given);

  if (host != NULL && (address = make_address (host)) != NULL)
    {
      g_free (host);
      host = g_steal_pointer (&address);
    }
  mask = g_strdup_printf ("%s!%s@%s", nick != NULL && *nick != '\0' ? nick : "*", user != NULL && *user != '\0' ? user : "*",
                          host != NULL && *host != '\0' ? host : "*");
  return strlen (mask) <= HS_MASK_MAX_BYTES ? g_steal_pointer (&mask) : NULL;
}

gboolean
hs_mask_matches (const char *mask, const char *nick, const char *user, const char *host)
{
  const char *at = strrchr (mask, '@');
  char who[HS_NAME_MAX_BYTES + HS_USER_MAX_BYTES + 2];
  char pattern[HS_MASK_MAX_BYTES + 1];

  if (at == NULL || (gsize) (at - mask) >= sizeof pattern)
    return FALSE;
  if (strchr (at, '/') != NULL ? !net_has (at + 1, host) : !hs_mask_glob (at + 1, host))
    return FALSE;
  memcpy (pattern, mask, (gsize) (at - mask));
  pattern[at - mask] = '\0';
  g_snprintf (who, sizeof who, "%s!%s", nick, user);
  return hs_mask_glob (pattern, who);
}
