/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The running server: listener, links, engine, on one context that is a thread's own or the main one. Verbs may be called from the
 * main thread; what happened is delivered there. hs-server.h is the face of it. */
#pragma once

#include <gio/gio.h>

#include "hs-deed.h"
#include "hs-server-config.h"
#include "hs-server-news.h"
#include "hs-tcp-lab.h"

typedef struct _HsServerCore HsServerCore;

/* All on the main thread. */
typedef struct
{
  /* It listens, or @error says why not. */
  void (*started) (guint16 port, const char *address, int backlog, const GError *error, gpointer user_data);
  void (*news) (const HsNews *news, gpointer user_data);
  /* What is said is not kept as it should be, or (NULL) is again. */
  void (*store) (const char *error_text, gpointer user_data);
  /* All have left, and the store is closed; nothing follows. */
  void (*stopped) (gpointer user_data);
} HsServerCoreFuncs;

HsServerCore *hs_server_core_new (const HsServerConfig *config, gboolean threaded, const HsServerCoreFuncs *funcs, gpointer user_data);
/* Waits for its thread; nothing is delivered any more. Connections that still stand are dropped. After `stopped`, or a start that
 * failed, there is nothing left to wait for; before, it waits for the last commit to disk. */
void hs_server_core_free (HsServerCore *self);

/* Before the start: listens on @fd, which it takes, instead of opening what the configuration says. */
void hs_server_core_take_socket (HsServerCore *self, int fd);
void hs_server_core_start (HsServerCore *self);
/* Takes leave of all within HS_STOP_MS. */
void hs_server_core_stop (HsServerCore *self);
void hs_server_core_set_config (HsServerCore *self, const HsServerConfig *config);
void hs_server_core_set_host_token (HsServerCore *self, const char *token_hex);
void hs_server_core_add_invite (HsServerCore *self, const char *token);
/* From now on the façade wants to hear of guests (and of those who are there already). */
void hs_server_core_tell_guests (HsServerCore *self);
void hs_server_core_set_observed (HsServerCore *self, gboolean observed);
/* Ids of guests, each once; those who have gone are passed over. @reason (nullable). Takes @ids (of guint64). */
void hs_server_core_do (HsServerCore *self, HsDeed deed, GArray *ids, const char *reason);
void hs_server_core_kick_from (HsServerCore *self, guint64 id, const char *room, const char *reason);
/* Takes @task, which returns a GStrv. */
void hs_server_core_list_rooms (HsServerCore *self, guint64 id, GTask *task);
void hs_server_core_set_banned (HsServerCore *self, const char *const *masks, gboolean on);
/* Needs no core. Can the certificate and key that are configured be used? */
gboolean hs_server_core_check_files (const HsServerConfig *config, GError **error);
/* Needs no core. Finishes with a public address among those that @bound (nullable: all) means, or with none. (nullable) (transfer full) */
void hs_server_core_find_public_async (const char *bound, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
char *hs_server_core_find_public_finish (GAsyncResult *result, GError **error);
/* @watch_id is the façade's. */
void hs_server_core_watch (HsServerCore *self, guint64 guest_id, guint64 watch_id);
void hs_server_core_show_watch (HsServerCore *self, guint64 watch_id, gboolean shown);
/* The guest is told before; it is done in answer to a person only. */
void hs_server_core_experiment (HsServerCore *self, guint64 watch_id, HsTcpLab experiment, gboolean on);
/* The listener's experiments (HS_TCP_LAB_BACKLOG). */
void hs_server_core_experiment_listener (HsServerCore *self, HsTcpLab experiment, gboolean on);
void hs_server_core_unwatch (HsServerCore *self, guint64 watch_id);
