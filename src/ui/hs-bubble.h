/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message's text with, for own ones, time and mark at the end of its last line. It lays them out and knows nothing of entries. */
#pragma once

#include "hs-text.h"

#define HS_TYPE_BUBBLE (hs_bubble_get_type ())
G_DECLARE_FINAL_TYPE (HsBubble, hs_bubble, HS, BUBBLE, GtkWidget)

GtkWidget *hs_bubble_new (void);
HsText *hs_bubble_get_text (HsBubble *self);
/* Once: what stands at the end. */
void hs_bubble_set_end (HsBubble *self, GtkWidget *end);
/* How wide the bubble is when it has @room of a pane that is @pane wide: as narrow as its lines. */
int hs_bubble_fit (HsBubble *self, int room, int pane);
/* A label that can be selected takes the text's place, until FALSE. */
void hs_bubble_set_selectable (HsBubble *self, gboolean selectable);
