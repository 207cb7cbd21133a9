/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of invites: who comes in by one, and that nobody does twice. */
#include "stage.h"

#include <string.h>

#include "hs-limits.h"

#define TOKEN "AAECAwQFBgcICQoLDA0ODw" /* 16 bytes */
#define OTHER "AQECAwQFBgcICQoLDA0ODw"

static Stage stage;

static void
begin (const char *password)
{
  stage_init (&stage);
  hs_server_config_take_password (stage.config, g_strdup (password));
  stage_start (&stage);
  stage_open_store (&stage);
  stage_commit (&stage);
}

static Guest *
arrive (gboolean encrypted, const char *pass)
{
  Guest *guest = guest_connect (&stage);

  if (encrypted)
    hs_engine_set_encrypted (stage.engine, guest->peer, NULL);
  if (pass != NULL)
    guest_says (guest, pass);
  return guest;
}

/* Is it in? */
static gboolean
register_as (Guest *guest, const char *nick)
{
  g_autofree char *line = g_strconcat ("NICK ", nick, NULL);

  guest_says (guest, line);
  guest_says (guest, "USER a 0 * :A");
  stage_commit (&stage);
  return guest_saw (guest, " 001 ");
}

static void
test_who_comes_in (void)
{
  static const struct
  {
    const char *description, *pass;
    gboolean encrypted;
    guint after; /* s */
    gboolean comes_in;
  } cases[] = {
    { "right", "PASS invite:" TOKEN, TRUE, 0, TRUE },
    { "right, a day later", "PASS invite:" TOKEN, TRUE, 24 * 60 * 60 - 1, TRUE },
    { "too late", "PASS invite:" TOKEN, TRUE, 24 * 60 * 60, FALSE },
    { "in the clear", "PASS invite:" TOKEN, FALSE, 0, FALSE },
    { "another", "PASS invite:" OTHER, TRUE, 0, FALSE },
    { "cut", "PASS invite:AAECAwQFBgcICQoLDA0O", TRUE, 0, FALSE },
    { "with spare bits", "PASS invite:AAECAwQFBgcICQoLDA0ODx", TRUE, 0, FALSE },
    { "without its prefix", "PASS " TOKEN, TRUE, 0, FALSE },
    { "nothing", "PASS invite:", TRUE, 0, FALSE },
    { "the password", "PASS :open sesame", TRUE, 0, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Guest *guest;

      g_test_message ("%s", cases[i].description);
      begin ("open sesame");
      hs_engine_add_invite (stage.engine, TOKEN);
      stage.now += (gint64) cases[i].after * G_USEC_PER_SEC;
      guest = arrive (cases[i].encrypted, cases[i].pass);
      g_assert_cmpint (register_as (guest, "anna"), ==, cases[i].comes_in);
      g_assert_cmpint (guest->closed, ==, !cases[i].comes_in);
      guest_free (guest);
      stage_clear (&stage);
    }
}

/* Replayed, and two at once: the first that is in has it. */
static void
test_once (void)
{
  Guest *anna, *berta, *carla;

  begin ("open sesame");
  hs_engine_add_invite (stage.engine, TOKEN);
  anna = arrive (TRUE, "PASS invite:" TOKEN);
  berta = arrive (TRUE, "PASS invite:" TOKEN); /* both are through the door, none is in */
  g_assert_true (register_as (berta, "berta"));
  g_assert_false (register_as (anna, "anna"));
  g_assert_true (guest_saw (anna, " 464 "));
  carla = arrive (TRUE, "PASS invite:" TOKEN);
  g_assert_false (register_as (carla, "carla"));
  guest_free (anna);
  guest_free (berta);
  guest_free (carla);
  stage_clear (&stage);
}

/* Who leaves before it is in has used nothing. */
static void
test_not_spent (void)
{
  Guest *anna;

  begin ("open sesame");
  hs_engine_add_invite (stage.engine, TOKEN);
  guest_free (arrive (TRUE, "PASS invite:" TOKEN));
  anna = arrive (TRUE, "PASS invite:" TOKEN);
  g_assert_true (register_as (anna, "anna"));
  guest_free (anna);
  stage_clear (&stage);
}

/* Who is through the door by it makes no account before it is in: or one token would make as many as somebody comes and goes. */
static void
test_no_account_before (void)
{
  Guest *anna;

  begin ("open sesame");
  hs_engine_add_invite (stage.engine, TOKEN);
  for (guint i = 0; i < 2; i++)
    {
      anna = arrive (TRUE, "PASS invite:" TOKEN);
      guest_says (anna, "CAP LS 302");
      g_assert_false (guest_saw (anna, "account-registration=before-connect"));
      guest_says (anna, i == 0 ? "REGISTER anna * longenough" : "REGISTER berta * longenough");
      stage_work (&stage);
      stage_commit (&stage);
      g_assert_true (guest_saw (anna, "FAIL REGISTER COMPLETE_CONNECTION_REQUIRED"));
      guest_free (anna);
    }
  anna = arrive (TRUE, "PASS invite:" TOKEN);
  g_assert_true (register_as (anna, "anna"));
  guest_says (anna, "REGISTER * * longenough");
  stage_work (&stage);
  stage_commit (&stage);
  g_assert_true (guest_saw (anna, "REGISTER SUCCESS anna"));
  guest_free (anna);
  anna = arrive (TRUE, "PASS :open sesame"); /* the password is everybody's, as often as they like */
  guest_says (anna, "CAP LS 302");
  g_assert_true (guest_saw (anna, "account-registration=before-connect"));
  guest_free (anna);
  stage_clear (&stage);
}

/* Where no password is needed it is not needed either, and stays good. */
static void
test_no_password (void)
{
  Guest *anna, *berta;

  begin (NULL);
  hs_engine_add_invite (stage.engine, TOKEN);
  anna = arrive (TRUE, "PASS invite:" TOKEN);
  g_assert_true (register_as (anna, "anna"));
  hs_server_config_take_password (stage.config, g_strdup ("open sesame"));
  hs_engine_set_config (stage.engine, stage.config);
  berta = arrive (TRUE, "PASS invite:" TOKEN);
  g_assert_true (register_as (berta, "berta"));
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

/* Both that it is there and that it is used survive kill -9. */
static void
test_restart (void)
{
  Guest *anna;

  begin ("open sesame");
  hs_engine_add_invite (stage.engine, TOKEN);
  hs_engine_add_invite (stage.engine, OTHER);
  stage_commit (&stage);
  stage_restart (&stage);
  stage_commit (&stage);
  anna = arrive (TRUE, "PASS invite:" TOKEN);
  g_assert_true (register_as (anna, "anna"));
  guest_free (anna);
  stage_commit (&stage);
  stage_restart (&stage);
  stage_commit (&stage);
  anna = arrive (TRUE, "PASS invite:" OTHER);
  g_assert_true (register_as (anna, "anna"));
  guest_free (anna);
  anna = arrive (TRUE, "PASS invite:" TOKEN);
  g_assert_false (register_as (anna, "anna"));
  guest_free (anna);
  stage_clear (&stage);
}

/* Over the limit the oldest goes. */
static void
test_many (void)
{
  Guest *anna;

  begin ("open sesame");
  hs_engine_add_invite (stage.engine, TOKEN);
  stage.now += G_USEC_PER_SEC;
  hs_engine_add_invite (stage.engine, OTHER);
  stage.now += G_USEC_PER_SEC;
  for (guint i = 0; i < HS_INVITES_MAX - 1; i++)
    {
      g_autofree char *token = g_strdup_printf ("token %u", i);

      hs_engine_add_invite (stage.engine, token);
    }
  anna = arrive (TRUE, "PASS invite:" OTHER);
  g_assert_true (register_as (anna, "anna"));
  guest_free (anna);
  anna = arrive (TRUE, "PASS invite:" TOKEN);
  g_assert_false (register_as (anna, "anna"));
  guest_free (anna);
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/invites/who-comes-in", test_who_comes_in);
  g_test_add_func ("/server/invites/once", test_once);
  g_test_add_func ("/server/invites/not-spent", test_not_spent);
  g_test_add_func ("/server/invites/no-account-before", test_no_account_before);
  g_test_add_func ("/server/invites/no-password", test_no_password);
  g_test_add_func ("/server/invites/restart", test_restart);
  g_test_add_func ("/server/invites/many", test_many);
  return g_test_run ();
}
