/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message to a hundred guests costs the server while watches on some of them exist that nobody looks at, against the same without any: in turns,
 * in one run. Hidden they cost nothing: 1.00, give or take 0.03. */
#include "hs-server.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#define GUESTS   100
#define WATCHES  10
#define MESSAGES 10000 /* of a turn */
#define TURNS    21   /* of each kind, and one to warm up */
#define AIM      .03

/* Shared with the guests' process. */
typedef struct
{
  gint port;
  gint wanted, done; /* turns */
} Common;

static Common *common;

/* ---- The guests ---- */

static void
say (int fd, const char *text)
{
  if (send (fd, text, strlen (text), MSG_NOSIGNAL) < 0)
    _exit (1);
}

/* Counts lines with @mark until there are @n. */
static void
hear (int fd, const char *mark, guint n)
{
  static char buffer[65536];
  static GString *rest;

  if (rest == NULL)
    rest = g_string_new (NULL);
  g_string_truncate (rest, 0);
  while (n > 0)
    {
      ssize_t len = recv (fd, buffer, sizeof buffer, 0);
      char *line, *end;

      if (len <= 0)
        _exit (1);
      g_string_append_len (rest, buffer, len);
      for (line = rest->str; (end = strchr (line, '\n')) != NULL; line = end + 1)
        {
          *end = '\0';
          n -= strstr (line, mark) != NULL && n > 0 ? 1 : 0;
        }
      g_string_erase (rest, 0, line - rest->str);
    }
}

static int
join (guint i)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) common->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  g_autofree char *hello = g_strdup_printf ("NICK g%u\r\nUSER u 0 * :u\r\n", i);

  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    _exit (1);
  say (fd, hello);
  hear (fd, " 366 ", 1);
  return fd;
}

static G_GNUC_NORETURN void
run_guests (void)
{
  int fds[GUESTS];
  gint turn = 0;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  while (g_atomic_int_get (&common->port) == 0)
    g_usleep (1000);
  for (guint i = 0; i < GUESTS; i++)
    fds[i] = join (i);
  for (;;)
    {
      g_atomic_int_set (&common->done, ++turn); /* the first: all are in */
      while (g_atomic_int_get (&common->wanted) < turn)
        g_usleep (200);
      for (guint sent = 0; sent < MESSAGES; sent += 100)
        {
          for (guint i = 0; i < 100; i++)
            say (fds[0], "PRIVMSG #lobby :a message of some length, as people write them\r\n");
          for (guint i = 1; i < GUESTS; i++)
            hear (fds[i], " PRIVMSG ", 100);
        }
    }
}

/* ---- The server ---- */

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!hs_server_start_finish (HS_SERVER (source), result, &error))
    g_error ("%s", error->message);
  g_atomic_int_set (&common->port, hs_server_get_port (HS_SERVER (source)));
}

static double
cpu (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static void
wait_for_turn (gint turn)
{
  while (g_atomic_int_get (&common->done) < turn)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static double
take_turn (gint *turn)
{
  double before = cpu ();

  g_atomic_int_set (&common->wanted, *turn);
  wait_for_turn (++*turn);
  return cpu () - before;
}

/* As a panel leaves them: looked at once, then no more. */
static GPtrArray *
watch_some (HsServer *server)
{
  GPtrArray *watches = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *guests = hs_server_get_guests (server);

  for (guint i = 0; i < WATCHES; i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (guests, i * (GUESTS / WATCHES));
      HsTcpWatch *watch = hs_server_watch_guest (server, guest);

      hs_tcp_watch_set_shown (watch, TRUE);
      while (hs_tcp_watch_get_numbers (watch) == NULL)
        g_main_context_iteration (NULL, TRUE);
      hs_tcp_watch_set_shown (watch, FALSE);
      g_ptr_array_add (watches, watch);
    }
  for (guint i = 0; i < 100; i++, g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
  return watches;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

int
main (void)
{
  double without[TURNS], with[TURNS], ratio;
  g_autoptr (HsServerConfig) config = NULL;
  g_autoptr (HsServer) server = NULL;
  gint turn = 1;

  common = mmap (NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (fork () == 0)
    run_guests ();
  config = hs_server_config_new ();
  config->port = 0;
  config->address = g_strdup ("127.0.0.1");
  config->flood_protection = FALSE;
  server = hs_server_new (config, TRUE);
  hs_server_get_guests (server);
  hs_server_start_async (server, NULL, on_started, NULL);
  wait_for_turn (turn);
  take_turn (&turn);
  for (guint i = 0; i < TURNS; i++)
    {
      g_autoptr (GPtrArray) watches = NULL;

      without[i] = take_turn (&turn);
      watches = watch_some (server);
      with[i] = take_turn (&turn);
    }
  qsort (without, TURNS, sizeof *without, compare);
  qsort (with, TURNS, sizeof *with, compare);
  ratio = with[TURNS / 2] / without[TURNS / 2];
  g_print ("%u messages to %u guests: %.3f s of processor without watches, %.3f s with %u that nobody looks at; ratio %.3f\n", MESSAGES, GUESTS - 1,
           without[TURNS / 2], with[TURNS / 2], WATCHES, ratio);
  return ratio <= 1 + AIM ? 0 : 1;
}
