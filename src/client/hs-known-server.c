/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One server whose key was seen: what is told of it. What follows from it is the others' (hs-known-servers.c). */
#include "hs-known-servers-private.h"

G_DEFINE_FINAL_TYPE (HsKnownServer, hs_known_server, G_TYPE_OBJECT)

static GParamSpec *server_properties[HS_KNOWN_SERVER_N_PROPS];

static void
hs_known_server_finalize (GObject *object)
{
  HsKnownServer *self = HS_KNOWN_SERVER (object);

  g_free (self->name);
  g_free (self->places);
  g_free (self->key_places);
  G_OBJECT_CLASS (hs_known_server_parent_class)->finalize (object);
}

static void
hs_known_server_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsKnownServer *self = HS_KNOWN_SERVER (object);

  switch (id)
    {
    case HS_KNOWN_SERVER_PROP_NAME: g_value_set_string (value, self->name); break;
    case HS_KNOWN_SERVER_PROP_TITLE: g_value_set_string (value, hs_known_server_get_title (self)); break;
    case HS_KNOWN_SERVER_PROP_NUMBER: g_value_set_string (value, self->number); break;
    case HS_KNOWN_SERVER_PROP_PLACES: g_value_set_string (value, self->places); break;
    case HS_KNOWN_SERVER_PROP_KEY_PLACES: g_value_set_string (value, self->key_places); break;
    case HS_KNOWN_SERVER_PROP_FIRST_SEEN: g_value_set_int64 (value, self->first_seen); break;
    case HS_KNOWN_SERVER_PROP_LAST_SEEN: g_value_set_int64 (value, self->last_seen); break;
    case HS_KNOWN_SERVER_PROP_COMPARED: g_value_set_int64 (value, self->compared); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hs_known_server_class_init (HsKnownServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = hs_known_server_finalize;
  object_class->get_property = hs_known_server_get_property;

  server_properties[HS_KNOWN_SERVER_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  server_properties[HS_KNOWN_SERVER_PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  server_properties[HS_KNOWN_SERVER_PROP_NUMBER] = g_param_spec_string ("number", NULL, NULL, NULL, flags);
  server_properties[HS_KNOWN_SERVER_PROP_PLACES] = g_param_spec_string ("places", NULL, NULL, NULL, flags);
  server_properties[HS_KNOWN_SERVER_PROP_KEY_PLACES] = g_param_spec_string ("key-places", NULL, NULL, NULL, flags);
  server_properties[HS_KNOWN_SERVER_PROP_FIRST_SEEN] = g_param_spec_int64 ("first-seen", NULL, NULL, 0, G_MAXINT64, 0, flags);
  server_properties[HS_KNOWN_SERVER_PROP_LAST_SEEN] = g_param_spec_int64 ("last-seen", NULL, NULL, 0, G_MAXINT64, 0, flags);
  server_properties[HS_KNOWN_SERVER_PROP_COMPARED] = g_param_spec_int64 ("compared", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, HS_KNOWN_SERVER_N_PROPS, server_properties);
}

static void
hs_known_server_init (HsKnownServer *self)
{
}

HsKnownServer *
hs_known_server_new (const HsFingerprint *key, gint64 now)
{
  HsKnownServer *server = g_object_new (HS_TYPE_KNOWN_SERVER, NULL);

  server->key = *key;
  hs_fingerprint_to_number (key, server->number);
  server->first_seen = server->last_seen = MAX (now, 0);
  return server;
}

void
hs_known_server_set_time (HsKnownServer *server, gint64 *place, gint64 time, guint property)
{
  if (*place == time)
    return;
  *place = time;
  g_object_notify_by_pspec (G_OBJECT (server), server_properties[property]);
}

void
hs_known_server_set_text (HsKnownServer *server, char **place, const char *text, guint property)
{
  if (g_strcmp0 (*place, text) == 0)
    return;
  g_free (*place);
  *place = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (server), server_properties[property]);
  g_object_notify_by_pspec (G_OBJECT (server), server_properties[HS_KNOWN_SERVER_PROP_TITLE]);
}

/* ---- Facts ---- */

char *
hs_known_server_dup_key_text (HsKnownServer *self)
{
  return hs_fingerprint_to_text (&self->key);
}

const HsFingerprint *
hs_known_server_get_key (HsKnownServer *self)
{
  return &self->key;
}

const char *
hs_known_server_get_name (HsKnownServer *self)
{
  return self->name;
}

const char *
hs_known_server_get_title (HsKnownServer *self)
{
  return self->name != NULL ? self->name : self->places != NULL ? self->places : self->number;
}

const char *
hs_known_server_get_number (HsKnownServer *self)
{
  return self->number;
}

const char *
hs_known_server_get_places (HsKnownServer *self)
{
  return self->places;
}

const char *
hs_known_server_get_key_places (HsKnownServer *self)
{
  return self->key_places;
}

gint64
hs_known_server_get_first_seen (HsKnownServer *self)
{
  return self->first_seen;
}

gint64
hs_known_server_get_last_seen (HsKnownServer *self)
{
  return self->last_seen;
}

gint64
hs_known_server_get_compared (HsKnownServer *self)
{
  return self->compared;
}
