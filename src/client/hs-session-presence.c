/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who comes, goes, and changes names: the members of rooms, and the folded rows that tell of it. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-event-text.h"
#include "hs-limits.h"
#include "hs-name.h"

static void
add_presence (HsSession *self, HsConversation *conversation, const HsEvent *event, const char *text)
{
  hs_session_add_row (self, conversation, HS_ENTRY_PRESENCE, event->time, event->nick, text, NULL, 0, FALSE);
}

/* "old>new": the arrow stands between them only. */
static char *
make_renaming (const char *before, const char *after)
{
  g_autoptr (GString) first = g_string_new (before);

  g_string_replace (first, ">", "›", 0);
  return g_strdup_printf ("%s>%s", first->str, after);
}

static void
tell_waiting (HsSession *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting_info);
  guint lost = self->n_waiting_lost;
  g_autofree char *text = NULL;

  for (guint i = 0; waiting != NULL && i < waiting->len; i++)
    hs_session_tell (self, NULL, g_ptr_array_index (waiting, i));
  self->n_waiting_lost = 0;
  if (lost == 0)
    return;
  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "The server said %u more line, which was left out.",
                                       "The server said %u more lines, which were left out.", lost), lost);
  hs_session_tell (self, NULL, text);
}

/* We are in a room that does not open. Leaving it again would be for others to see, and through a bouncer for good. */
static void
tell_full (HsSession *self, const char *name)
{
  g_autofree char *text = NULL;

  if (self->full_told)
    return;
  self->full_told = TRUE;
  text = g_strdup_printf (_("The server put you into %s. %u conversations are open, so this one and further ones are not; what is said "
                            "there is shown here. To open it, type /part %s, then /join %s."),
                          name, HS_SESSION_ROOMS_MAX, name, name);
  hs_session_tell (self, hs_session_get_conversation (self, HS_SERVER_ROOM, HS_ROOM_SERVER), text);
}

static void
on_own_join (HsSession *self, const HsEvent *event)
{
  const char *name = HS_PARAM (event, 0);
  g_autofree char *key = hs_name_fold (name);
  gboolean asked = g_hash_table_remove (self->asked, key);
  HsConversation *conversation
      = asked ? hs_session_get_conversation (self, name, HS_ROOM_CHANNEL) : hs_session_offer_conversation (self, name, HS_ROOM_CHANNEL);

  g_free (self->source);
  self->source = g_strdup (event->message->source);
  if (conversation == NULL)
    {
      tell_full (self, name);
      return;
    }
  hs_room_clear_members (conversation->room);
  hs_room_set_joined (conversation->room, TRUE);
  hs_room_history_set_joined (conversation->history, TRUE);
  conversation->rejoin = FALSE;
  conversation->modes_asked = FALSE;
  hs_room_clear_modes (conversation->room);
  g_clear_pointer (&conversation->removal, g_free);
  hs_session_member_here (self, conversation, event->nick);
  tell_waiting (self);
  hs_session_catch_up (self, conversation);
  if (self->asked_room != NULL && hs_name_equal (self->asked_room, HS_PARAM (event, 0)))
    {
      g_clear_pointer (&self->asked_room, g_free);
      g_signal_emit_by_name (self, "show-room", conversation->room);
    }
}

void
hs_session_on_join (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation;
  g_autofree char *text = NULL;

  if (event->own)
    {
      on_own_join (self, event);
      return;
    }
  conversation = hs_session_find_conversation (self, HS_PARAM (event, 0));
  if (conversation == NULL)
    return;
  if (event->message->n_params > 2) /* extended-join: channel, account, real name */
    hs_session_set_shown (self, event->nick, HS_PARAM (event, 2));
  hs_session_member_here (self, conversation, event->nick);
  hs_session_note_source (self, event->nick, event->message->source);
  hs_session_want_who (self, conversation, event->nick);
  text = g_strdup_printf ("+%s", hs_session_get_shown (self, event->nick));
  add_presence (self, conversation, event, text);
}

static void
leave_room (HsSession *self, HsConversation *conversation)
{
  hs_room_set_joined (conversation->room, FALSE);
  hs_room_history_set_joined (conversation->history, FALSE);
  hs_room_clear_members (conversation->room);
  conversation->rejoin = FALSE;
}

static void
member_leaves (HsSession *self, HsConversation *conversation, const HsEvent *event, const char *nick)
{
  g_autofree char *text = g_strdup_printf ("-%s", hs_session_get_shown (self, nick));

  hs_session_typing_heard (self, conversation, nick, FALSE);
  hs_room_remove_member (conversation->room, nick);
  add_presence (self, conversation, event, text);
}

void
hs_session_on_part (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 0));

  if (conversation == NULL)
    return;
  if (event->own)
    {
      leave_room (self, conversation);
      return;
    }
  member_leaves (self, conversation, event, event->nick);
  hs_session_forget_absent (self, event->nick);
}

void
hs_session_on_quit (HsSession *self, const HsEvent *event)
{
  GHashTableIter iter;
  gpointer value;

  if (event->own)
    return;
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (hs_room_find_member (((HsConversation *) value)->room, event->nick) != NULL)
      member_leaves (self, value, event, event->nick);
  hs_session_forget_absent (self, event->nick);
}

/* Who gives no reason is named as one by most servers. */
static char *
describe_kick (HsSession *self, const HsEvent *event, const char *whom, const char *why)
{
  const char *who = hs_session_get_shown (self, event->nick);
  gboolean bare = *why == '\0' || strcmp (why, event->nick) == 0 || strcmp (why, whom) == 0;

  if (hs_session_is_me (self, whom))
    return bare ? hs_event_text_make (HS_EVENT_KICKED_BARE, who, NULL) : hs_event_text_make (HS_EVENT_KICKED, who, why, NULL);
  return bare ? hs_event_text_make (HS_EVENT_KICK_BARE, who, hs_session_get_shown (self, whom), NULL)
              : hs_event_text_make (HS_EVENT_KICK, who, hs_session_get_shown (self, whom), why, NULL);
}

const char *
hs_session_get_removal (HsSession *self, HsRoom *room)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  return conversation != NULL && !hs_room_is_joined (room) ? conversation->removal : NULL;
}

void
hs_session_on_kick (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 0));
  const char *whom = HS_PARAM (event, 1);
  g_autofree char *why = hs_session_clean_text (HS_PARAM (event, 2));
  g_autofree char *text = NULL;

  if (conversation == NULL)
    return;
  text = describe_kick (self, event, whom, why);
  hs_session_add_row (self, conversation, HS_ENTRY_EVENT, event->time, event->nick, text, NULL, 0, FALSE);
  if (hs_session_is_me (self, whom))
    {
      g_free (conversation->removal);
      conversation->removal = hs_event_text_format (text, event->time);
      leave_room (self, conversation);
    }
  else
    hs_room_remove_member (conversation->room, whom);
}

/* A private conversation follows the person, unless one under the new name is open already. */
static void
rename_private (HsSession *self, const char *nick, const char *new_nick)
{
  HsConversation *conversation = hs_session_find_conversation (self, nick);

  if (conversation == NULL || hs_room_get_kind (conversation->room) != HS_ROOM_PERSON)
    return;
  hs_session_offer_conversation (self, new_nick, HS_ROOM_PERSON);
}

void
hs_session_on_nick (HsSession *self, const HsEvent *event)
{
  const char *new_nick = HS_PARAM (event, 0);
  g_autofree char *before = g_strdup (hs_session_get_shown (self, event->nick));
  g_autofree char *text = NULL;
  const char *after;
  GHashTableIter iter;
  gpointer value;

  hs_session_rename_person (self, event->nick, new_nick);
  after = hs_session_get_shown (self, new_nick);
  text = make_renaming (before, after);
  if (event->own)
    hs_session_set_own_nick (self, new_nick);
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;

      if (hs_room_find_member (conversation->room, event->nick) == NULL)
        continue;
      hs_session_typing_heard (self, conversation, event->nick, FALSE);
      hs_room_rename_member (conversation->room, event->nick, new_nick);
      hs_session_member_here (self, conversation, new_nick);
      if (strcmp (before, after) != 0)
        add_presence (self, conversation, event, text);
    }
  if (!event->own)
    rename_private (self, event->nick, new_nick);
  hs_session_forget_absent (self, event->nick);
}

void
hs_session_on_setname (HsSession *self, const HsEvent *event)
{
  g_autofree char *before = g_strdup (hs_session_get_shown (self, event->nick));
  g_autofree char *text = NULL;
  GHashTableIter iter;
  gpointer value;

  hs_session_set_shown (self, event->nick, HS_PARAM (event, 0));
  if (strcmp (before, hs_session_get_shown (self, event->nick)) == 0)
    return;
  text = make_renaming (before, hs_session_get_shown (self, event->nick));
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (hs_room_find_member (((HsConversation *) value)->room, event->nick) != NULL)
      add_presence (self, value, event, text);
}

void
hs_session_on_away (HsSession *self, const HsEvent *event)
{
  HsPerson *person = hs_session_get_person (self, event->nick);
  GHashTableIter iter;
  gpointer value;

  person->away = event->message->n_params > 0 && *HS_PARAM (event, 0) != '\0';
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsMember *member = hs_room_find_member (((HsConversation *) value)->room, event->nick);

      if (member != NULL)
        hs_member_set_away (member, person->away);
    }
}
