/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our window's side, without the window, against what people write after a tutorial: real sockets, real programs. */
#include "row.h"

#include <glib/gstdio.h>
#include <string.h>

/* Three texts in a row, before it has answered any; each is a message of its own only because we wait for nothing but space. */
static void
test_take_turns (void)
{
  Row row;
  g_autoptr (HsEntry) entry = NULL;

  row_start_peer (&row, "take_turns", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  row_says (&row, "第一句");
  row_says (&row, "second");
  row_says (&row, "third 👋");
  row_sees (&row, "你好，客户端");
  row_sees (&row, "第二句");
  row_sees (&row, "👋");
  entry = stage_wait_for_entry (row_room (&row), "third 👋");
  stage_wait_until (hs_entry_get_delivery (entry) == HS_SENT_ACKNOWLEDGED);
  row_says (&row, "q");
  stage_wait_until (row.closed);
  row_peer_saw (&row, "recv '第一句'\nrecv 'second'\nrecv 'third 👋'\nrecv 'q'\nbye\n");
  g_assert_null (hs_connection_get_failure (row.connection));
  row_end (&row);
}

/* It takes our CAP line for a message, and answers: plain text, on the same connection. */
static void
test_take_turns_automatic (void)
{
  Row row;

  row_start_peer (&row, "take_turns", NULL);
  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  g_assert_cmpstr (hs_tcp_watch_get_name (hs_connection_get_watch (row.connection)), ==, "127.0.0.1");
  row_sees (&row, "你好，客户端");
  row_says (&row, "你好");
  row_sees (&row, "第二句");
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  row_peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv '你好'\nrecv 'q'\nbye\n");
  row_end (&row);
}

static void
test_ipv6 (void)
{
  Row row;

  row_start_peer (&row, "take_turns_six", NULL);
  row_open (&row, "tcp://[::1]:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "over six");
  row_sees (&row, "six");
  row_says (&row, "q");
  row_peer_saw (&row, "recv 'over six'\nrecv 'q'\nbye\n");
  stage_wait_until (row.closed);
  row_end (&row);
}

static void
test_host_name (void)
{
  Row row;

  row_start_peer (&row, "take_turns", NULL);
  row_open (&row, "tcp://localhost:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "q");
  row_peer_saw (&row, "recv 'q'\nbye\n");
  stage_wait_until (row.closed);
  row_end (&row);
}

static void
test_unix (void)
{
  Row row;
  g_autofree char *directory = g_dir_make_tmp ("hs-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "chat", NULL);
  g_autofree char *address = g_strconcat ("unix:", path, NULL);
  g_autoptr (HsEntry) entry = NULL, left = NULL;

  row_start_peer (&row, "unix", path);
  row_open_address (&row, address, HS_PROTOCOL_PLAIN);
  row_wait_open (&row);
  g_assert_cmpint (hs_tcp_watch_get_transport (hs_connection_get_watch (row.connection)), ==, HS_TCP_TRANSPORT_UNIX);
  g_assert_true (hs_tcp_watch_get_tally (hs_connection_get_watch (row.connection))->has_peer);
  row_says (&row, "你好");
  row_sees (&row, "over a path");
  entry = stage_wait_for_entry (row_room (&row), "你好");
  stage_wait_until (hs_entry_get_delivery (entry) == HS_SENT_HANDED); /* there is no TCP that could acknowledge */
  row_says (&row, "q");
  row_peer_saw (&row, "recv '你好'\nrecv 'q'\nbye\n");
  stage_wait_until (row.closed);
  stage_wait_until ((left = row_find_said (&row, "You left at")) != NULL);
  row_end (&row);
  g_remove (path);
  g_rmdir (directory);
}

static void
test_peer_says_q (void)
{
  Row row;

  row_start_peer (&row, "says_q", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "one");
  row_sees (&row, "hello");
  row_says (&row, "two");
  row_sees (&row, "q");
  stage_wait_until (row.closed);
  g_assert_null (hs_connection_get_failure (row.connection));
  row_peer_saw (&row, "recv 'one'\nrecv 'two'\nbye\n");
  row_end (&row);
}

/* q waits for an answer, and the window says so; then it goes alone. */
static void
test_q_waits (void)
{
  Row row;

  row_start_peer (&row, "slow_input", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "anybody there?");
  stage_wait_until (strstr (row.seen->str, "anybody") != NULL);
  row_says (&row, "q");
  g_assert_nonnull (hs_connection_get_leaving_hint (row.connection));
  g_assert_cmpint (hs_session_get_state (row.session), ==, HS_SESSION_LEAVING);
  row_peer_saw (&row, "recv 'anybody there?'\nrecv 'q'\nbye\n");
  stage_wait_until (row.closed);
  g_assert_null (hs_connection_get_leaving_hint (row.connection));
  row_end (&row);
}

static void
test_leave_anyway (void)
{
  Row row;
  gint64 began;

  row_start_peer (&row, "silent", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "hello?");
  stage_wait_until (strstr (row.seen->str, "hello?") != NULL);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (hs_connection_get_leaving_hint (row.connection) != NULL);
  began = g_get_monotonic_time ();
  hs_connection_leave (row.connection, TRUE);
  stage_wait_until (row.closed);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * G_USEC_PER_SEC);
  row_peer_saw (&row, "recv 'hello?'\nrecv 'q'\nbye\n");
  row_end (&row);
}

/* It reads q and never closes: we leave within the bound. */
static void
test_never_closes (void)
{
  Row row;
  gint64 began, took;

  row_start_peer (&row, "never_closes", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "hi");
  row_sees (&row, "ok");
  began = g_get_monotonic_time ();
  row_says (&row, "q");
  stage_wait_until (row.closed);
  took = g_get_monotonic_time () - began;
  g_assert_cmpint (took, >, 4 * G_USEC_PER_SEC);
  g_assert_cmpint (took, <, 7 * G_USEC_PER_SEC);
  row_end (&row);
}

static void
test_echo (void)
{
  Row row;

  row_start_peer (&row, "echo", NULL);
  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  row_sees (&row, "CAP LS 302");
  row_says (&row, "回声");
  stage_wait_until (hs_room_get_unread (row_room (&row)) == 2);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  row_peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv '回声'\nrecv 'q'\nbye\n");
  row_end (&row);
}

static void
test_silent (void)
{
  Row row;

  row_start_peer (&row, "silent", NULL);
  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  hs_connection_leave (row.connection, FALSE); /* the CAP line is no text of ours: q may go */
  stage_wait_until (row.closed);
  row_peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv 'q'\nbye\n");
  row_end (&row);
}

static void
test_late_irc (void)
{
  Row row;

  row_start_peer (&row, "late_irc", NULL);
  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  stage_wait_until (!hs_session_is_plain (row.session) && hs_session_get_state (row.session) == HS_SESSION_ONLINE);
  stage_wait_until (hs_session_find_room (row.session, "#late") != NULL);
  hs_connection_leave (row.connection, FALSE);
  stage_wait_until (row.closed);
  row_peer_saw (&row, "recv 'CAP LS 302\\r\\n'\nrecv 'NICK Ana\\r\\n'\nrecv 'USER handshake 0 * Ana\\r\\n'\nrecv 'CAP REQ echo-message\\r\\n'\n"
                  "recv 'CAP END\\r\\n'\nrecv 'WHO #late\\r\\n'\nrecv 'QUIT\\r\\n'\nbye\n");
  row_end (&row);
}

/* What the person wrote in the meantime holds it to plain text. */
static void
test_late_irc_written (void)
{
  Row row;

  row_start_peer (&row, "late_irc", NULL);
  row_open (&row, "127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "hello");
  row_sees (&row, ":late.test CAP * LS :echo-message");
  g_assert_true (hs_session_is_plain (row.session));
  hs_connection_leave (row.connection, TRUE);
  stage_wait_until (row.closed);
  row_end (&row);
}

static void
test_framed (void)
{
  Row row;

  row_start_peer (&row, "framed", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_sees (&row, "welcome");
  row_says (&row, "one");
  row_says (&row, "two");
  stage_wait_until (hs_room_get_unread (row_room (&row)) == 3);
  row_says (&row, "q");
  stage_wait_until (row.closed);
  row_peer_saw (&row, "line 'one\\n'\nline 'two\\n'\nline 'q'\nbye\n");
  row_end (&row);
}

static void
test_once (gconstpointer protocol)
{
  Row row;
  const HsFailure *failure;

  row_start_peer (&row, "once", NULL);
  row_open (&row, "127.0.0.1:PORT", (HsProtocol) GPOINTER_TO_INT (protocol));
  row_wait_open (&row);
  row_sees (&row, "只说一句");
  stage_wait_until (row.closed);
  failure = hs_connection_get_failure (row.connection);
  /* It reads nothing: where our greeting came before its close, the end is an RST. */
  g_assert_true (failure->kind == HS_FAILURE_CLOSED || failure->kind == HS_FAILURE_LOST);
  row_end (&row);
}

static void
test_split_character (void)
{
  Row row;

  row_start_peer (&row, "split_character", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_sees (&row, "好的");
  row_says (&row, "谢谢");
  stage_wait_until (strstr (row.seen->str, "谢谢") != NULL);
  hs_connection_leave (row.connection, TRUE);
  stage_wait_until (row.closed);
  row_end (&row);
}

/* After we closed first, TIME-WAIT is ours: the watch goes on with the orphan. */
static void
test_watch_follows (void)
{
  Row row;
  HsTcpWatch *watch;

  row_start_peer (&row, "take_turns", NULL);
  row_open (&row, "tcp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  watch = hs_connection_get_watch (row.connection);
  hs_tcp_watch_set_shown (watch, TRUE);
  row_wait_open (&row);
  g_assert_cmpint (hs_tcp_watch_get_state (watch), ==, HS_TCP_ESTABLISHED);
  g_assert_nonnull (hs_tcp_watch_get_remote (watch));
  row_says (&row, "q");
  stage_wait_until (row.closed);
  stage_wait_until (hs_tcp_watch_get_state (watch) == HS_TCP_TIME_WAIT);
  g_assert_cmpint (hs_tcp_watch_get_known (watch), ==, HS_TCP_OBSERVED);
  g_assert_cmpint (hs_tcp_watch_get_expires (watch), >, g_get_monotonic_time ());
  g_assert_cmpuint (hs_tcp_watch_get_began (watch), ==, 1);
  g_assert_false (hs_tcp_watch_get_gone (watch));
  row_end (&row);
}

/* The room of an address is gone into. */
static void
test_room_of_address (void)
{
  Row row;

  row_start_peer (&row, "irc_room", NULL);
  row_open (&row, "irc://127.0.0.1:PORT/slides", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  stage_wait_until (hs_session_find_room (row.session, "#slides") != NULL);
  stage_wait_until (hs_room_is_joined (hs_session_find_room (row.session, "#slides")));
  row_end (&row);
}

static void
add_quick (void)
{
  g_test_add_func ("/tutorial-client/take-turns", test_take_turns);
  g_test_add_func ("/tutorial-client/take-turns-automatic", test_take_turns_automatic);
  g_test_add_func ("/tutorial-client/room-of-address", test_room_of_address);
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
  g_test_add_func ("/tutorial-client/watch-follows", test_watch_follows);
}

/* These wait for silences and bounds of several seconds. */
static void
add_patient (void)
{
  g_test_add_func ("/tutorial-client/never-closes", test_never_closes);
  g_test_add_func ("/tutorial-client/silent", test_silent);
  g_test_add_func ("/tutorial-client/late-irc", test_late_irc);
  g_test_add_func ("/tutorial-client/late-irc-written", test_late_irc_written);
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
