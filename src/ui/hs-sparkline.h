/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thin line of the last values, newest at the end. No axes: the number stands beside it. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_SPARKLINE (hs_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (HsSparkline, hs_sparkline, HS, SPARKLINE, GtkWidget)

void hs_sparkline_add (HsSparkline *self, double value);
void hs_sparkline_clear (HsSparkline *self);
