/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's second page: everything that happened on one connection, newest first; filtered, copied and exported here. */
#pragma once

#include <gtk/gtk.h>

#include "hs-log-export.h"

#define HS_TYPE_LOG_PAGE (hs_log_page_get_type ())
G_DECLARE_FINAL_TYPE (HsLogPage, hs_log_page, HS, LOG_PAGE, GtkWidget)

/* Signal "error" (string): a sentence for a toast. */
/* (nullable) Whose log is shown. */
void hs_log_page_set_watch (HsLogPage *self, HsTcpWatch *watch);
/* While not shown the list follows nothing. */
void hs_log_page_set_shown (HsLogPage *self, gboolean shown);
/* What Copy puts on the clipboard: the filtered lines, oldest first. (transfer full) */
char *hs_log_page_dup_text (HsLogPage *self);
/* What Export… writes: the filtered lines, or the connection's ladders. (transfer full) (nullable) */
char *hs_log_page_dup_export (HsLogPage *self, HsLogFormat format);
