/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 9293 figure 5 with one connection's path through it: taken states tinted, the present one filled. Each state is a button that opens its help. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-watch.h"

#define HS_TYPE_STATE_DIAGRAM (hs_state_diagram_get_type ())
G_DECLARE_FINAL_TYPE (HsStateDiagram, hs_state_diagram, HS, STATE_DIAGRAM, GtkWidget)

GtkWidget *hs_state_diagram_new (void);
/* Shows the path as the watch's log has it now. */
void hs_state_diagram_update (HsStateDiagram *self, HsTcpWatch *watch);
