/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tap's inside, shared by its files: life (hs-tcp-tap.c), how it begins (-begin), the state machine (-move), what goes through (-data), the
 * timestamps (-stamps), the orphan after close (-orphan). */
#pragma once

#include "hs-tcp-stamps.h"
#include "hs-tcp-tap.h"

/* Milliseconds */
#define HS_TCP_NUMBERS_MS   1000  /* numbers, while shown */
#define HS_TCP_QUIET_MS     1000  /* between two looks, while quiet */
#define HS_TCP_ORPHAN_MS    100   /* an orphan's steps, while shown */
#define HS_TCP_ACK_MIN_MS   5     /* until the first look for an acknowledgement, while shown; doubled */
#define HS_TCP_TIME_WAIT_MS 60000 /* linux: TCP_TIMEWAIT_LEN, include/net/tcp.h */
/* Writes in a turn of HS_TCP_NUMBERS_MS: more are a bulk transfer, of which each segment's time is of no use, and costs. */
#define HS_TCP_BULK_WRITES  1000

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
  HsTcpTally tally;         /* where there is no TCP */
  guint64 written;          /* stream offset: what the kernel took */
  guint64 received;         /* stream offset: what we read */
  guint64 told_acked;       /* stream offset of the last ACKNOWLEDGED */
  GArray *records;          /* (nullable) of HsTcpRecord not acknowledged, under TLS */
  guint64 acked_app;        /* the link's own stream: of the last record acknowledged */
  gint64 syn_at;            /* connect () was called; 0 not, or its SYN is told */
  gint64 half_open_seen;    /* 0 not */
  gint64 closed_at;         /* detach, monotonic µs */
  gint64 time_wait_end;     /* monotonic µs */
  guint32 ack_delay;        /* ms until the next look for an acknowledgement; 0: none awaited */
  guint32 own_isn, peer_isn;
  guint16 syn_window;       /* the guest's */

  /* Timestamps, while on */
  guint64 stamps_base;      /* stream offset of id 0 */
  guint64 wired;            /* stream offset: the last segment seen leaving ends here */
  guint64 received_before;  /* numbers.bytes_received before the first write whose segment was not seen */
  guint64 queued_end;       /* stream offset of the last write seen in the packet scheduler */
  gint64 queued_time;
  guint32 candidate_ack;    /* of a header: the peer's first number, if nothing came since the look before */
  guint writes;             /* in this turn */
  gint64 turn_began;
  HsTcpStampsMode stamps;

  guint no_tcp : 1;           /* beneath; or a kernel that tells nothing of it */
  guint has_numbers : 1;
  guint has_own_isn : 1;
  guint has_peer_isn : 1;
  guint peer_isn_seen : 1;    /* in its saved SYN, not reckoned */
  guint has_candidate : 1;
  guint has_records : 1;
  guint quiet : 1;
  guint paused_for_bulk : 1;
  guint stamps_refused : 1;
  guint headers_missed : 1;
  guint waiting : 1;          /* for the bell */
  guint no_bell : 1;
  guint peer_fin_counted : 1; /* numbers.bytes_received counts the peer's FIN */
  guint shut_down : 1;        /* we called shutdown (), or close () did it */
  guint unread : 1;           /* unread data at close (): the kernel sends RST (RFC 2525 2.17) */
  guint reset : 1;            /* SO_LINGER 0 at close () */
  guint shown : 1;
  guint other_seen : 1;       /* the other end is on this computer */
  guint other_absent : 1;     /* it is not, or is no more: never asked for again */
  HsTcpState other;           /* as last seen */
};

/* ---- hs-tcp-tap.c ---- */
void hs_tcp_tap_emit (HsTcpTap *self, HsTcpEvent *event); /* (transfer full) */
void hs_tcp_tap_emit_note (HsTcpTap *self, const char *title, const char *detail, const char *source);
void hs_tcp_tap_schedule (HsTcpTap *self);
void hs_tcp_tap_over (HsTcpTap *self); /* gone () will be told by the loop */

void hs_tcp_tap_emit_cannot (HsTcpTap *self, HsTcpCannot cannot, const char *source);

/* ---- hs-tcp-tap-other.c ---- */
/* Looks whether the other end is on this computer, while shown, and tells of it. */
void hs_tcp_tap_look_other (HsTcpTap *self);

/* ---- hs-tcp-tap-begin.c ---- */
/* There is no TCP to attach to. */
void hs_tcp_tap_begin_without (HsTcpTap *self, gint64 time);
/* From what is known at attach () to ESTABLISHED, as the role has it. */
void hs_tcp_tap_establish (HsTcpTap *self, gint64 time);

/* ---- hs-tcp-tap-data.c ---- */
typedef struct
{
  guint64 app, stream;
} HsTcpRecord;

/* Where the streams stand when it is attached. */
void hs_tcp_tap_begin_counting (HsTcpTap *self);
/* @exact: the kernel's own @time; else it is when we looked. */
void hs_tcp_tap_acknowledged (HsTcpTap *self, guint64 offset, gint64 time, gboolean exact);
/* Reads what the kernel counts of a socket without TCP, and tells it, while shown. */
void hs_tcp_tap_count (HsTcpTap *self);
/* By the numbers just read. */
void hs_tcp_tap_tell_acknowledged (HsTcpTap *self);

/* ---- hs-tcp-tap-stamps.c ---- */
/* On or off, as it is shown, held, and no bulk transfer. */
void hs_tcp_tap_update_stamps (HsTcpTap *self);
void hs_tcp_tap_drain (HsTcpTap *self);
/* Before and after the numbers are read anew. */
void hs_tcp_tap_judge_candidate (HsTcpTap *self);
/* The kernel took something: the numbers are those of the look before. */
void hs_tcp_tap_stamps_wrote (HsTcpTap *self, guint64 before);
/* At each look, by the numbers just read: is it still, or no longer, a bulk transfer? */
void hs_tcp_tap_stamps_turn (HsTcpTap *self);

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
/* Asks to be told, or not any more, as it is shown and what is left. */
void hs_tcp_tap_orphan_update (HsTcpTap *self);
