/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follows one connection in the thread that owns its descriptor: looks at the kernel when told that something may have
 * happened, keeps the state machine, and reports events. After the descriptor is closed it follows the orphan by cookie
 * until it is gone. It owns no descriptor of the connection; what is shown to people is HsTcpWatch's affair. */
#pragma once

#include <gio/gio.h>

#include "hs-tcp-diag.h"
#include "hs-tcp-event.h"
#include "hs-tcp-numbers.h"
#include "hs-tcp-tally.h"

typedef struct _HsTcpTap HsTcpTap;

typedef enum
{
  HS_TCP_ROLE_OPENER,   /* we sent the SYN */
  HS_TCP_ROLE_LISTENER, /* we accepted */
} HsTcpRole;

typedef struct
{
  void (*event) (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data);   /* borrowed */
  void (*numbers) (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data); /* at each look */
  void (*gone) (HsTcpTap *tap, gpointer user_data);                        /* nothing is left of the connection */
  /* (nullable) The other end is on this computer, too: its numbers, at each look while shown. */
  void (*other) (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data);
  /* (nullable) No TCP is beneath: instead of numbers, at each look while shown and once when attached. */
  void (*tally) (HsTcpTap *tap, const HsTcpTally *tally, gpointer user_data);
} HsTcpTapFuncs;

/* @diag (nullable) is borrowed and outlives the tap. Timers run in the thread-default context of the caller. */
HsTcpTap *hs_tcp_tap_new (HsTcpRole role, HsTcpDiag *diag, const HsTcpTapFuncs *funcs, gpointer user_data);
void hs_tcp_tap_free (HsTcpTap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTcpTap, hs_tcp_tap_free)

/* ---- Before there is a descriptor: the opener's GIO steps ---- */
/* It will not be TCP. */
void hs_tcp_tap_set_transport (HsTcpTap *self, HsTcpTransport transport);
void hs_tcp_tap_step (HsTcpTap *self, const char *title, const char *detail, const char *source);
/* connect () was called to @remote: SYN-SENT, if TCP_INFO shows it (@fd ≥ 0); else it is inferred later from what follows, for without a road no
 * SYN goes out. A second call is a second address: the story begins anew. */
void hs_tcp_tap_connecting (HsTcpTap *self, int fd, GSocketAddress *remote);
/* No connection came of it: CLOSED, with why (G_IO_ERROR). */
void hs_tcp_tap_failed (HsTcpTap *self, const GError *error);

/* ---- While the descriptor is held ---- */
/* connect () or accept () succeeded: reads cookie, addresses, TCP_INFO and, for a listener, the saved SYN. @since monotonic µs of accept, 0 for now:
 * a guest may be watched only when somebody looks, then what went before is inferred. */
void hs_tcp_tap_attach (HsTcpTap *self, int fd, gint64 since);
/* Something may have happened (readable, hang-up, after our own send or shutdown): look. Cheap; calls back where it found news. */
void hs_tcp_tap_look (HsTcpTap *self);
/* EPOLLERR: reads the error queue until it is empty, whoever filled it, then looks. */
void hs_tcp_tap_errors (HsTcpTap *self);
/* Told by the link, because the kernel does not log them. @bytes are the TCP stream's: under TLS, of ciphertext. */
void hs_tcp_tap_wrote (HsTcpTap *self, gsize bytes, const char *what);
void hs_tcp_tap_received (HsTcpTap *self, gsize bytes, guint reads, const char *what);
/* UDP: an ICMP message came back about a datagram of ours. @title, @detail as of a note. */
void hs_tcp_tap_bounced (HsTcpTap *self, const char *title, const char *detail);
/* The link took a message that ends at @app in its own stream (what hs_link_send () returns). */
void hs_tcp_tap_queued (HsTcpTap *self, guint64 app);
/* Under TLS: the record that carries the link's own stream up to @app ends at @stream of TCP's. Told when the record is made, before
 * hs_tcp_tap_wrote (); once also when the tap is set on a link that has made records already. Never told: both are the same. */
void hs_tcp_tap_record (HsTcpTap *self, guint64 app, guint64 stream);
void hs_tcp_tap_note (HsTcpTap *self, const char *title, const char *detail, const char *source);
void hs_tcp_tap_shutting_down (HsTcpTap *self);  /* right before our shutdown (SHUT_WR) */
/* Right before close (fd): last look, then the orphan is followed. @reset: SO_LINGER 0 was set. */
void hs_tcp_tap_detach (HsTcpTap *self, gboolean reset);

/* Somebody looks (the panel shows it): only then do timers run (numbers each second, the orphan's steps), are timestamps switched on, and is
 * the kernel asked to tell when the orphan goes. Off: costs nothing. */
void hs_tcp_tap_set_shown (HsTcpTap *self, gboolean shown);

/* Nobody keeps what goes through (a guest's connection that no window shows): it is counted, and no events are made of it; the kernel is asked once a
 * second at most, and whenever we close. Not while shown. */
void hs_tcp_tap_set_quiet (HsTcpTap *self, gboolean quiet);

/* A guest's connection was seen half-open by its cookie (hs_tcp_door_get_seen ()): told before attach (), SYN-RECEIVED is observed then. */
void hs_tcp_tap_set_half_open_seen (HsTcpTap *self, gint64 time);

/* The link's own stream up to here is acknowledged by the peer's TCP, as known by the last look: for the marks on messages. */
guint64 hs_tcp_tap_get_acknowledged (HsTcpTap *self);
/* Timestamps are on: what the peer acknowledges is told by hs_tcp_tap_errors (), nobody need ask. */
gboolean hs_tcp_tap_is_stamping (HsTcpTap *self);
gboolean hs_tcp_tap_is_gone (HsTcpTap *self);
HsTcpState hs_tcp_tap_get_state (HsTcpTap *self);
GSocketAddress *hs_tcp_tap_get_local (HsTcpTap *self);   /* (nullable) */
GSocketAddress *hs_tcp_tap_get_remote (HsTcpTap *self);  /* (nullable) */
