/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pure functions that rows show: links, presence, completion, delivery, days, steps. No display. */
#include <locale.h>
#include <string.h>

#include <glib.h>

#include "hs-blank.h"
#include "hs-completion.h"
#include "hs-day.h"
#include "hs-delivery.h"
#include "hs-failure-words.h"
#include "hs-links.h"
#include "hs-presence.h"

static const struct
{
  const char *description, *text, *links; /* joined by a space */
} link_cases[] = {
  { "none", "hello", "" },
  { "plain", "see http://x.org/a now", "http://x.org/a" },
  { "sentence's full stop", "see https://x.org/a.", "https://x.org/a" },
  { "in brackets", "(https://x.org/a)", "https://x.org/a" },
  { "own brackets", "https://x.org/a_(b)", "https://x.org/a_(b)" },
  { "in quotes", "\"https://x.org\"", "https://x.org" },
  { "Chinese full stop", "见 https://x.org/你好。然后", "https://x.org/你好" },
  { "full-width comma", "http://x.org/a，好", "http://x.org/a" },
  { "within Chinese", "见http://x.org", "http://x.org" },
  { "within a Latin word", "ahttp://x.org", "" },
  { "without scheme", "www.x.org/a", "https://www.x.org/a" },
  { "two", "http://a.b http://c.d", "http://a.b http://c.d" },
  { "ours", "irc://h:8000/lobby", "irc://h:8000/lobby" },
  { "ours, in datagrams", "try udp://127.0.0.1:9999.", "udp://127.0.0.1:9999" },
  { "scheme alone", "http:// is a scheme", "" },
  { "no script", "javascript:alert(1) file:///etc/passwd", "" },
  { "markup", "<a href=\"http://x.org\">y</a>", "http://x.org" },
  { "bidi override ends it", "http://x.org/\342\200\256gpj", "http://x.org/" },
};

static void
test_links (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (link_cases); i++)
    {
      g_autoptr (GArray) links = hs_links_find (link_cases[i].text);
      g_autoptr (GString) found = g_string_new (NULL);

      for (guint k = 0; links != NULL && k < links->len; k++)
        {
          g_autofree char *uri = hs_link_dup_uri (link_cases[i].text, &g_array_index (links, HsLink, k));

          g_string_append_printf (found, "%s%s", k > 0 ? " " : "", uri);
        }
      g_test_message ("%s", link_cases[i].description);
      g_assert_cmpstr (found->str, ==, link_cases[i].links);
    }
}

static const struct
{
  const char *description, *text, *summary, *list;
  guint count;
} presence_cases[] = {
  { "one", "+Ana", "Ana joined", "Ana joined", 1 },
  { "two", "+Ana\n+李伟", "Ana and 李伟 joined", "Ana joined\n李伟 joined", 2 },
  { "many", "+A\n+B\n+C\n+D", "A and 3 others joined", "A joined\nB joined\nC joined\nD joined", 4 },
  { "the same twice", "+A\n-A\n+A", "A joined · A left", "A joined\nA left\nA joined", 3 },
  { "renamed", "A>B", "A is now B", "A is now B", 1 },
  { "renamed, two", "A>B\nC>D", "2 changed their names", "A is now B\nC is now D", 2 },
  { "renamed twice", "A>B\nB>C", "A is now C", "A is now B\nB is now C", 2 },
  { "trailing newline", "-A\n", "A left", "A left", 1 },
  { "nothing", "", "", "", 0 },
  { "rubbish", "hello", "", "", 1 },
};

static void
test_presence (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (presence_cases); i++)
    {
      g_autofree char *summary = hs_presence_summarize (presence_cases[i].text);
      g_autofree char *list = hs_presence_list (presence_cases[i].text);

      g_test_message ("%s", presence_cases[i].description);
      g_assert_cmpstr (summary, ==, presence_cases[i].summary);
      g_assert_cmpstr (list, ==, presence_cases[i].list);
      g_assert_cmpuint (hs_presence_count (presence_cases[i].text), ==, presence_cases[i].count);
    }
}

static const struct
{
  const char *description, *before;
  gboolean commands;
  guint choice;
  const char *expected; /* NULL: none */
  gsize start;
} completion_cases[] = {
  { "at the start", "an", TRUE, 0, "Ana: ", 0 },
  { "the next one", "an", TRUE, 1, "anton: ", 0 },
  { "around", "an", TRUE, 2, "Ana: ", 0 },
  { "within", "hello ti", TRUE, 0, "Tim ", 6 },
  { "with an at sign", "hello @ti", TRUE, 0, "@Tim ", 6 },
  { "Chinese", "你好 李", TRUE, 0, "李伟 ", 7 },
  { "command", "/jo", TRUE, 0, "/join ", 0 },
  { "no command in plain text", "/jo", FALSE, 0, NULL, 0 },
  { "a slash within", "see /jo", TRUE, 0, NULL, 4 },
  { "nothing typed", "", TRUE, 0, NULL, 0 },
  { "after a space", "an ", TRUE, 0, NULL, 3 },
  { "nobody", "zz", TRUE, 0, NULL, 0 },
};

static void
test_completion (void)
{
  const char *const names[] = { "Ana", "anton", "Tim", "李伟", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (completion_cases); i++)
    {
      gsize start = 99;
      g_autofree char *done = hs_complete (completion_cases[i].before, names, completion_cases[i].commands, completion_cases[i].choice, &start);

      g_test_message ("%s", completion_cases[i].description);
      g_assert_cmpstr (done, ==, completion_cases[i].expected);
      g_assert_cmpuint (start, ==, completion_cases[i].start);
    }
  {
    gsize start;
    char *none = hs_complete ("an", NULL, TRUE, 0, &start);

    g_assert_null (none);
  }
}

static void
test_delivery (void)
{
  g_assert_null (hs_delivery_get_icon (HS_SENT_NONE));
  g_assert_cmpstr (hs_delivery_get_words (HS_SENT_NONE), ==, "");
  for (HsSent i = HS_SENT_PENDING; i <= HS_SENT_HANDED; i++)
    {
      g_assert_nonnull (hs_delivery_get_icon (i));
      g_assert_cmpstr (hs_delivery_get_words (i), !=, "");
      g_assert_cmpint (hs_delivery_is_in_doubt (i), ==, i == HS_SENT_FAILED || i == HS_SENT_UNCONFIRMED);
    }
  g_assert_null (hs_delivery_get_icon (99));
}

#define DAY (24 * 3600 * G_GINT64_CONSTANT (1000))

static void
test_day (void)
{
  const gint64 now = G_GINT64_CONSTANT (1767355200000); /* 2026-01-02 12:00 UTC, a Friday */
  const struct { gint64 time; const char *day, *narrow; } cases[] = {
    { now, "Today", "12:00" }, { now - DAY, "Yesterday", "Thu" }, { now - 2 * DAY, "Wednesday", "Wed" },
    { now - 13 * 3600 * 1000, "Yesterday", "Thu" }, { now - 40 * DAY, "23 November 2025", NULL }, { now + 9 * DAY, "11 January", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *day = g_strstrip (hs_day_format_day (cases[i].time, now));
      g_autofree char *narrow = hs_day_format_short (cases[i].time, now);

      g_assert_cmpstr (day, ==, cases[i].day);
      if (cases[i].narrow != NULL)
        g_assert_cmpstr (narrow, ==, cases[i].narrow);
    }
}

static const struct
{
  const char *description, *text;
  gboolean blank;
} blank_cases[] = {
  { "nothing", "", TRUE },
  { "spaces", " \t\u3000\u00a0", TRUE },
  { "zero width", "\u200b\u200d\u2060\ufeff", TRUE },
  { "directions", "\u202e\u2066", TRUE },
  { "filler", "\u3164\u2800", TRUE },
  { "selector alone", "\ufe0f", TRUE },
  { "a letter between", "\u200ba\u200b", FALSE },
  { "an accent alone", "\u0301", FALSE },
  { "a joined emoji", "👩\u200d💻", FALSE },
  { "Chinese", "好", FALSE },
};

static void
test_blank (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (blank_cases); i++)
    {
      g_test_message ("%s", blank_cases[i].description);
      g_assert_cmpint (hs_text_is_blank (blank_cases[i].text), ==, blank_cases[i].blank);
    }
}

/* What is done in the window has the window's words. */
static void
test_failure_words (void)
{
  static const HsFailureHint elsewhere = { HS_FAILURE_WAY_ELSEWHERE, (char *) "Is it awake?", NULL, NULL };

  for (guint i = HS_FAILURE_WAY_ELSEWHERE + 1; i < HS_FAILURE_N_WAYS; i++)
    {
      HsFailureHint hint = { .way = (HsFailureWay) i };

      g_assert_nonnull (hs_failure_words_get_title (&hint));
      g_assert_nonnull (hs_failure_words_get_text (&hint));
    }
  g_assert_cmpstr (hs_failure_words_get_title (&elsewhere), ==, "Is it awake?");
  g_assert_null (hs_failure_words_get_text (&elsewhere));
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/links", test_links);
  g_test_add_func ("/ui/presence", test_presence);
  g_test_add_func ("/ui/blank", test_blank);
  g_test_add_func ("/ui/completion", test_completion);
  g_test_add_func ("/ui/delivery", test_delivery);
  g_test_add_func ("/ui/day", test_day);
  g_test_add_func ("/ui/failure-words", test_failure_words);
  return g_test_run ();
}
