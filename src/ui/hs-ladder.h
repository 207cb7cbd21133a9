/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder of a handshake or a close: the opener always left, the listener right, on both computers. Draws what hs-tcp-ladder.h derives. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-ladder.h"

#define HS_TYPE_LADDER (hs_ladder_get_type ())
G_DECLARE_FINAL_TYPE (HsLadder, hs_ladder, HS, LADDER, GtkWidget)

typedef enum { HS_LADDER_HANDSHAKE, HS_LADDER_DATA, HS_LADDER_CLOSE } HsLadderPart;

/* Property: selected (int; the rung's index, -1 none). */
GtkWidget *hs_ladder_new (void);
/* Takes the rows. The close's are a pixel lower (23/44, 22/43); in data both rails come from above and go on. */
void hs_ladder_set_rungs (HsLadder *self, GPtrArray *rungs, gboolean own_left, HsLadderPart part);
guint hs_ladder_get_n_rungs (HsLadder *self);

int hs_ladder_get_selected (HsLadder *self);
void hs_ladder_set_selected (HsLadder *self, int selected);
/* Of the selected rung; NULL when none is. (transfer full) */
char *hs_ladder_dup_title (HsLadder *self);
char *hs_ladder_dup_sentence (HsLadder *self);
char *hs_ladder_dup_known (HsLadder *self);
char *hs_ladder_dup_help (HsLadder *self); /* the help's page about it */
