/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GSocketService that hands up bare descriptors. What it accepts is duplicated and its GSocketConnection dropped at once, for an
 * object a guest is what makes accepting slow. Knows no link. */
#include "hs-config.h"
#include "hs-listener-private.h"
#include "hs-listener.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/resource.h>
#include <sys/socket.h>
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
  gboolean held;           /* an experiment: accepts nobody */
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
  if (!door->held)
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
  return !self->freed && door->service != NULL && door->resume == NULL && !door->held;
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
  door->held = FALSE;
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

static gboolean
fail_twice (HsListener *self, gboolean is_unix, GError **error)
{
  if (!is_unix)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("Already listening on port %u"), self->port);
  else if (self->path != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("Already listening on “%s”"), self->path);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("Already listening on a local socket"));
  return FALSE;
}

static gboolean
open_port_door (HsListener *self, GSocket *socket, int backlog, GError **error)
{
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, error);

  if (bound == NULL || !door_open (&self->port_door, self, socket, error))
    return FALSE;
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->address = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (bound)));
  self->backlog = backlog;
  return TRUE;
}

static gboolean
open_unix_door (HsListener *self, GSocket *socket, int backlog, GError **error)
{
  if (!door_open (&self->unix_door, self, socket, error))
    return FALSE;
  if (self->backlog == 0)
    self->backlog = backlog;
  return TRUE;
}

gboolean
hs_listener_listen (HsListener *self, const char *address, guint16 port, guint tries, int backlog, GError **error)
{
  g_autoptr (GSocket) socket = NULL;

  if (self->port_door.socket != NULL)
    return fail_twice (self, FALSE, error);
  socket = hs_listener_open_port (address, port, tries, backlog, error);
  return socket != NULL && open_port_door (self, socket, backlog, error);
}

gboolean
hs_listener_listen_unix (HsListener *self, const char *path, int backlog, GError **error)
{
  g_autoptr (GSocket) socket = NULL;

  if (self->unix_door.socket != NULL)
    return fail_twice (self, TRUE, error);
  socket = hs_listener_open_path (path, backlog, &self->path_stat, error);
  if (socket == NULL)
    return FALSE;
  self->path = g_strdup (path);
  if (open_unix_door (self, socket, backlog, error))
    return TRUE;
  remove_path (self);
  return FALSE;
}

gboolean
hs_listener_take_socket (HsListener *self, int fd, int backlog, GError **error)
{
  g_autoptr (GSocket) socket = hs_listener_open_given (fd, backlog, error);
  gboolean is_unix;

  if (socket == NULL)
    return FALSE;
  is_unix = g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX;
  if ((is_unix ? &self->unix_door : &self->port_door)->socket != NULL)
    return fail_twice (self, is_unix, error);
  return is_unix ? open_unix_door (self, socket, backlog, error) : open_port_door (self, socket, backlog, error);
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

/* listen (2) once more sets another backlog for a socket that listens already. */
gboolean
hs_listener_set_held (HsListener *self, gboolean held)
{
  Door *door = &self->port_door;

  if (door->socket == NULL || door->held == held || listen (g_socket_get_fd (door->socket), held ? 1 : self->backlog) < 0)
    return FALSE;
  door->held = held;
  if (held)
    g_socket_service_stop (door->service);
  else if (door->resume == NULL)
    g_socket_service_start (door->service);
  return TRUE;
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
