/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread in front of server.db: hs-store.h with the other database's type. */
#pragma once

#include "hs-server-db.h"
#include "hs-store.h"

/* As hs_store_new (). */
HsStore *hs_server_store_new (const char *path);

/* As hs_store_run (). */
typedef gpointer (*HsServerStoreWork) (HsServerDb *db, gpointer data, GError **error);
void hs_server_store_run (HsStore *self, HsServerStoreWork work, HsStoreDone done, gpointer data, GDestroyNotify destroy);
