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
      g_autoptr (HsServerCarried) carried = hs_server_carried_from_irc (messages[i].line, strlen (messages[i].line), "bo");

      g_test_message ("%s", messages[i].description);
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
      g_autoptr (HsServerCarried) carried = hs_server_carried_from_plain (plains[i].line, strlen (plains[i].line));

      g_assert_cmpstr (carried != NULL ? carried->text : NULL, ==, plains[i].text);
    }
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
  g_test_add_func ("/server/carried/deleted", test_deleted);
  g_test_add_func ("/server/carried/plain", test_plain);
  g_test_add_func ("/server/carried/read", test_read);
  return g_test_run ();
}
