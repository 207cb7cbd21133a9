/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say, and servers in their place: PRIVMSG, NOTICE and TAGMSG, with what in them is not for eyes. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"

/* ---- Text ---- */

/* Length of a formatting code at @p: bold and the like, colours with their numbers (as IRC clients send them), 0 for none. */
static gsize
formatting_length (const char *p)
{
  gsize n = 1;

  if (*p == '\x04')
    return 1 + strspn (p + 1, "0123456789abcdefABCDEF,");
  if (*p != '\x03')
    return *p != '\0' && strchr ("\x02\x0f\x11\x16\x1d\x1e\x1f", *p) != NULL ? 1 : 0;
  for (guint i = 0; i < 2 && g_ascii_isdigit (p[n]); i++)
    n++;
  if (n > 1 && p[n] == ',' && g_ascii_isdigit (p[n + 1]))
    for (guint i = 0, start = n + 1; i < 2 && g_ascii_isdigit (p[start + i]); i++)
      n = start + i + 1;
  return n;
}

/* Length of a control at @p, with what belongs to it: "ESC [ 31 m" (ECMA-48 5.4), C0, DEL and C1; 0 for none. A tab and a line's end are text. */
static gsize
control_length (const char *p)
{
  gsize n = 2;

  if (p[0] == '\x1b' && p[1] == '[')
    {
      while (p[n] >= 0x20 && p[n] < 0x40)
        n++;
      return p[n] >= 0x40 && p[n] < 0x7f ? n + 1 : n;
    }
  if ((guchar) p[0] == 0xc2 && (guchar) p[1] >= 0x80 && (guchar) p[1] < 0xa0)
    return 2;
  return ((guchar) *p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f;
}

/* Controls are left out: they are meant for a terminal, few fonts have a picture of them, and beside a coloured "ls" one would read only those. */
char *
hs_session_clean_text (const char *text)
{
  GString *clean = g_string_new (NULL);

  while (*text != '\0')
    {
      gsize n = MAX (formatting_length (text), control_length (text));

      if (n > 0)
        text += MIN (n, strlen (text));
      else
        g_string_append_c (clean, *text++);
    }
  return g_string_free (clean, FALSE);
}

/* ---- Messages ---- */

/* The conversation a message belongs to: the channel (also "@#channel"), or the other person. NULL: none of ours. */
static HsConversation *
conversation_for (HsSession *self, const HsEvent *event, const char *target)
{
  if (*target != '\0' && strchr (self->prefix_chars, *target) != NULL && hs_session_is_channel (self, target + 1))
    target++;
  if (hs_session_is_channel (self, target))
    return hs_session_find_conversation (self, target);
  if (event->own)
    return hs_session_offer_conversation (self, target, HS_ROOM_PERSON);
  if (*event->nick == '\0')
    return NULL;
  return hs_session_offer_conversation (self, event->nick, HS_ROOM_PERSON);
}

/* No conversation opens any more: the server's own room shows who says it and, when that is not us, to whom. */
static HsConversation *
conversation_when_full (HsSession *self, const HsEvent *event, const char *target, char **text)
{
  if (!hs_session_is_full (self) || *event->nick == '\0')
    return NULL;
  if (!hs_session_is_me (self, target))
    {
      g_autofree char *words = g_steal_pointer (text);

      *text = g_strdup_printf (_("To %s: %s"), target, words);
    }
  return hs_session_get_conversation (self, HS_SERVER_ROOM, HS_ROOM_SERVER);
}

static gboolean
is_from_server (const HsEvent *event)
{
  const char *source = event->message->source;

  return source == NULL || (strchr (source, '!') == NULL && (strchr (source, '.') != NULL || *event->nick == '\0'));
}

static void
add_message (HsSession *self, const HsEvent *event, HsEntryKind kind, const char *text)
{
  const char *target = HS_PARAM (event, 0);
  g_autofree char *msgid = NULL;
  g_autofree char *clean = hs_session_clean_text (text);
  HsConversation *conversation;
  gboolean mention;

  if (event->history != NULL && hs_session_accept_remembered (self, event->message, event->nick, clean, event->time))
    return;
  if (event->history == NULL && event->own && hs_session_accept_echo (self, event->message, event->label, target, clean, event->time))
    return;
  conversation = conversation_for (self, event, target);
  if (conversation == NULL)
    conversation = conversation_when_full (self, event, target, &clean);
  if (conversation == NULL)
    return;

  hs_session_note_said (conversation, event->message, event->time);
  if (hs_room_get_kind (conversation->room) == HS_ROOM_PERSON && !event->own && event->history == NULL) /* back, if it had gone */
    hs_session_member_here (self, conversation, event->nick);
  if (event->history == NULL)
    hs_session_typing_heard (self, conversation, event->nick, FALSE);
  msgid = hs_irc_message_dup_tag (event->message, "msgid");
  if (!event->own && kind != HS_ENTRY_NOTICE)
    hs_session_note_heard (conversation, msgid, event->time, event->history != NULL);
  mention = !event->own && kind != HS_ENTRY_NOTICE && hs_session_is_mention (self, clean);
  hs_session_add_row (self, conversation, kind, event->time, event->nick, clean, msgid,
                      (event->own ? HS_ENTRY_OWN : 0) | (mention ? HS_ENTRY_MENTION : 0),
                      !event->own && kind != HS_ENTRY_NOTICE && event->time > conversation->marker && (event->history == NULL || conversation->was_here || conversation->catchup_from != 0));
}

/* CTCP (modern.ircdocs.horse/ctcp): what is asked of us alone is answered as good clients do, and not more often than a person would ask. TIME,
 * FINGER, USERINFO and SOURCE are refused by silence: nobody needs to know where we are, or who else we are. */
static void
answer_request (HsSession *self, const HsEvent *event, const char *request)
{
  static const char *const names[] = { "CLIENTINFO", "PING", "VERSION" };
  gint64 now = g_get_monotonic_time ();
  gsize len = strcspn (request, "\001");
  g_autofree char *words = g_strndup (request, len);
  g_autofree char *answer = NULL;
  gsize name = strcspn (words, " ");

  if (event->own || event->history != NULL || !hs_session_is_me (self, HS_PARAM (event, 0)))
    return;
  if (self->request_answered != 0 && now - self->request_answered < HS_REQUEST_SPACING_MS * 1000)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names) && answer == NULL; i++)
    if (strlen (names[i]) == name && g_ascii_strncasecmp (words, names[i], name) == 0)
      answer = g_strdup_printf ("\001%s%s\001", names[i], i == 0 ? " ACTION CLIENTINFO PING VERSION" : i == 1 ? words + name : " Handshake " HS_VERSION);
  if (answer == NULL)
    return;
  self->request_answered = now;
  hs_session_put (self, "NOTICE", event->nick, answer, NULL);
}

static void
on_privmsg (HsSession *self, const HsEvent *event)
{
  const char *text = HS_PARAM (event, 1);

  if (is_from_server (event))
    {
      g_autofree char *clean = hs_session_clean_text (text);

      hs_session_tell (self, NULL, clean);
    }
  else if (g_str_has_prefix (text, "\001ACTION "))
    {
      g_autofree char *action = g_strdup (text + strlen ("\001ACTION "));

      if (g_str_has_suffix (action, "\001"))
        action[strlen (action) - 1] = '\0';
      add_message (self, event, HS_ENTRY_ACTION, action);
    }
  else if (*text == '\001')
    answer_request (self, event, text + 1);
  else
    add_message (self, event, HS_ENTRY_MESSAGE, text);
}

/* What a server says of a room to everybody who comes is shown there once a day, not whenever one comes back, after a restart either: the row gets
 * a name, made of day and words, and no room keeps two of one name. */
static void
tell_notice (HsSession *self, HsConversation *conversation, const char *text)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *name = NULL;

  if (conversation == NULL)
    {
      hs_session_tell (self, NULL, text);
      return;
    }
  name = g_strdup_printf ("notice %" G_GINT64_FORMAT " %s", g_get_real_time () / G_TIME_SPAN_DAY, sum); /* no msgid has a space */
  hs_session_add_row (self, conversation, HS_ENTRY_INFO, 0, "", text, name, 0, FALSE);
}

static void
on_notice (HsSession *self, const HsEvent *event)
{
  const char *text = HS_PARAM (event, 1);
  g_autofree char *clean = NULL;

  if (*text == '\001')
    return;
  if (!is_from_server (event) && (hs_session_is_channel (self, HS_PARAM (event, 0)) || event->own
                                  || hs_session_find_conversation (self, event->nick) != NULL))
    {
      add_message (self, event, HS_ENTRY_NOTICE, text);
      return;
    }
  clean = hs_session_clean_text (text);
  if (is_from_server (event))
    tell_notice (self, hs_session_find_conversation (self, HS_PARAM (event, 0)), clean);
  else
    {
      g_autofree char *line = g_strdup_printf (_("%s notes: %s"), event->nick, clean);

      hs_session_tell (self, NULL, line);
    }
}

void
hs_session_on_said (HsSession *self, const HsEvent *event)
{
  if (strcmp (event->message->command, "NOTICE") == 0)
    on_notice (self, event);
  else
    on_privmsg (self, event);
}

void
hs_session_on_tagmsg (HsSession *self, const HsEvent *event)
{
  g_autofree char *typing = hs_irc_message_dup_tag (event->message, HS_TAG_TYPING);
  g_autofree char *read = hs_irc_message_dup_tag (event->message, HS_TAG_READ);
  const char *target = HS_PARAM (event, 0);
  HsConversation *conversation;

  if (event->own || event->history != NULL || *event->nick == '\0')
    return;
  conversation = hs_session_find_conversation (self, hs_session_is_channel (self, target) ? target : event->nick);
  if (conversation == NULL)
    return;
  if (read != NULL)
    hs_session_read_heard (self, conversation, read);
  if (typing != NULL)
    hs_session_typing_heard (self, conversation, event->nick, strcmp (typing, "active") == 0);
}
