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

/* ---- Accounts and keys ---- */

static char *
make_account_mask (const char *name, gboolean negated)
{
  return g_strdup_printf ("$%sa%s%s", negated ? "~" : "", *name != '\0' ? ":" : "", name);
}

static char *
make_key_mask (const char *text, gboolean negated)
{
  HsFingerprint key;
  g_autofree char *canonical = NULL;

  if (!hs_fingerprint_read (&key, text))
    return NULL;
  canonical = hs_fingerprint_to_text (&key);
  return g_strdup_printf ("$%sk:%s", negated ? "~" : "", canonical);
}

static const struct
{
  const char *prefix;
  char *(*make) (const char *rest, gboolean negated);
} extended[] = {
  { "account:", make_account_mask },
  { "a:", make_account_mask },
  { "key:", make_key_mask },
  { "k:", make_key_mask },
};

/* (nullable) NULL: it is none of these. The long words need no "$", for no nick has a colon. */
static char *
make_extended (const char *given)
{
  gboolean dollar = *given == '$';
  gboolean negated = dollar && given[1] == '~';
  const char *word = given + dollar + negated;

  if (dollar && strcmp (word, "a") == 0)
    return make_account_mask ("", negated);
  for (guint i = 0; i < G_N_ELEMENTS (extended); i++)
    if (g_str_has_prefix (word, extended[i].prefix) && (dollar || strlen (extended[i].prefix) > 2) && word[strlen (extended[i].prefix)] != '\0')
      return extended[i].make (word + strlen (extended[i].prefix), negated);
  return NULL;
}

static gboolean
extended_matches (const char *mask, const HsMaskSubject *subject)
{
  gboolean negated = mask[1] == '~';
  const char *word = mask + 1 + negated;
  HsFingerprint key;
  gboolean matches;

  if (subject->is_new)
    return FALSE;
  if (*word == 'k')
    matches = subject->key != NULL && hs_fingerprint_init_from_text (&key, word + 2) && hs_fingerprint_equal (&key, subject->key);
  else
    matches = subject->account != NULL && (word[1] == '\0' || hs_mask_glob (word + 2, subject->account));
  return matches != negated;
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
  if (*given == '$' || g_str_has_prefix (given, "account:") || g_str_has_prefix (given, "key:"))
    return make_extended (given);
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

/* @pattern: a net, or a pattern of hosts. */
static gboolean
names_host (const char *pattern, const char *host)
{
  return (strchr (pattern, '/') != NULL && net_has (pattern, host)) || hs_mask_glob (pattern, host);
}

gboolean
hs_mask_matches (const char *mask, const HsMaskSubject *subject)
{
  const char *at = strrchr (mask, '@');
  char who[HS_NAME_MAX_BYTES + HS_USER_MAX_BYTES + 2];
  char pattern[HS_MASK_MAX_BYTES + 1];

  if (*mask == '$')
    return extended_matches (mask, subject);
  if (at == NULL || (gsize) (at - mask) >= sizeof pattern)
    return FALSE;
  if (!names_host (at + 1, subject->host) && (subject->shown_host == NULL || !names_host (at + 1, subject->shown_host)))
    return FALSE;
  memcpy (pattern, mask, (gsize) (at - mask));
  pattern[at - mask] = '\0';
  g_snprintf (who, sizeof who, "%s!%s", subject->nick, subject->user);
  return hs_mask_glob (pattern, who);
}
