/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our window's side, without the window, against what people write after a tutorial's chapter on UDP: one message, one datagram, and nobody who
 * says that it arrived. */
#include "row.h"

#include <string.h>

#include "hs-limits.h"

static HsEntry *
wait_delivered (Row *row, const char *text, HsSent delivery)
{
  HsEntry *entry = stage_wait_for_entry (row_room (row), text);

  stage_wait_until (hs_entry_get_delivery (entry) == delivery);
  return entry;
}

static void
leave (Row *row)
{
  hs_connection_leave (row->connection, FALSE);
  stage_wait_until (row->closed);
  g_assert_null (hs_connection_get_failure (row->connection));
}

/* Texts in a row, one of two lines; q is a text, too. */
static void
test_greet (void)
{
  Row row;
  HsTcpWatch *watch;
  g_autoptr (HsEntry) entry = NULL;

  row_start_peer (&row, "udp_greet", NULL);
  row_open (&row, "udp://localhost:PORT", HS_PROTOCOL_AUTOMATIC);
  watch = hs_connection_get_watch (row.connection);
  hs_tcp_watch_set_shown (watch, TRUE);
  row_wait_open (&row);
  g_assert_true (hs_session_is_plain (row.session));
  g_assert_cmpint (hs_tcp_watch_get_transport (watch), ==, HS_TCP_TRANSPORT_UDP);
  row_says (&row, "Michael");
  row_says (&row, "q");
  row_says (&row, "你好\n二");
  row_sees (&row, "Hello, Michael!");
  row_sees (&row, "Hello, q!");
  row_sees (&row, "Hello, 你好\n二!");
  entry = wait_delivered (&row, "你好\n二", HS_SENT_SENT);
  g_assert_false (row.closed);
  g_assert_cmpint (hs_tcp_watch_get_since (watch), ==, 0); /* no state was entered */
  g_assert_cmpuint (hs_tcp_watch_get_tally (watch)->sent, ==, 3);
  g_assert_cmpuint (hs_tcp_watch_get_tally (watch)->received, ==, 3);
  g_assert_cmpuint (hs_tcp_watch_get_tally (watch)->bytes_sent, ==, 7 + 1 + 10);
  leave (&row);
  g_assert_cmpstr (row.seen->str, ==, "recv 'Michael'\nrecv 'q'\nrecv '你好\\n二'\n"); /* and no goodbye */
  row_end (&row);
}

static void
count_acknowledged (HsEntry *entry, GParamSpec *pspec, guint *n)
{
  HsSent delivery = hs_entry_get_delivery (entry);

  *n += delivery == HS_SENT_ACKNOWLEDGED || delivery == HS_SENT_WRITTEN || delivery == HS_SENT_ACCEPTED;
}

/* Never more than sent, however long one waits; and that is what it stays. */
static void
test_silent (void)
{
  Row row;
  guint n_wrong = 0;
  g_autoptr (HsEntry) entry = NULL, left = NULL;

  row_start_peer (&row, "udp_silent", NULL);
  row_open (&row, "udp://127.0.0.1:PORT", HS_PROTOCOL_IRC); /* the address says it more clearly than the choice */
  row_wait_open (&row);
  row_says (&row, "anybody?");
  entry = stage_wait_for_entry (row_room (&row), "anybody?");
  g_signal_connect (entry, "notify::delivery", G_CALLBACK (count_acknowledged), &n_wrong);
  stage_wait_until (hs_entry_get_delivery (entry) == HS_SENT_SENT);
  stage_wait_until (strstr (row.seen->str, "anybody?") != NULL);
  g_assert_false (hs_session_awaits_ack (row.session));
  leave (&row);
  stage_wait_until ((left = row_find_said (&row, "You left at")) != NULL);
  g_assert_nonnull (strstr (hs_entry_get_text (left), "UDP does not say"));
  g_assert_cmpuint (n_wrong, ==, 0);
  g_assert_cmpint (hs_entry_get_delivery (entry), ==, HS_SENT_SENT);
  row_end (&row);
}

static guint
count_rows (Row *row, const char *part)
{
  GListModel *entries = G_LIST_MODEL (hs_room_get_entries (row_room (row)));
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (entries, i);

      n += strstr (hs_entry_get_text (entry), part) != NULL;
    }
  return n;
}

/* ICMP brings each back: it has failed, and why is told once. When somebody listens later, it can be sent again. */
static void
test_refused (void)
{
  Row row;
  g_autoptr (HsEntry) first = NULL, second = NULL, going = NULL;
  g_autoptr (GError) error = NULL;

  row_start_peer (&row, "udp_goes", NULL);
  row_open (&row, "udp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "hello");
  row_sees (&row, "going");
  going = wait_delivered (&row, "hello", HS_SENT_SENT);
  stage_wait_until (strstr (row.seen->str, "gone") != NULL);
  row_says (&row, "one");
  row_says (&row, "two");
  first = wait_delivered (&row, "one", HS_SENT_FAILED);
  second = wait_delivered (&row, "two", HS_SENT_FAILED);
  row_sees (&row, "That computer answers, but nobody listens on that port: what you sent came back (ICMP, port unreachable).");
  g_assert_cmpuint (count_rows (&row, "nobody listens on that port"), ==, 1);
  g_assert_cmpint (hs_entry_get_delivery (going), ==, HS_SENT_SENT);
  g_assert_false (row.closed); /* no connection broke, for there is none */
  g_assert_true (hs_session_send_again (row.session, row_room (&row), first, &error));
  g_assert_no_error (error);
  stage_wait_until (hs_entry_get_delivery (first) == HS_SENT_FAILED);
  leave (&row);
  row_end (&row);
}

static void
test_garbage (void)
{
  Row row;
  g_autoptr (HsEntry) bad = NULL, bom = NULL, cut = NULL;

  row_start_peer (&row, "udp_garbage", NULL);
  row_open (&row, "udp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  row_says (&row, "begin");
  row_sees (&row, "still here");
  row_sees (&row, "two\nlines");
  row_sees (&row, "An empty datagram came.");
  row_sees (&row, "A datagram came with nothing in it but a line’s end.");
  row_sees (&row, "NICK x"); /* a text like any other */
  bom = row_find_said (&row, "BOM");
  g_assert_nonnull (bom);
  bad = row_find_said (&row, "\xef\xbf\xbd\xef\xbf\xbd\xe2\x90\x80");
  g_assert_nonnull (bad);
  cut = row_find_said (&row, "半个\xef\xbf\xbd");
  g_assert_nonnull (cut);
  g_assert_cmpint (hs_session_get_state (row.session), ==, HS_SESSION_ONLINE);
  leave (&row);
  row_end (&row);
}

/* The longest text goes and comes whole; a longer one is refused with the numbers, and nothing of it leaves. */
static void
test_largest (void)
{
  Row row;
  g_autofree char *largest = g_strnfill (HS_DATAGRAM_MAX, 'm'), *longer = g_strnfill (HS_DATAGRAM_MAX + 1, 'n'), *answer = g_strnfill (HS_DATAGRAM_MAX, 'M');
  g_autoptr (GError) error = NULL;

  row_start_peer (&row, "udp_largest", NULL);
  row_open (&row, "udp://127.0.0.1:PORT", HS_PROTOCOL_AUTOMATIC);
  row_wait_open (&row);
  g_assert_false (hs_session_say (row.session, row_room (&row), longer, &error));
  g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "65508"));
  g_assert_nonnull (strstr (error->message, "65507"));
  row_says (&row, largest);
  row_sees (&row, answer);
  g_assert_cmpstr (row.seen->str, ==, "recv 65507 True\n");
  g_assert_cmpuint (count_rows (&row, "nnnn"), ==, 0);
  leave (&row);
  row_end (&row);
}

/* What cannot be encrypted is not opened where encryption is a must. */
static void
test_never_unencrypted (void)
{
  Row row = { 0 };
  const HsFailure *failure;

  row_make (&row, "udp://127.0.0.1:9", HS_PROTOCOL_AUTOMATIC);
  hs_connection_set_encryption (row.connection, HS_ENCRYPTION_ALWAYS);
  row_open_made (&row);
  failure = row_wait_failed (&row, HS_FAILURE_UNSUPPORTED);
  g_assert_cmpstr (failure->title, ==, "Datagrams cannot be encrypted");
  g_assert_cmpuint (failure->hints->len, ==, 1);
  row_end (&row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/datagrams/greet", test_greet);
  g_test_add_func ("/datagrams/silent", test_silent);
  g_test_add_func ("/datagrams/refused", test_refused);
  g_test_add_func ("/datagrams/garbage", test_garbage);
  g_test_add_func ("/datagrams/largest", test_largest);
  g_test_add_func ("/datagrams/never-unencrypted", test_never_unencrypted);
  return g_test_run ();
}
