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
  gint64 time;         /* µs after the ladder's first segment; -1 unknown */
  char *source;        /* (nullable) how known */
} HsTcpRung;

void hs_tcp_rung_free (HsTcpRung *rung);

/* (element-type HsTcpRung) (transfer full). Empty when that part has not begun. */
GPtrArray *hs_tcp_ladder_handshake (HsTcpWatch *watch);
GPtrArray *hs_tcp_ladder_close (HsTcpWatch *watch);
