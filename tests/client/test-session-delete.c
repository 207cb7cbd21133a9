/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session asks when a person deletes a message, and what it does when the server says that one is gone. */
#include "client-stage.h"

#include <string.h>

static void
scene_init (StageScene *self, const char *caps)
{
  stage_scene_init (self, caps);
  stage_hear (self->session, ":Ana!u@h JOIN #lobby");
  stage_hear (self->session, ":s.x 353 Ana = #lobby :Ana @bea");
  stage_hear (self->session, ":s.x 366 Ana #lobby :End");
  stage_hear (self->session, "@time=2026-01-02T03:04:05.000Z;msgid=m1 :bea!u@h PRIVMSG #lobby :one");
  stage_hear (self->session, "@time=2026-01-02T03:04:06.000Z;msgid=m2 :Ana!u@h PRIVMSG #lobby :two");
  stage_hear (self->session, ":bea!u@h PRIVMSG #lobby :nameless");
  self->room = hs_session_find_room (self->session, "#lobby");
  g_object_unref (stage_wait_for_entry (self->room, "nameless"));
}

#define CAPS "draft/message-redaction echo-message message-tags server-time"

static void
test_asks (void)
{
  StageScene scene;
  GError *error = NULL;

  scene_init (&scene, CAPS);
  {
    g_autoptr (HsEntry) own = stage_wait_for_entry (scene.room, "two"), others = stage_wait_for_entry (scene.room, "one");
    g_autoptr (HsEntry) nameless = stage_wait_for_entry (scene.room, "nameless");

    g_assert_true (hs_session_can_delete (scene.session, scene.room, own));
    g_assert_false (hs_session_can_delete (scene.session, scene.room, others));
    g_assert_false (hs_session_delete (scene.session, scene.room, others, &error));
    g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_UNSUPPORTED);
    g_clear_error (&error);
    g_string_truncate (scene.out, 0);
    g_assert_true (hs_session_delete (scene.session, scene.room, own, NULL));
    stage_wait_until (strstr (scene.out->str, "REDACT #lobby m2\r\n") != NULL);
    g_assert_false (hs_entry_is_redacted (own)); /* not before the server says so */

    stage_hear (scene.session, ":bea!u@h MODE #lobby +o Ana");
    g_assert_true (hs_session_can_delete (scene.session, scene.room, others));
    g_assert_true (hs_session_delete (scene.session, scene.room, others, NULL));
    stage_wait_until (strstr (scene.out->str, "REDACT #lobby m1\r\n") != NULL);
    g_assert_true (hs_session_delete (scene.session, scene.room, nameless, NULL));
    g_object_unref (stage_wait_for_entry (scene.room, "The server gave this message no name: it cannot be deleted."));

    stage_hear (scene.session, ":s.x CAP Ana DEL draft/message-redaction");
    g_assert_false (hs_session_can_delete (scene.session, scene.room, own));
  }
  stage_scene_clear (&scene);

  scene_init (&scene, "echo-message message-tags server-time");
  {
    g_autoptr (HsEntry) own = stage_wait_for_entry (scene.room, "two");

    g_assert_false (hs_session_can_delete (scene.session, scene.room, own));
  }
  stage_scene_clear (&scene);
}

static void
test_hears (void)
{
  StageScene scene;
  guint n;

  scene_init (&scene, CAPS);
  {
    g_autoptr (HsEntry) one = stage_wait_for_entry (scene.room, "one"), two = stage_wait_for_entry (scene.room, "two");

    n = g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (scene.room)));
    stage_hear (scene.session, "@msgid=m9 :bea!u@h REDACT #lobby m1 :why");
    stage_wait_until (hs_entry_is_redacted (one));
    g_assert_cmpstr (hs_entry_get_text (one), ==, "");
    g_assert_false (hs_entry_is_redacted (two));
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (scene.room))), ==, n);

    /* It does not come back, and of others' rooms nothing is touched */
    stage_hear (scene.session, "@time=2026-01-02T03:04:05.000Z;msgid=m1 :bea!u@h PRIVMSG #lobby :one");
    stage_hear (scene.session, "@msgid=m9 :bea!u@h REDACT Ana m2");
    stage_hear (scene.session, ":bea!u@h REDACT #elsewhere m2");
    stage_hear (scene.session, ":bea!u@h REDACT #lobby unknown");
    stage_hear (scene.session, ":bea!u@h REDACT #lobby");
    stage_fence (scene.store);
    g_assert_true (hs_entry_is_redacted (one));
    g_assert_false (hs_entry_is_redacted (two));
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (scene.room))), ==, n);

    /* The newest one goes from the sidebar too */
    stage_hear (scene.session, "@msgid=m5 :bea!u@h PRIVMSG #lobby :secret");
    stage_wait_until (g_strcmp0 (hs_room_get_preview (scene.room), "bea: secret") == 0);
    stage_hear (scene.session, ":bea!u@h REDACT #lobby m5");
    stage_wait_until (g_strcmp0 (hs_room_get_preview (scene.room), "bea: This message was deleted") == 0);
  }
  stage_scene_clear (&scene);
}

/* A refusal is told, and no message of ours counts as refused by it. */
static void
test_refusals (void)
{
  static const struct
  {
    const char *line, *words;
  } cases[] = {
    { "REDACT_FORBIDDEN #lobby m1 :No", "The server does not let you delete this message." },
    { "REDACT_WINDOW_EXPIRED #lobby m1 60 :No", "This message is too old to be deleted." },
    { "UNKNOWN_MSGID #lobby m1 :No", "The server no longer has this message: it was not deleted for the others." },
    { "INVALID_TARGET #lobby :Not there", "Not there" },
  };
  StageScene scene;

  scene_init (&scene, CAPS);
  g_assert_true (hs_session_say (scene.session, scene.room, "on its way", NULL));
  {
    g_autoptr (HsEntry) pending = stage_wait_for_entry (scene.room, "on its way");

    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *line = g_strconcat (":s.x FAIL REDACT ", cases[i].line, NULL);

        stage_hear (scene.session, line);
        g_object_unref (stage_wait_for_entry (scene.room, cases[i].words));
      }
    g_assert_cmpint (hs_entry_get_delivery (pending), !=, HS_SENT_FAILED);
    g_assert_false (hs_session_can_delete (scene.session, scene.room, pending));
  }
  stage_scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/session-delete/asks", test_asks);
  g_test_add_func ("/client/session-delete/hears", test_hears);
  g_test_add_func ("/client/session-delete/refusals", test_refusals);
  return g_test_run ();
}
