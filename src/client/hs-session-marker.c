/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a person has read, between their own devices (IRCv3 draft/read-marker): told to the server at most once in a while, and heard from it. */
#include "hs-session-impl.h"

#include <string.h>

#include "hs-limits.h"

static void
put_one (HsSession *self, HsConversation *conversation)
{
  char time[25];
  g_autofree char *parameter = NULL;

  conversation->marking = FALSE;
  if (conversation->said <= conversation->marker || (self->caps & HS_CAP_READ_MARKER) == 0 || self->state != HS_SESSION_ONLINE)
    return;
  conversation->marker = conversation->said;
  hs_irc_format_time (conversation->said * 1000, time);
  parameter = g_strconcat ("timestamp=", time, NULL);
  hs_session_put (self, "MARKREAD", hs_room_get_name (conversation->room), parameter, NULL);
}

void
hs_session_flush_markers (HsSession *self)
{
  GHashTableIter iter;
  gpointer value;

  g_clear_handle_id (&self->marker_source, g_source_remove);
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((HsConversation *) value)->marking)
      put_one (self, value);
}

static gboolean
on_due (gpointer user_data)
{
  HsSession *self = user_data;

  self->marker_source = 0;
  hs_session_flush_markers (self);
  return G_SOURCE_REMOVE;
}

void
hs_session_put_marker (HsSession *self, HsConversation *conversation)
{
  if ((self->caps & HS_CAP_READ_MARKER) == 0 || conversation->said <= conversation->marker)
    return;
  conversation->marking = TRUE;
  if (self->marker_source == 0)
    self->marker_source = g_timeout_add (HS_MARKER_MS, on_due, self);
}

/* A marker is the time of a message as the server told it: ours would be another one. */
void
hs_session_note_said (HsConversation *conversation, const HsIrcMessage *message, gint64 time)
{
  g_autofree char *told = hs_irc_message_dup_tag (message, "time");

  if (told != NULL)
    conversation->said = MAX (conversation->said, time);
}

void
hs_session_ask_marker (HsSession *self, HsConversation *conversation)
{
  if ((self->caps & HS_CAP_READ_MARKER) != 0 && self->state == HS_SESSION_ONLINE && hs_room_get_kind (conversation->room) == HS_ROOM_PERSON)
    hs_session_put (self, "MARKREAD", hs_room_get_name (conversation->room), NULL);
}

/* MARKREAD target timestamp=…, or * where nothing is known. */
void
hs_session_on_markread (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 0));
  const char *parameter = HS_PARAM (event, 1);
  g_autoptr (GDateTime) time = NULL;
  gint64 ms;

  if (conversation == NULL || !g_str_has_prefix (parameter, "timestamp="))
    return;
  time = g_date_time_new_from_iso8601 (parameter + strlen ("timestamp="), NULL);
  if (time == NULL || g_date_time_to_unix (time) < 0)
    return;
  ms = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
  if (ms <= conversation->marker)
    return;
  conversation->marker = ms;
  hs_room_history_mark_read_until (conversation->history, ms);
}
