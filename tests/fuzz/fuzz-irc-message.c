/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is parsed and formatted again parses to the same. */
#include <string.h>

#include "hs-irc-message.h"

/* "@ PING" has no tags, as "PING" has none. */
static const char *
or_nothing (const char *text)
{
  return text != NULL ? text : "";
}

static void
assert_same (const HsIrcMessage *a, const HsIrcMessage *b)
{
  g_assert_cmpstr (or_nothing (a->tags), ==, or_nothing (b->tags));
  g_assert_cmpstr (or_nothing (a->source), ==, or_nothing (b->source));
  g_assert_cmpstr (a->command, ==, b->command);
  g_assert_cmpuint (a->n_params, ==, b->n_params);
  for (guint i = 0; i < a->n_params; i++)
    g_assert_cmpstr (a->params[i], ==, b->params[i]);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize len)
{
  g_autofree char *line = g_strndup ((const char *) bytes, len);
  g_autoptr (GString) again = g_string_new (NULL);
  g_autofree char *value = NULL, *tags = NULL;
  HsIrcMessage message, same;

  /* The line reader hands out neither CR nor LF. */
  if (memchr (bytes, '\r', len) || memchr (bytes, '\n', len))
    return 0;
  /* strndup ends at a NUL; the parser is to be told of the bytes behind it. */
  memcpy (line, bytes, len);
  if (!hs_irc_message_parse (&message, line, len, NULL))
    return 0;
  value = hs_irc_message_dup_tag (&message, "time");
  tags = hs_irc_tags_dup_client_only (message.tags);
  hs_irc_message_get_time (&message);
  /* A command is letters or digits (RFC 2812 2.3.1); others are parsed, so that they can be refused by name, and never sent. */
  if (message.command[strspn (message.command, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] != '\0')
    return 0;
  hs_irc_message_format (&message, again);
  g_assert_true (g_str_has_suffix (again->str, "\r\n"));
  g_string_truncate (again, again->len - 2);
  g_assert_true (hs_irc_message_parse (&same, again->str, again->len, NULL));
  assert_same (&message, &same);
  return 0;
}
