/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever was said, a plain guest gets valid lines that each carry the name, and nothing that steers a terminal. */
#include <string.h>

#include "fuzz.h"
#include "hs-plain.h"

static void
check_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  FUZZ_CHECK (n >= 2 && *lines[n - 1] == '\0' && g_utf8_validate (text, -1, NULL));
  for (guint i = 0; i + 1 < n; i++)
    FUZZ_CHECK (g_str_has_prefix (lines[i], "ana: ") || g_str_has_prefix (lines[i], "* ana "));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    FUZZ_CHECK (*p == '\n' || *p == '\t' || !g_unichar_iscntrl (g_utf8_get_char (p)));
}

/* Any message at all, not only speech. */
static void
check_message (char *line)
{
  g_autofree char *shown = NULL;
  HsIrcMessage message;

  if (!hs_irc_message_parse (&message, line, strlen (line), NULL))
    return;
  shown = hs_plain_format (&message, "guest-1");
  FUZZ_CHECK (shown == NULL || g_str_has_suffix (shown, "\n"));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *formatted = NULL;
  HsPlainCommand command;
  HsIrcMessage message;

  if (text == NULL)
    return 0;
  hs_plain_parse (text, &command);
  FUZZ_CHECK (command.text != NULL && strlen (command.text) <= strlen (text));

  hs_irc_message_set (&message, "ana!u@h", "PRIVMSG", "#lobby", text, NULL);
  formatted = hs_plain_format (&message, "guest-1");
  if (formatted != NULL)
    check_lines (formatted);

  for (int end = HS_LINE_END_AUTO; end <= HS_LINE_END_CRLF; end++)
    {
      g_autoptr (HsBuf) buf = hs_plain_client_format (text, (HsLineEnd) end, TRUE);

      FUZZ_CHECK (buf->len >= strlen (text) || end == HS_LINE_END_CRLF);
    }
  check_message (text);
  return 0;
}
