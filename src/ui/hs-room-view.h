/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One conversation: header, messages, members, and where one types or what is offered instead. Typed text becomes a session's verb here. */
#pragma once

#include <adwaita.h>

#include "hs-connection.h"
#include "hs-room.h"
#include "hs-server.h"

#define HS_TYPE_ROOM_VIEW (hs_room_view_get_type ())
G_DECLARE_FINAL_TYPE (HsRoomView, hs_room_view, HS, ROOM_VIEW, GtkWidget)

/* Signals: "error" (string): a sentence for a toast; "open-uri" (string); "open-room" (HsRoom): a private conversation was asked for;
 * "join-again" (HsRoom); "toast" (AdwToast). Property passage (HsPassage, notifies): the way of the message of ours that is selected, else of the newest; NULL for none. */

/* Once: the server hosted here. */
void hs_room_view_set_server (HsRoomView *self, HsServer *server);
/* @room, @connection (nullable): the newest connection of the room's session. The draft of the room before is kept. */
void hs_room_view_set_room (HsRoomView *self, HsRoom *room, HsConnection *connection);
HsRoom *hs_room_view_get_room (HsRoomView *self);
HsPassage *hs_room_view_get_passage (HsRoomView *self);
/* (nullable) Of the one message that is selected, whosever it is; told of with the property, too. */
HsPassage *hs_room_view_get_chosen_passage (HsRoomView *self);
/* The session a room belongs to. Borrowed. */
HsSession *hs_room_view_find_session (HsRoom *room);
/* Its draft goes to the session now. */
void hs_room_view_save_draft (HsRoomView *self);
/* The window is looked at: rows shown at the end count as read. */
void hs_room_view_set_looked_at (HsRoomView *self, gboolean looked_at);
/* @narrow: a back button; @title_buttons: this pane is the last one. */
void hs_room_view_set_frame (HsRoomView *self, gboolean narrow, gboolean title_buttons);
void hs_room_view_popup_menu (HsRoomView *self);
