/* SPDX-License-Identifier: GPL-3.0-or-later */
/* However a stream is cut into reads, the same lines come out of it. The first byte says how it is cut. */
#include <string.h>

#include "hs-line-reader.h"

typedef HsLineStatus (*Next) (HsLineReader *reader, HsLine *line, gboolean last);

static HsLineStatus
next_irc (HsLineReader *reader, HsLine *line, gboolean last)
{
  return hs_line_reader_next_irc (reader, line);
}

static HsLineStatus
next_plain (HsLineReader *reader, HsLine *line, gboolean last)
{
  return hs_line_reader_next_plain (reader, last, line);
}

static void
collect (HsLineReader *reader, Next next, gboolean last, GByteArray *out)
{
  HsLine line;
  HsLineStatus status;

  while ((status = next (reader, &line, last)) != HS_LINE_MORE)
    {
      guint8 mark = status;

      g_byte_array_append (out, &mark, 1);
      if (status == HS_LINE_COMPLETE)
        {
          g_assert_cmpint (line.data[line.len], ==, '\0');
          g_byte_array_append (out, (const guint8 *) &line.len, sizeof line.len);
          g_byte_array_append (out, (const guint8 *) line.data, line.len);
        }
    }
}

static GByteArray *
read_all (const char *data, gsize len, gsize step, Next next)
{
  GByteArray *out = g_byte_array_new ();
  HsLineReader reader;

  hs_line_reader_init (&reader);
  for (gsize at = 0; at < len; at += step)
    {
      hs_line_reader_append (&reader, data + at, MIN (step, len - at), at);
      collect (&reader, next, FALSE, out);
      hs_line_reader_settle (&reader);
    }
  collect (&reader, next, TRUE, out);
  hs_line_reader_clear (&reader);
  return out;
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize len)
{
  static const Next readings[] = { next_irc, next_plain };

  if (len < 2 || len > 4096)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    {
      const char *data = (const char *) bytes + 1;
      g_autoptr (GByteArray) whole = read_all (data, len - 1, len, readings[i]);
      g_autoptr (GByteArray) cut = read_all (data, len - 1, 1 + bytes[0] % 7, readings[i]);

      g_assert_cmpmem (whole->data, whole->len, cut->data, cut->len);
    }
  return 0;
}
