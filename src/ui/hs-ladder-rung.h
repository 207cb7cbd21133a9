/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One rung of a ladder: a row with states, or one with a segment's arrow, and its piece of both rails. Focusable, with a label of its own. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-ladder.h"

#define HS_TYPE_LADDER_RUNG (hs_ladder_rung_get_type ())
G_DECLARE_FINAL_TYPE (HsLadderRung, hs_ladder_rung, HS, LADDER_RUNG, GtkWidget)

typedef enum { HS_RAIL_NONE, HS_RAIL_SOLID, HS_RAIL_DASHED, HS_RAIL_DOTTED } HsRail; /* observed, inferred, told by the other end */

/* How a rail comes into the row and leaves it, at the left and at the right. */
typedef struct
{
  HsRail above[2];
  HsRail below[2];
  gboolean own_left;  /* this computer is the opener */
  int top;            /* of the row in the ladder */
  int height;
} HsLadderRails;

/* Takes @rung. */
GtkWidget *hs_ladder_rung_new (HsTcpRung *rung, const HsLadderRails *rails);
/* The same row tells of something else now: cheaper than a new one, many times a second. Takes @rung. */
void hs_ladder_rung_set (HsLadderRung *self, HsTcpRung *rung, const HsLadderRails *rails);
const HsTcpRung *hs_ladder_rung_get (HsLadderRung *self);
void hs_ladder_rung_set_selected (HsLadderRung *self, gboolean selected);
/* What the rung is about, in words: for the box beneath the ladder. (transfer full) */
char *hs_ladder_rung_dup_title (HsLadderRung *self);
char *hs_ladder_rung_dup_sentence (HsLadderRung *self);
char *hs_ladder_rung_dup_known (HsLadderRung *self);
/* The help's page about it. (transfer full) */
char *hs_ladder_rung_dup_help (HsLadderRung *self);
