/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window: sidebar, conversation, connection panel, and how they fold. It shows what the application holds and tells it what is wanted. */
#pragma once

#include <adwaita.h>

#include "hs-connect-dialog.h"
#include "hs-connection.h"
#include "hs-server.h"

#define HS_TYPE_WINDOW (hs_window_get_type ())
G_DECLARE_FINAL_TYPE (HsWindow, hs_window, HS, WINDOW, AdwApplicationWindow)

/* What the window shows; each borrowed, must outlive it or be counted. */
typedef struct
{
  GSettings *settings;
  HsServer *server;
  HsStore *store;
  GListModel *connections; /* of HsConnection: the newest of each session */
  GListModel *watches;     /* of HsTcpWatch */
  const char *profile;     /* (nullable) */
} HsWindowParts;

/* Signals: "open-address" (string): a link of ours was followed; "join-again" (HsRoom). */
HsWindow *hs_window_new (GtkApplication *application, const HsWindowParts *parts);
/* @room (nullable): the welcome page. Until the first call nothing is shown: what was open is not known yet. */
void hs_window_show_room (HsWindow *self, HsRoom *room);
HsRoom *hs_window_get_room (HsWindow *self);
/* The TCP connection of a conversation is another one. */
void hs_window_refresh_panel (HsWindow *self);
void hs_window_toast (HsWindow *self, const char *text);
/* A toast with a button, which stays until it is dismissed. (transfer full) */
AdwToast *hs_window_offer (HsWindow *self, const char *text, const char *button, const char *action);
/* A bar above everything that stays until it is closed. NULL: none. */
/* @sentence says who asks into which room (@name): with Join beside it, until it is dismissed. */
void hs_window_offer_invitation (HsWindow *self, HsSession *session, const char *name, const char *sentence);
void hs_window_set_warning (HsWindow *self, const char *text);
/* Ends with the window's text and size in the settings. */
void hs_window_save (HsWindow *self);
