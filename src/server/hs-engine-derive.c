/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys are derived from passwords elsewhere, a few at once, in the order asked: it takes long on purpose, and nobody else shall wait for it. */
#include "hs-engine-accounts-private.h"

#include "hs-secret.h"

HsDerivation *
hs_derivation_new (const char *name, const char *password, GBytes *salt, guint iterations)
{
  HsDerivation *self = g_new0 (HsDerivation, 1);

  self->name = g_strdup (name);
  self->password = g_strdup (password);
  self->salt = g_bytes_ref (salt);
  self->iterations = iterations;
  return self;
}

static void
derivation_free (HsAsk *ask)
{
  HsDerivation *self = (HsDerivation *) ask;

  hs_secret_free (self->password);
  hs_secret_free (self->wish);
  g_free (self->name);
  g_bytes_unref (self->salt);
  g_clear_pointer (&self->key, g_bytes_unref);
  g_free (self->label);
  g_clear_pointer (&self->made, hs_server_account_free);
  g_free (self);
}

/* Elsewhere: of the engine it knows nothing. */
static void
derive (gpointer data)
{
  HsDerivation *self = data;

  self->made = hs_server_account_make (self->name, self->password, self->salt, self->iterations, self->created);
}

static void start_next (HsEngine *self);

static void
on_derived (gpointer data)
{
  HsDerivation *self = data;
  HsEngine *engine = self->ask.engine;

  if (engine == NULL)
    return;
  g_queue_unlink (&engine->asks, &self->ask.link);
  self->ask.engine = NULL;
  engine->accounts->n_deriving--;
  engine->now = engine->funcs->now (engine->user_data);
  if (self->ask.peer != NULL && !self->ask.peer->leaving)
    self->derived (engine, self);
  start_next (engine);
}

static void
free_derived (gpointer data)
{
  derivation_free (data);
}

static void
start (HsEngine *self, HsDerivation *derivation)
{
  self->accounts->n_deriving++;
  if (self->funcs->apart != NULL)
    {
      self->funcs->apart (derive, on_derived, derivation, free_derived, self->user_data);
      return;
    }
  derive (derivation);
  on_derived (derivation);
  free_derived (derivation);
}

static void
drop (HsEngine *self, HsDerivation *derivation)
{
  g_queue_unlink (&self->asks, &derivation->ask.link);
  derivation_free (&derivation->ask);
}

/* Who has gone meanwhile, or has guessed wrong, costs nothing more. */
static void
start_next (HsEngine *self)
{
  HsAccounts *accounts = self->accounts;

  while (accounts->n_deriving < HS_KDF_AT_ONCE && accounts->waiting.length > 0)
    {
      HsDerivation *next = g_queue_pop_head (&accounts->waiting);
      HsPeer *peer = next->ask.peer;

      if (peer == NULL || peer->leaving || (next->is_wanted != NULL && !next->is_wanted (self, next)))
        drop (self, next);
      else
        start (self, next);
    }
}

gboolean
hs_engine_derive (HsEngine *self, HsPeer *peer, HsDerivation *derivation)
{
  if (self->accounts->waiting.length >= HS_KDF_WAITING_MAX)
    {
      derivation_free (&derivation->ask);
      return FALSE;
    }
  derivation->ask.engine = self;
  derivation->ask.peer = peer;
  derivation->ask.free = derivation_free;
  derivation->ask.link.data = derivation;
  derivation->created = self->now / 1000;
  g_queue_push_tail_link (&self->asks, &derivation->ask.link);
  g_queue_push_tail (&self->accounts->waiting, derivation);
  start_next (self);
  return TRUE;
}

void
hs_engine_drop_derivations (HsEngine *self)
{
  HsDerivation *derivation;

  while ((derivation = g_queue_pop_head (&self->accounts->waiting)) != NULL)
    drop (self, derivation);
}
