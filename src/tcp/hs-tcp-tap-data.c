/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes through the connection the tap is on, counted by offset: queued, written, acknowledged, received. */
#include "hs-config.h"

#include "hs-tcp-tap-private.h"

#include <glib/gi18n-lib.h>

/* An opener's own SYN counts one. */
static guint64
get_acked (HsTcpTap *self)
{
  guint64 syn = self->role == HS_TCP_ROLE_OPENER ? 1 : 0;

  return MAX (self->numbers.bytes_acked, syn) - syn;
}

/* bytes_acked and SIOCOUTQ are read one after the other: an acknowledgement between them makes the sum too small, never too large. */
static void
count_written (HsTcpTap *self)
{
  if (!self->shut_down) /* our FIN stands in the queue too, and is no data */
    self->written = MAX (self->written, get_acked (self) + self->numbers.send_queue);
}

void
hs_tcp_tap_begin_counting (HsTcpTap *self)
{
  const HsTcpNumbers *numbers = &self->numbers;
  guint64 before;

  do
    {
      before = self->numbers.bytes_acked;
      count_written (self);
    }
  while (hs_tcp_numbers_read (self->fd, &self->numbers) && self->numbers.bytes_acked != before);
  self->told_acked = MIN (get_acked (self), self->written);
  self->received = numbers->bytes_received - MIN (numbers->receive_queue, numbers->bytes_received);
  self->wired = self->written;
}

static HsTcpEvent *
data_event (HsTcpStage stage, gint64 time, const char *title, const char *detail, const char *source)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_DATA, HS_TCP_OBSERVED, time, title, detail, source);

  event->stage = stage;
  event->outgoing = stage != HS_TCP_STAGE_RECEIVED;
  return event;
}

/* ---- Told by the link ---- */

void
hs_tcp_tap_queued (HsTcpTap *self, guint64 app)
{
  HsTcpEvent *event;

  if (self->quiet)
    return;
  event = data_event (HS_TCP_STAGE_QUEUED, 0, NULL, NULL, NULL);
  event->app = app;
  event->exact = TRUE;
  hs_tcp_tap_emit (self, event);
}

void
hs_tcp_tap_record (HsTcpTap *self, guint64 app, guint64 stream)
{
  HsTcpRecord record = { app, stream };
  HsTcpEvent *event;

  if (self->records == NULL)
    self->records = g_array_new (FALSE, FALSE, sizeof record);
  if (self->quiet) /* nobody asks how far single messages came: the last one tells of all */
    g_array_set_size (self->records, 0);
  g_array_append_val (self->records, record);
  self->has_records = TRUE;
  if (self->quiet)
    return;
  event = data_event (HS_TCP_STAGE_RECORD, 0, NULL, NULL, NULL);
  event->app = app;
  event->offset = stream;
  hs_tcp_tap_emit (self, event);
}

static char *
describe (gsize bytes, guint reads, const char *what)
{
  g_autofree char *in_reads = reads > 1 ? g_strdup_printf (" · %u × read()", reads) : NULL;

  return g_strdup_printf ("%" G_GSIZE_FORMAT " B%s%s%s", bytes, in_reads != NULL ? in_reads : "", what != NULL ? " · " : "",
                          what != NULL ? what : "");
}

void
hs_tcp_tap_wrote (HsTcpTap *self, gsize bytes, const char *what)
{
  g_autofree char *detail = NULL;
  guint64 before = self->written;
  HsTcpEvent *event;

  self->written += bytes;
  if (self->quiet)
    return;
  detail = describe (bytes, 1, what);
  event = data_event (HS_TCP_STAGE_WRITTEN, 0, N_("Written"), detail, "send()");
  event->bytes = bytes;
  event->offset = self->written;
  event->exact = TRUE;
  event->has_seq = event->seq_calculated = self->has_own_isn;
  event->seq = self->own_isn + 1 + (guint32) before;
  hs_tcp_tap_emit (self, event);
  self->tally.sent++;
  self->tally.bytes_sent += bytes;
  if (self->phase == PHASE_HELD && self->no_tcp)
    hs_tcp_tap_count (self);
  if (self->phase != PHASE_HELD || self->no_tcp)
    return;
  hs_tcp_tap_stamps_wrote (self, before);
  if (!self->shown || self->stamps != HS_TCP_STAMPS_OFF)
    return;
  self->ack_delay = CLAMP (self->numbers.rtt_us / 1000 * 3 / 2, HS_TCP_ACK_MIN_MS, HS_TCP_NUMBERS_MS);
  hs_tcp_tap_schedule (self);
}

void
hs_tcp_tap_received (HsTcpTap *self, gsize bytes, guint reads, const char *what)
{
  guint64 before = self->received;
  g_autofree char *detail = NULL;
  HsTcpEvent *event;

  self->received += bytes;
  if (self->quiet)
    return;
  detail = describe (bytes, reads, what);
  event = data_event (HS_TCP_STAGE_RECEIVED, 0, N_("Received"), detail, "recv()");
  event->has_seq = event->seq_calculated = self->has_peer_isn;
  event->seq = self->peer_isn + 1 + (guint32) before;
  event->bytes = bytes;
  event->offset = self->received;
  hs_tcp_tap_emit (self, event);
  self->tally.received += reads;
  self->tally.bytes_received += bytes;
  if (self->phase == PHASE_HELD && self->no_tcp)
    hs_tcp_tap_count (self);
}

void
hs_tcp_tap_bounced (HsTcpTap *self, const char *title, const char *detail)
{
  hs_tcp_tap_emit_note (self, title, detail, "MSG_ERRQUEUE");
  self->tally.errors++;
  if (self->phase == PHASE_HELD)
    hs_tcp_tap_count (self);
}

/* ---- Told by the kernel ---- */

void
hs_tcp_tap_count (HsTcpTap *self)
{
  if (self->shown && self->funcs->tally != NULL && hs_tcp_tally_read (self->fd, &self->tally))
    self->funcs->tally (self, &self->tally, self->user_data);
}

static void
settle_records (HsTcpTap *self)
{
  guint n = 0;

  while (self->records != NULL && n < self->records->len && g_array_index (self->records, HsTcpRecord, n).stream <= self->told_acked)
    self->acked_app = g_array_index (self->records, HsTcpRecord, n++).app;
  if (n > 0)
    g_array_remove_range (self->records, 0, n);
}

void
hs_tcp_tap_acknowledged (HsTcpTap *self, guint64 offset, gint64 time, gboolean exact)
{
  g_autofree char *detail = NULL;
  HsTcpEvent *event;

  offset = MIN (offset, self->written); /* our FIN counts one, and is no data */
  if (offset <= self->told_acked)
    return;
  detail = g_strdup_printf ("%" G_GUINT64_FORMAT " B", offset - self->told_acked);
  event = data_event (HS_TCP_STAGE_ACKNOWLEDGED, time, N_("Acknowledged"), detail, exact ? "SO_TIMESTAMPING" : "TCP_INFO");
  event->bytes = offset - self->told_acked;
  event->offset = offset;
  event->exact = exact;
  event->has_ack = event->ack_calculated = self->has_own_isn;
  event->ack = self->own_isn + 1 + (guint32) offset;
  self->told_acked = offset;
  settle_records (self);
  hs_tcp_tap_emit (self, event);
}

void
hs_tcp_tap_tell_acknowledged (HsTcpTap *self)
{
  count_written (self); /* what was written without a word to us: TLS's own */
  hs_tcp_tap_acknowledged (self, get_acked (self), self->numbers.time, FALSE);
}

guint64
hs_tcp_tap_get_acknowledged (HsTcpTap *self)
{
  return self->has_records ? self->acked_app : self->told_acked;
}
