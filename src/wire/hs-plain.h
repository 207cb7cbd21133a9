/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain-text dialect as a translator at the edge: text ⇄ IrcMessage. Pure functions and two small contexts;
 * engine and session know one protocol. */
#pragma once

#include "hs-buf.h"
#include "hs-irc-message.h"

/* ---- A plain guest of our server ---- */

/* What a guest's text means. */
typedef enum
{
  HS_PLAIN_SAY,     /* text for the room */
  HS_PLAIN_QUIT,    /* "q" alone, or /quit */
  HS_PLAIN_NICK,    /* /nick NAME */
  HS_PLAIN_WHO,     /* /who */
  HS_PLAIN_HELP,    /* /help */
  HS_PLAIN_ME,      /* /me ACTION */
  HS_PLAIN_UNKNOWN, /* another /word: answered with one line */
} HsPlainKind;

typedef struct
{
  HsPlainKind kind;
  const char *text; /* borrowed from the input: SAY text ("//x" gives "/x"), the argument, or the unknown word without
                     * its slash and all that follows it */
} HsPlainCommand;

/* @text: one decoded message (hs_utf8_make_text), without line end. */
void hs_plain_parse (const char *text, HsPlainCommand *command);

/* What a plain guest sees of @message, LF-terminated, "name: " before every line; NULL when it sees nothing of it
 * (its own words, joins, numerics but the errors that answer what it did). @own_nick is the guest's. PRIVMSG and NOTICE:
 * "name: text", without a source just "text" (the server's answers); ACTION: "* name text". IRC formatting is left out,
 * controls are shown as symbols: a guest may look at this in a terminal. (transfer full) */
char *hs_plain_format (const HsIrcMessage *message, const char *own_nick);

/* ---- Our window as the client of a plain-text server ---- */

typedef enum
{
  HS_LINE_END_AUTO = 0, /* bare until the peer has once sent LF, from then on LF */
  HS_LINE_END_NONE = 1,
  HS_LINE_END_LF = 2,
  HS_LINE_END_CRLF = 3,
} HsLineEnd; /* stored; append only */

/* The bytes of one typed text by the rules above. @peer_frames: the peer has once sent LF. (transfer full) */
HsBuf *hs_plain_client_format (const char *text, HsLineEnd line_end, gboolean peer_frames);
