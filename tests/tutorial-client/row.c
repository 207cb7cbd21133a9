/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One scripted peer, one connection of ours to it, and what both of them saw. */
#include "row.h"

/* ---- The other program ---- */

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Row *row = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL)
    {
      row->at_end = TRUE;
      return;
    }
  if (row->port == 0 && g_str_has_prefix (line, "port "))
    row->port = (guint) g_ascii_strtoull (line + 5, NULL, 10) | 0x10000; /* a Unix socket's is 0 */
  else
    g_string_append_printf (row->seen, "%s\n", line);
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (source), G_PRIORITY_DEFAULT, NULL, on_read, row);
}

void
row_start_peer (Row *row, const char *mode, const char *argument)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tutorial-client", "peer.py", NULL);
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GError) error = NULL;

  memset (row, 0, sizeof *row);
  row->seen = g_string_new (NULL);
  row->peer = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/usr/bin/python3", script, mode, argument, NULL);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (row->peer));
  g_data_input_stream_read_line_async (out, G_PRIORITY_DEFAULT, NULL, on_read, row);
  stage_wait_until (row->port != 0);
  row->port &= 0xffff;
}

/* ---- Our side ---- */

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Row *row = user_data;

  row->answered = TRUE;
  row->opened = hs_connection_open_finish (HS_CONNECTION (source), result, &row->error);
}

static void
on_closed (HsConnection *connection, Row *row)
{
  row->closed = TRUE;
}

void
row_make (Row *row, const char *address, HsProtocol protocol)
{
  row->store = hs_store_new (":memory:");
  row->session = hs_session_new (row->store, address, address, "Ana", FALSE);
  row->connection = hs_connection_new (row->session, address, protocol, HS_LINE_ENDING_AUTOMATIC);
  g_signal_connect (row->connection, "closed", G_CALLBACK (on_closed), row);
}

void
row_open_made (Row *row)
{
  hs_connection_open_async (row->connection, NULL, on_opened, row);
}

void
row_open_address (Row *row, const char *address, HsProtocol protocol)
{
  row_make (row, address, protocol);
  row_open_made (row);
}

void
row_open (Row *row, const char *format, HsProtocol protocol)
{
  g_autoptr (GString) address = g_string_new (format);
  g_autofree char *port = g_strdup_printf ("%u", row->port);

  g_string_replace (address, "PORT", port, 0);
  row_open_address (row, address->str, protocol);
}

void
row_end (Row *row)
{
  if (row->peer != NULL)
    {
      g_subprocess_force_exit (row->peer);
      stage_wait_until (row->at_end);
      g_subprocess_wait (row->peer, NULL, NULL);
      g_clear_object (&row->peer);
    }
  g_clear_object (&row->connection);
  g_clear_object (&row->session);
  if (row->store != NULL)
    hs_store_close (row->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&row->store);
  g_clear_error (&row->error);
  if (row->seen != NULL)
    g_string_free (row->seen, TRUE);
}

HsRoom *
row_room (Row *row)
{
  g_autoptr (HsRoom) room = g_list_model_get_item (hs_session_get_rooms (row->session), 0);

  g_assert_nonnull (room);
  return room;
}

void
row_says (Row *row, const char *text)
{
  g_autoptr (GError) error = NULL;

  hs_session_say (row->session, row_room (row), text, &error);
  g_assert_no_error (error);
}

void
row_sees (Row *row, const char *text)
{
  g_object_unref (stage_wait_for_entry (row_room (row), text));
}

void
row_wait_open (Row *row)
{
  stage_wait_until (row->answered);
  g_assert_no_error (row->error);
  g_assert_true (row->opened);
}

/* It has left by itself, and has seen what is expected. */
void
row_peer_saw (Row *row, const char *expected)
{
  stage_wait_until (row->at_end);
  g_assert_cmpstr (row->seen->str, ==, expected);
}

const HsFailure *
row_wait_failed (Row *row, HsFailureKind kind)
{
  const HsFailure *failure;

  stage_wait_until (row->answered);
  g_assert_false (row->opened);
  g_assert_nonnull (row->error);
  stage_wait_until (row->closed);
  failure = hs_connection_get_failure (row->connection);
  g_assert_nonnull (failure);
  g_test_message ("%s. %s", failure->title, failure->sentence);
  g_assert_cmpint (failure->kind, ==, kind);
  g_assert_cmpint (hs_session_get_state (row->session), ==, HS_SESSION_OFFLINE);
  return failure;
}

HsEntry *
row_find_said (Row *row, const char *beginning)
{
  GListModel *rooms = hs_session_get_rooms (row->session);

  for (guint i = 0; i < g_list_model_get_n_items (rooms); i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (rooms, i);
      GListModel *entries = G_LIST_MODEL (hs_room_get_entries (room));

      for (guint k = 0; k < g_list_model_get_n_items (entries); k++)
        {
          g_autoptr (HsEntry) entry = g_list_model_get_item (entries, k);

          if (hs_entry_is_loaded (entry) && g_str_has_prefix (hs_entry_get_text (entry), beginning))
            return g_steal_pointer (&entry);
        }
    }
  return NULL;
}
