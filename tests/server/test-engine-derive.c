/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys are derived apart, few at once; who has gone is passed over, and a queue that is too long is said so. */
#include "stage.h"

#include "hs-limits.h"

static Stage stage;

static Guest *
ask (void)
{
  Guest *guest = guest_connect_from (&stage, "127.0.0.1", TRUE);

  hs_engine_set_encrypted (stage.engine, guest->peer, NULL);
  guest_says (guest, "AUTHENTICATE PLAIN");
  guest_says (guest, "AUTHENTICATE AGFubmEAd3Jvbmd3cm9uZw==");
  return guest;
}

static void
test_queue (void)
{
  Guest *guests[HS_KDF_AT_ONCE + 3];

  stage_init (&stage);
  stage_start (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    guests[i] = ask ();
  g_assert_cmpuint (stage.jobs.length, ==, HS_KDF_AT_ONCE);
  guest_free (guests[0]);                  /* while it is under way */
  guest_free (guests[HS_KDF_AT_ONCE]);     /* while it waits */
  stage_work (&stage);
  for (guint i = 1; i < G_N_ELEMENTS (guests); i++)
    if (i != HS_KDF_AT_ONCE)
      {
        g_assert_true (guest_saw (guests[i], " 904 "));
        guest_free (guests[i]);
      }
  g_assert_cmpuint (stage.jobs.length, ==, 0);
  stage_clear (&stage);
}

static void
test_too_many (void)
{
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func ((GDestroyNotify) guest_free);

  stage_init (&stage);
  stage.config->unregistered = 10 * HS_KDF_WAITING_MAX;
  stage_start (&stage);
  for (guint i = 0; i <= HS_KDF_AT_ONCE + HS_KDF_WAITING_MAX; i++)
    {
      Guest *guest = ask ();

      g_ptr_array_add (guests, guest);
      g_assert_cmpint (guest_saw (guest, " 263 "), ==, i == HS_KDF_AT_ONCE + HS_KDF_WAITING_MAX);
      g_assert_cmpint (guest_saw (guest, " 904 "), ==, i == HS_KDF_AT_ONCE + HS_KDF_WAITING_MAX);
    }
  g_ptr_array_set_size (guests, 0);
  stage_clear (&stage); /* with some under way */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-derive/queue", test_queue);
  g_test_add_func ("/server/engine-derive/too-many", test_too_many);
  return g_test_run ();
}
