/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who somebody is: what a server answers to WHOIS is told in words, once, where it was asked. */
#include "client-stage.h"

#include <string.h>

#include "hs-limits.h"

#define USER ":s.x 311 Ana bo u 192.0.2.7 * :Bo Li"
#define END  ":s.x 318 Ana bo :End of /WHOIS list"

/* @heard: lines with LF between; @told: all that is to be read in the room then, NULL nothing. */
typedef struct
{
  const char *path, *typed, *asked, *heard, *told;
  gboolean ours;
} Case;

static const Case cases[] = {
  { "foreign", "/whois bo", "WHOIS bo\r\n",
    USER "\n:s.x 319 Ana bo :@#r !@+#x\n:s.x 312 Ana bo irc.x :Somewhere\n:s.x 671 Ana bo :is using a secure connection\n"
    ":s.x 330 Ana bo bo-li :is logged in as\n:s.x 276 Ana bo :has client certificate fingerprint 00aa11bb22cc33dd44ee\n" END,
    "About bo|Real name: Bo Li|Comes from: u@192.0.2.7|Rooms: #r, #x|Server: irc.x|Encrypted connection|Account: bo-li|"
    "Key’s fingerprint: 00aa11bb22cc33dd44ee" },
  { "more", "/whois bo", "WHOIS bo\r\n",
    USER "\n:s.x 313 Ana bo :is an IRC operator\n:s.x 307 Ana bo :has identified\n:s.x 335 Ana bo :is a bot\n:s.x 301 Ana bo :Lunch\n"
    ":s.x 378 Ana bo :is connecting from *@h 192.0.2.7\n" END,
    "About bo|Real name: Bo Li|Comes from: u@192.0.2.7|Looks after this server|Has registered this name|Is a program, not a person|Away: Lunch|"
    "is connecting from *@h 192.0.2.7" },
  { "ours/encrypted", "/whois bo", "WHOIS bo\r\n", ":s.x 311 Ana bo u 192.0.2.7 * :bo\n:s.x 319 Ana bo :#lobby #slides\n:s.x 312 Ana bo s.x :Ana\n:s.x 671 Ana bo :is\n" END,
    "About bo|Comes from: 192.0.2.7|Rooms: Lobby, Slides|Encrypted connection", TRUE },
  { "ours/not-encrypted", "/whois bo", "WHOIS bo\r\n", ":s.x 311 Ana bo u 192.0.2.7 * :bo\n" END, "About bo|Comes from: 192.0.2.7|Unencrypted connection", TRUE },
  { "nobody", "/whois bo", "WHOIS bo\r\n", ":s.x 401 Ana bo :No such nick\n" END, "Nobody called bo is here." },
  { "of-another-case", "/whois BO", "WHOIS BO\r\n", USER "\n" END, "About bo|Real name: Bo Li|Comes from: u@192.0.2.7" },
  { "a-number-makes-no-sense", "/whois bo", "WHOIS bo\r\n", USER "\n:s.x 317 Ana bo -1 99999999999999999999 :seconds idle\n" END,
    "About bo|Real name: Bo Li|Comes from: u@192.0.2.7" },
  { "controls", "/whois bo", "WHOIS bo\r\n", ":s.x 311 Ana bo u h * :\x03""04,12Bo\x0f <b>Li</b>\n" END, "About bo|Real name: Bo <b>Li</b>|Comes from: u@h" },
  { "short", "/whois bo", "WHOIS bo\r\n", ":s.x 311 Ana bo u\n" END, "About bo|u" },
};

static void
enter (StageScene *scene, gboolean ours)
{
  stage_scene_init (scene, "message-tags");
  stage_hear (scene->session, ours ? ":s.x 004 Ana s.x handshake-0.1 io bklo" : ":s.x 004 Ana s.x other-1 io bklo");
  stage_hear (scene->session, ":Ana!u@h JOIN #r");
  stage_hear (scene->session, ":s.x 366 Ana #r :End");
  scene->room = hs_session_find_room (scene->session, "#r");
  g_string_truncate (scene->out, 0);
}

static void
hear_all (HsSession *session, const char *heard)
{
  g_auto (GStrv) lines = g_strsplit (heard, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    stage_hear (session, lines[i]);
}

static void
expect_told (StageScene *scene, const char *told)
{
  g_autofree char *expected = told != NULL ? g_strdup_printf ("    info <> %s\n", told) : g_strdup ("");
  g_autofree char *all = g_strdup_printf ("#r “%s”\n  Ana own\n%s", hs_room_get_title (scene->room), expected);

  stage_fence (scene->store);
  stage_expect (scene->session, all);
}

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  StageScene scene;
  g_autoptr (GError) error = NULL;

  enter (&scene, row->ours);
  g_assert_true (hs_session_say (scene.session, scene.room, row->typed, &error));
  g_assert_cmpstr (scene.out->str, ==, row->asked);
  hear_all (scene.session, row->heard);
  expect_told (&scene, row->told);
  stage_scene_clear (&scene);
}

/* What nobody asked for is shown as before, and what was given up is not told in a room that is closed. */
static void
test_unasked (void)
{
  StageScene scene;
  HsEntry *entry;

  enter (&scene, FALSE);
  stage_hear (scene.session, ":s.x 330 Ana bo bo-li :is logged in as");
  entry = stage_wait_for_entry (hs_session_find_room (scene.session, "*"), "bo: is logged in as");
  g_object_unref (entry);
  stage_scene_clear (&scene);
}

static void
test_connection_goes (void)
{
  StageScene scene;

  enter (&scene, FALSE);
  g_assert_true (hs_session_ask_who_is (scene.session, scene.room, "bo", NULL));
  stage_hear (scene.session, USER);
  hs_session_ended (scene.session, "gone");
  stage_fence (scene.store);
  g_assert_null (stage_find_entry (scene.room, "About bo"));
  stage_scene_clear (&scene);
}

/* A server that goes on and on fills no memory, and too many questions are not kept. */
static void
test_bounds (void)
{
  StageScene scene;
  HsEntry *entry = NULL;
  GListModel *entries;

  enter (&scene, FALSE);
  for (guint i = 0; i < 3 * HS_SESSION_WHOIS_MAX; i++)
    {
      g_autofree char *nick = g_strdup_printf ("p%u", i);

      g_assert_true (hs_session_ask_who_is (scene.session, scene.room, nick, NULL));
    }
  g_assert_true (hs_session_ask_who_is (scene.session, scene.room, "bo", NULL));
  for (guint i = 0; i < 1000; i++)
    stage_hear (scene.session, ":s.x 319 Ana bo :#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  stage_hear (scene.session, END);
  stage_hear (scene.session, ":s.x 318 Ana p0 :End"); /* given up */
  stage_fence (scene.store);
  entries = G_LIST_MODEL (hs_room_get_entries (scene.room));
  stage_wait_until (g_list_model_get_n_items (entries) == 1);
  entry = g_list_model_get_item (entries, 0);
  stage_wait_until (hs_entry_is_loaded (entry));
  g_assert_true (g_str_has_prefix (hs_entry_get_text (entry), "About bo\nRooms: #aaa"));
  g_assert_cmpuint (strlen (hs_entry_get_text (entry)), <, HS_SESSION_WHOIS_BYTES + 100);
  g_object_unref (entry);
  stage_scene_clear (&scene);
}

static void
test_refused (void)
{
  static const char *const names[] = { "", ":bo", "two words", "a\r\nQUIT" };
  StageScene scene;

  enter (&scene, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (hs_session_ask_who_is (scene.session, scene.room, names[i], &error));
      g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE);
    }
  g_assert_cmpstr (scene.out->str, ==, "");
  hs_session_ended (scene.session, "gone");
  hs_session_set_state (scene.session, HS_SESSION_OFFLINE, NULL);
  g_assert_false (hs_session_ask_who_is (scene.session, scene.room, "bo", NULL));
  stage_scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/client/session-whois/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/client/session-whois/unasked", test_unasked);
  g_test_add_func ("/client/session-whois/connection-goes", test_connection_goes);
  g_test_add_func ("/client/session-whois/bounds", test_bounds);
  g_test_add_func ("/client/session-whois/refused", test_refused);
  return g_test_run ();
}
