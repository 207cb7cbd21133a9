/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One epoll descriptor, edge-triggered, as one GSource for all established links of a thread, with their deadlines and their
 * gathered writes. A GSource per link would cost O(links) on every loop iteration. */
#pragma once

#include <glib.h>

typedef struct _HsPoller HsPoller;

typedef struct _HsPollee HsPollee; /* embedded in what is polled */
struct _HsPollee
{
  /* events: EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP | EPOLLERR. The pollee may be removed and freed inside. */
  void (*ready) (HsPollee *pollee, guint32 events);
  void (*due) (HsPollee *pollee);    /* its deadline has come (it is cleared before) */
  void (*flush) (HsPollee *pollee);  /* after each round, if hs_poller_mark_dirty () was called: one write for all that was queued */
  /* State, the poller's own */
  gint64 deadline;                   /* monotonic µs; 0 none */
  guint32 heap_index;                /* 0 none */
  guint32 dirty : 1;
  guint32 again : 1;
  guint32 added : 1;
  gint32 fd;
};

HsPoller *hs_poller_new (GMainContext *context); /* (nullable) context */
void hs_poller_free (HsPoller *self);            /* all pollees have been removed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsPoller, hs_poller_free)

gboolean hs_poller_add (HsPoller *self, HsPollee *pollee, int fd, GError **error);
void hs_poller_remove (HsPoller *self, HsPollee *pollee);
/* One deadline a pollee; 0 clears. */
void hs_poller_set_deadline (HsPoller *self, HsPollee *pollee, gint64 deadline);
/* flush () runs at the end of this round, or in the next iteration when called from elsewhere. */
void hs_poller_mark_dirty (HsPoller *self, HsPollee *pollee);
/* ready (EPOLLIN) once more in the next iteration: it stopped for fairness, and an edge does not come again. */
void hs_poller_mark_again (HsPoller *self, HsPollee *pollee);
/* Moment of this round, monotonic µs. */
gint64 hs_poller_get_time (HsPoller *self);
GMainContext *hs_poller_get_context (HsPoller *self);
