/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tap on a link says of a connection over a wire that takes time, held against what passed on the wire, number for number: nothing that it
 * calls observed may be missing there. The tap is an ordinary user's. Where tcpdump is installed it looks on as well, and all is held against it once
 * more: the relay that writes down what passes is read by nobody else's program. */
#include "hs-address.h"
#include "hs-dialer.h"
#include "hs-link.h"
#include "hs-tcp-door.h"
#include "hs-tcp-way.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define ACK 0x10
#define RST 0x04
#define SYN 0x02
#define FIN 0x01

static const char *skip_reason;
static gboolean by_witness; /* what is compared with: tcpdump's account, else the relay's */

typedef struct
{
  HsTcpDiag *diag;
  HsPoller *poller;
  HsLink *link;     /* (nullable) */
  HsTcpTap *tap;    /* owned while there is no link */
  HsTcpWays *ways;
  GPtrArray *events;
  GString *heard;
  int listener;     /* on whichever side; -1 */
  int there;        /* -1 */
  guint16 here_port, there_port;
  guint first;      /* of the wire's segments */
  guint first_witnessed;
  HsTcpRole role;
  HsTcpNumbers numbers;
  gboolean eof, ended, gone;
} Call;

/* ---- Waiting ---- */

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

#define wait_until(condition) \
  G_STMT_START { \
    gint64 end_time_ = g_get_monotonic_time () + 10 * G_USEC_PER_SEC; \
    guint tick_ = g_timeout_add (2, on_tick, NULL); \
    gboolean met_ = FALSE; /* asked once a turn: some conditions take what they find */ \
    while (!(met_ = (condition)) && g_get_monotonic_time () < end_time_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (tick_); \
    if (!met_) \
      dump_wire (call); \
    if (!met_) \
      g_error ("%s: not met: %s", G_STRLOC, #condition); \
  } G_STMT_END

/* What to look at when something was not met. */
static void
dump_wire (Call *call)
{
  for (guint i = 0; i < call->events->len; i++)
    {
      g_autofree char *text = hs_tcp_event_to_text (call->events->pdata[i]);

      g_printerr ("%s\n", text);
    }
  for (guint i = call->first; i < wire_get_n_segments (); i++)
    {
      const WireSegment *segment = wire_get_segment (i);

      g_printerr ("%s %u %u flags %02x seq %u ack %u win %u len %u%s\n", segment->from_here ? "→" : "←", segment->here, segment->there,
                  segment->flags, segment->seq, segment->ack, segment->window, segment->payload, segment->lost ? " lost" : "");
    }
}

static gboolean
skipped (void)
{
  if (skip_reason != NULL)
    g_test_skip (skip_reason);
  return skip_reason != NULL;
}

/* ---- The tap and the link ---- */

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  Call *call = user_data;

  if (g_test_verbose ())
    {
      g_autofree char *text = hs_tcp_event_to_text (event);
      g_test_message ("%s", text);
    }
  g_ptr_array_add (call->events, hs_tcp_event_ref (event));
  hs_tcp_ways_add (call->ways, event);
}

static void
on_numbers (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  ((Call *) user_data)->numbers = *numbers;
}

static void
on_gone (HsTcpTap *tap, gpointer user_data)
{
  ((Call *) user_data)->gone = TRUE;
}

static const HsTcpTapFuncs tap_funcs = { .event = on_event, .numbers = on_numbers, .gone = on_gone };

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  g_string_append_len (((Call *) user_data)->heard, line->data, (gssize) line->len);
}

static void
on_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
}

static void
on_silent (HsLink *link, gpointer user_data)
{
}

static void
on_end (HsLink *link, HsLinkEnd end, const GError *error, gpointer user_data)
{
  Call *call = user_data;

  if (end == HS_LINK_EOF)
    {
      call->eof = TRUE;
      return;
    }
  call->ended = TRUE;
  call->tap = hs_link_steal_tap (link);
}

static const HsLinkFuncs link_funcs = { .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_end };

static HsTcpTap *
get_tap (Call *call)
{
  return call->tap != NULL ? call->tap : hs_link_get_tap (call->link);
}

static HsTcpState
get_state (Call *call)
{
  return hs_tcp_tap_get_state (get_tap (call));
}

/* ---- Addresses ---- */

static socklen_t
make_address (int family, gboolean there, guint16 port, struct sockaddr_storage *storage)
{
  const char *text = family == AF_INET ? (there ? WIRE_THERE_V4 : WIRE_HERE_V4) : (there ? WIRE_THERE_V6 : WIRE_HERE_V6);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (text, port);

  g_socket_address_to_native (address, storage, sizeof *storage, NULL);
  return (socklen_t) g_socket_address_get_native_size (address);
}

static guint16
get_port (int fd)
{
  struct sockaddr_storage storage = { 0 };
  socklen_t len = sizeof storage;

  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &storage, &len), ==, 0);
  return ntohs (storage.ss_family == AF_INET ? ((struct sockaddr_in *) &storage)->sin_port : ((struct sockaddr_in6 *) &storage)->sin6_port);
}

static int
make_listener (int fd, int family, gboolean there)
{
  struct sockaddr_storage storage;
  socklen_t len = make_address (family, there, 0, &storage);
  int on = 1;

  setsockopt (fd, IPPROTO_TCP, 27 /* TCP_SAVE_SYN */, &on, sizeof on);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &storage, len), ==, 0);
  g_assert_cmpint (listen (fd, 8), ==, 0);
  return fd;
}

static gboolean
try_accept (Call *call, int *fd)
{
  *fd = accept4 (call->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return *fd >= 0;
}

static gboolean
is_connected (int fd)
{
  HsTcpNumbers numbers;

  return hs_tcp_numbers_read (fd, &numbers) && numbers.state != HS_TCP_SYN_SENT;
}

static void
start_connect (int fd, int family, gboolean there, guint16 port)
{
  struct sockaddr_storage storage;
  socklen_t len = make_address (family, there, port, &storage);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &storage, len), ==, -1);
  g_assert_cmpint (errno, ==, EINPROGRESS);
}

/* ---- A call ---- */

static void
call_init (Call *call, HsTcpRole role, guint delay_ms)
{
  *call = (Call){ .diag = hs_tcp_diag_new (), .poller = hs_poller_new (NULL), .ways = hs_tcp_ways_new (), .role = role,
                  .heard = g_string_new (NULL), .listener = -1, .there = -1 };
  call->events = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_tcp_event_unref);
  call->tap = hs_tcp_tap_new (role, call->diag, &tap_funcs, call);
  call->first = wire_get_n_segments ();
  call->first_witnessed = wire_has_witness () ? wire_get_n_witnessed () : 0;
  hs_tcp_tap_set_shown (call->tap, TRUE);
  wire_lose (WIRE_LOSE_NOTHING, 0);
  wire_set_delay (delay_ms);
}

static void
call_take (Call *call, int fd)
{
  HsTcpTap *tap = g_steal_pointer (&call->tap);

  hs_tcp_tap_attach (tap, fd, 0);
  call->link = hs_link_new (call->poller, fd, HS_FRAMING_IRC, &link_funcs, call);
  hs_link_set_tap (call->link, tap);
}

static void
call_open (Call *call, int family)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_autoptr (GSocketAddress) remote = NULL;

  call->listener = make_listener (wire_take_socket_there (family), family, TRUE);
  call->there_port = get_port (call->listener);
  remote = g_inet_socket_address_new_from_string (family == AF_INET ? WIRE_THERE_V4 : WIRE_THERE_V6, call->there_port);
  start_connect (fd, family, TRUE, call->there_port);
  hs_tcp_tap_connecting (call->tap, fd, remote);
  wait_until (is_connected (fd));
  call->here_port = get_port (fd);
  call_take (call, fd);
  wait_until (try_accept (call, &call->there));
}

static void
call_answer (Call *call, int family)
{
  int fd = -1;

  call->listener = make_listener (socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), family, FALSE);
  call->here_port = get_port (call->listener);
  call->there = wire_take_socket_there (family);
  start_connect (call->there, family, FALSE, call->here_port);
  wait_until (try_accept (call, &fd));
  wait_until (is_connected (call->there));
  call->there_port = get_port (call->there);
  call_take (call, fd);
}

static void
call_begin (Call *call, HsTcpRole role, int family, guint delay_ms)
{
  call_init (call, role, delay_ms);
  if (role == HS_TCP_ROLE_OPENER)
    call_open (call, family);
  else
    call_answer (call, family);
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
call_clear (Call *call)
{
  g_clear_pointer (&call->link, hs_link_free);
  g_clear_pointer (&call->tap, hs_tcp_tap_free);
  hs_poller_free (call->poller);
  hs_tcp_diag_free (call->diag);
  hs_tcp_ways_free (call->ways);
  g_ptr_array_unref (call->events);
  g_string_free (call->heard, TRUE);
  close_fd (&call->there);
  close_fd (&call->listener);
}

/* ---- Talking ---- */

static void
say_here (Call *call, const char *text)
{
  guint64 end = hs_link_send_bytes (call->link, text, strlen (text));

  wait_until (hs_tcp_tap_get_acknowledged (get_tap (call)) >= end);
}

static gboolean
heard_there (Call *call, const char *text)
{
  char buffer[256] = "";

  return recv (call->there, buffer, sizeof buffer - 1, MSG_DONTWAIT) > 0 && g_str_equal (buffer, text);
}

static void
say_there (Call *call, const char *text)
{
  gsize before = call->heard->len;

  g_assert_cmpint (send (call->there, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
  wait_until (call->heard->len > before);
}

static gboolean
read_end_there (Call *call)
{
  char buffer[256];

  return recv (call->there, buffer, sizeof buffer, MSG_DONTWAIT) == 0;
}

/* ---- What passed on the wire ---- */

static guint
get_n_passed (void)
{
  return by_witness ? wire_get_n_witnessed () : wire_get_n_segments ();
}

static const WireSegment *
get_passed (guint i)
{
  return by_witness ? wire_get_witnessed (i) : wire_get_segment (i);
}

static gboolean
is_ours (Call *call, const WireSegment *segment)
{
  return segment->here == call->here_port && segment->there == call->there_port;
}

typedef gboolean (*Matches) (const WireSegment *segment, const HsTcpEvent *event);

static const WireSegment *
find_segment (Call *call, const HsTcpEvent *event, gboolean from_here, Matches matches, guint *n)
{
  const WireSegment *found = NULL;
  guint n_passed = get_n_passed ();

  for (guint i = by_witness ? call->first_witnessed : call->first; i < n_passed; i++)
    {
      const WireSegment *segment = get_passed (i);

      if (!is_ours (call, segment) || segment->from_here != from_here || !matches (segment, event))
        continue;
      if (n != NULL)
        (*n)++;
      if (found == NULL)
        found = segment;
    }
  return found;
}

static gboolean
has_flags_and_numbers (const WireSegment *segment, const HsTcpEvent *event)
{
  return (segment->flags & event->flags) == event->flags && (!event->has_seq || segment->seq == event->seq)
         && (!event->has_ack || segment->ack == event->ack);
}

static gboolean
is_syn (const WireSegment *segment, const HsTcpEvent *event)
{
  return (segment->flags & SYN) != 0;
}

static gboolean
is_fin (const WireSegment *segment, const HsTcpEvent *event)
{
  return (segment->flags & FIN) != 0;
}

static gboolean
is_same_data (const WireSegment *segment, const HsTcpEvent *event)
{
  return segment->seq == event->seq && segment->ack == event->ack && segment->payload == event->bytes && segment->flags == event->flags;
}

static gboolean
acknowledges (const WireSegment *segment, const HsTcpEvent *event)
{
  return (segment->flags & ACK) != 0 && (event->exact ? segment->ack == event->ack : (gint32) (segment->ack - event->ack) >= 0);
}

static gboolean
begins_there (const WireSegment *segment, const HsTcpEvent *event)
{
  return segment->payload > 0 && segment->seq == event->seq;
}

static guint8
scale_of (Call *call, gboolean here)
{
  const WireSegment *syn = find_segment (call, NULL, here, is_syn, NULL);
  const WireSegment *other = find_segment (call, NULL, !here, is_syn, NULL);

  return syn != NULL && other != NULL && other->scale != 0 ? syn->scale : 0;
}

static void
check_data (Call *call, const HsTcpEvent *event)
{
  const WireSegment *segment;
  guint n = 0, told = 0;

  switch (event->stage)
    {
    case HS_TCP_STAGE_ON_WIRE:
      segment = find_segment (call, event, TRUE, is_same_data, &n);
      g_assert_nonnull (segment);
      g_assert_cmpuint ((guint32) segment->window << scale_of (call, TRUE), ==, event->window);
      for (guint i = 0; i < call->events->len; i++)
        {
          const HsTcpEvent *other = call->events->pdata[i];

          told += other->stage == HS_TCP_STAGE_ON_WIRE && other->seq == event->seq && other->bytes == event->bytes
                  && other->ack == event->ack;
        }
      g_assert_cmpuint (told, <=, n); /* each copy was a segment of its own */
      break;
    case HS_TCP_STAGE_ACKNOWLEDGED:
      g_assert_true (!event->has_ack || find_segment (call, event, FALSE, acknowledges, NULL) != NULL);
      break;
    case HS_TCP_STAGE_RECEIVED:
      g_assert_true (!event->has_seq || find_segment (call, event, FALSE, begins_there, NULL) != NULL);
      break;
    default:
      break;
    }
}

/* What must have passed for a state to have been observed. */
static const struct { HsTcpState state; gboolean fin_here, fin_there, syn; } demands[] = {
  { HS_TCP_SYN_SENT, FALSE, FALSE, TRUE },    { HS_TCP_SYN_RECEIVED, FALSE, FALSE, TRUE }, { HS_TCP_ESTABLISHED, FALSE, FALSE, TRUE },
  { HS_TCP_FIN_WAIT_1, TRUE, FALSE, TRUE },   { HS_TCP_FIN_WAIT_2, TRUE, FALSE, TRUE },    { HS_TCP_CLOSE_WAIT, FALSE, TRUE, TRUE },
  { HS_TCP_CLOSING, TRUE, TRUE, TRUE },       { HS_TCP_LAST_ACK, TRUE, TRUE, TRUE },       { HS_TCP_TIME_WAIT, TRUE, TRUE, TRUE },
};

static void
check_state (Call *call, const HsTcpEvent *event)
{
  for (guint i = 0; i < G_N_ELEMENTS (demands); i++)
    if (demands[i].state == event->state && event->known == HS_TCP_OBSERVED)
      {
        g_assert_true (!demands[i].syn || find_segment (call, event, call->role == HS_TCP_ROLE_OPENER, is_syn, NULL) != NULL);
        g_assert_true (!demands[i].fin_here || find_segment (call, event, TRUE, is_fin, NULL) != NULL);
        g_assert_true (!demands[i].fin_there || find_segment (call, event, FALSE, is_fin, NULL) != NULL);
      }
}

static void
check_numbered (Call *call, const HsTcpEvent *event)
{
  gboolean own = event->has_seq;
  const WireSegment *syn = find_segment (call, event, own, is_syn, NULL);

  g_assert_nonnull (syn);
  g_assert_cmpuint (own ? event->seq : event->ack, ==, syn->seq);
}

static void
check_once (Call *call)
{
  HsTcpState state = call->role == HS_TCP_ROLE_OPENER ? HS_TCP_CLOSED : HS_TCP_LISTEN;

  for (guint i = 0; i < call->events->len; i++)
    {
      const HsTcpEvent *event = call->events->pdata[i];

      if (event->kind == HS_TCP_EVENT_DATA && event->known == HS_TCP_OBSERVED)
        check_data (call, event);
      else if (event->kind == HS_TCP_EVENT_NUMBERED)
        check_numbered (call, event);
      else if (event->kind == HS_TCP_EVENT_SEGMENT && (event->known == HS_TCP_OBSERVED || event->has_seq || event->has_ack))
        wait_until (find_segment (call, event, event->outgoing, has_flags_and_numbers, NULL) != NULL); /* the wire reads a moment later */
      else if (event->kind == HS_TCP_EVENT_STATE)
        {
          g_assert_true (state == event->state || hs_tcp_state_may_follow (state, event->state));
          state = event->state;
          check_state (call, event);
        }
    }
}

static gboolean
is_same (const WireSegment *a, const WireSegment *b)
{
  return a->from_here == b->from_here && a->family == b->family && a->flags == b->flags && a->here == b->here && a->there == b->there && a->seq == b->seq
         && ((a->flags & ACK) == 0 || a->ack == b->ack) && a->window == b->window && a->scale == b->scale && a->payload == b->payload;
}

static guint
count_same (const WireSegment *segment, gboolean witness, guint first)
{
  guint n = 0, end = witness ? wire_get_n_witnessed () : wire_get_n_segments ();

  for (guint i = first; i < end; i++)
    {
      const WireSegment *other = witness ? wire_get_witnessed (i) : wire_get_segment (i);

      n += is_same (segment, other) && (witness || !other->lost || other->from_here) ? 1 : 0;
    }
  return n;
}

#define COMPARED_MAX 400 /* of a call: more is a bulk transfer */

/* Two accounts of one wire: whatever the relay let pass, tcpdump saw, field for field and as often. */
static void
check_accounts (Call *call)
{
  for (guint i = call->first, n = 0; i < wire_get_n_segments () && n < COMPARED_MAX; i++)
    {
      const WireSegment *segment = wire_get_segment (i);

      if (!is_ours (call, segment) || (segment->lost && !segment->from_here))
        continue;
      n++;
      wait_until (count_same (segment, TRUE, call->first_witnessed) >= count_same (segment, FALSE, call->first)); /* it arrives after the wire's delay */
      g_assert_cmpuint (count_same (segment, TRUE, call->first_witnessed), ==, count_same (segment, FALSE, call->first));
    }
}

static void
check (Call *call)
{
  check_once (call);
  if (!wire_has_witness ())
    return;
  check_accounts (call);
  by_witness = TRUE;
  check_once (call);
  by_witness = FALSE;
}

/* "SYN-SENT (SYN-RCVD) ESTABLISHED": inferred ones in parentheses */
static void
assert_story (Call *call, const char *expected)
{
  g_autoptr (GString) story = g_string_new (NULL);

  for (guint i = 0; i < call->events->len; i++)
    {
      const HsTcpEvent *event = call->events->pdata[i];

      if (event->kind == HS_TCP_EVENT_STATE)
        g_string_append_printf (story, event->known == HS_TCP_OBSERVED ? "%s%s" : "%s(%s)", story->len > 0 ? " " : "",
                                hs_tcp_state_get_short_name (event->state));
    }
  g_assert_cmpstr (story->str, ==, expected);
}

static const HsTcpEvent *
find_event (Call *call, HsTcpEventKind kind, guint8 flags, gboolean outgoing)
{
  for (guint i = call->events->len; i > 0; i--)
    {
      const HsTcpEvent *event = call->events->pdata[i - 1];

      if (event->kind == kind && event->flags == flags && event->outgoing == outgoing)
        return event;
    }
  return NULL;
}

/* ---- Each way to close, on both sides and in both families ---- */

typedef struct
{
  const char *path;
  HsTcpRole role;
  int family;
  void (*close) (Call *call);
  const char *story;
} Way;

/* What we are shown of a conversation: both first numbers, each message's way. */
static void
converse (Call *call)
{
  HsTcpWay way;
  guint64 begin = hs_link_get_bytes_written (call->link), end;

  say_here (call, "hello\r\n");
  wait_until (heard_there (call, "hello\r\n"));
  say_there (call, "good day\r\n");
  say_here (call, "bye\r\n");
  wait_until (heard_there (call, "bye\r\n"));
  end = hs_link_get_bytes_written (call->link);

  g_assert_nonnull (find_event (call, HS_TCP_EVENT_NUMBERED, 0, TRUE));
  if (call->role == HS_TCP_ROLE_OPENER)
    g_assert_nonnull (find_event (call, HS_TCP_EVENT_NUMBERED, 0, FALSE));
  g_assert_true (hs_tcp_ways_get (call->ways, begin, end, &way));
  g_assert_true (way.has_seq);
  g_assert_cmpint (way.queued.time, >, 0);
  g_assert_cmpint (way.queued.time, <=, way.written.time);
  g_assert_cmpint (way.on_wire.known, ==, HS_TCP_OBSERVED);
  g_assert_true (way.on_wire.exact && way.acknowledged.exact);
  g_assert_cmpint (way.acknowledged.time - way.on_wire.time, >=, 2 * 10 * 1000); /* the wire's delay, there and back */
}

static void
close_here (Call *call)
{
  hs_link_close (call->link, 0);
  wait_until (get_state (call) == HS_TCP_FIN_WAIT_2);
  wait_until (read_end_there (call));
  close_fd (&call->there);
  wait_until (call->ended && get_state (call) == HS_TCP_TIME_WAIT);
}

static void
close_there (Call *call)
{
  close_fd (&call->there);
  wait_until (call->eof);
  g_assert_cmpint (get_state (call), ==, HS_TCP_CLOSE_WAIT);
  hs_link_close (call->link, 0);
  wait_until (call->gone);
}

static void
close_both (Call *call)
{
  hs_link_half_close (call->link);
  shutdown (call->there, SHUT_WR);
  wait_until (call->eof);
  hs_link_close (call->link, 0);
  wait_until (call->ended && get_state (call) == HS_TCP_TIME_WAIT);
}

static void
close_half (Call *call)
{
  hs_link_half_close (call->link);
  wait_until (get_state (call) == HS_TCP_FIN_WAIT_2);
  say_there (call, "still here\r\n"); /* the other direction stands */
  close_fd (&call->there);
  wait_until (call->eof);
  hs_link_close (call->link, 0);
  wait_until (call->ended && get_state (call) == HS_TCP_TIME_WAIT);
}

static void
reset_there (Call *call)
{
  struct linger linger = { .l_onoff = 1 };

  setsockopt (call->there, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close_fd (&call->there);
  wait_until (call->ended && call->gone);
}

static void
reset_here (Call *call)
{
  struct linger linger = { .l_onoff = 1 };
  guint n = wire_get_n_segments ();

  setsockopt (hs_link_get_fd (call->link), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  hs_tcp_tap_detach (get_tap (call), TRUE);
  call->tap = hs_link_steal_tap (call->link);
  g_clear_pointer (&call->link, hs_link_free);
  wait_until (call->gone && wire_get_n_segments () > n);
}

#define OPENED   "SYN-SENT ESTABLISHED "
#define ANSWERED "LISTEN (SYN-RCVD) ESTABLISHED "

static const Way ways[] = {
  { "/net/wire/active/opener/v4", HS_TCP_ROLE_OPENER, AF_INET, close_here, OPENED "FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" },
  { "/net/wire/active/opener/v6", HS_TCP_ROLE_OPENER, AF_INET6, close_here, OPENED "FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" },
  { "/net/wire/active/listener/v4", HS_TCP_ROLE_LISTENER, AF_INET, close_here, ANSWERED "FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" },
  { "/net/wire/active/listener/v6", HS_TCP_ROLE_LISTENER, AF_INET6, close_here, ANSWERED "FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" },
  { "/net/wire/passive/opener/v4", HS_TCP_ROLE_OPENER, AF_INET, close_there, OPENED "CLOSE-WAIT LAST-ACK CLOSED" },
  { "/net/wire/passive/opener/v6", HS_TCP_ROLE_OPENER, AF_INET6, close_there, OPENED "CLOSE-WAIT LAST-ACK CLOSED" },
  { "/net/wire/passive/listener/v4", HS_TCP_ROLE_LISTENER, AF_INET, close_there, ANSWERED "CLOSE-WAIT LAST-ACK CLOSED" },
  { "/net/wire/passive/listener/v6", HS_TCP_ROLE_LISTENER, AF_INET6, close_there, ANSWERED "CLOSE-WAIT LAST-ACK CLOSED" },
  { "/net/wire/simultaneous/v4", HS_TCP_ROLE_OPENER, AF_INET, close_both, OPENED "FIN-WAIT-1 CLOSING TIME-WAIT" },
  { "/net/wire/simultaneous/v6", HS_TCP_ROLE_LISTENER, AF_INET6, close_both, ANSWERED "FIN-WAIT-1 CLOSING TIME-WAIT" },
  { "/net/wire/half-close/v4", HS_TCP_ROLE_OPENER, AF_INET, close_half, OPENED "FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" },
  { "/net/wire/half-close/v6", HS_TCP_ROLE_LISTENER, AF_INET6, close_half, ANSWERED "FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" },
  { "/net/wire/reset-by-peer/v4", HS_TCP_ROLE_OPENER, AF_INET, reset_there, OPENED "CLOSED" },
  { "/net/wire/reset-by-peer/v6", HS_TCP_ROLE_LISTENER, AF_INET6, reset_there, ANSWERED "CLOSED" },
  { "/net/wire/reset-by-us/v4", HS_TCP_ROLE_LISTENER, AF_INET, reset_here, ANSWERED "CLOSED" },
  { "/net/wire/reset-by-us/v6", HS_TCP_ROLE_OPENER, AF_INET6, reset_here, OPENED "CLOSED" },
};

static void
test_way (gconstpointer data)
{
  const Way *way = data;
  Call call;

  if (skipped ())
    return;
  call_begin (&call, way->role, way->family, 20);
  converse (&call);
  way->close (&call);
  assert_story (&call, way->story);
  check (&call);
  call_clear (&call);
}

/* ---- No connection ---- */

static int
connect_from_here (Call *call, int family, guint16 port, HsTcpTap *tap)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_autoptr (GSocketAddress) remote =
    g_inet_socket_address_new_from_string (family == AF_INET ? WIRE_THERE_V4 : WIRE_THERE_V6, port);

  start_connect (fd, family, TRUE, port);
  call->here_port = get_port (fd);
  call->there_port = port;
  hs_tcp_tap_connecting (tap, fd, remote);
  return fd;
}

static void
fail_call (Call *call, int fd, GIOErrorEnum code)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, (gint) code, "no connection");

  close (fd);
  hs_tcp_tap_failed (call->tap, error);
  wait_until (call->gone);
  check (call);
}

static gboolean
has_passed (Call *call, gboolean from_here, guint8 flags, guint n)
{
  HsTcpEvent event = { .flags = flags };
  guint found = 0;

  find_segment (call, &event, from_here, has_flags_and_numbers, &found);
  return found >= n;
}

static void
test_refused (gconstpointer family)
{
  Call self, *call = &self;
  int fd;

  if (skipped ())
    return;
  call_init (call, HS_TCP_ROLE_OPENER, 20);
  fd = connect_from_here (call, GPOINTER_TO_INT (family), 9, call->tap);
  wait_until (has_passed (call, FALSE, RST, 1) && is_connected (fd)); /* CLOSE */
  fail_call (call, fd, G_IO_ERROR_CONNECTION_REFUSED);
  assert_story (call, "SYN-SENT CLOSED");
  g_assert_nonnull (find_event (call, HS_TCP_EVENT_SEGMENT, HS_TCP_RST, FALSE));
  call_clear (call);
}

static void
test_timed_out (gconstpointer family)
{
  Call self, *call = &self;
  HsTcpNumbers numbers;
  int fd;

  if (skipped ())
    return;
  call_init (call, HS_TCP_ROLE_OPENER, 5);
  wire_lose (WIRE_LOSE_ALL_FROM_THERE, 1000);
  fd = connect_from_here (call, GPOINTER_TO_INT (family), 9, call->tap);
  /* ARP passes; the RST does not. The SYN is sent again after a second. */
  wait_until (has_passed (call, TRUE, SYN, 2));
  g_assert_true (hs_tcp_numbers_read (fd, &numbers));
  g_assert_cmpint (numbers.state, ==, HS_TCP_SYN_SENT);
  g_assert_cmpuint (numbers.total_retrans, ==, 1);
  fail_call (call, fd, G_IO_ERROR_TIMED_OUT);
  assert_story (call, "SYN-SENT CLOSED");
  call_clear (call);
}

/* No SYN goes out, and none is told of. */
static void
test_unreachable (void)
{
  Call self, *call = &self;
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string ("198.51.100.1", 9);
  struct sockaddr_storage storage;
  int fd;

  if (skipped ())
    return;
  call_init (call, HS_TCP_ROLE_OPENER, 5);
  fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_socket_address_to_native (remote, &storage, sizeof storage, NULL);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &storage, sizeof (struct sockaddr_in)), ==, -1);
  g_assert_cmpint (errno, ==, ENETUNREACH);
  hs_tcp_tap_connecting (call->tap, fd, remote);
  fail_call (call, fd, G_IO_ERROR_NETWORK_UNREACHABLE);
  assert_story (call, "");
  g_assert_null (find_event (call, HS_TCP_EVENT_SEGMENT, HS_TCP_SYN, TRUE));
  call_clear (call);
}

/* ---- Happy eyeballs: a name with two addresses, of which the first does not answer ---- */

#define TWO_TYPE_RESOLVER (two_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TwoResolver, two_resolver, TWO, RESOLVER, GResolver)

struct _TwoResolver
{
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (TwoResolver, two_resolver, G_TYPE_RESOLVER)

static void
lookup_async (GResolver *resolver, const gchar *name, GResolverNameLookupFlags flags, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  gboolean v6 = flags == G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY, v4 = flags == G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY;
  GList *list = NULL;

  if (!v6)
    list = g_list_prepend (list, g_inet_address_new_from_string (WIRE_THERE_V4));
  if (!v4)
    list = g_list_prepend (list, g_inet_address_new_from_string (WIRE_THERE_V6));
  g_task_return_pointer (task, list, (GDestroyNotify) g_resolver_free_addresses);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
two_resolver_class_init (TwoResolverClass *klass)
{
  G_RESOLVER_CLASS (klass)->lookup_by_name_with_flags_async = lookup_async;
  G_RESOLVER_CLASS (klass)->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
two_resolver_init (TwoResolver *self)
{
}

static void
on_dialled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  int *fd = user_data;

  *fd = hs_dial_finish (result, NULL);
}

static void
test_happy_eyeballs (void)
{
  Call self, *call = &self;
  g_autoptr (GResolver) old = NULL;
  g_autoptr (GResolver) two = NULL;
  g_autofree char *text = NULL;
  g_autoptr (HsAddress) address = NULL;
  int fd = -2;

  if (skipped ())
    return;
  old = g_resolver_get_default ();
  two = g_object_new (TWO_TYPE_RESOLVER, NULL);
  g_resolver_set_default (two);
  call_init (call, HS_TCP_ROLE_OPENER, 20);
  call->listener = make_listener (wire_take_socket_there (AF_INET), AF_INET, TRUE);
  call->there_port = get_port (call->listener);
  wire_lose (WIRE_LOSE_SYN_V6, 1000);
  text = g_strdup_printf ("two.test:%u", call->there_port);
  address = hs_address_parse (text, NULL);
  hs_dial_async (address, call->tap, NULL, NULL, NULL, on_dialled, &fd);
  wait_until (fd != -2);
  g_assert_cmpint (fd, >=, 0);
  g_resolver_set_default (old);

  call->here_port = get_port (fd);
  call->link = hs_link_new (call->poller, fd, HS_FRAMING_IRC, &link_funcs, call);
  hs_link_set_tap (call->link, g_steal_pointer (&call->tap));
  wait_until (try_accept (call, &call->there));
  say_here (call, "hello\r\n");
  assert_story (call, "SYN-SENT (CLOSED) SYN-SENT ESTABLISHED");
  check (call); /* of the address that stands */
  call_clear (call);
}

/* ---- Trouble on the way ---- */

static void
test_retransmission (gconstpointer family)
{
  Call self, *call = &self;
  const HsTcpEvent *event;
  HsTcpWay way;
  guint64 begin;

  if (skipped ())
    return;
  call_begin (call, HS_TCP_ROLE_OPENER, GPOINTER_TO_INT (family), 20);
  say_here (call, "first\r\n");
  begin = hs_link_get_bytes_written (call->link);
  wire_lose (WIRE_LOSE_DATA_FROM_HERE, 1);
  say_here (call, "second\r\n");
  event = find_event (call, HS_TCP_EVENT_DATA, HS_TCP_PSH | HS_TCP_ACK, TRUE);
  g_assert_true (event != NULL && event->again);
  g_assert_true (hs_tcp_ways_get (call->ways, begin, hs_link_get_bytes_written (call->link), &way));
  g_assert_cmpuint (way.resent, ==, 1);
  g_assert_cmpuint (call->numbers.total_retrans, ==, 1);
  check (call);
  call_clear (call);
}

static gboolean
is_shut_window (const WireSegment *segment, const HsTcpEvent *event)
{
  return segment->window == 0 && (segment->flags & (SYN | RST)) == 0;
}

/* The other program does not read. */
static void
test_zero_window (gconstpointer family)
{
  static char much[60000];
  Call self, *call = &self;

  if (skipped ())
    return;
  call_begin (call, HS_TCP_ROLE_OPENER, GPOINTER_TO_INT (family), 5);
  hs_link_set_send_queue_max (call->link, 64 * 1024 * 1024);
  memset (much, 'x', sizeof much);
  for (guint i = 0; i < 200; i++)
    hs_link_send_bytes (call->link, much, sizeof much);
  wait_until (find_segment (call, NULL, FALSE, is_shut_window, NULL) != NULL && call->numbers.snd_wnd == 0);
  g_assert_cmpint (get_state (call), ==, HS_TCP_ESTABLISHED);
  check (call);
  reset_there (call);
  call_clear (call);
}

/* ---- A guest whose third segment is late: seen half-open, and known again by its cookie ---- */

typedef struct
{
  guint most;
  HsTcpListenerNumbers numbers;
} Seen;

static void
on_door (const HsTcpListenerNumbers *numbers, gpointer user_data)
{
  Seen *seen = user_data;

  seen->numbers = *numbers;
  seen->most = MAX (seen->most, numbers->half_open);
}

static void
test_half_open (void)
{
  Call self, *call = &self;
  Seen seen = { 0 };
  HsTcpDoor *door;
  int fd = -1;
  gint64 when;

  if (skipped ())
    return;
  call_init (call, HS_TCP_ROLE_LISTENER, 300);
  door = hs_tcp_door_new (call->diag, on_door, &seen);
  call->listener = make_listener (socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), AF_INET, FALSE);
  call->here_port = get_port (call->listener);
  hs_tcp_door_set_listener (door, call->listener, call->here_port);
  hs_tcp_door_set_shown (door, TRUE);
  call->there = wire_take_socket_there (AF_INET);
  start_connect (call->there, AF_INET, FALSE, call->here_port);
  call->there_port = get_port (call->there);
  wait_until (seen.most == 1);
  g_assert_cmpuint (seen.numbers.n_callers, ==, 1);
  g_assert_cmpstr (seen.numbers.callers[0].address, ==, WIRE_THERE_V4);
  wait_until (try_accept (call, &fd));

  when = hs_tcp_door_get_seen (door, hs_tcp_socket_cookie (fd));
  g_assert_cmpint (when, >, 0);
  hs_tcp_tap_set_half_open_seen (call->tap, when);
  call_take (call, fd);
  assert_story (call, "LISTEN SYN-RCVD ESTABLISHED");
  check (call);
  wait_until (seen.numbers.half_open == 0);
  hs_tcp_door_free (door);
  call_clear (call);
}

/* That there was one is told by name: without it the others compare with the relay's account alone. */
static void
test_witness (void)
{
  if (skipped ())
    return;
  if (!wire_has_witness ())
    g_test_skip ("tcpdump is not installed");
  else
    g_assert_cmpuint (wire_get_n_witnessed (), >, 0);
}

static void
add_for_both (const char *path, GTestDataFunc func)
{
  g_autofree char *v4 = g_strconcat (path, "/v4", NULL), *v6 = g_strconcat (path, "/v6", NULL);

  g_test_add_data_func (v4, GINT_TO_POINTER (AF_INET), func);
  g_test_add_data_func (v6, GINT_TO_POINTER (AF_INET6), func);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  wire_want_witness ();
  skip_reason = wire_open (); /* before anything has a thread */
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    g_test_add_data_func (ways[i].path, &ways[i], test_way);
  add_for_both ("/net/wire/refused", test_refused);
  add_for_both ("/net/wire/timed-out", test_timed_out);
  g_test_add_func ("/net/wire/unreachable", test_unreachable);
  g_test_add_func ("/net/wire/happy-eyeballs", test_happy_eyeballs);
  add_for_both ("/net/wire/retransmission", test_retransmission);
  add_for_both ("/net/wire/zero-window", test_zero_window);
  g_test_add_func ("/net/wire/witness", test_witness);
  g_test_add_func ("/net/wire/half-open", test_half_open);
  return g_test_run ();
}
