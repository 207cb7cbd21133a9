/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The password that everybody needs to come in: its verifier, PASS, and what those hear who have not given it. */
#include "hs-engine-accounts-private.h"

#include <string.h>

#include "hs-secret.h"

#define PASSWORD_NEEDED "This room needs a password, which is only asked for over IRC: join it with Handshake or an IRC program.\n"

gboolean
hs_engine_has_password (HsEngine *self)
{
  return self->accounts->common != NULL;
}

/* Who speaks no IRC can give none. Those that are here already leave, when one is set: the room is another now. */
void
hs_engine_send_away_without_password (HsEngine *self)
{
  g_autoptr (GPtrArray) leaving = g_ptr_array_new ();

  for (GList *l = self->unregistered.head; l != NULL; l = l->next)
    if (((HsPeer *) l->data)->listener)
      g_ptr_array_add (leaving, l->data);
  for (GList *l = self->registered.head; l != NULL; l = l->next)
    if (((HsPeer *) l->data)->dialect == HS_DIALECT_PLAIN)
      g_ptr_array_add (leaving, l->data);
  for (guint i = 0; i < leaving->len; i++)
    hs_engine_say_q (self, g_ptr_array_index (leaving, i), "A password is needed from now on");
}

/* What SCRAM proves it by. It is derived here, once for a password: in tests and at the start nobody waits, later for a millisecond. */
void
hs_engine_set_password (HsEngine *self)
{
  HsAccounts *accounts = self->accounts;
  const char *password = self->config->password;
  g_autoptr (GBytes) salt = NULL;
  guint8 chance[HS_SALT_BYTES];

  if (g_strcmp0 (accounts->common_password, password) == 0)
    return;
  if (accounts->common == NULL)
    hs_engine_send_away_without_password (self);
  hs_secret_set (&accounts->common_password, password);
  g_clear_pointer (&accounts->common, hs_server_account_free);
  if (password == NULL)
    return;
  self->funcs->random (chance, sizeof chance, self->user_data);
  salt = g_bytes_new (chance, sizeof chance);
  accounts->common = hs_server_account_make (HS_ROOM_ACCOUNT, password, salt, HS_KDF_ITERATIONS, 0);
}

gboolean
hs_engine_turn_away_without_password (HsEngine *self, HsPeer *peer)
{
  if (!hs_engine_has_password (self) || peer->admitted)
    return FALSE;
  hs_engine_turn_away (self, peer, PASSWORD_NEEDED);
  return TRUE;
}

gboolean
hs_engine_check_password (HsEngine *self, HsPeer *peer)
{
  if (!hs_engine_has_password (self) || peer->own || (peer->admitted && hs_engine_invite_is_good (self, peer)))
    return TRUE;
  hs_engine_reply (self, peer, HS_ERR_PASSWDMISMATCH, "Password incorrect", NULL);
  hs_engine_dismiss (self, peer, "This room needs its password", 0);
  return FALSE;
}

/* ---- PASS: each says whether the word was for it ---- */

/* The host's own client, by a token that is only valid once, for a moment, and from this machine. */
static gboolean
pass_as_host (HsEngine *self, HsPeer *peer, const char *given)
{
  gsize len;

  if (self->host_token == NULL || !peer->loopback || self->now > self->token_until)
    return FALSE;
  len = strlen (self->host_token);
  if (strlen (given) != len || !hs_engine_equal_in_constant_time (given, self->host_token, len))
    return FALSE;
  hs_secret_set (&self->host_token, NULL);
  peer->own = TRUE;
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
  return TRUE;
}

/* In the clear it is everybody's between here and there: only where the host has said that nothing is encrypted. */
static gboolean
pass_by_password (HsEngine *self, HsPeer *peer, const char *given)
{
  if (!hs_engine_has_password (self))
    return FALSE; /* one for another server means nothing here */
  if (!peer->encrypted && !self->config->classroom)
    {
      hs_engine_reply (self, peer, HS_ERR_PASSWDMISMATCH, "A password is only taken over an encrypted connection: use TLS, on this same port", NULL);
      return TRUE;
    }
  if (hs_engine_must_wait_to_guess (self, peer, "PASS"))
    return TRUE;
  if (hs_engine_is_same_secret (self->accounts->common_password, given))
    peer->admitted = TRUE;
  else
    hs_engine_note_guess (self, peer, FALSE); /* 464 follows when it wants in */
  return TRUE;
}

static gboolean (*const passes[]) (HsEngine *self, HsPeer *peer, const char *given) = { pass_as_host, hs_engine_pass_by_invite, pass_by_password };

void
hs_command_pass (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  for (guint i = 0; i < G_N_ELEMENTS (passes); i++)
    if (passes[i](self, peer, message->params[0]))
      return;
}
