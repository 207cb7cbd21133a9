/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one end of a connection tells the other of it (TCPVIEW): verbs, facts as text, and what two clocks come to. Nothing in it is believed:
 * it is what was told. Pure functions; the eleven states are numbers here, in the order of RFC 9293 3.3.2 and hs-tcp-state.h. */
#pragma once

#include <glib.h>

#define HS_VIEW_COMMAND "TCPVIEW"
#define HS_VIEW_CAP "handshakechat.github.io/tcp-view"

/* ---- Verbs: the command's first parameter ---- */
typedef enum
{
  HS_VIEW_NOTHING,
  HS_VIEW_ASK,   /* I look at our connection: tell me what you see of it */
  HS_VIEW_END,   /* no longer */
  HS_VIEW_NO,    /* I do not tell, or no longer */
  HS_VIEW_FACT,  /* one parameter: a fact */
  HS_VIEW_CLOCK, /* one parameter: my clock */
  HS_VIEW_TIME,  /* the answer to it: that, the clock there when it came, and when this left */
} HsViewVerb;

/* HS_VIEW_NOTHING: no such verb. */
HsViewVerb hs_view_verb_parse (const char *text);
const char *hs_view_verb_get_name (HsViewVerb verb);
guint hs_view_verb_get_n_parameters (HsViewVerb verb);

/* ---- Facts ---- */
typedef enum
{
  HS_VIEW_STATE,
  HS_VIEW_SEGMENT,
  HS_VIEW_NUMBERS,
  HS_VIEW_FIRST, /* the first sequence numbers: seq its own, ack the other's */
} HsViewKind;

typedef struct
{
  HsViewKind kind;
  gint64 time;         /* Unix µs, by the teller's clock */
  gboolean inferred;   /* by the teller; else it observed it */
  guint state;         /* STATE: entered; NUMBERS: the present one */
  /* SEGMENT ("out" is from the teller), FIRST */
  gboolean outgoing;
  guint flags;         /* bits of RFC 9293 3.1: FIN 1, SYN 2, RST 4, PSH 8, ACK 16 */
  gboolean has_seq, has_ack, has_window, seq_calculated, ack_calculated;
  guint32 seq, ack;
  guint64 window;      /* bytes; NUMBERS: its own */
  /* NUMBERS */
  guint64 sent, received, rtt; /* bytes, bytes, µs */
  guint64 under_way, unread;   /* bytes */
  guint64 segments_out, segments_in;
} HsViewFact;

/* At most HS_VIEW_FACT_MAX bytes, of printable ASCII. (transfer full) */
char *hs_view_fact_format (const HsViewFact *self);
/* FALSE: it is not such a text, whole; @self is untouched. Names that are not known are passed over, for a later version may tell more. */
gboolean hs_view_fact_parse (const char *text, HsViewFact *self);

/* ---- Clocks ---- */
/* How far the other clock is ahead of ours, as NTP reckons it (RFC 5905 8): as if both ways took equally long. The quickest exchange counts. */
typedef struct
{
  gboolean known;
  gint64 offset;     /* µs, the other's less ours */
  gint64 round_trip; /* µs, of the exchange it is taken from, without the time it was held there: it is wrong by half of that at most */
  gint64 asked;      /* our clock in the question under way; 0 none */
  guint n;           /* exchanges that came back */
} HsViewClock;

/* Of decimal digits: a Unix time in µs. FALSE: it is none. */
gboolean hs_view_time_parse (const char *text, gint64 *time);
/* The answer to the question under way came at @now. FALSE: it answers another one, or cannot be. */
gboolean hs_view_clock_take (HsViewClock *self, gint64 asked, gint64 came, gint64 left, gint64 now);
