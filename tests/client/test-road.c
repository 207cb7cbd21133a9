/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a connection fails between two computers, provoked for real on a wire in namespaces of the test's own, and what is said of it. */
#include "hs-connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client-stage.h"
#include "wire.h"

#define PATIENCE_S 30

static const char *skip_reason; /* (nullable) */

typedef struct
{
  HsStore *store;
  HsSession *session;
  HsConnection *connection;
  gboolean answered, closed;
} Caller;

static gboolean
skips (void)
{
  if (skip_reason != NULL)
    g_test_skip (skip_reason);
  return skip_reason != NULL;
}

/* stage_wait_until () does not wait for a SYN to be given up. */
static gboolean
wait_patiently (const gboolean *condition)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;

  while (!*condition && g_get_monotonic_time () < until)
    stage_iterate ();
  return *condition;
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Caller *) data)->answered = TRUE;
  hs_connection_open_finish (HS_CONNECTION (source), result, NULL);
}

static void
on_closed (HsConnection *connection, Caller *caller)
{
  caller->closed = TRUE;
}

static void
call (Caller *self, const char *address)
{
  *self = (Caller){ .store = hs_store_new (":memory:") };
  self->session = hs_session_new (self->store, address, address, "Ana", FALSE);
  self->connection = hs_connection_new (self->session, address, HS_PROTOCOL_PLAIN, HS_LINE_ENDING_AUTOMATIC);
  g_signal_connect (self->connection, "closed", G_CALLBACK (on_closed), self);
  hs_connection_open_async (self->connection, NULL, on_opened, self);
}

static void
hang_up (Caller *self)
{
  g_clear_object (&self->connection);
  g_clear_object (&self->session);
  hs_store_close (self->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&self->store);
}

/* One that listens on the other computer; its port. */
static int
listen_there (guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  int fd = wire_take_socket_there (AF_INET);

  inet_pton (AF_INET, WIRE_THERE_V4, &address.sin_addr);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 8), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &len), ==, 0);
  *port = ntohs (address.sin_port);
  return fd;
}

static gboolean
has_command (const HsFailure *failure, const char *pattern)
{
  for (guint i = 0; i < failure->hints->len; i++)
    {
      const char *command = ((HsFailureHint *) g_ptr_array_index (failure->hints, i))->command;

      if (command != NULL && g_pattern_match_simple (pattern, command))
        return TRUE;
    }
  return FALSE;
}

static const struct
{
  const char *path, *address;
  WireLoss loss;
  HsFailureKind kind;
  const char *title, *sentence; /* patterns */
  const char *command;          /* (nullable) a pattern */
} roads[] = {
  { "/client/road/no-network", "tcp://198.51.100.1:9000", WIRE_LOSE_NOTHING, HS_FAILURE_UNREACHABLE, "There is no road to 198.51.100.1*", "*knows no way*", NULL },
  { "/client/road/nobody-has-this-address", "tcp://192.0.2.77:9000", WIRE_LOSE_NOTHING, HS_FAILURE_UNREACHABLE, "There is no road to 192.0.2.77*", "*", NULL },
  { "/client/road/nobody-listens", "tcp://" WIRE_THERE_V4 ":9000", WIRE_LOSE_NOTHING, HS_FAILURE_REFUSED, WIRE_THERE_V4 " answers*", "*port 9000*", NULL },
  { "/client/road/nobody-listens/v6", "tcp://[" WIRE_THERE_V6 "]:9000", WIRE_LOSE_NOTHING, HS_FAILURE_REFUSED, "*answers*", "*port 9000*", NULL },
  { "/client/road/firewall-that-drops", "tcp://" WIRE_THERE_V4 ":9000", WIRE_LOSE_ALL_FROM_THERE, HS_FAILURE_NO_ANSWER, "No answer from " WIRE_THERE_V4,
    "*went out * times*", "sudo ufw allow 9000/tcp" },
};

static void
test_road (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  const HsFailure *failure;
  Caller caller;

  if (skips ())
    return;
  wire_set_delay (5);
  wire_lose (roads[i].loss, 100000);
  call (&caller, roads[i].address);
  g_assert_true (wait_patiently (&caller.answered));
  failure = hs_connection_get_failure (caller.connection);
  g_assert_nonnull (failure);
  g_test_message ("%s. %s", failure->title, failure->sentence);
  g_assert_cmpint (failure->kind, ==, roads[i].kind);
  g_assert_true (g_pattern_match_simple (roads[i].title, failure->title));
  g_assert_true (g_pattern_match_simple (roads[i].sentence, failure->sentence));
  g_assert_cmpuint (failure->hints->len, >, 0);
  g_assert_true (roads[i].command == NULL || has_command (failure, roads[i].command));
  wire_lose (WIRE_LOSE_NOTHING, 0);
  hang_up (&caller);
}

static void
say (Caller *self, const char *text)
{
  g_autoptr (HsRoom) room = g_list_model_get_item (hs_session_get_rooms (self->session), 0);
  g_autoptr (GError) error = NULL;

  hs_session_say (self->session, room, text, &error);
  g_assert_no_error (error);
}

static gboolean
has_heard (int fd, const char *text)
{
  char buffer[256] = "";

  return recv (fd, buffer, sizeof buffer - 1, MSG_DONTWAIT) > 0 && strstr (buffer, text) != NULL;
}

/* The cable is pulled while one talks: said in the room, told from a program that does not read; and it goes on when the cable is back. */
static void
test_cable (void)
{
  Caller caller;
  g_autofree char *address = NULL;
  g_autoptr (HsRoom) room = NULL;
  guint16 port;
  int listener, guest = -1;

  if (skips ())
    return;
  wire_set_delay (5);
  wire_lose (WIRE_LOSE_NOTHING, 0);
  listener = listen_there (&port);
  address = g_strdup_printf ("tcp://" WIRE_THERE_V4 ":%u", port);
  call (&caller, address);
  stage_wait_until (caller.answered && (guest = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0);
  g_assert_null (hs_connection_get_failure (caller.connection));
  say (&caller, "before");
  stage_wait_until (has_heard (guest, "before"));
  wire_lose (WIRE_LOSE_DATA_FROM_HERE, 100000);
  say (&caller, "into the void");
  room = g_list_model_get_item (hs_session_get_rooms (caller.session), 0);
  g_object_unref (stage_wait_for_entry (room, "The other computer does not answer: what you write is sent again and again. "
                                              "A cable, a sleeping computer, or another network?"));
  g_assert_false (caller.closed);
  wire_lose (WIRE_LOSE_NOTHING, 0);
  stage_wait_until (has_heard (guest, "into the void")); /* TCP's doing, none of ours */
  close (guest);
  close (listener);
  stage_wait_until (caller.closed);
  hang_up (&caller);
}

int
main (int argc, char **argv)
{
  skip_reason = wire_open (); /* before anything has a thread */
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (roads); i++)
    g_test_add_data_func (roads[i].path, GSIZE_TO_POINTER (i), test_road);
  g_test_add_func ("/client/road/cable", test_cable);
  return g_test_run ();
}
