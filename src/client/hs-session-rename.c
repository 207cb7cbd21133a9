/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms that are called something else (IRCv3 draft/channel-rename): asked for here, followed when the server says so. What was said stays. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-event-text.h"
#include "hs-name.h"

/* ---- The wish ---- */

/* The room that everybody comes into is called as its host has configured it. */
gboolean
hs_session_can_rename_room (HsSession *self, HsRoom *room)
{
  return self->state == HS_SESSION_ONLINE && (self->caps & HS_CAP_CHANNEL_RENAME) != 0 && hs_room_get_kind (room) == HS_ROOM_CHANNEL &&
         hs_room_is_joined (room) && !(self->ours && hs_name_equal (hs_room_get_name (room), "#lobby"));
}

/* "My slides" → "#My-slides" */
static char *
make_name (HsSession *self, const char *typed)
{
  g_autofree char *word = g_strstrip (g_strdup (typed));

  g_strdelimit (word, " ,", '-');
  return hs_session_is_channel (self, word) ? g_steal_pointer (&word) : g_strconcat ("#", word, NULL);
}

gboolean
hs_session_rename_room (HsSession *self, HsRoom *room, const char *name, GError **error)
{
  g_autofree char *wanted = make_name (self, name);

  if (!hs_session_can_rename_room (self, room))
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_UNSUPPORTED, _("This room cannot be renamed."));
      return FALSE;
    }
  if (!hs_name_is_room (wanted))
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE, _("This cannot be a room’s name."));
      return FALSE;
    }
  hs_session_put (self, "RENAME", hs_room_get_name (room), wanted, NULL);
  return TRUE;
}

/* ---- What the server says ---- */

/* One of that name that we have left is not this one: it goes from the list, and keeps what was said in it. FALSE: we are in both. */
static gboolean
make_way (HsSession *self, const char *name)
{
  HsConversation *other = hs_session_find_conversation (self, name);

  if (other != NULL && hs_room_is_joined (other->room))
    return FALSE;
  if (other != NULL)
    hs_session_drop_conversation (self, other);
  return TRUE;
}

static void
set_name (HsSession *self, HsConversation *conversation, const char *name)
{
  g_autofree char *former = hs_name_fold (hs_room_get_name (conversation->room));
  g_autofree char *title = hs_session_make_title (self, name);
  gpointer key = NULL;

  g_hash_table_steal_extended (self->conversations, former, &key, NULL);
  g_free (key);
  g_hash_table_insert (self->conversations, hs_name_fold (name), conversation);
  hs_room_history_rename (conversation->history, name);
  hs_room_set_name (conversation->room, name);
  hs_room_set_title (conversation->room, title);
}

static gboolean
follow (HsSession *self, HsConversation *conversation, const char *name)
{
  gboolean same = hs_name_equal (hs_room_get_name (conversation->room), name);

  if (!hs_session_is_channel (self, name) || !hs_name_is_room (name) || (!same && !make_way (self, name)))
    return FALSE;
  set_name (self, conversation, name);
  return TRUE;
}

void
hs_session_on_rename (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 0));
  const char *who = hs_session_get_shown (self, event->nick);
  g_autofree char *why = hs_session_clean_text (HS_PARAM (event, 2));
  g_autofree char *text = NULL;

  if (conversation == NULL || !follow (self, conversation, HS_PARAM (event, 1)))
    return;
  text = *why != '\0' ? hs_event_text_make (HS_EVENT_RENAME_WHY, who, hs_room_get_title (conversation->room), why, NULL)
                      : hs_event_text_make (HS_EVENT_RENAME, who, hs_room_get_title (conversation->room), NULL);
  hs_session_add_row (self, conversation, HS_ENTRY_EVENT, event->time, event->nick, text, NULL, 0, FALSE);
}

/* FAIL JOIN CHANNEL_RENAMED former name :words. Asked once: a server that leads in a circle is not followed. */
gboolean
hs_session_follow_renamed (HsSession *self, const HsEvent *event)
{
  const char *former = HS_PARAM (event, 2), *name = HS_PARAM (event, 3);
  HsConversation *conversation;
  g_autofree char *folded = NULL;

  if (strcmp (HS_PARAM (event, 0), "JOIN") != 0 || strcmp (HS_PARAM (event, 1), "CHANNEL_RENAMED") != 0 || event->message->n_params < 5 ||
      !hs_session_is_channel (self, name) || hs_name_equal (former, name) || (self->caps & HS_CAP_CHANNEL_RENAME) == 0)
    return FALSE;
  folded = hs_name_fold (former);
  conversation = hs_session_find_conversation (self, former);
  if (conversation == NULL && !g_hash_table_remove (self->asked, folded)) /* nobody here wanted to go there */
    return FALSE;
  if (conversation != NULL && (hs_room_is_joined (conversation->room) || !follow (self, conversation, name)))
    return FALSE;
  g_hash_table_remove (self->asked, folded);
  g_hash_table_add (self->asked, hs_name_fold (name));
  hs_session_put (self, "JOIN", name, NULL);
  return TRUE;
}
