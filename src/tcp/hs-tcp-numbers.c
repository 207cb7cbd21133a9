/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What TCP_INFO and the queues' ioctls say of one socket at one moment. A plain struct; reading it takes about 1 µs. */
#include "hs-tcp-numbers.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* The kernel's struct tcp_info as of 6.18, 280 bytes: headers of an older system are shorter than what its kernel may tell,
 * and an older kernel tells less than this. So it is zeroed, and the length that comes back is heeded. */
typedef struct
{
  guint8 state, ca_state, retransmits, probes, backoff, options;
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  guint8 snd_wscale : 4, rcv_wscale : 4;
#else
  guint8 rcv_wscale : 4, snd_wscale : 4;
#endif
  guint8 flags;
  guint32 rto, ato, snd_mss, rcv_mss;
  guint32 unacked, sacked, lost, retrans, fackets;
  guint32 last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
  guint32 pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering;
  guint32 rcv_rtt, rcv_space, total_retrans;
  guint64 pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
  guint32 segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
  guint64 delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
  guint32 delivered, delivered_ce;
  guint64 bytes_sent, bytes_retrans;
  guint32 dsack_dups, reord_seen, rcv_ooopack, snd_wnd;
  guint32 rcv_wnd; /* 6.2 */
  guint32 rehash;
  guint8 later[40];
} KernelInfo;

G_STATIC_ASSERT (sizeof (KernelInfo) == 280);
G_STATIC_ASSERT (offsetof (KernelInfo, rcv_wnd) == 232);
G_STATIC_ASSERT (offsetof (KernelInfo, rtt) == offsetof (struct tcp_info, tcpi_rtt));
G_STATIC_ASSERT (offsetof (KernelInfo, bytes_acked) == offsetof (struct tcp_info, tcpi_bytes_acked));
G_STATIC_ASSERT (offsetof (KernelInfo, snd_wnd) == offsetof (struct tcp_info, tcpi_snd_wnd));

static gboolean
read_info (int fd, KernelInfo *info)
{
  socklen_t len = sizeof *info;

  memset (info, 0, sizeof *info);
  if (getsockopt (fd, IPPROTO_TCP, TCP_INFO, info, &len) != 0)
    return FALSE;
  if (len < offsetof (KernelInfo, pacing_rate))
    {
      errno = ENOPROTOOPT;
      return FALSE;
    }
  return TRUE;
}

static guint32
read_queue (int fd, unsigned long request)
{
  int bytes = 0;

  return ioctl (fd, request, &bytes) == 0 && bytes > 0 ? (guint32) bytes : 0;
}

static void
fill (HsTcpNumbers *self, const KernelInfo *info)
{
  *self = (HsTcpNumbers){
    .time = g_get_monotonic_time (),
    .state = hs_tcp_state_from_linux (info->state),
    .wscale_snd = info->snd_wscale,
    .wscale_rcv = info->rcv_wscale,
    .syn_options = info->options,
    .retransmits = info->retransmits,
    .rto_us = info->rto,
    .rtt_us = info->rtt,
    .rttvar_us = info->rttvar,
    .min_rtt_us = info->min_rtt == G_MAXUINT32 ? 0 : info->min_rtt, /* ~0: none measured yet */
    .snd_mss = info->snd_mss,
    .rcv_mss = info->rcv_mss,
    .advmss = info->advmss,
    .pmtu = info->pmtu,
    .snd_cwnd = info->snd_cwnd,
    .snd_ssthresh = info->snd_ssthresh,
    .snd_wnd = info->snd_wnd,
    .rcv_wnd = info->rcv_wnd,
    .total_retrans = info->total_retrans,
    .unacked = info->unacked,
    .lost = info->lost,
    .bytes_acked = info->bytes_acked,
    .bytes_received = info->bytes_received,
    .bytes_sent = info->bytes_sent,
    .bytes_retrans = info->bytes_retrans,
    .segs_in = info->segs_in,
    .segs_out = info->segs_out,
    .data_segs_in = info->data_segs_in,
    .data_segs_out = info->data_segs_out,
    .last_data_recv_ms = info->last_data_recv,
    .last_ack_recv_ms = info->last_ack_recv,
  };
}

gboolean
hs_tcp_numbers_read (int fd, HsTcpNumbers *self)
{
  KernelInfo info;

  memset (self, 0, sizeof *self);
  if (!read_info (fd, &info))
    return FALSE;
  fill (self, &info);
  self->send_queue = read_queue (fd, SIOCOUTQ);
  self->receive_queue = read_queue (fd, SIOCINQ);
  return TRUE;
}

gboolean
hs_tcp_numbers_read_other (HsTcpDiag *diag, GInetSocketAddress *local, GInetSocketAddress *remote, HsTcpNumbers *self)
{
  KernelInfo info = { 0 };
  HsTcpDiagEntry entry;
  gsize len = 0;

  memset (self, 0, sizeof *self);
  if (!hs_tcp_diag_find_other (diag, local, remote, &entry, &info, sizeof info, &len))
    return FALSE;
  if (len >= offsetof (KernelInfo, pacing_rate))
    fill (self, &info);
  self->time = g_get_monotonic_time ();
  self->state = entry.state; /* TCP_INFO never says TIME-WAIT */
  self->send_queue = entry.send_queue;
  self->receive_queue = entry.receive_queue;
  return TRUE;
}

/* SK_MEMINFO_DROPS of linux/sock_diag.h, the last of nine numbers */
static guint32
read_drops (int fd)
{
  guint32 memory[9] = { 0 };
  socklen_t len = sizeof memory;

  if (getsockopt (fd, SOL_SOCKET, SO_MEMINFO, memory, &len) != 0 || len < sizeof memory)
    return 0;
  return memory[8];
}

gboolean
hs_tcp_listener_numbers_read (int fd, guint16 port, HsTcpDiag *diag, HsTcpListenerNumbers *self)
{
  KernelInfo info;

  memset (self, 0, sizeof *self);
  self->half_open = G_MAXUINT32;
  if (!read_info (fd, &info) || hs_tcp_state_from_linux (info.state) != HS_TCP_LISTEN)
    return FALSE;

  self->time = g_get_monotonic_time ();
  self->accept_queue = info.unacked;
  self->backlog = info.sacked;
  self->drops = read_drops (fd);
  if (diag != NULL)
    {
      self->half_open = hs_tcp_diag_count_half_open (diag, port);
      self->syn_cookies = self->backlog > 0 && self->half_open >= self->backlog;
    }
  return TRUE;
}
