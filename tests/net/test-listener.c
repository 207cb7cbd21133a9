/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener with real guests: addresses, ports that are taken, bursts, Unix sockets, and descriptors that run short. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "hs-limits.h"
#include "hs-listener.h"

typedef struct _Fixture Fixture;

struct _Fixture
{
  GMainContext *context;
  HsListener *listener;
  GArray *guests;  /* of int: accepted */
  GArray *clients; /* of int */
  char *folder;
  char *path;
  void (*on_guest) (Fixture *fixture);
};

static void
take_guest (HsListener *listener, int fd, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (fcntl (fd, F_GETFL) & O_NONBLOCK);
  g_assert_true (fcntl (fd, F_GETFD) & FD_CLOEXEC);
  g_array_append_val (fixture->guests, fd);
  if (fixture->on_guest != NULL)
    fixture->on_guest (fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = g_main_context_new ();
  g_main_context_push_thread_default (fixture->context);
  fixture->listener = hs_listener_new (take_guest, fixture);
  fixture->guests = g_array_new (FALSE, FALSE, sizeof (int));
  fixture->clients = g_array_new (FALSE, FALSE, sizeof (int));
  fixture->folder = g_dir_make_tmp ("hs-listener-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "socket", NULL);
}

static void
close_all (GArray *array)
{
  for (guint i = 0; i < array->len; i++)
    close (g_array_index (array, int, i));
  g_array_set_size (array, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->listener, hs_listener_free);
  while (g_main_context_iteration (fixture->context, FALSE))
    ; /* what GIO cancelled is released in the loop */
  close_all (fixture->guests);
  close_all (fixture->clients);
  g_array_unref (fixture->guests);
  g_array_unref (fixture->clients);
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
  g_main_context_pop_thread_default (fixture->context);
  g_main_context_unref (fixture->context);
}

static gboolean
listen_or_fail (Fixture *fixture, const char *address, guint16 port, guint tries, int backlog)
{
  g_autoptr (GError) error = NULL;

  hs_listener_listen (fixture->listener, address, port, tries, backlog, &error);
  g_assert_no_error (error);
  return TRUE;
}

/* A client by number; -1 with errno. */
static int
try_connect (const char *address, guint16 port)
{
  g_autoptr (GSocketAddress) at = g_inet_socket_address_new_from_string (address, port);
  struct sockaddr_storage name;
  int fd = socket (g_socket_address_get_family (at), SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_true (g_socket_address_to_native (at, &name, sizeof name, NULL));
  if (fd >= 0 && connect (fd, (struct sockaddr *) &name, (socklen_t) g_socket_address_get_native_size (at)) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
add_client (Fixture *fixture, int fd)
{
  g_assert_cmpint (fd, >=, 0);
  g_array_append_val (fixture->clients, fd);
}

static int
connect_path (const char *path)
{
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (name.sun_path, path, sizeof name.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &name, sizeof name), ==, 0);
  return fd;
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

static gboolean
has_ipv6 (void)
{
  struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean has = fd >= 0 && bind (fd, (struct sockaddr *) &name, sizeof name) == 0;

  if (fd >= 0)
    close (fd);
  return has;
}

/* ---- Addresses ---- */

static const struct
{
  const char *description;
  const char *address;  /* listened on */
  const char *told;     /* by get_address */
  const char *from[3];  /* addresses that reach it */
  const char *not_from; /* (nullable) one that does not */
  gboolean needs_ipv6;
} addresses[] = {
  { "all", NULL, "::", { "127.0.0.1", "::1" }, NULL, TRUE },
  { "one of IPv4", "127.0.0.1", "127.0.0.1", { "127.0.0.1" }, "127.0.0.2", FALSE },
  { "one of IPv6", "::1", "::1", { "::1" }, "127.0.0.1", TRUE },
  { "all of IPv4", "0.0.0.0", "0.0.0.0", { "127.0.0.1", "127.0.0.5" }, NULL, FALSE },
};

static void
test_addresses (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      guint16 port = 0;
      guint n = 0;

      if (addresses[i].needs_ipv6 && !has_ipv6 ())
        continue;
      g_test_message ("%s", addresses[i].description);
      g_array_set_size (fixture->guests, 0);
      listen_or_fail (fixture, addresses[i].address, 0, 0, 16);
      port = hs_listener_get_port (fixture->listener);
      g_assert_cmpuint (port, !=, 0);
      g_assert_cmpstr (hs_listener_get_address (fixture->listener), ==, addresses[i].told);
      for (n = 0; n < G_N_ELEMENTS (addresses[i].from) && addresses[i].from[n] != NULL; n++)
        add_client (fixture, try_connect (addresses[i].from[n], port));
      if (addresses[i].not_from != NULL)
        g_assert_cmpint (try_connect (addresses[i].not_from, port), ==, -1);
      WAIT_UNTIL (fixture, fixture->guests->len == n);
      hs_listener_stop (fixture->listener);
      g_assert_cmpuint (hs_listener_get_port (fixture->listener), ==, 0);
      g_assert_cmpint (hs_listener_get_fd (fixture->listener), ==, -1);
      g_assert_cmpint (try_connect (addresses[i].from[0], port), ==, -1);
      close_all (fixture->guests);
    }
}

static void
test_errors (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *address;
    int code;         /* -1: whatever GIO makes of the kernel's */
    const char *part; /* of its sentence */
  } errors[] = {
    { "rubbish", G_IO_ERROR_INVALID_ARGUMENT, "rubbish" },
    { "", G_IO_ERROR_INVALID_ARGUMENT, "192.168.1.23" },
    { "192.0.2.77", -1, "192.0.2.77" }, /* EADDRNOTAVAIL: not of this computer */
  };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (hs_listener_listen (fixture->listener, errors[i].address, 0, 0, 16, &error));
      g_assert_nonnull (error);
      g_assert_cmpint (error->code, ==, errors[i].code >= 0 ? errors[i].code : error->code);
      g_assert_nonnull (strstr (error->message, errors[i].part));
      g_assert_cmpuint (hs_listener_get_port (fixture->listener), ==, 0);
    }
}

static void
test_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint16 port = 0;

  listen_or_fail (fixture, NULL, 0, 0, 16);
  port = hs_listener_get_port (fixture->listener);
  g_assert_false (hs_listener_listen (fixture->listener, NULL, 0, 0, 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_cmpuint (hs_listener_get_port (fixture->listener), ==, port);
  /* and again, at once, on the same port */
  add_client (fixture, try_connect ("127.0.0.1", port));
  WAIT_UNTIL (fixture, fixture->guests->len == 1);
  hs_listener_stop (fixture->listener);
  close_all (fixture->guests); /* TIME-WAIT is ours */
  listen_or_fail (fixture, NULL, port, 0, 16);
  g_assert_cmpuint (hs_listener_get_port (fixture->listener), ==, port);
}

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;
  HsListener *other = hs_listener_new (take_guest, fixture);
  guint16 port = 0;

  /* not so near the end that none follows */
  do
    {
      hs_listener_stop (other);
      g_assert_true (hs_listener_listen (other, NULL, 0, 0, 16, NULL));
      port = hs_listener_get_port (other);
    }
  while (port > 65000);
  number = g_strdup_printf ("%u", port);

  g_assert_false (hs_listener_listen (fixture->listener, NULL, port, 0, 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, number));
  g_clear_error (&error);
  /* one address of a port that is taken for all, too */
  g_assert_false (hs_listener_listen (fixture->listener, "127.0.0.1", port, 0, 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);

  listen_or_fail (fixture, NULL, port, HS_PORT_TRIES, 16);
  g_assert_cmpuint (hs_listener_get_port (fixture->listener), >, port);
  g_assert_cmpuint (hs_listener_get_port (fixture->listener), <=, port + HS_PORT_TRIES);
  hs_listener_free (other);
}

static void
test_backlog (Fixture *fixture, gconstpointer data)
{
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;

  listen_or_fail (fixture, NULL, 0, 0, 7);
  g_assert_cmpint (hs_listener_get_backlog (fixture->listener), ==, 7);
  g_assert_cmpint (getsockopt (hs_listener_get_fd (fixture->listener), IPPROTO_TCP, TCP_INFO, &info, &len), ==, 0);
  g_assert_cmpuint (info.tcpi_sacked, ==, 7);
}

/* An experiment: newcomers wait in the kernel, and come in when it is over. */
static void
test_held (Fixture *fixture, gconstpointer data)
{
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;

  g_assert_false (hs_listener_set_held (fixture->listener, TRUE));
  listen_or_fail (fixture, NULL, 0, 0, 7);
  g_assert_true (hs_listener_set_held (fixture->listener, TRUE));
  g_assert_false (hs_listener_set_held (fixture->listener, TRUE));
  while (g_main_context_iteration (fixture->context, FALSE))
    ; /* GIO is told in the loop: who comes before is dropped */
  add_client (fixture, try_connect ("127.0.0.1", hs_listener_get_port (fixture->listener)));
  g_assert_cmpint (getsockopt (hs_listener_get_fd (fixture->listener), IPPROTO_TCP, TCP_INFO, &info, &len), ==, 0);
  g_assert_cmpuint (info.tcpi_sacked, ==, 1);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (fixture->context, FALSE);
  g_assert_cmpuint (fixture->guests->len, ==, 0);
  g_assert_true (hs_listener_set_held (fixture->listener, FALSE));
  WAIT_UNTIL (fixture, fixture->guests->len == 1);
  g_assert_cmpint (getsockopt (hs_listener_get_fd (fixture->listener), IPPROTO_TCP, TCP_INFO, &info, &len), ==, 0);
  g_assert_cmpuint (info.tcpi_sacked, ==, 7);
}

static void
test_saved_syn (Fixture *fixture, gconstpointer data)
{
  guint8 syn[512];
  socklen_t len = sizeof syn;

  listen_or_fail (fixture, NULL, 0, 0, 16);
  add_client (fixture, try_connect ("127.0.0.1", hs_listener_get_port (fixture->listener)));
  WAIT_UNTIL (fixture, fixture->guests->len == 1);
  g_assert_cmpint (getsockopt (g_array_index (fixture->guests, int, 0), IPPROTO_TCP, TCP_SAVED_SYN, syn, &len), ==, 0);
  g_assert_cmpuint (len, >=, 40);
  g_assert_cmpuint (syn[0] >> 4, ==, 4); /* its IP header */
}

/* ---- Bursts ---- */

static guint others; /* turns that another source got during the burst */

static gboolean
count_turn (gpointer data)
{
  others++;
  return G_SOURCE_CONTINUE;
}

static void
raise_descriptor_limit (void)
{
  struct rlimit limit = { 0 };

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = MIN (limit.rlim_max, 4096);
  setrlimit (RLIMIT_NOFILE, &limit);
}

static void
test_burst (Fixture *fixture, gconstpointer data)
{
  gint64 begin = 0, took = 0;
  guint16 port = 0;
  g_autoptr (GSource) other = g_idle_source_new ();

  raise_descriptor_limit ();
  listen_or_fail (fixture, NULL, 0, 0, 512);
  port = hs_listener_get_port (fixture->listener);
  for (guint i = 0; i < 500; i++)
    add_client (fixture, try_connect ("127.0.0.1", port));
  g_source_set_priority (other, G_PRIORITY_DEFAULT);
  g_source_set_callback (other, count_turn, NULL, NULL);
  g_source_attach (other, fixture->context);
  others = 0;
  begin = g_get_monotonic_time ();
  while (fixture->guests->len < 500 && g_get_monotonic_time () - begin < 8 * G_USEC_PER_SEC)
    g_main_context_iteration (fixture->context, FALSE);
  took = g_get_monotonic_time () - begin;
  g_source_destroy (other);
  g_assert_cmpuint (fixture->guests->len, ==, 500);
  g_assert_cmpuint (others, >=, 500 / HS_ACCEPTS_PER_ITERATION);
  g_test_message ("500 accepted in %" G_GINT64_FORMAT " µs, another source had %u turns", took, others);
}

static void
stop_at_three (Fixture *fixture)
{
  if (fixture->guests->len == 3)
    hs_listener_stop (fixture->listener);
}

static void
free_at_three (Fixture *fixture)
{
  if (fixture->guests->len == 3)
    g_clear_pointer (&fixture->listener, hs_listener_free);
}

static void
test_stop_inside (Fixture *fixture, gconstpointer data)
{
  void (*const acts[]) (Fixture *) = { stop_at_three, free_at_three };

  for (guint i = 0; i < G_N_ELEMENTS (acts); i++)
    {
      guint16 port = 0;

      listen_or_fail (fixture, NULL, 0, 0, 16);
      port = hs_listener_get_port (fixture->listener);
      fixture->on_guest = acts[i];
      for (guint n = 0; n < 10; n++)
        add_client (fixture, try_connect ("127.0.0.1", port));
      WAIT_UNTIL (fixture, fixture->guests->len >= 3);
      while (g_main_context_iteration (fixture->context, FALSE))
        ;
      g_assert_cmpuint (fixture->guests->len, ==, 3);
      close_all (fixture->guests);
      close_all (fixture->clients);
    }
}

/* ---- In a process of its own ---- */

static void
test_descriptors_short (Fixture *fixture, gconstpointer data)
{
  struct rlimit limit = { .rlim_cur = 80, .rlim_max = 80 };
  guint iterations = 0, before = 0;
  gint64 end = 0;
  guint16 port = 0;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  listen_or_fail (fixture, NULL, 0, 0, 128);
  port = hs_listener_get_port (fixture->listener);
  for (guint i = 0; i < 30; i++)
    add_client (fixture, try_connect ("127.0.0.1", port));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_test_expect_message ("hs-net", G_LOG_LEVEL_MESSAGE, "*RLIMIT_NOFILE*");
  WAIT_UNTIL (fixture, hs_listener_is_paused (fixture->listener));
  g_test_assert_expected_messages ();
  before = fixture->guests->len;
  g_assert_cmpuint (before, <, 30);

  /* It sleeps meanwhile, but for its own look every HS_ACCEPT_PAUSE_MS. */
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  end = g_get_monotonic_time () + 3 * HS_ACCEPT_PAUSE_MS * 1000;
  for (; g_get_monotonic_time () < end; iterations++)
    g_main_context_iteration (fixture->context, TRUE);
  g_assert_cmpuint (iterations, <=, 8);
  g_assert_cmpuint (fixture->guests->len, ==, before);

  /* Room again: those who waited come in, and none was lost. */
  limit.rlim_cur = 80;
  for (guint i = 0; i < before; i++)
    close (g_array_index (fixture->guests, int, i));
  g_array_set_size (fixture->guests, 0);
  WAIT_UNTIL (fixture, fixture->guests->len == 30 - before);
  g_assert_false (hs_listener_is_paused (fixture->listener));
}

/* socket (AF_INET6) → EAFNOSUPPORT, as on a system without IPv6. */
static gboolean
refuse_ipv6 (void)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, args[0])),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { .len = G_N_ELEMENTS (code), .filter = code };

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void
test_no_ipv6 (Fixture *fixture, gconstpointer data)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  if (!refuse_ipv6 ())
    {
      g_test_skip ("no seccomp here");
      return;
    }
  listen_or_fail (fixture, NULL, 0, 0, 16);
  g_assert_cmpstr (hs_listener_get_address (fixture->listener), ==, "0.0.0.0");
  add_client (fixture, try_connect ("127.0.0.1", hs_listener_get_port (fixture->listener)));
  WAIT_UNTIL (fixture, fixture->guests->len == 1);
}

/* Root may open any port: the part runs as nobody, without capabilities. */
static void
test_low_port (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  if (geteuid () == 0 && setuid (65534) < 0)
    {
      g_test_skip ("cannot become another user");
      return;
    }
  if (hs_listener_listen (fixture->listener, NULL, 1, 0, 16, &error))
    {
      g_test_skip ("net.ipv4.ip_unprivileged_port_start allows port 1");
      return;
    }
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpstr (error->message, ==, "Port 1 may only be opened by the administrator");
}

/* ---- Unix sockets ---- */

static void
test_unix (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GStatBuf info;
  int stale = -1;
  struct sockaddr_un name = { .sun_family = AF_UNIX };

  /* a stale one is replaced */
  g_strlcpy (name.sun_path, fixture->path, sizeof name.sun_path);
  stale = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (stale, (struct sockaddr *) &name, sizeof name), ==, 0);
  close (stale);
  hs_listener_listen_unix (fixture->listener, fixture->path, 16, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_lstat (fixture->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);

  /* beside a port */
  listen_or_fail (fixture, NULL, 0, 0, 16);
  for (guint i = 0; i < 5; i++)
    add_client (fixture, connect_path (fixture->path));
  add_client (fixture, try_connect ("127.0.0.1", hs_listener_get_port (fixture->listener)));
  WAIT_UNTIL (fixture, fixture->guests->len == 6);

  hs_listener_stop (fixture->listener);
  g_assert_cmpint (g_lstat (fixture->path, &info), ==, -1);
}

static void
test_unix_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *long_path = g_strnfill (200, 'x');
  g_autofree char *nowhere = g_build_filename (fixture->folder, "none", "socket", NULL);
  HsListener *other = hs_listener_new (take_guest, fixture);

  /* somebody listens */
  g_assert_true (hs_listener_listen_unix (other, fixture->path, 16, NULL));
  g_assert_false (hs_listener_listen_unix (fixture->listener, fixture->path, 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  hs_listener_free (other);

  /* not a socket */
  g_assert_true (g_file_set_contents (fixture->path, "precious", -1, NULL));
  g_assert_false (hs_listener_listen_unix (fixture->listener, fixture->path, 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_IS_REGULAR));
  g_clear_error (&error);

  g_assert_false (hs_listener_listen_unix (fixture->listener, long_path, 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_clear_error (&error);

  g_assert_false (hs_listener_listen_unix (fixture->listener, nowhere, 16, &error));
  g_assert_nonnull (strstr (error->message, nowhere));
}

/* ---- Sockets that somebody else opened ---- */

static int
open_for (int family, const void *name, socklen_t len, gboolean listens)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, name, len), ==, 0);
  if (listens)
    g_assert_cmpint (listen (fd, 1), ==, 0);
  return fd;
}

static void
test_given (Fixture *fixture, gconstpointer data)
{
  struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT };
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  g_autoptr (GError) error = NULL;
  socklen_t len = sizeof any;
  int fd = open_for (AF_INET6, &any, sizeof any, TRUE);

  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &any, &len), ==, 0);
  hs_listener_take_socket (fixture->listener, fd, 16, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hs_listener_get_port (fixture->listener), ==, ntohs (any.sin6_port));
  g_assert_cmpstr (hs_listener_get_address (fixture->listener), ==, "::");
  g_assert_cmpint (hs_listener_get_backlog (fixture->listener), ==, 16);
  g_strlcpy (name.sun_path, fixture->path, sizeof name.sun_path);
  hs_listener_take_socket (fixture->listener, open_for (AF_UNIX, &name, sizeof name, TRUE), 16, &error);
  g_assert_no_error (error);

  add_client (fixture, try_connect ("127.0.0.1", hs_listener_get_port (fixture->listener)));
  for (guint i = 0; i < 5; i++)
    add_client (fixture, connect_path (fixture->path)); /* more than the backlog it came with */
  WAIT_UNTIL (fixture, fixture->guests->len == 6);

  hs_listener_stop (fixture->listener);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS)); /* not ours */
}

static void
test_given_refused (Fixture *fixture, gconstpointer data)
{
  struct sockaddr_in any = { .sin_family = AF_INET };
  g_autoptr (GError) error = NULL;
  int fd;

  fd = open_for (AF_INET, &any, sizeof any, FALSE);
  g_assert_false (hs_listener_take_socket (fixture->listener, fd, 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1); /* taken all the same */
  g_clear_error (&error);

  fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  g_assert_false (hs_listener_take_socket (fixture->listener, fd, 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  listen_or_fail (fixture, "127.0.0.1", 0, 0, 16);
  g_assert_false (hs_listener_take_socket (fixture->listener, open_for (AF_INET, &any, sizeof any, TRUE), 16, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/net/listener/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("addresses", test_addresses);
  ADD ("errors", test_errors);
  ADD ("twice", test_twice);
  ADD ("taken", test_taken);
  ADD ("backlog", test_backlog);
  ADD ("held", test_held);
  ADD ("saved-syn", test_saved_syn);
  ADD ("burst", test_burst);
  ADD ("stop-inside", test_stop_inside);
  ADD ("descriptors-short", test_descriptors_short);
  ADD ("no-ipv6", test_no_ipv6);
  ADD ("low-port", test_low_port);
  ADD ("unix", test_unix);
  ADD ("unix-refused", test_unix_refused);
  ADD ("given", test_given);
  ADD ("given-refused", test_given_refused);
  return g_test_run ();
}
