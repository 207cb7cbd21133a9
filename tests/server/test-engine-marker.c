/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MARKREAD: between the devices of an account, and to nobody else. */
#include "stage.h"

#include <string.h>

static const HsFingerprint key = { { 7 } };

static Stage stage;

static Guest *
arrive (const char *nick, gboolean logged_in)
{
  Guest *guest = guest_connect (&stage);
  g_autofree char *line = g_strconcat ("NICK ", nick, NULL);

  hs_engine_set_encrypted (stage.engine, guest->peer, &key);
  guest_says (guest, "CAP LS 302");
  guest_says (guest, "CAP REQ :sasl draft/read-marker");
  guest_says (guest, line);
  guest_says (guest, "USER u 0 * :U");
  if (logged_in)
    {
      guest_says (guest, "AUTHENTICATE EXTERNAL");
      guest_says (guest, "AUTHENTICATE +");
      stage_commit (&stage);
    }
  guest_says (guest, "CAP END");
  stage_commit (&stage);
  return guest;
}

static void
begin (void)
{
  Guest *guest;

  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  guest = guest_connect (&stage);
  hs_engine_set_encrypted (stage.engine, guest->peer, &key);
  guest_says (guest, "NICK anna");
  guest_says (guest, "REGISTER * * *");
  stage_commit (&stage);
  guest_free (guest);
}

static void
say (Guest *guest, const char *line)
{
  guest_forget (guest);
  guest_says (guest, line);
  stage_commit (&stage);
}

#define EARLY "timestamp=2026-01-02T03:00:00.000Z"
#define LATE "timestamp=2026-01-02T03:01:00.500Z"

static void
test_lines (void)
{
  static const struct
  {
    const char *line, *answer;
  } cases[] = {
    { "MARKREAD", ":test.example FAIL MARKREAD NEED_MORE_PARAMS :Missing parameters\n" },
    { "MARKREAD #lobby", ":test.example MARKREAD #lobby *\n" },
    { "MARKREAD #lobby " EARLY, ":test.example MARKREAD #lobby " EARLY "\n" },
    { "MARKREAD #LOBBY " LATE, ":test.example MARKREAD #lobby " LATE "\n" },
    { "MARKREAD #lobby " EARLY, ":test.example MARKREAD #lobby " LATE "\n" },
    { "MARKREAD #lobby timestamp=2036-01-01T00:00:00.000Z", ":test.example MARKREAD #lobby timestamp=2026-01-02T03:04:05.678Z\n" },
    { "MARKREAD #lobby", ":test.example MARKREAD #lobby timestamp=2026-01-02T03:04:05.678Z\n" },
    { "MARKREAD #lobby *", ":test.example FAIL MARKREAD INVALID_PARAMS * :Invalid timestamp\n" },
    { "MARKREAD #lobby timestamp=x", ":test.example FAIL MARKREAD INVALID_PARAMS timestamp=x :Invalid timestamp\n" },
    { "MARKREAD #lobby 2026-01-02T03:00:00.000Z", ":test.example FAIL MARKREAD INVALID_PARAMS 2026-01-02T03:00:00.000Z :Invalid timestamp\n" },
    { "MARKREAD #elsewhere " EARLY, ":test.example FAIL MARKREAD INVALID_PARAMS #elsewhere :You are not there\n" },
    { "MARKREAD nobody " EARLY, ":test.example MARKREAD nobody *\n" },
  };
  Guest *anna, *other;

  begin ();
  anna = arrive ("anna", TRUE);
  g_assert_true (guest_saw (anna, "JOIN #lobby\r\n:test.example MARKREAD #lobby *\r\n"));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      say (anna, cases[i].line);
      guest_sees (anna, cases[i].answer);
    }
  other = arrive ("berta", FALSE);
  g_assert_true (guest_saw (other, ":test.example MARKREAD #lobby *\r\n"));
  say (other, "MARKREAD #lobby " EARLY);
  guest_sees (other, ":test.example FAIL MARKREAD ACCOUNT_REQUIRED #lobby :Log in to have your place remembered\n");
  guest_free (anna);
  guest_free (other);
  stage_clear (&stage);
}

/* Rooms and private conversations, over a restart; nobody else hears of it. */
static void
test_devices (void)
{
  Guest *one, *two, *other;

  begin ();
  one = arrive ("anna", TRUE);
  two = arrive ("anna-phone", TRUE);
  other = arrive ("berta", FALSE);
  say (other, "PRIVMSG anna :psst");
  guest_forget (two);
  guest_forget (other);
  say (one, "MARKREAD #lobby " EARLY);
  say (one, "MARKREAD berta " LATE);
  guest_sees (one, ":test.example MARKREAD berta " LATE "\n");
  guest_sees (two, ":test.example MARKREAD #lobby " EARLY "\n:test.example MARKREAD berta " LATE "\n");
  guest_sees (other, "");
  say (one, "MARKREAD #lobby " EARLY); /* nothing new */
  guest_sees (two, "");
  guest_free (one);
  guest_free (two);
  guest_free (other);
  stage.now += G_USEC_PER_SEC;
  stage_restart (&stage);

  one = arrive ("anna", TRUE);
  g_assert_true (guest_saw (one, ":test.example MARKREAD #lobby " EARLY "\r\n"));
  say (one, "MARKREAD berta");
  guest_sees (one, ":test.example MARKREAD berta " LATE "\n");
  guest_free (one);
  stage_restart (&stage);

  /* in the room before it was known who it is */
  two = arrive ("carla", FALSE);
  guest_forget (two);
  guest_says (two, "AUTHENTICATE EXTERNAL");
  guest_says (two, "AUTHENTICATE +");
  guest_forget (two);
  stage_commit (&stage);
  g_assert_true (guest_saw (two, ":test.example MARKREAD #lobby " EARLY "\r\n"));
  guest_free (two);
  stage_clear (&stage);
}

static void
test_disk_full (void)
{
  Guest *anna;

  begin ();
  anna = arrive ("anna", TRUE);
  stage.disk_full = TRUE;
  say (anna, "MARKREAD #lobby " EARLY);
  guest_sees (anna, ":test.example FAIL MARKREAD INTERNAL_ERROR #lobby :The read timestamp could not be set\n");
  guest_says (anna, "MARKREAD #lobby " EARLY); /* and it leaves before the answer */
  guest_free (anna);
  stage.disk_full = FALSE;
  stage_commit (&stage);
  stage_clear (&stage);
}

/* The answer is about the room by the name that it has then, and so is what is known of it. */
static void
test_renamed (void)
{
  Guest *one, *two;

  begin ();
  one = arrive ("anna", TRUE);
  two = arrive ("anna-phone", TRUE);
  say (one, "JOIN #den");
  guest_forget (two);
  guest_says (one, "RENAME #den #deck");
  guest_says (one, "MARKREAD #den " EARLY);
  stage_commit (&stage);
  g_assert_true (guest_saw (one, " JOIN #deck\r\n"));
  g_assert_true (guest_saw (one, ":test.example MARKREAD #deck " EARLY "\r\n"));
  guest_sees (two, ":test.example MARKREAD #deck " EARLY "\n");
  say (two, "JOIN #deck");
  g_assert_true (guest_saw (two, ":test.example MARKREAD #deck " EARLY "\r\n"));
  guest_free (one);
  guest_free (two);
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-marker/lines", test_lines);
  g_test_add_func ("/server/engine-marker/devices", test_devices);
  g_test_add_func ("/server/engine-marker/disk-full", test_disk_full);
  g_test_add_func ("/server/engine-marker/renamed", test_renamed);
  return g_test_run ();
}
