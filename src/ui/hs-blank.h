/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a text has anything to see. One pure function. */
#pragma once

#include <glib.h>

/* TRUE: only blanks, controls and characters without width. */
gboolean hs_text_is_blank (const char *text);
