/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GSocketService that hands up bare descriptors. What it accepts is duplicated and its GSocketConnection dropped at once, for an
 * object a guest is what makes accepting slow. Knows no link. */
#include "hs-config.h"
#include "hs-listener.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hs-limits.h"

/* One socket that is listened on. Each has a service of its own: GSocketService drops a connection that it accepts in the moment when
 * another socket is added, or when it is stopped from outside of its own signal. */
typedef struct
{
  HsListener *listener;
  GSocketService *service; /* (nullable) */
  GSocket *socket;         /* (nullable) */
  GSource *resume;         /* (nullable) while paused */
} Door;

struct _HsListener
{
  /* Owned */
  Door port_door;
  Door unix_door;
  GMainContext *context;
  char *address;           /* (nullable) */
  char *path;              /* (nullable) */

  /* State */
  HsListenerFunc func;
  gpointer user_data;
  GStatBuf path_stat;      /* of the file we made: another's is not removed */
  int backlog;
  guint16 port;
  guint in_call;
  gboolean freed;
};

/* ---- Accepting ---- */

/* The lowest free number is what a new descriptor gets: one near the limit says that nearly all are in use. GSocketService itself must never
 * meet EMFILE, for it would warn and spin; so these are left free, for the rest of the process, too. */
static gboolean
are_descriptors_short (int newest)
{
  struct rlimit limit = { 0 };

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
    return FALSE;
  return (rlim_t) newest + HS_DESCRIPTORS_RESERVED >= limit.rlim_cur;
}

/* A low number may be a mere gap, so they are counted; some more than would pause it again at the first newcomer. */
static gboolean
are_descriptors_free (int like)
{
  int probes[HS_DESCRIPTORS_RESERVED * 3 / 2];
  guint n = 0;
  gboolean are_free = FALSE;

  while (n < G_N_ELEMENTS (probes) && (probes[n] = fcntl (like, F_DUPFD_CLOEXEC, 0)) >= 0)
    n++;
  are_free = n == G_N_ELEMENTS (probes);
  while (n > 0)
    close (probes[--n]);
  return are_free;
}

static gboolean
try_resume (gpointer user_data)
{
  Door *door = user_data;

  if (!are_descriptors_free (g_socket_get_fd (door->socket)))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&door->resume, g_source_unref);
  g_socket_service_start (door->service);
  return G_SOURCE_REMOVE;
}

static void
pause_accepting (Door *door)
{
  if (door->resume != NULL)
    return;
  g_message ("Descriptors have run short (RLIMIT_NOFILE): newcomers wait until one is free");
  g_socket_service_stop (door->service);
  door->resume = g_timeout_source_new (HS_ACCEPT_PAUSE_MS);
  g_source_set_callback (door->resume, try_resume, door, NULL);
  g_source_attach (door->resume, door->listener->context);
}

/* FALSE: accept no more now. Takes @fd; -1 with errno where it failed. */
static gboolean
hand_up (Door *door, int fd)
{
  HsListener *self = door->listener;

  if (fd < 0)
    {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        pause_accepting (door);
      return FALSE;
    }
  if (are_descriptors_short (fd))
    pause_accepting (door);
  self->func (self, fd, self->user_data);
  return !self->freed && door->service != NULL && door->resume == NULL;
}

/* The rest of a burst, without a round of GIO's own for each. */
static void
accept_more (Door *door)
{
  for (guint i = 1; i < HS_ACCEPTS_PER_ITERATION; i++)
    {
      int fd = accept4 (g_socket_get_fd (door->socket), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
        continue;
      if (!hand_up (door, fd)) /* nobody waits any more, too */
        return;
    }
}

static void
listener_destroy (HsListener *self)
{
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
door_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, Door *door)
{
  HsListener *self = door->listener;
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));

  self->in_call++;
  if (hand_up (door, fcntl (fd, F_DUPFD_CLOEXEC, 0)))
    accept_more (door);
  self->in_call--;
  if (self->freed && self->in_call == 0)
    listener_destroy (self);
  return TRUE;
}

static gboolean
door_open (Door *door, HsListener *listener, GSocket *socket, GError **error)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();

  if (!g_socket_listener_add_socket (G_SOCKET_LISTENER (service), socket, NULL, error))
    return FALSE;
  g_signal_connect (service, "incoming", G_CALLBACK (door_incoming), door);
  door->listener = listener;
  door->service = g_steal_pointer (&service);
  door->socket = g_object_ref (socket);
  return TRUE;
}

static void
door_close (Door *door)
{
  if (door->resume != NULL)
    g_source_destroy (door->resume);
  g_clear_pointer (&door->resume, g_source_unref);
  if (door->service != NULL)
    {
      g_signal_handlers_disconnect_by_data (door->service, door);
      g_socket_service_stop (door->service);
      g_socket_listener_close (G_SOCKET_LISTENER (door->service)); /* and its socket */
    }
  g_clear_object (&door->service);
  g_clear_object (&door->socket);
}

/* ---- Errors, in words ---- */

static void
explain_address (GError **error, const char *address, guint16 port, guint tries)
{
  GError *e = *error;
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

static GSocket *
listen_at_path (const char *path, int backlog, GStatBuf *made, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) local_error = NULL;

  if (!make_way (path, address, error))
    return NULL;
  socket = open_socket (G_SOCKET_FAMILY_UNIX, backlog, &local_error);
  if (socket != NULL && bind_path (socket, address, path, made, &local_error))
    return g_steal_pointer (&socket);
  g_set_error (error, G_IO_ERROR, local_error->code, _("This program cannot listen on “%s”: %s"), path, local_error->message);
  return NULL;
}

static void
remove_path (HsListener *self)
{
  GStatBuf now;

  if (self->path != NULL && g_lstat (self->path, &now) == 0 && now.st_ino == self->path_stat.st_ino && now.st_dev == self->path_stat.st_dev)
    g_unlink (self->path);
  g_clear_pointer (&self->path, g_free);
}

/* ---- Public ---- */

HsListener *
hs_listener_new (HsListenerFunc func, gpointer user_data)
{
  HsListener *self = g_new0 (HsListener, 1);

  self->func = func;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  return self;
}

void
hs_listener_free (HsListener *self)
{
  hs_listener_stop (self);
  self->freed = TRUE;
  if (self->in_call == 0)
    listener_destroy (self);
}

gboolean
hs_listener_listen (HsListener *self, const char *address, guint16 port, guint tries, int backlog, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) bound = NULL;
  GError *local_error = NULL;

  if (self->port_door.socket != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("Already listening on port %u"), self->port);
      return FALSE;
    }
  if (address != NULL && !check_address (address, error))
    return FALSE;

  if (address != NULL)
    socket = listen_from (address, port, tries, backlog, &local_error);
  else
    socket = listen_on_all (port, tries, backlog, &local_error);
  if (socket != NULL)
    bound = g_socket_get_local_address (socket, &local_error);
  if (bound == NULL || !door_open (&self->port_door, self, socket, &local_error))
    {
      explain_address (&local_error, address, port, tries);
      g_propagate_error (error, local_error);
      return FALSE;
    }

  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->address = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (bound)));
  self->backlog = backlog;
  return TRUE;
}

gboolean
hs_listener_listen_unix (HsListener *self, const char *path, int backlog, GError **error)
{
  g_autoptr (GSocket) socket = NULL;

  if (self->unix_door.socket != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("Already listening on “%s”"), self->path);
      return FALSE;
    }
  if (strlen (path) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG, _("“%s” is too long for the path of a socket"), path);
      return FALSE;
    }
  socket = listen_at_path (path, backlog, &self->path_stat, error);
  if (socket == NULL)
    return FALSE;
  self->path = g_strdup (path);
  if (!door_open (&self->unix_door, self, socket, error))
    {
      remove_path (self);
      return FALSE;
    }
  if (self->backlog == 0)
    self->backlog = backlog;
  return TRUE;
}

void
hs_listener_stop (HsListener *self)
{
  door_close (&self->port_door);
  door_close (&self->unix_door);
  remove_path (self);
  g_clear_pointer (&self->address, g_free);
  self->port = 0;
  self->backlog = 0;
}

guint16
hs_listener_get_port (HsListener *self)
{
  return self->port;
}

const char *
hs_listener_get_address (HsListener *self)
{
  return self->address;
}

int
hs_listener_get_fd (HsListener *self)
{
  return self->port_door.socket != NULL ? g_socket_get_fd (self->port_door.socket) : -1;
}

int
hs_listener_get_backlog (HsListener *self)
{
  return self->backlog;
}

gboolean
hs_listener_is_paused (HsListener *self)
{
  return self->port_door.resume != NULL || self->unix_door.resume != NULL;
}
