/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain dialect: what a guest with a bare socket writes, sees, and makes others see. */
#include "stage.h"

#include <string.h>

static void
test_conversation (void)
{
  static const struct
  {
    const char *text, *irc, *own;
  } rows[] = {
    { "你好", ":guest-1!plain@10.0.0.1 JOIN #lobby\n:guest-1!plain@10.0.0.1 PRIVMSG #lobby 你好\n", "" },
    { "User friendly, isn't it", ":guest-1!plain@10.0.0.1 PRIVMSG #lobby :User friendly, isn't it\n", "" },
    { "", ":guest-1!plain@10.0.0.1 PRIVMSG #lobby : \n", "" },
    { "//etc", ":guest-1!plain@10.0.0.1 PRIVMSG #lobby /etc\n", "" },
    { "/me waves", ":guest-1!plain@10.0.0.1 PRIVMSG #lobby :\001ACTION waves\001\n", "" },
    { "/who", "", "Here: anna, guest-1\n" },
    { "/frob x", "", "There is no such command. /help tells what there is.\n" },
    { "/nick anna", "", "Nickname is already in use\n" },
    { "/nick 1x", "", "A name is made of letters and digits, and begins with a letter\n" },
    { "/nick 张三", ":guest-1!plain@10.0.0.1 NICK 张三\n", "You are now called 张三.\n" },
    { "a\xff" "b", ":张三!plain@10.0.0.1 PRIVMSG #lobby a\xef\xbf\xbd" "b\n", "" },
    { "q", ":张三!plain@10.0.0.1 QUIT Quit\n", "" },
  };
  Stage stage;
  Guest *anna, *plain;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  plain = guest_plain (&stage);
  guest_sees (anna, "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].text);
      guest_writes (plain, rows[i].text);
      guest_sees (anna, rows[i].irc);
      guest_sees (plain, rows[i].own);
    }
  g_assert_true (plain->closed);
  g_assert_cmpuint (plain->fin_ms, ==, HS_LEAVE_FIN_MS);
  g_assert_false (anna->closed);
  guest_free (anna);
  guest_free (plain);
  stage_clear (&stage);
}

static void
test_sees (void)
{
  static const struct
  {
    const char *line, *plain;
  } rows[] = {
    { "PRIVMSG #lobby :你好", "anna: 你好\n" },
    { "NOTICE #lobby :note", "anna: note\n" },
    { "PRIVMSG #lobby :\001ACTION waves\001", "* anna waves\n" },
    { "PRIVMSG guest-1 :only you", "anna: only you\n" },
    { "TOPIC #lobby :x", "" },
    { "AWAY :x", "" },
    { "NICK anna2", "" },
    { "QUIT", "" },
  };
  Stage stage;
  Guest *anna, *plain, *listener;

  stage_init (&stage);
  stage_start (&stage);
  plain = guest_plain (&stage);
  guest_writes (plain, "hello");
  listener = guest_connect (&stage);
  hs_engine_set_listener (stage.engine, listener->peer);
  anna = guest_join (&stage, "anna", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].line);
      guest_says (anna, rows[i].line);
      guest_sees (plain, rows[i].plain);
      guest_sees (listener, strstr (rows[i].line, "guest-1") != NULL ? "" : rows[i].plain);
    }
  guest_free (anna);
  guest_free (plain);
  guest_free (listener);
  stage_clear (&stage);
}

static void
test_q_first (void)
{
  Stage stage;
  Guest *anna, *plain;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  plain = guest_plain (&stage);
  guest_writes (plain, "q");
  g_assert_true (plain->closed);
  guest_sees (anna, "");
  guest_free (anna);
  guest_free (plain);
  stage_clear (&stage);
}

static void
test_guest_numbers (void)
{
  Stage stage;
  Guest *a, *b, *c;

  stage_init (&stage);
  stage_start (&stage);
  a = guest_plain (&stage);
  b = guest_plain (&stage);
  guest_writes (a, "a");
  guest_writes (b, "b");
  g_assert_cmpstr (hs_peer_get_nick (b->peer), ==, "guest-2");
  guest_sees (a, "guest-2: b\n");
  guest_free (a);
  c = guest_plain (&stage);
  guest_writes (c, "c");
  g_assert_cmpstr (hs_peer_get_nick (c->peer), ==, "guest-1");
  guest_free (b);
  guest_free (c);
  stage_clear (&stage);
}

/* 64 KiB of three-byte characters: every line fits, none is broken, nothing is lost. */
static void
test_long_text (void)
{
  Stage stage;
  Guest *anna, *plain;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) seen = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  stage_init (&stage);
  stage_start (&stage);
  plain = guest_plain (&stage);
  guest_writes (plain, "x");
  anna = guest_join (&stage, "anna", NULL);
  while (text->len < 65000)
    g_string_append (text, "漢字x");
  guest_writes (plain, text->str);
  g_assert_true (g_utf8_validate (anna->out->str, -1, NULL));
  lines = g_strsplit (anna->out->str, "\r\n", -1);
  for (guint i = 0; lines[i][0] != '\0'; i++)
    {
      const char *said = strstr (lines[i], "#lobby ") + strlen ("#lobby ");

      g_assert_cmpuint (strlen (lines[i]) + 2, <=, HS_LINE_MAX);
      g_string_append (seen, said + (*said == ':'));
    }
  g_assert_cmpstr (seen->str, ==, text->str);
  guest_free (anna);
  guest_free (plain);
  stage_clear (&stage);
}

/* A long text is cut where a reader would pause. */
static void
test_long_text_words (void)
{
  Stage stage;
  Guest *anna, *plain;
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  stage_init (&stage);
  stage_start (&stage);
  plain = guest_plain (&stage);
  guest_writes (plain, "x");
  anna = guest_join (&stage, "anna", NULL);
  for (guint i = 0; i < 300; i++)
    g_string_append (text, "word ");
  guest_writes (plain, text->str);
  lines = g_strsplit (anna->out->str, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 3);
  for (guint i = 0; lines[i][0] != '\0'; i++)
    {
      g_assert_nonnull (strstr (lines[i], "#lobby :word "));
      g_assert_true (g_str_has_suffix (lines[i], "word "));
    }
  guest_free (anna);
  guest_free (plain);
  stage_clear (&stage);
}

static void
test_listener_speaks (void)
{
  Stage stage;
  Guest *listener;

  stage_init (&stage);
  stage_start (&stage);
  listener = guest_connect (&stage);
  hs_engine_set_listener (stage.engine, listener->peer);
  stage_wait (&stage, HS_REGISTRATION_MS);
  hs_engine_set_dialect (stage.engine, listener->peer, HS_DIALECT_PLAIN);
  g_assert_true (hs_peer_is_listener (listener->peer));
  guest_writes (listener, "now I speak");
  g_assert_false (hs_peer_is_listener (listener->peer));
  g_assert_cmpuint (hs_engine_get_n_listeners (stage.engine), ==, 0);
  g_assert_cmpstr (hs_peer_get_nick (listener->peer), ==, "guest-1");
  guest_free (listener);
  stage_clear (&stage);
}

static void
test_http (void)
{
  Stage stage;
  Guest *browser;
  const char *body;

  stage_init (&stage);
  g_free (stage.config->name);
  stage.config->name = g_strdup ("A & <b>");
  stage_start (&stage);
  browser = guest_connect (&stage);
  hs_engine_set_dialect (stage.engine, browser->peer, HS_DIALECT_HTTP);
  g_assert_true (guest_saw (browser, "Connection: close\r\n"));
  g_assert_true (guest_saw (browser, "<h1>A &amp; &lt;b&gt;</h1>"));
  body = strstr (browser->out->str, "\r\n\r\n") + 4;
  g_assert_cmpint (atoi (strstr (browser->out->str, "Content-Length: ") + 16), ==, strlen (body));
  g_assert_true (browser->closed);
  guest_free (browser);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/plain/conversation", test_conversation);
  g_test_add_func ("/server/plain/sees", test_sees);
  g_test_add_func ("/server/plain/q-first", test_q_first);
  g_test_add_func ("/server/plain/guest-numbers", test_guest_numbers);
  g_test_add_func ("/server/plain/long-text", test_long_text);
  g_test_add_func ("/server/plain/long-text-words", test_long_text_words);
  g_test_add_func ("/server/plain/listener-speaks", test_listener_speaks);
  g_test_add_func ("/server/plain/http", test_http);
  return g_test_run ();
}
