/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lines are messages to a guest, and what they say of themselves; how far it says it has read. */
#include "hs-server-carried.h"

#include <string.h>

static const struct
{
  const char *description, *line, *text, *place, *msgid;
  gint64 said;
} messages[] = {
  { "bare", ":ana!a@h PRIVMSG #Lobby :你好 all\r\n", "你好 all", "#lobby", NULL, 0 },
  { "with tags", "@time=2026-01-02T03:04:05.678Z;msgid=abc :ana!a@h PRIVMSG #lobby :hi\r\n", "hi", "#lobby", "abc", G_GINT64_CONSTANT (1767323045678) },
  { "to it alone", ":Ana!a@h PRIVMSG bo :psst\r\n", "psst", "ana", NULL, 0 },
  { "action", ":ana!a@h PRIVMSG #r :\001ACTION waves\001\r\n", "waves", "#r", NULL, 0 },
  { "notice", ":ana!a@h NOTICE #r :note\r\n", "note", "#r", NULL, 0 },
  { "several lines", "@msgid=m1;time=2026-01-02T03:04:05.000Z :ana!a@h BATCH +x draft/multiline #r\r\n@batch=x :ana!a@h PRIVMSG #r :one\r\n"
                     "@batch=x :ana!a@h PRIVMSG #r :two\r\n@batch=x;draft/multiline-concat :ana!a@h PRIVMSG #r :more\r\n:s BATCH -x\r\n",
    "one\ntwomore", "#r", "m1", G_GINT64_CONSTANT (1767323045000) },
  { "its own, come back", ":bo!b@h PRIVMSG #r :mine\r\n", NULL, NULL, NULL, 0 },
  { "the server's own words", ":s.x NOTICE bo :Lab: reset.\r\n", NULL, NULL, NULL, 0 },
  { "a deletion", ":ana!a@h REDACT #r m7 :why\r\n", NULL, NULL, NULL, 0 },
  { "a join", ":ana!a@h JOIN #r\r\n", NULL, NULL, NULL, 0 },
  { "a numeric", ":s.x 353 bo = #r :bo ana!\r\n", NULL, NULL, NULL, 0 },
  { "a tag only", "@+typing=active :ana!a@h TAGMSG #r\r\n", NULL, NULL, NULL, 0 },
  { "without a text", ":ana!a@h PRIVMSG #r\r\n", NULL, NULL, NULL, 0 },
  { "nothing", "", NULL, NULL, NULL, 0 },
};

static void
test_messages (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      gsize taken = G_MAXSIZE;
      g_autoptr (HsServerCarried) carried = hs_server_carried_from_irc (messages[i].line, strlen (messages[i].line), "bo", &taken);

      g_test_message ("%s", messages[i].description);
      g_assert_cmpuint (taken, ==, strlen (messages[i].line));
      g_assert_true ((carried != NULL) == (messages[i].text != NULL));
      if (carried == NULL)
        continue;
      g_assert_cmpint (carried->kind, ==, HS_CARRIED_MESSAGE);
      g_assert_cmpstr (carried->text, ==, messages[i].text);
      g_assert_cmpstr (carried->place, ==, messages[i].place);
      g_assert_cmpstr (carried->msgid, ==, messages[i].msgid);
      g_assert_cmpint (carried->said, ==, messages[i].said);
      g_assert_cmpmem (carried->line, carried->len, messages[i].line, strlen (messages[i].line));
      g_assert_cmpint (carried->time, >, 0);
    }
}

/* What a room hears at once: each is a message of its own, with its own id, up to the line of this number. */
static const struct
{
  const char *description, *piece, *told;
} pieces[] = {
  { "two", "@msgid=m1 :ana!a@h PRIVMSG #r :one\r\n@msgid=m2 :cleo!c@h PRIVMSG #r :two\r\n", "1 m1 one|2 m2 two|" },
  { "two without ids", ":ana!a@h PRIVMSG #r :one\r\n:ana!a@h PRIVMSG #r :two\r\n", "1 - one|2 - two|" },
  { "one between others' words", ":s.x NOTICE bo :x\r\n@msgid=m1 :ana!a@h PRIVMSG #r :one\r\n:bo!b@h PRIVMSG #r :mine\r\n", "2 m1 one|" },
  { "several lines, then one", "@msgid=m1 :ana!a@h BATCH +x draft/multiline #r\r\n@batch=x :ana!a@h PRIVMSG #r :one\r\n@batch=x :ana!a@h PRIVMSG #r :two\r\n"
                               ":s BATCH -x\r\n@msgid=m2 :ana!a@h PRIVMSG #r :three\r\n", "4 m1 one\ntwo|5 m2 three|" },
  { "two of several lines", "@msgid=m1 :ana!a@h BATCH +x draft/multiline #r\r\n@batch=x :ana!a@h PRIVMSG #r :one\r\n:s BATCH -x\r\n"
                            "@msgid=m2 :ana!a@h BATCH +y draft/multiline #r\r\n@batch=y :ana!a@h PRIVMSG #r :two\r\n:s BATCH -y\r\n", "3 m1 one|6 m2 two|" },
  { "several lines, one by one", "@msgid=m1 :ana!a@h PRIVMSG #r :one\r\n:ana!a@h PRIVMSG #r :two\r\n:cleo!c@h PRIVMSG #r :three\r\n", "2 m1 one\ntwo|3 - three|" },
  { "history", ":s BATCH +h chathistory #r\r\n@batch=h;msgid=m1 :ana!a@h PRIVMSG #r :one\r\n@batch=h;msgid=m2 :ana!a@h PRIVMSG #r :two\r\n:s BATCH -h\r\n",
    "2 m1 one|3 m2 two|" },
  { "never ended", "@msgid=m1 :ana!a@h BATCH +x draft/multiline #r\r\n@batch=x :ana!a@h PRIVMSG #r :one\r\n@msgid=m2 :ana!a@h PRIVMSG #r :two\r\n", "2 m1 one|3 m2 two|" },
  { "what is no line", "\r\n\r\n@msgid=m1 :ana!a@h PRIVMSG #r :one\r\n\r\n:\r\n", "3 m1 one|" },
};

static guint
count_lines (const char *data, gsize len)
{
  guint n = 0;

  g_assert_cmpint (data[len - 1], ==, '\n');
  for (gsize i = 0; i < len; i++)
    n += data[i] == '\n';
  return n;
}

static void
test_pieces (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      const char *piece = pieces[i].piece;
      g_autoptr (GString) told = g_string_new (NULL);
      gsize len = strlen (piece), taken = 0;

      for (gsize at = 0; at < len; at += taken)
        {
          g_autoptr (HsServerCarried) carried = hs_server_carried_from_irc (piece + at, len - at, "bo", &taken);

          g_assert_cmpuint (taken, >, 0);
          if (carried == NULL)
            continue;
          g_assert_cmpmem (carried->line, carried->len, piece + at, taken);
          g_string_append_printf (told, "%u %s %s|", count_lines (piece, at + taken), carried->msgid != NULL ? carried->msgid : "-", carried->text);
        }
      g_test_message ("%s", pieces[i].description);
      g_assert_cmpstr (told->str, ==, pieces[i].told);
    }
}

static void
test_deleted (void)
{
  g_autoptr (HsServerCarried) carried = hs_server_carried_new_deleted ("m7");

  g_assert_cmpint (carried->kind, ==, HS_CARRIED_DELETED);
  g_assert_cmpstr (carried->msgid, ==, "m7");
  g_assert_null (carried->text);
}

static const struct { const char *line, *text; } plains[] = {
  { "Ana: 你好\n", "你好" },
  { "Ana: a: b\n", "a: b" },
  { "* Ana waves\n", "Ana waves" },
  { "There is no command like this.\n", NULL },
  { "q", NULL },
  { "", NULL },
  { "\xff: x\n", NULL },
};

static void
test_plain (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (plains); i++)
    {
      gsize taken = G_MAXSIZE;
      g_autoptr (HsServerCarried) carried = hs_server_carried_from_plain (plains[i].line, strlen (plains[i].line), &taken);

      g_assert_cmpstr (carried != NULL ? carried->text : NULL, ==, plains[i].text);
    }
}

static void
test_plain_piece (void)
{
  const char piece[] = "Ana: one\nBo: two\n";
  gsize taken = 0;
  g_autoptr (HsServerCarried) first = hs_server_carried_from_plain (piece, strlen (piece), &taken);
  g_autoptr (HsServerCarried) second = hs_server_carried_from_plain (piece + taken, strlen (piece) - taken, &taken);

  g_assert_cmpstr (first->text, ==, "one");
  g_assert_cmpmem (first->line, first->len, "Ana: one\n", 9);
  g_assert_cmpstr (second->text, ==, "two");
  g_assert_cmpmem (second->line, second->len, "Bo: two\n", 8);
}

static const struct { const char *line, *place; gint64 said; } reads[] = {
  { "MARKREAD #Lobby timestamp=2026-01-02T03:04:05.678Z", "#lobby", G_GINT64_CONSTANT (1767323045678) },
  { "markread ana timestamp=2026-01-02T03:04:05.000Z", "ana", G_GINT64_CONSTANT (1767323045000) },
  { "MARKREAD #lobby", NULL, 0 },
  { "MARKREAD #lobby *", NULL, 0 },
  { "MARKREAD #lobby timestamp=yesterday", NULL, 0 },
  { "PRIVMSG #lobby timestamp=2026-01-02T03:04:05.678Z", NULL, 0 },
  { "", NULL, 0 },
  { ":", NULL, 0 },
};

static void
test_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (reads); i++)
    {
      g_autoptr (HsServerCarried) carried = hs_server_carried_from_guest (reads[i].line, strlen (reads[i].line));

      g_assert_true ((carried != NULL) == (reads[i].place != NULL));
      if (carried == NULL)
        continue;
      g_assert_cmpint (carried->kind, ==, HS_CARRIED_READ);
      g_assert_cmpstr (carried->place, ==, reads[i].place);
      g_assert_cmpint (carried->said, ==, reads[i].said);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/carried/messages", test_messages);
  g_test_add_func ("/server/carried/pieces", test_pieces);
  g_test_add_func ("/server/carried/deleted", test_deleted);
  g_test_add_func ("/server/carried/plain", test_plain);
  g_test_add_func ("/server/carried/plain-piece", test_plain_piece);
  g_test_add_func ("/server/carried/read", test_read);
  return g_test_run ();
}
