/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every statement of server.db. */
#include "hs-limits.h"
#include "hs-server-db-private.h"

#define MESSAGE "id, kind, source, author, target, text, tags"
/* A redacted row has neither text nor tags. */
#define READ(order) \
  "SELECT " MESSAGE " FROM message WHERE place = ? AND id > ? AND id < ? AND (1 << kind) & ? <> 0" \
  " AND (text IS NOT NULL OR tags IS NOT NULL) ORDER BY id " order " LIMIT ?"
#define ROOM "name, topic, topic_by, topic_time, created, modes"
#define ACCOUNT "name, salt, iterations, stored_key, server_key, created, locked"
#define SLICE G_STRINGIFY (HS_RETENTION_SLICE)
/* ?1: a run's prefix. Sorted pairs: where both are guests, the first is. */
#define LOST_TALK \
  "name > '=guest:' AND name < '=guest;' AND instr (name, char (31) || 'guest:') > 0 AND instr (name, ?1) = 0"

/* ?: made before, used since */
#define UNUSED_ROOM \
  "r.created < ? AND NOT EXISTS (SELECT 1 FROM message m WHERE m.place = r.place AND m.id >= ?)" \
  " AND NOT EXISTS (SELECT 1 FROM room_renamed n WHERE n.place = r.place)"

/* A slice of the places that are no room's and where nothing is kept. What a transaction has added is not counted yet: so it is looked. */
#define EMPTY_PLACES \
  "(SELECT id FROM place WHERE n = 0 AND NOT EXISTS (SELECT 1 FROM room WHERE room.place = place.id)" \
  " AND NOT EXISTS (SELECT 1 FROM message WHERE message.place = place.id) ORDER BY id LIMIT " SLICE ")"

const char *const hs_server_db_texts[N_SQL] = {
  [SQL_STATE] = "SELECT value FROM meta WHERE name = 'salt'",
  [SQL_LAST_MESSAGE] = "SELECT max(id) FROM message",
  [SQL_LAST_ANSWERED] = "SELECT max(message) FROM answered",

  [SQL_PLACE_ADD] = "INSERT INTO place (name) VALUES (?)",
  [SQL_PLACE_FIND] = "SELECT id FROM place WHERE name = ?",
  [SQL_PLACE_NAME] = "SELECT name FROM place WHERE id = ?",
  [SQL_PLACE_COUNT] = "UPDATE place SET n = n + ? WHERE id = ?",

  [SQL_PLACE_RENAME] = "UPDATE place SET name = ? WHERE id = ?",

  [SQL_APPEND] = "INSERT INTO message (place, " MESSAGE ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  [SQL_OWNER_BY_HASH] = "SELECT id FROM owner WHERE hash = ?",
  [SQL_OWNER_BY_NAME] = "SELECT id FROM owner WHERE name = ?",
  [SQL_OWNER_ADD] = "INSERT INTO owner (hash, name, expires) VALUES (?, ?, ?)",
  [SQL_OWNER_RESUME] = "UPDATE owner SET hash = ?, expires = ? WHERE hash = ? AND expires > ?",
  [SQL_OWNER_REMOVE] = "DELETE FROM owner WHERE name = ?",
  [SQL_ANSWERED_FIND] = "SELECT message, digest FROM answered WHERE owner = ? AND client_id = ?",
  [SQL_ANSWERED_ADD] = "INSERT INTO answered (owner, client_id, message, digest) VALUES (?, ?, ?, ?)",
  [SQL_TALK_SET] = "INSERT INTO talk (identity, nick, shown, place, last) VALUES (?, ?, ?, ?, ?)"
                   " ON CONFLICT (identity, nick) DO UPDATE SET shown = excluded.shown, place = excluded.place, last = excluded.last",
  [SQL_TALK_FIND] = "SELECT p.name FROM talk t JOIN place p ON p.id = t.place WHERE t.identity = ? AND t.nick = ?",
  /* The name is that of the newest row (SQLite: bare columns beside max ()). */
  [SQL_TALK_LIST] = "SELECT shown, max(last) AS m FROM talk WHERE identity = ? GROUP BY place HAVING m > ? AND m < ?",
  [SQL_TALK_CLEAR] = "DELETE FROM talk WHERE identity = ?",
  [SQL_READ_NEWEST] = READ ("DESC"),
  [SQL_READ_OLDEST] = READ ("ASC"),
  [SQL_LAST_SAID] = "SELECT id FROM message WHERE place = ? AND kind <= 1 ORDER BY id DESC LIMIT 1",
  [SQL_REDACT_FIND] = "SELECT author FROM message WHERE id = ? AND place = ? AND kind <= 2 AND (text IS NOT NULL OR tags IS NOT NULL)",
  [SQL_REDACT] = "UPDATE message SET text = NULL, tags = NULL WHERE id = ?",

  [SQL_ROOM_LIST] = "SELECT place, " ROOM " FROM room ORDER BY place",
  [SQL_ROOM_FIND] = "SELECT place FROM room WHERE place = ?",
  [SQL_ROOM_UNUSED] = "SELECT r.name FROM room r WHERE " UNUSED_ROOM,
  [SQL_ROOM_IS_UNUSED] = "SELECT r.place FROM room r WHERE " UNUSED_ROOM " AND r.place = ?",
  [SQL_ROOM_SET] = "INSERT INTO room (place, " ROOM ") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place) DO UPDATE SET"
                   " name = excluded.name, topic = excluded.topic, topic_by = excluded.topic_by, topic_time = excluded.topic_time,"
                   " created = excluded.created, modes = excluded.modes",
  [SQL_ROOM_DROP] = "DELETE FROM room WHERE place = ?",
  [SQL_ROOM_METADATA_GET] = "SELECT key, value FROM room_metadata WHERE place = ? ORDER BY key",
  [SQL_ROOM_METADATA_ADD] = "INSERT OR REPLACE INTO room_metadata (place, key, value) VALUES (?, ?, ?)",
  [SQL_ROOM_METADATA_CLEAR] = "DELETE FROM room_metadata WHERE place = ?",
  [SQL_RENAMED_ADD] = "INSERT OR REPLACE INTO room_renamed (former, place, until) VALUES (?, ?, ?)",
  [SQL_RENAMED_LIST] = "SELECT n.former, r.name, n.until FROM room_renamed n JOIN room r ON r.place = n.place WHERE n.until > ?"
                       " ORDER BY n.until DESC LIMIT " G_STRINGIFY (HS_RENAMED_MAX),
  [SQL_RENAMED_FORGET] = "DELETE FROM room_renamed WHERE former = ?",
  /* Before one more comes. */
  [SQL_RENAMED_TRIM_PLACE] = "DELETE FROM room_renamed WHERE former IN (SELECT former FROM room_renamed WHERE place = ?"
                             " ORDER BY until DESC LIMIT -1 OFFSET " G_STRINGIFY (HS_RENAMED_PER_ROOM) " - 1)",
  [SQL_RENAMED_TRIM_ALL] = "DELETE FROM room_renamed WHERE former IN (SELECT former FROM room_renamed"
                           " ORDER BY until DESC LIMIT -1 OFFSET " G_STRINGIFY (HS_RENAMED_MAX) " - 1)",
  [SQL_RENAMED_FORGET_PLACE] = "DELETE FROM room_renamed WHERE place = ?",
  [SQL_LIST_GET] = "SELECT mode, mask, by, time FROM room_list WHERE place = ? ORDER BY time, mask",
  [SQL_LIST_CLEAR] = "DELETE FROM room_list WHERE place = ?",
  [SQL_LIST_ADD] = "INSERT OR IGNORE INTO room_list (place, mode, mask, by, time) VALUES (?, ?, ?, ?, ?)",
  [SQL_PLACE_HAS] = "SELECT id FROM message WHERE place = ? LIMIT 1",

  [SQL_MARKER_GET] = "SELECT time FROM marker WHERE identity = ? AND place = ?",
  [SQL_MARKER_LIST] = "SELECT p.name, m.time FROM marker m JOIN place p ON p.id = m.place WHERE m.identity = ?",
  [SQL_MARKER_SET] = "INSERT INTO marker (identity, place, time) VALUES (?, ?, ?)"
                     " ON CONFLICT (identity, place) DO UPDATE SET time = max (time, excluded.time)",

  [SQL_MARKER_CLEAR_PLACE] = "DELETE FROM marker WHERE place = ?",
  [SQL_MARKER_CLEAR] = "DELETE FROM marker WHERE identity = ?",

  [SQL_ACCOUNT_ADD] = "INSERT OR IGNORE INTO account (key, " ACCOUNT ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  [SQL_ACCOUNT_SET] = "UPDATE account SET salt = ?, iterations = ?, stored_key = ?, server_key = ?, locked = ? WHERE key = ?",
  [SQL_ACCOUNT_GET] = "SELECT " ACCOUNT " FROM account WHERE key = ?",
  [SQL_ACCOUNT_LIST] = "SELECT " ACCOUNT " FROM account",
  [SQL_ACCOUNT_REMOVE] = "DELETE FROM account WHERE key = ?",
  [SQL_ACCOUNT_KEY_ADD] = "INSERT OR REPLACE INTO account_key (key, account) VALUES (?, ?)",
  [SQL_ACCOUNT_KEY_LIST] = "SELECT key, account FROM account_key",
  [SQL_ACCOUNT_KEY_REMOVE] = "DELETE FROM account_key WHERE key = ?",
  [SQL_ACCOUNT_KEYS_REMOVE] = "DELETE FROM account_key WHERE account = ?",
  [SQL_ACCOUNT_METADATA_GET] = "SELECT key, value FROM account_metadata WHERE account = ? ORDER BY key",
  [SQL_ACCOUNT_METADATA_ADD] = "INSERT OR REPLACE INTO account_metadata (account, key, value) VALUES (?, ?, ?)",
  [SQL_ACCOUNT_METADATA_CLEAR] = "DELETE FROM account_metadata WHERE account = ?",
  [SQL_ACCOUNT_GONE_ADD] = "INSERT OR IGNORE INTO account_gone (key) VALUES (?)",
  [SQL_ACCOUNT_GONE_LIST] = "SELECT key FROM account_gone",
  [SQL_SECRET_GET] = "SELECT value FROM secret WHERE name = ?",

  [SQL_INVITE_ADD] = "INSERT OR IGNORE INTO invite (token, until) VALUES (?, ?)",
  [SQL_INVITE_LIST] = "SELECT token, until FROM invite WHERE until > ? ORDER BY until",
  [SQL_INVITE_REMOVE] = "DELETE FROM invite WHERE token = ?",

  [SQL_TRIM_OLD] = "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE id < ? ORDER BY id LIMIT " SLICE ")",
  [SQL_TRIM_SIZE] = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
  [SQL_TRIM_OLDEST] = "DELETE FROM message WHERE id IN (SELECT id FROM message ORDER BY id LIMIT " SLICE ")",
  [SQL_TRIM_OLDEST_ANSWERED] = "DELETE FROM answered WHERE (owner, client_id) IN"
                               " (SELECT owner, client_id FROM answered ORDER BY message LIMIT " SLICE ")",
  [SQL_TRIM_FULL] = "SELECT id, n - ?1 FROM place WHERE n > ?1 LIMIT 1",
  [SQL_TRIM_PLACE] = "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE place = ? ORDER BY id LIMIT ?)",
  [SQL_TRIM_TALK_PLACE] = "SELECT id FROM place WHERE " LOST_TALK " AND EXISTS (SELECT 1 FROM message WHERE message.place = place.id) LIMIT 1",
  [SQL_TRIM_LOST_PLACE] = "SELECT id FROM place WHERE name > '=' || char (31) AND name < '=' || char (32)"
                          " AND EXISTS (SELECT 1 FROM message WHERE message.place = place.id) LIMIT 1",
  [SQL_TRIM_TALKS] = "DELETE FROM talk WHERE place = ?",
  [SQL_TRIM_EMPTY_TALKS] = "DELETE FROM talk WHERE place IN " EMPTY_PLACES,
  [SQL_TRIM_EMPTY_MARKERS] = "DELETE FROM marker WHERE place IN " EMPTY_PLACES,
  [SQL_TRIM_EMPTY] = "DELETE FROM place WHERE id IN " EMPTY_PLACES,
  [SQL_TRIM_MARKERS] = "DELETE FROM marker WHERE identity > 'guest:' AND identity < 'guest;' AND instr (identity, ?1) = 0",
  [SQL_TRIM_OWNERS] = "DELETE FROM owner WHERE id IN (SELECT id FROM owner WHERE expires < ?"
                      " AND NOT EXISTS (SELECT 1 FROM answered WHERE answered.owner = owner.id) LIMIT " SLICE ")",
  [SQL_TRIM_INVITES] = "DELETE FROM invite WHERE until <= ?",
  [SQL_TRIM_RENAMED] = "DELETE FROM room_renamed WHERE until <= ?",
  [SQL_TRIM_ANSWERED] = "DELETE FROM answered WHERE (owner, client_id) IN"
                        " (SELECT owner, client_id FROM answered WHERE message < ? LIMIT " SLICE ")",
};
