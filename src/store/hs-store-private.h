/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread in front of any database: what it must know of one. hs-store.h and hs-server-store.h give it their types. */
#pragma once

#include "hs-database.h"
#include "hs-store.h"

typedef struct
{
  gpointer (*open) (const char *path, GError **error); /* (nullable) */
  void (*close) (gpointer database);
  HsDatabase *(*get_base) (gpointer database);
  /* @work has the type that this kind gave it to hs_store_run_callback (). */
  gpointer (*call) (gpointer database, GCallback work, gpointer data, GError **error);
} HsStoreKind;

HsStore *hs_store_new_of_kind (const HsStoreKind *kind, const char *path);
void hs_store_run_callback (HsStore *self, GCallback work, HsStoreDone done, gpointer data, GDestroyNotify destroy);
