/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A link over datagrams, against real sockets on loopback: borders kept both ways, what comes back by ICMP, and an end that waits for nobody. */
#include "hs-link.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  HsPoller *poller;
  HsLink *link;
  int peer; /* not connected: it hears whoever sends */
  struct sockaddr_in ours;
  GString *heard; /* "[one][two]" */
  guint n_lines, n_ends, n_drained, n_bounced;
  guint32 length; /* of the last, as the stamp has it */
  guint64 offset;
  int error_no;
  gboolean icmp;
  GString *back; /* what came back */
  gboolean free_inside;
} Fixture;

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpint (status, ==, HS_LINE_COMPLETE);
  g_assert_cmpint (line->data[line->len], ==, '\0');
  g_string_append_c (fixture->heard, '[');
  g_string_append_len (fixture->heard, line->data, (gssize) line->len);
  g_string_append_c (fixture->heard, ']');
  fixture->length = line->stamp.length;
  fixture->offset = line->stamp.offset;
  fixture->n_lines++;
  if (fixture->free_inside)
    g_clear_pointer (&fixture->link, hs_link_free);
}

static void
on_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_silent (HsLink *link, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_end (HsLink *link, HsLinkEnd end, const GError *error, gpointer user_data)
{
  g_assert_cmpint (end, ==, HS_LINK_CLOSED);
  ((Fixture *) user_data)->n_ends++;
}

static void
on_drained (HsLink *link, gpointer user_data)
{
  ((Fixture *) user_data)->n_drained++;
}

static void
on_bounced (HsLink *link, const HsLinkBounce *bounce, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_bounced++;
  fixture->error_no = bounce->error_no;
  fixture->icmp = bounce->icmp;
  g_string_append_len (fixture->back, bounce->data, (gssize) MIN (bounce->len, 20));
  g_string_append_c (fixture->back, '|');
  if (fixture->free_inside)
    g_clear_pointer (&fixture->link, hs_link_free);
}

static const HsLinkFuncs funcs = {
  .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_end, .drained = on_drained, .bounced = on_bounced,
};

static void
set_up (Fixture *fixture, gconstpointer data)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = 10 };
  socklen_t len = sizeof name;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  fixture->peer = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  setsockopt (fixture->peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  g_assert_cmpint (bind (fixture->peer, (struct sockaddr *) &name, len), ==, 0);
  g_assert_cmpint (getsockname (fixture->peer, (struct sockaddr *) &name, &len), ==, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &name, len), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &fixture->ours, &len), ==, 0);
  fixture->heard = g_string_new (NULL);
  fixture->back = g_string_new (NULL);
  fixture->poller = hs_poller_new (NULL);
  fixture->link = hs_link_new (fixture->poller, fd, HS_FRAMING_PLAIN, &funcs, fixture);
  g_assert_true (hs_link_is_datagrams (fixture->link));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->link, hs_link_free);
  hs_poller_free (fixture->poller);
  g_string_free (fixture->heard, TRUE);
  g_string_free (fixture->back, TRUE);
  if (fixture->peer >= 0)
    close (fixture->peer);
}

static gboolean
tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define WAIT_UNTIL(condition)                                                        \
  G_STMT_START                                                                       \
  {                                                                                  \
    gint64 wait_end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;                 \
    guint wait_tick = g_timeout_add (10, tick, NULL);                                \
    while (!(condition) && g_get_monotonic_time () < wait_end)                       \
      g_main_context_iteration (NULL, TRUE);                                         \
    g_source_remove (wait_tick);                                                     \
    g_assert_true (condition);                                                       \
  }                                                                                  \
  G_STMT_END

static void
say (Fixture *fixture, const char *data, gsize len)
{
  g_assert_cmpint (sendto (fixture->peer, data, len, 0, (struct sockaddr *) &fixture->ours, sizeof fixture->ours), ==, (gssize) len);
}

/* What a datagram carries; the next one is not touched. */
static void
hears (Fixture *fixture, const char *expected)
{
  char data[200];
  gssize n = recv (fixture->peer, data, sizeof data, 0);

  g_assert_cmpint (n, ==, (gssize) strlen (expected));
  g_assert_cmpmem (data, n, expected, strlen (expected));
}

static void
stop_peer (Fixture *fixture)
{
  close (fixture->peer);
  fixture->peer = -1;
}

/* ---- Borders ---- */

/* What is queued in one round leaves as what it is, and is not joined. */
static void
test_send (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (hs_link_send_bytes (fixture->link, "one", 3), ==, 3);
  g_assert_cmpuint (hs_link_send_bytes (fixture->link, "two\n", 4), ==, 7);
  hs_link_break_write (fixture->link);
  g_assert_cmpuint (hs_link_send_bytes (fixture->link, "3", 1), ==, 8);
  for (guint i = 0; i < 100; i++)
    hs_link_send_bytes (fixture->link, "x", 1);
  WAIT_UNTIL (fixture->n_drained == 1);
  g_assert_cmpuint (hs_link_get_lines_written (fixture->link), ==, 108);
  hears (fixture, "one");
  hears (fixture, "two\n");
  hears (fixture, "3");
  for (guint i = 0; i < 100; i++)
    hears (fixture, "x");
}

static void
test_receive (Fixture *fixture, gconstpointer data)
{
  say (fixture, "one", 3);
  say (fixture, "two lines\nof one\r\n", 18);
  say (fixture, "", 0);
  say (fixture, "\n", 1);
  say (fixture, "\xff\0", 2);
  WAIT_UNTIL (fixture->n_lines == 5);
  g_assert_cmpmem (fixture->heard->str, fixture->heard->len, "[one][two lines\nof one][][][\xff\0]", 31);
  g_assert_cmpuint (fixture->length, ==, 2);
  g_assert_cmpuint (fixture->offset, ==, 22);
  g_assert_cmpuint (hs_link_get_bytes_read (fixture->link), ==, 24);
}

/* The largest there is, both ways. */
static void
test_largest (Fixture *fixture, gconstpointer data)
{
  g_autofree char *large = g_strnfill (HS_DATAGRAM_MAX, 'm'), *back = g_malloc (HS_DATAGRAM_MAX);

  hs_link_send_bytes (fixture->link, large, HS_DATAGRAM_MAX);
  WAIT_UNTIL (fixture->n_drained == 1);
  g_assert_cmpint (recv (fixture->peer, back, HS_DATAGRAM_MAX, MSG_TRUNC), ==, HS_DATAGRAM_MAX);
  g_assert_cmpmem (back, HS_DATAGRAM_MAX, large, HS_DATAGRAM_MAX);
  say (fixture, large, HS_DATAGRAM_MAX);
  WAIT_UNTIL (fixture->n_lines == 1);
  g_assert_cmpuint (fixture->length, ==, HS_DATAGRAM_MAX);
  g_assert_cmpuint (fixture->n_bounced, ==, 0);
}

/* One byte more is refused by send (), told, and stops nothing. */
static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  g_autofree char *large = g_strnfill (HS_DATAGRAM_MAX + 1, 'm');

  hs_link_send_bytes (fixture->link, large, HS_DATAGRAM_MAX + 1);
  hs_link_send_bytes (fixture->link, "after", 5);
  WAIT_UNTIL (fixture->n_drained == 1);
  g_assert_cmpuint (fixture->n_bounced, ==, 1);
  g_assert_cmpint (fixture->error_no, ==, EMSGSIZE);
  g_assert_false (fixture->icmp);
  g_assert_cmpstr (fixture->back->str, ==, "mmmmmmmmmmmmmmmmmmmm|");
  hears (fixture, "after");
}

/* Others' datagrams are not for us: connect () has said from whom. */
static void
test_stranger (Fixture *fixture, gconstpointer data)
{
  int stranger = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (sendto (stranger, "psst", 4, 0, (struct sockaddr *) &fixture->ours, sizeof fixture->ours), ==, 4);
  say (fixture, "me", 2);
  WAIT_UNTIL (fixture->n_lines == 1);
  g_assert_cmpstr (fixture->heard->str, ==, "[me]");
  close (stranger);
}

static void
test_paused (Fixture *fixture, gconstpointer data)
{
  hs_link_set_paused (fixture->link, TRUE);
  say (fixture, "one", 3);
  g_usleep (20000);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->n_lines, ==, 0);
  hs_link_set_paused (fixture->link, FALSE);
  WAIT_UNTIL (fixture->n_lines == 1);
}

/* Nobody waits for a flood: a round has its end, and the rest comes in the next. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  const guint n = HS_LINES_PER_ITERATION * 2 + 5;

  for (guint i = 0; i < n; i++)
    say (fixture, "x", 1);
  while (fixture->n_lines == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->n_lines, ==, HS_LINES_PER_ITERATION);
  WAIT_UNTIL (fixture->n_lines == n);
}

/* ---- ICMP ---- */

/* Each is told with its bytes, the link goes on, and who listens there later is heard. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  struct sockaddr_in name;
  socklen_t len = sizeof name;

  g_assert_cmpint (getsockname (fixture->peer, (struct sockaddr *) &name, &len), ==, 0);
  stop_peer (fixture);
  hs_link_send_bytes (fixture->link, "anybody?", 8);
  hs_link_send_bytes (fixture->link, "hello?", 6);
  WAIT_UNTIL (fixture->n_bounced == 2);
  g_assert_true (fixture->icmp);
  g_assert_cmpint (fixture->error_no, ==, ECONNREFUSED);
  g_assert_cmpstr (fixture->back->str, ==, "anybody?|hello?|");
  g_assert_cmpuint (fixture->n_ends, ==, 0);

  fixture->peer = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fixture->peer, (struct sockaddr *) &name, len), ==, 0);
  fixture->n_drained = 0;
  hs_link_send_bytes (fixture->link, "now?", 4);
  WAIT_UNTIL (fixture->n_drained == 1);
  hears (fixture, "now?");
  say (fixture, "yes", 3);
  WAIT_UNTIL (fixture->n_lines == 1);
  g_assert_cmpuint (fixture->n_bounced, ==, 2);
}

static void
test_freed_inside (Fixture *fixture, gconstpointer data)
{
  fixture->free_inside = TRUE;
  if (data != NULL)
    {
      stop_peer (fixture);
      hs_link_send_bytes (fixture->link, "anybody?", 8);
      hs_link_send_bytes (fixture->link, "hello?", 6);
    }
  else
    {
      say (fixture, "one", 3);
      say (fixture, "two", 3);
    }
  WAIT_UNTIL (fixture->link == NULL);
  g_assert_cmpuint (fixture->n_lines + fixture->n_bounced, ==, 1);
}

/* ---- The end ---- */

/* What is queued still leaves; nothing is waited for. */
static void
test_close (Fixture *fixture, gconstpointer data)
{
  gint64 began = g_get_monotonic_time ();

  hs_link_send_bytes (fixture->link, "bye", 3);
  hs_link_half_close (fixture->link); /* there is none */
  hs_link_close (fixture->link, 1000);
  WAIT_UNTIL (fixture->n_ends == 1);
  g_assert_cmpint (g_get_monotonic_time () - began, <, G_USEC_PER_SEC);
  g_assert_cmpint (hs_link_get_fd (fixture->link), ==, -1);
  hears (fixture, "bye");
}

static void
test_experiments (Fixture *fixture, gconstpointer data)
{
  for (HsTcpLab i = 0; i < HS_TCP_LAB_N; i++)
    g_assert_false (hs_link_experiment (fixture->link, i, TRUE));
  g_assert_cmpuint (hs_link_get_experiments (fixture->link), ==, 0);
}

#define ADD(path, func, data) g_test_add ("/net/link-datagram/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("send", test_send, NULL);
  ADD ("receive", test_receive, NULL);
  ADD ("largest", test_largest, NULL);
  ADD ("too-large", test_too_large, NULL);
  ADD ("stranger", test_stranger, NULL);
  ADD ("paused", test_paused, NULL);
  ADD ("many", test_many, NULL);
  ADD ("refused", test_refused, NULL);
  ADD ("freed-in-line", test_freed_inside, NULL);
  ADD ("freed-in-bounced", test_freed_inside, "bounced");
  ADD ("close", test_close, NULL);
  ADD ("experiments", test_experiments, NULL);
  return g_test_run ();
}
