/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain-text dialect in both directions. */
#include <string.h>

#include "hs-plain.h"

static const struct
{
  const char *text;
  HsPlainKind kind;
  const char *argument;
} parses[] = {
  { "hello", HS_PLAIN_SAY, "hello" },
  { "", HS_PLAIN_SAY, "" },
  { " ", HS_PLAIN_SAY, " " },
  { "你好", HS_PLAIN_SAY, "你好" },
  { "q", HS_PLAIN_QUIT, "" },
  { "Q", HS_PLAIN_SAY, "Q" },
  { "q ", HS_PLAIN_SAY, "q " },
  { "qq", HS_PLAIN_SAY, "qq" },
  { "/quit", HS_PLAIN_QUIT, "" },
  { "/quit  see you", HS_PLAIN_QUIT, "see you" },
  { "/QUIT", HS_PLAIN_QUIT, "" },
  { "/nick ana", HS_PLAIN_NICK, "ana" },
  { "/nick", HS_PLAIN_NICK, "" },
  { "/nick  ana maria", HS_PLAIN_NICK, "ana maria" },
  { "/nickel", HS_PLAIN_UNKNOWN, "nickel" },
  { "/who", HS_PLAIN_WHO, "" },
  { "/whois ana", HS_PLAIN_UNKNOWN, "whois ana" },
  { "/help", HS_PLAIN_HELP, "" },
  { "/me waves", HS_PLAIN_ME, "waves" },
  { "/me", HS_PLAIN_ME, "" },
  { "//x", HS_PLAIN_SAY, "/x" },
  { "//nick ana", HS_PLAIN_SAY, "/nick ana" },
  { "//", HS_PLAIN_SAY, "/" },
  { "/", HS_PLAIN_SAY, "/" },
  { "/ x", HS_PLAIN_SAY, "/ x" },
  { "/word and more", HS_PLAIN_UNKNOWN, "word and more" },
  { " /who", HS_PLAIN_SAY, " /who" },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parses); i++)
    {
      HsPlainCommand command;

      hs_plain_parse (parses[i].text, &command);
      g_test_message ("%s", parses[i].text);
      g_assert_cmpint (command.kind, ==, parses[i].kind);
      g_assert_cmpstr (command.text, ==, parses[i].argument);
    }
}

static const struct
{
  const char *source, *command, *params[3];
  const char *expected;
} formats[] = {
  { "ana!u@h", "PRIVMSG", { "#lobby", "hello" }, "ana: hello\n" },
  { "ana!u@h", "NOTICE", { "guest-1", "hello" }, "ana: hello\n" },
  { "ana", "PRIVMSG", { "guest-1", "psst" }, "ana: psst\n" },
  { "张三!u@h", "PRIVMSG", { "#lobby", "你好 😀" }, "张三: 你好 😀\n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "one\ntwo\n\nfour" }, "ana: one\nana: two\nana: \nana: four\n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "\001ACTION waves\001" }, "* ana waves\n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "\001ACTION waves" }, "* ana waves\n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "\001ACTION\001" }, "* ana \n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "\001ACTIONS\001" }, NULL },
  { "ana!u@h", "PRIVMSG", { "#lobby", "\001VERSION\001" }, NULL },
  { "ana!u@h", "NOTICE", { "#lobby", "\001VERSION x\001" }, NULL },
  { "ana!u@h", "PRIVMSG", { "#lobby", "" }, "ana: \n" },
  { "guest-1!u@h", "PRIVMSG", { "#lobby", "my own" }, NULL },
  { "GUEST-1!u@h", "PRIVMSG", { "#lobby", "my own" }, NULL },
  { NULL, "NOTICE", { "guest-1", "No such command" }, "No such command\n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "\x02" "bold\x0f \x03" "04,12red\x03 \x1dx" }, "ana: bold red x\n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "\x03,x \x04" "ff0000y" }, "ana: ,x y\n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "\x1b[31m\a\x7f\xc2\x9b" "a\tb\r" }, "ana: ␛[31m␇␡\xef\xbf\xbd" "a\tb␍\n" },
  { "ana!u@h", "PRIVMSG", { "#lobby", "caf\xe9" }, "ana: caf\xef\xbf\xbd\n" },
  { "ana!u@h", "JOIN", { "#lobby" }, NULL },
  { "ana!u@h", "QUIT", { "bye" }, NULL },
  { "ana!u@h", "PRIVMSG", { "#lobby" }, NULL },
  { "s", "TAGMSG", { "#lobby", "x" }, NULL },
  { "s", "001", { "guest-1", "Welcome" }, NULL },
  { "s", "422", { "guest-1", "No MOTD" }, NULL },
  { "s", "433", { "guest-1", "ana", "That name is taken" }, "That name is taken\n" },
  { "s", "PING", { "x" }, NULL },
  { "s", "ERROR", { "bye" }, NULL },
};

static void
test_format (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *seen = NULL;
      HsIrcMessage message;

      hs_irc_message_set (&message, formats[i].source, formats[i].command, formats[i].params[0], formats[i].params[1],
                          formats[i].params[2], NULL);
      seen = hs_plain_format (&message, "guest-1");
      g_assert_cmpstr (seen, ==, formats[i].expected);
    }
}

static const struct
{
  const char *text;
  HsLineEnd end;
  gboolean frames;
  const char *expected;
} clients[] = {
  { "hi", HS_LINE_END_AUTO, FALSE, "hi" },
  { "hi", HS_LINE_END_AUTO, TRUE, "hi\n" },
  { "hi", HS_LINE_END_NONE, TRUE, "hi" },
  { "hi", HS_LINE_END_LF, FALSE, "hi\n" },
  { "hi", HS_LINE_END_CRLF, FALSE, "hi\r\n" },
  { "a\nb", HS_LINE_END_AUTO, FALSE, "a\nb" },
  { "a\nb", HS_LINE_END_AUTO, TRUE, "a\nb\n" },
  { "a\nb\r\nc", HS_LINE_END_CRLF, FALSE, "a\r\nb\r\nc\r\n" },
  { "q", HS_LINE_END_AUTO, FALSE, "q" },
  { "q", HS_LINE_END_AUTO, TRUE, "q" },
  { "q", HS_LINE_END_CRLF, TRUE, "q" },
  { "qq", HS_LINE_END_AUTO, TRUE, "qq\n" },
  { "/me waves", HS_LINE_END_LF, TRUE, "/me waves\n" },
  { "", HS_LINE_END_AUTO, FALSE, "" },
  { "你好", HS_LINE_END_AUTO, TRUE, "你好\n" },
};

static void
test_client_format (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr (HsBuf) buf = hs_plain_client_format (clients[i].text, clients[i].end, clients[i].frames);

      g_assert_cmpmem (buf->data, buf->len, clients[i].expected, strlen (clients[i].expected));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/plain/parse", test_parse);
  g_test_add_func ("/wire/plain/format", test_format);
  g_test_add_func ("/wire/plain/client-format", test_client_format);
  return g_test_run ();
}
