/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What server.db looks like, version by version. A released step is never edited; each has its fixture in
 * tests/store/fixtures. */
#include "hs-limits.h"
#include "hs-server-db-private.h"

#define APPLICATION_ID 0x48736b73 /* "Hsks" */

static const char *const migrations[] = {
  /* 1 */
  "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
  "INSERT INTO meta VALUES ('salt', random () & 4294967295);"

  "CREATE TABLE place ("
  " id INTEGER PRIMARY KEY,"
  " name TEXT NOT NULL UNIQUE);" /* a room's folded name, or '=' and two identities */

  "CREATE TABLE message ("
  " id INTEGER PRIMARY KEY," /* (ms << 12) | sequence */
  " place INTEGER NOT NULL REFERENCES place (id),"
  " kind INTEGER NOT NULL,"
  " source TEXT NOT NULL,"
  " author TEXT NOT NULL,"
  " target TEXT,"
  " text TEXT,"
  " tags TEXT);"
  /* kind, so that what is not asked for is passed over without the table */
  "CREATE INDEX message_place ON message (place, id, kind);"

  "CREATE TABLE place_day ("
  " place INTEGER NOT NULL,"
  " day INTEGER NOT NULL,"
  " n INTEGER NOT NULL,"
  " PRIMARY KEY (place, day)) WITHOUT ROWID;"
  "CREATE TRIGGER message_insert AFTER INSERT ON message BEGIN"
  " INSERT INTO place_day (place, day, n) VALUES (new.place, (new.id >> 12) / 86400000, 1)"
  " ON CONFLICT (place, day) DO UPDATE SET n = n + 1;"
  " END;"
  "CREATE TRIGGER message_delete AFTER DELETE ON message BEGIN"
  " UPDATE place_day SET n = n - 1 WHERE place = old.place AND day = (old.id >> 12) / 86400000;"
  " DELETE FROM place_day WHERE place = old.place AND day = (old.id >> 12) / 86400000 AND n = 0;"
  " END;"

  "CREATE TABLE talk (" /* what each calls the other of a private conversation */
  " identity TEXT NOT NULL,"
  " nick TEXT NOT NULL," /* folded */
  " shown TEXT NOT NULL,"
  " place INTEGER NOT NULL REFERENCES place (id),"
  " last INTEGER NOT NULL,"
  " PRIMARY KEY (identity, nick)) WITHOUT ROWID;"
  "CREATE INDEX talk_place ON talk (place);"

  "CREATE TABLE room ("
  " place INTEGER PRIMARY KEY REFERENCES place (id),"
  " name TEXT NOT NULL,"
  " topic TEXT,"
  " topic_by TEXT,"
  " topic_time INTEGER NOT NULL,"
  " created INTEGER NOT NULL,"
  " modes TEXT);"
  "CREATE TABLE room_list ("
  " place INTEGER NOT NULL REFERENCES room (place),"
  " mode TEXT NOT NULL,"
  " mask TEXT NOT NULL,"
  " by TEXT NOT NULL,"
  " time INTEGER NOT NULL,"
  " PRIMARY KEY (place, mode, mask)) WITHOUT ROWID;"

  /* An id is never used twice: an answer may still stand under it. */
  "CREATE TABLE owner ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " hash BLOB UNIQUE," /* of a token */
  " name TEXT UNIQUE," /* of an account */
  " expires INTEGER NOT NULL);"
  "CREATE TABLE answered ("
  " owner INTEGER NOT NULL,"
  " client_id TEXT NOT NULL,"
  " message INTEGER NOT NULL,"
  " digest INTEGER NOT NULL," /* of kind, target and text */
  " PRIMARY KEY (owner, client_id)) WITHOUT ROWID;"
  "CREATE INDEX answered_message ON answered (message);"

  "CREATE TABLE marker ("
  " identity TEXT NOT NULL,"
  " place INTEGER NOT NULL REFERENCES place (id),"
  " time INTEGER NOT NULL,"
  " PRIMARY KEY (identity, place)) WITHOUT ROWID;"
  "CREATE INDEX marker_place ON marker (place);"

  "CREATE TABLE account ("
  " key TEXT PRIMARY KEY," /* folded */
  " name TEXT NOT NULL,"
  " salt BLOB NOT NULL,"
  " iterations INTEGER NOT NULL,"
  " stored_key BLOB NOT NULL,"
  " server_key BLOB NOT NULL,"
  " created INTEGER NOT NULL) WITHOUT ROWID;",

  /* 2: how many rows a place has is counted once for all that a transaction adds, not by a trigger for each */
  "ALTER TABLE place ADD COLUMN n INTEGER NOT NULL DEFAULT 0;"
  "UPDATE place SET n = coalesce ((SELECT sum (d.n) FROM place_day d WHERE d.place = place.id), 0);"
  "DROP TRIGGER message_insert;"
  "DROP TRIGGER message_delete;"
  "DROP TABLE place_day;"
  "CREATE TRIGGER message_delete AFTER DELETE ON message BEGIN"
  " UPDATE place SET n = n - 1 WHERE id = old.place;"
  " END;",

  /* 3 */
  "CREATE TABLE account_key (" /* keys of clients that are as good as the password */
  " key BLOB PRIMARY KEY," /* SHA-256 of the SubjectPublicKeyInfo */
  " account TEXT NOT NULL REFERENCES account (key)) WITHOUT ROWID;"
  "CREATE INDEX account_key_account ON account_key (account);"
  "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;" /* known to nobody */
  "INSERT INTO secret VALUES ('decoy', randomblob (32));",

  /* 4 */
  "CREATE TABLE invite (" /* tokens of invites that nobody has used */
  " token BLOB PRIMARY KEY," /* SHA-256 */
  " until INTEGER NOT NULL) WITHOUT ROWID;",

  /* 5 */
  "CREATE TABLE room_renamed (" /* what rooms were called before */
  " former TEXT PRIMARY KEY," /* folded */
  " place INTEGER NOT NULL REFERENCES room (place),"
  " until INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE INDEX room_renamed_place ON room_renamed (place);"
  "CREATE TABLE room_metadata ("
  " place INTEGER NOT NULL REFERENCES room (place),"
  " key TEXT NOT NULL,"
  " value TEXT NOT NULL,"
  " PRIMARY KEY (place, key)) WITHOUT ROWID;"
  "CREATE TABLE account_metadata ("
  " account TEXT NOT NULL REFERENCES account (key),"
  " key TEXT NOT NULL,"
  " value TEXT NOT NULL,"
  " PRIMARY KEY (account, key)) WITHOUT ROWID;"
  "CREATE TABLE account_gone (key TEXT PRIMARY KEY) WITHOUT ROWID;" /* whose identity may still stand under what was said */
  "ALTER TABLE account ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;"
  /* Which were made without a password was not written down: those with a key may have been. */
  "UPDATE account SET locked = 1 WHERE key IN (SELECT account FROM account_key);",
};

static void
forget_places (HsDatabase *database)
{
  HsServerDb *self = (HsServerDb *) database;

  g_hash_table_remove_all (self->places); /* some may be gone */
  g_array_set_size (self->added, 0);
}

const HsDatabaseKind hs_server_db_kind = {
  .application_id = APPLICATION_ID,
  .migrations = migrations,
  .n_migrations = G_N_ELEMENTS (migrations),
  .texts = hs_server_db_texts,
  .n_texts = N_SQL,
  .wal_pages = HS_SERVER_DB_WAL_PAGES,
  .settle = hs_server_db_settle,
  .rolled_back = forget_places,
};
