/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room that the server calls something else: what a person sees of it, and what is not believed. */
#include "client-stage.h"

#include <string.h>

static void
scene_init (StageScene *self)
{
  stage_scene_init (self, "draft/channel-rename");
  stage_hear (self->session, ":Ana!u@h JOIN #old");
  stage_hear (self->session, ":s.x 353 Ana = #old :Ana @bea");
  stage_hear (self->session, ":s.x 366 Ana #old :End");
  self->room = hs_session_find_room (self->session, "#old");
  stage_hear (self->session, ":bea!u@h PRIVMSG #old :said before");
  g_object_unref (stage_wait_for_entry (self->room, "said before"));
  g_string_truncate (self->out, 0);
}

static void
test_followed (void)
{
  StageScene scene;
  HsRoom *other;

  scene_init (&scene);
  /* one that we have left has the name */
  stage_hear (scene.session, ":Ana!u@h JOIN #new");
  stage_hear (scene.session, ":bea!u@h PRIVMSG #new :of the other room");
  other = hs_session_find_room (scene.session, "#new");
  g_object_unref (stage_wait_for_entry (other, "of the other room"));
  stage_hear (scene.session, ":Ana!u@h PART #new");
  stage_hear (scene.session, ":bea!u@h RENAME #old #new :it is another thing");
  g_assert_true (hs_session_find_room (scene.session, "#new") == scene.room);
  g_assert_null (hs_session_find_room (scene.session, "#old"));
  g_object_unref (stage_wait_for_entry (scene.room, "bea renamed the room: it is #new now (it is another thing)"));
  stage_hear (scene.session, ":bea!u@h PRIVMSG #new :said after");
  g_object_unref (stage_wait_for_entry (scene.room, "said after"));
  g_object_unref (stage_wait_for_entry (scene.room, "said before"));
  g_assert_null (stage_find_entry (scene.room, "of the other room"));
  /* only the case */
  stage_hear (scene.session, ":bea!u@h RENAME #new #New :");
  g_assert_cmpstr (hs_room_get_name (scene.room), ==, "#New");
  g_assert_true (hs_session_find_room (scene.session, "#NEW") == scene.room);
  stage_scene_clear (&scene);
}

/* Of a room that we are not in, to one that we are in too, to what is no room. */
static void
test_not_followed (void)
{
  static const char *const lines[] = {
    ":bea!u@h RENAME #nowhere #new :",
    ":bea!u@h RENAME #old bea :",
    ":bea!u@h RENAME #old #both :",
    ":bea!u@h RENAME #old",
    ":s.x FAIL JOIN CHANNEL_RENAMED #old #new :not asked for, and we are in it",
    ":s.x FAIL JOIN CHANNEL_RENAMED #nowhere #new :not asked for",
    ":s.x FAIL JOIN CHANNEL_RENAMED #nowhere #nowhere :in a circle",
    ":s.x FAIL JOIN CHANNEL_RENAMED",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      StageScene scene;

      g_test_message ("%s", lines[i]);
      scene_init (&scene);
      stage_hear (scene.session, ":Ana!u@h JOIN #both");
      g_string_truncate (scene.out, 0);
      stage_hear (scene.session, lines[i]);
      g_assert_true (hs_session_find_room (scene.session, "#old") == scene.room);
      g_assert_null (strstr (scene.out->str, "JOIN"));
      stage_scene_clear (&scene);
    }
}

/* Asked for by the name that it had: the one that is in the list, too. */
static void
test_led_on (void)
{
  StageScene scene;

  scene_init (&scene);
  stage_hear (scene.session, ":Ana!u@h PART #old");
  g_assert_true (hs_session_join (scene.session, "#old", NULL));
  g_assert_true (hs_session_join (scene.session, "#other", NULL));
  g_string_truncate (scene.out, 0);
  stage_hear (scene.session, ":s.x FAIL JOIN CHANNEL_RENAMED #old #new :The channel has been renamed");
  stage_hear (scene.session, ":s.x FAIL JOIN CHANNEL_RENAMED #other #third :The channel has been renamed");
  g_assert_cmpstr (scene.out->str, ==, "JOIN #new\r\nJOIN #third\r\n");
  g_assert_true (hs_session_find_room (scene.session, "#new") == scene.room);
  stage_hear (scene.session, ":Ana!u@h JOIN #new");
  g_assert_true (hs_room_is_joined (scene.room));
  g_object_unref (stage_wait_for_entry (scene.room, "said before"));
  stage_scene_clear (&scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/session-rename/followed", test_followed);
  g_test_add_func ("/client/session-rename/not-followed", test_not_followed);
  g_test_add_func ("/client/session-rename/led-on", test_led_on);
  return g_test_run ();
}
