/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session asks of a server that keeps history, and how it reads the answer: lines in, lines out. Whole conversations are tests/duet's. */
#include "client-stage.h"

#include <string.h>

static void
come_online (HsSession *session)
{
  hs_session_begin_irc (session, NULL);
  stage_hear (session, ":s.x CAP * LS :batch draft/chathistory echo-message handshakechat.github.io/resume message-tags server-time");
  stage_hear (session, ":s.x CAP * ACK :batch draft/chathistory echo-message handshakechat.github.io/resume message-tags server-time");
  stage_hear (session, ":s.x 001 Ana :Welcome");
  stage_hear (session, ":s.x 005 Ana CHATHISTORY=3 :are supported by this server");
}

#define SAID(second, id, text) "@batch=1;time=2026-01-02T03:04:0" second ".000Z;msgid=" id " :bea!u@h PRIVMSG #lobby :" text

static void
test_asks (void)
{
  HsStore *store = hs_store_new (":memory:");
  g_autoptr (GString) out = g_string_new (NULL);
  HsSession *session = hs_session_new (store, "test", "irc.test", "Ana", FALSE);
  HsRoom *room;

  hs_session_set_send (session, stage_gather, out);
  come_online (session);
  stage_hear (session, ":s.x RESUME 00ff");
  g_assert_null (strstr (out->str, "RESUME"));
  stage_hear (session, ":Ana!u@h JOIN #lobby");
  stage_wait_until (strstr (out->str, "CHATHISTORY LATEST #lobby * 3\r\n") != NULL);
  stage_hear (session, ":s.x BATCH +1 chathistory #lobby");
  stage_hear (session, SAID ("1", "m1", "one"));
  stage_hear (session, SAID ("2", "m2", "two"));
  stage_hear (session, ":s.x BATCH -1");
  stage_hear (session, "@time=2026-01-02T03:04:03.000Z;msgid=m3 :bea!u@h PRIVMSG #lobby :three");
  stage_hear (session, "@time=2026-01-02T03:04:03.000Z;msgid=m3 :bea!u@h PRIVMSG #lobby :three"); /* it has that already */
  room = hs_session_find_room (session, "#lobby");
  stage_wait_until (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (room))) == 3);
  g_assert_cmpuint (hs_room_get_unread (room), ==, 1); /* who comes for the first time has not missed the others */

  /* Again: from what it has on, and further back when the answer is full. */
  hs_session_ended (session, "gone");
  g_string_truncate (out, 0);
  hs_session_set_send (session, stage_gather, out);
  come_online (session);
  g_assert_nonnull (strstr (out->str, "RESUME 00ff\r\nCAP END\r\n"));
  stage_hear (session, ":Ana!u@h JOIN #lobby");
  stage_wait_until (strstr (out->str, "CHATHISTORY LATEST #lobby timestamp=2026-01-02T03:04:02.999Z 3\r\n") != NULL);
  stage_hear (session, ":s.x BATCH +1 chathistory #lobby");
  stage_hear (session, SAID ("6", "m6", "six"));
  stage_hear (session, SAID ("7", "m7", "seven"));
  stage_hear (session, SAID ("8", "m8", "eight"));
  stage_hear (session, ":s.x BATCH -1");
  stage_wait_until (strstr (out->str, "CHATHISTORY BEFORE #lobby msgid=m6 3\r\n") != NULL);
  stage_hear (session, ":s.x BATCH +1 chathistory #lobby");
  stage_hear (session, SAID ("3", "m3", "three"));
  stage_hear (session, SAID ("4", "m4", "four"));
  stage_hear (session, ":s.x BATCH -1");
  stage_wait_until (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (room))) == 7);
  g_assert_cmpuint (hs_room_get_unread (room), ==, 5);

  g_object_unref (session);
  hs_store_close (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (store);
}

/* What a page says may be nothing that is shown, and a page may be shorter than asked for: it is read on until what we had, or nothing, comes. */
static void
test_pages (void)
{
#define AT(second, id) "@batch=1;time=2026-01-02T03:04:0" second ".000Z;msgid=" id " "
  static const struct
  {
    const char *what;
    const char *lines[8], *asked; /* of one page; NULL: nothing more is asked for */
  } cases[] = {
    { "requests", { AT ("7", "m7") ":bea!u@h PRIVMSG #lobby :\001VERSION\001", AT ("8", "m8") ":bea!u@h PRIVMSG #lobby :eight" }, "msgid=m7" },
    { "notices of a server", { AT ("6", "m6") ":s.x NOTICE #lobby :welcome", AT ("8", "m8") ":bea!u@h PRIVMSG #lobby :eight" }, "msgid=m6" },
    /* It does not happen again: cio does not come, and we do not go. */
    { "without a name", { "@batch=1;time=2026-01-02T03:04:06.000Z :cio!u@h JOIN #lobby", "@batch=1;time=2026-01-02T03:04:07.000Z :Ana!u@h PART #lobby" },
      "timestamp=2026-01-02T03:04:06.001Z" },
    { "one line, of several",
      { "@batch=1;time=2026-01-02T03:04:05.000Z;msgid=m5 :bea!u@h BATCH +2 draft/multiline #lobby", "@batch=2 :bea!u@h PRIVMSG #lobby :a",
        "@batch=2 :bea!u@h PRIVMSG #lobby :b", "@batch=1 BATCH -2" }, "msgid=m5" },
    { "up to what we have", { AT ("3", "m3") ":bea!u@h PRIVMSG #lobby :three", AT ("4", "m4") ":bea!u@h PRIVMSG #lobby :four" }, NULL },
    { "beyond it", { AT ("1", "m1") ":bea!u@h PRIVMSG #lobby :one", AT ("8", "m8") ":bea!u@h PRIVMSG #lobby :eight" }, NULL },
    { "full of one moment",
      { AT ("3", "n1") ":bea!u@h PRIVMSG #lobby :a", AT ("3", "n2") ":bea!u@h PRIVMSG #lobby :b", AT ("3", "n3") ":bea!u@h PRIVMSG #lobby :c" }, "msgid=n1" },
    { "empty", { NULL }, NULL },
  };
#undef AT

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HsStore *store = hs_store_new (":memory:");
      g_autoptr (GString) out = g_string_new (NULL);
      HsSession *session = hs_session_new (store, "test", "irc.test", "Ana", FALSE);
      g_autofree char *expected = cases[i].asked != NULL ? g_strdup_printf ("CHATHISTORY BEFORE #lobby %s 3\r\n", cases[i].asked) : g_strdup ("");

      g_test_message ("%s", cases[i].what);
      hs_session_set_send (session, stage_gather, out);
      come_online (session);
      stage_hear (session, ":Ana!u@h JOIN #lobby");
      stage_hear (session, "@time=2026-01-02T03:04:03.000Z;msgid=m3 :bea!u@h PRIVMSG #lobby :three");
      stage_fence (store);
      hs_session_ended (session, "gone");
      hs_session_set_send (session, stage_gather, out);
      come_online (session);
      stage_hear (session, ":Ana!u@h JOIN #lobby");
      stage_wait_until (strstr (out->str, "CHATHISTORY LATEST #lobby timestamp=2026-01-02T03:04:02.999Z 3\r\n") != NULL);

      /* A server that answers the same for ever is asked once more, and no oftener. */
      for (guint n = 0; n < 3; n++)
        {
          g_string_truncate (out, 0);
          stage_hear (session, ":s.x BATCH +1 chathistory #lobby");
          for (guint k = 0; cases[i].lines[k] != NULL; k++)
            stage_hear (session, cases[i].lines[k]);
          stage_hear (session, ":s.x BATCH -1");
          g_assert_cmpstr (out->str, ==, n == 0 ? expected : "");
          g_assert_true (hs_room_is_joined (hs_session_find_room (session, "#lobby")));
          g_assert_null (hs_room_find_member (hs_session_find_room (session, "#lobby"), "cio"));
        }
      g_object_unref (session);
      hs_store_close (store);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_object_unref (store);
    }
}

/* The token is for who gave it: not for another key, nor for the clear when it came encrypted. */
static void
test_other_server (void)
{
  static const struct
  {
    const char *what, *before, *now;
    gboolean given;
  } cases[] = {
    { "the same", "sha256:a", "sha256:a", TRUE },
    { "another", "sha256:a", "sha256:b", FALSE },
    { "no longer encrypted", "sha256:a", NULL, FALSE },
    { "now encrypted", NULL, "sha256:a", FALSE },
    { "never encrypted", NULL, NULL, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HsStore *store = hs_store_new (":memory:");
      g_autoptr (GString) out = g_string_new (NULL);
      HsSession *session = hs_session_new (store, "test", "irc.test", "Ana", FALSE);

      g_test_message ("%s", cases[i].what);
      hs_session_set_send (session, stage_gather, out);
      hs_session_set_server_key (session, cases[i].before);
      come_online (session);
      stage_hear (session, ":s.x RESUME 00ff");
      hs_session_ended (session, "gone");
      hs_session_set_send (session, stage_gather, out);
      hs_session_set_server_key (session, cases[i].now);
      come_online (session);
      g_assert_true ((strstr (out->str, "RESUME 00ff\r\nCAP END\r\n") != NULL) == cases[i].given);
      g_object_unref (session);
      hs_store_close (store);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_object_unref (store);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/session-catchup/other-server", test_other_server);
  g_test_add_func ("/client/session-catchup/asks", test_asks);
  g_test_add_func ("/client/session-catchup/pages", test_pages);
  return g_test_run ();
}
