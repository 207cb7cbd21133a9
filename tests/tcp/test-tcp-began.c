/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who closed first, event by event. */
#include "hs-tcp-began.h"

#define STATE(s) { .kind = HS_TCP_EVENT_STATE, .state = s }
#define SENT(f) { .kind = HS_TCP_EVENT_SEGMENT, .flags = f, .outgoing = TRUE }
#define HEARD(f) { .kind = HS_TCP_EVENT_SEGMENT, .flags = f }

static const struct
{
  const char *what;
  HsTcpBegan before;
  HsTcpEvent event;
  HsTcpBegan expected;
} cases[] = {
  { "nothing of it yet", HS_TCP_BEGAN_NOBODY, STATE (HS_TCP_ESTABLISHED), HS_TCP_BEGAN_NOBODY },
  { "no segment of it", HS_TCP_BEGAN_NOBODY, SENT (HS_TCP_ACK), HS_TCP_BEGAN_NOBODY },
  { "our FIN", HS_TCP_BEGAN_NOBODY, SENT (HS_TCP_FIN | HS_TCP_ACK), HS_TCP_BEGAN_WE },
  { "the peer's FIN", HS_TCP_BEGAN_NOBODY, HEARD (HS_TCP_FIN), HS_TCP_BEGAN_PEER },
  { "our reset", HS_TCP_BEGAN_NOBODY, SENT (HS_TCP_RST), HS_TCP_BEGAN_WE },
  { "a refusal", HS_TCP_BEGAN_NOBODY, HEARD (HS_TCP_RST | HS_TCP_ACK), HS_TCP_BEGAN_PEER },
  { "by our state alone", HS_TCP_BEGAN_NOBODY, STATE (HS_TCP_FIN_WAIT_1), HS_TCP_BEGAN_WE },
  { "by the peer's", HS_TCP_BEGAN_NOBODY, STATE (HS_TCP_CLOSE_WAIT), HS_TCP_BEGAN_PEER },
  { "the answer to our FIN", HS_TCP_BEGAN_WE, HEARD (HS_TCP_FIN), HS_TCP_BEGAN_WE },
  { "a reset after the peer's FIN", HS_TCP_BEGAN_PEER, SENT (HS_TCP_RST), HS_TCP_BEGAN_PEER },
  { "our answer", HS_TCP_BEGAN_PEER, STATE (HS_TCP_FIN_WAIT_1), HS_TCP_BEGAN_PEER },
  { "at the same time", HS_TCP_BEGAN_WE, STATE (HS_TCP_CLOSING), HS_TCP_BEGAN_BOTH },
  { "the end of it", HS_TCP_BEGAN_BOTH, STATE (HS_TCP_TIME_WAIT), HS_TCP_BEGAN_BOTH },
  { "another address", HS_TCP_BEGAN_PEER, STATE (HS_TCP_SYN_SENT), HS_TCP_BEGAN_NOBODY },
  { "bytes", HS_TCP_BEGAN_NOBODY, { .kind = HS_TCP_EVENT_DATA, .flags = HS_TCP_FIN }, HS_TCP_BEGAN_NOBODY },
};

static void
test_after (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].what);
      g_assert_cmpint (hs_tcp_began_after (cases[i].before, &cases[i].event), ==, cases[i].expected);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/began/after", test_after);
  return g_test_run ();
}
