/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watches on guests' connections: each is tied to the server that feeds it until one of the two goes. */
#include "hs-server-private.h"

/* What ties a watch to its server, as data of the watch. */
#define WATCH_TIE "hs-server-watch"

typedef struct
{
  HsServer *server; /* it cuts the tie when it goes first */
  guint64 id;
} WatchTie;

static void
watch_tie_free (gpointer data)
{
  WatchTie *tie = data;
  HsServer *self = tie->server;

  g_hash_table_remove (self->watches, &tie->id);
  if (self->core != NULL)
    hs_server_core_unwatch (self->core, tie->id);
  g_free (tie);
}

static void
on_shown (HsTcpWatch *watch, GParamSpec *pspec, gpointer user_data)
{
  HsServer *self = user_data;
  const WatchTie *tie = g_object_get_data (G_OBJECT (watch), WATCH_TIE);

  if (self->core != NULL && tie != NULL)
    hs_server_core_show_watch (self->core, tie->id, hs_tcp_watch_get_shown (watch));
}

static void
on_experiment (HsTcpWatch *watch, guint experiment, gboolean on, gpointer user_data)
{
  HsServer *self = user_data;
  const WatchTie *tie = g_object_get_data (G_OBJECT (watch), WATCH_TIE);

  if (self->core != NULL && tie != NULL)
    hs_server_core_experiment (self->core, tie->id, (HsTcpLab) experiment, on);
}

HsTcpWatch *
hs_server_watch_guest (HsServer *self, HsGuest *guest)
{
  const char *nick = hs_guest_get_nick (guest);
  HsTcpWatch *watch = hs_tcp_watch_new (HS_TCP_ROLE_LISTENER, nick != NULL ? nick : hs_guest_get_address (guest));
  WatchTie *tie = g_new0 (WatchTie, 1);

  tie->server = self;
  tie->id = ++self->next_watch_id;
  g_hash_table_insert (self->watches, &tie->id, watch);
  g_object_set_data_full (G_OBJECT (watch), WATCH_TIE, tie, watch_tie_free);
  g_signal_connect_object (watch, "notify::shown", G_CALLBACK (on_shown), self, 0);
  g_signal_connect_object (watch, "experiment", G_CALLBACK (on_experiment), self, 0);
  if (self->core != NULL)
    hs_server_core_watch (self->core, hs_guest_get_id (guest), tie->id);
  else
    hs_tcp_watch_set_gone (watch);
  return watch;
}

void
hs_server_apply_watch (HsServer *self, const HsNewsItem *item)
{
  HsTcpWatch *watch = g_hash_table_lookup (self->watches, &item->id);

  if (watch == NULL)
    return;
  if (item->kind == HS_NEWS_WATCH_EVENT)
    hs_tcp_watch_add_event (watch, item->event);
  else if (item->kind == HS_NEWS_WATCH_NUMBERS)
    hs_tcp_watch_set_numbers (watch, &item->numbers);
  else if (item->kind == HS_NEWS_WATCH_TALLY)
    hs_tcp_watch_set_tally (watch, item->tally);
  else if (item->kind == HS_NEWS_WATCH_CARRIED)
    g_signal_emit_by_name (self, "carried", watch, item->carried);
  else if (item->kind == HS_NEWS_WATCH_ADDRESSES)
    hs_tcp_watch_set_addresses (watch, item->local, item->remote);
  else if (item->kind == HS_NEWS_WATCH_OTHER)
    hs_tcp_watch_set_other (watch, &item->numbers);
  else if (item->kind == HS_NEWS_WATCH_EXPERIMENTS)
    hs_tcp_watch_set_experiments (watch, item->experiments);
  else if (item->kind == HS_NEWS_WATCH_TOLD)
    hs_tcp_watch_set_told (watch, item->told);
  else if (item->kind == HS_NEWS_WATCH_TOLD_EVENT)
    hs_tcp_watch_add_told (watch, item->event);
  else if (item->kind == HS_NEWS_WATCH_TOLD_NUMBERS)
    hs_tcp_watch_set_told_numbers (watch, &item->numbers);
  else if (item->kind == HS_NEWS_WATCH_TOLD_CLOCK)
    hs_tcp_watch_set_told_clock (watch, item->offset, item->round_trip);
  else
    hs_tcp_watch_set_gone (watch);
}

void
hs_server_end_watches (HsServer *self)
{
  GHashTableIter iter;
  HsTcpWatch *watch;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &watch))
    hs_tcp_watch_set_gone (watch);
}

void
hs_server_untie_watches (HsServer *self)
{
  g_autoptr (GList) watches = g_hash_table_get_values (self->watches);

  for (GList *l = watches; l != NULL; l = l->next)
    g_object_set_data (l->data, WATCH_TIE, NULL);
}
