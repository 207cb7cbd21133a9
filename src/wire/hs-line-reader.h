/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts a stream of bytes into IRC lines or plain-text messages, and stamps each with its way here.
 * It owns a buffer only while something incomplete is held; it reads no socket and no clock. */
#pragma once

#include <glib.h>

/* From which the connection-state panel later tells a message's way. */
typedef struct
{
  guint64 offset;  /* of the first byte in the received stream */
  guint32 length;  /* bytes in the stream, terminator included */
  guint32 reads;   /* reads it came in */
  gint64 time;     /* monotonic, µs: when its last byte was read */
} HsLineStamp;

typedef struct
{
  char *data;      /* NUL-terminated and writable; borrowed until the next call on the reader */
  gsize len;       /* without terminator; NUL bytes may be inside */
  gboolean framed; /* ended by LF (else: by a gap, by the end of the stream, or by a split) */
  HsLineStamp stamp;
} HsLine;

typedef enum
{
  HS_LINE_MORE,     /* more bytes are needed */
  HS_LINE_COMPLETE,
  HS_LINE_TOO_LONG, /* an IRC line over its limit, data NULL: reported once, the rest is skipped up to its end */
} HsLineStatus;

typedef struct
{
  char *data;
  guint32 size;
  guint32 start;     /* first byte not handed out */
  guint32 end;
  guint32 scanned;   /* up to here no line end was found */
  guint32 reads;     /* reads that touched the line at start, the marked ones left out */
  guint64 offset;    /* of data[start] in the stream */
  gint64 time;       /* of the last of these reads */
  GArray *marks;     /* (nullable) later reads, when some came on top of lines not yet handed out */
  guint32 first_mark;
  guint32 skipping : 1;
  guint32 scanned_for_lf : 1;
  guint32 padding : 30;
} HsLineReader;

void hs_line_reader_init (HsLineReader *self);
void hs_line_reader_clear (HsLineReader *self);

/* One read's bytes, and when they were read (monotonic µs). Counts as one read. */
void hs_line_reader_append (HsLineReader *self, const char *data, gsize len, gint64 time);

/* What is held and not handed out; borrowed until the next call. */
const char *hs_line_reader_peek (const HsLineReader *self, gsize *len);

/* The next IRC line: ends at LF, CR before it dropped; a lone CR ends one too (RFC 1459 2.3 as servers read it: CR or LF, empty lines skipped).
 * A CR is not waited behind: where the LF comes in a later read, the line's length is without it.
 * The limit is HS_TAGS_MAX for the tag section and HS_LINE_MAX for the rest. */
HsLineStatus hs_line_reader_next_irc (HsLineReader *self, HsLine *line);

/* The next plain-text message: ends at LF (CR before it dropped). With @flush whatever is held is one, too, even where it ends inside
 * a character: who flushes after a gap asks hs_utf8_incomplete_tail () of what peek shows, and then waits longer (HS_JUDGE_MS).
 * More than HS_PLAIN_MESSAGE_MAX is split at a character boundary. Empty messages are handed out (an empty line is text). */
HsLineStatus hs_line_reader_next_plain (HsLineReader *self, gboolean flush, HsLine *line);

/* Call when done with this round's lines: gives an empty buffer back. */
void hs_line_reader_settle (HsLineReader *self);
