/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.db: what was said, what was answered, who may find what. */
#include "test-server-db-private.h"

static void
test_read (void)
{
  static const struct
  {
    const char *description;
    gint64 after, before;
    gboolean newest, events, redactions;
    guint limit;
    const char *expected;
  } cases[] = {
    { "all", 0, G_MAXINT64, FALSE, FALSE, FALSE, 10, "a b c d" },
    { "the oldest", 0, G_MAXINT64, FALSE, FALSE, FALSE, 2, "a b" },
    { "the newest", 0, G_MAXINT64, TRUE, FALSE, FALSE, 2, "c d" },
    { "before c", 0, ID (2, 0), TRUE, FALSE, FALSE, 1, "b" },
    { "after a", ID (0, 0), G_MAXINT64, FALSE, FALSE, FALSE, 1, "b" },
    { "between a and d", ID (0, 0), ID (2, 1), FALSE, FALSE, FALSE, 10, "b c" },
    { "events too, and they count", 0, G_MAXINT64, TRUE, TRUE, FALSE, 3, "JOIN c d" },
    { "redactions too", 0, G_MAXINT64, TRUE, FALSE, TRUE, 1, "REDACT" },
    { "all of it", 0, G_MAXINT64, TRUE, TRUE, TRUE, 10, "a b JOIN c d REDACT" },
    { "nothing", ID (9, 0), G_MAXINT64, FALSE, TRUE, TRUE, 10, "" },
  };
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (HsServerMessage) event = make_message (ID (1, 5), "#lobby", "JOIN");
  g_autoptr (HsServerMessage) redaction = make_message (ID (3, 0), "#lobby", "REDACT");
  gint64 first;

  event->kind = HS_SERVER_EVENT;
  redaction->kind = HS_SERVER_REDACT;
  append (db, ID (0, 0), "#lobby", "a");
  append (db, ID (1, 0), "#lobby", "b");
  append (db, ID (1, 1), "#other", "elsewhere");
  g_assert_cmpint (hs_server_db_append (db, event, &first, NULL), ==, HS_SERVER_APPENDED);
  append (db, ID (2, 0), "#lobby", "c");
  append (db, ID (2, 1), "#lobby", "d");
  g_assert_cmpint (hs_server_db_append (db, redaction, &first, NULL), ==, HS_SERVER_APPENDED);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HsServerQuery query = { "#lobby", cases[i].after, cases[i].before, cases[i].newest, cases[i].events, cases[i].redactions, cases[i].limit };
      g_autofree char *texts = read_texts (db, &query);

      g_test_message ("%s", cases[i].description);
      g_assert_cmpstr (texts, ==, cases[i].expected);
    }
}

/* What an answer takes is bounded whatever was said, and yet none is empty. */
static void
test_read_bytes (void)
{
  static const struct
  {
    const char *description;
    gsize bytes;
    gboolean newest;
    const char *expected;
  } cases[] = {
    { "any number", 0, FALSE, "small LONG LINES last" },
    { "enough for all", 200000, FALSE, "small LONG LINES last" },
    { "from the beginning", 20000, FALSE, "small" },
    { "from the end, up to the lines", 20000, TRUE, "last" },
    { "their lines are counted, not their letters", 40000, TRUE, "LINES last" },
    { "one at least", 1, TRUE, "last" },
  };
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autofree char *words = g_strnfill (60000, 'w'), *breaks = g_strnfill (199, '\n');
  const char *const texts[] = { "small", words, breaks, "last" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    append (db, ID (i, 0), "#lobby", texts[i]);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const HsServerQuery query = { "#lobby", 0, G_MAXINT64, cases[i].newest, FALSE, FALSE, 10, cases[i].bytes };
      g_autofree char *read = read_texts (db, &query);
      g_autoptr (GString) seen = g_string_new (read);

      g_string_replace (seen, words, "LONG", 0);
      g_string_replace (seen, breaks, "LINES", 0);
      g_test_message ("%s", cases[i].description);
      g_assert_cmpstr (seen->str, ==, cases[i].expected);
    }
}

static void
test_state (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "server.db", NULL);
  guint32 salt = 0, again = 0;
  gint64 last = -1;
  HsServerDb *db = hs_server_db_open (path, NULL);

  g_assert_true (hs_server_db_get_state (db, &last, &salt, NULL));
  g_assert_cmpint (last, ==, 0);
  append (db, ID (5, 7), "#lobby", "x");
  hs_server_db_close (db);
  db = hs_server_db_open (path, NULL);
  g_assert_true (hs_server_db_get_state (db, &last, &again, NULL));
  g_assert_cmpint (last, ==, ID (5, 7));
  g_assert_cmpuint (again, ==, salt);
  hs_server_db_close (db);
  remove_folder (folder);
}

/* ---- Repeated ids ---- */

static HsServerMessage *
make_identified (gint64 id, const char *text, const char *client_id, const char *token)
{
  HsServerMessage *message = make_message (id, "#lobby", text);

  message->client_id = g_strdup (client_id);
  if (token != NULL)
    message->owner = g_bytes_new (token, strlen (token));
  return message;
}

static void
test_repeated (void)
{
  static const struct
  {
    const char *description, *text, *client_id, *token, *account;
    HsServerAppended expected;
    gint64 first;
  } cases[] = {
    { "new", "hi", "1", "token", NULL, HS_SERVER_APPENDED, 0 },
    { "again", "hi", "1", "token", NULL, HS_SERVER_REPEATED, ID (0, 0) },
    { "again with other words", "ho", "1", "token", NULL, HS_SERVER_CONFLICT, 0 },
    { "another id", "hi", "2", "token", NULL, HS_SERVER_APPENDED, 0 },
    { "the same id of somebody else", "hi", "1", "other", NULL, HS_SERVER_APPENDED, 0 },
    { "of nobody", "hi", "1", NULL, NULL, HS_SERVER_APPENDED, 0 },
    { "of nobody again", "hi", "1", NULL, NULL, HS_SERVER_APPENDED, 0 },
    { "of an account", "hi", "1", NULL, "account:ana", HS_SERVER_APPENDED, 0 },
    { "of an account again", "hi", "1", NULL, "account:ana", HS_SERVER_REPEATED, ID (7, 0) },
  };
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  HsServerQuery all = { "#lobby", 0, G_MAXINT64, FALSE, FALSE, FALSE, 100 };
  g_autofree char *texts = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HsServerMessage) message = make_identified (ID (i, 0), cases[i].text, cases[i].client_id, cases[i].token);
      GError *error = NULL;
      gint64 first = 0;

      message->owner_name = g_strdup (cases[i].account);
      g_test_message ("%s", cases[i].description);
      g_assert_cmpint (hs_server_db_append (db, message, &first, &error), ==, cases[i].expected);
      g_assert_no_error (error);
      if (cases[i].expected == HS_SERVER_REPEATED)
        g_assert_cmpint (first, ==, cases[i].first);
    }
  texts = read_texts (db, &all);
  g_assert_cmpstr (texts, ==, "hi hi hi hi hi hi");
}

static void
test_resume (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (GBytes) old = g_bytes_new ("old", 3);
  g_autoptr (GBytes) new = g_bytes_new ("new", 3);
  g_autoptr (GBytes) late = g_bytes_new ("late", 4);
  g_autoptr (HsServerMessage) message = make_identified (ID (0, 0), "hi", "1", "old");
  g_autoptr (HsServerMessage) again = make_identified (ID (1, 0), "hi", "1", "new");
  g_autoptr (HsServerMessage) stale = make_identified (ID (2, 0), "hi", "1", "old");
  gint64 first = 0;

  g_assert_false (hs_server_db_resume (db, old, new, T0, T0 + 1000, NULL)); /* nobody has it */
  g_assert_cmpint (hs_server_db_append (db, message, &first, NULL), ==, HS_SERVER_APPENDED);
  g_assert_true (hs_server_db_resume (db, old, new, T0, T0 + 1000, NULL));
  g_assert_cmpint (hs_server_db_append (db, again, &first, NULL), ==, HS_SERVER_REPEATED);
  g_assert_cmpint (first, ==, ID (0, 0));
  g_assert_cmpint (hs_server_db_append (db, stale, &first, NULL), ==, HS_SERVER_APPENDED); /* it was spent */
  g_assert_false (hs_server_db_resume (db, new, late, T0 + 1000, T0 + 2000, NULL)); /* it has expired */
}

/* ---- Private conversations ---- */

static void
say_to (HsServerDb *db, gint64 id, const char *from, const char *from_nick, const char *to, const char *to_nick, const char *text)
{
  g_autofree char *place = hs_server_db_make_talk (from, to);
  g_autoptr (HsServerMessage) message = make_message (id, place, text);
  gint64 first;

  g_free (message->author);
  message->author = g_strdup (from);
  message->author_nick = g_strdup (from_nick);
  message->to = g_strdup (to);
  message->to_nick = g_strdup (to_nick);
  g_assert_cmpint (hs_server_db_append (db, message, &first, NULL), ==, HS_SERVER_APPENDED);
}

static void
check_targets (HsServerDb *db, const char *identity, gint64 after, gint64 before, gboolean newest, guint limit, const char *expected)
{
  static const char *const rooms[] = { "#lobby", "#empty", NULL };
  g_autoptr (GPtrArray) targets = hs_server_db_list_targets (db, identity, rooms, after, before, newest, limit, NULL);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < targets->len; i++)
    g_string_append_printf (names, "%s ", ((HsServerTarget *) g_ptr_array_index (targets, i))->name);
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_talks (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autofree char *place = NULL, *other = NULL, *none = NULL, *texts = NULL;
  HsServerQuery query = { NULL, 0, G_MAXINT64, FALSE, FALSE, FALSE, 100 };

  append (db, ID (0, 0), "#lobby", "x");
  say_to (db, ID (1, 0), "a", "Anna", "b", "Berta", "hello");
  say_to (db, ID (2, 0), "b", "Berta", "a", "Anna", "hi");
  say_to (db, ID (3, 0), "c", "Carla", "a", "Anna", "me");
  say_to (db, ID (4, 0), "a", "Anna", "b", "Berta2", "new name");
  place = hs_server_db_find_talk (db, "a", "BERTA", NULL);
  other = hs_server_db_find_talk (db, "b", "anna", NULL);
  g_assert_cmpstr (place, ==, other);
  none = hs_server_db_find_talk (db, "c", "berta", NULL);
  g_assert_null (none);
  query.place = place;
  texts = read_texts (db, &query);
  g_assert_cmpstr (texts, ==, "hello hi new name");

  check_targets (db, "a", 0, G_MAXINT64, FALSE, 10, "#lobby Carla Berta2 ");
  check_targets (db, "a", 0, G_MAXINT64, TRUE, 1, "Berta2 ");
  check_targets (db, "a", 0, G_MAXINT64, FALSE, 1, "#lobby ");
  check_targets (db, "a", ID (0, 0), ID (4, 0), FALSE, 10, "Carla ");
  check_targets (db, "c", ID (0, 0), G_MAXINT64, FALSE, 10, "Anna ");
  check_targets (db, "nobody", 0, G_MAXINT64, FALSE, 10, "#lobby ");
}

static void
test_redact (void)
{
  static const struct
  {
    const char *description, *place, *author;
    gint64 id;
    HsServerRedacted expected;
  } cases[] = {
    { "no such place", "#nowhere", NULL, ID (0, 0), HS_SERVER_UNKNOWN },
    { "in another place", "#other", NULL, ID (0, 0), HS_SERVER_UNKNOWN },
    { "no such message", "#lobby", NULL, ID (9, 0), HS_SERVER_UNKNOWN },
    { "another's", "#lobby", "guest:run1:2", ID (0, 0), HS_SERVER_FORBIDDEN },
    { "one's own", "#lobby", "guest:run1:1", ID (0, 0), HS_SERVER_REDACTED },
    { "again", "#lobby", "guest:run1:1", ID (0, 0), HS_SERVER_UNKNOWN },
    { "by who may", "#lobby", NULL, ID (1, 0), HS_SERVER_REDACTED },
  };
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  HsServerQuery query = { "#lobby", 0, G_MAXINT64, FALSE, TRUE, TRUE, 100 };
  g_autofree char *texts = NULL;

  append (db, ID (0, 0), "#lobby", "a");
  append (db, ID (1, 0), "#lobby", "b");
  append (db, ID (2, 0), "#lobby", "c");
  append (db, ID (3, 0), "#other", "d");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].description);
      g_assert_cmpint (hs_server_db_redact (db, cases[i].place, cases[i].id, cases[i].author, NULL), ==, cases[i].expected);
    }
  texts = read_texts (db, &query);
  g_assert_cmpstr (texts, ==, "c");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/server-db/read", test_read);
  g_test_add_func ("/store/server-db/read-bytes", test_read_bytes);
  g_test_add_func ("/store/server-db/state", test_state);
  g_test_add_func ("/store/server-db/repeated", test_repeated);
  g_test_add_func ("/store/server-db/resume", test_resume);
  g_test_add_func ("/store/server-db/talks", test_talks);
  g_test_add_func ("/store/server-db/redact", test_redact);
  return g_test_run ();
}
