/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened on one connection, as a list of events: the oldest first, at most 2,000. Of a long chat how it began and its newest are kept. */
#pragma once

#include <gio/gio.h>

#include "hs-tcp-event.h"

/* One line: an event that lists can hold (hs-tcp-log-item.c). */
#define HS_TYPE_TCP_LOG_ITEM (hs_tcp_log_item_get_type ())
G_DECLARE_FINAL_TYPE (HsTcpLogItem, hs_tcp_log_item, HS, TCP_LOG_ITEM, GObject)
HsTcpLogItem *hs_tcp_log_item_new (HsTcpEvent *event); /* the listener's own log is made of these too */
const HsTcpEvent *hs_tcp_log_item_get_event (HsTcpLogItem *self);

GListStore *hs_tcp_log_new (void);
/* Unless it is only a stop of a message's way that a story does not need (queued, a TLS record). */
void hs_tcp_log_add (GListStore *log, HsTcpEvent *event);
