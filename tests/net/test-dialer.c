/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialer against real listeners: every form of address, every step cancelled, every way to fail. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake-tap.h"
#include "hs-dialer.h"
#include "hs-limits.h"

typedef struct
{
  GMainContext *context;
  GCancellable *cancellable;
  HsTcpTap *tap;
  GString *told; /* by the dialer, to the tap */
  GString *log;  /* steps: n( begin, n) end, with details left out */
  GString *details;
  guint n_freed;
  int cancel_at; /* index of the call of func at which it is cancelled; -1 never */
  int n_calls;
  gboolean done;
  int fd;
  GError *error;
} Fixture;

static void
record_step (HsDialStep step, gboolean done, const char *detail, gint64 elapsed, gpointer user_data)
{
  static const char *const names[] = { "name", "address", "syn", "stands", "again" };
  Fixture *fixture = user_data;

  g_assert_false (g_cancellable_is_cancelled (fixture->cancellable)); /* turned away */
  g_assert_cmpint (elapsed, >=, 0);
  g_string_append_printf (fixture->log, "%s%s ", names[step], done ? "" : "…");
  g_string_append_printf (fixture->details, "[%s]", detail != NULL ? detail : "");
  if (fixture->n_calls++ == fixture->cancel_at)
    g_cancellable_cancel (fixture->cancellable);
}

static void
record_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->fd = hs_dial_finish (result, &fixture->error);
  g_assert_true ((fixture->fd >= 0) == (fixture->error == NULL));
  fixture->done = TRUE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = g_main_context_new ();
  g_main_context_push_thread_default (fixture->context);
  fixture->cancellable = g_cancellable_new ();
  fixture->told = g_string_new (NULL);
  fixture->log = g_string_new (NULL);
  fixture->details = g_string_new (NULL);
  fixture->tap = fake_tap_new (fixture->told, &fixture->n_freed);
  fixture->cancel_at = -1;
  fixture->fd = -1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->fd >= 0)
    close (fixture->fd);
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  g_clear_error (&fixture->error);
  g_object_unref (fixture->cancellable);
  hs_tcp_tap_free (fixture->tap);
  g_string_free (fixture->told, TRUE);
  g_string_free (fixture->log, TRUE);
  g_string_free (fixture->details, TRUE);
  g_main_context_pop_thread_default (fixture->context);
  g_main_context_unref (fixture->context);
}

static void
again (Fixture *fixture)
{
  tear_down (fixture, NULL);
  memset (fixture, 0, sizeof *fixture);
  set_up (fixture, NULL);
}

static void
start (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsAddress) address = hs_address_parse (text, &error);

  g_assert_no_error (error);
  hs_dial_async (address, fixture->tap, record_step, fixture, fixture->cancellable, record_done, fixture);
}

static gboolean
on_patience (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
finish (Fixture *fixture, guint seconds)
{
  gboolean over = FALSE;
  g_autoptr (GSource) patience = g_timeout_source_new_seconds (seconds);

  g_source_set_callback (patience, on_patience, &over, NULL);
  g_source_attach (patience, fixture->context);
  while (!fixture->done && !over)
    g_main_context_iteration (fixture->context, TRUE);
  g_source_destroy (patience);
  g_assert_true (fixture->done);
}

static void
dial (Fixture *fixture, const char *text)
{
  start (fixture, text);
  finish (fixture, 10);
}

/* ---- Listeners ---- */

/* -1 where this system has no such address. */
static int
listen_at (const char *number, int backlog, guint16 *port)
{
  g_autoptr (GSocketAddress) at = g_inet_socket_address_new_from_string (number, 0);
  struct sockaddr_storage name;
  socklen_t len = (socklen_t) g_socket_address_get_native_size (at);
  int fd = socket (g_socket_address_get_family (at), SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_address_to_native (at, &name, sizeof name, NULL));
  if (fd < 0 || bind (fd, (struct sockaddr *) &name, len) < 0 || listen (fd, backlog) < 0)
    {
      if (fd >= 0)
        close (fd);
      return -1;
    }
  len = sizeof name;
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &name, &len), ==, 0);
  bound = g_socket_address_new_from_native (&name, len);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return fd;
}

static void
assert_stands (Fixture *fixture, int listener)
{
  int guest = -1;
  char byte = 0;

  g_assert_no_error (fixture->error);
  g_assert_true (fcntl (fixture->fd, F_GETFL) & O_NONBLOCK);
  g_assert_true (fcntl (fixture->fd, F_GETFD) & FD_CLOEXEC);
  guest = accept (listener, NULL, NULL);
  g_assert_cmpint (guest, >=, 0);
  g_assert_cmpint (send (fixture->fd, "x", 1, 0), ==, 1);
  g_assert_cmpint (recv (guest, &byte, 1, 0), ==, 1);
  close (guest);
}

/* ---- Standing ---- */

static const struct
{
  const char *description;
  const char *listen;
  const char *typed; /* the port follows */
} forms[] = {
  { "IPv4", "127.0.0.1", "127.0.0.1:" },
  { "IPv6", "::1", "[::1]:" },
  { "plain text", "127.0.0.1", "tcp://127.0.0.1:" },
  { "IRC", "127.0.0.1", "irc://127.0.0.1:" },
};

static void
test_forms (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      guint16 port = 0;
      int listener = listen_at (forms[i].listen, 4, &port);
      g_autofree char *text = g_strdup_printf ("%s%u", forms[i].typed, port);
      const char *scheme = strstr (text, "://");
      g_autofree char *detail = g_strdup_printf ("[%s][%s]", forms[i].listen, scheme != NULL ? scheme + 3 : text);

      if (listener < 0)
        continue;
      g_test_message ("%s", forms[i].description);
      dial (fixture, text);
      assert_stands (fixture, listener);
      g_assert_cmpstr (fixture->log->str, ==, "name… name address syn… syn stands ");
      g_assert_nonnull (strstr (fixture->details->str, detail));
      g_assert_true (g_str_has_prefix (fixture->told->str, "resolving resolved connecting syn"));
      g_assert_true (g_str_has_suffix (fixture->told->str, "attach connected "));
      close (listener);
      again (fixture);
    }
}

/* Behind a name there are two addresses; only the second is listened on. */
static void
test_second_address (Fixture *fixture, gconstpointer data)
{
  guint16 port = 0;
  int listener = listen_at ("127.0.0.1", 4, &port);
  g_autofree char *text = g_strdup_printf ("localhost:%u", port);

  dial (fixture, text);
  assert_stands (fixture, listener);
  g_assert_true (g_str_has_suffix (fixture->log->str, "syn stands "));
  g_assert_true (g_str_has_suffix (fixture->told->str, "attach connected "));
  g_assert_nonnull (strstr (fixture->details->str, "[127.0.0.1:"));
  close (listener);
}

static char *
find_link_local (void)
{
  struct ifaddrs *all = NULL;
  char *found = NULL;

  if (getifaddrs (&all) < 0)
    return NULL;
  for (struct ifaddrs *at = all; at != NULL && found == NULL; at = at->ifa_next)
    if (at->ifa_addr != NULL && at->ifa_addr->sa_family == AF_INET6)
      {
        struct sockaddr_in6 *name = (struct sockaddr_in6 *) at->ifa_addr;
        char number[INET6_ADDRSTRLEN] = "";

        inet_ntop (AF_INET6, &name->sin6_addr, number, sizeof number);
        if (IN6_IS_ADDR_LINKLOCAL (&name->sin6_addr))
          found = g_strdup_printf ("%s%%%s", number, at->ifa_name);
      }
  freeifaddrs (all);
  return found;
}

static void
test_zone (Fixture *fixture, gconstpointer data)
{
  g_autofree char *number = find_link_local ();
  g_autofree char *text = NULL;
  guint16 port = 0;
  int listener = listen_at ("::", 4, &port);

  if (number == NULL || listener < 0)
    {
      g_test_skip ("no link-local address here");
      return;
    }
  text = g_strdup_printf ("[%s]:%u", number, port);
  dial (fixture, text);
  assert_stands (fixture, listener);
  close (listener);
}

static void
test_unix (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("hs-dialer-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autofree char *text = g_strconcat ("unix:", path, NULL);
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  int listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (name.sun_path, path, sizeof name.sun_path);
  g_assert_cmpint (bind (listener, (struct sockaddr *) &name, sizeof name), ==, 0);
  g_assert_cmpint (listen (listener, 4), ==, 0);
  dial (fixture, text);
  assert_stands (fixture, listener);
  g_assert_cmpstr (fixture->log->str, ==, "address stands ");
  g_assert_cmpstr (fixture->told->str, ==, "connecting connected "); /* there is no TCP to look at */
  g_assert_nonnull (strstr (fixture->details->str, path));
  close (listener);
  g_unlink (path);
  again (fixture);

  dial (fixture, text);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_rmdir (folder);
}

/* ---- Failing ---- */

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  guint16 port = 0;
  int listener = listen_at ("127.0.0.1", 4, &port);
  g_autofree char *text = g_strdup_printf ("127.0.0.1:%u", port);

  close (listener);
  dial (fixture, text);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_cmpstr (fixture->log->str, ==, "name… name address syn… ");
  g_assert_true (g_str_has_suffix (fixture->told->str, "failed "));
  g_assert_nonnull (strstr (fixture->told->str, " syn"));
}

static void
test_name_not_found (Fixture *fixture, gconstpointer data)
{
  start (fixture, "no-such-name.invalid:8000");
  finish (fixture, 30);
  g_assert_nonnull (fixture->error);
  g_assert_true (fixture->error->domain == G_RESOLVER_ERROR);
  g_assert_cmpstr (fixture->log->str, ==, "name… ");
  g_assert_cmpstr (fixture->told->str, ==, "resolving failed ");
}

/* Nothing is sent, and there is no SYN: it "stands" whether anybody is there or not. */
static void
test_datagram (Fixture *fixture, gconstpointer address)
{
  struct sockaddr_storage name;
  socklen_t len = sizeof name;
  int type = 0;

  dial (fixture, address);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->log->str, ==, "name… name address stands ");
  g_assert_cmpstr (fixture->told->str, ==, "resolving resolved attach connected ");
  len = sizeof type;
  g_assert_cmpint (getsockopt (fixture->fd, SOL_SOCKET, SO_TYPE, &type, &len), ==, 0);
  g_assert_cmpint (type, ==, SOCK_DGRAM);
  len = sizeof name;
  g_assert_cmpint (getpeername (fixture->fd, (struct sockaddr *) &name, &len), ==, 0);
  g_assert_cmpint (name.ss_family, ==, strchr (address, '[') != NULL ? AF_INET6 : AF_INET); /* of a name that has both: IPv4 */
  g_assert_cmpint (fcntl (fixture->fd, F_GETFL) & O_NONBLOCK, !=, 0);
  g_assert_cmpint (fcntl (fixture->fd, F_GETFD) & FD_CLOEXEC, !=, 0);
}

static void
test_datagram_name (Fixture *fixture, gconstpointer data)
{
  start (fixture, "udp://no-such-name.invalid:9");
  finish (fixture, 30);
  g_assert_nonnull (fixture->error);
  g_assert_true (fixture->error->domain == G_RESOLVER_ERROR);
  g_assert_cmpstr (fixture->told->str, ==, "resolving failed ");
}

/* Turned away at each step that is told. */
static void
test_datagram_cancelled (Fixture *fixture, gconstpointer data)
{
  fixture->cancel_at = GPOINTER_TO_INT (data);
  start (fixture, "udp://localhost:9");
  finish (fixture, 30);
  if (fixture->fd < 0) /* at the last one it was there already, and is ours to close */
    g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (fixture->n_calls, ==, fixture->cancel_at + 1);
}

/* A listener whose accept queue is full drops further SYNs: a peer that does not answer, on loopback. */
static int
listen_deaf (guint16 *port, int *fillers, guint n)
{
  int listener = listen_at ("127.0.0.1", 0, port);
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (*port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  g_assert_cmpint (listener, >=, 0);
  for (guint i = 0; i < n; i++)
    {
      fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (connect (fillers[i], (struct sockaddr *) &name, sizeof name) < 0)
        g_assert_cmpint (errno, ==, EINPROGRESS);
    }
  return listener;
}

static void
test_no_answer (Fixture *fixture, gconstpointer data)
{
  int fillers[3];
  guint16 port = 0;
  int listener = listen_deaf (&port, fillers, G_N_ELEMENTS (fillers));
  g_autofree char *text = g_strdup_printf ("127.0.0.1:%u", port);
  gint64 begin = g_get_monotonic_time ();

  start (fixture, text);
  if (g_test_slow ())
    {
      finish (fixture, HS_CONNECT_MS / 1000 + 5);
      g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      g_assert_cmpint (g_get_monotonic_time () - begin, >=, HS_CONNECT_MS * 1000);
      g_assert_true (g_str_has_suffix (fixture->told->str, "failed "));
      g_assert_nonnull (strstr (fixture->log->str, "again… again… ")); /* at least three SYNs in 15 s */
    }
  else
    {
      /* cancelled while the SYN is out, and seen to be so */
      while (strstr (fixture->told->str, "syn:fd") == NULL && g_get_monotonic_time () - begin < 5 * G_USEC_PER_SEC)
        g_main_context_iteration (fixture->context, TRUE);
      g_cancellable_cancel (fixture->cancellable);
      finish (fixture, 5);
      g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpstr (fixture->told->str, ==, "resolving resolved connecting syn:fd ");
    }
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    close (fillers[i]);
  close (listener);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  /* at each call of func, and before any */
  for (int at = -1; at < 6; at++)
    {
      guint16 port = 0;
      int listener = listen_at ("127.0.0.1", 4, &port);
      g_autofree char *text = g_strdup_printf ("127.0.0.1:%u", port);

      fixture->cancel_at = at;
      if (at < 0)
        g_cancellable_cancel (fixture->cancellable);
      dial (fixture, text);
      g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (fixture->n_calls, ==, at + 1);
      g_assert_null (strstr (fixture->told->str, "failed"));
      close (listener);
      again (fixture);
    }
}

/* Nobody listens to the steps. */
static void
test_bare (Fixture *fixture, gconstpointer data)
{
  guint16 port = 0;
  int listener = listen_at ("127.0.0.1", 4, &port);
  g_autofree char *text = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (HsAddress) address = hs_address_parse (text, NULL);

  hs_dial_async (address, NULL, NULL, NULL, NULL, record_done, fixture);
  finish (fixture, 10);
  assert_stands (fixture, listener);
  close (listener);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/net/dialer/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("forms", test_forms);
  ADD ("second-address", test_second_address);
  ADD ("zone", test_zone);
  ADD ("unix", test_unix);
  ADD ("bare", test_bare);
  ADD ("refused", test_refused);
  ADD ("name-not-found", test_name_not_found);
  g_test_add ("/net/dialer/datagram", Fixture, "udp://127.0.0.1:9", set_up, test_datagram, tear_down);
  g_test_add ("/net/dialer/datagram-v6", Fixture, "udp://[::1]:9", set_up, test_datagram, tear_down);
  g_test_add ("/net/dialer/datagram-localhost", Fixture, "udp://localhost:9", set_up, test_datagram, tear_down);
  ADD ("datagram-name", test_datagram_name);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/dialer/datagram-cancelled/%d", i);

      g_test_add (path, Fixture, GINT_TO_POINTER (i), set_up, test_datagram_cancelled, tear_down);
    }
  ADD ("no-answer", test_no_answer);
  ADD ("cancel", test_cancel);
  return g_test_run ();
}
