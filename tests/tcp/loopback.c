/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sockets on loopback for the tests of this folder. */
#include "loopback.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static const char *hosts[][2] = { { "127.0.0.1", "127.0.0.1" }, { "::1", "::1" }, { "::", "127.0.0.1" } };

static socklen_t
to_native (GSocketAddress *address, struct sockaddr_storage *storage)
{
  g_autoptr (GError) error = NULL;

  g_socket_address_to_native (address, storage, sizeof *storage, &error);
  g_assert_no_error (error);
  return (socklen_t) g_socket_address_get_native_size (address);
}

GSocketAddress *
loopback_local (int fd)
{
  struct sockaddr_storage storage = { 0 };
  socklen_t len = sizeof storage;

  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &storage, &len), ==, 0);
  return g_socket_address_new_from_native (&storage, len);
}

int
loopback_listen (Loopback kind, int backlog, guint16 *port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (hosts[kind][0], 0);
  g_autoptr (GSocketAddress) local = NULL;
  struct sockaddr_storage storage = { 0 };
  socklen_t len = to_native (address, &storage);
  int fd = socket (storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1, off = 0;

  setsockopt (fd, IPPROTO_TCP, TCP_SAVE_SYN, &on, sizeof on);
  if (kind == LOOPBACK_DUAL)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &storage, len), ==, 0);
  g_assert_cmpint (listen (fd, backlog), ==, 0);
  local = loopback_local (fd);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  return fd;
}

int
loopback_socket (Loopback kind, guint16 port, GSocketAddress **remote)
{
  *remote = g_inet_socket_address_new_from_string (hosts[kind][1], port);
  return socket (kind == LOOPBACK_V6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

void
loopback_connect (int fd, GSocketAddress *remote)
{
  struct sockaddr_storage storage = { 0 };
  socklen_t len = to_native (remote, &storage);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &storage, len), ==, 0);
}
