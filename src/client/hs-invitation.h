/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody needs to come into a room that is hosted here: addresses, the likeliest first, and a link. It follows the network as long as
 * it lives, so it lives only while somebody looks. */
#pragma once

#include <gio/gio.h>

#define HS_TYPE_INVITATION_ADDRESS (hs_invitation_address_get_type ())
G_DECLARE_FINAL_TYPE (HsInvitationAddress, hs_invitation_address, HS, INVITATION_ADDRESS, GObject)

/* "192.168.1.5", "fd12:4a::5" */
const char *hs_invitation_address_get_host (HsInvitationAddress *self);
/* What it is and the port, for a person: "Wi-Fi · port 8000". */
const char *hs_invitation_address_get_note (HsInvitationAddress *self);
/* The shortest that is right in Connect…: the port is left out where it is assumed. */
const char *hs_invitation_address_get_text (HsInvitationAddress *self);

#define HS_TYPE_INVITATION (hs_invitation_get_type ())
G_DECLARE_FINAL_TYPE (HsInvitation, hs_invitation, HS, INVITATION, GObject)

/* Properties (all notify): link (by the first address; nullable: not known yet, or no address), known (the addresses have been read),
 * firewall-command.
 * @bound (nullable): the numeric address the server listens on, "::" all; @room: its name on the wire; @key (nullable): the server's,
 * "sha256:…", which whoever follows the link will insist on. */
HsInvitation *hs_invitation_new (const char *bound, guint16 port, const char *room, const char *key);
/* (nullable): a secret that lets whoever has the link in, once. Without a key it stays out of the link. */
void hs_invitation_set_token (HsInvitation *self, const char *token);
/* GListModel of HsInvitationAddress; changes only where they do. */
GListModel *hs_invitation_get_addresses (HsInvitation *self);
const char *hs_invitation_get_link (HsInvitation *self); /* (nullable) */
gboolean hs_invitation_get_known (HsInvitation *self);
/* What opens the port in this computer's firewall, if one seems to be switched on that may stand in the way. (nullable) Or not known yet. */
const char *hs_invitation_get_firewall_command (HsInvitation *self);
