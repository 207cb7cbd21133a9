/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts a stream of bytes into IRC lines or plain-text messages and stamps each; it reads no socket and no clock.
 *
 * The buffer: data[0] is kept free, so that a message that is split without a terminator can be moved down by one and gets
 * its NUL without touching the byte behind it; one byte behind end is kept free for the same reason.
 *
 * The stamps: while nothing complete is held, every read that comes belongs to the line at start and is only counted
 * (reads, time). Only reads that come on top of undrained lines are kept one by one, in marks. */
#include "hs-line-reader.h"

#include <string.h>

#include "hs-limits.h"
#include "hs-utf8.h"

#define HEADROOM 1
#define TAILROOM 1
#define SIZE_MIN 128

/* What an IRC line may hold without its CR LF; a line that ends in LF alone gains nothing by it. */
#define IRC_REST_MAX (HS_LINE_MAX - 2)

/* How near a message may come to its split for its reads to be told apart: a character reaches 3 bytes back. */
#define SPLIT_NEAR (HS_PLAIN_MESSAGE_MAX - 3)

/* A read that came behind the bytes that reads and time speak of. */
typedef struct
{
  guint32 start; /* in data */
  gint64 time;
} Mark;

static Mark *
get_mark (const HsLineReader *self)
{
  return self->marks != NULL ? &g_array_index (self->marks, Mark, self->first_mark) : NULL;
}

static void
clear_marks (HsLineReader *self)
{
  g_clear_pointer (&self->marks, g_array_unref);
  self->first_mark = 0;
}

/* From now on reads and time speak of the first mark's bytes, too. */
static void
fold_mark (HsLineReader *self)
{
  self->reads++;
  self->time = get_mark (self)->time;
  self->first_mark++;
  if (self->first_mark == self->marks->len)
    clear_marks (self);
}

void
hs_line_reader_init (HsLineReader *self)
{
  memset (self, 0, sizeof (HsLineReader));
  self->start = self->end = self->scanned = HEADROOM;
}

void
hs_line_reader_clear (HsLineReader *self)
{
  g_free (self->data);
  clear_marks (self);
  hs_line_reader_init (self);
}

/* Moves what is held to the front of the buffer. */
static void
compact (HsLineReader *self)
{
  guint32 by = self->start - HEADROOM;

  if (by == 0)
    return;
  memmove (self->data + HEADROOM, self->data + self->start, self->end - self->start);
  self->start -= by;
  self->end -= by;
  self->scanned -= by;
  for (guint i = self->first_mark; self->marks != NULL && i < self->marks->len; i++)
    g_array_index (self->marks, Mark, i).start -= by;
}

static void
reserve (HsLineReader *self, gsize len)
{
  gsize size = MAX (self->size, SIZE_MIN);

  if (self->data != NULL && self->end + len + TAILROOM <= self->size)
    return;
  compact (self);
  while (size < self->end + len + TAILROOM)
    size *= 2;
  if (size != self->size)
    self->data = g_realloc (self->data, size);
  self->size = (guint32) size;
}

static void
count_read (HsLineReader *self, guint32 old_end, gint64 time)
{
  Mark mark = { old_end, time };

  if (self->marks == NULL && self->scanned == old_end && old_end - self->start < SPLIT_NEAR)
    {
      self->reads++;
      self->time = time;
      return;
    }
  if (self->marks == NULL)
    self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  g_array_append_val (self->marks, mark);
}

void
hs_line_reader_append (HsLineReader *self, const char *data, gsize len, gint64 time)
{
  guint32 old_end = 0;

  g_return_if_fail (len < (gsize) (G_MAXINT32 - (self->end - self->start)));
  if (len == 0)
    return;

  reserve (self, len);
  old_end = self->end;
  memcpy (self->data + self->end, data, len);
  self->end += (guint32) len;
  count_read (self, old_end, time);
}

const char *
hs_line_reader_peek (const HsLineReader *self, gsize *len)
{
  *len = self->end - self->start;
  return self->data != NULL ? self->data + self->start : "";
}

/* Takes the bytes up to @to out of the stream, and says what is known of their way. */
static HsLineStamp
consume (HsLineReader *self, guint32 to)
{
  HsLineStamp stamp = { .offset = self->offset, .length = to - self->start };
  guint32 covered = 0;

  while (self->marks != NULL && get_mark (self)->start < to)
    fold_mark (self);
  stamp.reads = self->reads;
  stamp.time = self->time;

  /* The last of these reads may have brought the next line's first bytes; it is then that line's first. */
  covered = self->marks != NULL ? get_mark (self)->start : self->end;
  self->reads = to < covered ? 1 : 0;
  self->offset += stamp.length;
  self->start = to;
  self->scanned = MAX (self->scanned, to);
  if (self->reads == 0 && self->marks != NULL)
    fold_mark (self);
  return stamp;
}

static HsLineStatus
more (HsLineReader *self)
{
  self->scanned = self->end;
  while (self->marks != NULL && get_mark (self)->start - self->start < SPLIT_NEAR)
    fold_mark (self);
  return HS_LINE_MORE;
}

/* The NUL goes where the terminator was, into the tail room, or into the byte freed by moving the message down. */
static HsLineStatus
hand_out (HsLineReader *self, gsize len, guint32 to, gboolean framed, HsLine *line)
{
  line->data = self->data + self->start;
  line->len = len;
  line->framed = framed;
  if (!framed && to < self->end)
    {
      memmove (line->data - 1, line->data, len);
      line->data--;
    }
  line->data[len] = '\0';
  line->stamp = consume (self, to);
  return HS_LINE_COMPLETE;
}

/* ---- IRC ---- */

/* CR and LF both end a line; the nearer one, or NULL. */
static const char *
find_line_end (const char *data, gsize len)
{
  const char *lf = memchr (data, '\n', len);
  const char *cr = memchr (data, '\r', lf != NULL ? (gsize) (lf - data) : len);

  return cr != NULL ? cr : lf;
}

/* Passes over line ends before a line: empty lines say nothing. */
static void
skip_line_ends (HsLineReader *self)
{
  guint32 to = self->start;

  while (to < self->end && (self->data[to] == '\r' || self->data[to] == '\n'))
    to++;
  if (to != self->start)
    consume (self, to);
}

/* Is it over the limits, whatever may still follow? */
static gboolean
is_too_long (const char *line, gsize len)
{
  const char *space = NULL;

  if (len <= IRC_REST_MAX)
    return FALSE;
  if (line[0] != '@')
    return TRUE;

  space = memchr (line, ' ', MIN (len, HS_TAGS_MAX));
  if (space == NULL)
    return len >= HS_TAGS_MAX;
  return len - (gsize) (space + 1 - line) > IRC_REST_MAX;
}

/* FALSE: the end of the line that is too long has not come yet. */
static gboolean
skip_rest (HsLineReader *self)
{
  const char *end = NULL;

  if (!self->skipping)
    return TRUE;
  if (self->start < self->end)
    end = find_line_end (self->data + self->start, self->end - self->start);
  consume (self, end != NULL ? (guint32) (end + 1 - self->data) : self->end);
  self->skipping = end == NULL;
  return !self->skipping;
}

static HsLineStatus
drop_too_long (HsLineReader *self, guint32 to, gboolean skipping, HsLine *line)
{
  line->data = NULL;
  line->len = 0;
  line->framed = !skipping;
  line->stamp = consume (self, to);
  self->skipping = skipping;
  return HS_LINE_TOO_LONG;
}

HsLineStatus
hs_line_reader_next_irc (HsLineReader *self, HsLine *line)
{
  const char *end = NULL;
  gsize len = 0;
  guint32 to = 0;

  /* What was searched for LF only may hold a CR. */
  if (self->scanned_for_lf)
    self->scanned = self->start;
  self->scanned_for_lf = FALSE;

  if (self->start == self->end || !skip_rest (self))
    return more (self);
  skip_line_ends (self);

  if (self->scanned < self->end)
    end = find_line_end (self->data + self->scanned, self->end - self->scanned);
  len = (end != NULL ? (gsize) (end - self->data) : self->end) - self->start;
  if (end == NULL)
    {
      if (len > 0 && is_too_long (self->data + self->start, len))
        return drop_too_long (self, self->end, TRUE, line);
      return more (self);
    }

  to = (guint32) (end + 1 - self->data);
  if (*end == '\r' && to < self->end && self->data[to] == '\n')
    to++;
  if (is_too_long (self->data + self->start, len))
    return drop_too_long (self, to, FALSE, line);
  return hand_out (self, len, to, TRUE, line);
}

/* ---- Plain text ---- */

static gsize
without_cr (const char *data, gsize len)
{
  return len > 0 && data[len - 1] == '\r' ? len - 1 : len;
}

HsLineStatus
hs_line_reader_next_plain (HsLineReader *self, gboolean flush, HsLine *line)
{
  char *data = self->data != NULL ? self->data + self->start : NULL;
  const char *lf = NULL;
  gsize held = self->end - self->start, len = held;

  self->scanned_for_lf = TRUE;
  self->skipping = FALSE;
  if (held == 0)
    return more (self);

  if (self->scanned < self->end)
    lf = memchr (self->data + self->scanned, '\n', self->end - self->scanned);
  if (lf != NULL)
    len = (gsize) (lf - data);

  /* A CR at the limit may still belong to the line's end. */
  if ((lf != NULL || !flush ? without_cr (data, len) : len) > HS_PLAIN_MESSAGE_MAX)
    {
      len = hs_utf8_split (data, len, HS_PLAIN_MESSAGE_MAX);
      self->scanned = lf != NULL ? (guint32) (lf - self->data) : self->end;
      return hand_out (self, len, self->start + (guint32) len, FALSE, line);
    }
  if (lf != NULL)
    return hand_out (self, without_cr (data, len), (guint32) (lf + 1 - self->data), TRUE, line);
  if (!flush)
    return more (self);
  return hand_out (self, len, self->end, FALSE, line);
}

void
hs_line_reader_settle (HsLineReader *self)
{
  if (self->start != self->end || self->data == NULL)
    return;
  g_clear_pointer (&self->data, g_free);
  clear_marks (self);
  self->size = 0;
  self->start = self->end = self->scanned = HEADROOM;
}
