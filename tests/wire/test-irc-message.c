/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IRC messages: parsing, formatting, tags, time. */
#include <string.h>

#include "hs-irc-message.h"

/* "source|command|param|param", tags left out. */
static char *
describe (const HsIrcMessage *message)
{
  GString *text = g_string_new (message->source);

  g_string_append_printf (text, "|%s", message->command);
  for (guint i = 0; i < message->n_params; i++)
    g_string_append_printf (text, "|%s", message->params[i]);
  g_assert_null (message->params[message->n_params]);
  return g_string_free (text, FALSE);
}

static const struct
{
  const char *line;
  const char *expected; /* NULL: no message */
} parses[] = {
  { "PING", "|PING" },
  { "ping x", "|PING|x" },
  { "PRIVMSG #lobby :hello there", "|PRIVMSG|#lobby|hello there" },
  { ":a!u@h PRIVMSG b :", "a!u@h|PRIVMSG|b|" },
  { ":a PRIVMSG b ::)", "a|PRIVMSG|b|:)" },
  { ":a PRIVMSG b c", "a|PRIVMSG|b|c" },
  { ":a  PRIVMSG   b  :c  d ", "a|PRIVMSG|b|c  d " },
  { "A b  ", "|A|b" },
  { "A b: c:d :e", "|A|b:|c:d|e" },
  { "@a=b :s 001 n :w", "s|001|n|w" },
  { "@a=b;c   :s   001", "s|001" },
  { "@a PING", "|PING" },
  { "  PING x", "|PING|x" },
  { "M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "|M|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15" },
  { "M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "|M|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15 16 17" },
  { "M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16", "|M|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15 16" },
  { "M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 ", "|M|1|2|3|4|5|6|7|8|9|10|11|12|13|14" },
  { "PRIVMSG #大厅 :你好", "|PRIVMSG|#大厅|你好" },
  { "PRIVMSG a :\xff", "|PRIVMSG|a|\xff" },
  { "", NULL },
  { "   ", NULL },
  { ":source", NULL },
  { ":source ", NULL },
  { ":", NULL },
  { "@", NULL },
  { "@tags", NULL },
  { "@tags :source", NULL },
  { "@tags @more", NULL },
  { ":a :b c", NULL },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parses); i++)
    {
      g_autofree char *line = g_strdup (parses[i].line);
      g_autofree char *seen = NULL;
      g_autoptr (GError) error = NULL;
      HsIrcMessage message;

      g_test_message ("%s", parses[i].line);
      if (parses[i].expected == NULL)
        {
          g_assert_false (hs_irc_message_parse (&message, line, strlen (line), &error));
          g_assert_error (error, HS_WIRE_ERROR, HS_WIRE_ERROR_SYNTAX);
          continue;
        }
      g_assert_true (hs_irc_message_parse (&message, line, strlen (line), &error));
      g_assert_no_error (error);
      seen = describe (&message);
      g_assert_cmpstr (seen, ==, parses[i].expected);
    }
}

static void
test_nul (void)
{
  char line[] = "PRIVMSG a :b\0c";
  g_autoptr (GError) error = NULL;
  HsIrcMessage message;

  g_assert_false (hs_irc_message_parse (&message, line, sizeof (line) - 1, &error));
  g_assert_error (error, HS_WIRE_ERROR, HS_WIRE_ERROR_NUL);
}

static const struct
{
  const char *tags, *source, *command, *params[4];
  const char *expected;
} formats[] = {
  { NULL, NULL, "PING", { "x" }, "PING x\r\n" },
  { NULL, NULL, "QUIT", { NULL }, "QUIT\r\n" },
  { NULL, "a!u@h", "PRIVMSG", { "b", "hi you" }, ":a!u@h PRIVMSG b :hi you\r\n" },
  { NULL, NULL, "TOPIC", { "#x", "" }, "TOPIC #x :\r\n" },
  { NULL, NULL, "PRIVMSG", { "b", ":)" }, "PRIVMSG b ::)\r\n" },
  { "a=b;+c", "s", "001", { "n", "w" }, "@a=b;+c :s 001 n w\r\n" },
  { "", "", "A", { NULL }, "A\r\n" },
  { NULL, NULL, "PRIVMSG", { "b", "x\r\nQUIT" }, "PRIVMSG b :x  QUIT\r\n" },
  { NULL, NULL, "PRIVMSG", { "b\r\nQUIT", "x" }, "PRIVMSG b__QUIT x\r\n" },
  { NULL, "a\nb c", "X\nY", { NULL }, ":a_b_c X_Y\r\n" },
  { "a b\n", NULL, "X", { NULL }, "@a_b_ X\r\n" },
  { NULL, NULL, "KICK", { "a b", ":c", "", "d" }, "KICK a_b _:c * d\r\n" },
};

static void
test_format (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GString) out = g_string_new ("before ");
      HsIrcMessage message;

      hs_irc_message_set (&message, formats[i].source, formats[i].command, formats[i].params[0], formats[i].params[1],
                          formats[i].params[2], formats[i].params[3], NULL);
      message.tags = formats[i].tags;
      hs_irc_message_format (&message, out);
      g_assert_cmpstr (out->str + strlen ("before "), ==, formats[i].expected);
    }
}

static void
test_set (void)
{
  HsIrcMessage message;

  hs_irc_message_set (&message, NULL, "A", "1", "2", NULL);
  g_assert_cmpuint (message.n_params, ==, 2);
  g_assert_cmpstr (hs_irc_message_param (&message, 1), ==, "2");
  g_assert_cmpstr (hs_irc_message_param (&message, 2), ==, "");
  g_assert_cmpstr (hs_irc_message_param (&message, 99), ==, "");
}

static const struct
{
  const char *tags, *key, *expected;
} tags[] = {
  { "a=b", "a", "b" },
  { "a=b;c=d", "c", "d" },
  { "a", "a", "" },
  { "a=", "a", "" },
  { "a;b=c", "a", "" },
  { "a=1;a=2", "a", "2" },
  { "a=1;a", "a", "" },
  { "aa=1", "a", NULL },
  { "a=1", "aa", NULL },
  { "", "a", NULL },
  { NULL, "a", NULL },
  { "a=x\\:y\\sz\\\\\\r\\n", "a", "x;y z\\\r\n" },
  { "a=\\b\\", "a", "b" },
  { "a=b=c", "a", "b=c" },
  { "+typing=active;time=x", "+typing", "active" },
  { ";;a=1;;", "a", "1" },
  { "=x;a=1", "a", "1" },
  { "a=你好", "a", "你好" },
};

static void
test_tags (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      HsIrcMessage message = { .tags = tags[i].tags };
      g_autofree char *value = hs_irc_message_dup_tag (&message, tags[i].key);

      g_assert_cmpstr (value, ==, tags[i].expected);
    }
}

static void
test_tags_append (void)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *value = NULL;
  HsIrcMessage message = { 0 };

  hs_irc_tags_append (all, "a", "x;y z\\\r\n");
  hs_irc_tags_append (all, "b", NULL);
  hs_irc_tags_append (all, "c", "");
  hs_irc_tags_append (all, "d", "1");
  g_assert_cmpstr (all->str, ==, "a=x\\:y\\sz\\\\\\r\\n;b;c;d=1");
  message.tags = all->str;
  value = hs_irc_message_dup_tag (&message, "a");
  g_assert_cmpstr (value, ==, "x;y z\\\r\n");
}

static void
test_client_only (void)
{
  static const char *const rows[][2] = {
    { NULL, NULL },       { "", NULL },          { "time=x", NULL }, { "+typing=active;time=x", "+typing=active" },
    { "a;+b;c;+d=e", "+b;+d=e" }, { "+", NULL }, { ";+a;", "+a" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *seen = hs_irc_tags_dup_client_only (rows[i][0]);

      g_assert_cmpstr (seen, ==, rows[i][1]);
    }
}

static void
test_source (void)
{
  static const char *const rows[][2] = { { "a!u@h", "a" }, { "a@h", "a" }, { "irc.example", "irc.example" }, { NULL, "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *nick = hs_irc_source_dup_nick (rows[i][0]);

      g_assert_cmpstr (nick, ==, rows[i][1]);
    }
}

static const struct
{
  const char *text;
  gint64 expected;
} times[] = {
  { "2026-01-02T03:04:05.678Z", G_GINT64_CONSTANT (1767323045678000) },
  { "2026-01-02T03:04:05Z", G_GINT64_CONSTANT (1767323045000000) },
  { "2026-01-02T03:04:05.1234567Z", G_GINT64_CONSTANT (1767323045123456) },
  { "1970-01-01T00:00:00.001Z", 1000 },
  { "2016-12-31T23:59:60.000Z", G_GINT64_CONSTANT (1483228799000000) },
  { "2026-01-02T03:04:05.678", 0 },
  { "2026-01-02 03:04:05.678Z", 0 },
  { "2026-13-02T03:04:05.678Z", 0 },
  { "2026-02-30T03:04:05.678Z", 0 },
  { "2026-01-02T24:04:05.678Z", 0 },
  { "2026-01-02T03:04:61.678Z", 0 },
  { "1767323045", 0 },
  { "-026-01-02T03:04:05.678Z", 0 },
  { "2026-01-02T03:04:05.678Zx", 0 },
  { "", 0 },
};

static void
test_time (void)
{
  char text[25];

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *tag = g_strconcat ("time=", times[i].text, NULL);
      HsIrcMessage message = { .tags = tag };

      g_test_message ("%s", times[i].text);
      g_assert_cmpint (hs_irc_message_get_time (&message), ==, times[i].expected);
    }
  g_assert_cmpint (hs_irc_message_get_time (&(HsIrcMessage) { 0 }), ==, 0);

  hs_irc_format_time (G_GINT64_CONSTANT (1767323045678999), text);
  g_assert_cmpstr (text, ==, "2026-01-02T03:04:05.678Z");
  hs_irc_format_time (G_MAXINT64, text);
  g_assert_cmpstr (text, ==, "9999-12-31T23:59:59.999Z");
  hs_irc_format_time (-1, text);
  g_assert_cmpstr (text, ==, "1970-01-01T00:00:00.000Z");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/irc-message/parse", test_parse);
  g_test_add_func ("/wire/irc-message/nul", test_nul);
  g_test_add_func ("/wire/irc-message/format", test_format);
  g_test_add_func ("/wire/irc-message/set", test_set);
  g_test_add_func ("/wire/irc-message/tags", test_tags);
  g_test_add_func ("/wire/irc-message/tags-append", test_tags_append);
  g_test_add_func ("/wire/irc-message/client-only", test_client_only);
  g_test_add_func ("/wire/irc-message/source", test_source);
  g_test_add_func ("/wire/irc-message/time", test_time);
  return g_test_run ();
}
