/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-history-private.h"

static gint64
add (HsHistory *history, gint64 room, const char *text)
{
  HsHistoryRow row = make_row (T0, NULL, text);
  gint64 outbox;

  row.kind = HS_ENTRY_ACTION;
  row.flags = HS_ENTRY_OWN;
  row.delivery = HS_DELIVERY_PENDING;
  row.client_id = g_strdup_printf ("client-%s", text);
  outbox = hs_history_outbox_add (history, room, &row, NULL);
  g_assert_cmpint (outbox, >, 0);
  hs_history_row_clear (&row);
  return outbox;
}

static guint
count_waiting (HsHistory *history, gint64 room)
{
  g_autoptr (GPtrArray) rows = hs_history_outbox_list (history, room, NULL);

  return rows->len;
}

static void
test_list (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL), other = hs_history_room (history, "host", "#o", NULL);
  gint64 first = add (history, room, "一"), second = add (history, room, "二"), third;
  HsHistoryRow *row;

  add (history, other, "x");
  g_assert_true (hs_history_outbox_set_delivery (history, second, HS_DELIVERY_WRITTEN, NULL));
  g_autoptr (GPtrArray) rows = hs_history_outbox_list (history, room, NULL);
  g_assert_cmpuint (rows->len, ==, 2);
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpint (row->id, ==, first);
  g_assert_cmpstr (row->text, ==, "一");
  g_assert_cmpstr (row->client_id, ==, "client-一");
  g_assert_cmpuint (row->delivery, ==, HS_DELIVERY_PENDING);
  row = g_ptr_array_index (rows, 1);
  g_assert_cmpint (row->id, ==, second);
  g_assert_cmpuint (row->delivery, ==, HS_DELIVERY_WRITTEN);
  g_assert_true (hs_history_outbox_remove (history, second, NULL));
  g_assert_cmpuint (count_waiting (history, room), ==, 1);
  third = add (history, room, "三");
  g_assert_cmpint (third, >, second); /* an id is not used again */
  g_assert_cmpuint (hs_history_count (history, room, NULL), ==, 0);
}

static void
test_settle (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);
  gint64 outbox = add (history, room, "hello");
  HsHistoryRow row = { .time = T0 + 7, .msgid = g_strdup ("m1"), .delivery = HS_DELIVERY_ACCEPTED };
  HsHistoryRow *stored;
  GError *error = NULL;
  guint position = 99;

  insert_text (history, room, T0 + 3, "earlier", NULL);
  g_assert_true (hs_history_outbox_settle (history, outbox, room, &row, &position, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (position, ==, 1);
  g_assert_cmpstr (row.text, ==, "hello");
  g_assert_cmpuint (count_waiting (history, room), ==, 0);
  g_autoptr (GPtrArray) rows = hs_history_page (history, room, 1, 1, NULL);
  stored = g_ptr_array_index (rows, 0);
  g_assert_cmpint (stored->id, ==, row.id);
  g_assert_cmpint (stored->time, ==, T0 + 7);
  g_assert_cmpuint (stored->kind, ==, HS_ENTRY_ACTION);
  g_assert_cmpuint (stored->flags, ==, HS_ENTRY_OWN);
  g_assert_cmpuint (stored->delivery, ==, HS_DELIVERY_ACCEPTED);
  g_assert_cmpstr (stored->client_id, ==, "client-hello");
  g_assert_cmpstr (stored->msgid, ==, "m1");
  g_assert_cmpstr (stored->sender, ==, "Ana");

  /* The echo comes once more: nothing. */
  g_assert_false (hs_history_outbox_settle (history, outbox, room, &row, &position, &error));
  g_assert_no_error (error);
  g_assert_cmpint (row.id, ==, 0);
  g_assert_cmpuint (hs_history_count (history, room, NULL), ==, 2);
  hs_history_row_clear (&row);
}

/* One that was never in the outbox: whole as it is. */
static void
test_settle_unstored (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);
  HsHistoryRow row = { .time = T0, .flags = HS_ENTRY_OWN, .delivery = HS_DELIVERY_FAILED, .sender = g_strdup ("Ana"), .text = g_strdup ("hi") };
  GError *error = NULL;
  guint position = 99;

  g_assert_true (hs_history_outbox_settle (history, 0, room, &row, &position, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (position, ==, 0);
  g_assert_cmpuint (hs_history_count (history, room, NULL), ==, 1);
  hs_history_row_clear (&row);
}

/* The history replayed after a reconnect had it already. */
static void
test_settle_known (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 room = hs_history_room (history, "host", "#lobby", NULL);
  gint64 outbox = add (history, room, "hello");
  HsHistoryRow replayed = make_row (T0 + 2, "m1", "hello");
  HsHistoryRow row = { .time = T0 + 2, .msgid = g_strdup ("m1") };
  GError *error = NULL;
  guint position = 99;

  g_assert_true (hs_history_insert (history, room, &replayed, NULL, NULL));
  g_assert_false (hs_history_outbox_settle (history, outbox, room, &row, &position, &error));
  g_assert_no_error (error);
  g_assert_cmpint (row.id, ==, replayed.id);
  g_assert_cmpuint (position, ==, 0);
  g_assert_cmpuint (count_waiting (history, room), ==, 0);
  g_assert_cmpuint (hs_history_count (history, room, NULL), ==, 1);
  hs_history_row_clear (&row);
  hs_history_row_clear (&replayed);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/outbox/list", test_list);
  g_test_add_func ("/store/outbox/settle", test_settle);
  g_test_add_func ("/store/outbox/settle-unstored", test_settle_unstored);
  g_test_add_func ("/store/outbox/settle-known", test_settle_known);
  return g_test_run ();
}
