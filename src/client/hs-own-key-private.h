/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's own key as connections use it. */
#pragma once

#include "hs-own-key.h"
#include "hs-tls.h"

/* @shown: to servers that ask for it the key is shown. It is the same everywhere, so whoever sees it twice knows one again: it is
 * for hosts of ours, where bans and accounts go by it. A key that cannot be had is told in the log, and goes unshown. */
void hs_own_key_get_context_async (HsOwnKey *self, gboolean shown, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full) NULL: cancelled. */
HsTlsContext *hs_own_key_get_context_finish (HsOwnKey *self, GAsyncResult *result, GError **error);
