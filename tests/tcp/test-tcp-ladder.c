/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder's rows from made-up event lists. Each rung is one line of text: "L:R" for states, "->" and "<-" for segments. */
#include "hs-tcp-ladder.h"

#include <string.h>

static const struct
{
  const char *description;
  HsTcpRole role;
  const char *events;    /* >FLAGS and <FLAGS segments, =STATE the other end's, other words states; ~ before: inferred */
  const char *handshake; /* rungs; (…) inferred, * current */
  const char *close;
} cases[] = {
  { "nothing", HS_TCP_ROLE_OPENER, "", "", "" },
  { "we connect", HS_TCP_ROLE_OPENER, "~>S ~SYN-SENT <SA ESTABLISHED ~>A",
    "CLOSED|(LISTEN) (->S) (SYN-SENT)|(SYN-RCVD) <-SA ESTABLISHED*|- (->A) -|(ESTABLISHED)", "" },
  { "no answer yet: who listens is not known", HS_TCP_ROLE_OPENER, ">S SYN-SENT", "CLOSED|- ->S SYN-SENT*|-", "" },
  { "refused", HS_TCP_ROLE_OPENER, ">S SYN-SENT ~<R CLOSED", "CLOSED|- ->S SYN-SENT|- (<-R) CLOSED*|-", "" },
  { "a second address", HS_TCP_ROLE_OPENER, ">S SYN-SENT ~CLOSED >S SYN-SENT <SA ESTABLISHED ~>A",
    "CLOSED|(LISTEN) ->S SYN-SENT|(SYN-RCVD) <-SA ESTABLISHED*|- (->A) -|(ESTABLISHED)", "" },
  { "a guest comes", HS_TCP_ROLE_LISTENER, "LISTEN <S ~SYN-RCVD ~>SA <A ESTABLISHED",
    "(CLOSED)|LISTEN ->S (SYN-SENT)|(SYN-RCVD) (<-SA) (ESTABLISHED)|- ->A -|ESTABLISHED*", "" },
  { "we close first", HS_TCP_ROLE_OPENER,
    ">S SYN-SENT <SA ESTABLISHED ~>A >F FIN-WAIT-1 <A FIN-WAIT-2 <F TIME-WAIT ~>A",
    "CLOSED|(LISTEN) ->S SYN-SENT|(SYN-RCVD) <-SA ESTABLISHED|- (->A) -|(ESTABLISHED)",
    "ESTABLISHED|(ESTABLISHED) ->F FIN-WAIT-1|(CLOSE-WAIT) <-A FIN-WAIT-2|- <-F TIME-WAIT*|(LAST-ACK) (->A) -|(CLOSED)" },
  { "the other end is seen, too", HS_TCP_ROLE_OPENER,
    ">S SYN-SENT <SA ESTABLISHED =ESTABLISHED ~>A >F FIN-WAIT-1 =CLOSE-WAIT <A FIN-WAIT-2 <F =LAST-ACK TIME-WAIT ~>A =CLOSED",
    "CLOSED|(LISTEN) ->S SYN-SENT|(SYN-RCVD) <-SA ESTABLISHED|- (->A) -|ESTABLISHED",
    "ESTABLISHED|ESTABLISHED ->F FIN-WAIT-1|CLOSE-WAIT <-A FIN-WAIT-2|- <-F TIME-WAIT*|LAST-ACK (->A) -|CLOSED" },
  { "our FIN is not acknowledged yet: the peer may not have it", HS_TCP_ROLE_OPENER, ">S SYN-SENT <SA ESTABLISHED ~>A >F FIN-WAIT-1",
    "CLOSED|(LISTEN) ->S SYN-SENT|(SYN-RCVD) <-SA ESTABLISHED|- (->A) -|(ESTABLISHED)",
    "ESTABLISHED|(ESTABLISHED) ->F FIN-WAIT-1*|-" },
  { "the guest closes first", HS_TCP_ROLE_LISTENER,
    "LISTEN <S ~SYN-RCVD ~>SA <A ESTABLISHED <F CLOSE-WAIT ~>A >F LAST-ACK <A CLOSED",
    "(CLOSED)|LISTEN ->S (SYN-SENT)|(SYN-RCVD) (<-SA) (ESTABLISHED)|- ->A -|ESTABLISHED",
    "(ESTABLISHED)|ESTABLISHED ->F (FIN-WAIT-1)|CLOSE-WAIT (<-A) (FIN-WAIT-2)|- <-F (TIME-WAIT)|LAST-ACK ->A -|CLOSED*" },
  { "both at once", HS_TCP_ROLE_OPENER, ">S SYN-SENT <SA ESTABLISHED ~>A >F FIN-WAIT-1 <F CLOSING ~>A <A TIME-WAIT",
    "CLOSED|(LISTEN) ->S SYN-SENT|(SYN-RCVD) <-SA ESTABLISHED|- (->A) -|(ESTABLISHED)",
    "ESTABLISHED|(ESTABLISHED) ->F FIN-WAIT-1|(FIN-WAIT-1) <-F CLOSING|(CLOSING) (->A) -|(TIME-WAIT) <-A TIME-WAIT*|-" },
  { "reset by the peer", HS_TCP_ROLE_LISTENER, "LISTEN <S ~SYN-RCVD ~>SA <A ESTABLISHED ~<R CLOSED",
    "(CLOSED)|LISTEN ->S (SYN-SENT)|(SYN-RCVD) (<-SA) (ESTABLISHED)|- ->A -|ESTABLISHED",
    "(ESTABLISHED)|ESTABLISHED (->R) (CLOSED)|CLOSED*" },
};

static HsTcpState
state_by_name (const char *name)
{
  for (guint i = 0; i < HS_TCP_N_STATES; i++)
    if (g_str_equal (hs_tcp_state_get_short_name (i), name))
      return i;
  g_assert_not_reached ();
}

static const struct { const char *text; guint8 flags; } flag_names[] = {
  { "S", HS_TCP_SYN }, { "SA", HS_TCP_SYN | HS_TCP_ACK }, { "A", HS_TCP_ACK },
  { "F", HS_TCP_FIN }, { "FA", HS_TCP_FIN | HS_TCP_ACK }, { "R", HS_TCP_RST },
};

static HsTcpWatch *
make_watch (HsTcpRole role, const char *text)
{
  HsTcpWatch *watch = hs_tcp_watch_new (role, "test");
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  gint64 time = 1000;

  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++, time += 1000)
    {
      const char *word = words[i];
      HsTcpKnown known = *word == '~' ? HS_TCP_INFERRED : HS_TCP_OBSERVED;
      gboolean segment;
      g_autoptr (HsTcpEvent) event = NULL;

      word += known == HS_TCP_INFERRED ? 1 : 0;
      segment = *word == '>' || *word == '<';
      event = hs_tcp_event_new (segment ? HS_TCP_EVENT_SEGMENT : HS_TCP_EVENT_STATE, known, time, word, NULL, "test");
      event->outgoing = *word == '>';
      for (guint j = 0; segment && j < G_N_ELEMENTS (flag_names); j++)
        if (g_str_equal (flag_names[j].text, word + 1))
          event->flags = flag_names[j].flags;
      if (*word == '=')
        {
          event->kind = HS_TCP_EVENT_OTHER;
          event->other = state_by_name (word + 1);
        }
      else if (!segment)
        event->state = state_by_name (word);
      hs_tcp_watch_add_event (watch, event);
    }
  return watch;
}

static void
append_side (GString *text, gboolean has, HsTcpState state, HsTcpKnown known, gboolean current)
{
  const char *name = hs_tcp_state_get_short_name (state);

  if (!has)
    g_string_append (text, "-");
  else
    g_string_append_printf (text, known == HS_TCP_INFERRED ? "(%s)%s" : "%s%s", name, current ? "*" : "");
}

static char *
rungs_to_text (GPtrArray *rungs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rungs->len; i++)
    {
      HsTcpRung *rung = rungs->pdata[i];

      if (i > 0)
        g_string_append_c (text, ' ');
      if (rung->kind == HS_TCP_RUNG_STATE)
        {
          append_side (text, rung->has_left, rung->left, rung->left_known, rung->left_current);
          g_string_append_c (text, '|');
          append_side (text, rung->has_right, rung->right, rung->right_known, rung->right_current);
          continue;
        }
      for (guint j = 0; j < G_N_ELEMENTS (flag_names); j++)
        if (flag_names[j].flags == rung->flags)
          g_string_append_printf (text, rung->known == HS_TCP_INFERRED ? "(%s%s)" : "%s%s", rung->from_left ? "->" : "<-",
                                  flag_names[j].text);
    }
  return g_string_free (text, FALSE);
}

static void
test_rungs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HsTcpWatch) watch = make_watch (cases[i].role, cases[i].events);
      g_autoptr (GPtrArray) handshake = hs_tcp_ladder_handshake (watch);
      g_autoptr (GPtrArray) closing = hs_tcp_ladder_close (watch);
      g_autofree char *handshake_text = rungs_to_text (handshake);
      g_autofree char *close_text = rungs_to_text (closing);

      g_test_message ("%s", cases[i].description);
      g_assert_cmpstr (handshake_text, ==, cases[i].handshake);
      g_assert_cmpstr (close_text, ==, cases[i].close);
    }
}

static void
add_segment (HsTcpWatch *watch, guint8 flags, gboolean outgoing, gint64 time, const char *source, gint64 seq, gint64 ack)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_SEGMENT, HS_TCP_OBSERVED, time, "", NULL, source);

  event->flags = flags;
  event->outgoing = outgoing;
  event->has_seq = seq >= 0;
  event->has_ack = ack >= 0;
  event->seq_calculated = event->ack_calculated = !g_str_equal (source, "TCP_SAVED_SYN");
  event->seq = (guint32) MAX (seq, 0);
  event->ack = (guint32) MAX (ack, 0);
  hs_tcp_watch_add_event (watch, event);
}

static const HsTcpRung *
nth_segment (GPtrArray *rungs, guint n)
{
  for (guint i = 0; i < rungs->len; i++)
    {
      const HsTcpRung *rung = rungs->pdata[i];

      if (rung->kind == HS_TCP_RUNG_SEGMENT && n-- == 0)
        return rung;
    }
  g_assert_not_reached ();
}

static void
test_numbers (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_LISTENER, "guest");
  g_autoptr (GPtrArray) rungs = NULL;
  const HsTcpRung *rung;

  add_segment (watch, HS_TCP_SYN, FALSE, 5000, "TCP_SAVED_SYN", 3481203117, -1);
  add_segment (watch, HS_TCP_SYN | HS_TCP_ACK, TRUE, 5000, "accept()", -1, 3481203118);
  add_segment (watch, HS_TCP_ACK, FALSE, 5410, "accept()", 3481203118, 7);
  rungs = hs_tcp_ladder_handshake (watch);

  rung = nth_segment (rungs, 0);
  g_assert_cmpstr (rung->symbols, ==, "seq = x");
  g_assert_cmpstr (rung->numbers, ==, "x = 3\u2009481\u2009203\u2009117");
  g_assert_false (rung->numbers_calculated);
  g_assert_cmpint (rung->time, ==, 0);
  rung = nth_segment (rungs, 1);
  g_assert_cmpstr (rung->symbols, ==, "seq = y · ack = x + 1");
  g_assert_cmpstr (rung->numbers, ==, "x + 1 = 3\u2009481\u2009203\u2009118");
  g_assert_true (rung->numbers_calculated);
  rung = nth_segment (rungs, 2);
  g_assert_cmpstr (rung->symbols, ==, "seq = x + 1 · ack = y + 1");
  g_assert_cmpstr (rung->numbers, ==, "3\u2009481\u2009203\u2009118 · 7");
  g_assert_cmpint (rung->time, ==, 410);
}

/* The first numbers are known only after the first data: then the handshake has them, too. */
static void
test_numbers_later (void)
{
  g_autoptr (HsTcpWatch) watch = make_watch (HS_TCP_ROLE_OPENER, ">S SYN-SENT <SA ESTABLISHED ~>A");
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_NUMBERED, HS_TCP_OBSERVED, 0, "", NULL, "SO_TIMESTAMPING");
  g_autoptr (GPtrArray) rungs = NULL;
  const HsTcpRung *rung;

  event->has_seq = event->has_ack = event->seq_calculated = event->ack_calculated = TRUE;
  event->seq = 1000;
  event->ack = 2000;
  hs_tcp_watch_add_event (watch, event);
  rungs = hs_tcp_ladder_handshake (watch);
  rung = nth_segment (rungs, 0);
  g_assert_true (rung->has_seq && rung->seq == 1000 && rung->seq_calculated && !rung->has_ack);
  rung = nth_segment (rungs, 1);
  g_assert_true (rung->seq == 2000 && rung->ack == 1001);
  rung = nth_segment (rungs, 2);
  g_assert_true (rung->seq == 1001 && rung->ack == 2001 && rung->numbers_calculated);
}

static void
add_data (HsTcpWatch *watch, HsTcpStage stage, guint32 seq, guint32 ack, guint64 bytes)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_DATA, HS_TCP_OBSERVED, 0, "", NULL, "");

  event->stage = stage;
  event->outgoing = stage != HS_TCP_STAGE_RECEIVED;
  event->exact = TRUE;
  event->has_seq = seq != 0;
  event->has_ack = ack != 0;
  event->seq = seq;
  event->ack = ack;
  event->bytes = bytes;
  hs_tcp_watch_add_event (watch, event);
}

/* What comes in a datagram is no segment, and no ladder is made up of it. */
static void
test_datagrams (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  g_autoptr (GPtrArray) rungs = NULL;

  hs_tcp_watch_set_transport (watch, HS_TCP_TRANSPORT_UDP);
  add_data (watch, HS_TCP_STAGE_WRITTEN, 0, 0, 6);
  add_data (watch, HS_TCP_STAGE_RECEIVED, 0, 0, 9);
  rungs = hs_tcp_ladder_data (watch, 10);
  g_assert_cmpuint (rungs->len, ==, 0);
}

static void
test_data (void)
{
  g_autoptr (HsTcpWatch) watch = make_watch (HS_TCP_ROLE_OPENER, ">S SYN-SENT <SA ESTABLISHED ~>A");
  g_autoptr (GPtrArray) rungs = NULL;
  const HsTcpRung *rung;

  add_data (watch, HS_TCP_STAGE_QUEUED, 0, 0, 0);
  add_data (watch, HS_TCP_STAGE_WRITTEN, 1001, 0, 6);
  add_data (watch, HS_TCP_STAGE_ON_WIRE, 1001, 2001, 6);
  add_data (watch, HS_TCP_STAGE_ACKNOWLEDGED, 0, 1007, 6);
  add_data (watch, HS_TCP_STAGE_RECEIVED, 2001, 0, 9);
  rungs = hs_tcp_ladder_data (watch, 10);
  g_assert_cmpuint (rungs->len, ==, 3);
  rung = rungs->pdata[0];
  g_assert_true (rung->from_left && rung->known == HS_TCP_OBSERVED && rung->seq == 1001 && rung->ack == 2001 && rung->bytes == 6);
  rung = rungs->pdata[1];
  g_assert_true (!rung->from_left && rung->flags == HS_TCP_ACK && rung->ack == 1007 && rung->bytes == 0);
  rung = rungs->pdata[2];
  g_assert_true (!rung->from_left && rung->known == HS_TCP_INFERRED && rung->seq == 2001 && rung->bytes == 9);
  g_ptr_array_unref (rungs);
  rungs = hs_tcp_ladder_data (watch, 1);
  g_assert_cmpuint (rungs->len, ==, 1);
}

/* ---- Both ends ---- */

/* As in make_watch (): what the other end tells, one millisecond a word from @begin on, by its clock. */
static void
tell (HsTcpWatch *watch, const char *text, gint64 begin)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      HsTcpKnown known = *words[i] == '~' ? HS_TCP_INFERRED : HS_TCP_OBSERVED;
      const char *word = words[i] + (known == HS_TCP_INFERRED ? 1 : 0);
      gboolean segment = *word == '>' || *word == '<';
      g_autoptr (HsTcpEvent) event = hs_tcp_event_new (segment ? HS_TCP_EVENT_SEGMENT : HS_TCP_EVENT_STATE, known, 0, "", NULL, "");

      event->outgoing = *word == '>';
      for (guint j = 0; segment && j < G_N_ELEMENTS (flag_names); j++)
        if (g_str_equal (flag_names[j].text, word + 1))
          event->flags = flag_names[j].flags;
      if (!segment)
        event->state = state_by_name (word);
      event->real_time = begin + i * 1000;
      hs_tcp_watch_add_told (watch, event);
    }
}

static gint64
begin_of (HsTcpWatch *watch)
{
  g_autoptr (HsTcpLogItem) item = g_list_model_get_item (hs_tcp_watch_get_log (watch), 0);

  return hs_tcp_log_item_get_event (item)->real_time;
}

/* What was inferred of the other end and is told by it is marked as told; what it does not tell stays inferred; what was seen here stays so. */
static void
test_told (void)
{
  g_autoptr (HsTcpWatch) watch = make_watch (HS_TCP_ROLE_OPENER, "~>S ~SYN-SENT <SA ESTABLISHED ~>A >F FIN-WAIT-1 <A FIN-WAIT-2");
  g_autoptr (GPtrArray) handshake = NULL, closing = NULL;
  gint64 begin = begin_of (watch);
  const HsTcpRung *rung;
  g_autofree char *text = NULL;

  hs_tcp_watch_set_told_clock (watch, 3000000, 200);
  tell (watch, "<S SYN-RCVD ~>SA <A ESTABLISHED <F CLOSE-WAIT >A", begin + 3000000 + 250);
  handshake = hs_tcp_ladder_handshake (watch);
  text = rungs_to_text (handshake);
  g_assert_cmpstr (text, ==, "CLOSED|(LISTEN) ->S (SYN-SENT)|SYN-RCVD <-SA ESTABLISHED|- ->A -|ESTABLISHED");
  rung = nth_segment (handshake, 0);
  g_assert_cmpint (rung->known, ==, HS_TCP_TOLD);
  g_assert_true (rung->told && rung->has_told_time && rung->told_observed);
  g_assert_cmpint (rung->told_time, ==, 250);
  g_assert_cmpint (rung->told_real, ==, begin + 3000000 + 250);
  rung = nth_segment (handshake, 1);
  g_assert_cmpint (rung->known, ==, HS_TCP_OBSERVED);
  g_assert_true (rung->told && !rung->told_observed);
  rung = handshake->pdata[2];
  g_assert_cmpint (rung->right_known, ==, HS_TCP_TOLD);
  g_assert_cmpint (rung->left_known, ==, HS_TCP_INFERRED);
  g_assert_cmpint (rung->told_time, ==, 1250);
  closing = hs_tcp_ladder_close (watch);
  rung = closing->pdata[2];
  g_assert_true (rung->has_right && rung->right == HS_TCP_CLOSE_WAIT && rung->right_known == HS_TCP_TOLD);
}

static void
test_told_without_clock (void)
{
  g_autoptr (HsTcpWatch) watch = make_watch (HS_TCP_ROLE_LISTENER, "LISTEN <S ~SYN-RCVD ~>SA <A ESTABLISHED");
  g_autoptr (GPtrArray) rungs = NULL;

  tell (watch, ">S SYN-SENT <SA ESTABLISHED >A", 1);
  rungs = hs_tcp_ladder_handshake (watch);
  g_assert_true (nth_segment (rungs, 0)->told);
  g_assert_false (nth_segment (rungs, 0)->has_told_time);
  g_assert_cmpint (((HsTcpRung *) rungs->pdata[2])->left_known, ==, HS_TCP_TOLD);
}

/* Numbers that disagree: somebody between changes them, or it is not true. */
static void
test_told_numbers (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_LISTENER, "guest");
  g_autoptr (HsTcpEvent) first = hs_tcp_event_new (HS_TCP_EVENT_NUMBERED, HS_TCP_OBSERVED, 0, "", NULL, "");
  g_autoptr (GPtrArray) rungs = NULL;

  add_segment (watch, HS_TCP_SYN, FALSE, 5000, "TCP_SAVED_SYN", 100, -1);
  add_segment (watch, HS_TCP_SYN | HS_TCP_ACK, TRUE, 5000, "accept()", 200, 101);
  tell (watch, ">S <SA", 1);
  first->has_seq = first->has_ack = TRUE;
  first->seq = 100;
  first->ack = 999;
  hs_tcp_watch_add_told (watch, first);
  rungs = hs_tcp_ladder_handshake (watch);
  g_assert_true (nth_segment (rungs, 0)->told_has_seq);
  g_assert_false (nth_segment (rungs, 0)->told_has_ack);
  g_assert_false (hs_tcp_rung_differs (nth_segment (rungs, 0)));
  g_assert_cmpuint (nth_segment (rungs, 1)->told_seq, ==, 999);
  g_assert_cmpuint (nth_segment (rungs, 1)->told_ack, ==, 101);
  g_assert_true (hs_tcp_rung_differs (nth_segment (rungs, 1)));
}

/* A chat of many lines drops data from the log, never how the connection began. */
static void
test_long_log (void)
{
  g_autoptr (HsTcpWatch) watch = make_watch (HS_TCP_ROLE_OPENER, ">S SYN-SENT <SA ESTABLISHED ~>A");
  g_autoptr (GPtrArray) rungs = NULL;

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_DATA, HS_TCP_OBSERVED, 0, "Written", NULL, "send()");

      hs_tcp_watch_add_event (watch, event);
      g_assert_cmpuint (g_list_model_get_n_items (hs_tcp_watch_get_log (watch)), <=, 2000);
    }
  rungs = hs_tcp_ladder_handshake (watch);
  g_assert_cmpuint (rungs->len, ==, 7);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/ladder/rungs", test_rungs);
  g_test_add_func ("/tcp/ladder/numbers-later", test_numbers_later);
  g_test_add_func ("/tcp/ladder/data", test_data);
  g_test_add_func ("/tcp/ladder/datagrams", test_datagrams);
  g_test_add_func ("/tcp/ladder/numbers", test_numbers);
  g_test_add_func ("/tcp/ladder/told", test_told);
  g_test_add_func ("/tcp/ladder/told-without-clock", test_told_without_clock);
  g_test_add_func ("/tcp/ladder/told-numbers", test_told_numbers);
  g_test_add_func ("/tcp/ladder/long-log", test_long_log);
  return g_test_run ();
}
