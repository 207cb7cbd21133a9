/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the link tells, handed to the session; which protocol it is; how it ends. */
#include "hs-connection-impl.h"

#include "hs-config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

#include "hs-secret.h"

/* While nobody watches, the kernel says nothing when an acknowledgement comes: it is asked when the link wakes anyway, and beside that after two round
 * trips, and ever more rarely while a message still waits for one. */
#define ACK_FIRST_MS 5
#define ACK_LAST_MS 1000
#define LINK_PRIORITY (G_PRIORITY_HIGH_IDLE + 25) /* behind GTK's drawing (+ 20): who floods us cannot stop the window */

/* ---- Up ---- */

/* By us, in the Lab: what is said then would go nowhere, and the other side closes when it has waited long enough. */
static gboolean
is_half_closed (HsConnection *self)
{
  return (hs_link_get_experiments (self->link) & HS_TCP_LAB_BIT (HS_TCP_LAB_HALF_CLOSE)) != 0;
}

static const char *
host_name (HsConnection *self)
{
  return self->address->host != NULL ? self->address->host : self->address->path;
}

static void
begin_plain (HsConnection *self, const char *detail)
{
  gboolean datagrams = hs_connection_is_datagrams (self);

  if (hs_connection_stops_unencrypted (self))
    return;
  hs_connection_set_found (self, HS_DIALECT_PLAIN);
  hs_connection_step_done (self, STEP_PROTOCOL, datagrams ? _("Plain text: one message, one datagram") : detail);
  hs_connection_step_done (self, STEP_WELCOME, datagrams ? _("Nobody was asked: whether somebody is there, only an answer shows")
                                                         : _("Plain text begins without one: just write"));
  g_clear_handle_id (&self->welcome_source, g_source_remove);
  hs_session_begin_plain (self->session, host_name (self));
  if (self->task != NULL)
    hs_connection_begun (self);
}

static gboolean
on_welcome_due (gpointer user_data)
{
  HsConnection *self = user_data;
  HsFailure *failure;

  self->welcome_source = 0;
  failure = hs_failure_new (HS_FAILURE_PROTOCOL, self->address, hs_session_get_error_text (self->session));
  hs_connection_fail_open (self, failure, NULL);
  return G_SOURCE_REMOVE;
}

void
hs_connection_begin_irc (HsConnection *self)
{
  char *pass;

  if (hs_connection_stops_unencrypted (self))
    return;
  pass = hs_connection_dup_pass (self);
  hs_connection_set_found (self, HS_DIALECT_IRC);
  hs_connection_step_done (self, STEP_PROTOCOL, self->protocol == HS_PROTOCOL_IRC && !self->encrypted ? _("IRC, as chosen") : _("IRC"));
  hs_connection_step_running (self, STEP_WELCOME, _("Saying who you are…"));
  if (self->welcome_source == 0)
    self->welcome_source = g_timeout_add (HS_REGISTRATION_MS, on_welcome_due, self);
  hs_connection_give_login (self);
  hs_session_begin_irc (self->session, pass);
  hs_secret_free (pass);
}

/* A server that knows no capabilities need not say so before it knows who is there. */
static gboolean
on_offer_due (gpointer user_data)
{
  HsConnection *self = user_data;

  self->offer_source = 0;
  self->asking = FALSE;
  hs_connection_begin_irc (self);
  return G_SOURCE_REMOVE;
}

/* Name and password only when it is known that it does not offer to encrypt them, and who gets the latter. */
static void
meet_irc (HsConnection *self)
{
  hs_connection_set_found (self, HS_DIALECT_IRC);
  if (!hs_connection_has_to_ask (self))
    {
      hs_connection_begin_irc (self);
      return;
    }
  self->asking = TRUE;
  hs_connection_step_running (self, STEP_PROTOCOL, self->encrypted ? _("Asking what it is…") : _("Asking whether it offers encryption…"));
  hs_session_turn_irc (self->session);
  hs_session_offer_irc (self->session);
  if (self->offer_source == 0)
    self->offer_source = g_timeout_add (HS_JUDGE_MS, on_offer_due, self);
}

/* A late IRC answer still makes it IRC while the person has written nothing. */
static void
on_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
  HsConnection *self = user_data;

  if (link != self->link)
    return;
  self->judging = FALSE;
  if (dialect == HS_DIALECT_IRC)
    meet_irc (self);
  else if (dialect == HS_DIALECT_TLS)
    hs_connection_fail_open (self, hs_failure_new (HS_FAILURE_TLS_ONLY, self->address, NULL), NULL);
  else if (self->found != HS_DIALECT_PLAIN)
    begin_plain (self, _("Plain text"));
}

static void
on_silent (HsLink *link, gpointer user_data)
{
  HsConnection *self = user_data;

  if (self->judging && link == self->link)
    begin_plain (self, _("Plain text: it says nothing"));
}

static void
on_stored (gpointer user_data)
{
  g_autoptr (HsConnection) self = user_data;

  self->unstored = 0;
  if (self->link != NULL)
    hs_link_set_paused (self->link, FALSE);
}

/* Who says more than can be stored is held back by TCP, and waits in no queue of ours. */
static void
pace (HsConnection *self)
{
  if (++self->unstored != HS_UNSTORED_MAX)
    return;
  hs_link_set_paused (self->link, TRUE);
  hs_session_when_stored (self->session, on_stored, g_object_ref (self));
}

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  g_autoptr (HsConnection) self = g_object_ref (user_data);
  HsHeard heard = { .framed = line->framed, .tls = hs_link_is_secured (link), .stamp = line->stamp };

  if (link != self->link)
    return;
  pace (self);
  if (line->data != NULL)
    {
      g_string_truncate (self->heard_line, 0);
      g_string_append_len (self->heard_line, line->data, (gssize) line->len);
      heard.line = self->heard_line->str;
      heard.len = line->len;
      hs_session_hear (self->session, &heard);
    }
  if (hs_connection_is_datagrams (self))
    hs_connection_datagram_heard (self, line);
  else if (hs_session_is_plain (self->session))
    hs_connection_plain_heard (self, line);
  else if (status == HS_LINE_TOO_LONG)
    hs_session_receive_too_long (self->session);
  else
    hs_session_receive_irc (self->session, line->data, line->len);
  hs_session_hear (self->session, NULL);
}

/* ---- The end ---- */

static HsFailure *
make_loss (HsConnection *self, HsLinkEnd end, const GError *error)
{
  const char *said = hs_session_get_error_text (self->session);
  gboolean has_said = said != NULL && *said != '\0';
  gboolean silent = !has_said && !hs_session_is_plain (self->session);

  if (end != HS_LINK_EOF && !has_said)
    return hs_failure_new_loss (self->address, end == HS_LINK_OVERFLOW, error);
  return hs_failure_new (end != HS_LINK_EOF ? HS_FAILURE_LOST : silent ? HS_FAILURE_CLOSED_SILENTLY : HS_FAILURE_CLOSED, self->address, said);
}

static void
fail_early (HsConnection *self, const GError *error)
{
  const char *said = hs_session_get_error_text (self->session);
  gboolean has_said = said != NULL && *said != '\0';
  HsFailure *failure = hs_failure_new (has_said ? HS_FAILURE_REFUSED_BY_SERVER : HS_FAILURE_CLOSED_EARLY, self->address, said);

  if (!has_said && error != NULL)
    {
      g_free (failure->sentence);
      failure->sentence = g_strdup_printf (_("The connection stood, then the other side broke it off (%s)."), error->message);
    }
  hs_connection_fail_open (self, failure, NULL);
}

/* The TCP connection before is closed; its tap goes on with the orphan. */
static void
on_former_end (HsConnection *self)
{
  if (hs_link_get_fd (self->former.link) >= 0)
    return;
  self->former.tap = hs_link_steal_tap (self->former.link);
  g_clear_pointer (&self->former.link, hs_link_free);
}

void
hs_connection_drop_former (HsConnection *self)
{
  if (self->former.watch != NULL)
    g_signal_handlers_disconnect_by_data (self->former.watch, self);
  g_clear_pointer (&self->former.link, hs_link_free);
  g_clear_pointer (&self->former.tap, hs_tcp_tap_free);
  g_clear_object (&self->former.watch);
}

/* The peer's FIN. What it said before was handed up already. */
static void
on_eof (HsConnection *self)
{
  if (self->task != NULL)
    {
      fail_early (self, NULL);
      return;
    }
  if (hs_session_get_state (self->session) == HS_SESSION_ONLINE)
    {
      self->failure = is_half_closed (self) ? NULL : make_loss (self, HS_LINK_EOF, NULL);
      hs_session_set_state (self->session, HS_SESSION_LEAVING, NULL);
    }
  hs_link_close (self->link, 0);
}

static gboolean
is_opening (HsConnection *self)
{
  return self->task != NULL || hs_session_get_state (self->session) == HS_SESSION_CONNECTING;
}

static void
on_end (HsLink *link, HsLinkEnd end, const GError *error, gpointer user_data)
{
  g_autoptr (HsConnection) self = g_object_ref (user_data);

  if (link == self->former.link)
    on_former_end (self);
  else if (self->encrypted && end != HS_LINK_CLOSED && is_opening (self) && !hs_link_is_secured (link))
    hs_connection_tls_failed (self, error);
  else if (end == HS_LINK_EOF)
    on_eof (self);
  else if (self->task != NULL)
    fail_early (self, error);
  else if (end == HS_LINK_CLOSED || hs_session_get_state (self->session) == HS_SESSION_LEAVING)
    hs_connection_finish (self, g_steal_pointer (&self->failure));
  else
    hs_connection_finish (self, make_loss (self, end, error));
}

/* ---- What the kernel took, and the peer's TCP acknowledged ---- */

/* The two look alike to who waits, and are not: a program that does not read has a TCP that still answers. */
static const char *
stall_words (const HsTcpNumbers *numbers)
{
  if (numbers->snd_wnd == 0)
    return _("The other program does not read what is sent to it: what you write waits.");
  return _("The other computer does not answer: what you write is sent again and again. A cable, a sleeping computer, or another network?");
}

static void
look_for_stall (HsConnection *self, guint64 acked, const HsTcpNumbers *numbers)
{
  gint64 now = g_get_monotonic_time ();

  if (acked != self->acked || numbers->send_queue == 0 || self->acked_at == 0)
    {
      self->acked = acked;
      self->acked_at = now;
      self->stall_told = FALSE;
    }
  else if (!self->stall_told && now - self->acked_at >= HS_STALL_MS * 1000)
    {
      self->stall_told = TRUE;
      hs_session_tell (self->session, NULL, stall_words (numbers));
    }
}

static void
tell_progress (HsConnection *self)
{
  guint64 written = hs_link_get_bytes_written (self->link), lines = hs_link_get_lines_written (self->link);
  HsTcpNumbers numbers;

  hs_session_written (self->session, lines);
  if (self->link == NULL)
    return;
  /* Where the kernel does not tell (a Unix socket) what is written stands in the peer's own queue. */
  if (!hs_tcp_numbers_read (hs_link_get_fd (self->link), &numbers))
    hs_session_acknowledged (self->session, lines);
  else if (numbers.send_queue <= written)
    {
      look_for_stall (self, written - numbers.send_queue, &numbers);
      hs_session_acknowledged (self->session, hs_link_get_lines_at (self->link, written - numbers.send_queue));
    }
}

static gboolean
on_ack_due (gpointer user_data)
{
  HsConnection *self = user_data;

  self->ack_source = 0;
  if (self->link == NULL || hs_link_get_fd (self->link) < 0)
    return G_SOURCE_REMOVE;
  tell_progress (self);
  self->ack_delay = MIN (self->ack_delay * 2, ACK_LAST_MS);
  hs_connection_await_ack (self);
  return G_SOURCE_REMOVE;
}

void
hs_connection_await_ack (HsConnection *self)
{
  if (self->link == NULL || self->ack_source != 0 || !hs_session_awaits_ack (self->session))
    return;
  self->ack_source = g_timeout_add (self->ack_delay, on_ack_due, self);
}

static guint
first_delay (HsConnection *self)
{
  HsTcpNumbers numbers;

  if (!hs_tcp_numbers_read (hs_link_get_fd (self->link), &numbers))
    return ACK_FIRST_MS;
  return CLAMP (2 * numbers.rtt_us / 1000, ACK_FIRST_MS, ACK_LAST_MS);
}

static void
on_drained (HsLink *link, gpointer user_data)
{
  HsConnection *self = user_data;
  guint first = 0;

  if (link != self->link)
    return;
  if (hs_connection_is_datagrams (self))
    {
      hs_connection_datagram_sent (self);
      return;
    }
  first = first_delay (self);
  hs_session_written (self->session, hs_link_get_lines_written (link));
  if (self->ack_delay > first)
    g_clear_handle_id (&self->ack_source, g_source_remove);
  self->ack_delay = first;
  hs_connection_await_ack (self);
}

static const HsLinkFuncs link_funcs = {
  .line = on_line,
  .dialect = on_dialect,
  .silent = on_silent,
  .end = on_end,
  .drained = on_drained,
  .secured = hs_connection_on_secured,
  .bounced = hs_connection_datagram_bounced,
};

/* ---- Down ---- */

static guint64
on_session_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  HsConnection *self = user_data;

  if (self->link == NULL || hs_link_is_closing (self->link) || is_half_closed (self))
    return 0;
  if (hs_connection_is_datagrams (self))
    return hs_connection_datagram_send (self, data);
  if (self->ack_source == 0) /* should the queue never drain */
    {
      self->ack_delay = ACK_LAST_MS;
      self->ack_source = g_timeout_add (self->ack_delay, on_ack_due, self);
    }
  if (hs_session_is_plain (session))
    return hs_connection_plain_send (self, data);
  self->queued_end = hs_link_send_bytes (self->link, data, len);
  return self->queued_end;
}

static const HsFraming framings[] = {
  [HS_PROTOCOL_AUTOMATIC] = HS_FRAMING_JUDGE_SERVER,
  [HS_PROTOCOL_IRC] = HS_FRAMING_IRC,
  [HS_PROTOCOL_PLAIN] = HS_FRAMING_PLAIN,
};

/* (nullable) (transfer full) */
static char *
dup_server_key (HsConnection *self)
{
  HsTlsFacts facts = { 0 };

  return self->encrypted && hs_link_get_tls_facts (self->link, &facts) && facts.has_peer ? hs_fingerprint_to_text (&facts.peer) : NULL;
}

void
hs_connection_speak (HsConnection *self)
{
  g_autofree char *key = dup_server_key (self);

  hs_session_set_server_key (self->session, key);
  hs_session_set_send (self->session, on_session_send, self);
  hs_session_set_watch (self->session, self->watch);

  if (self->protocol == HS_PROTOCOL_PLAIN)
    begin_plain (self, _("Plain text, as chosen"));
  else if (self->protocol == HS_PROTOCOL_IRC)
    meet_irc (self);
  else
    {
      self->judging = TRUE;
      self->text_sent = g_get_monotonic_time (); /* a text right behind it would run together with it */
      hs_connection_step_running (self, STEP_PROTOCOL, _("Finding out what it speaks…"));
      hs_session_offer_irc (self->session);
    }
}

void
hs_connection_take_descriptor (HsConnection *self, int fd)
{
  if (self->poller == NULL)
    {
      self->poller = hs_poller_new (g_main_context_get_thread_default ());
      hs_poller_set_priority (self->poller, LINK_PRIORITY);
    }
  self->link = hs_link_new (self->poller, fd, framings[self->protocol], &link_funcs, self);
  if (self->address->scheme == HS_SCHEME_UNIX) /* the dialer does not attach these */
    hs_tcp_tap_attach (self->tap, fd, 0);
  hs_link_set_tap (self->link, g_steal_pointer (&self->tap));
  hs_link_keep_alive (self->link);
  if (self->encrypted)
    hs_connection_begin_tls (self);
  else
    hs_connection_speak (self);
}

/* The tap goes on with the orphan. */
void
hs_connection_drop_link (HsConnection *self)
{
  if (self->link == NULL) /* the session may have another connection by now, which sends for it */
    return;
  if (self->session != NULL)
    hs_session_set_send (self->session, NULL, NULL);
  if (hs_link_get_fd (self->link) < 0)
    self->tap = hs_link_steal_tap (self->link);
  g_clear_pointer (&self->link, hs_link_free);
}
