/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lowest stage of a link: the socket itself, its options and its names. */
#include "hs-link-private.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static gssize
socket_read (HsLink *self, char *data, gsize len)
{
  return recv (self->fd, data, len, MSG_DONTWAIT);
}

static gssize
socket_writev (HsLink *self, const struct iovec *iov, guint n, gboolean more)
{
  struct msghdr message = { .msg_iov = (struct iovec *) iov, .msg_iovlen = n };
  int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);

  return n == 1 ? send (self->fd, iov->iov_base, iov->iov_len, flags) : sendmsg (self->fd, &message, flags);
}

const HsLinkStage hs_link_socket_stage = { .read = socket_read, .writev = socket_writev };

static void
set_option (HsLink *self, int level, int option, int value)
{
  setsockopt (self->fd, level, option, &value, sizeof value);
}

void
hs_link_socket_prepare (HsLink *self)
{
  int domain = AF_UNSPEC, type = SOCK_STREAM;
  socklen_t len = sizeof domain;

  getsockopt (self->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
  getsockopt (self->fd, SOL_SOCKET, SO_TYPE, &type, &len);
  self->local = domain == AF_UNIX;
  if (!self->local && type == SOCK_DGRAM)
    hs_link_datagram_prepare (self, domain);
  else if (!self->local)
    set_option (self, IPPROTO_TCP, TCP_NODELAY, 1); /* writes are gathered here already */
}

/* Probes begin after half of HS_TCP_USER_TIMEOUT_MS, so that a peer that vanished is given up soon after the whole of it. */
void
hs_link_socket_keep_alive (HsLink *self)
{
  if (!hs_link_has_tcp (self))
    return;
  set_option (self, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option (self, IPPROTO_TCP, TCP_KEEPIDLE, HS_TCP_USER_TIMEOUT_MS / 2000);
  set_option (self, IPPROTO_TCP, TCP_KEEPINTVL, HS_TCP_USER_TIMEOUT_MS / 8000);
  set_option (self, IPPROTO_TCP, TCP_USER_TIMEOUT, HS_TCP_USER_TIMEOUT_MS);
}

gboolean
hs_link_socket_peek_tls (HsLink *self)
{
  guint8 first = 0;

  return recv (self->fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first == HS_DIALECT_TLS_BYTE;
}

int
hs_link_socket_take_error (HsLink *self)
{
  int error_no = 0;
  socklen_t len = sizeof error_no;

  return getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error_no, &len) == 0 ? error_no : errno;
}

/* A socket's error is told once, and whoever asked first (GIO, when it connects) has it: then a reset reads as an end of
 * file. The state still tells them apart: after a FIN it is CLOSE-WAIT, after a RST it is CLOSE (RFC 9293 3.10.7). */
gboolean
hs_link_socket_is_reset (HsLink *self)
{
  HsTcpNumbers numbers;

  return hs_link_has_tcp (self) && hs_tcp_numbers_read (self->fd, &numbers) && numbers.state == HS_TCP_CLOSED;
}

/* ---- Names ---- */

typedef union
{
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  struct sockaddr_storage storage;
} SocketName;

/* An IPv4 peer of a dual-stack listener is shown as what it is. */
static void
unmap (SocketName *name)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET };

  if (name->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED (&name->v6.sin6_addr))
    return;
  v4.sin_port = name->v6.sin6_port;
  memcpy (&v4.sin_addr, &name->v6.sin6_addr.s6_addr[12], sizeof v4.sin_addr);
  name->v4 = v4;
}

static gboolean
get_name (HsLink *self, int (*get) (int, struct sockaddr *, socklen_t *), SocketName *name)
{
  socklen_t len = sizeof *name;

  memset (name, 0, sizeof *name);
  if (get (self->fd, &name->any, &len) < 0)
    return FALSE;
  unmap (name);
  return TRUE;
}

static int
get_peer_name (int fd, struct sockaddr *name, socklen_t *len)
{
  return getpeername (fd, name, len);
}

static int
get_own_name (int fd, struct sockaddr *name, socklen_t *len)
{
  return getsockname (fd, name, len);
}

char *
hs_link_dup_peer_name (HsLink *self, gboolean with_port)
{
  SocketName name;
  char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
  socklen_t len = 0;

  if (self->local)
    return g_strdup ("unix");
  if (!get_name (self, get_peer_name, &name))
    return g_strdup ("unknown"); /* it is gone already, or closed */

  len = name.any.sa_family == AF_INET6 ? sizeof name.v6 : sizeof name.v4;
  if (getnameinfo (&name.any, len, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return g_strdup ("unknown");
  if (!with_port)
    return g_strdup (host);
  return g_strdup_printf (name.any.sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

/* 127.0.0.0/8, ::1, or the address by which this machine itself is reached. */
gboolean
hs_link_is_loopback (HsLink *self)
{
  SocketName peer, own;

  if (self->local)
    return TRUE;
  if (!get_name (self, get_peer_name, &peer) || !get_name (self, get_own_name, &own))
    return FALSE;
  if (peer.any.sa_family == AF_INET)
    return ntohl (peer.v4.sin_addr.s_addr) >> 24 == 127
           || (own.any.sa_family == AF_INET && peer.v4.sin_addr.s_addr == own.v4.sin_addr.s_addr);
  return IN6_IS_ADDR_LOOPBACK (&peer.v6.sin6_addr)
         || (own.any.sa_family == AF_INET6 && IN6_ARE_ADDR_EQUAL (&peer.v6.sin6_addr, &own.v6.sin6_addr));
}
