/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session says when a person keeps a name, changes a password or a key, or gives the account up; and what it tells of the answers. */
#include "client-stage.h"

#include <string.h>

#include "hs-fingerprint.h"

#define KEY_X "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_Y "sha256:BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

typedef struct
{
  StageScene scene;
  GString *told; /* "+sentence|" what was done, "-sentence|" what was not, "=key,key|" */
} Account;

static void
on_answered (HsSession *session, gboolean done, const char *sentence, GString *told)
{
  g_string_append_printf (told, "%c%s|", done ? '+' : '-', sentence);
}

static void
on_keys (HsSession *session, GStrv keys, GString *told)
{
  g_autofree char *joined = g_strjoinv (",", keys);

  g_string_append_printf (told, "=%s|", joined);
}

static void
account_init (Account *self)
{
  stage_scene_init (&self->scene, "batch");
  self->told = g_string_new (NULL);
  g_signal_connect (self->scene.session, "account-answered", G_CALLBACK (on_answered), self->told);
  g_signal_connect (self->scene.session, "account-keys", G_CALLBACK (on_keys), self->told);
}

static void
account_clear (Account *self)
{
  g_string_free (self->told, TRUE);
  stage_scene_clear (&self->scene);
}

static void
make_ours (Account *self)
{
  hs_session_set_login (self->scene.session, &(HsSessionLogin) { .encrypted = TRUE });
  stage_hear (self->scene.session, ":s.x CAP Ana NEW :handshakechat.github.io/half-close");
  g_assert_true (hs_session_can_keep_account (self->scene.session));
  g_string_truncate (self->scene.out, 0);
}

static void
expect (Account *self, const char *said, const char *told)
{
  g_assert_cmpstr (self->scene.out->str, ==, said);
  g_assert_cmpstr (self->told->str, ==, told);
  g_string_truncate (self->scene.out, 0);
  g_string_truncate (self->told, 0);
}

static void
test_wishes (void)
{
  Account account;
  HsSession *session;

  account_init (&account);
  session = account.scene.session;
  make_ours (&account);
  g_assert_true (hs_session_make_account (session, "a secret of mine", NULL));
  expect (&account, "REGISTER * * :a secret of mine\r\n", "");
  stage_hear (session, ":s.x REGISTER SUCCESS Ana :The account is yours");
  expect (&account, "", "+Your name is kept for you now.|");
  stage_hear (session, ":s.x 900 Ana Ana!u@h Ana :You are now logged in as Ana");
  g_assert_cmpstr (hs_session_get_account (session), ==, "Ana");

  g_assert_true (hs_session_change_password (session, "a secret of mine", "another one", NULL));
  expect (&account, "PASSWD :a secret of mine\r\n", "");
  stage_hear (session, ":s.x NOTE PASSWD PASSWORD_RIGHT Ana :Now PASSWD * :new, or UNREGISTER account *");
  expect (&account, "PASSWD * :another one\r\n", "");
  stage_hear (session, ":s.x NOTE PASSWD PASSWORD_CHANGED Ana :Your account has another password");
  expect (&account, "", "+Your account has another password.|");

  g_assert_true (hs_session_add_account_key (session, "", NULL));
  stage_hear (session, ":s.x NOTE CERT KEY_ADDED Ana " KEY_X " :opens your account from now on");
  expect (&account, "CERT ADD\r\n", "+This computer’s key opens your account now.|");
  g_assert_true (hs_session_ask_account_keys (session, NULL));
  stage_hear (session, ":s.x NOTE CERT KEY Ana " KEY_X " :opens your account");
  stage_hear (session, ":s.x NOTE CERT KEY Ana " KEY_Y " :opens your account");
  stage_hear (session, ":s.x NOTE CERT END_OF_KEYS Ana :These are all keys that open your account");
  expect (&account, "CERT LIST\r\n", "=" KEY_X "," KEY_Y "|");
  g_assert_true (hs_session_remove_account_key (session, KEY_Y, NULL, NULL));
  stage_hear (session, ":s.x NOTE CERT KEY_REMOVED Ana " KEY_Y " :does not open your account any more");
  expect (&account, "CERT DEL " KEY_Y "\r\n", "+That key does not open your account any more.|");

  /* where this computer's key does not open it yet */
  g_assert_true (hs_session_add_account_key (session, "", NULL));
  stage_hear (session, ":s.x FAIL CERT PASSWORD_REQUIRED Ana :Say PASSWD :current first");
  expect (&account, "CERT ADD\r\n", "-Type your current password first.|");
  g_assert_true (hs_session_add_account_key (session, "another one", NULL));
  expect (&account, "PASSWD :another one\r\n", "");
  stage_hear (session, ":s.x NOTE PASSWD PASSWORD_RIGHT Ana :Now");
  expect (&account, "CERT ADD\r\n", "");
  stage_hear (session, ":s.x NOTE CERT KEY_ADDED Ana " KEY_X " :opens your account from now on");
  expect (&account, "", "+This computer’s key opens your account now.|");
  g_assert_true (hs_session_remove_account_key (session, KEY_X, "another one", NULL));
  stage_hear (session, ":s.x NOTE PASSWD PASSWORD_RIGHT Ana :Now");
  expect (&account, "PASSWD :another one\r\nCERT DEL " KEY_X "\r\n", "");
  stage_hear (session, ":s.x NOTE CERT KEY_REMOVED Ana " KEY_X " :does not open your account any more");
  expect (&account, "", "+That key does not open your account any more.|");
  g_assert_true (hs_session_remove_account_key (session, KEY_X, "wrong", NULL));
  stage_hear (session, ":s.x FAIL PASSWD INVALID_CREDENTIALS Ana :This is not your account's password");
  stage_hear (session, ":s.x NOTE PASSWD PASSWORD_RIGHT Ana :of nothing that was asked");
  expect (&account, "PASSWD wrong\r\n", "-That was not your password.|");

  /* by the key that this computer shows */
  g_assert_true (hs_session_change_password (session, "", "another one", NULL));
  expect (&account, "PASSWD * :another one\r\n", "");
  g_assert_true (hs_session_give_up_account (session, NULL, NULL));
  stage_hear (session, ":s.x NOTE UNREGISTER ACCOUNT_GIVEN_UP Ana :You have no account here any more");
  stage_hear (session, ":s.x 901 Ana Ana!u@h :You are now logged out");
  expect (&account, "UNREGISTER Ana *\r\n", "+You have no account here any more.|");
  g_assert_null (hs_session_get_account (session));
  account_clear (&account);
}

/* A server that tells what is no key, and keys without end, is not listened to for long. */
static void
test_keys_flood (void)
{
  g_autoptr (GString) told = g_string_new ("=" KEY_X);
  Account account;
  HsSession *session;

  account_init (&account);
  session = account.scene.session;
  make_ours (&account);
  g_assert_true (hs_session_ask_account_keys (session, NULL));
  stage_hear (session, ":s.x NOTE CERT KEY Ana sha256:x :is none");
  stage_hear (session, ":s.x NOTE CERT KEY Ana");
  for (guint i = 0; i < 1000; i++)
    stage_hear (session, ":s.x NOTE CERT KEY Ana " KEY_X " :opens your account");
  stage_hear (session, ":s.x NOTE CERT END_OF_KEYS Ana :These are all keys that open your account");
  for (guint i = 1; i < HS_ACCOUNT_KEYS_MAX; i++)
    g_string_append (told, "," KEY_X);
  g_string_append_c (told, '|');
  expect (&account, "CERT LIST\r\n", told->str);
  account_clear (&account);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *line, *told;
  } rows[] = {
    { ":s.x FAIL PASSWD INVALID_CREDENTIALS Ana :This is not your account's password", "-That was not your password.|" },
    { ":s.x FAIL PASSWD WEAK_PASSWORD Ana :A password has at least 8 characters", "-A password has at least eight characters, and is not your name.|" },
    { ":s.x FAIL PASSWD SOMETHING_NEW Ana :Words of a later server", "-Words of a later server|" },
    { ":s.x 263 Ana PASSWD :Please wait a while and try again.", "-That was wrong too often. Wait a while, and try again.|" },
    { ":s.x FAIL CERT KEY_UNKNOWN Ana :not what was asked", "" },
    { ":s.x NOTE PASSWD", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Account account;

      g_test_message ("%s", rows[i].line);
      account_init (&account);
      make_ours (&account);
      g_assert_true (hs_session_change_password (account.scene.session, "one", "another", NULL));
      stage_hear (account.scene.session, rows[i].line);
      g_assert_cmpstr (account.told->str, ==, rows[i].told);
      g_string_truncate (account.told, 0);
      stage_hear (account.scene.session, rows[i].line); /* it has been told */
      g_assert_cmpstr (account.told->str, ==, "");
      account_clear (&account);
    }
}

/* Nobody's password goes to a server of others, or in the clear. */
static void
test_elsewhere (void)
{
  Account account;
  GError *error = NULL;

  account_init (&account);
  g_string_truncate (account.scene.out, 0);
  g_assert_false (hs_session_can_keep_account (account.scene.session));
  g_assert_false (hs_session_make_account (account.scene.session, "secret", &error));
  g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  stage_hear (account.scene.session, ":s.x CAP Ana NEW :handshakechat.github.io/half-close");
  g_string_truncate (account.scene.out, 0);
  g_assert_false (hs_session_change_password (account.scene.session, "secret", "secret2", NULL));
  expect (&account, "", "");
  account_clear (&account);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/session-account/wishes", test_wishes);
  g_test_add_func ("/client/session-account/keys-flood", test_keys_flood);
  g_test_add_func ("/client/session-account/refusals", test_refusals);
  g_test_add_func ("/client/session-account/elsewhere", test_elsewhere);
  return g_test_run ();
}
