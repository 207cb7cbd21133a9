/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of a connection that stopped, and what that may mean: another server answered than was expected, or none that is encrypted, or what was
 * expected cannot be looked up. The one way on to a key that is not the expected one is to type the number that the host shows. */
#pragma once

#include <gtk/gtk.h>

#include "hs-security.h"

#define HS_TYPE_STOP_VIEW (hs_stop_view_get_type ())
G_DECLARE_FINAL_TYPE (HsStopView, hs_stop_view, HS, STOP_VIEW, GtkWidget)

/* Signal "accepted": what was chosen means the key that answered from now on, or may be tried as it is; connect again. */
GtkWidget *hs_stop_view_new (void);
/* (nullable). Hidden when it does not stop, or has nothing to compare. */
void hs_stop_view_set_security (HsStopView *self, HsSecurity *security);
/* Has it a number to show of @security (nullable)? */
gboolean hs_stop_view_is_about (HsSecurity *security);
/* Another server answered: trying again would come to the same. */
gboolean hs_stop_view_is_final (HsSecurity *security);
/* With both numbers and what they mean: the failure's sentence would say the same again. */
gboolean hs_stop_view_says_all (HsSecurity *security);
/* In a window of its own, for who was in the conversation before. The view inside is returned (borrowed). */
HsStopView *hs_stop_view_present (GtkWidget *parent, HsSecurity *security, const char *title, const char *sentence);
