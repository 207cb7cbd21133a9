/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest of the hosted server as the UI sees it: notifying properties, filled by the façade's batches. */
#include "hs-guest-private.h"

struct _HsGuest
{
  GObject parent_instance;

  /* Owned */
  HsGuestFacts facts;

  /* State */
  HsTcpState state;
  guint32 rtt;
  gint64 expires, last_active;
  guint64 received, sent;
  gboolean gone;
};

G_DEFINE_FINAL_TYPE (HsGuest, hs_guest, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_NICK,
  PROP_ADDRESS,
  PROP_PLAIN,
  PROP_DIALECT,
  PROP_LISTENER,
  PROP_REGISTERED,
  PROP_OWN,
  PROP_ENCRYPTED,
  PROP_SINCE,
  PROP_STATE,
  PROP_RTT,
  PROP_EXPIRES,
  PROP_GONE,
  PROP_WIRE_NICK,
  PROP_ACCOUNT,
  PROP_KEY,
  PROP_HOST,
  PROP_SECURITY,
  PROP_LAST_ACTIVE,
  PROP_RECEIVED,
  PROP_SENT,
  PROP_HALF_OPEN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

void
hs_guest_facts_clear (HsGuestFacts *self)
{
  g_clear_pointer (&self->nick, g_free);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->wire_nick, g_free);
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->key, g_free);
}

static void
hs_guest_finalize (GObject *object)
{
  HsGuest *self = HS_GUEST (object);

  hs_guest_facts_clear (&self->facts);
  G_OBJECT_CLASS (hs_guest_parent_class)->finalize (object);
}

static void
hs_guest_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  HsGuest *self = HS_GUEST (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_uint64 (value, self->facts.id);
      break;
    case PROP_NICK:
      g_value_set_string (value, self->facts.nick);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, self->facts.address);
      break;
    case PROP_PLAIN:
      g_value_set_boolean (value, self->facts.plain);
      break;
    case PROP_DIALECT:
      g_value_set_string (value, self->facts.dialect);
      break;
    case PROP_LISTENER:
      g_value_set_boolean (value, self->facts.listener);
      break;
    case PROP_REGISTERED:
      g_value_set_boolean (value, self->facts.registered);
      break;
    case PROP_OWN:
      g_value_set_boolean (value, self->facts.own);
      break;
    case PROP_ENCRYPTED:
      g_value_set_boolean (value, self->facts.encrypted);
      break;
    case PROP_SINCE:
      g_value_set_int64 (value, self->facts.since);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_RTT:
      g_value_set_uint (value, self->rtt);
      break;
    case PROP_EXPIRES:
      g_value_set_int64 (value, self->expires);
      break;
    case PROP_GONE:
      g_value_set_boolean (value, self->gone);
      break;
    case PROP_WIRE_NICK:
      g_value_set_string (value, self->facts.wire_nick);
      break;
    case PROP_ACCOUNT:
      g_value_set_string (value, self->facts.account);
      break;
    case PROP_KEY:
      g_value_set_string (value, self->facts.key);
      break;
    case PROP_HOST:
      g_value_set_string (value, self->facts.host);
      break;
    case PROP_SECURITY:
      g_value_set_string (value, self->facts.security);
      break;
    case PROP_LAST_ACTIVE:
      g_value_set_int64 (value, self->last_active);
      break;
    case PROP_RECEIVED:
      g_value_set_uint64 (value, self->received);
      break;
    case PROP_SENT:
      g_value_set_uint64 (value, self->sent);
      break;
    case PROP_HALF_OPEN:
      g_value_set_uint (value, self->facts.half_open);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hs_guest_class_init (HsGuestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = hs_guest_finalize;
  object_class->get_property = hs_guest_get_property;

  properties[PROP_ID] = g_param_spec_uint64 ("id", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_NICK] = g_param_spec_string ("nick", NULL, NULL, NULL, flags);
  properties[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, flags);
  properties[PROP_PLAIN] = g_param_spec_boolean ("plain", NULL, NULL, FALSE, flags);
  properties[PROP_DIALECT] = g_param_spec_string ("dialect", NULL, NULL, NULL, flags);
  properties[PROP_LISTENER] = g_param_spec_boolean ("listener", NULL, NULL, FALSE, flags);
  properties[PROP_REGISTERED] = g_param_spec_boolean ("registered", NULL, NULL, FALSE, flags);
  properties[PROP_OWN] = g_param_spec_boolean ("own", NULL, NULL, FALSE, flags);
  properties[PROP_ENCRYPTED] = g_param_spec_boolean ("encrypted", NULL, NULL, FALSE, flags);
  properties[PROP_SINCE] = g_param_spec_int64 ("since", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, HS_TCP_N_STATES - 1, HS_TCP_ESTABLISHED, flags);
  properties[PROP_EXPIRES] = g_param_spec_int64 ("expires", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_RTT] = g_param_spec_uint ("rtt", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_GONE] = g_param_spec_boolean ("gone", NULL, NULL, FALSE, flags);
  properties[PROP_WIRE_NICK] = g_param_spec_string ("wire-nick", NULL, NULL, NULL, flags);
  properties[PROP_ACCOUNT] = g_param_spec_string ("account", NULL, NULL, NULL, flags);
  properties[PROP_KEY] = g_param_spec_string ("key", NULL, NULL, NULL, flags);
  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, flags);
  properties[PROP_SECURITY] = g_param_spec_string ("security", NULL, NULL, "", flags);
  properties[PROP_LAST_ACTIVE] = g_param_spec_int64 ("last-active", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_RECEIVED] = g_param_spec_uint64 ("received", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SENT] = g_param_spec_uint64 ("sent", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_HALF_OPEN] = g_param_spec_uint ("half-open", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
hs_guest_init (HsGuest *self)
{
  self->state = HS_TCP_ESTABLISHED;
}

static void
copy_facts (HsGuestFacts *to, const HsGuestFacts *from)
{
  g_autofree char *address = g_strdup (from->address != NULL ? from->address : to->address);
  g_autofree char *host = g_strdup (from->host != NULL ? from->host : to->host);

  hs_guest_facts_clear (to);
  *to = *from;
  to->nick = g_strdup (from->nick);
  to->wire_nick = g_strdup (from->wire_nick);
  to->account = g_strdup (from->account);
  to->key = g_strdup (from->key);
  to->address = g_steal_pointer (&address);
  to->host = g_steal_pointer (&host);
}

HsGuest *
hs_guest_new (const HsGuestFacts *facts)
{
  HsGuest *self = g_object_new (HS_TYPE_GUEST, NULL);

  copy_facts (&self->facts, facts);
  self->last_active = facts->since;
  return self;
}

void
hs_guest_set_facts (HsGuest *self, const HsGuestFacts *facts)
{
  const HsGuestFacts *old = &self->facts;
  gboolean changed[N_PROPS] = { FALSE };

  changed[PROP_NICK] = g_strcmp0 (old->nick, facts->nick) != 0;
  changed[PROP_ADDRESS] = facts->address != NULL && g_strcmp0 (old->address, facts->address) != 0;
  changed[PROP_DIALECT] = g_strcmp0 (old->dialect, facts->dialect) != 0;
  changed[PROP_PLAIN] = old->plain != facts->plain;
  changed[PROP_LISTENER] = old->listener != facts->listener;
  changed[PROP_REGISTERED] = old->registered != facts->registered;
  changed[PROP_OWN] = old->own != facts->own;
  changed[PROP_WIRE_NICK] = g_strcmp0 (old->wire_nick, facts->wire_nick) != 0;
  changed[PROP_ACCOUNT] = g_strcmp0 (old->account, facts->account) != 0;
  changed[PROP_KEY] = g_strcmp0 (old->key, facts->key) != 0;
  changed[PROP_HOST] = facts->host != NULL && g_strcmp0 (old->host, facts->host) != 0;
  changed[PROP_SECURITY] = g_strcmp0 (old->security, facts->security) != 0;
  changed[PROP_HALF_OPEN] = old->half_open != facts->half_open;
  changed[PROP_ENCRYPTED] = old->encrypted != facts->encrypted;

  copy_facts (&self->facts, facts);
  for (guint i = PROP_0 + 1; i < N_PROPS; i++)
    if (changed[i])
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

void
hs_guest_set_state (HsGuest *self, HsTcpState state, guint32 rtt, gint64 expires)
{
  if (self->expires != expires)
    {
      self->expires = expires;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPIRES]);
    }
  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
    }
  if (self->rtt != rtt)
    {
      self->rtt = rtt;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RTT]);
    }
}

void
hs_guest_set_traffic (HsGuest *self, gint64 last_active, guint64 received, guint64 sent)
{
  if (self->last_active != last_active)
    {
      self->last_active = last_active;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_ACTIVE]);
    }
  if (self->received != received)
    {
      self->received = received;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECEIVED]);
    }
  if (self->sent != sent)
    {
      self->sent = sent;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SENT]);
    }
}

void
hs_guest_set_gone (HsGuest *self)
{
  if (self->gone)
    return;
  self->gone = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GONE]);
}

gboolean
hs_guest_is_gone (HsGuest *self)
{
  return self->gone;
}

guint64
hs_guest_get_id (HsGuest *self)
{
  return self->facts.id;
}

const char *
hs_guest_get_nick (HsGuest *self)
{
  return self->facts.nick;
}

const char *
hs_guest_get_address (HsGuest *self)
{
  return self->facts.address;
}

const char *
hs_guest_get_dialect (HsGuest *self)
{
  return self->facts.dialect;
}

gboolean
hs_guest_is_plain (HsGuest *self)
{
  return self->facts.plain;
}

gboolean
hs_guest_is_listener (HsGuest *self)
{
  return self->facts.listener;
}

gboolean
hs_guest_is_own (HsGuest *self)
{
  return self->facts.own;
}

gboolean
hs_guest_is_encrypted (HsGuest *self)
{
  return self->facts.encrypted;
}

gint64
hs_guest_get_since (HsGuest *self)
{
  return self->facts.since;
}

HsTcpState
hs_guest_get_state (HsGuest *self)
{
  return self->state;
}

guint32
hs_guest_get_rtt (HsGuest *self)
{
  return self->rtt;
}

gint64
hs_guest_get_expires (HsGuest *self)
{
  return self->expires;
}

const char *
hs_guest_get_wire_nick (HsGuest *self)
{
  return self->facts.wire_nick;
}

const char *
hs_guest_get_account (HsGuest *self)
{
  return self->facts.account;
}

const char *
hs_guest_get_key (HsGuest *self)
{
  return self->facts.key;
}

const char *
hs_guest_get_host (HsGuest *self)
{
  return self->facts.host;
}

const char *
hs_guest_get_security (HsGuest *self)
{
  return self->facts.security != NULL ? self->facts.security : "";
}

guint
hs_guest_get_half_open (HsGuest *self)
{
  return self->facts.half_open;
}

gint64
hs_guest_get_last_active (HsGuest *self)
{
  return self->last_active;
}

guint64
hs_guest_get_received (HsGuest *self)
{
  return self->received;
}

guint64
hs_guest_get_sent (HsGuest *self)
{
  return self->sent;
}

gboolean
hs_guest_is_registered (HsGuest *self)
{
  return self->facts.registered;
}
