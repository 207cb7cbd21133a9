/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends in one picture, on our side: the server is told what our kernel sees of this connection when it asks, and is asked what its own sees
 * while somebody looks. Both only if the person has agreed, and of nothing but this connection. */
#include "hs-connection-impl.h"

#include "hs-view-tcp.h"

static gboolean
can_view (HsConnection *self)
{
  return self->shares_view && self->link != NULL && hs_session_can_view (self->session)
         && !hs_session_is_hosted (self->session); /* both its ends are on this computer, whose kernel tells of each */
}

static void
say (HsConnection *self, HsViewVerb verb, const char *argument)
{
  hs_session_tell_view (self->session, verb, (const char *const[]){ argument });
}

/* ---- What we tell ---- */

static void
tell (HsConnection *self, const HsTcpEvent *event)
{
  HsViewFact fact;
  g_autofree char *text = NULL;

  if (!hs_view_from_event (event, &fact))
    return;
  text = hs_view_fact_format (&fact);
  say (self, HS_VIEW_FACT, text);
}

static void
on_log_changed (GListModel *log, guint position, guint removed, guint added, HsConnection *self)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (log, i);

      tell (self, hs_tcp_log_item_get_event (item));
    }
}

static void
on_numbers_changed (HsTcpWatch *watch, HsConnection *self)
{
  const HsTcpNumbers *numbers = hs_tcp_watch_get_numbers (watch);
  HsViewFact fact;
  g_autofree char *text = NULL;

  if (numbers->time - self->view.told_at < HS_VIEW_NUMBERS_MS * 1000)
    return;
  self->view.told_at = numbers->time;
  hs_view_from_numbers (numbers, &fact);
  text = hs_view_fact_format (&fact);
  say (self, HS_VIEW_FACT, text);
}

/* All of it that is told at all: a long chat has much that is not. */
static void
tell_story (HsConnection *self, GListModel *log)
{
  guint n = g_list_model_get_n_items (log), n_told = 0;

  for (guint i = 0; i < n && n_told < HS_VIEW_FACTS_MAX; i++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (log, i);
      HsViewFact fact;

      if (!hs_view_from_event (hs_tcp_log_item_get_event (item), &fact))
        continue;
      n_told++;
      tell (self, hs_tcp_log_item_get_event (item));
    }
}

static void
set_asked (HsConnection *self, gboolean asked)
{
  GListModel *log = hs_tcp_watch_get_log (self->watch);

  if (self->view.asked == asked)
    return;
  self->view.asked = asked;
  self->view.told_at = 0;
  if (asked)
    {
      tell_story (self, log);
      g_signal_connect (log, "items-changed", G_CALLBACK (on_log_changed), self);
      g_signal_connect (self->watch, "numbers-changed", G_CALLBACK (on_numbers_changed), self);
    }
  else
    {
      g_signal_handlers_disconnect_by_func (log, on_log_changed, self);
      g_signal_handlers_disconnect_by_func (self->watch, on_numbers_changed, self);
    }
  hs_connection_show_tap (self);
}

gboolean
hs_connection_view_is_asked (HsConnection *self)
{
  return self->view.asked;
}

/* ---- What we ask ---- */

static void
ask_clock (HsConnection *self)
{
  g_autofree char *now = NULL;

  self->view.clock.asked = g_get_real_time ();
  now = g_strdup_printf ("%" G_GINT64_FORMAT, self->view.clock.asked);
  say (self, HS_VIEW_CLOCK, now);
}

static void
ask (HsConnection *self)
{
  hs_tcp_watch_set_told (self->watch, HS_TCP_TOLD_ASKED);
  say (self, HS_VIEW_ASK, NULL);
  ask_clock (self);
}

static void
set_asking (HsConnection *self, gboolean asking)
{
  if (self->view.asking == asking)
    return;
  self->view.asking = asking;
  if (asking)
    ask (self);
  else
    say (self, HS_VIEW_END, NULL);
}

/* Who did not tell and asks now has changed its mind. */
static void
ask_again (HsConnection *self)
{
  if (self->view.asking && hs_tcp_told_get_state (hs_tcp_watch_get_told (self->watch)) == HS_TCP_TOLD_REFUSED)
    ask (self);
}

void
hs_connection_view_update (HsConnection *self)
{
  gboolean can = can_view (self);

  if (self->view.asked && !self->shares_view)
    say (self, HS_VIEW_NO, NULL);
  if (!can)
    set_asked (self, FALSE);
  set_asking (self, can && hs_tcp_watch_get_shown (self->watch));
}

void
hs_connection_view_clear (HsConnection *self)
{
  set_asked (self, FALSE);
  self->view.asking = FALSE;
  self->view.clock = (HsViewClock){ 0 };
}

void
hs_connection_set_shares_view (HsConnection *self, gboolean shares_view)
{
  self->shares_view = shares_view != FALSE;
  hs_connection_view_update (self);
}

/* ---- What we hear ---- */

static void
on_ask (HsConnection *self, const HsIrcMessage *message)
{
  set_asked (self, FALSE); /* who asks again is told all again */
  set_asked (self, can_view (self));
  if (self->view.asked)
    ask_again (self);
  else
    say (self, HS_VIEW_NO, NULL);
}

static void
on_end (HsConnection *self, const HsIrcMessage *message)
{
  set_asked (self, FALSE);
}

static void
on_no (HsConnection *self, const HsIrcMessage *message)
{
  if (self->view.asking)
    hs_tcp_watch_set_told (self->watch, HS_TCP_TOLD_REFUSED);
}

static void
on_fact (HsConnection *self, const HsIrcMessage *message)
{
  HsViewFact fact;
  HsTcpNumbers numbers;
  g_autoptr (HsTcpEvent) event = NULL;

  if (!self->view.asking || !hs_view_fact_parse (hs_irc_message_param (message, 1), &fact))
    return;
  hs_tcp_watch_set_told (self->watch, HS_TCP_TOLD_TELLS);
  if (fact.kind == HS_VIEW_NUMBERS)
    {
      hs_view_to_numbers (&fact, &numbers);
      hs_tcp_watch_set_told_numbers (self->watch, &numbers);
      return;
    }
  event = hs_view_to_event (&fact);
  hs_tcp_watch_add_told (self->watch, event);
}

static void
on_clock (HsConnection *self, const HsIrcMessage *message)
{
  const char *asked = hs_irc_message_param (message, 1);
  g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, g_get_real_time ());
  gint64 time;

  if (can_view (self) && hs_view_time_parse (asked, &time))
    hs_session_tell_view (self->session, HS_VIEW_TIME, (const char *const[]){ asked, now, now });
}

static void
on_time (HsConnection *self, const HsIrcMessage *message)
{
  gint64 now = g_get_real_time (), times[3];

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (!hs_view_time_parse (hs_irc_message_param (message, 1 + i), &times[i]))
      return;
  if (!self->view.asking || !hs_view_clock_take (&self->view.clock, times[0], times[1], times[2], now))
    return;
  hs_tcp_watch_set_told_clock (self->watch, self->view.clock.offset, self->view.clock.round_trip);
  if (self->view.clock.n < HS_VIEW_CLOCKS)
    ask_clock (self);
}

static void (*const hearers[]) (HsConnection *self, const HsIrcMessage *message) = {
  [HS_VIEW_ASK] = on_ask, [HS_VIEW_END] = on_end, [HS_VIEW_NO] = on_no, [HS_VIEW_FACT] = on_fact, [HS_VIEW_CLOCK] = on_clock, [HS_VIEW_TIME] = on_time,
};

void
hs_connection_on_view_heard (HsSession *session, int verb, const HsIrcMessage *message, HsConnection *self)
{
  if (self->link != NULL && hearers[verb] != NULL)
    hearers[verb] (self, message);
}
