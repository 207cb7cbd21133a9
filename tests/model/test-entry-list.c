/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-entry-list-private.h"
#include "hs-limits.h"

G_STATIC_ASSERT (HS_ENTRY_LIST_PAGE == HS_HISTORY_PAGE);
G_STATIC_ASSERT (HS_ENTRY_LIST_PAGES_KEPT == HS_HISTORY_PAGES_KEPT);

#define MINUTE G_GINT64_CONSTANT (60000)
#define T0 G_GINT64_CONSTANT (1767268800000) /* noon */

/* ---- A room that is an array: what the lazy list must look like ---- */

typedef struct
{
  guint first, count;
} Request;

typedef struct
{
  HsEntryList *list;
  GArray *rows;         /* of HsEntryData */
  GArray *pending;      /* of HsEntryData */
  GPtrArray *entries;   /* the pending ones' HsEntry, borrowed */
  GPtrArray *mirror;    /* as a view has it: (nullable) held entries, spliced by items-changed */
  GArray *requests;     /* of Request, not answered */
  GHashTable *asked;    /* first → count of requests in flight */
  gboolean answer_at_once;
  gint64 read_id;
  guint n_signals;
} Room;

static void answer (Room *room, guint index);

static void
on_fetch (HsEntryList *list, guint first, guint count, gpointer data)
{
  Room *room = data;
  Request request = { first, count };

  g_assert_cmpuint (first % HS_ENTRY_LIST_PAGE, ==, 0);
  g_assert_cmpuint (count, >, 0);
  g_assert_cmpuint (count, <=, HS_ENTRY_LIST_PAGE);
  g_assert_false (g_hash_table_contains (room->asked, GUINT_TO_POINTER (first))); /* one in flight */
  g_hash_table_add (room->asked, GUINT_TO_POINTER (first));
  g_array_append_val (room->requests, request);
  g_assert_cmpuint (room->requests->len, <=, HS_ENTRY_LIST_IN_FLIGHT);
  if (room->answer_at_once)
    answer (room, room->requests->len - 1);
}

/* With what stands there now, as the store's order of answers has it. */
static void
answer (Room *room, guint index)
{
  Request request = g_array_index (room->requests, Request, index);
  guint n = request.first < room->rows->len ? MIN (request.count, room->rows->len - request.first) : 0;

  g_array_remove_index (room->requests, index);
  g_hash_table_remove (room->asked, GUINT_TO_POINTER (request.first));
  hs_entry_list_fill (room->list, request.first, n > 0 ? &g_array_index (room->rows, HsEntryData, request.first) : NULL, n);
}

static void
answer_all (Room *room)
{
  while (room->requests->len > 0)
    answer (room, 0);
}

static void
clear_slot (gpointer entry)
{
  if (entry != NULL)
    g_object_unref (entry);
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  Room *room = data;

  room->n_signals++;
  if (removed > 0)
    g_ptr_array_remove_range (room->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (room->mirror, position, NULL);
  g_assert_cmpuint (room->mirror->len, ==, g_list_model_get_n_items (model));
}

static void
room_init (Room *room)
{
  *room = (Room) {
    .list = hs_entry_list_new (on_fetch, room),
    .rows = g_array_new (FALSE, TRUE, sizeof (HsEntryData)),
    .pending = g_array_new (FALSE, FALSE, sizeof (HsEntryData)),
    .entries = g_ptr_array_new (),
    .mirror = g_ptr_array_new_with_free_func (clear_slot),
    .requests = g_array_new (FALSE, FALSE, sizeof (Request)),
    .asked = g_hash_table_new (NULL, NULL),
  };
  g_signal_connect (room->list, "items-changed", G_CALLBACK (on_items_changed), room);
}

static void
room_clear (Room *room)
{
  g_object_unref (room->list);
  g_array_unref (room->rows);
  g_array_unref (room->pending);
  g_ptr_array_unref (room->entries);
  g_ptr_array_unref (room->mirror);
  g_array_unref (room->requests);
  g_hash_table_unref (room->asked);
}

static HsEntryData
make_data (gint64 time)
{
  static const char *const senders[] = { "ana", "ben", "李伟" };
  static const char *const texts[] = { "hello", "你好", "👋", "" };
  static gint64 serial;

  return (HsEntryData) {
    .id = (time << 12) | (++serial & 0xfff), .time = time,
    .kind = g_random_int_range (0, 6) == 0 ? HS_KIND_PRESENCE : HS_KIND_MESSAGE,
    .sender = senders[g_random_int_range (0, G_N_ELEMENTS (senders))],
    .text = texts[g_random_int_range (0, G_N_ELEMENTS (texts))],
  };
}

static void
store_rows (Room *room, guint position, guint n)
{
  gint64 time = position > 0 ? g_array_index (room->rows, HsEntryData, position - 1).time : T0;
  g_autofree HsEntryData *rows = g_new (HsEntryData, n);

  for (guint i = 0; i < n; i++)
    rows[i] = make_data (time += g_random_int_range (0, 40) == 0 ? 60 * MINUTE : g_random_int_range (0, 2 * MINUTE));
  g_array_insert_vals (room->rows, position, rows, n);
  hs_entry_list_inserted (room->list, position, rows, n);
}

static HsEntry *
add_pending (Room *room)
{
  HsEntryData data = make_data (T0);
  HsEntry *entry;

  data.id = 1;
  data.own = TRUE;
  g_array_append_val (room->pending, data);
  entry = hs_entry_list_add_pending (room->list, &data);
  g_ptr_array_add (room->entries, entry);
  return entry;
}

static void
settle (Room *room, guint index, guint position)
{
  HsEntryData data = make_data (position > 0 ? g_array_index (room->rows, HsEntryData, position - 1).time : T0);
  HsEntry *entry = g_ptr_array_index (room->entries, index);

  data.own = TRUE;
  g_array_insert_val (room->rows, position, data);
  g_array_remove_index (room->pending, index);
  g_ptr_array_remove_index (room->entries, index);
  hs_entry_list_settle_pending (room->list, entry, position, &data);
}

static void
remove_pending (Room *room, guint index)
{
  HsEntry *entry = g_ptr_array_index (room->entries, index);

  g_array_remove_index (room->pending, index);
  g_ptr_array_remove_index (room->entries, index);
  hs_entry_list_remove_pending (room->list, entry);
}

/* ---- Comparing ---- */

static const HsEntryData *
data_at (Room *room, guint position)
{
  if (position < room->rows->len)
    return &g_array_index (room->rows, HsEntryData, position);
  if (position - room->rows->len < room->pending->len)
    return &g_array_index (room->pending, HsEntryData, position - room->rows->len);
  return NULL;
}

static int
day_of (gint64 time)
{
  return (int) ((time / MINUTE + 8 * 60) / (24 * 60)); /* Shanghai */
}

static gboolean
is_first_unread (Room *room, guint position)
{
  return room->read_id != 0 && position < room->rows->len && data_at (room, position)->id > room->read_id
         && (position == 0 || data_at (room, position - 1)->id <= room->read_id);
}

static gboolean
goes_on (Room *room, guint position)
{
  const HsEntryData *a = position > 0 ? data_at (room, position - 1) : NULL, *b = data_at (room, position);

  return a != NULL && b != NULL && a->kind == HS_KIND_MESSAGE && b->kind == HS_KIND_MESSAGE && a->own == b->own
         && g_str_equal (a->sender, b->sender) && ABS (a->time - b->time) <= 5 * MINUTE && day_of (a->time) == day_of (b->time)
         && !is_first_unread (room, position);
}

static gboolean
is_known (Room *room, guint position)
{
  return position >= room->rows->len || hs_entry_list_peek (room->list, position) != NULL;
}

static void
check_entry (Room *room, HsEntry *entry, guint position)
{
  const HsEntryData *data = data_at (room, position);
  gboolean before = position == 0 || is_known (room, position - 1);
  gboolean after = is_known (room, position + 1);

  if (!hs_entry_is_loaded (entry))
    {
      g_assert_cmpstr (hs_entry_get_text (entry), ==, "");
      return;
    }
  g_assert_cmpint (hs_entry_get_id (entry), ==, data->id);
  g_assert_cmpint (hs_entry_get_time (entry), ==, data->time);
  g_assert_cmpstr (hs_entry_get_text (entry), ==, data->text);
  g_assert_cmpstr (hs_entry_get_sender (entry), ==, data->sender);
  /* A neighbour that is not in memory: what was known of it before, or the guess. */
  if (before || hs_entry_begins_day (entry))
    g_assert_cmpint (hs_entry_begins_day (entry), ==,
                     position == 0 || day_of (data_at (room, position - 1)->time) != day_of (data->time));
  if (before || hs_entry_is_first_unread (entry))
    g_assert_cmpint (hs_entry_is_first_unread (entry), ==, is_first_unread (room, position));
  if (before || !hs_entry_begins_group (entry))
    g_assert_cmpint (hs_entry_begins_group (entry), ==, !goes_on (room, position));
  if (after || !hs_entry_ends_group (entry))
    g_assert_cmpint (hs_entry_ends_group (entry), ==, !goes_on (room, position + 1));
}

/* What the view holds is what the list has there, the same objects. */
static void
check_held (Room *room)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (room->list)), ==, room->rows->len + room->pending->len);
  g_assert_cmpuint (hs_entry_list_get_n_stored (room->list), ==, room->rows->len);
  for (guint i = 0; i < room->mirror->len; i++)
    {
      HsEntry *held = g_ptr_array_index (room->mirror, i);

      if (held == NULL)
        continue;
      check_entry (room, held, i);
      if (hs_entry_is_loaded (held))
        g_assert_true (hs_entry_list_peek (room->list, i) == held);
    }
}

static HsEntry *
hold (Room *room, guint position)
{
  HsEntry *entry = g_list_model_get_item (G_LIST_MODEL (room->list), position);
  HsEntry *before = g_ptr_array_index (room->mirror, position);

  g_assert_nonnull (entry);
  g_assert_true (before == NULL || before == entry);
  g_clear_object (&before);
  room->mirror->pdata[position] = entry;
  return entry;
}

static void
let_go (Room *room, guint position)
{
  g_clear_object ((HsEntry **) &room->mirror->pdata[position]);
}

/* ---- Random operations against the array ---- */

static void
do_append (Room *room)
{
  store_rows (room, room->rows->len, g_random_int_range (1, 150));
}

static void
do_insert (Room *room)
{
  store_rows (room, g_random_int_range (0, room->rows->len + 1), g_random_int_range (1, g_random_boolean () ? 3 : 250));
}

static void
do_hold (Room *room)
{
  guint n = g_random_int_range (1, 60), first;

  if (room->mirror->len == 0)
    return;
  first = g_random_int_range (0, room->mirror->len);
  for (guint i = first; i < MIN (first + n, room->mirror->len); i++)
    hold (room, i);
}

static void
do_let_go (Room *room)
{
  guint n = g_random_int_range (1, 400), first;

  if (room->mirror->len == 0)
    return;
  first = g_random_int_range (0, room->mirror->len);
  for (guint i = first; i < MIN (first + n, room->mirror->len); i++)
    let_go (room, i);
}

static void
do_add_pending (Room *room)
{
  if (room->pending->len < 6)
    add_pending (room);
}

static void
do_settle (Room *room)
{
  gboolean usual = g_random_int_range (0, 3) > 0;

  if (room->pending->len > 0)
    settle (room, usual ? 0 : g_random_int_range (0, room->pending->len),
            usual ? room->rows->len : (guint) g_random_int_range (0, room->rows->len + 1));
}

static void
do_remove_pending (Room *room)
{
  if (room->pending->len > 0)
    remove_pending (room, g_random_int_range (0, room->pending->len));
}

static void
do_answer (Room *room)
{
  if (room->requests->len > 0)
    answer (room, 0);
}

static void
do_read (Room *room)
{
  room->read_id = room->rows->len > 0
                    ? g_array_index (room->rows, HsEntryData, g_random_int_range (0, room->rows->len)).id : 0;
  hs_entry_list_set_read_id (room->list, room->read_id);
}

static void
test_random (gconstpointer data)
{
  static void (*const operations[]) (Room *) = {
    do_append, do_insert, do_insert, do_hold, do_hold, do_hold, do_let_go, do_let_go, do_add_pending, do_settle, do_remove_pending,
    do_answer, do_answer, do_answer, do_answer, do_read,
  };

  for (guint round = 0; round < 6; round++)
    {
      Room room;

      room_init (&room);
      room.answer_at_once = GPOINTER_TO_INT (data);
      for (guint i = 0; i < 250; i++)
        {
          operations[g_random_int_range (0, G_N_ELEMENTS (operations))] (&room);
          check_held (&room);
        }
      answer_all (&room);
      check_held (&room);
      for (guint i = 0; i < room.mirror->len; i++) /* nothing that is held was forgotten */
        {
          HsEntry *held = g_ptr_array_index (room.mirror, i);

          g_assert_true (held == NULL || hs_entry_is_loaded (held));
        }
      room_clear (&room);
    }
}

/* ---- One thing at a time ---- */

static void
test_appends_are_one_signal (void)
{
  Room room;

  room_init (&room);
  store_rows (&room, 0, 250);
  g_assert_cmpuint (room.n_signals, ==, 1);
  store_rows (&room, 250, 3);
  g_assert_cmpuint (room.n_signals, ==, 2);
  for (guint i = 0; i < 253; i++) /* all known already: nothing is asked for */
    g_assert_true (hs_entry_is_loaded (hold (&room, i)));
  g_assert_cmpuint (room.requests->len, ==, 0);
  check_held (&room);
  room_clear (&room);
}

static void
test_settles_in_place (void)
{
  Room room;
  HsEntry *first, *second;

  room_init (&room);
  store_rows (&room, 0, 120);
  first = add_pending (&room);
  second = add_pending (&room);
  hold (&room, 119);
  g_assert_true (hold (&room, 120) == first);
  g_assert_true (hold (&room, 121) == second);
  room.n_signals = 0;
  settle (&room, 0, 120);
  settle (&room, 0, 121);
  g_assert_cmpuint (room.n_signals, ==, 0);
  g_assert_true (hs_entry_list_peek (room.list, 120) == first);
  g_assert_true (hs_entry_list_peek (room.list, 121) == second);
  check_held (&room);

  first = add_pending (&room);
  second = add_pending (&room);
  room.n_signals = 0;
  settle (&room, 1, 122); /* the second first */
  g_assert_cmpuint (room.n_signals, ==, 2);
  g_assert_true (hs_entry_list_peek (room.list, 122) == second);
  g_assert_true (hold (&room, 123) == first);
  check_held (&room);
  room_clear (&room);
}

static void
on_notify (HsEntry *entry, GParamSpec *pspec, gpointer text)
{
  g_string_append_printf (text, "%s ", pspec->name);
}

/* What stands above is told only what changed for it. */
static void
test_neighbours_are_told (void)
{
  HsEntryData row = { .id = 1, .time = T0, .sender = "ana", .text = "a" };
  g_autoptr (HsEntryList) list = hs_entry_list_new (NULL, NULL);
  g_autoptr (HsEntry) first = NULL;
  g_autoptr (GString) told = g_string_new (NULL);

  hs_entry_list_inserted (list, 0, &row, 1);
  first = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_true (hs_entry_begins_day (first) && hs_entry_begins_group (first) && hs_entry_ends_group (first));
  g_signal_connect (first, "notify", G_CALLBACK (on_notify), told);
  row.id = 2, row.time += MINUTE;
  hs_entry_list_inserted (list, 1, &row, 1);
  g_assert_cmpstr (told->str, ==, "ends-group ");
  row.id = 3, row.time += 24 * 60 * MINUTE;
  hs_entry_list_inserted (list, 2, &row, 1);
  g_assert_cmpstr (told->str, ==, "ends-group ");
  g_assert_true (hs_entry_begins_day (hs_entry_list_peek (list, 2)));
  hs_entry_list_set_read_id (list, 1);
  g_assert_true (hs_entry_is_first_unread (hs_entry_list_peek (list, 1)));
  g_assert_cmpstr (told->str, ==, "ends-group ends-group ");
  row.id = 0, row.time = T0 - MINUTE;
  hs_entry_list_inserted (list, 0, &row, 1);
  g_assert_cmpuint (told->len, ==, strlen ("ends-group ends-group begins-day begins-group "));
  g_assert_nonnull (strstr (told->str, "begins-day "));
  g_assert_false (hs_entry_begins_day (first) || hs_entry_begins_group (first));
}

static void
count_gone (gpointer n, GObject *object)
{
  --*(int *) n;
}

static HsEntryData virtual_rows[HS_ENTRY_LIST_PAGE];

static void
fetch_virtual (HsEntryList *list, guint first, guint count, gpointer data)
{
  ++*(guint *) data;
  for (guint i = 0; i < count; i++)
    virtual_rows[i] = (HsEntryData) { .id = first + i + 1, .time = T0 + (first + i) * MINUTE, .sender = "ana", .text = "text" };
  hs_entry_list_fill (list, first, virtual_rows, count);
}

static void
test_million (void)
{
  guint fetches = 0;
  g_autoptr (HsEntryList) list = hs_entry_list_new (fetch_virtual, &fetches);
  int alive = 0;

  hs_entry_list_set_n_stored (list, 1000000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1000000);
  g_assert_cmpuint (fetches, ==, 0);
  for (guint i = 0; i < 3000; i++)
    {
      guint position = g_random_int_range (0, 1000000);
      HsEntry *entry = g_list_model_get_item (G_LIST_MODEL (list), position);

      g_assert_cmpint (hs_entry_get_id (entry), ==, position + 1);
      g_object_weak_ref (G_OBJECT (entry), count_gone, &alive);
      alive++;
      g_assert_cmpint (alive, <=, HS_ENTRY_LIST_PAGE * HS_ENTRY_LIST_PAGES_KEPT + 1);
      g_object_unref (entry);
    }
  g_assert_cmpint (alive, <, 1500);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (list), 1000000));
  g_clear_object (&list);
  g_assert_cmpint (alive, ==, 0);
}

/* Who drags over everything gets where it stopped before all the rest. */
static void
test_newest_wish_first (void)
{
  Room room;

  room_init (&room);
  g_array_set_size (room.rows, 100000);
  hs_entry_list_set_n_stored (room.list, 100000);
  for (guint i = 0; i < 100000; i += 50)
    g_object_unref (g_list_model_get_item (G_LIST_MODEL (room.list), i));
  g_assert_cmpuint (room.requests->len, ==, HS_ENTRY_LIST_IN_FLIGHT);
  answer (&room, 0);
  g_assert_cmpuint (g_array_index (room.requests, Request, HS_ENTRY_LIST_IN_FLIGHT - 1).first, ==, 99900);
  for (guint i = 0; i < 100000; i++)
    g_array_index (room.rows, HsEntryData, i).sender = "";
  for (guint n = 0; room.requests->len > 0; n++)
    {
      g_assert_cmpuint (n, <, 2 * HS_ENTRY_LIST_PAGES_KEPT);
      answer (&room, 0);
    }
  room_clear (&room);
}

/* Nothing came (an error of the store): it is asked for again when somebody looks again. */
static void
test_answer_without_rows (void)
{
  Room room;

  room_init (&room);
  g_array_set_size (room.rows, 0);
  hs_entry_list_set_n_stored (room.list, 50);
  g_object_unref (g_list_model_get_item (G_LIST_MODEL (room.list), 7));
  g_assert_cmpuint (room.requests->len, ==, 1);
  answer (&room, 0);
  g_assert_cmpuint (room.requests->len, ==, 0);
  g_object_unref (g_list_model_get_item (G_LIST_MODEL (room.list), 7));
  g_assert_cmpuint (room.requests->len, ==, 1);
  room_clear (&room);
}

static void
test_shrinks (void)
{
  Room room;

  room_init (&room);
  store_rows (&room, 0, 300);
  add_pending (&room);
  hold (&room, 100);
  hold (&room, 250);
  hold (&room, 300);
  g_array_set_size (room.rows, 150);
  hs_entry_list_set_n_stored (room.list, 150);
  g_assert_cmpuint (room.mirror->len, ==, 151);
  check_held (&room);
  room_clear (&room);
}

/* A room that nobody opened keeps no rows, however much is said in it. */
static void
test_unopened (void)
{
  Room room;

  room_init (&room);
  g_array_set_size (room.rows, 150);
  for (guint i = 0; i < 150; i++)
    g_array_index (room.rows, HsEntryData, i) = make_data (T0);
  hs_entry_list_set_n_stored (room.list, 150);
  store_rows (&room, 150, 500);
  for (guint i = 0; i < 650; i++)
    g_assert_null (hs_entry_list_peek (room.list, i));
  room_clear (&room);
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "CST-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/entry-list/appends-are-one-signal", test_appends_are_one_signal);
  g_test_add_func ("/model/entry-list/settles-in-place", test_settles_in_place);
  g_test_add_func ("/model/entry-list/neighbours-are-told", test_neighbours_are_told);
  g_test_add_func ("/model/entry-list/million", test_million);
  g_test_add_func ("/model/entry-list/newest-wish-first", test_newest_wish_first);
  g_test_add_func ("/model/entry-list/answer-without-rows", test_answer_without_rows);
  g_test_add_func ("/model/entry-list/shrinks", test_shrinks);
  g_test_add_func ("/model/entry-list/unopened", test_unopened);
  g_test_add_data_func ("/model/entry-list/random/answers-later", GINT_TO_POINTER (FALSE), test_random);
  g_test_add_data_func ("/model/entry-list/random/answers-at-once", GINT_TO_POINTER (TRUE), test_random);
  return g_test_run ();
}
