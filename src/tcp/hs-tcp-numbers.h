/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What TCP_INFO and the queues' ioctls say of one socket at one moment. A plain struct; reading it takes about 1 µs. */
#pragma once

#include "hs-tcp-diag.h"

typedef struct
{
  gint64 time;            /* monotonic µs */
  HsTcpState state;       /* never TIME_WAIT: TCP_INFO says CLOSE then, sock_diag says which */
  guint8 wscale_snd, wscale_rcv;
  guint8 syn_options;     /* TCPI_OPT_*: timestamps 1, SACK 2, window scale 4, ECN 8 */
  guint8 retransmits;     /* of the segment waited for now */
  guint32 rto_us;
  guint32 rtt_us, rttvar_us, min_rtt_us;
  guint32 snd_mss, rcv_mss, advmss, pmtu;
  guint32 snd_cwnd, snd_ssthresh;
  guint32 snd_wnd, rcv_wnd; /* rcv_wnd 0 when the kernel does not tell (before 6.2) */
  guint32 total_retrans;
  guint32 unacked, lost;
  guint64 bytes_acked;    /* raw: a client's own SYN and each side's own FIN count one */
  guint64 bytes_received; /* raw: the peer's FIN counts one */
  guint64 bytes_sent, bytes_retrans;
  guint32 segs_in, segs_out, data_segs_in, data_segs_out;
  guint32 last_data_recv_ms, last_ack_recv_ms;
  guint32 send_queue;     /* SIOCOUTQ: not yet acknowledged */
  guint32 receive_queue;  /* SIOCINQ: not yet read by us */
} HsTcpNumbers;

/* FALSE with errno where the kernel does not tell (Unix socket, other system). */
gboolean hs_tcp_numbers_read (int fd, HsTcpNumbers *self);
/* Of the other end of the connection between @local and @remote, where that is on this computer, too (hs_tcp_diag_find_other ()). What is left of a
 * closed one has a state, and no numbers. */
gboolean hs_tcp_numbers_read_other (HsTcpDiag *diag, GInetSocketAddress *local, GInetSocketAddress *remote, HsTcpNumbers *self);

/* Half-open connections of one address. */
#define HS_TCP_CALLERS_MAX 16
typedef struct
{
  char address[46];       /* INET6_ADDRSTRLEN */
  guint32 count;
} HsTcpCaller;

/* What is to be warned of at a listener; bits. Set by HsTcpDoor, which remembers. */
typedef enum
{
  HS_TCP_DOOR_HALF_OPEN_CLIMBS = 1 << 0, /* ever more half-open: a SYN flood, or answers that do not arrive */
  HS_TCP_DOOR_QUEUE_FULL = 1 << 1,       /* the accept queue is full: newcomers wait, their SYNs are dropped */
  HS_TCP_DOOR_DROPS = 1 << 2,            /* the kernel has dropped some since the last look */
  HS_TCP_DOOR_SYN_COOKIES = 1 << 3,      /* it answers with SYN cookies, and keeps nothing of a SYN */
} HsTcpDoorWarning;

/* One sentence for one bit (untranslated msgid); "" for none. */
const char *hs_tcp_door_warning_get_sentence (HsTcpDoorWarning warning);

/* A listener's (TCP_INFO of a LISTEN socket: unacked is the accept queue, sacked the backlog; SO_MEMINFO[8] the drops). */
typedef struct
{
  gint64 time;
  guint32 accept_queue;
  guint32 backlog;
  guint32 drops;
  guint32 half_open;      /* SYN_RECV entries of this port, by sock_diag; G_MAXUINT32 where it cannot be seen */
  gboolean syn_cookies;   /* half-open have reached the backlog: the kernel answers with SYN cookies if net.ipv4.tcp_syncookies allows */
  /* Filled by HsTcpDoor only */
  guint32 cookies_sent;   /* SYN cookies since it began to look, by all listeners of this computer (TcpExt SyncookiesSent) */
  HsTcpDoorWarning warnings;
  guint32 n_callers;      /* of callers, most half-open first */
  guint32 n_more_callers; /* addresses beyond these */
  HsTcpCaller callers[HS_TCP_CALLERS_MAX];
} HsTcpListenerNumbers;

/* @diag (nullable) counts the half-open of @port. */
gboolean hs_tcp_listener_numbers_read (int fd, guint16 port, HsTcpDiag *diag, HsTcpListenerNumbers *self);
