/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives the store's thread a server.db. */
#include "hs-server-store.h"

#include "hs-server-db-private.h"
#include "hs-store-private.h"

static gpointer
open_db (const char *path, GError **error)
{
  return hs_server_db_open (path, error);
}

static void
close_db (gpointer database)
{
  hs_server_db_close (database);
}

static HsDatabase *
get_base (gpointer database)
{
  return &((HsServerDb *) database)->base;
}

static gpointer
call (gpointer database, GCallback work, gpointer data, GError **error)
{
  return ((HsServerStoreWork) work) (database, data, error);
}

static const HsStoreKind kind = { open_db, close_db, get_base, call };

HsStore *
hs_server_store_new (const char *path)
{
  return hs_store_new_of_kind (&kind, path);
}

void
hs_server_store_run (HsStore *self, HsServerStoreWork work, HsStoreDone done, gpointer data, GDestroyNotify destroy)
{
  hs_store_run_callback (self, G_CALLBACK (work), done, data, destroy);
}
