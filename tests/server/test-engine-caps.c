/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CAP: each line and its answer. */
#include "stage.h"

#define ALL "away-notify batch cap-notify echo-message extended-join extended-monitor invite-notify labeled-response message-tags multi-prefix " \
            "server-time setname standard-replies userhost-in-names"

static void
test_negotiation (void)
{
  static const struct
  {
    const char *line, *expected;
  } rows[] = {
    { "CAP LS 302", ":test.example CAP * LS :" ALL "\n" },
    { "cap list", ":test.example CAP * LIST cap-notify\n" },
    { "CAP REQ :server-time batch", ":test.example CAP * ACK :server-time batch\n" },
    { "CAP LIST", ":test.example CAP * LIST :batch cap-notify server-time\n" },
    { "CAP REQ :sasl", ":test.example CAP * NAK sasl\n" },
    { "CAP REQ :echo-message nonsense", ":test.example CAP * NAK :echo-message nonsense\n" },
    { "CAP REQ :-batch setname", ":test.example CAP * ACK :-batch setname\n" },
    { "CAP LIST", ":test.example CAP * LIST :cap-notify server-time setname\n" },
    { "NICK anna", "" },
    { "USER u 0 * :r", "" },
    { "CAP REQ -cap-notify", ":test.example CAP anna NAK -cap-notify\n" }, /* it speaks 302 */
    { "CAP FOO", ":test.example 410 anna FOO :Invalid CAP command\n" },
    { "CAP", ":test.example 461 anna CAP :Not enough parameters\n" },
  };
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_connect (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guest_says (anna, rows[i].line);
      guest_sees (anna, rows[i].expected);
    }
  g_assert_false (hs_peer_is_registered (anna->peer));
  guest_says (anna, "CAP END");
  g_assert_true (hs_peer_is_registered (anna->peer));
  guest_forget (anna);
  guest_says (anna, "CAP LS");
  guest_sees (anna, ":test.example CAP anna LS :" ALL "\n");
  guest_says (anna, "PING x");
  guest_sees (anna, ":test.example PONG test.example x\n");
  guest_free (anna);
  stage_clear (&stage);
}

static void
test_without (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  guest_says (anna, "CAP LIST");
  guest_sees (anna, ":test.example CAP anna LIST :\n");
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/caps/negotiation", test_negotiation);
  g_test_add_func ("/server/caps/without", test_without);
  return g_test_run ();
}
