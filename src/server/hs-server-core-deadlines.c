/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the server's thread wakes without a byte having come: the engine's sweep, the trim after a burst. One timer each, none per guest. */
#include "hs-server-core-private.h"

#include <malloc.h>

#include "hs-limits.h"

GSource *
hs_core_attach_timer (HsServerCore *self, guint ms, GSourceFunc func)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

void
hs_core_clear_timer (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
dispatch_when_ready (GSource *source, GSourceFunc func, gpointer data)
{
  return func (data);
}

/* A source that fires at its ready time and not again: a timeout source would set its own. */
static GSource *
attach_ready_source (HsServerCore *self, GSourceFunc func)
{
  static const GSourceFuncs funcs = { .dispatch = dispatch_when_ready };
  GSource *source = g_source_new ((GSourceFuncs *) &funcs, sizeof (GSource));

  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static gboolean
on_sweep (gpointer data)
{
  HsServerCore *self = data;
  gint64 next;

  self->sweep_at = 0;
  g_source_set_ready_time (self->sweep, -1);
  next = hs_engine_sweep (self->engine);
  if (next != 0)
    {
      gint64 wait = next - g_get_monotonic_time ();

      self->sweep_at = g_get_monotonic_time () + CLAMP (wait, G_TIME_SPAN_MILLISECOND, G_TIME_SPAN_DAY);
      g_source_set_ready_time (self->sweep, self->sweep_at);
    }
  return G_SOURCE_CONTINUE;
}

/* A new deadline is never nearer than the shortest of them. */
void
hs_core_expect_sweep (HsServerCore *self, gint64 now)
{
  if (self->sweep_at != 0 && self->sweep_at <= now + self->shortest_wait)
    return;
  self->sweep_at = now + self->shortest_wait;
  g_source_set_ready_time (self->sweep, self->sweep_at);
}

/* After a burst of arrivals the allocator keeps kilobytes for each guest; it gives them back when the burst is over. */
static gboolean
on_trim (gpointer data)
{
  HsServerCore *self = data;

  if (self->n_since_trim > 0)
    {
      self->n_since_trim = 0;
      return G_SOURCE_CONTINUE;
    }
  g_clear_pointer (&self->trim_timer, g_source_unref);
  malloc_trim (0);
  return G_SOURCE_REMOVE;
}

void
hs_core_expect_trim (HsServerCore *self)
{
  if (++self->n_since_trim >= HS_TRIM_AFTER_GUESTS && self->trim_timer == NULL)
    self->trim_timer = hs_core_attach_timer (self, HS_TRIM_AFTER_MS, on_trim);
}

void
hs_core_note_waits (HsServerCore *self)
{
  guint shortest = MIN (self->config->registration_timeout, HS_HALF_CLOSED_MS);

  shortest = MIN (shortest, MIN (self->config->ping_after, self->config->pong_within));
  self->shortest_wait = shortest * G_TIME_SPAN_MILLISECOND;
}

void
hs_core_deadlines_init (HsServerCore *self)
{
  self->sweep = attach_ready_source (self, on_sweep);
  self->delivery = attach_ready_source (self, hs_core_deliver_news);
  hs_core_note_waits (self);
}

void
hs_core_deadlines_clear (HsServerCore *self)
{
  hs_core_clear_timer (&self->stop_timer);
  hs_core_clear_timer (&self->end_timer);
  hs_core_clear_timer (&self->trim_timer);
  hs_core_clear_timer (&self->sweep);
  hs_core_clear_timer (&self->delivery);
}
