/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chat server without socket, clock or thread: lines of peers in, queued lines and facts out. One row and one function per command. */
#pragma once

#include "hs-buf.h"
#include "hs-deed.h"
#include "hs-dialect.h"
#include "hs-fingerprint.h"
#include "hs-irc-message.h"
#include "hs-server-config.h"
#include "hs-view.h"

typedef struct _HsEngine HsEngine;
typedef struct _HsPeer HsPeer; /* a guest, for the engine a plain struct; hs-peer.h */

typedef enum
{
  HS_FACT_PEER_ADDED,      /* connected, nothing known yet */
  HS_FACT_PEER_CHANGED,    /* dialect, nick, shown name, registered, listening */
  HS_FACT_PEER_REMOVED,
  HS_FACT_ROOM_CHANGED,    /* created, topic, member count; removed when empty */
  HS_FACT_BANS_CHANGED,    /* who is not let in */
  HS_FACT_DELETED,         /* a message: room is its msgid */
  HS_N_FACTS
} HsFactKind;

typedef struct
{
  /* Queue @buf to the peer (takes a reference if it keeps it). */
  void (*send) (HsPeer *peer, HsBuf *buf, gpointer user_data);
  /* What was queued so far is a write of its own (before a bare q). */
  void (*break_write) (HsPeer *peer, gpointer user_data);
  /* Flush and close in good order, after waiting @fin_ms for the guest's FIN. The peer is already removed from all rooms. */
  void (*close) (HsPeer *peer, guint fin_ms, gpointer user_data);
  void (*fact) (HsFactKind kind, HsPeer *peer, const char *room, gpointer user_data);
  gint64 (*now) (gpointer user_data);                                /* Unix µs */
  void (*random) (guint8 *data, gsize len, gpointer user_data);
  /* (nullable: at once) Runs @work elsewhere, for it takes long; then, later, @done here; then @destroy, anywhere, also when @done never came. */
  void (*apart) (void (*work) (gpointer data), void (*done) (gpointer data), gpointer data, GDestroyNotify destroy, gpointer user_data);
  /* (nullable) What makes a proof good for this connection only (RFC 9266 tls-exporter). (nullable) (transfer full) */
  GBytes *(*dup_channel_binding) (HsPeer *peer, gpointer user_data);
  gint64 (*ticks) (gpointer user_data); /* (nullable: now ()) monotonic µs, for deadlines */
  /* (nullable) TCPVIEW of a guest; @message has the verb's parameters after it. */
  void (*view) (HsPeer *peer, HsViewVerb verb, const HsIrcMessage *message, gpointer user_data);
  /* (nullable: never) Is something that was queued to it still unsent? Then hs_engine_drained () is to be called when nothing is any more. */
  gboolean (*is_unsent) (HsPeer *peer, gpointer user_data);
} HsEngineFuncs;

HsEngine *hs_engine_new (const HsServerConfig *config, const HsEngineFuncs *funcs, gpointer user_data);
void hs_engine_free (HsEngine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsEngine, hs_engine_free)

/* What may change while it runs does from now on; the default room stays. */
void hs_engine_set_config (HsEngine *self, const HsServerConfig *config);

/* IRCv3 sts: who comes in the clear is to come encrypted, on @port (0: nobody is), and who does to do so for @seconds (0: no longer). Only until @until
 * (Unix s), when the certificate expires. Those who want to know hear of a change. */
void hs_engine_set_sts (HsEngine *self, guint16 port, guint seconds, gint64 until);

/* The host's own client: PASS with this token (raw bytes as hex) makes it the host. Spent on first use, valid HS_HOST_TOKEN_MS. */
void hs_engine_set_host_token (HsEngine *self, const char *token_hex);

/* Lets one guest in, once, instead of the password, within HS_INVITE_MS: PASS invite:TOKEN. Only its hash is kept. */
void hs_engine_add_invite (HsEngine *self, const char *token);

/* ---- A peer's life; @owner is whoever carries it (the link) ---- */
/* NULL and a reason ("ERROR :…\r\n" line) when a limit refuses it. @host: numeric address; @loopback exempts from per-address limits. */
HsPeer *hs_engine_add_peer (HsEngine *self, const char *host, gboolean loopback, gpointer owner, char **refusal);
/* The dialect was judged. HTTP, and TLS that is not served, are answered and closed here too. */
void hs_engine_set_dialect (HsEngine *self, HsPeer *peer, HsDialect dialect);
/* Its TLS handshake is through; what it says comes after this. @key: (nullable) its own, that it has signed with. */
void hs_engine_set_encrypted (HsEngine *self, HsPeer *peer, const HsFingerprint *key);
/* Silent for HS_LISTENER_MS: from now on it hears the default room. */
void hs_engine_set_listener (HsEngine *self, HsPeer *peer);
/* One line or message; written to. */
void hs_engine_receive_irc (HsEngine *self, HsPeer *peer, char *line, gsize len);
void hs_engine_receive_too_long (HsEngine *self, HsPeer *peer);
void hs_engine_receive_plain (HsEngine *self, HsPeer *peer, const char *data, gsize len);
/* End of stream (its half is closed): IRC leaves, unless it said HALFCLOSE; that one, and a plain guest that has spoken, are heard no more but
 * still hear (TRUE: keep it for HS_HALF_CLOSED_MS). */
gboolean hs_engine_peer_eof (HsEngine *self, HsPeer *peer);
/* All that was queued to it has been sent. */
void hs_engine_drained (HsEngine *self, HsPeer *peer);
/* It is gone; rooms are told @reason. Frees the peer. */
void hs_engine_remove_peer (HsEngine *self, HsPeer *peer, const char *reason);
/* Deadlines (registration, PING, PONG): call no later than at the returned ticks (0: nothing to wait for). */
gint64 hs_engine_sweep (HsEngine *self);
/* One line from the server to this guest, whatever it speaks. */
void hs_engine_notice (HsEngine *self, HsPeer *peer, const char *words);
/* Takes leave of all: ERROR to IRC, a bare q to plain guests and listeners, close. */
void hs_engine_stop (HsEngine *self, const char *reason);

/* ---- Both ends in one picture (hs-engine-view.c) ---- */
/* Does this guest speak TCPVIEW? */
gboolean hs_engine_can_view (HsPeer *peer);
/* @arguments: as many as the verb has. To one that does not speak it: nothing. */
void hs_engine_tell_view (HsEngine *self, HsPeer *peer, HsViewVerb verb, const char *const *arguments);

/* ---- What the host does from its window (hs-engine-host.c) ---- */
/* To a guest, not to the host itself. What happens in rooms is done in the host's name, and only while its own client is there. @reason (nullable). */
void hs_engine_do (HsEngine *self, HsPeer *peer, HsDeed deed, const char *reason);
/* Names, in the order of its coming there. (transfer full) */
char **hs_engine_list_rooms (HsPeer *peer);
/* Out of that room only, as above. */
void hs_engine_kick_from (HsEngine *self, HsPeer *peer, const char *room, const char *reason);
/* At the server's door: who matches @mask (as one types it: a name, an address, nick!user@host) is not let in, and goes if it is in. Kept like rooms'
 * lists are. FALSE: it was so already, is no mask, or the list is full. */
gboolean hs_engine_set_banned (HsEngine *self, const char *mask, gboolean on);
/* (transfer full) */
char **hs_engine_list_bans (HsEngine *self);

/* ---- Facts ---- */
guint hs_engine_get_n_peers (HsEngine *self);
/* Who has said who they are; the host itself is nobody's guest. */
guint hs_engine_get_n_guests (HsEngine *self);
guint hs_engine_get_n_listeners (HsEngine *self);
