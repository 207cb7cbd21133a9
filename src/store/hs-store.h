/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread in front of a database: owns the sqlite3 handle; operations are queued as closures, drained in one transaction,
 * and answered on the caller's context in order. Nothing here blocks the caller. */
#pragma once

#include <gio/gio.h>

#include "hs-history.h"

#define HS_TYPE_STORE (hs_store_get_type ())
G_DECLARE_FINAL_TYPE (HsStore, hs_store, HS, STORE, GObject)

/* Opens @path on the store's thread. When it cannot be opened (read-only, full, corrupt, newer), works on a :memory: database
 * instead and says so: property "error-text" (nullable, notifies), so that talking goes on and the window can warn.
 * It also tells when writing fails later (full disk), and is NULL again when that works again.
 * Never overwrites what it could not open. */
HsStore *hs_store_new (const char *path);
const char *hs_store_get_error_text (HsStore *self);
/* Known with the first answer. TRUE: something was kept at its path and could not be read, so what is asked for is answered as if nothing had
 * been. FALSE too where nothing can be kept, but nothing was kept before either. */
gboolean hs_store_is_blind (HsStore *self);

/* Runs @work on the store's thread inside the current transaction; then, after the commit, @done on the thread-default context of the
 * caller with what @work returned. @error is set when the work or the commit failed: then nothing of it is stored, and @result is still
 * @done's to free (NULL, or what the work returned before the commit failed). A work that sets @error undoes only itself.
 * Work and done are called in the order queued; (nullable) @done, @destroy; @destroy is called for @data on the caller's context at the end. */
typedef gpointer (*HsStoreWork) (HsHistory *history, gpointer data, GError **error);
typedef void (*HsStoreDone) (gpointer result, const GError *error, gpointer data);
void hs_store_run (HsStore *self, HsStoreWork work, HsStoreDone done, gpointer data, GDestroyNotify destroy);

/* Waits until all that was queued is committed: only when the program ends. */
void hs_store_close (HsStore *self);
