/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message layer by layer, as text; see hs-bytes.h. What is not known is not there, or is said to be unknown. */
#include "hs-bytes.h"

#include <glib/gi18n.h>
#include <string.h>

#define BYTES_A_ROW 8
#define SHOWN_MAX   4096 /* bytes shown one by one: an IRC line has 512 and its tags, a plain text may be longer */

static void
layer_free (gpointer data)
{
  HsBytesLayer *layer = data;

  g_free (layer->title);
  g_free (layer->note);
  g_free (layer->text);
  g_free (layer);
}

static void
add_layer (GPtrArray *layers, const char *title, char *note, char *text)
{
  HsBytesLayer *layer = g_new0 (HsBytesLayer, 1);

  layer->title = g_strdup (title);
  layer->note = note;
  layer->text = text;
  g_ptr_array_add (layers, layer);
}

static void
append_rest (GString *out, gsize rest)
{
  if (rest > 0)
    g_string_append_printf (out, ngettext ("… and %u more", "… and %u more", (gulong) rest), (guint) rest);
  else if (out->len > 0)
    g_string_truncate (out, out->len - 1); /* the last line's end */
}

/* ---- Text ---- */

/* What is drawn by itself, and does nothing to its neighbours. */
static gboolean
is_harmless (gunichar c)
{
  return g_unichar_isgraph (c) && !g_unichar_ismark (c) && !g_unichar_iszerowidth (c) && g_unichar_type (c) != G_UNICODE_FORMAT
         && g_unichar_type (c) != G_UNICODE_PRIVATE_USE;
}

static char *
list_code_points (const char *text, guint *n)
{
  GString *out = g_string_new (NULL);
  gsize shown = 0;

  *n = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p), (*n)++)
    {
      gunichar c = g_utf8_get_char (p);
      int len = (int) (g_utf8_next_char (p) - p);
      g_autofree char *name = g_strdup_printf ("U+%04X", c);

      if (*n >= SHOWN_MAX / 4)
        continue;
      shown++;
      g_string_append_printf (out, "%-8s  ", name);
      for (int i = 0; i < 4; i++)
        if (i < len)
          g_string_append_printf (out, "%02X ", (guint8) p[i]);
        else
          g_string_append (out, "   ");
      g_string_append_c (out, ' ');
      g_string_append_len (out, is_harmless (c) ? p : "·", is_harmless (c) ? len : 2); /* last: it may be two columns wide, or nearly */
      g_string_append_c (out, '\n');
    }
  append_rest (out, *n - shown);
  return g_string_free (out, FALSE);
}

/* ---- Bytes ---- */

static char *
dump (const char *bytes, gsize len)
{
  GString *out = g_string_new (NULL);
  gsize end = MIN (len, SHOWN_MAX);

  for (gsize row = 0; row < end; row += BYTES_A_ROW)
    {
      gsize n = MIN (BYTES_A_ROW, end - row);

      g_string_append_printf (out, "%04x  ", (guint) row);
      for (gsize i = 0; i < BYTES_A_ROW; i++)
        if (i < n)
          g_string_append_printf (out, "%02X ", (guint8) bytes[row + i]);
        else
          g_string_append (out, "   ");
      g_string_append_c (out, ' ');
      for (gsize i = 0; i < n; i++)
        g_string_append_c (out, g_ascii_isprint (bytes[row + i]) ? bytes[row + i] : '.');
      g_string_append_c (out, '\n');
    }
  append_rest (out, len - end);
  return g_string_free (out, FALSE);
}

static HsTcpTransport
transport_of (const HsPassageFacts *facts)
{
  return facts->watch != NULL ? hs_tcp_watch_get_transport (facts->watch) : HS_TCP_TRANSPORT_TCP;
}

static char *
describe_line (const HsPassageFacts *facts)
{
  gboolean datagram = transport_of (facts) == HS_TCP_TRANSPORT_UDP;
  const char *end = datagram ? _("nothing: it ends where the datagram ends") : _("nothing: the reader has to know where it ends");

  if (facts->len >= 2 && memcmp (facts->line + facts->len - 2, "\r\n", 2) == 0)
    end = _("CR LF (0D 0A)");
  else if (facts->len >= 1 && facts->line[facts->len - 1] == '\n')
    end = _("LF (0A)");
  else if (facts->len >= 1 && facts->line[facts->len - 1] == '\r')
    end = _("CR (0D)");
  return g_strdup_printf (ngettext ("%u byte on the wire. At its end: %s", "%u bytes on the wire. At its end: %s", (gulong) facts->len),
                          (guint) facts->len, end);
}

/* ---- TCP ---- */

static void
append_fact (GString *out, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
append_fact (GString *out, const char *name, const char *format, ...)
{
  va_list args;

  if (out->len > 0)
    g_string_append_c (out, '\n');
  g_string_append_printf (out, "%s: ", name);
  va_start (args, format);
  g_string_append_vprintf (out, format, args);
  va_end (args);
}

static void
append_range (GString *out, const char *name, guint64 begin, guint64 end)
{
  append_fact (out, name, "%" G_GUINT64_FORMAT " … %" G_GUINT64_FORMAT, begin, end > begin ? end - 1 : end);
}

/* Of datagrams there is no stream in which they had a place. */
static void
append_place (GString *out, const HsPassageFacts *facts, const char *name)
{
  if (transport_of (facts) != HS_TCP_TRANSPORT_UDP)
    append_range (out, name, facts->begin, facts->end);
}

static void
append_numbers (GString *out, guint32 first, guint64 bytes)
{
  append_fact (out, _("Sequence numbers, calculated"), "%u … %u", first, first + (guint32) (bytes > 0 ? bytes - 1 : 0));
}

static void
append_moment (GString *out, const char *name, const HsTcpMoment *moment, gint64 base)
{
  if (moment->time != 0)
    append_fact (out, name, _("+%.3f ms (%s)"), (double) (moment->time - base) / 1000.0,
                 moment->known == HS_TCP_INFERRED ? _("inferred") : moment->exact ? _("observed") : _("observed, no later than"));
}

static char *
describe_sent (const HsPassageFacts *facts)
{
  GString *out = g_string_new (NULL);
  HsTcpWay way = { 0 };
  gboolean known = facts->watch != NULL && hs_tcp_watch_get_way (facts->watch, facts->begin, facts->end, &way);
  gint64 base = way.queued.time != 0 ? way.queued.time : facts->sent;

  append_place (out, facts, _("Bytes of what you sent"));
  if (known && way.records == 0 && way.end > way.begin && (way.begin != facts->begin || way.end != facts->end))
    append_range (out, _("In TCP’s stream, encrypted"), way.begin, way.end);
  if (known && way.has_seq && way.end > way.begin)
    append_numbers (out, way.seq, way.end - way.begin);
  append_moment (out, _("Written"), &way.written, base);
  append_moment (out, _("On the wire"), &way.on_wire, base);
  append_moment (out, _("Acknowledged"), way.acknowledged.time != 0
                                           ? &way.acknowledged : &(HsTcpMoment){ facts->acknowledged, HS_TCP_OBSERVED, FALSE }, base);
  append_moment (out, _("Accepted"), &(HsTcpMoment){ facts->accepted, HS_TCP_OBSERVED, TRUE }, base);
  append_moment (out, _("Read"), &(HsTcpMoment){ facts->read, HS_TCP_OBSERVED, FALSE }, base);
  if (way.resent > 0)
    append_fact (out, _("Sent again"), ngettext ("%u time", "%u times", way.resent), way.resent);
  return g_string_free (out, FALSE);
}

static char *
describe_received (const HsPassageFacts *facts)
{
  GString *out = g_string_new (NULL);
  guint32 first;

  append_place (out, facts, _("Bytes of what the other side sent"));
  if (!facts->tls && facts->watch != NULL && hs_tcp_watch_get_first_number (facts->watch, FALSE, &first, NULL))
    append_numbers (out, first + 1 + (guint32) facts->begin, facts->len);
  if (facts->reads > 0)
    append_fact (out, _("Came in"), ngettext ("%u read", "%u reads", facts->reads), facts->reads);
  return g_string_free (out, FALSE);
}

/* What carries the line, where it is not TCP. */
static const struct { const char *line, *title, *note; } carriers[] = {
  [HS_TCP_TRANSPORT_TCP] = { N_("The line that carries it"), N_("Segments"), NULL },
  [HS_TCP_TRANSPORT_UDP] = {
    N_("The datagram that carries it"), N_("UDP and IP"),
    N_("UDP puts 8 bytes before it: both ports, the length and a checksum. No number, so nothing says which datagram comes first. IP adds both "
       "addresses; what is larger than the way takes at once, it cuts into fragments, and if one is lost, all of it is.") },
  [HS_TCP_TRANSPORT_UNIX] = {
    N_("The line that carries it"), N_("The queue"),
    N_("Nothing is put before it: the kernel copies the bytes into the other program’s queue, and there they wait to be read.") },
};

/* ---- TLS ---- */

/* RFC 8446 5.1: type 23 (application data), the version that middleboxes know, the length of what follows. */
#define RECORD_HEADER 5

/* NULL: it was not encrypted, or that is not known any more. */
static char *
describe_record (const HsPassageFacts *facts)
{
  GString *out;
  HsTcpWay way = { 0 };
  guint64 size;

  if (!facts->own || facts->watch == NULL || !hs_tcp_watch_get_way (facts->watch, facts->begin, facts->end, &way) || way.records == 0)
    return NULL;
  out = g_string_new (NULL);
  size = way.end - way.begin;
  append_fact (out, _("Records"), "%u", way.records);
  append_range (out, _("Lines in it"), way.app_begin, way.app_end);
  append_range (out, _("In TCP’s stream, encrypted"), way.begin, way.end);
  if (way.records == 1 && size > RECORD_HEADER)
    append_fact (out, _("Header, calculated"), "17 03 03 %02X %02X", (guint) ((size - RECORD_HEADER) >> 8 & 0xff), (guint) ((size - RECORD_HEADER) & 0xff));
  append_fact (out, _("TLS adds"), ngettext ("%u byte", "%u bytes", (gulong) (size - (way.app_end - way.app_begin))),
               (guint) (size - (way.app_end - way.app_begin)));
  return g_string_free (out, FALSE);
}

static void
add_record_layer (GPtrArray *layers, const HsPassageFacts *facts)
{
  g_autofree char *sent = describe_record (facts);

  if (sent != NULL)
    add_layer (layers, _("The TLS record"),
               g_strdup (_("The line is encrypted: what stands in the record nobody on the way can read, nor change without being noticed. Five bytes "
                           "before it are readable: type 23, a version and the length. A proof that all of it is genuine stands at its end.")),
               g_steal_pointer (&sent));
  else if (facts->tls)
    add_layer (layers, _("The TLS record"),
               g_strdup (_("It came encrypted. In which record, and what that looked like, is not kept: only what was in it.")), NULL);
}

static const char *
segments_note (const HsPassageFacts *facts)
{
  HsTcpTransport transport = transport_of (facts);

  if (carriers[transport].note != NULL)
    return _(carriers[transport].note);
  if (facts->own)
    return _("Where these bytes lie in the stream. TCP may cut them into several segments, or put others beside them.");
  if (facts->tls)
    return _("Counted without what TLS adds. In how many segments they came cannot be seen from here.");
  return _("Where these bytes lie in the stream. In how many segments they came cannot be seen from here.");
}

/* ---- All ---- */

GPtrArray *
hs_bytes_make_layers (const char *text, const HsPassageFacts *facts)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func (layer_free);
  g_autofree char *points = NULL;
  guint n;

  if (text == NULL || (facts != NULL && facts->redacted))
    {
      add_layer (layers, _("Text"), g_strdup (_("This message was deleted. Neither what it said nor the bytes that carried it are kept here.")), NULL);
      return layers;
    }
  points = list_code_points (text, &n);
  add_layer (layers, _("Text"), NULL, g_strdup (text));
  add_layer (layers, _("Code points, and each one in UTF-8"),
             g_strdup_printf (ngettext ("%u code point", "%u code points", n), n), g_steal_pointer (&points));
  add_layer (layers, _("UTF-8"), g_strdup_printf (ngettext ("%u byte", "%u bytes", (gulong) strlen (text)), (guint) strlen (text)),
             dump (text, strlen (text)));
  if (facts == NULL)
    add_layer (layers, _("Line and segments"),
               g_strdup (_("Not kept: this message is of an earlier time. The line that carries a message, and its place in the stream, are "
                           "remembered for the newest messages of this run only.")), NULL);
  else if (facts->line == NULL)
    add_layer (layers, _("Line and segments"), g_strdup (_("It was not sent yet.")), NULL);
  else
    {
      HsTcpTransport transport = transport_of (facts);

      add_layer (layers, _(carriers[transport].line), describe_line (facts), dump (facts->line, facts->len));
      add_record_layer (layers, facts);
      add_layer (layers, _(carriers[transport].title), g_strdup (segments_note (facts)), facts->own ? describe_sent (facts) : describe_received (facts));
    }
  return layers;
}

char *
hs_bytes_dup_all (GPtrArray *layers)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < layers->len; i++)
    {
      const HsBytesLayer *layer = layers->pdata[i];

      g_string_append_printf (all, "%s%s\n", i > 0 ? "\n" : "", layer->title);
      if (layer->note != NULL)
        g_string_append_printf (all, "%s\n", layer->note);
      if (layer->text != NULL)
        g_string_append_printf (all, "%s\n", layer->text);
    }
  return g_string_free (all, FALSE);
}
