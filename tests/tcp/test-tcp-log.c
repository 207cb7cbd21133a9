/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a long story is kept. */
#include "hs-tcp-log.h"

static void
add (GListStore *log, HsTcpEventKind kind, HsTcpStage stage, guint64 offset)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (kind, HS_TCP_OBSERVED, 0, "", NULL, "test");

  event->stage = stage;
  event->offset = offset;
  hs_tcp_log_add (log, event);
}

static const HsTcpEvent *
get (GListStore *log, guint i)
{
  g_autoptr (HsTcpLogItem) item = g_list_model_get_item (G_LIST_MODEL (log), i);

  return hs_tcp_log_item_get_event (item); /* the log has it */
}

/* Stops of a message's way that happen inside this program are no part of the story. */
static void
test_kept (void)
{
  g_autoptr (GListStore) log = hs_tcp_log_new ();

  for (HsTcpStage stage = HS_TCP_STAGE_QUEUED; stage <= HS_TCP_STAGE_RECORD; stage++)
    add (log, HS_TCP_EVENT_DATA, stage, 0);
  add (log, HS_TCP_EVENT_SEGMENT, HS_TCP_STAGE_NONE, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (log)), ==, 5);
  g_assert_cmpint (get (log, 0)->stage, ==, HS_TCP_STAGE_WRITTEN);
  g_assert_cmpint (get (log, 4)->kind, ==, HS_TCP_EVENT_SEGMENT);
}

/* Three events of how it began, then data without end. */
static void
test_long (void)
{
  g_autoptr (GListStore) log = hs_tcp_log_new ();
  guint n;

  for (guint i = 0; i < 3; i++)
    add (log, HS_TCP_EVENT_STATE, HS_TCP_STAGE_NONE, 0);
  for (guint i = 1; i <= 5000; i++)
    {
      add (log, HS_TCP_EVENT_DATA, HS_TCP_STAGE_WRITTEN, i);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (log)), <=, 2000);
    }
  n = g_list_model_get_n_items (G_LIST_MODEL (log));
  g_assert_cmpuint (n, >, 1800);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (get (log, i)->kind, ==, HS_TCP_EVENT_STATE);
  g_assert_cmpuint (get (log, n - 1)->offset, ==, 5000);
  g_assert_cmpuint (get (log, 3)->offset, ==, 5000 - (n - 3) + 1); /* the newest, without a gap */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/log/kept", test_kept);
  g_test_add_func ("/tcp/log/long", test_long);
  return g_test_run ();
}
