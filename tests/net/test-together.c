/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listener, dialer, poller, links and real taps at both ends: one conversation, from the SYN to TIME-WAIT. */
#include <gio/gio.h>

#include "hs-dialer.h"
#include "hs-link.h"
#include "hs-listener.h"

typedef struct
{
  HsLink *link;  /* NULL after it ended */
  HsTcpTap *tap; /* once stolen */
  GString *heard;
  GString *states; /* short names, in the order in which they were entered */
  HsLinkEnd end;
  gboolean ended;
} Side;

typedef struct
{
  GMainContext *context;
  HsPoller *poller;
  HsTcpDiag *diag;
  HsListener *listener;
  Side guest, host; /* who connects, who accepts */
  HsTcpTap *dialling;
} Fixture;

/* ---- What the sides are told ---- */

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  Side *side = user_data;

  if (event->kind == HS_TCP_EVENT_STATE)
    g_string_append_printf (side->states, "%s ", hs_tcp_state_get_short_name (event->state));
}

static const HsTcpTapFuncs tap_funcs = { .event = on_event };

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  Side *side = user_data;

  g_string_append_printf (side->heard, "<%s>", line->data);
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
  Side *side = user_data;

  side->end = end;
  if (end == HS_LINK_EOF)
    {
      hs_link_close (link, 0);
      return;
    }
  side->ended = TRUE;
  side->tap = hs_link_steal_tap (link);
  g_clear_pointer (&side->link, hs_link_free);
}

static const HsLinkFuncs link_funcs = { .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_end };

/* ---- Both come about ---- */

static void
open_side (Fixture *fixture, Side *side, int fd, HsTcpTap *tap, HsFraming framing)
{
  side->link = hs_link_new (fixture->poller, fd, framing, &link_funcs, side);
  hs_link_set_tap (side->link, tap);
}

static void
on_accepted (HsListener *listener, int fd, gpointer user_data)
{
  Fixture *fixture = user_data;
  HsTcpTap *tap = hs_tcp_tap_new (HS_TCP_ROLE_LISTENER, fixture->diag, &tap_funcs, &fixture->host);

  hs_tcp_tap_set_shown (tap, TRUE);
  hs_tcp_tap_attach (tap, fd, 0);
  open_side (fixture, &fixture->host, fd, tap, HS_FRAMING_JUDGE_GUEST);
}

static void
on_dialled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  int fd = hs_dial_finish (result, &error);

  g_assert_no_error (error);
  open_side (fixture, &fixture->guest, fd, g_steal_pointer (&fixture->dialling), HS_FRAMING_PLAIN);
}

static gboolean
tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define WAIT_UNTIL(fixture, condition)                                                 \
  G_STMT_START                                                                         \
  {                                                                                    \
    gint64 wait_end = g_get_monotonic_time () + 8 * G_USEC_PER_SEC;                     \
    g_autoptr (GSource) wait_tick = g_timeout_source_new (20);                          \
    g_source_set_callback (wait_tick, tick, NULL, NULL);                                \
    g_source_attach (wait_tick, (fixture)->context);                                    \
    while (!(condition) && g_get_monotonic_time () < wait_end)                          \
      g_main_context_iteration ((fixture)->context, TRUE);                              \
    g_source_destroy (wait_tick);                                                      \
    g_assert_true (condition);                                                         \
  }                                                                                    \
  G_STMT_END

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (HsAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  fixture->context = g_main_context_new ();
  g_main_context_push_thread_default (fixture->context);
  fixture->poller = hs_poller_new (fixture->context);
  fixture->diag = hs_tcp_diag_new ();
  fixture->listener = hs_listener_new (on_accepted, fixture);
  for (guint i = 0; i < 2; i++)
    {
      Side *side = i == 0 ? &fixture->guest : &fixture->host;

      side->heard = g_string_new (NULL);
      side->states = g_string_new (NULL);
    }
  hs_listener_listen (fixture->listener, NULL, 0, 0, 16, &error);
  g_assert_no_error (error);
  text = g_strdup_printf ("127.0.0.1:%u", hs_listener_get_port (fixture->listener));
  address = hs_address_parse (text, &error);
  g_assert_no_error (error);
  fixture->dialling = hs_tcp_tap_new (HS_TCP_ROLE_OPENER, fixture->diag, &tap_funcs, &fixture->guest);
  hs_tcp_tap_set_shown (fixture->dialling, TRUE);
  hs_dial_async (address, fixture->dialling, NULL, NULL, NULL, on_dialled, fixture);
  WAIT_UNTIL (fixture, fixture->guest.link != NULL && fixture->host.link != NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      Side *side = i == 0 ? &fixture->guest : &fixture->host;

      g_clear_pointer (&side->link, hs_link_free);
      g_clear_pointer (&side->tap, hs_tcp_tap_free);
      g_string_free (side->heard, TRUE);
      g_string_free (side->states, TRUE);
    }
  hs_listener_free (fixture->listener);
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  hs_poller_free (fixture->poller);
  g_clear_pointer (&fixture->diag, hs_tcp_diag_free);
  g_main_context_pop_thread_default (fixture->context);
  g_main_context_unref (fixture->context);
}

static void
send_text (Side *side, const char *text)
{
  hs_link_send_bytes (side->link, text, strlen (text));
}

/* ---- Stories ---- */

static void
converse (Fixture *fixture)
{
  send_text (&fixture->guest, "你好\n");
  WAIT_UNTIL (fixture, fixture->host.heard->len > 0);
  send_text (&fixture->host, "ana: 你好\n");
  WAIT_UNTIL (fixture, fixture->guest.heard->len > 0);
  g_assert_cmpstr (fixture->host.heard->str, ==, "<你好>");
  g_assert_cmpstr (fixture->guest.heard->str, ==, "<ana: 你好>");
  g_assert_cmpint (hs_tcp_tap_get_state (hs_link_get_tap (fixture->guest.link)), ==, HS_TCP_ESTABLISHED);
  g_assert_cmpint (hs_tcp_tap_get_state (hs_link_get_tap (fixture->host.link)), ==, HS_TCP_ESTABLISHED);
}

static void
test_guest_closes (Fixture *fixture, gconstpointer data)
{
  converse (fixture);
  hs_link_close (fixture->guest.link, 0);
  WAIT_UNTIL (fixture, fixture->guest.ended && fixture->host.ended);
  g_assert_cmpint (fixture->guest.end, ==, HS_LINK_CLOSED);
  g_assert_cmpint (fixture->host.end, ==, HS_LINK_CLOSED);
  WAIT_UNTIL (fixture, hs_tcp_tap_get_state (fixture->guest.tap) == HS_TCP_TIME_WAIT);
  WAIT_UNTIL (fixture, hs_tcp_tap_get_state (fixture->host.tap) == HS_TCP_CLOSED);
  g_assert_cmpstr (fixture->guest.states->str, ==, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT ");
  g_assert_true (g_str_has_suffix (fixture->host.states->str, "ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED "));
}

/* The host waits for the guest's FIN, which follows its own last word: TIME-WAIT is the guest's. */
static void
test_host_takes_leave (Fixture *fixture, gconstpointer data)
{
  converse (fixture);
  hs_link_break_write (fixture->host.link);
  send_text (&fixture->host, "q");
  hs_link_close (fixture->host.link, HS_LEAVE_FIN_MS);
  WAIT_UNTIL (fixture, strstr (fixture->guest.heard->str, "<q>") != NULL);
  hs_link_close (fixture->guest.link, 0);
  WAIT_UNTIL (fixture, fixture->guest.ended && fixture->host.ended);
  WAIT_UNTIL (fixture, hs_tcp_tap_get_state (fixture->guest.tap) == HS_TCP_TIME_WAIT);
  WAIT_UNTIL (fixture, hs_tcp_tap_get_state (fixture->host.tap) == HS_TCP_CLOSED);
}

/* Freed with the descriptor open: as a process that dies. */
static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  converse (fixture);
  g_clear_pointer (&fixture->guest.link, hs_link_free);
  WAIT_UNTIL (fixture, fixture->host.ended);
  g_assert_cmpint (fixture->host.end, ==, HS_LINK_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/net/together/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("guest-closes", test_guest_closes);
  ADD ("host-takes-leave", test_host_takes_leave);
  ADD ("dropped", test_dropped);
  return g_test_run ();
}
