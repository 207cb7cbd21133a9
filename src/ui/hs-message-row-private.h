/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row's parts, for hs-message-row*.c only: -parts.c makes each child when it is first needed. */
#pragma once

#include "hs-message-row.h"

#define HS_MESSAGE_ROW_AVATAR 36 /* px */

struct _HsMessageRow
{
  GtkWidget parent_instance;

  /* Owned, each made when first needed */
  GtkWidget *beginning, *day, *unread, *avatar, *head, *sender, *tag, *time;
  GtkWidget *bubble, *stamp, *mark, *again;
  GtkWidget *note, *note_label, *note_arrow, *details;
  GArray *links;
  HsEntry *entry;
  gulong handler;

  /* State; what was set last is kept because GTK restyles a widget that is given the classes or the icon it has */
  guint refresh_id;
  gboolean unfolded, plain_avatar;
  guint bubble_styles;
  HsSent mark_shown;
};

/* A line with words in its middle. */
GtkWidget *hs_message_row_make_rule (HsMessageRow *self, const char *style);
void hs_message_row_set_rule_text (GtkWidget *rule, const char *text);
void hs_message_row_need_head (HsMessageRow *self);
void hs_message_row_need_bubble (HsMessageRow *self);
void hs_message_row_need_stamp (HsMessageRow *self); /* after the bubble */
void hs_message_row_need_again (HsMessageRow *self);
void hs_message_row_need_note (HsMessageRow *self);
void hs_message_row_need_details (HsMessageRow *self);
