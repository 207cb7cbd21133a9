/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket activation and readiness, by the environment that sd_listen_fds (3) and sd_notify (3) describe. Knows no server. */
#include "hs-systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_SOCKET 3 /* SD_LISTEN_FDS_START */

GArray *
hs_systemd_steal_sockets (void)
{
  GArray *sockets = g_array_new (FALSE, FALSE, sizeof (int));
  const char *pid = g_getenv ("LISTEN_PID"), *fds = g_getenv ("LISTEN_FDS");
  guint64 number;

  /* Another process's sockets, whose environment we inherited, are none of ours. */
  if (pid != NULL && fds != NULL && g_ascii_string_to_unsigned (pid, 10, 1, G_MAXINT, &number, NULL) && (pid_t) number == getpid () &&
      g_ascii_string_to_unsigned (fds, 10, 1, G_MAXINT - FIRST_SOCKET, &number, NULL))
    for (int fd = FIRST_SOCKET; fd < FIRST_SOCKET + (int) number && fcntl (fd, F_SETFD, FD_CLOEXEC) == 0; fd++)
      g_array_append_val (sockets, fd);
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  return sockets;
}

void
hs_systemd_notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gsize len = path != NULL ? strlen (path) : 0;
  int fd;

  if (len == 0 || len >= sizeof address.sun_path)
    return;
  memcpy (address.sun_path, path, len);
  if (path[0] == '@')
    address.sun_path[0] = '\0'; /* abstract: no file */
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  if (sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address,
              (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + len)) < 0)
    g_message ("NOTIFY_SOCKET: %s", g_strerror (errno));
  close (fd);
}

void
hs_systemd_notify_reloading (void)
{
  /* g_get_monotonic_time () is CLOCK_MONOTONIC, which is what is asked for. */
  g_autofree char *state = g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());

  hs_systemd_notify (state);
}
