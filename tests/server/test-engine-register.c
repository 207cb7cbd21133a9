/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REGISTER and VERIFY: each line and its answer. */
#include "stage.h"

#include <string.h>

#include "hs-limits.h"

static const HsFingerprint key = { { 7 } };

static Stage stage;

static Guest *
arrive (gboolean encrypted, const HsFingerprint *shown, const char *nick)
{
  Guest *guest = guest_connect (&stage);
  g_autofree char *line = g_strconcat ("NICK ", nick, NULL);

  if (encrypted)
    hs_engine_set_encrypted (stage.engine, guest->peer, shown);
  guest_says (guest, "CAP LS 302");
  if (nick != NULL)
    guest_says (guest, line);
  guest_forget (guest);
  return guest;
}

static void
come_in (Guest *guest)
{
  guest_says (guest, "USER u 0 * :U");
  guest_says (guest, "CAP END");
  g_assert_true (guest_saw (guest, " 001 "));
  guest_forget (guest);
}

/* anna is an account, berta is here without one. */
static void
test_answers (void)
{
  static const struct
  {
    gboolean encrypted, shows_key;
    const char *nick, *line, *answer;
  } cases[] = {
    { TRUE, FALSE, "carla", "REGISTER * * longenough", "REGISTER SUCCESS carla :The account is yours\r\n:test.example 900 carla carla!guest@10.0.0.1 carla :You are now logged in as carla\r\n" },
    { TRUE, FALSE, "carla", "REGISTER * carla@example.org longenough", "REGISTER SUCCESS carla :" },
    { TRUE, FALSE, "carla", "REGISTER Dora * longenough", "REGISTER SUCCESS Dora :" },
    { TRUE, FALSE, NULL, "REGISTER Dora * longenough", "REGISTER SUCCESS Dora :" },
    { TRUE, FALSE, NULL, "REGISTER * * longenough", "FAIL REGISTER NEED_NICK * :" },
    { TRUE, FALSE, "carla", "REGISTER *", " 461 carla REGISTER :" },
    { TRUE, FALSE, "carla", "REGISTER anna * longenough", "FAIL REGISTER ACCOUNT_EXISTS anna :" },
    { TRUE, FALSE, "carla", "REGISTER ANNA * longenough", "FAIL REGISTER ACCOUNT_EXISTS ANNA :" },
    { TRUE, FALSE, "carla", "REGISTER \320\260nna * longenough", "FAIL REGISTER ACCOUNT_EXISTS " }, /* a Cyrillic a */
    { TRUE, FALSE, "carla", "REGISTER berta * longenough", "FAIL REGISTER ACCOUNT_EXISTS berta :" },
    { TRUE, FALSE, "carla", "REGISTER room * longenough", "FAIL REGISTER BAD_ACCOUNT_NAME room :" },
    { TRUE, FALSE, "carla", "REGISTER guest-3 * longenough", "FAIL REGISTER BAD_ACCOUNT_NAME guest-3 :" },
    { TRUE, FALSE, "carla", "REGISTER 3x * longenough", "FAIL REGISTER BAD_ACCOUNT_NAME 3x :" },
    { TRUE, FALSE, "carla", "REGISTER * * short", "FAIL REGISTER WEAK_PASSWORD carla :" },
    { TRUE, FALSE, "carlacarla", "REGISTER * * CarlaCarla", "FAIL REGISTER WEAK_PASSWORD carlacarla :" },
    { TRUE, FALSE, "carla", "REGISTER * * *", "FAIL REGISTER WEAK_PASSWORD carla :" },
    { TRUE, TRUE, "carla", "REGISTER * * *", "REGISTER SUCCESS carla :" },
    { FALSE, FALSE, "carla", "REGISTER * * longenough", "FAIL REGISTER TEMPORARILY_UNAVAILABLE carla :A password is only taken over" },
    { TRUE, FALSE, "carla", "VERIFY carla 123456", "FAIL VERIFY INVALID_CODE carla :" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Guest *anna, *berta, *guest;

      g_test_message ("%s", cases[i].line);
      stage_init (&stage);
      stage_start (&stage);
      stage_open_store (&stage);
      anna = arrive (TRUE, NULL, "anna");
      guest_says (anna, "REGISTER * * longenough");
      stage_work (&stage);
      g_assert_false (guest_saw (anna, "SUCCESS")); /* the store has not said so */
      stage_commit (&stage);
      g_assert_true (guest_saw (anna, "SUCCESS"));
      guest_free (anna);
      berta = guest_join (&stage, "berta", NULL);
      guest = arrive (cases[i].encrypted, cases[i].shows_key ? &key : NULL, cases[i].nick);
      guest_says (guest, cases[i].line);
      stage_work (&stage);
      stage_commit (&stage);
      if (!guest_saw (guest, cases[i].answer))
        g_error ("%s: %s", cases[i].line, guest->out->str);
      guest_free (guest);
      guest_free (berta);
      stage_clear (&stage);
    }
}

static void
test_configured (void)
{
  Guest *guest;

  stage_init (&stage);
  stage.config->before_connect = FALSE;
  stage_start (&stage);
  guest = arrive (TRUE, NULL, "anna");
  guest_says (guest, "CAP LS 302");
  g_assert_true (guest_saw (guest, " draft/account-registration=custom-account-name "));
  guest_says (guest, "REGISTER * * longenough");
  g_assert_true (guest_saw (guest, "FAIL REGISTER COMPLETE_CONNECTION_REQUIRED anna"));
  come_in (guest);
  stage.config->registration = FALSE;
  hs_engine_set_config (stage.engine, stage.config);
  guest_says (guest, "REGISTER * * longenough");
  guest_sees (guest, ":test.example FAIL REGISTER TEMPORARILY_UNAVAILABLE anna :No account can be made now: try again later\n");
  stage.config->registration = TRUE;
  hs_engine_set_config (stage.engine, stage.config);
  guest_says (guest, "REGISTER * * longenough");
  stage_work (&stage);
  guest_forget (guest);
  guest_says (guest, "REGISTER berta * longenough");
  guest_sees (guest, ":test.example FAIL REGISTER ALREADY_AUTHENTICATED berta :You are logged in already\n");
  guest_says (guest, "CAP LS 302");
  g_assert_true (guest_saw (guest, "draft/account-registration=custom-account-name "));
  guest_free (guest);
  stage_clear (&stage);
}

/* Two want the same name at once; one leaves before the answer; the disk is full; an address wants too many. */
static void
test_troubles (void)
{
  Guest *one, *two, *more;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  one = arrive (TRUE, NULL, "one");
  two = arrive (TRUE, NULL, "two");
  guest_says (one, "REGISTER anna * longenough");
  guest_says (two, "REGISTER anna * longenough");
  stage_work (&stage);
  g_assert_true (guest_saw (two, "ACCOUNT_EXISTS"));
  guest_free (one);
  stage_commit (&stage);
  guest_forget (two);
  guest_says (two, "REGISTER anna * longenough");
  g_assert_true (guest_saw (two, "ACCOUNT_EXISTS")); /* it was made all the same */
  guest_forget (two);
  guest_says (two, "REGISTER berta * longenough");
  stage_work (&stage);
  stage.disk_full = TRUE;
  stage_commit (&stage);
  guest_sees (two, ":test.example FAIL REGISTER TEMPORARILY_UNAVAILABLE berta :No account can be made now: try again later\n");
  stage.disk_full = FALSE;
  guest_says (two, "REGISTER berta * longenough");
  stage_work (&stage);
  stage_commit (&stage);
  g_assert_true (guest_saw (two, "REGISTER SUCCESS berta"));
  guest_free (two);
  for (guint i = 4; i <= HS_ACCOUNTS_PER_SPAN; i++)
    {
      g_autofree char *line = g_strdup_printf ("REGISTER carla%u * longenough", i);

      more = arrive (TRUE, NULL, "carla");
      guest_says (more, line);
      stage_work (&stage);
      stage_commit (&stage);
      g_assert_cmpint (guest_saw (more, "SUCCESS"), ==, i < HS_ACCOUNTS_PER_SPAN);
      guest_free (more);
    }
  stage_clear (&stage);
}

/* All at once, by one connection: the first is made, whether or not its key is derived yet, and the others are told to wait. */
static void
test_one_at_a_time (void)
{
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = arrive (TRUE, NULL, "anna");
  guest_says (anna, "REGISTER * * longenough");
  guest_says (anna, "REGISTER berta * longenough");
  guest_sees (anna, ":test.example FAIL REGISTER TEMPORARILY_UNAVAILABLE berta :One account at a time: wait for the answer about the one before\n");
  stage_work (&stage);
  guest_says (anna, "REGISTER carla * longenough");
  g_assert_true (guest_saw (anna, "FAIL REGISTER TEMPORARILY_UNAVAILABLE carla"));
  stage_commit (&stage);
  g_assert_true (guest_saw (anna, "REGISTER SUCCESS anna"));
  guest_forget (anna);
  guest_says (anna, "REGISTER dora * longenough");
  guest_sees (anna, ":test.example FAIL REGISTER ALREADY_AUTHENTICATED dora :You are logged in already\n");
  stage_work (&stage);
  stage_commit (&stage);
  for (guint i = 0; i < 3; i++)
    g_assert_null (hs_server_db_get_account (stage.db, ((const char *const[]) { "berta", "carla", "dora" })[i], NULL));
  guest_free (anna);
  stage_clear (&stage);
}

/* After one that came to nothing the next one may be tried. */
static void
test_again (void)
{
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = arrive (TRUE, NULL, "anna");
  guest_says (anna, "REGISTER berta * longenough");
  berta = guest_join (&stage, "berta", NULL);
  stage_work (&stage);
  g_assert_true (guest_saw (anna, "ACCOUNT_EXISTS berta"));
  stage.disk_full = TRUE;
  guest_says (anna, "REGISTER * * longenough");
  stage_work (&stage);
  stage_commit (&stage);
  g_assert_true (guest_saw (anna, "TEMPORARILY_UNAVAILABLE anna"));
  stage.disk_full = FALSE;
  guest_says (anna, "REGISTER * * longenough");
  stage_work (&stage);
  stage_commit (&stage);
  g_assert_true (guest_saw (anna, "REGISTER SUCCESS anna"));
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

/* The store has it, and we could not read it: it stays whose it is, and nobody is told that it is theirs. */
static void
test_unread (void)
{
  g_autoptr (GBytes) salt = g_bytes_new_static ("0123456789abcdef", HS_SALT_BYTES);
  HsServerAccount *kept = hs_server_account_make ("anna", "another password", salt, 10, 1), *there;
  g_autoptr (GPtrArray) keys = NULL;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  g_assert_true (hs_server_db_add_account (stage.db, kept, NULL));
  anna = arrive (TRUE, &key, "anna");
  guest_says (anna, "REGISTER * * longenough");
  stage_work (&stage);
  stage_commit (&stage);
  g_assert_true (guest_saw (anna, "FAIL REGISTER TEMPORARILY_UNAVAILABLE anna"));
  g_assert_false (guest_saw (anna, "SUCCESS"));
  g_assert_null (hs_peer_get_account (anna->peer));
  there = hs_server_db_get_account (stage.db, "anna", NULL);
  g_assert_true (hs_server_account_equal (kept, there));
  keys = hs_server_db_list_account_keys (stage.db, NULL);
  g_assert_cmpuint (keys->len, ==, 0);
  hs_server_account_free (there);
  hs_server_account_free (kept);
  guest_free (anna);
  stage_clear (&stage);
}

/* What a key opens stays what it opens. */
static void
test_key_of_another (void)
{
  g_autoptr (GPtrArray) keys = NULL;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = arrive (TRUE, &key, "anna");
  guest_says (anna, "REGISTER * * *");
  stage_commit (&stage);
  g_assert_true (guest_saw (anna, "SUCCESS"));
  berta = arrive (TRUE, &key, "berta");
  guest_says (berta, "REGISTER * * *");
  guest_sees (berta, ":test.example FAIL REGISTER KEY_IN_USE berta :The key of this connection opens another account\n");
  guest_says (berta, "REGISTER * * longenough");
  stage_work (&stage);
  stage_commit (&stage);
  g_assert_true (guest_saw (berta, "SUCCESS"));
  keys = hs_server_db_list_account_keys (stage.db, NULL);
  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (((const HsServerAccountKey *) g_ptr_array_index (keys, 0))->account, ==, "anna");
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

/* A name that was given up is remembered for ever, as an account is. */
static void
test_full (void)
{
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  for (guint i = 0; i < HS_ACCOUNTS_MAX - 1; i++)
    {
      g_autofree char *name = g_strdup_printf ("gone%u", i);
      const guint8 chance[HS_LOCKED_CHANCE] = { 0 };
      HsServerAccount *account = hs_server_account_make_locked (name, chance, 1, 1);

      g_assert_true (hs_server_db_add_account (stage.db, account, NULL));
      g_assert_true (hs_server_db_remove_account (stage.db, name, NULL));
      hs_server_account_free (account);
    }
  stage_restart (&stage);
  anna = arrive (TRUE, &key, "anna");
  guest_says (anna, "REGISTER anna * *");
  stage_commit (&stage);
  g_assert_true (guest_saw (anna, "REGISTER SUCCESS anna"));
  guest_free (anna);
  anna = arrive (TRUE, &key, "berta");
  guest_says (anna, "REGISTER berta * *");
  guest_sees (anna, ":test.example FAIL REGISTER TEMPORARILY_UNAVAILABLE berta :No account can be made now: try again later\n");
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-register/answers", test_answers);
  g_test_add_func ("/server/engine-register/configured", test_configured);
  g_test_add_func ("/server/engine-register/troubles", test_troubles);
  g_test_add_func ("/server/engine-register/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/server/engine-register/again", test_again);
  g_test_add_func ("/server/engine-register/unread", test_unread);
  g_test_add_func ("/server/engine-register/key-of-another", test_key_of_another);
  g_test_add_func ("/server/engine-register/full", test_full);
  return g_test_run ();
}
