/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From marks by offset to the way of one message: whole, half-way, gathered with others, under TLS. */
#include "hs-tcp-way.h"

typedef struct
{
  HsTcpStage stage;
  guint64 offset, bytes, app;
  gint64 time;
  gboolean again;
} Step;

static void
feed (HsTcpWays *ways, const Step *step)
{
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_DATA, HS_TCP_OBSERVED, step->time, NULL, NULL, NULL);

  event->stage = step->stage;
  event->offset = step->offset;
  event->bytes = step->bytes;
  event->app = step->app;
  event->again = step->again;
  event->exact = step->stage == HS_TCP_STAGE_ON_WIRE;
  hs_tcp_ways_add (ways, event);
  hs_tcp_event_unref (event);
}

static HsTcpWays *
make (const Step *steps, guint n)
{
  HsTcpWays *ways = hs_tcp_ways_new ();

  for (guint i = 0; i < n; i++)
    feed (ways, &steps[i]);
  return ways;
}

static void
test_whole (void)
{
  static const Step steps[] = {
    { HS_TCP_STAGE_QUEUED, .app = 5, .time = 10 },
    { HS_TCP_STAGE_QUEUED, .app = 9, .time = 11 },
    { HS_TCP_STAGE_WRITTEN, 9, 9, .time = 20 },
    { HS_TCP_STAGE_ON_WIRE, 9, 9, .time = 30 },
    { HS_TCP_STAGE_ON_WIRE, 9, 9, .time = 35, .again = TRUE },
    { HS_TCP_STAGE_ACKNOWLEDGED, 9, 9, .time = 40 },
  };
  g_autoptr (HsTcpWays) ways = make (steps, G_N_ELEMENTS (steps));
  HsTcpWay way;

  g_assert_true (hs_tcp_ways_get (ways, 0, 5, &way));
  g_assert_cmpint (way.queued.time, ==, 10);
  g_assert_cmpint (way.written.time, ==, 20);
  g_assert_cmpint (way.on_wire.time, ==, 30);
  g_assert_cmpint (way.on_wire.known, ==, HS_TCP_OBSERVED);
  g_assert_true (way.on_wire.exact);
  g_assert_cmpuint (way.resent, ==, 1);
  g_assert_cmpint (way.acknowledged.time, ==, 40);
  g_assert_false (way.acknowledged.exact);
  g_assert_true (hs_tcp_ways_get (ways, 5, 9, &way));
  g_assert_cmpint (way.queued.time, ==, 11);
  g_assert_cmpuint (way.begin, ==, 5);
}

static void
test_half_way (void)
{
  static const Step steps[] = {
    { HS_TCP_STAGE_QUEUED, .app = 5, .time = 10 },
    { HS_TCP_STAGE_WRITTEN, 3, 3, .time = 20 },
  };
  g_autoptr (HsTcpWays) ways = make (steps, G_N_ELEMENTS (steps));
  HsTcpWay way;

  g_assert_true (hs_tcp_ways_get (ways, 0, 5, &way));
  g_assert_cmpint (way.queued.time, ==, 10);
  g_assert_cmpint (way.written.time, ==, 0);
  g_assert_false (hs_tcp_ways_get (ways, 5, 50, &way));
}

/* The segment that came back is the last of a write; the message was in one before it. */
static void
test_in_an_earlier_segment (void)
{
  static const Step steps[] = {
    { HS_TCP_STAGE_WRITTEN, 5000, 5000, .time = 20 },
    { HS_TCP_STAGE_ON_WIRE, 5000, 1000, .time = 30 },
  };
  g_autoptr (HsTcpWays) ways = make (steps, G_N_ELEMENTS (steps));
  HsTcpWay way;

  g_assert_true (hs_tcp_ways_get (ways, 0, 100, &way));
  g_assert_cmpint (way.on_wire.known, ==, HS_TCP_INFERRED);
  g_assert_true (hs_tcp_ways_get (ways, 4000, 4100, &way));
  g_assert_cmpint (way.on_wire.known, ==, HS_TCP_OBSERVED);
}

static void
test_records (void)
{
  static const Step steps[] = {
    { HS_TCP_STAGE_RECORD, .app = 0, .offset = 500 }, /* the handshake's bytes */
    { HS_TCP_STAGE_QUEUED, .app = 10, .time = 10 },
    { HS_TCP_STAGE_RECORD, .app = 10, .offset = 532 },
    { HS_TCP_STAGE_WRITTEN, 532, 32, .time = 20 },
    { HS_TCP_STAGE_ON_WIRE, 532, 32, .time = 30 },
  };
  g_autoptr (HsTcpWays) ways = make (steps, G_N_ELEMENTS (steps));
  HsTcpWay way;

  g_assert_true (hs_tcp_ways_get (ways, 2, 10, &way));
  g_assert_cmpuint (way.begin, ==, 500);
  g_assert_cmpuint (way.end, ==, 532);
  g_assert_cmpint (way.on_wire.time, ==, 30);
  g_assert_cmpint (way.acknowledged.time, ==, 0);
  g_assert_cmpuint (way.records, ==, 1); /* and more is in it than this message */
  g_assert_cmpuint (way.app_begin, ==, 0);
  g_assert_cmpuint (way.app_end, ==, 10);
}

/* A long message takes several. */
static void
test_several_records (void)
{
  static const Step steps[] = {
    { HS_TCP_STAGE_RECORD, .app = 0, .offset = 500 },
    { HS_TCP_STAGE_RECORD, .app = 100, .offset = 622 },
    { HS_TCP_STAGE_RECORD, .app = 200, .offset = 744 },
    { HS_TCP_STAGE_RECORD, .app = 300, .offset = 866 },
  };
  g_autoptr (HsTcpWays) ways = make (steps, G_N_ELEMENTS (steps));
  HsTcpWay way;

  hs_tcp_ways_get (ways, 150, 250, &way);
  g_assert_cmpuint (way.records, ==, 2);
  g_assert_cmpuint (way.app_begin, ==, 100);
  g_assert_cmpuint (way.app_end, ==, 300);
  g_assert_cmpuint (way.begin, ==, 622);
  g_assert_cmpuint (way.end, ==, 866);
  hs_tcp_ways_get (ways, 250, 350, &way); /* its end was not encrypted yet */
  g_assert_cmpuint (way.records, ==, 0);
}

static void
test_bounded (void)
{
  g_autoptr (HsTcpWays) ways = hs_tcp_ways_new ();
  HsTcpWay way;

  for (guint i = 1; i <= 3 * HS_TCP_WAY_MARKS; i++)
    feed (ways, &(Step){ HS_TCP_STAGE_WRITTEN, i * 10, 10, .time = i });
  g_assert_true (hs_tcp_ways_get (ways, 3 * HS_TCP_WAY_MARKS * 10 - 10, 3 * HS_TCP_WAY_MARKS * 10, &way));
  g_assert_cmpint (way.written.time, ==, 3 * HS_TCP_WAY_MARKS);
}

static void
test_numbers (void)
{
  g_autoptr (HsTcpWays) ways = hs_tcp_ways_new ();
  HsTcpEvent *event = hs_tcp_event_new (HS_TCP_EVENT_NUMBERED, HS_TCP_OBSERVED, 1, NULL, NULL, NULL);
  HsTcpWay way;

  event->has_seq = TRUE;
  event->seq = G_MAXUINT32 - 1; /* it wraps around */
  hs_tcp_ways_add (ways, event);
  hs_tcp_event_unref (event);
  feed (ways, &(Step){ HS_TCP_STAGE_WRITTEN, 20, 20, .time = 2 });
  g_assert_true (hs_tcp_ways_get (ways, 5, 20, &way));
  g_assert_true (way.has_seq);
  g_assert_cmpuint (way.seq, ==, 4);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/way/whole", test_whole);
  g_test_add_func ("/tcp/way/half-way", test_half_way);
  g_test_add_func ("/tcp/way/in-an-earlier-segment", test_in_an_earlier_segment);
  g_test_add_func ("/tcp/way/records", test_records);
  g_test_add_func ("/tcp/way/several-records", test_several_records);
  g_test_add_func ("/tcp/way/bounded", test_bounded);
  g_test_add_func ("/tcp/way/numbers", test_numbers);
  return g_test_run ();
}
