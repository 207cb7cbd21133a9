/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One row of a conversation: day line, New messages line, avatar, name and bubble, or a centred note. Makes each child when it is first needed
 * and lays them out itself, because GTK keeps some two hundred rows alive. Shows plain text only, never markup. */
#pragma once

#include <gtk/gtk.h>

#include "hs-entry.h"

#define HS_TYPE_MESSAGE_ROW (hs_message_row_get_type ())
G_DECLARE_FINAL_TYPE (HsMessageRow, hs_message_row, HS, MESSAGE_ROW, GtkWidget)

GtkWidget *hs_message_row_new (void);
/* @entry (nullable). @unfolded: a presence row shows each name. */
void hs_message_row_set_entry (HsMessageRow *self, HsEntry *entry, gboolean unfolded);
HsEntry *hs_message_row_get_entry (HsMessageRow *self);
/* @title (nullable): this row begins the conversation, which is said above it. */
void hs_message_row_set_beginning (HsMessageRow *self, const char *title, const char *sentence);
void hs_message_row_set_unfolded (HsMessageRow *self, gboolean unfolded);
/* Colours changed: attributes hold them as numbers. */
void hs_message_row_refresh (HsMessageRow *self);

/* The address under a point of the row, NULL for none. (transfer full) */
char *hs_message_row_dup_link_at (HsMessageRow *self, double x, double y);
/* All addresses of the text; NULL for none. (transfer full) */
char **hs_message_row_list_links (HsMessageRow *self);
/* Lets the person select inside this one message. */
void hs_message_row_select_text (HsMessageRow *self);
