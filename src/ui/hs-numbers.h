/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection's numbers in words and units: a table of what is shown. Fills a GtkGrid; reads no socket. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-tap.h"

/* "0.41 ms" (transfer full) */
char *hs_numbers_format_bytes (guint64 bytes);
char *hs_numbers_format_us (guint32 us);
/* A length of time, of whatever size: "0.04 ms", "1.204 s", "3.0 h" (transfer full) */
char *hs_numbers_format_span (gint64 us);
void hs_numbers_fill (GtkGrid *grid, const HsTcpNumbers *numbers, HsTcpRole role);
/* What is wrong with the way or the other program now, in words. NULL: nothing. (transfer full) */
char *hs_numbers_dup_trouble (const HsTcpNumbers *numbers);
