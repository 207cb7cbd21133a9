/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From listening to the last guest's leave, on the server's thread. The guests themselves are hs-server-core-guests.c's. */
#include "hs-server-core-private.h"

#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "hs-limits.h"

/* All are taken, even those that are not wanted any more. */
static gboolean
listen_on_given (HsServerCore *self, GError **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < self->sockets->len; i++)
    {
      int fd = g_array_index (self->sockets, int, i);

      if (ok)
        ok = hs_listener_take_socket (self->listener, fd, self->config->backlog, error);
      else
        close (fd);
    }
  g_array_set_size (self->sockets, 0);
  return ok;
}

static gboolean
listen_all (HsServerCore *self, GError **error)
{
  const HsServerConfig *config = self->config;

  if (self->sockets->len > 0)
    return listen_on_given (self, error);
  hs_core_tell_listener_step (self, N_("binding"), config->address != NULL ? config->address : "::", "GSocketListener");
  if (!hs_listener_listen (self->listener, config->address, config->port, config->port_exact ? 0 : HS_PORT_TRIES, config->backlog, error))
    return FALSE;
  return config->unix_path == NULL || hs_listener_listen_unix (self->listener, config->unix_path, config->backlog, error);
}

static void
tell_listening (HsServerCore *self)
{
  const char *address = hs_listener_get_address (self->listener); /* NULL: only a local socket was given */
  const gboolean colons = address != NULL && strchr (address, ':') != NULL;
  g_autofree char *bound =
    address != NULL ? g_strdup_printf ("%s%s%s:%u", colons ? "[" : "", address, colons ? "]" : "", hs_listener_get_port (self->listener)) : NULL;
  g_autofree char *backlog = g_strdup_printf ("backlog = %d", hs_listener_get_backlog (self->listener));

  if (bound != NULL)
    hs_core_tell_listener_step (self, N_("bound"), bound, "bind()");
  hs_core_tell_listener_step (self, N_("listening"), backlog, "listen()");
}

/* The end: the last commit and the closing of the database wait for the disk, and whoever hears that all is over joins this thread at
 * once. So they come before that is told. Nothing of the engine or the poller may be on the stack. */
static void
end (HsServerCore *self)
{
  if (self->ended)
    return;
  self->ended = TRUE;
  self->tells_guests = FALSE;
  if (self->engine != NULL)
    hs_core_drop_guests (self);
  hs_core_trace_close (self);
  hs_core_look_clear (self);
  hs_core_tls_clear (self);
  g_clear_pointer (&self->listener, hs_listener_free);
  g_clear_pointer (&self->engine, hs_engine_free);
  hs_core_store_close (self);
  g_clear_pointer (&self->poller, hs_poller_free);
  hs_core_deadlines_clear (self);
  g_clear_pointer (&self->news, hs_news_free);
}

static gboolean
end_failed_start (gpointer data)
{
  HsServerCore *self = data;

  end (self);
  hs_core_tell_started (self, g_steal_pointer (&self->start_error));
  return G_SOURCE_REMOVE;
}

/* The rooms are there. */
static void
begin_listening (HsServerCore *self)
{
  gboolean listens;

  if (self->stopping)
    return;
  listens = hs_core_trace_open (self, &self->start_error) && hs_core_tls_init (self, &self->start_error) && listen_all (self, &self->start_error);
  if (listens)
    {
      tell_listening (self);
      hs_core_tls_offer_sts (self);
    }
  else
    hs_listener_stop (self->listener);
  if (self->news != NULL) /* the key among them: known before it is told that it listens */
    hs_core_deliver_news (self);
  if (listens)
    hs_core_tell_started (self, NULL);
  else
    self->end_timer = hs_core_attach_timer (self, 0, end_failed_start);
}

gboolean
hs_core_start (gpointer data)
{
  HsServerCore *self = data;

  hs_core_deadlines_init (self);
  self->poller = hs_poller_new (self->context);
  self->engine = hs_engine_new (self->config, &hs_core_engine_funcs, self);
  self->listener = hs_listener_new (hs_core_accept, self);
  hs_core_look_init (self);
  hs_core_store_open (self, begin_listening);
  return G_SOURCE_REMOVE;
}

static gboolean
end_stopped (gpointer data)
{
  HsServerCore *self = data;

  if (self->news != NULL)
    hs_core_deliver_news (self);
  end (self);
  hs_core_tell_stopped (self);
  return G_SOURCE_REMOVE;
}

void
hs_core_maybe_all_have_left (HsServerCore *self)
{
  if (!self->stopping || self->carriers.length > 0 || self->stop_timer == NULL)
    return;
  hs_core_clear_timer (&self->stop_timer);
  self->end_timer = hs_core_attach_timer (self, 0, end_stopped);
}

static gboolean
on_stop_time (gpointer data)
{
  HsServerCore *self = data;

  hs_core_drop_guests (self);
  hs_core_maybe_all_have_left (self);
  return G_SOURCE_CONTINUE;
}

gboolean
hs_core_stop (gpointer data)
{
  HsServerCore *self = data;

  if (self->stopping)
    return G_SOURCE_REMOVE;
  self->stopping = TRUE;
  hs_listener_stop (self->listener);
  self->stop_timer = hs_core_attach_timer (self, HS_STOP_MS * 9 / 10, on_stop_time);
  hs_engine_stop (self->engine, "The server was stopped");
  hs_core_maybe_all_have_left (self);
  return G_SOURCE_REMOVE;
}

gboolean
hs_core_clean_up (gpointer data)
{
  HsServerCore *self = data;

  end (self);
  g_clear_error (&self->start_error);
  if (self->loop != NULL)
    g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}
