/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session asks when a person deletes a message, and what it does when the server says that one is gone. */
#include "client-stage.h"

#include <string.h>

typedef struct
{
  HsStore *store;
  GString *out;
  HsSession *session;
  HsRoom *room;
} Scene;

static guint64
on_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  GString *out = user_data;

  g_string_append_len (out, data, len);
  return out->len;
}

static void
hear (Scene *self, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  hs_session_receive_irc (self->session, copy, strlen (copy));
}

static void
scene_init (Scene *self, const char *caps)
{
  g_autofree char *ls = g_strdup_printf (":s.x CAP * LS :%s", caps), *ack = g_strdup_printf (":s.x CAP * ACK :%s", caps);

  self->store = hs_store_new (":memory:");
  self->out = g_string_new (NULL);
  self->session = hs_session_new (self->store, "test", "irc.test", "Ana", FALSE);
  hs_session_set_send (self->session, on_send, self->out);
  hs_session_begin_irc (self->session, NULL);
  hear (self, ls);
  hear (self, ack);
  hear (self, ":s.x 001 Ana :Welcome");
  hear (self, ":Ana!u@h JOIN #lobby");
  hear (self, ":s.x 353 Ana = #lobby :Ana @bea");
  hear (self, ":s.x 366 Ana #lobby :End");
  hear (self, "@time=2026-01-02T03:04:05.000Z;msgid=m1 :bea!u@h PRIVMSG #lobby :one");
  hear (self, "@time=2026-01-02T03:04:06.000Z;msgid=m2 :Ana!u@h PRIVMSG #lobby :two");
  hear (self, ":bea!u@h PRIVMSG #lobby :nameless");
  self->room = hs_session_find_room (self->session, "#lobby");
  g_object_unref (stage_wait_for_entry (self->room, "nameless"));
}

static void
scene_clear (Scene *self)
{
  g_object_unref (self->session);
  hs_store_close (self->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->store);
  g_string_free (self->out, TRUE);
}

#define CAPS "draft/message-redaction echo-message message-tags server-time"

static void
test_asks (void)
{
  Scene scene;
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

    hear (&scene, ":bea!u@h MODE #lobby +o Ana");
    g_assert_true (hs_session_can_delete (scene.session, scene.room, others));
    g_assert_true (hs_session_delete (scene.session, scene.room, others, NULL));
    stage_wait_until (strstr (scene.out->str, "REDACT #lobby m1\r\n") != NULL);
    g_assert_true (hs_session_delete (scene.session, scene.room, nameless, NULL));
    g_object_unref (stage_wait_for_entry (scene.room, "The server gave this message no name: it cannot be deleted."));

    hear (&scene, ":s.x CAP Ana DEL draft/message-redaction");
    g_assert_false (hs_session_can_delete (scene.session, scene.room, own));
  }
  scene_clear (&scene);

  scene_init (&scene, "echo-message message-tags server-time");
  {
    g_autoptr (HsEntry) own = stage_wait_for_entry (scene.room, "two");

    g_assert_false (hs_session_can_delete (scene.session, scene.room, own));
  }
  scene_clear (&scene);
}

static void
test_hears (void)
{
  Scene scene;
  guint n;

  scene_init (&scene, CAPS);
  {
    g_autoptr (HsEntry) one = stage_wait_for_entry (scene.room, "one"), two = stage_wait_for_entry (scene.room, "two");

    n = g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (scene.room)));
    hear (&scene, "@msgid=m9 :bea!u@h REDACT #lobby m1 :why");
    stage_wait_until (hs_entry_is_redacted (one));
    g_assert_cmpstr (hs_entry_get_text (one), ==, "");
    g_assert_false (hs_entry_is_redacted (two));
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (scene.room))), ==, n);

    /* It does not come back, and of others' rooms nothing is touched */
    hear (&scene, "@time=2026-01-02T03:04:05.000Z;msgid=m1 :bea!u@h PRIVMSG #lobby :one");
    hear (&scene, "@msgid=m9 :bea!u@h REDACT Ana m2");
    hear (&scene, ":bea!u@h REDACT #elsewhere m2");
    hear (&scene, ":bea!u@h REDACT #lobby unknown");
    hear (&scene, ":bea!u@h REDACT #lobby");
    stage_fence (scene.store);
    g_assert_true (hs_entry_is_redacted (one));
    g_assert_false (hs_entry_is_redacted (two));
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (scene.room))), ==, n);

    /* The newest one goes from the sidebar too */
    hear (&scene, "@msgid=m5 :bea!u@h PRIVMSG #lobby :secret");
    stage_wait_until (g_strcmp0 (hs_room_get_preview (scene.room), "bea: secret") == 0);
    hear (&scene, ":bea!u@h REDACT #lobby m5");
    stage_wait_until (g_strcmp0 (hs_room_get_preview (scene.room), "bea: This message was deleted") == 0);
  }
  scene_clear (&scene);
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
  Scene scene;

  scene_init (&scene, CAPS);
  g_assert_true (hs_session_say (scene.session, scene.room, "on its way", NULL));
  {
    g_autoptr (HsEntry) pending = stage_wait_for_entry (scene.room, "on its way");

    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *line = g_strconcat (":s.x FAIL REDACT ", cases[i].line, NULL);

        hear (&scene, line);
        g_object_unref (stage_wait_for_entry (scene.room, cases[i].words));
      }
    g_assert_cmpint (hs_entry_get_delivery (pending), !=, HS_SENT_FAILED);
    g_assert_false (hs_session_can_delete (scene.session, scene.room, pending));
  }
  scene_clear (&scene);
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
