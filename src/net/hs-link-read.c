/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way up: bytes → judged → lines, so many a round that nobody waits for one who floods. */
#include "hs-link-private.h"

#include <errno.h>
#include <string.h>

#include "hs-utf8.h"

/* A peer that feeds small bits as fast as they are read gets no more turns in a round than this. */
#define READS_PER_ROUND 4

gboolean
hs_link_is_judging (HsLink *self)
{
  return self->framing == HS_FRAMING_JUDGE_GUEST || self->framing == HS_FRAMING_JUDGE_SERVER;
}

static gsize
get_held (HsLink *self)
{
  gsize len = 0;

  hs_line_reader_peek (&self->reader, &len);
  return len;
}

/* The end of the stream ends a message; where TLS was cut off it does not. */
static gboolean
is_whole (HsLink *self)
{
  return self->ended && !hs_link_is_cut (self);
}

/* ---- Judging ---- */

static void
set_dialect (HsLink *self, HsDialect dialect)
{
  self->framing = dialect == HS_DIALECT_IRC ? HS_FRAMING_IRC : HS_FRAMING_PLAIN;
  if (dialect == HS_DIALECT_PLAIN)
    hs_link_socket_keep_alive (self);
  self->funcs->dialect (self, dialect, self->user_data);
}

/* FALSE: not decided yet. Whatever is longer than any line of IRC will never be one. */
static gboolean
judge (HsLink *self)
{
  gsize len = 0;
  const char *data = hs_line_reader_peek (&self->reader, &len);
  gboolean final = is_whole (self) || self->judge_now || len > HS_TAGS_MAX + HS_LINE_MAX;
  HsDialect dialect = HS_DIALECT_UNKNOWN;

  if (len == 0)
    return FALSE;
  /* Only inside TLS can it still stand there: TLS in TLS. */
  if (self->framing == HS_FRAMING_JUDGE_GUEST && (guint8) data[0] == HS_DIALECT_TLS_BYTE)
    {
      self->hello = TRUE;
      self->funcs->dialect (self, HS_DIALECT_TLS, self->user_data);
      return TRUE;
    }
  if (self->framing == HS_FRAMING_JUDGE_GUEST)
    dialect = hs_dialect_judge_guest (data, len, final);
  else
    dialect = hs_dialect_judge_server (data, len, final);
  if (dialect == HS_DIALECT_UNKNOWN)
    return FALSE;
  set_dialect (self, dialect);
  return TRUE;
}

/* ---- Handing up ---- */

static HsLineStatus
next_line (HsLink *self, HsLine *line)
{
  if (self->framing == HS_FRAMING_IRC)
    return hs_line_reader_next_irc (&self->reader, line);
  return hs_line_reader_next_plain (&self->reader, self->flush_plain || is_whole (self), line);
}

static gboolean
may_hand_up (HsLink *self)
{
  return self->phase == HS_LINK_PHASE_OPEN && !self->paused && !self->held && !self->overflow && !self->hello;
}

/* TRUE: nothing complete is held, read on. */
static gboolean
hand_up (HsLink *self, guint *budget)
{
  while (may_hand_up (self))
    {
      HsLine line = { NULL };
      HsLineStatus status = HS_LINE_MORE;

      if (hs_link_is_judging (self))
        {
          if (!judge (self))
            return TRUE;
          continue;
        }
      if (*budget == 0)
        {
          hs_poller_mark_again (self->poller, &self->pollee);
          return FALSE;
        }
      status = next_line (self, &line);
      if (status == HS_LINE_MORE)
        {
          self->flush_plain = FALSE;
          return TRUE;
        }
      (*budget)--;
      self->funcs->line (self, status, &line, self->user_data);
    }
  /* While it closes, what comes is read and thrown away. */
  return self->phase != HS_LINK_PHASE_OPEN && !hs_link_is_over (self);
}

/* ---- Reading ---- */

static void
took (HsLink *self, const char *data, gsize len)
{
  self->bytes_read += len;
  self->last_read = g_get_monotonic_time ();
  self->judge_now = self->flush_plain = FALSE;
  if (!self->peer_frames)
    self->peer_frames = memchr (data, '\n', len) != NULL;
  if (self->phase == HS_LINK_PHASE_OPEN)
    hs_line_reader_append (&self->reader, data, len, self->last_read);
  if (self->tap != NULL && self->tls == NULL)
    hs_tcp_tap_received (self->tap, len, 1, NULL);
}

static gboolean
is_first_byte_judged (HsLink *self)
{
  return self->framing == HS_FRAMING_JUDGE_GUEST && self->bytes_read == 0 && self->phase == HS_LINK_PHASE_OPEN && self->tls == NULL;
}

static gboolean
has_goodbye (HsLink *self)
{
  return self->tls != NULL && hs_link_tls_has_goodbye (self);
}

/* FALSE: there is nothing to read now. */
static gboolean
read_once (HsLink *self)
{
  char *scratch = hs_poller_get_scratch (self->poller);
  gssize n = 0;
  int error_no;

  if (is_first_byte_judged (self) && hs_link_socket_peek_tls (self))
    {
      self->hello = TRUE;
      self->funcs->dialect (self, HS_DIALECT_TLS, self->user_data);
      return TRUE;
    }

  if (self->tls != NULL && self->phase == HS_LINK_PHASE_OPEN && !hs_link_tls_is_ready (self))
    return hs_link_tls_step (self);

  do
    n = self->stage->read (self, scratch, self->receive_max);
  while (n < 0 && errno == EINTR);
  error_no = n < 0 ? errno : 0; /* a window may be shown what the tap is told, and leaves another */
  if (self->tls != NULL)
    hs_link_tls_tell_tap (self);
  if (n > 0)
    {
      took (self, scratch, (gsize) n);
      return TRUE;
    }
  if (error_no == EAGAIN && self->error_no == 0)
    return FALSE;
  if (n == 0 && self->error_no == 0 && !self->shut && !has_goodbye (self) && hs_link_socket_is_reset (self))
    self->error_no = ECONNRESET;
  else if (n == 0)
    self->eof = TRUE;
  else if (self->error_no == 0)
    self->error_no = (guint16) error_no;
  self->ended = TRUE;
  return TRUE;
}

static void
tell_end (HsLink *self)
{
  if (self->phase != HS_LINK_PHASE_OPEN)
    hs_link_advance_close (self);
  else if (self->error_no != 0)
    hs_link_finish (self, HS_LINK_ERROR, FALSE);
  else if (!self->eof_told)
    {
      self->eof_told = TRUE;
      self->funcs->end (self, HS_LINK_EOF, NULL, self->user_data);
    }
}

void
hs_link_pump (HsLink *self)
{
  guint budget = HS_LINES_PER_ITERATION;

  if (self->datagrams)
    {
      hs_link_datagram_pump (self);
      return;
    }
  for (guint reads = 0; hand_up (self, &budget); reads++)
    {
      if (self->ended)
        {
          tell_end (self);
          break;
        }
      if (reads == READS_PER_ROUND)
        {
          hs_poller_mark_again (self->poller, &self->pollee);
          break;
        }
      if (!read_once (self))
        break;
    }
  if (!self->freed)
    hs_line_reader_settle (&self->reader);
}

/* ---- Time ---- */

gint64
hs_link_get_input_deadline (HsLink *self)
{
  gsize len = 0;
  const char *data = hs_line_reader_peek (&self->reader, &len);

  if (!may_hand_up (self) || self->ended)
    return 0;
  if (self->tls != NULL && !hs_link_tls_is_ready (self))
    return hs_link_tls_get_deadline (self);
  if (hs_link_is_judging (self) && len > 0)
    return self->last_read + HS_JUDGE_MS * 1000;
  if (hs_link_is_judging (self))
    return self->bytes_read > 0 || self->silent_told ? 0 : self->phase_deadline;
  if (self->framing == HS_FRAMING_PLAIN && len > 0)
    /* A character that is not whole yet is waited for longer. */
    return self->last_read + (hs_utf8_incomplete_tail (data, len) > 0 ? HS_JUDGE_MS : HS_PLAIN_GAP_MS) * 1000;
  return 0;
}

void
hs_link_input_due (HsLink *self)
{
  if (self->tls != NULL && !hs_link_tls_is_ready (self))
    {
      hs_link_tls_time_out (self);
      return;
    }
  if (get_held (self) == 0)
    {
      self->silent_told = TRUE;
      hs_link_socket_keep_alive (self);
      self->funcs->silent (self, self->user_data);
      return;
    }
  self->judge_now = hs_link_is_judging (self);
  self->flush_plain = !self->judge_now;
  hs_link_pump (self);
}
