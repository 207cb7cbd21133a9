/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's own word that a socket is gone (sock_diag's DESTROY multicast), by cookie: an orphan's next step is pushed, not polled. One
 * netlink socket for all who wait in a thread; it is open, and wakes the loop, only while somebody waits. */
#pragma once

#include <glib.h>

typedef struct _HsTcpBell HsTcpBell;

HsTcpBell *hs_tcp_bell_new (void);
void hs_tcp_bell_free (HsTcpBell *self); /* nobody waits any more */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTcpBell, hs_tcp_bell_free)

/* The full socket of @cookie is no more: what is left, if anything, is a FIN-WAIT-2 or TIME-WAIT entry in the table. Runs in the
 * thread-default context of the first who waited. Inside, anybody may forget or wait. */
typedef void (*HsTcpBellFunc) (gpointer user_data);

/* FALSE: it cannot be had here; poll then. */
gboolean hs_tcp_bell_await (HsTcpBell *self, guint64 cookie, HsTcpBellFunc func, gpointer user_data);
void hs_tcp_bell_forget (HsTcpBell *self, guint64 cookie, gpointer user_data);
