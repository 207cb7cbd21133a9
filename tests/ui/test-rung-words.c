/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a rung says, from either end: observed, inferred, told. No display. */
#include <string.h>

#include "hs-rung-words.h"

static char by_kernel[] = "tcp_info", by_state[] = "the state";

static const HsTcpRung syn = { .kind = HS_TCP_RUNG_SEGMENT, .from_left = TRUE, .flags = HS_TCP_SYN, .known = HS_TCP_OBSERVED, .symbols = "seq = x",
  .numbers = "x = 3\u2009481\u2009203\u2009117", .source = by_kernel };
static const HsTcpRung inferred = { .kind = HS_TCP_RUNG_SEGMENT, .flags = HS_TCP_SYN | HS_TCP_ACK, .known = HS_TCP_INFERRED, .symbols = "seq = y · ack = x + 1",
  .source = by_state };
static const HsTcpRung told = { .kind = HS_TCP_RUNG_SEGMENT, .flags = HS_TCP_FIN, .known = HS_TCP_OBSERVED, .source = by_kernel, .has_seq = TRUE, .seq = 7,
  .told = TRUE, .told_observed = TRUE, .has_told_time = TRUE, .told_time = -1250, .told_has_seq = TRUE, .told_seq = 8, .has_window = TRUE, .window = 502 };
static const HsTcpRung told_same = { .kind = HS_TCP_RUNG_SEGMENT, .from_left = TRUE, .flags = HS_TCP_ACK, .known = HS_TCP_OBSERVED, .source = by_kernel,
  .numbers = "y = 8", .numbers_calculated = TRUE, .has_ack = TRUE, .ack = 8, .told = TRUE, .told_has_ack = TRUE, .told_ack = 8 };
static const HsTcpRung data = { .kind = HS_TCP_RUNG_SEGMENT, .from_left = TRUE, .flags = HS_TCP_ACK | HS_TCP_PSH, .known = HS_TCP_OBSERVED, .bytes = 12,
  .again = TRUE, .source = by_kernel };
static const HsTcpRung data_read = { .kind = HS_TCP_RUNG_SEGMENT, .flags = HS_TCP_ACK | HS_TCP_PSH, .known = HS_TCP_INFERRED, .bytes = 3, .source = by_state };
static const HsTcpRung states = { .kind = HS_TCP_RUNG_STATE, .has_left = TRUE, .left = HS_TCP_SYN_SENT, .left_known = HS_TCP_OBSERVED, .has_right = TRUE,
  .right = HS_TCP_SYN_RECEIVED, .right_known = HS_TCP_INFERRED };
static const HsTcpRung other_state = { .kind = HS_TCP_RUNG_STATE, .has_right = TRUE, .right = HS_TCP_LAST_ACK, .right_known = HS_TCP_TOLD };

static const struct
{
  const char *description;
  const HsTcpRung *rung;
  gboolean own_left;
  const char *title, *known, *help, *label; /* the title's beginning; of what is known the beginning, | and a part that follows */
} cases[] = {
  { "our SYN", &syn, TRUE, "SYN: ", "Observed by tcp_info", "tcp-flags#syn", "SYN from you, seq = x, x = 3481203117, observed" },
  { "the same, at the other end", &syn, FALSE, "SYN: ", "Observed by tcp_info", "tcp-flags#syn", "SYN to you, seq = x, x = 3481203117, observed" },
  { "nobody saw it", &inferred, TRUE, "SYN, ACK: ", "Inferred from the state", "tcp-handshake", "SYN, ACK to you, seq = y · ack = x + 1, inferred" },
  { "told, with another number", &told, TRUE, "FIN: ", "Observed by tcp_info\nThe other end tells: it left there at |other numbers, seq = 8:",
    "tcp-flags#fin", "FIN to you, observed, there ≈ -1.25 ms" },
  { "told, and it is the same", &told_same, TRUE, "ACK: ", "Observed by tcp_info; the number is calculated\nThe other end tells: it came there at |There, too: ack = 8. There it is inferred.",
    "tcp-flags#ack", "ACK from you, y = 8, observed" },
  { "data, again", &data, TRUE, "Data: ", "Observed by tcp_info", "tcp-sequence", "PSH, ACK from you, 12 B, sent again, observed" },
  { "data that was read: its flags are not known", &data_read, TRUE, "Data: ", "Inferred from the state", "tcp-sequence", "Data to you, 3 B, inferred" },
  { "both states, we are the opener", &states, TRUE, "SYN-SENT", "Observed", "state-syn-sent",
    "you: SYN-SENT, observed; the other side: SYN-RECEIVED, inferred" },
  { "both states, we are the listener", &states, FALSE, "SYN-RECEIVED", "Inferred", "state-syn-received",
    "the other side: SYN-SENT, observed; you: SYN-RECEIVED, inferred" },
  { "a state that is only told", &other_state, TRUE, "LAST-ACK", "The other computer’s state cannot be seen from here", "state-last-ack",
    "the other side: LAST-ACK, told by the other end" },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *title = hs_rung_words_dup_title (cases[i].rung, cases[i].own_left);
      g_autofree char *sentence = hs_rung_words_dup_sentence (cases[i].rung, cases[i].own_left);
      g_autofree char *known = hs_rung_words_dup_known (cases[i].rung, cases[i].own_left);
      g_autofree char *help = hs_rung_words_dup_help (cases[i].rung, cases[i].own_left);
      g_autofree char *label = hs_rung_words_dup_label (cases[i].rung, cases[i].own_left);
      g_auto (GStrv) parts = g_strsplit (cases[i].known, "|", 2);

      g_test_message ("%s", cases[i].description);
      g_assert_true (g_str_has_prefix (title, cases[i].title));
      g_assert_cmpint ((int) strlen (sentence), >, 10);
      if (parts[1] == NULL && !cases[i].rung->told)
        g_assert_cmpstr (known, ==, cases[i].known);
      else if (!g_str_has_prefix (known, parts[0]) || strstr (known, parts[1]) == NULL)
        g_error ("“%s” and “%s” are not in:\n%s", parts[0], parts[1], known);
      g_assert_cmpstr (help, ==, cases[i].help);
      g_assert_cmpstr (label, ==, cases[i].label);
    }
}

/* At the arrow's head. */
static void
test_times (void)
{
  static const struct { HsTcpKnown known; gint64 time; const char *expected; } times[] = {
    { HS_TCP_OBSERVED, -1, "" }, { HS_TCP_OBSERVED, 0, "0 ms" }, { HS_TCP_OBSERVED, 410, "+0.41 ms" }, { HS_TCP_OBSERVED, 9999, "+10.00 ms" },
    { HS_TCP_OBSERVED, 10000, "+10 ms" }, { HS_TCP_OBSERVED, 1000000, "+1.0 s" }, { HS_TCP_INFERRED, 410, "inferred" }, { HS_TCP_TOLD, 410, "told" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      HsTcpRung rung = { .kind = HS_TCP_RUNG_SEGMENT, .known = times[i].known, .time = times[i].time };
      g_autofree char *time = hs_rung_words_dup_time (&rung);

      g_assert_cmpstr (time, ==, times[i].expected);
    }
}

/* Beneath it: the other end's clock goes before the window; one that is hours away says nothing. */
static void
test_beneath (void)
{
  static const struct { gboolean has_time, has_window; gint64 time; const char *expected; } rows[] = {
    { FALSE, FALSE, 0, "" }, { FALSE, TRUE, 0, "window 502" }, { TRUE, TRUE, -1250, "there ≈ -1.25 ms" },
    { TRUE, FALSE, 20500000, "there ≈ +20.5 s" }, { TRUE, TRUE, G_GINT64_CONSTANT (10000000000), "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HsTcpRung rung = { .kind = HS_TCP_RUNG_SEGMENT, .has_told_time = rows[i].has_time, .told_time = rows[i].time, .has_window = rows[i].has_window,
                         .window = 502 };
      g_autofree char *beneath = hs_rung_words_dup_beneath (&rung);

      g_assert_cmpstr (beneath, ==, rows[i].expected);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/rung-words/cases", test_cases);
  g_test_add_func ("/ui/rung-words/times", test_times);
  g_test_add_func ("/ui/rung-words/beneath", test_beneath);
  return g_test_run ();
}
