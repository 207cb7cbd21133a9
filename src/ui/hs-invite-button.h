/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Invite" in the header of a room that is hosted here; elsewhere nothing is seen of it. What it opens is made when it is first opened. */
#pragma once

#include <adwaita.h>

#include "hs-room.h"
#include "hs-server.h"

#define HS_TYPE_INVITE_BUTTON (hs_invite_button_get_type ())
G_DECLARE_FINAL_TYPE (HsInviteButton, hs_invite_button, HS, INVITE_BUTTON, GtkWidget)

void hs_invite_button_set_server (HsInviteButton *self, HsServer *server);
/* @room (nullable): a room of our own server, NULL otherwise. */
void hs_invite_button_set_room (HsInviteButton *self, HsRoom *room);
/* An icon instead of the word. */
void hs_invite_button_set_narrow (HsInviteButton *self, gboolean narrow);
