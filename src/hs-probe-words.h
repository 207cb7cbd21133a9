/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hint of a failure in the words of a terminal. */
#pragma once

#include "hs-failure.h"

/* @tls: the command asked for encryption. (nullable) It is nothing that one could do in a terminal. */
const char *hs_probe_words_get_title (const HsFailureHint *hint, gboolean tls);
const char *hs_probe_words_get_text (const HsFailureHint *hint, gboolean tls); /* (nullable) */
