/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setters, for who keeps rooms and members up to date (client/). */
#pragma once

#include "hs-room.h"

void hs_room_set_name (HsRoom *self, const char *name); /* a person's room follows the person's name */
void hs_room_set_title (HsRoom *self, const char *title);
void hs_room_set_topic (HsRoom *self, const char *topic);
/* @argument: of k the key, of l the number; else (nullable) and passed over. */
void hs_room_set_mode (HsRoom *self, char mode, gboolean on, const char *argument);
void hs_room_clear_modes (HsRoom *self);
void hs_room_set_unread (HsRoom *self, guint unread, guint mentions);
void hs_room_set_joined (HsRoom *self, gboolean joined);
void hs_room_set_hosted (HsRoom *self, gboolean hosted);
void hs_room_set_session (HsRoom *self, gpointer session); /* kept as a weak pointer */
void hs_room_set_draft (HsRoom *self, const char *draft);
void hs_room_set_preview (HsRoom *self, const char *preview, gint64 time);
HsMember *hs_room_add_member (HsRoom *self, const char *nick); /* or the one that is there; borrowed */
void hs_room_remove_member (HsRoom *self, const char *nick);
void hs_room_rename_member (HsRoom *self, const char *nick, const char *new_nick);
void hs_room_clear_members (HsRoom *self);
void hs_room_update_typing (HsRoom *self); /* recomputes typing from the members */

void hs_member_set_shown (HsMember *self, const char *shown);
void hs_member_set_rank (HsMember *self, guint rank);
void hs_member_set_away (HsMember *self, gboolean away);
void hs_member_set_plain (HsMember *self, gboolean plain);
void hs_member_set_secure (HsMember *self, gboolean secure);
void hs_member_set_unencrypted (HsMember *self, gboolean unencrypted);
void hs_member_set_own (HsMember *self, gboolean own);
void hs_member_set_typing (HsMember *self, gboolean typing);
