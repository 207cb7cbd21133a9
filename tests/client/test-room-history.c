/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows go through the store and come back as a list; what an earlier run left stays to be seen. */
#include "client-stage.h"

#include <glib/gstdio.h>

#include "hs-history-private.h"
#include "hs-room-history.h"
#include "hs-room-private.h"

typedef struct
{
  HsStore *store;
  HsRoomHistory *history;
  HsRoom *room;
} Place;

static void
open_place (Place *place, const char *path)
{
  place->store = hs_store_new (path);
  place->history = hs_room_history_new (place->store, "test", "#a", HS_ROOM_CHANNEL, &place->room);
  stage_fence (place->store);
}

static void
close_place (Place *place)
{
  hs_room_history_unref (place->history);
  g_object_unref (place->room);
  hs_store_close (place->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (place->store);
}

static HsHistoryRow *
make_row (HsEntryKind kind, const char *text, guint flags)
{
  HsHistoryRow *row = g_new0 (HsHistoryRow, 1);

  row->time = g_get_real_time () / 1000;
  row->kind = kind;
  row->flags = flags;
  row->sender = g_strdup ("bo");
  row->text = g_strdup (text);
  return row;
}

static guint
count (Place *place)
{
  return g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (place->room)));
}

static void
on_stored (gint64 outbox, const GError *error, gpointer user_data)
{
  *(gint64 *) user_data = outbox;
}

/* All at once is one change of the list, a frame later at most. */
static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, guint *changes)
{
  (*changes)++;
}

static void
test_gathers (void)
{
  Place place;
  guint changes = 0;

  open_place (&place, ":memory:");
  g_signal_connect (hs_room_get_entries (place.room), "items-changed", G_CALLBACK (on_items_changed), &changes);
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      hs_room_history_add (place.history, make_row (HS_ENTRY_MESSAGE, text, 0), TRUE, NULL);
    }
  stage_wait_until (count (&place) == 500);
  g_test_message ("%u changes for 500 rows", changes);
  g_assert_cmpuint (changes, <, 100);
  g_assert_cmpuint (hs_room_get_unread (place.room), ==, 500);
  close_place (&place);
}

/* What was said last stands in the sidebar, in this run and the next, whatever happened since. */
static void
test_preview (void)
{
  g_autofree char *directory = g_dir_make_tmp ("hs-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "history.db", NULL);
  static const char *const files[] = { "history.db", "history.db-wal", "history.db-shm", "history.db-lock" };

  for (guint run = 0; run < 2; run++)
    {
      Place place;

      open_place (&place, path);
      if (run == 0)
        {
          hs_room_history_add (place.history, make_row (HS_ENTRY_MESSAGE, "said", 0), TRUE, NULL);
          hs_room_history_add (place.history, make_row (HS_ENTRY_EVENT, "left", 0), FALSE, NULL);
        }
      stage_wait_until (count (&place) == 2);
      stage_wait_until (g_strcmp0 (hs_room_get_preview (place.room), "bo: said") == 0);
      close_place (&place);
    }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (directory, files[i], NULL);

      g_unlink (file);
    }
  g_rmdir (directory);
}

/* What one run leaves, the next finds: unread, draft, and a message in doubt. */
static void
test_next_run (void)
{
  g_autofree char *directory = g_dir_make_tmp ("hs-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "history.db", NULL);
  Place place;
  gint64 outbox = 0;
  g_autoptr (HsEntry) own = NULL;
  g_autoptr (HsEntry) left = NULL;
  HsHistoryRow *row = make_row (HS_ENTRY_MESSAGE, "on its way", HS_ENTRY_OWN);
  const HsHistoryRow *left_row;
  static const char *const files[] = { "history.db", "history.db-wal", "history.db-shm", "history.db-lock" };

  open_place (&place, path);
  hs_room_history_add (place.history, make_row (HS_ENTRY_MESSAGE, "read", 0), TRUE, NULL);
  stage_wait_until (count (&place) == 1);
  hs_room_history_mark_read (place.history);
  hs_room_history_add (place.history, make_row (HS_ENTRY_MESSAGE, "unread", HS_ENTRY_MENTION), TRUE, NULL);
  hs_room_history_set_draft (place.history, "half a thought");
  row->delivery = HS_DELIVERY_PENDING;
  own = hs_room_history_add_own (place.history, row, on_stored, &outbox, NULL);
  stage_wait_until (outbox != 0);
  hs_history_row_free (row);
  close_place (&place);

  open_place (&place, path);
  stage_wait_until (count (&place) == 3);
  g_assert_cmpuint (hs_room_get_unread (place.room), ==, 1);
  g_assert_cmpuint (hs_room_get_mentions (place.room), ==, 1);
  g_assert_cmpstr (hs_room_get_draft (place.room), ==, "half a thought");
  left = stage_wait_for_entry (place.room, "on its way");
  g_assert_cmpint (hs_entry_get_delivery (left), ==, HS_SENT_UNCONFIRMED);
  g_assert_true (hs_room_history_find_left (place.history, left, &outbox, &left_row));
  row = hs_history_row_copy (left_row);
  row->delivery = HS_DELIVERY_ACCEPTED;
  hs_room_history_settle (place.history, left, outbox, row, NULL);
  stage_wait_until (hs_entry_get_delivery (left) == HS_SENT_ACCEPTED && hs_entry_get_id (left) != 0);
  g_assert_cmpuint (count (&place), ==, 3);
  close_place (&place);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (directory, files[i], NULL);

      g_remove (file);
    }
  g_rmdir (directory);
}

/* The room goes while the store is at work for it. */
static void
test_gone (void)
{
  Place place;

  place.store = hs_store_new (":memory:");
  place.history = hs_room_history_new (place.store, "test", "#a", HS_ROOM_CHANNEL, &place.room);
  hs_room_history_add (place.history, make_row (HS_ENTRY_MESSAGE, "late", 0), TRUE, NULL);
  g_clear_object (&place.room);
  g_assert_null (hs_room_history_get_room (place.history));
  stage_fence (place.store);
  hs_room_history_unref (place.history);
  hs_store_close (place.store);
  g_object_unref (place.store);
}

/* ---- When the store fails ---- */

static gpointer
work_wait (HsHistory *history, gpointer data, GError **error)
{
  g_mutex_lock (data);
  g_mutex_unlock (data);
  return NULL;
}

/* As SQLite does by itself when the disk is full: all of the transaction is gone. */
static gpointer
work_roll_back (HsHistory *history, gpointer data, GError **error)
{
  hs_database_rollback (&history->base);
  return NULL;
}

/* What is asked between these two is one transaction, and it fails. */
static void
begin_failing (HsStore *store, GMutex *gate)
{
  g_mutex_init (gate);
  g_mutex_lock (gate);
  hs_store_run (store, work_wait, NULL, gate, NULL);
}

static void
end_failing (HsStore *store, GMutex *gate)
{
  hs_store_run (store, work_roll_back, NULL, NULL, NULL);
  g_mutex_unlock (gate);
  stage_fence (store);
  g_mutex_clear (gate);
}

static void
open_second (Place *place, Place *second, const char *name)
{
  second->store = g_object_ref (place->store);
  second->history = hs_room_history_new (place->store, "test", name, HS_ROOM_CHANNEL, &second->room);
}

static void
close_second (Place *second)
{
  hs_room_history_unref (second->history);
  g_object_unref (second->room);
  g_object_unref (second->store);
}

static void
wait_for_text (Place *place, const char *text)
{
  g_object_unref (stage_wait_for_entry (place->room, text));
}

/* The room that the failed transaction made is made again, and not taken for the one that got its id. */
static void
test_failed_room (void)
{
  Place place = { .store = hs_store_new (":memory:") };
  Place other;
  GMutex gate;

  begin_failing (place.store, &gate);
  place.history = hs_room_history_new (place.store, "test", "#a", HS_ROOM_CHANNEL, &place.room);
  end_failing (place.store, &gate);
  open_second (&place, &other, "#b");
  stage_fence (place.store);
  hs_room_history_add (place.history, make_row (HS_ENTRY_MESSAGE, "mine", 0), TRUE, NULL);
  wait_for_text (&place, "mine");
  hs_room_history_add (other.history, make_row (HS_ENTRY_MESSAGE, "theirs", 0), TRUE, NULL);
  wait_for_text (&other, "theirs");
  g_assert_cmpuint (count (&place), ==, 1);
  g_assert_cmpuint (count (&other), ==, 1);
  close_second (&other);
  close_place (&place);
}

/* Opening failed once: what is there is shown all the same, and what comes stands behind it. */
static void
test_failed_open (void)
{
  Place place, again;
  GMutex gate;

  open_place (&place, ":memory:");
  hs_room_history_add (place.history, make_row (HS_ENTRY_MESSAGE, "old", 0), TRUE, NULL);
  stage_wait_until (count (&place) == 1);
  begin_failing (place.store, &gate);
  open_second (&place, &again, "#a");
  end_failing (place.store, &gate);
  hs_room_history_add (again.history, make_row (HS_ENTRY_MESSAGE, "new", 0), TRUE, NULL);
  stage_wait_until (count (&again) == 2);
  wait_for_text (&again, "old");
  wait_for_text (&again, "new");
  close_second (&again);
  close_place (&place);
}

/* A page that could not be read is asked for again when somebody looks at it again. */
static void
test_failed_page (void)
{
  Place place, again;
  GMutex gate;

  open_place (&place, ":memory:");
  hs_room_history_add (place.history, make_row (HS_ENTRY_MESSAGE, "old", 0), TRUE, NULL);
  stage_wait_until (count (&place) == 1);
  open_second (&place, &again, "#a");
  stage_fence (place.store);
  begin_failing (place.store, &gate);
  g_assert_null (stage_find_entry (again.room, "old")); /* asks */
  end_failing (place.store, &gate);
  wait_for_text (&again, "old");
  close_second (&again);
  close_place (&place);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/room-history/gathers", test_gathers);
  g_test_add_func ("/client/room-history/preview", test_preview);
  g_test_add_func ("/client/room-history/next-run", test_next_run);
  g_test_add_func ("/client/room-history/gone", test_gone);
  g_test_add_func ("/client/room-history/failed/room", test_failed_room);
  g_test_add_func ("/client/room-history/failed/open", test_failed_open);
  g_test_add_func ("/client/room-history/failed/page", test_failed_page);
  return g_test_run ();
}
