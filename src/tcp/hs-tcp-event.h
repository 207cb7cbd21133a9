/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thing that happened on one connection: when, what, and how we know it. Immutable and atomically counted: it crosses threads. */
#pragma once

#include <glib-object.h>

#include "hs-tcp-numbers.h"

typedef enum
{
  HS_TCP_EVENT_STEP = 0,    /* a GIO step: resolving, resolved, connecting, connected, accepted, … */
  HS_TCP_EVENT_STATE = 1,   /* a state was entered */
  HS_TCP_EVENT_SEGMENT = 2, /* a SYN, SYN-ACK, ACK or FIN, or RST, with its numbers as far as known */
  HS_TCP_EVENT_DATA = 3,    /* bytes written, received, acknowledged */
  HS_TCP_EVENT_NOTE = 4,    /* what cannot be seen, and why; dialect; errors */
} HsTcpEventKind;

typedef enum
{
  HS_TCP_OBSERVED = 0, /* a call of the kernel said so */
  HS_TCP_INFERRED = 1, /* it must have been, because of what was observed */
} HsTcpKnown;

enum /* flags of a segment, bits of RFC 9293 3.1 */
{
  HS_TCP_FIN = 0x01,
  HS_TCP_SYN = 0x02,
  HS_TCP_RST = 0x04,
  HS_TCP_PSH = 0x08,
  HS_TCP_ACK = 0x10,
};

typedef struct
{
  gint ref_count;
  HsTcpEventKind kind;
  HsTcpKnown known;
  gint64 time;          /* monotonic µs; for inferred ones the best estimate, never later than the look that showed it */
  gint64 real_time;     /* Unix µs */
  HsTcpState state;     /* STATE: entered; else the state at that time */
  guint8 flags;         /* SEGMENT */
  gboolean outgoing;    /* SEGMENT, DATA */
  gboolean has_seq, has_ack;
  guint32 seq, ack;     /* SEGMENT, where known */
  guint64 bytes;        /* DATA */
  guint32 expires_ms;   /* STATE TIME_WAIT: time left when it was seen */
  char *title;          /* "SYN arrived", "connecting": untranslated msgid (N_) or a protocol word */
  char *detail;         /* (nullable) facts: "x = 3481203117 · MSS 1460", never translated */
  char *source;         /* how known: "TCP_INFO", "sock_diag", "accept()", "GSocketClient", "TCP_SAVED_SYN" … */
} HsTcpEvent;

#define HS_TYPE_TCP_EVENT (hs_tcp_event_get_type ())
GType hs_tcp_event_get_type (void);
HsTcpEvent *hs_tcp_event_new (HsTcpEventKind kind, HsTcpKnown known, gint64 time, const char *title, const char *detail, const char *source);
HsTcpEvent *hs_tcp_event_ref (HsTcpEvent *self);
void hs_tcp_event_unref (HsTcpEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTcpEvent, hs_tcp_event_unref)

/* One line for the log's copy: "09:11:58.204 ESTABLISHED observed accept() cookie 0x1c7e". (transfer full) */
char *hs_tcp_event_to_text (const HsTcpEvent *self);
