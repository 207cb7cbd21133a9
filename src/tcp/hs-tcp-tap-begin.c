/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a connection begins, as the tap tells it: the opener's steps, and what is known once it stands. */
#include "hs-config.h"

#include "hs-tcp-tap-private.h"

#include "hs-tcp-syn.h"

#include <glib/gi18n-lib.h>

/* ---- Before there is a descriptor ---- */

void
hs_tcp_tap_set_transport (HsTcpTap *self, HsTcpTransport transport)
{
  self->tally.transport = transport;
}

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
is_same_address (GSocketAddress *a, GSocketAddress *b)
{
  g_autofree char *text_a = address_to_text (a);
  g_autofree char *text_b = address_to_text (b);

  return text_a != NULL && g_strcmp0 (text_a, text_b) == 0;
}

/* Not every connect () sends one (there may be no road): what was not seen is said only when something follows from which it
 * must have been. */
static void
enter_syn_sent (HsTcpTap *self, gboolean seen, gint64 time)
{
  g_autofree char *text = address_to_text (self->remote);

  self->syn_at = 0;
  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_SYN_SENT, .known = seen ? HS_TCP_OBSERVED : HS_TCP_INFERRED, .time = time, .detail = text,
    .source = seen ? "TCP_INFO" : "connect()",
  });
}

/* Where it was not seen; it went out no later than @before. */
static void
infer_syn_sent (HsTcpTap *self, gint64 before)
{
  if (self->state == HS_TCP_CLOSED)
    enter_syn_sent (self, FALSE, self->syn_at != 0 ? MIN (self->syn_at, before) : before);
}

void
hs_tcp_tap_connecting (HsTcpTap *self, int fd, GSocketAddress *remote)
{
  HsTcpNumbers numbers;
  gboolean seen = fd >= 0 && hs_tcp_numbers_read (fd, &numbers) && numbers.state == HS_TCP_SYN_SENT;
  gboolean same = is_same_address (remote, self->remote);
  gint64 now = g_get_monotonic_time ();

  if (self->state == HS_TCP_SYN_SENT && same)
    return;
  g_set_object (&self->remote, remote);
  if (remote != NULL && g_socket_address_get_family (remote) == G_SOCKET_FAMILY_UNIX)
    return;
  if (self->state != HS_TCP_CLOSED) /* a second address (RFC 8305): the story begins anew */
    hs_tcp_tap_enter (self, &(HsTcpSighting){
      .state = HS_TCP_CLOSED, .known = HS_TCP_INFERRED, .time = now, .source = "GSocketClient",
    });
  if (seen)
    enter_syn_sent (self, TRUE, now);
  else if (self->syn_at == 0 || !same)
    self->syn_at = now;
}

/* Without a road no SYN goes out; a refusal and a silence both answer one. */
static gboolean
had_sent_syn (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

void
hs_tcp_tap_failed (HsTcpTap *self, const GError *error)
{
  HsTcpSighting sighting = {
    .state = HS_TCP_CLOSED, .known = HS_TCP_OBSERVED, .time = g_get_monotonic_time (),
    .detail = error != NULL ? error->message : NULL, .source = "connect()",
  };

  if (self->syn_at != 0 && had_sent_syn (error))
    infer_syn_sent (self, sighting.time);
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

/* ---- Once it stands ---- */

/* tcpi_rtt is the handshake's own while no data was acknowledged and no SYN went twice (RFC 6298, Karn). */
static guint32
handshake_rtt (HsTcpTap *self)
{
  const HsTcpNumbers *numbers = &self->numbers;

  return self->has_numbers && numbers->data_segs_out == 0 && numbers->total_retrans == 0 ? numbers->rtt_us : 0;
}

/* Who looks later knows the handshake's own no more; it took no less than the shortest one since: what was before it was no later than that. */
static guint32
least_rtt (HsTcpTap *self)
{
  guint32 rtt = handshake_rtt (self);

  return rtt != 0 || !self->has_numbers ? rtt : self->numbers.min_rtt_us;
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

  infer_syn_sent (self, time - rtt);
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

/* The guest's SYN: kept for us by the kernel, or known only to have been. */
static void
tell_guests_syn (HsTcpTap *self, gint64 time)
{
  HsTcpSyn syn;
  g_autofree char *text = NULL;

  if (!hs_tcp_syn_take (self->fd, &syn))
    {
      hs_tcp_tap_emit_cannot (self, HS_TCP_CANNOT_SYN, "TCP_SAVED_SYN");
      hs_tcp_tap_segment (self, HS_TCP_INFERRED, time, HS_TCP_SYN, FALSE, NULL, "accept()");
      return;
    }
  text = describe_syn (&syn);
  self->peer_isn = syn.seq;
  self->has_peer_isn = self->peer_isn_seen = TRUE;
  self->syn_window = syn.window;
  hs_tcp_tap_segment (self, HS_TCP_OBSERVED, time, HS_TCP_SYN, FALSE, text, "TCP_SAVED_SYN");
}

static void
establish_listener (HsTcpTap *self, gint64 time)
{
  guint32 rtt = handshake_rtt (self);
  gboolean seen = self->half_open_seen != 0 && self->half_open_seen <= time;
  gint64 syn_time = time - least_rtt (self);
  g_autofree char *rtt_text = ms_text ("tcpi_rtt", rtt);
  g_autofree char *cookie = g_strdup_printf ("cookie 0x%" G_GINT64_MODIFIER "x", self->cookie);
  g_autofree char *own = self->local != NULL && G_IS_INET_SOCKET_ADDRESS (self->local)
    ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (self->local)) : NULL;

  if (seen)
    syn_time = MIN (self->half_open_seen, syn_time);
  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_LISTEN, .known = HS_TCP_OBSERVED, .time = syn_time, .detail = own, .source = "accept()",
  });
  tell_guests_syn (self, syn_time);
  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_SYN_RECEIVED, .known = seen ? HS_TCP_OBSERVED : HS_TCP_INFERRED, .time = seen ? self->half_open_seen : syn_time,
    .detail = seen ? cookie : rtt_text, .source = seen ? "sock_diag" : "TCP_INFO", .cause_told = TRUE,
  });
  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_ESTABLISHED, .known = HS_TCP_OBSERVED, .time = time, .detail = cookie, .source = "accept()",
  });
}

static const char *const families[] = { [HS_TCP_TRANSPORT_UDP] = "SOCK_DGRAM", [HS_TCP_TRANSPORT_UNIX] = "AF_UNIX" };

/* Datagrams, a Unix socket; or a kernel that does not tell: then the calls that succeeded are all there is to say. */
void
hs_tcp_tap_begin_without (HsTcpTap *self, gint64 time)
{
  if (self->tally.transport != HS_TCP_TRANSPORT_TCP)
    {
      hs_tcp_tap_emit_note (self, N_("There is no TCP beneath"), families[self->tally.transport], "getsockopt()");
      if (self->funcs->tally != NULL)
        self->funcs->tally (self, &self->tally, self->user_data);
      hs_tcp_tap_schedule (self);
      return;
    }
  hs_tcp_tap_emit_cannot (self, HS_TCP_CANNOT_KERNEL, "TCP_INFO");
  hs_tcp_tap_enter (self, &(HsTcpSighting){
    .state = HS_TCP_ESTABLISHED, .known = HS_TCP_INFERRED, .time = time,
    .source = self->role == HS_TCP_ROLE_OPENER ? "connect()" : "accept()",
  });
}

void
hs_tcp_tap_establish (HsTcpTap *self, gint64 time)
{
  if (self->role == HS_TCP_ROLE_OPENER)
    establish_opener (self, time);
  else
    establish_listener (self, time);
}
