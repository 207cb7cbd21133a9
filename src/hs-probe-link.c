/* SPDX-License-Identifier: GPL-3.0-or-later */
/* handshake-probe's connection once it stands: it is encrypted, judged, spoken and listened to, and closed in the manner asked for. */
#include "hs-probe-impl.h"

#include "hs-config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#include "hs-dialect.h"
#include "hs-fingerprint.h"
#include "hs-limits.h"
#include "hs-tls-error.h"
#include "hs-tls-problems.h"
#include "hs-trust-rule.h"

#define QUIET_MS  500  /* after the last word of either side, before we close */

/* ---- Closing, in each manner ---- */

static void
close_active (HsProbe *self)
{
  hs_link_close (self->link, 0);
}

static void
close_half (HsProbe *self)
{
  hs_link_half_close (self->link); /* and read on until the other side closes */
}

static void
close_reset (HsProbe *self)
{
  hs_link_reset (self->link);
}

static void
close_wait (HsProbe *self)
{
}

static void (*const closes[]) (HsProbe *self) = {
  [HS_PROBE_ACTIVE] = close_active, [HS_PROBE_HALF] = close_half, [HS_PROBE_RESET] = close_reset, [HS_PROBE_WAIT] = close_wait,
};

void
hs_probe_close_now (HsProbe *self)
{
  self->closing = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  hs_link_close (self->link, 0);
}

/* Where nothing is acknowledged, silence is no good news. */
static gboolean
is_unanswered (HsProbe *self)
{
  return hs_probe_is_datagrams (&self->options) && self->options.send != NULL && self->heard == 0;
}

static gboolean
on_quiet (gpointer user_data)
{
  HsProbe *self = user_data;

  self->timer = 0;
  if (is_unanswered (self) && self->options.manner != HS_PROBE_WAIT)
    hs_probe_fail (self, hs_failure_new (HS_FAILURE_NO_ANSWER, self->address, NULL));
  self->closing = self->options.manner != HS_PROBE_WAIT;
  closes[self->options.manner] (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_quiet (HsProbe *self)
{
  if (self->closing)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (is_unanswered (self) ? HS_DATAGRAM_ANSWER_MS : QUIET_MS, on_quiet, self);
}

/* ---- The link ---- */

/* An alert of TLS is all it has to say to plain text. */
static gboolean
speaks_only_tls (HsProbe *self, const HsLine *line)
{
  return !self->options.tls && self->heard == 0 && !hs_probe_is_datagrams (&self->options)
         && hs_dialect_judge_server (line->data, line->len, TRUE) == HS_DIALECT_TLS;
}

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  HsProbe *self = user_data;

  hs_probe_story_heard (&self->story, line);
  if (speaks_only_tls (self, line))
    {
      hs_probe_fail (self, hs_failure_new (HS_FAILURE_TLS_ONLY, self->address, NULL));
      hs_probe_close_now (self);
      return;
    }
  self->heard += line->len + 1; /* an empty one is heard, too */
  wait_for_quiet (self);
}

static void
on_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
}

static void
on_silent (HsLink *link, gpointer user_data)
{
}

static gboolean
is_half_encrypted (HsProbe *self)
{
  return self->options.tls && self->took.tls < 0;
}

/* Of what was sent a part has not reached the other side, and we have waited for it. */
static gboolean
is_unacknowledged (HsProbe *self)
{
  if (self->sent == 0 || hs_probe_is_datagrams (&self->options) || self->options.manner == HS_PROBE_RESET)
    return FALSE;
  return hs_link_get_lines_written (self->link) < self->sent
         || (self->address->scheme != HS_SCHEME_UNIX && hs_tcp_tap_get_acknowledged (hs_link_get_tap (self->link)) < self->sent);
}

/* It was closed, and that did not help. */
static HsFailure *
make_stalled (HsProbe *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, g_strerror (ETIMEDOUT));

  return hs_failure_new_loss (self->address, self->full || self->address->scheme == HS_SCHEME_UNIX, error);
}

/* @error (nullable) */
static HsFailure *
make_failure (HsProbe *self, HsLinkEnd how, const GError *error)
{
  if (is_half_encrypted (self) || (error != NULL && error->domain == HS_TLS_ERROR))
    return hs_failure_new_tls (hs_failure_kind_of_tls (error), self->address, error);
  if (how == HS_LINK_EOF) /* before a word: else it would be no failure */
    return hs_failure_new (HS_FAILURE_CLOSED_EARLY, self->address, NULL);
  if (self->heard == 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    return hs_failure_from_error (self->address, error, 0, NULL);
  return hs_failure_new_loss (self->address, how == HS_LINK_OVERFLOW, error);
}

/* By the person, before it was what had been asked for. */
static HsFailure *
make_interrupted (HsProbe *self)
{
  HsFailure *failure = hs_failure_new (HS_FAILURE_OTHER, self->address, NULL);

  g_free (failure->sentence);
  failure->sentence = g_strdup (_("It was interrupted before it was encrypted."));
  return failure;
}

static void
on_eof (HsProbe *self)
{
  gboolean expected = self->closing || self->heard > 0 || self->options.manner == HS_PROBE_WAIT;

  if (!expected)
    hs_probe_fail (self, make_failure (self, HS_LINK_EOF, NULL));
  hs_probe_close_now (self);
}

static void
on_link_end (HsLink *link, HsLinkEnd how, const GError *error, gpointer user_data)
{
  HsProbe *self = user_data;
  gboolean stalled = FALSE;

  if (how == HS_LINK_EOF)
    {
      on_eof (self);
      return;
    }
  stalled = is_unacknowledged (self);
  self->tap = hs_link_steal_tap (link);
  g_clear_pointer (&self->link, hs_link_free);
  if (self->told)
    ; /* and this is only its end */
  else if (how != HS_LINK_CLOSED || (error != NULL && !self->closing))
    hs_probe_fail (self, make_failure (self, how, error));
  else if (is_half_encrypted (self))
    hs_probe_fail (self, make_interrupted (self));
  else if (error == NULL && stalled)
    hs_probe_fail (self, make_stalled (self));
  else
    hs_probe_succeed (self);
  self->closing = TRUE;
  hs_probe_follow_orphan (self);
}

/* An ICMP message, or send () itself. */
static void
on_bounced (HsLink *link, const HsLinkBounce *bounce, gpointer user_data)
{
  HsProbe *self = user_data;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, (gint) g_io_error_from_errno (bounce->error_no), g_strerror (bounce->error_no));

  if (self->closing)
    return;
  hs_probe_fail (self, hs_failure_from_error (self->address, error, 0, NULL));
  hs_probe_close_now (self);
}

/* A datagram ends where it ends. */
static void
send_line (HsProbe *self)
{
  g_autofree char *line = g_strconcat (self->options.send, hs_probe_is_datagrams (&self->options) ? NULL : "\r\n", NULL);

  self->sent = hs_link_send_bytes (self->link, line, strlen (line));
}

static void
begin_talk (HsProbe *self)
{
  hs_probe_story_took (&self->story, &self->took);
  if (self->options.send != NULL)
    send_line (self);
  else if (hs_probe_is_datagrams (&self->options))
    hs_tcp_tap_note (hs_link_get_tap (self->link), N_("Nothing is sent by itself, so nobody is asked (--send)"), NULL, "connect()");
  wait_for_quiet (self);
}

/* ---- TLS ---- */

/* Both numbers, where two were to be the same; else what the certificate lacks. */
static char *
describe_stop (HsProbe *self, HsTrust trust, const HsTlsFacts *facts)
{
  char expected[HS_FINGERPRINT_NUMBER_SIZE], shown[HS_FINGERPRINT_NUMBER_SIZE];
  HsFingerprint invited;

  if (trust != HS_TRUST_NOT_INVITED)
    return hs_tls_problems_dup_words (facts->problems);
  if (!facts->has_peer || !hs_fingerprint_init_from_text (&invited, self->address->key))
    return NULL;
  hs_fingerprint_to_number (&invited, expected);
  hs_fingerprint_to_number (&facts->peer, shown);
  return g_strdup_printf (_("Expected was %s, it shows %s."), expected, shown);
}

/* Whoever it is, it is told nothing. */
static void
stop (HsProbe *self, HsTrust trust, const HsTlsFacts *facts)
{
  HsFailure *failure = hs_failure_new (trust == HS_TRUST_NOT_INVITED ? HS_FAILURE_NOT_INVITED : HS_FAILURE_NOT_VERIFIED, self->address, NULL);
  g_autofree char *more = describe_stop (self, trust, facts);
  g_autofree char *before = g_steal_pointer (&failure->sentence);

  failure->sentence = more != NULL ? g_strdup_printf (C_("sentences", "%s %s"), before, more) : g_strdup (before);
  hs_probe_fail (self, failure);
  if (self->options.manner == HS_PROBE_RESET)
    close_reset (self);
  else
    hs_probe_close_now (self);
}

/* The way is clear: what fails from now on is no reason to try another address. */
static void
settle_route (HsProbe *self)
{
  g_queue_clear_full (&self->routes, (GDestroyNotify) hs_address_free);
  g_clear_pointer (&self->worst, hs_failure_free);
  self->n_routes = 1;
}

static void
on_secured (HsLink *link, gpointer user_data)
{
  HsProbe *self = user_data;
  HsTlsFacts facts = { 0 };
  HsTrustQuestion question = { .address = self->address, .encrypted = TRUE };
  HsTrust trust = HS_TRUST_UNENCRYPTED;
  g_autofree char *how = NULL;

  self->took.tls = g_get_monotonic_time () - self->tls_began;
  if (self->closing || !hs_link_get_tls_facts (link, &facts))
    return;
  how = g_strdup_printf ("%s, %s", facts.version, facts.cipher);
  hs_tcp_tap_note (hs_link_get_tap (link), "tls-handshaked", how, "GnuTLS");
  question.key = facts.has_peer ? &facts.peer : NULL;
  question.problems = facts.problems;
  trust = hs_trust_judge (&question);
  hs_probe_story_tls (&self->story, self->address, &facts, trust);
  if (hs_trust_stops (trust))
    {
      stop (self, trust, &facts);
      return;
    }
  settle_route (self);
  begin_talk (self);
}

static void
begin_tls (HsProbe *self)
{
  g_autofree char *name = hs_address_dup_server_name (self->address);

  self->tls_began = g_get_monotonic_time ();
  hs_tcp_tap_note (hs_link_get_tap (self->link), "tls-handshaking", name, "GnuTLS");
  hs_link_start_tls (self->link, self->tls, name);
}

static const HsLinkFuncs link_funcs = {
  .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_link_end, .secured = on_secured, .bounced = on_bounced,
};

void
hs_probe_take_descriptor (HsProbe *self, int fd)
{
  if (self->address->scheme == HS_SCHEME_UNIX) /* the dialer does not attach these */
    hs_tcp_tap_attach (self->tap, fd, 0);
  self->link = hs_link_new (self->poller, fd, HS_FRAMING_PLAIN, &link_funcs, self);
  hs_link_set_tap (self->link, g_steal_pointer (&self->tap));
  if (self->options.tls)
    begin_tls (self);
  else
    begin_talk (self);
}
