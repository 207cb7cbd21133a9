/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine asks of whoever keeps things for it: one function that runs work over server.db, wherever that is done. */
#pragma once

#include "hs-engine.h"
#include "hs-server-store.h"

typedef struct _HsEngineStore HsEngineStore;
struct _HsEngineStore
{
  /* Runs @work over the database and commits; then, later and never inside this call, @done; in the order asked. As hs_server_store_run (). */
  void (*run) (HsServerStoreWork work, HsStoreDone done, gpointer data, GDestroyNotify destroy, gpointer user_data);
  /* Something has been gathered: hs_engine_end_round () is to be called when this round's lines have all been received. */
  void (*wake) (gpointer user_data);
  /* (nullable) What was said has been stored and queued to those who hear it: they have waited long enough. */
  void (*committed) (gpointer user_data);
  /* (nullable) HS_RETENTION_BYTES have been stored since the last time: hs_engine_trim_store () is to be called soon. */
  void (*full) (gpointer user_data);
};

/* Before the first peer. Reads the rooms and where the ids stand; then @ready. From then on what is said is kept, and nobody sees it before it
 * has been committed (protocol.md, Delivery promise 5). Where nothing can be stored the engine goes on without. */
void hs_engine_open_store (HsEngine *self, const HsEngineStore *store, gpointer store_data, void (*ready) (gpointer user_data), gpointer user_data);
/* Hands over what was gathered, one transaction, unless one is under way: then it is handed over with what else comes until that is done. */
void hs_engine_end_round (HsEngine *self);
/* Hands it over at once. */
void hs_engine_flush (HsEngine *self);
/* One slice of what is too old or too much is deleted; @done says whether there was some, and is not called any more when the engine is gone. */
void hs_engine_trim_store (HsEngine *self, void (*done) (gboolean some, gpointer user_data), gpointer user_data);
