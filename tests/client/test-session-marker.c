/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MARKREAD: when a session says how far one has read, and what it does when another device has read further. */
#include "client-stage.h"

#include <string.h>

static void
scene_init (StageScene *self, const char *caps)
{
  stage_scene_init (self, caps);
  stage_hear (self->session, ":Ana!u@h JOIN #lobby");
  stage_hear (self->session, ":s.x MARKREAD #lobby *");
  self->room = hs_session_find_room (self->session, "#lobby");
}

#define CAPS "draft/read-marker message-tags server-time"
#define SAID(second) "@time=2026-01-02T03:04:0" second ".000Z;msgid=m" second " :bea!u@h PRIVMSG #lobby :" second

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, part)) != NULL; at++)
    n++;
  return n;
}

static void
test_tells (void)
{
  StageScene scene;

  scene_init (&scene, CAPS);
  for (guint i = 0; i < 3; i++)
    {
      stage_hear (scene.session, i == 0 ? SAID ("1") : i == 1 ? SAID ("2") : SAID ("3"));
      stage_wait_until (hs_room_get_unread (scene.room) == 1);
      hs_session_mark_read (scene.session, scene.room);
    }
  g_assert_cmpuint (count (scene.out->str, "MARKREAD #lobby timestamp="), ==, 0);
  stage_wait_until (count (scene.out->str, "MARKREAD #lobby timestamp=2026-01-02T03:04:03.000Z\r\n") == 1);
  g_assert_cmpuint (count (scene.out->str, "MARKREAD"), ==, 1);

  /* What comes after one has looked is not read */
  stage_hear (scene.session, "@time=2026-01-02T03:04:03.500Z;msgid=m35 :bea!u@h PRIVMSG #lobby :3.5");
  stage_wait_until (hs_room_get_unread (scene.room) == 1);
  hs_session_mark_read (scene.session, scene.room);
  stage_hear (scene.session, "@time=2026-01-02T03:04:03.800Z;msgid=m38 :bea!u@h PRIVMSG #lobby :3.8");
  stage_wait_until (count (scene.out->str, "MARKREAD #lobby timestamp=2026-01-02T03:04:03.500Z\r\n") == 1);
  g_string_truncate (scene.out, 0);
  g_string_append (scene.out, "MARKREAD\r\n");

  /* What another device has read already need not be told; before one goes it is not waited */
  stage_hear (scene.session, SAID ("4"));
  stage_wait_until (hs_room_get_unread (scene.room) == 1);
  hs_session_mark_read (scene.session, scene.room);
  stage_hear (scene.session, ":s.x MARKREAD #lobby timestamp=2026-01-02T03:04:04.000Z");
  stage_hear (scene.session, ":s.x FAIL MARKREAD INTERNAL_ERROR #lobby :The read timestamp could not be set");
  hs_session_quit (scene.session, NULL);
  g_assert_cmpuint (count (scene.out->str, "MARKREAD"), ==, 1);
  stage_scene_clear (&scene);

  scene_init (&scene, CAPS);
  stage_hear (scene.session, SAID ("4"));
  stage_wait_until (hs_room_get_unread (scene.room) == 1);
  hs_session_mark_read (scene.session, scene.room);
  hs_session_quit (scene.session, NULL);
  g_assert_nonnull (strstr (scene.out->str, "MARKREAD #lobby timestamp=2026-01-02T03:04:04.000Z\r\nQUIT\r\n"));
  stage_scene_clear (&scene);

  scene_init (&scene, "message-tags server-time");
  stage_hear (scene.session, SAID ("1"));
  stage_wait_until (hs_room_get_unread (scene.room) == 1);
  hs_session_mark_read (scene.session, scene.room);
  hs_session_quit (scene.session, NULL);
  g_assert_null (strstr (scene.out->str, "MARKREAD"));
  stage_scene_clear (&scene);
}

static void
test_hears (void)
{
  static const struct
  {
    const char *line;
    guint unread;
  } cases[] = {
    { "MARKREAD #lobby *", 3 },
    { "MARKREAD #lobby", 3 },
    { "MARKREAD #lobby timestamp=yesterday", 3 },
    { "MARKREAD #elsewhere timestamp=2026-01-02T03:04:03.000Z", 3 },
    { "MARKREAD #lobby timestamp=2026-01-02T03:04:01.000Z", 2 },
    { "MARKREAD #lobby timestamp=2026-01-02T03:04:02.500Z", 1 },
    { "MARKREAD #lobby timestamp=2026-01-02T03:04:03.000Z", 0 },
    { "MARKREAD #lobby timestamp=2030-01-02T03:04:03.000Z", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      StageScene scene;
      g_autofree char *line = g_strconcat (":s.x ", cases[i].line, NULL);

      g_test_message ("%s", cases[i].line);
      scene_init (&scene, CAPS);
      stage_hear (scene.session, SAID ("1"));
      stage_hear (scene.session, SAID ("2"));
      stage_hear (scene.session, SAID ("3"));
      stage_wait_until (hs_room_get_unread (scene.room) == 3);
      stage_hear (scene.session, line);
      stage_fence (scene.store);
      g_assert_cmpuint (hs_room_get_unread (scene.room), ==, cases[i].unread);
      stage_hear (scene.session, ":s.x MARKREAD #lobby timestamp=2026-01-02T03:04:00.500Z"); /* it never goes back */
      stage_fence (scene.store);
      g_assert_cmpuint (hs_room_get_unread (scene.room), ==, cases[i].unread);
      stage_scene_clear (&scene);
    }
}

/* Of rooms the server tells it by itself; of people it is asked. */
static void
test_people (void)
{
  StageScene scene;

  scene_init (&scene, CAPS);
  g_assert_null (strstr (scene.out->str, "MARKREAD"));
  stage_hear (scene.session, "@time=2026-01-02T03:04:01.000Z;msgid=p1 :bea!u@h PRIVMSG Ana :hello");
  g_assert_nonnull (strstr (scene.out->str, "MARKREAD bea\r\n"));
  stage_wait_until (hs_room_get_unread (hs_session_find_room (scene.session, "bea")) == 1);
  stage_hear (scene.session, ":s.x MARKREAD bea timestamp=2026-01-02T03:04:01.000Z");
  stage_wait_until (hs_room_get_unread (hs_session_find_room (scene.session, "bea")) == 0);
  stage_scene_clear (&scene);
}

#define READ "TAGMSG #lobby\r\n"

/* By choice, on servers of ours, in rooms of few: the newest message of somebody else, once for all that was read meanwhile. */
static void
test_tells_others (void)
{
  static const struct
  {
    const char *what;
    gboolean tells, ours, many;
    guint told;
  } cases[] = {
    { "chosen", TRUE, TRUE, FALSE, 1 },
    { "not chosen", FALSE, TRUE, FALSE, 0 },
    { "another server", TRUE, FALSE, FALSE, 0 },
    { "a room of many", TRUE, TRUE, TRUE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      StageScene scene;

      g_test_message ("%s", cases[i].what);
      scene_init (&scene, "message-tags server-time");
      if (cases[i].ours)
        stage_hear (scene.session, ":s.x 004 Ana s.x handshake-1 i n");
      hs_session_set_tells_reading (scene.session, cases[i].tells);
      for (guint k = 0; cases[i].many && k < 40; k++)
        {
          g_autofree char *line = g_strdup_printf (":guest%u!u@h JOIN #lobby", k);

          stage_hear (scene.session, line);
        }
      stage_hear (scene.session, SAID ("1"));
      stage_hear (scene.session, SAID ("2"));
      stage_wait_until (hs_room_get_unread (scene.room) == 2);
      hs_session_mark_read (scene.session, scene.room);
      hs_session_mark_read (scene.session, scene.room);
      hs_session_quit (scene.session, NULL);
      g_assert_cmpuint (count (scene.out->str, READ), ==, cases[i].told);
      g_assert_cmpuint (count (scene.out->str, "@+handshakechat.github.io/read=m2 " READ), ==, cases[i].told);
      stage_scene_clear (&scene);
    }
}

/* What had been seen when one looked, and no message of an older page; nor anything that the server will not take is told to a person. */
static void
test_tells_others_truly (void)
{
  StageScene scene;
  g_autofree char *before = NULL, *after = NULL;

  scene_init (&scene, "message-tags server-time batch labeled-response");
  stage_hear (scene.session, ":s.x 004 Ana s.x handshake-1 i n");
  hs_session_set_tells_reading (scene.session, TRUE);
  stage_hear (scene.session, SAID ("5"));
  stage_wait_until (hs_room_get_unread (scene.room) == 1);
  hs_session_mark_read (scene.session, scene.room);
  stage_hear (scene.session, SAID ("6"));
  stage_wait_until (strstr (scene.out->str, "@+handshakechat.github.io/read=m5;label=aside " READ) != NULL);
  before = stage_describe (scene.session);
  stage_hear (scene.session, "@label=aside :s.x 404 Ana #lobby :Cannot send to channel (+m)");
  after = stage_describe (scene.session);
  g_assert_cmpstr (after, ==, before);

  /* the older page, oldest first */
  g_string_truncate (scene.out, 0);
  stage_hear (scene.session, ":s.x BATCH +h chathistory #lobby");
  stage_hear (scene.session, "@batch=h;time=2026-01-02T03:04:01.000Z;msgid=m1 :bea!u@h PRIVMSG #lobby :1");
  stage_hear (scene.session, "@batch=h;time=2026-01-02T03:04:07.000Z;msgid=m7 :bea!u@h PRIVMSG #lobby :7");
  stage_hear (scene.session, "@batch=h;time=2026-01-02T03:04:02.000Z;msgid=m2 :bea!u@h PRIVMSG #lobby :2");
  stage_hear (scene.session, ":s.x BATCH -h");
  stage_fence (scene.store);
  hs_session_mark_read (scene.session, scene.room);
  hs_session_quit (scene.session, NULL);
  g_assert_nonnull (strstr (scene.out->str, "read=m7;label=aside " READ));
  g_assert_cmpuint (count (scene.out->str, READ), ==, 1);
  stage_scene_clear (&scene);
}

/* Others have read: what we had said until then is marked, and nothing that they say of what nobody said does harm. */
static void
test_hears_others (void)
{
  static const char *const nothing[] = {
    ":bea!u@h TAGMSG #lobby", "@+handshakechat.github.io/read :bea!u@h TAGMSG #lobby", "@+handshakechat.github.io/read= :bea!u@h TAGMSG #lobby",
    "@+handshakechat.github.io/read=unknown :bea!u@h TAGMSG #lobby", "@+handshakechat.github.io/read=m2 :bea!u@h TAGMSG #elsewhere",
    "@+handshakechat.github.io/read=m2 :Ana!u@h TAGMSG #lobby",
  };
  StageScene scene;
  g_autoptr (HsEntry) first = NULL, second = NULL;

  scene_init (&scene, "message-tags server-time echo-message");
  g_assert_true (hs_session_say (scene.session, scene.room, "one", NULL));
  stage_wait_until (strstr (scene.out->str, "PRIVMSG #lobby one") != NULL);
  stage_hear (scene.session, "@time=2026-01-02T03:04:01.000Z;msgid=m1 :Ana!u@h PRIVMSG #lobby one");
  g_assert_true (hs_session_say (scene.session, scene.room, "two", NULL));
  stage_wait_until (strstr (scene.out->str, "PRIVMSG #lobby two") != NULL);
  stage_hear (scene.session, "@time=2026-01-02T03:04:02.000Z;msgid=m2 :Ana!u@h PRIVMSG #lobby two");
  first = stage_wait_for_entry (scene.room, "one");
  second = stage_wait_for_entry (scene.room, "two");
  stage_wait_until (hs_entry_get_delivery (first) == HS_SENT_ACCEPTED && hs_entry_get_delivery (second) == HS_SENT_ACCEPTED);
  for (guint i = 0; i < G_N_ELEMENTS (nothing); i++)
    stage_hear (scene.session, nothing[i]);
  stage_fence (scene.store);
  g_assert_cmpint (hs_entry_get_delivery (first), ==, HS_SENT_ACCEPTED);
  stage_hear (scene.session, "@+handshakechat.github.io/read=m1 :bea!u@h TAGMSG #lobby");
  stage_wait_until (hs_entry_get_delivery (first) == HS_SENT_READ);
  g_assert_cmpint (hs_entry_get_delivery (second), ==, HS_SENT_ACCEPTED);
  stage_hear (scene.session, "@+handshakechat.github.io/read=m2 :bea!u@h TAGMSG #lobby");
  stage_wait_until (hs_entry_get_delivery (second) == HS_SENT_READ);
  g_assert_cmpint (hs_passage_get_facts (hs_session_find_passage (scene.session, scene.room, second))->read, !=, 0);
  stage_scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/session-marker/tells", test_tells);
  g_test_add_func ("/client/session-marker/hears", test_hears);
  g_test_add_func ("/client/session-marker/people", test_people);
  g_test_add_func ("/client/session-marker/tells-others", test_tells_others);
  g_test_add_func ("/client/session-marker/tells-others-truly", test_tells_others_truly);
  g_test_add_func ("/client/session-marker/hears-others", test_hears_others);
  return g_test_run ();
}
