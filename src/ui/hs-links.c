/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-links.h"

#include <string.h>

/* Only what is safe to hand to the desktop, or is ours. */
static const char *const prefixes[] = { "https://", "http://", "ftp://", "mailto:", "ircs://", "irc://", "tcp://", "udp://", "www." };

/* Ends an address wherever it stands: white space, controls, quotes, and the punctuation of Chinese and Japanese, which is written without a space. */
static gboolean
ends_link (gunichar c)
{
  return c <= 0x20 || c == 0x7f || (c < 0x80 && strchr ("<>\"`{}|\\^", (int) c) != NULL) || g_unichar_isspace (c) || g_unichar_iscntrl (c) ||
         (c >= 0x2018 && c <= 0x201f) || (c >= 0x3000 && c <= 0x303f) || (c >= 0xff00 && c <= 0xffef) || g_unichar_type (c) == G_UNICODE_FORMAT;
}

static gsize
match_prefix (const char *p)
{
  /* No prefix begins otherwise: nearly every character is done with here. */
  if (strchr ("hHfFmMiItTuUwW", *p) == NULL)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_ascii_strncasecmp (p, prefixes[i], strlen (prefixes[i])) == 0)
      return strlen (prefixes[i]);
  return 0;
}

static int
count_of (const char *start, const char *end, char c)
{
  int n = 0;

  for (const char *p = start; p < end; p++)
    n += *p == c;
  return n;
}

/* A sentence's own punctuation after an address is not part of it; a closing bracket is, if the address opened it. */
static const char *
trim_end (const char *start, const char *end)
{
  while (end > start)
    {
      char c = end[-1];

      if (strchr (".,;:!?'*_~", c) != NULL || (c == ')' && count_of (start, end, ')') > count_of (start, end, '(')) ||
          (c == ']' && count_of (start, end, ']') > count_of (start, end, '[')))
        end--;
      else
        break;
    }
  return end;
}

GArray *
hs_links_find (const char *text)
{
  GArray *links = NULL;
  gunichar before = ' ';

  for (const char *p = text; *p != '\0';)
    {
      gsize prefix = g_unichar_isalnum (before) && before < 0x80 ? 0 : match_prefix (p);

      if (prefix > 0)
        {
          const char *end = p + prefix;

          while (*end != '\0' && !ends_link (g_utf8_get_char (end)))
            end = g_utf8_next_char (end);
          end = trim_end (p, end);
          if (end > p + prefix)
            {
              HsLink link = { .start = p - text, .end = end - text };

              if (links == NULL)
                links = g_array_new (FALSE, FALSE, sizeof (HsLink));
              g_array_append_val (links, link);
              before = ' ';
              p = end;
              continue;
            }
        }
      before = g_utf8_get_char (p);
      p = g_utf8_next_char (p);
    }
  return links;
}

char *
hs_link_dup_uri (const char *text, const HsLink *link)
{
  g_autofree char *found = g_strndup (text + link->start, link->end - link->start);

  return g_ascii_strncasecmp (found, "www.", 4) == 0 ? g_strconcat ("https://", found, NULL) : g_steal_pointer (&found);
}
