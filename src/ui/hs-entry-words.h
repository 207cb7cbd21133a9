/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a row says, in words: its body, a centred note, the whole as a screen reader says it. Plain text, no widget. */
#pragma once

#include "hs-entry.h"

/* Does it stand in the middle, without a bubble? */
gboolean hs_entry_words_is_note (HsKind kind);
/* Instead of the text that a deleted message had. */
const char *hs_entry_words_deleted (void);
/* (transfer full) */
char *hs_entry_words_body (HsEntry *entry);
char *hs_entry_words_note (HsEntry *entry);
/* "Ana, Hello, 09:12, Accepted by the server" */
char *hs_entry_words_describe (HsEntry *entry);
