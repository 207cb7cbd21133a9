/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our window's side, without the window, against peers that fail, flood, fall silent, talk rubbish, or are not there. */
#include "row.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hs-limits.h"

/* ---- A flood ---- */

typedef struct
{
  guint frames;
  gint64 last, longest; /* monotonic µs */
} Frames;

/* As GTK draws: at its priority, as often as a screen does. */
static gboolean
on_frame (gpointer user_data)
{
  Frames *frames = user_data;
  gint64 now = g_get_monotonic_time ();

  frames->longest = MAX (frames->longest, now - frames->last);
  frames->last = now;
  frames->frames++;
  return G_SOURCE_CONTINUE;
}

/* Who says more than can be read neither stops the drawing nor fills the memory. */
static void
test_flood (void)
{
  Row row;
  Frames frames = { 0 };
  gint64 began, fence;
  guint source;

  row_start_peer (&row, "flood", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  began = frames.last = g_get_monotonic_time ();
  source = g_timeout_add_full (G_PRIORITY_HIGH_IDLE + 20, 16, on_frame, &frames, NULL);
  stage_wait_until (g_get_monotonic_time () - began > 1500 * 1000);
  g_source_remove (source);
  began = g_get_monotonic_time ();
  stage_fence (row.store);
  fence = g_get_monotonic_time () - began;
  g_test_message ("%u frames, the longest wait %" G_GINT64_FORMAT " ms; the store is %" G_GINT64_FORMAT " ms behind; %u rows", frames.frames,
                  frames.longest / 1000, fence / 1000, hs_room_get_unread (row_room (&row)));
  g_assert_cmpuint (hs_room_get_unread (row_room (&row)), >, 1000);
  g_assert_cmpuint (frames.frames, >, 30);
  g_assert_cmpint (frames.longest, <, 300 * 1000);
  g_assert_cmpint (fence, <, G_USEC_PER_SEC / 2);
  row_end (&row);
}

/* ---- Failures ---- */

static guint
unused_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static HsStep *
step (Row *row, guint i)
{
  g_autoptr (HsStep) found = g_list_model_get_item (hs_connection_get_steps (row->connection), i);

  return found;
}

static void
test_refused (void)
{
  Row row = { .port = unused_port () };
  const HsFailure *failure;

  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  failure = row_wait_failed (&row, HS_FAILURE_REFUSED);
  g_assert_cmpuint (failure->hints->len, >, 0);
  g_assert_cmpint (hs_step_get_state (step (&row, 0)), ==, HS_STEP_DONE);
  g_assert_cmpint (hs_step_get_state (step (&row, 1)), ==, HS_STEP_DONE);
  g_assert_cmpint (hs_step_get_state (step (&row, 2)), ==, HS_STEP_FAILED);
  g_assert_cmpint (hs_step_get_state (step (&row, 3)), ==, HS_STEP_WAITING);
  row_end (&row);
}

static void
test_no_name (void)
{
  Row row = { 0 };

  row_open (&row, "no-such-host.invalid", HS_PROTOCOL_AUTOMATIC);
  row_wait_failed (&row, HS_FAILURE_NAME);
  g_assert_cmpint (hs_step_get_state (step (&row, 0)), ==, HS_STEP_FAILED);
  row_end (&row);
}

static void
test_no_answer (void)
{
  Row row;
  const HsFailure *failure;
  const HsFailureHint *hint;
  g_autofree char *command = NULL;

  row_start_peer (&row, "no_backlog", NULL);
  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  for (guint i = 0; i < 3 && !row.answered; i++)
    {
      gint64 until = g_get_monotonic_time () + 6 * G_USEC_PER_SEC;

      stage_wait_until (row.answered || g_get_monotonic_time () > until);
    }
  failure = row_wait_failed (&row, HS_FAILURE_NO_ANSWER);
  hint = g_ptr_array_index (failure->hints, 1);
  command = g_strdup_printf ("sudo ufw allow %u/tcp", row.port);
  g_assert_cmpstr (hint->command, ==, command);
  g_test_message ("%s", hs_step_get_detail (step (&row, 2)));
  row_end (&row);
}

/* Cancelled while the SYN is out: at once, and no failure. */
static void
test_cancel (void)
{
  Row row;

  row_start_peer (&row, "no_backlog", NULL);
  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  stage_wait_until (g_list_model_get_n_items (hs_connection_get_steps (row.connection)) > 2
                    && hs_step_get_state (step (&row, 2)) == HS_STEP_RUNNING);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.answered && row.closed);
  g_assert_error (row.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (hs_connection_get_failure (row.connection));
  row_end (&row);
}

static void
test_cancel_while_judging (void)
{
  Row row;

  row_start_peer (&row, "silent", NULL);
  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  stage_wait_until (strstr (row.seen->str, "CAP") != NULL);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.answered && row.closed);
  g_assert_error (row.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  row_peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv ''\nbye\n");
  row_end (&row);
}

typedef struct
{
  const char *path, *mode, *address;
  HsFailureKind kind;
  const char *sentence; /* (nullable) pattern */
} Failing;

static const Failing failing[] = {
  { "closed-early", "early", "127.0.0.1:PORT", HS_FAILURE_CLOSED_EARLY, "*without saying why*" },
  { "reset-early", "reset", "127.0.0.1:PORT", HS_FAILURE_CLOSED_EARLY, "*broke it off*" },
  { "banned", "banned", "127.0.0.1:PORT", HS_FAILURE_REFUSED_BY_SERVER, "*“you are banned”*" },
  { "banned-irc", "banned", "irc://127.0.0.1:PORT", HS_FAILURE_REFUSED_BY_SERVER, "*“you are banned”*" },
  { "ircs", "banned", "ircs://127.0.0.1:PORT", HS_FAILURE_NOT_TLS, "*does not speak TLS*" },
  { "invite", "early", "ircs://127.0.0.1:PORT/lobby?key=sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", HS_FAILURE_TLS_CUT, "*in the middle of*" },
  { "port", NULL, "127.0.0.1:70000", HS_FAILURE_ADDRESS, NULL },
  { "rubbish", NULL, "http://x y", HS_FAILURE_ADDRESS, NULL },
  { "empty", NULL, " ", HS_FAILURE_ADDRESS, NULL },
  { "no-socket", NULL, "unix:/nonexistent/socket", HS_FAILURE_ADDRESS, NULL },
};

static void
test_failing (gconstpointer data)
{
  const Failing *f = data;
  Row row = { 0 };
  const HsFailure *failure;

  if (f->mode != NULL)
    row_start_peer (&row, f->mode, NULL);
  row_open (&row, f->address, HS_PROTOCOL_AUTOMATIC);
  failure = row_wait_failed (&row, f->kind);
  if (f->sentence != NULL && !g_pattern_match_simple (f->sentence, failure->sentence))
    g_error ("“%s”", failure->sentence);
  row_end (&row);
}

/* It stood, then an RST: said, and what was in doubt stays visible. */
static void
test_lost (void)
{
  Row row;

  row_start_peer (&row, "reset_later", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "hi");
  row_sees (&row, "soon gone");
  stage_wait_until (row.closed);
  g_assert_cmpint (hs_connection_get_failure (row.connection)->kind, ==, HS_FAILURE_LOST);
  g_assert_nonnull (hs_session_get_error_text (row.session));
  row_end (&row);
}

/* ---- Rubbish ---- */

static gsize
resident (void)
{
  g_autofree char *text = NULL;
  unsigned long size = 0, pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &size, &pages), ==, 2);
  return pages * (gsize) sysconf (_SC_PAGESIZE);
}

/* A sanitizer keeps what was freed. */
static void
expect_grown (gsize before, gsize by_at_most)
{
  gsize after = resident ();

  g_test_message ("grown by %" G_GSIZE_FORMAT " KiB", after > before ? (after - before) / 1024 : 0);
#if !defined (__SANITIZE_ADDRESS__)
  g_assert_cmpuint (after, <, before + by_at_most);
#endif
}

/* Only the last row is looked at: a walk over thousands would load them all. */
static HsEntry *
find_last (HsRoom *room, const char *text)
{
  GListModel *entries = G_LIST_MODEL (hs_room_get_entries (room));
  guint n = g_list_model_get_n_items (entries);
  g_autoptr (HsEntry) last = n > 0 ? g_list_model_get_item (entries, n - 1) : NULL;

  return last != NULL && hs_entry_is_loaded (last) && g_strcmp0 (hs_entry_get_text (last), text) == 0 ? g_steal_pointer (&last) : NULL;
}

static void
expect_online (Row *row, const char *text)
{
  row_wait_open (row);
  for (guint i = 0; i < 16 && !row->closed; i++) /* a sanitizer takes its time, the more when other programs run */
    {
      gint64 until = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
      g_autoptr (HsEntry) entry = NULL;

      while (entry == NULL && g_get_monotonic_time () < until)
        {
          stage_iterate ();
          entry = find_last (row_room (row), text);
        }
      if (entry != NULL)
        return;
    }
  g_error ("“%s” was not heard", text);
}

static void
test_rubbish (gconstpointer mode)
{
  Row row;
  gsize before;

  row_start_peer (&row, mode, NULL);
  before = resident ();
  row_open (&row, "irc://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  expect_online (&row, "still here");
  expect_grown (before, 8 * 1024 * 1024);
  g_assert_cmpint (hs_session_get_state (row.session), ==, HS_SESSION_ONLINE);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  row_end (&row);
}

/* What the other end of the connection tells of itself: not heard where it was not asked, and never more than a little. */
static void
test_view (gconstpointer share)
{
  Row row;
  const HsTcpTold *told;
  HsTcpWatch *watch;
  gint64 offset, round_trip;

  row_start_peer (&row, "view", NULL);
  row_open (&row, "irc://127.0.0.1:PORT", HS_PROTOCOL_IRC);
  hs_connection_set_shares_view (row.connection, GPOINTER_TO_INT (share));
  expect_online (&row, "unasked");
  watch = hs_connection_get_watch (row.connection);
  told = hs_tcp_watch_get_told (watch);
  g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 0);
  hs_tcp_watch_set_shown (watch, TRUE);
  if (GPOINTER_TO_INT (share))
    {
      expect_online (&row, "told");
      g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 64);
      g_assert_false (hs_tcp_told_get_clock (told, &offset, &round_trip));
      g_assert_null (hs_tcp_told_get_numbers (told));
      stage_wait_until (g_str_has_prefix (row.seen->str, "asked\nheard ESTABLISHED\n"));
    }
  g_assert_cmpint (hs_tcp_watch_get_state (watch), ==, HS_TCP_ESTABLISHED); /* whatever it says, that is what we see */
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  if (!GPOINTER_TO_INT (share))
    row_peer_saw (&row, "bye\n"); /* it was not asked, and was told nothing */
  row_end (&row);
}

/* ---- Who does not read ---- */

static void
expect_loss (Row *row, const char *pattern)
{
  const HsFailure *failure;

  stage_wait_until (row->closed);
  failure = hs_connection_get_failure (row->connection);
  g_assert_nonnull (failure);
  g_assert_cmpint (failure->kind, ==, HS_FAILURE_LOST);
  if (!g_pattern_match_simple (pattern, failure->sentence))
    g_error ("“%s”", failure->sentence);
}

/* It asks without end and hears no answer: our answers wait up to the limit, and then it is left. */
static void
test_pings (void)
{
  Row row;
  gsize before;

  row_start_peer (&row, "pings", NULL);
  before = resident ();
  row_open (&row, "irc://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  expect_loss (&row, "*does not read*");
  expect_grown (before, HS_SEND_QUEUE_MAX + 6 * 1024 * 1024);
  row_end (&row);
}

static void
say_much (Row *row, guint n)
{
  g_autofree char *text = g_strnfill (60000, 'x');

  for (guint i = 0; i < n && !row->closed; i++)
    {
      row_says (row, text);
      stage_fence (row->store);
      stage_iterate ();
    }
}

/* More than the queue holds, to who reads nothing: said, and over. What did not arrive is marked. */
static void
test_never_reads (void)
{
  Row row;
  g_autoptr (HsEntry) first = NULL;

  row_start_peer (&row, "never_reads", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_sees (&row, "hello");
  row_says (&row, "first");
  say_much (&row, 400);
  expect_loss (&row, "*does not read*");
  first = stage_wait_for_entry (row_room (&row), "first");
  g_assert_cmpint (hs_entry_get_delivery (first), ==, HS_SENT_ACKNOWLEDGED); /* its TCP has it */
  row_end (&row);
}

/* Less than that: the room says that it waits, and leaving does not wait for ever. */
static void
test_never_reads_patient (void)
{
  Row row;
  gint64 began, took;

  row_start_peer (&row, "never_reads", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_sees (&row, "hello");
  say_much (&row, 25);
  row_sees (&row, "The other program does not read what is sent to it: what you write waits.");
  g_assert_false (row.closed);
  began = g_get_monotonic_time ();
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  took = g_get_monotonic_time () - began;
  g_assert_cmpint (took, <, (HS_CLOSE_READ_MS + 2000) * 1000);
  g_assert_null (hs_connection_get_failure (row.connection));
  row_end (&row);
}

static void
add_quick (void)
{
  g_test_add_func ("/bad-peer/lost", test_lost);
  g_test_add_func ("/bad-peer/flood", test_flood);
  g_test_add_func ("/bad-peer/failure/refused", test_refused);
  g_test_add_func ("/bad-peer/failure/no-name", test_no_name);
  g_test_add_data_func ("/bad-peer/view/shared", GINT_TO_POINTER (TRUE), test_view);
  g_test_add_data_func ("/bad-peer/view/not-shared", GINT_TO_POINTER (FALSE), test_view);
  g_test_add_func ("/bad-peer/failure/cancel", test_cancel);
  g_test_add_func ("/bad-peer/failure/cancel-while-judging", test_cancel_while_judging);
  for (guint i = 0; i < G_N_ELEMENTS (failing); i++)
    {
      g_autofree char *path = g_strconcat ("/bad-peer/failure/", failing[i].path, NULL);

      g_test_add_data_func (path, &failing[i], test_failing);
    }
}

/* These wait for silences and bounds of several seconds. */
static void
add_patient (void)
{
  static const char *const rubbish[] = { "bytes", "line", "numerics", "rooms", "caps", "notices", "batches", "motd", "typing" };

  for (guint i = 0; i < G_N_ELEMENTS (rubbish); i++)
    {
      g_autofree char *path = g_strconcat ("/bad-peer/rubbish/", rubbish[i], NULL);

      g_test_add_data_func_full (path, g_strconcat ("rubbish_", rubbish[i], NULL), test_rubbish, g_free);
    }
  g_test_add_func ("/bad-peer/pings", test_pings);
  g_test_add_func ("/bad-peer/never-reads", test_never_reads);
  g_test_add_func ("/bad-peer/never-reads-leave", test_never_reads_patient);
  g_test_add_func ("/bad-peer/no-answer", test_no_answer);
}

/* Not chosen by -p: that leaves out what lies deeper than one folder. */
int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_test_slow ())
    add_patient ();
  else
    add_quick ();
  return g_test_run ();
}
