/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The card with one message's way: written, on the wire, acknowledged, accepted (to a guest of ours: read), with the times between; and the way to
 * its bytes. */
#pragma once

#include <gtk/gtk.h>

#include "hs-passage.h"

#define HS_TYPE_MESSAGE_WAY (hs_message_way_get_type ())
G_DECLARE_FINAL_TYPE (HsMessageWay, hs_message_way, HS, MESSAGE_WAY, GtkWidget)

/* Signal "show-bytes". Hidden without a passage, and for one that another connection than @watch carried. */
void hs_message_way_set_passage (HsMessageWay *self, HsPassage *passage); /* (nullable) */
void hs_message_way_set_watch (HsMessageWay *self, HsTcpWatch *watch);    /* (nullable) */
/* While not shown it follows nothing. */
void hs_message_way_set_shown (HsMessageWay *self, gboolean shown);
