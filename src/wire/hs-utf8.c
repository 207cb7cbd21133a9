/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes to text a person can read, without ever breaking or losing a character. Pure functions; it keeps no state. */
#include "hs-utf8.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define NUL_SYMBOL  "\xe2\x90\x80" /* U+2400 */
#define BOM         "\xef\xbb\xbf" /* U+FEFF */

/* Unicode table 3-7, well-formed UTF-8: what the second byte may be after each first byte; all later ones are 80 … BF. */
typedef struct
{
  guint8 first_min, first_max;
  guint8 second_min, second_max;
  guint8 length;
} Form;

static const Form forms[] = {
  { 0xc2, 0xdf, 0x80, 0xbf, 2 },
  { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
  { 0xe1, 0xec, 0x80, 0xbf, 3 },
  { 0xed, 0xed, 0x80, 0x9f, 3 },
  { 0xee, 0xef, 0x80, 0xbf, 3 },
  { 0xf0, 0xf0, 0x90, 0xbf, 4 },
  { 0xf1, 0xf3, 0x80, 0xbf, 4 },
  { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static const Form *
find_form (guint8 first)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (first >= forms[i].first_min && first <= forms[i].first_max)
      return &forms[i];
  return NULL;
}

/* How many bytes at @data belong together: a character, or the maximal part of one (Unicode 3.9, D93b), or one stray byte.
 * @needed: bytes the character has when it is whole; 0 for a stray byte. */
static gsize
measure (const guint8 *data, gsize len, gsize *needed)
{
  const Form *form = NULL;
  gsize n = 1;

  *needed = 1;
  if (data[0] < 0x80)
    return 1;

  form = find_form (data[0]);
  *needed = form != NULL ? form->length : 0;
  if (form == NULL || len < 2 || data[1] < form->second_min || data[1] > form->second_max)
    return 1;

  for (n = 2; n < form->length && n < len && (data[n] & 0xc0) == 0x80; n++)
    ;
  return n;
}

gsize
hs_utf8_incomplete_tail (const char *data, gsize len)
{
  const guint8 *bytes = (const guint8 *) data;

  for (gsize tail = 1; tail <= 3 && tail <= len; tail++)
    {
      const guint8 *start = bytes + len - tail;
      gsize needed = 0;

      if ((*start & 0xc0) == 0x80)
        continue;
      return measure (start, tail, &needed) == tail && needed > tail ? tail : 0;
    }
  return 0;
}

gsize
hs_utf8_split (const char *data, gsize len, gsize max)
{
  const guint8 *bytes = (const guint8 *) data;
  gsize tail = 0, needed = 0;

  if (len <= max)
    return len;

  /* Only the byte behind the boundary is looked at: the answer must not depend on how much more has come. */
  tail = hs_utf8_incomplete_tail (data, max);
  if (tail == 0 || tail == max || measure (bytes + max - tail, tail + 1, &needed) != tail + 1)
    return max;
  return max - tail;
}

gboolean
hs_utf8_is_text (const char *data, gsize len)
{
  /* With a length given, NUL counts as invalid. */
  return len == 0 || g_utf8_validate_len (data, len, NULL);
}

char *
hs_utf8_make_text (const char *data, gsize len, gboolean drop_bom, guint *n_replaced)
{
  GString *text = NULL;
  guint replaced = 0;

  if (drop_bom && len >= 3 && memcmp (data, BOM, 3) == 0)
    {
      data += 3;
      len -= 3;
    }
  if (n_replaced != NULL)
    *n_replaced = 0;
  if (len == 0)
    return g_strdup ("");
  if (hs_utf8_is_text (data, len))
    return g_strndup (data, len);

  text = g_string_sized_new (len + 16);
  for (gsize i = 0; i < len;)
    {
      gsize needed = 0;
      gsize n = measure ((const guint8 *) data + i, len - i, &needed);

      if (data[i] == '\0')
        g_string_append (text, NUL_SYMBOL);
      else if (n == needed)
        g_string_append_len (text, data + i, n);
      else
        {
          g_string_append (text, REPLACEMENT);
          replaced++;
        }
      i += n;
    }

  if (n_replaced != NULL)
    *n_replaced = replaced;
  return g_string_free (text, FALSE);
}
