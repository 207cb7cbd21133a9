/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the bridge share: rooms' rows (hs-room-history.c), own messages (-own), what is read and being written (-notes), what is open (-open), what is deleted (-delete), what others have read (-read). */
#pragma once

#include "hs-entry-list-private.h"
#include "hs-room-history.h"

/* What the store's thread knows of the room. */
typedef struct
{
  gatomicrefcount ref_count;
  char *network, *name;
} RoomKey;

struct _HsRoomHistory
{
  gatomicrefcount ref_count;

  /* Owned */
  HsStore *store;
  RoomKey *key;
  GPtrArray *gathered;  /* HsHistoryRow stored, not shown yet, contiguous from gathered_at */
  GHashTable *left;     /* HsEntry → HsHistoryRow, of an earlier run's outbox */
  char *draft_waiting;  /* (nullable) */

  /* Borrowed */
  HsRoom *room;         /* cleared when it goes */
  HsEntryList *list;    /* it holds us */

  /* State */
  guint gathered_at;
  guint flush_source, line_source;
  gint64 flushed;       /* monotonic µs */
  gint64 last_id;
  gint64 read_id;       /* the row up to which somebody else has read, as far as it was told in this run */
  gint64 line_id;       /* the last row read when the first unread one came */
  gboolean has_line;    /* the New messages line stands */
  gboolean draft_storing, draft_again;
  gboolean open, opening; /* the list knows how many rows there are */
  guint failures;         /* to open */
  HsRoomKind kind;
  gboolean closed;        /* it is not to come back by itself */
  gboolean said;          /* something of this run may stand in the outbox */
};

/* One operation on its way through the store's thread. */
typedef struct
{
  HsRoomHistory *history;
  RoomKey *key;
  HsHistoryRow *row;    /* (nullable) owned */
  HsEntry *entry;       /* (nullable) owned */
  HsPassage *passage;   /* (nullable) owned */
  gint64 id, outbox;
  guint position, count;
  HsDelivery delivery;
  gboolean counts, appended, stored;
  HsRoomKind kind;
  gint64 now;           /* Unix ms */
  char *title;
  char *draft;
  char *msgid;          /* (nullable) owned */
  HsHistoryRoom *facts; /* (nullable) owned */
  GPtrArray *rows;      /* (nullable) owned */
  HsHistoryRow *last;   /* (nullable) owned */
  HsHistoryRow *said;   /* (nullable) owned: the newest that a preview shows */
  GArray *positions;    /* (nullable) owned, of guint */
  HsRoomHistoryStored func;
  HsRoomHistoryNamed named;
  gpointer func_data;
  GDestroyNotify func_destroy;
} Operation;

RoomKey *hs_room_key_new (const char *network, const char *name);
void hs_room_key_unref (RoomKey *key);
gint64 hs_room_key_get_id (RoomKey *key, HsHistory *history, GError **error); /* on the store's thread */
Operation *hs_room_operation_new (HsRoomHistory *self);
void hs_room_operation_free (gpointer data);
/* What is shown of @row; *made keeps what had to be made for it. */
void hs_room_history_data_from_row (HsEntryData *data, const HsHistoryRow *row, char **made);
void hs_room_history_set_preview (HsRoomHistory *self, const HsHistoryRow *row);
void hs_room_history_flush (HsRoomHistory *self); /* shows what was stored */
/* Counts and shows what is stored; does nothing while it is on its way. */
void hs_room_history_open (HsRoomHistory *self);
void hs_room_history_set_line (HsRoomHistory *self, gint64 id); /* the New messages line stands behind row @id; 0: nowhere */
/* Its title is stored when it changes. */
void hs_room_history_follow_title (HsRoomHistory *self);
void hs_room_history_done_note (gpointer result, const GError *error, gpointer data);
