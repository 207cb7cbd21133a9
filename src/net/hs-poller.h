/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One epoll descriptor, edge-triggered, as one GSource for all established links of a thread, with their deadlines and their
 * gathered writes. A GSource per link would cost O(links) on every loop iteration. It knows no protocol and owns no descriptor
 * but its own. All calls belong to the thread that iterates its context. */
#pragma once

#include <glib.h>

typedef struct _HsPoller HsPoller;
typedef struct _HsPollee HsPollee;

/* Inside each of them any pollee, this one and others of the same round too, may be removed and freed. */
typedef struct
{
  /* events: EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP | EPOLLERR */
  void (*ready) (HsPollee *pollee, guint32 events);
  /* its deadline has come (it is cleared before) */
  void (*due) (HsPollee *pollee);
  /* at the end of a round, if hs_poller_mark_dirty () was called: one write for all that was queued. While many have something queued round
   * after round, it may come up to HS_GATHER_US later; of more than HS_FLUSHES_PER_ROUND the rest comes in the next rounds. */
  void (*flush) (HsPollee *pollee);
  gboolean heavy; /* what it flushes concerns many: it counts for all of them, and is flushed before the others */
} HsPolleeFuncs;

struct _HsPollee /* embedded in what is polled, zeroed; what a pollee does not use may be NULL in its funcs */
{
  const HsPolleeFuncs *funcs;
  /* State, the poller's own */
  gint64 deadline;        /* monotonic µs; 0 none */
  guint32 heap_index : 31; /* these three from 1; 0 none */
  guint32 added : 1;
  guint32 dirty_index;
  guint32 again_index;
  gint32 fd;
};

HsPoller *hs_poller_new (GMainContext *context); /* (nullable) context */
void hs_poller_free (HsPoller *self);            /* all pollees have been removed; safe inside their callbacks */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsPoller, hs_poller_free)

/* G_PRIORITY_DEFAULT, unless said otherwise: beside a window G_PRIORITY_HIGH_IDLE + 25, behind GTK's drawing, so that a flood cannot freeze it. */
void hs_poller_set_priority (HsPoller *self, int priority);

/* A pollee without a descriptor may use deadline and flush; it needs no add (), but remove (). */
gboolean hs_poller_add (HsPoller *self, HsPollee *pollee, int fd, GError **error);
/* Before close (fd). */
void hs_poller_remove (HsPoller *self, HsPollee *pollee);
/* One deadline a pollee; 0 clears. */
void hs_poller_set_deadline (HsPoller *self, HsPollee *pollee, gint64 deadline);
/* flush () runs at the end of this round, or in the next iteration when called from elsewhere or inside a flush; gathered, a moment later. */
void hs_poller_mark_dirty (HsPoller *self, HsPollee *pollee);
/* Whatever waits to be flushed has waited long enough: what comes with it was gathered elsewhere. */
void hs_poller_hurry (HsPoller *self);
/* ready (EPOLLIN) once more in the next iteration: it stopped for fairness, and an edge does not come again. */
void hs_poller_mark_again (HsPoller *self, HsPollee *pollee);
/* Moment of this round, monotonic µs; outside of a round, now. */
gint64 hs_poller_get_time (HsPoller *self);
/* HS_READ_MAX bytes for whoever reads at the moment: nothing in it outlives the call. */
char *hs_poller_get_scratch (HsPoller *self);
GMainContext *hs_poller_get_context (HsPoller *self);
