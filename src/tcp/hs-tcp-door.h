/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks at a listener while its page is shown: backlog, accept queue, drops, and who is half-open, each quarter of a second, and each
 * fiftieth while somebody is, for a handshake is over soon. Belongs to the thread that owns the listener. */
#pragma once

#include "hs-tcp-numbers.h"

typedef struct _HsTcpDoor HsTcpDoor;

/* What @numbers give cause to warn of. @last (nullable) is the look before: what only grows is a cause when it grew. The one rule for all
 * who tell of a listener; the door adds that a warning stays for a while. */
HsTcpDoorWarning hs_tcp_door_find_causes (const HsTcpListenerNumbers *numbers, const HsTcpListenerNumbers *last);

/* At each look that found something else than the one before. */
typedef void (*HsTcpDoorFunc) (const HsTcpListenerNumbers *numbers, gpointer user_data);

/* @diag (nullable) is borrowed; without it the half-open cannot be seen. Its timer runs in the caller's thread-default context. */
HsTcpDoor *hs_tcp_door_new (HsTcpDiag *diag, HsTcpDoorFunc func, gpointer user_data);
void hs_tcp_door_free (HsTcpDoor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTcpDoor, hs_tcp_door_free)

/* @fd listens on @port; borrowed. -1: nobody listens (any more), before the descriptor is closed. */
void hs_tcp_door_set_listener (HsTcpDoor *self, int fd, guint16 port);
/* Off: no timer, nothing is remembered. */
void hs_tcp_door_set_shown (HsTcpDoor *self, gboolean shown);

/* When the connection of @cookie was first seen half-open (monotonic µs); 0: it was not. For hs_tcp_tap_set_half_open_seen (). */
gint64 hs_tcp_door_get_seen (HsTcpDoor *self, guint64 cookie);
