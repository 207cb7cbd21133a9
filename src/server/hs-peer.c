/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What others may read of a guest of the engine. */
#include "hs-engine-accounts-private.h"

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

gboolean
hs_peer_is_encrypted (HsPeer *self)
{
  return self->encrypted;
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

gboolean
hs_peer_is_operator (const HsPeer *self)
{
  return self->own || self->oper;
}

/* ---- What few have ---- */

HsPeerExtra *
hs_peer_get_extra (HsPeer *self)
{
  if (self->extra == NULL)
    self->extra = g_new0 (HsPeerExtra, 1);
  return self->extra;
}

void
hs_peer_free_extra (HsPeer *self)
{
  if (self->extra == NULL)
    return;
  g_clear_pointer (&self->extra->invited, g_array_unref);
  g_clear_pointer (&self->extra->draft, hs_draft_free);
  g_clear_pointer (&self->extra->token, g_bytes_unref);
  g_clear_pointer (&self->extra->login, hs_login_free);
  g_clear_pointer (&self->extra->key, g_free);
  g_clear_pointer (&self->extra->invite, g_bytes_unref);
  g_clear_pointer (&self->extra->metadata, hs_metadata_free);
  g_clear_pointer (&self->extra->subscribed, g_ptr_array_unref);
  g_clear_pointer (&self->extra->shown_host, g_free);
  g_clear_pointer (&self->extra, g_free);
}

static gboolean
find_invitation (const HsPeer *self, const HsChannel *channel, guint *index)
{
  const GArray *invited = self->extra != NULL ? self->extra->invited : NULL;

  for (*index = 0; invited != NULL && *index < invited->len; (*index)++)
    if (g_array_index (invited, guint64, *index) == channel->id)
      return TRUE;
  return FALSE;
}

gboolean
hs_peer_is_invited (const HsPeer *self, const HsChannel *channel)
{
  guint index;

  return find_invitation (self, channel, &index);
}

/* The oldest goes when there are too many. */
void
hs_peer_add_invitation (HsPeer *self, const HsChannel *channel)
{
  HsPeerExtra *extra = hs_peer_get_extra (self);

  if (hs_peer_is_invited (self, channel))
    return;
  if (extra->invited == NULL)
    extra->invited = g_array_new (FALSE, FALSE, sizeof (guint64));
  if (extra->invited->len >= HS_INVITATIONS_MAX)
    g_array_remove_index (extra->invited, 0);
  g_array_append_val (extra->invited, channel->id);
}

void
hs_peer_forget_invitation (HsPeer *self, const HsChannel *channel)
{
  guint index;

  if (find_invitation (self, channel, &index))
    g_array_remove_index (self->extra->invited, index);
}

/* ---- As others see it ---- */

const char *
hs_peer_get_user (const HsPeer *self)
{
  if (self->user != NULL)
    return self->user;
  return self->dialect == HS_DIALECT_IRC ? "guest" : HS_PLAIN_USER;
}

const char *
hs_peer_get_realname (const HsPeer *self)
{
  return self->shown != NULL && *self->shown != '\0' ? self->shown : self->nick;
}

/* A source or parameter must not begin with ':' (::1). */
const char *
hs_peer_write_address (const HsPeer *self, char *out)
{
  g_snprintf (out, HS_HOST_SIZE, "%s%s", self->host->name[0] == ':' ? "0" : "", self->host->name);
  return out;
}

const char *
hs_peer_write_host (const HsPeer *self, char *out)
{
  if (self->extra == NULL || self->extra->shown_host == NULL)
    return hs_peer_write_address (self, out);
  g_strlcpy (out, self->extra->shown_host, HS_HOST_SIZE);
  return out;
}

const char *
hs_peer_write_source (const HsPeer *self, char *out)
{
  char host[HS_HOST_SIZE];

  g_snprintf (out, HS_SOURCE_SIZE, "%s!%s@%s", self->nick, hs_peer_get_user (self), hs_peer_write_host (self, host));
  return out;
}

gboolean
hs_peer_tells_reading (HsPeer *self)
{
  return (self->caps & HS_CAP_READ_MARKER) != 0;
}
