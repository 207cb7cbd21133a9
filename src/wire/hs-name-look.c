/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a name looks like: two names with a look in common are taken for each other (Unicode UTS #39, the common cases). Pure functions. */
#include "hs-name.h"

#include <string.h>

/* Letters that look like one or two of ASCII, of Latin, Greek, Cyrillic, Armenian, Coptic, Cherokee and Lisu; in order.
 * Source: Unicode 15.0 confusables.txt, the prototypes that are ASCII, in lower case, with l for 1 and o for 0. What NFKD
 * decomposes (full-width and mathematical letters) is not among them. */
static const struct
{
  gunichar c;
  char look[3];
} looks[] = {
  { 0x00c6, "ae" }, { 0x00e6, "ae" }, { 0x0131, "i" }, { 0x0152, "oe" }, { 0x0153, "oe" }, { 0x0184, "b" },
  { 0x018d, "g" }, { 0x0196, "l" }, { 0x01a6, "r" }, { 0x01a7, "2" }, { 0x01b7, "3" }, { 0x01bc, "5" },
  { 0x01bd, "s" }, { 0x01c0, "l" }, { 0x01c1, "ll" }, { 0x021c, "3" }, { 0x0222, "8" }, { 0x0223, "8" },
  { 0x0251, "a" }, { 0x0261, "g" }, { 0x0263, "y" }, { 0x0269, "i" }, { 0x026a, "i" }, { 0x026f, "w" },
  { 0x028b, "u" }, { 0x028f, "y" }, { 0x02a3, "dz" }, { 0x02a6, "ts" }, { 0x02aa, "ls" }, { 0x02ab, "lz" },
  { 0x037f, "j" }, { 0x0391, "a" }, { 0x0392, "b" }, { 0x0395, "e" }, { 0x0396, "z" }, { 0x0397, "h" },
  { 0x0399, "l" }, { 0x039a, "k" }, { 0x039c, "m" }, { 0x039d, "n" }, { 0x039f, "o" }, { 0x03a1, "p" },
  { 0x03a4, "t" }, { 0x03a5, "y" }, { 0x03a7, "x" }, { 0x03b1, "a" }, { 0x03b3, "y" }, { 0x03b9, "i" },
  { 0x03bd, "v" }, { 0x03bf, "o" }, { 0x03c1, "p" }, { 0x03c3, "o" }, { 0x03c5, "u" }, { 0x03dc, "f" },
  { 0x03e8, "2" }, { 0x03f3, "j" }, { 0x03fa, "m" }, { 0x0405, "s" }, { 0x0406, "l" }, { 0x0408, "j" },
  { 0x0410, "a" }, { 0x0412, "b" }, { 0x0415, "e" }, { 0x0417, "3" }, { 0x041a, "k" }, { 0x041c, "m" },
  { 0x041d, "h" }, { 0x041e, "o" }, { 0x0420, "p" }, { 0x0421, "c" }, { 0x0422, "t" }, { 0x0423, "y" },
  { 0x0425, "x" }, { 0x042b, "bl" }, { 0x042c, "b" }, { 0x042e, "lo" }, { 0x0430, "a" }, { 0x0431, "6" },
  { 0x0433, "r" }, { 0x0435, "e" }, { 0x043e, "o" }, { 0x0440, "p" }, { 0x0441, "c" }, { 0x0443, "y" },
  { 0x0445, "x" }, { 0x0455, "s" }, { 0x0456, "i" }, { 0x0458, "j" }, { 0x0461, "w" }, { 0x0474, "v" },
  { 0x0475, "v" }, { 0x04ae, "y" }, { 0x04af, "y" }, { 0x04bb, "h" }, { 0x04bd, "e" }, { 0x04c0, "l" },
  { 0x04cf, "i" }, { 0x04d4, "ae" }, { 0x04d5, "ae" }, { 0x04e0, "3" }, { 0x0501, "d" }, { 0x050c, "g" },
  { 0x051b, "q" }, { 0x051c, "w" }, { 0x051d, "w" }, { 0x054d, "u" }, { 0x054f, "s" }, { 0x0555, "o" },
  { 0x0561, "w" }, { 0x0563, "q" }, { 0x0566, "q" }, { 0x0570, "h" }, { 0x0578, "n" }, { 0x057c, "n" },
  { 0x057d, "u" }, { 0x0581, "g" }, { 0x0584, "f" }, { 0x0585, "o" }, { 0x13a0, "d" }, { 0x13a1, "r" },
  { 0x13a2, "t" }, { 0x13a5, "i" }, { 0x13a9, "y" }, { 0x13aa, "a" }, { 0x13ab, "j" }, { 0x13ac, "e" },
  { 0x13b3, "w" }, { 0x13b7, "m" }, { 0x13bb, "h" }, { 0x13bd, "y" }, { 0x13c0, "g" }, { 0x13c2, "h" },
  { 0x13c3, "z" }, { 0x13ce, "4" }, { 0x13cf, "b" }, { 0x13d2, "r" }, { 0x13d4, "w" }, { 0x13d5, "s" },
  { 0x13d9, "v" }, { 0x13da, "s" }, { 0x13de, "l" }, { 0x13df, "c" }, { 0x13e2, "p" }, { 0x13e6, "k" },
  { 0x13e7, "d" }, { 0x13ee, "6" }, { 0x13f3, "g" }, { 0x13f4, "b" }, { 0x1d04, "c" }, { 0x1d0f, "o" },
  { 0x1d11, "o" }, { 0x1d1c, "u" }, { 0x1d20, "v" }, { 0x1d21, "w" }, { 0x1d22, "z" }, { 0x1d26, "r" },
  { 0x1d6b, "ue" }, { 0x1d83, "g" }, { 0x1d8c, "y" }, { 0x1e9d, "f" }, { 0x1eff, "y" }, { 0x2c85, "r" },
  { 0x2c8e, "h" }, { 0x2c92, "l" }, { 0x2c94, "k" }, { 0x2c98, "m" }, { 0x2c9a, "n" }, { 0x2c9e, "o" },
  { 0x2c9f, "o" }, { 0x2ca2, "p" }, { 0x2ca3, "p" }, { 0x2ca4, "c" }, { 0x2ca5, "c" }, { 0x2ca6, "t" },
  { 0x2ca8, "y" }, { 0x2cac, "x" }, { 0x2cca, "9" }, { 0x2ccc, "3" }, { 0x2cd0, "l" }, { 0x2cd2, "6" },
  { 0xa4d0, "b" }, { 0xa4d1, "p" }, { 0xa4d2, "d" }, { 0xa4d3, "d" }, { 0xa4d4, "t" }, { 0xa4d6, "g" },
  { 0xa4d7, "k" }, { 0xa4d9, "j" }, { 0xa4da, "c" }, { 0xa4dc, "z" }, { 0xa4dd, "f" }, { 0xa4df, "m" },
  { 0xa4e0, "n" }, { 0xa4e1, "l" }, { 0xa4e2, "s" }, { 0xa4e3, "r" }, { 0xa4e6, "v" }, { 0xa4e7, "h" },
  { 0xa4ea, "w" }, { 0xa4eb, "x" }, { 0xa4ec, "y" }, { 0xa4ee, "a" }, { 0xa4f0, "e" }, { 0xa4f2, "l" },
  { 0xa4f3, "o" }, { 0xa4f4, "u" }, { 0xa644, "2" }, { 0xa647, "i" }, { 0xa698, "oo" }, { 0xa699, "oo" },
  { 0xa728, "t3" }, { 0xa731, "s" }, { 0xa732, "aa" }, { 0xa733, "aa" }, { 0xa734, "ao" }, { 0xa735, "ao" },
  { 0xa736, "au" }, { 0xa737, "au" }, { 0xa738, "av" }, { 0xa739, "av" }, { 0xa73a, "av" }, { 0xa73b, "av" },
  { 0xa73c, "ay" }, { 0xa73d, "ay" }, { 0xa74e, "oo" }, { 0xa74f, "oo" }, { 0xa75a, "2" }, { 0xa76a, "3" },
  { 0xa76e, "9" }, { 0xa777, "tf" }, { 0xa798, "f" }, { 0xa799, "f" }, { 0xa79f, "u" }, { 0xa7ab, "3" },
  { 0xa7b2, "j" }, { 0xa7b3, "x" }, { 0xa7b4, "b" }, { 0xab32, "e" }, { 0xab35, "f" }, { 0xab3d, "o" },
  { 0xab47, "r" }, { 0xab48, "r" }, { 0xab4e, "u" }, { 0xab52, "u" }, { 0xab5a, "y" }, { 0xab63, "uo" },
  { 0xab75, "i" }, { 0xab81, "r" }, { 0xab83, "w" }, { 0xab93, "z" }, { 0xaba9, "v" }, { 0xabaa, "s" },
  { 0xabaf, "c" },
};

static const char *
find_look (gunichar c)
{
  gsize low = 0, high = G_N_ELEMENTS (looks);

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (looks[middle].c == c)
        return looks[middle].look;
      if (looks[middle].c < c)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

static void
append_look (GString *out, gunichar c)
{
  const char *look = c >= 0x80 ? find_look (c) : NULL;

  if (look != NULL)
    g_string_append (out, look);
  else if (c == 'I' || c == '1' || c == '|')
    g_string_append_c (out, 'l');
  else if (c == '0')
    g_string_append_c (out, 'o');
  else
    g_string_append_unichar (out, g_unichar_tolower (c));
}

static char *
make_look (const char *name)
{
  GString *out = g_string_sized_new (strlen (name) + 1);
  g_autofree char *normal = g_str_is_ascii (name) ? NULL : g_utf8_normalize (name, -1, G_NORMALIZE_NFKD);

  for (const char *p = normal != NULL ? normal : name; *p != '\0'; p = g_utf8_next_char (p))
    append_look (out, g_utf8_get_char (p));
  g_string_replace (out, "rn", "m", 0);
  g_string_replace (out, "vv", "w", 0);
  return g_string_free (out, FALSE);
}

char **
hs_name_list_looks (const char *name)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *lower = g_str_is_ascii (name) ? g_ascii_strdown (name, -1) : g_utf8_strdown (name, -1);

  g_ptr_array_add (list, make_look (name));
  if (strcmp (lower, name) != 0)
    {
      g_autofree char *look = make_look (lower);

      if (strcmp (look, list->pdata[0]) != 0)
        g_ptr_array_add (list, g_steal_pointer (&look));
    }
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_steal (list, NULL);
}
