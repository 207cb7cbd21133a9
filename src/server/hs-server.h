/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server for the rest of the program: façade on the main thread. Verbs go in, facts come out in batches (at most one a frame);
 * engine, listener and links run on a thread and context of their own, or (threaded FALSE: handshake-server) on the main context. */
#pragma once

#include <gio/gio.h>

#include "hs-deed.h"
#include "hs-guest.h"
#include "hs-server-config.h"
#include "hs-tcp-numbers.h"
#include "hs-tcp-watch.h"

#define HS_TYPE_SERVER (hs_server_get_type ())
G_DECLARE_FINAL_TYPE (HsServer, hs_server, HS, SERVER, GObject)

/* Properties (all notify): running, stopping, name, address (numeric bound), port, since (Unix µs), error-text (nullable), store-error-text (nullable: why what is said is not kept),
 * key ("sha256:…", as in invites; nullable: not known yet, or a classroom), key-number (what people compare; nullable), has-password, n-guests (the host is none), n-listeners, half-open, accept-queue, backlog, drops, syn-cookies, warnings (HsTcpDoorWarning bits),
 * bans (GStrv: masks of who is not let in; told, as guests are, from the first hs_server_get_guests () on).
 * experiments (HS_TCP_LAB_BIT: on the listener).
 * Signal "stopped": all leave has been taken. Signal "carried" (HsTcpWatch of a guest that is shown, HsServerCarried, borrowed): a message went to it. */
HsServer *hs_server_new (const HsServerConfig *config, gboolean threaded);

/* Can the files that @config names be used? Nothing is made or started. */
gboolean hs_server_check_files (const HsServerConfig *config, GError **error);

/* Before the start: listens on @fd, which it takes, instead of opening what the configuration says; a TCP socket, a Unix socket, or one of
 * each. It is kept for one start. Without a TCP socket the properties address and port stay empty. */
void hs_server_take_socket (HsServer *self, int fd);
/* Listens. Finishing tells the port really taken (property port). A second start while running is G_IO_ERROR_EXISTS. */
void hs_server_start_async (HsServer *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_server_start_finish (HsServer *self, GAsyncResult *result, GError **error);
/* Takes leave of all within HS_STOP_MS. */
void hs_server_stop_async (HsServer *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_server_stop_finish (HsServer *self, GAsyncResult *result, GError **error);

/* While it runs what may change does so, else all does (see hs_server_config_take_live ()). Returns the names of keys that wait for the next start.
 * (nullable) (transfer full) */
char *hs_server_set_config (HsServer *self, const HsServerConfig *config);

/* What everybody needs to come in (property has-password). (nullable) NULL or "": nothing. Who speaks plain text leaves when one is set. */
void hs_server_set_password (HsServer *self, const char *password);
/* Does who comes need a password? */
gboolean hs_server_get_has_password (HsServer *self);
/* Finishes with a public address of this computer (not of a LAN, a link or a provider's NAT) at which anybody could come in, because no password
 * is set; NULL, without an error: there is none. Before the start too: then it is a reason to ask the host once. (nullable) (transfer full) */
void hs_server_find_public_async (HsServer *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
char *hs_server_find_public_finish (HsServer *self, GAsyncResult *result, GError **error);

gboolean hs_server_get_running (HsServer *self);
const char *hs_server_get_key (HsServer *self);        /* (nullable) */
const char *hs_server_get_key_number (HsServer *self); /* (nullable) */
guint16 hs_server_get_port (HsServer *self);
const char *hs_server_get_name (HsServer *self);
/* The room that plain guests join and listeners hear ("#lobby"). */
const char *hs_server_get_default_room (HsServer *self);
/* The address its own client connects to: the bound one, loopback when bound to all. (transfer full) */
char *hs_server_dup_own_address (HsServer *self);
/* A fresh one-time token for the host's own client (hex; secret: never logged). (transfer full) */
char *hs_server_make_host_token (HsServer *self);
/* A token that lets one guest in, once, without the password, within a day: for an invite's link (a secret: never logged). NULL: it does not
 * run. (transfer full) */
char *hs_server_make_invite_token (HsServer *self);

/* GListModel of HsGuest; from the first call on they are told, and n-guests and n-listeners with them. Those whose socket lingers in a closing state stay until it is gone while observed. */
GListModel *hs_server_get_guests (HsServer *self);
/* GListModel of HsGuest whose half-open is not 0: one row for each address that half-open connections come from, while it is observed. */
GListModel *hs_server_get_half_open (HsServer *self);
/* Finishes with the names of the rooms that a guest is in ("#lobby"); of one who has gone, none. (transfer full) */
void hs_server_list_rooms_async (HsServer *self, HsGuest *guest, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GStrv hs_server_list_rooms_finish (GAsyncResult *result, GError **error);
/* ---- What the host does. It is carried out on the server's thread; the guests' lists tell what came of it. ---- */
/* @guests: of HsGuest; those who have gone meanwhile, and the host, are passed over. @reason: (nullable) told to whom it is done, and to the room. */
void hs_server_do (HsServer *self, HsDeed deed, GPtrArray *guests, const char *reason);
/* Out of this room only. */
void hs_server_kick_from (HsServer *self, HsGuest *guest, const char *room, const char *reason);
/* Who matches a mask (a name, an address, nick!user@host) is not let in while it stands, also after a restart. */
void hs_server_set_banned (HsServer *self, const char *const *masks, gboolean on);
const char *const *hs_server_get_bans (HsServer *self);

/* An experiment of the Lab on the listener (HS_TCP_LAB_BACKLOG), until it is ended or the server stops; property experiments tells. */
void hs_server_experiment (HsServer *self, HsTcpLab experiment, gboolean on);
guint hs_server_get_experiments (HsServer *self);
/* Somebody looks at the server's page: only then listener numbers and guests' states are read (each 250 ms / 1 s). */
void hs_server_set_observed (HsServer *self, gboolean observed);
/* The same for one of several who look: it is observed while any of them does. @who: any address of its own. */
void hs_server_set_observed_by (HsServer *self, gconstpointer who, gboolean observed);
const HsTcpListenerNumbers *hs_server_get_listener_numbers (HsServer *self); /* (nullable) */
/* GListModel of HsTcpLogItem: the listener's own steps (binding, bound, listening, accepted from …). */
GListModel *hs_server_get_log (HsServer *self);
/* One guest's connection in full, from now until the watch is disposed. (transfer full) */
HsTcpWatch *hs_server_watch_guest (HsServer *self, HsGuest *guest);
