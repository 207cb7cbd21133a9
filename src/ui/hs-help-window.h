/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window that shows the help's pages: topics on the left, with a search, the page on the right. */
#pragma once

#include <adwaita.h>

#define HS_TYPE_HELP_WINDOW (hs_help_window_get_type ())
G_DECLARE_FINAL_TYPE (HsHelpWindow, hs_help_window, HS, HELP_WINDOW, AdwWindow)

GtkWidget *hs_help_window_new (void);
/* @page: "index", "state-time-wait", "tcp-flags#syn". One that there is not shows the index. */
void hs_help_window_show (HsHelpWindow *self, const char *page);
