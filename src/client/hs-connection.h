/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carries one session over one connection: dials, finds out the protocol, owns link and tap, leaves in good order, and tells its steps and failures in words. */
#pragma once

#include "hs-session.h"
#include "hs-step.h"
#include "hs-tcp-watch.h"

typedef enum
{
  HS_PROTOCOL_AUTOMATIC = 0,
  HS_PROTOCOL_IRC = 1,
  HS_PROTOCOL_PLAIN = 2,
} HsProtocol; /* stored; append only */

typedef enum
{
  HS_LINE_ENDING_AUTOMATIC = 0, /* bare until the peer has once sent LF */
  HS_LINE_ENDING_NONE = 1,
  HS_LINE_ENDING_LF = 2,
  HS_LINE_ENDING_CRLF = 3,
} HsLineEnding; /* HsLineEnd of wire/; stored; append only */

#define HS_TYPE_CONNECTION (hs_connection_get_type ())
G_DECLARE_FINAL_TYPE (HsConnection, hs_connection, HS, CONNECTION, GObject)

/* Properties (all notify): session, watch (HsTcpWatch), steps (GListModel of HsStep), failure (HsFailure, nullable), open,
 * leaving-hint (nullable: "Waits until … has answered": a q to a peer that does not frame), protocol-found (int HsDialect).
 * Signal "closed". */
/* @address: typed text; what is wrong with it is told by open (), as every failure. */
HsConnection *hs_connection_new (HsSession *session, const char *address, HsProtocol protocol, HsLineEnding line_ending);
/* NULL, or why @address cannot be one (HS_WIRE_ERROR, a sentence for a person): for the dialog while one types. */
gboolean hs_connection_check_address (const char *address, GError **error);
/* (nullable): hex token for our own server. */
void hs_connection_set_host_token (HsConnection *self, const char *token);
/* (nullable) PASS for IRC servers. */
void hs_connection_set_password (HsConnection *self, const char *password);

/* Until the conversation can begin (001, or the plain dialect). Errors are told by property failure too. ircs:// and invites: HS_SESSION_ERROR_NEEDS_ENCRYPTION, before any packet. */
void hs_connection_open_async (HsConnection *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_connection_open_finish (HsConnection *self, GAsyncResult *result, GError **error);

/* Leaves in good order (QUIT or q, FIN, read to the end, bounded). @now: without waiting for a peer that has to speak first (Leave Anyway). */
void hs_connection_leave (HsConnection *self, gboolean now);

HsSession *hs_connection_get_session (HsConnection *self);
HsTcpWatch *hs_connection_get_watch (HsConnection *self);
GListModel *hs_connection_get_steps (HsConnection *self);
gboolean hs_connection_is_open (HsConnection *self);
/* Opening it was begun: before that there is nothing to see of it. */
gboolean hs_connection_is_used (HsConnection *self);
const char *hs_connection_get_leaving_hint (HsConnection *self);
const HsFailure *hs_connection_get_failure (HsConnection *self);
const char *hs_connection_get_address (HsConnection *self);
