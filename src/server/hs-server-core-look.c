/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is looked at only while somebody watches: the listener's numbers, guests' states, sockets that linger, taps on links. */
#include "hs-server-core-private.h"

#include <string.h>
#include <sys/socket.h>
#include <glib/gi18n.h>

#define LOOK_MS 250
#define LOOKS_PER_STATES 4 /* each guest once a second, a quarter of them at a time: thousands at once would keep one who speaks waiting */
#define ALL_TURNS LOOKS_PER_STATES
#define MS 1000 /* µs */

/* ---- Traces ---- */

void
hs_trace_free (HsTrace *self)
{
  g_clear_object (&self->local);
  g_clear_object (&self->remote);
  g_free (self);
}

static GSocketAddress *
name_of (int fd, int (*get_name) (int fd, struct sockaddr *address, socklen_t *len))
{
  struct sockaddr_storage address;
  socklen_t len = sizeof address;

  if (get_name (fd, (struct sockaddr *) &address, &len) < 0)
    return NULL;
  return g_socket_address_new_from_native (&address, len);
}

void
hs_core_trace (HsServerCore *self, HsCarrier *carrier)
{
  int fd = hs_link_get_fd (carrier->link);

  if (carrier->trace != NULL || carrier->peer == NULL || fd < 0)
    return;
  carrier->trace = g_new0 (HsTrace, 1);
  carrier->trace->guest_id = hs_peer_get_id (carrier->peer);
  carrier->trace->cookie = hs_tcp_socket_cookie (fd);
  carrier->trace->local = name_of (fd, getsockname);
  carrier->trace->remote = name_of (fd, getpeername);
  carrier->trace->state = HS_TCP_ESTABLISHED;
}

static gboolean
find_trace (HsServerCore *self, HsTrace *trace, HsTcpDiagEntry *entry)
{
  return self->diag != NULL && G_IS_INET_SOCKET_ADDRESS (trace->local) && G_IS_INET_SOCKET_ADDRESS (trace->remote) &&
         hs_tcp_diag_find (self->diag, G_INET_SOCKET_ADDRESS (trace->local), G_INET_SOCKET_ADDRESS (trace->remote), trace->cookie, entry);
}

gboolean
hs_core_linger (HsServerCore *self, HsCarrier *carrier)
{
  HsTcpDiagEntry entry;

  if (!self->observed || self->stopping || carrier->trace == NULL || !find_trace (self, carrier->trace, &entry))
    return FALSE;
  g_ptr_array_add (self->lingering, g_steal_pointer (&carrier->trace));
  return TRUE;
}

/* ---- Looking, every quarter of a second ---- */

static void
tell_state (HsServerCore *self, HsTrace *trace, HsTcpState state, guint32 rtt, gint64 expires)
{
  HsNewsItem *item;

  if (trace->state == state && rtt == 0)
    return;
  trace->state = state;
  item = hs_news_add (hs_core_gather (self), HS_NEWS_GUEST_STATE, trace->guest_id);
  item->state = state;
  item->rtt = rtt;
  item->expires = expires;
}

/* What is as it was is not told again. */
static void
look_at_guest (HsServerCore *self, HsCarrier *carrier)
{
  HsTrace *trace;
  HsTcpNumbers numbers;
  gint64 last_active;
  guint64 received = hs_link_get_bytes_read (carrier->link), sent = hs_link_get_bytes_written (carrier->link);
  HsNewsItem *item;

  hs_core_trace (self, carrier);
  trace = carrier->trace;
  if (trace == NULL)
    return;
  if (!hs_tcp_numbers_read (hs_link_get_fd (carrier->link), &numbers)) /* a local socket: there is no TCP to read of */
    {
      numbers.state = trace->state;
      numbers.rtt_us = 0;
    }
  last_active = hs_peer_get_last_active (carrier->peer);
  if (trace->state == numbers.state && trace->rtt == numbers.rtt_us && trace->last_active == last_active && trace->received == received &&
      trace->sent == sent)
    return;
  trace->state = numbers.state;
  trace->rtt = numbers.rtt_us;
  trace->last_active = last_active;
  trace->received = received;
  trace->sent = sent;
  item = hs_news_add (hs_core_gather (self), HS_NEWS_GUEST_STATE, trace->guest_id);
  item->state = numbers.state;
  item->rtt = numbers.rtt_us;
  item->last_active = last_active;
  item->received = received;
  item->sent = sent;
}

static void
look_at_guests (HsServerCore *self, guint turn)
{
  for (GList *l = self->carriers.head; l != NULL; l = l->next)
    {
      HsCarrier *carrier = l->data;

      if (carrier->peer != NULL && (turn == ALL_TURNS || hs_peer_get_id (carrier->peer) % LOOKS_PER_STATES == turn))
        look_at_guest (self, carrier);
    }
}

static void
look_at_lingering (HsServerCore *self)
{
  for (guint i = self->lingering->len; i > 0; i--)
    {
      HsTrace *trace = g_ptr_array_index (self->lingering, i - 1);
      HsTcpDiagEntry entry;

      if (find_trace (self, trace, &entry))
        tell_state (self, trace, entry.state, 0,
                    entry.state == HS_TCP_TIME_WAIT ? g_get_monotonic_time () + (gint64) entry.expires_ms * MS : 0);
      else
        {
          hs_news_add (hs_core_gather (self), HS_NEWS_GUEST_GONE, trace->guest_id);
          g_ptr_array_remove_index_fast (self->lingering, i - 1);
        }
    }
}

static void
on_door (const HsTcpListenerNumbers *numbers, gpointer user_data)
{
  HsServerCore *self = user_data;

  hs_news_add (hs_core_gather (self), HS_NEWS_LISTENER_NUMBERS, 0)->listener = g_memdup2 (numbers, sizeof *numbers);
}

static gboolean
on_look (gpointer data)
{
  HsServerCore *self = data;

  hs_tcp_door_set_listener (self->door, hs_listener_get_fd (self->listener), hs_listener_get_port (self->listener));
  look_at_lingering (self);
  look_at_guests (self, self->n_looks == 0 ? ALL_TURNS : self->n_looks % LOOKS_PER_STATES);
  self->n_looks++;
  return G_SOURCE_CONTINUE;
}

static void
end_looking (HsServerCore *self)
{
  if (self->look != NULL)
    g_source_destroy (self->look);
  g_clear_pointer (&self->look, g_source_unref);
  hs_tcp_door_set_shown (self->door, FALSE);
  for (guint i = 0; i < self->lingering->len; i++)
    hs_news_add (hs_core_gather (self), HS_NEWS_GUEST_GONE, ((HsTrace *) g_ptr_array_index (self->lingering, i))->guest_id);
  g_ptr_array_set_size (self->lingering, 0);
  for (GList *l = self->carriers.head; l != NULL; l = l->next)
    g_clear_pointer (&((HsCarrier *) l->data)->trace, hs_trace_free);
}

static void
set_observed (HsServerCore *self, gboolean observed)
{
  if (self->observed == observed)
    return;
  self->observed = observed;
  if (!observed)
    {
      end_looking (self);
      return;
    }
  self->n_looks = 0;
  hs_tcp_door_set_shown (self->door, TRUE);
  self->look = g_timeout_source_new (LOOK_MS);
  g_source_set_callback (self->look, on_look, self, NULL);
  g_source_attach (self->look, self->context);
  on_look (self);
}

void
hs_core_tell_listener_step (HsServerCore *self, const char *title, const char *detail, const char *source)
{
  HsNewsItem *item = hs_news_add (hs_core_gather (self), HS_NEWS_LISTENER_EVENT, 0);

  item->event = hs_tcp_event_new (HS_TCP_EVENT_STEP, HS_TCP_OBSERVED, g_get_monotonic_time (), title, detail, source);
}

/* ---- Taps ---- */

static void
watched_free (gpointer data)
{
  HsWatched *self = data;

  hs_core_clear_timer (&self->farewell);
  if (self->carrier != NULL)
    {
      self->carrier->watched = NULL;
      hs_link_set_tap (self->carrier->link, NULL);
    }
  else
    g_clear_pointer (&self->tap, hs_tcp_tap_free);
  g_ptr_array_unref (self->story);
  g_free (self);
}

static void
on_tap_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  HsWatched *self = user_data;

  hs_core_view_event (self, event);
  if (!self->hidden)
    hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_EVENT, self->watch_id)->event = hs_tcp_event_ref (event);
}

static void
on_tap_numbers (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  HsWatched *self = user_data;

  hs_core_view_numbers (self, numbers);
  if (self->shown)
    hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_NUMBERS, self->watch_id)->numbers = *numbers;
}

static void
on_tap_tally (HsTcpTap *tap, const HsTcpTally *tally, gpointer user_data)
{
  HsWatched *self = user_data;

  if (!self->hidden)
    hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_TALLY, self->watch_id)->tally = g_memdup2 (tally, sizeof *tally);
}

static void
on_tap_gone (HsTcpTap *tap, gpointer user_data)
{
  HsWatched *self = user_data;

  hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_GONE, self->watch_id);
}

static void
on_tap_other (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  HsWatched *self = user_data;

  if (!self->hidden)
    hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_OTHER, self->watch_id)->numbers = *numbers;
}

static const HsTcpTapFuncs tap_funcs = {
  .event = on_tap_event, .numbers = on_tap_numbers, .gone = on_tap_gone, .other = on_tap_other, .tally = on_tap_tally,
};

void
hs_core_release_tap (HsServerCore *self, HsCarrier *carrier)
{
  HsWatched *watched = carrier->watched;

  if (watched == NULL)
    return;
  /* A link that is still open is dropped with its tap: what would be seen of the orphan is not. */
  if (hs_link_get_fd (carrier->link) >= 0)
    hs_tcp_tap_detach (watched->tap, FALSE);
  watched->tap = hs_link_steal_tap (carrier->link);
  carrier->watched = NULL;
  watched->carrier = NULL;
  watched->asked = watched->asking = FALSE;
  if (watched->hidden) /* who looked has gone */
    g_hash_table_remove (self->watched, &watched->watch_id);
}

/* ---- Verbs ---- */

typedef struct
{
  HsServerCore *core;
  guint64 guest_id, watch_id;
  gboolean on;
} Wish;

static Wish *
wish_new (HsServerCore *self, guint64 guest_id, guint64 watch_id, gboolean on)
{
  Wish *wish = g_new (Wish, 1);

  *wish = (Wish){ self, guest_id, watch_id, on };
  return wish;
}

static gboolean
observe (gpointer data)
{
  Wish *wish = data;

  set_observed (wish->core, wish->on);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_set_observed (HsServerCore *self, gboolean observed)
{
  hs_core_run (self, observe, wish_new (self, 0, 0, observed), g_free);
}

static void
tell_addresses (HsServerCore *self, guint64 watch_id, HsTcpTap *tap)
{
  HsNewsItem *item = hs_news_add (hs_core_gather (self), HS_NEWS_WATCH_ADDRESSES, watch_id);
  GSocketAddress *local = hs_tcp_tap_get_local (tap);
  GSocketAddress *remote = hs_tcp_tap_get_remote (tap);

  item->local = local != NULL ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (local)) : NULL;
  item->remote = remote != NULL ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote)) : NULL;
}

HsWatched *
hs_core_add_watched (HsServerCore *self, HsCarrier *carrier, guint64 watch_id)
{
  HsWatched *watched = g_new0 (HsWatched, 1);
  gint64 age = g_get_real_time () - hs_peer_get_since (carrier->peer);
  int fd = hs_link_get_fd (carrier->link);

  watched->core = self;
  watched->watch_id = watch_id;
  watched->carrier = carrier;
  carrier->watched = watched;
  watched->story = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_tcp_event_unref);
  g_hash_table_insert (self->watched, &watched->watch_id, watched);
  watched->tap = hs_tcp_tap_new (HS_TCP_ROLE_LISTENER, self->diag, &tap_funcs, watched);
  hs_tcp_tap_set_half_open_seen (watched->tap, hs_tcp_door_get_seen (self->door, hs_tcp_socket_cookie (fd)));
  hs_tcp_tap_attach (watched->tap, fd, g_get_monotonic_time () - MAX (age, 0));
  hs_link_set_tap (carrier->link, watched->tap);
  hs_tcp_tap_set_quiet (watched->tap, TRUE);
  return watched;
}

static gboolean
watch (gpointer data)
{
  Wish *wish = data;
  HsServerCore *self = wish->core;
  HsCarrier *carrier = hs_core_find_guest (self, wish->guest_id);
  HsWatched *watched;
  gboolean asked;

  if (carrier == NULL || hs_link_get_fd (carrier->link) < 0)
    {
      hs_news_add (hs_core_gather (self), HS_NEWS_WATCH_GONE, wish->watch_id);
      return G_SOURCE_REMOVE;
    }
  if (hs_core_view_adopt (self, carrier, wish->watch_id))
    {
      tell_addresses (self, wish->watch_id, hs_link_get_tap (carrier->link));
      return G_SOURCE_REMOVE;
    }
  asked = carrier->watched != NULL && carrier->watched->asked;
  hs_core_release_tap (self, carrier);
  if (hs_link_get_tap (carrier->link) != NULL) /* it is traced to a file: a link has one tap */
    {
      hs_news_add (hs_core_gather (self), HS_NEWS_WATCH_GONE, wish->watch_id);
      return G_SOURCE_REMOVE;
    }
  watched = hs_core_add_watched (self, carrier, wish->watch_id);
  watched->asked = asked;
  hs_core_view_update (watched);
  tell_addresses (self, wish->watch_id, watched->tap);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_watch (HsServerCore *self, guint64 guest_id, guint64 watch_id)
{
  hs_core_run (self, watch, wish_new (self, guest_id, watch_id, TRUE), g_free);
}

static gboolean
show_watch (gpointer data)
{
  Wish *wish = data;
  HsWatched *watched = g_hash_table_lookup (wish->core->watched, &wish->watch_id);

  if (watched == NULL)
    return G_SOURCE_REMOVE;
  watched->shown = wish->on;
  hs_core_view_update (watched);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_show_watch (HsServerCore *self, guint64 watch_id, gboolean shown)
{
  hs_core_run (self, show_watch, wish_new (self, 0, watch_id, shown), g_free);
}

/* ---- The Lab ---- */

typedef struct
{
  Wish wish;
  HsTcpLab experiment;
} LabWish;

static void
make_experiment (HsWatched *self, HsTcpLab experiment, gboolean on)
{
  guint bits;

  if (!hs_link_experiment (self->carrier->link, experiment, on))
    return;
  bits = self->carrier != NULL ? hs_link_get_experiments (self->carrier->link) : HS_TCP_LAB_BIT (experiment); /* a reset frees the link */
  hs_news_add (hs_core_gather (self->core), HS_NEWS_WATCH_EXPERIMENTS, self->watch_id)->experiments = bits;
}

static gboolean
on_farewell (gpointer data)
{
  HsWatched *self = data;

  hs_core_clear_timer (&self->farewell);
  if (self->carrier != NULL)
    make_experiment (self, self->ending, TRUE);
  return G_SOURCE_REMOVE;
}

/* The guest is told before: what ends its connection waits until it may have read that. */
static gboolean
experiment (gpointer data)
{
  LabWish *wish = data;
  HsServerCore *self = wish->wish.core;
  HsWatched *watched = g_hash_table_lookup (self->watched, &wish->wish.watch_id);

  if (watched == NULL || watched->carrier == NULL || watched->carrier->peer == NULL || watched->farewell != NULL)
    return G_SOURCE_REMOVE;
  hs_engine_notice (self->engine, watched->carrier->peer,
                    wish->wish.on ? hs_tcp_lab_get_notice (wish->experiment) : "Lab: this experiment has ended.");
  if (hs_tcp_lab_is_lasting (wish->experiment))
    {
      make_experiment (watched, wish->experiment, wish->wish.on);
      return G_SOURCE_REMOVE;
    }
  watched->ending = wish->experiment;
  watched->farewell = g_timeout_source_new (HS_LAB_FAREWELL_MS);
  g_source_set_callback (watched->farewell, on_farewell, watched, NULL);
  g_source_attach (watched->farewell, self->context);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_experiment (HsServerCore *self, guint64 watch_id, HsTcpLab which, gboolean on)
{
  LabWish *wish = g_new (LabWish, 1);

  *wish = (LabWish){ { self, 0, watch_id, on }, which };
  hs_core_run (self, experiment, wish, g_free);
}

static gboolean
experiment_listener (gpointer data)
{
  LabWish *wish = data;
  HsServerCore *self = wish->wish.core;

  if (self->listener == NULL || !hs_listener_set_held (self->listener, wish->wish.on))
    return G_SOURCE_REMOVE;
  hs_core_tell_listener_step (self, wish->wish.on ? hs_tcp_lab_get_notice (wish->experiment) : N_("Lab: ended"), NULL,
                              hs_tcp_lab_get_source (wish->experiment));
  hs_news_add (hs_core_gather (self), HS_NEWS_LISTENER_EXPERIMENTS, 0)->experiments = wish->wish.on ? HS_TCP_LAB_BIT (wish->experiment) : 0;
  return G_SOURCE_REMOVE;
}

void
hs_server_core_experiment_listener (HsServerCore *self, HsTcpLab which, gboolean on)
{
  LabWish *wish = g_new (LabWish, 1);

  *wish = (LabWish){ { self, 0, 0, on }, which };
  hs_core_run (self, experiment_listener, wish, g_free);
}

static gboolean
unwatch (gpointer data)
{
  Wish *wish = data;
  HsWatched *watched = g_hash_table_lookup (wish->core->watched, &wish->watch_id);

  if (watched != NULL && !hs_core_view_keep (watched))
    g_hash_table_remove (wish->core->watched, &wish->watch_id);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_unwatch (HsServerCore *self, guint64 watch_id)
{
  hs_core_run (self, unwatch, wish_new (self, 0, watch_id, FALSE), g_free);
}

/* ---- Life ---- */

void
hs_core_look_init (HsServerCore *self)
{
  self->diag = hs_tcp_diag_new ();
  self->door = hs_tcp_door_new (self->diag, on_door, self);
  self->watched = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, watched_free);
  self->lingering = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_trace_free);
}

void
hs_core_look_clear (HsServerCore *self)
{
  if (self->look != NULL)
    g_source_destroy (self->look);
  g_clear_pointer (&self->look, g_source_unref);
  g_clear_pointer (&self->watched, g_hash_table_unref);
  g_clear_pointer (&self->lingering, g_ptr_array_unref);
  g_clear_pointer (&self->door, hs_tcp_door_free);
  g_clear_pointer (&self->diag, hs_tcp_diag_free);
}
