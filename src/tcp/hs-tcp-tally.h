/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to count of a socket with no TCP beneath it: datagrams (UDP), or a stream that never leaves this computer (Unix). A plain struct. */
#pragma once

#include <glib.h>

typedef enum
{
  HS_TCP_TRANSPORT_TCP = 0,
  HS_TCP_TRANSPORT_UDP = 1,
  HS_TCP_TRANSPORT_UNIX = 2,
} HsTcpTransport;

typedef struct
{
  gint64 time;            /* monotonic µs */
  HsTcpTransport transport;
  /* Counted by the tap, from when it was attached */
  guint64 sent, received; /* calls: of UDP one a datagram */
  guint64 bytes_sent, bytes_received;
  guint64 errors;         /* UDP: ICMP messages that came back about what was sent */
  /* By the kernel */
  guint32 receive_queue;  /* not yet read by us: bytes (Unix, SIOCINQ), memory with all that stands around them (UDP, SO_MEMINFO) */
  guint32 send_queue;     /* memory of what was sent and has not left yet (UDP), or was not read by the other program (Unix): SIOCOUTQ */
  guint32 receive_room;   /* SO_RCVBUF: over it datagrams are dropped */
  guint32 drops;          /* of datagrams that came (SO_MEMINFO) */
  gboolean has_memory;    /* receive_room and drops are known */
  /* Unix: who opened the other end (SO_PEERCRED) */
  gboolean has_peer;
  gint32 pid;             /* 0: in another namespace of process ids */
  guint32 uid, gid;
  char program[16];       /* of that process now, by /proc; "" not known */
} HsTcpTally;

/* FALSE: @fd is TCP, or nothing known. What the tap counts stays as it is. */
gboolean hs_tcp_tally_read (int fd, HsTcpTally *self);

/* What ICMP said of a datagram of ours, for the log: an untranslated msgid. Types and codes of RFC 792 and RFC 4443. */
const char *hs_tcp_icmp_get_title (gboolean v6, guint8 type, guint8 code);
