/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How others come into a room hosted here: this computer's addresses, a link and its QR code. It follows the network only while it is open. */
#pragma once

#include <adwaita.h>

#include "hs-room.h"
#include "hs-server.h"

#define HS_TYPE_INVITE_POPOVER (hs_invite_popover_get_type ())
G_DECLARE_FINAL_TYPE (HsInvitePopover, hs_invite_popover, HS, INVITE_POPOVER, GtkPopover)

GtkWidget *hs_invite_popover_new (HsServer *server);
/* Whom it invites to when it is opened next. */
void hs_invite_popover_set_room (HsInvitePopover *self, HsRoom *room);
/* The code stands below the addresses, not beside them. */
void hs_invite_popover_set_narrow (HsInvitePopover *self, gboolean narrow);
