/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tap that only writes down what a link tells it; looks are not written, for how many there are is the kernel's affair. */
#include "fake-tap.h"

#include <errno.h>
#include <fcntl.h>

struct _HsTcpTap
{
  GString *log;
  guint *n_freed;
};

HsTcpTap *
fake_tap_new (GString *log, guint *n_freed)
{
  HsTcpTap *self = g_new0 (HsTcpTap, 1);

  self->log = log;
  self->n_freed = n_freed;
  return self;
}

void
hs_tcp_tap_free (HsTcpTap *self)
{
  if (self == NULL)
    return;
  (*self->n_freed)++;
  g_free (self);
}

void
hs_tcp_tap_step (HsTcpTap *self, const char *title, const char *detail, const char *source)
{
  g_string_append_printf (self->log, "%s ", title);
}

void
hs_tcp_tap_set_transport (HsTcpTap *self, HsTcpTransport transport)
{
  g_assert_cmpint (transport, !=, HS_TCP_TRANSPORT_TCP);
}

void
hs_tcp_tap_bounced (HsTcpTap *self, const char *title, const char *detail)
{
  g_string_append (self->log, "bounced ");
}

void
hs_tcp_tap_connecting (HsTcpTap *self, int fd, GSocketAddress *remote)
{
  g_assert_nonnull (remote);
  g_assert_true (fd < 0 || fcntl (fd, F_GETFD) >= 0);
  g_string_append (self->log, fd >= 0 ? "syn:fd " : "syn ");
}

void
hs_tcp_tap_attach (HsTcpTap *self, int fd, gint64 since)
{
  g_assert_cmpint (fcntl (fd, F_GETFD), >=, 0);
  g_string_append (self->log, "attach ");
}

void
hs_tcp_tap_failed (HsTcpTap *self, const GError *error)
{
  g_assert_nonnull (error);
  g_string_append (self->log, "failed ");
}

void
hs_tcp_tap_look (HsTcpTap *self)
{
}

void
hs_tcp_tap_wrote (HsTcpTap *self, gsize bytes, const char *what)
{
  g_string_append_printf (self->log, "wrote:%" G_GSIZE_FORMAT " ", bytes);
  errno = 0; /* as whatever a window does about it may leave it */
}

void
hs_tcp_tap_received (HsTcpTap *self, gsize bytes, guint reads, const char *what)
{
  g_string_append_printf (self->log, "received:%" G_GSIZE_FORMAT " ", bytes);
  errno = 0;
}

void
hs_tcp_tap_note (HsTcpTap *self, const char *title, const char *detail, const char *source)
{
  g_string_append_printf (self->log, "note:%s ", title);
  errno = 0;
}

void
hs_tcp_tap_shutting_down (HsTcpTap *self)
{
  g_string_append (self->log, "shut ");
}

void
hs_tcp_tap_detach (HsTcpTap *self, gboolean reset)
{
  g_string_append (self->log, reset ? "detach:reset " : "detach ");
}

void
hs_tcp_tap_errors (HsTcpTap *self)
{
}

void
hs_tcp_tap_queued (HsTcpTap *self, guint64 app)
{
  g_string_append_printf (self->log, "queued:%" G_GUINT64_FORMAT " ", app);
}

void
hs_tcp_tap_record (HsTcpTap *self, guint64 app, guint64 stream)
{
}
