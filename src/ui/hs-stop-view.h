/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both numbers of a connection that stopped because another server answered, and what that may mean. The one way on, after a changed key only, is to type the
 * number that the host shows. */
#pragma once

#include <gtk/gtk.h>

#include "hs-security.h"

#define HS_TYPE_STOP_VIEW (hs_stop_view_get_type ())
G_DECLARE_FINAL_TYPE (HsStopView, hs_stop_view, HS, STOP_VIEW, GtkWidget)

/* Signal "accepted": the old key is forgotten, and what was chosen means the new one; connect again. */
GtkWidget *hs_stop_view_new (void);
/* (nullable). Hidden when it does not stop, or has nothing to compare. */
void hs_stop_view_set_security (HsStopView *self, HsSecurity *security);
/* In a window of its own, for who was in the conversation before. The view inside is returned (borrowed). */
HsStopView *hs_stop_view_present (GtkWidget *parent, HsSecurity *security, const char *title, const char *sentence);
