/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session's lower edge, for who carries its lines (hs-connection.c, tests/duet). */
#pragma once

#include "hs-irc-message.h"
#include "hs-line-reader.h"
#include "hs-plain.h"
#include "hs-session.h"
#include "hs-view.h"

typedef struct _HsConversation HsConversation; /* hs-session-impl.h */

void hs_session_set_send (HsSession *self, HsSessionSend send, gpointer user_data);
/* (nullable) What the kernel tells of the connection that carries the lines from now on: each message's passage is kept with it. */
void hs_session_set_watch (HsSession *self, HsTcpWatch *watch);
/* What the text given to send () becomes on the wire, where that is not the same bytes (plain). To be called within send (). */
void hs_session_sent_as (HsSession *self, const char *data, gsize len);
/* How the line that is about to be received came; NULL when that is over. Borrowed: receive_irc () writes to its line, this is another copy. */
typedef struct
{
  const char *line;
  gsize len;       /* without its ending */
  gboolean framed;
  gboolean tls;
  HsLineStamp stamp;
} HsHeard;
void hs_session_hear (HsSession *self, const HsHeard *heard);
/* Who we are there, and what the connection knows of the other end. Copied; before begin_irc (), and forgotten when the connection ends. */
typedef struct
{
  const char *account;       /* (nullable) */
  const char *password;      /* (nullable) the account's */
  const char *room_password; /* (nullable) that everybody needs to come in */
  GBytes *binding;           /* (nullable) RFC 9266 tls-exporter */
  gboolean encrypted;
  gboolean known;            /* its key is vouched for: by an authority, the person, an invite, or it is our own */
  gboolean shows_key;        /* it saw our own key */
} HsSessionLogin;
void hs_session_set_login (HsSession *self, const HsSessionLogin *login);
/* The connection stands and the protocol is being found out, or chosen. @pass (nullable): sent as PASS (the host's token). */
/* CAP LS 302 and nothing else: to a server of which it is not known whether it speaks IRC. */
void hs_session_offer_irc (HsSession *self);
void hs_session_begin_irc (HsSession *self, const char *pass); /* CAP LS 302 (unless offered before), PASS, NICK, USER */
/* It is IRC after all: what looked like plain text was a slow server, and nobody has written anything there. Lines are IRC from now on. */
void hs_session_turn_irc (HsSession *self);
/* Another connection is to carry the lines, and over the one before nobody has said who they are: as if it had never been. */
void hs_session_restart (HsSession *self);
/* Online: the address leads into @room, too. It is joined once, where it is joined again by itself. */
void hs_session_join_addressed (HsSession *self, const char *room);
/* (nullable) The key of who carries the lines from now on, as text; NULL: it is not encrypted. What another has given us is not for it. */
void hs_session_set_server_key (HsSession *self, const char *key);
/* What carries the lines. In datagrams a text is never cut, "q" is a text, and nothing is acknowledged; on a local socket nothing has to be. */
void hs_session_set_transport (HsSession *self, HsTcpTransport transport);
/* What stands behind each text where plain text is spoken. */
void hs_session_set_line_end (HsSession *self, HsLineEnd line_end);
/* Plain dialect: one room named after the peer. */
void hs_session_begin_plain (HsSession *self, const char *peer);
/* One IRC line from the server; written to. */
void hs_session_receive_irc (HsSession *self, char *line, gsize len);
/* One text from a plain peer, raw bytes. */
void hs_session_receive_plain (HsSession *self, const char *data, gsize len);
void hs_session_receive_too_long (HsSession *self);
/* A sentence of ours or the server's in a room's history (@conversation NULL: where the server's lines go). */
void hs_session_tell (HsSession *self, HsConversation *conversation, const char *text);
/* The peer's TCP has acknowledged the stream up to @offset; the kernel took it up to @offset. */
void hs_session_written (HsSession *self, guint64 offset);
void hs_session_acknowledged (HsSession *self, guint64 offset);
/* Datagrams: an ICMP message brought (the beginning of) one of ours back. TRUE: of a message, which has failed. */
gboolean hs_session_bounced (HsSession *self, const char *data, gsize len);
/* Datagrams sent before @time (monotonic µs) that did not come back have their place: more will not be known. TRUE: others are waited for. */
gboolean hs_session_settle_sent (HsSession *self, gint64 time);
/* Is there an own message for which an acknowledgement would be news? */
gboolean hs_session_awaits_ack (HsSession *self);
/* ---- TCPVIEW (hs-session-view.c). Signal "view-heard" (int HsViewVerb, HsIrcMessage *, borrowed): a line of the server's, with all parameters. ---- */
/* The server speaks it, and we are in. */
gboolean hs_session_can_view (HsSession *self);
/* @arguments: as many as the verb has. */
void hs_session_tell_view (HsSession *self, HsViewVerb verb, const char *const *arguments);
/* Calls @func once the store has answered for all that was heard so far. */
void hs_session_when_stored (HsSession *self, void (*func) (gpointer user_data), gpointer user_data);
void hs_session_set_state (HsSession *self, HsSessionState state, const char *error_text);
/* The connection is over: pending messages become not confirmed or failed. */
void hs_session_ended (HsSession *self, const char *why);
