/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help: every page can be read, in every language the same ones, every link leads somewhere, and what the panel leads to exists. */
#include "hs-help-book.h"

#include "hs-tcp-lab.h"
#include "hs-without-tcp.h"

#include <pango/pango.h>
#include <string.h>

static const char *const english[] = { "C", NULL }, *const chinese[] = { "zh_CN", NULL };

/* Pango knows all of it but links, which are GtkLabel's. */
static void
check_markup (const HsHelpPage *page, const char *markup)
{
  g_autoptr (GRegex) links = g_regex_new ("</?a[^>]*>", 0, 0, NULL);
  g_autofree char *bare = g_regex_replace_literal (links, markup, -1, 0, "", 0, NULL);
  g_autoptr (GError) error = NULL;

  if (!pango_parse_markup (bare, -1, 0, NULL, NULL, NULL, &error))
    g_error ("%s: %s in “%s”", page->id, error->message, markup);
}

/* "tcp-flags#syn" */
static gboolean
exists (HsHelpBook *book, const char *target)
{
  const HsHelpPage *page = hs_help_book_find (book, target);
  const char *section = strchr (target, '#');

  if (page == NULL || section == NULL)
    return page != NULL;
  for (guint i = 0; i < page->blocks->len; i++)
    if (g_strcmp0 (((HsHelpBlock *) page->blocks->pdata[i])->section, section + 1) == 0)
      return TRUE;
  return FALSE;
}

static void
check_links (HsHelpBook *book, const HsHelpPage *page, const char *markup)
{
  for (const char *p = strstr (markup, "href=\""); p != NULL; p = strstr (p + 1, "href=\""))
    {
      const char *begin = p + strlen ("href=\"");
      g_autofree char *target = g_strndup (begin, strcspn (begin, "\""));

      if (strstr (target, "://") == NULL && !exists (book, target))
        g_error ("%s: “%s” leads nowhere", page->id, target);
    }
}

static void
test_pages (gconstpointer data)
{
  g_autoptr (HsHelpBook) book = hs_help_book_new (data);
  GPtrArray *pages = hs_help_book_get_pages (book);

  g_assert_cmpuint (pages->len, >, 30);
  g_assert_cmpstr (((HsHelpPage *) pages->pdata[0])->id, ==, "index");
  for (guint i = 0; i < pages->len; i++)
    {
      const HsHelpPage *page = pages->pdata[i];

      g_assert_cmpstr (page->title, !=, "");
      g_assert_cmpstr (page->description, !=, "");
      if (!g_str_equal (page->id, "index") && hs_help_book_get_group_title (book, page->group) == NULL)
        g_error ("%s belongs to no section of the index", page->id);
      for (guint j = 0; j < page->blocks->len; j++)
        {
          const HsHelpBlock *block = page->blocks->pdata[j];

          if (block->kind == HS_HELP_SCREEN)
            continue;
          check_markup (page, block->text);
          check_links (book, page, block->text);
        }
    }
}

static guint
count (const HsHelpPage *page, HsHelpKind kind)
{
  guint n = 0;

  for (guint i = 0; i < page->blocks->len; i++)
    n += ((HsHelpBlock *) page->blocks->pdata[i])->kind == kind;
  return n;
}

/* A translation that lacks a section, a step or a whole page would go unnoticed: the English stands in for a missing page. */
static void
test_translation (void)
{
  g_autoptr (HsHelpBook) book = hs_help_book_new (english), translated = hs_help_book_new (chinese);
  GPtrArray *pages = hs_help_book_get_pages (book);

  g_assert_cmpuint (hs_help_book_get_pages (translated)->len, ==, pages->len);
  for (guint i = 0; i < pages->len; i++)
    {
      const HsHelpPage *page = pages->pdata[i];
      const HsHelpPage *other = hs_help_book_find (translated, page->id);

      g_assert_cmpstr (page->group, ==, other->group);
      if (strncmp (page->id, "state-", 6) != 0 && g_str_equal (page->title, other->title))
        g_error ("%s is not translated", page->id);
      if (g_str_equal (page->description, other->description) && !g_str_equal (page->id, "tcp-handshake"))
        g_error ("%s: its description is not translated", page->id);
      for (HsHelpKind kind = HS_HELP_HEADING; kind <= HS_HELP_SCREEN; kind++)
        if (count (page, kind) != count (other, kind))
          g_error ("%s: %u blocks of kind %u, %u in the translation", page->id, count (page, kind), kind, count (other, kind));
    }
}

static void
test_states (void)
{
  g_autoptr (HsHelpBook) book = hs_help_book_new (english);

  for (HsTcpState state = 0; state < HS_TCP_N_STATES; state++)
    {
      g_autofree char *id = hs_help_dup_state_page (state);

      g_assert_nonnull (hs_help_book_find (book, id));
    }
}

static void
test_experiments (void)
{
  g_autoptr (HsHelpBook) book = hs_help_book_new (english);

  for (HsTcpLab i = 0; i < HS_TCP_LAB_N; i++)
    g_assert_nonnull (hs_help_book_find (book, hs_tcp_lab_get_help (i)));
}

static void
test_without_tcp (void)
{
  g_autoptr (HsHelpBook) book = hs_help_book_new (english);

  for (HsTcpTransport i = HS_TCP_TRANSPORT_TCP; i <= HS_TCP_TRANSPORT_UNIX; i++)
    g_assert_nonnull (hs_help_book_find (book, hs_without_tcp_get_page (i)));
}

static void
test_flags (void)
{
  static const char *const targets[] = { "tcp-flags#syn", "tcp-flags#ack", "tcp-flags#fin", "tcp-flags#rst", "tcp-flags#psh", "tcp-flags#urg",
                                         "tcp-handshake", "tcp-close", "tcp-reset", "delivery", "bytes", "both-ends", "listener", "flood", "numbers" };
  g_autoptr (HsHelpBook) book = hs_help_book_new (english);

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    g_assert_true (exists (book, targets[i]));
}

static void
test_parse (void)
{
  static const char xml[] =
    "<page xmlns=\"http://projectmallard.org/1.0/\" type=\"topic\" id=\"x\">\n"
    "  <info><link type=\"guide\" xref=\"index#tcp\"/><title type=\"sort\">07</title><desc>About  x</desc></info>\n"
    "  <title>A &lt;title&gt;</title>\n"
    "  <p>One\n     two <code>a &lt; b</code>, <link xref=\"y#z\">there</link>.</p>\n"
    "  <p>你\n     好</p>\n"
    "  <steps><item><p>First</p></item><item><p>Second</p></item></steps>\n"
    "  <section id=\"s\"><title>Part</title><screen>  a\n  b</screen><note><p>N</p></note></section>\n"
    "  <terms><item><title>T</title><p>M</p></item></terms>\n"
    "</page>";
  static const struct { HsHelpKind kind; const char *text; } expected[] = {
    { HS_HELP_TEXT, "One two <tt>a &lt; b</tt>, <a href=\"y#z\">there</a>." },
    { HS_HELP_TEXT, "你好" },
    { HS_HELP_STEP, "First" },
    { HS_HELP_STEP, "Second" },
    { HS_HELP_HEADING, "Part" },
    { HS_HELP_SCREEN, "  a\n  b" },
    { HS_HELP_NOTE, "N" },
    { HS_HELP_TERM, "T" },
    { HS_HELP_MEANING, "M" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (HsHelpPage) page = hs_help_page_parse ("x", xml, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (page->title, ==, "A &lt;title&gt;");
  g_assert_cmpstr (page->group, ==, "tcp");
  g_assert_cmpstr (page->sort, ==, "07");
  g_assert_cmpstr (page->description, ==, "About x");
  g_assert_cmpuint (page->blocks->len, ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const HsHelpBlock *block = page->blocks->pdata[i];

      g_assert_cmpint (block->kind, ==, expected[i].kind);
      g_assert_cmpstr (block->text, ==, expected[i].text);
    }
  g_assert_cmpuint (((HsHelpBlock *) page->blocks->pdata[3])->number, ==, 2);
  g_assert_cmpstr (((HsHelpBlock *) page->blocks->pdata[4])->section, ==, "s");
}

static void
test_not_understood (void)
{
  static const char *const wrong[] = { "<page><table/></page>", "<page><p>a<b>c</b></p></page>", "<page><p>", "nothing" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (hs_help_page_parse ("x", wrong[i], -1, &error));
      g_assert_nonnull (error);
    }
}

static void
test_search (void)
{
  static const struct { const char *query; gboolean found; } rows[] = {
    { "", TRUE }, { "time-wait", TRUE }, { "TIME-WAIT so_reuseaddr", TRUE }, { "time-wait elephant", FALSE },
  };
  g_autoptr (HsHelpBook) book = hs_help_book_new (english);
  const HsHelpPage *page = hs_help_book_find (book, "state-time-wait");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (hs_help_page_matches (page, rows[i].query), ==, rows[i].found);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ui/help/pages/english", english, test_pages);
  g_test_add_data_func ("/ui/help/pages/chinese", chinese, test_pages);
  g_test_add_func ("/ui/help/translation", test_translation);
  g_test_add_func ("/ui/help/states", test_states);
  g_test_add_func ("/ui/help/experiments", test_experiments);
  g_test_add_func ("/ui/help/without-tcp", test_without_tcp);
  g_test_add_func ("/ui/help/flags", test_flags);
  g_test_add_func ("/ui/help/parse", test_parse);
  g_test_add_func ("/ui/help/not-understood", test_not_understood);
  g_test_add_func ("/ui/help/search", test_search);
  return g_test_run ();
}
