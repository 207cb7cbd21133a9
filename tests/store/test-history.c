/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-history-private.h"

typedef struct
{
  HsHistory *history;
  gint64 room;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  fixture->history = hs_history_open (":memory:", &error);
  g_assert_no_error (error);
  fixture->room = hs_history_room (fixture->history, "host", "#lobby", &error);
  g_assert_no_error (error);
  g_assert_cmpint (fixture->room, >, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  hs_history_close (fixture->history);
}

static char *
join_texts (HsHistory *history, gint64 room)
{
  g_autoptr (GPtrArray) rows = hs_history_page (history, room, 0, 1000, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    g_string_append (text, ((HsHistoryRow *) g_ptr_array_index (rows, i))->text);
  return g_string_free (text, FALSE);
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "Hello", "你好 👋🏽", "👩‍👩‍👧‍👦 café", "a\tb\nc", "'; DROP TABLE message; --", "", "\xef\xbf\xbd" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      HsHistoryRow row = {
        .time = T0 + i, .kind = HS_ENTRY_ACTION, .flags = HS_ENTRY_OWN | HS_ENTRY_PLAIN, .delivery = HS_DELIVERY_ACCEPTED,
        .msgid = g_strdup_printf ("id-%u", i), .client_id = g_strdup ("c"), .sender = g_strdup ("李伟"),
        .shown = g_strdup ("李伟 (Wei)"), .text = g_strdup (texts[i]),
      };
      g_autoptr (GPtrArray) rows = NULL;
      HsHistoryRow *got;
      guint position = 99;

      g_assert_true (hs_history_insert (fixture->history, fixture->room, &row, &position, NULL));
      g_assert_cmpuint (position, ==, i);
      rows = hs_history_page (fixture->history, fixture->room, i, 10, NULL);
      g_assert_cmpuint (rows->len, ==, 1);
      got = g_ptr_array_index (rows, 0);
      g_assert_cmpint (got->id, ==, row.id);
      g_assert_cmpint (got->id >> 12, ==, T0 + i);
      g_assert_cmpint (got->time, ==, row.time);
      g_assert_cmpuint (got->kind, ==, row.kind);
      g_assert_cmpuint (got->flags, ==, row.flags);
      g_assert_cmpuint (got->delivery, ==, row.delivery);
      g_assert_cmpstr (got->msgid, ==, row.msgid);
      g_assert_cmpstr (got->client_id, ==, row.client_id);
      g_assert_cmpstr (got->sender, ==, row.sender);
      g_assert_cmpstr (got->shown, ==, row.shown);
      g_assert_cmpstr (got->text, ==, texts[i]);
      hs_history_row_clear (&row);
    }
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  guint position;

  insert_text (fixture->history, fixture->room, T0 + 5000, "c", &position);
  g_assert_cmpuint (position, ==, 0);
  insert_text (fixture->history, fixture->room, T0 + 9000, "e", &position);
  g_assert_cmpuint (position, ==, 1);
  insert_text (fixture->history, fixture->room, T0 + 1000, "a", &position); /* late */
  g_assert_cmpuint (position, ==, 0);
  insert_text (fixture->history, fixture->room, T0 + 5000, "d", &position); /* the same millisecond: after it */
  g_assert_cmpuint (position, ==, 2);
  insert_text (fixture->history, fixture->room, T0 - 3 * 86400000, "0", &position); /* days before */
  g_assert_cmpuint (position, ==, 0);
  insert_text (fixture->history, fixture->room, T0 + 86400000, "f", &position);
  g_assert_cmpuint (position, ==, 5);
  g_assert_cmpuint (hs_history_count (fixture->history, fixture->room, NULL), ==, 6);
  g_autofree char *texts = join_texts (fixture->history, fixture->room);
  g_assert_cmpstr (texts, ==, "0acdef");
}

/* More of one millisecond than the sequence holds, in two rooms at once, and times no clock should send. */
static void
test_odd_times (Fixture *fixture, gconstpointer data)
{
  gint64 other = hs_history_room (fixture->history, "host", "#other", NULL);
  gint64 before = 0;
  guint position;

  hs_history_begin (fixture->history, NULL);
  for (guint i = 0; i < 5000; i++)
    {
      gint64 id = insert_text (fixture->history, i % 2 ? fixture->room : other, T0, "x", &position);

      g_assert_cmpint (id, >, before);
      g_assert_cmpuint (position, ==, i / 2);
      before = id;
    }
  hs_history_commit (fixture->history, NULL);
  g_assert_cmpint (insert_text (fixture->history, fixture->room, -5, "x", &position), >, 0);
  g_assert_cmpuint (position, ==, 0);
  g_assert_cmpint (insert_text (fixture->history, fixture->room, G_MAXINT64, "x", &position), >, before);
  g_assert_cmpuint (position, ==, 2501);
}

static void
test_duplicate (Fixture *fixture, gconstpointer data)
{
  gint64 other = hs_history_room (fixture->history, "host", "#other", NULL);
  HsHistoryRow row = make_row (T0, "abc", "once");
  GError *error = NULL;
  guint position;
  gint64 id;

  insert_text (fixture->history, fixture->room, T0 - 1, "before", NULL);
  g_assert_true (hs_history_insert (fixture->history, fixture->room, &row, &position, &error));
  id = row.id;
  row.time += 5000;
  row.id = 0;
  position = 77;
  g_assert_false (hs_history_insert (fixture->history, fixture->room, &row, &position, &error));
  g_assert_no_error (error);
  g_assert_cmpint (row.id, ==, id);
  g_assert_cmpuint (position, ==, 1);
  g_assert_cmpuint (hs_history_count (fixture->history, fixture->room, NULL), ==, 2);
  g_assert_true (hs_history_insert (fixture->history, other, &row, &position, &error)); /* another room may have it */
  g_assert_cmpuint (position, ==, 0);
  hs_history_row_clear (&row);
}

static HsHistoryRow
make_presence (gint64 time, const char *text)
{
  HsHistoryRow row = make_row (time, NULL, text);

  row.kind = HS_ENTRY_PRESENCE;
  return row;
}

static void
test_presence (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *description;
    gint64 time;
    const char *text;
    gboolean presence;
    gboolean appended;
    guint position;
    const char *whole;
  } cases[] = {
    { "first", T0, "+Ana", TRUE, FALSE, 0, "+Ana" },
    { "folded", T0 + 1, "+李伟", TRUE, TRUE, 0, "+Ana\n+李伟" },
    { "folded again", T0 + 2, "-Ana", TRUE, TRUE, 0, "+Ana\n+李伟\n-Ana" },
    { "a message between", T0 + 3, "hi", FALSE, FALSE, 1, "hi" },
    { "a new one", T0 + 4, "+Ben", TRUE, FALSE, 2, "+Ben" },
    { "another day", T0 + 2 * 86400000, "-Ben", TRUE, FALSE, 3, "-Ben" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HsHistoryRow row = make_presence (cases[i].time, cases[i].text);
      GError *error = NULL;
      gboolean appended = FALSE;
      guint position = 99;

      g_test_message ("%s", cases[i].description);
      if (cases[i].presence)
        g_assert_true (hs_history_insert_presence (fixture->history, fixture->room, &row, &position, &appended, &error));
      else
        insert_text (fixture->history, fixture->room, cases[i].time, cases[i].text, &position);
      g_assert_no_error (error);
      g_assert_cmpint (appended, ==, cases[i].appended);
      g_assert_cmpuint (position, ==, cases[i].position);
      g_assert_cmpstr (row.text, ==, cases[i].whole);
      g_autoptr (GPtrArray) rows = hs_history_page (fixture->history, fixture->room, position, 1, NULL);
      g_assert_cmpstr (((HsHistoryRow *) g_ptr_array_index (rows, 0))->text, ==, cases[i].whole);
      hs_history_row_clear (&row);
    }
}

static void
test_presence_is_bounded (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 3000; i++)
    {
      HsHistoryRow row = make_presence (T0 + i, "+somebody-with-a-name");
      gboolean appended;

      g_assert_true (hs_history_insert_presence (fixture->history, fixture->room, &row, NULL, &appended, NULL));
      g_assert_cmpuint (strlen (row.text), <=, 8192);
      hs_history_row_clear (&row);
    }
  g_assert_cmpuint (hs_history_count (fixture->history, fixture->room, NULL), ==, 3000 * 22 / 8192 + 1);
}

static HsHistoryRoom *
get_room (Fixture *fixture, const char *network, guint index)
{
  g_autoptr (GPtrArray) rooms = hs_history_list_rooms (fixture->history, network, NULL);

  g_assert_cmpuint (rooms->len, >, index);
  return g_ptr_array_steal_index (rooms, index);
}

static void
test_rooms (Fixture *fixture, gconstpointer data)
{
  HsHistoryRow mention = make_row (T0 + 2, NULL, "Bob: hi"), own = make_row (T0 + 3, NULL, "yes");
  gint64 read = insert_text (fixture->history, fixture->room, T0, "read", NULL);
  HsHistoryRow presence = make_presence (T0 + 4, "+x");
  gboolean appended;
  HsHistoryRoom *room;

  mention.flags = HS_ENTRY_MENTION;
  own.flags = HS_ENTRY_OWN | HS_ENTRY_MENTION;
  insert_text (fixture->history, fixture->room, T0 + 1, "unread", NULL);
  hs_history_insert (fixture->history, fixture->room, &mention, NULL, NULL);
  hs_history_insert (fixture->history, fixture->room, &own, NULL, NULL);
  hs_history_insert_presence (fixture->history, fixture->room, &presence, NULL, &appended, NULL);
  g_assert_true (hs_history_set_read (fixture->history, fixture->room, read, NULL));
  g_assert_true (hs_history_set_draft (fixture->history, fixture->room, "a draft 草稿", NULL));
  g_assert_true (hs_history_set_shown (fixture->history, fixture->room, "Lobby", NULL));
  g_assert_cmpint (hs_history_room (fixture->history, "host", "#lobby", NULL), ==, fixture->room);
  g_assert_cmpint (hs_history_room (fixture->history, "libera", "#lobby", NULL), !=, fixture->room);

  room = get_room (fixture, "host", 0);
  g_assert_cmpint (room->id, ==, fixture->room);
  g_assert_cmpstr (room->name, ==, "#lobby");
  g_assert_cmpstr (room->shown, ==, "Lobby");
  g_assert_cmpstr (room->draft, ==, "a draft 草稿");
  g_assert_cmpint (room->read_id, ==, read);
  g_assert_cmpuint (room->unread, ==, 2);
  g_assert_cmpuint (room->mentions, ==, 1);
  g_assert_cmpint (room->last_time, ==, T0 + 4);
  hs_history_room_free (room);

  room = hs_history_get_room (fixture->history, fixture->room, NULL);
  g_assert_cmpstr (room->draft, ==, "a draft 草稿");
  g_assert_cmpuint (room->unread, ==, 2);
  hs_history_room_free (room);
  g_assert_null (hs_history_get_room (fixture->history, 12345, NULL));

  room = get_room (fixture, NULL, 1);
  g_assert_cmpstr (room->network, ==, "libera");
  g_assert_null (room->shown);
  g_assert_cmpint (room->last_time, ==, 0);
  hs_history_room_free (room);
  hs_history_row_clear (&mention);
  hs_history_row_clear (&own);
  hs_history_row_clear (&presence);
}

static void
test_delivery (Fixture *fixture, gconstpointer data)
{
  gint64 id = insert_text (fixture->history, fixture->room, T0, "x", NULL);

  g_assert_true (hs_history_set_delivery (fixture->history, id, HS_DELIVERY_READ, NULL));
  g_autoptr (GPtrArray) rows = hs_history_page (fixture->history, fixture->room, 0, 1, NULL);
  g_assert_cmpuint (((HsHistoryRow *) g_ptr_array_index (rows, 0))->delivery, ==, HS_DELIVERY_READ);
}

static void
test_beyond_the_end (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) none = hs_history_page (fixture->history, fixture->room, 0, 100, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  insert_text (fixture->history, fixture->room, T0, "x", NULL);
  g_autoptr (GPtrArray) some = hs_history_page (fixture->history, fixture->room, 0, 100, &error);
  g_assert_cmpuint (some->len, ==, 1);
  g_autoptr (GPtrArray) beyond = hs_history_page (fixture->history, fixture->room, G_MAXUINT, 100, &error);
  g_assert_cmpuint (beyond->len, ==, 0);
  g_assert_cmpuint (hs_history_position (fixture->history, fixture->room, G_MAXINT64, NULL), ==, 1);
  g_assert_cmpuint (hs_history_position (fixture->history, fixture->room, 0, NULL), ==, 0);
  g_assert_cmpuint (hs_history_position (fixture->history, fixture->room, T0 << 12, NULL), ==, 0);
}

/* What a transaction counted and then lost is not counted. */
static void
test_rollback (Fixture *fixture, gconstpointer data)
{
  guint position;

  insert_text (fixture->history, fixture->room, T0, "a", NULL);
  g_assert_true (hs_history_begin (fixture->history, NULL));
  insert_text (fixture->history, fixture->room, T0 + 2, "b", NULL);
  g_assert_true (hs_database_savepoint (&fixture->history->base, NULL));
  insert_text (fixture->history, fixture->room, T0 + 1, "lost", NULL);
  hs_database_rollback_to (&fixture->history->base);
  insert_text (fixture->history, fixture->room, T0 + 3, "c", &position);
  g_assert_cmpuint (position, ==, 2);
  g_assert_true (hs_history_commit (fixture->history, NULL));
  g_assert_true (hs_history_begin (fixture->history, NULL));
  insert_text (fixture->history, fixture->room, T0 + 4, "lost", NULL);
  hs_database_rollback (&fixture->history->base);
  g_assert_cmpuint (hs_history_count (fixture->history, fixture->room, NULL), ==, 3);
  g_autofree char *texts = join_texts (fixture->history, fixture->room);
  g_assert_cmpstr (texts, ==, "abc");
}

/* A room that was made in a transaction that failed is no room: nothing is stored where nobody would find it. */
static void
test_no_such_room (Fixture *fixture, gconstpointer data)
{
  HsHistoryRow row = make_row (T0, NULL, "for nobody");
  g_autoptr (GError) error = NULL;
  gint64 room;

  g_assert_true (hs_history_begin (fixture->history, NULL));
  room = hs_history_room (fixture->history, "host", "#new", NULL);
  hs_database_rollback (&fixture->history->base);
  g_assert_false (hs_history_insert (fixture->history, room, &row, NULL, &error));
  g_assert_error (error, HS_STORE_ERROR, HS_STORE_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_cmpint (hs_history_outbox_add (fixture->history, room, &row, &error), ==, 0);
  g_assert_error (error, HS_STORE_ERROR, HS_STORE_ERROR_FAILED);
  g_assert_cmpint (hs_history_room (fixture->history, "host", "#new", NULL), >, 0);
  hs_history_row_clear (&row);
}

static void
test_row_copy (Fixture *fixture, gconstpointer data)
{
  HsHistoryRow row = make_row (T0, "m", "text");
  g_autoptr (HsHistoryRow) copy = hs_history_row_copy (&row);

  hs_history_row_clear (&row);
  g_assert_cmpstr (copy->text, ==, "text");
  g_assert_cmpstr (copy->msgid, ==, "m");
  g_assert_null (copy->shown);
  g_assert_cmpint (copy->time, ==, T0);
}

static void
test_redact (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) rows = NULL;
  gint64 other = hs_history_room (fixture->history, "host", "#other", NULL);
  guint position = 99;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *msgid = g_strdup_printf ("m%u", i), *text = g_strdup_printf ("%u", i);
      g_autofree char *found = NULL;
      HsHistoryRow row = { .time = T0 + i, .kind = i == 2 ? HS_ENTRY_INFO : HS_ENTRY_MESSAGE, .msgid = msgid, .sender = (char *) "ana", .text = text };

      g_assert_true (hs_history_insert (fixture->history, fixture->room, &row, NULL, NULL));
      found = hs_history_get_msgid (fixture->history, fixture->room, row.id, NULL);
      g_assert_cmpstr (found, ==, msgid);
      g_assert_null (hs_history_get_msgid (fixture->history, other, row.id, NULL));
    }
  g_assert_true (hs_history_redact (fixture->history, fixture->room, "m1", &position, NULL));
  g_assert_cmpuint (position, ==, 1);
  g_assert_false (hs_history_redact (fixture->history, fixture->room, "m1", &position, NULL));
  g_assert_false (hs_history_redact (fixture->history, other, "m0", &position, NULL));
  g_assert_false (hs_history_redact (fixture->history, fixture->room, "unknown", &position, NULL));
  g_assert_false (hs_history_redact (fixture->history, fixture->room, "m2", &position, NULL)); /* not said by anybody */
  rows = hs_history_page (fixture->history, fixture->room, 0, 10, NULL);
  g_assert_cmpuint (rows->len, ==, 3);
  g_assert_cmpstr (((HsHistoryRow *) rows->pdata[0])->text, ==, "0");
  g_assert_null (((HsHistoryRow *) rows->pdata[1])->text);
}

static GArray *
set_read (Fixture *fixture, const char *msgid, gint64 *from)
{
  g_autoptr (GError) error = NULL;
  GArray *positions = hs_history_set_read_by_others (fixture->history, fixture->room, msgid, from, &error);

  g_assert_no_error (error);
  return positions;
}

/* Own messages that the server has, up to the one named, and none twice; who names an older one later says nothing new. */
static void
test_read_by_others (Fixture *fixture, gconstpointer data)
{
  static const HsDelivery deliveries[] = { HS_DELIVERY_ACCEPTED, HS_DELIVERY_NONE, HS_DELIVERY_FAILED, HS_DELIVERY_ACCEPTED, HS_DELIVERY_ACCEPTED };
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GArray) first = NULL, again = NULL, older = NULL, unknown = NULL, last = NULL;
  gint64 from = 0, before;

  for (guint i = 0; i < G_N_ELEMENTS (deliveries); i++)
    {
      g_autofree char *msgid = g_strdup_printf ("m%u", i);
      HsHistoryRow row = { .time = T0 + i, .delivery = deliveries[i], .msgid = msgid, .sender = (char *) "ana", .text = (char *) "x" };

      g_assert_true (hs_history_insert (fixture->history, fixture->room, &row, NULL, NULL));
    }
  first = set_read (fixture, "m3", &from);
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpuint (g_array_index (first, guint, 0), ==, 3);
  g_assert_cmpuint (g_array_index (first, guint, 1), ==, 0);
  before = from;
  again = set_read (fixture, "m3", &from);
  g_assert_cmpuint (again->len, ==, 0);
  older = set_read (fixture, "m1", &from);
  g_assert_cmpuint (older->len, ==, 0);
  unknown = set_read (fixture, "nobody said this", &from);
  g_assert_cmpuint (unknown->len, ==, 0);
  g_assert_cmpint (from, ==, before);
  rows = hs_history_page (fixture->history, fixture->room, 0, 10, NULL);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpint (((HsHistoryRow *) rows->pdata[i])->delivery, ==, i == 0 || i == 3 ? HS_DELIVERY_READ : deliveries[i]);
  last = set_read (fixture, "m4", &from);
  g_assert_cmpuint (last->len, ==, 1);
}

/* What was said goes on under the new name; an earlier room of that name gives way, and keeps its own. */
static void
test_rename_room (Fixture *fixture, gconstpointer data)
{
  gint64 other = hs_history_room (fixture->history, "host", "#new", NULL);
  gint64 elsewhere = hs_history_room (fixture->history, "libera", "#new", NULL);

  insert_text (fixture->history, fixture->room, T0, "here", NULL);
  insert_text (fixture->history, other, T0, "earlier", NULL);
  g_assert_true (hs_history_rename_room (fixture->history, fixture->room, "#new", NULL));
  g_assert_cmpint (hs_history_room (fixture->history, "host", "#new", NULL), ==, fixture->room);
  g_assert_cmpint (hs_history_room (fixture->history, "libera", "#new", NULL), ==, elsewhere);
  g_assert_cmpint (hs_history_room (fixture->history, "host", "#lobby", NULL), !=, fixture->room);
  g_assert_cmpuint (hs_history_count (fixture->history, fixture->room, NULL), ==, 1);
  g_assert_cmpuint (hs_history_count (fixture->history, other, NULL), ==, 1);
  g_assert_true (hs_history_rename_room (fixture->history, fixture->room, "#new", NULL)); /* it is so already */
  g_assert_cmpint (hs_history_room (fixture->history, "host", "#new", NULL), ==, fixture->room);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/store/history/round-trip", test_round_trip },
    { "/store/history/order", test_order },
    { "/store/history/odd-times", test_odd_times },
    { "/store/history/duplicate", test_duplicate },
    { "/store/history/presence", test_presence },
    { "/store/history/presence-is-bounded", test_presence_is_bounded },
    { "/store/history/rooms", test_rooms },
    { "/store/history/rename-room", test_rename_room },
    { "/store/history/delivery", test_delivery },
    { "/store/history/beyond-the-end", test_beyond_the_end },
    { "/store/history/rollback", test_rollback },
    { "/store/history/no-such-room", test_no_such_room },
    { "/store/history/row-copy", test_row_copy },
    { "/store/history/redact", test_redact },
    { "/store/history/read-by-others", test_read_by_others },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
