/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hint of a failure in the window's words. */
#pragma once

#include "hs-failure.h"

const char *hs_failure_words_get_title (const HsFailureHint *hint);
const char *hs_failure_words_get_text (const HsFailureHint *hint); /* (nullable) */
