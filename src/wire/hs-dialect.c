/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which dialect the other side speaks, judged from its first bytes. Pure functions; waiting is the caller's. */
#include "hs-dialect.h"

#include <string.h>

#include "hs-irc-message.h"

/* A first line that makes a guest an IRC program. */
typedef struct
{
  const char *command;
  guint params_min, params_max;
} Opening;

static const Opening openings[] = {
  { "NICK", 1, 1 },
  { "USER", 4, 4 },
  { "CAP", 1, HS_PARAMS_MAX },
  { "PASS", 1, 1 },
  { "AUTHENTICATE", 1, 1 },
};

static const char *const cap_verbs[] = { "LS", "REQ", "LIST", "END", NULL };

/* HTTP: case exact (RFC 9110 9.1). */
static const char *const http_openings[] = { "GET /", "HEAD /", "POST /", "PUT /", "OPTIONS ", NULL };

/* What a server may say to CAP LS 302. Case exact: all servers write so, and "Notice the door" is text. */
typedef struct
{
  const char *command; /* NULL: three digits, which come with a source ("220 mail ready" is text) */
  guint params_min;
  const char *second; /* (nullable) the second parameter */
} Answer;

static const Answer answers[] = {
  { "CAP", 2, "LS" },
  { "NOTICE", 2, NULL },
  { "ERROR", 1, NULL },
  { "PING", 1, NULL },
  { NULL, 1, NULL },
};

/* The first line as far as it has come. */
typedef struct
{
  const char *data;
  gsize len;
  gboolean whole;
} FirstLine;

static FirstLine
get_first_line (const char *data, gsize len)
{
  FirstLine line = { data, len, FALSE };

  for (gsize i = 0; i < len && !line.whole; i++)
    if (data[i] == '\n' || data[i] == '\r')
      {
        line.len = i;
        line.whole = TRUE;
      }
  return line;
}

/* A line too short for it can still grow into @opening; a longer one has to begin with it. */
static gboolean
agrees (const char *data, gsize len, const char *opening, gboolean ignore_case)
{
  gsize n = MIN (len, strlen (opening));

  if (n == 0) /* data may be NULL */
    return TRUE;
  return ignore_case ? g_ascii_strncasecmp (data, opening, n) == 0 : memcmp (data, opening, n) == 0;
}

static gboolean
parse_copy (HsIrcMessage *message, char *copy, const char *data, gsize len)
{
  memcpy (copy, data, len);
  copy[len] = '\0';
  return hs_irc_message_parse (message, copy, len, NULL);
}

/* ---- A guest ---- */

static gboolean
is_cap_verb (const char *verb, gboolean whole)
{
  gsize len = strlen (verb);

  for (guint i = 0; cap_verbs[i] != NULL; i++)
    if (g_ascii_strncasecmp (verb, cap_verbs[i], len) == 0 && (!whole || cap_verbs[i][len] == '\0'))
      return TRUE;
  return FALSE;
}

/* Is (or, while it is not whole, may become) the line this opening? */
static gboolean
fits_opening (const Opening *opening, const FirstLine *line)
{
  char copy[HS_LINE_MAX];
  HsIrcMessage message;
  gsize command_len = strlen (opening->command);

  if (line->len > HS_LINE_MAX - 2 || !agrees (line->data, line->len, opening->command, TRUE))
    return FALSE;
  if (line->len <= command_len)
    return !line->whole;
  if (line->data[command_len] != ' ' || !parse_copy (&message, copy, line->data, line->len))
    return FALSE;

  if (message.n_params > opening->params_max || (line->whole && message.n_params < opening->params_min))
    return FALSE;
  if (message.n_params > 0 && *message.params[0] == '\0')
    return !line->whole;
  if (message.n_params > 0 && strcmp (opening->command, "CAP") == 0)
    return is_cap_verb (message.params[0], line->whole || message.n_params > 1);
  return TRUE;
}

static gboolean
is_irc_guest (const FirstLine *line)
{
  for (gsize i = 0; i < G_N_ELEMENTS (openings); i++)
    if (fits_opening (&openings[i], line))
      return TRUE;
  return FALSE;
}

static gboolean
is_http (const FirstLine *line)
{
  static const char version[] = " HTTP/1.";
  gsize tail = strlen (version) + 1;
  const char *end = line->data + line->len;

  for (guint i = 0; http_openings[i] != NULL; i++)
    {
      if (!agrees (line->data, line->len, http_openings[i], FALSE))
        continue;
      if (!line->whole)
        return line->len <= HS_HTTP_LINE_MAX;
      return line->len >= strlen (http_openings[i]) + tail && memcmp (end - tail, version, tail - 1) == 0 &&
             g_ascii_isdigit (end[-1]);
    }
  return FALSE;
}

HsDialect
hs_dialect_judge_guest (const char *data, gsize len, gboolean final)
{
  FirstLine line;

  if (len == 0)
    return final ? HS_DIALECT_PLAIN : HS_DIALECT_UNKNOWN;
  if ((guint8) data[0] == HS_DIALECT_TLS_BYTE)
    return HS_DIALECT_TLS;

  line = get_first_line (data, len);
  if (line.whole)
    return is_irc_guest (&line) ? HS_DIALECT_IRC : is_http (&line) ? HS_DIALECT_HTTP : HS_DIALECT_PLAIN;
  return !final && (is_irc_guest (&line) || is_http (&line)) ? HS_DIALECT_UNKNOWN : HS_DIALECT_PLAIN;
}

/* ---- A server ---- */

#define ALERT_LEN 3

/* Moves @line behind a word that begins with @sign and the spaces after it. FALSE while that word's end has not come. */
static gboolean
pass_word (FirstLine *line, char sign)
{
  if (line->len == 0 || line->data[0] != sign)
    return TRUE;
  while (line->len > 0 && *line->data != ' ')
    line->data++, line->len--;
  if (line->len == 0)
    return FALSE;
  while (line->len > 0 && *line->data == ' ')
    line->data++, line->len--;
  return TRUE;
}

static gboolean
is_numeric (const char *word, gsize len)
{
  for (gsize i = 0; i < MIN (len, 3); i++)
    if (!g_ascii_isdigit (word[i]))
      return FALSE;
  return len <= 3 || word[3] == ' ';
}

/* Is (or, while it is not whole, begins) @line, its tags and source passed over, this answer's command? */
static gboolean
fits_command (const Answer *answer, const FirstLine *line, gboolean sourced)
{
  gsize command_len = answer->command != NULL ? strlen (answer->command) : 3;

  if (answer->command == NULL ? !sourced || !is_numeric (line->data, line->len)
                              : !agrees (line->data, line->len, answer->command, FALSE))
    return FALSE;
  return line->len <= command_len ? !line->whole : line->data[command_len] == ' ';
}

static gboolean
fits_answer (const Answer *answer, const FirstLine *line, gboolean sourced)
{
  char copy[HS_LINE_MAX];
  HsIrcMessage message;

  if (line->len > HS_LINE_MAX - 2 || !fits_command (answer, line, sourced))
    return FALSE;
  if (!line->whole)
    return TRUE;
  return parse_copy (&message, copy, line->data, line->len) && message.n_params >= answer->params_min &&
         (answer->second == NULL || strcmp (message.params[1], answer->second) == 0);
}

static gboolean
is_irc_server (const FirstLine *whole_line)
{
  FirstLine line = *whole_line;
  gboolean sourced = FALSE;

  if (line.len > HS_TAGS_MAX + HS_LINE_MAX)
    return FALSE;
  if (!pass_word (&line, '@'))
    return !line.whole;
  sourced = line.len > 0 && *line.data == ':';
  if (!pass_word (&line, ':'))
    return !line.whole;

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    if (fits_answer (&answers[i], &line, sourced))
      return TRUE;
  return FALSE;
}

/* A record's type and version (RFC 8446 5.1), as far as they have come; no text has these bytes together. */
static gboolean
begins_alert (const char *data, gsize len)
{
  static const char beginning[] = { 0x15, 0x03 };

  return len > 0 && memcmp (data, beginning, MIN (len, sizeof beginning)) == 0 && (len < ALERT_LEN || (guint8) data[2] <= 0x04);
}

HsDialect
hs_dialect_judge_server (const char *data, gsize len, gboolean final)
{
  FirstLine line = get_first_line (data, len);

  if (begins_alert (data, len) && len >= ALERT_LEN)
    return HS_DIALECT_TLS;
  if (begins_alert (data, len) && !final)
    return HS_DIALECT_UNKNOWN;
  if (!line.whole && final)
    return HS_DIALECT_PLAIN;
  if (!is_irc_server (&line))
    return HS_DIALECT_PLAIN;
  return line.whole ? HS_DIALECT_IRC : HS_DIALECT_UNKNOWN;
}
