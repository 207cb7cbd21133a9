/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words for a stored presence row ("+name", "-name", "old>new", one a line): one sentence, or one for each. Pure functions, plain text. */
#pragma once

#include <glib.h>

/* (transfer full) */
char *hs_presence_summarize (const char *text);
/* One line each. (transfer full) */
char *hs_presence_list (const char *text);
/* How many things happened. */
guint hs_presence_count (const char *text);
