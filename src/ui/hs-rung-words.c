/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rung of a ladder in words: a table of segments, the states' own sentences, and how each is known. */
#include "hs-rung-words.h"

#include "hs-help-book.h"

#include <glib/gi18n.h>

/* ---- Segments ---- */

/* "SYN, ACK: …": what each segment says, and the help's page about it. */
static const struct { guint8 flags; const char *name, *title, *sentence, *help; } segments[] = {
  { HS_TCP_SYN, "SYN", N_("SYN: “May I? My number is x”"),
    N_("It asks for a connection and names the number its bytes will be counted from."), "tcp-flags#syn" },
  { HS_TCP_SYN | HS_TCP_ACK, "SYN, ACK", N_("SYN, ACK: “Heard you; my number is y”"),
    N_("It asks for x + 1 next, and so confirms x."), "tcp-handshake" },
  { HS_TCP_ACK, "ACK", N_("ACK: “Heard you too”"),
    N_("It confirms the number before: everything up to it has arrived."), "tcp-flags#ack" },
  { HS_TCP_FIN, "FIN", N_("FIN: “I have nothing more to say”"),
    N_("It closes one direction only. It is counted like a byte, and so it is acknowledged."), "tcp-flags#fin" },
  { HS_TCP_FIN | HS_TCP_ACK, "FIN, ACK", N_("FIN, ACK: “Heard you; I am done too”"),
    N_("One segment confirms the other side’s FIN and carries a FIN of its own."), "tcp-close" },
  { 0, "", N_("Data: “Here are some bytes”"),
    N_("Its number is that of its first byte. What it confirms is the number of the byte it waits for next."), "tcp-sequence" },
  { HS_TCP_RST, "RST", N_("RST: “There is no such connection”"),
    N_("It ends the connection at once, without waiting and without an answer."), "tcp-reset" },
};

/* What carries bytes is called so, whichever flags it has. */
static guint
segment_index (const HsTcpRung *rung)
{
  guint8 flags = rung->bytes > 0 ? 0 : rung->flags;

  for (guint i = 0; i < G_N_ELEMENTS (segments); i++)
    if (segments[i].flags == flags)
      return i;
  return G_N_ELEMENTS (segments) - 1;
}

const char *
hs_rung_words_get_name (const HsTcpRung *rung)
{
  if (rung->bytes > 0 && (rung->flags & HS_TCP_PSH) != 0 && rung->known == HS_TCP_OBSERVED)
    return "PSH, ACK";
  return rung->bytes > 0 ? C_("bytes in a segment", "Data") : segments[segment_index (rung)].name;
}

/* ---- In the figure ---- */

char *
hs_rung_words_dup_symbols (const HsTcpRung *rung)
{
  g_autofree char *bytes = NULL;

  if (rung->bytes == 0)
    return g_strdup (rung->symbols);
  bytes = g_strdup_printf (_("%u B"), (guint) rung->bytes);
  return rung->again ? g_strdup_printf (_("%s, sent again"), bytes) : g_steal_pointer (&bytes);
}

char *
hs_rung_words_dup_time (const HsTcpRung *rung)
{
  if (rung->known == HS_TCP_INFERRED)
    return g_strdup (_("inferred"));
  if (rung->known == HS_TCP_TOLD)
    return g_strdup (C_("by the other end", "told"));
  if (rung->time < 0)
    return g_strdup ("");
  if (rung->time == 0)
    return g_strdup (_("0 ms"));
  return rung->time < 10000 ? g_strdup_printf (_("+%.2f ms"), rung->time / 1000.0)
                            : rung->time < 1000000 ? g_strdup_printf (_("+%.0f ms"), rung->time / 1000.0)
                                                   : g_strdup_printf (_("+%.1f s"), rung->time / 1e6);
}

static char *
dup_there (const HsTcpRung *rung)
{
  double ms = (double) rung->told_time / 1000;

  if (!rung->has_told_time || ABS (ms) >= 1e7)
    return g_strdup ("");
  /* Translators: when a segment was at the other end of the connection, as far as its clock is known; %+.2f is a number with its sign */
  return ABS (ms) < 1e4 ? g_strdup_printf (_("there ≈ %+.2f ms"), ms) : g_strdup_printf (_("there ≈ %+.1f s"), ms / 1000);
}

char *
hs_rung_words_dup_beneath (const HsTcpRung *rung)
{
  if (rung->has_told_time)
    return dup_there (rung);
  /* Translators: a segment's window, in bytes */
  return rung->has_window ? g_strdup_printf (_("window %u"), rung->window) : g_strdup ("");
}

/* ---- What the other end tells ---- */

/* To the microsecond, in this computer's time zone: it is the other clock that is read off. */
static char *
dup_clock_time (gint64 real_time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (real_time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *clock = local != NULL ? g_date_time_format (local, "%H:%M:%S") : g_strdup ("?");

  return g_strdup_printf ("%s.%06d", clock, (int) (real_time % G_USEC_PER_SEC));
}

static char *
dup_told_time (const HsTcpRung *rung, gboolean own_left)
{
  g_autofree char *clock = dup_clock_time (rung->told_real);

  if (rung->kind == HS_TCP_RUNG_STATE)
    return g_strdup_printf (_("The other end tells: since %s by its clock."), clock);
  return rung->from_left == own_left ? g_strdup_printf (_("The other end tells: it came there at %s by its clock."), clock)
                                     : g_strdup_printf (_("The other end tells: it left there at %s by its clock."), clock);
}

static char *
dup_told_numbers (const HsTcpRung *rung)
{
  g_autofree char *seq = rung->told_has_seq ? g_strdup_printf ("seq = %u", rung->told_seq) : NULL;
  g_autofree char *ack = rung->told_has_ack ? g_strdup_printf ("ack = %u", rung->told_ack) : NULL;
  g_autofree char *both = seq != NULL && ack != NULL ? g_strdup_printf ("%s · %s", seq, ack) : g_strdup (seq != NULL ? seq : ack);

  if (both == NULL)
    return g_strdup ("");
  if (hs_tcp_rung_differs (rung))
    return g_strdup_printf (_(" There it has other numbers, %s: something between changes them, or what is told is not so."), both);
  return g_strdup_printf (_(" There, too: %s."), both);
}

/* What is told is not observed here, and is never said to be. (nullable) */
static char *
dup_told (const HsTcpRung *rung, gboolean own_left)
{
  g_autofree char *said = NULL, *numbers = NULL;

  if (!rung->told)
    return NULL;
  said = dup_told_time (rung, own_left);
  numbers = dup_told_numbers (rung);
  return g_strconcat (said, numbers, rung->told_observed ? NULL : _(" There it is inferred."), NULL);
}

/* ---- In the box beneath it ---- */

/* The state the row is about: this computer's, else the other's. */
static gboolean
main_state (const HsTcpRung *rung, gboolean own_left, HsTcpState *state, HsTcpKnown *known)
{
  gboolean left = own_left ? rung->has_left : !rung->has_right;

  *state = left ? rung->left : rung->right;
  *known = left ? rung->left_known : rung->right_known;
  return left == own_left;
}

char *
hs_rung_words_dup_title (const HsTcpRung *rung, gboolean own_left)
{
  HsTcpState state;
  HsTcpKnown known;

  if (rung->kind == HS_TCP_RUNG_SEGMENT)
    return g_strdup (_(segments[segment_index (rung)].title));
  main_state (rung, own_left, &state, &known);
  return g_strdup (hs_tcp_state_get_name (state));
}

char *
hs_rung_words_dup_sentence (const HsTcpRung *rung, gboolean own_left)
{
  HsTcpState state;
  HsTcpKnown known;

  if (rung->kind == HS_TCP_RUNG_SEGMENT)
    return g_strdup (_(segments[segment_index (rung)].sentence));
  main_state (rung, own_left, &state, &known);
  return g_strdup (_(hs_tcp_state_get_explanation (state)));
}

char *
hs_rung_words_dup_help (const HsTcpRung *rung, gboolean own_left)
{
  HsTcpState state;
  HsTcpKnown known;

  if (rung->kind == HS_TCP_RUNG_SEGMENT)
    return g_strdup (segments[segment_index (rung)].help);
  main_state (rung, own_left, &state, &known);
  return hs_help_dup_state_page (state);
}

static char *
dup_known_here (const HsTcpRung *rung, gboolean own_left)
{
  HsTcpState state;
  HsTcpKnown known;

  if (rung->kind == HS_TCP_RUNG_STATE && !main_state (rung, own_left, &state, &known) && known == HS_TCP_TOLD)
    return g_strdup (_("The other computer’s state cannot be seen from here"));
  if (rung->kind == HS_TCP_RUNG_STATE)
    return main_state (rung, own_left, &state, &known) ? g_strdup (known == HS_TCP_OBSERVED ? _("Observed") : _("Inferred"))
                                                       : g_strdup (_("Inferred: the other computer’s state cannot be seen from here"));
  if (rung->known != HS_TCP_OBSERVED)
    return g_strdup_printf (_("Inferred from %s"), rung->source);
  if (*rung->numbers != '\0' && rung->numbers_calculated)
    return g_strdup_printf (_("Observed by %s; the number is calculated"), rung->source);
  return g_strdup_printf (_("Observed by %s"), rung->source);
}

char *
hs_rung_words_dup_known (const HsTcpRung *rung, gboolean own_left)
{
  g_autofree char *here = dup_known_here (rung, own_left), *told = dup_told (rung, own_left);

  return told != NULL ? g_strdup_printf ("%s\n%s", here, told) : g_steal_pointer (&here);
}

/* ---- For screen readers ---- */

static const char *
known_word (HsTcpKnown known)
{
  if (known == HS_TCP_TOLD)
    return _("told by the other end");
  return known == HS_TCP_OBSERVED ? _("observed") : _("inferred");
}

/* Grouped numbers are for eyes: bare ones for the ear. */
static char *
bare_numbers (const char *numbers)
{
  g_auto (GStrv) groups = g_strsplit (numbers, "\u2009", -1);

  return g_strjoinv ("", groups);
}

static char *
side_label (const char *side, gboolean has, HsTcpState state, HsTcpKnown known)
{
  /* Translators: "you: SYN-SENT, observed" */
  return has ? g_strdup_printf (_("%s: %s, %s"), side, hs_tcp_state_get_name (state), known_word (known)) : NULL;
}

static char *
dup_state_label (const HsTcpRung *rung, gboolean own_left)
{
  g_autofree char *left = side_label (own_left ? _("you") : _("the other side"), rung->has_left, rung->left, rung->left_known);
  g_autofree char *right = side_label (own_left ? _("the other side") : _("you"), rung->has_right, rung->right, rung->right_known);

  if (left == NULL || right == NULL)
    return g_strdup (left != NULL ? left : right);
  return g_strdup_printf ("%s; %s", left, right);
}

static char *
dup_segment_label (const HsTcpRung *rung, gboolean own_left)
{
  g_autofree char *numbers = bare_numbers (rung->numbers), *symbols = hs_rung_words_dup_symbols (rung), *there = dup_there (rung);
  const char *way = rung->from_left == own_left ? _("from you") : _("to you");

  return g_strdup_printf ("%s %s%s%s%s%s, %s%s%s", hs_rung_words_get_name (rung), way, *symbols != '\0' ? ", " : "", symbols,
                          *numbers != '\0' ? ", " : "", numbers, known_word (rung->known), *there != '\0' ? ", " : "", there);
}

char *
hs_rung_words_dup_label (const HsTcpRung *rung, gboolean own_left)
{
  return rung->kind == HS_TCP_RUNG_STATE ? dup_state_label (rung, own_left) : dup_segment_label (rung, own_left);
}
