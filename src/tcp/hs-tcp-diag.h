/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's socket table by sock_diag (7), through libmnl. Unprivileged. Each call is one exchange of a few µs with the kernel: never blocks. */
#pragma once

#include <gio/gio.h>

#include "hs-tcp-bell.h"
#include "hs-tcp-state.h"

typedef struct _HsTcpDiag HsTcpDiag; /* one netlink socket; belongs to one thread */

typedef struct
{
  HsTcpState state;
  guint32 expires_ms;   /* idiag_expires: TIME_WAIT's (or another timer's) time left */
  guint64 cookie;
  guint32 receive_queue, send_queue;
} HsTcpDiagEntry;

/* (nullable): NULL where netlink is not to be had (sandbox, other system). */
HsTcpDiag *hs_tcp_diag_new (void);
void hs_tcp_diag_free (HsTcpDiag *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTcpDiag, hs_tcp_diag_free)

/* Exactly the socket with @cookie between @local and @remote. FALSE when it is gone (or the tuple now belongs to another). */
gboolean hs_tcp_diag_find (HsTcpDiag *self, GInetSocketAddress *local, GInetSocketAddress *remote, guint64 cookie, HsTcpDiagEntry *entry);

/* The other end of the connection between @local and @remote, where that is on this computer, too: whoever owns it, no privilege is needed. @info gets
 * at most @size bytes of its struct tcp_info, and @len how many; 0 of what is left in TIME-WAIT. FALSE: it is not here, or gone. */
gboolean hs_tcp_diag_find_other (HsTcpDiag *self, GInetSocketAddress *local, GInetSocketAddress *remote, HsTcpDiagEntry *entry, void *info,
                                 gsize size, gsize *len);

/* A connection that is half-open at a listener of ours: its SYN was answered, the third segment has not come. */
typedef struct
{
  guint64 cookie;      /* the accepted socket, its TIME-WAIT and its DESTROY event will carry the same */
  guint8 family;       /* AF_INET, AF_INET6; an IPv4 guest of a dual-stack listener is AF_INET */
  guint8 retransmits;  /* of our SYN, ACK */
  guint16 port;        /* the guest's */
  guint8 address[16];  /* the guest's, network order */
} HsTcpHalfOpen;

/* SYN_RECV entries of local @port, IPv4 and IPv6. (element-type HsTcpHalfOpen) (transfer full) */
GArray *hs_tcp_diag_list_half_open (HsTcpDiag *self, guint16 port);
/* How many these are. */
guint hs_tcp_diag_count_half_open (HsTcpDiag *self, guint16 port);

/* Tells when a socket is gone; see hs-tcp-bell.h. Borrowed; costs nothing before somebody waits. */
HsTcpBell *hs_tcp_diag_get_bell (HsTcpDiag *self);

/* SO_COOKIE; 0 where there is none. Read it right after connect or accept: the leftovers of the connection carry it. */
guint64 hs_tcp_socket_cookie (int fd);
