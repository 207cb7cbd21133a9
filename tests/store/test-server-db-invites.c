/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of invites: kept while they are good, gone when they are used or have ended. */
#include "test-server-db-private.h"

static void
test_life (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (GBytes) a = g_bytes_new_static ("a", 1);
  g_autoptr (GBytes) b = g_bytes_new_static ("b", 1);
  g_autoptr (GBytes) c = g_bytes_new_static ("c", 1);

  g_assert_true (hs_server_db_add_invite (db, b, 200, NULL));
  g_assert_true (hs_server_db_add_invite (db, a, 100, NULL));
  g_assert_true (hs_server_db_add_invite (db, c, 300, NULL));
  g_assert_true (hs_server_db_add_invite (db, c, 400, NULL)); /* the same: nothing changes */
  g_assert_true (hs_server_db_remove_invite (db, b, NULL));
  g_assert_true (hs_server_db_remove_invite (db, b, NULL));
  g_autoptr (GPtrArray) invites = hs_server_db_list_invites (db, 99, NULL);
  g_assert_cmpuint (invites->len, ==, 2);
  g_assert_true (g_bytes_equal (((HsServerInvite *) g_ptr_array_index (invites, 0))->token, a));
  g_assert_cmpint (((HsServerInvite *) g_ptr_array_index (invites, 1))->until, ==, 300);

  g_autoptr (GPtrArray) later = hs_server_db_list_invites (db, 100, NULL);
  g_assert_cmpuint (later->len, ==, 1);
  while (hs_server_db_trim (db, 300, 0, 0, 0, "run", NULL) > 0)
    ;
  g_autoptr (GPtrArray) none = hs_server_db_list_invites (db, 0, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/server-db/invites", test_life);
  return g_test_run ();
}
