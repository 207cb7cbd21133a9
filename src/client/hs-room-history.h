/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge between a room's rows in the store and its lazy list: fetches pages, appends in batches, keeps the outbox's entries.
 * It knows neither protocol nor people. */
#pragma once

#include "hs-passage.h"
#include "hs-room.h"
#include "hs-store.h"

typedef struct _HsRoomHistory HsRoomHistory; /* counted; store operations under way hold it, the room's list holds it */

/* Makes the room (transfer full) and its list, and begins to open its history. */
HsRoomHistory *hs_room_history_new (HsStore *store, const char *network, const char *name, HsRoomKind kind, HsRoom **room);
HsRoomHistory *hs_room_history_ref (HsRoomHistory *self);
void hs_room_history_unref (HsRoomHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRoomHistory, hs_room_history_unref)

/* NULL once the room is gone. Borrowed. */
HsRoom *hs_room_history_get_room (HsRoomHistory *self);

/* Stores and then shows @row (taken). @counts: it is unread until mark_read. PRESENCE is folded. @passage (nullable) is told the row's id. */
void hs_room_history_add (HsRoomHistory *self, HsHistoryRow *row, gboolean counts, HsPassage *passage);
void hs_room_history_mark_read (HsRoomHistory *self);
/* What was said until @time (Unix ms) was read elsewhere; never goes back. */
void hs_room_history_mark_read_until (HsRoomHistory *self, gint64 time);
void hs_room_history_set_draft (HsRoomHistory *self, const char *draft);

/* ---- Deleting (hs-room-history-delete.c) ---- */
/* The message @msgid, if it is in this room, keeps its place and loses its text. */
void hs_room_history_redact (HsRoomHistory *self, const char *msgid);
typedef void (*HsRoomHistoryNamed) (const char *msgid, gpointer user_data); /* (nullable) @msgid */
/* How the server calls the stored @entry. */
void hs_room_history_find_msgid (HsRoomHistory *self, HsEntry *entry, HsRoomHistoryNamed named, gpointer user_data, GDestroyNotify destroy);

/* ---- Read by others (hs-room-history-read.c) ---- */
/* Somebody has read up to the message @msgid: the own ones up to it are told so. */
void hs_room_history_set_read_by_others (HsRoomHistory *self, const char *msgid);

/* ---- What is open (hs-room-history-open.c). A history that is made is open until it is closed; its title is kept as it changes. ---- */
void hs_room_history_close (HsRoomHistory *self);
void hs_room_history_choose (HsRoomHistory *self);
/* What was said stays its own: the room is called @name from now on. */
void hs_room_history_rename (HsRoomHistory *self, const char *name);
void hs_room_history_set_joined (HsRoomHistory *self, gboolean joined);

/* ---- Own messages ---- */
/* @outbox: 0 when it could not be stored (then it must not be written). */
typedef void (*HsRoomHistoryStored) (gint64 outbox, const GError *error, gpointer user_data);
/* Shows @row (borrowed) as pending at once and stores it in the outbox; then @stored. (transfer full) */
HsEntry *hs_room_history_add_own (HsRoomHistory *self, const HsHistoryRow *row, HsRoomHistoryStored stored, gpointer user_data,
                                  GDestroyNotify destroy);
/* @entry leaves the outbox and gets its final place; @row taken. @passage (nullable) is told its id. */
void hs_room_history_settle (HsRoomHistory *self, HsEntry *entry, gint64 outbox, HsHistoryRow *row, HsPassage *passage);
void hs_room_history_set_delivery (HsRoomHistory *self, HsEntry *entry, gint64 outbox, HsDelivery delivery, gboolean store);
/* Forgets @entry, in the store too when it is there (@outbox not 0). */
void hs_room_history_withdraw (HsRoomHistory *self, HsEntry *entry, gint64 outbox);

/* @found: the Unix ms of the newest message that a server gave an id, 0 none. Rows added later are not looked at. */
void hs_room_history_find_last_said (HsRoomHistory *self, HsRoomHistoryStored found, gpointer user_data, GDestroyNotify destroy);

/* An entry left in the outbox by an earlier run: its outbox id and row; FALSE when @entry is none. @row is borrowed. */
gboolean hs_room_history_find_left (HsRoomHistory *self, HsEntry *entry, gint64 *outbox, const HsHistoryRow **row);
