/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a guest becomes known. */
#include "stage.h"

#include "hs-limits.h"

#include <string.h>

static void
test_welcome (void)
{
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage.config->motd = g_strdup ("one\ntwo");
  stage_start (&stage);
  anna = guest_connect (&stage);
  guest_says (anna, "NICK anna");
  guest_sees (anna, "");
  guest_says (anna, "USER a@b 0 * :Ana María");
  guest_sees (anna,
              ":test.example 001 anna :Welcome to Handshake, anna!a_b@10.0.0.1\n"
              ":test.example 002 anna :Your host is test.example, running version handshake-0.1.0\n"
              ":test.example 003 anna :This server was started 2026-01-02 03:04:05 UTC\n"
              ":test.example 004 anna test.example handshake-0.1.0 Biow IRbeiklmnopqstv Ibeklqov\n"
              ":test.example 005 anna NETWORK=Handshake CHANNELLEN=65 ACCOUNTEXTBAN=a AWAYLEN=200 BOT=B CASEMAPPING=ascii CHANLIMIT=#:100 "
              "CHANMODES=Ibeq,k,l,Rimnpst CHANTYPES=# ELIST=CMNTU EXCEPTS=e EXTBAN=$,ak INVEX=I :are supported by this server\n"
              ":test.example 005 anna KEYLEN=64 KICKLEN=200 MAXLIST=I:200,b:200,e:200,q:200 MODES=12 MONITOR=100 NAMELEN=64 NICKLEN=32 PREFIX=(ov)@+ "
              "STATUSMSG=@+ TARGMAX=JOIN:,KICK:4,LIST:,NAMES:4,NOTICE:4,PART:,PRIVMSG:4,TAGMSG:4,WHOIS:1 TOPICLEN=300 USERLEN=16 UTF8ONLY "
              ":are supported by this server\n"
              ":test.example 005 anna WHOX :are supported by this server\n"
              ":test.example 251 anna :There are 1 users and 0 invisible on 1 servers\n"
              ":test.example 254 anna 1 :channels formed\n"
              ":test.example 255 anna :I have 1 clients and 0 servers\n"
              ":test.example 265 anna 1 1 :Current local users 1, max 1\n"
              ":test.example 266 anna 1 1 :Current global users 1, max 1\n"
              ":test.example 375 anna :- test.example message of the day -\n"
              ":test.example 372 anna :- one\n"
              ":test.example 372 anna :- two\n"
              ":test.example 376 anna :End of /MOTD command\n"
              ":anna!a_b@10.0.0.1 JOIN #lobby\n"
              ":test.example 353 anna = #lobby anna\n"
              ":test.example 366 anna #lobby :End of /NAMES list\n");
  g_assert_cmpstr (hs_peer_get_shown (anna->peer), ==, "Ana María");
  guest_free (anna);
  stage_clear (&stage);
}

static void
test_nicks (void)
{
  static const struct
  {
    const char *nick, *numeric; /* NULL: taken */
  } rows[] = {
    { "anna2", NULL },
    { "张三", NULL },
    { "1anna", "432" },
    { "an na", NULL }, /* two parameters: the first counts */
    { "guest-7", "432" },
    { "GUEST-7", "432" },
    { "guest", NULL },
    { "BERTA", "433" },
    { "b\xd0\xb5rta", "433" },  /* Cyrillic е */
    { "guest-lO", "432" },
    { "gu\xd0\xb5st-7", "432" },
    { "\xd0\xb0nna2", NULL },  /* like its own former one */
    { "a!b", "432" },
    { "\xe2\x80\xae" "abc", "432" }, /* bidi override */
  };
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  berta = guest_join (&stage, "berta", NULL);
  anna = guest_join (&stage, "anna", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = g_strconcat ("NICK ", rows[i].nick, NULL);
      g_autofree char *start = rows[i].numeric != NULL ? g_strdup_printf (":test.example %s ", rows[i].numeric) : g_strdup (":");

      guest_forget (anna);
      guest_says (anna, line);
      g_test_message ("%s → %s", line, anna->out->str);
      g_assert_true (g_str_has_prefix (anna->out->str, start));
      g_assert_cmpint (rows[i].numeric == NULL, ==, guest_saw (anna, " NICK "));
    }
  /* Only its case: allowed. */
  guest_says (berta, "NICK Berta");
  g_assert_cmpstr (hs_peer_get_nick (berta->peer), ==, "Berta");
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

static void
test_nick_held_by_nobody_registered (void)
{
  Stage stage;
  Guest *holder, *other;

  stage_init (&stage);
  stage_start (&stage);
  holder = guest_connect (&stage);
  guest_says (holder, "NICK anna");
  other = guest_connect (&stage);
  guest_says (other, "NICK Anna");
  g_assert_true (guest_saw (other, " 433 * Anna :"));
  guest_free (holder);
  guest_forget (other);
  guest_says (other, "NICK Anna");
  guest_sees (other, "");
  guest_says (other, "USER u 0 * :r");
  g_assert_true (guest_saw (other, " 001 Anna :"));
  guest_free (other);
  stage_clear (&stage);
}

#define TOKEN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
test_host_token (void)
{
  static const struct
  {
    const char *description, *pass;
    gboolean loopback;
    guint wait_ms;
    gboolean host;
  } rows[] = {
    { "the token", "PASS " TOKEN, TRUE, 0, TRUE },
    { "a part of it", "PASS 0011", TRUE, 0, FALSE },
    { "another", "PASS 10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", TRUE, 0, FALSE },
    { "from elsewhere", "PASS " TOKEN, FALSE, 0, FALSE },
    { "too late", "PASS " TOKEN, TRUE, HS_HOST_TOKEN_MS + 1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Stage stage;
      Guest *host, *second;

      g_test_message ("%s", rows[i].description);
      stage_init (&stage);
      stage_start (&stage);
      hs_engine_set_host_token (stage.engine, TOKEN);
      stage_wait (&stage, rows[i].wait_ms);
      host = guest_connect_from (&stage, "127.0.0.1", rows[i].loopback);
      guest_says (host, rows[i].pass);
      guest_says (host, "NICK host");
      guest_says (host, "USER u 0 * :r");
      g_assert_cmpint (hs_peer_is_host (host->peer), ==, rows[i].host);
      g_assert_cmpint (guest_saw (host, "353 host = #lobby @host\r\n"), ==, rows[i].host);

      /* Spent, or never valid: nobody is a second host. */
      if (rows[i].host)
        {
          second = guest_connect_from (&stage, "127.0.0.1", TRUE);
          guest_says (second, "PASS " TOKEN);
          g_assert_false (hs_peer_is_host (second->peer));
          guest_free (second);
        }

      /* Our own window cannot vanish: an idle room wakes nobody. */
      stage_wait (&stage, HS_PING_AFTER_MS + 1);
      g_assert_cmpint (guest_saw (host, "PING "), ==, !rows[i].host);
      guest_free (host);
      stage_clear (&stage);
    }
}

static void
test_setname (void)
{
  Stage stage;
  Guest *anna, *berta, *carla;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", "setname");
  berta = guest_join (&stage, "berta", "setname");
  carla = guest_join (&stage, "carla", NULL);
  guest_forget (anna);
  guest_forget (berta);
  guest_says (anna, "SETNAME :张三");
  guest_sees (anna, ":anna!u@10.0.0.1 SETNAME 张三\n");
  guest_sees (berta, ":anna!u@10.0.0.1 SETNAME 张三\n");
  guest_sees (carla, "");
  guest_says (anna, "SETNAME :");
  g_assert_true (g_str_has_prefix (anna->out->str, ":test.example FAIL SETNAME INVALID_REALNAME :"));
  guest_free (anna);
  guest_free (berta);
  guest_free (carla);
  stage_clear (&stage);
}

static void
test_server_names (void)
{
  static const struct
  {
    const char *name, *source;
  } rows[] = {
    { "load.example.test", ":load.example.test 001" },
    { "Anna", ":Anna.local 001" },
    { "Ana María", ":Ana-Mara.local 001" },
    { "张三", ":handshake.local 001" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Stage stage;
      Guest *anna;

      stage_init (&stage);
      g_free (stage.config->name);
      stage.config->name = g_strdup (rows[i].name);
      stage_start (&stage);
      anna = guest_connect (&stage);
      guest_says (anna, "NICK anna");
      guest_says (anna, "USER u 0 * :r");
      if (!g_str_has_prefix (anna->out->str, rows[i].source))
        g_error ("%s: %s", rows[i].name, anna->out->str);
      guest_free (anna);
      stage_clear (&stage);
    }
}

/* A change of name is told and stored in all rooms: a guest has so many, and gets one back after the other. Operators have any number. */
static void
test_fast (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  berta = guest_join (&stage, "berta", NULL);
  for (guint i = 0; i < HS_NICK_CHANGES; i++)
    {
      g_autofree char *line = g_strdup_printf ("NICK anna%u", i);

      guest_forget (anna);
      guest_says (anna, line);
      g_assert_true (guest_saw (anna, " NICK "));
    }
  guest_forget (anna);
  guest_forget (berta);
  guest_says (anna, "NICK late");
  guest_sees (anna, ":test.example 438 anna4 late :Nick change too fast. Please wait 4 seconds.\n");
  guest_says (anna, "NICK anna4"); /* what it is called already */
  guest_sees (anna, "");
  guest_sees (berta, "");
  stage_wait (&stage, 3000);
  guest_says (anna, "NICK late");
  guest_sees (anna, ":test.example 438 anna4 late :Nick change too fast. Please wait 1 seconds.\n");
  stage_wait (&stage, 1000);
  guest_says (anna, "NICK late");
  guest_sees (berta, ":anna4!u@10.0.0.1 NICK late\n");
  guest_forget (anna);
  guest_says (anna, "NICK again");
  g_assert_true (guest_saw (anna, " 438 late again "));
  { /* and in plain text */
    Guest *carla = guest_plain (&stage);

    guest_writes (carla, "hello");
    for (guint i = 0; i <= HS_NICK_CHANGES; i++)
      {
        g_autofree char *text = g_strdup_printf ("/nick carla%u", i);

        guest_forget (carla);
        guest_writes (carla, text);
      }
    guest_sees (carla, "Nick change too fast. Please wait 4 seconds.\n");
    guest_free (carla);
  }
  guest_says (berta, "NICK bertha"); /* each has its own */
  g_assert_true (guest_saw (berta, " NICK bertha"));
  guest_free (anna);
  guest_free (berta);
  stage_play (&stage, "! host\n"
                      "host > NICK h1\nhost < …\nhost > NICK h2\nhost < …\nhost > NICK h3\nhost < …\nhost > NICK h4\nhost < …\n"
                      "host > NICK h5\nhost < …\nhost > NICK h6\nhost < :h5!u@127.0.0.1 NICK h6\n");
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/registration/welcome", test_welcome);
  g_test_add_func ("/server/registration/nicks", test_nicks);
  g_test_add_func ("/server/registration/nick-of-a-newcomer", test_nick_held_by_nobody_registered);
  g_test_add_func ("/server/registration/host-token", test_host_token);
  g_test_add_func ("/server/registration/setname", test_setname);
  g_test_add_func ("/server/registration/server-names", test_server_names);
  g_test_add_func ("/server/engine-registration/fast", test_fast);
  return g_test_run ();
}
