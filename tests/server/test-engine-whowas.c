/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WHOWAS: former names, the latest first. */
#include "stage.h"

#define GONE(nick) "anna < :test.example 314 anna " nick " u 10.0.0.1 * :Real Name\nanna < :test.example 312 anna " nick " test.example :2026-01-02 03:04:"

static void
test_names (void)
{
  stage_perform (
    "+ anna\n"
    "+ berta\n"
    "anna > WHOWAS berta\n"
    "anna < :test.example 406 anna berta :There was no such nickname\n"
    "anna < :test.example 369 anna berta :End of WHOWAS\n"
    "berta > NICK carla\n"
    "anna < …\n"
    "berta < …\n"
    "# only its case: still the same name\n"
    "berta > NICK Carla\n"
    "anna < …\n"
    "berta < …\n"
    "berta > NICK berta\n"
    "anna < …\n"
    "berta < …\n"
    "wait 1000\n"
    "berta > QUIT\n"
    "berta < …\n"
    "anna < …\n"
    "anna > WHOWAS BERTA\n"
    GONE ("berta") "06 UTC\n"
    GONE ("berta") "05 UTC\n"
    "anna < :test.example 369 anna BERTA :End of WHOWAS\n"
    "anna > WHOWAS berta 1\n"
    GONE ("berta") "06 UTC\n"
    "anna < :test.example 369 anna berta :End of WHOWAS\n"
    "anna > WHOWAS carla -1\n"
    GONE ("Carla") "05 UTC\n"
    "anna < :test.example 369 anna carla :End of WHOWAS\n"
    "anna > WHOWAS\n"
    "anna < :test.example 431 anna :No nickname given\n");
}

/* The memory is bounded: the oldest are forgotten. */
static void
test_many (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  for (guint i = 0; i <= HS_WHOWAS_MAX; i++)
    {
      g_autofree char *line = g_strdup_printf ("NICK n%u", i);

      guest_says (anna, line);
      stage.now += HS_NICK_CHANGES_S * G_USEC_PER_SEC;
    }
  guest_forget (anna);
  guest_says (anna, "WHOWAS anna");
  g_assert_true (guest_saw (anna, " 406 "));
  guest_forget (anna);
  guest_says (anna, "WHOWAS n0");
  g_assert_true (guest_saw (anna, " 314 "));
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/whowas/names", test_names);
  g_test_add_func ("/server/whowas/many", test_many);
  return g_test_run ();
}
