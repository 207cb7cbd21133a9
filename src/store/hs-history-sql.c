/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every statement of the history, and how values go in and rows come out. */
#include "hs-history-private.h"
#include "hs-limits.h"

/* A room that nobody read for a year must not hold up the start. */
#define AFTER_READ \
  "(SELECT kind, flags FROM message WHERE room = r.id AND id > r.read_id ORDER BY id LIMIT " G_STRINGIFY (HS_HISTORY_UNREAD_MAX) ")"
/* Unread are others' messages, actions and notices: kinds 0 to 2 without HS_ENTRY_OWN (1); mentions have
 * HS_ENTRY_MENTION (2). */
#define ROOM \
  "r.id, r.network, r.name, r.shown, r.read_id, r.draft," \
  " (SELECT count(*) FROM " AFTER_READ " WHERE kind <= 2 AND flags & 1 = 0)," \
  " (SELECT count(*) FROM " AFTER_READ " WHERE kind <= 2 AND flags & 3 = 2)," \
  " (SELECT time FROM message WHERE room = r.id ORDER BY id DESC LIMIT 1)"
#define ROW "id, time, kind, flags, delivery, msgid, client_id, sender, shown, text"

const char *const hs_history_texts[N_SQL] = {
  [SQL_ROOM_ADD] = "INSERT OR IGNORE INTO room (network, name) VALUES (?, ?)",
  [SQL_ROOM_FIND] = "SELECT id FROM room WHERE network = ? AND name = ?",
  [SQL_ROOM_LIST] = "SELECT " ROOM " FROM room r WHERE ?1 IS NULL OR r.network = ?1 ORDER BY r.id",
  [SQL_ROOM_GET] = "SELECT " ROOM " FROM room r WHERE r.id = ?",
  [SQL_ROOM_SET_READ] = "UPDATE room SET read_id = ? WHERE id = ?",
  [SQL_ROOM_SET_DRAFT] = "UPDATE room SET draft = ? WHERE id = ?",
  [SQL_ROOM_SET_SHOWN] = "UPDATE room SET shown = ? WHERE id = ?",
  [SQL_ROOM_GIVE_WAY] = "UPDATE room SET name = name || ' ' || id, opened = 0, joined = 0"
                        " WHERE network = (SELECT network FROM room WHERE id = ?1) AND name = ?2 AND id <> ?1",
  [SQL_ROOM_RENAME] = "UPDATE room SET name = ? WHERE id = ?",
  [SQL_ROOM_OPEN] = "UPDATE room SET kind = ?, opened = ? WHERE id = ? AND opened = 0",
  [SQL_ROOM_CLOSE] = "UPDATE room SET opened = 0, joined = 0 WHERE id = ?",
  [SQL_ROOM_CHOOSE] = "UPDATE room SET opened = max (?, (SELECT max (opened) + 1 FROM room)) WHERE id = ? AND opened > 0",
  [SQL_ROOM_SET_JOINED] = "UPDATE room SET joined = ? WHERE id = ?",
  [SQL_ROOM_LIST_OPEN] = "SELECT r.network, r.name, r.shown, r.kind, r.joined, r.opened,"
                         " coalesce (n.address, r.network), coalesce (n.protocol, 0), coalesce (n.line_ending, 0)"
                         " FROM room r LEFT JOIN network n ON n.name = r.network WHERE r.opened > 0 ORDER BY r.id",
  [SQL_NETWORK_SET] = "INSERT INTO network (name, address, protocol, line_ending) VALUES (?, ?, ?, ?)"
                      " ON CONFLICT (name) DO UPDATE SET address = excluded.address, protocol = excluded.protocol,"
                      " line_ending = excluded.line_ending",

  [SQL_KEY_SEEN] = "INSERT INTO server_key (fingerprint, first_seen, last_seen) VALUES (?1, ?2, ?2)"
                   " ON CONFLICT (fingerprint) DO UPDATE SET last_seen = excluded.last_seen",
  [SQL_KEY_SET_NAME] = "UPDATE server_key SET name = nullif (?, '') WHERE fingerprint = ?",
  [SQL_KEY_SET_COMPARED] = "UPDATE server_key SET compared = ? WHERE fingerprint = ?",
  [SQL_KEY_FORGET] = "DELETE FROM server_key WHERE fingerprint = ?",
  [SQL_KEY_FORGET_PINS] = "DELETE FROM pin WHERE fingerprint = ?",
  [SQL_KEY_LIST] = "SELECT fingerprint, name, first_seen, last_seen, compared FROM server_key ORDER BY first_seen, fingerprint",
  [SQL_KEY_FORGET_ALL] = "DELETE FROM server_key",
  [SQL_PIN_SET] = "INSERT INTO pin (binding, fingerprint, by_authority, since, shows_key, ours) VALUES (?, ?, ?, ?, ?, ?)"
                  " ON CONFLICT (binding) DO UPDATE SET fingerprint = excluded.fingerprint, by_authority = excluded.by_authority,"
                  " since = excluded.since, shows_key = excluded.shows_key, ours = excluded.ours",
  [SQL_PIN_LIST] = "SELECT binding, fingerprint, by_authority, since, shows_key, ours FROM pin ORDER BY binding",
  [SQL_PIN_FORGET_ALL] = "DELETE FROM pin",
  [SQL_STS_SET] = "INSERT INTO sts (host, port, until) VALUES (?, ?, ?)"
                  " ON CONFLICT (host) DO UPDATE SET port = excluded.port, until = excluded.until",
  [SQL_STS_LIST] = "SELECT host, port, until FROM sts ORDER BY host",
  [SQL_STS_FORGET] = "DELETE FROM sts WHERE host = ?",
  [SQL_STS_FORGET_ALL] = "DELETE FROM sts",

  [SQL_DAYS] = "SELECT day, n FROM room_day WHERE room = ? ORDER BY day",
  [SQL_LAST_SAID] = "SELECT time FROM message WHERE room = ? AND kind <= 2 AND msgid IS NOT NULL ORDER BY id DESC LIMIT 1",
  [SQL_LAST_ID] = "SELECT max(id) FROM message WHERE room = ?",
  [SQL_LAST_IN_MS] = "SELECT max(id) FROM message WHERE id BETWEEN ? AND ?",
  [SQL_DAY_IDS] = "SELECT id FROM message WHERE room = ? AND id >= ? AND id < ? ORDER BY id",
  [SQL_ID_FORWARD] = "SELECT id FROM message WHERE room = ? AND id >= ? ORDER BY id LIMIT 1 OFFSET ?",
  [SQL_ID_BACKWARD] = "SELECT id FROM message WHERE room = ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ?",
  [SQL_COUNT_BETWEEN] = "SELECT count(*) FROM message WHERE room = ? AND id >= ? AND id < ?",

  [SQL_INSERT] = "INSERT OR IGNORE INTO message (room, " ROW ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  [SQL_FIND_MSGID] = "SELECT id FROM message WHERE room = ? AND msgid = ?",
  [SQL_GET_MSGID] = "SELECT msgid FROM message WHERE id = ? AND room = ?",
  [SQL_REDACT] = "UPDATE message SET text = NULL WHERE id = ? AND kind <= 2 AND text IS NOT NULL",
  [SQL_PAGE] = "SELECT " ROW " FROM message WHERE room = ? AND id >= ? ORDER BY id LIMIT ?",
  [SQL_LIST_ACCEPTED] = "SELECT id FROM message WHERE room = ? AND id > ? AND id <= ? AND delivery = 4 ORDER BY id DESC LIMIT ?",
  [SQL_SET_DELIVERY] = "UPDATE message SET delivery = ? WHERE id = ?",
  [SQL_PRESENCE_APPEND] = "UPDATE message SET text = ? WHERE id = ?",

  [SQL_OUTBOX_ADD] = "INSERT INTO outbox (room, " ROW ") VALUES (?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  [SQL_OUTBOX_GET] = "SELECT " ROW " FROM outbox WHERE id = ? AND room = ?",
  [SQL_OUTBOX_LIST] = "SELECT " ROW " FROM outbox WHERE room = ? ORDER BY id",
  [SQL_OUTBOX_SET_DELIVERY] = "UPDATE outbox SET delivery = ? WHERE id = ?",
  [SQL_OUTBOX_REMOVE] = "DELETE FROM outbox WHERE id = ?",
};

HsHistoryRow *
hs_sql_dup_row (sqlite3_stmt *statement)
{
  HsHistoryRow *row = g_new0 (HsHistoryRow, 1);
  char **const strings[] = { &row->msgid, &row->client_id, &row->sender, &row->shown, &row->text };

  row->id = sqlite3_column_int64 (statement, 0);
  row->time = sqlite3_column_int64 (statement, 1);
  row->kind = sqlite3_column_int (statement, 2);
  row->flags = sqlite3_column_int (statement, 3);
  row->delivery = sqlite3_column_int (statement, 4);
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    *strings[i] = hs_sql_dup_text (statement, 5 + i);
  return row;
}
