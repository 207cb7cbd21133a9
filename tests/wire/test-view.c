/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ends of a connection tell each other: facts there and back, what is refused, and clocks. */
#include "hs-view.h"

#include <string.h>

#include "hs-limits.h"

/* ---- Facts ---- */

/* As they are written; each is read and written again to the same. */
static const char *const facts[] = {
  "state time=1700000000000000 known=observed state=ESTABLISHED",
  "state time=0 known=inferred state=SYN-RECEIVED",
  "segment time=1 known=observed way=out flags=SYN seq=4294967295 window=64240",
  "segment time=1 known=inferred way=in flags=SYN,ACK seq=~0 ack=~1",
  "segment time=1 known=observed way=out flags=FIN,ACK ack=17",
  "segment time=1 known=observed way=in flags=RST",
  "segment time=1 known=observed way=in flags=FIN,SYN,RST,PSH,ACK window=1073725440",
  "numbers time=253402300799999999 state=TIME-WAIT window=0 rtt=400 sent=1 received=2 under-way=3 unread=4 segments-out=5 segments-in=6",
  "first time=9 seq=~5 ack=7",
  "first time=9",
  "numbers time=5 state=CLOSED rtt=0 sent=999999999999999 received=0 under-way=0 unread=0 segments-out=0 segments-in=0",
};

static void
test_there_and_back (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      HsViewFact fact;
      g_autofree char *text = NULL;

      g_assert_true (hs_view_fact_parse (facts[i], &fact));
      text = hs_view_fact_format (&fact);
      g_assert_cmpstr (text, ==, facts[i]);
    }
}

static void
test_meaning (void)
{
  HsViewFact fact;

  g_assert_true (hs_view_fact_parse ("segment time=7 known=inferred way=out flags=SYN,ACK seq=3481203117 ack=~12 window=65535", &fact));
  g_assert_cmpint (fact.kind, ==, HS_VIEW_SEGMENT);
  g_assert_cmpint (fact.time, ==, 7);
  g_assert_true (fact.inferred && fact.outgoing && fact.has_seq && fact.has_ack && fact.has_window);
  g_assert_cmpuint (fact.flags, ==, 0x12);
  g_assert_cmpuint (fact.seq, ==, 3481203117u);
  g_assert_false (fact.seq_calculated);
  g_assert_cmpuint (fact.ack, ==, 12);
  g_assert_true (fact.ack_calculated);
  g_assert_cmpuint (fact.window, ==, 65535);
  g_assert_true (hs_view_fact_parse ("state known=observed later=what? state=TIME-WAIT time=1", &fact)); /* any order; a later version tells more */
  g_assert_cmpuint (fact.state, ==, 10);
  g_assert_false (fact.inferred);
}

/* Whatever a program may hold of itself, what is written can be read. */
static void
test_extremes (void)
{
  HsViewFact fact = { .kind = HS_VIEW_NUMBERS, .time = G_MAXINT64, .has_window = TRUE, .window = G_MAXUINT64, .sent = G_MAXUINT64,
                      .received = G_MAXUINT64, .rtt = G_MAXUINT64, .under_way = G_MAXUINT64, .unread = G_MAXUINT64,
                      .segments_out = G_MAXUINT64, .segments_in = G_MAXUINT64, .state = 3 }, back;
  g_autofree char *text = hs_view_fact_format (&fact);

  g_assert_cmpuint (strlen (text), <=, HS_VIEW_FACT_MAX);
  g_assert_true (hs_view_fact_parse (text, &back));
  g_assert_cmpuint (back.sent, ==, HS_VIEW_COUNT_MAX);
  g_assert_cmpint (back.time, ==, HS_VIEW_TIME_MAX);
}

static const struct { const char *what, *text; } refused[] = {
  { "nothing", "" },
  { "a kind that is none", "packet time=1 known=observed state=CLOSED" },
  { "no time", "state known=observed state=CLOSED" },
  { "no state", "state time=1 known=observed" },
  { "a state that is none", "state time=1 known=observed state=ESTABLISHED2" },
  { "in small letters", "state time=1 known=observed state=established" },
  { "known how", "state time=1 known=told state=CLOSED" },
  { "twice", "state time=1 time=2 known=observed state=CLOSED" },
  { "no value", "state time known=observed state=CLOSED" },
  { "no name", "state =1 time=1 known=observed state=CLOSED" },
  { "two spaces", "state  time=1 known=observed state=CLOSED" },
  { "a space at the end", "state time=1 known=observed state=CLOSED " },
  { "before 1970", "state time=-1 known=observed state=CLOSED" },
  { "beyond the year 9999", "state time=253402300800000000 known=observed state=CLOSED" },
  { "beyond 64 bits", "state time=18446744073709551617 known=observed state=CLOSED" },
  { "a zero in front", "state time=01 known=observed state=CLOSED" },
  { "a sign", "state time=+1 known=observed state=CLOSED" },
  { "hexadecimal", "segment time=1 known=observed way=in flags=SYN seq=0x10" },
  { "a sequence number of 33 bits", "segment time=1 known=observed way=in flags=SYN seq=4294967296" },
  { "calculated, and nothing", "segment time=1 known=observed way=in flags=SYN seq=~" },
  { "a window beyond what a header can say", "segment time=1 known=observed way=in flags=SYN window=1073725441" },
  { "no flags", "segment time=1 known=observed way=in flags=" },
  { "a flag that is none", "segment time=1 known=observed way=in flags=SYN,URG" },
  { "a flag twice", "segment time=1 known=observed way=in flags=SYN,SYN" },
  { "flags in another order", "segment time=1 known=observed way=in flags=ACK,SYN" },
  { "no way", "segment time=1 known=observed flags=SYN" },
  { "more bytes than there are", "numbers time=1 state=CLOSED sent=1000000000000000" },
  { "markup", "state time=1 known=observed state=<b>CLOSED</b>" },
};

static void
test_refused (void)
{
  g_autofree char *filler = g_strnfill (HS_VIEW_FACT_MAX, 'x');
  g_autofree char *long_text = g_strconcat ("state time=1 known=observed state=CLOSED x=", filler, NULL);
  HsViewFact fact = { .time = 42 };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_test_message ("%s", refused[i].what);
      g_assert_false (hs_view_fact_parse (refused[i].text, &fact));
      g_assert_cmpint (fact.time, ==, 42);
    }
  g_assert_false (hs_view_fact_parse (long_text, &fact));
}

/* A text that is cut anywhere is refused, or is a whole fact with a shorter number: never more than was there. */
static void
test_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    for (gsize len = 0; len < strlen (facts[i]); len++)
      {
        g_autofree char *part = g_strndup (facts[i], len);
        g_autofree char *back = NULL;
        HsViewFact fact;

        if (!hs_view_fact_parse (part, &fact))
          continue;
        back = hs_view_fact_format (&fact);
        g_assert_true (g_str_has_prefix (back, part));
      }
}

/* ---- Verbs ---- */

static void
test_verbs (void)
{
  for (HsViewVerb verb = HS_VIEW_ASK; verb <= HS_VIEW_TIME; verb++)
    g_assert_cmpint (hs_view_verb_parse (hs_view_verb_get_name (verb)), ==, verb);
  g_assert_cmpint (hs_view_verb_parse (""), ==, HS_VIEW_NOTHING);
  g_assert_cmpint (hs_view_verb_parse ("ask"), ==, HS_VIEW_NOTHING);
  g_assert_cmpstr (hs_view_verb_get_name (HS_VIEW_NOTHING), ==, "");
  g_assert_cmpuint (hs_view_verb_get_n_parameters (HS_VIEW_TIME), ==, 3);
}

/* ---- Clocks ---- */

static void
test_clock (void)
{
  static const struct
  {
    const char *what;
    gint64 asked, came, left, now;
    gboolean taken;
    gint64 offset, round_trip; /* after it */
  } cases[] = {
    { "another question", 99, 1000, 1000, 300, FALSE, 0, 0 },
    { "both ways alike", 100, 1150, 1150, 200, TRUE, 1000, 100 },
    { "held there for long", 100, 1150, 5150, 4200, TRUE, 1000, 100 },
    { "quicker, and so better", 100, 1120, 1120, 120, TRUE, 1010, 20 },
    { "slower: not heeded", 100, 3000, 3000, 900, TRUE, 1010, 20 },
    { "left before it came", 100, 1150, 1149, 200, FALSE, 1010, 20 },
    { "held longer than it was away", 100, 1000, 1200, 200, FALSE, 1010, 20 },
    { "the clock was set back meanwhile", 100, 1000, 1000, 90, FALSE, 1010, 20 },
    { "the far ends of time", 1, HS_VIEW_TIME_MAX, HS_VIEW_TIME_MAX, 2, TRUE, HS_VIEW_TIME_MAX - 2, 1 },
  };
  HsViewClock clock = { 0 };

  g_assert_false (hs_view_clock_take (&clock, 0, 1, 1, 1)); /* nothing was asked */
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].what);
      clock.asked = cases[i].what[0] == 't' && cases[i].asked == 1 ? 1 : 100;
      g_assert_cmpint (hs_view_clock_take (&clock, cases[i].asked, cases[i].came, cases[i].left, cases[i].now), ==, cases[i].taken);
      g_assert_cmpint (clock.offset, ==, cases[i].offset);
      g_assert_cmpint (clock.round_trip, ==, cases[i].round_trip);
    }
  g_assert_cmpuint (clock.n, ==, 5);
  g_assert_false (hs_view_clock_take (&clock, 100, 1150, 1150, 200)); /* it was answered already */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/view/there-and-back", test_there_and_back);
  g_test_add_func ("/wire/view/meaning", test_meaning);
  g_test_add_func ("/wire/view/extremes", test_extremes);
  g_test_add_func ("/wire/view/refused", test_refused);
  g_test_add_func ("/wire/view/cut", test_cut);
  g_test_add_func ("/wire/view/verbs", test_verbs);
  g_test_add_func ("/wire/view/clock", test_clock);
  return g_test_run ();
}
