/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where there is no TCP beneath a conversation (datagrams, a local socket): what can be counted instead, and what TCP would have added, side by
 * side. Hidden for a connection with TCP. Reads no socket. */
#pragma once

#include <gtk/gtk.h>

#include "hs-tcp-watch.h"

#define HS_TYPE_WITHOUT_TCP (hs_without_tcp_get_type ())
G_DECLARE_FINAL_TYPE (HsWithoutTcp, hs_without_tcp, HS, WITHOUT_TCP, GtkWidget)

GtkWidget *hs_without_tcp_new (void);
void hs_without_tcp_update (HsWithoutTcp *self, HsTcpWatch *watch);

/* What stands in the place of a state: "UDP". Not translated; NULL for TCP. */
const char *hs_without_tcp_get_name (HsTcpTransport transport);
/* One sentence about it, translated. */
const char *hs_without_tcp_get_sentence (HsTcpTransport transport, gboolean gone);
/* The help's page about it. */
const char *hs_without_tcp_get_page (HsTcpTransport transport);
/* What goes wrong here now, in words. NULL: nothing. (transfer full) */
char *hs_without_tcp_dup_trouble (const HsTcpTally *tally);
