/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one end of a connection tells the other of it (TCPVIEW): verbs, facts as text, and what two clocks come to; see hs-view.h. */
#include "hs-view.h"

#include <stddef.h>
#include <string.h>

#include "hs-limits.h"

/* ---- Verbs ---- */

static const struct { HsViewVerb verb; const char *name; guint n_parameters; } verbs[] = {
  { HS_VIEW_ASK, "ASK", 0 }, { HS_VIEW_END, "END", 0 }, { HS_VIEW_NO, "NO", 0 },
  { HS_VIEW_FACT, "FACT", 1 }, { HS_VIEW_CLOCK, "CLOCK", 1 }, { HS_VIEW_TIME, "TIME", 3 },
};

HsViewVerb
hs_view_verb_parse (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (verbs[i].name, text) == 0)
      return verbs[i].verb;
  return HS_VIEW_NOTHING;
}

const char *
hs_view_verb_get_name (HsViewVerb verb)
{
  return verb > HS_VIEW_NOTHING && verb <= HS_VIEW_TIME ? verbs[verb - 1].name : "";
}

guint
hs_view_verb_get_n_parameters (HsViewVerb verb)
{
  return verb > HS_VIEW_NOTHING && verb <= HS_VIEW_TIME ? verbs[verb - 1].n_parameters : 0;
}

/* ---- Words of a fact ---- */

static const char *const kinds[] = { "state", "segment", "numbers", "first" };

/* RFC 9293 3.3.2, in the order of HsTcpState */
static const char *const states[] = {
  "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
};

static const struct { guint bit; const char *name; } flags[] = {
  { 0x01, "FIN" }, { 0x02, "SYN" }, { 0x04, "RST" }, { 0x08, "PSH" }, { 0x10, "ACK" },
};

/* As it is written by us, and in no other way: no sign, no zero in front. */
static gboolean
read_number (const char *text, guint64 max, guint64 *number)
{
  gsize len = strlen (text);
  guint64 value = 0;

  if (len == 0 || len > 20 || (text[0] == '0' && len > 1))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    {
      guint64 digit = (guint64) (text[i] - '0');

      if (!g_ascii_isdigit (text[i]) || value > (max - digit) / 10)
        return FALSE;
      value = value * 10 + digit;
    }
  *number = value;
  return TRUE;
}

static gboolean
find_word (const char *const *words, guint n, const char *text, guint *found)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (words[i], text) == 0)
      {
        *found = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
hs_view_time_parse (const char *text, gint64 *time)
{
  guint64 number;

  if (!read_number (text, HS_VIEW_TIME_MAX, &number))
    return FALSE;
  *time = (gint64) number;
  return TRUE;
}

static gboolean
read_time (HsViewFact *self, gsize offset, const char *text)
{
  return hs_view_time_parse (text, &self->time);
}

static gboolean
read_known (HsViewFact *self, gsize offset, const char *text)
{
  static const char *const words[] = { "observed", "inferred" };
  guint found;

  if (!find_word (words, G_N_ELEMENTS (words), text, &found))
    return FALSE;
  self->inferred = found == 1;
  return TRUE;
}

static gboolean
read_way (HsViewFact *self, gsize offset, const char *text)
{
  static const char *const words[] = { "in", "out" };
  guint found;

  if (!find_word (words, G_N_ELEMENTS (words), text, &found))
    return FALSE;
  self->outgoing = found == 1;
  return TRUE;
}

static gboolean
read_state (HsViewFact *self, gsize offset, const char *text)
{
  return find_word (states, G_N_ELEMENTS (states), text, &self->state);
}

/* In the order of the table, each once. */
static gboolean
read_flags (HsViewFact *self, gsize offset, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", (int) G_N_ELEMENTS (flags) + 1);
  guint next = 0;

  for (guint w = 0; words[w] != NULL; w++)
    {
      while (next < G_N_ELEMENTS (flags) && strcmp (flags[next].name, words[w]) != 0)
        next++;
      if (next == G_N_ELEMENTS (flags))
        return FALSE;
      self->flags |= flags[next++].bit;
    }
  return self->flags != 0;
}

/* "~": calculated, not read from a header. */
static gboolean
read_seq (HsViewFact *self, gsize offset, const char *text)
{
  guint64 number;

  self->seq_calculated = text[0] == '~';
  self->has_seq = read_number (text + (self->seq_calculated ? 1 : 0), G_MAXUINT32, &number);
  self->seq = self->has_seq ? (guint32) number : 0;
  return self->has_seq;
}

static gboolean
read_ack (HsViewFact *self, gsize offset, const char *text)
{
  guint64 number;

  self->ack_calculated = text[0] == '~';
  self->has_ack = read_number (text + (self->ack_calculated ? 1 : 0), G_MAXUINT32, &number);
  self->ack = self->has_ack ? (guint32) number : 0;
  return self->has_ack;
}

static gboolean
read_window (HsViewFact *self, gsize offset, const char *text)
{
  self->has_window = read_number (text, HS_VIEW_WINDOW_MAX, &self->window);
  return self->has_window;
}

static gboolean
read_count (HsViewFact *self, gsize offset, const char *text)
{
  return read_number (text, HS_VIEW_COUNT_MAX, (guint64 *) (gpointer) ((char *) self + offset));
}

/* ---- The names of a fact ---- */

enum { STATE = 1 << HS_VIEW_STATE, SEGMENT = 1 << HS_VIEW_SEGMENT, NUMBERS = 1 << HS_VIEW_NUMBERS, FIRST = 1 << HS_VIEW_FIRST };

static const struct
{
  const char *name;
  guint kinds;    /* that have it */
  guint required; /* that are nothing without */
  gboolean (*read) (HsViewFact *self, gsize offset, const char *text);
  gsize offset;   /* of a count */
} names[] = {
  { "time", STATE | SEGMENT | NUMBERS | FIRST, STATE | SEGMENT | NUMBERS | FIRST, read_time },
  { "known", STATE | SEGMENT, STATE | SEGMENT, read_known },
  { "state", STATE | NUMBERS, STATE | NUMBERS, read_state },
  { "way", SEGMENT, SEGMENT, read_way },
  { "flags", SEGMENT, SEGMENT, read_flags },
  { "seq", SEGMENT | FIRST, 0, read_seq },
  { "ack", SEGMENT | FIRST, 0, read_ack },
  { "window", SEGMENT | NUMBERS, 0, read_window },
  { "rtt", NUMBERS, 0, read_count, offsetof (HsViewFact, rtt) },
  { "sent", NUMBERS, 0, read_count, offsetof (HsViewFact, sent) },
  { "received", NUMBERS, 0, read_count, offsetof (HsViewFact, received) },
  { "under-way", NUMBERS, 0, read_count, offsetof (HsViewFact, under_way) },
  { "unread", NUMBERS, 0, read_count, offsetof (HsViewFact, unread) },
  { "segments-out", NUMBERS, 0, read_count, offsetof (HsViewFact, segments_out) },
  { "segments-in", NUMBERS, 0, read_count, offsetof (HsViewFact, segments_in) },
};

/* One "name=value". FALSE: a value that cannot be, or a name that was there before. */
static gboolean
read_word (HsViewFact *self, const char *word, guint *seen)
{
  const char *value = strchr (word, '=');

  if (value == NULL || value == word)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (strlen (names[i].name) != (gsize) (value - word) || strncmp (names[i].name, word, (gsize) (value - word)) != 0
          || (names[i].kinds & (1u << self->kind)) == 0)
        continue;
      if ((*seen & (1u << i)) != 0)
        return FALSE;
      *seen |= 1u << i;
      return names[i].read (self, names[i].offset, value + 1);
    }
  return TRUE;
}

gboolean
hs_view_fact_parse (const char *text, HsViewFact *self)
{
  g_auto (GStrv) words = NULL;
  HsViewFact fact = { 0 };
  guint seen = 0, kind;

  if (strlen (text) > HS_VIEW_FACT_MAX)
    return FALSE;
  words = g_strsplit (text, " ", -1);
  if (words[0] == NULL || !find_word (kinds, G_N_ELEMENTS (kinds), words[0], &kind))
    return FALSE;
  fact.kind = (HsViewKind) kind;
  for (guint w = 1; words[w] != NULL; w++)
    if (!read_word (&fact, words[w], &seen))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((names[i].required & (1u << kind)) != 0 && (seen & (1u << i)) == 0)
      return FALSE;
  *self = fact;
  return TRUE;
}

/* ---- Written ---- */

static void
put_flags (GString *text, guint set)
{
  const char *before = " flags=";

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if ((set & flags[i].bit) != 0)
      {
        g_string_append_printf (text, "%s%s", before, flags[i].name);
        before = ",";
      }
}

static void
put_sequence (GString *text, const HsViewFact *self)
{
  if (self->has_seq)
    g_string_append_printf (text, " seq=%s%u", self->seq_calculated ? "~" : "", self->seq);
  if (self->has_ack)
    g_string_append_printf (text, " ack=%s%u", self->ack_calculated ? "~" : "", self->ack);
}

static void
put_counts (GString *text, const HsViewFact *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].read == read_count)
      g_string_append_printf (text, " %s=%" G_GUINT64_FORMAT, names[i].name,
                              MIN (*(const guint64 *) (gconstpointer) ((const char *) self + names[i].offset), HS_VIEW_COUNT_MAX));
}

char *
hs_view_fact_format (const HsViewFact *self)
{
  GString *text = g_string_new (kinds[self->kind]);

  g_string_append_printf (text, " time=%" G_GINT64_FORMAT, CLAMP (self->time, 0, HS_VIEW_TIME_MAX));
  if (self->kind == HS_VIEW_STATE || self->kind == HS_VIEW_SEGMENT)
    g_string_append_printf (text, " known=%s", self->inferred ? "inferred" : "observed");
  if (self->kind == HS_VIEW_STATE || self->kind == HS_VIEW_NUMBERS)
    g_string_append_printf (text, " state=%s", states[self->state]);
  if (self->kind == HS_VIEW_SEGMENT)
    {
      g_string_append_printf (text, " way=%s", self->outgoing ? "out" : "in");
      put_flags (text, self->flags);
    }
  put_sequence (text, self);
  if (self->has_window)
    g_string_append_printf (text, " window=%" G_GUINT64_FORMAT, MIN (self->window, HS_VIEW_WINDOW_MAX));
  if (self->kind == HS_VIEW_NUMBERS)
    put_counts (text, self);
  return g_string_free (text, FALSE);
}

/* ---- Clocks ---- */

gboolean
hs_view_clock_take (HsViewClock *self, gint64 asked, gint64 came, gint64 left, gint64 now)
{
  gint64 held = left - came, away = now - asked;

  if (self->asked == 0 || asked != self->asked)
    return FALSE;
  self->asked = 0;
  if (held < 0 || away < held) /* a clock was set meanwhile, or it is not true */
    return FALSE;
  self->n++;
  if (self->known && away - held >= self->round_trip)
    return TRUE;
  self->known = TRUE;
  self->round_trip = away - held;
  self->offset = ((came - asked) + (left - now)) / 2;
  return TRUE;
}
