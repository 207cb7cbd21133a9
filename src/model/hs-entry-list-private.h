/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For who fills the list (client/). */
#pragma once

#include "hs-entry-list.h"

typedef struct
{
  gint64 id;
  gint64 time; /* Unix ms */
  HsKind kind;
  HsSent delivery;
  gboolean own, mention, plain, unencrypted, redacted;
  const char *sender, *shown, *text; /* borrowed */
} HsEntryData;

void hs_entry_set_data (HsEntry *self, const HsEntryData *data); /* sets loaded */
void hs_entry_set_delivery (HsEntry *self, HsSent delivery);
void hs_entry_set_text (HsEntry *self, const char *text);
void hs_entry_redact (HsEntry *self); /* its text is gone */

void hs_entry_list_set_n_stored (HsEntryList *self, guint n);
/* Rows of a page asked for. @rows: (element-type HsEntryData) array of @n. */
void hs_entry_list_fill (HsEntryList *self, guint first, const HsEntryData *rows, guint n);
/* Rows were stored at @position (@rows NULL: they are fetched when wanted); several at the end at once are one items-changed. */
void hs_entry_list_inserted (HsEntryList *self, guint position, const HsEntryData *rows, guint n);
/* Own message without a place yet, after the last row. Borrowed result. */
HsEntry *hs_entry_list_add_pending (HsEntryList *self, const HsEntryData *row);
/* It was stored at @position: leaves the pending ones and stands there (the same HsEntry object). */
void hs_entry_list_settle_pending (HsEntryList *self, HsEntry *entry, guint position, const HsEntryData *row);
void hs_entry_list_remove_pending (HsEntryList *self, HsEntry *entry);
/* The loaded entry at a position, NULL when its page is not in memory. Borrowed. */
HsEntry *hs_entry_list_peek (HsEntryList *self, guint position);
