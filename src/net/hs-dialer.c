/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One attempt to connect: GSocketClient's events become steps; its connection becomes a bare descriptor. */
#include "hs-config.h"
#include "hs-dialer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "hs-limits.h"

#define SYN_LOOK_MS 250 /* a SYN is repeated after a second at the earliest (RFC 6298 2.1) */

typedef struct
{
  /* Owned */
  GSocketClient *client;
  GCancellable *inner;       /* cancelled by the caller's, or by our timeout */
  GCancellable *cancellable; /* (nullable) the caller's */
  GSocketConnection *trying; /* (nullable) whose SYN has not been looked at yet */
  GSource *look;             /* (nullable) which does that */
  GSocketConnection *out;    /* (nullable) whose SYN is out */
  GSource *again;            /* (nullable) looks whether it went once more */
  GSource *timeout;          /* (nullable) */
  char *where;               /* as the person typed it */
  int fd;                    /* our own duplicate, once it stands; -1 */

  /* Borrowed */
  HsTcpTap *tap;             /* (nullable) */
  HsDialFunc func;           /* (nullable) */
  gpointer func_data;

  /* State */
  gulong cancelled_id;
  gboolean local;            /* a Unix socket: no TCP */
  gboolean timed_out;
  gboolean named;            /* the step HS_DIAL_NAME is over */
  gint64 name_began;
  gint64 name_ended;
  gint64 syn_began;
  guint syns;                /* how often the SYN went out */
  char *shown;               /* (nullable) the address told last */
} Dial;

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
dial_free (Dial *self)
{
  clear_source (&self->look);
  clear_source (&self->again);
  clear_source (&self->timeout);
  g_clear_object (&self->out);
  g_clear_object (&self->trying);
  g_clear_object (&self->client);
  g_clear_object (&self->inner);
  g_clear_object (&self->cancellable);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->where);
  g_free (self->shown);
  g_free (self);
}

/* ---- Telling ---- */

/* The caller has turned away: its data may be gone. */
static gboolean
is_off (Dial *self)
{
  return self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable);
}

static void
tell (Dial *self, HsDialStep step, gboolean done, const char *detail, gint64 began)
{
  if (self->func != NULL && !is_off (self))
    self->func (step, done, detail, began != 0 ? g_get_monotonic_time () - began : 0, self->func_data);
}

static void
tell_tap (Dial *self, const char *title, const char *detail)
{
  if (self->tap != NULL && !is_off (self))
    hs_tcp_tap_step (self->tap, title, detail, "GSocketClient");
}

static char *
describe (GSocketAddress *address, gboolean with_port)
{
  if (address == NULL || !G_IS_INET_SOCKET_ADDRESS (address))
    return NULL;
  if (with_port)
    return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/* ---- The SYN ---- */

/* GIO tells CONNECTING before it calls connect (): the kernel shows SYN-SENT only in the next turn of the loop. */
static void
look_at_syn (Dial *self)
{
  g_autoptr (GSocketConnection) connection = g_steal_pointer (&self->trying);
  g_autoptr (GSocketAddress) remote = NULL;
  GSocket *socket = NULL;

  clear_source (&self->look);
  if (connection == NULL || self->tap == NULL || self->local || is_off (self))
    return;
  socket = g_socket_connection_get_socket (connection);
  remote = g_socket_connection_get_remote_address (connection, NULL);
  hs_tcp_tap_connecting (self->tap, g_socket_is_closed (socket) ? -1 : g_socket_get_fd (socket), remote);
}

static gboolean
on_look (gpointer user_data)
{
  look_at_syn (user_data);
  return G_SOURCE_REMOVE;
}

/* The kernel repeats the SYN by itself and tells nobody; it is asked. */
static gboolean
on_again (gpointer user_data)
{
  Dial *self = user_data;
  GSocket *socket = self->out != NULL ? g_socket_connection_get_socket (self->out) : NULL;
  HsTcpNumbers numbers;
  g_autofree char *often = NULL;

  if (socket == NULL || g_socket_is_closed (socket) || !hs_tcp_numbers_read (g_socket_get_fd (socket), &numbers)
      || numbers.state != HS_TCP_SYN_SENT || numbers.total_retrans + 1 <= self->syns)
    return G_SOURCE_CONTINUE;
  self->syns = numbers.total_retrans + 1;
  often = g_strdup_printf ("%u", self->syns);
  tell (self, HS_DIAL_SYN_AGAIN, FALSE, often, self->syn_began);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_timeout (gpointer user_data)
{
  Dial *self = user_data;

  on_again (self);
  self->timed_out = TRUE;
  g_cancellable_cancel (self->inner);
  return G_SOURCE_REMOVE;
}

static void
start_source (GSource **place, GSource *source, int priority, GSourceFunc func, Dial *self)
{
  clear_source (place);
  *place = source;
  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
show_address (Dial *self, char *shown)
{
  g_free (self->shown);
  self->shown = shown;
  tell (self, HS_DIAL_ADDRESS, TRUE, shown != NULL ? shown : self->where, 0);
}

/* ---- GSocketClient's events ---- */

static void
on_resolving (Dial *self, GSocketConnection *connection)
{
  self->name_began = g_get_monotonic_time ();
  if (self->local)
    return;
  tell (self, HS_DIAL_NAME, FALSE, self->where, 0);
  tell_tap (self, "resolving", self->where);
}

static void
on_resolved (Dial *self, GSocketConnection *connection)
{
  self->name_ended = g_get_monotonic_time ();
}

/* RESOLVED does not say what was found; the first address that is tried does, right behind it. */
static void
end_name_step (Dial *self, GSocketAddress *remote)
{
  g_autofree char *number = describe (remote, FALSE);

  if (self->named || self->local)
    return;
  self->named = TRUE;
  tell_tap (self, "resolved", number);
  if (self->func != NULL && !is_off (self))
    self->func (HS_DIAL_NAME, TRUE, number, self->name_ended - self->name_began, self->func_data);
}

static void
on_connecting (Dial *self, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  look_at_syn (self); /* of the address before */
  end_name_step (self, remote);
  show_address (self, describe (remote, TRUE));
  tell_tap (self, "connecting", self->shown != NULL ? self->shown : self->where);

  self->syn_began = g_get_monotonic_time ();
  if (!self->local)
    tell (self, HS_DIAL_SYN, FALSE, self->shown, 0);
  if (self->timeout == NULL)
    start_source (&self->timeout, g_timeout_source_new (HS_CONNECT_MS), G_PRIORITY_DEFAULT, on_timeout, self);
  self->trying = g_object_ref (connection);
  self->syns = 1;
  g_set_object (&self->out, connection);
  if (!self->local && self->func != NULL)
    start_source (&self->again, g_timeout_source_new (SYN_LOOK_MS), G_PRIORITY_DEFAULT, on_again, self);
  start_source (&self->look, g_idle_source_new (), G_PRIORITY_HIGH, on_look, self);
}

/* Of several that were tried, the one that stands need not be the last one told. */
static void
settle_address (Dial *self, GSocketAddress *remote)
{
  g_autofree char *shown = describe (remote, TRUE);

  if (g_strcmp0 (shown, self->shown) == 0)
    return;
  if (self->tap != NULL && !self->local && !is_off (self))
    hs_tcp_tap_connecting (self->tap, -1, remote);
  show_address (self, g_steal_pointer (&shown));
}

static void
on_connected (Dial *self, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autofree char *own = describe (local, TRUE);

  if (self->fd >= 0)
    return;
  clear_source (&self->again);
  g_clear_object (&self->out);
  look_at_syn (self);
  settle_address (self, remote);
  self->fd = fcntl (g_socket_get_fd (g_socket_connection_get_socket (connection)), F_DUPFD_CLOEXEC, 0);
  if (self->fd < 0)
    return;
  /* First what the kernel knows of it: SYN and its answer came before GIO could say that it stands. */
  if (self->tap != NULL && !self->local && !is_off (self))
    hs_tcp_tap_attach (self->tap, self->fd, 0);
  tell_tap (self, "connected", self->shown != NULL ? self->shown : self->where);
  if (!self->local)
    tell (self, HS_DIAL_SYN, TRUE, self->shown, self->syn_began);
  tell (self, HS_DIAL_STANDS, TRUE, own, self->syn_began);
}

static const struct
{
  GSocketClientEvent event;
  void (*handle) (Dial *self, GSocketConnection *connection);
} handlers[] = {
  { G_SOCKET_CLIENT_RESOLVING, on_resolving },
  { G_SOCKET_CLIENT_RESOLVED, on_resolved },
  { G_SOCKET_CLIENT_CONNECTING, on_connecting },
  { G_SOCKET_CLIENT_CONNECTED, on_connected },
};

static void
on_event (GSocketClient *client, GSocketClientEvent event, GSocketConnectable *connectable, GIOStream *connection, Dial *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (handlers[i].event == event && !g_cancellable_is_cancelled (self->inner))
      handlers[i].handle (self, (GSocketConnection *) connection);
}

/* ---- The end ---- */

static void
fail (GTask *task, Dial *self, GError *error)
{
  /* on_connected () came to nothing: what is attached has to know that its descriptor goes */
  if (self->fd >= 0 && self->tap != NULL && !self->local && !is_off (self))
    hs_tcp_tap_detach (self->tap, FALSE);
  else if (self->tap != NULL && !is_off (self))
    {
      look_at_syn (self);
      hs_tcp_tap_failed (self->tap, error);
    }
  g_task_return_error (task, error);
}

static GError *
make_error (Dial *self, GError *error)
{
  g_autoptr (GError) gio_error = error;

  if (is_off (self))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
  if (self->timed_out)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _("No answer from %s"), self->where);
  if (gio_error == NULL) /* fcntl () failed */
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES, g_strerror (EMFILE));
  return g_steal_pointer (&gio_error);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Dial *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (self->client, result, &error);

  g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  g_signal_handlers_disconnect_by_data (self->client, self);
  clear_source (&self->timeout);
  clear_source (&self->again);
  g_clear_object (&self->out);
  if (connection != NULL && self->fd >= 0 && !is_off (self))
    g_task_return_int (task, g_steal_fd (&self->fd));
  else
    fail (task, self, make_error (self, error));
}

/* ---- Public ---- */

static GSocketConnectable *
make_connectable (const HsAddress *address, GError **error)
{
  if (address->scheme == HS_SCHEME_UNIX && address->path != NULL)
    return G_SOCKET_CONNECTABLE (g_unix_socket_address_new (address->path));
  /* A number is one for GNetworkAddress, too, zone ("fe80::1%eth0") included. */
  if (address->host != NULL)
    return g_network_address_new (address->host, address->port);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("No connection can be opened to this address"));
  return NULL;
}

static void
on_cancelled (GCancellable *cancellable, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static GSocketClient *
make_client (Dial *self)
{
  GSocketClient *client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  g_signal_connect (client, "event", G_CALLBACK (on_event), self);
  return client;
}

void
hs_dial_async (const HsAddress *address, HsTcpTap *tap, HsDialFunc func, gpointer func_data, GCancellable *cancellable,
               GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketConnectable) connectable = NULL;
  GError *error = NULL;
  Dial *self = NULL;

  g_task_set_source_tag (task, hs_dial_async);
  g_task_set_check_cancellable (task, FALSE); /* it would drop a descriptor; fail () looks itself */
  if (address->scheme == HS_SCHEME_UDP && address->host != NULL)
    {
      hs_dial_datagram (address, tap, func, func_data, g_steal_pointer (&task));
      return;
    }
  self = g_new0 (Dial, 1);
  g_task_set_task_data (task, self, (GDestroyNotify) dial_free);
  self->fd = -1;
  self->tap = tap;
  self->func = func;
  self->func_data = func_data;
  self->local = address->scheme == HS_SCHEME_UNIX;
  if (self->local && tap != NULL)
    hs_tcp_tap_set_transport (tap, HS_TCP_TRANSPORT_UNIX);
  self->where = g_strdup (self->local ? address->path : address->host);
  self->inner = g_cancellable_new ();
  self->client = make_client (self);

  connectable = make_connectable (address, &error);
  if (connectable == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_set_object (&self->cancellable, cancellable);
  if (cancellable != NULL)
    self->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), g_object_ref (self->inner), g_object_unref);
  g_socket_client_connect_async (self->client, connectable, self->inner, on_done, g_steal_pointer (&task));
}

int
hs_dial_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, hs_dial_async), -1);

  return (int) g_task_propagate_int (G_TASK (result), error);
}
