/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event of the connection's log: what, when, how known. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-watch.h"

#define HS_TYPE_LOG_ROW (hs_log_row_get_type ())
G_DECLARE_FINAL_TYPE (HsLogRow, hs_log_row, HS, LOG_ROW, GtkWidget)

GtkWidget *hs_log_row_new (void);
void hs_log_row_set_item (HsLogRow *self, HsTcpLogItem *item);
/* All that the row says, in one line: for the filter. (transfer full) */
char *hs_log_row_describe (const HsTcpEvent *event);
