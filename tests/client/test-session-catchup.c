/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session asks of a server that keeps history, and how it reads the answer: lines in, lines out. Whole conversations are tests/duet's. */
#include "client-stage.h"

#include <string.h>

static guint64
on_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  GString *out = user_data;

  g_string_append_len (out, data, len);
  return out->len;
}

static void
hear (HsSession *session, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  hs_session_receive_irc (session, copy, strlen (copy));
}

static void
come_online (HsSession *session)
{
  hs_session_begin_irc (session, NULL);
  hear (session, ":s.x CAP * LS :batch draft/chathistory echo-message handshakechat.github.io/resume message-tags server-time");
  hear (session, ":s.x CAP * ACK :batch draft/chathistory echo-message handshakechat.github.io/resume message-tags server-time");
  hear (session, ":s.x 001 Ana :Welcome");
  hear (session, ":s.x 005 Ana CHATHISTORY=3 :are supported by this server");
}

#define SAID(second, id, text) "@batch=1;time=2026-01-02T03:04:0" second ".000Z;msgid=" id " :bea!u@h PRIVMSG #lobby :" text

static void
test_asks (void)
{
  HsStore *store = hs_store_new (":memory:");
  g_autoptr (GString) out = g_string_new (NULL);
  HsSession *session = hs_session_new (store, "test", "irc.test", "Ana", FALSE);
  HsRoom *room;

  hs_session_set_send (session, on_send, out);
  come_online (session);
  hear (session, ":s.x RESUME 00ff");
  g_assert_null (strstr (out->str, "RESUME"));
  hear (session, ":Ana!u@h JOIN #lobby");
  stage_wait_until (strstr (out->str, "CHATHISTORY LATEST #lobby * 3\r\n") != NULL);
  hear (session, ":s.x BATCH +1 chathistory #lobby");
  hear (session, SAID ("1", "m1", "one"));
  hear (session, SAID ("2", "m2", "two"));
  hear (session, ":s.x BATCH -1");
  hear (session, "@time=2026-01-02T03:04:03.000Z;msgid=m3 :bea!u@h PRIVMSG #lobby :three");
  hear (session, "@time=2026-01-02T03:04:03.000Z;msgid=m3 :bea!u@h PRIVMSG #lobby :three"); /* it has that already */
  room = hs_session_find_room (session, "#lobby");
  stage_wait_until (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (room))) == 3);
  g_assert_cmpuint (hs_room_get_unread (room), ==, 1); /* who comes for the first time has not missed the others */

  /* Again: from what it has on, and further back when the answer is full. */
  hs_session_ended (session, "gone");
  g_string_truncate (out, 0);
  hs_session_set_send (session, on_send, out);
  come_online (session);
  g_assert_nonnull (strstr (out->str, "RESUME 00ff\r\nCAP END\r\n"));
  hear (session, ":Ana!u@h JOIN #lobby");
  stage_wait_until (strstr (out->str, "CHATHISTORY LATEST #lobby timestamp=2026-01-02T03:04:02.999Z 3\r\n") != NULL);
  hear (session, ":s.x BATCH +1 chathistory #lobby");
  hear (session, SAID ("6", "m6", "six"));
  hear (session, SAID ("7", "m7", "seven"));
  hear (session, SAID ("8", "m8", "eight"));
  hear (session, ":s.x BATCH -1");
  stage_wait_until (strstr (out->str, "CHATHISTORY BEFORE #lobby msgid=m6 3\r\n") != NULL);
  hear (session, ":s.x BATCH +1 chathistory #lobby");
  hear (session, SAID ("3", "m3", "three"));
  hear (session, SAID ("4", "m4", "four"));
  hear (session, ":s.x BATCH -1");
  stage_wait_until (g_list_model_get_n_items (G_LIST_MODEL (hs_room_get_entries (room))) == 7);
  g_assert_cmpuint (hs_room_get_unread (room), ==, 5);

  g_object_unref (session);
  hs_store_close (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/session-catchup/asks", test_asks);
  return g_test_run ();
}
