/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that ask: each line and its answer. */
#include "stage.h"

static void
test_queries (void)
{
  static const struct
  {
    const char *line, *expected;
  } rows[] = {
    { "WHO #lobby",
      ":test.example 352 anna #lobby u 10.0.0.1 test.example anna H :0 Real Name\n"
      ":test.example 352 anna #lobby u 10.0.0.1 test.example berta G :0 Real Name\n"
      ":test.example 315 anna #lobby :End of /WHO list\n" },
    { "WHO berta", ":test.example 352 anna #lobby u 10.0.0.1 test.example berta G :0 Real Name\n:test.example 315 anna berta :End of /WHO list\n" },
    { "WHO nobody", ":test.example 315 anna nobody :End of /WHO list\n" },
    { "WHOIS berta",
      ":test.example 311 anna berta u 10.0.0.1 * :Real Name\n"
      ":test.example 319 anna berta #lobby\n"
      ":test.example 312 anna berta test.example test.example\n"
      ":test.example 301 anna berta :out for lunch\n"
      ":test.example 317 anna berta 0 1767323045 :seconds idle, signon time\n"
      ":test.example 318 anna berta :End of /WHOIS list\n" },
    { "WHOIS test.example nobody", ":test.example 401 anna nobody :No such nick\n:test.example 318 anna nobody :End of /WHOIS list\n" },
    { "PRIVMSG berta :x", ":test.example 301 anna berta :out for lunch\n" },
    { "ISON anna nobody BERTA", ":test.example 303 anna :anna berta\n" },
    { "ISON :nobody berta", ":test.example 303 anna berta\n" },
    { "USERHOST berta anna", ":test.example 302 anna :berta=-u@10.0.0.1 anna=+u@10.0.0.1\n" },
    { "NAMES #lobby", ":test.example 353 anna = #lobby :anna berta\n:test.example 366 anna #lobby :End of /NAMES list\n" },
    { "NAMES", ":test.example 366 anna * :End of /NAMES list\n" },
    { "LIST", ":test.example 321 anna Channel :Users  Name\n:test.example 322 anna #lobby 2 :\n:test.example 323 anna :End of /LIST\n" },
    { "LIST #nowhere", ":test.example 321 anna Channel :Users  Name\n:test.example 323 anna :End of /LIST\n" },
    { "MODE #lobby", ":test.example 324 anna #lobby +nt\n:test.example 329 anna #lobby 1767323045\n" },
    { "MODE #lobby b", ":test.example 368 anna #lobby :End of channel ban list\n" },
    { "MODE #lobby +b", ":test.example 368 anna #lobby :End of channel ban list\n" },
    { "MODE #lobby +o berta", ":test.example 482 anna #lobby :The modes of this channel cannot be changed\n" },
    { "MODE #lobby +z", ":test.example 472 anna z :is an unknown mode character to me\n" },
    { "MODE #nowhere", ":test.example 403 anna #nowhere :No such channel\n" },
    { "MODE anna", ":test.example 221 anna +\n" },
    { "MODE anna +i", ":anna!u@10.0.0.1 MODE anna +i\n" },
    { "MODE anna", ":test.example 221 anna +i\n" },
    { "MODE anna +iw", ":test.example 501 anna :Unknown mode flag\n" },
    { "LUSERS", ":test.example 251 anna :There are 1 users and 1 invisible on 1 servers\n:test.example 254 anna 1 :channels formed\n"
                ":test.example 255 anna :I have 2 clients and 0 servers\n" },
    { "MODE anna -i", ":anna!u@10.0.0.1 MODE anna -i\n" },
    { "MODE berta", ":test.example 502 anna :You can only ask for your own modes\n" },
    { "MOTD", ":test.example 422 anna :There is no message of the day\n" },
    { "VERSION", ":test.example 351 anna handshake-0.1.0 test.example :\n" },
    { "LUSERS", ":test.example 251 anna :There are 2 users and 0 invisible on 1 servers\n:test.example 254 anna 1 :channels formed\n"
                ":test.example 255 anna :I have 2 clients and 0 servers\n" },
    { "PING", ":test.example 409 anna :No origin specified\n" },
    { "AWAY :tea", ":test.example 306 anna :You have been marked as being away\n" },
    { "AWAY", ":test.example 305 anna :You are no longer marked as being away\n" },
  };
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  berta = guest_join (&stage, "berta", NULL);
  guest_says (berta, "AWAY :out for lunch");
  guest_forget (anna);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].line);
      guest_says (anna, rows[i].line);
      guest_sees (anna, rows[i].expected);
    }
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

static void
test_away_notify (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", "away-notify");
  berta = guest_join (&stage, "berta", NULL);
  guest_forget (anna);
  guest_says (berta, "AWAY :out for lunch");
  guest_sees (anna, ":berta!u@10.0.0.1 AWAY :out for lunch\n");
  guest_says (berta, "AWAY");
  guest_sees (anna, ":berta!u@10.0.0.1 AWAY\n");
  guest_says (berta, "AWAY :again");
  guest_says (berta, "PART #lobby");
  guest_forget (anna);
  guest_says (berta, "JOIN #lobby");
  guest_sees (anna, ":berta!u@10.0.0.1 JOIN #lobby\n:berta!u@10.0.0.1 AWAY again\n");
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/queries/queries", test_queries);
  g_test_add_func ("/server/queries/away-notify", test_away_notify);
  return g_test_run ();
}
