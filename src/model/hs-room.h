/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One conversation: a room, a person, or the server's own lines. */
#pragma once

#include "hs-entry-list.h"
#include "hs-member.h"

typedef enum
{
  HS_ROOM_CHANNEL = 0, /* many people */
  HS_ROOM_PERSON = 1,  /* a private conversation */
  HS_ROOM_SERVER = 2,  /* what the server itself says (foreign networks) */
} HsRoomKind; /* stored; append only */

#define HS_TYPE_ROOM (hs_room_get_type ())
G_DECLARE_FINAL_TYPE (HsRoom, hs_room, HS, ROOM, GObject)

/* Properties (all notify): name (wire name "#lobby"), title (shown: "Lobby"), kind (int), topic (nullable), unread (uint), mentions (uint), joined,
 * draft (nullable), typing (nullable text of names, "Ana, 李伟"), preview (nullable, "Ana: page 14"), last-time (Unix ms), n-members,
 * modes (letters of the settings that are set: "im", "" none or not asked for), key (nullable), limit (of members, 0 none),
 * hosted (of our own server), session (object, borrowed: the HsSession it belongs to). */
HsRoom *hs_room_new (const char *name, HsRoomKind kind, HsEntryList *entries);
const char *hs_room_get_name (HsRoom *self);
const char *hs_room_get_title (HsRoom *self);
HsRoomKind hs_room_get_kind (HsRoom *self);
const char *hs_room_get_topic (HsRoom *self);
guint hs_room_get_unread (HsRoom *self);
guint hs_room_get_mentions (HsRoom *self);
gboolean hs_room_is_joined (HsRoom *self);
const char *hs_room_get_modes (HsRoom *self);
gboolean hs_room_has_mode (HsRoom *self, char mode);
const char *hs_room_get_key (HsRoom *self); /* (nullable) */
guint hs_room_get_limit (HsRoom *self);
const char *hs_room_get_draft (HsRoom *self);
const char *hs_room_get_typing (HsRoom *self);
const char *hs_room_get_preview (HsRoom *self);
gint64 hs_room_get_last_time (HsRoom *self);
HsEntryList *hs_room_get_entries (HsRoom *self);
GListModel *hs_room_get_members (HsRoom *self); /* of HsMember, unsorted */
HsMember *hs_room_find_member (HsRoom *self, const char *nick); /* (nullable); borrowed */
guint hs_room_get_n_members (HsRoom *self);
gboolean hs_room_is_hosted (HsRoom *self);
gpointer hs_room_get_session (HsRoom *self); /* (nullable) the HsSession; borrowed */
