/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is typing (IRCv3 typing): heard from others until it times out, said by us at most once in three seconds. */
#include "hs-session-impl.h"

#include "hs-name.h"

static gboolean
is_over (gpointer nick, gpointer until, gpointer user_data)
{
  HsConversation *conversation = user_data;
  HsMember *member;

  if (*(gint64 *) until > g_get_monotonic_time ())
    return FALSE;
  member = hs_room_find_member (conversation->room, nick);
  if (member != NULL)
    hs_member_set_typing (member, FALSE);
  return TRUE;
}

/* Runs only while somebody types. */
static gboolean
on_tick (gpointer user_data)
{
  HsSession *self = user_data;
  GHashTableIter iter;
  gpointer value;
  gboolean some = FALSE;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;

      if (conversation->typing == NULL)
        continue;
      if (g_hash_table_foreach_remove (conversation->typing, is_over, conversation) > 0)
        hs_room_update_typing (conversation->room);
      some |= g_hash_table_size (conversation->typing) > 0;
    }
  if (some)
    return G_SOURCE_CONTINUE;
  self->typing_source = 0;
  return G_SOURCE_REMOVE;
}

void
hs_session_typing_heard (HsSession *self, HsConversation *conversation, const char *nick, gboolean typing)
{
  HsMember *member = hs_room_find_member (conversation->room, nick);
  g_autofree char *key = NULL;

  if (member == NULL || (!typing && conversation->typing == NULL))
    return;
  key = hs_name_fold (nick);
  if (typing)
    {
      gint64 *until = g_new (gint64, 1);

      *until = g_get_monotonic_time () + HS_TYPING_MS * 1000;
      if (conversation->typing == NULL)
        conversation->typing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (conversation->typing, g_steal_pointer (&key), until);
      if (self->typing_source == 0)
        self->typing_source = g_timeout_add_seconds (1, on_tick, self);
    }
  else if (!g_hash_table_remove (conversation->typing, key))
    return;
  hs_member_set_typing (member, typing);
  hs_room_update_typing (conversation->room);
}

void
hs_session_typing_clear (HsSession *self)
{
  GHashTableIter iter;
  gpointer value;

  g_clear_handle_id (&self->typing_source, g_source_remove);
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;

      conversation->typing_sent = 0;
      g_clear_pointer (&conversation->typing, g_hash_table_unref);
    }
}

void
hs_session_put_aside (HsSession *self, HsRoom *room, const char *tag, const char *value)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  HsIrcMessage message;

  hs_irc_tags_append (tags, tag, value);
  if ((self->caps & HS_CAP_LABEL) != 0)
    hs_irc_tags_append (tags, "label", HS_LABEL_ASIDE);
  hs_irc_message_set (&message, NULL, "TAGMSG", hs_room_get_name (room), NULL);
  message.tags = tags->str;
  hs_session_put_message (self, &message);
}

void
hs_session_set_typing (HsSession *self, HsRoom *room, gboolean typing)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);
  gint64 now = g_get_monotonic_time ();

  if (conversation == NULL || self->plain || self->state != HS_SESSION_ONLINE || !(self->caps & HS_CAP_TAGS)
      || hs_room_get_kind (room) == HS_ROOM_SERVER || !hs_room_is_joined (room))
    return;
  if (typing ? conversation->typing_sent != 0 && now - conversation->typing_sent < HS_TYPING_SPACING_MS * 1000 : conversation->typing_sent == 0)
    return;
  conversation->typing_sent = typing ? now : 0;
  hs_session_put_aside (self, room, HS_TAG_TYPING, typing ? "active" : "done");
}
