/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the other end of a connection tells of itself: its kernel's view, by its clock. Kept as it was told; nothing of it is believed. */
#include "hs-tcp-told.h"

#define EVENTS_MAX 64   /* who tells more is not listened to in vain: how it began and how it ends stay */
#define EVENTS_FIRST 32 /* of them, how it began */

struct _HsTcpTold
{
  /* Owned */
  GPtrArray *events;

  /* State */
  HsTcpToldState state;
  gboolean has_numbers, has_clock;
  HsTcpNumbers numbers;
  gint64 offset, round_trip;
};

HsTcpTold *
hs_tcp_told_new (void)
{
  HsTcpTold *self = g_new0 (HsTcpTold, 1);

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_tcp_event_unref);
  return self;
}

void
hs_tcp_told_free (HsTcpTold *self)
{
  g_ptr_array_unref (self->events);
  g_free (self);
}

/* Numbers are of now: who does not tell any more has none. */
void
hs_tcp_told_set_state (HsTcpTold *self, HsTcpToldState state)
{
  self->state = state;
  if (state != HS_TCP_TOLD_TELLS)
    self->has_numbers = FALSE;
}

HsTcpToldState
hs_tcp_told_get_state (const HsTcpTold *self)
{
  return self->state;
}

/* Who is asked again tells all again. */
static gboolean
is_there (const HsTcpTold *self, const HsTcpEvent *event)
{
  for (guint i = 0; i < self->events->len; i++)
    {
      const HsTcpEvent *other = self->events->pdata[i];

      if (other->kind == event->kind && other->real_time == event->real_time && other->state == event->state && other->flags == event->flags
          && other->outgoing == event->outgoing)
        return TRUE;
    }
  return FALSE;
}

gboolean
hs_tcp_told_add (HsTcpTold *self, HsTcpEvent *event)
{
  if (is_there (self, event))
    return FALSE;
  if (self->events->len >= EVENTS_MAX)
    g_ptr_array_remove_index (self->events, EVENTS_FIRST);
  g_ptr_array_add (self->events, hs_tcp_event_ref (event));
  return TRUE;
}

GPtrArray *
hs_tcp_told_get_events (const HsTcpTold *self)
{
  return self->events;
}

void
hs_tcp_told_set_numbers (HsTcpTold *self, const HsTcpNumbers *numbers)
{
  self->numbers = *numbers;
  self->has_numbers = TRUE;
}

const HsTcpNumbers *
hs_tcp_told_get_numbers (const HsTcpTold *self)
{
  return self->has_numbers ? &self->numbers : NULL;
}

void
hs_tcp_told_set_clock (HsTcpTold *self, gint64 offset, gint64 round_trip)
{
  self->offset = offset;
  self->round_trip = round_trip;
  self->has_clock = TRUE;
}

gboolean
hs_tcp_told_get_clock (const HsTcpTold *self, gint64 *offset, gint64 *round_trip)
{
  *offset = self->offset;
  *round_trip = self->round_trip;
  return self->has_clock;
}
