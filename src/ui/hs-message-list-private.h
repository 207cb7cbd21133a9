/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message list's parts, for hs-message-list*.c only: -actions.c has pointer, menu and what is done with rows, -line.c the way back to where one
 * left off. */
#pragma once

#include "hs-message-list.h"
#include "hs-message-row.h"

#include <adwaita.h>

struct _HsMessageList
{
  GtkWidget parent_instance;

  /* Owned */
  GtkWidget *overlay, *scrolled, *list, *jump, *to_line, *beginning;
  GtkMultiSelection *selection;
  GHashTable *unfolded; /* ids of entries */
  GHashTable *live;     /* rows that show an entry, each with its GtkListItem; borrowed */
  char *title, *sentence; /* (nullable) of the beginning */
  HsEntry *menu_entry;
  HsEntry *line; /* (nullable) before which the New messages line stands: held, so that it is told when the line goes */

  /* Borrowed */
  GtkAdjustment *adjustment;
  AdwStyleManager *style;

  /* State */
  guint tick_id, quiet_frames, scroll_frames;
  gboolean sticky, count_changed, own_scrolling;
  guint scroll_to; /* GTK_INVALID_LIST_POSITION: none */
  guint line_position, line_tick, line_frames;
  gboolean line_seen;
};

/* -line.c: the way back to the New messages line. */
void hs_message_list_build_line (HsMessageList *self);
void hs_message_list_watch_line (HsMessageList *self, HsEntry *entry, guint position); /* a row shows it now */
void hs_message_list_unwatch_line (HsMessageList *self, HsEntry *entry);
void hs_message_list_move_line (HsMessageList *self, guint position, guint removed, guint added);
void hs_message_list_forget_line (HsMessageList *self);
void hs_message_list_update_line (HsMessageList *self);

/* What a fold is remembered by. */
gint64 hs_message_list_get_fold_key (HsEntry *entry);
/* -actions.c */
HsMessageRow *hs_message_list_find_focused_row (HsMessageList *self); /* (nullable) */
void hs_message_list_install_actions (GtkWidgetClass *klass);
void hs_message_list_add_pointer (HsMessageList *self);
