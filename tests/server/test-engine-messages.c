/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What guests say and where: tables of a line, what the sender sees, what a neighbour sees. */
#include "stage.h"

typedef struct
{
  const char *line, *sender, *neighbour;
} Row;

static void
play (const Row *rows, const char *caps)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", caps);
  berta = guest_join (&stage, "berta", NULL);
  guest_forget (anna);
  for (; rows->line != NULL; rows++)
    {
      g_test_message ("%s", rows->line);
      guest_says (anna, rows->line);
      guest_sees (anna, rows->sender);
      guest_sees (berta, rows->neighbour);
    }
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

static void
test_messages (void)
{
  static const Row rows[] = {
    { "PRIVMSG #lobby :你好 😀", "", ":anna!u@10.0.0.1 PRIVMSG #lobby :你好 😀\n" },
    { "privmsg #LOBBY hi", "", ":anna!u@10.0.0.1 PRIVMSG #lobby hi\n" },
    { "NOTICE berta :psst", "", ":anna!u@10.0.0.1 NOTICE berta psst\n" },
    { "PRIVMSG berta,#lobby :x", "", ":anna!u@10.0.0.1 PRIVMSG berta x\n:anna!u@10.0.0.1 PRIVMSG #lobby x\n" },
    { "PRIVMSG", ":test.example 411 anna :No recipient given (PRIVMSG)\n", "" },
    { "PRIVMSG #lobby", ":test.example 412 anna :No text to send\n", "" },
    { "PRIVMSG #nowhere :x", ":test.example 403 anna #nowhere :No such channel\n", "" },
    { "PRIVMSG nobody :x", ":test.example 401 anna nobody :No such nick\n", "" },
    { "NOTICE nobody :x", "", "" },
    { "PRIVMSG a,b,c,d,e :x", ":test.example 407 anna a :Too many targets\n", "" },
    { "@+typing=active TAGMSG #lobby", "", "" }, /* nobody has message-tags */
    { NULL },
  };

  play (rows, NULL);
}

static void
test_echo (void)
{
  static const Row rows[] = {
    { "PRIVMSG #lobby :hi", ":anna!u@10.0.0.1 PRIVMSG #lobby hi\n", ":anna!u@10.0.0.1 PRIVMSG #lobby hi\n" },
    { "PRIVMSG berta :hi", ":anna!u@10.0.0.1 PRIVMSG berta hi\n", ":anna!u@10.0.0.1 PRIVMSG berta hi\n" },
    { NULL },
  };

  play (rows, "echo-message");
}

static void
test_rooms (void)
{
  static const Row rows[] = {
    { "JOIN #two", ":anna!u@10.0.0.1 JOIN #two\n:test.example 353 anna = #two @anna\n:test.example 366 anna #two :End of /NAMES list\n", "" },
    { "JOIN #TWO", "", "" },
    { "JOIN two", ":test.example 403 anna two :No such channel\n", "" },
    { "JOIN #", ":test.example 476 anna # :This is no name for a channel\n", "" },
    { "TOPIC #two", ":test.example 331 anna #two :No topic is set\n", "" },
    { "TOPIC #two :new words", ":anna!u@10.0.0.1 TOPIC #two :new words\n", "" },
    { "TOPIC #two", ":test.example 332 anna #two :new words\n:test.example 333 anna #two anna 1767323045\n", "" },
    { "TOPIC #two :", ":anna!u@10.0.0.1 TOPIC #two :\n", "" },
    { "TOPIC #lobby :mine", ":test.example 482 anna #lobby :You're not channel operator\n", "" },
    { "PART #two :bye bye", ":anna!u@10.0.0.1 PART #two :bye bye\n", "" },
    { "PART #two", ":test.example 403 anna #two :No such channel\n", "" },
    { "PART #lobby", ":anna!u@10.0.0.1 PART #lobby\n", ":anna!u@10.0.0.1 PART #lobby\n" },
    { "PRIVMSG #lobby :still?", ":test.example 404 anna #lobby :Cannot send to channel: you have not joined it\n", "" },
    { "PART #lobby", ":test.example 442 anna #lobby :You're not on that channel\n", "" },
    { "JOIN #lobby,#three",
      ":anna!u@10.0.0.1 JOIN #lobby\n:test.example 353 anna = #lobby :berta anna\n:test.example 366 anna #lobby :End of /NAMES list\n"
      ":anna!u@10.0.0.1 JOIN #three\n:test.example 353 anna = #three @anna\n:test.example 366 anna #three :End of /NAMES list\n",
      ":anna!u@10.0.0.1 JOIN #lobby\n" },
    { "JOIN 0", ":anna!u@10.0.0.1 PART #three\n:anna!u@10.0.0.1 PART #lobby\n", ":anna!u@10.0.0.1 PART #lobby\n" },
    { NULL },
  };

  play (rows, NULL);
}

static void
test_tagmsg (void)
{
  Stage stage;
  Guest *anna, *berta, *plain;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", "message-tags echo-message");
  berta = guest_join (&stage, "berta", "message-tags");
  plain = guest_plain (&stage);
  guest_writes (plain, "x");
  guest_forget (anna);
  guest_forget (berta);
  guest_says (anna, "@+typing=active TAGMSG #lobby");
  guest_sees (anna, "@msgid=19b7ca98f2e001-11111111;+typing=active :anna!u@10.0.0.1 TAGMSG #lobby\n");
  guest_sees (berta, "@msgid=19b7ca98f2e001-11111111;+typing=active :anna!u@10.0.0.1 TAGMSG #lobby\n");
  guest_sees (plain, "");
  guest_says (anna, "TAGMSG #lobby");
  guest_sees (berta, "");
  guest_free (anna);
  guest_free (berta);
  guest_free (plain);
  stage_clear (&stage);
}

static void
test_too_many_rooms (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  for (guint i = 1; i < HS_ROOMS_PER_GUEST; i++)
    {
      g_autofree char *line = g_strdup_printf ("JOIN #r%u", i);

      guest_says (anna, line);
    }
  guest_forget (anna);
  guest_says (anna, "JOIN #one-more");
  guest_sees (anna, ":test.example 405 anna #one-more :You have joined too many channels\n");
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/messages/messages", test_messages);
  g_test_add_func ("/server/messages/echo", test_echo);
  g_test_add_func ("/server/messages/rooms", test_rooms);
  g_test_add_func ("/server/messages/tagmsg", test_tagmsg);
  g_test_add_func ("/server/messages/too-many-rooms", test_too_many_rooms);
  return g_test_run ();
}
