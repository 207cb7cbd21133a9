/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The running server, seen from the main thread: it makes the thread and hands the verbs over. What they do is in the files beside it. */
#include "hs-server-core-private.h"

#include "hs-secret.h"

static gpointer
run (gpointer data)
{
  HsServerCore *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

typedef struct
{
  HsServerCore *core;
  GSourceFunc func;
  gpointer data;
  GDestroyNotify destroy; /* (nullable) */
} Verb;

static void
verb_free (gpointer data)
{
  Verb *self = data;

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

/* It may have ended by itself while the main thread does not know yet. */
static gboolean
run_verb (gpointer data)
{
  Verb *self = data;

  return self->core->ended ? G_SOURCE_REMOVE : self->func (self->data);
}

void
hs_core_run (HsServerCore *self, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  Verb *verb = g_new (Verb, 1);

  *verb = (Verb){ self, func, data, destroy };
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, run_verb, verb, verb_free);
}

HsServerCore *
hs_server_core_new (const HsServerConfig *config, gboolean threaded, const HsServerCoreFuncs *funcs, gpointer user_data)
{
  HsServerCore *self = g_new0 (HsServerCore, 1);

  self->main = g_main_context_ref_thread_default ();
  self->context = threaded ? g_main_context_new () : g_main_context_ref (self->main);
  self->config = hs_server_config_copy (config);
  self->funcs = funcs;
  self->user_data = user_data;
  self->sockets = g_array_new (FALSE, FALSE, sizeof (int));
  self->wanted = g_atomic_rc_box_new (gboolean);
  *self->wanted = TRUE;
  if (threaded)
    {
      self->loop = g_main_loop_new (self->context, FALSE);
      self->thread = g_thread_new ("hs-server", run, self);
    }
  return self;
}

void
hs_server_core_free (HsServerCore *self)
{
  *self->wanted = FALSE;
  g_main_context_invoke (self->context, hs_core_clean_up, self);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_main_context_unref (self->context);
  g_main_context_unref (self->main);
  g_atomic_rc_box_release (self->wanted);
  hs_server_config_free (self->config);
  g_array_unref (self->sockets);
  g_free (self);
}

void
hs_server_core_take_socket (HsServerCore *self, int fd)
{
  g_array_append_val (self->sockets, fd);
}

void
hs_server_core_start (HsServerCore *self)
{
  hs_core_run (self, hs_core_start, self, NULL);
}

void
hs_server_core_stop (HsServerCore *self)
{
  hs_core_run (self, hs_core_stop, self, NULL);
}

typedef struct
{
  HsServerCore *core;
  HsServerConfig *config;
  char *token;
} Wish;

static void
wish_free (gpointer data)
{
  Wish *self = data;

  g_clear_pointer (&self->config, hs_server_config_free);
  hs_secret_free (self->token);
  g_free (self);
}

static gboolean
set_config (gpointer data)
{
  Wish *wish = data;
  HsServerCore *self = wish->core;

  hs_server_config_free (self->config);
  self->config = g_steal_pointer (&wish->config);
  hs_engine_set_config (self->engine, self->config);
  hs_core_tls_set_config (self);
  hs_core_note_waits (self);
  hs_core_view_set_config (self);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_set_config (HsServerCore *self, const HsServerConfig *config)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->core = self;
  wish->config = hs_server_config_copy (config);
  hs_core_run (self, set_config, wish, wish_free);
}

static gboolean
set_token (gpointer data)
{
  Wish *wish = data;

  hs_engine_set_host_token (wish->core->engine, wish->token);
  return G_SOURCE_REMOVE;
}

static gboolean
add_invite (gpointer data)
{
  Wish *wish = data;

  hs_engine_add_invite (wish->core->engine, wish->token);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_add_invite (HsServerCore *self, const char *token)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->core = self;
  wish->token = g_strdup (token);
  hs_core_run (self, add_invite, wish, wish_free);
}

void
hs_server_core_set_host_token (HsServerCore *self, const char *token_hex)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->core = self;
  wish->token = g_strdup (token_hex);
  hs_core_run (self, set_token, wish, wish_free);
}

static gboolean
tell_guests (gpointer data)
{
  HsServerCore *self = data;

  self->tells_guests = TRUE;
  for (GList *l = self->carriers.head; l != NULL; l = l->next)
    hs_core_tell_guest (self, l->data);
  hs_core_tell_bans (self);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_tell_guests (HsServerCore *self)
{
  hs_core_run (self, tell_guests, self, NULL);
}
