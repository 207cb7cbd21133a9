/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MARKREAD: when a session says how far one has read, and what it does when another device has read further. */
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
  hear (self, ":s.x MARKREAD #lobby *");
  self->room = hs_session_find_room (self->session, "#lobby");
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
  Scene scene;

  scene_init (&scene, CAPS);
  for (guint i = 0; i < 3; i++)
    {
      hear (&scene, i == 0 ? SAID ("1") : i == 1 ? SAID ("2") : SAID ("3"));
      stage_wait_until (hs_room_get_unread (scene.room) == 1);
      hs_session_mark_read (scene.session, scene.room);
    }
  g_assert_cmpuint (count (scene.out->str, "MARKREAD #lobby timestamp="), ==, 0);
  stage_wait_until (count (scene.out->str, "MARKREAD #lobby timestamp=2026-01-02T03:04:03.000Z\r\n") == 1);
  g_assert_cmpuint (count (scene.out->str, "MARKREAD"), ==, 1);

  /* What another device has read already need not be told; before one goes it is not waited */
  hear (&scene, SAID ("4"));
  stage_wait_until (hs_room_get_unread (scene.room) == 1);
  hs_session_mark_read (scene.session, scene.room);
  hear (&scene, ":s.x MARKREAD #lobby timestamp=2026-01-02T03:04:04.000Z");
  hear (&scene, ":s.x FAIL MARKREAD INTERNAL_ERROR #lobby :The read timestamp could not be set");
  hs_session_quit (scene.session, NULL);
  g_assert_cmpuint (count (scene.out->str, "MARKREAD"), ==, 1);
  scene_clear (&scene);

  scene_init (&scene, CAPS);
  hear (&scene, SAID ("4"));
  stage_wait_until (hs_room_get_unread (scene.room) == 1);
  hs_session_mark_read (scene.session, scene.room);
  hs_session_quit (scene.session, NULL);
  g_assert_nonnull (strstr (scene.out->str, "MARKREAD #lobby timestamp=2026-01-02T03:04:04.000Z\r\nQUIT\r\n"));
  scene_clear (&scene);

  scene_init (&scene, "message-tags server-time");
  hear (&scene, SAID ("1"));
  stage_wait_until (hs_room_get_unread (scene.room) == 1);
  hs_session_mark_read (scene.session, scene.room);
  hs_session_quit (scene.session, NULL);
  g_assert_null (strstr (scene.out->str, "MARKREAD"));
  scene_clear (&scene);
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
      Scene scene;
      g_autofree char *line = g_strconcat (":s.x ", cases[i].line, NULL);

      g_test_message ("%s", cases[i].line);
      scene_init (&scene, CAPS);
      hear (&scene, SAID ("1"));
      hear (&scene, SAID ("2"));
      hear (&scene, SAID ("3"));
      stage_wait_until (hs_room_get_unread (scene.room) == 3);
      hear (&scene, line);
      stage_fence (scene.store);
      g_assert_cmpuint (hs_room_get_unread (scene.room), ==, cases[i].unread);
      hear (&scene, ":s.x MARKREAD #lobby timestamp=2026-01-02T03:04:00.500Z"); /* it never goes back */
      stage_fence (scene.store);
      g_assert_cmpuint (hs_room_get_unread (scene.room), ==, cases[i].unread);
      scene_clear (&scene);
    }
}

/* Of rooms the server tells it by itself; of people it is asked. */
static void
test_people (void)
{
  Scene scene;

  scene_init (&scene, CAPS);
  g_assert_null (strstr (scene.out->str, "MARKREAD"));
  hear (&scene, "@time=2026-01-02T03:04:01.000Z;msgid=p1 :bea!u@h PRIVMSG Ana :hello");
  g_assert_nonnull (strstr (scene.out->str, "MARKREAD bea\r\n"));
  stage_wait_until (hs_room_get_unread (hs_session_find_room (scene.session, "bea")) == 1);
  hear (&scene, ":s.x MARKREAD bea timestamp=2026-01-02T03:04:01.000Z");
  stage_wait_until (hs_room_get_unread (hs_session_find_room (scene.session, "bea")) == 0);
  scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/session-marker/tells", test_tells);
  g_test_add_func ("/client/session-marker/hears", test_hears);
  g_test_add_func ("/client/session-marker/people", test_people);
  return g_test_run ();
}
