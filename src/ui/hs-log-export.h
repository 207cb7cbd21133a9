/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection's log as a file: text, JSON, and the ladders as a picture (SVG). Pure but for save (), which asks where and writes. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-watch.h"

typedef enum
{
  HS_LOG_FORMAT_TEXT,
  HS_LOG_FORMAT_JSON,
  HS_LOG_FORMAT_SVG,
  HS_LOG_N_FORMATS,
} HsLogFormat;

/* @events: GListModel of HsTcpLogItem, oldest first. One event a line. (transfer full) */
char *hs_log_export_text (GListModel *events);
/* An array with one event a line (hs_tcp_event_to_json ()). (transfer full) */
char *hs_log_export_json (GListModel *events);
/* Handshake, the last data and close between two lifelines, black on white, observed solid and inferred dashed. (transfer full) */
char *hs_log_export_svg (HsTcpWatch *watch);

/* "text", "json", "svg"; HS_LOG_N_FORMATS for others. */
HsLogFormat hs_log_format_from_name (const char *name);

/* A sentence that says what to do. */
typedef void (*HsLogExportFailed) (GtkWidget *parent, const char *sentence);

/* Asks for a file and writes @content (taken) to it, without making anybody wait. */
void hs_log_export_save (GtkWidget *parent, HsLogFormat format, char *content, HsLogExportFailed failed);
/* The second half of it. */
void hs_log_export_write (GtkWidget *parent, GFile *file, GBytes *content, HsLogExportFailed failed);
