/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MODE of a room: every letter, lists, several changes in a line, who may. */
#include "stage.h"

#include <string.h>

static void
test_flags (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "berta > JOIN #r\n"
    "anna < …\n"
    "berta < …\n"
    "anna > MODE #r\n"
    "anna < :test.example 324 anna #r +nt\n"
    "anna < :test.example 329 anna #r 1767323045\n"
    "anna > MODE #R +imps\n"
    "anna < :anna!u@10.0.0.1 MODE #r +imps\n"
    "berta < :anna!u@10.0.0.1 MODE #r +imps\n"
    "# what is so already is no change\n"
    "anna > MODE #r +i-t+m\n"
    "anna < :anna!u@10.0.0.1 MODE #r -t\n"
    "berta < :anna!u@10.0.0.1 MODE #r -t\n"
    "anna > MODE #r +m\n"
    "anna > MODE #r -imps+t\n"
    "anna < :anna!u@10.0.0.1 MODE #r -imps+t\n"
    "berta < :anna!u@10.0.0.1 MODE #r -imps+t\n"
    "berta > MODE #r +imz\n"
    "berta < :test.example 482 berta #r :You're not channel operator\n"
    "berta < :test.example 472 berta z :is unknown mode char to me\n"
    "anna > MODE #r +é\n"
    "anna < :test.example 472 anna é :is unknown mode char to me\n"
    "anna > MODE #nowhere +i\n"
    "anna < :test.example 403 anna #nowhere :No such channel\n");
}

static void
test_settings (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "anna > MODE #r +kl geheim 2\n"
    "anna < :anna!u@10.0.0.1 MODE #r +kl geheim 2\n"
    "anna > MODE #r\n"
    "anna < :test.example 324 anna #r +ntkl geheim 2\n"
    "anna < :test.example 329 anna #r 1767323045\n"
    "# the key is not for those outside\n"
    "berta > MODE #r\n"
    "berta < :test.example 324 berta #r +ntkl * 2\n"
    "berta < :test.example 329 berta #r 1767323045\n"
    "anna > MODE #r +k\n"
    "anna < :test.example 461 anna MODE :Not enough parameters\n"
    "anna > MODE #r +l\n"
    "anna < :test.example 461 anna MODE :Not enough parameters\n"
    "anna > MODE #r +l many\n"
    "anna < :test.example 696 anna #r l many :This is no number of people\n"
    "anna > MODE #r +l 0\n"
    "anna < :test.example 696 anna #r l 0 :This is no number of people\n"
    "anna > MODE #r +k :a b\n"
    "anna < :test.example 525 anna #r :Key is not well-formed\n"
    "anna > MODE #r +k a,b\n"
    "anna < :test.example 525 anna #r :Key is not well-formed\n"
    "anna > MODE #r +k geheim\n"
    "anna > MODE #r -k wrong\n"
    "anna < :anna!u@10.0.0.1 MODE #r -k *\n"
    "anna > MODE #r -l\n"
    "anna < :anna!u@10.0.0.1 MODE #r -l\n"
    "anna > MODE #r -kl\n"
    "anna > MODE #r\n"
    "anna < :test.example 324 anna #r +nt\n"
    "anna < :test.example 329 anna #r 1767323045\n");
}

static void
test_lists (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "anna > MODE #r b\n"
    "anna < :test.example 368 anna #r :End of channel ban list\n"
    "anna > MODE #r +bbb-b+e bob u@h 10.0.0.9 bob 李伟\n"
    "anna < :anna!u@10.0.0.1 MODE #r +bbb-b+e bob!*@* *!u@h *!*@10.0.0.9 bob!*@* 李伟!*@*\n"
    "anna > MODE #r +b *!u@H\n"
    "anna > MODE #r +b\n"
    "anna < :test.example 367 anna #r *!u@h anna 1767323045\n"
    "anna < :test.example 367 anna #r *!*@10.0.0.9 anna 1767323045\n"
    "anna < :test.example 368 anna #r :End of channel ban list\n"
    "anna > MODE #r e\n"
    "anna < :test.example 348 anna #r 李伟!*@* anna 1767323045\n"
    "anna < :test.example 349 anna #r :End of channel exception list\n"
    "anna > MODE #r +Iq eve eve\n"
    "anna < :anna!u@10.0.0.1 MODE #r +Iq eve!*@* eve!*@*\n"
    "anna > MODE #r Iq\n"
    "anna < :test.example 346 anna #r eve!*@* anna 1767323045\n"
    "anna < :test.example 347 anna #r :End of Channel Invite Exception List\n"
    "anna < :test.example 728 anna #r q eve!*@* anna 1767323045\n"
    "anna < :test.example 729 anna #r q :End of Channel Quiet List\n"
    "# bans may be read by all, exceptions not\n"
    "berta > MODE #r be\n"
    "berta < :test.example 367 berta #r *!u@h anna 1767323045\n"
    "berta < :test.example 367 berta #r *!*@10.0.0.9 anna 1767323045\n"
    "berta < :test.example 368 berta #r :End of channel ban list\n"
    "berta < :test.example 482 berta #r :You're not channel operator\n"
    "anna > MODE #r +b :a b\n"
    "anna < :test.example 696 anna #r b a :This is no mask\n"
    "anna > MODE #r +s\n"
    "anna < :anna!u@10.0.0.1 MODE #r +s\n"
    "# as if there were none\n"
    "berta > MODE #r b\n"
    "berta < :test.example 403 berta #r :No such channel\n"
    "berta > MODE #r\n"
    "berta < :test.example 403 berta #r :No such channel\n"
    "berta > PRIVMSG #r x\n"
    "berta < :test.example 403 berta #r :No such channel\n"
    "berta > TOPIC #r x\n"
    "berta < :test.example 403 berta #r :No such channel\n"
    "berta > INVITE anna #r\n"
    "berta < :test.example 403 berta #r :No such channel\n"
    "berta > KICK #r anna\n"
    "berta < :test.example 403 berta #r :No such channel\n"
    "berta > PART #r\n"
    "berta < :test.example 403 berta #r :No such channel\n"
    "anna > MODE #r\n"
    "anna < :test.example 324 anna #r +nst\n"
    "anna < …\n");
}

static void
test_full_list (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "JOIN #r");
  for (guint i = 0; i < HS_LIST_ENTRIES_MAX; i++)
    {
      g_autofree char *line = g_strdup_printf ("MODE #r +b n%u", i);

      guest_says (anna, line);
    }
  guest_forget (anna);
  guest_says (anna, "MODE #r +b onemore");
  guest_sees (anna, ":test.example 478 anna #r b :Channel list is full\n");
  guest_says (anna, "MODE #r +e other");
  guest_sees (anna, ":anna!u@10.0.0.1 MODE #r +e other!*@*\n");
  guest_free (anna);
  stage_clear (&stage);
}

/* No more than MODES says with a parameter in one line, and no line is too long. */
static void
test_many (void)
{
  g_autoptr (GString) line = g_string_new ("MODE #r +bbbbbbbbbbbbb");
  g_auto (GStrv) lines = NULL;
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "JOIN #r");
  guest_forget (anna);
  for (guint i = 0; i < 13; i++)
    g_string_append_printf (line, " %c23456789012345678901234567890123456", 'a' + i);
  guest_says (anna, line->str);
  lines = g_strsplit (anna->out->str, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3); /* two, and what follows the last line end */
  g_assert_cmpuint (strlen (lines[0]), <=, 510);
  guest_forget (anna);
  guest_says (anna, "MODE #r bbbbb");
  lines = (g_strfreev (lines), g_strsplit (anna->out->str, "\r\n", -1));
  g_assert_cmpuint (g_strv_length (lines), ==, HS_MODES_MAX + 2); /* once, though it was asked for five times */
  guest_free (anna);
  stage_clear (&stage);
}

static void
test_ranks (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta multi-prefix\n"
    "anna > JOIN #r\n"
    "anna < …\n"
    "berta > JOIN #r\n"
    "anna < …\n"
    "berta < …\n"
    "anna > MODE #r +ov berta berta\n"
    "anna < :anna!u@10.0.0.1 MODE #r +ov berta berta\n"
    "berta < :anna!u@10.0.0.1 MODE #r +ov berta berta\n"
    "berta > NAMES #r\n"
    "berta < :test.example 353 berta = #r :@anna @+berta\n"
    "berta < :test.example 366 berta #r :End of /NAMES list\n"
    "anna > NAMES #r\n"
    "anna < :test.example 353 anna = #r :@anna @berta\n"
    "anna < :test.example 366 anna #r :End of /NAMES list\n"
    "berta > MODE #r -o+v anna anna\n"
    "anna < :berta!u@10.0.0.1 MODE #r -o+v anna anna\n"
    "berta < :berta!u@10.0.0.1 MODE #r -o+v anna anna\n"
    "anna > MODE #r +o anna\n"
    "anna < :test.example 482 anna #r :You're not channel operator\n"
    "berta > MODE #r +o nobody\n"
    "berta < :test.example 401 berta nobody :No such nick\n"
    "berta > MODE #r +o\n"
    "berta < :test.example 461 berta MODE :Not enough parameters\n"
    "anna > PART #r\n"
    "anna < …\n"
    "berta < …\n"
    "berta > MODE #r +v anna\n"
    "berta < :test.example 441 berta anna #r :They aren't on that channel\n");
}

static void
test_host_rules (void)
{
  stage_perform (
    "! host\n"
    "+ berta\n"
    "berta > MODE #lobby +i\n"
    "berta < :test.example 482 berta #lobby :You're not channel operator\n"
    "host > MODE #lobby +o berta\n"
    "host < :host!u@127.0.0.1 MODE #lobby +o berta\n"
    "berta < :host!u@127.0.0.1 MODE #lobby +o berta\n"
    "berta > MODE #lobby -o host\n"
    "berta < :test.example 482 berta #lobby :The host of this server rules this room\n"
    "berta > KICK #lobby host\n"
    "berta < :test.example 482 berta #lobby :The host of this server rules this room\n"
    "# and every other room of its server\n"
    "berta > JOIN #r\n"
    "berta < …\n"
    "host > MODE #r +i\n"
    "berta < :host!u@127.0.0.1 MODE #r +i\n"
    "host > JOIN #r\n"
    "berta < :host!u@127.0.0.1 JOIN #r\n"
    "host < …\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/modes/flags", test_flags);
  g_test_add_func ("/server/modes/settings", test_settings);
  g_test_add_func ("/server/modes/lists", test_lists);
  g_test_add_func ("/server/modes/full-list", test_full_list);
  g_test_add_func ("/server/modes/many", test_many);
  g_test_add_func ("/server/modes/ranks", test_ranks);
  g_test_add_func ("/server/modes/host-rules", test_host_rules);
  return g_test_run ();
}
