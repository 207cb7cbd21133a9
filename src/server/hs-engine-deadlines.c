/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long guests may be silent: registration, PING and its answer, a half-closed connection. Counted in ticks, which go on evenly when somebody
 * sets the clock. */
#include "hs-engine-private.h"

gint64
hs_engine_get_ticks (HsEngine *self)
{
  return self->funcs->ticks != NULL ? self->funcs->ticks (self->user_data) : self->funcs->now (self->user_data);
}

void
hs_engine_wait (HsEngine *self, HsPeer *peer, GQueue *queue, guint ms)
{
  if (peer->deadlines != NULL)
    g_queue_unlink (peer->deadlines, &peer->deadline_link);
  peer->deadlines = queue;
  peer->deadline = hs_engine_get_ticks (self) + ms * G_TIME_SPAN_MILLISECOND;
  if (queue != NULL)
    g_queue_push_tail_link (queue, &peer->deadline_link);
}

/* The host's own window is in this very program: it cannot vanish unheard, and an idle room wakes nobody to ask it. */
void
hs_engine_expect_words (HsEngine *self, HsPeer *peer)
{
  hs_engine_wait (self, peer, peer->own ? NULL : &self->heard, self->config->ping_after);
}

/* ---- What is due ---- */

static HsPeer *
next_due (GQueue *queue, gint64 ticks)
{
  HsPeer *peer = queue->head != NULL ? queue->head->data : NULL;

  return peer != NULL && peer->deadline <= ticks ? peer : NULL;
}

static void
registration_is_over (HsEngine *self, HsPeer *peer)
{
  if (!peer->listener)
    {
      hs_engine_turn_away (self, peer, "ERROR :Closing link: registration timed out\r\n");
      return;
    }
  if (!peer->loopback && peer->host->n_listeners >= HS_LISTENERS_PER_ADDRESS)
    {
      hs_engine_turn_away (self, peer, "Too many silent connections from your address.\n");
      return;
    }
  peer->settled_listener = TRUE;
  peer->host->n_listeners++;
  hs_engine_wait (self, peer, NULL, 0);
}

static void
send_ping (HsEngine *self, HsPeer *peer)
{
  g_autofree char *line = g_strdup_printf ("PING :%s\r\n", self->server_name);

  hs_engine_wait (self, peer, &self->pinged, self->config->pong_within);
  hs_engine_send_text (self, peer, line, strlen (line));
}

gint64
hs_engine_sweep (HsEngine *self)
{
  GQueue *const queues[] = { &self->registering, &self->heard, &self->pinged, &self->half_closed };
  gint64 ticks = hs_engine_get_ticks (self), next = 0;
  HsPeer *peer;

  self->now = self->funcs->now (self->user_data);
  while ((peer = next_due (&self->registering, ticks)) != NULL)
    registration_is_over (self, peer);
  while ((peer = next_due (&self->heard, ticks)) != NULL)
    send_ping (self, peer);
  while ((peer = next_due (&self->pinged, ticks)) != NULL)
    hs_engine_dismiss (self, peer, "Ping timeout", 0);
  while ((peer = next_due (&self->half_closed, ticks)) != NULL)
    hs_engine_dismiss (self, peer, "Connection closed", 0);

  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    {
      peer = queues[i]->head != NULL ? queues[i]->head->data : NULL;
      if (peer != NULL && (next == 0 || peer->deadline < next))
        next = peer->deadline;
    }
  return next;
}
