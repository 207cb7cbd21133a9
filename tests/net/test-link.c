/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The link over real sockets: judging, framing, queues, closing, and every kind of rude peer. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake-tap.h"
#include "hs-link.h"

typedef struct _Fixture Fixture;

struct _Fixture
{
  GMainContext *context;
  HsPoller *poller;
  HsLink *link; /* NULL after it was freed in a callback */
  int peer;     /* blocking, with a receive timeout */
  GString *log; /* what was called, in order */
  guint n_lines;
  gsize line_bytes;
  HsLineStamp stamp;
  HsDialect dialect;
  guint n_silent, n_eof, n_closed, n_errors, n_overflow, n_due, n_drained;
  int error_code;
  void (*on_line) (Fixture *fixture);
  void (*on_end) (Fixture *fixture);
};

/* ---- Recording ---- */

static void
record_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_lines++;
  if (status == HS_LINE_TOO_LONG)
    g_string_append (fixture->log, "<long>");
  else
    {
      fixture->line_bytes += line->len;
      fixture->stamp = line->stamp;
      if (line->len <= 200)
        {
          g_string_append_c (fixture->log, '<');
          g_string_append_len (fixture->log, line->data, (gssize) line->len);
          g_string_append_c (fixture->log, '>');
        }
    }
  if (fixture->on_line != NULL)
    fixture->on_line (fixture);
  /* The line stays valid, whatever happened to the link. */
  if (status == HS_LINE_COMPLETE)
    g_assert_cmpint (line->data[line->len], ==, '\0');
}

static void
record_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
  static const char *const names[] = { "?", "irc", "plain", "http", "tls" };
  Fixture *fixture = user_data;

  g_assert_cmpint (fixture->dialect, ==, HS_DIALECT_UNKNOWN);
  fixture->dialect = dialect;
  g_string_append_printf (fixture->log, "%s ", names[dialect]);
}

static void
record_silent (HsLink *link, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_silent++;
}

static void
record_end (HsLink *link, HsLinkEnd end, const GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpuint (fixture->n_errors + fixture->n_overflow + fixture->n_closed, ==, 0); /* nothing follows */
  g_assert_true (error == NULL || error->domain == G_IO_ERROR);
  g_assert_true ((end == HS_LINK_ERROR) <= (error != NULL));
  fixture->error_code = error != NULL ? error->code : -1;
  fixture->n_eof += end == HS_LINK_EOF;
  fixture->n_errors += end == HS_LINK_ERROR;
  fixture->n_overflow += end == HS_LINK_OVERFLOW;
  fixture->n_closed += end == HS_LINK_CLOSED;
  g_assert_cmpint (hs_link_get_fd (link) >= 0, ==, end == HS_LINK_EOF);
  g_string_append (fixture->log, end == HS_LINK_EOF ? "EOF" : end == HS_LINK_ERROR ? "ERROR" : end == HS_LINK_OVERFLOW ? "OVERFLOW" : "CLOSED");
  if (fixture->on_end != NULL)
    fixture->on_end (fixture);
}

static void
record_due (HsLink *link, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_due++;
}

static void
record_drained (HsLink *link, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_drained++;
}

static const HsLinkFuncs record = {
  .line = record_line, .dialect = record_dialect, .silent = record_silent, .end = record_end, .due = record_due, .drained = record_drained,
};

/* ---- Sockets ---- */

static void
make_pair (int *ours, int *peer)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = 10 };
  socklen_t len = sizeof name;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int one = 1;

  g_assert_cmpint (bind (listener, (struct sockaddr *) &name, len), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &name, &len), ==, 0);
  *peer = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (*peer, (struct sockaddr *) &name, len), ==, 0);
  *ours = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  g_assert_cmpint (*ours, >=, 0);
  setsockopt (*peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (*peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt (*peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  close (listener);
}

static void
open_link (Fixture *fixture, HsFraming framing)
{
  int ours = -1;

  make_pair (&ours, &fixture->peer);
  fixture->link = hs_link_new (fixture->poller, ours, framing, &record, fixture);
}

static void
reset_peer (Fixture *fixture)
{
  struct linger linger = { .l_onoff = 1 };

  setsockopt (fixture->peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close (fixture->peer);
  fixture->peer = -1;
}

static void
say (Fixture *fixture, const char *data, gssize len)
{
  gsize n = len < 0 ? strlen (data) : (gsize) len;

  g_assert_cmpint (send (fixture->peer, data, n, MSG_NOSIGNAL), ==, (gssize) n);
}

static guint
settle (Fixture *fixture)
{
  guint n = 0;

  while (g_main_context_iteration (fixture->context, FALSE))
    g_assert_cmpuint (++n, <, 100000);
  return n;
}

#define WAIT_UNTIL(fixture, condition)                                                 \
  G_STMT_START                                                                         \
  {                                                                                    \
    gint64 wait_end = g_get_monotonic_time () + 12 * G_USEC_PER_SEC;                    \
    g_autoptr (GSource) wait_tick = g_timeout_source_new (20);                          \
    g_source_set_callback (wait_tick, tick, NULL, NULL);                                \
    g_source_attach (wait_tick, (fixture)->context);                                    \
    while (!(condition) && g_get_monotonic_time () < wait_end)                          \
      g_main_context_iteration ((fixture)->context, TRUE);                              \
    g_source_destroy (wait_tick);                                                      \
    g_assert_true (condition);                                                         \
  }                                                                                    \
  G_STMT_END

static gboolean
tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = g_main_context_new ();
  fixture->poller = hs_poller_new (fixture->context);
  fixture->log = g_string_new (NULL);
  fixture->peer = -1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->link, hs_link_free);
  if (fixture->peer >= 0)
    close (fixture->peer);
  hs_poller_free (fixture->poller);
  g_main_context_unref (fixture->context);
  g_string_free (fixture->log, TRUE);
}

/* One test's parts, each with a fixture of its own. */
static void
again (Fixture *fixture)
{
  tear_down (fixture, NULL);
  memset (fixture, 0, sizeof *fixture);
  set_up (fixture, NULL);
}

/* ---- Judging and framing ---- */

static const struct
{
  const char *description;
  HsFraming framing;
  const char *input;
  gssize len;
  gboolean shut;        /* the peer's FIN follows */
  gint64 least_ms;      /* it takes at least so long (and not much longer) */
  const char *expected; /* whole log */
} dialogues[] = {
  { "an IRC guest", HS_FRAMING_JUDGE_GUEST, "NICK ana\r\nUSER a 0 * :Ana\r\n", -1, FALSE, 0, "irc <NICK ana><USER a 0 * :Ana>" },
  { "a Python client without newline", HS_FRAMING_JUDGE_GUEST, "\xe4\xbd\xa0\xe5\xa5\xbd", -1, FALSE, 200, "plain <\xe4\xbd\xa0\xe5\xa5\xbd>" },
  { "netcat", HS_FRAMING_JUDGE_GUEST, "hello\nworld\n", -1, FALSE, 0, "plain <hello><world>" },
  { "sends and closes at once", HS_FRAMING_JUDGE_GUEST, "bye", -1, TRUE, 0, "plain <bye>EOF" },
  { "could be IRC, and ends", HS_FRAMING_JUDGE_GUEST, "NICK", -1, TRUE, 0, "plain <NICK>EOF" },
  { "could be IRC, and stays silent", HS_FRAMING_JUDGE_GUEST, "NICK", -1, FALSE, 3000, "plain <NICK>" },
  { "an empty line, and half a line at the end", HS_FRAMING_PLAIN, "a\n\nb", -1, TRUE, 0, "<a><><b>EOF" },
  { "half a line of IRC at the end is none", HS_FRAMING_IRC, "PING a\r\nPING", -1, TRUE, 0, "<PING a>EOF" },
  { "NUL and CR LF", HS_FRAMING_PLAIN, "x\0y\r\n", 5, FALSE, 0, NULL },
  { "a character that never becomes whole", HS_FRAMING_PLAIN, "a\xe4\xbd", -1, FALSE, 3000, "<a\xe4\xbd>" },
  { "a web browser", HS_FRAMING_JUDGE_GUEST, "GET / HTTP/1.1\r\n", -1, FALSE, 0, "http <GET / HTTP/1.1>" },
  { "a ClientHello stays unread", HS_FRAMING_JUDGE_GUEST, "\x16\x03\x01\x02", -1, FALSE, 0, "tls " },
  { "a server that speaks IRC", HS_FRAMING_JUDGE_SERVER, ":irc.example CAP * LS :sasl\r\n", -1, FALSE, 0, "irc <:irc.example CAP * LS :sasl>" },
  { "a server that echoes is plain", HS_FRAMING_JUDGE_SERVER, "CAP LS 302\r\n", -1, FALSE, 0, "plain <CAP LS 302>" },
};

static gboolean
is_told (Fixture *fixture, const char *expected)
{
  if (expected == NULL)
    return fixture->n_lines == 1;
  return fixture->log->len >= strlen (expected);
}

static void
test_dialogues (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (dialogues); i++)
    {
      gint64 begin = 0, took = 0;

      if (dialogues[i].least_ms > 1000 && !g_test_slow ())
        continue;
      g_test_message ("%s", dialogues[i].description);
      open_link (fixture, dialogues[i].framing);
      begin = g_get_monotonic_time ();
      say (fixture, dialogues[i].input, dialogues[i].len);
      if (dialogues[i].shut)
        shutdown (fixture->peer, SHUT_WR);
      WAIT_UNTIL (fixture, is_told (fixture, dialogues[i].expected));
      took = (g_get_monotonic_time () - begin) / 1000;
      settle (fixture);
      if (dialogues[i].expected != NULL)
        g_assert_cmpstr (fixture->log->str, ==, dialogues[i].expected);
      else
        g_assert_cmpuint (fixture->line_bytes, ==, 3); /* "x\0y" */
      g_assert_cmpint (took, >=, dialogues[i].least_ms);
      again (fixture);
    }
}

static const struct
{
  const char *description;
  const char *input;
  const char *expected;
} splits[] = {
  { "registration, one letter at a time", "NICK ana\r\nUSER a 0 * :Ana\r\n", "irc <NICK ana><USER a 0 * :Ana>" },
  { "plain text, one byte at a time", "\xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80!\nb\n", "plain <\xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80!><b>" },
  { "becomes plain only at its fifth letter", "NICKel\n", "plain <NICKel>" },
};

static void
test_bytewise (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (splits); i++)
    {
      g_test_message ("%s", splits[i].description);
      open_link (fixture, HS_FRAMING_JUDGE_GUEST);
      for (const char *at = splits[i].input; *at != '\0'; at++)
        {
          guint64 expected = (guint64) (at - splits[i].input) + 1;

          say (fixture, at, 1);
          WAIT_UNTIL (fixture, hs_link_get_bytes_read (fixture->link) == expected);
        }
      g_assert_cmpstr (fixture->log->str, ==, splits[i].expected);
      g_assert_true (hs_link_peer_frames (fixture->link));
      again (fixture);
    }
}

/* The tutorial's three-byte character in two packets, the second after more than the gap. */
static void
test_split_character (Fixture *fixture, gconstpointer data)
{
  gint64 end = 0;

  open_link (fixture, HS_FRAMING_JUDGE_GUEST);
  say (fixture, "\xe4\xbd\xa0\xe5", -1);
  end = g_get_monotonic_time () + 2 * HS_PLAIN_GAP_MS * 1000;
  WAIT_UNTIL (fixture, g_get_monotonic_time () > end);
  g_assert_cmpuint (fixture->n_lines, ==, 0);
  say (fixture, "\xa5\xbd", -1);
  WAIT_UNTIL (fixture, fixture->n_lines == 1);
  g_assert_cmpstr (fixture->log->str, ==, "plain <\xe4\xbd\xa0\xe5\xa5\xbd>");
  g_assert_cmpuint (fixture->stamp.reads, ==, 2);
  g_assert_cmpuint (fixture->stamp.length, ==, 6);
}

static void
test_silent (Fixture *fixture, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();
  guint iterations = 0;

  open_link (fixture, HS_FRAMING_JUDGE_GUEST);
  settle (fixture);
  while (fixture->n_silent == 0 && iterations < 20)
    {
      g_main_context_iteration (fixture->context, TRUE);
      iterations++;
    }
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, HS_LISTENER_MS * 1000);
  g_assert_cmpuint (iterations, <=, 2); /* it slept */
  /* Its first message is judged all the same, and it is told once. */
  say (fixture, "hi\n", -1);
  WAIT_UNTIL (fixture, fixture->n_lines == 1);
  g_assert_cmpstr (fixture->log->str, ==, "plain <hi>");
  g_assert_cmpuint (fixture->n_silent, ==, 1);
}

static void
test_tls_refused (Fixture *fixture, gconstpointer data)
{
  char answer[64] = "";

  open_link (fixture, HS_FRAMING_JUDGE_GUEST);
  say (fixture, "\x16\x03\x01 many more bytes", -1);
  WAIT_UNTIL (fixture, fixture->dialect == HS_DIALECT_TLS);
  hs_link_send_bytes (fixture->link, "No TLS here\n", 12);
  hs_link_close (fixture->link, 0);
  settle (fixture);
  /* The ClientHello was read and thrown away, so that no RST destroys our line. */
  g_assert_cmpint (recv (fixture->peer, answer, sizeof answer, 0), ==, 12);
  g_assert_cmpint (recv (fixture->peer, answer, sizeof answer, 0), ==, 0);
  shutdown (fixture->peer, SHUT_WR);
  WAIT_UNTIL (fixture, fixture->n_closed == 1);
  g_assert_cmpuint (fixture->n_lines, ==, 0);
}

/* ---- Floods ---- */

static void
test_ten_megabytes (Fixture *fixture, gconstpointer data)
{
  static const HsFraming framings[] = { HS_FRAMING_JUDGE_GUEST, HS_FRAMING_IRC };
  g_autofree char *block = g_malloc (64 * 1024);

  for (guint i = 0; i < G_N_ELEMENTS (framings); i++)
    {
      gsize sent = 0, size = 10 * 1024 * 1024;

      open_link (fixture, framings[i]);
      memset (block, 'N', 64 * 1024); /* "N…" could still be NICK */
      while (sent < size)
        {
          gssize n = send (fixture->peer, block, MIN (64 * 1024, size - sent), MSG_DONTWAIT | MSG_NOSIGNAL);

          if (n > 0)
            sent += (gsize) n;
          g_main_context_iteration (fixture->context, FALSE);
        }
      shutdown (fixture->peer, SHUT_WR);
      WAIT_UNTIL (fixture, fixture->n_eof == 1);
      g_assert_cmpuint (hs_link_get_bytes_read (fixture->link), ==, size);
      if (framings[i] == HS_FRAMING_IRC)
        g_assert_cmpstr (fixture->log->str, ==, "<long>EOF");
      else
        {
          g_assert_cmpint (fixture->dialect, ==, HS_DIALECT_PLAIN);
          g_assert_cmpuint (fixture->line_bytes, ==, size); /* split, nothing dropped */
          g_assert_cmpuint (fixture->n_lines, >=, size / HS_PLAIN_MESSAGE_MAX);
        }
      again (fixture);
    }
}

static void
test_fairness (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) flood = g_string_new (NULL);
  guint before = 0, rounds = 0;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (flood, "PING %u\r\n", i);
  open_link (fixture, HS_FRAMING_IRC);
  settle (fixture);
  say (fixture, flood->str, (gssize) flood->len);
  while (fixture->n_lines < 1000 && rounds < 1000)
    {
      before = fixture->n_lines;
      g_main_context_iteration (fixture->context, FALSE);
      g_assert_cmpuint (fixture->n_lines - before, <=, HS_LINES_PER_ITERATION);
      rounds += fixture->n_lines > before;
    }
  g_assert_cmpuint (fixture->n_lines, ==, 1000);
  g_assert_cmpuint (rounds, >=, 1000 / HS_LINES_PER_ITERATION);
  g_assert_cmpuint (settle (fixture), <=, 2);
}

static void
pause_at_two (Fixture *fixture)
{
  if (fixture->n_lines == 2)
    hs_link_set_paused (fixture->link, TRUE);
}

static void
test_paused (Fixture *fixture, gconstpointer data)
{
  open_link (fixture, HS_FRAMING_PLAIN);
  fixture->on_line = pause_at_two;
  say (fixture, "a\nb\nc\nd", -1);
  WAIT_UNTIL (fixture, fixture->n_lines == 2);
  settle (fixture);
  g_assert_cmpuint (fixture->n_lines, ==, 2);
  /* Comes while it is paused, whose edge is gone; and the end of the stream with it. */
  say (fixture, "e\n", -1);
  shutdown (fixture->peer, SHUT_WR);
  settle (fixture);
  g_assert_cmpuint (settle (fixture), ==, 0);
  g_assert_cmpstr (fixture->log->str, ==, "<a><b>");
  hs_link_set_paused (fixture->link, FALSE);
  WAIT_UNTIL (fixture, fixture->n_eof == 1);
  g_assert_cmpstr (fixture->log->str, ==, "<a><b><c><de>EOF");
}

static void
test_reset_in_mid_sentence (Fixture *fixture, gconstpointer data)
{
  open_link (fixture, HS_FRAMING_JUDGE_GUEST);
  say (fixture, "whole\nand ha", -1);
  WAIT_UNTIL (fixture, fixture->n_lines == 1);
  reset_peer (fixture);
  WAIT_UNTIL (fixture, fixture->n_errors == 1);
  g_assert_cmpstr (fixture->log->str, ==, "plain <whole><and ha>ERROR");
  g_assert_cmpint (fixture->error_code, ==, G_IO_ERROR_CONNECTION_CLOSED); /* ECONNRESET is G_IO_ERROR_CONNECTION_CLOSED in GLib */
  hs_link_send_bytes (fixture->link, "x", 1);
  hs_link_close (fixture->link, 0);
  g_assert_cmpuint (settle (fixture), ==, 0);
}

/* Whoever asks a socket for its error takes it away: GIO does when it connects. The reset is still no orderly end. */
static void
test_reset_told_to_somebody_else (Fixture *fixture, gconstpointer data)
{
  int error_no = 0;
  socklen_t len = sizeof error_no;

  open_link (fixture, HS_FRAMING_JUDGE_SERVER);
  reset_peer (fixture);
  while (error_no == 0)
    g_assert_cmpint (getsockopt (hs_link_get_fd (fixture->link), SOL_SOCKET, SO_ERROR, &error_no, &len), ==, 0);
  WAIT_UNTIL (fixture, fixture->n_errors == 1);
  g_assert_cmpstr (fixture->log->str, ==, "ERROR");
  g_assert_cmpint (fixture->error_code, ==, G_IO_ERROR_CONNECTION_CLOSED);
}

/* Its text and RST are both there before we look, and we have something to write. */
static void
test_text_before_reset (Fixture *fixture, gconstpointer data)
{
  open_link (fixture, HS_FRAMING_PLAIN);
  settle (fixture);
  hs_link_send_bytes (fixture->link, "unread by the peer\n", 19);
  settle (fixture);
  say (fixture, "last words\n", -1);
  close (fixture->peer); /* with unread data: RST */
  fixture->peer = -1;
  hs_link_send_bytes (fixture->link, "more\n", 5);
  WAIT_UNTIL (fixture, fixture->n_errors == 1);
  g_assert_cmpstr (fixture->log->str, ==, "<last words>ERROR");
}

/* ---- Writing ---- */

static gsize
hear (Fixture *fixture, char *buffer, gsize size)
{
  gssize n = recv (fixture->peer, buffer, size - 1, 0);

  g_assert_cmpint (n, >=, 0);
  buffer[n] = '\0';
  return (gsize) n;
}

static guint64
get_segments (Fixture *fixture)
{
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;

  getsockopt (hs_link_get_fd (fixture->link), IPPROTO_TCP, TCP_INFO, &info, &len);
  return info.tcpi_data_segs_out;
}

static void
test_gather (Fixture *fixture, gconstpointer data)
{
  char heard[4096];
  guint64 offset = 0;

  open_link (fixture, HS_FRAMING_PLAIN);
  settle (fixture);
  for (guint i = 0; i < 200; i++)
    offset = hs_link_send_bytes (fixture->link, "0123456789", 10);
  g_assert_cmpuint (offset, ==, 2000);
  g_assert_cmpuint (hs_link_get_queued (fixture->link), ==, 2000);
  settle (fixture);
  g_assert_cmpuint (hs_link_get_queued (fixture->link), ==, 0);
  g_assert_cmpuint (hs_link_get_bytes_written (fixture->link), ==, 2000);
  g_assert_cmpuint (fixture->n_drained, ==, 1);
  g_assert_cmpuint (get_segments (fixture), <=, 4); /* 64 bufs a write */
  g_assert_cmpuint (hear (fixture, heard, sizeof heard), ==, 2000);
}

static void
test_break_write (Fixture *fixture, gconstpointer data)
{
  char heard[64];

  open_link (fixture, HS_FRAMING_PLAIN);
  settle (fixture);
  hs_link_break_write (fixture->link); /* nothing is queued: nothing to break */
  hs_link_send_bytes (fixture->link, "bye", 3);
  hs_link_break_write (fixture->link);
  hs_link_break_write (fixture->link);
  hs_link_send_bytes (fixture->link, "q", 1);
  hs_link_break_write (fixture->link);
  settle (fixture);
  g_assert_cmpuint (get_segments (fixture), ==, 2);
  g_assert_cmpuint (hs_link_get_queued (fixture->link), ==, 0);
  g_assert_cmpuint (hear (fixture, heard, sizeof heard), ==, 4);
  g_assert_cmpstr (heard, ==, "byeq");
}

/* Written against a peer that takes small bits, so that every kind of partial write occurs: the stream stays the same. */
static void
test_partial_writes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  g_autoptr (GByteArray) heard = g_byte_array_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  char block[3000];
  int small = 4096;

  open_link (fixture, HS_FRAMING_PLAIN);
  setsockopt (hs_link_get_fd (fixture->link), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  for (guint i = 0; i < 600; i++)
    {
      gsize len = (gsize) g_rand_int_range (rand, 1, sizeof block);

      for (gsize at = 0; at < len; at++)
        block[at] = (char) g_rand_int (rand);
      g_byte_array_append (expected, (guint8 *) block, (guint) len);
      g_assert_cmpuint (hs_link_send_bytes (fixture->link, block, len), ==, expected->len);
      if (i % 7 == 0)
        hs_link_break_write (fixture->link);
    }
  while (heard->len < expected->len)
    {
      gssize n = recv (fixture->peer, block, (gsize) g_rand_int_range (rand, 1, sizeof block), MSG_DONTWAIT);

      if (n > 0)
        g_byte_array_append (heard, (guint8 *) block, (guint) n);
      else
        g_main_context_iteration (fixture->context, FALSE);
    }
  g_assert_cmpmem (heard->data, heard->len, expected->data, expected->len);
  WAIT_UNTIL (fixture, hs_link_get_queued (fixture->link) == 0);
}

static void
test_overflow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (HsBuf) buf = NULL;
  g_autofree char *block = g_malloc0 (64 * 1024);

  open_link (fixture, HS_FRAMING_IRC);
  buf = hs_buf_new (block, 64 * 1024);
  for (guint i = 0; i < 1000 && fixture->n_overflow == 0; i++)
    {
      hs_link_send (fixture->link, buf);
      g_assert_cmpuint (fixture->n_overflow, ==, 0); /* never inside send () */
      g_assert_cmpuint (hs_link_get_queued (fixture->link), <=, HS_SEND_QUEUE_MAX);
      settle (fixture);
    }
  g_assert_cmpuint (fixture->n_overflow, ==, 1);
  g_assert_cmpuint (hs_link_get_queued (fixture->link), ==, 0);
  g_assert_cmpuint (buf->ref_count, ==, 1);
  /* The kernel keeps nothing for it either. */
  while (recv (fixture->peer, block, 64 * 1024, 0) > 0)
    ;
  g_assert_cmpint (errno, ==, ECONNRESET);
}

static void
test_send_limit (Fixture *fixture, gconstpointer data)
{
  open_link (fixture, HS_FRAMING_IRC);
  hs_link_set_send_queue_max (fixture->link, 10);
  hs_link_send_bytes (fixture->link, "12345", 5);
  hs_link_send_bytes (fixture->link, "12345", 5);
  settle (fixture);
  g_assert_cmpuint (fixture->n_overflow, ==, 0);
  hs_link_send_bytes (fixture->link, "12345678901", 11);
  g_assert_cmpuint (fixture->n_overflow, ==, 0);
  settle (fixture);
  g_assert_cmpuint (fixture->n_overflow, ==, 1);
}

/* What is said at once may be more than the queue holds: who has not been written to yet is not dropped for that. */
static void
test_send_at_once (Fixture *fixture, gconstpointer data)
{
  char block[1000], heard[sizeof block];

  open_link (fixture, HS_FRAMING_IRC);
  hs_link_set_send_queue_max (fixture->link, 2500);
  for (guint i = 0; i < 20; i++)
    {
      memset (block, 'a' + (int) i, sizeof block);
      g_assert_cmpuint (hs_link_send_bytes (fixture->link, block, sizeof block), ==, (i + 1) * sizeof block);
      g_assert_cmpuint (hs_link_get_queued (fixture->link), <=, 2500);
    }
  g_assert_cmpuint (fixture->n_drained, ==, 0); /* never inside send () */
  settle (fixture);
  g_assert_cmpuint (fixture->n_overflow, ==, 0);
  g_assert_cmpuint (fixture->n_drained, ==, 1);
  for (guint i = 0; i < 20; i++)
    {
      memset (block, 'a' + (int) i, sizeof block);
      g_assert_cmpint (recv (fixture->peer, heard, sizeof heard, MSG_WAITALL), ==, sizeof heard);
      g_assert_cmpmem (heard, sizeof heard, block, sizeof block);
    }
}

/* ---- Closing ---- */

static void
test_close_waits_for_fin (Fixture *fixture, gconstpointer data)
{
  char heard[64];
  gint64 begin = 0;

  /* The peer closes first: TIME-WAIT is its. */
  open_link (fixture, HS_FRAMING_IRC);
  hs_link_send_bytes (fixture->link, "ERROR :bye\r\n", 12);
  hs_link_close (fixture->link, HS_LEAVE_FIN_MS);
  hs_link_send_bytes (fixture->link, "too late", 8);
  g_assert_true (hs_link_is_closing (fixture->link));
  settle (fixture);
  g_assert_cmpuint (hear (fixture, heard, sizeof heard), ==, 12);
  g_assert_cmpint (recv (fixture->peer, heard, 1, MSG_DONTWAIT), ==, -1); /* no FIN yet */
  shutdown (fixture->peer, SHUT_WR);
  WAIT_UNTIL (fixture, fixture->n_closed == 1);
  g_assert_cmpuint (hear (fixture, heard, sizeof heard), ==, 0);
  again (fixture);

  /* It does not: ours goes out after the wait. */
  open_link (fixture, HS_FRAMING_IRC);
  begin = g_get_monotonic_time ();
  hs_link_close (fixture->link, 100);
  while (recv (fixture->peer, heard, 1, MSG_DONTWAIT) != 0)
    g_main_context_iteration (fixture->context, FALSE);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 100000);
  g_assert_cmpuint (fixture->n_closed, ==, 0);
  say (fixture, "what is said now is thrown away\r\n", -1);
  close (fixture->peer);
  fixture->peer = -1;
  WAIT_UNTIL (fixture, fixture->n_closed == 1);
  g_assert_cmpstr (fixture->log->str, ==, "CLOSED");
  g_assert_cmpint (fixture->error_code, ==, -1);
}

static void
test_close_bounded (Fixture *fixture, gconstpointer data)
{
  g_autofree char *block = g_malloc0 (512 * 1024);
  gint64 begin = g_get_monotonic_time ();
  Fixture other = { NULL };

  /* One never closes its side, the other never reads: side by side, to save time. */
  set_up (&other, NULL);
  open_link (fixture, HS_FRAMING_PLAIN);
  open_link (&other, HS_FRAMING_PLAIN);
  hs_link_send_bytes (fixture->link, "q", 1);
  for (guint i = 0; i < 100 && hs_link_get_queued (other.link) == 0; i++)
    {
      hs_link_send_bytes (other.link, block, 512 * 1024);
      settle (&other);
    }
  g_assert_cmpuint (hs_link_get_queued (other.link), >, 0);
  hs_link_close (fixture->link, 0);
  hs_link_close (other.link, 0);
  while ((fixture->n_closed == 0 || other.n_closed == 0) && g_get_monotonic_time () - begin < 12 * G_USEC_PER_SEC)
    {
      g_main_context_iteration (fixture->context, FALSE);
      g_main_context_iteration (other.context, FALSE);
      g_usleep (2000);
    }
  g_assert_cmpuint (fixture->n_closed, ==, 1);
  g_assert_cmpuint (other.n_closed, ==, 1);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, HS_CLOSE_READ_MS * 1000);
  tear_down (&other, NULL);
}

static void
test_close_reset (Fixture *fixture, gconstpointer data)
{
  open_link (fixture, HS_FRAMING_PLAIN);
  hs_link_send_bytes (fixture->link, "q", 1);
  hs_link_close (fixture->link, 0);
  settle (fixture);
  reset_peer (fixture);
  WAIT_UNTIL (fixture, fixture->n_closed == 1);
  g_assert_cmpstr (fixture->log->str, ==, "CLOSED");
  g_assert_cmpint (fixture->error_code, !=, -1); /* the fact is told */
}

static void
close_in_end (Fixture *fixture)
{
  if (!hs_link_is_closing (fixture->link))
    hs_link_close (fixture->link, HS_LEAVE_FIN_MS);
}

static void
test_close_after_eof (Fixture *fixture, gconstpointer data)
{
  open_link (fixture, HS_FRAMING_PLAIN);
  fixture->on_end = close_in_end;
  say (fixture, "q", -1);
  shutdown (fixture->peer, SHUT_WR);
  WAIT_UNTIL (fixture, fixture->n_closed == 1);
  g_assert_cmpstr (fixture->log->str, ==, "<q>EOFCLOSED");
}

static void
test_half_close (Fixture *fixture, gconstpointer data)
{
  char heard[64];

  open_link (fixture, HS_FRAMING_PLAIN);
  hs_link_send_bytes (fixture->link, "last", 4);
  hs_link_half_close (fixture->link);
  hs_link_send_bytes (fixture->link, "never", 5);
  settle (fixture);
  g_assert_cmpuint (hear (fixture, heard, sizeof heard), ==, 4);
  g_assert_cmpuint (hear (fixture, heard, sizeof heard), ==, 0);
  say (fixture, "still heard\n", -1);
  WAIT_UNTIL (fixture, fixture->n_lines == 1);
  shutdown (fixture->peer, SHUT_WR);
  WAIT_UNTIL (fixture, fixture->n_eof == 1);
  g_assert_true (hs_link_is_eof (fixture->link));
  hs_link_close (fixture->link, HS_LEAVE_FIN_MS);
  settle (fixture);
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

/* The peer's half-close: ours still sends. */
static void
test_send_after_eof (Fixture *fixture, gconstpointer data)
{
  char heard[64];

  open_link (fixture, HS_FRAMING_PLAIN);
  say (fixture, "I only listen now\n", -1);
  shutdown (fixture->peer, SHUT_WR);
  WAIT_UNTIL (fixture, fixture->n_eof == 1);
  hs_link_send_bytes (fixture->link, "ana: hi\n", 8);
  settle (fixture);
  g_assert_cmpuint (hear (fixture, heard, sizeof heard), ==, 8);
  g_assert_cmpuint (settle (fixture), ==, 0);
  /* It goes away: EOF is followed by ERROR, with the next words. */
  close (fixture->peer);
  fixture->peer = -1;
  for (guint i = 0; i < 100 && fixture->n_errors == 0; i++)
    {
      hs_link_send_bytes (fixture->link, "ana: ?\n", 7);
      settle (fixture);
    }
  g_assert_cmpuint (fixture->n_errors, ==, 1);
}

/* ---- Freeing inside callbacks ---- */

static void
free_link (Fixture *fixture)
{
  g_clear_pointer (&fixture->link, hs_link_free);
}

static void
test_free_inside (Fixture *fixture, gconstpointer data)
{
  /* in line (), with more lines held and something to write */
  open_link (fixture, HS_FRAMING_PLAIN);
  fixture->on_line = free_link;
  hs_link_send_bytes (fixture->link, "x", 1);
  say (fixture, "a\nb\nc", -1);
  WAIT_UNTIL (fixture, fixture->link == NULL);
  settle (fixture);
  g_assert_cmpuint (fixture->n_lines, ==, 1);
  again (fixture);

  /* in end (EOF) */
  open_link (fixture, HS_FRAMING_PLAIN);
  fixture->on_end = free_link;
  shutdown (fixture->peer, SHUT_WR);
  WAIT_UNTIL (fixture, fixture->link == NULL);
  again (fixture);

  /* in end (ERROR) */
  open_link (fixture, HS_FRAMING_PLAIN);
  fixture->on_end = free_link;
  reset_peer (fixture);
  WAIT_UNTIL (fixture, fixture->link == NULL);
  again (fixture);

  /* in end (OVERFLOW) */
  open_link (fixture, HS_FRAMING_PLAIN);
  fixture->on_end = free_link;
  hs_link_set_send_queue_max (fixture->link, 1);
  hs_link_send_bytes (fixture->link, "xy", 2);
  settle (fixture);
  g_assert_null (fixture->link);
  again (fixture);

  /* in end (CLOSED) */
  open_link (fixture, HS_FRAMING_PLAIN);
  fixture->on_end = free_link;
  shutdown (fixture->peer, SHUT_WR);
  hs_link_close (fixture->link, 0);
  WAIT_UNTIL (fixture, fixture->link == NULL);
}

/* ---- Owner's deadline, flush of plain text ---- */

static void
test_deadline (Fixture *fixture, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();

  open_link (fixture, HS_FRAMING_PLAIN);
  hs_link_set_deadline (fixture->link, begin + 1000 * 1000);
  say (fixture, "gap", -1); /* HS_PLAIN_GAP_MS: both on one deadline */
  WAIT_UNTIL (fixture, fixture->n_lines == 1);
  g_assert_cmpuint (fixture->n_due, ==, 0);
  WAIT_UNTIL (fixture, fixture->n_due == 1);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 1000 * 1000);
  hs_link_set_deadline (fixture->link, begin);
  hs_link_set_deadline (fixture->link, 0);
  settle (fixture);
  g_assert_cmpuint (fixture->n_due, ==, 1);
}

static void
test_flush_plain (Fixture *fixture, gconstpointer data)
{
  open_link (fixture, HS_FRAMING_PLAIN);
  say (fixture, "one\ntwo", -1);
  WAIT_UNTIL (fixture, fixture->n_lines == 1);
  hs_link_flush_plain (fixture->link);
  g_assert_cmpstr (fixture->log->str, ==, "<one><two>");
  hs_link_flush_plain (fixture->link); /* nothing is held: nothing happens, now or later */
  say (fixture, "thr", -1);
  WAIT_UNTIL (fixture, hs_link_get_bytes_read (fixture->link) == 10);
  g_assert_cmpuint (fixture->n_lines, ==, 2);
}

/* The client has judged for itself: what is held is handed up in the new framing. */
static void
test_set_framing (Fixture *fixture, gconstpointer data)
{
  open_link (fixture, HS_FRAMING_JUDGE_GUEST);
  say (fixture, "NICK", -1);
  WAIT_UNTIL (fixture, hs_link_get_bytes_read (fixture->link) == 4);
  hs_link_set_framing (fixture->link, HS_FRAMING_PLAIN);
  hs_link_flush_plain (fixture->link);
  g_assert_cmpstr (fixture->log->str, ==, "<NICK>");
  g_assert_cmpint (hs_link_get_framing (fixture->link), ==, HS_FRAMING_PLAIN);
}

/* ---- Many, local, names, tap ---- */

static void
test_thousand (Fixture *fixture, gconstpointer data)
{
  HsLink *links[1000];
  int peers[1000];
  struct rlimit limit = { 0 };
  g_autoptr (GSource) timer = g_timeout_source_new (50);
  guint iterations = 0;
  gint64 end = 0;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2200)
    {
      g_test_skip ("not enough descriptors allowed");
      return;
    }
  for (guint i = 0; i < 1000; i++)
    {
      int pair[2];

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==, 0);
      links[i] = hs_link_new (fixture->poller, pair[0], HS_FRAMING_JUDGE_GUEST, &record, fixture);
      peers[i] = pair[1];
    }
  settle (fixture);
  WAIT_UNTIL (fixture, fixture->n_silent == 1000);

  /* Nothing happens any more, so nothing wakes. */
  g_source_set_callback (timer, tick, NULL, NULL);
  g_source_attach (timer, fixture->context);
  end = g_get_monotonic_time () + 500 * 1000;
  for (; g_get_monotonic_time () < end; iterations++)
    g_main_context_iteration (fixture->context, TRUE);
  g_source_destroy (timer);
  g_assert_cmpuint (iterations, <=, 12);
  for (guint i = 0; i < 1000; i++)
    {
      hs_link_free (links[i]);
      close (peers[i]);
    }
}

static void
test_unix (Fixture *fixture, gconstpointer data)
{
  int pair[2];
  char heard[16];
  g_autofree char *name = NULL;
  g_autoptr (GString) told = g_string_new (NULL);
  guint n_freed = 0;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==, 0);
  fixture->peer = pair[1];
  fixture->link = hs_link_new (fixture->poller, pair[0], HS_FRAMING_JUDGE_GUEST, &record, fixture);
  hs_link_set_tap (fixture->link, fake_tap_new (told, &n_freed));
  name = hs_link_dup_peer_name (fixture->link, TRUE);
  g_assert_cmpstr (name, ==, "unix");
  g_assert_true (hs_link_is_loopback (fixture->link));
  say (fixture, "hello\n", -1);
  hs_link_send_bytes (fixture->link, "hi", 2);
  WAIT_UNTIL (fixture, fixture->n_lines == 1);
  settle (fixture);
  g_assert_cmpuint (hear (fixture, heard, sizeof heard), ==, 2);
  hs_link_close (fixture->link, 0);
  settle (fixture);
  close (fixture->peer);
  fixture->peer = -1;
  WAIT_UNTIL (fixture, fixture->n_closed == 1);
  g_assert_cmpuint (n_freed, ==, 1);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_autofree char *host = NULL, *with_port = NULL, *gone = NULL;

  open_link (fixture, HS_FRAMING_PLAIN);
  host = hs_link_dup_peer_name (fixture->link, FALSE);
  with_port = hs_link_dup_peer_name (fixture->link, TRUE);
  g_assert_cmpstr (host, ==, "127.0.0.1");
  g_assert_true (g_str_has_prefix (with_port, "127.0.0.1:"));
  g_assert_true (hs_link_is_loopback (fixture->link));
  reset_peer (fixture);
  WAIT_UNTIL (fixture, fixture->n_errors == 1);
  gone = hs_link_dup_peer_name (fixture->link, FALSE);
  g_assert_cmpstr (gone, ==, "unknown");
}

static HsTcpTap *stolen; /* by the end of test_tap */

static void
steal_tap (Fixture *fixture)
{
  if (hs_link_get_fd (fixture->link) < 0)
    stolen = hs_link_steal_tap (fixture->link);
}

static void
test_tap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) told = g_string_new (NULL);
  guint n_freed = 0;

  open_link (fixture, HS_FRAMING_PLAIN);
  hs_link_set_tap (fixture->link, fake_tap_new (told, &n_freed));
  fixture->on_end = steal_tap;
  say (fixture, "hello\n", -1);
  WAIT_UNTIL (fixture, fixture->n_lines == 1);
  hs_link_send_bytes (fixture->link, "hi", 2);
  hs_link_close (fixture->link, 0);
  settle (fixture);
  close (fixture->peer); /* the unread "hi" makes it a reset */
  fixture->peer = -1;
  WAIT_UNTIL (fixture, fixture->n_closed == 1);
  g_assert_cmpstr (told->str, ==, "received:6 queued:2 wrote:2 shut detach ");
  g_assert_cmpuint (n_freed, ==, 0);
  g_assert_null (hs_link_get_tap (fixture->link));
  g_clear_pointer (&stolen, hs_tcp_tap_free);
  again (fixture);

  /* An overflow is a reset; nobody steals: it is freed. */
  g_string_truncate (told, 0);
  n_freed = 0;
  open_link (fixture, HS_FRAMING_PLAIN);
  hs_link_set_tap (fixture->link, fake_tap_new (told, &n_freed));
  hs_link_set_tap (fixture->link, fake_tap_new (told, &n_freed));
  g_assert_cmpuint (n_freed, ==, 1);
  hs_link_set_send_queue_max (fixture->link, 1);
  hs_link_send_bytes (fixture->link, "xy", 2);
  settle (fixture);
  g_assert_cmpstr (told->str, ==, "detach:reset ");
  g_assert_cmpuint (n_freed, ==, 2);
}

static void
test_descriptor_is_owned (Fixture *fixture, gconstpointer data)
{
  int fd = -1;

  open_link (fixture, HS_FRAMING_PLAIN);
  fd = hs_link_get_fd (fixture->link);
  g_assert_cmpint (fcntl (fd, F_GETFD), >=, 0);
  free_link (fixture);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/net/link/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("read/dialogues", test_dialogues);
  ADD ("read/bytewise", test_bytewise);
  ADD ("read/split-character", test_split_character);
  ADD ("read/silent", test_silent);
  ADD ("read/tls-refused", test_tls_refused);
  ADD ("read/ten-megabytes", test_ten_megabytes);
  ADD ("read/fairness", test_fairness);
  ADD ("read/paused", test_paused);
  ADD ("read/reset-in-mid-sentence", test_reset_in_mid_sentence);
  ADD ("read/reset-told-to-somebody-else", test_reset_told_to_somebody_else);
  ADD ("read/text-before-reset", test_text_before_reset);
  ADD ("read/flush-plain", test_flush_plain);
  ADD ("read/set-framing", test_set_framing);
  ADD ("write/gather", test_gather);
  ADD ("write/break", test_break_write);
  ADD ("write/partial", test_partial_writes);
  ADD ("write/overflow", test_overflow);
  ADD ("write/at-once", test_send_at_once);
  ADD ("write/limit", test_send_limit);
  ADD ("close/waits-for-fin", test_close_waits_for_fin);
  ADD ("close/reset", test_close_reset);
  ADD ("close/after-eof", test_close_after_eof);
  ADD ("close/half", test_half_close);
  ADD ("close/send-after-eof", test_send_after_eof);
  ADD ("free/inside", test_free_inside);
  ADD ("free/descriptor", test_descriptor_is_owned);
  ADD ("deadline", test_deadline);
  ADD ("unix", test_unix);
  ADD ("names", test_names);
  ADD ("tap", test_tap);
  if (g_test_slow ()) /* they wait for the limits of seconds */
    {
      ADD ("close/bounded", test_close_bounded);
      ADD ("thousand", test_thousand);
    }
  return g_test_run ();
}
