/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of HsServerDb, for its files: statements. */
#pragma once

#include "hs-database.h"
#include "hs-server-db.h"

extern const HsDatabaseKind hs_server_db_kind; /* hs-server-db-schema.c */

typedef enum
{
  SQL_STATE = N_SQL_TRANSACTION,
  SQL_LAST_MESSAGE,
  SQL_LAST_ANSWERED,
  SQL_PLACE_ADD,
  SQL_PLACE_FIND,
  SQL_PLACE_NAME,
  SQL_PLACE_COUNT,
  SQL_PLACE_RENAME,
  SQL_APPEND,
  SQL_OWNER_BY_HASH,
  SQL_OWNER_BY_NAME,
  SQL_OWNER_ADD,
  SQL_OWNER_RESUME,
  SQL_OWNER_REMOVE,
  SQL_ANSWERED_FIND,
  SQL_ANSWERED_ADD,
  SQL_TALK_SET,
  SQL_TALK_FIND,
  SQL_TALK_LIST,
  SQL_TALK_CLEAR,
  SQL_READ_NEWEST,
  SQL_READ_OLDEST,
  SQL_LAST_SAID,
  SQL_REDACT_FIND,
  SQL_REDACT,
  SQL_ROOM_LIST,
  SQL_ROOM_FIND,
  SQL_ROOM_UNUSED,
  SQL_ROOM_IS_UNUSED,
  SQL_ROOM_SET,
  SQL_ROOM_DROP,
  SQL_ROOM_METADATA_GET,
  SQL_ROOM_METADATA_ADD,
  SQL_ROOM_METADATA_CLEAR,
  SQL_RENAMED_ADD,
  SQL_RENAMED_LIST,
  SQL_RENAMED_FORGET,
  SQL_RENAMED_FORGET_PLACE,
  SQL_RENAMED_TRIM_PLACE,
  SQL_RENAMED_TRIM_ALL,
  SQL_LIST_GET,
  SQL_LIST_CLEAR,
  SQL_LIST_ADD,
  SQL_PLACE_HAS,
  SQL_MARKER_GET,
  SQL_MARKER_SET,
  SQL_MARKER_LIST,
  SQL_MARKER_CLEAR_PLACE,
  SQL_MARKER_CLEAR,
  SQL_ACCOUNT_ADD,
  SQL_ACCOUNT_SET,
  SQL_ACCOUNT_GET,
  SQL_ACCOUNT_LIST,
  SQL_ACCOUNT_REMOVE,
  SQL_ACCOUNT_KEY_ADD,
  SQL_ACCOUNT_KEY_LIST,
  SQL_ACCOUNT_KEY_REMOVE,
  SQL_ACCOUNT_KEYS_REMOVE,
  SQL_ACCOUNT_METADATA_GET,
  SQL_ACCOUNT_METADATA_ADD,
  SQL_ACCOUNT_METADATA_CLEAR,
  SQL_ACCOUNT_GONE_ADD,
  SQL_ACCOUNT_GONE_LIST,
  SQL_SECRET_GET,
  SQL_INVITE_ADD,
  SQL_INVITE_LIST,
  SQL_INVITE_REMOVE,
  SQL_TRIM_OLD,
  SQL_TRIM_SIZE,
  SQL_TRIM_OLDEST,
  SQL_TRIM_OLDEST_ANSWERED,
  SQL_TRIM_FULL,
  SQL_TRIM_PLACE,
  SQL_TRIM_TALK_PLACE,
  SQL_TRIM_LOST_PLACE,
  SQL_TRIM_TALKS,
  SQL_TRIM_EMPTY_TALKS,
  SQL_TRIM_EMPTY_MARKERS,
  SQL_TRIM_EMPTY,
  SQL_TRIM_MARKERS,
  SQL_TRIM_OWNERS,
  SQL_TRIM_ANSWERED,
  SQL_TRIM_INVITES,
  SQL_TRIM_RENAMED,
  N_SQL,
} HsServerSql;

extern const char *const hs_server_db_texts[N_SQL];

typedef struct
{
  gint64 place, n;
} HsServerAdded;

struct _HsServerDb
{
  HsDatabase base;
  GHashTable *places; /* name → gint64 id, as far as asked for */
  GArray *added;      /* of HsServerAdded: rows that their places do not count yet */
};

#define hs_server_db_check(self) hs_database_check (&(self)->base)

/* The place's row; made when new and @make. 0: none, or @error. */
gint64 hs_server_db_place (HsServerDb *self, const char *name, gboolean make, GError **error);
/* What it is called has changed, or is not to be relied upon. */
void hs_server_db_forget_place (HsServerDb *self, const char *name);
/* Key, value, key, value …: the rows of two columns. (nullable: there are none) (transfer full) */
GStrv hs_server_db_read_pairs (HsServerDb *self, sqlite3_stmt *statement, GError **error);
/* Counts what was added in its places. */
gboolean hs_server_db_settle (HsDatabase *database, GError **error);
