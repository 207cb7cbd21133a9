/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One person in a room: notifying properties, which client/ keeps up to date. */
#include "hs-member-private.h"

struct _HsMember
{
  GObject parent_instance;

  /* Owned */
  char *nick;
  char *shown; /* (nullable) */

  /* State */
  guint rank;
  guint flags; /* 1 << index in flag_names */
};

G_DEFINE_FINAL_TYPE (HsMember, hs_member, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NICK,
  PROP_SHOWN,
  PROP_RANK,
  PROP_FLAGS, /* the first of the boolean ones */
};

enum
{
  FLAG_AWAY,
  FLAG_PLAIN,
  FLAG_OWN,
  FLAG_TYPING,
  FLAG_SECURE,
  FLAG_UNENCRYPTED,
};

static const char *const flag_names[] = { "away", "plain", "own", "typing", "secure", "unencrypted" };

static GParamSpec *properties[PROP_FLAGS + G_N_ELEMENTS (flag_names)];

static void
hs_member_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsMember *self = HS_MEMBER (object);

  switch (id)
    {
    case PROP_NICK: g_value_set_string (value, self->nick); break;
    case PROP_SHOWN: g_value_set_string (value, hs_member_get_shown (self)); break;
    case PROP_RANK: g_value_set_uint (value, self->rank); break;
    default:
      if (id >= G_N_ELEMENTS (properties))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      else
        g_value_set_boolean (value, (self->flags >> (id - PROP_FLAGS)) & 1);
    }
}

static void
hs_member_finalize (GObject *object)
{
  HsMember *self = HS_MEMBER (object);

  g_free (self->nick);
  g_free (self->shown);

  G_OBJECT_CLASS (hs_member_parent_class)->finalize (object);
}

static void
hs_member_class_init (HsMemberClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = hs_member_get_property;
  object_class->finalize = hs_member_finalize;

  properties[PROP_NICK] = g_param_spec_string ("nick", NULL, NULL, "", flags);
  properties[PROP_SHOWN] = g_param_spec_string ("shown", NULL, NULL, "", flags);
  properties[PROP_RANK] = g_param_spec_uint ("rank", NULL, NULL, 0, G_MAXUINT, 0, flags);
  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++)
    properties[PROP_FLAGS + i] = g_param_spec_boolean (flag_names[i], NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
hs_member_init (HsMember *self)
{
}

HsMember *
hs_member_new (const char *nick)
{
  HsMember *self = g_object_new (HS_TYPE_MEMBER, NULL);

  self->nick = g_strdup (nick != NULL ? nick : "");
  return self;
}

const char *
hs_member_get_nick (HsMember *self)
{
  g_return_val_if_fail (HS_IS_MEMBER (self), "");
  return self->nick;
}

const char *
hs_member_get_shown (HsMember *self)
{
  g_return_val_if_fail (HS_IS_MEMBER (self), "");
  return self->shown != NULL ? self->shown : self->nick;
}

guint
hs_member_get_rank (HsMember *self)
{
  g_return_val_if_fail (HS_IS_MEMBER (self), 0);
  return self->rank;
}

static gboolean
has (HsMember *self, guint flag)
{
  g_return_val_if_fail (HS_IS_MEMBER (self), FALSE);
  return (self->flags >> flag) & 1;
}

gboolean
hs_member_is_away (HsMember *self)
{
  return has (self, FLAG_AWAY);
}

gboolean
hs_member_is_plain (HsMember *self)
{
  return has (self, FLAG_PLAIN);
}

gboolean
hs_member_is_secure (HsMember *self)
{
  return has (self, FLAG_SECURE);
}

gboolean
hs_member_is_unencrypted (HsMember *self)
{
  return has (self, FLAG_UNENCRYPTED);
}

gboolean
hs_member_is_own (HsMember *self)
{
  return has (self, FLAG_OWN);
}

gboolean
hs_member_is_typing (HsMember *self)
{
  return has (self, FLAG_TYPING);
}

/* ---- Setters ---- */

void
hs_member_set_nick (HsMember *self, const char *nick)
{
  g_return_if_fail (HS_IS_MEMBER (self));
  g_return_if_fail (nick != NULL);

  if (g_str_equal (self->nick, nick))
    return;
  g_free (self->nick);
  self->nick = g_strdup (nick);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NICK]);
  if (self->shown == NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWN]);
}

void
hs_member_set_shown (HsMember *self, const char *shown)
{
  g_return_if_fail (HS_IS_MEMBER (self));

  if (shown != NULL && *shown == '\0')
    shown = NULL;
  if (g_strcmp0 (self->shown, shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_strdup (shown);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWN]);
}

void
hs_member_set_rank (HsMember *self, guint rank)
{
  g_return_if_fail (HS_IS_MEMBER (self));

  if (self->rank == rank)
    return;
  self->rank = rank;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RANK]);
}

static void
set_flag (HsMember *self, guint flag, gboolean value)
{
  g_return_if_fail (HS_IS_MEMBER (self));

  if (has (self, flag) == !!value)
    return;
  self->flags ^= 1u << flag;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FLAGS + flag]);
}

void
hs_member_set_away (HsMember *self, gboolean away)
{
  set_flag (self, FLAG_AWAY, away);
}

void
hs_member_set_plain (HsMember *self, gboolean plain)
{
  set_flag (self, FLAG_PLAIN, plain);
}

void
hs_member_set_secure (HsMember *self, gboolean secure)
{
  set_flag (self, FLAG_SECURE, secure);
}

void
hs_member_set_unencrypted (HsMember *self, gboolean unencrypted)
{
  set_flag (self, FLAG_UNENCRYPTED, unencrypted);
}

void
hs_member_set_own (HsMember *self, gboolean own)
{
  set_flag (self, FLAG_OWN, own);
}

void
hs_member_set_typing (HsMember *self, gboolean typing)
{
  set_flag (self, FLAG_TYPING, typing);
}
