/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application's parts, for hs-application*.c only: -connect.c joins and rejoins, -host.c starts and stops the server, -open.c
 * brings back what was open, -background.c goes on without a window, -public.c asks before a server starts where everybody may come. */
#pragma once

#include "hs-application.h"
#include "hs-known-servers.h"
#include "hs-window.h"

struct _HsApplication
{
  AdwApplication parent_instance;

  /* Owned */
  HsProfile *profile;
  HsStore *store;
  HsServer *server;
  HsKnownServers *known_servers;
  char *room_password;     /* (nullable) of the server here; in memory only */
  HsOwnKey *own_key;
  HsKeyring *keyring;
  GListStore *connections; /* of HsConnection: the newest of each session */
  GListStore *watches;     /* of HsTcpWatch */
  HsSession *hosted;       /* our own client's, kept while the server stops and starts */
  AdwToast *undo;          /* (nullable) of the server that is about to stop */
  HsRoom *shown;           /* (nullable) what a window that comes shows */
  GCancellable *cancellable;

  /* Borrowed */
  HsWindow *window;
  GtkWindow *help;         /* (nullable) */

  /* State */
  guint persons; /* windows opened for another person from here */
  gboolean known;    /* what was open before is in connections */
  gboolean background; /* a server runs, and no window is there: the application is held */
  gboolean asking;     /* whether a server may start where everybody may come */
  gboolean checking;   /* whether a notification can be shown */
  gboolean leaving;    /* the window is not to be kept from closing */
  gboolean quitting;
  guint stop_source;   /* the server stops when it fires */
  gboolean start_again; /* when the server has stopped */
};

/* -connect.c */
void hs_application_show_connect (HsApplication *self, const char *address);
/* Each in turn: the next when the dialog of the one before has closed, joined or not. At least one. */
void hs_application_show_addresses (HsApplication *self, char **addresses);
void hs_application_join_again (HsApplication *self, HsRoom *room);
/* The newest connection of its session, in place of the one before. It is being opened, has been, or is at rest (-open.c). */
void hs_application_add_connection (HsApplication *self, HsConnection *connection);
/* Shows the first room of @session, now or when it comes. */
void hs_application_show_first_room (HsApplication *self, HsSession *session);

/* Of @request all but the name, which the session has. (transfer full) */
HsConnection *hs_application_make_connection (HsApplication *self, HsSession *session, const HsConnectRequest *request);
/* Fills in the account at @address, which @account (nullable) then owns, and which passwords the keyring should have. FALSE: nothing is known. */
gboolean hs_application_recall_login (HsApplication *self, const char *address, HsConnectRequest *request, char **account);

/* A server (nullable: each) is about to be forgotten: its passwords, its accounts, and by what it would know us again. */
void hs_application_forget_server (HsApplication *self, HsKnownServer *server);

/* -open.c */
/* Asks the store what was open; the window shows it when the answer comes. */
void hs_application_restore (HsApplication *self);

/* -host.c */
#define HOST_NETWORK "host" /* key of our own rooms in history.db, whatever the port is today */
/* Our own client's session, made when new. */
HsSession *hs_application_need_hosted (HsApplication *self, const char *address);
guint16 hs_application_get_wanted_port (HsApplication *self);
/* As the preferences say. (transfer full) */
HsServerConfig *hs_application_make_server_config (HsApplication *self);
/* (nullable) Whoever comes needs it from now on. */
void hs_application_set_room_password (HsApplication *self, const char *password);
void hs_application_erase_room_password (HsApplication *self);
/* They have changed: what may change while the server runs does so, the rest waits for its next start. */
void hs_application_configure_server (HsApplication *self, const char *key);
void hs_application_start_server (HsApplication *self);
/* While guests are there it takes five seconds, in which it can be undone; asked again, or without a window, it stops at once. */
void hs_application_stop_server (HsApplication *self);
void hs_application_keep_server (HsApplication *self);

/* -public.c */
/* Starts the server by @start. Before, and once in a profile's life, asks the host when everybody on the Internet could come in: with a password, without
 * one, or not at all. */
void hs_application_start_asking (HsApplication *self, void (*start) (HsApplication *self));

/* -background.c */
/* Beside the host. */
guint hs_application_count_guests (HsApplication *self);
void hs_application_watch_window (HsApplication *self);
void hs_application_watch_server (HsApplication *self);
/* There is a window again, or the end has come. */
void hs_application_leave_background (HsApplication *self);

/* hs-application.c */
/* Every conversation is left in good order, and the server stopped; then the program ends. */
void hs_application_leave_all (HsApplication *self);
