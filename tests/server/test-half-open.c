/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One row for each address that half-open connections come from: which come, change, stay and go. */
#include "hs-half-open.h"

static char *
describe (GListStore *rows)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (rows)); i++)
    {
      g_autoptr (HsGuest) row = g_list_model_get_item (G_LIST_MODEL (rows), i);

      g_assert_cmpint (hs_guest_get_state (row), ==, HS_TCP_SYN_RECEIVED);
      g_assert_cmpstr (hs_guest_get_host (row), ==, hs_guest_get_address (row));
      g_string_append_printf (text, "%s:%u@%d ", hs_guest_get_address (row), hs_guest_get_half_open (row), (int) hs_guest_get_since (row));
    }
  return g_string_free (text, FALSE);
}

static void
test_update (void)
{
  static const struct
  {
    HsTcpCaller callers[2];
    guint n_callers;
    const char *expected;
    guint n_changes;
  } steps[] = {
    { { { "" } }, 0, "", 0 },
    { { { "10.0.0.1", 3 } }, 1, "10.0.0.1:3@1 ", 1 },
    { { { "10.0.0.1", 4 } }, 1, "10.0.0.1:4@1 ", 0 },
    { { { "fd00::2", 9 }, { "10.0.0.1", 4 } }, 2, "10.0.0.1:4@1 fd00::2:9@3 ", 1 },
    { { { "fd00::2", 9 } }, 1, "fd00::2:9@3 ", 1 },
    { { { "10.0.0.1", 1 } }, 1, "10.0.0.1:1@5 ", 2 },
  };
  g_autoptr (GListStore) rows = g_list_store_new (HS_TYPE_GUEST);
  guint n_changes = 0;

  g_signal_connect_swapped (rows, "items-changed", G_CALLBACK (g_atomic_int_inc), &n_changes);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      HsTcpListenerNumbers numbers = { .n_callers = steps[i].n_callers };
      g_autofree char *text = NULL;

      n_changes = 0;
      for (guint c = 0; c < steps[i].n_callers; c++)
        numbers.callers[c] = steps[i].callers[c];
      hs_half_open_update (rows, &numbers, i);
      text = describe (rows);
      g_assert_cmpstr (text, ==, steps[i].expected);
      g_assert_cmpuint (n_changes, ==, steps[i].n_changes);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/half-open/update", test_update);
  return g_test_run ();
}
