/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One scripted peer, one connection of ours to it, and what both of them saw. */
#pragma once

#include "client-stage.h"
#include "hs-connection.h"

typedef struct
{
  GSubprocess *peer;
  GString *seen;     /* what the peer says it saw */
  guint port;
  gboolean at_end;
  HsStore *store;
  HsSession *session;
  HsConnection *connection;
  gboolean answered, opened, closed;
  GError *error;
} Row;

/* A run of peer.py: fills @row anew, waits for its port. */
void row_start_peer (Row *row, const char *mode, const char *argument);
/* In two steps, for what is chosen between. */
void row_make (Row *row, const char *address, HsProtocol protocol);
void row_open_made (Row *row);
void row_open_address (Row *row, const char *address, HsProtocol protocol);
/* PORT in @format is the peer's. */
void row_open (Row *row, const char *format, HsProtocol protocol);
void row_wait_open (Row *row);
void row_end (Row *row);

HsRoom *row_room (Row *row); /* the first; borrowed */
void row_says (Row *row, const char *text);
void row_sees (Row *row, const char *text);
/* The first row in any room that begins so, NULL. (transfer full) */
HsEntry *row_find_said (Row *row, const char *beginning);
/* It has left by itself, and has seen what is expected. */
void row_peer_saw (Row *row, const char *expected);
const HsFailure *row_wait_failed (Row *row, HsFailureKind kind);
