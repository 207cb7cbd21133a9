/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms: who is told of an arrival, names in lines that fit, the quiet arrivals of a large default room. */
#include "stage.h"

#include <string.h>

static void
test_join_is_told (void)
{
  Stage stage;
  Guest *old, *extended, *names, *anna;

  stage_init (&stage);
  stage_start (&stage);
  old = guest_join (&stage, "old", NULL);
  extended = guest_join (&stage, "extended", "extended-join server-time");
  names = guest_join (&stage, "names", "userhost-in-names");
  guest_forget (old);
  guest_forget (extended);
  anna = guest_join (&stage, "anna", NULL);
  guest_sees (old, ":anna!u@10.0.0.1 JOIN #lobby\n");
  guest_sees (extended, "@time=2026-01-02T03:04:05.678Z :anna!u@10.0.0.1 JOIN #lobby * :Real Name\n");
  guest_forget (names);
  guest_says (names, "NAMES #lobby");
  guest_sees (names, ":test.example 353 names = #lobby :old!u@10.0.0.1 extended!u@10.0.0.1 names!u@10.0.0.1 anna!u@10.0.0.1\n"
                     ":test.example 366 names #lobby :End of /NAMES list\n");
  guest_free (old);
  guest_free (extended);
  guest_free (names);
  guest_free (anna);
  stage_clear (&stage);
}

static void
test_large_room (void)
{
  const guint n = 2 * HS_ANNOUNCED_ARRIVALS;
  Stage stage;
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func ((GDestroyNotify) guest_free);
  Guest *first, *last;
  g_auto (GStrv) lines = NULL;

  stage_init (&stage);
  stage.config->per_address = 0;
  stage_start (&stage);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *nick = g_strdup_printf ("somebody-%u", i);

      g_ptr_array_add (guests, guest_join (&stage, nick, NULL));
    }
  first = g_ptr_array_index (guests, 0);
  last = g_ptr_array_index (guests, n - 1);
  g_assert_true (guest_saw (first, "somebody-50!"));
  g_assert_false (guest_saw (first, "somebody-199!"));

  /* It hears, and when it speaks, others learn that it is there. */
  guest_forget (first);
  guest_says (first, "PRIVMSG #lobby :all hear this");
  guest_sees (last, ":somebody-0!u@10.0.0.1 PRIVMSG #lobby :all hear this\n");
  guest_says (last, "PRIVMSG #lobby :me too");
  guest_sees (first, ":somebody-199!u@10.0.0.1 JOIN #lobby\n:somebody-199!u@10.0.0.1 PRIVMSG #lobby :me too\n");

  /* One who was never told of goes unsaid. */
  guest_says (g_ptr_array_index (guests, n - 2), "QUIT");
  guest_sees (first, "");
  guest_says (last, "QUIT");
  guest_sees (first, ":somebody-199!u@10.0.0.1 QUIT Quit\n");

  guest_says (first, "NAMES #lobby");
  lines = g_strsplit (first->out->str, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 3);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpuint (strlen (lines[i]), <=, HS_LINE_MAX - 2);
  g_assert_true (guest_saw (first, "somebody-99"));
  g_assert_false (guest_saw (first, "somebody-150"));
  g_ptr_array_set_size (guests, 0);
  stage_clear (&stage);
}

/* Whoever joins by an own JOIN is always told of. */
static void
test_large_room_asked_for (void)
{
  Stage stage;
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func ((GDestroyNotify) guest_free);

  stage_init (&stage);
  stage.config->per_address = 0;
  stage_start (&stage);
  for (guint i = 0; i < HS_ANNOUNCED_ARRIVALS + 50; i++)
    {
      g_autofree char *nick = g_strdup_printf ("n%u", i);
      Guest *guest = guest_join (&stage, nick, NULL);

      guest_says (guest, "JOIN #other");
      g_ptr_array_add (guests, guest);
    }
  g_assert_true (guest_saw (g_ptr_array_index (guests, 0), ":n149!u@10.0.0.1 JOIN #other\r\n"));
  g_ptr_array_set_size (guests, 0);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/channel/join-is-told", test_join_is_told);
  g_test_add_func ("/server/channel/large-room", test_large_room);
  g_test_add_func ("/server/channel/large-room-asked-for", test_large_room_asked_for);
  return g_test_run ();
}
