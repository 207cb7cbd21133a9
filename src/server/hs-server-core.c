/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The running server: binds the engine to a listener and to links, and paces the guests. It knows no command and no room. */
#include "hs-server-core-private.h"

#include <malloc.h>
#include <string.h>
#include <sys/random.h>
#include <glib/gi18n.h>

#include "hs-limits.h"

/* ---- To the main thread ---- */

typedef struct
{
  gboolean *wanted;
  const HsServerCoreFuncs *funcs;
  gpointer user_data;
  /* One of: */
  HsNews *news;
  GError *error;
  char *address; /* with port and backlog: it listens */
  guint16 port;
  int backlog;
  gboolean stopped;
} Delivery;

static Delivery *
delivery_new (HsServerCore *self)
{
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->wanted = g_atomic_rc_box_acquire (self->wanted);
  delivery->funcs = self->funcs;
  delivery->user_data = self->user_data;
  return delivery;
}

static void
delivery_free (gpointer data)
{
  Delivery *self = data;

  g_clear_pointer (&self->news, hs_news_free);
  g_clear_error (&self->error);
  g_free (self->address);
  g_atomic_rc_box_release (self->wanted);
  g_free (self);
}

static gboolean
deliver (gpointer data)
{
  const Delivery *self = data;

  if (!*self->wanted)
    return G_SOURCE_REMOVE;
  if (self->news != NULL)
    self->funcs->news (self->news, self->user_data);
  else if (self->stopped)
    self->funcs->stopped (self->user_data);
  else
    self->funcs->started (self->port, self->address, self->backlog, self->error, self->user_data);
  return G_SOURCE_REMOVE;
}

/* Never at once, though the contexts may be the same: the façade may free the core in answer. */
static void
post (HsServerCore *self, Delivery *delivery)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, delivery, delivery_free);
  g_source_attach (source, self->main);
}

static gboolean
deliver_news (gpointer data)
{
  HsServerCore *self = data;
  Delivery *delivery = delivery_new (self);

  g_source_set_ready_time (self->delivery, -1);
  self->last_delivery = g_get_monotonic_time ();
  self->generation++;
  delivery->news = g_steal_pointer (&self->news);
  delivery->news->n_guests = hs_engine_get_n_registered (self->engine);
  delivery->news->n_listeners = hs_engine_get_n_listeners (self->engine);
  post (self, delivery);
  return G_SOURCE_CONTINUE;
}

HsNews *
hs_core_gather (HsServerCore *self)
{
  if (self->news == NULL)
    {
      gint64 next = self->last_delivery + HS_FRAME_MS * G_TIME_SPAN_MILLISECOND;

      self->news = hs_news_new ();
      g_source_set_ready_time (self->delivery, MAX (next, g_get_monotonic_time ()));
    }
  return self->news;
}

static void
fill_facts (HsCarrier *carrier, HsGuestFacts *facts)
{
  static const char *const dialects[] = {
    [HS_DIALECT_UNKNOWN] = "",
    [HS_DIALECT_IRC] = "IRC",
    [HS_DIALECT_PLAIN] = N_("Plain text"),
    [HS_DIALECT_HTTP] = "HTTP",
    [HS_DIALECT_TLS] = "TLS",
  };
  HsPeer *peer = carrier->peer;
  const char *shown = hs_peer_get_shown (peer);

  g_free (facts->nick);
  facts->nick = g_strdup (shown != NULL && *shown != '\0' ? shown : hs_peer_get_nick (peer));
  facts->id = hs_peer_get_id (peer);
  facts->dialect = dialects[hs_peer_get_dialect (peer)];
  facts->since = hs_peer_get_since (peer);
  facts->plain = hs_peer_get_dialect (peer) == HS_DIALECT_PLAIN;
  facts->listener = hs_peer_is_listener (peer);
  facts->registered = hs_peer_is_registered (peer);
  facts->own = hs_peer_is_host (peer);
}

static void
tell_guest (HsServerCore *self, HsCarrier *carrier)
{
  if (!self->tells_guests || carrier->peer == NULL)
    return;
  if (self->news == NULL || carrier->generation != self->generation)
    {
      carrier->pending = hs_news_add (hs_core_gather (self), HS_NEWS_GUEST, hs_peer_get_id (carrier->peer));
      carrier->generation = self->generation;
    }
  fill_facts (carrier, &carrier->pending->facts);
  if (!carrier->told)
    carrier->pending->facts.address = hs_link_dup_peer_name (carrier->link, TRUE);
  carrier->told = TRUE;
}

/* ---- Deadlines ---- */

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
      gint64 wait = next - g_get_real_time ();

      self->sweep_at = g_get_monotonic_time () + CLAMP (wait, G_TIME_SPAN_MILLISECOND, G_TIME_SPAN_DAY);
      g_source_set_ready_time (self->sweep, self->sweep_at);
    }
  return G_SOURCE_CONTINUE;
}

/* A new deadline is never nearer than the shortest of them. */
static void
expect_sweep (HsServerCore *self, gint64 now)
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

static GSource *
attach_timer (HsServerCore *self, guint ms, GSourceFunc func)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static void
clear_timer (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
expect_trim (HsServerCore *self)
{
  if (++self->n_since_trim >= HS_TRIM_AFTER_GUESTS && self->trim_timer == NULL)
    self->trim_timer = attach_timer (self, HS_TRIM_AFTER_MS, on_trim);
}

/* ---- A guest's connection ---- */

static void
maybe_all_have_left (HsServerCore *self)
{
  Delivery *delivery;

  if (!self->stopping || self->carriers.length > 0 || self->stop_timer == NULL)
    return;
  clear_timer (&self->stop_timer);
  if (self->news != NULL)
    deliver_news (self);
  delivery = delivery_new (self);
  delivery->stopped = TRUE;
  post (self, delivery);
}

static void
carrier_free (HsCarrier *carrier, const char *reason)
{
  HsServerCore *self = carrier->core;

  hs_core_release_tap (self, carrier);
  if (carrier->peer != NULL)
    {
      guint64 id = hs_peer_get_id (carrier->peer);

      if (!hs_core_linger (self, carrier) && self->tells_guests)
        hs_news_add (hs_core_gather (self), HS_NEWS_GUEST_GONE, id);
      hs_engine_remove_peer (self->engine, carrier->peer, reason);
    }
  else
    self->n_refused--;
  g_queue_unlink (&self->carriers, &carrier->place);
  g_clear_pointer (&carrier->trace, hs_trace_free);
  hs_link_free (carrier->link);
  g_free (carrier);
}

/* Each command uses up a part of the allowance; who has none left is not read from until it has: TCP holds it back. */
static void
pace (HsCarrier *carrier, gsize len)
{
  const HsServerConfig *config = carrier->core->config;
  gint64 now = hs_poller_get_time (carrier->core->poller);
  gint64 each = G_USEC_PER_SEC / MAX (config->commands_per_second, 1);
  gint64 allowance = each * config->commands_burst;

  carrier->pace = MAX (carrier->pace, now) + each * (1 + (gint64) (len / HS_BYTES_PER_COMMAND));
  if (carrier->pace - now <= allowance)
    return;
  hs_link_set_paused (carrier->link, TRUE);
  hs_link_set_deadline (carrier->link, carrier->pace - allowance);
}

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  HsCarrier *carrier = user_data;
  HsServerCore *self = carrier->core;

  if (carrier->peer == NULL)
    return;
  if (self->config->flood_protection)
    pace (carrier, line->len);
  if (status == HS_LINE_TOO_LONG)
    hs_engine_receive_too_long (self->engine, carrier->peer);
  else if (hs_link_get_framing (link) == HS_FRAMING_IRC)
    hs_engine_receive_irc (self->engine, carrier->peer, line->data, line->len);
  else
    hs_engine_receive_plain (self->engine, carrier->peer, line->data, line->len);
  expect_sweep (self, hs_poller_get_time (self->poller));
}

static void
on_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
  HsCarrier *carrier = user_data;

  if (carrier->peer != NULL)
    hs_engine_set_dialect (carrier->core->engine, carrier->peer, dialect);
}

static void
on_silent (HsLink *link, gpointer user_data)
{
  HsCarrier *carrier = user_data;

  if (carrier->peer != NULL)
    hs_engine_set_listener (carrier->core->engine, carrier->peer);
}

static void
on_due (HsLink *link, gpointer user_data)
{
  hs_link_set_paused (link, FALSE);
}

static void
on_end (HsLink *link, HsLinkEnd end, const GError *error, gpointer user_data)
{
  HsCarrier *carrier = user_data;
  HsServerCore *self = carrier->core;

  if (end == HS_LINK_EOF)
    {
      if (carrier->peer != NULL && hs_engine_peer_eof (self->engine, carrier->peer))
        expect_sweep (self, hs_poller_get_time (self->poller));
      return;
    }
  if (end == HS_LINK_OVERFLOW)
    carrier_free (carrier, "Send queue full: the guest does not read");
  else
    carrier_free (carrier, error != NULL ? error->message : "Connection closed");
  maybe_all_have_left (self);
}

static const HsLinkFuncs link_funcs = {
  .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_end, .due = on_due,
};

/* It is told why, if there are not too many to be told. */
static void
refuse (HsCarrier *carrier, const char *words)
{
  HsServerCore *self = carrier->core;

  if (++self->n_refused > HS_REFUSED_MAX)
    {
      carrier_free (carrier, "");
      return;
    }
  hs_link_send_bytes (carrier->link, words, strlen (words));
  hs_link_close (carrier->link, 0);
}

static void
on_accepted (HsListener *listener, int fd, gpointer user_data)
{
  HsServerCore *self = user_data;
  HsCarrier *carrier = g_new0 (HsCarrier, 1);
  g_autofree char *host = NULL;
  g_autofree char *refusal = NULL;

  carrier->core = self;
  carrier->generation = self->generation - 1;
  carrier->link = hs_link_new (self->poller, fd, HS_FRAMING_JUDGE_GUEST, &link_funcs, carrier);
  hs_link_set_send_queue_max (carrier->link, self->config->send_queue);
  hs_link_set_receive_queue_max (carrier->link, self->config->receive_queue);
  carrier->place.data = carrier;
  g_queue_push_tail_link (&self->carriers, &carrier->place);

  host = hs_link_dup_peer_name (carrier->link, FALSE);
  carrier->peer = hs_engine_add_peer (self->engine, host, hs_link_is_loopback (carrier->link), carrier, &refusal);
  if (carrier->peer == NULL)
    {
      refuse (carrier, refusal);
      return;
    }
  if (self->observed)
    hs_core_trace (self, carrier);
  tell_guest (self, carrier);
  if (self->tells_guests)
    {
      g_autofree char *address = hs_link_dup_peer_name (carrier->link, TRUE);

      hs_core_tell_listener_step (self, N_("accepted"), address, "accept()");
    }
  expect_sweep (self, hs_poller_get_time (self->poller));
  expect_trim (self);
}

HsCarrier *
hs_core_find_guest (HsServerCore *self, guint64 guest_id)
{
  for (GList *l = self->carriers.head; l != NULL; l = l->next)
    {
      HsCarrier *carrier = l->data;

      if (carrier->peer != NULL && hs_peer_get_id (carrier->peer) == guest_id)
        return carrier;
    }
  return NULL;
}

/* ---- What the engine asks for ---- */

static HsLink *
link_of (HsPeer *peer)
{
  return ((HsCarrier *) hs_peer_get_owner (peer))->link;
}

static void
engine_send (HsPeer *peer, HsBuf *buf, gpointer user_data)
{
  hs_link_send (link_of (peer), buf);
}

static void
engine_break_write (HsPeer *peer, gpointer user_data)
{
  hs_link_break_write (link_of (peer));
}

static void
engine_close (HsPeer *peer, guint fin_ms, gpointer user_data)
{
  hs_link_close (link_of (peer), fin_ms);
}

static void
engine_fact (HsFactKind kind, HsPeer *peer, const char *room, gpointer user_data)
{
  if (kind == HS_FACT_PEER_CHANGED)
    tell_guest (user_data, hs_peer_get_owner (peer));
}

static gint64
engine_now (gpointer user_data)
{
  return g_get_real_time ();
}

static void
engine_random (guint8 *data, gsize len, gpointer user_data)
{
  /* getrandom (2): up to 256 bytes it is neither interrupted nor short. */
  if (getrandom (data, len, 0) != (ssize_t) len)
    g_error ("getrandom: no random numbers");
}

static const HsEngineFuncs engine_funcs = { engine_send, engine_break_write, engine_close, engine_fact, engine_now, engine_random };

/* ---- Start and stop, on the thread ---- */

static gboolean
listen_all (HsServerCore *self, GError **error)
{
  const HsServerConfig *config = self->config;

  hs_core_tell_listener_step (self, N_("binding"), config->address != NULL ? config->address : "::", "GSocketListener");
  if (!hs_listener_listen (self->listener, config->address, config->port, config->port_exact ? 0 : HS_PORT_TRIES, config->backlog, error))
    return FALSE;
  return config->unix_path == NULL || hs_listener_listen_unix (self->listener, config->unix_path, config->backlog, error);
}

static void
tell_listening (HsServerCore *self)
{
  g_autofree char *bound = g_strdup_printf ("%s, port %u", hs_listener_get_address (self->listener), hs_listener_get_port (self->listener));
  g_autofree char *backlog = g_strdup_printf ("backlog %d", hs_listener_get_backlog (self->listener));

  hs_core_tell_listener_step (self, N_("bound"), bound, "bind()");
  hs_core_tell_listener_step (self, N_("listening"), backlog, "listen()");
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

static void
note_waits (HsServerCore *self)
{
  guint shortest = MIN (self->config->registration_timeout, HS_HALF_CLOSED_MS);

  shortest = MIN (shortest, MIN (self->config->ping_after, self->config->pong_within));
  self->shortest_wait = shortest * G_TIME_SPAN_MILLISECOND;
}

static gboolean
start (gpointer data)
{
  HsServerCore *self = data;
  Delivery *delivery = delivery_new (self);

  self->sweep = attach_ready_source (self, on_sweep);
  self->delivery = attach_ready_source (self, deliver_news);
  self->poller = hs_poller_new (self->context);
  self->engine = hs_engine_new (self->config, &engine_funcs, self);
  self->listener = hs_listener_new (on_accepted, self);
  hs_core_look_init (self);
  note_waits (self);
  if (listen_all (self, &delivery->error))
    {
      delivery->port = hs_listener_get_port (self->listener);
      delivery->address = g_strdup (hs_listener_get_address (self->listener));
      delivery->backlog = hs_listener_get_backlog (self->listener);
      tell_listening (self);
    }
  else
    hs_listener_stop (self->listener);
  post (self, delivery);
  return G_SOURCE_REMOVE;
}

static void
drop_carriers (HsServerCore *self)
{
  while (self->carriers.head != NULL)
    carrier_free (self->carriers.head->data, "The server was stopped");
}

static gboolean
on_stop_time (gpointer data)
{
  HsServerCore *self = data;

  drop_carriers (self);
  maybe_all_have_left (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
stop (gpointer data)
{
  HsServerCore *self = data;

  if (self->stopping)
    return G_SOURCE_REMOVE;
  self->stopping = TRUE;
  hs_listener_stop (self->listener);
  self->stop_timer = attach_timer (self, HS_STOP_MS * 9 / 10, on_stop_time);
  hs_engine_stop (self->engine, "The server was stopped");
  maybe_all_have_left (self);
  return G_SOURCE_REMOVE;
}

static gboolean
clean_up (gpointer data)
{
  HsServerCore *self = data;

  self->tells_guests = FALSE;
  if (self->engine != NULL)
    drop_carriers (self);
  hs_core_look_clear (self);
  clear_timer (&self->stop_timer);
  clear_timer (&self->trim_timer);
  clear_timer (&self->sweep);
  g_clear_pointer (&self->listener, hs_listener_free);
  g_clear_pointer (&self->engine, hs_engine_free);
  g_clear_pointer (&self->poller, hs_poller_free);
  clear_timer (&self->delivery);
  g_clear_pointer (&self->news, hs_news_free);
  if (self->loop != NULL)
    g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer data)
{
  HsServerCore *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* ---- Verbs, on the main thread ---- */

void
hs_core_run (HsServerCore *self, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, func, data, destroy);
}

HsServerCore *
hs_server_core_new (const HsServerConfig *config, gboolean threaded, const HsServerCoreFuncs *funcs, gpointer user_data)
{
  HsServerCore *self = g_new0 (HsServerCore, 1);

  self->main = g_main_context_ref_thread_default ();
  self->context = threaded ? g_main_context_new () : g_main_context_ref (self->main);
  self->config = hs_server_config_copy (config);
  self->funcs = funcs;
  self->user_data = user_data;
  self->wanted = g_atomic_rc_box_new (gboolean);
  *self->wanted = TRUE;
  if (threaded)
    {
      self->loop = g_main_loop_new (self->context, FALSE);
      self->thread = g_thread_new ("hs-server", run, self);
    }
  return self;
}

void
hs_server_core_free (HsServerCore *self)
{
  *self->wanted = FALSE;
  hs_core_run (self, clean_up, self, NULL);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_main_context_unref (self->context);
  g_main_context_unref (self->main);
  g_atomic_rc_box_release (self->wanted);
  hs_server_config_free (self->config);
  g_free (self);
}

void
hs_server_core_start (HsServerCore *self)
{
  hs_core_run (self, start, self, NULL);
}

void
hs_server_core_stop (HsServerCore *self)
{
  hs_core_run (self, stop, self, NULL);
}

typedef struct
{
  HsServerCore *core;
  HsServerConfig *config;
  char *token;
} Wish;

static void
wish_free (gpointer data)
{
  Wish *self = data;

  g_clear_pointer (&self->config, hs_server_config_free);
  g_free (self->token);
  g_free (self);
}

static gboolean
set_config (gpointer data)
{
  Wish *wish = data;
  HsServerCore *self = wish->core;

  hs_server_config_free (self->config);
  self->config = g_steal_pointer (&wish->config);
  hs_engine_set_config (self->engine, self->config);
  note_waits (self);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_set_config (HsServerCore *self, const HsServerConfig *config)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->core = self;
  wish->config = hs_server_config_copy (config);
  hs_core_run (self, set_config, wish, wish_free);
}

static gboolean
set_token (gpointer data)
{
  Wish *wish = data;

  hs_engine_set_host_token (wish->core->engine, wish->token);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_set_host_token (HsServerCore *self, const char *token_hex)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->core = self;
  wish->token = g_strdup (token_hex);
  hs_core_run (self, set_token, wish, wish_free);
}

static gboolean
tell_guests (gpointer data)
{
  HsServerCore *self = data;

  self->tells_guests = TRUE;
  for (GList *l = self->carriers.head; l != NULL; l = l->next)
    tell_guest (self, l->data);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_tell_guests (HsServerCore *self)
{
  hs_core_run (self, tell_guests, self, NULL);
}
