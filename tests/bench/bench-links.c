/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepting and fanning out through listener and links, against a bare epoll loop with one send () a delivery, in one run: what
 * is above the floor is ours. CPU time of this process, whose clients only connect and are read at the end of a round. */
#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <locale.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hs-link.h"
#include "hs-listener.h"

#define N_GUESTS 1000
#define N_MESSAGES 100 /* to all guests */
#define N_RUNS 5       /* of which the median counts */
#define MESSAGE ":ana!ana@127.0.0.1 PRIVMSG #lobby :a message of quite ordinary length, as people write them\r\n"

typedef struct
{
  double accept; /* µs a guest, until it is ready to be served */
  double fan;    /* µs a delivery */
  double gather; /* µs a delivery, ten messages an iteration */
  double bytes;  /* of heap, an idle guest */
} Figures;

static int clients[N_GUESTS];

static double
cpu_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double
heap (void)
{
  return (double) mallinfo2 ().uordblks;
}

static void
connect_clients (guint16 port)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  for (guint i = 0; i < N_GUESTS; i++)
    {
      clients[i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (connect (clients[i], (struct sockaddr *) &name, sizeof name) < 0 && errno != EINPROGRESS)
        g_error ("connect: %s", g_strerror (errno));
    }
}

static void
read_clients (void)
{
  static char sink[64 * 1024];

  for (guint i = 0; i < N_GUESTS; i++)
    while (recv (clients[i], sink, sizeof sink, 0) > 0)
      ;
}

static void
close_clients (void)
{
  struct linger linger = { .l_onoff = 1 };

  for (guint i = 0; i < N_GUESTS; i++)
    {
      setsockopt (clients[i], SOL_SOCKET, SO_LINGER, &linger, sizeof linger); /* no TIME-WAIT is left for the next run */
      close (clients[i]);
    }
}

/* ---- The floor ---- */

static int
bare_listen (guint16 *port)
{
  struct sockaddr_in6 name = { .sin6_family = AF_INET6 };
  socklen_t len = sizeof name;
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (bind (fd, (struct sockaddr *) &name, len) < 0 || listen (fd, 4096) < 0 || getsockname (fd, (struct sockaddr *) &name, &len) < 0)
    g_error ("listen: %s", g_strerror (errno));
  *port = ntohs (name.sin6_port);
  return fd;
}

static int
bare_accept (int epoll_fd, int listener)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLET };
  int one = 1;
  int fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

  if (fd < 0)
    return -1;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  event.data.fd = fd;
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event);
  return fd;
}

static double
bare_fan (const int *guests)
{
  double begin = 0, sum = 0;

  for (guint m = 0; m < N_MESSAGES; m++)
    {
      begin = cpu_time ();
      for (guint i = 0; i < N_GUESTS; i++)
        if (send (guests[i], MESSAGE, sizeof MESSAGE - 1, MSG_NOSIGNAL) < 0)
          g_error ("send: %s", g_strerror (errno));
      sum += cpu_time () - begin;
      read_clients ();
    }
  return sum / N_MESSAGES / N_GUESTS;
}

static Figures
run_bare (void)
{
  Figures figures = { 0 };
  guint16 port = 0;
  int listener = bare_listen (&port), epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  int guests[N_GUESTS];
  guint n = 0;
  double begin = 0;

  connect_clients (port);
  begin = cpu_time ();
  while (n < N_GUESTS)
    if ((guests[n] = bare_accept (epoll_fd, listener)) >= 0)
      n++;
  figures.accept = (cpu_time () - begin) / N_GUESTS;
  figures.fan = bare_fan (guests);
  close_clients ();
  for (guint i = 0; i < N_GUESTS; i++)
    close (guests[i]);
  close (listener);
  close (epoll_fd);
  return figures;
}

/* ---- Ours ---- */

typedef struct
{
  HsPoller *poller;
  HsLink *links[N_GUESTS];
  guint n;
} Ours;

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
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
}

static const HsLinkFuncs funcs = { .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_end };

static void
on_guest (HsListener *listener, int fd, gpointer user_data)
{
  Ours *ours = user_data;

  ours->links[ours->n++] = hs_link_new (ours->poller, fd, HS_FRAMING_IRC, &funcs, NULL);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static double
our_fan (Ours *ours, guint at_once)
{
  g_autoptr (HsBuf) buf = hs_buf_new (MESSAGE, sizeof MESSAGE - 1);
  double begin = 0, sum = 0;

  for (guint m = 0; m < N_MESSAGES; m += at_once)
    {
      begin = cpu_time ();
      for (guint k = 0; k < at_once; k++)
        for (guint i = 0; i < N_GUESTS; i++)
          hs_link_send (ours->links[i], buf);
      settle ();
      sum += cpu_time () - begin;
      read_clients ();
    }
  return sum / N_MESSAGES / N_GUESTS;
}

static Figures
run_ours (void)
{
  Figures figures = { 0 };
  g_autoptr (GError) error = NULL;
  Ours ours = { .poller = hs_poller_new (NULL) };
  HsListener *listener = hs_listener_new (on_guest, &ours);
  double begin = 0, heap_begin = 0;

  if (!hs_listener_listen (listener, NULL, 0, 0, 4096, &error))
    g_error ("%s", error->message);
  connect_clients (hs_listener_get_port (listener));
  heap_begin = heap ();
  begin = cpu_time ();
  while (ours.n < N_GUESTS)
    g_main_context_iteration (NULL, FALSE);
  settle ();
  figures.accept = (cpu_time () - begin) / N_GUESTS;
  figures.fan = our_fan (&ours, 1);
  figures.gather = our_fan (&ours, 10);
  figures.bytes = (heap () - heap_begin) / N_GUESTS;
  close_clients ();
  for (guint i = 0; i < N_GUESTS; i++)
    hs_link_free (ours.links[i]);
  hs_listener_free (listener);
  settle ();
  hs_poller_free (ours.poller);
  return figures;
}

/* ---- Comparing ---- */

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (const Figures *figures, gsize offset)
{
  double values[N_RUNS];

  for (guint i = 0; i < N_RUNS; i++)
    values[i] = G_STRUCT_MEMBER (double, &figures[i], offset);
  qsort (values, N_RUNS, sizeof (double), compare);
  return values[N_RUNS / 2];
}

static void
print_row (const char *what, const Figures *bare, const Figures *ours, gsize bare_offset, gsize our_offset)
{
  double floor_value = median (bare, bare_offset), value = median (ours, our_offset);

  g_print ("%-28s %7.2f µs, floor %7.2f µs: %.2f times\n", what, value, floor_value, value / floor_value);
}

int
main (void)
{
  struct rlimit limit;
  Figures bare[N_RUNS], ours[N_RUNS];

  setlocale (LC_ALL, "");
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2 * N_GUESTS + 100)
    return 77; /* skipped */

  for (guint i = 0; i < N_RUNS; i++)
    {
      bare[i] = run_bare ();
      ours[i] = run_ours ();
    }
#define ROW(what, field, of) print_row (what, bare, ours, G_STRUCT_OFFSET (Figures, field), G_STRUCT_OFFSET (Figures, of))
  ROW ("accept a guest", accept, accept);
  ROW ("deliver to one of 1,000", fan, fan);
  ROW ("the same, ten at once", fan, gather);
  g_print ("%-28s %7.0f bytes of heap\n", "an idle guest", median (ours, G_STRUCT_OFFSET (Figures, bytes)));
  return 0;
}
