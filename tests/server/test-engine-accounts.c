/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts: whose a name is, what others see of who is logged in, and that all of it survives a restart. */
#include "stage.h"

#include <string.h>

static const HsFingerprint key = { { 7 } };

static Stage stage;

static Guest *
connect_encrypted (const char *caps, const HsFingerprint *shown)
{
  Guest *guest = guest_connect (&stage);
  g_autofree char *request = g_strconcat ("CAP REQ :sasl ", caps, NULL);

  hs_engine_set_encrypted (stage.engine, guest->peer, shown);
  guest_says (guest, "CAP LS 302");
  guest_says (guest, request);
  return guest;
}

static void
come_in (Guest *guest, const char *nick)
{
  g_autofree char *line = g_strconcat ("NICK ", nick, NULL);

  guest_says (guest, line);
  guest_says (guest, "USER u 0 * :Real Name");
  guest_says (guest, "CAP END");
}

static void
log_in (Guest *guest)
{
  guest_says (guest, "AUTHENTICATE EXTERNAL");
  guest_says (guest, "AUTHENTICATE +");
  g_assert_true (guest_saw (guest, " 903 "));
}

static void
make_anna (void)
{
  Guest *anna = connect_encrypted ("", &key);

  guest_says (anna, "NICK anna");
  guest_says (anna, "REGISTER * * *");
  stage_commit (&stage);
  g_assert_true (guest_saw (anna, "SUCCESS"));
  guest_free (anna);
}

static void
begin (void)
{
  stage_init (&stage);
  stage_start (&stage);
  stage_open_store (&stage);
  make_anna ();
}

static void
test_kept_names (void)
{
  static const char *const likes[] = { "anna", "ANNA", "\320\260nna", NULL }; /* a Cyrillic a */
  Guest *owner, *other, *plain;

  begin ();
  for (guint i = 0; likes[i] != NULL; i++)
    {
      g_autofree char *refusal = g_strdup_printf (" 433 * %s :Nickname is kept for its owner", likes[i]);
      g_autofree char *late = g_strdup_printf (" 433 %s %s :Nickname is kept for its owner", likes[i], likes[i]);

      other = guest_connect (&stage);
      guest_says (other, "USER u 0 * :U");
      come_in (other, likes[i]);
      g_assert_true (guest_saw (other, refusal));
      guest_says (other, "NICK berta");
      g_assert_true (guest_saw (other, " 001 berta"));
      guest_free (other);

      /* it could still have logged in */
      other = connect_encrypted ("", NULL);
      come_in (other, likes[i]);
      g_assert_true (guest_saw (other, late));
      g_assert_false (guest_saw (other, " 001 "));
      guest_says (other, "NICK berta");
      g_assert_true (guest_saw (other, " 001 berta"));
      guest_free (other);
    }

  /* nobody keeps the owner out by only asking for it */
  other = connect_encrypted ("", NULL);
  guest_says (other, "NICK anna");
  owner = connect_encrypted ("", &key);
  log_in (owner);
  guest_forget (other);
  come_in (owner, "anna");
  g_assert_true (guest_saw (owner, " 001 anna"));
  g_assert_true (guest_saw (other, " 433 anna anna :Nickname is kept for its owner"));

  /* nor later */
  guest_says (owner, "NICK dora");
  come_in (other, "berta");
  guest_forget (other);
  guest_says (other, "NICK anna");
  guest_sees (other, ":test.example 433 berta anna :Nickname is kept for its owner: log in, or take another\n");
  plain = guest_plain (&stage);
  guest_writes (plain, "/nick anna");
  g_assert_true (guest_saw (plain, "Nickname is kept"));
  g_assert_cmpstr (hs_peer_get_nick (plain->peer), ==, "guest-1");
  guest_says (owner, "NICK anna");
  g_assert_cmpstr (hs_peer_get_nick (owner->peer), ==, "anna");
  guest_free (owner);
  guest_free (other);
  guest_free (plain);
  stage_clear (&stage);
}

#define SEES "extended-join account-notify account-tag"

static void
test_others_see (void)
{
  Guest *owner, *watcher, *simple;

  begin ();
  watcher = connect_encrypted (SEES, NULL);
  come_in (watcher, "watcher");
  simple = guest_join (&stage, "simple", NULL);
  owner = connect_encrypted ("", &key);
  come_in (owner, "dora");
  stage_commit (&stage);
  guest_forget (simple);
  guest_forget (watcher);
  log_in (owner);
  guest_sees (simple, "");
  guest_sees (watcher, "@account=anna :dora!u@10.0.0.1 ACCOUNT anna\n");
  guest_forget (owner);
  log_in (owner); /* the same again is no news */
  guest_sees (watcher, "");
  guest_says (owner, "PRIVMSG #lobby :hi");
  stage_commit (&stage);
  guest_sees (simple, ":dora!u@10.0.0.1 PRIVMSG #lobby hi\n");
  guest_sees (watcher, "@account=anna :dora!u@10.0.0.1 PRIVMSG #lobby hi\n");
  guest_says (owner, "JOIN #r");
  guest_says (simple, "JOIN #r");
  stage_commit (&stage);
  guest_forget (watcher);
  guest_says (watcher, "JOIN #x");
  guest_says (owner, "JOIN #x");
  stage_commit (&stage);
  g_assert_true (guest_saw (watcher, "@account=anna :dora!u@10.0.0.1 JOIN #x anna :Real Name\r\n"));
  guest_forget (simple);
  guest_says (simple, "WHOIS dora");
  g_assert_true (guest_saw (simple, " 330 simple dora anna :is logged in as\r\n"));
  g_assert_true (guest_saw (simple, " 671 simple dora :is using a secure connection\r\n"));
  g_assert_false (guest_saw (simple, " 276 ")); /* it would be known again by its key */
  guest_forget (owner);
  guest_says (owner, "WHOIS dora");
  g_assert_true (guest_saw (owner, " 276 dora dora :has client key fingerprint sha256:"));
  guest_forget (simple);
  guest_says (simple, "WHO dora %na");
  g_assert_true (guest_saw (simple, " 354 simple dora anna\r\n"));
  guest_forget (simple);
  guest_says (simple, "WHO simple %na");
  g_assert_true (guest_saw (simple, " 354 simple simple 0\r\n"));
  guest_free (owner);
  guest_free (watcher);
  guest_free (simple);
  stage_clear (&stage);
}

/* The account and its key; what was said to it privately is its own, under whatever name and from wherever it comes. */
static void
test_survives (void)
{
  Guest *owner, *other;

  begin ();
  owner = connect_encrypted ("", &key);
  log_in (owner);
  come_in (owner, "anna");
  other = guest_join (&stage, "berta", NULL);
  guest_says (other, "PRIVMSG anna :a secret");
  stage_commit (&stage);
  guest_free (owner);
  guest_free (other);
  stage.now += G_USEC_PER_SEC;
  stage_restart (&stage);

  owner = connect_encrypted ("draft/chathistory batch", &key);
  log_in (owner);
  come_in (owner, "dora");
  guest_forget (owner);
  guest_says (owner, "CHATHISTORY LATEST berta * 10");
  stage_commit (&stage);
  g_assert_true (guest_saw (owner, "a secret"));
  guest_free (owner);

  owner = connect_encrypted ("draft/chathistory batch", NULL);
  come_in (owner, "ella");
  guest_forget (owner);
  guest_says (owner, "CHATHISTORY LATEST berta * 10");
  stage_commit (&stage);
  g_assert_false (guest_saw (owner, "a secret"));
  guest_free (owner);
  stage_clear (&stage);
}

static void
test_bans (void)
{
  static const struct
  {
    const char *description, *mode;
    gboolean logged_in, shows_key;
    const char *numeric; /* (nullable) it comes in */
  } cases[] = {
    { "by account", "+b $a:ann*", TRUE, TRUE, " 474 " },
    { "by account, not logged in", "+b account:anna", FALSE, FALSE, NULL },
    { "by key", "+b key:sha256:BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", FALSE, TRUE, " 474 " },
    { "by key, without one", "+b key:sha256:BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", FALSE, FALSE, NULL },
    { "all without an account", "+b $~a", FALSE, TRUE, " 474 " },
    { "all without an account, logged in", "+b $~a", TRUE, TRUE, NULL },
    { "accounts only", "+R", FALSE, TRUE, " 477 " },
    { "accounts only, logged in", "+R", TRUE, TRUE, NULL },
    { "all but an account", "+be *!*@* account:anna", TRUE, TRUE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = g_strconcat ("MODE #r ", cases[i].mode, NULL);
      Guest *ruler, *guest;

      g_test_message ("%s", cases[i].description);
      begin ();
      ruler = guest_join (&stage, "ruler", NULL);
      guest_says (ruler, "JOIN #r");
      guest_says (ruler, line);
      guest = connect_encrypted ("", cases[i].shows_key ? &key : NULL);
      if (cases[i].logged_in)
        log_in (guest);
      come_in (guest, "berta");
      stage_commit (&stage);
      guest_forget (guest);
      guest_says (guest, "JOIN #r");
      stage_commit (&stage);
      g_assert_true (guest_saw (guest, cases[i].numeric != NULL ? cases[i].numeric : " 366 "));
      guest_free (guest);
      guest_free (ruler);
      stage_clear (&stage);
    }
}

/* At the server's door: who comes in before it logs in to what is banned goes then. */
static void
test_banned_from_server (void)
{
  Guest *guest;

  begin ();
  g_assert_true (hs_engine_set_banned (stage.engine, "account:anna", TRUE));
  guest = connect_encrypted ("", &key);
  log_in (guest);
  come_in (guest, "berta");
  g_assert_true (guest->closed && guest_saw (guest, " 465 "));
  guest_free (guest);
  guest = connect_encrypted ("", &key);
  come_in (guest, "berta");
  g_assert_true (guest_saw (guest, " 001 "));
  guest_says (guest, "AUTHENTICATE EXTERNAL");
  guest_says (guest, "AUTHENTICATE +");
  stage_commit (&stage);
  g_assert_true (guest->closed && guest_saw (guest, " 465 "));
  guest_free (guest);
  guest = guest_join (&stage, "carla", NULL);
  g_assert_false (guest->closed);
  guest_free (guest);
  stage_clear (&stage);
}

/* What a name that nobody has gets is the same at each time, over restarts too, as it is for one that somebody has. */
static void
test_decoy (void)
{
  /* n,,n=nobody,r=abcd and n,,n=anna,r=abcd */
  static const char *const firsts[] = { "AUTHENTICATE biwsbj1ub2JvZHkscj1hYmNk", "AUTHENTICATE biwsbj1hbm5hLHI9YWJjZA==" };

  begin ();
  for (guint i = 0; i < G_N_ELEMENTS (firsts); i++)
    {
      g_autofree char *seen[3] = { NULL };

      for (guint j = 0; j < G_N_ELEMENTS (seen); j++)
        {
          Guest *guest = connect_encrypted ("", NULL);
          g_autofree guchar *words = NULL;
          gsize len;

          guest_says (guest, "AUTHENTICATE SCRAM-SHA-256");
          guest_forget (guest);
          guest_says (guest, firsts[i]);
          g_assert_true (g_str_has_prefix (guest->out->str, "AUTHENTICATE "));
          words = g_base64_decode (guest->out->str + strlen ("AUTHENTICATE "), &len);
          seen[j] = g_strndup (strstr ((char *) words, ",s="), len - (gsize) (strstr ((char *) words, ",s=") - (char *) words));
          guest_free (guest);
          if (j == 1)
            stage_restart (&stage);
        }
      g_assert_cmpstr (seen[0], ==, seen[1]);
      g_assert_cmpstr (seen[0], ==, seen[2]);
      g_assert_nonnull (strstr (seen[0], ",i=4096"));
      g_assert_cmpuint (strlen (seen[0]), ==, strlen (",s=,i=4096") + 24);
      g_free (g_steal_pointer (&seen[1]));
      g_free (g_steal_pointer (&seen[2]));
    }
  stage_clear (&stage);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine-accounts/kept-names", test_kept_names);
  g_test_add_func ("/server/engine-accounts/others-see", test_others_see);
  g_test_add_func ("/server/engine-accounts/survives", test_survives);
  g_test_add_func ("/server/engine-accounts/bans", test_bans);
  g_test_add_func ("/server/engine-accounts/banned-from-server", test_banned_from_server);
  g_test_add_func ("/server/engine-accounts/decoy", test_decoy);
  return g_test_run ();
}
