/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a connection is encrypted, with whom, and what follows when it is not as it has to be. From encrypted nothing leads back. */
#include "hs-connection-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define INVITE_TOKEN "invite:"

static gint64
now_ms (void)
{
  return g_get_real_time () / 1000;
}

/* ---- Before the first packet ---- */

static void
on_context (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsConnection) self = user_data;

  g_clear_pointer (&self->tls, hs_tls_context_unref);
  self->tls = hs_own_key_get_context_finish (HS_OWN_KEY (source), result, NULL);
  if (hs_connection_is_under_way (self) && self->tls != NULL)
    hs_connection_start (self);
}

/* Strict transport security names the port, too. What was joined there stays there when the promise has run out: the typed port is in the clear. */
static void
obey_sts (HsConnection *self)
{
  guint16 port = 0;

  if (self->known == NULL || self->address->host == NULL || self->address->scheme == HS_SCHEME_TCP || hs_connection_is_datagrams (self)
      || self->encryption == HS_ENCRYPTION_NEVER)
    return;
  self->strict = hs_known_servers_find_sts (self->known, self->address->host, now_ms (), &port);
  if (!self->strict && (!self->pinned || !hs_known_servers_find_sts (self->known, self->address->host, 0, &port)))
    return;
  if (self->address->scheme != HS_SCHEME_IRCS && port != 0)
    self->address->port = port;
}

static gboolean
asks_for_tls (const HsAddress *address)
{
  gboolean irc = address->scheme == HS_SCHEME_NONE || address->scheme == HS_SCHEME_IRC;

  return address->scheme == HS_SCHEME_IRCS || hs_address_is_invite (address) || (irc && address->port == HS_PORT_IRCS);
}

/* What is known says how it is opened, not yet who may answer. */
static void
decide_now (HsConnection *self)
{
  HsTrustPin pin = { 0 };
  gboolean never = self->encryption == HS_ENCRYPTION_NEVER;

  g_free (self->binding);
  self->binding = hs_trust_bind_address (self->address);
  self->unread = self->unread && self->binding != NULL && self->address->scheme != HS_SCHEME_UNIX && self->host_token == NULL;
  self->pinned = self->known != NULL && hs_known_servers_find_pin (self->known, self->binding, &pin);
  obey_sts (self);
  self->encrypted = !never && (self->encryption == HS_ENCRYPTION_ALWAYS || self->is_own || self->pinned || self->strict || asks_for_tls (self->address));
  self->shows_key = self->is_own || self->address->key != NULL || (self->pinned && (pin.shows_key || (pin.ours && !pin.by_authority)));
  if (self->protocol == HS_PROTOCOL_AUTOMATIC && asks_for_tls (self->address))
    self->protocol = HS_PROTOCOL_IRC;
  if (self->encrypted)
    hs_own_key_get_context_async (self->own_key, self->shows_key, self->cancellable, on_context, g_object_ref (self));
  else
    hs_connection_start (self);
}

static void
on_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsConnection) self = user_data;
  g_autoptr (GError) error = NULL;

  self->unread = !hs_known_servers_wait_finish (HS_KNOWN_SERVERS (source), result, &error);
  if (self->unread)
    g_debug ("Known servers: %s", error->message); /* the window says so of the history */
  if (hs_connection_is_under_way (self))
    decide_now (self);
}

void
hs_connection_decide (HsConnection *self)
{
  if (self->known != NULL)
    hs_known_servers_wait_async (self->known, self->cancellable, on_known, g_object_ref (self));
  else
    decide_now (self);
}

/* ---- The handshake ---- */

static void
note (HsConnection *self, const char *title, const char *detail)
{
  HsTcpTap *tap = hs_link_get_tap (self->link);

  if (tap != NULL)
    hs_tcp_tap_note (tap, title, detail, "GnuTLS");
}

void
hs_connection_begin_tls (HsConnection *self)
{
  g_autofree char *name = hs_address_dup_server_name (self->address);

  hs_connection_step_running (self, STEP_TLS, _("Agreeing on keys…"));
  note (self, "tls-handshaking", name);
  hs_link_start_tls (self->link, self->tls, name);
}

static HsTrust
judge (HsConnection *self, const HsTlsFacts *facts)
{
  HsTrustQuestion question = {
    .address = self->address,
    .encrypted = facts != NULL,
    .own = self->is_own ? &self->own : NULL,
    .promised = self->encryption == HS_ENCRYPTION_ALWAYS || self->strict || self->offered,
    .unencrypted_once = self->encryption == HS_ENCRYPTION_NEVER,
    .unread = self->unread,
  };
  HsTrust trust = hs_security_judge (self->security, self->binding, &question, facts, now_ms ());

  /* IRCv3 sts: what an authority does not vouch for is refused, known or not. */
  if (self->strict && facts != NULL && facts->problems != 0 && !hs_trust_stops (trust))
    return HS_TRUST_NOT_VERIFIED;
  return trust;
}

static const struct
{
  HsTrust trust;
  HsFailureKind kind;
} stops[] = {
  { HS_TRUST_CHANGED, HS_FAILURE_KEY_CHANGED },
  { HS_TRUST_NOT_INVITED, HS_FAILURE_NOT_INVITED },
  { HS_TRUST_NOT_VERIFIED, HS_FAILURE_NOT_VERIFIED },
  { HS_TRUST_NO_LONGER_ENCRYPTED, HS_FAILURE_NO_LONGER_ENCRYPTED },
  { HS_TRUST_NOT_LOOKED_UP, HS_FAILURE_NOT_LOOKED_UP },
};

static void
add_sentence (HsFailure *failure, const char *more)
{
  g_autofree char *before = g_steal_pointer (&failure->sentence);

  /* Translators: one sentence after another; without the space where none stands between them. */
  failure->sentence = g_strdup_printf (C_("sentences", "%s %s"), before, more);
}

/* Its number, the one that was expected, and what the certificate lacks. */
static void
describe_stop (HsConnection *self, HsFailure *failure)
{
  const char *number = hs_security_get_number (self->security), *expected = hs_security_get_expected_number (self->security);
  const char *problems = hs_security_get_problems (self->security);

  if (failure->kind == HS_FAILURE_NOT_VERIFIED && problems != NULL)
    add_sentence (failure, problems);
  if (expected != NULL && number != NULL)
    {
      g_autofree char *numbers = g_strdup_printf (_("Expected was %s, it shows %s."), expected, number);

      add_sentence (failure, numbers);
    }
}

static HsFailureKind
kind_of_stop (HsConnection *self, HsTrust trust)
{
  if (trust == HS_TRUST_NOT_LOOKED_UP && !self->encrypted)
    return HS_FAILURE_MAYBE_ENCRYPTED;
  for (guint i = 0; i < G_N_ELEMENTS (stops); i++)
    if (stops[i].trust == trust)
      return stops[i].kind;
  g_return_val_if_reached (HS_FAILURE_OTHER);
}

static void
stop (HsConnection *self, HsTrust trust)
{
  HsFailure *failure = hs_failure_new (kind_of_stop (self, trust), self->address, NULL);

  describe_stop (self, failure);
  if (!hs_connection_try_next (self, failure))
    hs_connection_fail_open (self, failure, NULL);
}

gboolean
hs_connection_stops_unencrypted (HsConnection *self)
{
  HsTrust trust;

  if (self->encrypted || !self->unread)
    return FALSE;
  trust = judge (self, NULL);
  if (hs_trust_stops (trust))
    stop (self, trust);
  return hs_trust_stops (trust);
}

void
hs_connection_on_secured (HsLink *link, gpointer user_data)
{
  g_autoptr (HsConnection) self = g_object_ref (user_data);
  HsTlsFacts facts = { 0 };
  HsTrust trust = HS_TRUST_UNENCRYPTED;
  g_autofree char *how = NULL, *detail = NULL;

  if (link != self->link || hs_link_is_closing (link) || !hs_link_get_tls_facts (link, &facts))
    return;
  how = g_strdup_printf ("%s, %s", facts.version, facts.cipher);
  note (self, "tls-handshaked", how);
  trust = judge (self, &facts);
  if (hs_trust_stops (trust))
    {
      stop (self, trust);
      return;
    }
  detail = g_strdup_printf ("%s · %s", how, hs_security_get_words (self->security));
  hs_connection_step_done (self, STEP_TLS, detail);
  g_clear_pointer (&self->route_failure, hs_failure_free);
  hs_connection_speak (self);
}

void
hs_connection_remember_key (HsConnection *self)
{
  if (self->link == NULL || !self->encrypted)
    judge (self, NULL);
  else if (hs_link_is_secured (self->link))
    hs_security_remember (self->security, now_ms ());
}

void
hs_connection_on_ours (HsSession *session, HsConnection *self)
{
  if (self->link != NULL && hs_link_is_secured (self->link))
    hs_security_set_ours (self->security);
}

char *
hs_connection_dup_pass (HsConnection *self)
{
  HsTrust trust = hs_security_get_trust (self->security);

  if (self->host_token != NULL)
    return g_strdup (self->host_token);
  if (self->address->token != NULL && self->address->key != NULL && self->encrypted && (trust == HS_TRUST_INVITED || trust == HS_TRUST_COMPARED))
    return g_strconcat (INVITE_TOKEN, self->address->token, NULL);
  return NULL;
}

/* ---- When it comes to nothing ---- */

static HsFailure *
make_tls_failure (HsConnection *self, const GError *error)
{
  HsFailureKind kind = hs_failure_kind_of_tls (error);

  if (self->offered)
    kind = HS_FAILURE_OFFER_FAILED;
  else if (self->pinned || self->strict)
    kind = HS_FAILURE_NO_LONGER_ENCRYPTED;
  return hs_failure_new_tls (kind, self->address, error);
}

void
hs_connection_tls_failed (HsConnection *self, const GError *error)
{
  HsFailure *failure = make_tls_failure (self, error);

  judge (self, NULL);
  if (!hs_connection_try_next (self, failure))
    hs_connection_fail_open (self, failure, NULL);
}

/* ---- The offer ---- */

/* A local socket has nobody between, and in plain text nothing is offered. */
static gboolean
may_be_offered (HsConnection *self)
{
  return !self->encrypted && self->encryption == HS_ENCRYPTION_AUTOMATIC && self->host_token == NULL && self->address->scheme != HS_SCHEME_UNIX
         && self->address->scheme != HS_SCHEME_TCP;
}

gboolean
hs_connection_has_to_ask (HsConnection *self)
{
  return may_be_offered (self) || hs_connection_has_password (self);
}

/* "duration=300,port=6697": the number of @key, 0 when it is not there. */
static guint64
read_sts (const char *sts, const char *key)
{
  g_auto (GStrv) parts = g_strsplit (sts != NULL ? sts : "", ",", -1);
  gsize len = strlen (key);

  for (guint i = 0; parts[i] != NULL; i++)
    if (strncmp (parts[i], key, len) == 0 && parts[i][len] == '=')
      return g_ascii_strtoull (parts[i] + len + 1, NULL, 10);
  return 0;
}

/* IRCv3 sts: a promise counts only where an authority vouches for who makes it, and only for names. */
static void
note_sts (HsConnection *self, const char *sts)
{
  guint64 seconds = read_sts (sts, "duration");

  if (sts == NULL || strstr (sts, "duration=") == NULL || self->known == NULL || self->address->host == NULL || hs_address_is_numeric (self->address)
      || hs_security_get_trust (self->security) != HS_TRUST_VERIFIED)
    return;
  hs_known_servers_note_sts (self->known, self->address->host, self->address->port, now_ms () + (gint64) MIN (seconds, G_MAXINT32) * 1000);
}

static void
follow_offer (HsConnection *self, guint16 port)
{
  const char *detail = port == 0 ? _("It speaks IRC and offers encryption: connected anew, encrypted")
                                 : _("It asks for encryption, on another port: connected anew, encrypted");

  self->asking = self->judging = FALSE;
  self->encrypted = self->offered = TRUE;
  self->shows_key |= port == 0;
  self->strict = port != 0;
  self->protocol = HS_PROTOCOL_IRC;
  if (port != 0)
    self->address->port = port;
  hs_connection_step_done (self, STEP_PROTOCOL, NULL);
  hs_connection_start_anew (self, _("Offer"), detail, FALSE);
  hs_own_key_get_context_async (self->own_key, self->shows_key, self->cancellable, on_context, g_object_ref (self));
}

gboolean
hs_connection_on_listed (HsSession *session, gboolean tls, const char *sts, HsConnection *self)
{
  guint64 port = read_sts (sts, "port");
  gboolean asking = self->asking;

  if (self->link == NULL)
    return FALSE;
  if (self->encrypted)
    note_sts (self, sts);
  else if (may_be_offered (self) && (tls || (port > 0 && port <= G_MAXUINT16)))
    {
      follow_offer (self, tls ? 0 : (guint16) port);
      return TRUE;
    }
  self->asking = FALSE;
  g_clear_handle_id (&self->offer_source, g_source_remove);
  if (asking)
    hs_connection_begin_irc (self);
  return self->finished;
}
