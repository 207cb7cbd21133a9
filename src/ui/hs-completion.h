/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Tab makes of a half-typed word. Pure functions. */
#pragma once

#include <glib.h>

/* @before: the text before the cursor. @choice: 0 for the first match, 1 for the next … (wraps).
 * Returns what replaces the last word ("Ana: " at the start of the text, "Ana " within), NULL when nothing matches; *start: byte where the word begins. (transfer full) */
char *hs_complete (const char *before, const char *const *names, gboolean commands, guint choice, gsize *start);
