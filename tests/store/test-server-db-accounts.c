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

static void
test_keys (void)
{
  static const guint8 chance[HS_LOCKED_CHANCE] = { 1 };
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (HsServerAccount) ana = hs_server_account_make_locked ("Ana", chance, 4096, 1);
  g_autoptr (HsServerAccount) ben = hs_server_account_make_locked ("Ben", chance, 4096, 1);
  g_autoptr (GBytes) one = g_bytes_new ("1", 1);
  g_autoptr (GBytes) two = g_bytes_new ("2", 1);
  g_autoptr (GPtrArray) accounts = NULL, keys = NULL, left = NULL;
  const HsServerAccountKey *key;

  g_assert_true (hs_server_db_add_account (db, ana, NULL));
  g_assert_true (hs_server_db_add_account (db, ben, NULL));
  g_assert_false (hs_server_account_check (ana, ""));
  g_assert_true (hs_server_db_add_account_key (db, "Ana", one, NULL));
  g_assert_true (hs_server_db_add_account_key (db, "Ana", two, NULL));
  g_assert_true (hs_server_db_add_account_key (db, "Ben", two, NULL)); /* one key, one account */
  accounts = hs_server_db_list_accounts (db, NULL);
  keys = hs_server_db_list_account_keys (db, NULL);
  g_assert_cmpuint (accounts->len, ==, 2);
  g_assert_cmpuint (keys->len, ==, 2);
  g_assert_true (hs_server_db_remove_account (db, "ana", NULL));
  left = hs_server_db_list_account_keys (db, NULL);
  g_assert_cmpuint (left->len, ==, 1);
  key = g_ptr_array_index (left, 0);
  g_assert_cmpstr (key->account, ==, "ben");
  g_assert_true (g_bytes_equal (key->key, two));
}

/* What was its own goes with it, and the name is nobody's from then on. */
static void
test_removed (void)
{
  static const guint8 chance[HS_LOCKED_CHANCE] = { 1 };
  static const char *const metadata[] = { "color", "blue", "url", "x", NULL };
  g_autoptr (HsServerDb) db = hs_server_db_open (":memory:", NULL);
  g_autoptr (HsServerAccount) ana = hs_server_account_make_locked ("Ana", chance, 4096, 1);
  g_autoptr (GBytes) salt = g_bytes_new ("salt", 4), key = g_bytes_new ("1", 1);
  g_autoptr (HsServerAccount) open = hs_server_account_make ("Ana", "one", salt, 10, 1);
  g_autoptr (GPtrArray) before = NULL, after = NULL, keys = NULL, gone = NULL;

  g_assert_true (ana->locked);
  g_assert_true (hs_server_db_add_account (db, ana, NULL));
  g_assert_true (hs_server_db_add_account_key (db, "Ana", key, NULL));
  g_assert_true (hs_server_db_set_account_metadata (db, "ANA", metadata, NULL));
  g_assert_true (hs_server_db_set_account_metadata (db, "ana", metadata + 2, NULL)); /* replaces */
  hs_server_db_set_marker (db, "account:ana", "#lobby", 10, NULL);
  before = hs_server_db_list_accounts (db, NULL);
  g_assert_true (((HsServerAccount *) g_ptr_array_index (before, 0))->locked);
  g_assert_cmpstr (((HsServerAccount *) g_ptr_array_index (before, 0))->metadata[0], ==, "url");
  g_assert_true (hs_server_db_set_account (db, open, NULL));
  g_assert_true (hs_server_db_remove_account_key (db, key, NULL));
  keys = hs_server_db_list_account_keys (db, NULL);
  g_assert_cmpuint (keys->len, ==, 0);
  after = hs_server_db_list_accounts (db, NULL);
  g_assert_false (((HsServerAccount *) g_ptr_array_index (after, 0))->locked);
  g_assert_true (hs_server_db_remove_account (db, "Ana", NULL));
  g_assert_cmpint (hs_server_db_get_marker (db, "account:ana", "#lobby", NULL), ==, 0);
  gone = hs_server_db_list_gone_accounts (db, NULL);
  g_assert_cmpuint (gone->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (gone, 0), ==, "ana");
}

static void
test_prepared (void)
{
  static const struct
  {
    const char *made, *typed;
    gboolean same;
  } cases[] = {
    { "I\302\255X", "IX", TRUE },             /* RFC 4013 3: a soft hyphen is nothing */
    { "\342\205\250", "IX", TRUE },           /* ROMAN NUMERAL NINE */
    { "caf\303\251", "cafe\314\201", TRUE }, /* composed or not */
    { "a\302\240b", "a b", TRUE },            /* a space that does not break */
    { "user", "USER", FALSE },
    { "\001", "\001", TRUE },                  /* forbidden, and kept as it is */
  };
  g_autoptr (GBytes) salt = g_bytes_new ("salt", 4);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HsServerAccount) account = hs_server_account_make ("a", cases[i].made, salt, 10, 1);

      g_test_message ("%u", i);
      g_assert_cmpint (hs_server_account_check (account, cases[i].typed), ==, cases[i].same);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/server-db-accounts/verifier", test_verifier);
  g_test_add_func ("/store/server-db-accounts/rows", test_rows);
  g_test_add_func ("/store/server-db-accounts/keys", test_keys);
  g_test_add_func ("/store/server-db-accounts/removed", test_removed);
  g_test_add_func ("/store/server-db-accounts/prepared", test_prepared);
  return g_test_run ();
}
