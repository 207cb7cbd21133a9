/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS as a stage of the link: GnuTLS over the descriptor, without blocking. Writing never waits inside GnuTLS: what the kernel does not
 * take is kept here, so that only reading can come to nothing, and one flush sends all that is left. */
#include "hs-config.h"

#include "hs-link-tls-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>

/* GnuTLS also says "again" after a piece of a long message, a ticket or a warning, with more in the descriptor, of which no edge would tell.
 * Only the descriptor's own EAGAIN (starved) is an end; so many of the others are taken in a row. */
#define IDLE_TURNS 8
/* Answers to key updates for a peer that reads nothing: more of them than any honest one asks for. */
#define OUT_MAX    (256 * 1024)

/* ---- Between GnuTLS and the descriptor ---- */

static gssize
receive (HsLink *self, void *data, gsize len)
{
  gssize n = 0;

  do
    n = recv (self->fd, data, len, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    self->tls->wire_read += (guint64) n;
  return n;
}

static ssize_t
pull (gnutls_transport_ptr_t link, void *data, size_t len)
{
  HsLink *self = link;
  HsLinkTls *tls = self->tls;
  gssize n = receive (self, data, len);

  tls->starved = n < 0 && errno == EAGAIN;
  if (n < 0 && !tls->starved)
    tls->io_error = (guint16) errno;
  if (n < 0)
    gnutls_transport_set_errno (tls->session, errno);
  if (n > 0 && tls->first_byte == 0)
    tls->first_byte = *(const guint8 *) data;
  return n;
}

/* Bytes taken; 0 with blocked set when the kernel takes none; -1 with errno. */
static gssize
hand_to_kernel (HsLink *self, const struct iovec *iov, gsize n, gboolean more)
{
  struct msghdr message = { .msg_iov = (struct iovec *) iov, .msg_iovlen = n };
  gssize sent = 0;

  do
    sent = sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM))
    {
      self->blocked = TRUE;
      return 0;
    }
  if (sent > 0)
    self->tls->wire_written += (guint64) sent;
  return sent;
}

/* What lies behind the first @sent bytes. */
static void
keep_rest (HsLinkTls *tls, const giovec_t *iov, int n, gsize sent)
{
  for (int i = 0; i < n; i++)
    {
      gsize skip = MIN (sent, iov[i].iov_len);

      sent -= skip;
      if (skip == iov[i].iov_len)
        continue;
      if (tls->out == NULL)
        tls->out = g_byte_array_new ();
      g_byte_array_append (tls->out, (const guint8 *) iov[i].iov_base + skip, (guint) (iov[i].iov_len - skip));
    }
}

#define PIECES_MAX 16

static ssize_t
push (gnutls_transport_ptr_t link, const giovec_t *iov, int n)
{
  HsLink *self = link;
  HsLinkTls *tls = self->tls;
  struct iovec pieces[PIECES_MAX];
  gsize len = 0;
  gssize sent = 0;

  for (int i = 0; i < n; i++)
    {
      if (i < PIECES_MAX)
        pieces[i] = (struct iovec){ iov[i].iov_base, iov[i].iov_len };
      len += iov[i].iov_len;
    }
  if (tls->out == NULL)
    sent = hand_to_kernel (self, pieces, MIN (n, PIECES_MAX), tls->more || n > PIECES_MAX);
  else if (tls->out->len - tls->out_sent > OUT_MAX)
    {
      errno = ENOBUFS;
      sent = -1;
    }
  if (sent < 0)
    {
      tls->io_error = (guint16) errno;
      gnutls_transport_set_errno (tls->session, errno);
      return -1;
    }
  keep_rest (tls, iov, n, (gsize) sent);
  if (tls->out != NULL)
    self->blocked = TRUE; /* the kernel's buffer was too small for the rest: EPOLLOUT will come */
  return (ssize_t) len;
}

gboolean
hs_link_tls_flush (HsLink *self)
{
  HsLinkTls *tls = self->tls;

  while (tls->out != NULL)
    {
      struct iovec rest = { tls->out->data + tls->out_sent, tls->out->len - tls->out_sent };
      gssize sent = hand_to_kernel (self, &rest, 1, tls->more);

      if (sent < 0)
        self->error_no = (guint16) errno;
      if (sent <= 0)
        return FALSE;
      tls->out_sent += (guint32) sent;
      if (tls->out_sent < tls->out->len)
        continue;
      g_clear_pointer (&tls->out, g_byte_array_unref);
      tls->out_sent = 0;
    }
  return TRUE;
}

/* ---- Failure ---- */

static const struct
{
  int status; /* GnuTLS's */
  HsTlsError code;
  const char *sentence;
} failures[] = {
  { GNUTLS_E_PREMATURE_TERMINATION, HS_TLS_ERROR_CUT, N_("The connection ended before it was encrypted.") },
  { GNUTLS_E_FATAL_ALERT_RECEIVED, HS_TLS_ERROR_REFUSED, N_("The other side refused to encrypt the connection (%s).") },
  { GNUTLS_E_REHANDSHAKE, HS_TLS_ERROR_PROTOCOL, N_("The other side wanted to negotiate the encryption anew, which is not allowed.") },
  { GNUTLS_E_TIMEDOUT, HS_TLS_ERROR_TIMEOUT, N_("The other side took too long to encrypt the connection.") },
  { 0, HS_TLS_ERROR_PROTOCOL, N_("The connection could not be encrypted (%s).") },
};

/* Once it stands, GnuTLS finds fault only with what nobody honest sends. */
static const char forged[] = N_("What came over the encrypted connection was damaged or forged (%s).");

/* What speaks TLS begins with a handshake record or an alert (RFC 8446 5.1). */
static gboolean
is_other_protocol (HsLinkTls *tls)
{
  return !tls->ready && tls->first_byte != 0 && tls->first_byte != 22 && tls->first_byte != 21;
}

static GError *
make_error (HsLinkTls *tls, int status)
{
  const char *detail = gnutls_strerror (status);
  gsize i = 0;

  if (is_other_protocol (tls))
    return g_error_new_literal (HS_TLS_ERROR, HS_TLS_ERROR_NOT_TLS, _("Something answers there, but it does not speak TLS."));
  if (status == GNUTLS_E_FATAL_ALERT_RECEIVED)
    detail = gnutls_alert_get_name (gnutls_alert_get (tls->session));
  while (failures[i].status != 0 && failures[i].status != status)
    i++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return g_error_new (HS_TLS_ERROR, (int) failures[i].code, tls->ready && failures[i].status == 0 ? _(forged) : _(failures[i].sentence), detail != NULL ? detail : "?");
#pragma GCC diagnostic pop
}

/* Closing a descriptor with unread bytes resets the connection, and the other side might not see our alert. */
static void
discard_input (HsLink *self)
{
  char *scratch = hs_poller_get_scratch (self->poller);

  for (guint i = 0; i < IDLE_TURNS; i++)
    if (receive (self, scratch, HS_READ_MAX) <= 0)
      break;
}

static void
leave_half_done (HsLinkTls *tls)
{
  if (tls->half_done)
    hs_tls_context_end (tls->context, &tls->place, tls->waits);
  tls->half_done = tls->waits = FALSE;
}

/* @status: GnuTLS's. A descriptor that failed tells itself why. */
static void
fail (HsLink *self, int status)
{
  HsLinkTls *tls = self->tls;

  leave_half_done (tls);
  if (self->error_no == 0)
    self->error_no = tls->io_error;
  if (self->error_no == 0 && status == GNUTLS_E_PREMATURE_TERMINATION && hs_link_socket_is_reset (self))
    self->error_no = ECONNRESET;
  if (self->error_no == 0)
    {
      tls->error = make_error (tls, status);
      if (status != GNUTLS_E_FATAL_ALERT_RECEIVED && status != GNUTLS_E_PREMATURE_TERMINATION)
        gnutls_alert_send_appropriate (tls->session, status == GNUTLS_E_TIMEDOUT ? GNUTLS_E_USER_ERROR : status);
      discard_input (self);
      self->error_no = EPROTO;
    }
  tls->said_goodbye = TRUE;
  g_clear_pointer (&tls->out, g_byte_array_unref);
  hs_link_drop_queue (self);
  self->ended = TRUE;
}

/* ---- Handshake ---- */

static void
become_ready (HsLink *self)
{
  HsLinkTls *tls = self->tls;

  leave_half_done (tls);
  tls->ready = TRUE;
  /* One: a guest that comes back gets a new one then. TLS 1.2 has sent its own within the handshake. */
  if (tls->server && gnutls_protocol_get_version (tls->session) == GNUTLS_TLS1_3)
    gnutls_session_ticket_send (tls->session, 1, 0);
  self->phase_deadline = hs_poller_get_time (self->poller) + HS_LISTENER_MS * 1000;
  self->blocked = FALSE;
  if (hs_link_has_unsent (self))
    hs_poller_mark_dirty (self->poller, &self->pollee);
  hs_link_tls_tell_tap (self);
  if (self->funcs->secured != NULL)
    self->funcs->secured (self, self->user_data);
}

static gboolean
is_its_turn (HsLink *self)
{
  HsLinkTls *tls = self->tls;
  gboolean waits = tls->waits;
  gboolean may = !tls->server || hs_tls_context_may_step (tls->context, hs_poller_get_time (self->poller), &waits);

  tls->waits = waits;
  return may;
}

gboolean
hs_link_tls_step (HsLink *self)
{
  HsLinkTls *tls = self->tls;
  int status = GNUTLS_E_AGAIN;

  if (!is_its_turn (self))
    {
      hs_poller_mark_again (self->poller, &self->pollee);
      return FALSE;
    }
  for (guint i = 0; i < IDLE_TURNS; i++)
    {
      tls->starved = FALSE;
      status = gnutls_handshake (tls->session);
      if (status == 0 || tls->starved || gnutls_error_is_fatal (status))
        break;
    }
  if (status == 0)
    become_ready (self);
  else if (gnutls_error_is_fatal (status))
    fail (self, status);
  else if (!tls->starved)
    hs_poller_mark_again (self->poller, &self->pollee);
  else if (self->error_no != 0) /* which the kernel tells once, and the poller was told */
    self->ended = TRUE;
  hs_link_tls_tell_tap (self);
  return status == 0 || self->ended;
}

void
hs_link_tls_time_out (HsLink *self)
{
  fail (self, GNUTLS_E_TIMEDOUT);
  hs_link_finish (self, HS_LINK_ERROR, FALSE);
}

/* ---- The stage ---- */

/* Behind close_notify, or when the handshake came to nothing: what still comes means nothing, but its end is waited for. */
static gssize
read_to_end (HsLink *self, char *data, gsize len)
{
  gssize n = 0;

  for (guint i = 0; i < IDLE_TURNS; i++)
    {
      n = receive (self, data, len);
      if (n <= 0)
        return n;
    }
  hs_poller_mark_again (self->poller, &self->pollee);
  errno = EAGAIN;
  return -1;
}

/* Behind the bytes that carried it. */
static void
note (HsLink *self, const char *title)
{
  hs_link_tls_tell_tap (self);
  if (self->tap != NULL)
    hs_tcp_tap_note (self->tap, title, NULL, "GnuTLS");
}

static gssize
read_failed (HsLink *self, int status)
{
  HsLinkTls *tls = self->tls;

  if (status == GNUTLS_E_PREMATURE_TERMINATION && tls->io_error == 0)
    {
      tls->cut = TRUE;
      note (self, N_("The stream ended without close_notify"));
      return 0;
    }
  fail (self, status);
  errno = self->error_no;
  return -1;
}

static gssize
tls_read (HsLink *self, char *data, gsize len)
{
  HsLinkTls *tls = self->tls;
  gssize n = GNUTLS_E_AGAIN;

  if (tls->heard_goodbye || !tls->ready || tls->error != NULL)
    return read_to_end (self, data, len);
  for (guint i = 0; i < IDLE_TURNS; i++)
    {
      tls->starved = FALSE;
      n = gnutls_record_recv (tls->session, data, len);
      if (n >= 0 || tls->starved)
        break;
      if (n == GNUTLS_E_REHANDSHAKE || gnutls_error_is_fatal ((int) n))
        return read_failed (self, (int) n);
    }
  if (n < 0 && !tls->starved)
    hs_poller_mark_again (self->poller, &self->pollee);
  if (n < 0)
    {
      errno = EAGAIN;
      return -1;
    }
  if (n > 0)
    return n;
  tls->heard_goodbye = TRUE;
  note (self, N_("close_notify arrived"));
  /* Its FIN may come later, or after ours. Whoever listens is told at once; who closes waits for the FIN. */
  return self->phase == HS_LINK_PHASE_OPEN ? 0 : read_to_end (self, data, len);
}

static void
mark (HsLink *self, gsize len)
{
  HsLinkTls *tls = self->tls;
  HsLinkTlsMark end = { self->bytes_written + len, tls->wire_written };

  if (tls->out != NULL)
    end.wire += tls->out->len - tls->out_sent;
  if (self->tap != NULL)
    hs_tcp_tap_record (self->tap, end.lines, end.wire);
  if (tls->server)
    return;
  if (tls->marks == NULL)
    tls->marks = g_array_new (FALSE, FALSE, sizeof (HsLinkTlsMark));
  /* Nobody asks: then less is known, and it is known later. */
  if (tls->marks->len == HS_TLS_MARKS_MAX)
    g_array_remove_index (tls->marks, tls->marks->len - 1);
  g_array_append_val (tls->marks, end);
}

/* Many lines, one record: each costs 22 bytes and a microsecond besides. */
static gsize
gather (const struct iovec *iov, guint n, char *into)
{
  gsize len = 0;

  for (guint i = 0; i < n && len < HS_TLS_RECORD_MAX; i++)
    {
      gsize piece = MIN (iov[i].iov_len, HS_TLS_RECORD_MAX - len);

      memcpy (into + len, iov[i].iov_base, piece);
      len += piece;
    }
  return len;
}

static gssize
tls_writev (HsLink *self, const struct iovec *iov, guint n, gboolean more)
{
  HsLinkTls *tls = self->tls;
  char gathered[HS_TLS_RECORD_MAX];
  gsize len = 0;
  gssize sent = 0;

  if (!tls->ready || !hs_link_tls_flush (self))
    {
      errno = self->error_no != 0 ? self->error_no : EAGAIN;
      return -1;
    }
  len = gather (iov, n, gathered);
  tls->more = more;
  sent = gnutls_record_send (tls->session, gathered, len);
  tls->more = FALSE;
  if (sent < 0)
    {
      errno = tls->io_error != 0 ? tls->io_error : EPROTO;
      return -1;
    }
  mark (self, (gsize) sent);
  return sent;
}

static const HsLinkStage tls_stage = { .read = tls_read, .writev = tls_writev };

void
hs_link_tls_say_goodbye (HsLink *self, gboolean more)
{
  HsLinkTls *tls = self->tls;

  if (!tls->ready || tls->said_goodbye || self->error_no != 0)
    return;
  tls->said_goodbye = TRUE;
  tls->more = more;
  gnutls_bye (tls->session, GNUTLS_SHUT_WR);
  tls->more = FALSE;
  note (self, N_("close_notify sent"));
}

/* ---- Life ---- */

static void
make_room (HsLink *victim)
{
  hs_link_enter (victim);
  fail (victim, GNUTLS_E_TIMEDOUT);
  hs_link_finish (victim, HS_LINK_ERROR, FALSE);
  hs_link_leave (victim);
}

void
hs_link_start_tls (HsLink *self, HsTlsContext *context, const char *server_name)
{
  HsLinkTls *tls = g_new0 (HsLinkTls, 1);
  HsLink *victim = NULL;

  g_return_if_fail (self->tls == NULL && !hs_link_is_over (self));

  tls->context = hs_tls_context_ref (context);
  tls->name = g_strdup (server_name);
  tls->server = hs_tls_context_is_server (context);
  tls->session = hs_tls_context_make_session (context, server_name, &tls->credentials);
  tls->deadline = hs_poller_get_time (self->poller) + (gint64) hs_tls_context_get_handshake_ms (context) * 1000;
  gnutls_transport_set_ptr (tls->session, self);
  gnutls_transport_set_pull_function (tls->session, pull);
  gnutls_transport_set_vec_push_function (tls->session, push);

  self->tls = tls;
  self->stage = &tls_stage;
  self->hello = FALSE;
  hs_poller_mark_again (self->poller, &self->pollee);
  hs_link_update_deadline (self);
  if (!tls->server)
    return;
  tls->place.data = self;
  tls->half_done = TRUE;
  victim = hs_tls_context_begin (context, &tls->place);
  if (victim != NULL)
    make_room (victim);
}

void
hs_link_tls_free (HsLink *self)
{
  HsLinkTls *tls = g_steal_pointer (&self->tls);

  if (tls == NULL)
    return;
  leave_half_done (tls);
  if (tls->ready && tls->error == NULL)
    hs_tls_context_keep_session (tls->context, tls->name, tls->session);
  gnutls_deinit (tls->session);
  hs_tls_credentials_unref (tls->credentials);
  hs_tls_context_unref (tls->context);
  g_clear_error (&tls->error);
  g_clear_pointer (&tls->out, g_byte_array_unref);
  g_clear_pointer (&tls->marks, g_array_unref);
  g_free (tls->name);
  g_free (tls);
}

void
hs_link_refuse_tls (HsLink *self)
{
  static const char alert[] = { 21, 3, 3, 0, 2, 2, 40 }; /* RFC 8446 6: fatal handshake_failure */

  hs_link_send_bytes (self, alert, sizeof alert);
}
