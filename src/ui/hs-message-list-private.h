/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message list's parts, for hs-message-list*.c only: -actions.c has pointer, menu and what is done with rows. */
#pragma once

#include "hs-message-list.h"
#include "hs-message-row.h"

#include <adwaita.h>

struct _HsMessageList
{
  GtkWidget parent_instance;

  /* Owned */
  GtkWidget *overlay, *scrolled, *list, *jump, *beginning;
  GtkMultiSelection *selection;
  GHashTable *unfolded; /* ids of entries */
  GHashTable *live;     /* rows that show an entry, each with its GtkListItem; borrowed */
  char *title, *sentence; /* (nullable) of the beginning */
  HsEntry *menu_entry;

  /* Borrowed */
  GtkAdjustment *adjustment;
  AdwStyleManager *style;

  /* State */
  guint tick_id, quiet_frames;
  gboolean sticky, count_changed, own_scrolling;
  guint scroll_to; /* GTK_INVALID_LIST_POSITION: none */
};

/* What a fold is remembered by. */
gint64 hs_message_list_get_fold_key (HsEntry *entry);
/* -actions.c */
HsMessageRow *hs_message_list_find_focused_row (HsMessageList *self); /* (nullable) */
void hs_message_list_install_actions (GtkWidgetClass *klass);
void hs_message_list_add_pointer (HsMessageList *self);
