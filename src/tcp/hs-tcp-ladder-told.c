/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends in one picture: what the other end tells of the same segments and of its own states, beside what was seen here. */
#include "hs-tcp-ladder-private.h"

typedef struct
{
  GPtrArray *events;
  guint next, end;  /* the part of its story that belongs to this ladder: what was found is behind us */
  gboolean closing;
  gboolean has_clock;
  gint64 offset;
  gint64 real_time;
} Story;

/* Its close begins with the first FIN or RST, or with what follows ESTABLISHED. */
static guint
find_close (GPtrArray *events)
{
  gboolean established = FALSE;

  for (guint i = 0; i < events->len; i++)
    {
      const HsTcpEvent *event = events->pdata[i];

      if (event->kind == HS_TCP_EVENT_SEGMENT && (event->flags & (HS_TCP_FIN | HS_TCP_RST)) != 0)
        return i;
      if (event->kind == HS_TCP_EVENT_STATE && established && event->state != HS_TCP_ESTABLISHED)
        return i;
      established |= event->kind == HS_TCP_EVENT_STATE && event->state == HS_TCP_ESTABLISHED;
    }
  return events->len;
}

/* What was found is not found again; what comes in between was not seen here, and is passed over. (nullable) */
static const HsTcpEvent *
find_segment (Story *story, guint8 flags, gboolean outgoing)
{
  for (guint i = story->next; i < story->end; i++)
    {
      const HsTcpEvent *event = story->events->pdata[i];

      if (event->kind != HS_TCP_EVENT_SEGMENT || event->flags != flags || event->outgoing != outgoing)
        continue;
      story->next = i + 1;
      return event;
    }
  return NULL;
}

static const HsTcpEvent *
find_state (Story *story, guint begin, HsTcpState state)
{
  for (guint i = begin; i < story->end; i++)
    {
      const HsTcpEvent *event = story->events->pdata[i];

      if (event->kind == HS_TCP_EVENT_STATE && event->state == state)
        return event;
    }
  return NULL;
}

/* The first numbers are known late: they hold for the handshake's segments, too. */
static void
complete (Story *story, HsTcpRung *rung, gboolean outgoing)
{
  guint32 next = rung->flags == HS_TCP_ACK ? 1 : 0;

  for (guint i = 0; i < story->events->len; i++)
    {
      const HsTcpEvent *event = story->events->pdata[i];
      gboolean has_seq = outgoing ? event->has_seq : event->has_ack, has_ack = outgoing ? event->has_ack : event->has_seq;

      if (event->kind != HS_TCP_EVENT_NUMBERED)
        continue;
      if (!rung->told_has_seq && has_seq)
        {
          rung->told_has_seq = TRUE;
          rung->told_seq = (outgoing ? event->seq : event->ack) + next;
        }
      if (!rung->told_has_ack && has_ack && rung->flags != HS_TCP_SYN)
        {
          rung->told_has_ack = TRUE;
          rung->told_ack = (outgoing ? event->ack : event->seq) + 1;
        }
    }
}

static void
take (Story *story, HsTcpRung *rung, const HsTcpEvent *event)
{
  rung->told = TRUE;
  rung->told_observed = event->known == HS_TCP_OBSERVED;
  rung->told_real = event->real_time;
  rung->has_told_time = story->has_clock && story->real_time != 0;
  if (rung->has_told_time)
    rung->told_time = event->real_time - story->offset - story->real_time;
}

static void
take_segment (Story *story, HsTcpRung *rung, HsTcpRole role)
{
  gboolean ours = rung->from_left == (role == HS_TCP_ROLE_OPENER);
  const HsTcpEvent *event = find_segment (story, rung->flags, !ours);

  if (event == NULL)
    return;
  take (story, rung, event);
  rung->told_has_seq = event->has_seq;
  rung->told_has_ack = event->has_ack;
  rung->told_seq = event->seq;
  rung->told_ack = event->ack;
  if (!story->closing)
    complete (story, rung, event->outgoing);
  if (rung->known == HS_TCP_INFERRED && rung->told_observed)
    rung->known = HS_TCP_TOLD;
}

static void
take_state (Story *story, guint begin, HsTcpRung *rung, HsTcpRole role)
{
  gboolean left = role == HS_TCP_ROLE_LISTENER;
  HsTcpKnown *known = left ? &rung->left_known : &rung->right_known;
  const HsTcpEvent *event;

  if (!(left ? rung->has_left : rung->has_right))
    return;
  event = find_state (story, begin, left ? rung->left : rung->right);
  if (event == NULL)
    return;
  take (story, rung, event);
  if (*known == HS_TCP_INFERRED && rung->told_observed)
    *known = HS_TCP_TOLD;
}

void
hs_tcp_ladder_take_told (GPtrArray *rungs, const HsTcpTold *told, HsTcpRole role, gboolean closing, gint64 real_time)
{
  Story story = { .events = hs_tcp_told_get_events (told), .closing = closing, .real_time = real_time };
  guint close = find_close (story.events);
  gint64 round_trip;

  story.has_clock = hs_tcp_told_get_clock (told, &story.offset, &round_trip);
  story.next = closing ? close : 0;
  story.end = closing ? story.events->len : close;
  for (guint begin = story.next, i = 0; i < rungs->len; i++)
    {
      HsTcpRung *rung = rungs->pdata[i];

      if (rung->kind == HS_TCP_RUNG_SEGMENT)
        take_segment (&story, rung, role);
      else
        take_state (&story, begin, rung, role);
    }
}

gboolean
hs_tcp_rung_differs (const HsTcpRung *rung)
{
  return (rung->has_seq && rung->told_has_seq && rung->seq != rung->told_seq) || (rung->has_ack && rung->told_has_ack && rung->ack != rung->told_ack);
}
