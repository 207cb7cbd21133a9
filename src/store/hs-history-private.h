/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of HsHistory, for its files: statements, places, errors. */
#pragma once

#include <sqlite3.h>

#include "hs-history.h"

/* ---- Errors (hs-store-error.c) ---- */
const char *hs_store_error_get_words (HsStoreError code);
void hs_store_set_error (GError **error, HsStoreError code, const char *detail); /* (nullable) detail */
void hs_store_set_error_from_sqlite (GError **error, sqlite3 *db, int result);

/* ---- Schema (hs-history-schema.c) ---- */
/* Brings @db to the newest version; touches nothing that is newer or not ours. */
gboolean hs_history_migrate (sqlite3 *db, GError **error);

/* ---- Statements (hs-history-sql.c) ---- */
typedef enum
{
  SQL_BEGIN,
  SQL_COMMIT,
  SQL_ROLLBACK,
  SQL_SAVEPOINT,
  SQL_RELEASE,
  SQL_ROLLBACK_TO,
  SQL_ROOM_ADD,
  SQL_ROOM_FIND,
  SQL_ROOM_LIST,
  SQL_ROOM_GET,
  SQL_ROOM_SET_READ,
  SQL_ROOM_SET_DRAFT,
  SQL_ROOM_SET_SHOWN,
  SQL_DAYS,
  SQL_LAST_ID,
  SQL_LAST_IN_MS,
  SQL_DAY_IDS,
  SQL_ID_FORWARD,
  SQL_ID_BACKWARD,
  SQL_COUNT_BETWEEN,
  SQL_INSERT,
  SQL_FIND_MSGID,
  SQL_PAGE,
  SQL_SET_DELIVERY,
  SQL_PRESENCE_APPEND,
  SQL_OUTBOX_ADD,
  SQL_OUTBOX_GET,
  SQL_OUTBOX_LIST,
  SQL_OUTBOX_SET_DELIVERY,
  SQL_OUTBOX_REMOVE,
  N_SQL,
} HsSql;

struct _HsHistory
{
  sqlite3 *db;
  sqlite3_stmt *statements[N_SQL];
  GHashTable *places; /* room → HsPlaces */
  GThread *thread;    /* the only one that may use this */
};

#define hs_history_check(self) g_assert ((self) != NULL && (self)->thread == g_thread_self ())

/* Prepares all statements. */
gboolean hs_sql_prepare (HsHistory *self, GError **error);
void hs_sql_finalize (HsHistory *self);
/* The statement, its parameters bound in order: 'i' gint64, 's' (nullable) const char *. */
sqlite3_stmt *hs_sql_bind (HsHistory *self, HsSql sql, const char *types, ...);
/* Steps: TRUE with a row, FALSE at the end or with @error, when it is reset too. */
gboolean hs_sql_step (HsHistory *self, sqlite3_stmt *statement, GError **error);
/* Runs to the end and resets. */
gboolean hs_sql_run (HsHistory *self, sqlite3_stmt *statement, GError **error);
/* Sets *@value to the first column of the first row, left alone when there is none or it is NULL. FALSE
 * with @error. */
gboolean hs_sql_get_int64 (HsHistory *self, sqlite3_stmt *statement, gint64 *value, GError **error);
/* (nullable) (transfer full), valid UTF-8 whatever the file holds. */
char *hs_sql_dup_text (sqlite3_stmt *statement, int column);

/* A row in the columns' order id, time, kind, flags, delivery, msgid, client_id, sender, shown, text; and
 * its values, bound in that order. */
HsHistoryRow *hs_sql_dup_row (sqlite3_stmt *statement);
#define HS_SQL_ROW_TYPES "iiiiisssss"
#define HS_SQL_ROW_VALUES(id_, row_) \
  (gint64) (id_), (gint64) (row_)->time, (gint64) (row_)->kind, (gint64) (row_)->flags, (gint64) (row_)->delivery, \
    (row_)->msgid, (row_)->client_id, (row_)->sender != NULL ? (row_)->sender : "", (row_)->shown, (row_)->text

/* ---- Transactions within one (hs-history.c) ---- */
/* What follows is undone by rollback_to () alone. They nest, also in a transaction begun by
 * hs_history_begin (). */
gboolean hs_history_savepoint (HsHistory *self, GError **error);
gboolean hs_history_release (HsHistory *self, GError **error);
void hs_history_rollback_to (HsHistory *self);
void hs_history_rollback (HsHistory *self);
/* SQLite gives up the whole transaction by itself in some errors (full disk). */
gboolean hs_history_in_transaction (HsHistory *self);
/* Rows inserted, changed or deleted since it was opened. */
guint hs_history_get_changes (HsHistory *self);

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
