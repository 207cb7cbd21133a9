/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to count of a socket with no TCP beneath it; see hs-tcp-tally.h. Three calls, no privilege. */
#include "hs-tcp-tally.h"

#include "hs-config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

static int
read_option (int fd, int option)
{
  int value = -1;
  socklen_t len = sizeof value;

  return getsockopt (fd, SOL_SOCKET, option, &value, &len) == 0 ? value : -1;
}

static guint32
read_queue (int fd, unsigned long request)
{
  int bytes = 0;

  return ioctl (fd, request, &bytes) == 0 && bytes > 0 ? (guint32) bytes : 0;
}

static gboolean
find_transport (int fd, HsTcpTransport *transport)
{
  int domain = read_option (fd, SO_DOMAIN), type = read_option (fd, SO_TYPE);

  if (domain == AF_UNIX)
    *transport = HS_TCP_TRANSPORT_UNIX;
  else if ((domain == AF_INET || domain == AF_INET6) && type == SOCK_DGRAM)
    *transport = HS_TCP_TRANSPORT_UDP;
  else
    return FALSE;
  return TRUE;
}

static void
read_memory (int fd, HsTcpTally *self)
{
  guint32 memory[SK_MEMINFO_VARS] = { 0 };
  socklen_t len = sizeof memory;

  self->has_memory = getsockopt (fd, SOL_SOCKET, SO_MEMINFO, memory, &len) == 0 && len > SK_MEMINFO_DROPS * sizeof *memory;
  if (!self->has_memory)
    return;
  self->receive_queue = memory[SK_MEMINFO_RMEM_ALLOC];
  self->receive_room = memory[SK_MEMINFO_RCVBUF];
  self->drops = memory[SK_MEMINFO_DROPS];
}

static void
read_program (gint32 pid, char *program, gsize size)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/comm", pid);
  int fd = pid > 0 ? open (path, O_RDONLY | O_CLOEXEC) : -1;
  gssize n = fd >= 0 ? read (fd, program, size - 1) : 0;

  program[MAX (n, 0)] = '\0';
  program[strcspn (program, "\n")] = '\0';
  if (fd >= 0)
    close (fd);
}

/* As it was when the connection was made: asked for once. */
static void
read_peer (int fd, HsTcpTally *self)
{
  struct ucred peer;
  socklen_t len = sizeof peer;

  if (self->has_peer || getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || len != sizeof peer)
    return;
  self->has_peer = TRUE;
  self->pid = peer.pid;
  self->uid = peer.uid;
  self->gid = peer.gid;
  read_program (peer.pid, self->program, sizeof self->program);
}

gboolean
hs_tcp_tally_read (int fd, HsTcpTally *self)
{
  if (!find_transport (fd, &self->transport))
    return FALSE;
  self->time = g_get_monotonic_time ();
  self->send_queue = read_queue (fd, SIOCOUTQ);
  if (self->transport == HS_TCP_TRANSPORT_UNIX)
    {
      self->receive_queue = read_queue (fd, SIOCINQ);
      read_peer (fd, self);
    }
  else
    read_memory (fd, self);
  return TRUE;
}

/* ---- ICMP ---- */

#define ANY_CODE 255

static const struct
{
  gboolean v6;
  guint8 type, code;
  const char *title;
} messages[] = {
  { FALSE, 3, 0, N_("ICMP: network unreachable") },
  { FALSE, 3, 1, N_("ICMP: computer unreachable") },
  { FALSE, 3, 3, N_("ICMP: port unreachable") },
  { FALSE, 3, 4, N_("ICMP: too big for the way") },
  { FALSE, 3, ANY_CODE, N_("ICMP: unreachable, or forbidden") },
  { FALSE, 11, ANY_CODE, N_("ICMP: too many routers on the way") },
  { TRUE, 1, 0, N_("ICMP: network unreachable") },
  { TRUE, 1, 3, N_("ICMP: computer unreachable") },
  { TRUE, 1, 4, N_("ICMP: port unreachable") },
  { TRUE, 1, ANY_CODE, N_("ICMP: unreachable, or forbidden") },
  { TRUE, 2, ANY_CODE, N_("ICMP: too big for the way") },
  { TRUE, 3, ANY_CODE, N_("ICMP: too many routers on the way") },
};

const char *
hs_tcp_icmp_get_title (gboolean v6, guint8 type, guint8 code)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    if (messages[i].v6 == !!v6 && messages[i].type == type && (messages[i].code == code || messages[i].code == ANY_CODE))
      return messages[i].title;
  return N_("ICMP: another message");
}
