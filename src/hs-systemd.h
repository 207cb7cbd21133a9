/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a service and its manager say to each other: sockets come in, states go out. Does nothing where nobody asked. */
#pragma once

#include <glib.h>

/* sd_listen_fds (3): the sockets that were opened for us, close-on-exec, as int. To be called once, before there are threads. (transfer full) */
GArray *hs_systemd_steal_sockets (void);

/* sd_notify (3): @state is one or several lines "NAME=value". */
void hs_systemd_notify (const char *state);
/* RELOADING=1 with the time that it asks for; READY=1 follows when it is done. */
void hs_systemd_notify_reloading (void);
