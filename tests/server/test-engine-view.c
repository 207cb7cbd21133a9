/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCPVIEW: who may, what is handed on, what is answered at once. */
#include "stage.h"

#include <string.h>

#include "hs-view.h"

/* A guest that has not asked for the capability is told nothing, and neither is one that is not in yet. */
static void
test_capability (void)
{
  static const char *const lines[] = { "TCPVIEW ASK", "TCPVIEW CLOCK 1", "TCPVIEW FACT :state time=1 known=observed state=CLOSED" };
  Stage stage;
  Guest *without, *early;

  stage_init (&stage);
  stage_start (&stage);
  without = guest_join (&stage, "anna", NULL);
  early = guest_connect (&stage);
  guest_says (early, "CAP REQ :" HS_VIEW_CAP);
  guest_forget (early);
  g_assert_false (hs_engine_can_view (without->peer));
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      guest_says (without, lines[i]);
      guest_sees (without, "");
      guest_says (early, lines[i]);
      g_assert_false (guest_saw (early, "TCPVIEW TIME"));
    }
  hs_engine_tell_view (stage.engine, without->peer, HS_VIEW_ASK, NULL);
  guest_sees (without, "");
  guest_free (without);
  guest_free (early);
  stage_clear (&stage);
}

static void
test_lines (void)
{
  static const struct { const char *line, *answer; } cases[] = {
    { "TCPVIEW", ":test.example 461 anna TCPVIEW :Not enough parameters\n" },
    { "TCPVIEW CLOCK 1700000000000000", ":test.example TCPVIEW TIME 1700000000000000 1767323045678000 1767323045678000\n" },
    { "TCPVIEW CLOCK", "" },
    { "TCPVIEW CLOCK -1", "" },
    { "TCPVIEW CLOCK :1 2", "" },
    { "TCPVIEW CLOCK 99999999999999999999", "" },
    { "TCPVIEW LOOK", "" },
    { "TCPVIEW FACT", "" },
    { "TCPVIEW :", "" },
  };
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", HS_VIEW_CAP);
  g_assert_true (hs_engine_can_view (anna->peer));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guest_says (anna, cases[i].line);
      guest_sees (anna, cases[i].answer);
    }
  guest_free (anna);
  stage_clear (&stage);
}

static void
test_told (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", HS_VIEW_CAP);
  hs_engine_tell_view (stage.engine, anna->peer, HS_VIEW_ASK, NULL);
  hs_engine_tell_view (stage.engine, anna->peer, HS_VIEW_FACT, (const char *const[]){ "state time=1 known=observed state=CLOSED" });
  hs_engine_tell_view (stage.engine, anna->peer, HS_VIEW_TIME, (const char *const[]){ "1", "2", "3" });
  guest_sees (anna, ":test.example TCPVIEW ASK\n"
                    ":test.example TCPVIEW FACT :state time=1 known=observed state=CLOSED\n"
                    ":test.example TCPVIEW TIME 1 2 3\n");
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-view/capability", test_capability);
  g_test_add_func ("/server/engine-view/lines", test_lines);
  g_test_add_func ("/server/engine-view/told", test_told);
  return g_test_run ();
}
