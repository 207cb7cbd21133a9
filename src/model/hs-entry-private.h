/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What HsEntryList knows of an entry and nobody else: its place, and what it is to its neighbours. For
 * model/ alone. */
#pragma once

#include "hs-entry-list-private.h"

/* In the order of the boolean properties. */
typedef enum
{
  HS_ENTRY_FLAG_OWN = 1 << 0,
  HS_ENTRY_FLAG_MENTION = 1 << 1,
  HS_ENTRY_FLAG_PLAIN = 1 << 2,
  HS_ENTRY_FLAG_UNENCRYPTED = 1 << 3,
  HS_ENTRY_FLAG_LOADED = 1 << 4,
  HS_ENTRY_FLAG_BEGINS_DAY = 1 << 5,
  HS_ENTRY_FLAG_BEGINS_GROUP = 1 << 6,
  HS_ENTRY_FLAG_ENDS_GROUP = 1 << 7,
  HS_ENTRY_FLAG_FIRST_UNREAD = 1 << 8,
  HS_ENTRY_FLAG_REDACTED = 1 << 9,
} HsEntryFlag;

#define HS_ENTRY_FLAGS_NEIGHBOURS \
  (HS_ENTRY_FLAG_BEGINS_DAY | HS_ENTRY_FLAG_BEGINS_GROUP | HS_ENTRY_FLAG_ENDS_GROUP | HS_ENTRY_FLAG_FIRST_UNREAD)

/* Called when the last reference to an entry goes away. */
typedef void (*HsEntryGone) (gpointer owner, guint position);

/* Where an entry stands: @owner is told with @position when it is finalized. NULL @owner: nowhere. */
void hs_entry_set_place (HsEntry *self, gpointer owner, HsEntryGone gone, guint position);
guint hs_entry_get_position (HsEntry *self);
/* A number that differs between local days. */
gint hs_entry_get_day (HsEntry *self);
/* Replaces the flags in @mask by @flags; notifies those that changed. */
void hs_entry_update_flags (HsEntry *self, guint mask, guint flags);
