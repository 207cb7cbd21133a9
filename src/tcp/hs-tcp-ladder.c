/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder as data: which rows a diagram of handshake or close has, derived from a connection's events. Pure functions; draws nothing. */
#include "hs-tcp-ladder-private.h"

#include <string.h>

#define THIN_SPACE "\342\200\211" /* U+2009 */

typedef struct
{
  /* Owned */
  GPtrArray *rungs;
  HsTcpRung *row;        /* (nullable) the state row being filled */

  /* Borrowed */
  HsTcpWatch *watch;
  GPtrArray *events;     /* of const HsTcpEvent, the whole log */

  /* State */
  HsTcpRole role;
  guint begin, end;      /* the part of the log that is drawn */
  guint confirmed_from;  /* where in the log the other end may have been seen */
  guint last_state;      /* index of the log's last STATE event */
  HsTcpState peer;
  gboolean simultaneous; /* the FINs crossed */
  gboolean closing;
  gboolean first_fin_outgoing;
  gint64 time;           /* of the first segment */
  gint64 real_time;
} Walk;

/* What a segment does to the peer's state: never observed from here. Where our segment must have arrived for it, something of the peer's with
 * ACK must have come back since. */
static const struct
{
  gboolean outgoing;
  guint8 flags;
  gboolean simultaneous;
  HsTcpState from, to;
  gboolean must_arrive;
} peer_steps[] = {
  { TRUE,  HS_TCP_SYN,              FALSE, HS_TCP_LISTEN,       HS_TCP_SYN_RECEIVED, TRUE },
  { FALSE, HS_TCP_SYN,              FALSE, HS_TCP_CLOSED,       HS_TCP_SYN_SENT },
  { TRUE,  HS_TCP_SYN | HS_TCP_ACK, FALSE, HS_TCP_SYN_SENT,     HS_TCP_ESTABLISHED,  TRUE },
  { TRUE,  HS_TCP_ACK,              FALSE, HS_TCP_SYN_RECEIVED, HS_TCP_ESTABLISHED },
  { TRUE,  HS_TCP_FIN,              FALSE, HS_TCP_ESTABLISHED,  HS_TCP_CLOSE_WAIT,   TRUE },
  { TRUE,  HS_TCP_FIN,              FALSE, HS_TCP_FIN_WAIT_2,   HS_TCP_TIME_WAIT,    TRUE },
  { FALSE, HS_TCP_FIN,              FALSE, HS_TCP_ESTABLISHED,  HS_TCP_FIN_WAIT_1 },
  { FALSE, HS_TCP_FIN,              FALSE, HS_TCP_CLOSE_WAIT,   HS_TCP_LAST_ACK },
  { FALSE, HS_TCP_FIN | HS_TCP_ACK, FALSE, HS_TCP_CLOSE_WAIT,   HS_TCP_LAST_ACK },
  { TRUE,  HS_TCP_ACK,              FALSE, HS_TCP_FIN_WAIT_1,   HS_TCP_FIN_WAIT_2 },
  { TRUE,  HS_TCP_ACK,              FALSE, HS_TCP_LAST_ACK,     HS_TCP_CLOSED },
  { TRUE,  HS_TCP_FIN,              TRUE,  HS_TCP_ESTABLISHED,  HS_TCP_FIN_WAIT_1 },
  { FALSE, HS_TCP_FIN,              TRUE,  HS_TCP_FIN_WAIT_1,   HS_TCP_CLOSING },
  { TRUE,  HS_TCP_ACK,              TRUE,  HS_TCP_CLOSING,      HS_TCP_TIME_WAIT },
};

void
hs_tcp_rung_free (HsTcpRung *rung)
{
  if (rung == NULL)
    return;
  g_free (rung->source);
  g_free (rung);
}

static const HsTcpEvent *
event_at (Walk *walk, guint i)
{
  return walk->events->pdata[i];
}

static gboolean
is_segment (const HsTcpEvent *event, guint8 any_of)
{
  return event->kind == HS_TCP_EVENT_SEGMENT && (event->flags & any_of) != 0;
}

static gboolean
is_state (const HsTcpEvent *event, HsTcpState state)
{
  return event->kind == HS_TCP_EVENT_STATE && event->state == state;
}

/* ---- Numbers ---- */

/* "3 481 203 117", grouped by U+2009 */
static char *
group_digits (guint32 number)
{
  g_autofree char *digits = g_strdup_printf ("%u", number);
  gsize len = strlen (digits);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < len; i++)
    {
      if (i > 0 && (len - i) % 3 == 0)
        g_string_append (text, THIN_SPACE);
      g_string_append_c (text, digits[i]);
    }
  return g_string_free (text, FALSE);
}

/* RFC 9293 figure 6 and 12, with letters: x and y for the first numbers, u and v for the FINs' (u is the first to close). */
static void
name_handshake (const HsTcpEvent *event, const char **symbols, const char **seq_name, const char **ack_name)
{
  if (event->flags == HS_TCP_SYN)
    *symbols = "seq = x", *seq_name = "x";
  else if (event->flags == (HS_TCP_SYN | HS_TCP_ACK))
    *symbols = "seq = y · ack = x + 1", *seq_name = "y", *ack_name = "x + 1";
  else if (event->flags == HS_TCP_ACK)
    *symbols = "seq = x + 1 · ack = y + 1", *seq_name = "x + 1", *ack_name = "y + 1";
}

static void
name_close (const HsTcpEvent *event, gboolean first_sides, const char **symbols, const char **seq_name, const char **ack_name)
{
  *seq_name = first_sides ? "u" : "v";
  *ack_name = first_sides ? "v + 1" : "u + 1";
  if (event->flags == HS_TCP_FIN)
    *symbols = first_sides ? "seq = u" : "seq = v";
  else if (event->flags == (HS_TCP_FIN | HS_TCP_ACK))
    *symbols = "seq = v · ack = u + 1";
  else if (event->flags == HS_TCP_ACK)
    *symbols = first_sides ? "ack = v + 1" : "ack = u + 1";
}

static void
copy_numbers (const HsTcpEvent *event, HsTcpRung *rung)
{
  rung->has_seq = event->has_seq;
  rung->has_ack = event->has_ack;
  rung->has_window = event->has_window;
  rung->seq_calculated = event->seq_calculated;
  rung->ack_calculated = event->ack_calculated;
  rung->seq = event->seq;
  rung->ack = event->ack;
  rung->window = event->window;
  rung->bytes = event->kind == HS_TCP_EVENT_DATA ? event->bytes : 0;
  rung->again = event->again;
}

/* What became known only later (by the first data, from which the first numbers follow) holds for the handshake, too. */
static void
complete_handshake (Walk *walk, const HsTcpEvent *event, HsTcpRung *rung)
{
  guint32 seq, ack;
  guint32 next = event->flags == HS_TCP_ACK ? 1 : 0;

  if (!rung->has_seq && hs_tcp_watch_get_first_number (walk->watch, event->outgoing, &seq, NULL))
    {
      rung->has_seq = rung->seq_calculated = TRUE;
      rung->seq = seq + next;
    }
  if (!rung->has_ack && event->flags != HS_TCP_SYN && hs_tcp_watch_get_first_number (walk->watch, !event->outgoing, &ack, NULL))
    {
      rung->has_ack = rung->ack_calculated = TRUE;
      rung->ack = ack + 1;
    }
}

static void
write_numbers (HsTcpRung *rung, const char *seq_name, const char *ack_name)
{
  g_autofree char *seq = group_digits (rung->seq);
  g_autofree char *ack = group_digits (rung->ack);

  if (rung->has_seq && rung->has_ack)
    g_snprintf (rung->numbers, sizeof rung->numbers, "%s · %s", seq, ack);
  else if (rung->has_seq)
    g_snprintf (rung->numbers, sizeof rung->numbers, "%s = %s", seq_name, seq);
  else if (rung->has_ack)
    g_snprintf (rung->numbers, sizeof rung->numbers, "%s = %s", ack_name, ack);
  rung->numbers_calculated = (rung->has_seq && rung->seq_calculated) || (rung->has_ack && rung->ack_calculated);
}

static void
fill_numbers (Walk *walk, const HsTcpEvent *event, HsTcpRung *rung)
{
  const char *symbols = "", *seq_name = "", *ack_name = "";

  if (event->kind == HS_TCP_EVENT_DATA)
    seq_name = "seq", ack_name = "ack";
  else if (walk->closing)
    name_close (event, event->outgoing == walk->first_fin_outgoing, &symbols, &seq_name, &ack_name);
  else
    name_handshake (event, &symbols, &seq_name, &ack_name);

  copy_numbers (event, rung);
  if (event->kind == HS_TCP_EVENT_SEGMENT && !walk->closing && !(event->flags & HS_TCP_RST))
    complete_handshake (walk, event, rung);
  g_strlcpy (rung->symbols, symbols, sizeof rung->symbols);
  write_numbers (rung, seq_name, ack_name);
}

/* ---- Rows ---- */

static void
flush_row (Walk *walk)
{
  if (walk->row != NULL && (walk->row->has_left || walk->row->has_right))
    g_ptr_array_add (walk->rungs, g_steal_pointer (&walk->row));
  g_clear_pointer (&walk->row, hs_tcp_rung_free);
}

static HsTcpRung *
open_row (Walk *walk)
{
  if (walk->row == NULL)
    {
      walk->row = g_new0 (HsTcpRung, 1);
      walk->row->kind = HS_TCP_RUNG_STATE;
      walk->row->time = -1;
    }
  return walk->row;
}

static void
put_state (Walk *walk, gboolean own, HsTcpState state, HsTcpKnown known, gboolean current)
{
  gboolean left = own == (walk->role == HS_TCP_ROLE_OPENER);
  HsTcpRung *row = open_row (walk);

  if (left ? row->has_left : row->has_right)
    {
      flush_row (walk);
      row = open_row (walk);
    }
  if (left)
    row->has_left = TRUE, row->left = state, row->left_known = known, row->left_current = current;
  else
    row->has_right = TRUE, row->right = state, row->right_known = known, row->right_current = current;
}

static void
put_segment (Walk *walk, const HsTcpEvent *event)
{
  HsTcpRung *rung = g_new0 (HsTcpRung, 1);

  flush_row (walk);
  if (walk->time == 0)
    {
      walk->time = event->time;
      walk->real_time = event->real_time;
    }
  rung->kind = HS_TCP_RUNG_SEGMENT;
  rung->from_left = event->outgoing == (walk->role == HS_TCP_ROLE_OPENER);
  rung->known = event->known;
  rung->flags = event->flags;
  rung->time = event->known == HS_TCP_OBSERVED ? MAX (event->time - walk->time, 0) : -1;
  rung->source = g_strdup (event->source);
  fill_numbers (walk, event, rung);
  g_ptr_array_add (walk->rungs, rung);
}

/* Has the peer confirmed anything after event @i? */
static gboolean
was_answered (Walk *walk, guint i)
{
  for (guint j = i + 1; j < walk->end; j++)
    if (is_segment (event_at (walk, j), HS_TCP_ACK) && !event_at (walk, j)->outgoing)
      return TRUE;
  return FALSE;
}

static void
step_peer (Walk *walk, guint i)
{
  const HsTcpEvent *event = event_at (walk, i);

  if (is_segment (event, HS_TCP_RST) && walk->peer != HS_TCP_CLOSED && walk->peer != HS_TCP_LISTEN)
    {
      walk->peer = HS_TCP_CLOSED;
      put_state (walk, FALSE, walk->peer, HS_TCP_INFERRED, FALSE);
      return;
    }
  for (guint j = 0; j < G_N_ELEMENTS (peer_steps); j++)
    if (peer_steps[j].outgoing == event->outgoing && peer_steps[j].flags == event->flags && peer_steps[j].from == walk->peer
        && peer_steps[j].simultaneous == walk->simultaneous && (!peer_steps[j].must_arrive || was_answered (walk, i)))
      {
        walk->peer = peer_steps[j].to;
        put_state (walk, FALSE, walk->peer, HS_TCP_INFERRED, FALSE);
        return;
      }
}

/* What the other end passed through, is observed where it was seen in the table: from event @from on. */
static void
confirm_peer (Walk *walk, guint from)
{
  gboolean left = walk->role == HS_TCP_ROLE_LISTENER;

  for (guint i = from; i < walk->end; i++)
    for (guint j = 0; event_at (walk, i)->kind == HS_TCP_EVENT_OTHER && j < walk->rungs->len; j++)
      {
        HsTcpRung *rung = walk->rungs->pdata[j];

        if (rung->kind != HS_TCP_RUNG_STATE)
          continue;
        if (left && rung->has_left && rung->left == event_at (walk, i)->other)
          rung->left_known = HS_TCP_OBSERVED;
        else if (!left && rung->has_right && rung->right == event_at (walk, i)->other)
          rung->right_known = HS_TCP_OBSERVED;
      }
}

static GPtrArray *
walk_events (Walk *walk)
{
  for (guint i = walk->begin; i < walk->end; i++)
    {
      const HsTcpEvent *event = event_at (walk, i);

      if (is_segment (event, HS_TCP_SYN | HS_TCP_ACK | HS_TCP_FIN | HS_TCP_RST))
        {
          put_segment (walk, event);
          step_peer (walk, i);
        }
      else if (event->kind == HS_TCP_EVENT_STATE)
        put_state (walk, TRUE, event->state, event->known, i == walk->last_state);
    }
  flush_row (walk);
  confirm_peer (walk, walk->confirmed_from);
  hs_tcp_ladder_take_told (walk->rungs, hs_tcp_watch_get_told (walk->watch), walk->role, walk->closing, walk->real_time);
  return g_steal_pointer (&walk->rungs);
}

/* ---- Which part of the log ---- */

static void
walk_init (Walk *walk, HsTcpWatch *watch)
{
  GListModel *log = hs_tcp_watch_get_log (watch);

  memset (walk, 0, sizeof *walk);
  walk->watch = watch;
  walk->role = hs_tcp_watch_get_role (watch);
  walk->rungs = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_tcp_rung_free);
  walk->events = g_ptr_array_new_full (g_list_model_get_n_items (log), NULL);
  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (log, i); /* the log keeps it */

      g_ptr_array_add (walk->events, (gpointer) hs_tcp_log_item_get_event (item));
      if (event_at (walk, i)->kind == HS_TCP_EVENT_STATE)
        walk->last_state = i;
    }
}

static void
walk_clear (Walk *walk)
{
  g_clear_pointer (&walk->row, hs_tcp_rung_free);
  g_clear_pointer (&walk->rungs, g_ptr_array_unref);
  g_clear_pointer (&walk->events, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

/* The last SYN that began a handshake (a second address begins a second one); the log's length when there is none. */
static guint
find_syn (Walk *walk)
{
  guint found = walk->events->len;

  for (guint i = 0; i < walk->events->len; i++)
    if (event_at (walk, i)->kind == HS_TCP_EVENT_SEGMENT && event_at (walk, i)->flags == HS_TCP_SYN
        && event_at (walk, i)->outgoing == (walk->role == HS_TCP_ROLE_OPENER))
      found = i;
  return found;
}

static guint
find_established (Walk *walk, guint from)
{
  for (guint i = from; i < walk->events->len; i++)
    if (is_state (event_at (walk, i), HS_TCP_ESTABLISHED))
      return i;
  return walk->events->len;
}

/* The first FIN or RST after ESTABLISHED, or a state that comes without either. */
static guint
find_close (Walk *walk, guint established)
{
  for (guint i = established + 1; i < walk->events->len; i++)
    if (is_segment (event_at (walk, i), HS_TCP_FIN | HS_TCP_RST) || event_at (walk, i)->kind == HS_TCP_EVENT_STATE)
      return i;
  return walk->events->len;
}

GPtrArray *
hs_tcp_ladder_handshake (HsTcpWatch *watch)
{
  g_auto (Walk) walk = { 0 };
  gboolean opener;
  guint established;

  walk_init (&walk, watch);
  opener = walk.role == HS_TCP_ROLE_OPENER;
  walk.begin = find_syn (&walk);
  established = find_established (&walk, walk.begin);
  walk.end = find_close (&walk, established);
  if (walk.begin == walk.events->len)
    return g_steal_pointer (&walk.rungs);

  walk.confirmed_from = walk.begin;
  walk.peer = opener ? HS_TCP_LISTEN : HS_TCP_CLOSED;
  put_state (&walk, TRUE, opener ? HS_TCP_CLOSED : HS_TCP_LISTEN, HS_TCP_OBSERVED, FALSE);
  if (!opener || established < walk.events->len) /* that somebody listens is known by the answer */
    put_state (&walk, FALSE, walk.peer, HS_TCP_INFERRED, FALSE);
  return walk_events (&walk);
}

GPtrArray *
hs_tcp_ladder_close (HsTcpWatch *watch)
{
  g_auto (Walk) walk = { 0 };
  guint established;

  walk_init (&walk, watch);
  walk.end = walk.events->len;
  established = find_established (&walk, 0);
  for (guint next = established; next < walk.events->len; next = find_established (&walk, next + 1))
    established = next;
  walk.begin = established < walk.events->len ? find_close (&walk, established) : walk.events->len;
  if (walk.begin == walk.events->len)
    return g_steal_pointer (&walk.rungs);

  walk.confirmed_from = established;
  walk.closing = TRUE;
  walk.peer = HS_TCP_ESTABLISHED;
  walk.first_fin_outgoing = event_at (&walk, walk.begin)->outgoing;
  for (guint i = walk.begin; i < walk.end; i++)
    walk.simultaneous |= is_state (event_at (&walk, i), HS_TCP_CLOSING);
  put_state (&walk, TRUE, HS_TCP_ESTABLISHED, event_at (&walk, established)->known, FALSE);
  put_state (&walk, FALSE, HS_TCP_ESTABLISHED, HS_TCP_INFERRED, FALSE);
  return walk_events (&walk);
}

/* ---- Data ---- */

static gboolean
is_data (const HsTcpEvent *event)
{
  if (event->kind != HS_TCP_EVENT_DATA)
    return FALSE;
  return event->stage == HS_TCP_STAGE_ON_WIRE || event->stage == HS_TCP_STAGE_RECEIVED
         || (event->stage == HS_TCP_STAGE_ACKNOWLEDGED && event->exact);
}

static void
put_data (Walk *walk, const HsTcpEvent *event)
{
  HsTcpRung *rung;

  put_segment (walk, event);
  rung = walk->rungs->pdata[walk->rungs->len - 1];
  if (event->stage == HS_TCP_STAGE_ON_WIRE)
    return;
  rung->flags = HS_TCP_ACK;
  if (event->stage == HS_TCP_STAGE_RECEIVED)
    rung->known = HS_TCP_INFERRED; /* bytes were read; in how many segments they came is not seen */
  else
    {
      rung->from_left = !rung->from_left; /* of our bytes, by the other side's segment */
      rung->bytes = 0;
    }
}

GPtrArray *
hs_tcp_ladder_data (HsTcpWatch *watch, guint max)
{
  g_auto (Walk) walk = { 0 };
  guint n = 0;

  walk_init (&walk, watch);
  if (hs_tcp_watch_get_transport (watch) != HS_TCP_TRANSPORT_TCP) /* a datagram is no segment, and nothing follows from it */
    return g_steal_pointer (&walk.rungs);
  for (walk.begin = walk.events->len; walk.begin > 0 && n < max; walk.begin--)
    n += is_data (event_at (&walk, walk.begin - 1)) ? 1 : 0;
  for (guint i = walk.begin; i < walk.events->len; i++)
    if (is_data (event_at (&walk, i)))
      put_data (&walk, event_at (&walk, i));
  return g_steal_pointer (&walk.rungs);
}
