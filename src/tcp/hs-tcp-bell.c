/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's own word that a socket is gone; see hs-tcp-bell.h. */
#include "hs-tcp-bell.h"

#include <errno.h>
#include <glib-unix.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "hs-tcp-diag-private.h"

#define BUFFER_BYTES (32 * 1024) /* netlink (7) */

typedef struct
{
  guint64 cookie;
  HsTcpBellFunc func;
  gpointer user_data;
} Waiter;

struct _HsTcpBell
{
  struct mnl_socket *socket; /* (nullable) */
  GSource *source;           /* (nullable) */
  GArray *waiters;           /* of Waiter: few */
  guint8 buffer[BUFFER_BYTES];
};

HsTcpBell *
hs_tcp_bell_new (void)
{
  HsTcpBell *self = g_new0 (HsTcpBell, 1);

  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  return self;
}

static void
hang_up (HsTcpBell *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->socket, mnl_socket_close);
}

void
hs_tcp_bell_free (HsTcpBell *self)
{
  if (self == NULL)
    return;
  hang_up (self);
  g_array_unref (self->waiters);
  g_free (self);
}

static void
ring (HsTcpBell *self, guint64 cookie)
{
  for (guint i = 0; i < self->waiters->len; i++)
    {
      Waiter waiter = g_array_index (self->waiters, Waiter, i);

      if (waiter.cookie != cookie)
        continue;
      g_array_remove_index_fast (self->waiters, i);
      waiter.func (waiter.user_data);
      return;
    }
}

static void
on_gone (guint64 cookie, gpointer user_data)
{
  ring (user_data, cookie);
}

/* Some messages were lost: everybody who waits has to look for themselves. */
static void
ring_all (HsTcpBell *self)
{
  g_autoptr (GArray) waiters = g_array_copy (self->waiters);

  for (guint i = 0; i < waiters->len; i++)
    ring (self, g_array_index (waiters, Waiter, i).cookie);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  HsTcpBell *self = user_data;
  ssize_t n;

  while (self->socket != NULL && (n = mnl_socket_recvfrom (self->socket, self->buffer, sizeof self->buffer)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == ENOBUFS)
        ring_all (self);
      else if (n < 0)
        break;
      else
        hs_tcp_diag_read_gone (&(HsTcpDiagReply) { .data = self->buffer, .len = (gsize) n }, on_gone, self);
    }
  if (self->waiters->len > 0)
    return G_SOURCE_CONTINUE;
  hang_up (self);
  return G_SOURCE_REMOVE;
}

static gboolean
join (struct mnl_socket *socket, int group)
{
  return mnl_socket_setsockopt (socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0;
}

static gboolean
open_socket (HsTcpBell *self)
{
  self->socket = mnl_socket_open2 (NETLINK_SOCK_DIAG, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (self->socket == NULL)
    return FALSE;
  if (mnl_socket_bind (self->socket, 0, MNL_SOCKET_AUTOPID) < 0 || !join (self->socket, SKNLGRP_INET_TCP_DESTROY)
      || !join (self->socket, SKNLGRP_INET6_TCP_DESTROY)) /* IPv4 guests of a dual-stack listener are in the second */
    {
      hang_up (self);
      return FALSE;
    }
  self->source = g_unix_fd_source_new (mnl_socket_get_fd (self->socket), G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_set_static_name (self->source, "[handshake] bell");
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return TRUE;
}

gboolean
hs_tcp_bell_await (HsTcpBell *self, guint64 cookie, HsTcpBellFunc func, gpointer user_data)
{
  Waiter waiter = { cookie, func, user_data };

  if (self->socket == NULL && !open_socket (self))
    return FALSE;
  g_array_append_val (self->waiters, waiter);
  return TRUE;
}

void
hs_tcp_bell_forget (HsTcpBell *self, guint64 cookie, gpointer user_data)
{
  for (guint i = self->waiters->len; i > 0; i--)
    if (g_array_index (self->waiters, Waiter, i - 1).cookie == cookie
        && g_array_index (self->waiters, Waiter, i - 1).user_data == user_data)
      g_array_remove_index_fast (self->waiters, i - 1);
  /* Inside its own callback the source is taken down when that returns. */
  if (self->waiters->len == 0 && (self->source == NULL || g_main_current_source () != self->source))
    hang_up (self);
}
