/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-security-private.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-tls-problems.h"

struct _HsSecurity
{
  GObject parent_instance;

  /* Owned */
  HsKnownServers *servers; /* (nullable) */
  HsKnownServer *server;   /* (nullable) the one whose key this is */
  char *binding;           /* (nullable) */
  char *words, *name, *problems, *cipher; /* (nullable) */

  /* State */
  HsTrust trust;
  HsFingerprint key;
  HsTlsProblems found;
  const char *version;     /* (nullable) static */
  char number[HS_FINGERPRINT_NUMBER_SIZE], expected[HS_FINGERPRINT_NUMBER_SIZE]; /* "" none */
  gint64 first_seen;
  guint8 known : 1;
  guint8 encrypted : 1;
  guint8 has_key : 1;
  guint8 ours : 1;
};

G_DEFINE_FINAL_TYPE (HsSecurity, hs_security, G_TYPE_OBJECT)

enum
{
  PROP_0, PROP_KNOWN, PROP_TRUST, PROP_ENCRYPTED, PROP_WORDS, PROP_VERSION, PROP_CIPHER, PROP_NUMBER, PROP_EXPECTED_NUMBER, PROP_FIRST_SEEN,
  PROP_NAME, PROP_PROBLEMS, N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
drop_server (HsSecurity *self)
{
  if (self->server != NULL)
    g_signal_handlers_disconnect_by_data (self->server, self);
  g_clear_object (&self->server);
}

static void
hs_security_dispose (GObject *object)
{
  drop_server (HS_SECURITY (object));
  G_OBJECT_CLASS (hs_security_parent_class)->dispose (object);
}

static void
hs_security_finalize (GObject *object)
{
  HsSecurity *self = HS_SECURITY (object);

  g_clear_object (&self->servers);
  g_free (self->binding);
  g_free (self->words);
  g_free (self->name);
  g_free (self->problems);
  g_free (self->cipher);
  G_OBJECT_CLASS (hs_security_parent_class)->finalize (object);
}

static void
hs_security_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsSecurity *self = HS_SECURITY (object);

  switch (id)
    {
    case PROP_KNOWN: g_value_set_boolean (value, self->known); break;
    case PROP_TRUST: g_value_set_int (value, self->trust); break;
    case PROP_ENCRYPTED: g_value_set_boolean (value, self->encrypted); break;
    case PROP_WORDS: g_value_set_string (value, hs_security_get_words (self)); break;
    case PROP_VERSION: g_value_set_string (value, self->version); break;
    case PROP_CIPHER: g_value_set_string (value, self->cipher); break;
    case PROP_NUMBER: g_value_set_string (value, hs_security_get_number (self)); break;
    case PROP_EXPECTED_NUMBER: g_value_set_string (value, hs_security_get_expected_number (self)); break;
    case PROP_FIRST_SEEN: g_value_set_int64 (value, self->first_seen); break;
    case PROP_NAME: g_value_set_string (value, self->name); break;
    case PROP_PROBLEMS: g_value_set_string (value, self->problems); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hs_security_class_init (HsSecurityClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = hs_security_dispose;
  object_class->finalize = hs_security_finalize;
  object_class->get_property = hs_security_get_property;

  properties[PROP_KNOWN] = g_param_spec_boolean ("known", NULL, NULL, FALSE, flags);
  properties[PROP_TRUST] = g_param_spec_int ("trust", NULL, NULL, 0, G_MAXINT, HS_TRUST_UNENCRYPTED, flags);
  properties[PROP_ENCRYPTED] = g_param_spec_boolean ("encrypted", NULL, NULL, FALSE, flags);
  properties[PROP_WORDS] = g_param_spec_string ("words", NULL, NULL, NULL, flags);
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, flags);
  properties[PROP_CIPHER] = g_param_spec_string ("cipher", NULL, NULL, NULL, flags);
  properties[PROP_NUMBER] = g_param_spec_string ("number", NULL, NULL, NULL, flags);
  properties[PROP_EXPECTED_NUMBER] = g_param_spec_string ("expected-number", NULL, NULL, NULL, flags);
  properties[PROP_FIRST_SEEN] = g_param_spec_int64 ("first-seen", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_PROBLEMS] = g_param_spec_string ("problems", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
hs_security_init (HsSecurity *self)
{
}

HsSecurity *
hs_security_new (HsKnownServers *known)
{
  HsSecurity *self = g_object_new (HS_TYPE_SECURITY, NULL);

  self->servers = known != NULL ? g_object_ref (known) : NULL;
  return self;
}

static void
notify_all (HsSecurity *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_0 + 1; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

/* ---- Words ---- */

static gboolean
is_same_day (gint64 a, gint64 b)
{
  g_autoptr (GDateTime) first = g_date_time_new_from_unix_local (a / 1000);
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_local (b / 1000);

  return first != NULL && second != NULL && g_date_time_get_year (first) == g_date_time_get_year (second) &&
         g_date_time_get_day_of_year (first) == g_date_time_get_day_of_year (second);
}

static char *
dup_seen_words (gint64 first_seen)
{
  g_autoptr (GDateTime) day = g_date_time_new_from_unix_local (first_seen / 1000);
  g_autofree char *date = day != NULL ? g_date_time_format (day, "%x") : NULL;

  if (date == NULL || is_same_day (first_seen, g_get_real_time () / 1000))
    return g_strdup (_("First seen today"));
  return g_strdup_printf (_("Seen since %s"), date);
}

const char *
hs_security_get_words (HsSecurity *self)
{
  static const char *const words[] = {
    [HS_TRUST_UNENCRYPTED] = N_("Not encrypted"),
    [HS_TRUST_OWN] = N_("Your own server"),
    [HS_TRUST_VERIFIED] = N_("CA-verified"),
    [HS_TRUST_COMPARED] = N_("Compared by you"),
    [HS_TRUST_INVITED] = N_("Known from the invite"),
    [HS_TRUST_CHANGED] = N_("Changed"),
    [HS_TRUST_NOT_INVITED] = N_("Not the server of the invite"),
    [HS_TRUST_NOT_VERIFIED] = N_("Not verified"),
    [HS_TRUST_NO_LONGER_ENCRYPTED] = N_("No longer encrypted"),
    [HS_TRUST_NOT_LOOKED_UP] = N_("Could not be looked up"),
  };

  g_clear_pointer (&self->words, g_free);
  if (!self->known)
    return NULL;
  self->words = words[self->trust] != NULL ? g_strdup (_(words[self->trust])) : dup_seen_words (self->first_seen);
  return self->words;
}

/* ---- Judging ---- */

static void
follow_name (HsSecurity *self)
{
  const char *name = self->server != NULL ? hs_known_server_get_name (self->server) : NULL;

  if (g_strcmp0 (self->name, name) == 0)
    return;
  g_free (self->name);
  self->name = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

static void
hold_server (HsSecurity *self)
{
  HsKnownServer *server = self->servers != NULL && self->has_key ? hs_known_servers_find (self->servers, &self->key) : NULL;

  drop_server (self);
  if (server != NULL)
    {
      self->server = g_object_ref (server);
      g_signal_connect_swapped (server, "notify::name", G_CALLBACK (follow_name), self);
    }
  follow_name (self);
}

void
hs_security_reset (HsSecurity *self)
{
  drop_server (self);
  g_clear_pointer (&self->binding, g_free);
  g_clear_pointer (&self->words, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->problems, g_free);
  g_clear_pointer (&self->cipher, g_free);
  self->trust = HS_TRUST_UNENCRYPTED;
  self->found = 0;
  self->version = NULL;
  self->number[0] = self->expected[0] = '\0';
  self->first_seen = 0;
  self->known = self->encrypted = self->has_key = self->ours = FALSE;
  notify_all (self);
}

static void
take_facts (HsSecurity *self, const HsTlsFacts *facts)
{
  self->encrypted = TRUE;
  self->version = facts->version;
  self->cipher = g_strdup (facts->cipher);
  self->found = facts->problems;
  self->problems = hs_tls_problems_dup_words (facts->problems);
  self->has_key = facts->has_peer;
  self->key = facts->peer;
  if (self->has_key)
    hs_fingerprint_to_number (&self->key, self->number);
}

/* Which number was to be there. */
static void
note_expected (HsSecurity *self, const HsTrustQuestion *question)
{
  HsFingerprint invited;

  if (question->address->key != NULL)
    {
      if (hs_fingerprint_init_from_text (&invited, question->address->key))
        hs_fingerprint_to_number (&invited, self->expected);
    }
  else if (question->own != NULL)
    hs_fingerprint_to_number (question->own, self->expected);
  else if (question->pin != NULL)
    hs_fingerprint_to_number (&question->pin->key, self->expected);
}

HsTrust
hs_security_judge (HsSecurity *self, const char *binding, const HsTrustQuestion *question, const HsTlsFacts *facts, gint64 now)
{
  HsTrustQuestion whole = *question;
  HsTrustPin pin;

  g_object_freeze_notify (G_OBJECT (self));
  hs_security_reset (self);
  self->binding = g_strdup (binding);
  if (facts != NULL)
    take_facts (self, facts);
  hold_server (self);

  whole.encrypted = self->encrypted;
  whole.key = self->has_key ? &self->key : NULL;
  whole.problems = self->found;
  whole.pin = self->servers != NULL && hs_known_servers_find_pin (self->servers, binding, &pin) ? &pin : NULL;
  whole.known = self->server != NULL;
  whole.compared = self->server != NULL && hs_known_server_get_compared (self->server) > 0;
  self->trust = hs_trust_judge (&whole);
  self->known = TRUE;
  self->first_seen = self->server != NULL ? hs_known_server_get_first_seen (self->server) : now;
  if (hs_trust_stops (self->trust))
    note_expected (self, &whole);
  notify_all (self);
  g_object_thaw_notify (G_OBJECT (self));
  return self->trust;
}

static gboolean
is_to_be_remembered (HsSecurity *self)
{
  return self->known && self->has_key && self->servers != NULL && self->trust != HS_TRUST_OWN && !hs_trust_stops (self->trust);
}

void
hs_security_remember (HsSecurity *self, gint64 now)
{
  if (!is_to_be_remembered (self))
    return;
  hs_known_servers_see (self->servers, self->binding, &self->key, self->found == 0, now);
  if (self->ours)
    hs_known_servers_set_ours (self->servers, self->binding, &self->key);
  hold_server (self);
}

void
hs_security_set_ours (HsSecurity *self)
{
  if (!is_to_be_remembered (self))
    return;
  self->ours = TRUE;
  hs_known_servers_set_ours (self->servers, self->binding, &self->key);
}

/* ---- What a person does ---- */

gboolean
hs_security_can_compare (HsSecurity *self)
{
  return self->known && self->has_key && self->servers != NULL && self->trust != HS_TRUST_OWN && self->trust != HS_TRUST_COMPARED &&
         !hs_trust_stops (self->trust);
}

static void
become_compared (HsSecurity *self)
{
  self->trust = HS_TRUST_COMPARED;
  hold_server (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRUST]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WORDS]);
}

void
hs_security_set_compared (HsSecurity *self)
{
  gint64 now = g_get_real_time () / 1000;

  if (!hs_security_can_compare (self))
    return;
  if (hs_known_servers_find (self->servers, &self->key) == NULL) /* forgotten meanwhile */
    hs_security_remember (self, now);
  hs_known_servers_set_compared (self->servers, hs_known_servers_find (self->servers, &self->key), now);
  become_compared (self);
}

gboolean
hs_security_accept_changed (HsSecurity *self)
{
  if (!self->known || !self->has_key || self->servers == NULL || self->binding == NULL ||
      (self->trust != HS_TRUST_CHANGED && self->trust != HS_TRUST_NOT_LOOKED_UP))
    return FALSE;
  hs_known_servers_accept (self->servers, self->binding, &self->key, g_get_real_time () / 1000);
  become_compared (self);
  return TRUE;
}

static gboolean
find_pin (HsSecurity *self, HsTrustPin *pin)
{
  return self->servers != NULL && hs_known_servers_find_pin (self->servers, self->binding, pin);
}

gboolean
hs_security_can_show_key (HsSecurity *self)
{
  HsTrustPin pin;

  return is_to_be_remembered (self) && find_pin (self, &pin) && hs_fingerprint_equal (&pin.key, &self->key)
         && (pin.by_authority || !pin.ours);
}

gboolean
hs_security_shows_key (HsSecurity *self)
{
  HsTrustPin pin;

  return find_pin (self, &pin) && pin.shows_key;
}

void
hs_security_set_shows_key (HsSecurity *self, gboolean shows_key)
{
  if (hs_security_can_show_key (self) && hs_security_shows_key (self) != (shows_key != FALSE))
    hs_known_servers_set_shows_key (self->servers, self->binding, shows_key != FALSE);
}

/* ---- What there is to show ---- */

gboolean
hs_security_is_known (HsSecurity *self)
{
  return self->known;
}

HsTrust
hs_security_get_trust (HsSecurity *self)
{
  return self->trust;
}

gboolean
hs_security_is_encrypted (HsSecurity *self)
{
  return self->encrypted;
}

const char *
hs_security_get_version (HsSecurity *self)
{
  return self->version;
}

const char *
hs_security_get_cipher (HsSecurity *self)
{
  return self->cipher;
}

const char *
hs_security_get_number (HsSecurity *self)
{
  return self->number[0] != '\0' ? self->number : NULL;
}

const char *
hs_security_get_expected_number (HsSecurity *self)
{
  return self->expected[0] != '\0' ? self->expected : NULL;
}

gint64
hs_security_get_first_seen (HsSecurity *self)
{
  return self->first_seen;
}

const char *
hs_security_get_name (HsSecurity *self)
{
  return self->name;
}

const char *
hs_security_get_problems (HsSecurity *self)
{
  return self->problems;
}
