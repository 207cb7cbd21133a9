/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carries one session over one connection: dials, finds out the protocol, owns link and tap, leaves in good order, and tells its steps and failures in words. */
#pragma once

#include "hs-keyring.h"
#include "hs-known-servers.h"
#include "hs-own-key.h"
#include "hs-security.h"
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

typedef enum
{
  HS_ENCRYPTION_AUTOMATIC = 0, /* as the address, what is remembered of it, and the server's own offer say */
  HS_ENCRYPTION_ALWAYS = 1,    /* from the first byte, or not at all */
  HS_ENCRYPTION_NEVER = 2,     /* a person's own act, for this once: what was encrypted before is joined unencrypted, without password */
} HsEncryption;

#define HS_TYPE_CONNECTION (hs_connection_get_type ())
G_DECLARE_FINAL_TYPE (HsConnection, hs_connection, HS, CONNECTION, GObject)

/* Properties (all notify): session, watch (HsTcpWatch: of the TCP connection in use; another one when it connects anew, encrypted), security
 * (HsSecurity), steps (GListModel of HsStep), failure (HsFailure, nullable), open,
 * leaving-hint (nullable: "Waits until … has answered": a q to a peer that does not frame), protocol-found (int HsDialect).
 * Signal "closed". */
/* @address: typed text; what is wrong with it is told by open (), as every failure. */
HsConnection *hs_connection_new (HsSession *session, const char *address, HsProtocol protocol, HsLineEnding line_ending);
/* NULL, or why @address cannot be one (HS_WIRE_ERROR, a sentence for a person): for the dialog while one types. */
gboolean hs_connection_check_address (const char *address, GError **error);
/* (nullable): hex token for our own server, and (nullable) its key ("sha256:…"), without which it is joined unencrypted. */
void hs_connection_set_host_token (HsConnection *self, const char *token, const char *key);
void hs_connection_set_encryption (HsConnection *self, HsEncryption encryption);
/* The person has agreed: the other end is told what our kernel sees of this connection when it asks, and is asked while somebody looks. Off at first. */
void hs_connection_set_shares_view (HsConnection *self, gboolean shares_view);
/* What is remembered of servers' keys (nullable: nothing), and our own (nullable: none is shown). Before opening. */
void hs_connection_set_trust (HsConnection *self, HsKnownServers *known, HsOwnKey *own_key);
/* Who one is there; all borrowed. Passwords go out inside TLS only, and to a server that nobody vouches for only by a proof that it cannot use
 * (protocol.md, Trust). */
typedef struct
{
  const char *password;           /* (nullable) typed: that everybody needs there */
  const char *account;            /* (nullable) */
  const char *account_password;   /* (nullable) typed */
  gboolean kept_password, kept_account_password; /* it is in the keyring, which is asked where none was typed */
  gboolean remember;              /* what was typed goes there once it has proven right; FALSE: what is kept there goes */
} HsConnectionLogin;
/* @keyring (nullable): nothing is kept. Before opening. */
void hs_connection_set_login (HsConnection *self, const HsConnectionLogin *login, HsKeyring *keyring);

/* Until the conversation can begin (001, or the plain dialect). Errors are told by property failure too. Encrypted are ircs://, invites, port 6697, what is pinned or promised to
 * be, and our own server: from the first byte, and nothing goes in before the key is judged. Else the server is asked; when it offers TLS
 * all is done anew over a second, encrypted connection, before any name or password. There is no way back from either. */
void hs_connection_open_async (HsConnection *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_connection_open_finish (HsConnection *self, GAsyncResult *result, GError **error);

/* Leaves in good order (QUIT or q, FIN, read to the end, bounded). @now: without waiting for a peer that has to speak first (Leave Anyway). */
void hs_connection_leave (HsConnection *self, gboolean now);

HsSession *hs_connection_get_session (HsConnection *self);
HsTcpWatch *hs_connection_get_watch (HsConnection *self);
HsSecurity *hs_connection_get_security (HsConnection *self);
/* It was encrypted before, and the person wished it otherwise for this once. */
gboolean hs_connection_is_exception (HsConnection *self);
GListModel *hs_connection_get_steps (HsConnection *self);
gboolean hs_connection_is_open (HsConnection *self);
/* Opening it was begun: before that there is nothing to see of it. */
gboolean hs_connection_is_used (HsConnection *self);
const char *hs_connection_get_leaving_hint (HsConnection *self);
const HsFailure *hs_connection_get_failure (HsConnection *self);
const char *hs_connection_get_address (HsConnection *self);
/* Where that leads, for people to read: of an invite neither key nor token. */
const char *hs_connection_get_place (HsConnection *self);
