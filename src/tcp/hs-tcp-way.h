/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of each message down the stream: queued → written → on the wire → acknowledged, kept as marks by offset and asked for by
 * offset. Fed with a connection's events; knows no socket and no message. */
#pragma once

#include "hs-tcp-event.h"

typedef struct
{
  gint64 time;      /* monotonic µs; 0: has not happened, or was not seen */
  HsTcpKnown known; /* INFERRED: it must have happened by then, but no segment with just these bytes was seen */
  gboolean exact;   /* the kernel's own time; else that of our look: no later than */
} HsTcpMoment;

typedef struct
{
  guint64 begin, end; /* in the TCP stream, end exclusive; under TLS of the records that carry it */
  guint records;      /* under TLS: how many these are, */
  guint64 app_begin, app_end; /* and what of the link's own stream is in them: others' lines, too, perhaps */
  HsTcpMoment queued, written, on_wire, acknowledged;
  gboolean has_seq;   /* our first number is known, so the bytes' are */
  guint32 seq;        /* of the first byte (reckoned) */
  guint resent;       /* how often a segment that ends with it was sent again */
} HsTcpWay;

typedef struct _HsTcpWays HsTcpWays;

HsTcpWays *hs_tcp_ways_new (void);
void hs_tcp_ways_free (HsTcpWays *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTcpWays, hs_tcp_ways_free)

/* Events in the order in which they were told; others than DATA and NUMBERED are ignored. The newest HS_TCP_WAY_MARKS of each stop are kept. */
#define HS_TCP_WAY_MARKS 4096
void hs_tcp_ways_add (HsTcpWays *self, const HsTcpEvent *event);

/* Without any RECORD the link's own stream and TCP's are the same. Of the bytes [@begin, @end) of the link's own stream (what hs_link_send () returned is @end). FALSE: nothing is known of them (any more). */
gboolean hs_tcp_ways_get (HsTcpWays *self, guint64 begin, guint64 end, HsTcpWay *way);
