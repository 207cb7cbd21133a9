/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A card with both ends' facts side by side, where both are on this computer. Hidden where the other is not. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-watch.h"

#define HS_TYPE_BOTH_ENDS (hs_both_ends_get_type ())
G_DECLARE_FINAL_TYPE (HsBothEnds, hs_both_ends, HS, BOTH_ENDS, GtkWidget)

GtkWidget *hs_both_ends_new (void);
void hs_both_ends_update (HsBothEnds *self, HsTcpWatch *watch);
