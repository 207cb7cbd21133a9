/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCPVIEW at a running server: what a guest that asks is told, what one that is asked may tell, and what is not taken from it. */
#include "hs-server.h"

#include <string.h>

#include "hs-limits.h"
#include "hs-view.h"

#define WAIT_MS 10000

static gboolean
on_timeout (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Iterates until @condition holds, but not for ever. */
#define wait_until(condition)                                     \
  G_STMT_START                                                    \
  {                                                               \
    gboolean late_ = FALSE;                                       \
    guint id_ = g_timeout_add (WAIT_MS, on_timeout, &late_);      \
    while (!(condition) && !late_)                                \
      g_main_context_iteration (NULL, TRUE);                      \
    g_assert_false (late_);                                       \
    g_source_remove (id_);                                        \
  }                                                               \
  G_STMT_END

typedef struct
{
  HsServer *server;
  GError *error;
  gboolean done;
} Stage;

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  Stage *stage = data;

  g_clear_error (&stage->error);
  hs_server_start_finish (HS_SERVER (source), result, &stage->error);
  stage->done = TRUE;
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Stage *stage = data;

  g_assert_true (hs_server_stop_finish (HS_SERVER (source), result, NULL));
  stage->done = TRUE;
}

static void
start (Stage *stage)
{
  stage->done = FALSE;
  hs_server_start_async (stage->server, NULL, on_started, stage);
  wait_until (stage->done);
}

static void
stop (Stage *stage)
{
  stage->done = FALSE;
  hs_server_stop_async (stage->server, on_stopped, stage);
  wait_until (stage->done);
}

static void
stage_init (Stage *stage, gboolean share_view)
{
  g_autoptr (HsServerConfig) config = hs_server_config_new ();

  memset (stage, 0, sizeof *stage);
  config->port = 0;
  config->share_view = share_view;
  config->flood_protection = FALSE;
  g_free (config->address);
  config->address = g_strdup ("127.0.0.1");
  stage->server = hs_server_new (config, TRUE);
}

static void
stage_clear (Stage *stage)
{
  g_clear_error (&stage->error);
  g_assert_finalize_object (stage->server);
}

/* A guest on a blocking socket; the server has a thread, or the test iterates. */
static GSocketConnection *
connect_guest (Stage *stage)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host (client, "127.0.0.1", hs_server_get_port (stage->server), NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static void
write_all (GSocketConnection *connection, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Appends what has come. FALSE at the end of the stream. */
static gboolean
read_some (GSocketConnection *connection, GString *out)
{
  char data[4096];
  gssize n = g_pollable_input_stream_read_nonblocking (
    G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (connection))), data, sizeof data, NULL, NULL);

  if (n > 0)
    g_string_append_len (out, data, n);
  return n != 0;
}

static gboolean
has_read (GSocketConnection *connection, GString *out, const char *part)
{
  read_some (connection, out);
  if (strstr (out->str, part) != NULL)
    return TRUE;
  g_usleep (1000);
  return FALSE;
}

/* Polls, and lets what else there is go on. */
#define wait_reading(connection, out, part)                       \
  G_STMT_START                                                    \
  {                                                               \
    gint64 until_ = g_get_monotonic_time () + WAIT_MS * 1000;     \
    while (!has_read ((connection), (out), (part)))               \
      {                                                           \
        g_assert_cmpint (g_get_monotonic_time (), <, until_);     \
        g_main_context_iteration (NULL, FALSE);                   \
      }                                                           \
  }                                                               \
  G_STMT_END

/* One that speaks TCPVIEW, if @speaks, and is in. */
static GSocketConnection *
join_guest (Stage *stage, GString *out, gboolean speaks)
{
  GSocketConnection *guest = connect_guest (stage);

  if (speaks)
    write_all (guest, "CAP REQ :" HS_VIEW_CAP "\r\n");
  write_all (guest, "NICK anna\r\nUSER u 0 * :r\r\n");
  if (speaks)
    write_all (guest, "CAP END\r\n");
  wait_reading (guest, out, " 366 ");
  wait_until (g_list_model_get_n_items (hs_server_get_guests (stage->server)) == 1);
  return guest;
}

static HsTcpWatch *
watch_first (Stage *stage)
{
  g_autoptr (HsGuest) first = g_list_model_get_item (hs_server_get_guests (stage->server), 0);

  return hs_server_watch_guest (stage->server, first);
}

/* A fence: all that was said before it has been heard, and answered. */
static void
ping (GSocketConnection *guest, GString *out, const char *token)
{
  g_autofree char *line = g_strdup_printf ("PING %s\r\n", token), *answer = g_strdup_printf (" %s\r\n", token);

  write_all (guest, line);
  wait_reading (guest, out, answer);
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, part)) != NULL; at += strlen (part))
    n++;
  return n;
}

static void
wait_counting (GSocketConnection *guest, GString *out, const char *part, guint n)
{
  for (gint64 until = g_get_monotonic_time () + WAIT_MS * 1000; count (out->str, part) < n; g_usleep (1000))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      read_some (guest, out);
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
end (Stage *stage, GSocketConnection *guest)
{
  g_io_stream_close (G_IO_STREAM (guest), NULL, NULL);
  stop (stage);
  stage_clear (stage);
}

/* ---- A guest asks ---- */

static void
test_guest_asks (void)
{
  Stage stage;
  g_autoptr (GSocketConnection) guest = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  guint n;

  stage_init (&stage, TRUE);
  start (&stage);
  guest = join_guest (&stage, out, TRUE);
  g_assert_null (strstr (out->str, HS_VIEW_COMMAND)); /* nobody looks: nothing is said */
  write_all (guest, "TCPVIEW ASK\r\n");
  wait_reading (guest, out, "TCPVIEW FACT :numbers ");
  g_assert_nonnull (strstr (out->str, "known=observed state=ESTABLISHED"));
  g_assert_nonnull (strstr (out->str, "way=in flags=SYN seq="));
  wait_reading (guest, out, "TCPVIEW FACT :first "); /* of what it has told so far */
  write_all (guest, "TCPVIEW END\r\n");
  ping (guest, out, "one");
  n = count (out->str, "TCPVIEW FACT");
  for (gint64 until = g_get_monotonic_time () + 1500000; g_get_monotonic_time () < until; g_usleep (20000))
    read_some (guest, out);
  g_assert_cmpuint (count (out->str, "TCPVIEW FACT"), ==, n);
  end (&stage, guest);
}

static void
test_not_shared (void)
{
  Stage stage;
  g_autoptr (GSocketConnection) guest = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  guint n;

  stage_init (&stage, FALSE);
  start (&stage);
  guest = join_guest (&stage, out, TRUE);
  write_all (guest, "TCPVIEW ASK\r\n");
  wait_reading (guest, out, "TCPVIEW NO\r\n");
  ping (guest, out, "one");
  g_assert_cmpuint (count (out->str, "TCPVIEW FACT"), ==, 0);

  /* The host agrees, and then no longer. */
  config->address = g_strdup ("127.0.0.1");
  config->share_view = TRUE;
  g_free (hs_server_set_config (stage.server, config));
  while (strstr (out->str, "TCPVIEW FACT :state") == NULL) /* the guest's word may be there before the host's */
    {
      write_all (guest, "TCPVIEW ASK\r\n");
      ping (guest, out, "again");
      g_string_truncate (out, strstr (out->str, "TCPVIEW FACT :state") == NULL ? 0 : out->len);
    }
  n = count (out->str, "TCPVIEW NO\r\n");
  config->share_view = FALSE;
  g_free (hs_server_set_config (stage.server, config));
  wait_counting (guest, out, "TCPVIEW NO\r\n", n + 1);
  end (&stage, guest);
}

/* The window comes while the guest looks, and goes while it still does. */
static void
test_both_look (void)
{
  Stage stage;
  g_autoptr (GSocketConnection) guest = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  HsTcpWatch *watch;
  guint n;

  stage_init (&stage, TRUE);
  start (&stage);
  guest = join_guest (&stage, out, TRUE);
  write_all (guest, "TCPVIEW ASK\r\n");
  wait_reading (guest, out, "TCPVIEW FACT :numbers ");
  watch = watch_first (&stage);
  hs_tcp_watch_set_shown (watch, TRUE);
  wait_until (hs_tcp_watch_get_state (watch) == HS_TCP_ESTABLISHED && hs_tcp_watch_get_numbers (watch) != NULL);
  g_assert_nonnull (hs_tcp_watch_get_remote (watch));
  wait_reading (guest, out, "TCPVIEW ASK\r\n");
  n = count (out->str, "TCPVIEW FACT :numbers ");
  g_object_unref (watch);
  wait_reading (guest, out, "TCPVIEW END\r\n");
  wait_counting (guest, out, "TCPVIEW FACT :numbers ", n + 2); /* it is told on */
  end (&stage, guest);
}

/* ---- Many ask ---- */

typedef struct
{
  GSocketConnection *connection;
  GString *out;
} Asker;

static void
asker_free (gpointer data)
{
  Asker *self = data;

  g_io_stream_close (G_IO_STREAM (self->connection), NULL, NULL);
  g_object_unref (self->connection);
  g_string_free (self->out, TRUE);
  g_free (self);
}

static Asker *
asker_new (Stage *stage, guint i)
{
  g_autofree char *lines = g_strdup_printf ("CAP REQ :" HS_VIEW_CAP "\r\nNICK n%u\r\nUSER u 0 * :r\r\nCAP END\r\n", i);
  Asker *self = g_new0 (Asker, 1);

  self->out = g_string_new (NULL);
  self->connection = connect_guest (stage);
  write_all (self->connection, lines);
  wait_reading (self->connection, self->out, " 366 ");
  return self;
}

/* @answer: what it is told then. */
static void
ask (Asker *self, const char *answer)
{
  g_string_truncate (self->out, 0);
  write_all (self->connection, "TCPVIEW ASK\r\n");
  wait_reading (self->connection, self->out, answer);
}

static void
on_carried (HsServer *server, HsTcpWatch *watch, gpointer carried, guint *n)
{
  (*n)++;
}

/* So many are told, one more is not, until one of them has ended or gone. What goes to a guest that is shown is told, and not of the others. */
static void
test_many_ask (void)
{
  Stage stage;
  g_autoptr (GPtrArray) askers = g_ptr_array_new_with_free_func (asker_free);
  HsTcpWatch *watch;
  Asker *first, *second, *last;
  guint n_carried = 0;

  stage_init (&stage, TRUE);
  g_signal_connect (stage.server, "carried", G_CALLBACK (on_carried), &n_carried);
  start (&stage);
  for (guint i = 0; i <= HS_VIEW_TOLD_MAX; i++)
    g_ptr_array_add (askers, asker_new (&stage, i));
  for (guint i = 0; i < HS_VIEW_TOLD_MAX; i++)
    ask (askers->pdata[i], "TCPVIEW FACT :state");
  first = askers->pdata[0];
  second = askers->pdata[1];
  last = askers->pdata[HS_VIEW_TOLD_MAX];
  ask (last, "TCPVIEW NO\r\n");
  ask (first, "TCPVIEW FACT :state"); /* who is told already may ask again */
  write_all (first->connection, "TCPVIEW END\r\n");
  ping (first->connection, first->out, "ended");
  ask (last, "TCPVIEW FACT :state");
  ask (first, "TCPVIEW NO\r\n");

  wait_until (g_list_model_get_n_items (hs_server_get_guests (stage.server)) == HS_VIEW_TOLD_MAX + 1);
  watch = watch_first (&stage);
  hs_tcp_watch_set_shown (watch, TRUE);
  wait_until (hs_tcp_watch_get_numbers (watch) != NULL);
  write_all (last->connection, "PRIVMSG #lobby :hello\r\n");
  for (guint i = 0; i < HS_VIEW_TOLD_MAX; i++)
    wait_reading (((Asker *) askers->pdata[i])->connection, ((Asker *) askers->pdata[i])->out, "hello\r\n");
  wait_until (n_carried == 1);
  g_object_unref (watch);

  g_ptr_array_remove (askers, second); /* it goes */
  wait_until (g_list_model_get_n_items (hs_server_get_guests (stage.server)) == HS_VIEW_TOLD_MAX);
  ask (first, "TCPVIEW FACT :state");
  g_ptr_array_set_size (askers, 0);
  stop (&stage);
  stage_clear (&stage);
}

/* ---- The host asks ---- */

/* A guest that lies, and worse. None of it is more than words. */
static const char *const lies[] = {
  "TCPVIEW FACT", "TCPVIEW FACT :", "TCPVIEW FACT :state", "TCPVIEW FACT :state time=1 known=observed state=<b>CLOSED</b>",
  "TCPVIEW FACT :segment time=1 known=observed way=in flags=SYN seq=4294967296", "TCPVIEW FACT :state time=99999999999999999999 known=observed state=CLOSED",
  "TCPVIEW TIME 1 2 3", "TCPVIEW TIME x y z", "TCPVIEW TIME", "TCPVIEW CLOCK", "TCPVIEW CLOCK :", "TCPVIEW", "TCPVIEW NOTHING", "TCPVIEW END", "TCPVIEW NO",
  "TCPVIEW FACT :numbers time=1 state=ESTABLISHED sent=1000000000000000",
};

static void
test_host_asks (void)
{
  Stage stage;
  g_autoptr (GSocketConnection) guest = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (HsTcpWatch) watch = NULL;
  g_autofree char *answer = NULL;
  const HsTcpTold *told;
  gint64 asked, offset, round_trip;

  stage_init (&stage, TRUE);
  start (&stage);
  guest = join_guest (&stage, out, TRUE);
  watch = watch_first (&stage);
  told = hs_tcp_watch_get_told (watch);
  write_all (guest, "TCPVIEW FACT :state time=1 known=observed state=CLOSED\r\n"); /* nobody has asked */
  ping (guest, out, "one");
  hs_tcp_watch_set_shown (watch, TRUE);
  wait_reading (guest, out, "TCPVIEW ASK\r\n");
  wait_reading (guest, out, "TCPVIEW CLOCK ");
  wait_until (hs_tcp_told_get_state (told) == HS_TCP_TOLD_ASKED);
  g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      write_all (guest, lies[i]);
      write_all (guest, "\r\n");
    }
  ping (guest, out, "two");
  wait_until (hs_tcp_told_get_state (told) == HS_TCP_TOLD_REFUSED); /* that NO was understood */
  g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 0);
  g_assert_null (hs_tcp_told_get_numbers (told));
  g_assert_false (hs_tcp_told_get_clock (told, &offset, &round_trip));

  asked = g_ascii_strtoll (strstr (out->str, "TCPVIEW CLOCK ") + strlen ("TCPVIEW CLOCK "), NULL, 10);
  answer = g_strdup_printf ("TCPVIEW TIME %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\r\n", asked, asked + 5000000, asked + 5000000);
  write_all (guest, answer);
  write_all (guest, "TCPVIEW FACT :state time=7 known=observed state=SYN-SENT\r\nTCPVIEW FACT :numbers time=8 state=ESTABLISHED sent=9\r\n");
  wait_until (hs_tcp_told_get_numbers (told) != NULL);
  g_assert_cmpint (hs_tcp_told_get_state (told), ==, HS_TCP_TOLD_TELLS);
  g_assert_true (hs_tcp_told_get_clock (told, &offset, &round_trip));
  g_assert_cmpint (offset, <=, 5000000);
  g_assert_cmpint (offset, >=, 5000000 - round_trip);
  g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 1);
  g_assert_cmpint (((HsTcpEvent *) hs_tcp_told_get_events (told)->pdata[0])->state, ==, HS_TCP_SYN_SENT);
  g_assert_cmpuint (hs_tcp_told_get_numbers (told)->bytes_sent, ==, 9);

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *line = g_strdup_printf ("TCPVIEW FACT :state time=%u known=observed state=LAST-ACK\r\n", 100 + i);

      write_all (guest, line);
    }
  wait_until (hs_tcp_told_get_events (told)->len == 64);
  ping (guest, out, "three");
  g_assert_cmpuint (hs_tcp_told_get_events (told)->len, ==, 64);
  g_assert_cmpint (hs_tcp_watch_get_state (watch), ==, HS_TCP_ESTABLISHED); /* whatever it says, that is what we see */

  hs_tcp_watch_set_shown (watch, FALSE);
  wait_reading (guest, out, "TCPVIEW END\r\n");
  end (&stage, guest);
}

/* Who did not tell, and asks itself later, has changed its mind: then it is asked once more; who tells is not. */
static void
test_changed_mind (void)
{
  Stage stage;
  g_autoptr (GSocketConnection) guest = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (HsTcpWatch) watch = NULL;
  const HsTcpTold *told;

  stage_init (&stage, TRUE);
  start (&stage);
  guest = join_guest (&stage, out, TRUE);
  watch = watch_first (&stage);
  told = hs_tcp_watch_get_told (watch);
  hs_tcp_watch_set_shown (watch, TRUE);
  wait_reading (guest, out, "TCPVIEW ASK\r\n");
  write_all (guest, "TCPVIEW NO\r\n");
  wait_until (hs_tcp_told_get_state (told) == HS_TCP_TOLD_REFUSED);
  write_all (guest, "TCPVIEW ASK\r\n");
  wait_counting (guest, out, "TCPVIEW ASK\r\n", 2);
  wait_until (hs_tcp_told_get_state (told) == HS_TCP_TOLD_ASKED);
  write_all (guest, "TCPVIEW FACT :numbers time=8 state=ESTABLISHED sent=9\r\nTCPVIEW ASK\r\n");
  wait_until (hs_tcp_told_get_state (told) == HS_TCP_TOLD_TELLS);
  ping (guest, out, "one");
  g_assert_cmpuint (count (out->str, "TCPVIEW ASK\r\n"), ==, 2);
  end (&stage, guest);
}

/* Not to one that does not speak it, and not where the host has not agreed. */
static void
test_not_asked (void)
{
  for (guint i = 0; i < 2; i++)
    {
      Stage stage;
      g_autoptr (GSocketConnection) guest = NULL;
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (HsTcpWatch) watch = NULL;

      stage_init (&stage, i == 0);
      start (&stage);
      guest = join_guest (&stage, out, i == 1);
      watch = watch_first (&stage);
      hs_tcp_watch_set_shown (watch, TRUE);
      wait_until (hs_tcp_watch_get_numbers (watch) != NULL);
      ping (guest, out, "one");
      g_assert_null (strstr (out->str, HS_VIEW_COMMAND));
      g_assert_cmpint (hs_tcp_told_get_state (hs_tcp_watch_get_told (watch)), ==, HS_TCP_TOLD_NOTHING);
      end (&stage, guest);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/view/guest-asks", test_guest_asks);
  g_test_add_func ("/server/view/not-shared", test_not_shared);
  g_test_add_func ("/server/view/both-look", test_both_look);
  g_test_add_func ("/server/view/many-ask", test_many_ask);
  g_test_add_func ("/server/view/host-asks", test_host_asks);
  g_test_add_func ("/server/view/changed-mind", test_changed_mind);
  g_test_add_func ("/server/view/not-asked", test_not_asked);
  return g_test_run ();
}
