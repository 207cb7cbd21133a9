/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of HsHistory, for its files: statements and places. */
#pragma once

#include "hs-database.h"
#include "hs-history.h"

extern const HsDatabaseKind hs_history_kind;       /* hs-history-schema.c */

/* ---- Statements (hs-history-sql.c) ---- */
typedef enum
{
  SQL_ROOM_ADD = N_SQL_TRANSACTION,
  SQL_ROOM_FIND,
  SQL_ROOM_LIST,
  SQL_ROOM_GET,
  SQL_ROOM_SET_READ,
  SQL_ROOM_SET_DRAFT,
  SQL_ROOM_SET_SHOWN,
  SQL_ROOM_GIVE_WAY,
  SQL_ROOM_RENAME,
  SQL_ROOM_OPEN,
  SQL_ROOM_CLOSE,
  SQL_ROOM_CHOOSE,
  SQL_ROOM_SET_JOINED,
  SQL_ROOM_LIST_OPEN,
  SQL_NETWORK_SET,
  SQL_KEY_SEEN,
  SQL_KEY_SET_NAME,
  SQL_KEY_SET_COMPARED,
  SQL_KEY_FORGET,
  SQL_KEY_FORGET_PINS,
  SQL_KEY_LIST,
  SQL_KEY_FORGET_ALL,
  SQL_PIN_SET,
  SQL_PIN_LIST,
  SQL_PIN_FORGET_ALL,
  SQL_STS_SET,
  SQL_STS_LIST,
  SQL_STS_FORGET,
  SQL_STS_FORGET_ALL,
  SQL_DAYS,
  SQL_LAST_ID,
  SQL_LAST_SAID,
  SQL_LAST_IN_MS,
  SQL_DAY_IDS,
  SQL_ID_FORWARD,
  SQL_ID_BACKWARD,
  SQL_COUNT_BETWEEN,
  SQL_INSERT,
  SQL_FIND_MSGID,
  SQL_GET_MSGID,
  SQL_REDACT,
  SQL_PAGE,
  SQL_SET_DELIVERY,
  SQL_LIST_ACCEPTED,
  SQL_PRESENCE_APPEND,
  SQL_OUTBOX_ADD,
  SQL_OUTBOX_GET,
  SQL_OUTBOX_LIST,
  SQL_OUTBOX_SET_DELIVERY,
  SQL_OUTBOX_REMOVE,
  N_SQL,
} HsSql;

extern const char *const hs_history_texts[N_SQL];

struct _HsHistory
{
  HsDatabase base;
  GHashTable *places; /* room → HsPlaces */
};

#define hs_history_check(self) hs_database_check (&(self)->base)

/* A row in the columns' order id, time, kind, flags, delivery, msgid, client_id, sender, shown, text; and
 * its values, bound in that order. */
HsHistoryRow *hs_sql_dup_row (sqlite3_stmt *statement);
#define HS_SQL_ROW_TYPES "iiiiisssss"
#define HS_SQL_ROW_VALUES(id_, row_) \
  (gint64) (id_), (gint64) (row_)->time, (gint64) (row_)->kind, (gint64) (row_)->flags, (gint64) (row_)->delivery, \
    (row_)->msgid, (row_)->client_id, (row_)->sender != NULL ? (row_)->sender : "", (row_)->shown, (row_)->text

/* ---- Places (hs-history-places.c): position ↔ id, in memory from the first question on ---- */
typedef struct _HsPlaces HsPlaces;
HsPlaces *hs_history_get_places (HsHistory *self, gint64 room, GError **error);
void hs_places_free (HsPlaces *self);
guint hs_places_get_count (HsPlaces *self);
gint64 hs_places_get_last_id (HsPlaces *self); /* 0: no row */
/* Of the row at @position (< count). 0 with @error. */
gint64 hs_places_find_id (HsPlaces *self, HsHistory *history, guint position, GError **error);
/* Position of @id, or of the first after it. FALSE with @error. */
gboolean hs_places_find_position (HsPlaces *self, HsHistory *history, gint64 id, guint *position, GError **error);
/* A row was stored there. */
void hs_places_add (HsPlaces *self, gint64 id, guint position);
