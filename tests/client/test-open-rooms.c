/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one run leaves open, the next one has; what was closed stays closed. */
#include "client-stage.h"

#include <glib/gstdio.h>
#include <string.h>

#include "hs-open-rooms.h"
#include "hs-room-private.h"
#include "hs-session-private.h"

typedef struct
{
  char *folder, *path;
  HsStore *store;
  HsSession *session;
  HsRoom *chosen; /* borrowed */
  GString *out;
  gboolean read;
} Run;

static guint64
on_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  Run *run = user_data;

  g_string_append_len (run->out, data, len);
  return run->out->len;
}

static void
receive (Run *run, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  hs_session_receive_irc (run->session, copy, strlen (copy));
}

static void
begin (Run *run)
{
  if (run->folder == NULL)
    {
      run->folder = g_dir_make_tmp ("hs-open-XXXXXX", NULL);
      run->path = g_build_filename (run->folder, "history.db", NULL);
    }
  run->out = g_string_new (NULL);
  run->store = hs_store_new (run->path);
  run->session = hs_session_new (run->store, "irc.test", "irc.test", "Ben", FALSE);
  run->chosen = NULL;
  run->read = FALSE;
}

static void
welcome (Run *run)
{
  hs_session_set_send (run->session, on_send, run);
  hs_session_begin_irc (run->session, NULL);
  receive (run, ":irc.test 001 Ben :Welcome");
}

static void
end (Run *run, gboolean last)
{
  stage_fence (run->store);
  hs_session_ended (run->session, NULL);
  g_object_unref (run->session);
  hs_store_close (run->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (run->store);
  g_string_free (run->out, TRUE);
  if (!last)
    return;
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *path = g_strconcat (run->path, (const char *[]) { "", "-wal", "-shm" }[i], NULL);

      g_unlink (path);
    }
  g_rmdir (run->folder);
  g_free (run->folder);
  g_free (run->path);
}

static void
on_read (GPtrArray *networks, gpointer user_data)
{
  Run *run = user_data;
  gint64 time = 0;

  run->read = TRUE;
  g_assert_cmpuint (networks->len, <=, 1);
  if (networks->len == 1)
    {
      const HsOpenNetwork *network = g_ptr_array_index (networks, 0);

      g_assert_cmpstr (network->network, ==, "irc.test");
      g_assert_cmpstr (network->address, ==, "irc.test");
      g_assert_cmpint (network->protocol, ==, HS_PROTOCOL_IRC);
      g_assert_cmpint (network->line_ending, ==, HS_LINE_ENDING_CRLF);
      hs_open_rooms_restore (network, run->session, &run->chosen, &time);
    }
}

static void
restore (Run *run)
{
  hs_open_rooms_read (run->store, NULL, on_read, run);
  stage_wait_until (run->read);
  stage_fence (run->store);
}

static void
talk (Run *run)
{
  welcome (run);
  hs_open_rooms_note_network (run->store, "irc.test", "irc.test", HS_PROTOCOL_IRC, HS_LINE_ENDING_CRLF);
  receive (run, ":Ben!b@h JOIN #here");
  receive (run, ":Ben!b@h JOIN #parted");
  receive (run, ":Ana!a@h PRIVMSG #here :hello");
  receive (run, ":Ana!a@h PRIVMSG Ben :psst");
  receive (run, ":Ben!b@h PART #parted");
  hs_session_set_draft (run->session, hs_session_find_room (run->session, "#here"), "not yet");
  hs_session_choose_room (run->session, hs_session_find_room (run->session, "Ana"));
  stage_fence (run->store);
}

static void
test_comes_back (void)
{
  Run run = { 0 };
  HsRoom *here, *ana;

  begin (&run);
  talk (&run);
  end (&run, FALSE);

  begin (&run);
  restore (&run);
  here = hs_session_find_room (run.session, "#here");
  ana = hs_session_find_room (run.session, "ana");
  g_assert_nonnull (here);
  g_assert_nonnull (ana);
  g_assert_true (run.chosen == ana);
  g_assert_cmpint (hs_room_get_kind (ana), ==, HS_ROOM_PERSON);
  g_assert_false (hs_room_is_joined (here));
  g_assert_false (hs_room_is_joined (ana));
  g_assert_cmpint (hs_session_get_state (run.session), ==, HS_SESSION_OFFLINE);
  g_assert_cmpstr (hs_room_get_draft (here), ==, "not yet");
  g_object_unref (stage_wait_for_entry (here, "hello"));
  g_assert_cmpstr (run.out->str, ==, "");

  /* Joined again: where one was, not where one had left. */
  welcome (&run);
  g_assert_nonnull (strstr (run.out->str, "JOIN #here\r\n"));
  g_assert_null (strstr (run.out->str, "#parted"));
  g_assert_true (hs_room_is_joined (ana));
  end (&run, TRUE);
}

static void
test_closed (void)
{
  Run run = { 0 };
  HsRoom *here;

  begin (&run);
  talk (&run);
  here = hs_session_find_room (run.session, "#here");
  g_assert_true (hs_session_can_close (run.session, here));
  g_assert_true (hs_session_close_room (run.session, here, NULL));
  g_assert_nonnull (strstr (run.out->str, "PART #here\r\n"));
  g_assert_null (hs_session_find_room (run.session, "#here"));
  receive (&run, ":Ben!b@h PART #here"); /* the server's answer opens nothing */
  g_assert_null (hs_session_find_room (run.session, "#here"));
  end (&run, FALSE);

  begin (&run);
  restore (&run);
  g_assert_null (hs_session_find_room (run.session, "#here"));
  g_assert_nonnull (hs_session_find_room (run.session, "ana"));
  /* Its history and its draft are there when it is opened again. */
  welcome (&run);
  receive (&run, ":Ben!b@h JOIN #here");
  stage_fence (run.store);
  here = hs_session_find_room (run.session, "#here");
  g_object_unref (stage_wait_for_entry (here, "hello"));
  g_assert_cmpstr (hs_room_get_draft (here), ==, "not yet");
  end (&run, TRUE);
}

/* The last conversation of a live connection would leave it unseen. */
static void
test_last (void)
{
  Run run = { 0 };
  g_autoptr (GError) error = NULL;
  HsRoom *room;

  begin (&run);
  hs_session_begin_plain (run.session, "peer");
  room = hs_session_find_room (run.session, "peer");
  g_assert_false (hs_session_can_close (run.session, room));
  g_assert_false (hs_session_close_room (run.session, room, &error));
  g_assert_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE);
  hs_session_ended (run.session, NULL);
  g_assert_true (hs_session_close_room (run.session, room, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (hs_session_get_rooms (run.session)), ==, 0);
  end (&run, TRUE);
}

static void
fail_if_called (GPtrArray *networks, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_cancelled (void)
{
  g_autoptr (HsStore) store = hs_store_new (":memory:");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  hs_open_rooms_read (store, cancellable, fail_if_called, NULL);
  g_cancellable_cancel (cancellable);
  stage_fence (store);
  hs_store_close (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/open-rooms/comes-back", test_comes_back);
  g_test_add_func ("/client/open-rooms/closed", test_closed);
  g_test_add_func ("/client/open-rooms/last", test_last);
  g_test_add_func ("/client/open-rooms/cancelled", test_cancelled);
  return g_test_run ();
}
