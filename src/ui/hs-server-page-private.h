/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's page from the inside, for hs-server-page*.c: -deeds.c is what the host does to the guests that are chosen. */
#pragma once

#include "hs-guest-table.h"
#include "hs-invite-button.h"
#include "hs-server-page.h"
#include "hs-sparkline.h"

struct _HsServerPage
{
  GtkWidget parent_instance;

  /* Template */
  AdwToastOverlay *toasts;
  AdwHeaderBar *header;
  GtkWidget *back, *block, *chart_card, *kick;
  HsInviteButton *invite;
  AdwWindowTitle *title;
  GtkRevealer *warning, *deeds;
  GtkLabel *warning_title, *warning_text, *count, *chosen;
  GtkFlowBox *tiles;
  GtkMenuButton *bans, *more;
  GtkListBox *ban_list;
  HsSparkline *chart;
  GtkSearchEntry *search;
  HsGuestTable *table;
  GtkPopover *menu;

  /* Owned */
  HsServer *server;
  GListModel *connections; /* (nullable) of HsGuest: guests and half-open ones */
  GtkLabel *tile_numbers[4]; /* borrowed from tiles */

  /* State */
  gint64 charted; /* monotonic µs of the chart's last point */
  guint chart_timer;
  gconstpointer sole; /* (nullable) the only one that is chosen; compared, never looked into */
  guint choose_timer; /* the choice rests: only then is the one looked at */
  gboolean shown;
};

/* The one address that all half-open connections come from. (nullable) */
const char *hs_server_page_get_caller (HsServerPage *self);

/* -deeds.c */
void hs_server_page_install_deeds (GtkWidgetClass *klass);
/* What can be done to those who are chosen now. */
void hs_server_page_update_deeds (HsServerPage *self);
void hs_server_page_update_bans (HsServerPage *self);
/* @flooded: the page warns of half-open connections. Their address can be blocked where it is one, and is not blocked yet. */
void hs_server_page_update_block (HsServerPage *self, gboolean flooded);
