/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-completion.h"

#include <string.h>

static const char *const command_names[] = {
  "/away", "/ban", "/deop", "/devoice", "/help", "/invite", "/join", "/kick", "/me", "/mode", "/msg", "/mute", "/nick", "/op", "/part", "/query",
  "/quit", "/topic", "/unban", "/unmute", "/voice", "/who", "/whois", NULL,
};

static gboolean
begins_with (const char *name, const char *word)
{
  g_autofree char *folded_name = g_utf8_casefold (name, -1);
  g_autofree char *folded_word = g_utf8_casefold (word, -1);

  return g_str_has_prefix (folded_name, folded_word);
}

static gsize
find_word (const char *before)
{
  const char *p = before + strlen (before);

  while (p > before)
    {
      const char *previous = g_utf8_find_prev_char (before, p);

      if (previous == NULL || g_unichar_isspace (g_utf8_get_char (previous)))
        break;
      p = previous;
    }
  return p - before;
}

static const char *
pick (const char *const *names, const char *word, guint choice)
{
  guint n = 0;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    n += begins_with (names[i], word);
  if (n == 0)
    return NULL;
  choice %= n;
  for (guint i = 0; names[i] != NULL; i++)
    if (begins_with (names[i], word) && choice-- == 0)
      return names[i];
  return NULL;
}

char *
hs_complete (const char *before, const char *const *names, gboolean commands, guint choice, gsize *start)
{
  const char *word, *found;
  gboolean at, command;

  *start = find_word (before);
  word = before + *start;
  if (*word == '\0')
    return NULL;
  command = commands && *start == 0 && *word == '/';
  at = !command && *word == '@' && word[1] != '\0';
  found = pick (command ? command_names : names, at ? word + 1 : word, choice);
  if (found == NULL)
    return NULL;
  return g_strconcat (at ? "@" : "", found, *start == 0 && !command ? ": " : " ", NULL);
}
