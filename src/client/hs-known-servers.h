/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The servers whose keys this profile has seen, what was chosen when it saw them, and what was promised about encryption. All of it is
 * read from the store once and kept here; every change is written behind. It judges nothing. What knows keys as bytes is in hs-known-servers-private.h. */
#pragma once

#include "hs-store.h"

#define HS_TYPE_KNOWN_SERVER (hs_known_server_get_type ())
G_DECLARE_FINAL_TYPE (HsKnownServer, hs_known_server, HS, KNOWN_SERVER, GObject)

/* Properties (all notify): name (nullable: the person gave none), title (the name, else where it was seen, else its number), number (four groups
 * of five digits), places (nullable: "192.168.1.5, [fd00::5]:9000"), key-places (nullable:
 * those of them where the person chose to log in by the own key), first-seen, last-seen, compared (Unix ms; 0 never). */
const char *hs_known_server_get_name (HsKnownServer *self);
const char *hs_known_server_get_title (HsKnownServer *self);
const char *hs_known_server_get_number (HsKnownServer *self);
const char *hs_known_server_get_places (HsKnownServer *self);
const char *hs_known_server_get_key_places (HsKnownServer *self);
gint64 hs_known_server_get_first_seen (HsKnownServer *self);
gint64 hs_known_server_get_last_seen (HsKnownServer *self);
gint64 hs_known_server_get_compared (HsKnownServer *self);
char *hs_known_server_dup_key_text (HsKnownServer *self); /* "sha256:…" */

#define HS_TYPE_KNOWN_SERVERS (hs_known_servers_get_type ())
/* A GListModel of HsKnownServer, in the order in which they were first seen. */
G_DECLARE_FINAL_TYPE (HsKnownServers, hs_known_servers, HS, KNOWN_SERVERS, GObject)

/* Begins to read @store. */
HsKnownServers *hs_known_servers_new (HsStore *store);
/* Until it is read; at once (in an idle) when it is. What is not read yet answers as if nothing were known: so wait before judging. What cannot be
 * read is told as an error, each time: then what is not found may have been known all the same, and is not seen for the first time. */
void hs_known_servers_wait_async (HsKnownServers *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_known_servers_wait_finish (HsKnownServers *self, GAsyncResult *result, GError **error);

/* @now: Unix ms; 0: not compared after all. */
void hs_known_servers_set_compared (HsKnownServers *self, HsKnownServer *server, gint64 now);
/* (nullable) @name; white space around it is dropped. */
void hs_known_servers_rename (HsKnownServers *self, HsKnownServer *server, const char *name);
/* Is what a person types to join bound to it? */
gboolean hs_known_servers_is_at (HsKnownServers *self, HsKnownServer *server, const char *address);
/* Wherever it was chosen to show @server the person's own key, it is not shown from the next connection on. */
void hs_known_servers_take_key_back (HsKnownServers *self, HsKnownServer *server);
/* With everything that was bound to its key, and what its hosts promised: next time it is seen for the first time. */
void hs_known_servers_forget (HsKnownServers *self, HsKnownServer *server);
/* Every server, every pin, every promise of encryption. */
void hs_known_servers_forget_all (HsKnownServers *self);
