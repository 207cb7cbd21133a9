/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The experiments of the Lab; see hs-tcp-lab.h. */
#include "hs-config.h"

#include "hs-tcp-lab.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define SMALL 2048        /* bytes; the kernel doubles it, and has a least of its own (socket (7)) */
#define PROBE_SECONDS 1

#ifndef SO_BUF_LOCK       /* Linux 5.14: gives a buffer's size back to the kernel */
#define SO_BUF_LOCK 72
#endif

static const struct
{
  const char *name, *sentence, *notice, *source, *help;
  gboolean lasting;
} rows[HS_TCP_LAB_N] = {
  [HS_TCP_LAB_HALF_CLOSE] = {
    N_("Half-close"),
    N_("Sends FIN, and goes on reading: FIN-WAIT-1, then FIN-WAIT-2. What the others say still arrives; you can say nothing more. A "
       "Handshake server keeps such a connection for a minute, others take it for leaving."),
    N_("Lab: half-close. Nothing more is said on this connection, but it is still read."),
    "shutdown (SHUT_WR)", "lab-half-close", FALSE },
  [HS_TCP_LAB_RESET] = {
    N_("Reset Connection"),
    N_("Sends RST: the connection is over at once for both sides, without FIN, without TIME-WAIT. What was still under way is lost."),
    N_("Lab: reset. This connection ends now, without a goodbye."),
    "SO_LINGER 0", "lab-reset", FALSE },
  [HS_TCP_LAB_STOP_READING] = {
    N_("Stop Reading"),
    N_("What arrives stays in the kernel: “Not read” grows and “Our window” shrinks to 0, until the other side may send nothing more. With "
       "Small Buffers a few messages are enough. Who waits too long for an answer may close the connection."),
    N_("Lab: this connection is not read for a while. What is sent waits."),
    "read()", "lab-stop-reading", TRUE },
  [HS_TCP_LAB_SMALL_BUFFERS] = {
    N_("Small Buffers"),
    N_("Asks the kernel for the smallest buffers it gives, so that the window is a few kilobytes: watch it shrink with the next messages."),
    N_("Lab: this connection has the smallest buffers there are."),
    "SO_RCVBUF, SO_SNDBUF", "lab-small-buffers", TRUE },
  [HS_TCP_LAB_NAGLE] = {
    N_("Nagle’s Algorithm"),
    N_("A small segment waits while another one is not yet acknowledged. Send several short messages in a row and compare “On the wire” in "
       "their ways. Usually Handshake switches it off."),
    N_("Lab: small segments wait for the acknowledgement of the one before (Nagle)."),
    "TCP_NODELAY", "lab-nagle", TRUE },
  [HS_TCP_LAB_KEEP_ALIVE] = {
    N_("Keep-alive Each Second"),
    N_("An empty segment asks once a second of silence whether the other side is still there: “Segments” counts on by itself, though "
       "nobody says anything."),
    N_("Lab: the kernel asks each second whether you are still there (keep-alive)."),
    "SO_KEEPALIVE", "lab-keep-alive", TRUE },
  [HS_TCP_LAB_BACKLOG] = {
    N_("Backlog of One"),
    N_("The server accepts nobody for now, and the kernel keeps at most two newcomers in the accept queue. Their handshakes are done, but "
       "nobody answers them; the SYNs of those who come after are dropped, and sent again."),
    N_("Lab: accepts nobody; backlog of one"),
    "listen (fd, 1)", "lab-backlog", TRUE },
};

#define GETTER(field) \
const char * \
hs_tcp_lab_get_##field (HsTcpLab experiment) \
{ \
  return (guint) experiment < HS_TCP_LAB_N ? rows[experiment].field : ""; \
}

GETTER (name)
GETTER (sentence)
GETTER (notice)
GETTER (source)
GETTER (help)

gboolean
hs_tcp_lab_is_lasting (HsTcpLab experiment)
{
  return (guint) experiment < HS_TCP_LAB_N && rows[experiment].lasting;
}

static gboolean
set (int fd, int level, int option, int value)
{
  return setsockopt (fd, level, option, &value, sizeof value) == 0;
}

static int
get (int fd, int level, int option, int otherwise)
{
  int value = otherwise;
  socklen_t len = sizeof value;

  return getsockopt (fd, level, option, &value, &len) == 0 ? value : otherwise;
}

/* A size once asked for is never the kernel's own to change again, but for SO_BUF_LOCK; where that is missing it gets a usual one. */
static gboolean
set_buffers (int fd, gboolean small)
{
  int bytes = small ? SMALL : 128 * 1024;
  gboolean done = set (fd, SOL_SOCKET, SO_RCVBUF, bytes) && set (fd, SOL_SOCKET, SO_SNDBUF, bytes);

  /* The window that was offered is taken back only as it is used up (RFC 9293 3.8.6.2.2); a clamp keeps it from being offered anew. */
  set (fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, small ? SMALL : 1 << 30);
  if (!small)
    set (fd, SOL_SOCKET, SO_BUF_LOCK, 0);
  return done;
}

static gboolean
set_keep_alive (int fd, gboolean on)
{
  /* Half and an eighth of TCP_USER_TIMEOUT is what links have; a socket without it has no probes. */
  int timeout = get (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 0) / 1000;

  if (on)
    return set (fd, IPPROTO_TCP, TCP_KEEPIDLE, PROBE_SECONDS) && set (fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_SECONDS)
           && set (fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (timeout < 8)
    return set (fd, SOL_SOCKET, SO_KEEPALIVE, 0);
  return set (fd, IPPROTO_TCP, TCP_KEEPIDLE, timeout / 2) && set (fd, IPPROTO_TCP, TCP_KEEPINTVL, timeout / 8);
}

gboolean
hs_tcp_lab_set_option (int fd, HsTcpLab experiment, gboolean on)
{
  int protocol = get (fd, SOL_SOCKET, SO_PROTOCOL, 0);

  if (protocol != IPPROTO_TCP)
    {
      errno = ENOPROTOOPT;
      return FALSE;
    }
  switch (experiment)
    {
    case HS_TCP_LAB_NAGLE: return set (fd, IPPROTO_TCP, TCP_NODELAY, !on);
    case HS_TCP_LAB_SMALL_BUFFERS: return set_buffers (fd, on);
    case HS_TCP_LAB_KEEP_ALIVE: return set_keep_alive (fd, on);
    default: errno = EINVAL; return FALSE;
    }
}
