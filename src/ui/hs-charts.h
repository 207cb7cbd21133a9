/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small charts of the last minute beside the round trip: window, what is under way, retransmits. Fills a GtkBox; reads no socket and no clock. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-numbers.h"

/* The figures beside the charts; makes them when @box is empty. */
void hs_charts_fill (GtkBox *box, const HsTcpNumbers *numbers);
/* One step further: to be called once a second. */
void hs_charts_add (GtkBox *box, const HsTcpNumbers *numbers);
void hs_charts_clear (GtkBox *box);
