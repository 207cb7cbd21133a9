/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends in one picture, on the server's side: a guest that asks is told what our kernel sees of its connection, and is asked what its own sees
 * while a window of ours looks. Both only where the host has agreed (share-view), and of nothing but that connection. */
#include "hs-server-core-private.h"

#include "hs-limits.h"
#include "hs-view-tcp.h"

static void
say (HsWatched *self, HsViewVerb verb, const char *argument)
{
  hs_engine_tell_view (self->core->engine, self->carrier->peer, verb, (const char *const[]){ argument });
}

static gboolean
can_view (HsWatched *self)
{
  return self->core->config->share_view && self->carrier != NULL && self->carrier->peer != NULL && hs_engine_can_view (self->carrier->peer)
         && !hs_peer_is_host (self->carrier->peer); /* both its ends are on this computer, whose kernel tells of each */
}

/* ---- What we tell ---- */

static void
tell (HsWatched *self, const HsTcpEvent *event)
{
  HsViewFact fact;
  g_autofree char *text = NULL;

  if (!hs_view_from_event (event, &fact))
    return;
  text = hs_view_fact_format (&fact);
  say (self, HS_VIEW_FACT, text);
}

/* How it began and what came last. */
static void
remember (HsWatched *self, HsTcpEvent *event)
{
  HsViewFact fact;

  if (!hs_view_from_event (event, &fact))
    return;
  if (self->story->len >= HS_VIEW_FACTS_MAX)
    g_ptr_array_remove_index (self->story, HS_VIEW_FACTS_MAX / 2);
  g_ptr_array_add (self->story, hs_tcp_event_ref (event));
}

void
hs_core_view_event (HsWatched *self, HsTcpEvent *event)
{
  remember (self, event);
  if (self->asked && can_view (self))
    tell (self, event);
}

void
hs_core_view_numbers (HsWatched *self, const HsTcpNumbers *numbers)
{
  HsViewFact fact;
  g_autofree char *text = NULL;

  if (!self->asked || !can_view (self) || numbers->time - self->told_at < HS_VIEW_NUMBERS_MS * 1000)
    return;
  self->told_at = numbers->time;
  hs_view_from_numbers (numbers, &fact);
  text = hs_view_fact_format (&fact);
  say (self, HS_VIEW_FACT, text);
}

/* ---- What we ask ---- */

static void
ask_clock (HsWatched *self)
{
  g_autofree char *now = NULL;

  self->clock.asked = g_get_real_time ();
  now = g_strdup_printf ("%" G_GINT64_FORMAT, self->clock.asked);
  say (self, HS_VIEW_CLOCK, now);
}

static void
note_told (HsWatched *self, HsTcpToldState told)
{
  hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_TOLD, self->watch_id)->told = told;
}

static void
ask (HsWatched *self)
{
  self->refused = FALSE;
  note_told (self, HS_TCP_TOLD_ASKED);
  say (self, HS_VIEW_ASK, NULL);
  ask_clock (self);
}

static void
set_asking (HsWatched *self, gboolean asking)
{
  if (self->asking == asking)
    return;
  self->asking = asking;
  if (!asking && self->carrier != NULL && self->carrier->peer != NULL)
    say (self, HS_VIEW_END, NULL);
  if (asking)
    ask (self);
}

void
hs_core_view_update (HsWatched *self)
{
  set_asking (self, self->shown && !self->hidden && can_view (self));
  hs_tcp_tap_set_quiet (self->tap, !self->shown && !self->asked);
  hs_tcp_tap_set_shown (self->tap, self->shown || self->asked);
}

/* ---- What we hear ---- */

static void
on_ask (HsWatched *self, const HsIrcMessage *message)
{
  for (guint i = 0; i < self->story->len; i++)
    tell (self, self->story->pdata[i]);
  self->asked = TRUE;
  self->told_at = 0;
  hs_core_view_update (self);
  if (self->asking && self->refused) /* it has changed its mind */
    ask (self);
}

static void
on_end (HsWatched *self, const HsIrcMessage *message)
{
  self->asked = FALSE;
  if (self->hidden)
    g_hash_table_remove (self->core->watched, &self->watch_id);
  else
    hs_core_view_update (self);
}

static void
on_no (HsWatched *self, const HsIrcMessage *message)
{
  if (!self->asking)
    return;
  self->refused = TRUE;
  note_told (self, HS_TCP_TOLD_REFUSED);
}

static void
on_fact (HsWatched *self, const HsIrcMessage *message)
{
  HsViewFact fact;

  if (!self->asking || !hs_view_fact_parse (hs_irc_message_param (message, 1), &fact))
    return;
  self->refused = FALSE;
  note_told (self, HS_TCP_TOLD_TELLS);
  if (fact.kind == HS_VIEW_NUMBERS)
    hs_view_to_numbers (&fact, &hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_TOLD_NUMBERS, self->watch_id)->numbers);
  else
    hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_TOLD_EVENT, self->watch_id)->event = hs_view_to_event (&fact);
}

static void
on_time (HsWatched *self, const HsIrcMessage *message)
{
  gint64 now = g_get_real_time (), times[3];
  HsNewsItem *item;

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (!hs_view_time_parse (hs_irc_message_param (message, 1 + i), &times[i]))
      return;
  if (!self->asking || !hs_view_clock_take (&self->clock, times[0], times[1], times[2], now))
    return;
  item = hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_TOLD_CLOCK, self->watch_id);
  item->offset = self->clock.offset;
  item->round_trip = self->clock.round_trip;
  if (self->clock.n < HS_VIEW_CLOCKS)
    ask_clock (self);
}

static void (*const hearers[]) (HsWatched *self, const HsIrcMessage *message) = {
  [HS_VIEW_ASK] = on_ask, [HS_VIEW_END] = on_end, [HS_VIEW_NO] = on_no, [HS_VIEW_FACT] = on_fact, [HS_VIEW_TIME] = on_time,
};

/* Who asks and has no tap gets one; with a trace to a file it has another's. (nullable) */
static HsWatched *
need_watched (HsServerCore *self, HsCarrier *carrier)
{
  HsWatched *watched = carrier->watched;

  if (watched != NULL || hs_link_get_tap (carrier->link) != NULL || hs_link_get_fd (carrier->link) < 0)
    return watched;
  watched = hs_core_add_watched (self, carrier, G_MAXUINT64 - hs_peer_get_id (carrier->peer));
  watched->hidden = TRUE;
  return watched;
}

/* The host has agreed, and not too many others are told. */
static gboolean
may_be_told (HsServerCore *self, HsCarrier *carrier)
{
  GHashTableIter iter;
  HsWatched *watched;
  guint n_others = 0;

  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &watched))
    n_others += watched->asked && watched->carrier != carrier;
  return self->config->share_view && n_others < HS_VIEW_TOLD_MAX;
}

void
hs_core_view_heard (HsPeer *peer, HsViewVerb verb, const HsIrcMessage *message, gpointer user_data)
{
  HsServerCore *self = user_data;
  HsCarrier *carrier = hs_peer_get_owner (peer);
  gboolean asks = verb == HS_VIEW_ASK && may_be_told (self, carrier);
  HsWatched *watched = asks ? need_watched (self, carrier) : carrier->watched;

  if (verb == HS_VIEW_ASK && (!asks || watched == NULL))
    hs_engine_tell_view (self->engine, peer, HS_VIEW_NO, NULL);
  else if (watched != NULL && hearers[verb] != NULL)
    hearers[verb] (watched, message);
}

/* ---- Windows come and go ---- */

static void
rename_watched (HsWatched *self, guint64 watch_id)
{
  g_hash_table_steal (self->core->watched, &self->watch_id);
  self->watch_id = watch_id;
  g_hash_table_insert (self->core->watched, &self->watch_id, self);
}

gboolean
hs_core_view_keep (HsWatched *self)
{
  if (!self->asked || self->carrier == NULL || self->carrier->peer == NULL)
    return FALSE;
  self->shown = FALSE;
  set_asking (self, FALSE);
  self->hidden = TRUE;
  rename_watched (self, G_MAXUINT64 - hs_peer_get_id (self->carrier->peer));
  return TRUE;
}

gboolean
hs_core_view_adopt (HsServerCore *self, HsCarrier *carrier, guint64 watch_id)
{
  HsWatched *watched = carrier->watched;

  if (watched == NULL || !watched->hidden)
    return FALSE;
  watched->hidden = FALSE;
  rename_watched (watched, watch_id);
  for (guint i = 0; i < watched->story->len; i++)
    hs_news_add (hs_core_gather (self), HS_NEWS_WATCH_EVENT, watch_id)->event = hs_tcp_event_ref (watched->story->pdata[i]);
  hs_tcp_tap_look (watched->tap);
  return TRUE;
}

void
hs_core_view_note_guest (HsServerCore *self, HsCarrier *carrier)
{
  HsWatched *watched = carrier->watched;

  if (watched != NULL)
    hs_core_view_update (watched);
}

void
hs_core_view_set_config (HsServerCore *self)
{
  g_autoptr (GList) all = g_hash_table_get_values (self->watched);

  for (GList *l = all; l != NULL; l = l->next)
    {
      HsWatched *watched = l->data;
      gboolean stops = watched->asked && !self->config->share_view;

      if (stops && watched->carrier != NULL && watched->carrier->peer != NULL)
        say (watched, HS_VIEW_NO, NULL);
      if (stops)
        on_end (watched, NULL);
      else
        hs_core_view_update (watched);
    }
}
