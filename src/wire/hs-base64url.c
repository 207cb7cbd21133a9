/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as base64url without padding: GLib's base64 with the other two characters. */
#include "hs-base64url.h"

#include <string.h>

char *
hs_base64url_encode (const guint8 *data, gsize len)
{
  char *text = g_base64_encode (data, len);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

gboolean
hs_base64url_decode (const char *text, guint8 *data, gsize len)
{
  gsize n_chars = (len * 4 + 2) / 3;
  g_autoptr (GString) standard = NULL;
  g_autofree guchar *decoded = NULL;
  g_autofree char *again = NULL;
  gsize n = 0;

  if (strlen (text) != n_chars || text[strspn (text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_")] != '\0')
    return FALSE;
  standard = g_string_new (text);
  g_string_replace (standard, "-", "+", 0);
  g_string_replace (standard, "_", "/", 0);
  while (standard->len % 4 != 0)
    g_string_append_c (standard, '=');

  /* GLib ignores bits to spare in the last character: two texts would name the same bytes. */
  decoded = g_base64_decode (standard->str, &n);
  again = g_base64_encode (decoded, n);
  if (n != len || strcmp (again, standard->str) != 0)
    return FALSE;
  memcpy (data, decoded, len);
  return TRUE;
}
