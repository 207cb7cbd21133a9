/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way down: the queue of a link, and its one write for all that an iteration has queued. */
#include "hs-link-private.h"

#include <errno.h>
#include <string.h>

#define QUEUE_SIZE_MIN 6 /* bufs: with its head a queue of 72 bytes */
#define QUEUE_SIZE_BUSY 48 /* up to it a queue grows fast: what is gathered for a write is some dozens */
#define IOV_MAX_HERE   64
#define JOINED_MIN      4   /* bufs that are joined to one, */
#define JOINED_LINE_MAX 600 /* of so many bytes on average: a line of 512 with a few tags. 64 of them fit the scratch (HS_READ_MAX) */

/* ---- The queue ---- */

static HsLinkQueue *
queue_new (guint32 size)
{
  HsLinkQueue *queue = g_malloc (sizeof (HsLinkQueue) + size * sizeof (HsBuf *));

  *queue = (HsLinkQueue){ .size = size };
  return queue;
}

static void
queue_make_room (HsLink *self)
{
  HsLinkQueue *queue = self->queue;
  guint32 n = 0;

  if (queue == NULL)
    self->queue = queue_new (QUEUE_SIZE_MIN);
  if (queue == NULL || queue->end < queue->size)
    return;

  n = queue->end - queue->first;
  if (queue->first < queue->size / 2)
    {
      queue->size *= queue->size < QUEUE_SIZE_BUSY ? 4 : 2;
      self->queue = queue = g_realloc (queue, sizeof (HsLinkQueue) + queue->size * sizeof (HsBuf *));
    }
  if (queue->first > 0)
    memmove (queue->bufs, queue->bufs + queue->first, n * sizeof (HsBuf *));
  queue->first = 0;
  queue->end = n;
}

static void
queue_push (HsLink *self, HsBuf *buf)
{
  queue_make_room (self);
  self->queue->bufs[self->queue->end++] = buf;
}

void
hs_link_drop_queue (HsLink *self)
{
  HsLinkQueue *queue = g_steal_pointer (&self->queue);

  if (queue == NULL)
    return;
  for (guint32 i = queue->first; i < queue->end; i++)
    g_clear_pointer (&queue->bufs[i], hs_buf_unref);
  g_free (queue);
}

/* Up to the next break, @max bufs at most. */
static guint
queue_gather (HsLinkQueue *queue, struct iovec *iov, guint max)
{
  guint n = 0;
  guint32 offset = queue->offset;

  for (guint32 i = queue->first; i < queue->end && n < max && queue->bufs[i] != NULL; i++, n++)
    {
      iov[n].iov_base = queue->bufs[i]->data + offset;
      iov[n].iov_len = queue->bufs[i]->len - offset;
      offset = 0;
    }
  return n;
}

/* Lets go what the kernel took, and breaks that now stand first. */
static void
queue_take (HsLink *self, gsize n)
{
  HsLinkQueue *queue = self->queue;

  queue->bytes -= n;
  while (queue->first < queue->end)
    {
      HsBuf *buf = queue->bufs[queue->first];

      if (buf != NULL && n < buf->len - queue->offset)
        break;
      if (buf != NULL)
        {
          n -= buf->len - queue->offset;
          hs_buf_unref (buf);
        }
      queue->offset = 0;
      queue->first++;
    }
  queue->offset += (guint32) n;
  if (queue->first == queue->end)
    {
      g_free (queue);
      self->queue = NULL;
    }
}

/* ---- Writing ---- */

/* The last words and our FIN leave in one segment: a peer that closes on hearing them is still the second to close. */
static gboolean
is_last_word (HsLink *self, guint n)
{
  const HsLinkQueue *queue = self->queue;

  if (self->phase != HS_LINK_PHASE_FLUSHING || self->fin_ms != 0)
    return FALSE;
  for (guint32 i = queue->first + n; i < queue->end; i++)
    if (queue->bufs[i] != NULL)
      return FALSE;
  return TRUE;
}

/* Many short lines: the kernel takes them sooner in one piece than as many. TLS makes one of them itself. */
static guint
join_short (HsLink *self, struct iovec *iov, guint n)
{
  char *scratch = hs_poller_get_scratch (self->poller);
  gsize len = 0;

  for (guint i = 0; i < n; i++)
    len += iov[i].iov_len;
  if (self->tls != NULL || n < JOINED_MIN || len > n * JOINED_LINE_MAX)
    return n;
  len = 0;
  for (guint i = 0; i < n; i++)
    {
      memcpy (scratch + len, iov[i].iov_base, iov[i].iov_len);
      len += iov[i].iov_len;
    }
  iov[0] = (struct iovec){ scratch, len };
  return 1;
}

/* @joins: the scratch may be written to. */
static gsize
write_until_blocked (HsLink *self, gboolean joins)
{
  struct iovec iov[IOV_MAX_HERE];
  gsize total = 0;

  while (self->queue != NULL)
    {
      guint n_bufs = queue_gather (self->queue, iov, IOV_MAX_HERE);
      gboolean more = is_last_word (self, n_bufs);
      gssize n = self->stage->writev (self, iov, joins ? join_short (self, iov, n_bufs) : n_bufs, more);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM))
        {
          self->blocked = TRUE;
          break;
        }
      if (n < 0)
        {
          self->error_no = (guint16) errno;
          break;
        }
      self->bytes_written += (guint64) n;
      total += (gsize) n;
      queue_take (self, (gsize) n);
    }
  return total;
}

/* Each in a call of its own. What is not taken is lost, and told; the others are tried. */
static void
write_datagrams (HsLink *self)
{
  struct iovec iov;
  gboolean first = TRUE;

  while (self->queue != NULL && self->fd >= 0 && queue_gather (self->queue, &iov, 1) == 1)
    {
      g_autoptr (HsBuf) buf = hs_buf_ref (self->queue->bufs[self->queue->first]);
      gssize n = self->stage->writev (self, &iov, 1, FALSE);
      int error_no = n < 0 ? errno : 0;

      if (error_no == EINTR || (error_no != 0 && hs_link_datagram_may_retry (self, error_no, first)))
        {
          first = error_no == EINTR && first;
          continue;
        }
      if (error_no == EAGAIN || error_no == ENOBUFS || error_no == ENOMEM)
        {
          self->blocked = TRUE;
          return;
        }
      first = TRUE;
      self->bytes_written += buf->len; /* the offsets that were promised: lost or not, it is over */
      queue_take (self, buf->len);
      if (error_no != 0)
        hs_link_datagram_failed (self, error_no, buf->data, buf->len);
      else if (self->tap != NULL)
        hs_tcp_tap_wrote (self->tap, buf->len, NULL);
    }
}

/* A broken connection may still hold what the peer said before: it is read first, then the end is told. */
static void
write_failed (HsLink *self)
{
  hs_link_drop_queue (self);
  self->ended = self->eof;
  hs_poller_mark_again (self->poller, &self->pollee);
}

gboolean
hs_link_has_unsent (HsLink *self)
{
  return self->queue != NULL || (self->tls != NULL && hs_link_tls_has_unsent (self));
}

static void
tell_tap (HsLink *self, gsize total)
{
  if (self->tls != NULL)
    hs_link_tls_tell_tap (self);
  else if (total > 0 && self->tap != NULL)
    hs_tcp_tap_wrote (self->tap, total, NULL);
  if (total > 0 && self->tap != NULL && hs_link_has_tcp (self))
    hs_tcp_tap_look (self->tap);
}

void
hs_link_write_queue (HsLink *self)
{
  gsize total = 0;

  if (!hs_link_has_unsent (self) || self->blocked || self->error_no != 0)
    return;

  if (self->datagrams)
    write_datagrams (self);
  else if (self->queue != NULL)
    total = write_until_blocked (self, TRUE);
  else
    hs_link_tls_flush (self);
  if (self->error_no != 0)
    write_failed (self);
  tell_tap (self, total);
  if (!hs_link_has_unsent (self) && self->error_no == 0 && !hs_link_is_over (self) && self->funcs->drained != NULL)
    self->funcs->drained (self, self->user_data);
}

/* ---- Public ---- */

static gboolean
can_queue (HsLink *self)
{
  return self->phase == HS_LINK_PHASE_OPEN && !self->half && !self->shut && !self->overflow && self->error_no == 0;
}

/* Told in the flush, not here: the caller may be in the middle of a list of links. */
static void
overflow (HsLink *self)
{
  self->overflow = TRUE;
  hs_link_drop_queue (self);
  hs_poller_mark_dirty (self->poller, &self->pollee);
}

static gboolean
has_room (HsLink *self, gsize len)
{
  return len <= self->send_max && hs_link_get_queued (self) <= self->send_max - len;
}

/* More was said at once than the queue holds: what the kernel takes of it no longer stands there, so that only who does not read is dropped. The
 * scratch may hold the very datagram that is being answered. */
static void
write_ahead (HsLink *self)
{
  gsize total;

  if (self->queue == NULL || self->blocked || self->datagrams)
    return;
  total = write_until_blocked (self, FALSE);
  if (self->error_no != 0)
    write_failed (self);
  tell_tap (self, total);
}

guint64
hs_link_send (HsLink *self, HsBuf *buf)
{
  if (can_queue (self) && buf->len <= self->send_max && !has_room (self, buf->len))
    write_ahead (self);
  if (!can_queue (self) || buf->len == 0)
    return self->bytes_written + hs_link_get_queued (self);
  if (!has_room (self, buf->len))
    {
      overflow (self);
      return self->bytes_written;
    }
  queue_push (self, hs_buf_ref (buf));
  self->queue->bytes += buf->len;
  if (!self->blocked)
    hs_poller_mark_dirty (self->poller, &self->pollee);
  if (self->tap != NULL)
    hs_tcp_tap_queued (self->tap, self->bytes_written + self->queue->bytes);
  return self->bytes_written + self->queue->bytes;
}

guint64
hs_link_send_bytes (HsLink *self, const char *data, gsize len)
{
  g_autoptr (HsBuf) buf = hs_buf_new (data, len);

  return hs_link_send (self, buf);
}

void
hs_link_break_write (HsLink *self)
{
  if (can_queue (self) && self->queue != NULL && self->queue->bufs[self->queue->end - 1] != NULL)
    queue_push (self, NULL);
}

gsize
hs_link_get_queued (HsLink *self)
{
  return self->queue != NULL ? self->queue->bytes : 0;
}

void
hs_link_set_send_queue_max (HsLink *self, gsize bytes)
{
  self->send_max = (guint32) MIN (bytes, G_MAXUINT32);
}
