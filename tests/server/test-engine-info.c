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
    "anna > LUSERS\n"
    "anna < :test.example 251 anna :There are 2 users and 0 invisible on 1 servers\n"
    "anna < :test.example 254 anna 1 :channels formed\n"
    "anna < :test.example 255 anna :I have 2 clients and 0 servers\n");
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
