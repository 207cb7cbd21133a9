/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of invites: each lets one guest in, once, where a password is needed (PASS invite:TOKEN). The engine knows their hashes only. */
#include "hs-engine-accounts-private.h"

#include <string.h>

#include "hs-base64url.h"
#include "hs-limits.h"

#define PREFIX "invite:"

/* ---- What the store has of it ---- */

typedef struct
{
  HsAsk ask;
  GBytes *token;
  gint64 until; /* 0: it is used */
} InviteAsk;

static gpointer
work_invite (HsServerDb *db, gpointer data, GError **error)
{
  InviteAsk *ask = data;

  if (ask->until == 0)
    hs_server_db_remove_invite (db, ask->token, error);
  else
    hs_server_db_add_invite (db, ask->token, ask->until, error);
  return NULL;
}

static void
free_invite (HsAsk *ask)
{
  g_bytes_unref (((InviteAsk *) ask)->token);
  g_free (ask);
}

static void
keep_invite (HsEngine *self, GBytes *token, gint64 until)
{
  InviteAsk *ask;

  if (self->store == NULL)
    return;
  ask = g_new0 (InviteAsk, 1);
  ask->ask.free = free_invite;
  ask->token = g_bytes_ref (token);
  ask->until = until;
  hs_engine_ask (self, NULL, &ask->ask, work_invite);
}

static void
take_invite (HsEngine *self, GBytes *token, gint64 until)
{
  gint64 *copy = g_new (gint64, 1);

  *copy = until;
  g_hash_table_replace (self->accounts->invites, g_bytes_ref (token), copy);
}

void
hs_engine_take_invite_rows (HsEngine *self, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const HsServerInvite *invite = g_ptr_array_index (rows, i);

      take_invite (self, invite->token, invite->until);
    }
}

/* ---- The host's side ---- */

static void
remove_invite (HsEngine *self, GBytes *token)
{
  keep_invite (self, token, 0);
  g_hash_table_remove (self->accounts->invites, token);
}

/* The oldest, when there are too many; what has ended goes by itself, for it is the oldest. */
static void
make_place (HsEngine *self)
{
  g_autoptr (GBytes) oldest = NULL;
  gint64 first = G_MAXINT64;
  GHashTableIter iter;
  gpointer token, until;

  if (g_hash_table_size (self->accounts->invites) < HS_INVITES_MAX)
    return;
  g_hash_table_iter_init (&iter, self->accounts->invites);
  while (g_hash_table_iter_next (&iter, &token, &until))
    if (*(gint64 *) until < first)
      {
        first = *(gint64 *) until;
        g_clear_pointer (&oldest, g_bytes_unref);
        oldest = g_bytes_ref (token);
      }
  if (oldest != NULL)
    remove_invite (self, oldest);
}

void
hs_engine_add_invite (HsEngine *self, const char *token)
{
  g_autoptr (GBytes) hash = hs_engine_hash_token (token);
  gint64 until = self->funcs->now (self->user_data) / 1000 + HS_INVITE_MS;

  make_place (self);
  take_invite (self, hash, until);
  keep_invite (self, hash, until);
}

/* ---- The guest's side ---- */

static gboolean
is_good (HsEngine *self, GBytes *token)
{
  const gint64 *until = g_hash_table_lookup (self->accounts->invites, token);

  return until != NULL && *until > self->now / 1000;
}

gboolean
hs_engine_pass_by_invite (HsEngine *self, HsPeer *peer, const char *given)
{
  guint8 bytes[HS_INVITE_TOKEN_BYTES];
  HsPeerExtra *extra;

  if (!g_str_has_prefix (given, PREFIX) || !hs_base64url_decode (given + strlen (PREFIX), bytes, sizeof bytes))
    return FALSE; /* a password may well begin so */
  if (!hs_engine_has_password (self) || peer->admitted)
    return TRUE; /* it needs none: another one may come in by it */
  if (!peer->encrypted)
    {
      hs_engine_reply (self, peer, HS_ERR_PASSWDMISMATCH, "An invite is only taken over an encrypted connection: use TLS, on this same port", NULL);
      return TRUE;
    }
  if (hs_engine_must_wait_to_guess (self, peer, "PASS"))
    return TRUE;
  extra = hs_peer_get_extra (peer);
  g_clear_pointer (&extra->invite, g_bytes_unref);
  extra->invite = hs_engine_hash_token (given + strlen (PREFIX));
  peer->admitted = is_good (self, extra->invite);
  if (!peer->admitted)
    {
      g_clear_pointer (&extra->invite, g_bytes_unref);
      hs_engine_note_guess (self, peer, FALSE);
    }
  return TRUE;
}

gboolean
hs_engine_invite_is_good (HsEngine *self, HsPeer *peer)
{
  return peer->extra == NULL || peer->extra->invite == NULL || is_good (self, peer->extra->invite);
}

void
hs_engine_spend_invite (HsEngine *self, HsPeer *peer)
{
  g_autoptr (GBytes) token = peer->extra != NULL ? g_steal_pointer (&peer->extra->invite) : NULL;

  if (token != NULL)
    remove_invite (self, token);
}
