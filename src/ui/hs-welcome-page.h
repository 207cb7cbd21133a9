/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one sees before the first conversation: host a room, or join one by its address. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_WELCOME_PAGE (hs_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (HsWelcomePage, hs_welcome_page, HS, WELCOME_PAGE, GtkWidget)

void hs_welcome_page_set_menu (HsWelcomePage *self, GMenuModel *menu);
void hs_welcome_page_popup_menu (HsWelcomePage *self);
void hs_welcome_page_set_title_buttons (HsWelcomePage *self, gboolean shown);
