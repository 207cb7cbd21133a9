/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the tap and the watch: what the kernel tells of our TCP connections, told on to whoever shows it; what is wished there, done. */
#include "hs-connection-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>

/* ---- What the kernel tells ---- */

/* There may be two: of the TCP connection in use, and of the one before it. */
static HsTcpWatch *
watch_of (HsConnection *self, HsTcpTap *tap)
{
  if (tap == self->former.tap || (self->former.link != NULL && tap == hs_link_get_tap (self->former.link)))
    return self->former.watch;
  return self->watch;
}

static void
update_addresses (HsConnection *self, HsTcpTap *tap)
{
  GSocketAddress *local = hs_tcp_tap_get_local (tap);
  GSocketAddress *remote = hs_tcp_tap_get_remote (tap);
  g_autofree char *local_text = NULL;
  g_autofree char *remote_text = NULL;

  if (local != NULL && G_IS_INET_SOCKET_ADDRESS (local))
    local_text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (local));
  if (remote != NULL && G_IS_INET_SOCKET_ADDRESS (remote))
    remote_text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote));
  else if (self->address->scheme == HS_SCHEME_UNIX)
    remote_text = g_strdup (self->address->path);
  hs_tcp_watch_set_addresses (watch_of (self, tap), local_text, remote_text);
}

static void
on_tap_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  HsConnection *self = user_data;
  HsTcpWatch *watch = watch_of (self, tap);

  if (event->kind == HS_TCP_EVENT_STATE || event->kind == HS_TCP_EVENT_STEP)
    update_addresses (self, tap);
  hs_tcp_watch_add_event (watch, event);
  if (watch == self->watch && event->kind == HS_TCP_EVENT_DATA && event->stage == HS_TCP_STAGE_ACKNOWLEDGED && self->session != NULL && self->link != NULL)
    hs_session_acknowledged (self->session, hs_link_get_lines_at (self->link, event->offset));
}

static void
on_tap_numbers (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  HsConnection *self = user_data;

  hs_tcp_watch_set_numbers (watch_of (self, tap), numbers);
}

static void
on_tap_other (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  hs_tcp_watch_set_other (watch_of (user_data, tap), numbers);
}

static void
on_tap_tally (HsTcpTap *tap, const HsTcpTally *tally, gpointer user_data)
{
  hs_tcp_watch_set_tally (watch_of (user_data, tap), tally);
}

static void
on_tap_gone (HsTcpTap *tap, gpointer user_data)
{
  HsConnection *self = user_data;

  hs_tcp_watch_set_gone (watch_of (self, tap));
  if (self->tap == tap)
    g_clear_pointer (&self->tap, hs_tcp_tap_free);
  else if (self->former.tap == tap)
    g_clear_pointer (&self->former.tap, hs_tcp_tap_free);
}

static const HsTcpTapFuncs tap_funcs = {
  .event = on_tap_event,
  .numbers = on_tap_numbers,
  .gone = on_tap_gone,
  .other = on_tap_other,
  .tally = on_tap_tally,
};

void
hs_connection_make_tap (HsConnection *self)
{
  if (self->diag == NULL)
    self->diag = hs_tcp_diag_new ();
  self->tap = hs_tcp_tap_new (HS_TCP_ROLE_OPENER, self->diag, &tap_funcs, self);
  hs_tcp_tap_set_shown (self->tap, hs_tcp_watch_get_shown (self->watch));
}

/* ---- Whether somebody looks ---- */

static void
show_tap (HsTcpTap *tap, HsLink *link, gboolean shown)
{
  if (tap == NULL && link != NULL)
    tap = hs_link_get_tap (link);
  if (tap != NULL)
    hs_tcp_tap_set_shown (tap, shown);
}

void
hs_connection_show_tap (HsConnection *self)
{
  show_tap (self->tap, self->link, hs_tcp_watch_get_shown (self->watch) || hs_connection_view_is_asked (self));
}

static void
on_watch_shown (HsTcpWatch *watch, GParamSpec *pspec, HsConnection *self)
{
  if (watch == self->former.watch)
    {
      show_tap (self->former.tap, self->former.link, hs_tcp_watch_get_shown (watch));
      return;
    }
  hs_connection_show_tap (self);
  hs_connection_view_update (self);
}

/* ---- The Lab ---- */

static void
update_experiments (HsConnection *self)
{
  if (self->link != NULL)
    hs_tcp_watch_set_experiments (self->watch, hs_link_get_experiments (self->link));
}

void
hs_connection_on_half_close_requested (HsSession *session, HsConnection *self)
{
  if (self->link == NULL)
    return;
  if (hs_link_experiment (self->link, HS_TCP_LAB_HALF_CLOSE, TRUE))
    hs_session_tell (self->session, NULL, _("Half-closed: you still hear the others, but can say nothing more on this connection."));
  update_experiments (self);
}

/* A reset ends the link inside. */
static void
on_experiment (HsTcpWatch *watch, guint experiment, gboolean on, HsConnection *self)
{
  g_autoptr (HsConnection) hold G_GNUC_UNUSED = g_object_ref (self);

  if (self->link == NULL || !self->open || watch != self->watch)
    return;
  if (experiment == HS_TCP_LAB_HALF_CLOSE)
    hs_session_half_close (self->session);
  else
    hs_link_experiment (self->link, (HsTcpLab) experiment, on);
  update_experiments (self);
}

/* ---- The watch ---- */

/* In the panel a connection is called as in the sidebar: on our servers by its room ("Lobby", not "#lobby"), else by its server. */
void
hs_connection_name_watch (HsConnection *self)
{
  GListModel *rooms = hs_session_get_rooms (self->session);
  const char *name = hs_session_get_name (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (rooms); i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (rooms, i);

      if (hs_room_get_kind (room) != HS_ROOM_CHANNEL || g_str_equal (hs_room_get_title (room), hs_room_get_name (room)))
        continue;
      hs_tcp_watch_set_name (self->watch, hs_room_get_title (room));
      return;
    }
  if (name != NULL && *name != '\0')
    hs_tcp_watch_set_name (self->watch, name);
}

HsTcpTransport
hs_connection_transport_of (const HsAddress *address)
{
  return address->scheme == HS_SCHEME_UDP ? HS_TCP_TRANSPORT_UDP : address->scheme == HS_SCHEME_UNIX ? HS_TCP_TRANSPORT_UNIX : HS_TCP_TRANSPORT_TCP;
}

HsTcpWatch *
hs_connection_make_watch (HsConnection *self)
{
  HsTcpWatch *watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, self->place);

  if (self->address != NULL)
    hs_tcp_watch_set_transport (watch, hs_connection_transport_of (self->address));
  g_signal_connect (watch, "notify::shown", G_CALLBACK (on_watch_shown), self);
  g_signal_connect (watch, "experiment", G_CALLBACK (on_experiment), self);
  return watch;
}

void
hs_connection_notify_watch (HsConnection *self)
{
  hs_connection_name_watch (self);
  g_object_notify (G_OBJECT (self), "watch");
}
