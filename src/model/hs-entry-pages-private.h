/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows that HsEntryList has in memory: pages by position, of which the most recently used are kept. A
 * page that is no longer kept still knows the entries that somebody else (a row's widget) holds, so that
 * it is these that are filled when the page comes back. For model/ alone. */
#pragma once

#include "hs-entry-private.h"

typedef struct _HsEntryPages HsEntryPages;

HsEntryPages *hs_entry_pages_new (void);
void hs_entry_pages_free (HsEntryPages *self);

/* The entry at @position, loaded or not, NULL when none is in memory. Borrowed. */
HsEntry *hs_entry_pages_peek (HsEntryPages *self, guint position);
/* The same, made when there is none; its page becomes the most recently used. Borrowed: the page keeps it. */
HsEntry *hs_entry_pages_obtain (HsEntryPages *self, guint position);
/* Puts @entry, which stands nowhere, at the free place @position. The page refs it if it is kept. */
void hs_entry_pages_put (HsEntryPages *self, guint position, HsEntry *entry);
/* Makes room for @n rows at @position: what stands there and behind moves. */
void hs_entry_pages_shift (HsEntryPages *self, guint position, guint n);
/* Forgets everything from @position on. */
void hs_entry_pages_truncate (HsEntryPages *self, guint position);

/* Makes the page @index the most recently used; the least recently used may go. */
void hs_entry_pages_keep (HsEntryPages *self, guint index);
gboolean hs_entry_pages_is_kept (HsEntryPages *self, guint index);
/* Whether one of the first @n_rows rows of the page is wanted and not loaded: any of a kept page, held
 * ones of another. */
gboolean hs_entry_pages_lacks (HsEntryPages *self, guint index, guint n_rows);

/* Indices of all pages in memory, in no order. (element-type guint) (transfer full) */
GArray *hs_entry_pages_list (HsEntryPages *self);
