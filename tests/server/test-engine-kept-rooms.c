/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms that outlive their guests. */
#include "stage.h"

#include "hs-limits.h"

static void
test_rooms (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "JOIN #two");
  guest_says (anna, "TOPIC #two :all about two");
  guest_says (anna, "MODE #two +mkb-t secret *!*@10.0.0.9");
  guest_says (anna, "JOIN #three"); /* nothing in it is worth keeping */
  stage_commit (&stage);
  guest_free (anna);
  stage_restart (&stage);

  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "JOIN #two");
  g_assert_true (guest_saw (anna, " 475 anna #two ")); /* +k */
  guest_forget (anna);
  guest_says (anna, "JOIN #two secret");
  g_assert_true (guest_saw (anna, ":all about two\r\n"));
  g_assert_true (guest_saw (anna, "@anna")); /* somebody must rule it */
  guest_forget (anna);
  guest_says (anna, "MODE #two");
  g_assert_true (guest_saw (anna, "+kmn") || guest_saw (anna, "+mnk"));
  guest_says (anna, "MODE #two b");
  g_assert_true (guest_saw (anna, "*!*@10.0.0.9"));
  guest_forget (anna);
  guest_says (anna, "LIST");
  g_assert_false (guest_saw (anna, "#three"));
  guest_free (anna);
  stage_clear (&stage);
}

/* A room in which something was said is there tomorrow, when everybody has left it. */
static void
test_empty_room (void)
{
  static const struct
  {
    const char *line;
    gboolean kept;
  } cases[] = { { "PRIVMSG #two :remember", TRUE }, { "@+typing=active TAGMSG #two", FALSE }, { "TOPIC #two :words", TRUE },
              { "MODE #two +v anna", FALSE }, { "MODE #two +m", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Stage stage;
      Guest *anna;

      stage_init (&stage);
      stage_start (&stage);
      stage_open_store (&stage);
      anna = guest_join (&stage, "anna", "message-tags");
      guest_says (anna, "JOIN #two");
      guest_says (anna, cases[i].line);
      guest_says (anna, "PART #two");
      stage_commit (&stage);
      guest_forget (anna);
      guest_says (anna, "LIST");
      g_test_message ("%s", cases[i].line);
      g_assert_cmpint (guest_saw (anna, "#two"), ==, cases[i].kept);
      guest_free (anna);
      stage_clear (&stage);
    }
}

#define CAPS "batch draft/chathistory draft/event-playback message-tags"

/* The texts of all messages and events in the store. */
static guint
count_rows (Stage *stage, const char *place)
{
  const HsServerQuery query = { place, 0, G_MAXINT64, FALSE, TRUE, TRUE, 1000 };
  g_autoptr (GPtrArray) rows = hs_server_db_read (stage->db, &query, NULL);

  return rows->len;
}

static gboolean
is_listed (Guest *guest, const char *room)
{
  gboolean listed;

  stage_commit (guest->stage);
  guest_forget (guest);
  guest_says (guest, "LIST");
  listed = guest_saw (guest, room);
  guest_forget (guest);
  return listed;
}

/* However often a room changes while the store is busy, it is put once more, and what it is like last survives. */
static void
test_coalesced (void)
{
  static const char *const lines[] = { "TOPIC #two :two", "TOPIC #two :three", "MODE #two +m", "MODE #two +b *!*@10.0.0.9", "METADATA #two SET url :x" };
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", "draft/metadata-2");
  guest_says (anna, "JOIN #two");
  stage_commit (&stage);
  guest_says (anna, "MODE #two +v anna"); /* ends with her being there */
  g_assert_cmpuint (stage.errands.length, ==, 0);
  guest_says (anna, "TOPIC #two :one");
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_assert_cmpuint (stage.errands.length, ==, 1);
      guest_says (anna, lines[i]);
    }
  stage_answer_one (&stage);
  g_assert_cmpuint (stage.errands.length, ==, 1);
  stage_answer_one (&stage);
  g_assert_cmpuint (stage.errands.length, ==, 0);
  stage_commit (&stage);
  guest_says (anna, "TOPIC #two :four");
  guest_says (anna, "TOPIC #two :five");
  guest_free (anna);
  stage_restart (&stage); /* nothing has been answered */

  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "JOIN #two");
  g_assert_true (guest_saw (anna, " 332 anna #two five\r\n"));
  guest_forget (anna);
  guest_says (anna, "MODE #two");
  g_assert_true (guest_saw (anna, " 324 anna #two +mnt\r\n"));
  guest_says (anna, "MODE #two b");
  g_assert_true (guest_saw (anna, " 367 anna #two *!*@10.0.0.9 "));
  guest_free (anna);
  stage_clear (&stage);
}

/* One address does not take all places; of a room that got none nothing is stored, and who comes after reads nothing. */
static void
test_too_many (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", CAPS);
  for (guint i = 0; i < HS_NEW_ROOMS_PER_SPAN; i++)
    {
      g_autofree char *join = g_strdup_printf ("JOIN #r%u", i), *say = g_strdup_printf ("PRIVMSG #r%u :x", i), *part = g_strdup_printf ("PART #r%u", i);

      guest_says (anna, join);
      guest_says (anna, say);
      guest_says (anna, part);
    }
  stage_commit (&stage);
  g_assert_true (is_listed (anna, " #r49 "));
  guest_says (anna, "JOIN #full");
  guest_says (anna, "MODE #full +ik key");
  guest_forget (anna);
  guest_says (anna, "PRIVMSG #full :secret");
  guest_says (anna, "PRIVMSG #full :more");
  guest_sees (anna, ":test.example NOTICE #full :What is said here is not kept: there are too many new rooms.\n"); /* once */
  berta = guest_connect_from (&stage, "10.0.0.2", FALSE);
  guest_says (berta, "NICK berta");
  guest_says (berta, "USER u 0 * :Berta");
  guest_says (anna, "INVITE berta #full");
  guest_says (berta, "JOIN #full key");
  g_assert_true (guest_saw (berta, "NOTICE #full :What is said here is not kept"));
  guest_says (berta, "PART #full");
  guest_says (anna, "TOPIC #full :secret");
  guest_forget (anna);
  guest_says (anna, "CHATHISTORY LATEST #full * 10");
  stage_commit (&stage);
  guest_sees (anna, ":test.example BATCH +1 chathistory #full\n:test.example BATCH -1\n");
  g_assert_cmpuint (count_rows (&stage, "#full"), ==, 0);
  guest_says (anna, "PART #full");
  g_assert_false (is_listed (anna, "#full"));
  guest_says (anna, "JOIN #other");
  guest_says (anna, "JOIN #lobby,#r7"); /* has been kept */
  guest_forget (anna);
  guest_says (anna, "PRIVMSG #lobby,#r7 :x");
  stage_commit (&stage);
  guest_sees (anna, "");

  /* Another address has its own; and tomorrow is another day. */
  guest_says (berta, "JOIN #hers");
  guest_says (berta, "PRIVMSG #hers :x");
  guest_says (berta, "PART #hers");
  g_assert_true (is_listed (berta, "#hers"));
  stage.now += HS_NEW_ROOMS_SPAN_MS * G_TIME_SPAN_MILLISECOND + 1;
  guest_says (anna, "PRIVMSG #other :x");
  guest_says (anna, "PART #other");
  g_assert_true (is_listed (anna, "#other"));
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

/* What an older version stored of a room that it did not keep is not read by who makes one of that name now, before or after it is kept. */
static void
test_former_life (void)
{
  Stage stage;
  Guest *anna;
  g_autoptr (HsServerMessage) old = hs_server_message_new ();
  gint64 first;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  old->id = HS_SERVER_ID_FIRST (1);
  old->place = g_strdup ("#two");
  old->source = g_strdup ("zoe!u@10.0.0.9");
  old->author = g_strdup ("guest:1:1");
  old->target = g_strdup ("#two");
  old->text = g_strdup ("secret");
  g_assert_cmpint (hs_server_db_append (stage.db, old, &first, NULL), ==, HS_SERVER_APPENDED);
  anna = guest_join (&stage, "anna", CAPS);
  guest_says (anna, "JOIN #two");
  for (guint i = 0; i < 2; i++)
    {
      guest_forget (anna);
      guest_says (anna, "CHATHISTORY LATEST #two * 10");
      stage_commit (&stage);
      g_assert_true (guest_saw (anna, " BATCH -"));
      g_assert_false (guest_saw (anna, "secret"));
      g_assert_true (guest_saw (anna, "mine") == (i == 1));
      guest_says (anna, "PRIVMSG #two :mine");
      stage_commit (&stage);
    }
  guest_free (anna);
  stage_clear (&stage);
}

static void
on_trimmed (gboolean some, gpointer user_data)
{
  *(gboolean *) user_data = some;
}

static void
trim (Stage *stage)
{
  gboolean some = TRUE;

  while (some)
    {
      hs_engine_trim_store (stage->engine, on_trimmed, &some);
      stage_commit (stage);
    }
}

/* Rooms that nobody needs go with what was said in them; whoever comes in the middle of that makes a new one. */
static void
test_unused (void)
{
  static const struct
  {
    const char *line; /* (nullable) in #two, before it is left */
    gboolean stays;
  } cases[] = { { NULL, FALSE }, { "TOPIC #two :words", TRUE }, { "MODE #two +m", TRUE }, { "MODE #two +b x!*@*", TRUE }, { "MODE #two +l 5", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Stage stage;
      Guest *anna;

      g_test_message ("%s", cases[i].line);
      stage_init (&stage);
      stage.config->history_days = 1;
      stage_start (&stage);
      stage_open_store (&stage);
      anna = guest_join (&stage, "anna", CAPS);
      guest_says (anna, "JOIN #two");
      guest_says (anna, "PRIVMSG #two :x");
      if (cases[i].line != NULL)
        guest_says (anna, cases[i].line);
      guest_says (anna, "PART #two");
      stage_commit (&stage);
      stage.now += 2 * G_TIME_SPAN_DAY; /* what was said there is gone, but it is young */
      trim (&stage);
      g_assert_true (is_listed (anna, "#two"));
      g_assert_cmpuint (count_rows (&stage, "#two"), ==, 0);
      stage.now += HS_ROOM_UNUSED_MS * G_TIME_SPAN_MILLISECOND;
      guest_says (anna, "JOIN #two"); /* somebody is there */
      trim (&stage);
      g_assert_true (is_listed (anna, "#two"));
      guest_says (anna, "PART #two");
      stage_commit (&stage);
      trim (&stage); /* and was, a moment ago */
      g_assert_true (is_listed (anna, "#two"));
      stage.now += 2 * G_TIME_SPAN_DAY;
      trim (&stage);
      g_assert_cmpint (is_listed (anna, "#two"), ==, cases[i].stays);
      guest_free (anna);
      stage_restart (&stage);
      anna = guest_join (&stage, "anna", NULL);
      g_assert_cmpint (is_listed (anna, "#two"), ==, cases[i].stays);
      g_assert_true (is_listed (anna, "#lobby"));
      guest_free (anna);
      stage_clear (&stage);
    }
}

/* While the store is asked whether it may go. */
static void
test_back_in_time (void)
{
  static const struct
  {
    const char *lines[3];
    gboolean late; /* after the store has been asked to forget it */
    gboolean listed;
    guint n_rows;
  } cases[] = {
    { { "JOIN #two", "PRIVMSG #two :back", "PART #two" }, FALSE, TRUE, 3 },
    { { "JOIN #two", "PRIVMSG #two :back", "PART #two" }, TRUE, TRUE, 2 }, /* a new one, from what was said there on */
    { { "JOIN #two", "TOPIC #two :back", "PART #two" }, TRUE, TRUE, 2 },
    { { "JOIN #two", "PART #two", NULL }, TRUE, FALSE, 0 },
    { { "JOIN #two", NULL, NULL }, TRUE, TRUE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Stage stage;
      Guest *anna;
      gboolean some = TRUE;

      stage_init (&stage);
      stage.config->history_days = 1;
      stage_start (&stage);
      stage_open_store (&stage);
      anna = guest_join (&stage, "anna", CAPS);
      guest_says (anna, "JOIN #two");
      guest_says (anna, "PRIVMSG #two :x");
      guest_says (anna, "PART #two");
      stage_commit (&stage);
      stage.now += HS_ROOM_UNUSED_MS * G_TIME_SPAN_MILLISECOND + 1;
      hs_engine_trim_store (stage.engine, on_trimmed, &some); /* what happened there */
      stage_answer (&stage);
      g_assert_true (some);
      hs_engine_trim_store (stage.engine, on_trimmed, &some);
      if (cases[i].late)
        stage_answer_one (&stage);
      for (guint k = 0; k < G_N_ELEMENTS (cases[i].lines) && cases[i].lines[k] != NULL; k++)
        guest_says (anna, cases[i].lines[k]);
      stage_answer (&stage);
      stage_commit (&stage);
      g_assert_cmpint (is_listed (anna, "#two"), ==, cases[i].listed);
      g_assert_cmpuint (count_rows (&stage, "#two"), ==, cases[i].n_rows);
      guest_free (anna);
      stage_clear (&stage);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-kept-rooms/rooms", test_rooms);
  g_test_add_func ("/server/engine-kept-rooms/empty-room", test_empty_room);
  g_test_add_func ("/server/engine-kept-rooms/coalesced", test_coalesced);
  g_test_add_func ("/server/engine-kept-rooms/too-many", test_too_many);
  g_test_add_func ("/server/engine-kept-rooms/former-life", test_former_life);
  g_test_add_func ("/server/engine-kept-rooms/unused", test_unused);
  g_test_add_func ("/server/engine-kept-rooms/back-in-time", test_back_in_time);
  return g_test_run ();
}
