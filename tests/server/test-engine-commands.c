/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command table: every row with too few parameters, too many, odd ones, too early and too late; and bad bytes through the line reader. */
#include "hs-engine-private.h"
#include "hs-line-reader.h"
#include "stage.h"

#include <string.h>

static void
test_order (void)
{
  for (guint i = 1; hs_commands[i].name != NULL; i++)
    {
      g_assert_cmpstr (hs_commands[i - 1].name, <, hs_commands[i].name);
      g_assert_true (strstr (hs_commands[i].usage, hs_commands[i].name) != NULL);
      g_assert_cmpuint (hs_commands[i].min, <=, hs_commands[i].max);
    }
}

static char *
make_line (const char *command, guint n_params, const char *param)
{
  GString *line = g_string_new (command);

  for (guint i = 0; i < n_params; i++)
    g_string_append_printf (line, " %s%s", i + 1 == n_params ? ":" : "", param);
  return g_string_free (line, FALSE);
}

/* Of a line for a guest: each is whole, fits, and is a message. */
static void
check_lines (const Guest *guest)
{
  g_auto (GStrv) lines = g_strsplit (guest->out->str, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      HsIrcMessage message;
      const char *rest = *lines[i] == '@' ? strchr (lines[i], ' ') + 1 : lines[i];

      g_assert_cmpuint (strlen (rest), <=, HS_LINE_MAX - 2);
      g_assert_true (g_utf8_validate (lines[i], -1, NULL));
      g_assert_true (hs_irc_message_parse (&message, lines[i], strlen (lines[i]), NULL));
    }
}

static void
try_command (const HsCommand *command, guint n_params, const char *param, gboolean registered)
{
  g_autofree char *line = make_line (command->name, n_params, param);
  g_autofree char *missing = g_strdup_printf (":test.example 461 %s %s :Not enough parameters\r\n", registered ? "anna" : "*", command->name);
  gboolean early = (command->flags & (HS_COMMAND_EARLY | HS_COMMAND_ONLY_EARLY)) != 0;
  gboolean only_early = (command->flags & HS_COMMAND_ONLY_EARLY) != 0;
  Stage stage;
  Guest *guest;

  stage_init (&stage);
  stage_start (&stage);
  guest = registered ? guest_join (&stage, "anna", "batch labeled-response message-tags server-time multi-prefix") : guest_connect (&stage);
  guest_says (guest, line);
  if (!registered && !early)
    guest_sees (guest, ":test.example 451 * :You have not registered\n");
  else if (registered && only_early)
    guest_sees (guest, ":test.example 462 anna :You are already registered\n");
  else if (n_params < command->min)
    g_assert_cmpstr (guest->out->str, ==, missing);
  else
    check_lines (guest);
  guest_free (guest);
  stage_clear (&stage);
}

static void
test_parameters (void)
{
  g_autofree char *longest = g_strnfill (25, 'x');
  const char *params[] = { "x", "#lobby", "anna", "0", "*", "+", "-b+o", "%tn", "张三", ",", ",,a,", "LS", "REQ", longest, "@#lobby", "!", "a!b@c", ">1" };

  for (const HsCommand *command = hs_commands; command->name != NULL; command++)
    for (guint n = 0; n <= HS_PARAMS_MAX + 2; n++)
      for (guint i = 0; i < G_N_ELEMENTS (params); i++)
        {
          try_command (command, n, params[i], FALSE);
          try_command (command, n, params[i], TRUE);
        }
}

/* Parameters as long as a line takes: what is echoed of them still fits. */
static void
test_long_parameters (void)
{
  for (const HsCommand *command = hs_commands; command->name != NULL; command++)
    for (guint n = 1; n <= 4; n++)
      {
        g_autofree char *param = g_strnfill ((HS_LINE_MAX - 2 - strlen (command->name) - 2 * n) / n, n % 2 == 0 ? '#' : 'y');

        try_command (command, n, param, TRUE);
      }
}

/* ---- Bytes ---- */

static void
feed (Guest *guest, const char *bytes, gsize len)
{
  HsLineReader reader;
  HsLine line;
  HsLineStatus status;

  hs_line_reader_init (&reader);
  hs_engine_set_dialect (guest->stage->engine, guest->peer, HS_DIALECT_IRC);
  for (gsize i = 0; i < len && !guest->closed; i += 1000)
    {
      hs_line_reader_append (&reader, bytes + i, MIN (1000, len - i), 0);
      while (!guest->closed && (status = hs_line_reader_next_irc (&reader, &line)) != HS_LINE_MORE)
        if (status == HS_LINE_TOO_LONG)
          hs_engine_receive_too_long (guest->stage->engine, guest->peer);
        else
          hs_engine_receive_irc (guest->stage->engine, guest->peer, line.data, line.len);
    }
  hs_line_reader_clear (&reader);
}

typedef struct
{
  const char *description;
  const char *before; /* then filler up to length, then after */
  gsize length;
  const char *after;
  const char *expected; /* how what anna gets begins; a PING follows and is answered */
} Bytes;

static void
test_bytes (void)
{
  static const Bytes rows[] = {
    { "512 bytes, CR LF included", "PING ", 510, "\r\n", ":test.example PONG test.example yyy" },
    { "513 bytes", "PING ", 511, "\r\n", ":test.example 417 anna :Input line was too long\r\n" },
    { "600 bytes", "PRIVMSG #lobby :", 598, "\r\n", ":test.example 417 anna :Input line was too long\r\n" },
    { "3,000 bytes", "PRIVMSG #lobby :", 2998, "\r\n", ":test.example 417 anna :Input line was too long\r\n" },
    { "20,000 bytes", "PRIVMSG #lobby :", 19998, "\r\n", ":test.example 417 anna :Input line was too long\r\n" },
    { "tags a client may not send", "@+x=", 5000, " PING x\r\n", ":test.example 417 anna :Input line was too long\r\n" },
    { "tags over the limit of all", "@+x=", 8192, " PING x\r\n", ":test.example 417 anna :Input line was too long\r\n" },
    { "CR alone", "PING a\rPING b", 13, "\r", ":test.example PONG test.example a\r\n:test.example PONG test.example b\r\n" },
    { "LF alone", "PING a\nPING b", 13, "\n", ":test.example PONG test.example a\r\n:test.example PONG test.example b\r\n" },
    { "empty lines", "\r\n\n\r\r\n", 6, "\n", ":test.example PONG test.example fence" },
    { "spaces only", "   ", 3, "\r\n", ":test.example FAIL * INVALID_LINE :" },
    { "bad UTF-8", "PRIVMSG #lobby :\xc3\x28", 18, "\r\n", ":test.example FAIL * INVALID_UTF8 :" },
    { "a surrogate", "PRIVMSG #lobby :\xed\xa0\x80", 19, "\r\n", ":test.example FAIL * INVALID_UTF8 :" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) bytes = g_string_new (rows[i].before);
      Stage stage;
      Guest *anna, *berta;

      g_test_message ("%s", rows[i].description);
      while (bytes->len < rows[i].length)
        g_string_append_c (bytes, 'y');
      g_string_append (bytes, rows[i].after);
      g_string_append (bytes, "PING fence\r\n");
      stage_init (&stage);
      stage_start (&stage);
      anna = guest_join (&stage, "anna", NULL);
      berta = guest_join (&stage, "berta", NULL);
      guest_forget (anna);
      feed (anna, bytes->str, bytes->len);
      if (!g_str_has_prefix (anna->out->str, rows[i].expected) || !g_str_has_suffix (anna->out->str, "PONG test.example fence\r\n"))
        g_error ("%s: %s", rows[i].description, anna->out->str);
      guest_sees (berta, "");
      g_assert_false (anna->closed);
      guest_free (anna);
      guest_free (berta);
      stage_clear (&stage);
    }
}

static void
test_nul (void)
{
  static const char bytes[] = "PRIVMSG #lobby :a\0b\r\nPING fence\r\n";
  Stage stage;
  Guest *anna;

  stage_init (&stage);
  stage_start (&stage);
  anna = guest_join (&stage, "anna", NULL);
  feed (anna, bytes, sizeof bytes - 1);
  guest_sees (anna, ":test.example FAIL * INVALID_NUL :A line must not contain a NUL byte\n:test.example PONG test.example fence\n");
  guest_free (anna);
  stage_clear (&stage);
}

/* Names at their limits and one over. */
static void
test_names (void)
{
  static const struct
  {
    const char *description, *command;
    guint n;
    const char *filler, *expected;
  } rows[] = {
    { "nick of 32 characters", "NICK ", HS_NAME_MAX_CHARS, "x", ":anna!u@10.0.0.1 NICK x" },
    { "nick of 33 characters", "NICK ", HS_NAME_MAX_CHARS + 1, "x", ":test.example 432 anna x" },
    { "nick of 63 bytes", "NICK ", HS_NAME_MAX_BYTES / 3, "张", ":anna!u@10.0.0.1 NICK 张" },
    { "nick of 66 bytes", "NICK ", HS_NAME_MAX_BYTES / 3 + 1, "张", ":test.example 432 anna 张" },
    { "room of 64 bytes", "JOIN #", HS_ROOM_MAX_BYTES, "x", ":anna!u@10.0.0.1 JOIN #x" },
    { "room of 65 bytes", "JOIN #", HS_ROOM_MAX_BYTES + 1, "x", ":test.example 476 anna #x" },
    { "shown name of 64 bytes", "SETNAME :", HS_NAME_MAX_BYTES, "x", ":anna!u@10.0.0.1 SETNAME x" },
    { "shown name of 65 bytes", "SETNAME :", HS_NAME_MAX_BYTES + 1, "x", ":test.example FAIL SETNAME INVALID_REALNAME :" },
    { "nick with a bidi override", "NICK a", 1, "\xe2\x80\xae", ":test.example 432 anna " },
    { "nick with a zero-width space", "NICK a", 1, "\xe2\x80\x8b", ":test.example 432 anna " },
    { "room with a control", "JOIN #a", 1, "\x07", ":test.example 476 anna #a" },
    { "room with a bidi override", "JOIN #a", 1, "\xe2\x80\xae", ":test.example 476 anna #a" },
    { "shown name of a control", "SETNAME :", 1, "\x01", ":test.example FAIL SETNAME INVALID_REALNAME :" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) line = g_string_new (rows[i].command);
      Stage stage;
      Guest *anna;

      g_test_message ("%s", rows[i].description);
      for (guint n = 0; n < rows[i].n; n++)
        g_string_append (line, rows[i].filler);
      stage_init (&stage);
      stage_start (&stage);
      anna = guest_join (&stage, "anna", "setname");
      guest_says (anna, line->str);
      if (!g_str_has_prefix (anna->out->str, rows[i].expected))
        g_error ("%s: %s", rows[i].description, anna->out->str);
      check_lines (anna);
      guest_free (anna);
      stage_clear (&stage);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/commands/order", test_order);
  g_test_add_func ("/server/commands/parameters", test_parameters);
  g_test_add_func ("/server/commands/long-parameters", test_long_parameters);
  g_test_add_func ("/server/commands/bytes", test_bytes);
  g_test_add_func ("/server/commands/nul", test_nul);
  g_test_add_func ("/server/commands/names", test_names);
  return g_test_run ();
}
