/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a restart does not take away, and the ids of what was said. */
#include "stage.h"

#include <string.h>

static char *
dup_msgid (Guest *guest)
{
  const char *at = strstr (guest->out->str, "msgid=");

  g_assert_nonnull (at);
  at += strlen ("msgid=");
  return g_strndup (at, strcspn (at, "; "));
}

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
  } cases[] = { { "PRIVMSG #two :remember", TRUE }, { "@+typing=active TAGMSG #two", FALSE }, { "TOPIC #two :words", TRUE } };

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

/* Ids grow, also when the clock goes back, and over a restart. */
static void
test_clock (void)
{
  Stage stage;
  Guest *anna;
  char *ids[3] = { NULL };

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      anna = guest_join (&stage, "anna", "message-tags echo-message");
      guest_says (anna, "PRIVMSG #lobby :tick");
      stage_commit (&stage);
      ids[i] = dup_msgid (anna);
      guest_free (anna);
      stage.now -= G_TIME_SPAN_DAY; /* and yet later */
      stage_restart (&stage);
    }
  for (guint i = 1; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpstr (ids[i - 1], <, ids[i]);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_free (ids[i]);
  stage_clear (&stage);
}

static void
test_off (void)
{
  Stage stage;
  Guest *anna, *berta;
  HsServerQuery query = { "#lobby", 0, G_MAXINT64, FALSE, TRUE, TRUE, 10 };
  g_autoptr (GPtrArray) kept = NULL;

  stage_init (&stage);
  stage.config->history = FALSE;
  stage_start (&stage);
  stage_open_store (&stage);
  anna = guest_join (&stage, "anna", NULL);
  berta = guest_join (&stage, "berta", NULL);
  guest_forget (berta);
  guest_says (anna, "PRIVMSG #lobby :at once");
  guest_sees (berta, ":anna!u@10.0.0.1 PRIVMSG #lobby :at once\n");
  guest_says (anna, "CAP LS 302");
  g_assert_false (guest_saw (anna, "chathistory"));
  stage_commit (&stage);
  kept = hs_server_db_read (stage.db, &query, NULL);
  g_assert_cmpuint (kept->len, ==, 0);
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-keep/rooms", test_rooms);
  g_test_add_func ("/server/engine-keep/empty-room", test_empty_room);
  g_test_add_func ("/server/engine-keep/clock", test_clock);
  g_test_add_func ("/server/engine-keep/off", test_off);
  return g_test_run ();
}
