/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What history.db looks like, version by version. A released step is never edited; each has its fixture in
 * tests/store/fixtures. */
#include "hs-history-private.h"

#define APPLICATION_ID 0x48736b65 /* "Hske" */

/* 86400000 ms are a UTC day: room_day only finds positions; what a person calls a day is the list's
 * matter. */
static const char *const migrations[] = {
  /* 1 */
  "CREATE TABLE room ("
  " id INTEGER PRIMARY KEY,"
  " network TEXT NOT NULL,"
  " name TEXT NOT NULL,"
  " shown TEXT,"
  " read_id INTEGER NOT NULL DEFAULT 0,"
  " draft TEXT,"
  " UNIQUE (network, name));"

  "CREATE TABLE message ("
  " id INTEGER PRIMARY KEY," /* (ms << 12) | sequence */
  " room INTEGER NOT NULL REFERENCES room (id),"
  " time INTEGER NOT NULL,"
  " kind INTEGER NOT NULL,"
  " flags INTEGER NOT NULL,"
  " delivery INTEGER NOT NULL,"
  " msgid TEXT,"
  " client_id TEXT,"
  " sender TEXT NOT NULL,"
  " shown TEXT,"
  " text TEXT);"
  "CREATE UNIQUE INDEX message_msgid ON message (room, msgid) WHERE msgid IS NOT NULL;"
  /* kind and flags, so that unread rows are counted without the table */
  "CREATE INDEX message_room ON message (room, id, kind, flags);"

  "CREATE TABLE room_day ("
  " room INTEGER NOT NULL,"
  " day INTEGER NOT NULL,"
  " n INTEGER NOT NULL,"
  " PRIMARY KEY (room, day)) WITHOUT ROWID;"
  "CREATE TRIGGER message_insert AFTER INSERT ON message BEGIN"
  " INSERT INTO room_day (room, day, n) VALUES (new.room, (new.id >> 12) / 86400000, 1)"
  " ON CONFLICT (room, day) DO UPDATE SET n = n + 1;"
  " END;"
  "CREATE TRIGGER message_delete AFTER DELETE ON message BEGIN"
  " UPDATE room_day SET n = n - 1 WHERE room = old.room AND day = (old.id >> 12) / 86400000;"
  " DELETE FROM room_day WHERE room = old.room AND day = (old.id >> 12) / 86400000 AND n = 0;"
  " END;"

  /* An id is never used twice: a row on the screen may still mean it. */
  "CREATE TABLE outbox ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " room INTEGER NOT NULL REFERENCES room (id),"
  " time INTEGER NOT NULL,"
  " kind INTEGER NOT NULL,"
  " flags INTEGER NOT NULL,"
  " delivery INTEGER NOT NULL,"
  " msgid TEXT,"
  " client_id TEXT,"
  " sender TEXT NOT NULL,"
  " shown TEXT,"
  " text TEXT);",

  /* 2 */
  "ALTER TABLE room ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE room ADD COLUMN joined INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE room ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;" /* Unix ms when it was last opened or chosen; 0: closed */
  "CREATE INDEX room_opened ON room (opened) WHERE opened > 0;"
  /* How to get there again; the network's key is room.network. */
  "CREATE TABLE network ("
  " name TEXT PRIMARY KEY,"
  " address TEXT NOT NULL,"
  " protocol INTEGER NOT NULL,"
  " line_ending INTEGER NOT NULL) WITHOUT ROWID;",

  /* 3: whom one trusts (hs-history-trust.c); times in Unix ms */
  "CREATE TABLE server_key ("
  " fingerprint BLOB PRIMARY KEY,"
  " name TEXT,"
  " first_seen INTEGER NOT NULL,"
  " last_seen INTEGER NOT NULL,"
  " compared INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;" /* when; 0: never */
  "CREATE TABLE pin ("
  " binding TEXT PRIMARY KEY,"
  " fingerprint BLOB NOT NULL,"
  " by_authority INTEGER NOT NULL,"
  " since INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE INDEX pin_fingerprint ON pin (fingerprint);"
  "CREATE TABLE sts ("
  " host TEXT PRIMARY KEY,"
  " port INTEGER NOT NULL,"
  " until INTEGER NOT NULL) WITHOUT ROWID;",

  /* 4: the person logs in by its own key there; it is a server of ours, where that is done unasked. Of what was bound before nobody knows:
   * the next connection finds out. */
  ("ALTER TABLE pin ADD COLUMN shows_key INTEGER NOT NULL DEFAULT 0;"
   "ALTER TABLE pin ADD COLUMN ours INTEGER NOT NULL DEFAULT 0;"),
};

static void
forget_places (HsDatabase *database)
{
  g_hash_table_remove_all (((HsHistory *) database)->places); /* they counted what is gone */
}

const HsDatabaseKind hs_history_kind = {
  .application_id = APPLICATION_ID,
  .migrations = migrations,
  .n_migrations = G_N_ELEMENTS (migrations),
  .texts = hs_history_texts,
  .n_texts = N_SQL,
  .wal_pages = 1000,
  .rolled_back = forget_places,
};
