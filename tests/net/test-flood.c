/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hundred thousand messages each way over links that are watched, that nobody watches, and on whose sockets somebody left timestamps switched on:
 * nothing stalls, and no error queue is left undrained (a full one takes the room of the receive buffer, and the connection stops). */
#include "hs-link.h"

#include <linux/net_tstamp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "hs-tcp-stamps.h"

#define MESSAGES 100000
#define AT_ONCE  50

typedef struct
{
  HsLink *link;
  HsTcpTap *tap;
  guint sent, heard;
  guint events, numbered;
} End;

static void
send_more (End *end)
{
  char text[32];

  for (guint i = 0; i < AT_ONCE && end->sent < MESSAGES; i++)
    {
      int len = g_snprintf (text, sizeof text, "message %u\r\n", end->sent++);

      hs_link_send_bytes (end->link, text, (gsize) len);
      hs_link_break_write (end->link); /* each in a write of its own: the most stamps there can be */
    }
}

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  End *end = user_data;
  g_autofree char *expected = g_strdup_printf ("message %u", end->heard++);

  g_assert_cmpint (status, ==, HS_LINE_COMPLETE);
  g_assert_cmpmem (line->data, line->len, expected, strlen (expected));
}

static void
on_drained (HsLink *link, gpointer user_data)
{
  send_more (user_data);
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
  g_error ("the connection ended: %s", error != NULL ? error->message : "");
}

static const HsLinkFuncs link_funcs = {
  .line = on_line, .drained = on_drained, .dialect = on_dialect, .silent = on_silent, .end = on_end,
};

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  End *end = user_data;

  end->events++;
  end->numbered += event->kind == HS_TCP_EVENT_NUMBERED;
}

static const HsTcpTapFuncs tap_funcs = { .event = on_event };

typedef enum { WATCHED, HIDDEN, LEFT_ON } Kind;

static void
end_init (End *end, HsPoller *poller, HsTcpRole role, int fd, Kind kind)
{
  guint32 flags = SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE;

  *end = (End){ 0 };
  end->link = hs_link_new (poller, fd, HS_FRAMING_IRC, &link_funcs, end);
  if (kind == LEFT_ON)
    {
      setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
      return;
    }
  end->tap = hs_tcp_tap_new (role, NULL, &tap_funcs, end);
  hs_tcp_tap_set_shown (end->tap, kind == WATCHED);
  hs_tcp_tap_attach (end->tap, fd, 0);
  hs_link_set_tap (end->link, end->tap);
}

static void
make_pair (int fds[2])
{
  g_autoptr (GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) at = NULL;
  struct sockaddr_storage storage;

  g_assert_true (g_socket_bind (listener, any, FALSE, NULL) && g_socket_listen (listener, NULL));
  at = g_socket_get_local_address (listener, NULL);
  g_socket_address_to_native (at, &storage, sizeof storage, NULL);
  fds[0] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fds[0], (struct sockaddr *) &storage, (socklen_t) g_socket_address_get_native_size (at)), ==, 0);
  fds[1] = accept4 (g_socket_get_fd (listener), NULL, NULL, SOCK_CLOEXEC);
}

static gboolean
on_late (gpointer user_data)
{
  g_error ("it stalls");
  return G_SOURCE_REMOVE;
}

/* What is under way has come by then: nothing of it is left. */
static void
assert_drained (End *end)
{
  gint64 until = g_get_monotonic_time () + 50 * 1000;
  struct pollfd errors = { hs_link_get_fd (end->link), 0, 0 };

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (poll (&errors, 1, 0), ==, 0);
  g_assert_cmpuint (hs_tcp_stamps_drain (hs_link_get_fd (end->link), 0, 0, NULL, NULL), ==, 0);
}

static void
test_flood (gconstpointer data)
{
  Kind kind = GPOINTER_TO_INT (data);
  HsPoller *poller = hs_poller_new (NULL);
  End a, b;
  int fds[2];
  guint late = g_timeout_add_seconds (60, on_late, NULL);

  make_pair (fds);
  end_init (&a, poller, HS_TCP_ROLE_OPENER, fds[0], kind);
  end_init (&b, poller, HS_TCP_ROLE_LISTENER, fds[1], kind);
  send_more (&a);
  send_more (&b);
  while (a.heard < MESSAGES || b.heard < MESSAGES)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
  assert_drained (&a);
  assert_drained (&b);
  g_test_message ("events %u, %u", a.events, b.events);
  g_assert_cmpint (kind == LEFT_ON || a.events > 0, ==, TRUE);
  g_assert_cmpint (hs_link_get_queued (a.link), ==, 0);
  hs_link_free (a.link);
  hs_link_free (b.link);
  hs_poller_free (poller);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/net/flood/watched", GINT_TO_POINTER (WATCHED), test_flood);
  g_test_add_data_func ("/net/flood/hidden", GINT_TO_POINTER (HIDDEN), test_flood);
  g_test_add_data_func ("/net/flood/left-on", GINT_TO_POINTER (LEFT_ON), test_flood);
  return g_test_run ();
}
