/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events and numbers as one line of JSON each; see hs-tcp-json.h. */
#include "hs-tcp-json.h"

static const char *const kinds[] = { "step", "state", "segment", "data", "note", "first-number", "other-end" };
static const char *const stages[] = { NULL, "queued", "written", "on-wire", "acknowledged", "received", "record" };

static const char *const transports[] = { "tcp", "udp", "unix" };

static const struct { guint8 flag; const char *name; } flags[] = {
  { HS_TCP_SYN, "SYN" }, { HS_TCP_FIN, "FIN" }, { HS_TCP_RST, "RST" }, { HS_TCP_PSH, "PSH" }, { HS_TCP_ACK, "ACK" },
};

void
hs_tcp_json_append_string (GString *json, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (json, '"');
  for (const char *at = valid; *at != '\0'; at++)
    if (*at == '"' || *at == '\\')
      g_string_append_printf (json, "\\%c", *at);
    else if ((guchar) *at < 0x20 || *at == 0x7f)
      g_string_append_printf (json, "\\u%04x", (guchar) *at);
    else
      g_string_append_c (json, *at);
  g_string_append_c (json, '"');
}

static void
put_key (GString *json, const char *key)
{
  g_string_append_printf (json, "%s\"%s\":", json->len > 1 ? "," : "", key);
}

static void
put_text (GString *json, const char *key, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  put_key (json, key);
  hs_tcp_json_append_string (json, text);
}

static void
put_number (GString *json, const char *key, guint64 number)
{
  put_key (json, key);
  g_string_append_printf (json, "%" G_GUINT64_FORMAT, number);
}

static void
put_boolean (GString *json, const char *key, gboolean value)
{
  put_key (json, key);
  g_string_append (json, value ? "true" : "false");
}

/* Unix seconds, to the µs. */
static void
put_time (GString *json, gint64 real_time)
{
  put_key (json, "time");
  g_string_append_printf (json, "%" G_GINT64_FORMAT ".%06d", real_time / G_USEC_PER_SEC, (int) (real_time % G_USEC_PER_SEC));
}

static void
put_flags (GString *json, guint8 set)
{
  gboolean more = FALSE;

  if (set == 0)
    return;
  put_key (json, "flags");
  g_string_append_c (json, '[');
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (set & flags[i].flag)
      {
        g_string_append_printf (json, "%s\"%s\"", more ? "," : "", flags[i].name);
        more = TRUE;
      }
  g_string_append_c (json, ']');
}

static void
put_segment (GString *json, const HsTcpEvent *event)
{
  put_flags (json, event->flags);
  if (event->has_seq)
    {
      put_number (json, "seq", event->seq);
      put_boolean (json, "seq-calculated", event->seq_calculated);
    }
  if (event->has_ack)
    {
      put_number (json, "ack", event->ack);
      put_boolean (json, "ack-calculated", event->ack_calculated);
    }
  if (event->has_window)
    put_number (json, "window", event->window);
}

static void
put_data (GString *json, const HsTcpEvent *event)
{
  put_text (json, "stage", event->stage < G_N_ELEMENTS (stages) ? stages[event->stage] : NULL);
  put_number (json, "bytes", event->bytes);
  put_number (json, "offset", event->offset);
  put_boolean (json, "exact", event->exact);
  if (event->again)
    put_boolean (json, "again", TRUE);
}

char *
hs_tcp_event_to_json (const HsTcpEvent *event)
{
  GString *json = g_string_new ("{");
  gboolean moves = event->kind == HS_TCP_EVENT_SEGMENT || event->kind == HS_TCP_EVENT_DATA;

  put_time (json, event->real_time);
  put_text (json, "kind", event->kind < G_N_ELEMENTS (kinds) ? kinds[event->kind] : NULL);
  put_text (json, "known", event->known == HS_TCP_OBSERVED ? "observed" : "inferred");
  if (event->transport == HS_TCP_TRANSPORT_TCP)
    put_text (json, "state", hs_tcp_state_get_name (event->state));
  else
    put_text (json, "transport", transports[event->transport]);
  if (event->kind == HS_TCP_EVENT_OTHER)
    put_text (json, "other-state", hs_tcp_state_get_name (event->other));
  put_text (json, "title", event->title);
  if (moves)
    put_text (json, "direction", event->outgoing ? "out" : "in");
  put_segment (json, event);
  if (event->kind == HS_TCP_EVENT_DATA)
    put_data (json, event);
  if (event->expires_ms != 0)
    put_number (json, "expires-ms", event->expires_ms);
  put_text (json, "detail", event->detail);
  put_text (json, "source", event->source);
  return g_string_free (g_string_append_c (json, '}'), FALSE);
}

char *
hs_tcp_numbers_to_json (const HsTcpNumbers *numbers)
{
  GString *json = g_string_new ("{");

  put_time (json, g_get_real_time () - (g_get_monotonic_time () - numbers->time));
  put_text (json, "kind", "numbers");
  put_text (json, "state", hs_tcp_state_get_name (numbers->state));
  put_number (json, "rtt-us", numbers->rtt_us);
  put_number (json, "rttvar-us", numbers->rttvar_us);
  put_number (json, "min-rtt-us", numbers->min_rtt_us);
  put_number (json, "rto-us", numbers->rto_us);
  put_number (json, "mss", numbers->snd_mss);
  put_number (json, "cwnd", numbers->snd_cwnd);
  put_number (json, "send-window", numbers->snd_wnd);
  put_number (json, "receive-window", numbers->rcv_wnd);
  put_number (json, "unacknowledged", numbers->send_queue);
  put_number (json, "unread", numbers->receive_queue);
  put_number (json, "retransmits", numbers->total_retrans);
  put_number (json, "bytes-acknowledged", numbers->bytes_acked);
  put_number (json, "bytes-received", numbers->bytes_received);
  return g_string_free (g_string_append_c (json, '}'), FALSE);
}

char *
hs_tcp_tally_to_json (const HsTcpTally *tally)
{
  GString *json = g_string_new ("{");

  put_time (json, g_get_real_time () - (g_get_monotonic_time () - tally->time));
  put_text (json, "kind", "tally");
  put_text (json, "transport", transports[tally->transport]);
  put_number (json, "sent", tally->sent);
  put_number (json, "received", tally->received);
  put_number (json, "bytes-sent", tally->bytes_sent);
  put_number (json, "bytes-received", tally->bytes_received);
  put_number (json, "send-queue", tally->send_queue);
  put_number (json, "receive-queue", tally->receive_queue);
  if (tally->transport == HS_TCP_TRANSPORT_UDP)
    put_number (json, "icmp", tally->errors);
  if (tally->has_memory)
    {
      put_number (json, "receive-room", tally->receive_room);
      put_number (json, "drops", tally->drops);
    }
  if (tally->has_peer)
    {
      put_number (json, "peer-pid", (guint) MAX (tally->pid, 0));
      put_number (json, "peer-uid", tally->uid);
      put_number (json, "peer-gid", tally->gid);
      put_text (json, "peer-program", tally->program);
    }
  return g_string_free (g_string_append_c (json, '}'), FALSE);
}
