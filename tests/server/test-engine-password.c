/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The password that all need: who comes in with it, and who does not. */
#include "sasl-client.h"

#include <string.h>

static Stage stage;

static void
begin (const char *password)
{
  stage_init (&stage);
  hs_server_config_take_password (stage.config, g_strdup (password));
  stage_start (&stage);
}

static Guest *
arrive (gboolean encrypted)
{
  Guest *guest = guest_connect (&stage);

  if (encrypted)
    hs_engine_set_encrypted (stage.engine, guest->peer, NULL);
  return guest;
}

static void
test_pass (void)
{
  static const struct
  {
    const char *description;
    gboolean encrypted, classroom;
    const char *pass;
    gboolean comes_in;
  } cases[] = {
    { "without", TRUE, FALSE, NULL, FALSE },
    { "right", TRUE, FALSE, "PASS :open sesame", TRUE },
    { "wrong", TRUE, FALSE, "PASS :open sesam", FALSE },
    { "empty", TRUE, FALSE, "PASS :", FALSE },
    { "in the clear", FALSE, FALSE, "PASS :open sesame", FALSE },
    { "in the clear where all is", FALSE, TRUE, "PASS :open sesame", TRUE },
    { "wrong where all is in the clear", FALSE, TRUE, "PASS :sesame", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Guest *guest;

      g_test_message ("%s", cases[i].description);
      stage_init (&stage);
      stage.config->classroom = cases[i].classroom;
      hs_server_config_take_password (stage.config, g_strdup ("open sesame"));
      stage_start (&stage);
      guest = arrive (cases[i].encrypted);
      if (cases[i].pass != NULL)
        guest_says (guest, cases[i].pass);
      guest_says (guest, "NICK anna");
      guest_says (guest, "USER a 0 * :A");
      g_assert_cmpint (guest_saw (guest, " 001 "), ==, cases[i].comes_in);
      g_assert_cmpint (guest_saw (guest, " 464 anna :Password incorrect"), ==, !cases[i].comes_in);
      g_assert_cmpint (guest->closed, ==, !cases[i].comes_in);
      guest_free (guest);
      stage_clear (&stage);
    }
}

/* 903 without 900, then the own account, then CAP END. */
static void
test_scram (void)
{
  static const struct
  {
    const char *description;
    gboolean encrypted;
    Client client;
    gboolean comes_in;
  } cases[] = {
    { "bound", TRUE, { "SCRAM-SHA-256-PLUS", "room", "open sesame", "Y29ubmVjdGlvbiAx" }, TRUE },
    { "bound to another connection", TRUE, { "SCRAM-SHA-256-PLUS", "room", "open sesame", "Y29ubmVjdGlvbiAy" }, FALSE },
    { "not bound", TRUE, { "SCRAM-SHA-256", "room", "open sesame" }, TRUE },
    { "in the clear", FALSE, { "SCRAM-SHA-256", "room", "open sesame" }, TRUE },
    { "wrong", TRUE, { "SCRAM-SHA-256", "room", "open" }, FALSE },
    { "not by PLAIN", TRUE, { "PLAIN", "room", "open sesame" }, FALSE },
    { "another name", TRUE, { "SCRAM-SHA-256", "rooms", "open sesame" }, FALSE },
  };
  static const Client own = { "PLAIN", "anna", "longenough" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Guest *guest;

      g_test_message ("%s", cases[i].description);
      begin ("open sesame");
      guest = arrive (cases[i].encrypted);
      guest_says (guest, "CAP LS 302");
      g_assert_false (guest_saw (guest, "account-registration=before-connect"));
      guest_says (guest, "CAP REQ :sasl");
      guest_forget (guest);
      client_log_in (guest, &cases[i].client);
      g_assert_false (guest_saw (guest, " 900 "));
      g_assert_cmpint (guest_saw (guest, " 903 "), ==, cases[i].comes_in);
      g_assert_cmpint (guest_saw (guest, " 904 "), ==, !cases[i].comes_in);
      guest_says (guest, "NICK anna");
      guest_says (guest, "USER a 0 * :A");
      if (cases[i].comes_in && cases[i].encrypted)
        {
          guest_says (guest, "REGISTER * * longenough");
          stage_work (&stage);
          g_assert_true (guest_saw (guest, "REGISTER SUCCESS anna"));
          guest_forget (guest);
          client_log_in (guest, &own);
          g_assert_true (guest_saw (guest, " 900 "));
        }
      guest_says (guest, "CAP END");
      g_assert_cmpint (guest_saw (guest, " 001 "), ==, cases[i].comes_in);
      g_assert_cmpint (guest->closed, ==, !cases[i].comes_in);
      guest_free (guest);
      stage_clear (&stage);
    }
}

static void
test_own_account_is_not_enough (void)
{
  static const Client own = { "PLAIN", "anna", "longenough" };
  Guest *guest;

  begin (NULL);
  guest = arrive (TRUE);
  guest_says (guest, "NICK anna");
  guest_says (guest, "REGISTER * * longenough");
  stage_work (&stage);
  guest_free (guest);
  hs_server_config_take_password (stage.config, g_strdup ("open sesame"));
  hs_engine_set_config (stage.engine, stage.config);
  guest = arrive (TRUE);
  guest_says (guest, "CAP LS 302");
  guest_says (guest, "CAP REQ :sasl");
  guest_says (guest, "NICK anna");
  guest_says (guest, "USER a 0 * :A");
  guest_says (guest, "REGISTER berta * longenough");
  g_assert_true (guest_saw (guest, "FAIL REGISTER COMPLETE_CONNECTION_REQUIRED berta"));
  guest_forget (guest);
  client_log_in (guest, &own);
  g_assert_true (guest_saw (guest, " 903 "));
  guest_says (guest, "CAP END");
  g_assert_true (guest_saw (guest, " 464 "));
  guest_free (guest);
  stage_clear (&stage);
}

/* Who speaks plain text cannot give it; when one is set those that are here leave. The host always comes in. */
static void
test_plain (void)
{
  Guest *plain, *listener, *irc, *host;

  begin (NULL);
  plain = guest_plain (&stage);
  guest_writes (plain, "hello");
  listener = guest_connect (&stage);
  hs_engine_set_listener (stage.engine, listener->peer);
  irc = guest_join (&stage, "irc", NULL);
  hs_server_config_take_password (stage.config, g_strdup ("open sesame"));
  hs_engine_set_config (stage.engine, stage.config);
  g_assert_true (plain->closed);
  g_assert_true (listener->closed);
  g_assert_false (irc->closed);
  guest_free (plain);
  guest_free (listener);

  plain = guest_connect (&stage);
  hs_engine_set_dialect (stage.engine, plain->peer, HS_DIALECT_PLAIN);
  g_assert_true (plain->closed && guest_saw (plain, "This room needs a password"));
  guest_free (plain);
  listener = guest_connect (&stage);
  hs_engine_set_listener (stage.engine, listener->peer);
  g_assert_true (listener->closed && guest_saw (listener, "This room needs a password"));
  guest_free (listener);

  host = guest_connect_from (&stage, "127.0.0.1", TRUE);
  hs_engine_set_host_token (stage.engine, "token");
  guest_says (host, "PASS token");
  guest_says (host, "NICK host");
  guest_says (host, "USER h 0 * :H");
  g_assert_true (guest_saw (host, " 001 "));
  guest_free (host);

  /* and another one, and none */
  hs_server_config_take_password (stage.config, NULL);
  hs_engine_set_config (stage.engine, stage.config);
  host = guest_join (&stage, "anna", NULL);
  guest_free (host);
  guest_free (irc);
  stage_clear (&stage);
}

static void
test_guessing (void)
{
  Guest *guest;

  begin ("open sesame");
  guest = arrive (TRUE);
  guest_says (guest, "PASS wrong");
  guest_says (guest, "PASS :open sesame"); /* at once: not looked at */
  g_assert_true (guest_saw (guest, " 263 "));
  guest_says (guest, "NICK anna");
  guest_says (guest, "USER a 0 * :A");
  g_assert_true (guest_saw (guest, " 464 "));
  guest_free (guest);
  stage.now += 2 * G_USEC_PER_SEC;
  guest = arrive (TRUE);
  guest_says (guest, "PASS :open sesame");
  guest_says (guest, "NICK anna");
  guest_says (guest, "USER a 0 * :A");
  g_assert_true (guest_saw (guest, " 001 "));
  guest_free (guest);
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-password/pass", test_pass);
  g_test_add_func ("/server/engine-password/scram", test_scram);
  g_test_add_func ("/server/engine-password/own-account-is-not-enough", test_own_account_is_not_enough);
  g_test_add_func ("/server/engine-password/plain", test_plain);
  g_test_add_func ("/server/engine-password/guessing", test_guessing);
  return g_test_run ();
}
