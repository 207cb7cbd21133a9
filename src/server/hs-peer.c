/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What others may read of a guest of the engine. */
#include "hs-engine-private.h"

gpointer
hs_peer_get_owner (HsPeer *self)
{
  return self->owner;
}

guint64
hs_peer_get_id (HsPeer *self)
{
  return self->id;
}

const char *
hs_peer_get_nick (HsPeer *self)
{
  return self->nick;
}

const char *
hs_peer_get_shown (HsPeer *self)
{
  return self->shown;
}

const char *
hs_peer_get_host (HsPeer *self)
{
  return self->host->name;
}

HsDialect
hs_peer_get_dialect (HsPeer *self)
{
  return self->dialect;
}

gboolean
hs_peer_is_registered (HsPeer *self)
{
  return self->registered;
}

gboolean
hs_peer_is_listener (HsPeer *self)
{
  return self->listener;
}

gboolean
hs_peer_is_host (HsPeer *self)
{
  return self->own;
}

gint64
hs_peer_get_since (HsPeer *self)
{
  return self->since;
}

gint64
hs_peer_get_last_active (HsPeer *self)
{
  return self->last_active;
}

const char *
hs_peer_write_source (const HsPeer *self, char *out)
{
  /* A source or parameter must not begin with ':' (::1). */
  g_snprintf (out, HS_SOURCE_SIZE, "%s!%s@%s%s", self->nick, self->user != NULL ? self->user : "guest",
              self->host->name[0] == ':' ? "0" : "", self->host->name);
  return out;
}
