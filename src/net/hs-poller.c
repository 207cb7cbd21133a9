/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One epoll descriptor as one GSource: a round is events, those that go on from the last round, deadlines, flushes.
 *
 * Gathering: a write costs the kernel some microseconds whatever it carries, so the lever is lines per write. When many links have something
 * queued and many had a moment ago, their flush waits for what else comes; whoever talks at a person's pace never waits.
 *
 * Flushing in parts: the last of a thousand is flushed milliseconds after the first. What comes meanwhile is taken in after each part, so that
 * it leaves with the rest of them, and with the first ones right after that: nobody waits for two floods. */
#include "hs-poller.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "hs-limits.h"

/* Events taken in one round; the rest stays ready in the kernel for the next iteration. */
#define EVENTS_PER_ROUND 256

typedef struct
{
  GSource source;
  HsPoller *poller;
} PollerSource;

struct _HsPoller
{
  /* Owned */
  GMainContext *context;
  PollerSource *source;
  int epoll_fd;
  int alarm_fd; /* a GSource's time has only milliseconds */
  GPtrArray *heap;  /* of HsPollee, by deadline; the root is at 0 */
  GPtrArray *heavy; /* of HsPollee or NULL (removed), and so are these two: to be flushed, */
  GPtrArray *dirty; /* and after them, a part of them a round; */
  GPtrArray *again;
  char *scratch;
  /* State */
  gpointer tag;
  gint64 time; /* 0 outside of a round */
  gint64 gather_until; /* 0 nobody waits */
  gint64 last_large;   /* when the last flush of many ended */
  guint flushing;      /* so many of the dirty are being flushed, part by part; 0 none */
  guint flushed;       /* of these; they are NULL now */
  gboolean paid;       /* while the last of them waited, more came */
  gboolean hurried;
  gboolean freed; /* inside a round: it goes at its end */
  gint n_events; /* of this round; events[next_event] is the first not handed out */
  gint next_event;
  struct epoll_event events[EVENTS_PER_ROUND];
};

/* ---- Heap of deadlines ---- */

static HsPollee *
heap_get (HsPoller *self, guint at)
{
  return g_ptr_array_index (self->heap, at);
}

static void
heap_put (HsPoller *self, guint at, HsPollee *pollee)
{
  g_ptr_array_index (self->heap, at) = pollee;
  pollee->heap_index = at + 1;
}

static guint
heap_rise (HsPoller *self, guint at)
{
  HsPollee *pollee = heap_get (self, at);

  while (at > 0 && heap_get (self, (at - 1) / 2)->deadline > pollee->deadline)
    {
      heap_put (self, at, heap_get (self, (at - 1) / 2));
      at = (at - 1) / 2;
    }
  heap_put (self, at, pollee);
  return at;
}

static void
heap_sink (HsPoller *self, guint at)
{
  HsPollee *pollee = heap_get (self, at);

  for (;;)
    {
      guint child = 2 * at + 1;

      if (child + 1 < self->heap->len && heap_get (self, child + 1)->deadline < heap_get (self, child)->deadline)
        child++;
      if (child >= self->heap->len || heap_get (self, child)->deadline >= pollee->deadline)
        break;
      heap_put (self, at, heap_get (self, child));
      at = child;
    }
  heap_put (self, at, pollee);
}

static void
heap_remove (HsPoller *self, HsPollee *pollee)
{
  guint at = pollee->heap_index - 1;
  HsPollee *last = g_ptr_array_steal_index_fast (self->heap, self->heap->len - 1);

  pollee->heap_index = 0;
  if (last == pollee)
    return;
  heap_put (self, at, last);
  heap_sink (self, heap_rise (self, at));
}

/* ---- Lists of those to be called again: removed ones leave a hole, so that order and indices stay ---- */

static void
list_drop_front (GPtrArray *list, guint n, gsize index_offset)
{
  g_ptr_array_remove_range (list, 0, n);
  for (guint i = 0; i < list->len; i++)
    if (g_ptr_array_index (list, i) != NULL)
      G_STRUCT_MEMBER (guint32, g_ptr_array_index (list, i), index_offset) = i + 1;
}

static HsPollee *
list_take (GPtrArray *list, guint at, gsize index_offset)
{
  HsPollee *pollee = g_ptr_array_index (list, at);

  if (pollee == NULL)
    return NULL;
  g_ptr_array_index (list, at) = NULL;
  G_STRUCT_MEMBER (guint32, pollee, index_offset) = 0;
  return pollee;
}

static GPtrArray *
list_for_flush (HsPoller *self, const HsPollee *pollee)
{
  return pollee->funcs->heavy ? self->heavy : self->dirty;
}

#define DIRTY G_STRUCT_OFFSET (HsPollee, dirty_index)
#define AGAIN G_STRUCT_OFFSET (HsPollee, again_index)

static void
list_forget (GPtrArray *list, guint32 index, gsize index_offset)
{
  if (index != 0)
    list_take (list, index - 1, index_offset);
}

/* ---- A round ---- */

static void
hand_out_events (HsPoller *self, guint *n_again)
{
  do
    self->n_events = epoll_wait (self->epoll_fd, self->events, EVENTS_PER_ROUND, 0);
  while (self->n_events < 0 && errno == EINTR);

  *n_again = self->again->len;
  for (self->next_event = 0; self->next_event < self->n_events;)
    {
      struct epoll_event *event = &self->events[self->next_event++];
      HsPollee *pollee = event->data.ptr;

      if (pollee == NULL) /* it was removed, or it is the alarm */
        continue;
      self->paid |= self->gather_until != 0;
      /* Its turn for going on is this one: not twice in a round. */
      if (pollee->again_index != 0 && pollee->again_index <= *n_again)
        {
          list_take (self->again, pollee->again_index - 1, AGAIN);
          event->events |= EPOLLIN;
        }
      pollee->funcs->ready (pollee, event->events);
    }
  self->n_events = self->next_event = 0;
}

static void
go_on (HsPoller *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      HsPollee *pollee = list_take (self->again, i, AGAIN);

      if (pollee != NULL)
        pollee->funcs->ready (pollee, EPOLLIN);
    }
  if (n > 0)
    list_drop_front (self->again, n, AGAIN);
}

/* Bounded by how many there are at the beginning: a deadline that is set anew to the past waits for the next iteration. */
static void
hand_out_deadlines (HsPoller *self)
{
  for (guint n = self->heap->len; n > 0 && self->heap->len > 0; n--)
    {
      HsPollee *pollee = heap_get (self, 0);

      if (pollee->deadline > self->time)
        break;
      heap_remove (self, pollee);
      pollee->deadline = 0;
      pollee->funcs->due (pollee);
    }
}

static gboolean
begin_gathering (HsPoller *self)
{
  static const struct itimerspec wait = { .it_value.tv_nsec = HS_GATHER_US * 1000 };
  gint64 recent = self->paid ? HS_GATHER_PAID_US : HS_GATHER_AFTER_US;

  if (self->hurried || (self->dirty->len < HS_GATHER_LINKS && self->heavy->len == 0) || self->time - self->last_large >= recent
      || timerfd_settime (self->alarm_fd, 0, &wait, NULL) < 0)
    return FALSE;
  self->gather_until = self->time + HS_GATHER_US;
  self->paid = FALSE;
  return TRUE;
}

static void
flush_some (GPtrArray *list, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    {
      HsPollee *pollee = list_take (list, i, DIRTY);

      if (pollee != NULL)
        pollee->funcs->flush (pollee);
    }
}

static void
flush_heavy (HsPoller *self)
{
  guint n = self->heavy->len;

  flush_some (self->heavy, 0, n);
  if (n > 0)
    list_drop_front (self->heavy, n, DIRTY);
}

static void
flush_part (HsPoller *self)
{
  guint from = self->flushed;

  self->flushed = MIN (self->flushing, from + HS_FLUSHES_PER_ROUND);
  flush_some (self->dirty, from, self->flushed);
  if (self->flushed < self->flushing)
    return;
  if (self->flushing > 0)
    list_drop_front (self->dirty, self->flushing, DIRTY);
  if (self->flushing >= HS_GATHER_LINKS)
    self->last_large = g_get_monotonic_time ();
  self->flushing = self->flushed = 0;
}

static void
flush (HsPoller *self)
{
  if (self->flushing == 0)
    {
      if (self->gather_until != 0 ? self->time < self->gather_until : begin_gathering (self))
        return;
      self->gather_until = 0;
      self->hurried = FALSE;
      self->flushing = self->dirty->len;
    }
  flush_heavy (self);
  flush_part (self);
}

static gboolean
has_work (HsPoller *self)
{
  return self->again->len > 0 || (self->dirty->len + self->heavy->len > 0 && self->gather_until == 0);
}

static gboolean
is_due (HsPoller *self, gint64 now)
{
  return self->heap->len > 0 && heap_get (self, 0)->deadline <= now;
}

/* The deadline is told here and not by g_source_set_ready_time (), which would wake the loop at every change. */
static gboolean
source_prepare (GSource *source, int *timeout)
{
  HsPoller *self = ((PollerSource *) source)->poller;
  gint64 wait = 0;

  *timeout = -1;
  if (self->time != 0)
    return FALSE;
  if (has_work (self))
    *timeout = 0;
  else if (self->heap->len > 0)
    {
      wait = heap_get (self, 0)->deadline - g_source_get_time (source);
      *timeout = (int) CLAMP ((wait + 999) / 1000, 0, G_MAXINT);
    }
  return *timeout == 0;
}

static gboolean
source_check (GSource *source)
{
  HsPoller *self = ((PollerSource *) source)->poller;

  return self->time == 0
         && (g_source_query_unix_fd (source, self->tag) != 0 || has_work (self) || is_due (self, g_source_get_time (source)));
}

static void
poller_destroy (HsPoller *self)
{
  g_source_unref (&self->source->source);
  close (self->alarm_fd);
  close (self->epoll_fd);
  g_ptr_array_unref (self->heap);
  g_ptr_array_unref (self->heavy);
  g_ptr_array_unref (self->dirty);
  g_ptr_array_unref (self->again);
  g_free (self->scratch);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  HsPoller *self = ((PollerSource *) source)->poller;
  guint n_again = 0;

  self->time = g_get_monotonic_time ();
  hand_out_events (self, &n_again);
  go_on (self, n_again);
  hand_out_deadlines (self);
  flush (self);
  self->time = 0;
  if (!self->freed)
    return G_SOURCE_CONTINUE;
  poller_destroy (self);
  return G_SOURCE_REMOVE;
}

static GSourceFuncs source_funcs = { .prepare = source_prepare, .check = source_check, .dispatch = source_dispatch };

/* ---- Public ---- */

HsPoller *
hs_poller_new (GMainContext *context)
{
  HsPoller *self = g_new0 (HsPoller, 1);
  struct epoll_event alarm_event = { .events = EPOLLIN | EPOLLET };

  self->context = context != NULL ? g_main_context_ref (context) : g_main_context_ref (g_main_context_default ());
  self->heap = g_ptr_array_new ();
  self->heavy = g_ptr_array_new ();
  self->dirty = g_ptr_array_new ();
  self->again = g_ptr_array_new ();
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    g_error ("No epoll descriptor: %s", g_strerror (errno));
  self->alarm_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (self->alarm_fd < 0 || epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->alarm_fd, &alarm_event) < 0)
    g_error ("No timer descriptor: %s", g_strerror (errno));

  self->source = (PollerSource *) g_source_new (&source_funcs, sizeof (PollerSource));
  self->source->poller = self;
  g_source_set_static_name (&self->source->source, "HsPoller");
  /* It does not recurse (see check); but a source that may not is taken out of the poll around each dispatch, and GLib wakes the context for
   * that: four writes and two further iterations a round. */
  g_source_set_can_recurse (&self->source->source, TRUE);
  self->tag = g_source_add_unix_fd (&self->source->source, self->epoll_fd, G_IO_IN);
  g_source_attach (&self->source->source, self->context);
  return self;
}

void
hs_poller_free (HsPoller *self)
{
  g_source_destroy (&self->source->source);
  self->freed = TRUE;
  if (self->time == 0)
    poller_destroy (self);
}

void
hs_poller_set_priority (HsPoller *self, int priority)
{
  g_source_set_priority (&self->source->source, priority);
}

gboolean
hs_poller_add (HsPoller *self, HsPollee *pollee, int fd, GError **error)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = pollee };
  int code = 0;

  g_return_val_if_fail (!pollee->added, FALSE);

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    {
      code = errno;
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
      return FALSE;
    }
  pollee->added = TRUE;
  pollee->fd = fd;
  return TRUE;
}

void
hs_poller_remove (HsPoller *self, HsPollee *pollee)
{
  if (pollee->added)
    epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, pollee->fd, NULL);
  pollee->added = FALSE;
  pollee->fd = -1;

  hs_poller_set_deadline (self, pollee, 0);
  list_forget (list_for_flush (self, pollee), pollee->dirty_index, DIRTY);
  list_forget (self->again, pollee->again_index, AGAIN);
  for (gint i = self->next_event; i < self->n_events; i++)
    if (self->events[i].data.ptr == pollee)
      self->events[i].data.ptr = NULL;
}

void
hs_poller_set_deadline (HsPoller *self, HsPollee *pollee, gint64 deadline)
{
  if (pollee->deadline == deadline)
    return;
  pollee->deadline = deadline;
  if (deadline == 0)
    heap_remove (self, pollee);
  else
    {
      if (pollee->heap_index == 0)
        {
          g_ptr_array_add (self->heap, pollee);
          pollee->heap_index = self->heap->len;
        }
      heap_sink (self, heap_rise (self, pollee->heap_index - 1));
    }
}

void
hs_poller_mark_dirty (HsPoller *self, HsPollee *pollee)
{
  GPtrArray *list = list_for_flush (self, pollee);

  if (pollee->dirty_index != 0)
    return;
  g_ptr_array_add (list, pollee);
  pollee->dirty_index = list->len;
}

void
hs_poller_hurry (HsPoller *self)
{
  self->hurried = TRUE;
  self->gather_until = 0;
}

void
hs_poller_mark_again (HsPoller *self, HsPollee *pollee)
{
  if (pollee->again_index != 0)
    return;
  g_ptr_array_add (self->again, pollee);
  pollee->again_index = self->again->len;
}

gint64
hs_poller_get_time (HsPoller *self)
{
  return self->time != 0 ? self->time : g_get_monotonic_time ();
}

char *
hs_poller_get_scratch (HsPoller *self)
{
  if (self->scratch == NULL)
    self->scratch = g_malloc (HS_READ_MAX);
  return self->scratch;
}

GMainContext *
hs_poller_get_context (HsPoller *self)
{
  return self->context;
}
