/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms that outlive their guests. */
#include "stage.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-kept-rooms/rooms", test_rooms);
  g_test_add_func ("/server/engine-kept-rooms/empty-room", test_empty_room);
  return g_test_run ();
}
