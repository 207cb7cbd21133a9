/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of servers as history.db has it: read in one go, written behind change by change. It keeps nothing; HsKnownServers does. */
#pragma once

#include "hs-store.h"
#include "hs-trust-rule.h"

typedef struct
{
  GPtrArray *keys; /* HsHistoryKey, in the order in which they were first seen */
  GPtrArray *pins; /* HsHistoryPin */
  GPtrArray *sts;  /* HsHistorySts */
} HsKnownRows;

/* A work for hs_store_run (), whose result is HsKnownRows. (transfer full) NULL: @error. */
gpointer hs_known_rows_read (HsHistory *history, gpointer data, GError **error);
void hs_known_rows_free (HsKnownRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsKnownRows, hs_known_rows_free)

/* Each returns at once; what cannot be kept is a message in the log. Times are Unix ms. */
void hs_known_rows_see (HsStore *store, const HsFingerprint *key, gint64 now);
void hs_known_rows_set_compared (HsStore *store, const HsFingerprint *key, gint64 compared); /* 0: not after all */
void hs_known_rows_set_name (HsStore *store, const HsFingerprint *key, const char *name);    /* (nullable) */
void hs_known_rows_set_pin (HsStore *store, const char *binding, const HsTrustPin *pin);
void hs_known_rows_set_sts (HsStore *store, const HsHistorySts *sts);
void hs_known_rows_forget (HsStore *store, const HsFingerprint *key); /* with its pins */
void hs_known_rows_forget_sts (HsStore *store, const char *host);
void hs_known_rows_forget_all (HsStore *store);
