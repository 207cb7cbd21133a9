/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the panel's first page says of a connection as a whole: its state, since when, what goes wrong, what cannot be seen. Plain text, no widget. */
#pragma once

#include "hs-tcp-watch.h"

/* What the state means, and of an end who began it. Translated */
const char *hs_connection_words_get_sentence (HsTcpWatch *watch);
/* "since 09:12:03 · 4 min 2 s · tcp_info"; "" where there is no state yet. @now: Unix µs. (transfer full) */
char *hs_connection_words_dup_since (HsTcpWatch *watch, gint64 now);
/* Beneath its name: the other end's address; ours, where it has no better name than that. (transfer full) */
char *hs_connection_words_dup_address (HsTcpWatch *watch);
/* What goes wrong now. (nullable) nothing. (transfer full) */
char *hs_connection_words_dup_trouble (HsTcpWatch *watch);
/* What cannot be seen here, a line each; "" nothing. (transfer full) */
char *hs_connection_words_dup_cannot (HsTcpWatch *watch);
