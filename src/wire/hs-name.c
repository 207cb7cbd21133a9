/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of people and rooms: valid, equal, derived. Pure functions. (Look-alikes: hs-name-look.c.) */
#include "hs-name.h"

#include <string.h>

#include "hs-limits.h"
#include "hs-utf8.h"

#define FALLBACK "guest"
#define RESERVED "guest-"
#define NICK_MAX_ASCII 16

/* RFC 2812 2.3.1 "special", and '-', which may not come first. */
#define NICK_SPECIALS "-_[]\\`^{|}"

/* ---- Comparing ---- */

/* Carter and Wegman, "Universal classes of hash functions" (1979): a polynomial over a prime field, at a point drawn by chance. Who chooses
 * names does not know the point, and finds no thousand of them with one hash. */
#define FIELD ((1u << 31) - 1)

static guint64
get_point (void)
{
  static gsize point;

  if (g_once_init_enter (&point))
    g_once_init_leave (&point, (gsize) g_random_int_range (1 << 24, FIELD));
  return point;
}

guint
hs_name_hash (gconstpointer name)
{
  guint64 point = get_point (), hash = 0;

  for (const char *p = name; *p != '\0'; p++)
    hash = (hash * point + (guchar) g_ascii_tolower (*p)) % FIELD;
  return (guint) hash;
}

gboolean
hs_name_equal (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp (a, b) == 0;
}

char *
hs_name_fold (const char *name)
{
  return g_ascii_strdown (name, -1);
}

/* ---- Characters ---- */

static gboolean
is_mark (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_SPACING_MARK;
}

/* @first: it would begin the nick. */
static gboolean
is_nick_char (gunichar c, gboolean first, gboolean ascii)
{
  if (c < 0x80)
    return g_ascii_isalpha ((char) c) || (c != 0 && strchr (NICK_SPECIALS, (int) c) != NULL && !(first && c == '-')) ||
           (!first && g_ascii_isdigit ((char) c));
  if (ascii)
    return FALSE;
  return g_unichar_isalpha (c) || (!first && (g_unichar_isdigit (c) || is_mark (c)));
}

/* Format characters that a script or an emoji is written with; all others only hide or reorder text. */
static gboolean
is_harmless_format (gunichar c)
{
  static const gunichar ranges[][2] = {
    { 0x0600, 0x0605 },   /* Arabic number signs */
    { 0x06dd, 0x06dd },   /* Arabic end of ayah */
    { 0x070f, 0x070f },   /* Syriac abbreviation mark */
    { 0x200c, 0x200d },   /* joiners */
    { 0xe0020, 0xe007f }, /* tags: flags of regions */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (c >= ranges[i][0] && c <= ranges[i][1])
      return TRUE;
  return FALSE;
}

static gboolean
is_shown_char (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return FALSE;
    case G_UNICODE_FORMAT:
      return is_harmless_format (c);
    default:
      return c != 0xfffd && (c & 0xfffe) != 0xfffe;
    }
}

static gboolean
is_nfc (const char *text)
{
  g_autofree char *normal = NULL;

  if (g_str_is_ascii (text))
    return TRUE;
  normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  return normal != NULL && strcmp (normal, text) == 0;
}

/* ---- Judging ---- */

gboolean
hs_name_is_nick (const char *name)
{
  gsize len = strlen (name);

  if (len == 0 || len > HS_NAME_MAX_BYTES || !g_utf8_validate (name, -1, NULL) ||
      g_utf8_strlen (name, -1) > HS_NAME_MAX_CHARS)
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_nick_char (g_utf8_get_char (p), p == name, FALSE))
      return FALSE;
  return is_nfc (name);
}

gboolean
hs_name_is_reserved (const char *name)
{
  const char *digits = name + strlen (RESERVED);

  return g_ascii_strncasecmp (name, RESERVED, strlen (RESERVED)) == 0 && *digits != '\0' &&
         digits[strspn (digits, "0123456789")] == '\0';
}

gboolean
hs_name_is_room (const char *name)
{
  gsize len = strlen (name);

  if (name[0] != '#' || len < 2 || len > 1 + HS_ROOM_MAX_BYTES || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *p = name + 1; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == ',' || g_unichar_isspace (g_utf8_get_char (p)) || !is_shown_char (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/* ---- Deriving ---- */

/* Again after characters were dropped: what now stands side by side may compose or change its order. */
static void
normalize (GString *text)
{
  g_autofree char *normal = g_utf8_normalize (text->str, (gssize) text->len, G_NORMALIZE_NFC);

  g_string_assign (text, normal != NULL ? normal : "");
}

/* Cuts @text to the limits, never inside a character nor between one and its marks. */
static void
truncate_name (GString *text, glong max_chars, gsize max_bytes)
{
  const char *p = text->str;
  gsize fits = 0;
  glong n = 0;

  for (; *p != '\0' && n < max_chars; n++)
    {
      p = g_utf8_next_char (p);
      if ((gsize) (p - text->str) > max_bytes)
        break;
      if (!is_mark (g_utf8_get_char (p)) && g_utf8_get_char (p) != 0x200d)
        fits = (gsize) (p - text->str);
    }
  if (n == max_chars || *p != '\0' || text->len > max_bytes)
    g_string_truncate (text, fits);
}

static void
trim (GString *text, char c)
{
  gsize from = 0;

  while (text->len > 0 && text->str[text->len - 1] == c)
    g_string_truncate (text, text->len - 1);
  while (from < text->len && text->str[from] == c)
    from++;
  g_string_erase (text, 0, (gssize) from);
}

static gboolean
has_visible_char (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isgraph (c) && g_unichar_type (c) != G_UNICODE_FORMAT && !g_unichar_iszerowidth (c))
        return TRUE;
      if (!g_unichar_isdefined (c)) /* newer than this GLib's tables */
        return TRUE;
    }
  return FALSE;
}

char *
hs_name_make_shown (const char *name)
{
  g_autofree char *valid = hs_utf8_make_text (name, strlen (name), TRUE, NULL);
  g_autofree char *normal = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  g_autoptr (GString) shown = g_string_new (NULL);

  for (const char *p = normal; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        {
          if (shown->len > 0 && shown->str[shown->len - 1] != ' ')
            g_string_append_c (shown, ' ');
        }
      else if (is_shown_char (c))
        g_string_append_unichar (shown, c);
    }
  trim (shown, ' ');
  normalize (shown);
  truncate_name (shown, HS_NAME_MAX_CHARS, HS_NAME_MAX_BYTES);
  trim (shown, ' ');
  return g_strdup (has_visible_char (shown->str) ? shown->str : "");
}

static void
unreserve (GString *nick)
{
  if (hs_name_is_reserved (nick->str))
    nick->str[strlen (RESERVED) - 1] = '_';
}

char *
hs_name_make_nick (const char *shown, gboolean ascii)
{
  g_autofree char *clean = hs_name_make_shown (shown);
  g_autofree char *source = ascii ? g_str_to_ascii (clean, "C") : g_strdup (clean);
  g_autoptr (GString) nick = g_string_new (NULL);

  for (const char *p = source; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == ' ')
        g_string_append_c (nick, '_');
      else if (is_nick_char (c, nick->len == 0, ascii))
        g_string_append_unichar (nick, c);
      else if (nick->len == 0 && g_unichar_isdigit (c) && is_nick_char (c, FALSE, ascii))
        g_string_append_unichar (g_string_append_c (nick, '_'), c);
    }
  normalize (nick);
  truncate_name (nick, HS_NAME_MAX_CHARS, ascii ? NICK_MAX_ASCII : HS_NAME_MAX_BYTES);

  /* Only what spaces left behind: no name. */
  if (nick->str[strspn (nick->str, "_")] == '\0' && strchr (clean, '_') == NULL)
    g_string_assign (nick, FALLBACK);
  unreserve (nick);
  return g_strdup (nick->str);
}

char *
hs_name_make_alternative (const char *nick, guint attempt, gboolean ascii)
{
  g_autoptr (GString) name = g_string_new (*nick != '\0' ? nick : FALLBACK);
  g_autofree char *number = NULL;
  gsize len = 0;

  /* "bob2" gives "bob2_2": "bob22" would be read as another's number. */
  number = g_strdup_printf ("%s%u", g_ascii_isdigit (name->str[name->len - 1]) ? "_" : "", MAX (attempt, 1) + 1);
  len = strlen (number);
  truncate_name (name, HS_NAME_MAX_CHARS - (glong) len, (ascii ? NICK_MAX_ASCII : HS_NAME_MAX_BYTES) - len);
  if (name->len == 0) /* it was one letter with all its marks */
    g_string_assign (name, FALLBACK);
  g_string_append (name, number);
  unreserve (name);
  return g_strdup (name->str);
}
