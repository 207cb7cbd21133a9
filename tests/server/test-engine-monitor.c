/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MONITOR: who waits for whom, and hears of it. */
#include "stage.h"

#include <string.h>

static void
test_lists (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > MONITOR + berta,nobody,BERTA,1x\n"
    "anna < :test.example 730 anna berta!u@10.0.0.1,berta!u@10.0.0.1\n"
    "anna < :test.example 731 anna nobody\n"
    "anna > MONITOR L\n"
    "anna < :test.example 732 anna berta,nobody\n"
    "anna < :test.example 733 anna :End of MONITOR list\n"
    "anna > MONITOR s\n"
    "anna < :test.example 730 anna berta!u@10.0.0.1\n"
    "anna < :test.example 731 anna nobody\n"
    "anna > MONITOR - Berta,x\n"
    "anna > MONITOR L\n"
    "anna < :test.example 732 anna nobody\n"
    "anna < :test.example 733 anna :End of MONITOR list\n"
    "anna > MONITOR C\n"
    "anna > MONITOR L\n"
    "anna < :test.example 733 anna :End of MONITOR list\n"
    "anna > MONITOR +\n"
    "anna < :test.example 461 anna MONITOR :Not enough parameters\n"
    "anna > MONITOR ?\n"
    "anna < :test.example 461 anna MONITOR :Not enough parameters\n");
}

static void
test_coming_and_going (void)
{
  stage_perform (
    "+ anna\n"
    "anna > MONITOR + Berta,carla\n"
    "anna < :test.example 731 anna Berta,carla\n"
    "anna > PART #lobby\n"
    "anna < …\n"
    "# joining with + would forget what was heard\n"
    "~ nc\n"
    "nc > /nick carla\n"
    "anna < :test.example 730 * :carla!plain@10.0.0.1\n"
    "nc < You are now called carla.\n"
    "nc > /nick berta\n"
    "anna < :test.example 731 * :carla\n"
    "anna < :test.example 730 * :berta!plain@10.0.0.1\n"
    "nc < You are now called berta.\n"
    "nc > /nick BERTA\n"
    "nc < You are now called BERTA.\n"
    "nc > q\n"
    "anna < :test.example 731 * :BERTA\n");
}

static void
test_full (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  berta = guest_join (&stage, "berta", NULL);
  for (guint i = 1; i < HS_MONITOR_MAX; i++)
    {
      g_autofree char *line = g_strdup_printf ("MONITOR + n%u", i);

      guest_says (anna, line);
    }
  guest_forget (anna);
  guest_says (anna, "MONITOR + x,n1,y,z");
  guest_sees (anna, ":test.example 731 anna x,n1\n:test.example 734 anna 100 y,z :Monitor list is full.\n");
  guest_says (anna, "MONITOR L");
  for (const char *line = anna->out->str; *line != '\0'; line = strchr (line, '\n') + 1)
    g_assert_cmpint (strchr (line, '\n') - line, <, HS_LINE_MAX);

  /* Several who wait for one, and one of them goes. */
  guest_says (berta, "MONITOR + x");
  guest_free (anna);
  guest_forget (berta);
  anna = guest_join (&stage, "x", NULL);
  g_assert_true (guest_saw (berta, ":test.example 730 * :x!u@10.0.0.1\r\n"));
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

/* Who watches is told of what its capabilities ask for, and once although they share a room. */
static void
test_extended (void)
{
  stage_perform (
    "+ anna extended-monitor away-notify setname\n"
    "+ berta\n"
    "+ carla away-notify\n"
    "anna > MONITOR + berta\n"
    "anna < …\n"
    "carla > MONITOR + berta\n"
    "carla < …\n"
    "berta > AWAY :tea\n"
    "berta < …\n"
    "anna < :berta!u@10.0.0.1 AWAY tea\n"
    "carla < :berta!u@10.0.0.1 AWAY tea\n"
    "berta > PART #lobby\n"
    "anna < …\n"
    "berta < …\n"
    "carla < …\n"
    "berta > AWAY\n"
    "berta < …\n"
    "anna < :berta!u@10.0.0.1 AWAY\n"
    "berta > SETNAME :B.\n"
    "anna < :berta!u@10.0.0.1 SETNAME B.\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/monitor/lists", test_lists);
  g_test_add_func ("/server/monitor/coming-and-going", test_coming_and_going);
  g_test_add_func ("/server/monitor/full", test_full);
  g_test_add_func ("/server/monitor/extended", test_extended);
  return g_test_run ();
}
