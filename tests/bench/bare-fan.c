/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor under a chat server: one epoll loop that takes the same lines and writes the same bytes to the same sockets, one write a guest and
 * round, and does nothing else: no names, no rights, no history, no limits. What a server costs above it is its own. usage: bare-fan PORT */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS_MAX   20000
#define NAMES_MAX 400 /* bytes of names in a line */

typedef struct
{
  char nick[32];
  GString *out; /* (nullable) */
  char *held;   /* (nullable) a line that is not whole */
  gboolean joined;
} Guest;

static Guest guests[FDS_MAX];
static GArray *members; /* of int: descriptors */
static GArray *dirty;

static void
queue (int fd, const char *data, gssize len)
{
  Guest *guest = &guests[fd];

  if (guest->out == NULL)
    {
      guest->out = g_string_sized_new (256);
      g_array_append_val (dirty, fd);
    }
  g_string_append_len (guest->out, data, len);
}

static void
queue_to_members (int from, const char *text)
{
  gssize len = (gssize) strlen (text);

  for (guint i = 0; i < members->len; i++)
    if (g_array_index (members, int, i) != from)
      queue (g_array_index (members, int, i), text, len);
}

static void
queue_names (int fd)
{
  g_autofree char *head = g_strdup_printf (":floor.test 353 %s = #bench :", guests[fd].nick);
  g_autoptr (GString) line = g_string_new (head);

  for (guint i = 0; i < members->len; i++)
    {
      if (line->len > NAMES_MAX)
        {
          g_string_append (line, "\r\n");
          queue (fd, line->str, (gssize) line->len);
          g_string_assign (line, head);
        }
      g_string_append_printf (line, "%s ", guests[g_array_index (members, int, i)].nick);
    }
  g_string_append_printf (line, "\r\n:floor.test 366 %s #bench :End of NAMES list\r\n", guests[fd].nick);
  queue (fd, line->str, (gssize) line->len);
}

static void
take_line (int fd, const char *line)
{
  Guest *guest = &guests[fd];
  g_autofree char *text = NULL;

  if (g_str_has_prefix (line, "NICK "))
    g_strlcpy (guest->nick, line + 5, sizeof guest->nick);
  else if (g_str_has_prefix (line, "USER "))
    {
      text = g_strdup_printf (":floor.test 001 %s :Welcome\r\n", guest->nick);
      queue (fd, text, (gssize) strlen (text));
    }
  else if (g_str_has_prefix (line, "JOIN "))
    {
      text = g_strdup_printf (":%s!%s@127.0.0.1 JOIN #bench\r\n", guest->nick, guest->nick);
      g_array_append_val (members, fd);
      guest->joined = TRUE;
      queue_to_members (-1, text);
      queue_names (fd);
    }
  else if (g_str_has_prefix (line, "PRIVMSG "))
    {
      text = g_strdup_printf (":%s!%s@127.0.0.1 %s\r\n", guest->nick, guest->nick, line);
      queue_to_members (fd, text);
    }
}

static void
leave (int fd)
{
  for (guint i = 0; guests[fd].joined && i < members->len; i++)
    if (g_array_index (members, int, i) == fd)
      g_array_remove_index_fast (members, i--);
  for (guint i = 0; i < dirty->len; i++)
    if (g_array_index (dirty, int, i) == fd)
      g_array_remove_index_fast (dirty, i--);
  if (guests[fd].out != NULL)
    g_string_free (guests[fd].out, TRUE);
  g_free (guests[fd].held);
  guests[fd] = (Guest){ .joined = FALSE };
  close (fd);
}

static void
take (int fd)
{
  static char data[65537];
  ssize_t n = recv (fd, data, sizeof data - 1, MSG_DONTWAIT);
  g_autofree char *whole = NULL;
  char *line, *end;

  if (n == 0 || (n < 0 && errno != EAGAIN))
    leave (fd);
  if (n <= 0)
    return;
  data[n] = '\0';
  whole = guests[fd].held != NULL ? g_strconcat (guests[fd].held, data, NULL) : g_strdup (data);
  g_clear_pointer (&guests[fd].held, g_free);
  for (line = whole; (end = strstr (line, "\r\n")) != NULL; line = end + 2)
    {
      *end = '\0';
      take_line (fd, line);
    }
  if (*line != '\0')
    guests[fd].held = g_strdup (line);
}

static void
flush (void)
{
  for (guint i = 0; i < dirty->len; i++)
    {
      Guest *guest = &guests[g_array_index (dirty, int, i)];

      if (send (g_array_index (dirty, int, i), guest->out->str, guest->out->len, MSG_NOSIGNAL) != (ssize_t) guest->out->len)
        g_error ("A guest does not read");
      g_string_free (guest->out, TRUE);
      guest->out = NULL;
    }
  g_array_set_size (dirty, 0);
}

static void
accept_all (int listener, int epoll_fd)
{
  int fd, one = 1;

  while ((fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC)) >= 0 && fd < FDS_MAX)
    {
      struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event);
    }
}

static int
listen_on (guint16 port)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind (fd, (struct sockaddr *) &name, sizeof name) < 0 || listen (fd, SOMAXCONN) < 0)
    g_error ("bind: %s", g_strerror (errno));
  return fd;
}

int
main (int argc, char **argv)
{
  struct rlimit limit;
  struct epoll_event events[256];
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  int listener = listen_on ((guint16) (argc == 2 ? atoi (argv[1]) : 0));

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  members = g_array_new (FALSE, FALSE, sizeof (int));
  dirty = g_array_new (FALSE, FALSE, sizeof (int));
  events[0] = (struct epoll_event){ .events = EPOLLIN, .data.fd = listener };
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, listener, &events[0]);
  for (;;)
    {
      int n = epoll_wait (epoll_fd, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n; i++)
        if (events[i].data.fd == listener)
          accept_all (listener, epoll_fd);
        else
          take (events[i].data.fd);
      flush ();
    }
}
