/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's store: server.db behind its thread. What a round brings is handed over when the round ends; what is too old is deleted in slices. */
#include "hs-server-core-private.h"

#include "hs-engine-store.h"
#include "hs-limits.h"
#include "hs-server-store.h"

struct _HsCoreStore
{
  HsServerCore *core;
  HsStore *store;
  HsPollee pollee;   /* for its flush, at the end of a round */
  GSource *trim;     /* (nullable) timer */
  void (*ready) (HsServerCore *core);
};

static void
run (HsServerStoreWork work, HsStoreDone done, gpointer data, GDestroyNotify destroy, gpointer user_data)
{
  HsCoreStore *self = user_data;

  hs_server_store_run (self->store, work, done, data, destroy);
}

static void
wake (gpointer user_data)
{
  HsCoreStore *self = user_data;

  hs_poller_mark_dirty (self->core->poller, &self->pollee);
}

static void
flush (HsPollee *pollee)
{
  HsCoreStore *self = (HsCoreStore *) (gpointer) ((char *) pollee - G_STRUCT_OFFSET (HsCoreStore, pollee));

  hs_engine_end_round (self->core->engine);
}

static void
committed (gpointer user_data)
{
  HsCoreStore *self = user_data;

  hs_poller_hurry (self->core->poller);
}

static const HsPolleeFuncs pollee_funcs = { .flush = flush, .heavy = TRUE };

/* ---- Retention ---- */

static gboolean on_trim_time (gpointer data);

static void
trim_in (HsCoreStore *self, guint ms)
{
  hs_core_clear_timer (&self->trim);
  self->trim = g_timeout_source_new (ms);
  g_source_set_callback (self->trim, on_trim_time, self, NULL);
  g_source_attach (self->trim, self->core->context);
}

static void
on_trimmed (gboolean some, gpointer user_data)
{
  trim_in (user_data, some ? HS_RETENTION_PAUSE_MS : HS_RETENTION_MS);
}

static gboolean
on_trim_time (gpointer data)
{
  HsCoreStore *self = data;

  g_clear_pointer (&self->trim, g_source_unref);
  hs_engine_trim_store (self->core->engine, on_trimmed, self);
  return G_SOURCE_REMOVE;
}

/* While a slice is being deleted it is looked again in any case. */
static void
full (gpointer user_data)
{
  HsCoreStore *self = user_data;

  if (self->trim != NULL)
    trim_in (self, HS_RETENTION_PAUSE_MS);
}

/* ---- Life ---- */

static const HsEngineStore engine_store = { run, wake, committed, full };

static void
on_ready (gpointer user_data)
{
  HsCoreStore *self = user_data;

  trim_in (self, HS_RETENTION_PAUSE_MS);
  self->ready (self->core);
}

static void
on_error_text (HsStore *store, GParamSpec *pspec, gpointer user_data)
{
  HsCoreStore *self = user_data;

  hs_core_tell_store (self->core, hs_store_get_error_text (store));
}

void
hs_core_store_open (HsServerCore *core, void (*ready) (HsServerCore *core))
{
  HsCoreStore *self = g_new0 (HsCoreStore, 1);
  g_autofree char *path = NULL;

  core->store = self;
  self->core = core;
  self->ready = ready;
  self->pollee.funcs = &pollee_funcs;
  if (core->config->data_dir != NULL)
    path = g_build_filename (core->config->data_dir, "server.db", NULL);
  self->store = hs_server_store_new (path != NULL ? path : ":memory:");
  g_signal_connect (self->store, "notify::error-text", G_CALLBACK (on_error_text), self);
  hs_engine_open_store (core->engine, &engine_store, self, on_ready, self);
}

/* After the engine has been freed, which hands over the last of it: waits until that is committed. */
void
hs_core_store_close (HsServerCore *core)
{
  HsCoreStore *self = g_steal_pointer (&core->store);

  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->store, self);
  hs_core_clear_timer (&self->trim);
  hs_poller_remove (core->poller, &self->pollee);
  hs_store_close (self->store);
  g_object_unref (self->store);
  g_free (self);
}
