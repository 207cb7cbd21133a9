/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder as data: which rows a diagram of handshake or close has, derived from a connection's events. Pure functions; draws nothing. */
#pragma once

#include "hs-tcp-watch.h"

typedef enum
{
  HS_TCP_RUNG_STATE,   /* a state on one or both rails */
  HS_TCP_RUNG_SEGMENT, /* an arrow */
} HsTcpRungKind;

typedef struct
{
  HsTcpRungKind kind;
  /* STATE: left and right are the opener and the listener, on both computers */
  gboolean has_left, has_right;
  HsTcpState left, right;
  HsTcpKnown left_known, right_known;
  gboolean left_current, right_current;
  /* SEGMENT */
  gboolean from_left;
  HsTcpKnown known;
  guint8 flags;
  char symbols[64];    /* "seq = x · ack = y + 1" */
  char numbers[64];    /* "x = 3 481 203 117" with U+2009 groups, "" when unknown */
  gboolean numbers_calculated; /* italic */
  gboolean has_seq, has_ack, has_window;
  gboolean seq_calculated, ack_calculated; /* each by itself; FALSE: read from a header */
  guint32 seq, ack;
  guint32 window;      /* bytes, scaled */
  guint64 bytes;       /* data in it; 0: none */
  gboolean again;      /* sent again */
  gint64 time;         /* µs after the ladder's first segment; -1 unknown */
  char *source;        /* (nullable) how known */
  /* Both ends in one picture: what the other end tells of this segment, or of its own state (hs-tcp-told.h) */
  gboolean told;
  gboolean told_observed;   /* there; else it infers it */
  gboolean has_told_time;   /* its clock's offset is assumed */
  gint64 told_time;    /* µs after the ladder's first segment, by our clock as assumed: of a segment of ours when it came there, else when it left there */
  gint64 told_real;    /* Unix µs, by its own clock */
  gboolean told_has_seq, told_has_ack;
  guint32 told_seq, told_ack;
} HsTcpRung;

void hs_tcp_rung_free (HsTcpRung *rung);

/* (element-type HsTcpRung) (transfer full). Empty when that part has not begun. */
GPtrArray *hs_tcp_ladder_handshake (HsTcpWatch *watch);
GPtrArray *hs_tcp_ladder_close (HsTcpWatch *watch);
/* The last @max segments with data and acknowledgements between the two: ours as they left (observed), the peer's acknowledgements, and what we
 * read of the peer's, of which the segments are not seen (inferred). */
GPtrArray *hs_tcp_ladder_data (HsTcpWatch *watch, guint max);
/* Does the other end tell of other numbers than our kernel? Somebody between changes them, or it is not true. */
gboolean hs_tcp_rung_differs (const HsTcpRung *rung);
