/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a person has read: between their own devices (IRCv3 draft/read-marker), and, where they have chosen so, to the others by the tag
 * +handshakechat.github.io/read. Told at most once in a while, and heard. */
#include "hs-session-impl.h"

#include <string.h>

#include "hs-limits.h"

static gboolean
tells_device (HsSession *self, HsConversation *conversation)
{
  return (self->caps & HS_CAP_READ_MARKER) != 0 && conversation->said > conversation->marker;
}

/* Only on servers of ours: elsewhere nobody would understand. Not in rooms of many: each would hear it of each. */
static gboolean
tells_others (HsSession *self, HsConversation *conversation)
{
  return self->tells_reading && self->ours && conversation->heard_id != NULL && (self->caps & HS_CAP_TAGS) != 0
         && hs_room_get_kind (conversation->room) != HS_ROOM_SERVER && hs_room_is_joined (conversation->room)
         && hs_room_get_n_members (conversation->room) <= HS_READ_PEOPLE;
}

/* Not what has come since: that may not have been seen. */
static void
put_to_others (HsSession *self, HsConversation *conversation)
{
  g_autofree char *msgid = g_steal_pointer (&conversation->marked_id);

  if (g_strcmp0 (conversation->heard_id, msgid) == 0)
    g_clear_pointer (&conversation->heard_id, g_free);
  hs_session_put_aside (self, conversation->room, HS_TAG_READ, msgid);
}

static void
put_one (HsSession *self, HsConversation *conversation)
{
  char time[25];
  g_autofree char *parameter = NULL;

  conversation->marking = FALSE;
  if (self->state == HS_SESSION_ONLINE && conversation->marked_id != NULL && tells_others (self, conversation))
    put_to_others (self, conversation);
  if (conversation->marked <= conversation->marker || (self->caps & HS_CAP_READ_MARKER) == 0 || self->state != HS_SESSION_ONLINE)
    return;
  conversation->marker = conversation->marked;
  hs_irc_format_time (conversation->marked * 1000, time);
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
  if (!tells_device (self, conversation) && !tells_others (self, conversation))
    return;
  conversation->marking = TRUE;
  conversation->marked = conversation->said;
  g_free (conversation->marked_id);
  conversation->marked_id = g_strdup (conversation->heard_id);
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

/* Pages of the history come in any order, and begin with what we had: what is not newer was told, or will be with what is. */
void
hs_session_note_heard (HsConversation *conversation, const char *msgid, gint64 time, gboolean before)
{
  if (msgid == NULL || (before ? time <= conversation->heard : time < conversation->heard))
    return;
  conversation->heard = time;
  g_free (conversation->heard_id);
  conversation->heard_id = g_strdup (msgid);
}

void
hs_session_set_tells_reading (HsSession *self, gboolean tells)
{
  self->tells_reading = tells;
}

void
hs_session_read_heard (HsSession *self, HsConversation *conversation, const char *msgid)
{
  if (*msgid == '\0' || strlen (msgid) > HS_LINE_MAX)
    return;
  hs_room_history_set_read_by_others (conversation->history, msgid);
  hs_session_passages_read (self, conversation, msgid);
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
