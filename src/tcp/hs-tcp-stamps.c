/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SO_TIMESTAMPING on one TCP descriptor; see hs-tcp-stamps.h. */
#include "hs-tcp-stamps.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "hs-tcp-syn.h"

#define OPT_ID_TCP (1u << 16) /* linux: SOF_TIMESTAMPING_OPT_ID_TCP, 6.2; older headers lack it */

#define WANTED (SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE \
                | SOF_TIMESTAMPING_OPT_ID)

#define COPY_MAX 192 /* link layer 14 (18 with VLAN), IPv6 40, TCP 60: the payload is cut off */

/* linux: if_ether.h */
#define ETHER_HEADER 14
#define ETHER_VLAN   18

/* ---- The switch ---- */

static gboolean
set_flags (int fd, guint32 flags)
{
  return setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

/* 0: a process without CAP_NET_RAW gets nothing that carries data, and no stamp at all unless it asks for times only. */
static gboolean
may_have_headers (void)
{
  g_autofree char *text = NULL;

  return !g_file_get_contents ("/proc/sys/net/core/tstamp_allow_data", &text, NULL, NULL) || *text != '0';
}

HsTcpStampsMode
hs_tcp_stamps_switch_on (int fd, gboolean *has_headers)
{
  guint32 flags = WANTED;

  *has_headers = may_have_headers ();
  if (!*has_headers)
    flags |= SOF_TIMESTAMPING_OPT_TSONLY;
  set_flags (fd, 0); /* OPT_ID begins to count when it is switched on; somebody may have done so before */
  if (set_flags (fd, flags | OPT_ID_TCP))
    return HS_TCP_STAMPS_FROM_WRITTEN;
  return errno == EINVAL && set_flags (fd, flags) ? HS_TCP_STAMPS_FROM_ACKNOWLEDGED : HS_TCP_STAMPS_OFF;
}

void
hs_tcp_stamps_switch_off (int fd)
{
  set_flags (fd, 0);
}

/* ---- A segment's copy ---- */

static guint16
read_u16 (const guint8 *data)
{
  return (guint16) (data[0] << 8 | data[1]);
}

static guint32
read_u32 (const guint8 *data)
{
  return (guint32) read_u16 (data) << 16 | read_u16 (data + 2);
}

/* @packet begins with IP. */
static gboolean
decode_packet (const guint8 *packet, gsize len, guint16 local, guint16 remote, HsTcpHeader *header)
{
  guint8 ttl;
  gsize total = 0, size;
  gsize tcp = hs_tcp_syn_find_tcp (packet, len, &ttl, &total);
  const guint8 *data = packet + tcp;

  if (tcp == 0 || tcp > len || len - tcp < 20 || read_u16 (data) != local || read_u16 (data + 2) != remote)
    return FALSE;
  size = (gsize) (data[12] >> 4) * 4;
  if (size < 20 || total < tcp + size) /* also one too long for its length field (BIG TCP): 0 */
    return FALSE;
  *header = (HsTcpHeader){
    .seq = read_u32 (data + 4), .ack = read_u32 (data + 8), .flags = data[13], .window = read_u16 (data + 14),
    .payload = (guint32) (total - tcp - size),
  };
  return TRUE;
}

/* Which link layer it was is not told: the one in which our ports stand at their places. */
gboolean
hs_tcp_header_decode (const guint8 *data, gsize len, guint16 local, guint16 remote, HsTcpHeader *header)
{
  static const gsize offsets[] = { ETHER_HEADER, 0, ETHER_VLAN };

  memset (header, 0, sizeof *header);
  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    if (offsets[i] < len && decode_packet (data + offsets[i], len - offsets[i], local, remote, header))
      return TRUE;
  return FALSE;
}

/* ---- The error queue ---- */

typedef struct
{
  gboolean is_stamp;
  guint32 what, id;
  struct timespec time;
} Note;

static Note
read_note (struct msghdr *message)
{
  Note note = { FALSE, 0, 0, { 0, 0 } };

  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL; c = CMSG_NXTHDR (message, c))
    {
      gboolean is_error = (c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR)
        || (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR);
      struct sock_extended_err error;
      struct scm_timestamping times;

      if (is_error && c->cmsg_len >= CMSG_LEN (sizeof error))
        {
          memcpy (&error, CMSG_DATA (c), sizeof error);
          note.is_stamp = error.ee_errno == ENOMSG && error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING;
          note.what = error.ee_info;
          note.id = error.ee_data;
        }
      else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING && c->cmsg_len >= CMSG_LEN (sizeof times))
        {
          memcpy (&times, CMSG_DATA (c), sizeof times);
          note.time = times.ts[0];
        }
    }
  return note;
}

/* The kernel stamps by the wall clock. */
static gint64
to_monotonic (const struct timespec *time)
{
  gint64 now = g_get_monotonic_time ();
  gint64 ago = g_get_real_time () - ((gint64) time->tv_sec * G_USEC_PER_SEC + time->tv_nsec / 1000);

  return time->tv_sec == 0 ? now : now - MAX (ago, 0);
}

static const struct { guint32 what; HsTcpStampKind kind; } kinds[] = {
  { SCM_TSTAMP_SCHED, HS_TCP_STAMP_QUEUED },
  { SCM_TSTAMP_SND, HS_TCP_STAMP_SENT },
  { SCM_TSTAMP_ACK, HS_TCP_STAMP_ACKNOWLEDGED },
};

static gboolean
make_stamp (const Note *note, const guint8 *data, gsize len, guint16 local, guint16 remote, HsTcpStamp *stamp)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (note->is_stamp && kinds[i].what == note->what)
      {
        *stamp = (HsTcpStamp){ .kind = kinds[i].kind, .id = note->id, .time = to_monotonic (&note->time) };
        if (stamp->kind != HS_TCP_STAMP_ACKNOWLEDGED) /* that one comes with payload alone */
          stamp->has_header = hs_tcp_header_decode (data, len, local, remote, &stamp->header);
        return TRUE;
      }
  return FALSE;
}

guint
hs_tcp_stamps_drain (int fd, guint16 local, guint16 remote, HsTcpStampFunc func, gpointer user_data)
{
  guint8 data[COPY_MAX];
  union { struct cmsghdr align; guint8 bytes[512]; } control;

  for (guint n = 0;; n++)
    {
      struct iovec iov = { data, sizeof data };
      struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
      ssize_t len = recvmsg (fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
      HsTcpStamp stamp;
      Note note;

      if (len < 0 && errno == EINTR)
        continue;
      if (len < 0)
        return n;
      if (func == NULL)
        continue;
      note = read_note (&message);
      if (make_stamp (&note, data, (gsize) len, local, remote, &stamp))
        func (&stamp, user_data);
    }
}
