/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room view from the inside, for hs-room-view*.c: -actions.c is what is done with it as a whole, -header.c the title and who is there, -foot.c the
 * composer or what is offered in its place, -order.c what is offered to who rules the room. */
#pragma once

#include "hs-composer.h"
#include "hs-invite-button.h"
#include "hs-member-list.h"
#include "hs-message-list.h"
#include "hs-room-view.h"
#include "hs-security-button.h"

struct _HsRoomView
{
  GtkWidget parent_instance;

  /* Template */
  AdwHeaderBar *header;
  GtkWidget *back, *disconnect;
  HsInviteButton *invite;
  HsSecurityButton *lock;
  AdwWindowTitle *title;
  GtkToggleButton *members_button;
  GtkMenuButton *menu;
  HsMessageList *messages;
  GtkStack *foot;
  HsComposer *composer;
  GtkLabel *typing;
  GtkLabel *strip_title, *strip_text;
  GtkButton *strip_button;
  GtkWidget *hint;
  GtkLabel *hint_text;
  GtkPopover *members_popover;
  HsMemberList *members;

  /* Owned */
  HsRoom *room;
  HsConnection *connection;
  HsSession *session;
  HsPassage *chosen_passage; /* (nullable) of the one message that is chosen, whosever it is */
  HsPassage *passage;
  HsServer *server; /* (nullable) hosted here */
  GSimpleActionGroup *order; /* what rules the room */
  GSignalGroup *room_signals, *session_signals, *connection_signals, *security_signals, *member_signals, *entry_signals;

  /* State */
  guint draft_id;
  gboolean looked_at, setting, narrow;
};

/* A sentence for a toast; (nullable) @error. */
void hs_room_view_tell_error (HsRoomView *self, const GError *error);
/* -actions.c: "room.…". Which can be done follows session and room. */
void hs_room_view_install_actions (GtkWidgetClass *klass);
void hs_room_view_update_actions (HsRoomView *self);
/* What stands below the messages follows the session's state, the room and the connection's failure. */
void hs_room_view_update_foot (HsRoomView *self);
/* -order.c */
void hs_room_view_install_order (GtkWidgetClass *klass);
void hs_room_view_init_order (HsRoomView *self);
void hs_room_view_update_order (HsRoomView *self);
void hs_room_view_ask_order (HsRoomView *self);
/* (transfer full) */
GMenuModel *hs_room_view_make_member_menu (HsRoomView *self, HsMember *member);
/* Title, who is there or the state, and the first sentence follow room, session and server. */
void hs_room_view_update_header (HsRoomView *self);
