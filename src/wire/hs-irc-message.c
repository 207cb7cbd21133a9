/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One IRC message: bytes to parts and back. It judges neither encoding nor whether a command is known. */
#include "hs-config.h"

#include "hs-irc-message.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* IRCv3 message-tags, "Escaping values"; a NUL cannot be in a value. */
static const struct
{
  char plain;
  char escaped;
} tag_escapes[] = {
  { ';', ':' },
  { ' ', 's' },
  { '\\', '\\' },
  { '\r', 'r' },
  { '\n', 'n' },
};

/* ---- Parsing ---- */

/* Ends the word at *cursor with NUL and moves behind it and its spaces. (nullable) when there is none. */
static char *
take_word (char **cursor)
{
  char *word = *cursor;
  char *end = word + strcspn (word, " ");

  if (end == word)
    return NULL;
  *cursor = end + strspn (end, " ");
  *end = '\0';
  return word;
}

static void
parse_params (HsIrcMessage *self, char *rest)
{
  while (*rest != '\0' && self->n_params < HS_PARAMS_MAX)
    {
      /* The last parameter takes all that is left, with ':' or as the fifteenth (RFC 2812 2.3.1). */
      if (*rest == ':' || self->n_params == HS_PARAMS_MAX - 1)
        {
          self->params[self->n_params++] = *rest == ':' ? rest + 1 : rest;
          return;
        }
      self->params[self->n_params++] = take_word (&rest);
    }
}

gboolean
hs_irc_message_parse (HsIrcMessage *self, char *line, gsize len, GError **error)
{
  char *cursor = line, *command = NULL;

  memset (self, 0, sizeof (HsIrcMessage));
  if (memchr (line, '\0', len) != NULL)
    {
      g_set_error_literal (error, HS_WIRE_ERROR, HS_WIRE_ERROR_NUL, _("The line has a NUL byte in it"));
      return FALSE;
    }

  cursor += strspn (cursor, " ");
  if (*cursor == '@')
    self->tags = take_word (&cursor) + 1;
  if (*cursor == ':')
    self->source = take_word (&cursor) + 1;
  command = take_word (&cursor);
  if (command == NULL || *command == '@' || *command == ':')
    {
      g_set_error_literal (error, HS_WIRE_ERROR, HS_WIRE_ERROR_SYNTAX, _("The line has no command"));
      return FALSE;
    }

  for (char *p = command; *p != '\0'; p++)
    *p = g_ascii_toupper (*p);
  self->command = command;
  parse_params (self, cursor);
  return TRUE;
}

/* ---- Formatting ---- */

static gboolean
is_line_end (char c)
{
  return c == '\r' || c == '\n';
}

/* A field in which a space would begin another one. */
static void
append_word (GString *out, const char *word)
{
  gsize from = out->len;

  g_string_append (out, word);
  for (char *p = out->str + from; *p != '\0'; p++)
    if (is_line_end (*p) || *p == ' ')
      *p = '_';
}

static void
append_middle (GString *out, const char *param)
{
  g_string_append_c (out, ' ');
  if (*param == '\0')
    g_string_append_c (out, '*'); /* an empty one would make the next one take its place */
  else if (*param == ':')
    g_string_append_c (out, '_'); /* would swallow those behind it */
  append_word (out, param);
}

static void
append_last (GString *out, const char *param)
{
  gsize from = 0;

  g_string_append_c (out, ' ');
  if (*param == '\0' || *param == ':' || strpbrk (param, " \r\n") != NULL)
    g_string_append_c (out, ':');

  from = out->len;
  g_string_append (out, param);
  for (char *p = out->str + from; *p != '\0'; p++)
    if (is_line_end (*p))
      *p = ' ';
}

void
hs_irc_message_format (const HsIrcMessage *self, GString *out)
{
  if (self->tags != NULL && *self->tags != '\0')
    {
      g_string_append_c (out, '@');
      append_word (out, self->tags);
      g_string_append_c (out, ' ');
    }
  if (self->source != NULL && *self->source != '\0')
    {
      g_string_append_c (out, ':');
      append_word (out, self->source);
      g_string_append_c (out, ' ');
    }
  append_word (out, self->command);
  for (guint i = 0; i + 1 < self->n_params; i++)
    append_middle (out, self->params[i]);
  if (self->n_params > 0)
    append_last (out, self->params[self->n_params - 1]);
  g_string_append (out, "\r\n");
}

void
hs_irc_message_set (HsIrcMessage *self, const char *source, const char *command, ...)
{
  va_list args;
  const char *param = NULL;

  memset (self, 0, sizeof (HsIrcMessage));
  self->source = source;
  self->command = command;
  va_start (args, command);
  while ((param = va_arg (args, const char *)) != NULL && self->n_params < HS_PARAMS_MAX)
    self->params[self->n_params++] = param;
  va_end (args);
}

const char *
hs_irc_message_param (const HsIrcMessage *self, guint i)
{
  return i < self->n_params ? self->params[i] : "";
}

/* ---- Tags ---- */

static char *
unescape_tag (const char *value, gsize len)
{
  GString *text = g_string_sized_new (len + 1);

  for (gsize i = 0; i < len; i++)
    {
      char c = value[i];

      if (c != '\\')
        {
          g_string_append_c (text, c);
          continue;
        }
      if (++i == len) /* a lone backslash at the end is dropped */
        break;
      c = value[i];   /* before any other character the backslash is dropped */
      for (gsize e = 0; e < G_N_ELEMENTS (tag_escapes); e++)
        if (value[i] == tag_escapes[e].escaped)
          c = tag_escapes[e].plain;
      g_string_append_c (text, c);
    }
  return g_string_free (text, FALSE);
}

char *
hs_irc_message_dup_tag (const HsIrcMessage *self, const char *key)
{
  gsize key_len = strlen (key);
  const char *value = NULL;
  gsize value_len = 0;

  for (const char *tag = self->tags; tag != NULL && *tag != '\0';)
    {
      gsize len = strcspn (tag, ";");
      gsize name_len = strcspn (tag, "=;");

      if (name_len == key_len && memcmp (tag, key, key_len) == 0)
        {
          value = tag + MIN (name_len + 1, len);
          value_len = len - (gsize) (value - tag);
        }
      tag += len + (tag[len] == ';' ? 1 : 0);
    }
  return value != NULL ? unescape_tag (value, value_len) : NULL;
}

static void
append_escaped (GString *tags, const char *value)
{
  for (const char *p = value; *p != '\0'; p++)
    {
      gsize e = 0;

      while (e < G_N_ELEMENTS (tag_escapes) && tag_escapes[e].plain != *p)
        e++;
      if (e < G_N_ELEMENTS (tag_escapes))
        g_string_append_c (g_string_append_c (tags, '\\'), tag_escapes[e].escaped);
      else
        g_string_append_c (tags, *p);
    }
}

void
hs_irc_tags_append (GString *tags, const char *key, const char *value)
{
  if (tags->len > 0)
    g_string_append_c (tags, ';');
  g_string_append (tags, key);

  /* Empty and missing values mean the same. */
  if (value == NULL || *value == '\0')
    return;
  g_string_append_c (tags, '=');
  append_escaped (tags, value);
}

char *
hs_irc_tags_dup_client_only (const char *tags)
{
  g_autoptr (GString) kept = g_string_new (NULL);

  for (const char *tag = tags; tag != NULL && *tag != '\0';)
    {
      gsize len = strcspn (tag, ";");

      if (*tag == '+' && len > 1)
        {
          if (kept->len > 0)
            g_string_append_c (kept, ';');
          g_string_append_len (kept, tag, len);
        }
      tag += len + (tag[len] == ';' ? 1 : 0);
    }
  return kept->len > 0 ? g_strdup (kept->str) : NULL;
}

char *
hs_irc_source_dup_nick (const char *source)
{
  return source != NULL ? g_strndup (source, strcspn (source, "!@")) : g_strdup ("");
}

/* ---- server-time ---- */

/* @digits decimal digits at *cursor, which is moved behind them; -1 when they are not there. */
static int
take_number (const char **cursor, int digits)
{
  int number = 0;

  for (; digits > 0; digits--, (*cursor)++)
    {
      if (!g_ascii_isdigit (**cursor))
        return -1;
      number = number * 10 + (**cursor - '0');
    }
  return number;
}

static gint64
parse_time (const char *text)
{
  static const char separators[] = "--T::";
  static const int digits[] = { 4, 2, 2, 2, 2, 2 };
  g_autoptr (GDateTime) moment = NULL;
  gint64 us = 0;
  int field[G_N_ELEMENTS (digits)];

  for (gsize i = 0; i < G_N_ELEMENTS (digits); i++)
    {
      field[i] = take_number (&text, digits[i]);
      if (field[i] < 0 || (i < 5 && *text++ != separators[i]))
        return 0;
    }
  if (*text == '.')
    for (gint64 unit = G_USEC_PER_SEC / 10; g_ascii_isdigit (*++text); unit /= 10)
      us += unit * (*text - '0');
  if (strcmp (text, "Z") != 0 || field[0] < 1970)
    return 0;

  /* A leap second is the end of its minute. */
  moment = g_date_time_new_utc (field[0], field[1], field[2], field[3], field[4], MIN (field[5], field[5] == 60 ? 59 : 60));
  return moment != NULL ? g_date_time_to_unix (moment) * G_USEC_PER_SEC + us : 0;
}

gint64
hs_irc_message_get_time (const HsIrcMessage *self)
{
  g_autofree char *text = hs_irc_message_dup_tag (self, "time");

  return text != NULL ? parse_time (text) : 0;
}

void
hs_irc_format_time (gint64 unix_us, char out[25])
{
  const gint64 last = G_GINT64_CONSTANT (253402300799999999); /* the end of the year 9999 */
  g_autoptr (GDateTime) moment = NULL;
  g_autofree char *seconds = NULL;

  unix_us = CLAMP (unix_us, 0, last);
  moment = g_date_time_new_from_unix_utc (unix_us / G_USEC_PER_SEC);
  seconds = g_date_time_format (moment, "%Y-%m-%dT%H:%M:%S");
  g_snprintf (out, 25, "%s.%03dZ", seconds, (int) (unix_us % G_USEC_PER_SEC / 1000));
}
