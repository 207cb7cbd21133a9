/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A socket for datagrams to one address: the name is looked up, connect () only writes the address down. Nothing is sent, so nobody is asked
 * whether anybody is there, and no second address can be tried when the first one keeps silent. */
#include "hs-config.h"
#include "hs-dialer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>

typedef struct
{
  /* Owned */
  GSocketAddressEnumerator *addresses;
  GSocketAddress *fallback; /* (nullable) the first that is not IPv4 */
  char *where;              /* as the person typed it */

  /* Borrowed */
  HsTcpTap *tap;            /* (nullable) */
  HsDialFunc func;          /* (nullable) */
  gpointer func_data;

  /* State */
  gint64 began;
} Dial;

static void
dial_free (gpointer data)
{
  Dial *self = data;

  g_clear_object (&self->addresses);
  g_clear_object (&self->fallback);
  g_free (self->where);
  g_free (self);
}

static gboolean
is_off (GTask *task)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (task));
}

static void
tell (GTask *task, HsDialStep step, gboolean done, const char *detail, gint64 elapsed)
{
  Dial *self = g_task_get_task_data (task);

  if (self->func != NULL && !is_off (task))
    self->func (step, done, detail, elapsed, self->func_data);
}

static void
tell_tap (GTask *task, const char *title, const char *detail)
{
  Dial *self = g_task_get_task_data (task);

  if (self->tap != NULL && !is_off (task))
    hs_tcp_tap_step (self->tap, title, detail, "GSocket");
}

/* Takes both. */
static void
fail (GTask *task, GError *error)
{
  Dial *self = g_task_get_task_data (task);

  if (is_off (task))
    {
      g_clear_error (&error);
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
    }
  else if (self->tap != NULL)
    hs_tcp_tap_failed (self->tap, error);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* A descriptor of our own: GSocket closes its. */
static int
open_socket (GSocketAddress *remote, char **own, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (remote), G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  g_autoptr (GSocketAddress) local = NULL;
  int fd;

  if (socket == NULL)
    return -1;
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_connect (socket, remote, NULL, error))
    return -1;
  local = g_socket_get_local_address (socket, NULL);
  *own = local != NULL ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (local)) : NULL;
  fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);
  if (fd >= 0)
    fcntl (fd, F_SETFL, O_NONBLOCK);
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES, g_strerror (errno));
  return fd;
}

/* Takes @task. */
static void
connect_to (GTask *task, GSocketAddress *remote)
{
  Dial *self = g_task_get_task_data (task);
  g_autofree char *number = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  g_autofree char *shown = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote));
  g_autofree char *own = NULL;
  GError *error = NULL;
  int fd;

  tell_tap (task, "resolved", number);
  tell (task, HS_DIAL_NAME, TRUE, number, g_get_monotonic_time () - self->began);
  tell (task, HS_DIAL_ADDRESS, TRUE, shown, 0);
  fd = is_off (task) ? -1 : open_socket (remote, &own, &error);
  if (fd < 0)
    {
      fail (task, error);
      return;
    }
  if (self->tap != NULL)
    hs_tcp_tap_attach (self->tap, fd, 0);
  tell_tap (task, "connected", shown);
  tell (task, HS_DIAL_STANDS, TRUE, own, 0);
  g_task_return_int (task, fd);
  g_object_unref (task);
}

/* Of a name with addresses of both kinds IPv4 is taken: small programs listen on that, and no answer would say that the other was wrong. */
static void
on_address (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Dial *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GSocketAddress) address = g_socket_address_enumerator_next_finish (G_SOCKET_ADDRESS_ENUMERATOR (source), result, &error);

  if (is_off (task))
    fail (task, error);
  else if (address == NULL && self->fallback != NULL)
    {
      g_clear_error (&error);
      connect_to (task, self->fallback);
    }
  else if (address == NULL)
    fail (task, error != NULL ? error : g_error_new (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, _("No address is known for %s"), self->where));
  else if (g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    connect_to (task, address);
  else
    {
      if (self->fallback == NULL)
        self->fallback = g_object_ref (address);
      g_socket_address_enumerator_next_async (self->addresses, g_task_get_cancellable (task), on_address, task);
    }
}

void
hs_dial_datagram (const HsAddress *address, HsTcpTap *tap, HsDialFunc func, gpointer func_data, GTask *task)
{
  Dial *self = g_new0 (Dial, 1);
  g_autoptr (GSocketConnectable) connectable = g_network_address_new (address->host, address->port);

  g_task_set_task_data (task, self, dial_free);
  self->addresses = g_socket_connectable_enumerate (connectable);
  self->where = g_strdup (address->host);
  self->tap = tap;
  self->func = func;
  self->func_data = func_data;
  self->began = g_get_monotonic_time ();
  if (tap != NULL)
    hs_tcp_tap_set_transport (tap, HS_TCP_TRANSPORT_UDP);
  tell (task, HS_DIAL_NAME, FALSE, self->where, 0);
  tell_tap (task, "resolving", self->where);
  g_socket_address_enumerator_next_async (self->addresses, g_task_get_cancellable (task), on_address, task);
}
