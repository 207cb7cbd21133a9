/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deleting what was said (IRCv3 draft/message-redaction): asked for here, done when the server says so. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define RANK_OPERATOR 2 /* of HsMember: 1 is voice */

static gboolean
rules_room (HsSession *self, HsRoom *room)
{
  HsMember *me = hs_room_get_kind (room) == HS_ROOM_CHANNEL ? hs_room_find_member (room, self->nick) : NULL;

  return me != NULL && hs_member_get_rank (me) >= RANK_OPERATOR;
}

gboolean
hs_session_can_delete (HsSession *self, HsRoom *room, HsEntry *entry)
{
  HsKind kind = hs_entry_get_kind (entry);
  HsSent delivery = hs_entry_get_delivery (entry);

  if (self->state != HS_SESSION_ONLINE || (self->caps & HS_CAP_REDACTION) == 0 || hs_session_conversation_of (self, room) == NULL)
    return FALSE;
  if (kind > HS_KIND_NOTICE || !hs_entry_is_loaded (entry) || hs_entry_is_redacted (entry) || !hs_room_is_joined (room))
    return FALSE;
  if (!hs_entry_is_own (entry))
    return rules_room (self, room);
  return delivery == HS_SENT_NONE || delivery == HS_SENT_ACCEPTED || delivery == HS_SENT_READ;
}

static void
on_named (const char *msgid, gpointer user_data)
{
  HsRoomTicket *ticket = user_data;
  HsConversation *conversation = hs_session_conversation_of (ticket->session, ticket->room);

  if (conversation == NULL)
    return;
  if (msgid == NULL)
    hs_session_tell (ticket->session, conversation, _("The server gave this message no name: it cannot be deleted."));
  else if (ticket->session->state == HS_SESSION_ONLINE && (ticket->session->caps & HS_CAP_REDACTION) != 0)
    hs_session_put (ticket->session, "REDACT", hs_room_get_name (ticket->room), msgid, NULL);
}

gboolean
hs_session_delete (HsSession *self, HsRoom *room, HsEntry *entry, GError **error)
{
  HsConversation *conversation = hs_session_conversation_of (self, room);

  if (!hs_session_can_delete (self, room, entry))
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_UNSUPPORTED, _("This message cannot be deleted now."));
      return FALSE;
    }
  hs_room_history_find_msgid (conversation->history, entry, on_named, hs_room_ticket_new (self, room), hs_room_ticket_free);
  return TRUE;
}

/* REDACT target msgid [reason]. A message that is not in the room's history is none of ours (IRCv3 message-redaction). */
void
hs_session_on_redact (HsSession *self, const HsEvent *event)
{
  const char *target = HS_PARAM (event, 0);
  HsConversation *conversation = hs_session_find_conversation (self, hs_session_is_channel (self, target) || event->own ? target : event->nick);

  if (conversation == NULL)
    return;
  hs_session_redact_passages (self, conversation, HS_PARAM (event, 1));
  hs_room_history_redact (conversation->history, HS_PARAM (event, 1));
}

static const struct
{
  const char *code, *words; /* untranslated msgid */
} refusals[] = {
  { "REDACT_FORBIDDEN", N_("The server does not let you delete this message.") },
  { "REDACT_WINDOW_EXPIRED", N_("This message is too old to be deleted.") },
  { "UNKNOWN_MSGID", N_("The server no longer has this message: it was not deleted for the others.") },
};

/* FAIL REDACT CODE target … :words */
void
hs_session_on_redact_fail (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = event->message->n_params > 3 ? hs_session_find_conversation (self, HS_PARAM (event, 2)) : NULL;
  g_autofree char *text = hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strcmp (HS_PARAM (event, 1), refusals[i].code) == 0)
      {
        hs_session_tell (self, conversation, _(refusals[i].words));
        return;
      }
  hs_session_tell (self, conversation, text);
}
