/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule of trust, and what it binds. Pure: time, store and sockets are others'. */
#include "hs-trust-rule.h"

#include <gio/gio.h>
#include <string.h>

/* With these a key that nobody vouches for is not taken up; one that is pinned is the same as ever. */
#define NO_BEGINNING (HS_TLS_WEAK | HS_TLS_REVOKED | HS_TLS_BAD)

gboolean
hs_trust_stops (HsTrust trust)
{
  return trust >= HS_TRUST_CHANGED;
}

static HsTrust
judge_unencrypted (const HsTrustQuestion *question)
{
  const HsAddress *address = question->address;
  gboolean promised = question->promised || question->pin != NULL || address->key != NULL || address->scheme == HS_SCHEME_IRCS;

  if (question->unencrypted_once && address->key == NULL)
    return HS_TRUST_UNENCRYPTED;
  if (promised)
    return HS_TRUST_NO_LONGER_ENCRYPTED;
  return question->unread ? HS_TRUST_NOT_LOOKED_UP : HS_TRUST_UNENCRYPTED;
}

/* The invite says which key it must be, and nothing else counts. */
static HsTrust
judge_invite (const HsTrustQuestion *question)
{
  HsFingerprint invited;

  if (!hs_fingerprint_init_from_text (&invited, question->address->key) || !hs_fingerprint_equal (&invited, question->key))
    return HS_TRUST_NOT_INVITED;
  return question->compared ? HS_TRUST_COMPARED : HS_TRUST_INVITED;
}

/* No pin says what to expect: a key that is seen at this place for the first time. */
static HsTrust
judge_new (const HsTrustQuestion *question)
{
  if ((question->problems & NO_BEGINNING) != 0 || (question->address->host != NULL && hs_trust_is_public_name (question->address->host)))
    return HS_TRUST_NOT_VERIFIED;
  if (question->unread)
    return HS_TRUST_NOT_LOOKED_UP;
  return question->known ? HS_TRUST_SEEN_BEFORE : HS_TRUST_FIRST_SEEN;
}

HsTrust
hs_trust_judge (const HsTrustQuestion *question)
{
  gboolean verified = question->problems == 0;
  gboolean as_pinned;

  if (!question->encrypted)
    return judge_unencrypted (question);
  if (question->key == NULL) /* no certificate: nobody to know */
    return question->address->key != NULL ? HS_TRUST_NOT_INVITED : question->pin != NULL ? HS_TRUST_CHANGED : HS_TRUST_NOT_VERIFIED;
  if (question->own != NULL)
    return hs_fingerprint_equal (question->own, question->key) ? HS_TRUST_OWN : HS_TRUST_CHANGED;
  if (question->address->key != NULL)
    return judge_invite (question);

  as_pinned = question->pin != NULL && hs_fingerprint_equal (&question->pin->key, question->key);
  if (question->pin != NULL && !as_pinned && !(question->pin->by_authority && verified))
    return HS_TRUST_CHANGED; /* also when the key is another known server's */
  if (question->compared)
    return HS_TRUST_COMPARED;
  if (verified)
    return HS_TRUST_VERIFIED;
  return as_pinned ? HS_TRUST_SEEN_BEFORE : judge_new (question);
}

/* ---- What is bound ---- */

#define ADDRESS "address:"

char *
hs_trust_fold_host (const char *host)
{
  char *folded = g_ascii_strdown (host, -1);

  if (g_str_has_suffix (folded, ".") && folded[1] != '\0')
    folded[strlen (folded) - 1] = '\0';
  return folded;
}

/* "FE80::1%eth0" and "fe80:0::1%eth0" are one; the zone is part of it, since it says which network is meant. */
static char *
dup_canonical_host (const char *host)
{
  g_auto (GStrv) parts = g_strsplit (host, "%", 2);
  g_autoptr (GInetAddress) number = g_inet_address_new_from_string (parts[0]);
  g_autofree char *text = NULL;

  if (number == NULL)
    return hs_trust_fold_host (host);
  text = g_inet_address_to_string (number);
  return parts[1] != NULL ? g_strconcat (text, "%", parts[1], NULL) : g_steal_pointer (&text);
}

gboolean
hs_trust_is_public_name (const char *host)
{
  static const char *const never_public[] = { ".local", ".localhost", ".home.arpa", ".internal", ".test" };
  g_autofree char *name = hs_trust_fold_host (host);
  HsAddress address = { .host = name };

  if (hs_address_is_numeric (&address) || strchr (name, '.') == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (never_public); i++)
    if (g_str_has_suffix (name, never_public[i]))
      return FALSE;
  return TRUE;
}

char *
hs_trust_bind_address (const HsAddress *address)
{
  g_autofree char *host = NULL;

  if (address->scheme == HS_SCHEME_TCP || address->scheme == HS_SCHEME_UDP)
    return NULL;
  if (address->path != NULL)
    return g_strconcat ("unix:", address->path, NULL);
  host = dup_canonical_host (address->host);
  return g_strdup_printf (strchr (host, ':') != NULL ? ADDRESS "[%s]:%u" : ADDRESS "%s:%u", host, address->port);
}

char *
hs_trust_bind_service (const char *name)
{
  return g_strconcat ("service:", name, NULL);
}

char *
hs_trust_dup_place (const char *binding)
{
  static const char port[] = ":" G_STRINGIFY (HS_PORT_DEFAULT);
  const char *place = strchr (binding, ':');

  if (place == NULL)
    return NULL;
  place++;
  if (g_str_has_prefix (binding, ADDRESS) && g_str_has_suffix (place, port))
    return g_strndup (place, strlen (place) - strlen (port));
  return g_strdup (g_str_has_prefix (binding, "unix:") ? binding : place);
}

char *
hs_trust_dup_host (const char *binding)
{
  const char *host = g_str_has_prefix (binding, ADDRESS) ? binding + strlen (ADDRESS) : NULL;
  const char *end = host != NULL ? strrchr (host, ':') : NULL;

  return end != NULL ? g_strndup (host, (gsize) (end - host)) : NULL;
}
