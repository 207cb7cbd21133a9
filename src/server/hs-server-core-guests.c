/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests' connections: a link, a peer and a pace for each, and what the engine asks of them. It knows no command and no room. */
#include "hs-server-core-private.h"

#include <string.h>
#include <sys/random.h>
#include <glib/gi18n.h>

#include "hs-limits.h"

static void
carrier_free (HsCarrier *carrier, const char *reason)
{
  HsServerCore *self = carrier->core;

  hs_core_release_tap (self, carrier);
  hs_core_trace_end (self, carrier);
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
pace (HsCarrier *carrier, const HsLine *line)
{
  const HsServerConfig *config = carrier->core->config;
  gint64 now = hs_poller_get_time (carrier->core->poller);
  gint64 each = G_USEC_PER_SEC / MAX (config->commands_per_second, 1);
  gint64 allowance = each * config->commands_burst;
  gint64 cost = each * (1 + (gint64) (line->len / HS_BYTES_PER_COMMAND));

  /* The lines of a multiline batch are paid for by their bytes (protocol.md, Limits). */
  if (line->data != NULL && hs_peer_is_composing (carrier->peer, line->data, line->len))
    cost = each * (gint64) line->len / HS_BYTES_PER_COMMAND;
  carrier->pace = MAX (carrier->pace, now) + cost;
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
    pace (carrier, line);
  if (hs_link_get_tap (link) != NULL)
    hs_core_note_heard (self, carrier, line);
  if (status == HS_LINE_TOO_LONG)
    hs_engine_receive_too_long (self->engine, carrier->peer);
  else if (hs_link_get_framing (link) == HS_FRAMING_IRC)
    hs_engine_receive_irc (self->engine, carrier->peer, line->data, line->len);
  else
    hs_engine_receive_plain (self->engine, carrier->peer, line->data, line->len);
  hs_core_expect_sweep (self, hs_poller_get_time (self->poller));
}

static void
on_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
  HsCarrier *carrier = user_data;

  if (carrier->peer == NULL)
    return;
  if (dialect == HS_DIALECT_TLS && !hs_link_is_secured (link) && hs_core_tls_accept (carrier->core, link))
    return;
  hs_engine_set_dialect (carrier->core->engine, carrier->peer, dialect);
}

static void
on_secured (HsLink *link, gpointer user_data)
{
  HsCarrier *carrier = user_data;

  HsTlsFacts facts;

  if (carrier->peer != NULL)
    hs_engine_set_encrypted (carrier->core->engine, carrier->peer, hs_link_get_tls_facts (link, &facts) && facts.has_peer ? &facts.peer : NULL);
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
on_drained (HsLink *link, gpointer user_data)
{
  HsCarrier *carrier = user_data;

  if (!carrier->awaited)
    return;
  carrier->awaited = FALSE;
  if (carrier->peer != NULL)
    hs_engine_drained (carrier->core->engine, carrier->peer);
}

static void
on_end (HsLink *link, HsLinkEnd end, const GError *error, gpointer user_data)
{
  HsCarrier *carrier = user_data;
  HsServerCore *self = carrier->core;

  if (end == HS_LINK_EOF)
    {
      if (carrier->peer != NULL && hs_engine_peer_eof (self->engine, carrier->peer))
        hs_core_expect_sweep (self, hs_poller_get_time (self->poller));
      return;
    }
  if (end == HS_LINK_OVERFLOW)
    carrier_free (carrier, "Send queue full: the guest does not read");
  else
    carrier_free (carrier, error != NULL ? error->message : "Connection closed");
  hs_core_maybe_all_have_left (self);
}

static const HsLinkFuncs link_funcs = {
  .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_end, .due = on_due, .secured = on_secured,
  .drained = on_drained,
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

void
hs_core_accept (HsListener *listener, int fd, gpointer user_data)
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

  hs_core_trace_begin (self, carrier);
  host = hs_link_dup_peer_name (carrier->link, FALSE);
  carrier->peer = hs_engine_add_peer (self->engine, host, hs_link_is_loopback (carrier->link), carrier, &refusal);
  if (carrier->peer == NULL)
    {
      refuse (carrier, refusal);
      return;
    }
  if (self->observed)
    hs_core_trace (self, carrier);
  hs_core_tell_guest (self, carrier);
  if (self->tells_guests)
    {
      g_autofree char *address = hs_link_dup_peer_name (carrier->link, TRUE);

      hs_core_tell_listener_step (self, N_("accepted"), address, "accept()");
    }
  hs_core_expect_sweep (self, hs_poller_get_time (self->poller));
  hs_core_expect_trim (self);
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

void
hs_core_drop_guests (HsServerCore *self)
{
  while (self->carriers.head != NULL)
    carrier_free (self->carriers.head->data, "The server was stopped");
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
  HsLink *link = link_of (peer);
  guint64 end = hs_link_send (link, buf);

  if (hs_link_get_tap (link) != NULL)
    hs_core_note_carried (user_data, hs_peer_get_owner (peer), buf, end);
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
    {
      hs_core_tell_guest (user_data, hs_peer_get_owner (peer));
      hs_core_view_note_guest (user_data, hs_peer_get_owner (peer));
    }
  else if (kind == HS_FACT_BANS_CHANGED)
    hs_core_tell_bans (user_data);
  else if (kind == HS_FACT_DELETED)
    hs_core_note_deleted (user_data, room);
}

static gint64
engine_now (gpointer user_data)
{
  return g_get_real_time ();
}

static gint64
engine_ticks (gpointer user_data)
{
  return g_get_monotonic_time ();
}

static void
engine_random (guint8 *data, gsize len, gpointer user_data)
{
  /* getrandom (2): up to 256 bytes it is neither interrupted nor short. */
  if (getrandom (data, len, 0) != (ssize_t) len)
    g_error ("getrandom: no random numbers");
}

/* ---- What takes long ---- */

typedef struct
{
  void (*work) (gpointer data);
  void (*done) (gpointer data);
  gpointer data;
  GDestroyNotify destroy;
} Apart;

static void
apart_free (gpointer data)
{
  Apart *self = data;

  self->destroy (self->data);
  g_free (self);
}

static void
work_apart (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  ((Apart *) data)->work (((Apart *) data)->data);
  g_task_return_boolean (task, TRUE);
}

static void
on_apart (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Apart *self = g_task_get_task_data (G_TASK (result));

  self->done (self->data);
}

/* On GIO's pool; the answer comes to the context of this thread, the engine's. */
static void
engine_apart (void (*work) (gpointer data), void (*done) (gpointer data), gpointer data, GDestroyNotify destroy, gpointer user_data)
{
  const Apart apart = { work, done, data, destroy };
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_apart, NULL);

  g_task_set_source_tag (task, engine_apart);
  g_task_set_task_data (task, g_memdup2 (&apart, sizeof apart), apart_free);
  g_task_run_in_thread (task, work_apart);
}

static GBytes *
engine_dup_channel_binding (HsPeer *peer, gpointer user_data)
{
  return hs_link_dup_channel_binding (link_of (peer));
}

static gboolean
engine_is_unsent (HsPeer *peer, gpointer user_data)
{
  HsCarrier *carrier = hs_peer_get_owner (peer);

  carrier->awaited = hs_link_get_queued (carrier->link) > 0;
  return carrier->awaited;
}

const HsEngineFuncs hs_core_engine_funcs = { engine_send, engine_break_write, engine_close, engine_fact, engine_now, engine_random,
                                             engine_apart, engine_dup_channel_binding, engine_ticks, hs_core_view_heard, engine_is_unsent };
