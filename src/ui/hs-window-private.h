/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window from the inside, for hs-window*.c: -panes.c folds them and has the connection panel, -toasts.c what is told for a moment. */
#pragma once

#include "hs-connection-panel.h"
#include "hs-room-view.h"
#include "hs-server-page.h"
#include "hs-sidebar.h"
#include "hs-welcome-page.h"
#include "hs-window.h"

struct _HsWindow
{
  AdwApplicationWindow parent_instance;

  /* Template */
  AdwToastOverlay *toasts;
  GtkRevealer *toast_room; /* below everything: a toast stands there, and hides nothing */
  GtkInfoBar *warning;
  GtkLabel *warning_text;
  AdwLeaflet *leaflet;
  HsSidebar *sidebar;
  GtkWidget *sidebar_rule;
  AdwFlap *flap;
  AdwBin *panel_place;
  GtkStack *content;

  /* Made when first shown: NULL until then */
  HsWelcomePage *welcome;
  HsRoomView *view;
  HsServerPage *page;
  HsConnectionPanel *panel;

  /* Owned */
  GSettings *settings;
  HsServer *server;
  HsStore *store;
  GListModel *connections, *rooms, *watches;
  GMenuModel *menu;
  char *profile;
  HsRoom *room;
  AdwToast *invitation; /* (nullable) weak: the last one shown */

  /* State */
  guint n_toasts;
  gboolean painted; /* the first frame is on the screen */
  gboolean known;   /* what is to be shown */
  gboolean at_server; /* the server's page stands in the place of the room */
};

/* (nullable) the newest connection of @session; borrowed. */
HsConnection *hs_window_find_connection (HsWindow *self, HsSession *session);
/* What the panes are told when anything of the frame changes. */
void hs_window_update_frame (HsWindow *self);
void hs_window_update_panel (HsWindow *self);
void hs_window_update_passage (HsWindow *self);
void hs_window_set_panel_revealed (HsWindow *self, gboolean revealed);
/* The flap tells. */
void hs_window_flap_folded (HsWindow *self);
void hs_window_flap_revealed (HsWindow *self);
void hs_window_show_toast (HsWindow *self, AdwToast *toast);
