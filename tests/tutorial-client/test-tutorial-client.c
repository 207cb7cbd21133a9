/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our window's side, without the window, against what people write after a tutorial: real sockets, real programs. */
#include "client-stage.h"

#include <glib/gstdio.h>
#include <string.h>

#include "hs-connection.h"

typedef struct
{
  GSubprocess *peer;
  GString *seen;     /* what the peer says it saw */
  guint port;
  gboolean at_end;
  HsStore *store;
  HsSession *session;
  HsConnection *connection;
  gboolean answered, opened, closed;
  GError *error;
} Row;

/* ---- The other program ---- */

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Row *row = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL)
    {
      row->at_end = TRUE;
      return;
    }
  if (row->port == 0 && g_str_has_prefix (line, "port "))
    row->port = (guint) g_ascii_strtoull (line + 5, NULL, 10) | 0x10000; /* a Unix socket's is 0 */
  else
    g_string_append_printf (row->seen, "%s\n", line);
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (source), G_PRIORITY_DEFAULT, NULL, on_read, row);
}

static void
start_peer (Row *row, const char *mode, const char *argument)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tutorial-client", "peer.py", NULL);
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GError) error = NULL;

  memset (row, 0, sizeof *row);
  row->seen = g_string_new (NULL);
  row->peer = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/usr/bin/python3", script, mode, argument, NULL);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (row->peer));
  g_data_input_stream_read_line_async (out, G_PRIORITY_DEFAULT, NULL, on_read, row);
  stage_wait_until (row->port != 0);
  row->port &= 0xffff;
}

/* ---- Our side ---- */

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Row *row = user_data;

  row->answered = TRUE;
  row->opened = hs_connection_open_finish (HS_CONNECTION (source), result, &row->error);
}

static void
on_closed (HsConnection *connection, Row *row)
{
  row->closed = TRUE;
}

static void
open_address (Row *row, const char *address, HsProtocol protocol)
{
  row->store = hs_store_new (":memory:");
  row->session = hs_session_new (row->store, address, address, "Ana", FALSE);
  row->connection = hs_connection_new (row->session, address, protocol, HS_LINE_ENDING_AUTOMATIC);
  g_signal_connect (row->connection, "closed", G_CALLBACK (on_closed), row);
  hs_connection_open_async (row->connection, NULL, on_opened, row);
}

static void
open_row (Row *row, const char *format, HsProtocol protocol)
{
  g_autoptr (GString) address = g_string_new (format);
  g_autofree char *port = g_strdup_printf ("%u", row->port);

  g_string_replace (address, "PORT", port, 0);
  open_address (row, address->str, protocol);
}

static void
end_row (Row *row)
{
  if (row->peer != NULL)
    {
      g_subprocess_force_exit (row->peer);
      stage_wait_until (row->at_end);
      g_subprocess_wait (row->peer, NULL, NULL);
      g_clear_object (&row->peer);
    }
  g_clear_object (&row->connection);
  g_clear_object (&row->session);
  if (row->store != NULL)
    hs_store_close (row->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&row->store);
  g_clear_error (&row->error);
  if (row->seen != NULL)
    g_string_free (row->seen, TRUE);
}

static HsRoom *
the_room (Row *row)
{
  g_autoptr (HsRoom) room = g_list_model_get_item (hs_session_get_rooms (row->session), 0);

  g_assert_nonnull (room);
  return room;
}

static void
says (Row *row, const char *text)
{
  g_autoptr (GError) error = NULL;

  hs_session_say (row->session, the_room (row), text, &error);
  g_assert_no_error (error);
}

static void
sees (Row *row, const char *text)
{
  g_object_unref (stage_wait_for_entry (the_room (row), text));
}

static void
wait_open (Row *row)
{
  stage_wait_until (row->answered);
  g_assert_no_error (row->error);
  g_assert_true (row->opened);
}

/* It has left by itself, and has seen what is expected. */
static void
peer_saw (Row *row, const char *expected)
{
  stage_wait_until (row->at_end);
  g_assert_cmpstr (row->seen->str, ==, expected);
}

static const HsFailure *
wait_failed (Row *row, HsFailureKind kind)
{
  const HsFailure *failure;

  stage_wait_until (row->answered);
  g_assert_false (row->opened);
  g_assert_nonnull (row->error);
  stage_wait_until (row->closed);
  failure = hs_connection_get_failure (row->connection);
  g_assert_nonnull (failure);
  g_test_message ("%s. %s", failure->title, failure->sentence);
  g_assert_cmpint (failure->kind, ==, kind);
  g_assert_cmpint (hs_session_get_state (row->session), ==, HS_SESSION_OFFLINE);
  return failure;
}

/* ---- Conversations ---- */

/* Three texts in a row, before it has answered any; each is a message of its own only because we wait for nothing but space. */
static void
test_take_turns (void)
{
  Row row;
  g_autoptr (HsEntry) entry = NULL;

  start_peer (&row, "take_turns", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  says (&row, "第一句");
  says (&row, "second");
  says (&row, "third 👋");
  sees (&row, "你好，客户端");
  sees (&row, "第二句");
  sees (&row, "👋");
  entry = stage_wait_for_entry (the_room (&row), "third 👋");
  stage_wait_until (hs_entry_get_delivery (entry) == HS_SENT_ACCEPTED);
  says (&row, "q");
  stage_wait_until (row.closed);
  peer_saw (&row, "recv '第一句'\nrecv 'second'\nrecv 'third 👋'\nrecv 'q'\nbye\n");
  g_assert_null (hs_connection_get_failure (row.connection));
  end_row (&row);
}

/* It takes our CAP line for a message, and answers: plain text, on the same connection. */
static void
test_take_turns_automatic (void)
{
  Row row;

  start_peer (&row, "take_turns", NULL);
  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  g_assert_cmpstr (hs_tcp_watch_get_name (hs_connection_get_watch (row.connection)), ==, "127.0.0.1");
  sees (&row, "你好，客户端");
  says (&row, "你好");
  sees (&row, "第二句");
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv '你好'\nrecv 'q'\nbye\n");
  end_row (&row);
}

static void
test_ipv6 (void)
{
  Row row;

  start_peer (&row, "take_turns_six", NULL);
  open_row (&row, "tcp://[::1]:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  says (&row, "over six");
  sees (&row, "six");
  says (&row, "q");
  peer_saw (&row, "recv 'over six'\nrecv 'q'\nbye\n");
  stage_wait_until (row.closed);
  end_row (&row);
}

static void
test_host_name (void)
{
  Row row;

  start_peer (&row, "take_turns", NULL);
  open_row (&row, "tcp://localhost:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  says (&row, "q");
  peer_saw (&row, "recv 'q'\nbye\n");
  stage_wait_until (row.closed);
  end_row (&row);
}

static void
test_unix (void)
{
  Row row;
  g_autofree char *directory = g_dir_make_tmp ("hs-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "chat", NULL);
  g_autofree char *address = g_strconcat ("unix:", path, NULL);
  g_autoptr (HsEntry) entry = NULL;

  start_peer (&row, "unix", path);
  open_address (&row, address, HS_PROTOCOL_PLAIN);
  wait_open (&row);
  says (&row, "你好");
  sees (&row, "over a path");
  entry = stage_wait_for_entry (the_room (&row), "你好");
  stage_wait_until (hs_entry_get_delivery (entry) == HS_SENT_ACCEPTED);
  says (&row, "q");
  peer_saw (&row, "recv '你好'\nrecv 'q'\nbye\n");
  stage_wait_until (row.closed);
  end_row (&row);
  g_remove (path);
  g_rmdir (directory);
}

static void
test_peer_says_q (void)
{
  Row row;

  start_peer (&row, "says_q", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  says (&row, "one");
  sees (&row, "hello");
  says (&row, "two");
  sees (&row, "q");
  stage_wait_until (row.closed);
  g_assert_null (hs_connection_get_failure (row.connection));
  peer_saw (&row, "recv 'one'\nrecv 'two'\nbye\n");
  end_row (&row);
}

/* q waits for an answer, and the window says so; then it goes alone. */
static void
test_q_waits (void)
{
  Row row;

  start_peer (&row, "slow_input", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  says (&row, "anybody there?");
  stage_wait_until (strstr (row.seen->str, "anybody") != NULL);
  says (&row, "q");
  g_assert_nonnull (hs_connection_get_leaving_hint (row.connection));
  g_assert_cmpint (hs_session_get_state (row.session), ==, HS_SESSION_LEAVING);
  peer_saw (&row, "recv 'anybody there?'\nrecv 'q'\nbye\n");
  stage_wait_until (row.closed);
  g_assert_null (hs_connection_get_leaving_hint (row.connection));
  end_row (&row);
}

static void
test_leave_anyway (void)
{
  Row row;
  gint64 began;

  start_peer (&row, "silent", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  says (&row, "hello?");
  stage_wait_until (strstr (row.seen->str, "hello?") != NULL);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (hs_connection_get_leaving_hint (row.connection) != NULL);
  began = g_get_monotonic_time ();
  hs_connection_leave (row.connection, TRUE);
  stage_wait_until (row.closed);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * G_USEC_PER_SEC);
  peer_saw (&row, "recv 'hello?'\nrecv 'q'\nbye\n");
  end_row (&row);
}

/* It reads q and never closes: we leave within the bound. */
static void
test_never_closes (void)
{
  Row row;
  gint64 began, took;

  start_peer (&row, "never_closes", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  says (&row, "hi");
  sees (&row, "ok");
  began = g_get_monotonic_time ();
  says (&row, "q");
  stage_wait_until (row.closed);
  took = g_get_monotonic_time () - began;
  g_assert_cmpint (took, >, 4 * G_USEC_PER_SEC);
  g_assert_cmpint (took, <, 7 * G_USEC_PER_SEC);
  end_row (&row);
}

static void
test_echo (void)
{
  Row row;

  start_peer (&row, "echo", NULL);
  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  sees (&row, "CAP LS 302");
  says (&row, "回声");
  stage_wait_until (hs_room_get_unread (the_room (&row)) == 2);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv '回声'\nrecv 'q'\nbye\n");
  end_row (&row);
}

static void
test_silent (void)
{
  Row row;

  start_peer (&row, "silent", NULL);
  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  hs_connection_leave (row.connection, FALSE); /* the CAP line is no text of ours: q may go */
  stage_wait_until (row.closed);
  peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv 'q'\nbye\n");
  end_row (&row);
}

static void
test_late_irc (void)
{
  Row row;

  start_peer (&row, "late_irc", NULL);
  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  stage_wait_until (!hs_session_is_plain (row.session) && hs_session_get_state (row.session) == HS_SESSION_ONLINE);
  stage_wait_until (hs_session_find_room (row.session, "#late") != NULL);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv 'NICK Ana\\r\\n'\nrecv 'USER handshake 0 * Ana\\r\\n'\nrecv 'CAP REQ echo-message\\r\\n'\n"
                  "recv 'CAP END\\r\\n'\nrecv 'WHO #late\\r\\n'\nrecv 'QUIT\\r\\n'\nbye\n");
  end_row (&row);
}

/* What the person wrote in the meantime holds it to plain text. */
static void
test_late_irc_written (void)
{
  Row row;

  start_peer (&row, "late_irc", NULL);
  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  says (&row, "hello");
  sees (&row, ":late.test CAP * LS :echo-message");
  g_assert_true (hs_session_is_plain (row.session));
  hs_connection_leave (row.connection, TRUE);
  stage_wait_until (row.closed);
  end_row (&row);
}

static void
test_framed (void)
{
  Row row;

  start_peer (&row, "framed", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  sees (&row, "welcome");
  says (&row, "one");
  says (&row, "two");
  stage_wait_until (hs_room_get_unread (the_room (&row)) == 3);
  says (&row, "q");
  stage_wait_until (row.closed);
  peer_saw (&row, "line 'one\\n'\nline 'two\\n'\nline 'q'\nbye\n");
  end_row (&row);
}

static void
test_once (gconstpointer protocol)
{
  Row row;
  const HsFailure *failure;

  start_peer (&row, "once", NULL);
  open_row (&row, "127.0.0.1:PORT", (HsProtocol) GPOINTER_TO_INT (protocol));
  wait_open (&row);
  sees (&row, "只说一句");
  stage_wait_until (row.closed);
  failure = hs_connection_get_failure (row.connection);
  g_assert_cmpint (failure->kind, ==, HS_FAILURE_LOST);
  end_row (&row);
}

static void
test_split_character (void)
{
  Row row;

  start_peer (&row, "split_character", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  sees (&row, "好的");
  says (&row, "谢谢");
  stage_wait_until (strstr (row.seen->str, "谢谢") != NULL);
  hs_connection_leave (row.connection, TRUE);
  stage_wait_until (row.closed);
  end_row (&row);
}

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

  start_peer (&row, "flood", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  began = frames.last = g_get_monotonic_time ();
  source = g_timeout_add_full (G_PRIORITY_HIGH_IDLE + 20, 16, on_frame, &frames, NULL);
  stage_wait_until (g_get_monotonic_time () - began > 1500 * 1000);
  g_source_remove (source);
  began = g_get_monotonic_time ();
  stage_fence (row.store);
  fence = g_get_monotonic_time () - began;
  g_test_message ("%u frames, the longest wait %" G_GINT64_FORMAT " ms; the store is %" G_GINT64_FORMAT " ms behind; %u rows", frames.frames,
                  frames.longest / 1000, fence / 1000, hs_room_get_unread (the_room (&row)));
  g_assert_cmpuint (hs_room_get_unread (the_room (&row)), >, 1000);
  g_assert_cmpuint (frames.frames, >, 30);
  g_assert_cmpint (frames.longest, <, 300 * 1000);
  g_assert_cmpint (fence, <, G_USEC_PER_SEC / 2);
  end_row (&row);
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

  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  failure = wait_failed (&row, HS_FAILURE_REFUSED);
  g_assert_cmpuint (failure->hints->len, >, 0);
  g_assert_cmpint (hs_step_get_state (step (&row, 0)), ==, HS_STEP_DONE);
  g_assert_cmpint (hs_step_get_state (step (&row, 1)), ==, HS_STEP_DONE);
  g_assert_cmpint (hs_step_get_state (step (&row, 2)), ==, HS_STEP_FAILED);
  g_assert_cmpint (hs_step_get_state (step (&row, 3)), ==, HS_STEP_WAITING);
  end_row (&row);
}

static void
test_no_name (void)
{
  Row row = { 0 };

  open_row (&row, "no-such-host.invalid", HS_PROTOCOL_AUTOMATIC);
  wait_failed (&row, HS_FAILURE_NAME);
  g_assert_cmpint (hs_step_get_state (step (&row, 0)), ==, HS_STEP_FAILED);
  end_row (&row);
}

static void
test_no_answer (void)
{
  Row row;
  const HsFailure *failure;
  const HsFailureHint *hint;
  g_autofree char *command = NULL;

  if (!g_test_slow ())
    {
      g_test_skip ("waits 15 s; run with -m slow");
      return;
    }
  start_peer (&row, "no_backlog", NULL);
  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  for (guint i = 0; i < 3 && !row.answered; i++)
    {
      gint64 until = g_get_monotonic_time () + 6 * G_USEC_PER_SEC;

      stage_wait_until (row.answered || g_get_monotonic_time () > until);
    }
  failure = wait_failed (&row, HS_FAILURE_NO_ANSWER);
  hint = g_ptr_array_index (failure->hints, 1);
  command = g_strdup_printf ("sudo ufw allow %u/tcp", row.port);
  g_assert_cmpstr (hint->command, ==, command);
  g_test_message ("%s", hs_step_get_detail (step (&row, 2)));
  end_row (&row);
}

/* Cancelled while the SYN is out: at once, and no failure. */
static void
test_cancel (void)
{
  Row row;

  start_peer (&row, "no_backlog", NULL);
  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  stage_wait_until (g_list_model_get_n_items (hs_connection_get_steps (row.connection)) > 2
                    && hs_step_get_state (step (&row, 2)) == HS_STEP_RUNNING);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.answered && row.closed);
  g_assert_error (row.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (hs_connection_get_failure (row.connection));
  end_row (&row);
}

static void
test_cancel_while_judging (void)
{
  Row row;

  start_peer (&row, "silent", NULL);
  open_row (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  stage_wait_until (strstr (row.seen->str, "CAP") != NULL);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.answered && row.closed);
  g_assert_error (row.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv ''\nbye\n");
  end_row (&row);
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
  { "banned", "banned", "127.0.0.1:PORT", HS_FAILURE_REFUSED_BY_SERVER, "*Closing link: you are banned*" },
  { "banned-irc", "banned", "irc://127.0.0.1:PORT", HS_FAILURE_REFUSED_BY_SERVER, "*Closing link: you are banned*" },
  { "ircs", NULL, "ircs://127.0.0.1:1", HS_FAILURE_NEEDS_ENCRYPTION, NULL },
  { "invite", NULL, "ircs://127.0.0.1:1/lobby?key=sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", HS_FAILURE_NEEDS_ENCRYPTION, NULL },
  { "udp", NULL, "udp://127.0.0.1:1", HS_FAILURE_UNSUPPORTED, NULL },
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
    start_peer (&row, f->mode, NULL);
  open_row (&row, f->address, HS_PROTOCOL_AUTOMATIC);
  failure = wait_failed (&row, f->kind);
  if (f->sentence != NULL && !g_pattern_match_simple (f->sentence, failure->sentence))
    g_error ("“%s”", failure->sentence);
  end_row (&row);
}

/* It stood, then an RST: said, and what was in doubt stays visible. */
static void
test_lost (void)
{
  Row row;

  start_peer (&row, "reset_later", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  wait_open (&row);
  says (&row, "hi");
  sees (&row, "soon gone");
  stage_wait_until (row.closed);
  g_assert_cmpint (hs_connection_get_failure (row.connection)->kind, ==, HS_FAILURE_LOST);
  g_assert_nonnull (hs_session_get_error_text (row.session));
  end_row (&row);
}

static void
tell_log (HsTcpWatch *watch)
{
  GListModel *log = hs_tcp_watch_get_log (watch);

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (log, i);
      g_autofree char *text = hs_tcp_event_to_text (hs_tcp_log_item_get_event (item));

      g_test_message ("%s", text);
    }
}

/* After we closed first, TIME-WAIT is ours: the watch goes on with the orphan. */
static void
test_watch_follows (void)
{
  Row row;
  HsTcpWatch *watch;

  start_peer (&row, "take_turns", NULL);
  open_row (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  watch = hs_connection_get_watch (row.connection);
  hs_tcp_watch_set_shown (watch, TRUE);
  wait_open (&row);
  g_assert_cmpint (hs_tcp_watch_get_state (watch), ==, HS_TCP_ESTABLISHED);
  g_assert_nonnull (hs_tcp_watch_get_remote (watch));
  says (&row, "q");
  stage_wait_until (row.closed);
  for (guint i = 0; i < 200 && hs_tcp_watch_get_state (watch) != HS_TCP_TIME_WAIT; i++)
    stage_iterate ();
  if (hs_tcp_watch_get_state (watch) != HS_TCP_TIME_WAIT)
    tell_log (watch);
  g_assert_cmpuint (hs_tcp_watch_get_began (watch), ==, 1);
  g_assert_false (hs_tcp_watch_get_gone (watch));
  end_row (&row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tutorial-client/take-turns", test_take_turns);
  g_test_add_func ("/tutorial-client/take-turns-automatic", test_take_turns_automatic);
  g_test_add_func ("/tutorial-client/ipv6", test_ipv6);
  g_test_add_func ("/tutorial-client/host-name", test_host_name);
  g_test_add_func ("/tutorial-client/unix", test_unix);
  g_test_add_func ("/tutorial-client/peer-says-q", test_peer_says_q);
  g_test_add_func ("/tutorial-client/q-waits", test_q_waits);
  g_test_add_func ("/tutorial-client/leave-anyway", test_leave_anyway);
  g_test_add_func ("/tutorial-client/echo", test_echo);
  g_test_add_func ("/tutorial-client/framed", test_framed);
  g_test_add_data_func ("/tutorial-client/once", GINT_TO_POINTER (HS_PROTOCOL_PLAIN), test_once);
  g_test_add_data_func ("/tutorial-client/once-automatic", GINT_TO_POINTER (HS_PROTOCOL_AUTOMATIC), test_once);
  g_test_add_func ("/tutorial-client/split-character", test_split_character);
  g_test_add_func ("/tutorial-client/lost", test_lost);
  g_test_add_func ("/tutorial-client/flood", test_flood);
  g_test_add_func ("/tutorial-client/watch-follows", test_watch_follows);
  g_test_add_func ("/tutorial-client/failure/refused", test_refused);
  g_test_add_func ("/tutorial-client/failure/no-name", test_no_name);
  g_test_add_func ("/tutorial-client/failure/cancel", test_cancel);
  g_test_add_func ("/tutorial-client/failure/cancel-while-judging", test_cancel_while_judging);
  for (guint i = 0; i < G_N_ELEMENTS (failing); i++)
    {
      g_autofree char *path = g_strconcat ("/tutorial-client/failure/", failing[i].path, NULL);

      g_test_add_data_func (path, &failing[i], test_failing);
    }
  g_test_add_func ("/tutorial-patient/never-closes", test_never_closes);
  g_test_add_func ("/tutorial-patient/silent", test_silent);
  g_test_add_func ("/tutorial-patient/late-irc", test_late_irc);
  g_test_add_func ("/tutorial-patient/late-irc-written", test_late_irc_written);
  g_test_add_func ("/tutorial-patient/no-answer", test_no_answer);
  return g_test_run ();
}
