/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was open when the program ended: read from the store, and made sessions again. It connects nothing. */
#pragma once

#include "hs-connection.h"

/* One network with the conversations of it that were open. */
typedef struct
{
  char *network, *address;
  HsProtocol protocol;
  HsLineEnding line_ending;
  GPtrArray *rooms; /* HsHistoryOpenRoom, in the sidebar's order */
} HsOpenNetwork;

/* Reads; then @func once, on the caller's context, with (element-type HsOpenNetwork) @networks, empty when there are none or they
 * cannot be read. It is not called when @cancellable is cancelled by then. */
typedef void (*HsOpenRoomsFunc) (GPtrArray *networks, gpointer user_data);
void hs_open_rooms_read (HsStore *store, GCancellable *cancellable, HsOpenRoomsFunc func, gpointer user_data);

/* Gives @session its conversations back. *chosen (nullable, borrowed) and *time become those of the room that was looked at last, if that
 * was after *time. */
void hs_open_rooms_restore (const HsOpenNetwork *network, HsSession *session, HsRoom **chosen, gint64 *time);

/* How @network (a session's key) is reached again. */
void hs_open_rooms_note_network (HsStore *store, const char *network, const char *address, HsProtocol protocol, HsLineEnding line_ending);
