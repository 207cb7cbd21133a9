/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thing that happened on one connection: when, what, and how we know it. Immutable and atomically counted: it crosses threads. */
#pragma once

#include <glib-object.h>

#include "hs-tcp-numbers.h"
#include "hs-tcp-tally.h"

typedef enum
{
  HS_TCP_EVENT_STEP = 0,    /* a GIO step: resolving, resolved, connecting, connected, accepted, … */
  HS_TCP_EVENT_STATE = 1,   /* a state was entered */
  HS_TCP_EVENT_SEGMENT = 2, /* a SYN, SYN-ACK, ACK or FIN, or RST, with its numbers as far as known */
  HS_TCP_EVENT_DATA = 3,    /* bytes written, received, acknowledged */
  HS_TCP_EVENT_NOTE = 4,    /* what cannot be seen, and why; dialect; errors */
  HS_TCP_EVENT_NUMBERED = 5, /* first sequence numbers became known: seq is our own (x or y), ack the other side's */
  HS_TCP_EVENT_OTHER = 6,   /* the other end's socket is on this computer, too, and was seen in another state: other */
} HsTcpEventKind;

/* DATA: which stop of a message's way. Offsets count the bytes of the TCP stream (under TLS: ciphertext). */
typedef enum
{
  HS_TCP_STAGE_NONE = 0,
  HS_TCP_STAGE_QUEUED = 1,       /* the link took it: app; not in the log */
  HS_TCP_STAGE_WRITTEN = 2,      /* the kernel took it */
  HS_TCP_STAGE_ON_WIRE = 3,      /* a segment left: seq, ack, window and flags of its header, bytes its payload */
  HS_TCP_STAGE_ACKNOWLEDGED = 4, /* by the peer's TCP */
  HS_TCP_STAGE_RECEIVED = 5,     /* read by us */
  HS_TCP_STAGE_RECORD = 6,       /* under TLS: the record that ends with app ends at offset; not in the log */
} HsTcpStage; /* append only */

/* What cannot be seen here, and so is not shown (never made up). Bits; a NOTE event carries one, a watch gathers them. */
typedef enum
{
  HS_TCP_CANNOT_NOTHING = 0,
  HS_TCP_CANNOT_KERNEL = 1 << 0,  /* no TCP_INFO: another system, or no TCP at all */
  HS_TCP_CANNOT_ORPHAN = 1 << 1,  /* no sock_diag: what follows after close () */
  HS_TCP_CANNOT_STAMPS = 1 << 2,  /* SO_TIMESTAMPING refused: no header of a segment, no time of its sending */
  HS_TCP_CANNOT_HEADERS = 1 << 3, /* times only: net.core.tstamp_allow_data is 0 */
  HS_TCP_CANNOT_SYN = 1 << 4,     /* the guest's SYN was not kept */
} HsTcpCannot;

typedef enum
{
  HS_TCP_OBSERVED = 0, /* a call of the kernel said so */
  HS_TCP_INFERRED = 1, /* it must have been, because of what was observed */
  HS_TCP_TOLD = 2,     /* the other end says that it observed it: never of an event, only of a rung */
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
  HsTcpTransport transport; /* other than TCP: there is no state */
  HsTcpState other;     /* OTHER */
  guint8 flags;         /* SEGMENT, DATA ON_WIRE */
  gboolean outgoing;    /* SEGMENT, DATA */
  gboolean has_seq, has_ack, has_window;
  gboolean seq_calculated, ack_calculated; /* FALSE: read from a header; TRUE: reckoned from other facts (shown in italics) */
  guint32 seq, ack;     /* SEGMENT, DATA, NUMBERED, where known */
  guint32 window;       /* in bytes, the window scale applied (a SYN's is never scaled) */
  HsTcpStage stage;     /* DATA */
  guint64 offset;       /* DATA: stream offset after its last byte */
  guint64 app;          /* DATA QUEUED, RECORD: offset in the link's own stream (hs_link_send ()) */
  guint64 bytes;        /* DATA */
  gboolean again;       /* DATA ON_WIRE: a retransmission */
  gboolean exact;       /* time is the kernel's own for this; else it is when we looked: no later than */
  HsTcpCannot cannot;   /* NOTE */
  guint32 expires_ms;   /* STATE TIME_WAIT: time left when it was seen */
  char *title;          /* "SYN arrived", "connecting": untranslated msgid (N_) or a protocol word */
  char *detail;         /* (nullable) facts: "x = 3481203117 · MSS 1460", never translated: no words but names of fields and calls */
  char *source;         /* how known: "TCP_INFO", "sock_diag", "accept()", "GSocketClient", "TCP_SAVED_SYN" … */
} HsTcpEvent;

#define HS_TYPE_TCP_EVENT (hs_tcp_event_get_type ())
GType hs_tcp_event_get_type (void);
HsTcpEvent *hs_tcp_event_new (HsTcpEventKind kind, HsTcpKnown known, gint64 time, const char *title, const char *detail, const char *source);
HsTcpEvent *hs_tcp_event_ref (HsTcpEvent *self);
void hs_tcp_event_unref (HsTcpEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTcpEvent, hs_tcp_event_unref)

/* One sentence for one bit (untranslated msgid); "" for none. */
const char *hs_tcp_cannot_get_sentence (HsTcpCannot cannot);

/* One line for the log's copy: "09:11:58.204 ESTABLISHED observed accept() cookie 0x1c7e". (transfer full) */
char *hs_tcp_event_to_text (const HsTcpEvent *self);
