/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window with one message's layers, to be read, selected and copied. What it shows is of the moment it was opened. */
#pragma once

#include <gtk/gtk.h>

#include "hs-passage.h"

/* @passage (nullable): nothing is known but the text. */
void hs_bytes_window_present (GtkWidget *parent, const char *text, HsPassage *passage);
