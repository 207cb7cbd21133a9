/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tap that only writes down what a link tells it; looks are not written, for how many there are is the kernel's affair. */
#include "fake-tap.h"

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
hs_tcp_tap_look (HsTcpTap *self)
{
}

void
hs_tcp_tap_wrote (HsTcpTap *self, gsize bytes, const char *what)
{
  g_string_append_printf (self->log, "wrote:%" G_GSIZE_FORMAT " ", bytes);
}

void
hs_tcp_tap_received (HsTcpTap *self, gsize bytes, guint reads, const char *what)
{
  g_string_append_printf (self->log, "received:%" G_GSIZE_FORMAT " ", bytes);
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
