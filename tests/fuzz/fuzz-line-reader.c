/* SPDX-License-Identifier: GPL-3.0-or-later */
/* However a stream is cut into reads, the same lines come out, at the same offsets; and of plain text nothing is lost. */
#include <string.h>

#include "fuzz.h"
#include "hs-limits.h"
#include "hs-line-reader.h"

/* The first byte of an input says how the rest is treated. */
enum
{
  WAY_IRC = 1,
  WAY_LONG = 2,      /* so much text before it that it stands at the split */
  WAY_UNDRAINED = 4, /* all reads before the first line is taken */
};

#define CHUNK_SHIFT 3 /* the upper five bits: bytes in a read; 0: all at once */

static void
take_all (HsLineReader *reader, gboolean irc, gboolean flush, GString *seen)
{
  HsLineStatus status;
  HsLine line;

  while ((status = irc ? hs_line_reader_next_irc (reader, &line) : hs_line_reader_next_plain (reader, flush, &line)) !=
         HS_LINE_MORE)
    {
      FUZZ_CHECK (line.stamp.reads > 0 && line.stamp.length >= line.len);
      g_string_append_printf (seen, "%" G_GUINT64_FORMAT ":%d:%d:", line.stamp.offset, status, status == HS_LINE_COMPLETE && line.framed);
      if (status == HS_LINE_TOO_LONG)
        continue;
      FUZZ_CHECK (line.data[line.len] == '\0');
      g_string_append_len (seen, line.data, (gssize) line.len);
      g_string_append_c (seen, '\n');
      memset (line.data, '\r', line.len); /* a line is the caller's to write to */
    }
}

static GString *
run (const GString *stream, gsize chunk, gboolean irc, gboolean undrained)
{
  GString *seen = g_string_new (NULL);
  HsLineReader reader;

  hs_line_reader_init (&reader);
  for (gsize i = 0; i < stream->len; i += chunk)
    {
      hs_line_reader_append (&reader, stream->str + i, MIN (chunk, stream->len - i), (gint64) i);
      if (undrained)
        continue;
      take_all (&reader, irc, FALSE, seen);
      hs_line_reader_settle (&reader);
    }
  take_all (&reader, irc, TRUE, seen);
  hs_line_reader_clear (&reader);
  return seen;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) stream = g_string_new (NULL);
  g_autoptr (GString) whole = NULL, cut = NULL;
  gboolean irc = FALSE;
  gsize chunk = 0;

  if (size < 2)
    return 0;
  irc = (data[0] & WAY_IRC) != 0;
  chunk = data[0] >> CHUNK_SHIFT;
  if ((data[0] & WAY_LONG) != 0)
    {
      g_autofree char *fill = g_strnfill ((irc ? HS_LINE_MAX : HS_PLAIN_MESSAGE_MAX) - 8, 'x');

      g_string_append (stream, fill);
      chunk *= irc ? 1 : 61;
    }
  g_string_append_len (stream, (const char *) data + 1, (gssize) size - 1);

  whole = run (stream, stream->len, irc, FALSE);
  cut = run (stream, chunk > 0 ? chunk : stream->len, irc, (data[0] & WAY_UNDRAINED) != 0);
  FUZZ_CHECK (g_string_equal (whole, cut));
  return 0;
}
