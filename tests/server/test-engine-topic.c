/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a room is like: TOPIC, NAMES, LIST. */
#include "stage.h"

static void
test_topic (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "anna > TOPIC #r\n"
    "anna < :test.example 331 anna #r :No topic is set\n"
    "anna > TOPIC #r :new words\n"
    "anna < :anna!u@10.0.0.1 TOPIC #r :new words\n"
    "berta > TOPIC #r\n"
    "berta < :test.example 332 berta #r :new words\n"
    "berta < :test.example 333 berta #r anna 1767323045\n"
    "berta > TOPIC #r :mine\n"
    "berta < :test.example 442 berta #r :You're not on that channel\n"
    "berta > JOIN #r\n"
    "berta < :berta!u@10.0.0.1 JOIN #r\n"
    "berta < :test.example 332 berta #r :new words\n"
    "berta < :test.example 333 berta #r anna 1767323045\n"
    "berta < :test.example 353 berta = #r :@anna berta\n"
    "berta < :test.example 366 berta #r :End of /NAMES list\n"
    "anna < …\n"
    "berta > TOPIC #r :mine\n"
    "berta < :test.example 482 berta #r :You're not channel operator\n"
    "anna > MODE #r -t\n"
    "anna < …\n"
    "berta < …\n"
    "berta > TOPIC #r :mine\n"
    "berta < :berta!u@10.0.0.1 TOPIC #r mine\n"
    "anna < :berta!u@10.0.0.1 TOPIC #r mine\n"
    "# what it is already is nothing new to the others, nor whoever says it its author\n"
    "anna > TOPIC #r :mine\n"
    "anna < :anna!u@10.0.0.1 TOPIC #r mine\n"
    "anna > TOPIC #r\n"
    "anna < :test.example 332 anna #r mine\n"
    "anna < :test.example 333 anna #r berta 1767323045\n"
    "anna > MODE #r +q berta\n"
    "anna < …\n"
    "berta < …\n"
    "berta > TOPIC #r :again\n"
    "berta < :test.example 482 berta #r :You're not channel operator\n"
    "anna > TOPIC #r :\n"
    "anna < :anna!u@10.0.0.1 TOPIC #r :\n"
    "berta < :anna!u@10.0.0.1 TOPIC #r :\n"
    "anna > TOPIC #nowhere\n"
    "anna < :test.example 403 anna #nowhere :No such channel\n"
    "berta > PART #r\n"
    "anna < …\n"
    "berta < …\n"
    "anna > MODE #r +s\n"
    "anna < …\n"
    "berta > TOPIC #r\n"
    "berta < :test.example 403 berta #r :No such channel\n");
}

static void
test_names (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > JOIN #p\n"
    "anna < …\n"
    "berta > NAMES #lobby,#p,#nowhere\n"
    "berta < :test.example 353 berta = #lobby :anna berta\n"
    "berta < :test.example 366 berta #lobby :End of /NAMES list\n"
    "berta < :test.example 353 berta = #p @anna\n"
    "berta < :test.example 366 berta #p :End of /NAMES list\n"
    "berta < :test.example 366 berta #nowhere :End of /NAMES list\n"
    "anna > MODE anna +i\n"
    "anna < …\n"
    "anna > MODE #p +p\n"
    "anna < …\n"
    "berta > NAMES #p\n"
    "berta < :test.example 366 berta #p :End of /NAMES list\n"
    "anna > NAMES #p\n"
    "anna < :test.example 353 anna * #p @anna\n"
    "anna < :test.example 366 anna #p :End of /NAMES list\n"
    "anna > MODE #p +s\n"
    "anna < …\n"
    "anna > NAMES #p\n"
    "anna < :test.example 353 anna @ #p @anna\n"
    "anna < :test.example 366 anna #p :End of /NAMES list\n"
    "berta > NAMES #p\n"
    "berta < :test.example 366 berta #p :End of /NAMES list\n"
    "berta > NAMES\n"
    "berta < :test.example 366 berta * :End of /NAMES list\n"
    "berta > NAMES #a,#b,#c,#d,#e\n"
    "berta < :test.example 407 berta #a :Too many targets\n");
}

/* The rooms of a LIST, in any order. */
static void
check_list (Stage *stage, Guest *guest, const char *line, gboolean lobby, gboolean old, gboolean fresh)
{
  g_test_message ("%s", line);
  guest_forget (guest);
  guest_says (guest, line);
  g_assert_cmpint (guest_saw (guest, " #lobby 1 :"), ==, lobby);
  g_assert_cmpint (guest_saw (guest, " #old 2 old\r\n"), ==, old);
  g_assert_cmpint (guest_saw (guest, " #fresh 1 :"), ==, fresh);
  g_assert_true (guest_saw (guest, ":test.example 323 anna :End of /LIST\r\n"));
}

static void
test_list (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  berta = guest_join (&stage, "berta", NULL);
  guest_says (berta, "PART #lobby");
  guest_says (anna, "JOIN #old");
  guest_says (berta, "JOIN #old");
  guest_says (anna, "TOPIC #old :old");
  stage.now += 90 * G_TIME_SPAN_MINUTE;
  guest_says (anna, "JOIN #fresh");

  check_list (&stage, anna, "LIST", TRUE, TRUE, TRUE);
  check_list (&stage, anna, "LIST #old,#nowhere", FALSE, TRUE, FALSE);
  check_list (&stage, anna, "LIST >1", FALSE, TRUE, FALSE);
  check_list (&stage, anna, "LIST <2", TRUE, FALSE, TRUE);
  check_list (&stage, anna, "LIST C<60", FALSE, FALSE, TRUE);
  check_list (&stage, anna, "LIST C>60", TRUE, TRUE, FALSE);
  check_list (&stage, anna, "LIST T<60", FALSE, FALSE, FALSE);
  check_list (&stage, anna, "LIST T>60", FALSE, TRUE, FALSE);
  check_list (&stage, anna, "LIST *l*", TRUE, TRUE, FALSE);
  check_list (&stage, anna, "LIST !*l*", FALSE, FALSE, TRUE);
  check_list (&stage, anna, "LIST *,>1", FALSE, TRUE, FALSE);
  check_list (&stage, anna, "LIST #old,#lobby <2", TRUE, FALSE, FALSE);
  check_list (&stage, anna, "LIST >much", TRUE, TRUE, TRUE);

  /* Who is not in it does not hear of a secret room, nor of a private one. */
  guest_says (anna, "MODE #fresh +p");
  check_list (&stage, anna, "LIST #fresh", FALSE, FALSE, TRUE);
  guest_forget (berta);
  guest_says (berta, "LIST #fresh");
  guest_sees (berta, ":test.example 321 berta Channel :Users  Name\n:test.example 323 berta :End of /LIST\n");
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/topic/topic", test_topic);
  g_test_add_func ("/server/topic/names", test_names);
  g_test_add_func ("/server/topic/list", test_list);
  return g_test_run ();
}
