/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server's certificate lacks, in words. */
#pragma once

#include "hs-tls.h"

/* Translated, a sentence a line, the worst first. NULL: nothing. (transfer full) */
char *hs_tls_problems_dup_words (HsTlsProblems problems);
