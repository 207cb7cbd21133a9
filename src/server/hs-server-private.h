/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the façade's files share; all of it on the main thread. */
#pragma once

#include "hs-guest-list.h"
#include "hs-server-core.h"
#include "hs-server.h"

struct _HsServer
{
  GObject parent_instance;

  /* Owned */
  HsServerConfig *config;
  HsServerCore *core;     /* (nullable) */
  HsGuestList *guests;
  GListStore *half_open;  /* of HsGuest */
  GHashTable *by_id;      /* guest id → HsGuest, borrowed from guests */
  GHashTable *watches;    /* watch id → HsTcpWatch, borrowed */
  GHashTable *observers;  /* set of addresses: who looks */
  GListStore *log;        /* of HsTcpLogItem */
  GArray *sockets;        /* of int: given to listen on */
  GTask *start_task;      /* (nullable) */
  GTask *stop_task;       /* (nullable) */
  char *address;          /* (nullable) */
  char *error_text;       /* (nullable) */
  char *store_error;      /* (nullable) */
  char *key;              /* (nullable) */
  char *key_number;       /* (nullable) */
  char **bans;            /* masks */
  HsTcpListenerNumbers *numbers; /* (nullable) */

  /* State */
  guint64 next_watch_id;
  gint64 since;
  guint n_guests, n_listeners;
  guint experiments;
  int backlog;
  guint16 port;
  gboolean threaded;
  gboolean running;
  gboolean tells_guests;
  gboolean observed;
};

typedef enum
{
  HS_SERVER_PROP_0,
  HS_SERVER_PROP_RUNNING,
  HS_SERVER_PROP_STOPPING,
  HS_SERVER_PROP_NAME,
  HS_SERVER_PROP_ADDRESS,
  HS_SERVER_PROP_PORT,
  HS_SERVER_PROP_SINCE,
  HS_SERVER_PROP_ERROR_TEXT,
  HS_SERVER_PROP_STORE_ERROR_TEXT,
  HS_SERVER_PROP_N_GUESTS,
  HS_SERVER_PROP_N_LISTENERS,
  HS_SERVER_PROP_HALF_OPEN,
  HS_SERVER_PROP_ACCEPT_QUEUE,
  HS_SERVER_PROP_BACKLOG,
  HS_SERVER_PROP_DROPS,
  HS_SERVER_PROP_SYN_COOKIES,
  HS_SERVER_PROP_HAS_PASSWORD,
  HS_SERVER_PROP_KEY,
  HS_SERVER_PROP_KEY_NUMBER,
  HS_SERVER_PROP_WARNINGS,
  HS_SERVER_PROP_BANS,
  HS_SERVER_PROP_EXPERIMENTS,
  HS_SERVER_N_PROPS
} HsServerProperty;

/* hs-server.c */
void hs_server_notify (HsServer *self, HsServerProperty property);
/* Notifies when @value differs. */
void hs_server_set_uint (HsServer *self, guint *field, guint value, HsServerProperty property);
void hs_server_emit_stopped (HsServer *self);

/* hs-server-facts.c */
void hs_server_apply_news (const HsNews *news, gpointer user_data);
void hs_server_set_store_error (const char *text, gpointer user_data);
void hs_server_forget_guests (HsServer *self);

/* hs-server-watches.c */
void hs_server_apply_watch (HsServer *self, const HsNewsItem *item);
/* No core will tell them more. */
void hs_server_end_watches (HsServer *self);
/* The server goes before they do. */
void hs_server_untie_watches (HsServer *self);
