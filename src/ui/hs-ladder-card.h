/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A card with a ladder: who stands left and right, the legend, and beneath it what the chosen rung means. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-watch.h"

#define HS_TYPE_LADDER_CARD (hs_ladder_card_get_type ())
G_DECLARE_FINAL_TYPE (HsLadderCard, hs_ladder_card, HS, LADDER_CARD, GtkWidget)

/* Property: part (construct, HsLadderPart). Hidden while that part has not begun. */
void hs_ladder_card_update (HsLadderCard *self, HsTcpWatch *watch);
void hs_ladder_card_unselect (HsLadderCard *self);
