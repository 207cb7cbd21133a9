/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conversation's rows in a list that stays at the end while the person is there. It shows and scrolls; it stores and sends nothing. */
#pragma once

#include <gtk/gtk.h>

#include "hs-room.h"

#define HS_TYPE_MESSAGE_LIST (hs_message_list_get_type ())
G_DECLARE_FINAL_TYPE (HsMessageList, hs_message_list, HS, MESSAGE_LIST, GtkWidget)

/* Property at-end (notifies). Signals: "send-again" (HsEntry), "delete" (HsEntry), "can-delete" (HsEntry; answered TRUE: the menu offers it),
 * "open-uri" (string), "show-bytes" (HsEntry), "chosen": another row is selected, see dup_chosen (). Actions: messages.copy, messages.open-link, messages.toggle-fold … */
HsMessageList *hs_message_list_new (void);
/* @entries (nullable): GListModel of HsEntry. Opens at the end, or at the first of @unread rows when they do not fit. */
void hs_message_list_set_entries (HsMessageList *self, GListModel *entries, guint unread);
/* What stands above the first row, and alone where there is none yet. */
void hs_message_list_set_beginning (HsMessageList *self, const char *title, const char *sentence);
/* The one row that is selected; NULL: none, or several. (transfer full) */
HsEntry *hs_message_list_dup_chosen (HsMessageList *self);
void hs_message_list_scroll_to_end (HsMessageList *self);
/* To where one left off. FALSE: there is no New messages line. */
gboolean hs_message_list_scroll_to_line (HsMessageList *self);
/* The person scrolls upwards: it stays where it is. */
void hs_message_list_let_go (HsMessageList *self);
gboolean hs_message_list_is_at_end (HsMessageList *self);
