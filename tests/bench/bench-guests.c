/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many guests in one thread: they register, join one room, and some of them talk; every delivery has to arrive. Says in one JSON line what the
 * server of --pid spent on them. It knows no server in particular. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_US (120 * G_TIME_SPAN_SECOND)
#define SETTLE_US  G_TIME_SPAN_SECOND
#define TEXT_BYTES 100

typedef struct
{
  int fd;
  char *held; /* (nullable) a line that is not whole */
  gsize held_len;
} Guest;

static struct
{
  int port, pid, guests, senders, messages, rate, window, parallel, idle;
  gboolean join;
} options = { .guests = 100, .senders = 8, .window = 64, .parallel = 200 };

static const GOptionEntry entries[] = {
  { "port", 0, 0, G_OPTION_ARG_INT, &options.port, "of the server", "N" },
  { "pid", 0, 0, G_OPTION_ARG_INT, &options.pid, "of the server", "N" },
  { "guests", 0, 0, G_OPTION_ARG_INT, &options.guests, "how many", "N" },
  { "senders", 0, 0, G_OPTION_ARG_INT, &options.senders, "how many of them talk", "N" },
  { "messages", 0, 0, G_OPTION_ARG_INT, &options.messages, "all in all", "N" },
  { "rate", 0, 0, G_OPTION_ARG_INT, &options.rate, "messages a second; 0: as fast as the window lets", "N" },
  { "window", 0, 0, G_OPTION_ARG_INT, &options.window, "messages that not all have yet", "N" },
  { "parallel", 0, 0, G_OPTION_ARG_INT, &options.parallel, "registrations, or joins, at once", "N" },
  { "idle", 0, 0, G_OPTION_ARG_INT, &options.idle, "seconds of silence", "N" },
  { "join", 0, 0, G_OPTION_ARG_NONE, &options.join, "join #bench", NULL },
  { NULL },
};

static Guest *guests;
static int epoll_fd;
static int n_started, n_registered, n_joining, n_joined, n_sent, n_in_flight;
static gint64 n_delivered, n_expected, last_delivery;
static int *missing;        /* of each message: who has not got it */
static GArray *latencies;   /* µs */

/* ---- The server's costs ---- */

static double
cpu_seconds (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", options.pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  fields = g_strsplit (strrchr (text, ')') + 2, " ", -1); /* from the third of proc(5) on */
  return (double) (atol (fields[11]) + atol (fields[12])) / (double) sysconf (_SC_CLK_TCK);
}

static double
memory_kib (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", options.pid);
  g_autofree char *text = NULL;
  const char *pss;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (pss = strstr (text, "\nPss:")) == NULL)
    return 0;
  return (double) atol (pss + strlen ("\nPss:"));
}

/* ---- Lines ---- */

static void
say (Guest *guest, const char *text)
{
  if (send (guest->fd, text, strlen (text), MSG_NOSIGNAL) != (ssize_t) strlen (text))
    g_error ("The server does not read");
}

static void
take_message (const char *text)
{
  char *rest;
  long index = strtol (text, &rest, 10);
  gint64 now = g_get_monotonic_time ();
  guint32 latency = (guint32) (now - g_ascii_strtoll (rest, NULL, 10));

  n_delivered++;
  last_delivery = now;
  g_array_append_val (latencies, latency);
  if (--missing[index] == 0)
    n_in_flight--;
}

static void
take_line (Guest *guest, char *line)
{
  char *command = line[0] == ':' ? strchr (line, ' ') : NULL;

  command = command != NULL ? command + 1 : line;
  if (g_str_has_prefix (command, "PRIVMSG #bench :"))
    take_message (command + strlen ("PRIVMSG #bench :"));
  else if (g_str_has_prefix (command, "001 "))
    n_registered++;
  else if (g_str_has_prefix (command, "366 ") && strstr (command, " #bench ") != NULL)
    {
      n_joining--;
      n_joined++;
    }
  else if (g_str_has_prefix (command, "PING "))
    {
      g_autofree char *pong = g_strdup_printf ("PONG %s\r\n", command + 5);

      say (guest, pong);
    }
  else if (g_str_has_prefix (command, "ERROR"))
    g_error ("%s", command);
}

static void
take (Guest *guest)
{
  static char data[256 * 1024];
  ssize_t n;
  char *line = data, *end;

  memcpy (data, guest->held, guest->held_len);
  n = recv (guest->fd, data + guest->held_len, sizeof data - 1 - guest->held_len, MSG_DONTWAIT);
  if (n == 0 || (n < 0 && errno != EAGAIN))
    g_error ("The server closed a connection");
  if (n < 0)
    return;
  n += (ssize_t) guest->held_len;
  guest->held_len = 0;
  while ((end = memchr (line, '\n', (gsize) (data + n - line))) != NULL)
    {
      *(end > line && end[-1] == '\r' ? end - 1 : end) = '\0';
      take_line (guest, line);
      line = end + 1;
    }
  guest->held_len = (gsize) (data + n - line);
  if (guest->held_len > 0)
    {
      guest->held = g_realloc (guest->held, guest->held_len);
      memcpy (guest->held, line, guest->held_len);
    }
}

static void
pump (int ms)
{
  struct epoll_event events[256];
  int n = epoll_wait (epoll_fd, events, G_N_ELEMENTS (events), ms);

  for (int i = 0; i < n; i++)
    take (events[i].data.ptr);
}

static void
pump_for (gint64 us)
{
  for (gint64 end = g_get_monotonic_time () + us; g_get_monotonic_time () < end;)
    pump (10);
}

/* ---- What they do ---- */

static void
begin (int index)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons ((guint16) options.port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  Guest *guest = &guests[index];
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = guest };
  g_autofree char *words = g_strdup_printf ("NICK u%d\r\nUSER u%d 0 * :bench\r\n", index, index);
  int one = 1;

  guest->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (guest->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect (guest->fd, (struct sockaddr *) &name, sizeof name) < 0)
    g_error ("connect: %s", g_strerror (errno));
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, guest->fd, &event);
  say (guest, words);
}

static double
register_all (gint64 deadline)
{
  gint64 began = g_get_monotonic_time ();

  while (n_registered < options.guests && g_get_monotonic_time () < deadline)
    {
      while (n_started < options.guests && n_started - n_registered < options.parallel)
        begin (n_started++);
      pump (10);
    }
  return (double) (g_get_monotonic_time () - began) / 1e6;
}

static double
join_all (gint64 deadline)
{
  gint64 began = g_get_monotonic_time ();
  int next = 0;

  while (n_joined < options.guests && g_get_monotonic_time () < deadline)
    {
      while (next < options.guests && n_joining < MIN (options.parallel, 20))
        {
          n_joining++;
          say (&guests[next++], "JOIN #bench\r\n");
        }
      pump (10);
    }
  return (double) (g_get_monotonic_time () - began) / 1e6;
}

static void
send_one (void)
{
  g_autofree char *head = g_strdup_printf ("PRIVMSG #bench :%d %" G_GINT64_FORMAT " ", n_sent, g_get_monotonic_time ());
  g_autofree char *fill = g_strnfill (TEXT_BYTES, 'x');
  g_autofree char *line = g_strdup_printf ("%s%s\r\n", head, fill);

  missing[n_sent] = options.guests - 1;
  n_expected += options.guests - 1;
  say (&guests[n_sent++ % options.senders], line);
  n_in_flight++;
}

static void
talk (gint64 deadline)
{
  gint64 began = g_get_monotonic_time ();

  while ((n_sent < options.messages || n_delivered < n_expected) && g_get_monotonic_time () < deadline)
    {
      gint64 due = options.rate > 0 ? (g_get_monotonic_time () - began) * options.rate / G_USEC_PER_SEC + 1 : options.messages;

      while (n_sent < MIN (due, options.messages) && (options.rate > 0 || n_in_flight < options.window))
        send_one ();
      pump (options.rate > 0 ? 1 : 10);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  guint32 one = *(const guint32 *) a, other = *(const guint32 *) b;

  return (one > other) - (one < other);
}

static double
percentile (double part)
{
  if (latencies->len == 0)
    return 0;
  return g_array_index (latencies, guint32, (guint) (part * (latencies->len - 1))) / 1000.0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  struct rlimit limit;
  gint64 deadline = g_get_monotonic_time () + TIMEOUT_US;
  double empty, registered, joined, register_s, join_s = 0, idle = 0, spent = 0;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL) || options.senders > options.guests)
    return EXIT_FAILURE;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  guests = g_new0 (Guest, options.guests);
  missing = g_new0 (int, MAX (options.messages, 1));
  latencies = g_array_new (FALSE, FALSE, sizeof (guint32));
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);

  empty = memory_kib ();
  register_s = register_all (deadline);
  pump_for (SETTLE_US);
  registered = joined = memory_kib ();
  if (options.join)
    {
      join_s = join_all (deadline);
      pump_for (SETTLE_US);
      joined = memory_kib ();
    }
  if (options.idle > 0)
    {
      double before = cpu_seconds ();

      pump_for (options.idle * G_TIME_SPAN_SECOND);
      idle = (cpu_seconds () - before) / options.idle;
    }
  spent = cpu_seconds ();
  talk (deadline);
  spent = cpu_seconds () - spent;
  g_array_sort (latencies, compare);
  g_print ("{\"whole\": %s, \"registrations\": %.0f, \"kib\": %.2f, \"kib_joined\": %.2f, \"join_s\": %.3f, \"idle\": %.4f, "
           "\"cpu_per_million\": %.3f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
           n_registered == options.guests && (!options.join || n_joined == options.guests) && n_sent == options.messages
                   && n_delivered == n_expected ? "true" : "false",
           n_registered / register_s, (registered - empty) / options.guests, (joined - empty) / options.guests, join_s, idle,
           n_delivered > 0 ? spent / ((double) n_delivered / 1e6) : 0, percentile (.5), percentile (.99));
  return EXIT_SUCCESS;
}
