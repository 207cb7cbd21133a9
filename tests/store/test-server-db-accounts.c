/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifiers by RFC 7677's example, and their rows. */
#include "test-server-db-private.h"

static void
test_verifier (void)
{
  /* RFC 7677 3: user "user", password "pencil"; ServerSignature and ClientProof there follow from these keys. */
  gsize len;
  g_autofree guchar *raw = g_base64_decode ("W22ZaJ0SNY7soEsUEjb6gQ==", &len);
  g_autoptr (GBytes) salt = g_bytes_new (raw, len);
  g_autoptr (HsServerAccount) account = hs_server_account_make ("user", "pencil", salt, 4096, 1);
  g_autofree char *stored = g_base64_encode (g_bytes_get_data (account->stored_key, NULL), 32);
  g_autofree char *server = g_base64_encode (g_bytes_get_data (account->server_key, NULL), 32);

  g_assert_cmpstr (stored, ==, "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=");
  g_assert_cmpstr (server, ==, "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  g_assert_true (hs_server_account_check (account, "pencil"));
  g_assert_false (hs_server_account_check (account, "pencil "));
  g_assert_false (hs_server_account_check (account, ""));
}

static void
test_rows (void)
{
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (GBytes) salt = g_bytes_new ("salt", 4);
  g_autoptr (HsServerAccount) one = hs_server_account_make ("Ana", "one", salt, 10, 1);
  g_autoptr (HsServerAccount) two = hs_server_account_make ("ANA", "two", salt, 20, 2);
  g_autoptr (HsServerAccount) back = NULL, changed = NULL, none = NULL;

  g_assert_true (hs_server_db_add_account (db, one, NULL));
  g_assert_false (hs_server_db_add_account (db, two, NULL)); /* the same name */
  back = hs_server_db_get_account (db, "ana", NULL);
  g_assert_cmpstr (back->name, ==, "Ana");
  g_assert_cmpuint (back->iterations, ==, 10);
  g_assert_true (hs_server_account_check (back, "one"));
  g_assert_true (hs_server_db_set_account (db, two, NULL));
  changed = hs_server_db_get_account (db, "Ana", NULL);
  g_assert_true (hs_server_account_check (changed, "two"));
  g_assert_cmpstr (changed->name, ==, "Ana");
  g_assert_true (hs_server_db_remove_account (db, "aNa", NULL));
  g_assert_false (hs_server_db_remove_account (db, "aNa", NULL));
  none = hs_server_db_get_account (db, "ana", NULL);
  g_assert_null (none);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/server-db-accounts/verifier", test_verifier);
  g_test_add_func ("/store/server-db-accounts/rows", test_rows);
  return g_test_run ();
}
