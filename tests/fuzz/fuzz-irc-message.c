/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was parsed is formatted to one line that parses to the same; tags survive escaping. */
#include <string.h>

#include "fuzz.h"
#include "hs-irc-message.h"

static gboolean
same (const char *a, const char *b)
{
  return g_str_equal (a != NULL ? a : "", b != NULL ? b : "");
}

static void
check_again (const HsIrcMessage *message)
{
  g_autoptr (GString) line = g_string_new (NULL);
  HsIrcMessage again;

  hs_irc_message_format (message, line);
  FUZZ_CHECK (strcspn (line->str, "\r\n") == line->len - 2);
  g_string_truncate (line, line->len - 2);
  FUZZ_CHECK (hs_irc_message_parse (&again, line->str, line->len, NULL));
  FUZZ_CHECK (same (message->tags, again.tags) && same (message->source, again.source));
  FUZZ_CHECK (same (message->command, again.command) && message->n_params == again.n_params);
  for (guint i = 0; i < again.n_params; i++)
    FUZZ_CHECK (same (message->params[i], again.params[i]));
}

static void
check_tags (const HsIrcMessage *message)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  g_autofree char *value = hs_irc_message_dup_tag (message, "a");
  g_autofree char *client_only = hs_irc_tags_dup_client_only (message->tags);
  g_autofree char *again = NULL;
  HsIrcMessage other = { 0 };

  FUZZ_CHECK (client_only == NULL || *client_only == '+');
  FUZZ_CHECK (hs_irc_message_get_time (message) >= 0);
  hs_irc_tags_append (tags, "a", value);
  other.tags = tags->str;
  again = hs_irc_message_dup_tag (&other, "a");
  FUZZ_CHECK (same (value, again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *line = g_malloc (size + 1);
  HsIrcMessage message;

  memcpy (line, data, size);
  line[size] = '\0';
  if (!hs_irc_message_parse (&message, line, size, NULL))
    return 0;

  FUZZ_CHECK (message.command[0] != '\0' && message.n_params <= HS_PARAMS_MAX);
  check_tags (&message);
  for (gsize i = 0; i < size; i++)
    if (data[i] == '\r' || data[i] == '\n')
      return 0; /* the line reader lets none through; formatting would change it */
  check_again (&message);
  return 0;
}
