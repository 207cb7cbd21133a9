/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of several lines: what one sends in a batch, and what those get who know batches and those who do not. */
#include "stage.h"

#include <string.h>

#define CAPS "batch draft/multiline message-tags"

static void
test_delivery (void)
{
  Stage stage;
  Guest *anna, *berta, *carla, *plain;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", CAPS " echo-message labeled-response");
  berta = guest_join (&stage, "berta", CAPS " server-time");
  carla = guest_join (&stage, "carla", NULL);
  plain = guest_plain (&stage);
  guest_writes (plain, "hi");
  guest_forget (anna);
  guest_forget (berta);
  guest_forget (carla);
  guest_says (anna, "@label=x;+draft/reply=abc BATCH +123 draft/multiline #lobby");
  guest_says (anna, "@batch=123 PRIVMSG #lobby hello");
  guest_says (anna, "@batch=123 PRIVMSG #lobby :");
  guest_says (anna, "@batch=123 privmsg #lobby :how is ");
  guest_says (anna, "@batch=123;draft/multiline-concat PRIVMSG #lobby :everyone?");
  guest_sees (anna, "");
  guest_sees (berta, "");
  guest_says (anna, "BATCH -123");
  g_assert_true (g_str_has_prefix (anna->out->str, "@label=x;msgid="));
  g_assert_true (guest_saw (anna, ";+draft/reply=abc :anna!u@10.0.0.1 BATCH +"));
  g_assert_true (guest_saw (anna, " :anna!u@10.0.0.1 PRIVMSG #lobby :\r\n"));
  g_assert_true (guest_saw (anna, " :anna!u@10.0.0.1 PRIVMSG #lobby :how is everyone?\r\n:test.example BATCH -"));
  g_assert_true (g_str_has_prefix (berta->out->str, "@time=2026-01-02T03:04:05.678Z;msgid="));
  g_assert_true (guest_saw (berta, " draft/multiline #lobby\r\n@batch="));
  guest_sees (carla, ":anna!u@10.0.0.1 PRIVMSG #lobby hello\n:anna!u@10.0.0.1 PRIVMSG #lobby :how is everyone?\n");
  guest_sees (plain, "anna: hello\nanna: \nanna: how is everyone?\n");
  guest_free (anna);
  guest_free (berta);
  guest_free (carla);
  guest_free (plain);
  stage_clear (&stage);
}

/* Without an echo the label is answered when the batch ends. Each rule that is broken has its word. */
static void
test_refusals (void)
{
  stage_perform (
    "+ anna " CAPS " labeled-response\n"
    "+ berta\n"
    "anna > @label=y BATCH +1 draft/multiline berta\n"
    "anna > @batch=1 NOTICE berta :a\n"
    "anna > PING still\n"
    "anna < :test.example PONG test.example still\n"
    "anna > BATCH -1\n"
    "anna < @label=y :test.example ACK\n"
    "berta < :anna!u@10.0.0.1 NOTICE berta a\n"
    "anna > BATCH +456 draft/multiline #foo\n"
    "anna > @batch=456 PRIVMSG #bar hello\n"
    "anna < :test.example FAIL BATCH MULTILINE_INVALID_TARGET #foo #bar :Invalid multiline target\n"
    "# all that follows is passed over\n"
    "anna > @batch=456 PRIVMSG #foo hello\n"
    "anna > BATCH -456\n"
    "anna > BATCH +a draft/multiline #lobby\n"
    "anna > @batch=a PRIVMSG #lobby one\n"
    "anna > @batch=a;draft/multiline-concat PRIVMSG #lobby :\n"
    "anna < :test.example FAIL BATCH MULTILINE_INVALID :Invalid multiline batch with concatenated blank line\n"
    "anna > BATCH -a\n"
    "anna > BATCH +b draft/multiline #lobby\n"
    "anna > @batch=b PRIVMSG #lobby :\n"
    "anna > @batch=b PRIVMSG #lobby :\n"
    "anna > BATCH -b\n"
    "anna < :test.example FAIL BATCH MULTILINE_INVALID :Invalid multiline batch with blank lines only\n"
    "anna > BATCH +c draft/multiline #lobby\n"
    "anna > @batch=c PRIVMSG #lobby :x\n"
    "anna > @batch=c NOTICE #lobby :x\n"
    "anna < :test.example FAIL BATCH MULTILINE_INVALID :Invalid multiline batch: PRIVMSG and NOTICE together\n"
    "anna > BATCH -c\n"
    "anna > BATCH +d draft/multiline #lobby\n"
    "anna > @batch=d JOIN #x\n"
    "anna < :test.example FAIL BATCH MULTILINE_INVALID :Only PRIVMSG and NOTICE stand in a multiline batch\n"
    "anna > BATCH +e draft/multiline #lobby\n"
    "anna < :test.example FAIL BATCH MULTILINE_INVALID :A batch is open already\n"
    "anna > BATCH -d\n"
    "anna > BATCH -d\n"
    "anna < :test.example FAIL BATCH INVALID_REFTAG d :No such batch is open\n"
    "anna > @batch=zz PRIVMSG #lobby :x\n"
    "anna < :test.example FAIL BATCH INVALID_REFTAG zz :No such batch is open\n"
    "anna > BATCH +f netsplit a b\n"
    "anna < :test.example FAIL BATCH UNKNOWN_TYPE f netsplit :No batch of this type is known\n"
    "anna > BATCH +g draft/multiline\n"
    "anna < :test.example 461 anna BATCH :Not enough parameters\n"
    "anna > BATCH g\n"
    "anna < :test.example FAIL BATCH INVALID_REFTAG :A batch begins with + and ends with -\n"
    "anna > BATCH +h draft/multiline nobody\n"
    "anna > @batch=h PRIVMSG nobody :x\n"
    "anna > BATCH -h\n"
    "anna < :test.example 401 anna nobody :No such nick\n"
    "anna > BATCH +i draft/multiline #lobby\n"
    "anna > @batch=i PRIVMSG #lobby :x\n"
    "wait 60001\n"
    "anna > @batch=i PRIVMSG #lobby :y\n"
    "anna < :test.example FAIL BATCH TIMEOUT i :The batch was left open for too long\n"
    "anna > BATCH -i\n"
    "# one that was left open is no hindrance\n"
    "anna > BATCH +j draft/multiline #lobby\n"
    "wait 60001\n"
    "anna < …\n"
    "berta < …\n"
    "anna > BATCH +k draft/multiline nobody\n"
    "anna > @batch=k PRIVMSG nobody :x\n"
    "anna > BATCH -k\n"
    "anna < :test.example 401 anna nobody :No such nick\n"
    "berta > BATCH +i draft/multiline #lobby\n"
    "berta < :test.example 421 berta BATCH :Unknown command\n");
}

/* 64 KiB in 200 lines arrive whole; one more of either does not. */
static void
test_limits (void)
{
  g_autofree char *filler = g_strnfill (326, 'z'); /* and its line feed: 200 × 327 and a little */
  g_autofree char *line = g_strdup_printf ("@batch=1 PRIVMSG berta :%s", filler);
  Stage stage;
  Guest *anna, *berta;
  gsize heard = 0;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", CAPS);
  berta = guest_join (&stage, "berta", NULL);
  guest_says (anna, "BATCH +1 draft/multiline berta");
  for (guint i = 0; i < HS_MULTILINE_MAX_LINES; i++)
    guest_says (anna, line);
  guest_says (anna, "BATCH -1");
  for (const char *p = berta->out->str; (p = strchr (p, 'z')) != NULL; p++)
    heard++;
  g_assert_cmpuint (heard, ==, 326 * HS_MULTILINE_MAX_LINES);
  guest_forget (anna);
  guest_forget (berta);

  guest_says (anna, "BATCH +1 draft/multiline berta");
  for (guint i = 0; i <= HS_MULTILINE_MAX_LINES; i++)
    guest_says (anna, "@batch=1 PRIVMSG berta :x");
  guest_sees (anna, ":test.example FAIL BATCH MULTILINE_MAX_LINES 200 :Multiline batch max-lines exceeded\n");
  guest_says (anna, "BATCH -1");
  guest_sees (berta, "");

  g_free (filler);
  filler = g_strnfill (470, 'z');
  line = (g_free (line), g_strdup_printf ("@batch=1 PRIVMSG berta :%s", filler));
  guest_says (anna, "BATCH +1 draft/multiline berta");
  for (guint i = 0; i < 140; i++)
    guest_says (anna, line);
  guest_sees (anna, ":test.example FAIL BATCH MULTILINE_MAX_BYTES 65536 :Multiline batch max-bytes exceeded\n");
  guest_says (anna, "BATCH -1");
  guest_sees (berta, "");
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

/* One line too long for a line, in pieces that are cut at spaces where they can be. */
static void
test_long_line (void)
{
  Stage stage;
  Guest *anna, *berta;
  g_auto (GStrv) lines = NULL;
  g_autofree char *words = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", CAPS);
  berta = guest_join (&stage, "berta", NULL);
  while (text->len < 400)
    g_string_append (text, "字字 ");
  words = g_strdup_printf ("@batch=1;draft/multiline-concat PRIVMSG berta :%s", text->str);
  guest_says (anna, "BATCH +1 draft/multiline berta");
  guest_says (anna, words);
  guest_says (anna, words);
  guest_says (anna, "BATCH -1");
  lines = g_strsplit (berta->out->str, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_true (g_str_has_suffix (lines[0], "字 ") && g_str_has_prefix (lines[1], ":anna!u@10.0.0.1 PRIVMSG berta :字字"));
  g_assert_cmpuint (strlen (lines[0]) + strlen (lines[1]) - 2 * strlen (":anna!u@10.0.0.1 PRIVMSG berta :"), ==, 2 * text->len);
  guest_free (anna);
  guest_free (berta);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/multiline/delivery", test_delivery);
  g_test_add_func ("/server/multiline/refusals", test_refusals);
  g_test_add_func ("/server/multiline/limits", test_limits);
  g_test_add_func ("/server/multiline/long-line", test_long_line);
  return g_test_run ();
}
