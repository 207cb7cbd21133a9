/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A step tells what changed of it, and nothing else. */
#include "hs-step.h"

static void
count (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_set (void)
{
  g_autoptr (HsStep) step = hs_step_new ("Name");
  guint notified = 0;

  g_assert_cmpint (hs_step_get_state (step), ==, HS_STEP_WAITING);
  g_assert_cmpint (hs_step_get_elapsed (step), ==, -1);
  g_signal_connect (step, "notify", G_CALLBACK (count), &notified);
  hs_step_set (step, HS_STEP_RUNNING, "looking", -1);
  g_assert_cmpuint (notified, ==, 2);
  hs_step_set (step, HS_STEP_RUNNING, "looking", -1);
  g_assert_cmpuint (notified, ==, 2);
  hs_step_set (step, HS_STEP_DONE, NULL, 2100);
  g_assert_cmpuint (notified, ==, 4);
  g_assert_cmpstr (hs_step_get_detail (step), ==, "looking"); /* NULL leaves it */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/step/set", test_set);
  return g_test_run ();
}
