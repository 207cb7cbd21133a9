/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line reader: what it cuts, and that its stamps are true however the bytes came. */
#include <string.h>

#include "hs-limits.h"
#include "hs-line-reader.h"

/* How a test hands the bytes over. */
typedef struct
{
  gsize first;      /* length of the first read; 0: like the others */
  gsize others;     /* length of all later reads; 0: all the rest */
  gboolean undrained; /* all reads are appended before the first line is taken */
} Delivery;

typedef struct
{
  gboolean irc;
  HsLineReader reader;
  GArray *ends;  /* gsize: where each read ended; read i came at time 1000 + i */
  GString *seen; /* what came out, in the tables' notation */
} Stream;

static guint
count_reads (Stream *stream, guint64 from, guint64 to, gint64 *last)
{
  guint64 begin = 0;
  guint n = 0;

  for (guint i = 0; i < stream->ends->len; i++)
    {
      guint64 end = g_array_index (stream->ends, gsize, i);

      if (begin < to && end > from)
        {
          n++;
          *last = 1000 + i;
        }
      begin = end;
    }
  return n;
}

static void
check_stamp (Stream *stream, const HsLineStamp *stamp)
{
  gint64 last = 0;

  g_assert_cmpuint (stamp->reads, ==, count_reads (stream, stamp->offset, stamp->offset + stamp->length, &last));
  g_assert_cmpint (stamp->time, ==, last);
}

static void
note (Stream *stream, HsLineStatus status, const HsLine *line)
{
  if (status == HS_LINE_TOO_LONG)
    {
      g_assert_null (line->data);
      g_string_append (stream->seen, "<too long>");
      return;
    }
  g_assert_cmpint (line->data[line->len], ==, '\0');
  for (gsize i = 0; i < line->len; i++)
    g_string_append_c (stream->seen, line->data[i] != '\0' ? line->data[i] : '0');
  g_string_append_printf (stream->seen, "%c%" G_GUINT64_FORMAT "|", line->framed ? '$' : '~', line->stamp.offset);
}

static void
drain (Stream *stream, gboolean flush)
{
  HsLine line;
  HsLineStatus status;

  while ((status = stream->irc ? hs_line_reader_next_irc (&stream->reader, &line)
                               : hs_line_reader_next_plain (&stream->reader, flush, &line)) != HS_LINE_MORE)
    {
      check_stamp (stream, &line.stamp);
      note (stream, status, &line);
    }
}

static char *
run (gboolean irc, const char *data, gsize len, const Delivery *delivery)
{
  Stream stream = { .irc = irc };
  gsize held = 0;

  stream.ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  stream.seen = g_string_new (NULL);
  hs_line_reader_init (&stream.reader);
  for (gsize i = 0, n = 0; i < len; i += n)
    {
      g_autofree char *read = NULL;
      gsize end = 0;

      n = i == 0 && delivery->first > 0 ? delivery->first : delivery->others;
      n = n == 0 ? len - i : MIN (n, len - i);
      end = i + n;
      g_array_append_val (stream.ends, end);
      read = g_memdup2 (data + i, n);
      hs_line_reader_append (&stream.reader, read, n, 1000 + stream.ends->len - 1);
      if (delivery->undrained)
        continue;
      drain (&stream, FALSE);
      hs_line_reader_settle (&stream.reader);
      hs_line_reader_peek (&stream.reader, &held);
      g_assert_true ((held > 0) == (stream.reader.data != NULL));
    }
  drain (&stream, TRUE);
  hs_line_reader_settle (&stream.reader);
  if (!irc)
    g_assert_null (stream.reader.data);
  hs_line_reader_clear (&stream.reader);
  g_array_unref (stream.ends);
  return g_string_free (stream.seen, FALSE);
}

static void
check (gboolean irc, const char *what, const char *data, gsize len, const char *expected, const Delivery *delivery)
{
  g_autofree char *seen = run (irc, data, len, delivery);

  if (strcmp (seen, expected) != 0)
    g_error ("%s (first %zu, others %zu, undrained %d): %s instead of %s", what, delivery->first, delivery->others,
             delivery->undrained, seen, expected);
}

static void
check_all_deliveries (gboolean irc, const char *what, const char *data, gsize len, const char *expected)
{
  for (gsize others = 0; others <= 3; others++)
    for (int undrained = 0; undrained <= 1; undrained++)
      check (irc, what, data, len, expected, &(Delivery) { 0, others, undrained });
  for (gsize first = 1; first < MIN (len, 200); first++)
    {
      check (irc, what, data, len, expected, &(Delivery) { first, 0, FALSE });
      check (irc, what, data, len, expected, &(Delivery) { first, 0, TRUE });
    }
}

/* "$": ended by its terminator, "~": not; then the offset of its first byte. */
static const struct
{
  const char *what;
  gboolean irc;
  const char *data;
  gsize len;
  const char *expected;
} rows[] = {
#define ROW(what, irc, data, expected) { what, irc, data, sizeof (data) - 1, expected }
  ROW ("one line", TRUE, "PING x\r\n", "PING x$0|"),
  ROW ("three lines", TRUE, "A\r\nBB\r\nCCC\r\n", "A$0|BB$3|CCC$7|"),
  ROW ("LF only", TRUE, "A\nB\n", "A$0|B$2|"),
  ROW ("lone CR", TRUE, "A\rB\r", "A$0|B$2|"),
  ROW ("empty lines are skipped", TRUE, "\r\n\n\rA\r\n\r\n\r\nB\r\n", "A$4|B$11|"),
  ROW ("incomplete line stays", TRUE, "A\r\nPI", "A$0|"),
  ROW ("NUL inside", TRUE, "A\0B\r\n", "A0B$0|"),
  ROW ("spaces stay", TRUE, " A \r\n", " A $0|"),
  ROW ("nothing but line ends", TRUE, "\r\n\r\n", ""),
  ROW ("plain line", FALSE, "hello\n", "hello$0|"),
  ROW ("plain CR LF", FALSE, "hello\r\nyou\r\n", "hello$0|you$7|"),
  ROW ("plain without end", FALSE, "hello", "hello~0|"),
  ROW ("plain line and a rest", FALSE, "a\nb", "a$0|b~2|"),
  ROW ("plain lone CR is text", FALSE, "a\rb\n", "a\rb$0|"),
  ROW ("plain CR at the end is text", FALSE, "a\r", "a\r~0|"),
  ROW ("plain empty lines are messages", FALSE, "\n\r\n\n", "$0|$1|$3|"),
  ROW ("plain NUL inside", FALSE, "a\0b\n", "a0b$0|"),
  ROW ("plain CR CR LF", FALSE, "a\r\r\n", "a\r$0|"),
#undef ROW
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    check_all_deliveries (rows[i].irc, rows[i].what, rows[i].data, rows[i].len, rows[i].expected);
}

static void
test_length (void)
{
  HsLineReader reader;
  HsLine line;

  hs_line_reader_init (&reader);
  hs_line_reader_append (&reader, "AB\r\nC\n", 6, 1);
  g_assert_cmpint (hs_line_reader_next_irc (&reader, &line), ==, HS_LINE_COMPLETE);
  g_assert_cmpuint (line.stamp.length, ==, 4);
  g_assert_cmpint (hs_line_reader_next_irc (&reader, &line), ==, HS_LINE_COMPLETE);
  g_assert_cmpuint (line.stamp.length, ==, 2);
  g_assert_cmpint (hs_line_reader_next_irc (&reader, &line), ==, HS_LINE_MORE);

  /* A CR is not waited behind; the LF that comes later belongs to no line. */
  hs_line_reader_append (&reader, "D\r", 2, 2);
  g_assert_cmpint (hs_line_reader_next_irc (&reader, &line), ==, HS_LINE_COMPLETE);
  g_assert_cmpuint (line.stamp.length, ==, 2);
  hs_line_reader_append (&reader, "\nE\n", 3, 3);
  g_assert_cmpint (hs_line_reader_next_irc (&reader, &line), ==, HS_LINE_COMPLETE);
  g_assert_cmpuint (line.stamp.offset, ==, 9);
  g_assert_cmpuint (line.stamp.length, ==, 2);
  hs_line_reader_clear (&reader);
}

static GString *
repeat (GString *string, char c, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_c (string, c);
  return string;
}

/* Tag section (with '@' and space; 0: none) and rest (without line end), and whether they fit. */
static const struct
{
  gsize tags, rest;
  const char *end;
  gboolean fits;
} limits[] = {
  { 0, 510, "\r\n", TRUE },     { 0, 511, "\r\n", FALSE },    { 0, 510, "\n", TRUE },       { 0, 511, "\n", FALSE },
  { 0, 511, "\r", FALSE },      { 0, 9000, "\r\n", FALSE },   { 8191, 510, "\r\n", TRUE },  { 8192, 10, "\r\n", FALSE },
  { 8191, 511, "\r\n", FALSE }, { 10, 510, "\r\n", TRUE },    { 10, 511, "\r\n", FALSE },   { 20000, 10, "\r\n", FALSE },
  { 3, 5, "\r\n", TRUE },
};

static void
test_limits (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GString) data = g_string_new (limits[i].tags > 0 ? "@" : "");
      g_autoptr (GString) expected = g_string_new (NULL);

      if (limits[i].tags > 0)
        g_string_append_c (repeat (data, 't', limits[i].tags - 2), ' ');
      repeat (data, 'x', limits[i].rest);
      if (limits[i].fits)
        g_string_append_printf (expected, "%s$0|", data->str);
      else
        g_string_append (expected, "<too long>");
      g_string_append (data, limits[i].end);
      g_string_append_printf (expected, "NEXT$%zu|", data->len);
      g_string_append (data, "NEXT\r\n");

      for (gsize others = 0; others < 4; others++)
        check (TRUE, "limit", data->str, data->len, expected->str, &(Delivery) { 0, others, FALSE });
      check (TRUE, "limit", data->str, data->len, expected->str, &(Delivery) { 0, 0, TRUE });
      check (TRUE, "limit", data->str, data->len, expected->str, &(Delivery) { 700, 0, FALSE });
      check (TRUE, "limit", data->str, data->len, expected->str, &(Delivery) { 700, 100, FALSE });
    }
}

/* Text around the split: what stands at its end, and how long the first part then is. */
static const struct
{
  const char *what;
  gsize before;
  const char *tail;
  gsize parts[3]; /* lengths; 0 ends */
  gboolean last_framed;
} splits[] = {
  { "just fits", HS_PLAIN_MESSAGE_MAX, "\n", { HS_PLAIN_MESSAGE_MAX }, TRUE },
  { "just fits, CR LF", HS_PLAIN_MESSAGE_MAX, "\r\n", { HS_PLAIN_MESSAGE_MAX }, TRUE },
  { "one over", HS_PLAIN_MESSAGE_MAX, "y\n", { HS_PLAIN_MESSAGE_MAX, 1 }, TRUE },
  { "CR that ends nothing", HS_PLAIN_MESSAGE_MAX, "\ry\n", { HS_PLAIN_MESSAGE_MAX, 2 }, TRUE },
  { "CR at the very end", HS_PLAIN_MESSAGE_MAX, "\r", { HS_PLAIN_MESSAGE_MAX, 1 }, FALSE },
  { "two bytes", HS_PLAIN_MESSAGE_MAX - 1, "é\n", { HS_PLAIN_MESSAGE_MAX - 1, 2 }, TRUE },
  { "three bytes", HS_PLAIN_MESSAGE_MAX - 2, "你\n", { HS_PLAIN_MESSAGE_MAX - 2, 3 }, TRUE },
  { "four bytes, one inside", HS_PLAIN_MESSAGE_MAX - 1, "😀", { HS_PLAIN_MESSAGE_MAX - 1, 4 }, FALSE },
  { "four bytes, three inside", HS_PLAIN_MESSAGE_MAX - 3, "😀", { HS_PLAIN_MESSAGE_MAX - 3, 4 }, FALSE },
  { "character ends at the split", HS_PLAIN_MESSAGE_MAX - 3, "你好\n", { HS_PLAIN_MESSAGE_MAX, 3 }, TRUE },
  { "malformed at the split", HS_PLAIN_MESSAGE_MAX - 1, "\xe4y\n", { HS_PLAIN_MESSAGE_MAX, 1 }, TRUE },
  { "no character at the split", HS_PLAIN_MESSAGE_MAX, "\x80\n", { HS_PLAIN_MESSAGE_MAX, 1 }, TRUE },
};

static void
test_split (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (splits); i++)
    {
      g_autoptr (GString) data = repeat (g_string_new (NULL), 'x', splits[i].before);
      g_autoptr (GString) expected = g_string_new (NULL);
      gsize offset = 0;

      g_string_append (data, splits[i].tail);
      for (guint p = 0; splits[i].parts[p] > 0; p++)
        {
          gboolean last = splits[i].parts[p + 1] == 0;

          g_string_append_len (expected, data->str + offset, splits[i].parts[p]);
          g_string_append_printf (expected, "%c%zu|", last && splits[i].last_framed ? '$' : '~', offset);
          offset += splits[i].parts[p];
        }
      check (FALSE, splits[i].what, data->str, data->len, expected->str, &(Delivery) { 0, 0, FALSE });
      check (FALSE, splits[i].what, data->str, data->len, expected->str, &(Delivery) { 0, 1, FALSE });
      for (gsize back = 0; back < 8; back++)
        {
          check (FALSE, splits[i].what, data->str, data->len, expected->str, &(Delivery) { data->len - back, 0, FALSE });
          check (FALSE, splits[i].what, data->str, data->len, expected->str, &(Delivery) { data->len - back, 1, TRUE });
        }
    }
}

/* Nothing is lost of 10 MB without a line end, given at once or in reads. */
static void
test_split_long (void)
{
  static const gsize reads[] = { 10 * 1024 * 1024, HS_READ_MAX, 1460 };
  g_autoptr (GString) data = g_string_new (NULL);

  while (data->len < 10 * 1024 * 1024)
    g_string_append (data, "你好 and \xff so on 😀 ");

  for (gsize r = 0; r < G_N_ELEMENTS (reads); r++)
    {
      g_autoptr (GString) seen = g_string_new (NULL);
      HsLineReader reader;
      HsLine line;

      hs_line_reader_init (&reader);
      for (gsize i = 0; i < data->len; i += reads[r])
        {
          hs_line_reader_append (&reader, data->str + i, MIN (reads[r], data->len - i), 1);
          while (hs_line_reader_next_plain (&reader, i + reads[r] >= data->len, &line) == HS_LINE_COMPLETE)
            {
              g_assert_cmpuint (line.len, <=, HS_PLAIN_MESSAGE_MAX);
              g_assert_cmpuint (line.stamp.offset, ==, seen->len);
              g_string_append_len (seen, line.data, line.len);
            }
        }
      g_assert_true (g_string_equal (seen, data));
      hs_line_reader_clear (&reader);
    }
}

/* An IRC line without end is not kept. */
static void
test_endless_irc (void)
{
  g_autofree char *read = g_strnfill (HS_READ_MAX, 'x');
  HsLineReader reader;
  HsLine line;
  guint reported = 0;

  hs_line_reader_init (&reader);
  for (guint i = 0; i < 200; i++)
    {
      hs_line_reader_append (&reader, read, HS_READ_MAX, i);
      while (hs_line_reader_next_irc (&reader, &line) == HS_LINE_TOO_LONG)
        reported++;
      hs_line_reader_settle (&reader);
      g_assert_null (reader.data);
    }
  g_assert_cmpuint (reported, ==, 1);
  hs_line_reader_append (&reader, "\nPING\n", 6, 7);
  g_assert_cmpint (hs_line_reader_next_irc (&reader, &line), ==, HS_LINE_COMPLETE);
  g_assert_cmpstr (line.data, ==, "PING");
  g_assert_cmpuint (line.stamp.offset, ==, 200 * HS_READ_MAX + 1);
  g_assert_cmpuint (line.stamp.reads, ==, 1);
  hs_line_reader_clear (&reader);
}

/* Judging looks at the bytes first; then either dialect takes them from the beginning. */
static void
test_peek (void)
{
  HsLineReader reader;
  HsLine line;
  gsize len = 0;

  hs_line_reader_init (&reader);
  hs_line_reader_peek (&reader, &len);
  g_assert_cmpuint (len, ==, 0);
  for (const char *p = "NICK a\rUSER"; *p != '\0'; p++)
    hs_line_reader_append (&reader, p, 1, 1);
  g_assert_cmpmem (hs_line_reader_peek (&reader, &len), 11, "NICK a\rUSER", 11);
  g_assert_cmpuint (len, ==, 11);

  g_assert_cmpint (hs_line_reader_next_plain (&reader, FALSE, &line), ==, HS_LINE_MORE);
  g_assert_cmpint (hs_line_reader_next_irc (&reader, &line), ==, HS_LINE_COMPLETE);
  g_assert_cmpstr (line.data, ==, "NICK a");
  g_assert_cmpint (hs_line_reader_next_plain (&reader, TRUE, &line), ==, HS_LINE_COMPLETE);
  g_assert_cmpstr (line.data, ==, "USER");
  hs_line_reader_clear (&reader);
}

/* A line may be written to, as the parser does, while those behind it wait. */
static void
test_writable (void)
{
  HsLineReader reader;
  HsLine line;

  hs_line_reader_init (&reader);
  hs_line_reader_append (&reader, "abc\ndef\n", 8, 1);
  while (hs_line_reader_next_irc (&reader, &line) == HS_LINE_COMPLETE)
    {
      g_assert_cmpuint (line.len, ==, 3);
      g_assert_true (line.stamp.offset == 0 ? g_str_equal (line.data, "abc") : g_str_equal (line.data, "def"));
      memset (line.data, '\n', line.len);
    }
  hs_line_reader_clear (&reader);
}

static void
test_speed (void)
{
  g_autoptr (GString) data = g_string_new (NULL);
  HsLineReader reader;
  HsLine line;
  double seconds = 0;
  guint n = 0;

  if (!g_test_perf ())
    {
      g_test_skip ("only with -m perf");
      return;
    }
  while (data->len < HS_READ_MAX)
    g_string_append (data, "@time=2026-01-02T03:04:05.678Z :somebody!u@h PRIVMSG #lobby :a line of ordinary length\r\n");
  hs_line_reader_init (&reader);
  g_test_timer_start ();
  for (guint i = 0; i < 2000; i++)
    {
      hs_line_reader_append (&reader, data->str, data->len, i);
      while (hs_line_reader_next_irc (&reader, &line) == HS_LINE_COMPLETE)
        n++;
      hs_line_reader_settle (&reader);
    }
  seconds = g_test_timer_elapsed ();
  g_test_maximized_result (n / seconds, "%.0f lines a second", n / seconds);
  hs_line_reader_clear (&reader);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/line-reader/rows", test_rows);
  g_test_add_func ("/wire/line-reader/length", test_length);
  g_test_add_func ("/wire/line-reader/limits", test_limits);
  g_test_add_func ("/wire/line-reader/split", test_split);
  g_test_add_func ("/wire/line-reader/split-long", test_split_long);
  g_test_add_func ("/wire/line-reader/endless-irc", test_endless_irc);
  g_test_add_func ("/wire/line-reader/peek", test_peek);
  g_test_add_func ("/wire/line-reader/writable", test_writable);
  g_test_add_func ("/wire/line-reader/speed", test_speed);
  return g_test_run ();
}
