/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiments on a link, between two sockets on loopback: what the other end sees of each, and that they end. */
#include "hs-link.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hs-tcp-numbers.h"

typedef struct
{
  HsPoller *poller;
  HsLink *link;
  GString *heard;
  int peer;
  guint n_eof, n_closed;
} Fixture;

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_len (fixture->heard, line->data, (gssize) line->len);
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
  Fixture *fixture = user_data;

  fixture->n_eof += end == HS_LINK_EOF;
  fixture->n_closed += end == HS_LINK_CLOSED;
}

static const HsLinkFuncs funcs = { .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_end };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = 10 };
  socklen_t len = sizeof name;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ours;

  g_assert_cmpint (bind (listener, (struct sockaddr *) &name, len), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &name, &len), ==, 0);
  fixture->peer = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fixture->peer, (struct sockaddr *) &name, len), ==, 0);
  setsockopt (fixture->peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ours = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  close (listener);
  fixture->poller = hs_poller_new (NULL);
  fixture->link = hs_link_new (fixture->poller, ours, HS_FRAMING_IRC, &funcs, fixture);
  fixture->heard = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  hs_link_free (fixture->link);
  hs_poller_free (fixture->poller);
  g_string_free (fixture->heard, TRUE);
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
say (Fixture *fixture, const char *text)
{
  g_assert_cmpint (send (fixture->peer, text, strlen (text), MSG_NOSIGNAL), ==, (gssize) strlen (text));
}

static HsTcpNumbers
look (Fixture *fixture)
{
  HsTcpNumbers numbers = { 0 };

  g_assert_true (hs_tcp_numbers_read (hs_link_get_fd (fixture->link), &numbers));
  return numbers;
}

/* What was queued before goes out first; then FIN, and the other direction goes on. */
static void
test_half_close (Fixture *fixture, gconstpointer data)
{
  char text[16];

  hs_link_send_bytes (fixture->link, "bye\r\n", 5);
  g_assert_true (hs_link_experiment (fixture->link, HS_TCP_LAB_HALF_CLOSE, TRUE));
  g_assert_cmpuint (hs_link_get_experiments (fixture->link), ==, HS_TCP_LAB_BIT (HS_TCP_LAB_HALF_CLOSE));
  g_assert_false (hs_link_experiment (fixture->link, HS_TCP_LAB_HALF_CLOSE, TRUE)); /* it is so already */
  WAIT_UNTIL (look (fixture).state == HS_TCP_FIN_WAIT_2);
  g_assert_cmpint (recv (fixture->peer, text, sizeof text, MSG_WAITALL), ==, 5);
  g_assert_cmpint (recv (fixture->peer, text, sizeof text, 0), ==, 0);
  say (fixture, "still heard\r\n");
  WAIT_UNTIL (g_str_equal (fixture->heard->str, "still heard"));
  shutdown (fixture->peer, SHUT_WR);
  WAIT_UNTIL (fixture->n_eof == 1);
}

static void
test_reset (Fixture *fixture, gconstpointer data)
{
  char byte;

  g_assert_true (hs_link_experiment (fixture->link, HS_TCP_LAB_RESET, TRUE));
  g_assert_cmpuint (fixture->n_closed, ==, 1);
  g_assert_cmpint (recv (fixture->peer, &byte, 1, 0), ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
  g_assert_false (hs_link_experiment (fixture->link, HS_TCP_LAB_NAGLE, TRUE));
}

/* The window closes, whatever else says that reading may go on; and all is read afterwards, to the byte. */
static void
test_window (Fixture *fixture, gconstpointer data)
{
  g_autofree char *line = g_strnfill (510, 'x');
  gsize sent = 0;
  gssize n;

  memcpy (line + 508, "\r\n", 2);
  g_assert_true (hs_link_experiment (fixture->link, HS_TCP_LAB_SMALL_BUFFERS, TRUE));
  g_assert_true (hs_link_experiment (fixture->link, HS_TCP_LAB_STOP_READING, TRUE));
  hs_link_set_paused (fixture->link, TRUE);
  hs_link_set_paused (fixture->link, FALSE);
  for (guint i = 0; i < 100000; i++)
    {
      n = send (fixture->peer, line + sent % 510, 510 - sent % 510, MSG_NOSIGNAL | MSG_DONTWAIT);
      g_main_context_iteration (NULL, FALSE);
      if (n > 0)
        sent += (gsize) n;
      else if (look (fixture).receive_queue > 0)
        break;
    }
  g_assert_cmpint (n, <, 0);
  g_assert_cmpuint (sent, >, 0);
  g_assert_cmpuint (fixture->heard->len, ==, 0);
  g_assert_true (hs_link_experiment (fixture->link, HS_TCP_LAB_STOP_READING, FALSE));
  g_assert_true (hs_link_experiment (fixture->link, HS_TCP_LAB_SMALL_BUFFERS, FALSE));
  g_assert_cmpuint (hs_link_get_experiments (fixture->link), ==, 0);
  WAIT_UNTIL (fixture->heard->len >= sent / 510 * 508);
  g_assert_cmpuint (fixture->heard->len, ==, sent / 510 * 508);
}

/* Who leaves while it does not read is not kept. */
static void
test_close_while_held (Fixture *fixture, gconstpointer data)
{
  hs_link_experiment (fixture->link, HS_TCP_LAB_STOP_READING, TRUE);
  say (fixture, "unread\r\n");
  shutdown (fixture->peer, SHUT_WR);
  hs_link_close (fixture->link, 0);
  WAIT_UNTIL (fixture->n_closed == 1);
  g_assert_cmpuint (fixture->heard->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/net/link-lab/half-close", Fixture, NULL, set_up, test_half_close, tear_down);
  g_test_add ("/net/link-lab/reset", Fixture, NULL, set_up, test_reset, tear_down);
  g_test_add ("/net/link-lab/window", Fixture, NULL, set_up, test_window, tear_down);
  g_test_add ("/net/link-lab/close-while-held", Fixture, NULL, set_up, test_close_while_held, tear_down);
  return g_test_run ();
}
