/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.db: the client's conversations. The synchronous core, one connection, used by one thread (hs-store.h is the thread in front of it).
 * Order key: id = (server time in ms << 12) | sequence; rowid order is time order. A position is the row's index within its room by that order,
 * found through room_day prefix sums. Every stored row is one row of the list: day lines are drawn by the row that begins a day, joins and
 * leaves are folded into one stored presence row. */
#pragma once

#include <glib.h>

#include "hs-store-error.h"

typedef struct _HsHistory HsHistory;

typedef enum
{
  HS_ENTRY_MESSAGE = 0,
  HS_ENTRY_ACTION = 1,
  HS_ENTRY_NOTICE = 2,
  HS_ENTRY_PRESENCE = 3, /* text: one line per event, "+name", "-name", "old>new" */
  HS_ENTRY_EVENT = 4,    /* topic and the like: a sentence's arguments, see client/ */
  HS_ENTRY_INFO = 5,     /* a line of the server or of our own: told in words */
} HsEntryKind; /* stored; append only. The same values as model/'s */

enum
{
  HS_ENTRY_OWN = 1 << 0,
  HS_ENTRY_MENTION = 1 << 1,
  HS_ENTRY_PLAIN = 1 << 2,       /* its sender speaks plain text */
  HS_ENTRY_UNENCRYPTED = 1 << 3,
  HS_ENTRY_REPLACED = 1 << 4,    /* had invalid bytes, shown as U+FFFD */
}; /* stored; append only */

typedef enum
{
  HS_DELIVERY_NONE = 0,       /* not ours */
  HS_DELIVERY_PENDING = 1,
  HS_DELIVERY_WRITTEN = 2,
  HS_DELIVERY_ACKNOWLEDGED = 3, /* by the peer's TCP */
  HS_DELIVERY_ACCEPTED = 4,     /* by the server (echo), or a plain peer's TCP acknowledged it */
  HS_DELIVERY_READ = 5,
  HS_DELIVERY_FAILED = 6,       /* visibly not delivered */
  HS_DELIVERY_UNCONFIRMED = 7,  /* in doubt: may be sent again */
  HS_DELIVERY_SENT = 8,         /* a datagram: whether it arrives, UDP does not say */
  HS_DELIVERY_HANDED = 9,       /* a local socket: it stands in the other program's queue, and no TCP is there to acknowledge it */
} HsDelivery; /* stored; append only */

typedef struct
{
  gint64 id;           /* 0 when inserting: made from time */
  gint64 time;         /* Unix ms */
  HsEntryKind kind;
  guint flags;
  HsDelivery delivery;
  char *msgid;         /* (nullable) */
  char *client_id;     /* (nullable) +handshakechat.github.io/id */
  char *sender;        /* nick */
  char *shown;         /* (nullable) real name then */
  char *text;          /* (nullable) NULL: redacted */
} HsHistoryRow;

void hs_history_row_clear (HsHistoryRow *row);
HsHistoryRow *hs_history_row_copy (const HsHistoryRow *row);
void hs_history_row_free (HsHistoryRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsHistoryRow, hs_history_row_free)

/* @path or ":memory:". Opens with WAL, synchronous=NORMAL, no mmap; migrates. Held alone (PRAGMA locking_mode=EXCLUSIVE) until it is closed or
 * the program dies: a second one gets HS_STORE_ERROR_BUSY. Used only by the thread that opened it. Makes missing folders (0700, the file 0600). */
HsHistory *hs_history_open (const char *path, GError **error);
void hs_history_close (HsHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsHistory, hs_history_close)

/* Room row of @name (folded) at @network (a key: "host", or an address text), made when new. Returns its id, 0 on error.
 * Ask each time rather than keep it: when the transaction that made the room fails, the id is nobody's (rows for it are refused). */
gint64 hs_history_room (HsHistory *self, const char *network, const char *name, GError **error);

typedef struct
{
  gint64 id;
  char *network, *name;
  char *shown;        /* (nullable) title */
  gint64 read_id;     /* last row read by the person */
  guint unread, mentions; /* after read_id, among HS_HISTORY_UNREAD_MAX rows */
  char *draft;        /* (nullable) */
  gint64 last_time;   /* Unix ms, 0 none */
} HsHistoryRoom;
void hs_history_room_free (HsHistoryRoom *room);
GPtrArray *hs_history_list_rooms (HsHistory *self, const char *network, GError **error); /* (nullable) network: all */
HsHistoryRoom *hs_history_get_room (HsHistory *self, gint64 room, GError **error); /* NULL without error: there is none */
gboolean hs_history_set_read (HsHistory *self, gint64 room, gint64 id, GError **error);
gboolean hs_history_set_draft (HsHistory *self, gint64 room, const char *draft, GError **error);
/* A room that was called @name before, and is no more, gives way: what was said there is kept under another name, and not open. */
gboolean hs_history_rename_room (HsHistory *self, gint64 room, const char *name, GError **error);
gboolean hs_history_set_shown (HsHistory *self, gint64 room, const char *shown, GError **error);

/* ---- What is open: conversations that a person has in the sidebar, hs-history-open.c ---- */
typedef struct
{
  char *network, *name;
  char *shown;       /* (nullable) title */
  int kind;          /* HsRoomKind of model/ */
  gboolean joined;   /* a channel one was in */
  gint64 chosen;     /* Unix ms when it was opened or last looked at */
  char *address;     /* of its network */
  int protocol, line_ending; /* HsProtocol, HsLineEnding of client/ */
} HsHistoryOpenRoom;
void hs_history_open_room_free (HsHistoryOpenRoom *room);
/* @now: Unix ms. One that is open already stays as it is. */
gboolean hs_history_open_room (HsHistory *self, gint64 room, int kind, gint64 now, GError **error);
/* Its history and its draft stay. */
gboolean hs_history_close_room (HsHistory *self, gint64 room, GError **error);
/* It is the one that was looked at last, whatever the clock says. A closed one stays closed. */
gboolean hs_history_choose_room (HsHistory *self, gint64 room, gint64 now, GError **error);
gboolean hs_history_set_joined (HsHistory *self, gint64 room, gboolean joined, GError **error);
/* How @network is reached again. */
gboolean hs_history_set_network (HsHistory *self, const char *network, const char *address, int protocol, int line_ending, GError **error);
/* (element-type HsHistoryOpenRoom) (transfer full), in the order in which they were first known. */
GPtrArray *hs_history_list_open (HsHistory *self, GError **error);

/* ---- Whom one trusts: servers by their keys, hs-history-trust.c. Times are Unix ms; a fingerprint is 32 bytes. ---- */
typedef struct
{
  GBytes *fingerprint;
  char *name;        /* (nullable) given by the person */
  gint64 first_seen, last_seen;
  gint64 compared;   /* when the person compared its number; 0 never */
} HsHistoryKey;
void hs_history_key_free (HsHistoryKey *key);
/* What the person chose (an address, an announcement), and the key that was there. It also says: seen encrypted, never again unencrypted. */
typedef struct
{
  char *binding;
  GBytes *fingerprint;
  gboolean by_authority; /* an authority vouched for it: another key that it vouches for is no change */
  gint64 since;
  gboolean shows_key;    /* the person chose to log in by its own key there */
  gboolean ours;         /* it is a Handshake server */
} HsHistoryPin;
void hs_history_pin_free (HsHistoryPin *pin);
/* A host that asked to be joined by TLS only (IRCv3 strict transport security). */
typedef struct
{
  char *host;
  guint16 port;
  gint64 until;
} HsHistorySts;
void hs_history_sts_free (HsHistorySts *sts);

/* Known from now on, or seen again. */
gboolean hs_history_see_key (HsHistory *self, GBytes *fingerprint, gint64 now, GError **error);
gboolean hs_history_set_key_name (HsHistory *self, GBytes *fingerprint, const char *name, GError **error); /* (nullable) name */
gboolean hs_history_set_key_compared (HsHistory *self, GBytes *fingerprint, gint64 compared, GError **error);
/* With its pins. */
gboolean hs_history_forget_key (HsHistory *self, GBytes *fingerprint, GError **error);
/* All keys, pins and strict transport security. */
gboolean hs_history_forget_keys (HsHistory *self, GError **error);
gboolean hs_history_set_pin (HsHistory *self, const HsHistoryPin *pin, GError **error);
gboolean hs_history_set_sts (HsHistory *self, const HsHistorySts *sts, GError **error);
gboolean hs_history_forget_sts (HsHistory *self, const char *host, GError **error);
/* (element-type HsHistoryKey) in the order in which they were first seen, HsHistoryPin, HsHistorySts. Rows that cannot be of ours (a
 * fingerprint of another length, a port that is none) are left out. (transfer full) */
GPtrArray *hs_history_list_keys (HsHistory *self, GError **error);
GPtrArray *hs_history_list_pins (HsHistory *self, GError **error);
GPtrArray *hs_history_list_sts (HsHistory *self, GError **error);

/* Inserts; @row->id becomes the order key. *position (nullable): its index in the room. FALSE without error: it was there already (room, msgid);
 * then @row->id and *position are those of the stored one. */
gboolean hs_history_insert (HsHistory *self, gint64 room, HsHistoryRow *row, guint *position, GError **error);
/* Presence is folded: appended to the room's last row when that is a presence row of the same local day (*appended TRUE, text is the whole), else inserted.
 * When appended, @row becomes the whole stored row: its strings must be its own. */
gboolean hs_history_insert_presence (HsHistory *self, gint64 room, HsHistoryRow *row, guint *position, gboolean *appended, GError **error);
gboolean hs_history_set_delivery (HsHistory *self, gint64 id, HsDelivery delivery, GError **error);
/* Somebody has read up to the message @msgid: our accepted ones behind row *@from (0: of the HS_READ_BACK_MS before it) are HS_DELIVERY_READ, the
 * newest HS_READ_AT_ONCE of them. *@from becomes its row. (element-type guint) Their positions; empty where there is no such message, or it
 * stands before *@from; NULL with @error. (transfer full) */
GArray *hs_history_set_read_by_others (HsHistory *self, gint64 room, const char *msgid, gint64 *from, GError **error);
/* Takes the text out of the message @msgid, keeps its row: *position is its index. FALSE without error: there is no such message with a text. */
gboolean hs_history_redact (HsHistory *self, gint64 room, const char *msgid, guint *position, GError **error);
/* The msgid of the row @id, (nullable) it has none, or there is no such row, or @error. (transfer full) */
char *hs_history_get_msgid (HsHistory *self, gint64 room, gint64 id, GError **error);

guint hs_history_count (HsHistory *self, gint64 room, GError **error);
/* Rows [@first, @first + @count) of the room in order. (element-type HsHistoryRow) (transfer full) */
GPtrArray *hs_history_page (HsHistory *self, gint64 room, guint first, guint count, GError **error);
/* Unix ms of the room's newest message that has a msgid; 0 none, or @error. */
gint64 hs_history_last_said (HsHistory *self, gint64 room, GError **error);
/* Position of the row @id, or of the first after it. */
guint hs_history_position (HsHistory *self, gint64 room, gint64 id, GError **error);

/* ---- Outbox: own messages without a final place yet ---- */
/* Stores before it is written to the wire; returns its outbox id, 0 on error. */
gint64 hs_history_outbox_add (HsHistory *self, gint64 room, const HsHistoryRow *row, GError **error);
/* Enters the messages once, with @row's time, msgid and delivery, and leaves the outbox, in one transaction. What @row has as NULL (sender, shown,
 * text, client_id; with the sender kind and flags too) is taken from the outbox. FALSE without error: nothing was added, because the history
 * has this msgid already (id and *position are the stored row's; it left the outbox), or because the outbox has no such row (id 0).
 * @outbox 0: one that could not be stored when it was said; @row is whole then. */
gboolean hs_history_outbox_settle (HsHistory *self, gint64 outbox, gint64 room, HsHistoryRow *row, guint *position, GError **error);
gboolean hs_history_outbox_set_delivery (HsHistory *self, gint64 outbox, HsDelivery delivery, GError **error);
gboolean hs_history_outbox_remove (HsHistory *self, gint64 outbox, GError **error);
/* (element-type HsHistoryRow), id is the outbox id. */
GPtrArray *hs_history_outbox_list (HsHistory *self, gint64 room, GError **error);

gboolean hs_history_begin (HsHistory *self, GError **error);
gboolean hs_history_commit (HsHistory *self, GError **error);
