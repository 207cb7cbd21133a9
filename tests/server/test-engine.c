/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's skeleton: bad lines, deadlines, limits, leaving. */
#include "stage.h"

#include <string.h>

static void
test_bad_lines (void)
{
  static const struct
  {
    const char *description, *line;
    gsize len;
    const char *expected;
  } rows[] = {
    { "invalid UTF-8", "PRIVMSG #lobby :\xff\xfe", 18, ":test.example FAIL * INVALID_UTF8 :" },
    { "NUL inside", "PRIVMSG #lobby :a\0b", 19, ":test.example FAIL * INVALID_NUL :" },
    { "no command", ":source", 7, ":test.example FAIL * INVALID_LINE :" },
    { "unknown", "FROBNICATE x", 12, ":test.example 421 anna FROBNICATE :" },
    { "too few parameters", "JOIN", 4, ":test.example 461 anna JOIN :" },
    { "registering twice", "USER a b c d", 12, ":test.example 462 anna :" },
    { "a parameter of many words echoed", "WHOIS :a b c", 12, ":test.example 401 anna a :" },
    { "no nick", "NICK", 4, ":test.example 431 anna :" },
  };
  Stage stage;

  stage_init (&stage);
  stage_start (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Guest) anna = guest_join (&stage, "anna", NULL);
      g_autofree char *copy = g_memdup2 (rows[i].line, rows[i].len + 1);

      g_test_message ("%s", rows[i].description);
      hs_engine_receive_irc (stage.engine, anna->peer, copy, rows[i].len);
      if (!g_str_has_prefix (anna->out->str, rows[i].expected))
        g_error ("%s: %s", rows[i].description, anna->out->str);
      g_assert_false (anna->closed);
    }
  stage_clear (&stage);
}

static void
test_too_long (void)
{
  Stage stage;
  Guest *anna, *berta;
  g_autoptr (GString) tags = g_string_new ("@+x=");
  g_autoptr (GString) text = g_string_new ("PRIVMSG #lobby :");

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", "message-tags");
  berta = guest_join (&stage, "berta", NULL);
  guest_forget (anna);

  hs_engine_receive_too_long (stage.engine, anna->peer);
  guest_sees (anna, ":test.example 417 anna :Input line was too long\n");
  for (guint i = 0; i < 4095; i++)
    g_string_append_c (tags, 'y');
  g_string_append (tags, " PRIVMSG #lobby :hello");
  guest_says (anna, tags->str);
  guest_sees (anna, ":test.example 417 anna :Input line was too long\n");

  /* 510 bytes from a guest are more once its source stands before them: refused, not cut. */
  while (text->len < 510)
    g_string_append_c (text, 'z');
  guest_says (anna, text->str);
  guest_sees (anna, ":test.example 417 anna :This text is too long for one line\n");
  guest_sees (berta, "");
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

static void
test_registration_timeout (void)
{
  Stage stage;
  Guest *silent, *listener, *slow;

  stage_init (&stage);
  stage_start (&stage);
  silent = guest_connect (&stage);
  slow = guest_connect (&stage);
  guest_says (slow, "NICK slow");
  listener = guest_connect (&stage);
  stage_wait (&stage, HS_LISTENER_MS);
  hs_engine_set_listener (stage.engine, listener->peer);
  g_assert_cmpuint (hs_engine_get_n_listeners (stage.engine), ==, 1);

  stage_wait (&stage, HS_REGISTRATION_MS - HS_LISTENER_MS - 1);
  g_assert_false (silent->closed);
  stage_wait (&stage, 1);
  g_assert_true (silent->closed);
  g_assert_true (slow->closed);
  guest_sees (slow, "ERROR :Closing link: registration timed out\n");
  g_assert_false (listener->closed);
  guest_free (silent);
  guest_free (slow);
  guest_free (listener);
  g_assert_cmpuint (hs_engine_get_n_listeners (stage.engine), ==, 0);
  stage_clear (&stage);
}

/* The clock is set while guests are there: nobody is late for it, and nobody may be silent for longer. */
static void
test_clock_jumps (void)
{
  static const gint64 jumps[] = { G_TIME_SPAN_DAY, -G_TIME_SPAN_DAY, -400 * G_TIME_SPAN_DAY, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      Stage stage;
      Guest *anna, *newcomer;

      stage_init (&stage);
      stage_start (&stage);
      anna = guest_join (&stage, "anna", "");
      newcomer = guest_connect (&stage);
      stage_wait (&stage, 1000);
      stage.jumped = jumps[i];
      stage_wait (&stage, 1000);
      g_assert_false (anna->closed);
      g_assert_false (newcomer->closed);
      guest_forget (anna);
      guest_says (anna, "PING x");
      guest_sees (anna, ":test.example PONG test.example x\n");
      stage_wait (&stage, HS_REGISTRATION_MS);
      g_assert_true (newcomer->closed);
      stage_wait (&stage, HS_PING_AFTER_MS - HS_REGISTRATION_MS);
      guest_sees (anna, "PING :test.example\n");
      stage.jumped = 0;
      stage_wait (&stage, 1000);
      g_assert_false (anna->closed);
      stage_wait (&stage, HS_PONG_WITHIN_MS);
      g_assert_true (anna->closed);
      guest_free (newcomer);
      guest_free (anna);
      stage_clear (&stage);
    }
}

static void
test_listeners_of_one_address (void)
{
  Stage stage;
  Guest *guests[HS_LISTENERS_PER_ADDRESS + 4];
  guint n_closed = 0;

  stage_init (&stage);
  stage_start (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      guests[i] = guest_connect (&stage);
      hs_engine_set_listener (stage.engine, guests[i]->peer);
    }
  stage_wait (&stage, HS_REGISTRATION_MS);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    n_closed += guests[i]->closed;
  g_assert_cmpuint (n_closed, ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    guest_free (guests[i]);
  stage_clear (&stage);
}

static void
test_ping (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  stage_wait (&stage, HS_PING_AFTER_MS / 2);
  berta = guest_join (&stage, "berta", NULL);
  guest_forget (anna);

  stage_wait (&stage, HS_PING_AFTER_MS / 2);
  guest_sees (anna, "PING :test.example\n");
  guest_sees (berta, "");
  guest_says (anna, "PONG test.example");
  stage_wait (&stage, HS_PING_AFTER_MS / 2);
  guest_sees (berta, "PING :test.example\n");
  stage_wait (&stage, HS_PONG_WITHIN_MS);
  g_assert_true (berta->closed);
  guest_sees (berta, "ERROR :Closing link: Ping timeout\n");
  g_assert_true (guest_saw (anna, ":berta!u@10.0.0.1 QUIT :Ping timeout\r\n"));
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

static void
test_limits (void)
{
  Stage stage;
  Guest *a, *b, *c, *d;

  stage_init (&stage);
  stage.config->guests = 3;
  stage.config->per_address = 1;
  stage_start (&stage);
  a = guest_connect_from (&stage, "10.0.0.1", FALSE);
  b = guest_connect_from (&stage, "10.0.0.1", FALSE);
  g_assert_nonnull (a->peer);
  g_assert_null (b->peer);
  guest_sees (b, "ERROR :Closing link: too many connections from your address (1)\n");
  guest_free (b);
  b = guest_connect_from (&stage, "127.0.0.1", TRUE);
  c = guest_connect_from (&stage, "127.0.0.1", TRUE);
  d = guest_connect_from (&stage, "127.0.0.1", TRUE);
  g_assert_nonnull (c->peer);
  guest_sees (d, "ERROR :Closing link: the server is full (3 guests)\n");
  guest_free (a);
  guest_free (b);
  guest_free (c);
  guest_free (d);
  stage_clear (&stage);
}

static void
test_longest_silent_goes (void)
{
  Stage stage;
  Guest *first, *second, *third;

  stage_init (&stage);
  stage.config->unregistered = 2;
  stage_start (&stage);
  first = guest_connect (&stage);
  second = guest_connect (&stage);
  stage.now += 1000;
  guest_says (first, "NICK first");
  third = guest_connect (&stage);
  g_assert_false (first->closed);
  g_assert_true (second->closed);
  g_assert_false (third->closed);
  guest_free (first);
  guest_free (second);
  guest_free (third);
  stage_clear (&stage);
}

static void
test_eof (void)
{
  Stage stage;
  Guest *irc, *plain, *listener;

  stage_init (&stage);
  stage_start (&stage);
  irc = guest_join (&stage, "irc", NULL);
  plain = guest_plain (&stage);
  guest_writes (plain, "hello");
  listener = guest_connect (&stage);
  hs_engine_set_listener (stage.engine, listener->peer);

  g_assert_false (hs_engine_peer_eof (stage.engine, listener->peer));
  g_assert_true (listener->closed);
  g_assert_true (hs_engine_peer_eof (stage.engine, plain->peer));
  guest_says (irc, "PRIVMSG #lobby :still there?");
  guest_sees (plain, "irc: still there?\n");
  guest_forget (irc);
  stage_wait (&stage, HS_HALF_CLOSED_MS);
  g_assert_true (plain->closed);
  guest_sees (irc, ":guest-1!plain@10.0.0.1 QUIT :Connection closed\n");
  g_assert_false (hs_engine_peer_eof (stage.engine, irc->peer));
  g_assert_true (irc->closed);
  guest_free (irc);
  guest_free (plain);
  guest_free (listener);
  stage_clear (&stage);
}

/* Who says so beforehand goes on hearing for a while; the end of any other IRC guest's stream is leaving. */
static void
test_half_close (void)
{
  Stage stage;
  Guest *half, *other;

  stage_init (&stage);
  stage_start (&stage);
  half = guest_join (&stage, "half", "handshakechat.github.io/half-close");
  other = guest_join (&stage, "other", NULL);
  guest_forget (half);
  guest_says (half, "HALFCLOSE");
  guest_sees (half, "");
  g_assert_true (hs_engine_peer_eof (stage.engine, half->peer));
  guest_says (other, "PRIVMSG #lobby :still there?");
  guest_sees (half, ":other!u@10.0.0.1 PRIVMSG #lobby :still there?\n");
  stage_wait (&stage, HS_HALF_CLOSED_MS - 1);
  g_assert_false (half->closed);
  guest_forget (other);
  stage_wait (&stage, 1);
  g_assert_true (half->closed);
  g_assert_true (guest_saw (other, "half!u@10.0.0.1 QUIT"));
  guest_free (half);
  guest_free (other);
  stage_clear (&stage);
}

static void
test_notice (void)
{
  Stage stage;
  Guest *irc, *plain, *fresh;

  stage_init (&stage);
  stage_start (&stage);
  irc = guest_join (&stage, "irc", NULL);
  plain = guest_plain (&stage);
  fresh = guest_connect (&stage);
  guest_forget (irc);
  hs_engine_notice (stage.engine, irc->peer, "Lab: words");
  hs_engine_notice (stage.engine, plain->peer, "Lab: words");
  hs_engine_notice (stage.engine, fresh->peer, "Lab: words");
  g_assert_true (guest_saw (irc, " NOTICE irc :Lab: words"));
  g_assert_true (guest_saw (plain, "Lab: words"));
  guest_sees (fresh, ""); /* what it speaks is not known: a stray line would be taken for an answer */
  guest_free (irc);
  guest_free (plain);
  guest_free (fresh);
  stage_clear (&stage);
}

static void
test_stop (void)
{
  Stage stage;
  Guest *irc, *plain, *listener, *fresh;

  stage_init (&stage);
  stage_start (&stage);
  irc = guest_join (&stage, "irc", NULL);
  plain = guest_plain (&stage);
  guest_writes (plain, "hello");
  listener = guest_connect (&stage);
  hs_engine_set_listener (stage.engine, listener->peer);
  fresh = guest_connect (&stage);
  guest_forget (irc);

  hs_engine_stop (stage.engine, "The server was stopped");
  guest_sees (irc, "ERROR :Closing link: The server was stopped\n");
  guest_sees (plain, "q");
  guest_sees (listener, "q");
  guest_sees (fresh, "q");
  g_assert_cmpuint (plain->n_breaks, >=, 1);
  g_assert_true (irc->closed && plain->closed && listener->closed && fresh->closed);
  g_assert_cmpuint (hs_engine_get_n_peers (stage.engine), ==, 0);
  guest_free (irc);
  guest_free (plain);
  guest_free (listener);
  guest_free (fresh);
  stage_clear (&stage);
}

static void
test_quit (void)
{
  Stage stage;
  Guest *anna, *berta;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  berta = guest_join (&stage, "berta", NULL);
  guest_says (anna, "JOIN #two");
  guest_says (berta, "JOIN #two");
  guest_forget (anna);
  guest_forget (berta);
  guest_says (anna, "QUIT :good night");
  guest_sees (anna, "ERROR :Closing link: Quit: good night\n");
  g_assert_true (anna->closed);
  g_assert_cmpuint (anna->fin_ms, ==, HS_LEAVE_FIN_MS);
  guest_sees (berta, ":anna!u@10.0.0.1 QUIT :Quit: good night\n"); /* once, though they shared two rooms */
  /* The name is free while the old connection is still closing. */
  guest_says (berta, "NICK anna");
  guest_sees (berta, ":berta!u@10.0.0.1 NICK anna\n");
  guest_free (anna);
  guest_sees (berta, "");
  guest_free (berta);
  stage_clear (&stage);
}

static void
test_refused_dialects (void)
{
  static const struct
  {
    HsDialect dialect;
    gboolean plain_text;
    const char *answer;
  } rows[] = {
    { HS_DIALECT_TLS, TRUE, "" }, /* who owns the connection has sent the alert */
    { HS_DIALECT_HTTP, TRUE, "HTTP/1.1 200 OK\r\n" },
    { HS_DIALECT_PLAIN, FALSE, "This room takes no plain text: " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Stage stage;
      Guest *guest;

      stage_init (&stage);
      stage.config->plain_text = rows[i].plain_text;
      stage_start (&stage);
      guest = guest_connect (&stage);
      hs_engine_set_dialect (stage.engine, guest->peer, rows[i].dialect);
      g_assert_true (g_str_has_prefix (guest->out->str, rows[i].answer));
      g_assert_true (guest->closed);
      guest_free (guest);
      stage_clear (&stage);
    }
}

/* The engine is fed whatever a fuzzer would: nothing crashes, and a PING still answers. */
static void
test_rubbish (void)
{
  static const char *const words[] = { "NICK", "USER", "JOIN", "PART", "PRIVMSG", "TAGMSG", "MODE", "WHO", "WHOIS", "CAP", "REQ", "LS", "END",
                                       "#lobby", "#x", "anna", ":", ",", "0", "@label=1", "@+a;+b=c", "\001ACTION", "TOPIC", "NAMES", "QUIT",
                                       "AWAY", "LIST", "ISON", "USERHOST", "\xe4\xbd\xa0", "SETNAME", "*", "-", "" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  Stage stage;
  Guest *guests[4] = { NULL };

  stage_init (&stage);
  stage_start (&stage);
  for (guint i = 0; i < 20000; i++)
    {
      guint k = g_rand_int_range (rand, 0, G_N_ELEMENTS (guests));
      g_autoptr (GString) line = g_string_new (NULL);

      if (guests[k] != NULL && guests[k]->closed)
        g_clear_pointer (&guests[k], guest_free);
      if (guests[k] == NULL)
        {
          g_autofree char *nick = g_strdup_printf ("n%u", i);

          guests[k] = guest_join (&stage, nick, "message-tags echo-message batch labeled-response");
        }
      for (gint n = g_rand_int_range (rand, 1, 6); n > 0; n--)
        g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))]);
      guest_says (guests[k], line->str);
    }
  for (guint k = 0; k < G_N_ELEMENTS (guests); k++)
    g_clear_pointer (&guests[k], guest_free);
  g_assert_cmpuint (hs_engine_get_n_peers (stage.engine), ==, 0);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engine/bad-lines", test_bad_lines);
  g_test_add_func ("/server/engine/too-long", test_too_long);
  g_test_add_func ("/server/engine/registration-timeout", test_registration_timeout);
  g_test_add_func ("/server/engine/listeners-of-one-address", test_listeners_of_one_address);
  g_test_add_func ("/server/engine/ping", test_ping);
  g_test_add_func ("/server/engine/limits", test_limits);
  g_test_add_func ("/server/engine/longest-silent-goes", test_longest_silent_goes);
  g_test_add_func ("/server/engine/clock-jumps", test_clock_jumps);
  g_test_add_func ("/server/engine/eof", test_eof);
  g_test_add_func ("/server/engine/half-close", test_half_close);
  g_test_add_func ("/server/engine/notice", test_notice);
  g_test_add_func ("/server/engine/stop", test_stop);
  g_test_add_func ("/server/engine/quit", test_quit);
  g_test_add_func ("/server/engine/refused-dialects", test_refused_dialects);
  g_test_add_func ("/server/engine/rubbish", test_rubbish);
  return g_test_run ();
}
