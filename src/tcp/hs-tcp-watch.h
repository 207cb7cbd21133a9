/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people see of one connection: the tap's events and numbers as an object to bind to, on the main thread. Does no I/O. */
#pragma once

#include <gio/gio.h>

#include "hs-tcp-began.h"
#include "hs-tcp-lab.h"
#include "hs-tcp-log.h"
#include "hs-tcp-tally.h"
#include "hs-tcp-tap.h"
#include "hs-tcp-told.h"
#include "hs-tcp-way.h"

#define HS_TYPE_TCP_WATCH (hs_tcp_watch_get_type ())
G_DECLARE_FINAL_TYPE (HsTcpWatch, hs_tcp_watch, HS, TCP_WATCH, GObject)

/* Properties (all notify): name, local, remote (strings), role, state (int), known (int), source, since (µs Unix),
 * began (int: HsTcpBegan), expires (monotonic µs when TIME-WAIT ends, else 0), gone, shown,
 * cannot (HsTcpCannot bits: what is not seen here, see hs_tcp_cannot_get_sentence ()), numbered (bool: a first sequence number is known).
 * transport (int: HsTcpTransport; other than TCP there is no state, and a tally instead of numbers),
 * other (int: the other end's state, where that is on this computer; -1 not seen), experiments (HS_TCP_LAB_BIT: made, or under way).
 * told (int HsTcpToldState: whether the other end tells of itself). Signal "told-changed": what it tells was added to;
 * "told-numbers-changed": its numbers, which come about once a second.
 * Signal "way-changed": a moment of some message's way was added; ask again. Signal "experiment" (guint HsTcpLab, gboolean on): a person wishes
 * it; for the owner of the tap. */
HsTcpWatch *hs_tcp_watch_new (HsTcpRole role, const char *name);

/* Filled by whoever owns the tap (client/ directly, server/ by batches). */
void hs_tcp_watch_add_event (HsTcpWatch *self, HsTcpEvent *event);
void hs_tcp_watch_set_numbers (HsTcpWatch *self, const HsTcpNumbers *numbers);
void hs_tcp_watch_set_addresses (HsTcpWatch *self, const char *local, const char *remote);
void hs_tcp_watch_set_gone (HsTcpWatch *self);
/* Known from the address before anything is tried; a tally says it, too. */
void hs_tcp_watch_set_transport (HsTcpWatch *self, HsTcpTransport transport);
void hs_tcp_watch_set_tally (HsTcpWatch *self, const HsTcpTally *tally);
void hs_tcp_watch_set_name (HsTcpWatch *self, const char *name);

/* The panel's wish; "notify::shown" is what the owner of the tap listens to. */
void hs_tcp_watch_set_shown (HsTcpWatch *self, gboolean shown);
gboolean hs_tcp_watch_get_shown (HsTcpWatch *self);

/* A person's wish, from the Lab; whoever holds the socket answers by the property. */
void hs_tcp_watch_experiment (HsTcpWatch *self, HsTcpLab experiment, gboolean on);
void hs_tcp_watch_set_experiments (HsTcpWatch *self, guint experiments);
guint hs_tcp_watch_get_experiments (HsTcpWatch *self);

const char *hs_tcp_watch_get_name (HsTcpWatch *self);
const char *hs_tcp_watch_get_local (HsTcpWatch *self);
const char *hs_tcp_watch_get_remote (HsTcpWatch *self);
HsTcpRole hs_tcp_watch_get_role (HsTcpWatch *self);
HsTcpTransport hs_tcp_watch_get_transport (HsTcpWatch *self);
HsTcpState hs_tcp_watch_get_state (HsTcpWatch *self);
HsTcpKnown hs_tcp_watch_get_known (HsTcpWatch *self);
const char *hs_tcp_watch_get_source (HsTcpWatch *self);
gint64 hs_tcp_watch_get_since (HsTcpWatch *self);
gint64 hs_tcp_watch_get_expires (HsTcpWatch *self);
HsTcpBegan hs_tcp_watch_get_began (HsTcpWatch *self);
gboolean hs_tcp_watch_get_gone (HsTcpWatch *self);
/* Last numbers; NULL before the first. Signal "numbers-changed" after each. */
const HsTcpNumbers *hs_tcp_watch_get_numbers (HsTcpWatch *self);
/* The last tally; (nullable) before the first, and where there is TCP. Signal "numbers-changed" after each, too. */
const HsTcpTally *hs_tcp_watch_get_tally (HsTcpWatch *self);
/* The same of the other end, where it is on this computer, too. Signal "other-changed" after each. */
void hs_tcp_watch_set_other (HsTcpWatch *self, const HsTcpNumbers *numbers);
const HsTcpNumbers *hs_tcp_watch_get_other (HsTcpWatch *self); /* (nullable) */
int hs_tcp_watch_get_other_state (HsTcpWatch *self);
/* Filled by whoever speaks with the other end (hs-tcp-watch-told.c). What it tells itself: kept apart from what was seen here. */
void hs_tcp_watch_set_told (HsTcpWatch *self, HsTcpToldState state);
void hs_tcp_watch_add_told (HsTcpWatch *self, HsTcpEvent *event);
void hs_tcp_watch_set_told_numbers (HsTcpWatch *self, const HsTcpNumbers *numbers);
void hs_tcp_watch_set_told_clock (HsTcpWatch *self, gint64 offset, gint64 round_trip);
const HsTcpTold *hs_tcp_watch_get_told (HsTcpWatch *self);
HsTcpCannot hs_tcp_watch_get_cannot (HsTcpWatch *self);
/* The first sequence numbers (x and y): ours or the other side's. FALSE while not known. Both are reckoned from headers that were
 * seen, but for a guest's x, which its kept SYN says (@calculated, nullable). */
gboolean hs_tcp_watch_get_first_number (HsTcpWatch *self, gboolean own, guint32 *number, gboolean *calculated);
/* The way of the message that is [@begin, @end) of the link's own stream; see hs-tcp-way.h. FALSE: nothing is known of it. */
gboolean hs_tcp_watch_get_way (HsTcpWatch *self, guint64 begin, guint64 end, HsTcpWay *way);
/* GListModel of HsTcpLogItem: hs-tcp-log.h. */
GListModel *hs_tcp_watch_get_log (HsTcpWatch *self);
