/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a rung of a ladder says, in words: in the figure, in the box beneath it, to a screen reader. Plain text, no widget: HsLadderRung shows it.
 * @own_left: this computer is the opener, whose rail is the left one. */
#pragma once

#include "hs-tcp-ladder.h"

/* ---- In the figure, of a segment ---- */
const char *hs_rung_words_get_name (const HsTcpRung *rung); /* "SYN, ACK" */
/* Beside its name: the letters, "seq = x"; of data, what it carries. (transfer full) */
char *hs_rung_words_dup_symbols (const HsTcpRung *rung);
/* At the arrow's head: when it was seen here, or that it was not. (transfer full) */
char *hs_rung_words_dup_time (const HsTcpRung *rung);
/* Beneath that: when it was at the other end, if that tells; else, where a header was seen, what it says the sender has room for. (transfer full) */
char *hs_rung_words_dup_beneath (const HsTcpRung *rung);

/* ---- In the box beneath it: of a segment, or of a state (this computer's, else the other's) ---- */
/* (transfer full) */
char *hs_rung_words_dup_title (const HsTcpRung *rung, gboolean own_left);
char *hs_rung_words_dup_sentence (const HsTcpRung *rung, gboolean own_left);
/* Observed or inferred, and how; then what the other end tells of it. */
char *hs_rung_words_dup_known (const HsTcpRung *rung, gboolean own_left);
/* The help's page about it. */
char *hs_rung_words_dup_help (const HsTcpRung *rung, gboolean own_left);

/* All of it for who cannot see it. (transfer full) */
char *hs_rung_words_dup_label (const HsTcpRung *rung, gboolean own_left);
