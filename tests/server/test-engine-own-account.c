/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PASSWD, CERT and UNREGISTER: what the owner of an account may, what it has to show for that, and that all of it survives a restart. */
#include "sasl-client.h"

#include <string.h>

#include "hs-limits.h"

#define ONE "sha256:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define TWO "sha256:AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const HsFingerprint one = { { 1 } }, two = { { 2 } };

static Stage stage;

static Guest *
arrive (const HsFingerprint *shown, const char *nick)
{
  Guest *guest = guest_connect (&stage);
  g_autofree char *line = g_strconcat ("NICK ", nick, NULL);

  hs_engine_set_encrypted (stage.engine, guest->peer, shown);
  guest_says (guest, "CAP LS 302");
  guest_says (guest, "CAP REQ :sasl batch labeled-response account-notify");
  guest_says (guest, line);
  guest_says (guest, "USER u 0 * :U");
  guest_forget (guest);
  return guest;
}

static void
come_in (Guest *guest)
{
  guest_says (guest, "CAP END");
  g_assert_true (guest_saw (guest, " 001 "));
  guest_forget (guest);
}

static void
settle (void)
{
  for (guint i = 0; i < 3; i++)
    {
      stage_work (&stage);
      stage_commit (&stage);
    }
}

/* anna has the password "first secret" and no key. */
static Guest *
begin (void)
{
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  anna = arrive (NULL, "anna");
  guest_says (anna, "REGISTER * * :first secret");
  settle ();
  g_assert_true (guest_saw (anna, "SUCCESS"));
  come_in (anna);
  return anna;
}

static void
ask (Guest *guest, const char *line, const char *answer)
{
  guest_says (guest, line);
  settle ();
  g_test_message ("%s", line);
  guest_sees (guest, answer);
}

static gboolean
opens (const char *password)
{
  const Client client = { "PLAIN", "anna", password };
  Guest *guest = arrive (NULL, "berta");
  gboolean right;

  stage.now += HS_GUESS_SHUT_OUT_MS * G_TIME_SPAN_MILLISECOND; /* no guess of before is held against it */
  client_log_in (guest, &client);
  right = guest_saw (guest, " 903 ");
  guest_free (guest);
  stage.now += HS_GUESS_SHUT_OUT_MS * G_TIME_SPAN_MILLISECOND;
  return right;
}

static void
prove (Guest *anna, const char *password)
{
  g_autofree char *line = g_strconcat ("PASSWD :", password, NULL);

  guest_says (anna, line);
  settle ();
  g_assert_true (guest_saw (anna, "PASSWORD_RIGHT"));
  guest_forget (anna);
}

static void
test_password (void)
{
  Guest *anna = begin ();

  ask (anna, "PASSWD wrong another-one", ":test.example FAIL PASSWD INVALID_CREDENTIALS anna :This is not your account's password\n");
  ask (anna, "PASSWD wrong another-one", ":test.example 263 anna PASSWD :Please wait a while and try again.\n");
  stage.now += HS_GUESS_WAIT_MS * G_TIME_SPAN_MILLISECOND;
  ask (anna, "PASSWD * another-one", ":test.example FAIL PASSWD INVALID_CREDENTIALS anna :This is not your account's password\n");
  ask (anna, "PASSWD x short", ":test.example FAIL PASSWD WEAK_PASSWORD anna :A password has at least 8 characters\n");
  ask (anna, "PASSWD x *", ":test.example FAIL PASSWD WEAK_PASSWORD anna :No key opens your account: add one first\n");
  ask (anna, "PASSWD :first secret", ":test.example NOTE PASSWD PASSWORD_RIGHT anna :Now PASSWD * :new, CERT ADD, CERT DEL key, or UNREGISTER account *\n");
  g_assert_true (opens ("first secret"));
  /* it was long ago */
  ask (anna, "PASSWD * :second secret", ":test.example FAIL PASSWD INVALID_CREDENTIALS anna :This is not your account's password\n");
  ask (anna, "PASSWD :first secret", ":test.example NOTE PASSWD PASSWORD_RIGHT anna :Now PASSWD * :new, CERT ADD, CERT DEL key, or UNREGISTER account *\n");
  ask (anna, "PASSWD *", ":test.example FAIL PASSWD INVALID_CREDENTIALS anna :This is not your account's password\n");
  ask (anna, "@label=7 PASSWD * second-secret", "@label=7 :test.example NOTE PASSWD PASSWORD_CHANGED anna :Your account has another password\n");
  g_assert_false (opens ("first secret"));
  g_assert_true (opens ("second-secret"));
  ask (anna, "PASSWD second-secret :third secret", ":test.example NOTE PASSWD PASSWORD_CHANGED anna :Your account has another password\n");
  guest_free (anna);
  stage_restart (&stage);
  g_assert_false (opens ("second-secret"));
  g_assert_true (opens ("third secret"));
  stage_clear (&stage);
}

static void
test_refused (void)
{
  Guest *anna = begin (), *berta;

  berta = arrive (NULL, "berta");
  come_in (berta);
  guest_forget (anna);
  ask (berta, "PASSWD x longenough", ":test.example FAIL PASSWD ACCOUNT_REQUIRED * :You are not logged in to an account\n");
  ask (berta, "CERT LIST", ":test.example FAIL CERT ACCOUNT_REQUIRED * :You are not logged in to an account\n");
  ask (berta, "UNREGISTER anna x", ":test.example FAIL UNREGISTER ACCOUNT_REQUIRED * :You are not logged in to an account\n");
  ask (anna, "UNREGISTER berta x", ":test.example FAIL UNREGISTER BAD_ACCOUNT_NAME berta :This is not the account that you are logged in to\n");
  ask (anna, "UNREGISTER anna wrong", ":test.example FAIL UNREGISTER INVALID_CREDENTIALS anna :This is not your account's password\n");
  stage.now += HS_GUESS_SHUT_OUT_MS * G_TIME_SPAN_MILLISECOND;
  ask (anna, "CERT FOO", ":test.example FAIL CERT INVALID_PARAMS FOO :LIST, ADD or DEL\n");
  prove (anna, "first secret");
  ask (anna, "CERT ADD", ":test.example FAIL CERT KEY_REQUIRED anna :This connection shows no key\n");
  ask (anna, "CERT ADD x", ":test.example FAIL CERT KEY_INVALID x :This is no fingerprint of a key\n");
  ask (anna, "CERT DEL " ONE, ":test.example FAIL CERT KEY_UNKNOWN anna :This key does not open your account\n");
  stage.disk_full = TRUE;
  ask (anna, "CERT ADD " ONE, ":test.example FAIL CERT TEMPORARILY_UNAVAILABLE anna :This cannot be done now: try again later\n");
  stage.disk_full = FALSE;
  ask (anna, "CERT LIST", ":test.example NOTE CERT END_OF_KEYS anna :These are all keys that open your account\n");
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

static gboolean
key_opens (const HsFingerprint *key)
{
  static const Client client = { "EXTERNAL", "anna" };
  Guest *guest = arrive (key, "berta");
  gboolean right;

  client_log_in (guest, &client);
  right = guest_saw (guest, " 903 ");
  guest_free (guest);
  return right;
}

static void
test_keys (void)
{
  static const Client by_key = { "EXTERNAL", "anna" };
  Guest *anna = begin (), *other;

  prove (anna, "first secret");
  ask (anna, "CERT ADD " ONE, ":test.example NOTE CERT KEY_ADDED anna " ONE " :opens your account from now on\n");
  ask (anna, "CERT ADD 0200000000000000000000000000000000000000000000000000000000000000",
       ":test.example NOTE CERT KEY_ADDED anna " TWO " :opens your account from now on\n");
  g_assert_true (key_opens (&one) && key_opens (&two));
  ask (anna, "cert del " TWO, ":test.example NOTE CERT KEY_REMOVED anna " TWO " :does not open your account any more\n");
  g_assert_false (key_opens (&two));
  guest_free (anna);
  stage_restart (&stage);
  g_assert_true (key_opens (&one));
  g_assert_false (key_opens (&two));

  /* whoever has the key needs no password, and may do without one */
  anna = arrive (&one, "anna");
  client_log_in (anna, &by_key);
  come_in (anna);
  ask (anna, "CERT LIST", ":test.example NOTE CERT KEY anna " ONE " :opens your account, and is that of this connection\n"
                          ":test.example NOTE CERT END_OF_KEYS anna :These are all keys that open your account\n");
  ask (anna, "PASSWD * *", ":test.example NOTE PASSWD PASSWORD_CHANGED anna :Your account is opened by its keys alone\n");
  g_assert_false (opens ("first secret"));
  ask (anna, "CERT DEL " ONE, ":test.example FAIL CERT LAST_KEY anna :This is the last key: say PASSWD :current, or set a password, first\n");
  ask (anna, "PASSWD * :brand new one", ":test.example NOTE PASSWD PASSWORD_CHANGED anna :Your account has another password\n");
  g_assert_true (opens ("brand new one"));
  /* another's key */
  other = arrive (&two, "dora");
  guest_says (other, "REGISTER * * *");
  settle ();
  come_in (other);
  guest_forget (anna);
  ask (anna, "CERT ADD " TWO, ":test.example FAIL CERT KEY_IN_USE anna :This key opens another account\n");
  ask (anna, "CERT DEL " ONE, ":test.example NOTE CERT KEY_REMOVED anna " ONE " :does not open your account any more\n");
  prove (anna, "brand new one");
  for (guint i = 0; i < HS_ACCOUNT_KEYS_MAX; i++)
    {
      g_autofree char *line = g_strdup_printf ("CERT ADD %064x", 0x1000 + i);

      guest_says (anna, line);
      settle ();
    }
  guest_forget (anna);
  ask (anna, "CERT ADD", ":test.example FAIL CERT LIMIT_REACHED anna :Too many keys open your account: remove one first\n");
  guest_says (anna, "UNREGISTER anna :brand new one");
  settle ();
  g_assert_true (guest_saw (anna, " NOTE UNREGISTER ACCOUNT_GIVEN_UP anna :") && guest_saw (anna, " 901 anna "));
  guest_free (anna);
  guest_free (other);
  stage_clear (&stage);
}

/* It is gone for all who were logged in, nobody else gets its name, and nobody is in its place by an answer that comes late. */
static void
test_given_up (void)
{
  static const Client client = { "PLAIN", "anna", "first secret" };
  Guest *anna = begin (), *second, *late;

  second = arrive (NULL, "berta");
  client_log_in (second, &client);
  come_in (second);
  guest_forget (anna);
  ask (anna, "PASSWD :first secret", ":test.example NOTE PASSWD PASSWORD_RIGHT anna :Now PASSWD * :new, CERT ADD, CERT DEL key, or UNREGISTER account *\n");
  late = arrive (NULL, "carla");
  guest_says (late, "AUTHENTICATE PLAIN");
  guest_says (late, "AUTHENTICATE AGFubmEAZmlyc3Qgc2VjcmV0"); /* derived, but not answered yet */
  guest_forget (late);
  guest_forget (anna);
  guest_says (anna, "UNREGISTER ANNA *");
  stage_commit (&stage);
  stage_work (&stage);
  g_assert_true (guest_saw (late, " 904 "));
  g_assert_true (guest_saw (anna, ":test.example NOTE UNREGISTER ACCOUNT_GIVEN_UP anna :"));
  g_assert_true (guest_saw (anna, ":test.example 901 anna anna!u@10.0.0.1 :You are now logged out\r\n"));
  g_assert_true (guest_saw (second, ":test.example 901 berta berta!u@10.0.0.1 :You are now logged out\r\n"));
  g_assert_true (guest_saw (second, ":anna!u@10.0.0.1 ACCOUNT *\r\n"));
  guest_forget (anna);
  guest_forget (second);
  ask (anna, "PASSWD x longenough", ":test.example FAIL PASSWD ACCOUNT_REQUIRED * :You are not logged in to an account\n");
  for (guint round = 0; round < 2; round++)
    {
      ask (second, "REGISTER anna * longenough",
           ":test.example FAIL REGISTER BAD_ACCOUNT_NAME anna :Its owner has given this name up: it is kept for nobody any more\n");
      g_assert_false (opens ("first secret"));
      guest_free (second);
      if (round > 0)
        break;
      guest_free (anna);
      guest_free (late);
      stage_restart (&stage);
      second = arrive (NULL, "anna");
      come_in (second);
    }
  stage_clear (&stage);
}

/* Whoever finds the connection open cannot make a key of theirs open the account, nor shut the owner's out. */
static void
test_left_open (void)
{
  Guest *anna = begin ();

  ask (anna, "CERT ADD " ONE, ":test.example FAIL CERT PASSWORD_REQUIRED anna :Say PASSWD :current first\n");
  prove (anna, "first secret");
  ask (anna, "CERT ADD " ONE, ":test.example NOTE CERT KEY_ADDED anna " ONE " :opens your account from now on\n");
  stage.now += HS_PROVEN_MS * G_TIME_SPAN_MILLISECOND;
  ask (anna, "CERT ADD " TWO, ":test.example FAIL CERT PASSWORD_REQUIRED anna :Say PASSWD :current first\n");
  ask (anna, "CERT DEL " ONE, ":test.example FAIL CERT PASSWORD_REQUIRED anna :Say PASSWD :current first\n");
  stage.jumped = -2 * (gint64) HS_PROVEN_MS * G_TIME_SPAN_MILLISECOND; /* a clock that is set back brings nothing back */
  ask (anna, "CERT DEL " ONE, ":test.example FAIL CERT PASSWORD_REQUIRED anna :Say PASSWD :current first\n");
  ask (anna, "CERT LIST", ":test.example NOTE CERT KEY anna " ONE " :opens your account\n"
                          ":test.example NOTE CERT END_OF_KEYS anna :These are all keys that open your account\n");
  g_assert_true (key_opens (&one));
  g_assert_false (key_opens (&two));
  guest_free (anna);
  stage_clear (&stage);
}

#define BUSY(command) ":test.example FAIL " command " TEMPORARILY_UNAVAILABLE anna :One change at a time: wait for the answer about the one before\n"

/* What comes while the store has not answered yet does not get by what was looked at for the one before. */
static void
test_one_at_a_time (void)
{
  static const Client by_key = { "EXTERNAL", "anna" };
  Guest *anna = begin (), *other;

  prove (anna, "first secret");
  ask (anna, "CERT ADD " TWO, ":test.example NOTE CERT KEY_ADDED anna " TWO " :opens your account from now on\n");
  ask (anna, "CERT ADD " ONE, ":test.example NOTE CERT KEY_ADDED anna " ONE " :opens your account from now on\n");
  guest_free (anna);
  anna = arrive (&one, "anna");
  client_log_in (anna, &by_key);
  come_in (anna);
  ask (anna, "PASSWD * *", ":test.example NOTE PASSWD PASSWORD_CHANGED anna :Your account is opened by its keys alone\n");
  guest_says (anna, "CERT DEL " TWO);
  ask (anna, "CERT DEL " ONE, BUSY ("CERT") ":test.example NOTE CERT KEY_REMOVED anna " TWO " :does not open your account any more\n");
  g_assert_true (key_opens (&one));
  ask (anna, "PASSWD * :second secret", ":test.example NOTE PASSWD PASSWORD_CHANGED anna :Your account has another password\n");
  guest_says (anna, "PASSWD * *");
  ask (anna, "CERT DEL " ONE, BUSY ("CERT") ":test.example NOTE PASSWD PASSWORD_CHANGED anna :Your account is opened by its keys alone\n");
  g_assert_true (key_opens (&one));
  guest_says (anna, "CERT ADD " TWO);
  other = arrive (&two, "dora"); /* the same key, before the store has it */
  guest_forget (other);
  ask (other, "REGISTER * * *", ":test.example FAIL REGISTER KEY_IN_USE dora :The key of this connection opens another account\n");
  guest_sees (anna, ":test.example NOTE CERT KEY_ADDED anna " TWO " :opens your account from now on\n");
  guest_free (anna);
  guest_free (other);
  stage_clear (&stage);
}

/* The last key is removed while the password is being looked at that lets the account do without one. */
static void
test_no_key_left (void)
{
  Guest *anna = begin ();

  prove (anna, "first secret");
  ask (anna, "CERT ADD " ONE, ":test.example NOTE CERT KEY_ADDED anna " ONE " :opens your account from now on\n");
  ask (anna, "PASSWD * brand-new-one", ":test.example NOTE PASSWD PASSWORD_CHANGED anna :Your account has another password\n");
  guest_says (anna, "CERT DEL " ONE);
  guest_says (anna, "PASSWD brand-new-one *");
  stage_commit (&stage);
  guest_forget (anna);
  stage_work (&stage);
  guest_sees (anna, ":test.example FAIL PASSWD WEAK_PASSWORD anna :No key opens your account: add one first\n");
  g_assert_true (opens ("brand-new-one"));
  guest_free (anna);
  stage_clear (&stage);
}

/* Guesses that do not wait for their answers are no more than those that do: not by one connection, nor by several. */
static void
test_guesses (void)
{
  static const Client client = { "PLAIN", "anna", "first secret" };
  Guest *anna = begin (), *others[HS_KDF_AT_ONCE];

  guest_says (anna, "PASSWD wrong-one");
  guest_says (anna, "PASSWD * longenough");
  guest_says (anna, "PASSWD :first secret");
  guest_sees (anna, BUSY ("PASSWD") BUSY ("PASSWD"));
  settle ();
  guest_sees (anna, ":test.example FAIL PASSWD INVALID_CREDENTIALS anna :This is not your account's password\n");
  stage.now += HS_GUESS_SHUT_OUT_MS * G_TIME_SPAN_MILLISECOND;
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      others[i] = arrive (NULL, i == 0 ? "berta" : "carla");
      client_log_in (others[i], &client);
      come_in (others[i]);
    }
  guest_forget (anna);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    guest_says (others[i], "PASSWD wrong-one");
  guest_says (anna, "UNREGISTER anna :first secret"); /* waits behind them */
  settle ();
  guest_sees (anna, ":test.example 263 anna UNREGISTER :Please wait a while and try again.\n");
  stage.now += HS_GUESS_SHUT_OUT_MS * G_TIME_SPAN_MILLISECOND;
  prove (anna, "first secret");
  guest_free (anna);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    guest_free (others[i]);
  stage_clear (&stage);
}

/* An older store does not say whether a password opens an account that has a key. */
static void
test_perhaps_locked (void)
{
  static const Client by_key = { "EXTERNAL", "anna" };

  for (guint by_login = 0; by_login < 2; by_login++)
    {
      Guest *anna = begin ();
      HsServerAccount *kept;

      prove (anna, "first secret");
      ask (anna, "CERT ADD " ONE, ":test.example NOTE CERT KEY_ADDED anna " ONE " :opens your account from now on\n");
      guest_free (anna);
      kept = hs_server_db_get_account (stage.db, "anna", NULL);
      kept->locked = TRUE;
      g_assert_true (hs_server_db_set_account (stage.db, kept, NULL));
      hs_server_account_free (kept);
      stage_restart (&stage);
      anna = arrive (&one, "anna");
      client_log_in (anna, &by_key);
      come_in (anna);
      ask (anna, "CERT DEL " ONE, ":test.example FAIL CERT LAST_KEY anna :This is the last key: say PASSWD :current, or set a password, first\n");
      if (by_login)
        g_assert_true (opens ("first secret"));
      else
        prove (anna, "first secret");
      ask (anna, "CERT DEL " ONE, ":test.example NOTE CERT KEY_REMOVED anna " ONE " :does not open your account any more\n");
      guest_free (anna);
      stage_clear (&stage);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/own-account/password", test_password);
  g_test_add_func ("/server/own-account/refused", test_refused);
  g_test_add_func ("/server/own-account/keys", test_keys);
  g_test_add_func ("/server/own-account/given-up", test_given_up);
  g_test_add_func ("/server/own-account/left-open", test_left_open);
  g_test_add_func ("/server/own-account/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/server/own-account/no-key-left", test_no_key_left);
  g_test_add_func ("/server/own-account/guesses", test_guesses);
  g_test_add_func ("/server/own-account/perhaps-locked", test_perhaps_locked);
  return g_test_run ();
}
