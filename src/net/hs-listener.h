/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listens on one port (dual-stack) and, if asked, a Unix socket, by GSocketService, and hands up accepted descriptors. Keeps no object per guest. */
#pragma once

#include <gio/gio.h>

typedef struct _HsListener HsListener;

/* Takes @fd (non-blocking). The listener may be stopped or freed inside. */
typedef void (*HsListenerFunc) (HsListener *listener, int fd, gpointer user_data);

/* Runs in the thread-default main context of the caller. */
HsListener *hs_listener_new (HsListenerFunc func, gpointer user_data);
void hs_listener_free (HsListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsListener, hs_listener_free)

/* @address (nullable): one numeric address, else all. @port 0: any. @tries: how many following ports are tried when it is taken (0: only this one).
 * TCP_SAVE_SYN is set before listen (2). Errors: G_IO_ERROR_ADDRESS_IN_USE, _PERMISSION_DENIED, _INVALID_ARGUMENT (@address), _EXISTS (it
 * listens already), … with a sentence for a person. */
gboolean hs_listener_listen (HsListener *self, const char *address, guint16 port, guint tries, int backlog, GError **error);
/* Mode 0600; a socket file nobody listens on is replaced, anything else is not. May stand beside a port. The file goes with stop (). */
gboolean hs_listener_listen_unix (HsListener *self, const char *path, int backlog, GError **error);
/* Takes @fd, bound and listening: systemd's, say. One TCP socket and one Unix socket at most, each instead of the call above. Its file, if it has
 * one, stays. Errors: G_IO_ERROR_INVALID_ARGUMENT, _EXISTS. */
gboolean hs_listener_take_socket (HsListener *self, int fd, int backlog, GError **error);
/* Can listen again afterwards. */
void hs_listener_stop (HsListener *self);

guint16 hs_listener_get_port (HsListener *self);     /* 0: not listening */
const char *hs_listener_get_address (HsListener *self); /* (nullable) numeric bound address: "::" for all, "0.0.0.0" where there is no IPv6 */
int hs_listener_get_fd (HsListener *self);           /* for HsTcpListenerNumbers; -1 */
int hs_listener_get_backlog (HsListener *self);      /* as asked; the kernel caps it at net.core.somaxconn */
/* An experiment of the Lab: on the port nobody is accepted, and the kernel keeps as few as it can; or as before. FALSE: there is no port. A newcomer
 * who is just being accepted may be dropped. */
gboolean hs_listener_set_held (HsListener *self, gboolean held);
/* Descriptors have run short: guests wait in the accept queue until some are free again. */
gboolean hs_listener_is_paused (HsListener *self);
