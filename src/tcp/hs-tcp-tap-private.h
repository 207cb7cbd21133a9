/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tap's inside, shared by its files: life (hs-tcp-tap.c), the state machine (-move), the orphan after close (-orphan). */
#pragma once

#include "hs-tcp-tap.h"

/* Milliseconds */
#define HS_TCP_NUMBERS_MS   1000  /* numbers, while shown */
#define HS_TCP_ORPHAN_MS    100   /* an orphan's steps, while shown */
#define HS_TCP_ACK_MIN_MS   5     /* until the first look for an acknowledgement, while shown; doubled */
#define HS_TCP_TIME_WAIT_MS 60000 /* linux: TCP_TIMEWAIT_LEN, include/net/tcp.h */

typedef enum
{
  PHASE_BEFORE,  /* no descriptor yet */
  PHASE_HELD,
  PHASE_CLOSING, /* detached; close (fd) follows, then the first query */
  PHASE_ORPHAN,
  PHASE_OVER,    /* gone () is to be told, by the loop */
  PHASE_GONE,
} HsTcpTapPhase;

struct _HsTcpTap
{
  /* Owned */
  GSocketAddress *local;
  GSocketAddress *remote;
  GMainContext *context;
  GSource *timer;

  /* Borrowed */
  HsTcpDiag *diag;
  const HsTcpTapFuncs *funcs;
  gpointer user_data;
  int fd;

  /* State */
  HsTcpRole role;
  HsTcpTapPhase phase;
  HsTcpState state;
  HsTcpKnown known;
  guint64 cookie;
  HsTcpNumbers numbers;     /* of the last look */
  guint64 told_acked;       /* bytes_acked of the last DATA event */
  gint64 closed_at;         /* detach, monotonic µs */
  gint64 time_wait_end;     /* monotonic µs */
  guint32 ack_delay;        /* ms until the next look for an acknowledgement; 0: none awaited */
  guint32 peer_isn;         /* the guest's x, from its saved SYN */
  guint is_unix : 1;
  guint has_numbers : 1;
  guint has_peer_isn : 1;
  guint peer_fin_counted : 1; /* numbers.bytes_received counts the peer's FIN */
  guint shut_down : 1;        /* we called shutdown (), or close () did it */
  guint unread : 1;           /* unread data at close (): the kernel sends RST (RFC 2525 2.17) */
  guint reset : 1;            /* SO_LINGER 0 at close () */
  guint shown : 1;
};

/* ---- hs-tcp-tap.c ---- */
void hs_tcp_tap_emit (HsTcpTap *self, HsTcpEvent *event); /* (transfer full) */
void hs_tcp_tap_emit_note (HsTcpTap *self, const char *title, const char *detail, const char *source);
void hs_tcp_tap_schedule (HsTcpTap *self);
void hs_tcp_tap_over (HsTcpTap *self); /* gone () will be told by the loop */

/* ---- hs-tcp-tap-move.c ---- */
typedef struct
{
  HsTcpState state;
  HsTcpKnown known;
  gint64 time;
  guint32 expires_ms;
  const char *detail; /* (nullable) */
  const char *source;
  gboolean cause_told; /* the segment that caused it has been told already */
} HsTcpSighting;

/* The connection is in a state now: what lies between the last known one and it is filled in as inferred. */
void hs_tcp_tap_move (HsTcpTap *self, const HsTcpSighting *sighting);
/* It ended without a close in order: by the peer's RST, or ours, or (both FALSE) one cannot tell. */
void hs_tcp_tap_abort (HsTcpTap *self, gboolean by_peer, gboolean by_us, const char *source);
/* One state, with the segments that belong to the step. */
void hs_tcp_tap_enter (HsTcpTap *self, const HsTcpSighting *sighting);
void hs_tcp_tap_segment (HsTcpTap *self, HsTcpKnown known, gint64 time, guint8 flags, gboolean outgoing,
                         const char *detail, const char *source);

/* ---- hs-tcp-tap-orphan.c ---- */
void hs_tcp_tap_orphan_look (HsTcpTap *self);
