/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and values that somebody gives to oneself or to a room (IRCv3 draft/metadata-2), in the order of the keys. Pure; it knows no limit. */
#pragma once

#include <glib.h>

typedef struct _HsMetadata HsMetadata;

HsMetadata *hs_metadata_new (void);
void hs_metadata_free (HsMetadata *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsMetadata, hs_metadata_free)

/* a-z, 0-9, _ . / -, and no more than HS_METADATA_KEY_MAX_BYTES of them. */
gboolean hs_metadata_is_key (const char *text);

/* @self (nullable) in all that follow: it is empty. */
guint hs_metadata_get_n (const HsMetadata *self);
const char *hs_metadata_get_key (const HsMetadata *self, guint i);
const char *hs_metadata_get_value (const HsMetadata *self, guint i);
/* (nullable) */
const char *hs_metadata_find (const HsMetadata *self, const char *key);
/* @value: (nullable) NULL takes the key away. FALSE: it was so already. */
gboolean hs_metadata_set (HsMetadata *self, const char *key, const char *value);

/* Key, value, key, value … as the store has it. (nullable: there are none) (transfer full) */
GStrv hs_metadata_to_strv (const HsMetadata *self);
/* (nullable) @strv. (nullable: there are none) */
HsMetadata *hs_metadata_new_from_strv (const char *const *strv);
