/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server's thread tells the façade: immutable items, gathered and delivered at most once a frame. */
#pragma once

#include "hs-fingerprint.h"
#include "hs-guest-private.h"
#include "hs-server-carried.h"
#include "hs-tcp-event.h"
#include "hs-tcp-numbers.h"
#include "hs-tcp-told.h"
#include "hs-tcp-tally.h"

typedef enum
{
  HS_NEWS_GUEST,            /* came, or is otherwise than before: facts */
  HS_NEWS_GUEST_STATE,      /* id, state, rtt, expires, last_active, received, sent */
  HS_NEWS_GUEST_GONE,       /* id */
  HS_NEWS_LISTENER_NUMBERS, /* listener */
  HS_NEWS_LISTENER_EVENT,   /* event */
  HS_NEWS_WATCH_EVENT,      /* id of the watch, event */
  HS_NEWS_WATCH_NUMBERS,    /* id, numbers */
  HS_NEWS_WATCH_TALLY,      /* id, tally */
  HS_NEWS_WATCH_ADDRESSES,  /* id, local, remote */
  HS_NEWS_WATCH_GONE,       /* id */
  HS_NEWS_WATCH_OTHER,      /* id, numbers: of the other end, on this computer */
  HS_NEWS_WATCH_EXPERIMENTS, /* id, experiments */
  HS_NEWS_LISTENER_EXPERIMENTS, /* experiments */
  HS_NEWS_WATCH_TOLD,       /* id, told: whether the other end tells of itself */
  HS_NEWS_WATCH_TOLD_EVENT, /* id, event: what it tells */
  HS_NEWS_WATCH_TOLD_NUMBERS, /* id, numbers */
  HS_NEWS_WATCH_TOLD_CLOCK, /* id, offset, round_trip */
  HS_NEWS_WATCH_CARRIED,    /* id, carried */
} HsNewsKind;

typedef struct
{
  HsNewsKind kind;
  guint64 id;
  HsGuestFacts facts;
  HsTcpState state;
  guint32 rtt;
  guint experiments;     /* HS_TCP_LAB_BIT */
  gint64 expires;        /* monotonic µs: when TIME-WAIT ends; 0 */
  gint64 last_active;    /* Unix µs; 0: the traffic is as before */
  guint64 received, sent;
  HsTcpEvent *event;     /* (nullable) */
  char *local, *remote;  /* (nullable) */
  HsTcpListenerNumbers *listener; /* (nullable) owned: long, and rare */
  HsTcpNumbers numbers;
  HsTcpToldState told;
  gint64 offset, round_trip; /* µs */
  HsTcpTally *tally;     /* (nullable) owned: rare */
  HsServerCarried *carried; /* (nullable) owned */
} HsNewsItem;

/* One delivery. */
typedef struct
{
  GPtrArray *items; /* of HsNewsItem */
  guint n_guests;
  guint n_listeners;
  char *key;             /* (nullable) the server's key is another than before: "sha256:…" */
  char key_number[HS_FINGERPRINT_NUMBER_SIZE];
  char **bans;           /* (nullable) who is not let in is not who it was */
} HsNews;

HsNews *hs_news_new (void);
void hs_news_free (HsNews *self);
/* Borrowed until the news are delivered. */
HsNewsItem *hs_news_add (HsNews *self, HsNewsKind kind, guint64 id);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsNews, hs_news_free)
