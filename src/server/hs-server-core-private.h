/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core's files share. All of it belongs to the server's thread, but for what is marked. */
#pragma once

#include "hs-engine.h"
#include "hs-link.h"
#include "hs-listener.h"
#include "hs-peer.h"
#include "hs-poller.h"
#include "hs-server-core.h"
#include "hs-tcp-diag.h"
#include "hs-tcp-door.h"
#include "hs-tcp-tap.h"

/* Enough of a connection to find it in the kernel's table when its descriptor is gone. */
typedef struct
{
  guint64 guest_id;
  guint64 cookie;
  GSocketAddress *local, *remote;
  HsTcpState state;
  guint32 rtt;
  gint64 last_active;
  guint64 received, sent; /* as they were told */
} HsTrace;

typedef struct _HsWatched HsWatched;

/* A guest's connection: its link, its peer, its pace. */
typedef struct
{
  HsServerCore *core;
  HsLink *link;
  HsPeer *peer;        /* (nullable) it was refused */
  HsNewsItem *pending; /* what is told of it in the news being gathered, if generation is theirs */
  guint generation;
  HsTrace *trace;      /* (nullable) only while somebody looks */
  HsWatched *watched;  /* (nullable) borrowed: the one whose carrier this is */
  gint64 pace;         /* monotonic µs up to which its commands have used up its allowance */
  GList place;
  gboolean told;       /* its address has been told */
  gboolean awaited;    /* the engine waits until all that is queued has been sent */
} HsCarrier;

/* A tap on a guest's connection: for a window that has a watch of it, for the guest that asked what we see, or for both. */
struct _HsWatched
{
  HsServerCore *core;
  guint64 watch_id;    /* the façade's; else one of our own */
  HsCarrier *carrier;  /* (nullable) while its link owns the tap */
  HsTcpTap *tap;       /* owned when there is no carrier any more */
  GSource *farewell;   /* (nullable) until the guest has read what will happen */
  HsTcpLab ending;     /* what will */
  GPtrArray *story;    /* of HsTcpEvent: what can be told of it */
  HsViewClock clock;   /* the guest's, against ours */
  gint64 told_at;      /* monotonic µs: when the numbers were told last */
  gboolean hidden;     /* no window has it */
  gboolean shown;      /* a window looks */
  gboolean asked;      /* the guest looks, and is told */
  gboolean asking;     /* the guest was asked, for a window looks */
  gboolean refused;    /* and does not tell */
};

typedef struct _HsCoreStore HsCoreStore;
typedef struct _HsTraceFile HsTraceFile;

struct _HsServerCore
{
  /* Owned; made before the thread, or belonging to nobody else */
  GMainContext *context;
  GMainContext *main;
  GThread *thread; /* (nullable) */
  GMainLoop *loop; /* (nullable) */
  HsServerConfig *config;
  const HsServerCoreFuncs *funcs;
  gpointer user_data;
  GArray *sockets;  /* of int: given to listen on */
  gboolean *wanted; /* atomic rc box, shared with the deliveries under way; read and written on the main thread */

  /* Owned by the thread */
  HsPoller *poller;
  HsListener *listener;
  HsEngine *engine;
  HsTcpDiag *diag;       /* (nullable) */
  HsTcpDoor *door;       /* looks at the listener while observed */
  HsCoreStore *store;    /* (nullable) */
  HsTraceFile *trace_file; /* (nullable) */
  GQueue carriers;
  GSource *sweep;        /* a timer, always attached */
  GSource *delivery;     /* a timer, always attached */
  GSource *look;         /* (nullable) while observed */
  GSource *stop_timer;   /* (nullable) */
  GSource *end_timer;    /* (nullable) */
  GError *start_error;   /* (nullable) why it does not listen, until that is told */
  GSource *trim_timer;   /* (nullable) */
  HsTlsContext *tls;     /* (nullable) in a plain-text classroom */
  GSource *tls_timer;    /* (nullable) */
  GPtrArray *tls_monitors; /* (nullable) of GFileMonitor */
  HsNews *news;          /* (nullable) being gathered */
  GHashTable *watched;   /* watch id → HsWatched */
  GPtrArray *lingering;  /* of HsTrace */

  /* State */
  gint64 sweep_at;
  gint64 last_delivery;
  gint64 shortest_wait;  /* µs */
  guint generation; /* of the news */
  guint n_since_trim;
  guint n_looks;
  guint n_refused;
  gboolean tells_guests;
  gboolean observed;
  gboolean stopping;
  gboolean ended;   /* all of the thread's is freed, and verbs do nothing */
};

/* hs-server-core.c */
/* Runs @func on the thread, unless it has ended by then. */
void hs_core_run (HsServerCore *self, GSourceFunc func, gpointer data, GDestroyNotify destroy);

/* hs-server-core-run.c: GSourceFuncs over the core */
gboolean hs_core_start (gpointer data);
gboolean hs_core_stop (gpointer data);
/* Frees what has not been freed yet; the loop of a thread ends. */
gboolean hs_core_clean_up (gpointer data);
/* A guest has gone: when it was the last of a server that stops, that is told. */
void hs_core_maybe_all_have_left (HsServerCore *self);

/* hs-server-core-guests.c */
extern const HsEngineFuncs hs_core_engine_funcs;
/* The listener's; @fd is given. */
void hs_core_accept (HsListener *listener, int fd, gpointer user_data);
HsCarrier *hs_core_find_guest (HsServerCore *self, guint64 guest_id);
/* At once, with nothing said. */
void hs_core_drop_guests (HsServerCore *self);

/* hs-server-core-store.c */
/* Opens the engine's store; @ready is called when the rooms are there, never at once. */
void hs_core_store_open (HsServerCore *self, void (*ready) (HsServerCore *self));
void hs_core_store_close (HsServerCore *self);

/* hs-server-core-trace.c: without a file to trace to these do nothing */
gboolean hs_core_trace_open (HsServerCore *self, GError **error);
void hs_core_trace_close (HsServerCore *self);
/* A connection was accepted; it gets its tap. */
void hs_core_trace_begin (HsServerCore *self, HsCarrier *carrier);
/* Before its link is freed: what is left of it is followed. */
void hs_core_trace_end (HsServerCore *self, HsCarrier *carrier);

/* hs-server-core-tls.c */
/* Reads the key, or makes one. */
gboolean hs_core_tls_init (HsServerCore *self, GError **error);
void hs_core_tls_clear (HsServerCore *self);
/* The configuration, or a file it names, has changed: the key is read again; where that fails the old one stays. */
void hs_core_tls_set_config (HsServerCore *self);
/* It listens, and its port is known. */
void hs_core_tls_offer_sts (HsServerCore *self);
/* A ClientHello waits. FALSE: it was refused, and the link is to be closed. */
gboolean hs_core_tls_accept (HsServerCore *self, HsLink *link);

/* hs-server-core-deadlines.c */
void hs_core_deadlines_init (HsServerCore *self);
void hs_core_deadlines_clear (HsServerCore *self);
/* What the configuration says of waiting; after each change of it. */
void hs_core_note_waits (HsServerCore *self);
/* Something new has a deadline. @now: monotonic µs. */
void hs_core_expect_sweep (HsServerCore *self, gint64 now);
/* A guest has come. */
void hs_core_expect_trim (HsServerCore *self);
GSource *hs_core_attach_timer (HsServerCore *self, guint ms, GSourceFunc func);
void hs_core_clear_timer (GSource **source);

/* hs-server-core-news.c */
/* The batch being gathered; it leaves by itself, a frame after the last. */
HsNews *hs_core_gather (HsServerCore *self);
/* GSourceFunc: the batch leaves now. */
gboolean hs_core_deliver_news (gpointer data);
void hs_core_tell_guest (HsServerCore *self, HsCarrier *carrier);
void hs_core_tell_bans (HsServerCore *self);
/* @error: (nullable) (transfer full) why it does not listen. */
void hs_core_tell_started (HsServerCore *self, GError *error);
void hs_core_tell_stopped (HsServerCore *self);
/* @error_text: (nullable) why what is said is not kept. */
void hs_core_tell_store (HsServerCore *self, const char *error_text);

/* hs-server-core-look.c */
void hs_core_look_init (HsServerCore *self);
void hs_core_look_clear (HsServerCore *self);
void hs_core_trace (HsServerCore *self, HsCarrier *carrier);
/* Its descriptor is gone. TRUE: it lingers, and its end will be told later. */
gboolean hs_core_linger (HsServerCore *self, HsCarrier *carrier);
/* Before the link of @carrier is freed. */
void hs_core_release_tap (HsServerCore *self, HsCarrier *carrier);
/* It has none, nor another tap. */
HsWatched *hs_core_add_watched (HsServerCore *self, HsCarrier *carrier, guint64 watch_id);
void hs_core_tell_listener_step (HsServerCore *self, const char *title, const char *detail, const char *source);
void hs_trace_free (HsTrace *self);

/* hs-server-core-view.c: both ends in one picture */
/* TCPVIEW of a guest: HsEngineFuncs.view */
void hs_core_view_heard (HsPeer *peer, HsViewVerb verb, const HsIrcMessage *message, gpointer user_data);
/* What the tap has seen: the guest is told, if it asked. */
void hs_core_view_event (HsWatched *watched, HsTcpEvent *event);
void hs_core_view_numbers (HsWatched *watched, const HsTcpNumbers *numbers);
/* Who looks, or whether it is to be told, has changed. */
void hs_core_view_update (HsWatched *watched);
/* No window has it any more. TRUE: the guest still looks, so it stays. */
gboolean hs_core_view_keep (HsWatched *watched);
/* A window gets what only the guest had. FALSE: there is no such thing. */
gboolean hs_core_view_adopt (HsServerCore *self, HsCarrier *carrier, guint64 watch_id);
/* A guest is otherwise than before: it may have said that it speaks TCPVIEW. */
void hs_core_view_note_guest (HsServerCore *self, HsCarrier *carrier);
/* The configuration has changed. */
void hs_core_view_set_config (HsServerCore *self);

/* hs-server-core-carried.c */
/* Somebody looks at this guest, maybe (its link has a tap): what goes to it, and what it says about that, is told. */
void hs_core_note_carried (HsServerCore *self, HsCarrier *carrier, const HsBuf *buf, guint64 end);
void hs_core_note_deleted (HsServerCore *self, const char *msgid);
void hs_core_note_heard (HsServerCore *self, HsCarrier *carrier, const HsLine *line);
