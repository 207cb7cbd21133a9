/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests who speak plain text: their text becomes IrcMessages at this edge, and the rest of the engine does not know. The page for browsers too. */
#include "hs-engine-private.h"

#include <string.h>
#include "hs-config.h" /* GETTEXT_PACKAGE, before gi18n-lib.h */
#include <glib/gi18n-lib.h>

#include "hs-grapheme.h"
#include "hs-plain.h"



static void
send_line (HsEngine *self, HsPeer *peer, const char *words)
{
  g_autofree char *line = g_strconcat (words, "\n", NULL);

  hs_engine_send_text (self, peer, line, strlen (line));
}

/* ---- Joining, with the first message ---- */

static void
take_guest_name (HsEngine *self, HsPeer *peer)
{
  guint32 number = self->first_free_guest;
  g_autofree char *nick = g_strdup_printf ("guest-%u", number);

  while (g_hash_table_contains (self->nicks, nick))
    {
      g_free (nick);
      nick = g_strdup_printf ("guest-%u", ++number);
    }
  hs_engine_take_nick (self, peer, nick);
  peer->guest_number = number;
  self->first_free_guest = number + 1;
}

gboolean
hs_engine_turn_away_barred (HsEngine *self, HsPeer *peer)
{
  g_autofree char *line = NULL;

  if (!hs_engine_is_barred (self, peer) && (self->lobby == NULL || hs_engine_find_bar (peer, self->lobby, "") == NULL))
    return FALSE;
  /* Translators: said to somebody who came with netcat or a script */
  line = g_strconcat (_("This room is not open to you now."), "\n", NULL);
  hs_engine_turn_away (self, peer, line);
  return TRUE;
}

/* FALSE: it was turned away. */
static gboolean
join_plain (HsEngine *self, HsPeer *peer)
{
  if (hs_engine_turn_away_barred (self, peer))
    return FALSE;
  take_guest_name (self, peer);
  peer->user = g_strdup (HS_PLAIN_USER);
  hs_engine_set_registered (self, peer);
  hs_engine_wait (self, peer, NULL, 0);
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
  if (self->lobby != NULL)
    hs_engine_join (self, peer, self->lobby, FALSE, FALSE);
  return TRUE;
}

/* ---- What it says ---- */

static void
dispatch (HsEngine *self, HsPeer *peer, const char *command, const char *first, const char *second)
{
  HsIrcMessage message;

  hs_irc_message_set (&message, NULL, command, first, second, NULL);
  hs_engine_dispatch (self, peer, &message);
}

/* A text of any length becomes as many lines as it needs; nothing of it is lost. */
static void
say (HsEngine *self, HsPeer *peer, const char *text, const char *before, const char *after)
{
  char source[HS_SOURCE_SIZE];
  const char *room = self->lobby != NULL ? self->lobby->name : "";
  gsize taken = strlen (hs_peer_write_source (peer, source)) + strlen (room) + strlen (before) + strlen (after) + strlen (": PRIVMSG  :\r\n");
  gsize max = HS_LINE_MAX - taken;
  gsize len = strlen (text);

  do
    {
      gsize part = hs_grapheme_split_words (text, len, max);
      g_autofree char *piece = g_strdup_printf ("%s%.*s%s", before, (int) part, text, after);

      /* An empty line is text; IRC has none. */
      dispatch (self, peer, "PRIVMSG", room, *piece != '\0' ? piece : " ");
      text += part;
      len -= part;
    }
  while (len > 0 && !peer->leaving);
}

static void
plain_say (HsEngine *self, HsPeer *peer, const char *text)
{
  say (self, peer, text, "", "");
}

static void
plain_me (HsEngine *self, HsPeer *peer, const char *text)
{
  say (self, peer, text, "\001ACTION ", "\001");
}

static void
plain_quit (HsEngine *self, HsPeer *peer, const char *text)
{
  hs_engine_dismiss (self, peer, "Quit", HS_LEAVE_FIN_MS);
}

static void
plain_nick (HsEngine *self, HsPeer *peer, const char *text)
{
  g_autofree char *line = NULL;
  g_autofree char *before = g_strdup (peer->nick);

  dispatch (self, peer, "NICK", text, NULL);
  if (strcmp (before, peer->nick) == 0)
    return;
  /* Translators: said to somebody who joined with netcat or a script and wrote "/nick anna" */
  line = g_strdup_printf (_("You are now called %s."), peer->nick);
  send_line (self, peer, line);
}

static void
plain_who (HsEngine *self, HsPeer *peer, const char *text)
{
  g_autoptr (GString) names = g_string_new (NULL);
  const HsMembership *member;

  for (guint i = 0; self->lobby != NULL && (member = hs_channel_get_known (self->lobby, peer, i)) != NULL; i++)
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", member->peer->nick);
  /* Translators: before a list of names */
  g_string_prepend (names, _("Here: "));
  send_line (self, peer, names->str);
}

static void
plain_help (HsEngine *self, HsPeer *peer, const char *text)
{
  send_line (self, peer, _("Everything you write is said to the room. /nick NAME changes your name, /who tells who is here, "
                           "/me does something, q or /quit leaves. A text that begins with / is written with //."));
}

static void
plain_unknown (HsEngine *self, HsPeer *peer, const char *text)
{
  send_line (self, peer, _("There is no such command. /help tells what there is."));
}

static void (*const plain_kinds[]) (HsEngine *self, HsPeer *peer, const char *text) = {
  [HS_PLAIN_SAY] = plain_say,
  [HS_PLAIN_QUIT] = plain_quit,
  [HS_PLAIN_NICK] = plain_nick,
  [HS_PLAIN_WHO] = plain_who,
  [HS_PLAIN_HELP] = plain_help,
  [HS_PLAIN_ME] = plain_me,
  [HS_PLAIN_UNKNOWN] = plain_unknown,
};

void
hs_engine_plain_line (HsEngine *self, HsPeer *peer, const char *line)
{
  HsPlainCommand command;

  hs_plain_parse (line, &command);
  if (!peer->registered && command.kind != HS_PLAIN_QUIT && !join_plain (self, peer))
    return;
  plain_kinds[command.kind] (self, peer, command.text != NULL ? command.text : "");
}

/* ---- A browser at the wrong door ---- */

void
hs_engine_answer_http (HsEngine *self, HsPeer *peer)
{
  g_autofree char *name = g_markup_escape_text (self->config->name != NULL ? self->config->name : "Handshake", -1);
  const char *words = _("This is a Handshake chat room. To join it, open this address and port with Handshake, "
                        "with any IRC program, or with a plain connection such as nc.");
  g_autofree char *page = g_strdup_printf ("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%s</title></head>\n"
                                           "<body><h1>%s</h1><p>%s</p></body></html>\n", name, name, words);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n"
                                             "Cache-Control: no-store\r\nConnection: close\r\n\r\n%s", strlen (page), page);

  hs_engine_turn_away (self, peer, answer);
}
