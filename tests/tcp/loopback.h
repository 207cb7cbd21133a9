/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sockets on loopback for the tests of this folder. */
#pragma once

#include <gio/gio.h>

typedef enum { LOOPBACK_V4, LOOPBACK_V6, LOOPBACK_DUAL } Loopback; /* DUAL: an IPv6 listener, reached by IPv4 */

/* Listens with TCP_SAVE_SYN on a port of the kernel's choice. */
int loopback_listen (Loopback kind, int backlog, guint16 *port);
/* A socket that is not connected yet, and where it has to go. */
int loopback_socket (Loopback kind, guint16 port, GSocketAddress **remote);
void loopback_connect (int fd, GSocketAddress *remote);
GSocketAddress *loopback_local (int fd);
