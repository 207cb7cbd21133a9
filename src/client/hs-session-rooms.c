/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session's conversations: found, made, titled, dropped; and the rows that go into them. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"

char *
hs_session_make_our_title (const char *name)
{
  g_autofree char *first = NULL;
  const char *rest;

  if (*name != '#' || name[1] == '\0')
    return g_strdup (name);
  if (hs_name_equal (name, "#lobby"))
    return g_strdup (_("Lobby"));
  rest = g_utf8_next_char (name + 1);
  first = g_utf8_strup (name + 1, rest - name - 1);
  return g_strconcat (first, rest, NULL);
}

/* Elsewhere people know their channels by '#'. */
char *
hs_session_make_title (HsSession *self, const char *name)
{
  return self->ours ? hs_session_make_our_title (name) : g_strdup (name);
}

static void
update_titles (HsSession *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;
      g_autofree char *title = NULL;

      if (hs_room_get_kind (conversation->room) != HS_ROOM_CHANNEL)
        continue;
      title = hs_session_make_title (self, hs_room_get_name (conversation->room));
      hs_room_set_title (conversation->room, title);
    }
}

void
hs_session_set_ours (HsSession *self)
{
  g_signal_emit_by_name (self, "ours");
  if (self->ours)
    return;
  self->ours = TRUE;
  update_titles (self);
}

HsConversation *
hs_session_find_conversation (HsSession *self, const char *name)
{
  g_autofree char *key = hs_name_fold (name);

  return g_hash_table_lookup (self->conversations, key);
}

HsRoomTicket *
hs_room_ticket_new (HsSession *self, HsRoom *room)
{
  HsRoomTicket *ticket = g_new0 (HsRoomTicket, 1);

  ticket->session = g_object_ref (self);
  ticket->room = g_object_ref (room);
  return ticket;
}

void
hs_room_ticket_free (gpointer data)
{
  HsRoomTicket *ticket = data;

  g_object_unref (ticket->session);
  g_object_unref (ticket->room);
  g_free (ticket);
}

HsConversation *
hs_session_conversation_of (HsSession *self, HsRoom *room)
{
  HsConversation *conversation = room != NULL ? hs_session_find_conversation (self, hs_room_get_name (room)) : NULL;

  return conversation != NULL && conversation->room == room ? conversation : NULL;
}

/* Counted, not kept: members go in many places, and a person is in few rooms. */
static gboolean
has_place (HsSession *self, HsConversation *conversation)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  if (hs_room_get_n_members (conversation->room) == 0)
    return TRUE;
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += hs_room_get_n_members (((HsConversation *) value)->room);
  return n < HS_SESSION_MEMBERS_MAX;
}

static void
tell_crowded (HsSession *self, HsConversation *conversation)
{
  if (conversation->crowded)
    return;
  conversation->crowded = TRUE;
  hs_session_tell (self, conversation, _("There are more people in your rooms than can be listed: not everybody who is here is shown."));
}

HsMember *
hs_session_member_here (HsSession *self, HsConversation *conversation, const char *nick)
{
  HsMember *member;
  HsPerson *person;

  if (hs_room_find_member (conversation->room, nick) == NULL && !has_place (self, conversation))
    {
      tell_crowded (self, conversation);
      return NULL;
    }
  member = hs_room_add_member (conversation->room, nick);
  person = hs_session_get_person (self, nick);
  hs_member_set_shown (member, person->shown);
  hs_member_set_away (member, person->away);
  hs_member_set_plain (member, person->plain || self->plain);
  hs_member_set_secure (member, person->secure);
  hs_member_set_unencrypted (member, person->unencrypted);
  hs_member_set_own (member, hs_session_is_me (self, nick));
  return member;
}

static char *
title_for (HsSession *self, const char *name, HsRoomKind kind)
{
  if (kind == HS_ROOM_SERVER)
    return g_strdup (self->name);
  if (kind == HS_ROOM_PERSON)
    return g_strdup (hs_session_get_shown (self, name));
  return hs_session_make_title (self, name);
}

HsConversation *
hs_session_get_conversation (HsSession *self, const char *name, HsRoomKind kind)
{
  HsConversation *conversation = hs_session_find_conversation (self, name);
  g_autofree char *title = NULL;

  if (conversation != NULL)
    return conversation;

  conversation = g_new0 (HsConversation, 1);
  conversation->session = self;
  conversation->history = hs_room_history_new (self->store, self->network, name, kind, &conversation->room);
  title = title_for (self, name, kind);
  hs_room_set_title (conversation->room, title);
  hs_room_set_session (conversation->room, self);
  hs_room_set_hosted (conversation->room, self->hosted);
  if (kind != HS_ROOM_CHANNEL)
    hs_room_set_joined (conversation->room, TRUE);
  if (kind == HS_ROOM_PERSON)
    hs_session_member_here (self, conversation, name);
  g_hash_table_insert (self->conversations, hs_name_fold (name), conversation);
  g_list_store_append (self->rooms, conversation->room);
  hs_session_ask_marker (self, conversation);
  return conversation;
}

HsRoom *
hs_session_restore_room (HsSession *self, const char *name, HsRoomKind kind, const char *title, gboolean joined)
{
  HsConversation *conversation = hs_session_offer_conversation (self, name, kind);

  if (conversation == NULL)
    return NULL;
  if (title != NULL && *title != '\0')
    hs_room_set_title (conversation->room, title);
  hs_room_set_joined (conversation->room, FALSE);
  conversation->rejoin = kind == HS_ROOM_CHANNEL && joined;
  return conversation->room;
}

gboolean
hs_session_is_full (HsSession *self)
{
  return g_hash_table_size (self->conversations) >= HS_SESSION_ROOMS_MAX;
}

HsConversation *
hs_session_offer_conversation (HsSession *self, const char *name, HsRoomKind kind)
{
  if (hs_session_is_full (self))
    return hs_session_find_conversation (self, name);
  return hs_session_get_conversation (self, name, kind);
}

static gboolean
is_own_of (gconstpointer own, gconstpointer conversation)
{
  return ((const HsOwnMessage *) own)->conversation == conversation;
}

void
hs_session_drop_conversation (HsSession *self, HsConversation *conversation)
{
  g_autofree char *key = hs_name_fold (hs_room_get_name (conversation->room));
  guint position;

  for (guint i = self->own->len; i > 0; i--)
    if (is_own_of (g_ptr_array_index (self->own, i - 1), conversation))
      g_ptr_array_remove_index (self->own, i - 1);
  hs_room_history_close (conversation->history);
  if (g_list_store_find (self->rooms, conversation->room, &position))
    g_list_store_remove (self->rooms, position);
  hs_room_set_session (conversation->room, NULL);
  g_hash_table_remove (self->conversations, key);
}

static HsConversation *
first_channel (HsSession *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rooms));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (G_LIST_MODEL (self->rooms), i);

      if (hs_room_get_kind (room) == HS_ROOM_CHANNEL)
        return hs_session_conversation_of (self, room);
    }
  return NULL;
}

HsConversation *
hs_session_server_conversation (HsSession *self)
{
  if (self->plain)
    return hs_session_find_conversation (self, self->peer);
  if (self->ours)
    return first_channel (self);
  if (!self->registered)
    return hs_session_find_conversation (self, HS_SERVER_ROOM);
  return hs_session_get_conversation (self, HS_SERVER_ROOM, HS_ROOM_SERVER);
}

HsRoom *
hs_session_open_person (HsSession *self, const char *nick)
{
  return hs_session_get_conversation (self, nick, HS_ROOM_PERSON)->room;
}

/* ---- Rows ---- */

void
hs_session_add_row (HsSession *self, HsConversation *conversation, HsEntryKind kind, gint64 time, const char *sender, const char *text,
                    const char *msgid, guint flags, gboolean counts)
{
  HsHistoryRow *row = g_new0 (HsHistoryRow, 1);
  g_autofree char *key = hs_name_fold (sender);
  HsPerson *person = g_hash_table_lookup (self->people, key);
  g_autoptr (HsPassage) passage = NULL;

  row->time = time != 0 ? time : g_get_real_time () / 1000;
  row->kind = kind;
  row->flags = flags | (person != NULL && person->plain ? HS_ENTRY_PLAIN : 0);
  if (person != NULL && person->unencrypted && (flags & HS_ENTRY_OWN) == 0)
    row->flags |= HS_ENTRY_UNENCRYPTED;
  row->sender = g_strdup (sender);
  row->shown = person != NULL ? g_strdup (person->shown) : NULL;
  row->text = g_strdup (text);
  row->msgid = msgid != NULL && *msgid != '\0' ? g_strdup (msgid) : NULL;
  if (kind == HS_ENTRY_MESSAGE || kind == HS_ENTRY_ACTION || kind == HS_ENTRY_NOTICE)
    passage = hs_session_make_heard_passage (self, conversation, text);
  if (passage != NULL)
    hs_passage_set_msgid (passage, row->msgid);
  hs_room_history_add (conversation->history, row, counts, passage);
}

typedef struct
{
  void (*func) (gpointer user_data);
  gpointer user_data;
} Fence;

static gpointer
work_nothing (HsHistory *history, gpointer data, GError **error)
{
  return NULL;
}

static void
done_fence (gpointer result, const GError *error, gpointer data)
{
  Fence *fence = data;

  fence->func (fence->user_data);
}

void
hs_session_when_stored (HsSession *self, void (*func) (gpointer user_data), gpointer user_data)
{
  Fence *fence = g_new0 (Fence, 1);

  fence->func = func;
  fence->user_data = user_data;
  hs_store_run (self->store, work_nothing, done_fence, fence, g_free);
}

void
hs_session_tell (HsSession *self, HsConversation *conversation, const char *text)
{
  if (conversation == NULL)
    conversation = hs_session_server_conversation (self);
  if (conversation != NULL)
    {
      hs_session_add_row (self, conversation, HS_ENTRY_INFO, 0, "", text, NULL, 0, FALSE);
      return;
    }
  if (self->waiting_info == NULL)
    self->waiting_info = g_ptr_array_new_with_free_func (g_free);
  if (self->waiting_info->len < HS_SESSION_WAITING_MAX)
    g_ptr_array_add (self->waiting_info, g_strdup (text));
  else
    self->n_waiting_lost++;
}

static gboolean
has_word (const char *text, const char *word)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *wanted = g_utf8_casefold (word, -1);
  gsize len = strlen (wanted);

  if (len == 0)
    return FALSE;
  for (const char *p = strstr (folded, wanted); p != NULL; p = strstr (p + 1, wanted))
    {
      gunichar before = p > folded ? g_utf8_get_char (g_utf8_prev_char (p)) : ' ';
      gunichar first = g_utf8_get_char (wanted);
      gunichar after = g_utf8_get_char (p + len);
      /* Scripts without spaces have no word edges: 李伟你好 names 李伟. */
      gboolean spaced = !g_unichar_iswide (first);

      if (!spaced || (!g_unichar_isalnum (before) && before != '_' && !g_unichar_isalnum (after) && after != '_'))
        return TRUE;
    }
  return FALSE;
}

gboolean
hs_session_is_mention (HsSession *self, const char *text)
{
  return has_word (text, self->nick) || has_word (text, self->shown_name);
}
