/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which conversations are open, and how they are reached. */
#include "test-history-private.h"

/* "network/name kind joined chosen address protocol ending", a line each. */
static char *
describe (HsHistory *history)
{
  g_autoptr (GPtrArray) rooms = hs_history_list_open (history, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rooms->len; i++)
    {
      const HsHistoryOpenRoom *room = g_ptr_array_index (rooms, i);

      g_string_append_printf (text, "%s/%s%s%s %d %d %d %s %d %d\n", room->network, room->name, room->shown != NULL ? "=" : "",
                              room->shown != NULL ? room->shown : "", room->kind, room->joined, (int) room->chosen, room->address, room->protocol,
                              room->line_ending);
    }
  return g_string_free (text, FALSE);
}

#define assert_open(history, expected) \
  G_STMT_START { g_autofree char *got_ = describe (history); g_assert_cmpstr (got_, ==, expected); } G_STMT_END

static void
test_open_and_close (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 lobby = hs_history_room (history, "host", "#lobby", NULL);
  gint64 ana = hs_history_room (history, "a:1", "ana", NULL);

  assert_open (history, "");
  g_assert_true (hs_history_open_room (history, ana, 1, 20, NULL));
  g_assert_true (hs_history_open_room (history, lobby, 0, 10, NULL));
  g_assert_true (hs_history_set_shown (history, lobby, "Lobby", NULL));
  assert_open (history, "host/#lobby=Lobby 0 0 10 host 0 0\na:1/ana 1 0 20 a:1 0 0\n");

  /* Open already: stays as it is. */
  g_assert_true (hs_history_open_room (history, lobby, 2, 30, NULL));
  g_assert_true (hs_history_set_joined (history, lobby, TRUE, NULL));
  g_assert_true (hs_history_choose_room (history, lobby, 40, NULL));
  assert_open (history, "host/#lobby=Lobby 0 1 40 host 0 0\na:1/ana 1 0 20 a:1 0 0\n");

  /* Chosen last, though the clock went back. */
  g_assert_true (hs_history_choose_room (history, ana, 5, NULL));
  assert_open (history, "host/#lobby=Lobby 0 1 40 host 0 0\na:1/ana 1 0 41 a:1 0 0\n");

  /* Closed: neither joined nor chosen any more, and its rows and draft are there. */
  insert_text (history, lobby, T0, "hello", NULL);
  g_assert_true (hs_history_set_draft (history, lobby, "not yet", NULL));
  g_assert_true (hs_history_close_room (history, lobby, NULL));
  g_assert_true (hs_history_choose_room (history, lobby, 50, NULL));
  assert_open (history, "a:1/ana 1 0 41 a:1 0 0\n");
  g_assert_cmpuint (hs_history_count (history, lobby, NULL), ==, 1);
  g_assert_true (hs_history_open_room (history, lobby, 0, 60, NULL));
  assert_open (history, "host/#lobby=Lobby 0 0 60 host 0 0\na:1/ana 1 0 41 a:1 0 0\n");
}

static void
test_networks (void)
{
  g_autoptr (HsHistory) history = hs_history_open (":memory:", NULL);
  gint64 room = hs_history_room (history, "a:1", "ana", NULL);

  hs_history_open_room (history, room, 1, 20, NULL);
  g_assert_true (hs_history_set_network (history, "a:1", "tcp://a:1", 2, 3, NULL));
  g_assert_true (hs_history_set_network (history, "b:1", "b:1", 1, 0, NULL));
  assert_open (history, "a:1/ana 1 0 20 tcp://a:1 2 3\n");
  g_assert_true (hs_history_set_network (history, "a:1", "a:1", 0, 1, NULL));
  assert_open (history, "a:1/ana 1 0 20 a:1 0 1\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/open/open-and-close", test_open_and_close);
  g_test_add_func ("/store/open/networks", test_networks);
  return g_test_run ();
}
