/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's own key, and what all encrypted connections of our side share: made once, when first asked for, on a thread that may wait.
 * What is made of it is in hs-own-key-private.h. */
#pragma once

#include <gio/gio.h>

#define HS_TYPE_OWN_KEY (hs_own_key_get_type ())
G_DECLARE_FINAL_TYPE (HsOwnKey, hs_own_key, HS, OWN_KEY, GObject)

/* @directory (nullable): where the key is kept, made when it is not there; NULL: there is none, and none is shown to anybody. @trust_file (nullable):
 * PEM of the authorities to trust; NULL: the system's. */
HsOwnKey *hs_own_key_new (const char *directory, const char *trust_file);
