/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follows one connection in the thread that owns its descriptor; see hs-tcp-tap.h. This file: its life, from the first step to detach. */
#include "hs-config.h"

#include "hs-tcp-tap-private.h"

#include "hs-tcp-syn.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>

HsTcpTap *
hs_tcp_tap_new (HsTcpRole role, HsTcpDiag *diag, const HsTcpTapFuncs *funcs, gpointer user_data)
{
  HsTcpTap *self = g_new0 (HsTcpTap, 1);

  self->role = role;
  self->diag = diag;
  self->funcs = funcs;
  self->user_data = user_data;
  self->fd = -1;
  self->context = g_main_context_ref_thread_default ();
  return self;
}

static void
clear_timer (HsTcpTap *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

void
hs_tcp_tap_free (HsTcpTap *self)
{
  if (self == NULL)
    return;
  clear_timer (self);
  g_clear_object (&self->local);
  g_clear_object (&self->remote);
  g_main_context_unref (self->context);
  g_free (self);
}

/* ---- Out ---- */

void
hs_tcp_tap_emit (HsTcpTap *self, HsTcpEvent *event)
{
  event->state = self->state;
  if (self->funcs->event != NULL)
    self->funcs->event (self, event, self->user_data);
  hs_tcp_event_unref (event);
}

void
hs_tcp_tap_emit_note (HsTcpTap *self, const char *title, const char *detail, const char *source)
{
  hs_tcp_tap_emit (self, hs_tcp_event_new (HS_TCP_EVENT_NOTE, HS_TCP_OBSERVED, 0, title, detail, source));
}

/* ---- Timers ---- */

static gint64
next_delay (HsTcpTap *self)
{
  gint64 left;

  switch (self->phase)
    {
    case PHASE_CLOSING: /* close (fd) has happened by then */
    case PHASE_OVER:
      return 0;
    case PHASE_HELD:
      if (!self->shown || self->is_unix)
        return -1;
      return self->ack_delay != 0 ? MIN (self->ack_delay, HS_TCP_NUMBERS_MS) : HS_TCP_NUMBERS_MS;
    case PHASE_ORPHAN:
      if (!self->shown)
        return -1;
      left = (self->time_wait_end - g_get_monotonic_time ()) / 1000 + 1;
      return self->state == HS_TCP_TIME_WAIT ? MAX (left, HS_TCP_ACK_MIN_MS) : HS_TCP_ORPHAN_MS;
    default:
      return -1;
    }
}

static gboolean
on_timer (gpointer user_data)
{
  HsTcpTap *self = user_data;

  clear_timer (self);
  switch (self->phase)
    {
    case PHASE_HELD:
      hs_tcp_tap_look (self);
      return G_SOURCE_REMOVE;
    case PHASE_CLOSING:
    case PHASE_ORPHAN:
      hs_tcp_tap_orphan_look (self);
      hs_tcp_tap_schedule (self);
      return G_SOURCE_REMOVE;
    case PHASE_OVER:
      self->phase = PHASE_GONE;
      if (self->funcs->gone != NULL)
        self->funcs->gone (self, self->user_data); /* may free self */
      return G_SOURCE_REMOVE;
    default:
      return G_SOURCE_REMOVE;
    }
}

void
hs_tcp_tap_schedule (HsTcpTap *self)
{
  gint64 delay = next_delay (self);

  clear_timer (self);
  if (delay < 0)
    return;
  self->timer = delay == 0 ? g_idle_source_new () : g_timeout_source_new ((guint) delay);
  g_source_set_priority (self->timer, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_set_static_name (self->timer, "[handshake] tap");
  g_source_attach (self->timer, self->context);
}

void
hs_tcp_tap_over (HsTcpTap *self)
{
  self->fd = -1;
  self->phase = PHASE_OVER;
  hs_tcp_tap_schedule (self);
}

void
hs_tcp_tap_set_shown (HsTcpTap *self, gboolean shown)
{
  if (self->shown == (shown != FALSE))
    return;
  self->shown = shown != FALSE;
  if (self->shown && self->phase == PHASE_HELD)
    hs_tcp_tap_look (self);
  else if (self->shown && self->phase == PHASE_ORPHAN)
    hs_tcp_tap_orphan_look (self);
  hs_tcp_tap_schedule (self);
}

/* ---- Before there is a descriptor ---- */

void
hs_tcp_tap_step (HsTcpTap *self, const char *title, const char *detail, const char *source)
{
  hs_tcp_tap_emit (self, hs_tcp_event_new (HS_TCP_EVENT_STEP, HS_TCP_OBSERVED, 0, title, detail, source));
}

static char *
address_to_text (GSocketAddress *address)
{
  if (address == NULL || !G_IS_SOCKET_CONNECTABLE (address))
    return NULL;
  return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
}

static gboolean
same_address (GSocketAddress *a, GSocketAddress *b)
{
  g_autofree char *text_a = address_to_text (a);
  g_autofree char *text_b = address_to_text (b);

  return text_a != NULL && g_strcmp0 (text_a, text_b) == 0;
}

/* A descriptor came after the address: what was inferred may be seen now. */
static void
confirm_syn_sent (HsTcpTap *self, gboolean seen)
{
  HsTcpSighting sighting = {
    .state = HS_TCP_SYN_SENT, .known = HS_TCP_OBSERVED, .time = g_get_monotonic_time (), .source = "TCP_INFO",
  };

  if (seen && self->known == HS_TCP_INFERRED)
    hs_tcp_tap_enter (self, &sighting);
}

void
hs_tcp_tap_connecting (HsTcpTap *self, int fd, GSocketAddress *remote)
{
  HsTcpNumbers numbers;
  gboolean seen = fd >= 0 && hs_tcp_numbers_read (fd, &numbers) && numbers.state == HS_TCP_SYN_SENT;
  HsTcpSighting sighting = {
    .state = HS_TCP_SYN_SENT, .known = seen ? HS_TCP_OBSERVED : HS_TCP_INFERRED, .time = g_get_monotonic_time (),
    .source = seen ? "TCP_INFO" : "connect()",
  };
  g_autofree char *text = address_to_text (remote);

  if (self->state == HS_TCP_SYN_SENT && same_address (remote, self->remote))
    {
      confirm_syn_sent (self, seen);
      return;
    }
  g_set_object (&self->remote, remote);
  if (remote != NULL && g_socket_address_get_family (remote) == G_SOCKET_FAMILY_UNIX)
    return;
  if (self->state != HS_TCP_CLOSED) /* a second address (RFC 8305): the story begins anew */
    hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_CLOSED, .known = HS_TCP_INFERRED, .time = sighting.time, .source = "GSocketClient",
  });
  sighting.detail = text;
  hs_tcp_tap_enter (self, &sighting);
}

void
hs_tcp_tap_failed (HsTcpTap *self, const GError *error)
{
  HsTcpSighting sighting = {
    .state = HS_TCP_CLOSED, .known = HS_TCP_OBSERVED, .time = g_get_monotonic_time (),
    .detail = error != NULL ? error->message : NULL, .source = "connect()",
  };

  if (self->state != HS_TCP_CLOSED)
    {
      /* An ICMP message says the same as RST: so it is not observed. */
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        hs_tcp_tap_segment (self, HS_TCP_INFERRED, sighting.time, HS_TCP_RST, FALSE, NULL, "ECONNREFUSED");
      hs_tcp_tap_enter (self, &sighting);
    }
  else
    hs_tcp_tap_emit_note (self, N_("No connection"), sighting.detail, "GSocketClient");
  hs_tcp_tap_over (self);
}

/* ---- While the descriptor is held ---- */

static GSocketAddress *
read_address (int fd, int (*get) (int, struct sockaddr *, socklen_t *))
{
  struct sockaddr_storage storage = { 0 };
  socklen_t len = sizeof storage;

  if (get (fd, (struct sockaddr *) &storage, &len) != 0 || len == 0)
    return NULL;
  return g_socket_address_new_from_native (&storage, len); /* ::ffff:a.b.c.d becomes a.b.c.d */
}

static void
read_addresses (HsTcpTap *self)
{
  g_autoptr (GSocketAddress) local = read_address (self->fd, getsockname);
  g_autoptr (GSocketAddress) remote = read_address (self->fd, getpeername);

  self->is_unix = local != NULL && g_socket_address_get_family (local) == G_SOCKET_FAMILY_UNIX;
  if (local != NULL)
    g_set_object (&self->local, local);
  if (remote != NULL)
    g_set_object (&self->remote, remote);
}

/* tcpi_rtt is the handshake's own while no data was acknowledged and no SYN went twice (RFC 6298, Karn). */
static guint32
handshake_rtt (HsTcpTap *self)
{
  const HsTcpNumbers *numbers = &self->numbers;

  return self->has_numbers && numbers->data_segs_out == 0 && numbers->total_retrans == 0 ? numbers->rtt_us : 0;
}

static char *
ms_text (const char *name, guint32 us)
{
  return us == 0 ? NULL : g_strdup_printf ("%s %.*f ms", name, us < 10000 ? 2 : 1, us / 1000.0);
}

static void
establish_opener (HsTcpTap *self, gint64 time)
{
  gboolean seen = self->has_numbers && self->numbers.state == HS_TCP_ESTABLISHED;
  guint32 rtt = handshake_rtt (self);
  g_autofree char *rtt_text = ms_text ("tcpi_rtt", rtt);
  g_autofree char *detail = g_strdup_printf ("%s%scookie 0x%" G_GINT64_MODIFIER "x", rtt_text != NULL ? rtt_text : "",
                                             rtt_text != NULL ? " · " : "", self->cookie);

  if (self->state == HS_TCP_CLOSED)
    hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_SYN_SENT, .known = HS_TCP_INFERRED, .time = time - rtt, .source = "connect()",
  });
  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_ESTABLISHED, .known = HS_TCP_OBSERVED, .time = time, .detail = detail,
    .source = seen ? "TCP_INFO" : "connect()",
  });
}

static char *
describe_syn (const HsTcpSyn *syn)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "x = %u", syn->seq);
  if (syn->mss != 0)
    g_string_append_printf (text, " · MSS %u", syn->mss);
  if (syn->window_scale >= 0)
    g_string_append_printf (text, " · wscale %d", syn->window_scale);
  if (syn->sack)
    g_string_append (text, " · SACK");
  g_string_append_printf (text, " · TTL %u", syn->ttl);
  return g_string_free (text, FALSE);
}

static void
establish_listener (HsTcpTap *self, gint64 time)
{
  HsTcpSyn syn;
  guint32 rtt = handshake_rtt (self);
  gint64 syn_time = time - rtt;
  g_autofree char *rtt_text = ms_text ("tcpi_rtt", rtt);
  g_autofree char *cookie = g_strdup_printf ("cookie 0x%" G_GINT64_MODIFIER "x", self->cookie);
  g_autofree char *port = self->local != NULL && G_IS_INET_SOCKET_ADDRESS (self->local)
    ? g_strdup_printf ("port %u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (self->local))) : NULL;

  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_LISTEN, .known = HS_TCP_OBSERVED, .time = syn_time, .detail = port, .source = "accept()",
  });
  if (hs_tcp_syn_take (self->fd, &syn))
    {
      g_autofree char *text = describe_syn (&syn);

      self->peer_isn = syn.seq;
      self->has_peer_isn = TRUE;
      hs_tcp_tap_segment (self, HS_TCP_OBSERVED, syn_time, HS_TCP_SYN, FALSE, text, "TCP_SAVED_SYN");
    }
  else
    hs_tcp_tap_segment (self, HS_TCP_INFERRED, syn_time, HS_TCP_SYN, FALSE, NULL, "accept()");
  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_SYN_RECEIVED, .known = HS_TCP_INFERRED, .time = syn_time, .detail = rtt_text,
    .source = "TCP_INFO", .cause_told = TRUE,
  });
  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_ESTABLISHED, .known = HS_TCP_OBSERVED, .time = time, .detail = cookie, .source = "accept()",
  });
}

void
hs_tcp_tap_attach (HsTcpTap *self, int fd, gint64 since)
{
  gint64 time = since != 0 ? since : g_get_monotonic_time ();

  g_return_if_fail (self->phase == PHASE_BEFORE);

  self->fd = fd;
  self->phase = PHASE_HELD;
  self->cookie = hs_tcp_socket_cookie (fd);
  read_addresses (self);
  self->has_numbers = hs_tcp_numbers_read (fd, &self->numbers);
  if (self->is_unix || !self->has_numbers)
    {
      self->is_unix = TRUE;
      hs_tcp_tap_emit_note (self, N_("There is no TCP beneath"), "AF_UNIX", "getsockname()");
      return;
    }

  if (self->role == HS_TCP_ROLE_OPENER)
    establish_opener (self, time);
  else
    establish_listener (self, time);
  self->told_acked = self->numbers.bytes_acked;
  hs_tcp_tap_look (self);
}

static void
tell_acknowledged (HsTcpTap *self)
{
  guint64 acked = self->numbers.bytes_acked;
  guint64 limit = self->numbers.bytes_sent - self->numbers.bytes_retrans + (self->role == HS_TCP_ROLE_OPENER ? 1 : 0);
  g_autofree char *detail = NULL;
  HsTcpEvent *event;

  acked = MIN (acked, MAX (limit, self->told_acked)); /* our FIN counts one, and is no data */
  if (acked <= self->told_acked)
    return;
  detail = g_strdup_printf ("%" G_GUINT64_FORMAT " B · bytes_acked %" G_GUINT64_FORMAT,
                            acked - self->told_acked, self->numbers.bytes_acked);
  event = hs_tcp_event_new (HS_TCP_EVENT_DATA, HS_TCP_OBSERVED, self->numbers.time, N_("Acknowledged"), detail,
                            "TCP_INFO");
  event->bytes = acked - self->told_acked;
  self->told_acked = acked;
  hs_tcp_tap_emit (self, event);
}

/* TCP_INFO never says TIME-WAIT: it says CLOSE, and the table says which. */
static void
see_closed (HsTcpTap *self, HsTcpSighting *sighting)
{
  HsTcpDiagEntry entry;

  if (self->diag == NULL || self->local == NULL || self->remote == NULL)
    {
      if (self->peer_fin_counted && (self->state == HS_TCP_FIN_WAIT_1 || self->state == HS_TCP_FIN_WAIT_2))
        {
          sighting->state = HS_TCP_TIME_WAIT;
          sighting->known = HS_TCP_INFERRED;
        }
      return;
    }
  if (!hs_tcp_diag_find (self->diag, G_INET_SOCKET_ADDRESS (self->local), G_INET_SOCKET_ADDRESS (self->remote),
                         self->cookie, &entry))
    return;
  sighting->state = entry.state;
  sighting->source = "sock_diag";
  sighting->expires_ms = entry.state == HS_TCP_TIME_WAIT ? entry.expires_ms : 0;
}

static gboolean
peer_fin_is_counted (HsTcpState state)
{
  return state == HS_TCP_CLOSE_WAIT || state == HS_TCP_CLOSING || state == HS_TCP_LAST_ACK || state == HS_TCP_TIME_WAIT;
}

void
hs_tcp_tap_look (HsTcpTap *self)
{
  HsTcpSighting sighting;

  if (self->phase != PHASE_HELD || self->is_unix || !hs_tcp_numbers_read (self->fd, &self->numbers))
    return;

  sighting = (HsTcpSighting){
    .state = self->numbers.state, .known = HS_TCP_OBSERVED, .time = self->numbers.time, .source = "TCP_INFO",
  };
  if (sighting.state == HS_TCP_CLOSED && self->state != HS_TCP_CLOSED)
    see_closed (self, &sighting);
  if (peer_fin_is_counted (sighting.state))
    self->peer_fin_counted = TRUE;
  self->numbers.state = sighting.state;

  tell_acknowledged (self);
  hs_tcp_tap_move (self, &sighting);
  if (self->ack_delay != 0)
    self->ack_delay = self->numbers.send_queue == 0 ? 0 : self->ack_delay * 2;
  if (self->funcs->numbers != NULL)
    self->funcs->numbers (self, &self->numbers, self->user_data);
  if (self->shown)
    hs_tcp_tap_schedule (self);
}

static void
tell_data (HsTcpTap *self, gboolean outgoing, gsize bytes, guint reads, const char *what, const char *source)
{
  g_autofree char *in_reads = reads > 1 ? g_strdup_printf (" in %u reads", reads) : NULL;
  g_autofree char *detail = g_strdup_printf ("%" G_GSIZE_FORMAT " B%s%s%s", bytes, in_reads != NULL ? in_reads : "",
                                             what != NULL ? " · " : "", what != NULL ? what : "");
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_DATA, HS_TCP_OBSERVED, 0, outgoing ? N_("Written") : N_("Received"),
                                        detail, source);

  event->outgoing = outgoing;
  event->bytes = bytes;
  hs_tcp_tap_emit (self, event);
}

void
hs_tcp_tap_wrote (HsTcpTap *self, gsize bytes, const char *what)
{
  tell_data (self, TRUE, bytes, 1, what, "send()");
  if (!self->shown || self->phase != PHASE_HELD)
    return;
  self->ack_delay = CLAMP (self->numbers.rtt_us / 1000 * 3 / 2, HS_TCP_ACK_MIN_MS, HS_TCP_NUMBERS_MS);
  hs_tcp_tap_schedule (self);
}

void
hs_tcp_tap_received (HsTcpTap *self, gsize bytes, guint reads, const char *what)
{
  tell_data (self, FALSE, bytes, reads, what, "recv()");
}

void
hs_tcp_tap_note (HsTcpTap *self, const char *title, const char *detail, const char *source)
{
  hs_tcp_tap_emit_note (self, title, detail, source);
}

void
hs_tcp_tap_shutting_down (HsTcpTap *self)
{
  hs_tcp_tap_look (self); /* was the peer's FIN here before ours? */
  self->shut_down = TRUE;
}

void
hs_tcp_tap_detach (HsTcpTap *self, gboolean reset)
{
  g_return_if_fail (self->phase == PHASE_HELD);

  hs_tcp_tap_look (self);
  self->fd = -1;
  self->phase = PHASE_CLOSING;
  self->closed_at = g_get_monotonic_time ();
  self->reset = reset != FALSE && self->state != HS_TCP_TIME_WAIT;
  self->unread = self->has_numbers && self->numbers.receive_queue > 0 && self->state != HS_TCP_TIME_WAIT;
  self->shut_down = TRUE;
  self->ack_delay = 0;
  hs_tcp_tap_schedule (self);
}

gboolean
hs_tcp_tap_is_gone (HsTcpTap *self)
{
  return self->phase == PHASE_GONE;
}

HsTcpState
hs_tcp_tap_get_state (HsTcpTap *self)
{
  return self->state;
}

GSocketAddress *
hs_tcp_tap_get_local (HsTcpTap *self)
{
  return self->local;
}

GSocketAddress *
hs_tcp_tap_get_remote (HsTcpTap *self)
{
  return self->remote;
}
