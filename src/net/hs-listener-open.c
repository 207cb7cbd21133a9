/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens the sockets that the listener listens on, by number, by path, or given by who started the program, and says in words what is in
 * the way. Accepts nothing. */
#include "hs-config.h"
#include "hs-listener-private.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- Errors, in words ---- */

static void
explain_address (GError *e, const char *address, guint16 port, guint tries)
{
  int code = e->code;
  g_autofree char *text = NULL;

  if (code == G_IO_ERROR_ADDRESS_IN_USE && tries > 0)
    text = g_strdup_printf (_("Port %u and those after it are already in use by other programs"), port);
  else if (code == G_IO_ERROR_ADDRESS_IN_USE)
    text = g_strdup_printf (_("Port %u is already in use by another program"), port);
  else if (code == G_IO_ERROR_PERMISSION_DENIED && port > 0 && port < 1024)
    text = g_strdup_printf (_("Port %u may only be opened by the administrator"), port);
  else if (code == G_IO_ERROR_PERMISSION_DENIED)
    text = g_strdup_printf (_("This program is not allowed to listen on port %u"), port);
  else if (address != NULL)
    text = g_strdup_printf (_("This computer cannot listen on the address %s: %s"), address, e->message);
  else
    text = g_strdup_printf (_("This computer cannot listen on port %u: %s"), port, e->message);
  g_free (e->message);
  e->message = g_steal_pointer (&text);
}

static gboolean
fail_with_errno (GError **error, int code)
{
  g_set_error_literal (error, G_IO_ERROR, (gint) g_io_error_from_errno (code), g_strerror (code));
  return FALSE;
}

/* ---- A port ---- */

static GSocket *
open_socket (GSocketFamily family, int backlog, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, backlog);
  return g_steal_pointer (&socket);
}

/* A guest's SYN waits in the kernel until somebody wants to see it; refused by old systems, which the panel then says. */
static void
prepare_port_socket (GSocket *socket)
{
  g_socket_set_option (socket, IPPROTO_TCP, TCP_SAVE_SYN, 1, NULL);
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 0, NULL);
}

static GSocket *
listen_at (GSocketAddress *address, int backlog, GError **error)
{
  g_autoptr (GSocket) socket = open_socket (g_socket_address_get_family (address), backlog, error);

  if (socket == NULL)
    return NULL;
  prepare_port_socket (socket);
  /* allow_reuse is SO_REUSEADDR: connections in TIME-WAIT do not keep the port. */
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

/* Port after port while they are taken. With 0 the kernel chooses. */
static GSocket *
listen_from (const char *address, guint16 port, guint tries, int backlog, GError **error)
{
  for (guint i = 0;; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (GSocketAddress) at = g_inet_socket_address_new_from_string (address, port + i);
      GSocket *socket = listen_at (at, backlog, &local_error);

      if (socket != NULL)
        return socket;
      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE) || i >= tries || port + i >= G_MAXUINT16)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
}

/* Where IPv6 is switched off, all addresses are all of IPv4. */
static GSocket *
listen_on_all (guint16 port, guint tries, int backlog, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  GSocket *socket = listen_from ("::", port, tries, backlog, &local_error);

  if (socket != NULL)
    return socket;
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)
      || g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  return listen_from ("0.0.0.0", port, tries, backlog, error);
}

static gboolean
check_address (const char *address, GError **error)
{
  g_autoptr (GSocketAddress) parsed = g_inet_socket_address_new_from_string (address, 0);

  if (parsed != NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("“%s” is not the number of an address, such as 192.168.1.23"), address);
  return FALSE;
}

GSocket *
hs_listener_open_port (const char *address, guint16 port, guint tries, int backlog, GError **error)
{
  GError *local_error = NULL;
  GSocket *socket;

  if (address != NULL && !check_address (address, error))
    return NULL;
  if (address != NULL)
    socket = listen_from (address, port, tries, backlog, &local_error);
  else
    socket = listen_on_all (port, tries, backlog, &local_error);
  if (socket == NULL)
    {
      explain_address (local_error, address, port, tries);
      g_propagate_error (error, local_error);
    }
  return socket;
}

/* ---- A Unix socket ---- */

/* TRUE: nobody listens there. */
static gboolean
is_stale (GSocketAddress *address)
{
  g_autoptr (GSocket) probe = open_socket (G_SOCKET_FAMILY_UNIX, 0, NULL);
  g_autoptr (GError) error = NULL;

  if (probe == NULL || g_socket_connect (probe, address, NULL, &error))
    return FALSE;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static gboolean
make_way (const char *path, GSocketAddress *address, GError **error)
{
  GStatBuf info;

  if (g_lstat (path, &info) < 0)
    return TRUE;
  if (!S_ISSOCK (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("“%s” exists and is not a socket; it is left alone"), path);
      return FALSE;
    }
  if (!is_stale (address))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, _("Another program listens on “%s” already"), path);
      return FALSE;
    }
  return g_unlink (path) == 0 || fail_with_errno (error, errno);
}

/* The mode is set between bind and listen, when nobody can connect yet: a umask would be the whole process's. */
static gboolean
bind_path (GSocket *socket, GSocketAddress *address, const char *path, GStatBuf *made, GError **error)
{
  if (!g_socket_bind (socket, address, FALSE, error))
    return FALSE;
  if (g_chmod (path, 0600) == 0 && g_lstat (path, made) == 0)
    {
      if (g_socket_listen (socket, error))
        return TRUE;
    }
  else
    fail_with_errno (error, errno);
  g_unlink (path);
  return FALSE;
}

GSocket *
hs_listener_open_path (const char *path, int backlog, GStatBuf *made, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) local_error = NULL;

  if (strlen (path) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG, _("“%s” is too long for the path of a socket"), path);
      return NULL;
    }
  address = g_unix_socket_address_new (path);
  if (!make_way (path, address, error))
    return NULL;
  socket = open_socket (G_SOCKET_FAMILY_UNIX, backlog, &local_error);
  if (socket != NULL && bind_path (socket, address, path, made, &local_error))
    return g_steal_pointer (&socket);
  g_set_error (error, G_IO_ERROR, local_error->code, _("This program cannot listen on “%s”: %s"), path, local_error->message);
  return NULL;
}

/* ---- A socket that somebody else opened ---- */

static gboolean
does_listen (int fd)
{
  int type = 0, listens = 0;
  socklen_t type_len = sizeof type, listens_len = sizeof listens;

  return getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &type_len) == 0 && type == SOCK_STREAM &&
         getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_len) == 0 && listens != 0;
}

GSocket *
hs_listener_open_given (int fd, int backlog, GError **error)
{
  g_autoptr (GSocket) socket = NULL;

  if (!does_listen (fd))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("Descriptor %d is not a stream socket that listens"), fd);
      close (fd);
      return NULL;
    }
  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    {
      close (fd);
      return NULL;
    }
  g_socket_set_blocking (socket, FALSE);
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_SAVE_SYN, 1, NULL);
  /* listen (2) a second time only changes the backlog. */
  g_socket_set_listen_backlog (socket, backlog);
  return g_socket_listen (socket, error) ? g_steal_pointer (&socket) : NULL;
}
