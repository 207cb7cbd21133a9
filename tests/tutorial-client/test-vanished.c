/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other computer is gone from one moment to the next: no FIN, no RST. In a network namespace of the test's own, whose loopback
 * goes down. The kernel's patience is made short on the connection's own socket, from outside: no time in the code is a test's. */
#include "row.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hs-limits.h"

static const char *skip_reason;

static gboolean
set_loopback (gboolean up)
{
  struct ifreq request = { .ifr_name = "lo", .ifr_flags = up ? IFF_UP | IFF_RUNNING : 0 };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean ok = ioctl (fd, SIOCSIFFLAGS, &request) == 0;

  close (fd);
  return ok;
}

/* Root has a namespace of its own for the asking, others where the kernel lets everybody have a user namespace. */
static const char *
make_namespace (void)
{
  if (unshare (CLONE_NEWNET) != 0 && unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0)
    return "no network namespace of one's own here";
  return set_loopback (TRUE) ? NULL : "the loopback of a network namespace cannot be brought up";
}

static gboolean
is_to (int fd, guint port)
{
  struct sockaddr_in address = { 0 };
  socklen_t len = sizeof address;

  return getpeername (fd, (struct sockaddr *) &address, &len) == 0 && address.sin_family == AF_INET && ntohs (address.sin_port) == port;
}

static int
get_option (int fd, int level, int option)
{
  int value = -1;
  socklen_t len = sizeof value;

  g_assert_cmpint (getsockopt (fd, level, option, &value, &len), ==, 0);
  return value;
}

static void
set_option (int fd, int option, int value)
{
  g_assert_cmpint (setsockopt (fd, IPPROTO_TCP, option, &value, sizeof value), ==, 0);
}

/* What the connection asked the kernel for, and then the same in seconds. */
static void
make_impatient (guint port, int user_timeout_ms)
{
  int fd = 0;

  while (fd < 1024 && !is_to (fd, port))
    fd++;
  g_assert_cmpint (fd, <, 1024);
  g_assert_cmpint (get_option (fd, SOL_SOCKET, SO_KEEPALIVE), ==, 1);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_USER_TIMEOUT), ==, HS_TCP_USER_TIMEOUT_MS);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_KEEPIDLE), <, HS_TCP_USER_TIMEOUT_MS / 1000);
  set_option (fd, TCP_KEEPIDLE, 1);
  set_option (fd, TCP_KEEPINTVL, 1);
  set_option (fd, TCP_USER_TIMEOUT, user_timeout_ms);
}

static gboolean
begin (Row *row, const char *mode, const char *address)
{
  if (skip_reason != NULL)
    {
      g_test_skip (skip_reason);
      return FALSE;
    }
  row_start_peer (row, mode, NULL);
  row_open (row, address, HS_PROTOCOL_AUTOMATIC);
  row_wait_open (row);
  stage_wait_until (g_list_model_get_n_items (hs_session_get_rooms (row->session)) > 0);
  return TRUE;
}

static void
expect_vanished (Row *row)
{
  const HsFailure *failure;

  stage_wait_until (row->closed);
  failure = hs_connection_get_failure (row->connection);
  g_assert_nonnull (failure);
  g_test_message ("%s. %s", failure->title, failure->sentence);
  g_assert_cmpint (failure->kind, ==, HS_FAILURE_LOST);
  g_assert_true (g_str_has_prefix (failure->sentence, "Nothing was heard any more"));
  g_assert_cmpint (hs_session_get_state (row->session), ==, HS_SESSION_OFFLINE);
}

typedef struct
{
  const char *path, *mode, *address;
} Vanishing;

static const Vanishing vanishing[] = {
  { "plain", "vanishes", "tcp://127.0.0.1:PORT" },
  { "irc", "vanishes_irc", "irc://127.0.0.1:PORT" },
};

/* Nobody says anything: the kernel's probes find it out. */
static void
test_idle (gconstpointer data)
{
  const Vanishing *v = data;
  Row row;

  if (!begin (&row, v->mode, v->address))
    return;
  make_impatient (row.port, 2000);
  g_assert_true (set_loopback (FALSE));
  expect_vanished (&row);
  g_assert_true (set_loopback (TRUE));
  row_end (&row);
}

/* Something was said into the void: first that is told, then it is over, and the message is in doubt. */
static void
test_in_flight (gconstpointer data)
{
  const Vanishing *v = data;
  Row row;
  g_autoptr (HsEntry) entry = NULL;
  g_autoptr (HsEntry) told = NULL;
  HsRoom *room;

  if (!begin (&row, v->mode, v->address))
    return;
  room = row_room (&row);
  make_impatient (row.port, 9000);
  g_assert_true (set_loopback (FALSE));
  row_says (&row, "are you there?");
  entry = stage_wait_for_entry (room, "are you there?");
  stage_wait_until ((told = row_find_said (&row, "The other computer does not answer")) != NULL);
  g_assert_false (row.closed);
  expect_vanished (&row);
  stage_wait_until (hs_entry_get_delivery (entry) == HS_SENT_UNCONFIRMED);
  g_assert_true (set_loopback (TRUE));
  row_end (&row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  skip_reason = make_namespace ();
  for (guint i = 0; i < G_N_ELEMENTS (vanishing); i++)
    {
      g_autofree char *idle = g_strconcat ("/vanished/idle/", vanishing[i].path, NULL);
      g_autofree char *in_flight = g_strconcat ("/vanished/in-flight/", vanishing[i].path, NULL);

      g_test_add_data_func (idle, &vanishing[i], test_idle);
      g_test_add_data_func (in_flight, &vanishing[i], test_in_flight);
    }
  return g_test_run ();
}
