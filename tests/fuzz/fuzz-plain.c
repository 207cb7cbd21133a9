/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain dialect: any text has a meaning, and what a guest is shown of any message is text in whole lines. */
#include <string.h>

#include "hs-plain.h"
#include "hs-utf8.h"

static void
format_line (char *line, gsize len)
{
  HsIrcMessage message;
  g_autofree char *shown = NULL;

  if (!hs_irc_message_parse (&message, line, len, NULL))
    return;
  shown = hs_plain_format (&message, "guest-1");
  g_assert_true (shown == NULL || g_str_has_suffix (shown, "\n"));
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize len)
{
  g_autofree char *text = hs_utf8_make_text ((const char *) bytes, len, TRUE, NULL);
  HsPlainCommand command;

  hs_plain_parse (text, &command);
  g_assert_cmpint (command.kind, <=, HS_PLAIN_UNKNOWN);
  for (HsLineEnd end = HS_LINE_END_AUTO; end <= HS_LINE_END_CRLF; end++)
    {
      g_autoptr (HsBuf) buf = hs_plain_client_format (text, end, len % 2);

      g_assert_cmpuint (buf->len, >=, strlen (text) > 0);
    }
  format_line (text, strlen (text));
  return 0;
}
