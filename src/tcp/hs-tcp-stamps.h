/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SO_TIMESTAMPING on one TCP descriptor (Documentation/networking/timestamping.rst): switched on and off, and its error queue read. The
 * kernel returns the last segment of every send with its headers, unprivileged, and the moments when it was queued, sent and acknowledged. */
#pragma once

#include <glib.h>

typedef struct
{
  guint32 seq, ack;
  guint16 window;  /* as in the header, not scaled */
  guint8 flags;
  guint32 payload; /* bytes */
} HsTcpHeader;

typedef enum
{
  HS_TCP_STAMP_QUEUED,       /* given to the packet scheduler */
  HS_TCP_STAMP_SENT,         /* given to the device; again for each retransmission */
  HS_TCP_STAMP_ACKNOWLEDGED, /* the peer's TCP confirmed up to id */
} HsTcpStampKind;

typedef struct
{
  HsTcpStampKind kind;
  guint32 id;          /* of the send's last byte: its distance from the byte with which counting began */
  gint64 time;         /* monotonic µs */
  gboolean has_header; /* never with ACKNOWLEDGED */
  HsTcpHeader header;
} HsTcpStamp;

typedef enum
{
  HS_TCP_STAMPS_OFF,
  HS_TCP_STAMPS_FROM_WRITTEN, /* id 0 is the next byte to be written (OPT_ID_TCP, Linux 6.2) */
  HS_TCP_STAMPS_FROM_ACKNOWLEDGED, /* id 0 is the first byte not acknowledged: the same while nothing is under way */
} HsTcpStampsMode;

/* The connection stands, and nothing was written by another thread. OFF with errno where the kernel (EINVAL) or a sandbox refuses.
 * @has_headers: FALSE where the system gives times only (net.core.tstamp_allow_data). */
HsTcpStampsMode hs_tcp_stamps_switch_on (int fd, gboolean *has_headers);
/* What is under way may still come: it is to be drained like all else. */
void hs_tcp_stamps_switch_off (int fd);

typedef void (*HsTcpStampFunc) (const HsTcpStamp *stamp, gpointer user_data);
/* Reads the error queue until it is empty, whoever filled it: what is left there keeps EPOLLERR up, and fills the receive buffer until the
 * connection stalls. Only headers between @local and @remote (ports) are believed. @func (nullable: all is thrown away) must not close
 * @fd. Returns how many entries there were. */
guint hs_tcp_stamps_drain (int fd, guint16 local, guint16 remote, HsTcpStampFunc func, gpointer user_data);

/* A copy of a segment, with its link layer or without; may be cut off behind the headers. Trusts no length in it. */
gboolean hs_tcp_header_decode (const guint8 *data, gsize len, guint16 local, guint16 remote, HsTcpHeader *header);
