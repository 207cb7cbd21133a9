/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thing that happened on one connection: when, what, and how we know it. Immutable and atomically counted: it crosses threads. */
#include "hs-config.h"

#include "hs-tcp-event.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_BOXED_TYPE (HsTcpEvent, hs_tcp_event, hs_tcp_event_ref, hs_tcp_event_unref)

HsTcpEvent *
hs_tcp_event_new (HsTcpEventKind kind, HsTcpKnown known, gint64 time, const char *title, const char *detail, const char *source)
{
  HsTcpEvent *self = g_new0 (HsTcpEvent, 1);
  gint64 now = g_get_monotonic_time ();

  self->ref_count = 1;
  self->kind = kind;
  self->known = known;
  self->time = time != 0 ? time : now;
  self->real_time = g_get_real_time () - (now - self->time);
  self->title = g_strdup (title != NULL ? title : "");
  self->detail = g_strdup (detail);
  self->source = g_strdup (source != NULL ? source : "");
  return self;
}

HsTcpEvent *
hs_tcp_event_ref (HsTcpEvent *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
hs_tcp_event_unref (HsTcpEvent *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_free (self->title);
  g_free (self->detail);
  g_free (self->source);
  g_free (self);
}

static const struct { HsTcpCannot cannot; const char *sentence; } cannots[] = {
  { HS_TCP_CANNOT_KERNEL, N_("The kernel tells nothing of this connection: only what our own calls returned is shown.") },
  { HS_TCP_CANNOT_ORPHAN, N_("The kernel’s table of sockets cannot be read: what follows after closing is not seen.") },
  { HS_TCP_CANNOT_STAMPS, N_("The kernel returns no copies of our segments: their numbers and the time of their sending are not seen.") },
  { HS_TCP_CANNOT_HEADERS, N_("The kernel returns the times of our segments, but not their headers (net.core.tstamp_allow_data is 0).") },
  { HS_TCP_CANNOT_SYN, N_("The guest’s SYN was not kept: its first number is not seen.") },
};

const char *
hs_tcp_cannot_get_sentence (HsTcpCannot cannot)
{
  for (guint i = 0; i < G_N_ELEMENTS (cannots); i++)
    if (cannots[i].cannot == cannot)
      return cannots[i].sentence;
  return "";
}

char *
hs_tcp_event_to_text (const HsTcpEvent *self)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (self->real_time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);
  g_autofree char *clock = g_date_time_format (local, "%H:%M:%S");
  GString *text = g_string_new (NULL);

  g_string_printf (text, "%s.%03d %s %s", clock, (int) (self->real_time % G_USEC_PER_SEC / 1000), self->title,
                   self->known == HS_TCP_OBSERVED ? "observed" : "inferred");
  if (*self->source != '\0')
    g_string_append_printf (text, " %s", self->source);
  if (self->detail != NULL && *self->detail != '\0')
    g_string_append_printf (text, " %s", self->detail);
  return g_string_free (text, FALSE);
}
