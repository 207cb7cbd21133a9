/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The eleven states of RFC 9293 3.3.2 as a const table: names, sentences, legal transitions. Knows no socket. */
#pragma once

#include <glib.h>

typedef enum
{
  HS_TCP_CLOSED = 0,
  HS_TCP_LISTEN = 1,
  HS_TCP_SYN_SENT = 2,
  HS_TCP_SYN_RECEIVED = 3,
  HS_TCP_ESTABLISHED = 4,
  HS_TCP_FIN_WAIT_1 = 5,
  HS_TCP_FIN_WAIT_2 = 6,
  HS_TCP_CLOSE_WAIT = 7,
  HS_TCP_CLOSING = 8,
  HS_TCP_LAST_ACK = 9,
  HS_TCP_TIME_WAIT = 10,
} HsTcpState; /* append only */
#define HS_TCP_N_STATES 11

/* "ESTABLISHED", "TIME-WAIT": RFC 9293's, never translated. */
const char *hs_tcp_state_get_name (HsTcpState state);
/* The same, "SYN-RCVD" for SYN-RECEIVED (as RFC 9293 figure 5 has it): for narrow places. */
const char *hs_tcp_state_get_short_name (HsTcpState state);
/* One plain sentence (untranslated msgid, marked with N_): "Both sides may send at any time." */
const char *hs_tcp_state_get_sentence (HsTcpState state);
/* Longer explanation for learners (untranslated msgid). */
const char *hs_tcp_state_get_explanation (HsTcpState state);
/* May @from be followed by @to (RFC 9293 figure 5, and abort to CLOSED from everywhere)? */
gboolean hs_tcp_state_may_follow (HsTcpState from, HsTcpState to);
/* The legal path from @from to @to when steps were missed between two looks, exclusive of @from, inclusive of @to;
 * @began: whether our side closed first. Returns the number of states written (0: no path). */
guint hs_tcp_state_path (HsTcpState from, HsTcpState to, gboolean began, HsTcpState path[HS_TCP_N_STATES]);
/* Linux's TCP_* value (netinet/tcp.h; 12 is NEW_SYN_RECV) to ours. */
HsTcpState hs_tcp_state_from_linux (guint8 value);
