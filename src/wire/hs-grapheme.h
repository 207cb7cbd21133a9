/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a text may be cut so that nothing a person sees as one character is torn. Pure functions over valid UTF-8. */
#pragma once

#include <glib.h>

/* May @text be cut at byte @at, a character's start? Extended grapheme clusters (UAX #29 3.1.1). Where a rule needs a table that GLib has not
 * (pictographs, conjuncts) it is the wider one: nothing is cut behind a joiner. */
gboolean hs_grapheme_is_boundary (const char *text, gsize len, gsize at);

/* How much of @text goes into @max bytes: the last boundary not beyond it. What is longer than @max without any (a heap of accents) is
 * cut between characters. @max: 4 at the least. */
gsize hs_grapheme_split (const char *text, gsize len, gsize max);

/* The same, but behind a space when one stands in the last quarter: what is cut for people is not cut within a word. */
gsize hs_grapheme_split_words (const char *text, gsize len, gsize max);
