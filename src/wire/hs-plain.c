/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain-text dialect as a translator: text ⇄ IrcMessage. It decides nothing about rooms, guests or time. */
#include "hs-plain.h"

#include <string.h>

#include "hs-numerics.h"
#include "hs-utf8.h"

#define CTCP '\001'

/* ---- A plain guest of our server: what it says ---- */

static const struct
{
  const char *word;
  HsPlainKind kind;
} commands[] = {
  { "/quit", HS_PLAIN_QUIT },
  { "/nick", HS_PLAIN_NICK },
  { "/who", HS_PLAIN_WHO },
  { "/help", HS_PLAIN_HELP },
  { "/me", HS_PLAIN_ME },
};

void
hs_plain_parse (const char *text, HsPlainCommand *command)
{
  gsize word_len = strcspn (text, " \t");

  command->kind = HS_PLAIN_SAY;
  command->text = text;
  if (strcmp (text, "q") == 0)
    {
      command->kind = HS_PLAIN_QUIT;
      command->text = "";
    }
  if (text[0] != '/' || word_len < 2)
    return;

  if (text[1] == '/')
    {
      command->text = text + 1;
      return;
    }
  command->kind = HS_PLAIN_UNKNOWN;
  command->text = text + 1;
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strlen (commands[i].word) == word_len && g_ascii_strncasecmp (text, commands[i].word, word_len) == 0)
      {
        command->kind = commands[i].kind;
        command->text = text + word_len + strspn (text + word_len, " \t");
      }
}

/* ---- A plain guest of our server: what it sees ---- */

/* Errors that answer what the guest itself did; it sees their sentence. All other numerics are IRC's own business. */
static const char *const shown_errors[] = {
  HS_ERR_NOSUCHNICK, HS_ERR_CANNOTSENDTOCHAN,  HS_ERR_INPUTTOOLONG, HS_ERR_NONICKNAMEGIVEN,
  HS_ERR_ERRONEUSNICKNAME, HS_ERR_NICKNAMEINUSE, HS_ERR_NICKTOOFAST, HS_ERR_NOTONCHANNEL, NULL,
};

/* mIRC formatting says how text looks, not what it says: its length at @text, 0 when there is none. */
static gsize
measure_formatting (const char *text)
{
  static const char toggles[] = "\x02\x0f\x11\x16\x1d\x1e\x1f";
  gsize n = 0, back = 0;

  if (*text == '\0')
    return 0;
  if (strchr (toggles, *text) != NULL)
    return 1;
  if (*text == '\x04')
    {
      for (n = 1; n < 7 && g_ascii_isxdigit (text[n]); n++)
        ;
      return n == 7 ? 7 : 1;
    }
  if (*text != '\x03')
    return 0;

  for (n = 1; n < 3 && g_ascii_isdigit (text[n]); n++)
    ;
  if (n > 1 && text[n] == ',' && g_ascii_isdigit (text[n + 1]))
    {
      for (back = 1; back < 3 && g_ascii_isdigit (text[n + back]); back++)
        ;
      n += back;
    }
  return n;
}

/* A guest may look at this in a terminal: controls are shown, not sent. */
static void
append_visible (GString *out, gunichar c)
{
  if (c == '\t' || (c >= 0x20 && c < 0x7f) || c > 0x9f)
    g_string_append_unichar (out, c);
  else if (c < 0x20)
    g_string_append_unichar (out, 0x2400 + c);
  else
    g_string_append_unichar (out, c == 0x7f ? 0x2421 : 0xfffd);
}

static void
append_text (GString *out, const char *text, const char *before)
{
  g_autofree char *valid = hs_utf8_make_text (text, strlen (text), FALSE, NULL);

  g_string_append (out, before);
  for (const char *p = valid; *p != '\0';)
    {
      gsize formatting = measure_formatting (p);

      if (formatting > 0)
        {
          p += formatting;
          continue;
        }
      if (*p == '\n')
        g_string_append (g_string_append_c (out, '\n'), before);
      else
        append_visible (out, g_utf8_get_char (p));
      p = g_utf8_next_char (p);
    }
  g_string_append_c (out, '\n');
}

/* The text of a CTCP ACTION, NULL for anything else. The closing \001 may be missing. (transfer full) */
static char *
dup_action (const char *text)
{
  static const char opening[] = "\001ACTION";
  const char *action = text + strlen (opening);

  if (strncmp (text, opening, strlen (opening)) != 0 || (*action != ' ' && *action != CTCP && *action != '\0'))
    return NULL;
  if (*action == ' ')
    action++;
  return g_strndup (action, strcspn (action, "\001"));
}

static char *
format_speech (const HsIrcMessage *message, const char *own_nick)
{
  const char *text = hs_irc_message_param (message, 1);
  g_autofree char *name = hs_irc_source_dup_nick (message->source);
  g_autofree char *action = dup_action (text);
  g_autofree char *before = NULL;
  GString *out = NULL;

  if (*name != '\0' && g_ascii_strcasecmp (name, own_nick) == 0)
    return NULL;
  if (action == NULL && *text == CTCP)
    return NULL;

  if (action != NULL)
    before = g_strdup_printf ("* %s ", name);
  else
    before = *name != '\0' ? g_strdup_printf ("%s: ", name) : g_strdup ("");
  out = g_string_new (NULL);
  append_text (out, action != NULL ? action : text, before);
  return g_string_free (out, FALSE);
}

char *
hs_plain_format (const HsIrcMessage *message, const char *own_nick)
{
  GString *out = NULL;

  if (message->n_params >= 2 && (strcmp (message->command, "PRIVMSG") == 0 || strcmp (message->command, "NOTICE") == 0))
    return format_speech (message, own_nick);
  if (message->n_params < 2 || !g_strv_contains (shown_errors, message->command))
    return NULL;

  out = g_string_new (NULL);
  append_text (out, message->params[message->n_params - 1], "");
  return g_string_free (out, FALSE);
}

/* ---- Our window as the client of a plain-text server ---- */

HsBuf *
hs_plain_client_format (const char *text, HsLineEnd line_end, gboolean peer_frames)
{
  static const char *const ends[] = { NULL, "", "\n", "\r\n" };
  g_autoptr (GString) out = g_string_new (text);
  const char *end = line_end < G_N_ELEMENTS (ends) ? ends[line_end] : NULL;

  if (end == NULL)
    end = peer_frames ? "\n" : "";

  /* The tutorial's programs compare a whole read with "q". */
  if (strcmp (text, "q") != 0)
    g_string_append (out, end);
  if (line_end == HS_LINE_END_CRLF)
    {
      g_string_replace (out, "\r\n", "\n", 0);
      g_string_replace (out, "\n", "\r\n", 0);
    }
  return hs_buf_new (out->str, out->len);
}
