/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this server is. */
#include "stage.h"

#include <string.h>

static void
test_answers (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > MOTD\n"
    "anna < :test.example 422 anna :There is no message of the day\n"
    "anna > VERSION\n"
    "anna < :test.example 351 anna handshake-0.1.0 test.example :\n"
    "anna < …\n"
    "anna > LUSERS\n"
    "anna < :test.example 251 anna :There are 2 users and 0 invisible on 1 servers\n"
    "anna < :test.example 254 anna 1 :channels formed\n"
    "anna < :test.example 255 anna :I have 2 clients and 0 servers\n"
    "anna < :test.example 265 anna 2 2 :Current local users 2, max 2\n"
    "anna < :test.example 266 anna 2 2 :Current global users 2, max 2\n"
    "anna > TIME\n"
    "anna < :test.example 391 anna test.example 1767323045 0 :2026-01-02 03:04:05 UTC\n"
    "anna > TIME *.example\n"
    "anna < :test.example 391 anna test.example 1767323045 0 :2026-01-02 03:04:05 UTC\n"
    "anna > TIME elsewhere\n"
    "anna < :test.example 402 anna elsewhere :No such server\n"
    "anna > ADMIN berta\n"
    "anna < :test.example 256 anna test.example :Administrative info\n"
    "anna < :test.example 257 anna test.example\n"
    "anna < :test.example 258 anna :A server on somebody's own computer\n"
    "anna < :test.example 259 anna :The host is to be found in #lobby\n"
    "anna > INFO\n"
    "anna < :test.example 371 anna :Handshake 0.1.0, a chat room on somebody's own computer\n"
    "anna < :test.example 371 anna https://handshakechat.github.io/\n"
    "anna < :test.example 371 anna :GNU General Public License, version 3 or later\n"
    "anna < :test.example 371 anna :Running since 2026-01-02 03:04:05 UTC\n"
    "anna < :test.example 374 anna :End of INFO list\n"
    "anna > LINKS\n"
    "anna < :test.example 364 anna test.example test.example :0 test.example\n"
    "anna < :test.example 365 anna * :End of /LINKS list\n"
    "anna > HELP privmsg\n"
    "anna < :test.example 704 anna PRIVMSG :** PRIVMSG **\n"
    "anna < :test.example 705 anna PRIVMSG :\n"
    "anna < :test.example 706 anna PRIVMSG :PRIVMSG target[,target] :text; @#room and +#room reach those of a rank\n"
    "anna > HELP :the unknown\n"
    "anna < :test.example 524 anna THE :No help available on this topic\n"
    "anna > HELP\n"
    "anna < :test.example 704 anna * :** What this server understands **\n"
    "anna < :test.example 705 anna * :\n"
    "anna < …\n");
}

/* 005: no line is too long or has more than 13 tokens, whatever the network is called. */
static void
test_isupport (void)
{
  Stage stage;
  Guest *guest;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  stage_init (&stage);
  g_free (stage.config->network);
  stage.config->network = g_strdup ("a network with many spaces in its name, as long as it may be ....");
  stage_start (&stage);
  guest = guest_connect (&stage);
  guest_says (guest, "NICK nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
  guest_says (guest, "USER u 0 * r");
  lines = g_strsplit (guest->out->str, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = NULL;

      if (strstr (lines[i], " 005 ") == NULL)
        continue;
      n++;
      words = g_strsplit (lines[i], " ", -1);
      g_assert_cmpuint (strlen (lines[i]), <=, 510);
      g_assert_true (g_str_has_suffix (lines[i], " :are supported by this server"));
      g_assert_cmpuint (g_strv_length (words), <=, 3 + 13 + 5);
    }
  g_assert_cmpuint (n, >=, 2);
  g_assert_true (guest_saw (guest, "NETWORK=a\\x20network\\x20with"));
  guest_free (guest);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/info/answers", test_answers);
  g_test_add_func ("/server/info/isupport", test_isupport);
  return g_test_run ();
}
