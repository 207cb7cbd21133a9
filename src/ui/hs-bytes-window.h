/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window with one message's layers, to be read, selected and copied. What it shows is of the moment it was opened; but a message that is
 * deleted goes from it, too. */
#pragma once

#include <gtk/gtk.h>

#include "hs-passage.h"

/* @entry (nullable): there is a passage, which knows the text. @passage (nullable): nothing is known but the text. */
void hs_bytes_window_present (GtkWidget *parent, HsEntry *entry, HsPassage *passage);
