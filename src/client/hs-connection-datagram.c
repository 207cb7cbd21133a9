/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conversation in datagrams (udp://): a text is one datagram, what comes back is one, too, or an ICMP message about one of ours. Nothing is
 * acknowledged, so that none came back for a while, or that somebody answers, is all that will ever be known. */
#include "hs-connection-impl.h"

#include "hs-config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

gboolean
hs_connection_is_datagrams (HsConnection *self)
{
  return self->address != NULL && self->address->scheme == HS_SCHEME_UDP;
}

/* ---- Down ---- */

guint64
hs_connection_datagram_send (HsConnection *self, const char *text)
{
  g_autoptr (HsBuf) buf = hs_plain_client_format (text, (HsLineEnd) self->line_ending, FALSE);

  hs_session_sent_as (self->session, buf->data, buf->len);
  self->queued_end = hs_link_send (self->link, buf);
  return self->queued_end;
}

static gboolean
on_settle_due (gpointer user_data)
{
  HsConnection *self = user_data;

  if (hs_session_settle_sent (self->session, g_get_monotonic_time () - HS_DATAGRAM_DOUBT_MS * 1000))
    return G_SOURCE_CONTINUE;
  self->settle_source = 0;
  return G_SOURCE_REMOVE;
}

/* For a while an ICMP message may still come back about it. */
void
hs_connection_datagram_sent (HsConnection *self)
{
  hs_session_written (self->session, hs_link_get_lines_written (self->link));
  if (self->settle_source == 0)
    self->settle_source = g_timeout_add (HS_DATAGRAM_DOUBT_MS, on_settle_due, self);
}

/* ---- Up ---- */

/* Somebody is there: what was sent before has its place before this. */
void
hs_connection_datagram_heard (HsConnection *self, const HsLine *line)
{
  hs_session_settle_sent (self->session, G_MAXINT64);
  self->bounce_told = 0;
  if (line->len > 0)
    hs_session_receive_plain (self->session, line->data, line->len);
  else
    hs_session_tell (self->session, NULL,
                     line->stamp.length > 0 ? _("A datagram came with nothing in it but a line’s end.") : _("An empty datagram came."));
}

static const struct { int error_no; const char *words; } bounces[] = {
  { ECONNREFUSED, N_("That computer answers, but nobody listens on that port: what you sent came back (ICMP, port unreachable).") },
  { EHOSTUNREACH, N_("No computer answers there, or no road leads to it: what you sent came back (ICMP, host unreachable).") },
  { ENETUNREACH, N_("There is no road to that network from here.") },
  { EMSGSIZE, N_("It is too long for one datagram on this way.") },
};

static char *
describe_bounce (int error_no)
{
  for (guint i = 0; i < G_N_ELEMENTS (bounces); i++)
    if (bounces[i].error_no == error_no)
      return g_strdup (_(bounces[i].words));
  return g_strdup_printf (_("What you sent did not arrive (%s)."), g_strerror (error_no));
}

/* The mark on each message says it, too: in words it is told once, until somebody answers. */
void
hs_connection_datagram_bounced (HsLink *link, const HsLinkBounce *bounce, gpointer user_data)
{
  HsConnection *self = user_data;
  g_autofree char *words = NULL;

  if (link != self->link)
    return;
  hs_session_written (self->session, hs_link_get_lines_written (link)); /* ICMP may be here before the round of sending is over */
  hs_session_bounced (self->session, bounce->data, bounce->len);
  if (self->bounce_told == bounce->error_no)
    return;
  self->bounce_told = bounce->error_no;
  words = describe_bounce (bounce->error_no);
  hs_session_tell (self->session, NULL, words);
}
