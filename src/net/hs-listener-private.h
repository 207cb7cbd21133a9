/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sockets for the listener: opened, bound and listening, or NULL with a sentence for a person. */
#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>

/* As hs_listener_listen () has it. (transfer full) */
GSocket *hs_listener_open_port (const char *address, guint16 port, guint tries, int backlog, GError **error);
/* As hs_listener_listen_unix () has it. @made: the file. (transfer full) */
GSocket *hs_listener_open_path (const char *path, int backlog, GStatBuf *made, GError **error);
/* Takes @fd, which listens already. (transfer full) */
GSocket *hs_listener_open_given (int fd, int backlog, GError **error);
