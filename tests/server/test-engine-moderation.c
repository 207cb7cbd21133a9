/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE, KICK, bans and mutes, of those too who speak plain text. */
#include "stage.h"

static void
test_invite (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "+ carla invite-notify\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "carla > JOIN #r\n"
    "anna < …\n"
    "carla < …\n"
    "anna > MODE #r +io carla\n"
    "anna < …\n"
    "carla < …\n"
    "berta > JOIN #r\n"
    "berta < :test.example 473 berta #r :Cannot join channel (+i): it needs an invitation\n"
    "berta > INVITE anna #r\n"
    "berta < :test.example 442 berta #r :You're not on that channel\n"
    "anna > INVITE berta #r\n"
    "anna < :test.example 341 anna berta #r\n"
    "berta < :anna!u@10.0.0.1 INVITE berta #r\n"
    "carla < :anna!u@10.0.0.1 INVITE berta #r\n"
    "berta > INVITE\n"
    "berta < :test.example 336 berta #r\n"
    "berta < :test.example 337 berta :End of /INVITE list\n"
    "berta > JOIN #r\n"
    "berta < …\n"
    "anna < :berta!u@10.0.0.1 JOIN #r\n"
    "carla < :berta!u@10.0.0.1 JOIN #r\n"
    "# an invitation is for once\n"
    "berta > INVITE\n"
    "berta < :test.example 337 berta :End of /INVITE list\n"
    "anna > INVITE berta #r\n"
    "anna < :test.example 443 anna berta #r :is already on channel\n"
    "berta > INVITE carla #r\n"
    "berta < :test.example 482 berta #r :You're not channel operator\n"
    "anna > INVITE nobody #r\n"
    "anna < :test.example 401 anna nobody :No such nick\n"
    "anna > INVITE berta #nowhere\n"
    "anna < :test.example 403 anna #nowhere :No such channel\n"
    "anna > INVITE berta\n"
    "anna < :test.example 461 anna INVITE :Not enough parameters\n");
}

static void
test_kick (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "+ carla\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "berta > JOIN #r\n"
    "anna < …\n"
    "berta < …\n"
    "carla > KICK #r berta\n"
    "carla < :test.example 442 carla #r :You're not on that channel\n"
    "berta > KICK #r anna\n"
    "berta < :test.example 482 berta #r :You're not channel operator\n"
    "anna > KICK #r carla\n"
    "anna < :test.example 441 anna carla #r :They aren't on that channel\n"
    "anna > KICK #r nobody\n"
    "anna < :test.example 401 anna nobody :No such nick\n"
    "anna > KICK #nowhere berta\n"
    "anna < :test.example 403 anna #nowhere :No such channel\n"
    "anna > KICK #r\n"
    "anna < :test.example 461 anna KICK :Not enough parameters\n"
    "anna > KICK #r berta :that was loud\n"
    "anna < :anna!u@10.0.0.1 KICK #r berta :that was loud\n"
    "berta < :anna!u@10.0.0.1 KICK #r berta :that was loud\n"
    "berta > JOIN #r\n"
    "anna < …\n"
    "berta < …\n"
    "# the last one out takes the room with it\n"
    "anna > KICK #r berta,anna,carla\n"
    "anna < :anna!u@10.0.0.1 KICK #r berta anna\n"
    "berta < :anna!u@10.0.0.1 KICK #r berta anna\n"
    "anna < :anna!u@10.0.0.1 KICK #r anna anna\n"
    "anna > MODE #r\n"
    "anna < :test.example 403 anna #r :No such channel\n"
    "anna > KICK #lobby a,b,c,d,e\n"
    "anna < :test.example 482 anna #lobby :You're not channel operator\n");
}

static void
test_bans (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta@10.0.0.2\n"
    "+ carla@10.0.0.3\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "berta > JOIN #r\n"
    "berta < …\n"
    "anna < …\n"
    "anna > MODE #r +b 10.0.0.0/24\n"
    "anna < …\n"
    "berta < …\n"
    "carla > JOIN #r\n"
    "carla < :test.example 474 carla #r :Cannot join channel (+b): you are banned from it\n"
    "# who is in may stay, and is silent\n"
    "berta > PRIVMSG #r :psst\n"
    "berta < :test.example 404 berta #r :Cannot send to channel (+bq): you are banned or muted\n"
    "berta > NOTICE #r :psst\n"
    "anna > MODE #r +v berta\n"
    "anna < …\n"
    "berta < …\n"
    "berta > PRIVMSG #r :psst\n"
    "anna < :berta!u@10.0.0.2 PRIVMSG #r psst\n"
    "anna > MODE #r -v+e berta berta\n"
    "anna < …\n"
    "berta < …\n"
    "berta > PRIVMSG #r :psst\n"
    "anna < :berta!u@10.0.0.2 PRIVMSG #r psst\n"
    "# another name is another answer\n"
    "berta > NICK bertha\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n"
    "berta > PRIVMSG #r :psst\n"
    "berta < :test.example 404 bertha #r :Cannot send to channel (+bq): you are banned or muted\n"
    "anna > MODE #r -b+q 10.0.0.0/24 bertha\n"
    "anna < …\n"
    "berta < …\n"
    "berta > PRIVMSG #r :psst\n"
    "berta < :test.example 404 bertha #r :Cannot send to channel (+bq): you are banned or muted\n"
    "carla > JOIN #r\n"
    "carla < …\n"
    "anna < …\n"
    "berta < …\n"
    "anna > MODE #r -q bertha\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n"
    "berta > PRIVMSG #r :at last\n"
    "anna < :bertha!u@10.0.0.2 PRIVMSG #r :at last\n"
    "carla < :bertha!u@10.0.0.2 PRIVMSG #r :at last\n");
}

static void
test_arriving_barred (void)
{
  Stage stage;

  stage_init (&stage);
  stage_start (&stage);
  stage_play (&stage,
              "! host\n"
              "host > MODE #lobby +b 10.0.0.1\n"
              "host < …\n"
              "+ anna\n"
              "anna > PRIVMSG #lobby :hi\n"
              "anna < :test.example 404 anna #lobby :Cannot send to channel: you have not joined it\n"
              "anna > JOIN #lobby\n"
              "anna < :test.example 474 anna #lobby :Cannot join channel (+b): you are banned from it\n"
              "host > MODE #lobby -b+k 10.0.0.1 k\n"
              "host < …\n"
              "anna > JOIN #lobby\n"
              "anna < :test.example 475 anna #lobby :Cannot join channel (+k): it needs a key\n"
              "anna > JOIN #lobby K\n"
              "anna < :test.example 475 anna #lobby :Cannot join channel (+k): it needs a key\n"
              "host > MODE #lobby +l 1\n"
              "host < …\n"
              "anna > JOIN #lobby k\n"
              "anna < :test.example 471 anna #lobby :Cannot join channel (+l): it is full\n"
              "host > MODE #lobby -l\n"
              "host < …\n"
              "anna > JOIN #other,#lobby ,k\n"
              "anna < …\n"
              "host < :anna!u@10.0.0.1 JOIN #lobby\n");
  stage_clear (&stage);
}

/* Anybody may ask somebody in; but what the room's rulers have closed, only their asking opens. */
static void
test_invited_by_a_member (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "+ carla\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "berta > JOIN #r\n"
    "anna < …\n"
    "berta < …\n"
    "berta > INVITE carla #r\n"
    "berta < :test.example 341 berta carla #r\n"
    "carla < :berta!u@10.0.0.1 INVITE carla #r\n"
    "anna > MODE #r +iRl 2\n"
    "anna < …\n"
    "berta < …\n"
    "carla > JOIN #r\n"
    "carla < :test.example 473 carla #r :Cannot join channel (+i): it needs an invitation\n"
    "anna > MODE #r -i\n"
    "anna < …\n"
    "berta < …\n"
    "carla > JOIN #r\n"
    "carla < :test.example 477 carla #r :Cannot join channel (+R): it needs an account, and to be logged in\n"
    "anna > MODE #r -R\n"
    "anna < …\n"
    "berta < …\n"
    "carla > JOIN #r\n"
    "carla < :test.example 471 carla #r :Cannot join channel (+l): it is full\n"
    "anna > MODE #r +iR\n"
    "anna < …\n"
    "berta < …\n"
    "anna > INVITE carla #r\n"
    "anna < …\n"
    "carla < :anna!u@10.0.0.1 INVITE carla #r\n"
    "carla > JOIN #r\n"
    "carla < :carla!u@10.0.0.1 JOIN #r\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n");
}

/* A plain guest or a listener gets a bare q in a write of its own, and the end of the stream. */
static void
test_plain (void)
{
  Stage stage;
  Guest *listener;

  stage_init (&stage);
  stage_start (&stage);
  stage_play (&stage,
              "! host\n"
              "~ nc\n"
              "nc > hello\n"
              "host < :guest-1!plain@10.0.0.1 JOIN #lobby\n"
              "host < :guest-1!plain@10.0.0.1 PRIVMSG #lobby hello\n"
              "host > KICK #lobby guest-1 :shh\n"
              "host < :host!u@127.0.0.1 KICK #lobby guest-1 shh\n"
              "nc < q\n"
              "nc closed\n"
              "~ nc2@10.0.0.2\n"
              "~ nc3@10.0.0.3\n"
              "^ li@10.0.0.2\n"
              "^ li3@10.0.0.3\n"
              "nc2 > two\n"
              "host < …\n"
              "li < guest-1: two\n"
              "li3 < guest-1: two\n"
              "nc3 > three\n"
              "host < …\n"
              "nc2 < guest-2: three\n"
              "li < guest-2: three\n"
              "li3 < guest-2: three\n"
              "host > MODE #lobby +b 10.0.0.2\n"
              "host < :host!u@127.0.0.1 MODE #lobby +b *!*@10.0.0.2\n"
              "host < :guest-1!plain@10.0.0.2 QUIT Banned\n"
              "nc2 < q\n"
              "nc2 closed\n"
              "li < q\n"
              "li closed\n"
              "# one that is still open may speak, and be muted\n"
              "host > MODE #lobby +q guest-2\n"
              "host < …\n"
              "nc3 > am I heard?\n"
              "nc3 < Cannot send to channel (+bq): you are banned or muted\n"
              "# a newcomer of that address gets one line\n"
              "~ nc4@10.0.0.2\n"
              "nc4 > hello\n"
              "nc4 < This room is not open to you now.\n"
              "nc4 closed\n"
              "host > MODE #lobby +i\n"
              "host < …\n"
              "li3 < q\n"
              "li3 closed\n");
  listener = guest_connect (&stage);
  hs_engine_set_listener (stage.engine, listener->peer);
  guest_sees (listener, "This room is not open to you now.\n");
  g_assert_true (listener->closed);
  guest_free (listener);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/moderation/invite", test_invite);
  g_test_add_func ("/server/moderation/kick", test_kick);
  g_test_add_func ("/server/moderation/bans", test_bans);
  g_test_add_func ("/server/moderation/arriving-barred", test_arriving_barred);
  g_test_add_func ("/server/moderation/plain", test_plain);
  g_test_add_func ("/server/moderation/invited-by-a-member", test_invited_by_a_member);
  return g_test_run ();
}
