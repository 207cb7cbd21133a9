/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms, markers, and what is thrown away. */
#include "test-server-db-private.h"

#include "hs-database.h"
#include "hs-limits.h"

#define DAY G_GINT64_CONSTANT (86400000)

static void
test_rooms (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "server.db", NULL);
  g_autoptr (HsServerRoom) room = hs_server_room_new ("#Küche");
  g_autoptr (GPtrArray) rooms = NULL;
  HsServerDb *db = hs_server_db_open (path, NULL);
  const HsServerRoom *back;
  const HsServerListEntry *entry;

  room->topic = g_strdup ("Tee 🫖");
  room->topic_by = g_strdup ("anna");
  room->topic_time = 5;
  room->created = 4;
  room->modes = g_strdup ("+nt");
  room->metadata = g_strsplit ("color url", " ", -1);
  hs_server_room_add (room, 'b', "*!*@10.0.0.9", "anna", 7);
  hs_server_room_add (room, 'I', "berta!*@*", "anna", 8);
  g_assert_true (hs_server_db_put_room (db, room, NULL));
  g_assert_true (hs_server_db_put_room (db, room, NULL)); /* replaces */
  hs_server_db_close (db);

  db = hs_server_db_open (path, NULL);
  rooms = hs_server_db_list_rooms (db, NULL);
  g_assert_cmpuint (rooms->len, ==, 1);
  back = g_ptr_array_index (rooms, 0);
  g_assert_cmpstr (back->name, ==, "#Küche");
  g_assert_cmpstr (back->topic, ==, "Tee 🫖");
  g_assert_cmpstr (back->topic_by, ==, "anna");
  g_assert_cmpint (back->topic_time, ==, 5);
  g_assert_cmpint (back->created, ==, 4);
  g_assert_cmpstr (back->modes, ==, "+nt");
  g_assert_cmpuint (back->list->len, ==, 2);
  g_assert_cmpstr (back->metadata[0], ==, "color");
  g_assert_cmpstr (back->metadata[1], ==, "url");
  g_assert_null (back->metadata[2]);
  entry = g_ptr_array_index (back->list, 0);
  g_assert_cmpint (entry->mode, ==, 'b');
  g_assert_cmpstr (entry->mask, ==, "*!*@10.0.0.9");
  g_assert_cmpint (entry->time, ==, 7);

  hs_server_db_close (db);
  remove_folder (folder);
}

static char *
read_all (HsServerDb *db, const char *place)
{
  const HsServerQuery query = { place, 0, G_MAXINT64, FALSE, FALSE, FALSE, 100 };

  return read_texts (db, &query);
}

/* What stands under a name that is no room's is not the next room's of that name. */
static void
test_former_life (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (HsServerRoom) room = hs_server_room_new ("#two");
  g_autofree char *before = NULL, *after = NULL, *again = NULL;

  append (db, ID (0, 0), "#two", "secret");
  before = read_all (db, "#two");
  g_assert_cmpstr (before, ==, "secret");
  g_assert_true (hs_server_db_put_room (db, room, NULL));
  after = read_all (db, "#two");
  g_assert_cmpstr (after, ==, "");
  append (db, ID (1, 0), "#two", "new");
  g_assert_true (hs_server_db_put_room (db, room, NULL));
  again = read_all (db, "#two");
  g_assert_cmpstr (again, ==, "new");
  g_assert_cmpuint (hs_server_db_trim (db, T0, 0, 0, 0, "guest:", NULL), ==, 1); /* what was said */
  g_assert_cmpuint (hs_server_db_trim (db, T0, 0, 0, 0, "guest:", NULL), ==, 1); /* and where */
  g_assert_cmpuint (hs_server_db_trim (db, T0, 0, 0, 0, "guest:", NULL), ==, 0);
}

static void
test_unused (void)
{
  static const struct
  {
    const char *name;
    gint64 created, used; /* µs and ms after T0; used: 0 never */
    gboolean former, unused, unused_if_crowded;
  } cases[] = {
    { "#old", 0, 0, FALSE, TRUE, TRUE },
    { "#new", 200, 0, FALSE, FALSE, FALSE },
    { "#used-before", 0, 50, FALSE, FALSE, TRUE },
    { "#used-since", 0, 150, FALSE, FALSE, FALSE },
    { "#renamed", 0, 0, TRUE, FALSE, FALSE },
  };
  for (guint crowded = 0; crowded <= 1; crowded++)
    {
      g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
      gint64 created = 100, used = crowded ? ID (100, 0) : 0;
      g_autoptr (GPtrArray) rooms = NULL, left = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autoptr (HsServerRoom) room = hs_server_room_new (cases[i].former ? "#before" : cases[i].name);

          room->created = cases[i].created;
          hs_server_room_add (room, 'b', "*!*@10.0.0.9", "anna", 7);
          g_assert_true (hs_server_db_put_room (db, room, NULL));
          if (cases[i].used != 0)
            append (db, ID (cases[i].used, 0), cases[i].name, "x");
          if (!cases[i].former)
            continue;
          g_assert_true (hs_server_db_rename_room (db, "#before", cases[i].name, T0, NULL));
          g_free (room->name);
          room->name = g_strdup (cases[i].name);
          g_assert_true (hs_server_db_put_room (db, room, NULL));
        }
      rooms = hs_server_db_list_unused (db, created, used, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          gboolean unused = crowded ? cases[i].unused_if_crowded : cases[i].unused;
          g_autofree char *texts = NULL;

          g_test_message ("%s, crowded: %u", cases[i].name, crowded);
          g_assert_cmpint (g_ptr_array_find_with_equal_func (rooms, cases[i].name, g_str_equal, NULL), ==, unused);
          g_assert_cmpint (hs_server_db_drop_unused (db, cases[i].name, created, used, NULL), ==, unused);
          texts = read_all (db, cases[i].name);
          g_assert_cmpstr (texts, ==, cases[i].used != 0 && !unused ? "x" : "");
        }
      g_assert_false (hs_server_db_drop_unused (db, "#nowhere", created, used, NULL));
      left = hs_server_db_list_rooms (db, NULL);
      g_assert_cmpuint (left->len, ==, crowded ? 3 : 4);
    }
}

/* What was said, the lists and the markers go with it; what an earlier room of that name left, does not come back. */
static void
test_rename (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (HsServerRoom) room = hs_server_room_new ("#old");
  g_autoptr (HsServerRoom) renamed = hs_server_room_new ("#New");
  g_autoptr (GPtrArray) names = NULL, rooms = NULL, back = NULL, later = NULL;
  g_autofree char *texts = NULL, *left = NULL;

  hs_server_room_add (room, 'b', "*!*@10.0.0.9", "anna", 7);
  g_assert_true (hs_server_db_put_room (db, room, NULL));
  append (db, ID (0, 0), "#old", "one");
  append (db, ID (0, 1), "#new", "secret");
  hs_server_db_set_marker (db, "a", "#old", 10, NULL);
  hs_server_db_set_marker (db, "a", "#new", 99, NULL);
  g_assert_true (hs_server_db_rename_room (db, "#old", "#New", 5000, NULL));
  hs_server_room_add (renamed, 'b', "*!*@10.0.0.9", "anna", 7);
  g_assert_true (hs_server_db_put_room (db, renamed, NULL));
  append (db, ID (0, 2), "#new", "two");
  texts = read_all (db, "#new");
  g_assert_cmpstr (texts, ==, "one two");
  left = read_all (db, "#old");
  g_assert_cmpstr (left, ==, "");
  g_assert_cmpint (hs_server_db_get_marker (db, "a", "#new", NULL), ==, 10);
  rooms = hs_server_db_list_rooms (db, NULL);
  g_assert_cmpuint (rooms->len, ==, 1);
  g_assert_cmpstr (((HsServerRoom *) g_ptr_array_index (rooms, 0))->name, ==, "#New");
  names = hs_server_db_list_renamed (db, 4999, NULL);
  g_assert_cmpuint (names->len, ==, 1);
  g_assert_cmpstr (((HsServerRenamed *) g_ptr_array_index (names, 0))->former, ==, "#old");
  g_assert_cmpstr (((HsServerRenamed *) g_ptr_array_index (names, 0))->name, ==, "#New");
  later = hs_server_db_list_renamed (db, 5000, NULL);
  g_assert_cmpuint (later->len, ==, 0);
  /* And back: nothing points in a circle. */
  g_assert_true (hs_server_db_rename_room (db, "#new", "#old", 6000, NULL));
  g_assert_true (hs_server_db_put_room (db, room, NULL));
  back = hs_server_db_list_renamed (db, 0, NULL);
  g_assert_cmpuint (back->len, ==, 1);
  g_assert_cmpstr (((HsServerRenamed *) g_ptr_array_index (back, 0))->former, ==, "#new");
}

/* One room does not fill the table, nor do all of them: the oldest names go. */
static void
test_rename_often (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (GPtrArray) one = NULL, all = NULL;

  for (guint i = 0; i < HS_RENAMED_PER_ROOM + 3; i++)
    {
      g_autofree char *from = g_strdup_printf ("#%u", i), *to = g_strdup_printf ("#%u", i + 1);
      g_autoptr (HsServerRoom) room = hs_server_room_new (from);

      g_assert_true (hs_server_db_put_room (db, room, NULL));
      g_assert_true (hs_server_db_rename_room (db, from, to, 100 + i, NULL));
    }
  one = hs_server_db_list_renamed (db, 0, NULL);
  g_assert_cmpuint (one->len, ==, HS_RENAMED_PER_ROOM);
  g_assert_cmpstr (((HsServerRenamed *) g_ptr_array_index (one, 0))->former, ==, "#7");
  g_assert_cmpstr (((HsServerRenamed *) g_ptr_array_index (one, HS_RENAMED_PER_ROOM - 1))->former, ==, "#3");
  for (guint i = 0; i < HS_RENAMED_MAX; i++)
    {
      g_autofree char *from = g_strdup_printf ("#from%u", i), *to = g_strdup_printf ("#to%u", i);
      g_autoptr (HsServerRoom) room = hs_server_room_new (from);

      g_assert_true (hs_server_db_put_room (db, room, NULL));
      g_assert_true (hs_server_db_rename_room (db, from, to, 1000 + i, NULL));
    }
  all = hs_server_db_list_renamed (db, 0, NULL);
  g_assert_cmpuint (all->len, ==, HS_RENAMED_MAX);
  for (guint i = 0; i < all->len; i++)
    g_assert_true (g_str_has_prefix (((HsServerRenamed *) g_ptr_array_index (all, i))->former, "#from"));
}

static void
test_markers (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (GPtrArray) markers = NULL;

  g_assert_cmpint (hs_server_db_get_marker (db, "a", "#lobby", NULL), ==, 0);
  g_assert_cmpint (hs_server_db_set_marker (db, "a", "#lobby", 10, NULL), ==, 10);
  g_assert_cmpint (hs_server_db_set_marker (db, "a", "#lobby", 5, NULL), ==, 10); /* never back */
  g_assert_cmpint (hs_server_db_get_marker (db, "b", "#lobby", NULL), ==, 0);
  markers = hs_server_db_list_markers (db, "a", NULL);
  g_assert_cmpuint (markers->len, ==, 1);
  g_assert_cmpstr (((HsServerTarget *) g_ptr_array_index (markers, 0))->name, ==, "#lobby");
}

static guint
trim_all (HsServerDb *db, gint64 oldest, guint messages, const char *run)
{
  guint n, total = 0;

  while ((n = hs_server_db_trim (db, T0 + DAY, oldest, messages, 0, run, NULL)) > 0)
    {
      g_assert_cmpuint (n, <=, 501);
      total += n;
    }
  return total;
}

static void
test_retention (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  HsServerQuery query = { "#lobby", 0, G_MAXINT64, FALSE, FALSE, FALSE, 5000 };
  g_autoptr (GPtrArray) left = NULL;

  hs_server_db_begin (db, NULL);
  for (guint i = 0; i < 2000; i++)
    append (db, ID (i, 0), "#lobby", "x");
  for (guint i = 0; i < 100; i++)
    append (db, ID (3000 + i, 0), "#small", "x");
  hs_server_db_commit (db, NULL);
  g_assert_cmpuint (trim_all (db, T0, 5000, "guest:run1:"), ==, 0);
  g_assert_cmpuint (trim_all (db, T0 + 700, 5000, "guest:run1:"), ==, 700);
  g_assert_cmpuint (trim_all (db, T0, 100, "guest:run1:"), ==, 1200);
  left = hs_server_db_read (db, &query, NULL);
  g_assert_cmpuint (left->len, ==, 100);
  g_assert_cmpint (((HsServerMessage *) g_ptr_array_index (left, 0))->id, ==, ID (1900, 0)); /* the newest stay */
}

/* How many rows a place has is written once a transaction; what was rolled back is not counted. */
static void
test_counts (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  HsDatabase *base = (HsDatabase *) db;
  HsServerQuery query = { "#lobby", 0, G_MAXINT64, FALSE, FALSE, FALSE, 10 };
  g_autoptr (GPtrArray) left = NULL;

  append (db, ID (0, 0), "#lobby", "alone");
  hs_server_db_begin (db, NULL);
  for (guint i = 1; i <= 5; i++)
    append (db, ID (i, 0), "#lobby", "given up");
  hs_database_rollback (base);

  hs_server_db_begin (db, NULL);
  append (db, ID (6, 0), "#lobby", "kept");
  append (db, ID (7, 0), "#other", "kept");
  g_assert_true (hs_database_savepoint (base, NULL));
  append (db, ID (8, 0), "#lobby", "kept");
  g_assert_true (hs_database_release (base, NULL));
  g_assert_true (hs_database_savepoint (base, NULL));
  append (db, ID (9, 0), "#lobby", "given up");
  hs_database_rollback_to (base);
  g_assert_true (hs_server_db_commit (db, NULL));

  g_assert_cmpuint (trim_all (db, T0, 3, "guest:run1:"), ==, 0);
  g_assert_cmpuint (trim_all (db, T0, 2, "guest:run1:"), ==, 1);
  g_assert_cmpuint (trim_all (db, T0, 2, "guest:run1:"), ==, 0);
  left = hs_server_db_read (db, &query, NULL);
  g_assert_cmpuint (left->len, ==, 2);
}

/* Two guests' words, when one can prove to have been either any more, are not kept; an account's are. */
static void
test_lost_talks (void)
{
  static const struct
  {
    const char *from, *to;
    gboolean kept;
  } cases[] = {
    { "guest:run1:1", "guest:run1:2", FALSE },
    { "guest:run1:1", "guest:run2:2", TRUE },
    { "guest:run2:1", "guest:run2:2", TRUE },
    { "account:ana", "guest:run1:2", TRUE },
    { "guest:run1:1", "host", TRUE },
  };
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (HsServerRoom) lobby = hs_server_room_new ("#lobby");

  g_assert_true (hs_server_db_put_room (db, lobby, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *place = hs_server_db_make_talk (cases[i].from, cases[i].to);
      g_autoptr (HsServerMessage) message = make_message (ID (i, 0), place, "x");
      gint64 first;

      g_free (message->author);
      message->author = g_strdup (cases[i].from);
      message->author_nick = g_strdup ("a");
      message->to = g_strdup (cases[i].to);
      message->to_nick = g_strdup ("b");
      g_assert_cmpint (hs_server_db_append (db, message, &first, NULL), ==, HS_SERVER_APPENDED);
    }
  hs_server_db_set_marker (db, "guest:run1:1", "#lobby", 10, NULL);
  hs_server_db_set_marker (db, "guest:run2:1", "#lobby", 10, NULL);
  trim_all (db, T0, 0, "guest:run2:");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *place = hs_server_db_make_talk (cases[i].from, cases[i].to);
      HsServerQuery query = { place, 0, G_MAXINT64, FALSE, FALSE, FALSE, 10 };
      g_autoptr (GPtrArray) left = hs_server_db_read (db, &query, NULL);

      g_test_message ("%s and %s", cases[i].from, cases[i].to);
      g_assert_cmpuint (left->len, ==, cases[i].kept ? 1 : 0);
    }
  g_assert_cmpint (hs_server_db_get_marker (db, "guest:run1:1", "#lobby", NULL), ==, 0);
  g_assert_cmpint (hs_server_db_get_marker (db, "guest:run2:1", "#lobby", NULL), ==, 10);
}

static gint64
count (HsServerDb *db, const char *table)
{
  g_autofree char *sql = g_strconcat ("SELECT count (*) FROM ", table, NULL);
  sqlite3_stmt *statement = NULL;
  gint64 n;

  g_assert_cmpint (sqlite3_prepare_v2 (((HsDatabase *) db)->db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return n;
}

/* Names, markers and talks do not pile up where nothing is kept any more. */
static void
test_empty_places (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (HsServerRoom) room = hs_server_room_new ("#kept");
  g_autofree char *talk = hs_server_db_make_talk ("account:ana", "account:bea");
  g_autoptr (HsServerMessage) said = make_message (ID (0, 0), talk, "x"), again = make_message (ID (9, 0), talk, "again");
  gint64 first;

  said->to = g_strdup ("account:bea");
  g_free (said->author);
  said->author = g_strdup ("account:ana");
  said->author_nick = g_strdup ("ana");
  said->to_nick = g_strdup ("bea");
  g_assert_true (hs_server_db_put_room (db, room, NULL));
  g_assert_cmpint (hs_server_db_append (db, said, &first, NULL), ==, HS_SERVER_APPENDED);
  append (db, ID (1, 0), "#said", "x");
  hs_server_db_set_marker (db, "account:ana", "#kept", 10, NULL);
  hs_server_db_set_marker (db, "account:ana", "#left", 10, NULL);
  hs_server_db_set_marker (db, "account:ana", "#said", 10, NULL);
  hs_server_db_set_marker (db, "account:ana", talk, 10, NULL);
  trim_all (db, T0, 0, "guest:");
  g_assert_cmpint (count (db, "place"), ==, 3);
  g_assert_cmpint (count (db, "marker"), ==, 3);
  g_assert_cmpint (count (db, "talk"), ==, 2);
  trim_all (db, T0 + 2, 0, "guest:"); /* what was said is too old */
  g_assert_cmpint (count (db, "place"), ==, 1);
  g_assert_cmpint (count (db, "marker"), ==, 1);
  g_assert_cmpint (count (db, "talk"), ==, 0);
  g_assert_cmpint (hs_server_db_append (db, again, &first, NULL), ==, HS_SERVER_APPENDED); /* its place was remembered */
  g_assert_cmpint (count (db, "place"), ==, 2);
  hs_server_db_begin (db, NULL);
  append (db, ID (3, 0), "#new", "not counted yet");
  g_assert_cmpuint (hs_server_db_trim (db, T0, 0, 0, 0, "guest:", NULL), ==, 0);
  g_assert_true (hs_server_db_commit (db, NULL));
  g_assert_cmpint (count (db, "place"), ==, 3);
}

/* However it is spread over rooms, all of it together is bounded: the oldest goes, and where nothing is left, the ids that were answered. */
static void
test_size (void)
{
  const gint64 most = 2 * 1024 * 1024;
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autofree char *words = g_strnfill (1000, 'w'), *left = NULL;
  HsServerQuery newest = { "#r9", 0, G_MAXINT64, TRUE, FALSE, FALSE, 1 }, oldest = { "#r0", 0, G_MAXINT64, FALSE, FALSE, FALSE, 1 };
  gint64 n;

  hs_server_db_begin (db, NULL);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *place = g_strdup_printf ("#r%u", i % 10);
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autoptr (HsServerMessage) message = make_message (ID (i, 0), place, words);
      gint64 first;

      message->client_id = g_strdup (id);
      message->owner = g_bytes_new ("token", 5);
      g_assert_cmpint (hs_server_db_append (db, message, &first, NULL), ==, HS_SERVER_APPENDED);
    }
  g_assert_true (hs_server_db_commit (db, NULL));
  while (hs_server_db_trim (db, T0, 0, 0, 100 * most, "guest:", NULL) > 0)
    ;
  g_assert_cmpint (count (db, "message"), ==, 5000);
  while (hs_server_db_trim (db, T0, 0, 0, most, "guest:", NULL) > 0)
    ;
  n = count (db, "message");
  g_assert_cmpint (n, >=, 500);
  g_assert_cmpint (n, <, 1500);
  g_assert_cmpint (count (db, "answered"), ==, 5000);
  left = read_texts (db, &newest);
  g_assert_cmpstr (left, ==, words);
  {
    g_autoptr (GPtrArray) first = hs_server_db_read (db, &oldest, NULL);

    g_assert_cmpint (((HsServerMessage *) g_ptr_array_index (first, 0))->id, >=, ID (3500, 0));
  }
  while (hs_server_db_trim (db, T0, 0, 0, 1, "guest:", NULL) > 0)
    ;
  g_assert_cmpint (count (db, "message"), ==, 0);
  g_assert_cmpint (count (db, "answered"), ==, 0);
}

/* Answered ids and the tokens they are found by are kept for seven days. */
static void
test_answers (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  HsServerAppended expected[] = { HS_SERVER_APPENDED, HS_SERVER_REPEATED, HS_SERVER_APPENDED };
  gint64 nows[] = { T0, T0 + 6 * DAY, T0 + 8 * DAY };

  for (guint i = 0; i < G_N_ELEMENTS (nows); i++)
    {
      g_autoptr (HsServerMessage) message = make_message (ID (i, 0), "#lobby", "x");
      gint64 first;

      while (hs_server_db_trim (db, nows[i], 0, 0, 0, "guest:", NULL) > 0)
        ;
      message->client_id = g_strdup ("1");
      message->owner = g_bytes_new ("token", 5);
      g_assert_cmpint (hs_server_db_append (db, message, &first, NULL), ==, expected[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/server-db-rooms/rooms", test_rooms);
  g_test_add_func ("/store/server-db-rooms/former-life", test_former_life);
  g_test_add_func ("/store/server-db-rooms/unused", test_unused);
  g_test_add_func ("/store/server-db-rooms/rename", test_rename);
  g_test_add_func ("/store/server-db-rooms/rename-often", test_rename_often);
  g_test_add_func ("/store/server-db-rooms/markers", test_markers);
  g_test_add_func ("/store/server-db-rooms/retention", test_retention);
  g_test_add_func ("/store/server-db-rooms/counts", test_counts);
  g_test_add_func ("/store/server-db-rooms/lost-talks", test_lost_talks);
  g_test_add_func ("/store/server-db-rooms/empty-places", test_empty_places);
  g_test_add_func ("/store/server-db-rooms/size", test_size);
  g_test_add_func ("/store/server-db-rooms/answers", test_answers);
  return g_test_run ();
}
