/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tap's state machine over random but legal lives of a connection, of which it sees only some moments: what it tells is always a way that RFC 9293
 * allows, ends where the kernel is, and never takes an orderly end for an abort. */
#include "hs-tcp-tap-private.h"

#include <string.h>

#define LIVES 20000

/* What may happen, and where it leads: the truth that the tap has to find. */
typedef enum { SHUT, PEER_FIN, ACK, FIN_AND_ACK, EXPIRE, RESET, N_HAPPENINGS } Happening;

static const struct { HsTcpState from; Happening what; HsTcpState to; } table[] = {
  { HS_TCP_ESTABLISHED, SHUT, HS_TCP_FIN_WAIT_1 },    { HS_TCP_ESTABLISHED, PEER_FIN, HS_TCP_CLOSE_WAIT },
  { HS_TCP_FIN_WAIT_1, ACK, HS_TCP_FIN_WAIT_2 },      { HS_TCP_FIN_WAIT_1, PEER_FIN, HS_TCP_CLOSING },
  { HS_TCP_FIN_WAIT_1, FIN_AND_ACK, HS_TCP_TIME_WAIT }, { HS_TCP_FIN_WAIT_2, PEER_FIN, HS_TCP_TIME_WAIT },
  { HS_TCP_CLOSING, ACK, HS_TCP_TIME_WAIT },          { HS_TCP_CLOSE_WAIT, SHUT, HS_TCP_LAST_ACK },
  { HS_TCP_LAST_ACK, ACK, HS_TCP_CLOSED },            { HS_TCP_TIME_WAIT, EXPIRE, HS_TCP_CLOSED },
};

typedef struct
{
  GRand *rand;
  HsTcpTap *tap;
  HsTcpState truth;
  HsTcpState told;
  gboolean reset;     /* it was aborted */
  GString *story;
} Life;

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  Life *life = user_data;

  if (event->kind == HS_TCP_EVENT_SEGMENT && (event->flags & HS_TCP_RST) && !life->reset)
    g_error ("a reset out of nothing: %s", life->story->str);
  if (event->kind != HS_TCP_EVENT_STATE)
    return;
  g_string_append_printf (life->story, event->known == HS_TCP_OBSERVED ? " %s" : " (%s)", event->title);
  if (event->state == life->told || !hs_tcp_state_may_follow (life->told, event->state))
    g_error ("impossible: %s", life->story->str);
  if (event->state == HS_TCP_CLOSED && !life->reset && life->told != HS_TCP_LAST_ACK && life->told != HS_TCP_TIME_WAIT)
    g_error ("an orderly end taken for an abort: %s", life->story->str);
  life->told = event->state;
}

static const HsTcpTapFuncs funcs = { .event = on_event };

static void
look (Life *life)
{
  HsTcpSighting sighting = { .state = life->truth, .known = HS_TCP_OBSERVED, .time = g_get_monotonic_time (), .source = "test" };

  if (life->truth == HS_TCP_CLOSE_WAIT || life->truth == HS_TCP_CLOSING || life->truth == HS_TCP_LAST_ACK || life->truth == HS_TCP_TIME_WAIT)
    life->tap->peer_fin_counted = TRUE;
  hs_tcp_tap_move (life->tap, &sighting);
  if (life->told != life->truth)
    g_error ("it is %s: %s", hs_tcp_state_get_name (life->truth), life->story->str);
}

static gboolean
happen (Life *life, Happening what)
{
  HsTcpNumbers *numbers = &life->tap->numbers;

  if (what == RESET && life->truth != HS_TCP_CLOSED && life->truth != HS_TCP_TIME_WAIT)
    {
      life->reset = TRUE;
      life->truth = HS_TCP_CLOSED;
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].from == life->truth && table[i].what == what)
      {
        if (what == SHUT)
          {
            look (life); /* the link has it look before it shuts down */
            life->tap->shut_down = TRUE;
          }
        if (what == EXPIRE)
          look (life); /* a minute passes, and the hang-up before it wakes the link */
        if (what == ACK || what == FIN_AND_ACK)
          numbers->bytes_acked++; /* of our FIN */
        life->truth = table[i].to;
        return TRUE;
      }
  return FALSE;
}

static void
live (Life *life, HsTcpRole role)
{
  life->tap = hs_tcp_tap_new (role, NULL, &funcs, life);
  life->tap->phase = PHASE_HELD;
  life->tap->state = HS_TCP_ESTABLISHED;
  life->tap->has_numbers = TRUE;
  life->tap->numbers.bytes_acked = role == HS_TCP_ROLE_OPENER ? 1 : 0;
  life->truth = life->told = HS_TCP_ESTABLISHED;
  life->reset = FALSE;
  g_string_assign (life->story, "ESTABLISHED");

  while (life->truth != HS_TCP_CLOSED)
    if (happen (life, (Happening) g_rand_int_range (life->rand, 0, g_rand_int_range (life->rand, 0, 8) == 0 ? N_HAPPENINGS : RESET))
        && g_rand_boolean (life->rand))
      look (life);
  look (life);
  hs_tcp_tap_free (life->tap);
}

static void
test_walk (void)
{
  Life life = { .rand = g_rand_new_with_seed (g_test_rand_int ()), .story = g_string_new (NULL) };

  for (guint i = 0; i < LIVES; i++)
    live (&life, i % 2 == 0 ? HS_TCP_ROLE_OPENER : HS_TCP_ROLE_LISTENER);
  g_rand_free (life.rand);
  g_string_free (life.story, TRUE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/tap-walk/lives", test_walk);
  return g_test_run ();
}
