/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the main thread is told: started, stopped, and news gathered to at most one batch a frame. It decides nothing. */
#include "hs-server-core-private.h"

#include <glib/gi18n.h>

#include "hs-limits.h"

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
  gboolean store;
  char *store_error; /* (nullable) */
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
  g_free (self->store_error);
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
  else if (self->store)
    self->funcs->store (self->store_error, self->user_data);
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

gboolean
hs_core_deliver_news (gpointer data)
{
  HsServerCore *self = data;
  Delivery *delivery = delivery_new (self);

  g_source_set_ready_time (self->delivery, -1);
  self->last_delivery = g_get_monotonic_time ();
  self->generation++;
  delivery->news = g_steal_pointer (&self->news);
  delivery->news->n_guests = hs_engine_get_n_guests (self->engine);
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

/* Static: "TLS 1.3". */
static const char *
security_of (HsCarrier *carrier)
{
  HsTlsFacts facts;

  if (!hs_peer_is_encrypted (carrier->peer) || !hs_link_get_tls_facts (carrier->link, &facts))
    return "";
  return facts.version;
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
  g_free (facts->wire_nick);
  facts->wire_nick = g_strdup (hs_peer_get_nick (peer));
  g_free (facts->account);
  facts->account = g_strdup (hs_peer_get_account (peer));
  g_free (facts->key);
  facts->key = hs_peer_get_key (peer) != NULL ? hs_fingerprint_to_text (hs_peer_get_key (peer)) : NULL;
  facts->security = security_of (carrier);
  facts->nick = g_strdup (shown != NULL && *shown != '\0' ? shown : hs_peer_get_nick (peer));
  facts->id = hs_peer_get_id (peer);
  facts->dialect = dialects[hs_peer_get_dialect (peer)];
  facts->since = hs_peer_get_since (peer);
  facts->plain = hs_peer_get_dialect (peer) == HS_DIALECT_PLAIN;
  facts->listener = hs_peer_is_listener (peer);
  facts->registered = hs_peer_is_registered (peer);
  facts->own = hs_peer_is_host (peer);
  facts->encrypted = hs_peer_is_encrypted (peer);
}

void
hs_core_tell_guest (HsServerCore *self, HsCarrier *carrier)
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
    {
      carrier->pending->facts.address = hs_link_dup_peer_name (carrier->link, TRUE);
      carrier->pending->facts.host = g_strdup (hs_peer_get_host (carrier->peer));
    }
  carrier->told = TRUE;
}

void
hs_core_tell_bans (HsServerCore *self)
{
  HsNews *news;

  if (!self->tells_guests)
    return;
  news = hs_core_gather (self);
  g_strfreev (news->bans);
  news->bans = hs_engine_list_bans (self->engine);
}

void
hs_core_tell_started (HsServerCore *self, GError *error)
{
  Delivery *delivery = delivery_new (self);

  delivery->error = error;
  if (error == NULL)
    {
      delivery->port = hs_listener_get_port (self->listener);
      delivery->address = g_strdup (hs_listener_get_address (self->listener));
      delivery->backlog = hs_listener_get_backlog (self->listener);
    }
  post (self, delivery);
}

void
hs_core_tell_stopped (HsServerCore *self)
{
  Delivery *delivery = delivery_new (self);

  delivery->stopped = TRUE;
  post (self, delivery);
}

void
hs_core_tell_store (HsServerCore *self, const char *error_text)
{
  Delivery *delivery = delivery_new (self);

  delivery->store = TRUE;
  delivery->store_error = g_strdup (error_text);
  post (self, delivery);
}
