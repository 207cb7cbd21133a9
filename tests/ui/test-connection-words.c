/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the panel's first page says of a connection. No display. */
#include "hs-connection-words.h"

#define BEGIN (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC) /* 22:13:20 */

static void
enter (HsTcpWatch *watch, HsTcpState state, guint32 expires_ms)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_STATE, HS_TCP_OBSERVED, 0, "", NULL, "tcp_info");

  event->state = state;
  event->real_time = BEGIN;
  event->expires_ms = expires_ms;
  hs_tcp_watch_add_event (watch, event);
}

static void
add_segment (HsTcpWatch *watch, guint8 flags, gboolean outgoing)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_SEGMENT, HS_TCP_OBSERVED, 0, "", NULL, "test");

  event->flags = flags;
  event->outgoing = outgoing;
  hs_tcp_watch_add_event (watch, event);
}

static const struct
{
  const char *description;
  HsTcpRole role;
  gboolean stood;
  guint8 flags; /* of the segment before the last state */
  gboolean outgoing;
  HsTcpState last;
  const char *expected; /* NULL: the state's own */
} sentences[] = {
  { "open", HS_TCP_ROLE_OPENER, FALSE, 0, FALSE, HS_TCP_ESTABLISHED, NULL },
  { "our wait", HS_TCP_ROLE_OPENER, TRUE, HS_TCP_FIN, TRUE, HS_TCP_TIME_WAIT,
    "You closed first, so the wait is yours: late segments die out before this port is used again." },
  { "we", HS_TCP_ROLE_OPENER, TRUE, HS_TCP_FIN, TRUE, HS_TCP_CLOSED, "The connection is over. You closed first." },
  { "the other side", HS_TCP_ROLE_OPENER, TRUE, HS_TCP_FIN, FALSE, HS_TCP_CLOSED, "The connection is over. The other side closed first." },
  { "refused", HS_TCP_ROLE_OPENER, FALSE, HS_TCP_RST, FALSE, HS_TCP_CLOSED, "There was no connection: the other side refused it." },
  { "reset", HS_TCP_ROLE_OPENER, TRUE, HS_TCP_RST, FALSE, HS_TCP_CLOSED, "The connection is over. The other side closed first." },
  { "a guest's, of which the beginning was not seen", HS_TCP_ROLE_LISTENER, FALSE, HS_TCP_RST, FALSE, HS_TCP_CLOSED,
    "The connection is over. The other side closed first." },
  { "never begun", HS_TCP_ROLE_OPENER, FALSE, 0, FALSE, HS_TCP_CLOSED, NULL },
};

static void
test_sentence (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (sentences[i].role, "test");

      g_test_message ("%s", sentences[i].description);
      if (sentences[i].stood)
        enter (watch, HS_TCP_ESTABLISHED, 0);
      if (sentences[i].flags != 0)
        add_segment (watch, sentences[i].flags, sentences[i].outgoing);
      enter (watch, sentences[i].last, 0);
      g_assert_cmpstr (hs_connection_words_get_sentence (watch), ==,
                       sentences[i].expected != NULL ? sentences[i].expected : hs_tcp_state_get_sentence (sentences[i].last));
    }
}

static void
test_both_closed (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");

  enter (watch, HS_TCP_ESTABLISHED, 0);
  enter (watch, HS_TCP_CLOSING, 0);
  enter (watch, HS_TCP_CLOSED, 0);
  g_assert_cmpstr (hs_connection_words_get_sentence (watch), ==, "The connection is over. Both sides closed at the same time.");
}

static void
test_since (void)
{
  static const struct { gint64 seconds; const char *expected; } rows[] = {
    { -5, "since 22:13:20 · 0 s · tcp_info" }, /* the clock was set */
    { 59, "since 22:13:20 · 59 s · tcp_info" },
    { 242, "since 22:13:20 · 4 min 2 s · tcp_info" },
    { 7380, "since 22:13:20 · 2 h 3 min · tcp_info" },
  };
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  g_autofree char *none = hs_connection_words_dup_since (watch, BEGIN), *waits = NULL;

  g_assert_cmpstr (none, ==, "");
  enter (watch, HS_TCP_ESTABLISHED, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *since = hs_connection_words_dup_since (watch, BEGIN + rows[i].seconds * G_USEC_PER_SEC);

      g_assert_cmpstr (since, ==, rows[i].expected);
    }
  enter (watch, HS_TCP_TIME_WAIT, 60000);
  waits = hs_connection_words_dup_since (watch, BEGIN);
  g_assert_cmpstr (waits, ==, "since 22:13:20 · then CLOSED");
}

static void
test_address (void)
{
  static const struct { const char *name, *local, *remote, *expected; } rows[] = {
    { "Lobby", "10.0.0.2:50000", "10.0.0.1:8000", "10.0.0.1:8000" },
    { "10.0.0.1:8000", "10.0.0.2:50000", "10.0.0.1:8000", "from 10.0.0.2:50000" },
    { "10.0.0.1:8000", NULL, "10.0.0.1:8000", "10.0.0.1:8000" },
    { "Lobby", NULL, NULL, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, rows[i].name);
      g_autofree char *address = NULL;

      hs_tcp_watch_set_addresses (watch, rows[i].local, rows[i].remote);
      address = hs_connection_words_dup_address (watch);
      g_assert_cmpstr (address, ==, rows[i].expected);
    }
}

/* Numbers speak where there is TCP, a tally where there is none; of what is over nothing goes wrong. */
static void
test_trouble (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test"), datagrams = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  const HsTcpNumbers numbers = { .send_queue = 7 }; /* and a window of zero */
  const HsTcpTally tally = { .time = 1, .transport = HS_TCP_TRANSPORT_UDP, .has_memory = TRUE, .drops = 2 };
  g_autofree char *none = hs_connection_words_dup_trouble (watch), *trouble = NULL, *over = NULL, *dropped = NULL;

  g_assert_null (none);
  hs_tcp_watch_set_numbers (watch, &numbers);
  trouble = hs_connection_words_dup_trouble (watch);
  g_assert_nonnull (trouble);
  hs_tcp_watch_set_gone (watch);
  over = hs_connection_words_dup_trouble (watch);
  g_assert_null (over);

  hs_tcp_watch_set_tally (datagrams, &tally);
  dropped = hs_connection_words_dup_trouble (datagrams);
  g_assert_true (g_str_has_prefix (dropped, "2 datagrams came faster"));
}

static void
test_cannot (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  g_autofree char *none = hs_connection_words_dup_cannot (watch), *two = NULL, *expected = NULL;

  g_assert_cmpstr (none, ==, "");
  for (HsTcpCannot bit = HS_TCP_CANNOT_ORPHAN; bit <= HS_TCP_CANNOT_STAMPS; bit <<= 1)
    {
      g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_NOTE, HS_TCP_OBSERVED, 0, "", NULL, "test");

      event->cannot = bit;
      hs_tcp_watch_add_event (watch, event);
    }
  two = hs_connection_words_dup_cannot (watch);
  expected = g_strjoin ("\n", hs_tcp_cannot_get_sentence (HS_TCP_CANNOT_ORPHAN), hs_tcp_cannot_get_sentence (HS_TCP_CANNOT_STAMPS), NULL);
  g_assert_cmpstr (two, ==, expected);
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/connection-words/sentence", test_sentence);
  g_test_add_func ("/ui/connection-words/both-closed", test_both_closed);
  g_test_add_func ("/ui/connection-words/since", test_since);
  g_test_add_func ("/ui/connection-words/address", test_address);
  g_test_add_func ("/ui/connection-words/trouble", test_trouble);
  g_test_add_func ("/ui/connection-words/cannot", test_cannot);
  return g_test_run ();
}
