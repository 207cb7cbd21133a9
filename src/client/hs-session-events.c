/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server says: one row and one function per command. Messages are in -said, numerics in -numerics. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-event-text.h"
#include "hs-limits.h"
#include "hs-name.h"
#include "hs-utf8.h"

/* ---- Rooms ---- */

static void
on_topic (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 0));
  g_autofree char *topic = hs_session_clean_text (HS_PARAM (event, 1));
  g_autofree char *text = NULL;
  const char *who = hs_session_get_shown (self, event->nick);

  if (conversation == NULL)
    return;
  hs_room_set_topic (conversation->room, *topic != '\0' ? topic : NULL);
  text = *topic != '\0' ? hs_event_text_make (HS_EVENT_TOPIC, who, topic, NULL) : hs_event_text_make (HS_EVENT_NO_TOPIC, who, NULL);
  hs_session_add_row (self, conversation, HS_ENTRY_EVENT, event->time, event->nick, text, NULL, 0, FALSE);
}

/* Bits of the prefix modes a member holds, highest mode in the highest bit: its rank is the highest. */
static void
set_member_mode (HsSession *self, HsMember *member, char mode, gboolean on)
{
  const char *at = strchr (self->prefix_modes, mode);
  guint n = (guint) strlen (self->prefix_modes);
  guint bit = n - 1 - (guint) (at - self->prefix_modes);
  guint held = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (member), "hs-modes"));

  held = on ? held | (1u << bit) : held & ~(1u << bit);
  g_object_set_data (G_OBJECT (member), "hs-modes", GUINT_TO_POINTER (held));
  /* 1 is voice: a server without it (PREFIX=(o)@) begins at 2. */
  hs_member_set_rank (member, held == 0 ? 0 : g_bit_storage (held) + (strchr (self->prefix_modes, 'v') == NULL));
}

void
hs_session_name_member (HsSession *self, HsConversation *conversation, const char *name)
{
  g_autofree char *nick = NULL;
  HsMember *member;
  guint n_prefixes = 0;

  while (name[n_prefixes] != '\0' && strchr (self->prefix_chars, name[n_prefixes]) != NULL)
    n_prefixes++;
  nick = hs_irc_source_dup_nick (name + n_prefixes); /* userhost-in-names */
  if (nick == NULL || *nick == '\0')
    return;
  member = hs_session_member_here (self, conversation, nick);
  if (member == NULL)
    return;
  g_object_set_data (G_OBJECT (member), "hs-modes", NULL);
  hs_member_set_rank (member, 0);
  for (guint i = 0; i < n_prefixes; i++)
    set_member_mode (self, member, self->prefix_modes[strchr (self->prefix_chars, name[i]) - self->prefix_chars], TRUE);
}

static void
tell_rank (HsSession *self, HsConversation *conversation, const HsEvent *event, char mode, gboolean on, const char *whom)
{
  static const struct { char mode; HsEventKind on, off; } ranks[] = {
    { 'o', HS_EVENT_OPERATOR, HS_EVENT_NOT_OPERATOR },
    { 'v', HS_EVENT_VOICE, HS_EVENT_NOT_VOICE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranks); i++)
    if (ranks[i].mode == mode)
      {
        g_autofree char *text = hs_event_text_make (on ? ranks[i].on : ranks[i].off, hs_session_get_shown (self, event->nick),
                                                    hs_session_get_shown (self, whom), NULL);

        hs_session_add_row (self, conversation, HS_ENTRY_EVENT, event->time, event->nick, text, NULL, 0, FALSE);
      }
}

gboolean
hs_session_mode_takes_param (HsSession *self, char mode, gboolean on)
{
  if (strchr (self->chanmodes[0], mode) != NULL || strchr (self->chanmodes[1], mode) != NULL)
    return TRUE;
  return on && strchr (self->chanmodes[2], mode) != NULL;
}

/* "*!*@host" is a host and "nick!*@*" a name, for people. */
static char *
describe_mask (HsSession *self, const char *mask)
{
  if (g_str_has_prefix (mask, "*!*@"))
    return g_strdup (mask + strlen ("*!*@"));
  if (g_str_has_suffix (mask, "!*@*") && strpbrk (mask, "*?") == strrchr (mask, '!') + 1)
    {
      g_autofree char *nick = g_strndup (mask, strlen (mask) - strlen ("!*@*"));

      return g_strdup (hs_session_get_shown (self, nick));
    }
  return g_strdup (mask);
}

/* TRUE: there are words for it. Of one letter a line tells once, unless it names somebody each time. */
static gboolean
tell_setting (HsSession *self, HsConversation *conversation, const HsEvent *event, char mode, gboolean on, const char *argument, GString *told)
{
  static const struct { char mode; gboolean list; HsEventKind on, off; } settings[] = {
    { 'b', TRUE, HS_EVENT_BAN, HS_EVENT_NOT_BAN },
    { 'q', TRUE, HS_EVENT_MUTE, HS_EVENT_NOT_MUTE },
    { 'i', FALSE, HS_EVENT_INVITE_ONLY, HS_EVENT_NOT_INVITE_ONLY },
    { 'm', FALSE, HS_EVENT_MODERATED, HS_EVENT_NOT_MODERATED },
    { 'k', FALSE, HS_EVENT_KEY, HS_EVENT_NOT_KEY },
    { 'l', FALSE, HS_EVENT_LIMIT, HS_EVENT_NOT_LIMIT },
    { 't', FALSE, HS_EVENT_TOPIC_LOCKED, HS_EVENT_NOT_TOPIC_LOCKED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].mode == mode && settings[i].list == (strchr (self->chanmodes[0], mode) != NULL))
      {
        g_autofree char *whom = settings[i].list ? describe_mask (self, argument) : g_strdup (mode == 'k' ? "" : argument);
        g_autofree char *text = hs_event_text_make (on ? settings[i].on : settings[i].off, hs_session_get_shown (self, event->nick), whom, NULL);

        if (settings[i].list ? *whom != '\0' : strchr (told->str, mode) == NULL)
          hs_session_add_row (self, conversation, HS_ENTRY_EVENT, event->time, event->nick, text, NULL, 0, FALSE);
        g_string_append_c (told, mode);
        return TRUE;
      }
  return FALSE;
}

static void
set_member_rank (HsSession *self, HsConversation *conversation, const HsEvent *event, char mode, gboolean on, const char *whom)
{
  HsMember *member = hs_room_find_member (conversation->room, whom);

  if (member != NULL)
    set_member_mode (self, member, mode, on);
  tell_rank (self, conversation, event, mode, on, whom);
}

static void
on_mode (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 0));
  g_autoptr (GString) rest = g_string_new (NULL), told = g_string_new (NULL);
  g_autofree char *text = NULL;
  guint next = 2;
  gboolean on = TRUE;

  if (conversation == NULL)
    return;
  for (const char *p = HS_PARAM (event, 1); *p != '\0'; p++)
    {
      const char *argument;

      if (*p == '+' || *p == '-')
        on = *p == '+';
      if (!g_ascii_isalpha (*p))
        continue;
      if (strchr (self->prefix_modes, *p) != NULL)
        {
          if (next < event->message->n_params) /* else of nobody: a line of such letters would make a row of each */
            set_member_rank (self, conversation, event, *p, on, HS_PARAM (event, next));
          next++;
          continue;
        }
      argument = hs_session_mode_takes_param (self, *p, on) ? HS_PARAM (event, next++) : "";
      if (strchr (self->chanmodes[0], *p) == NULL)
        hs_room_set_mode (conversation->room, *p, on, argument);
      if (!tell_setting (self, conversation, event, *p, on, argument, told))
        g_string_append_printf (rest, "%s%c%c%s%s", rest->len > 0 ? " " : "", on ? '+' : '-', *p, *argument != '\0' ? " " : "", argument);
    }
  if (rest->len == 0)
    return;
  text = hs_event_text_make (HS_EVENT_MODE, hs_session_get_shown (self, event->nick), rest->str, NULL);
  hs_session_add_row (self, conversation, HS_ENTRY_EVENT, event->time, event->nick, text, NULL, 0, FALSE);
}

/* ---- The connection itself ---- */

static void
on_ping (HsSession *self, const HsEvent *event)
{
  hs_session_put (self, "PONG", HS_PARAM (event, event->message->n_params - 1), NULL);
}

/* Its last words; the end of the stream follows. Our own leaving is answered so, too. "Closing link: " is how every server begins: that the
 * connection is closed is said without it. */
static void
on_error (HsSession *self, const HsEvent *event)
{
  static const char begin[] = "Closing link: ";
  g_autofree char *text = hs_session_clean_text (HS_PARAM (event, 0));
  gboolean begins = g_ascii_strncasecmp (text, begin, strlen (begin)) == 0 && text[strlen (begin)] != '\0';

  if (self->state != HS_SESSION_LEAVING)
    hs_session_set_error_text (self, hs_session_translate_farewell (begins ? text + strlen (begin) : text));
}

/* Without its label an answer in a batch is still heard: an own message in it is found by its id or its words. */
static void
tell_batches (HsSession *self)
{
  if (self->batches_told)
    return;
  self->batches_told = TRUE;
  hs_session_tell (self, NULL, _("The server begins answers and never ends them: which of your messages they belong to may not be seen."));
}

static void
on_batch (HsSession *self, const HsEvent *event)
{
  const char *reference = HS_PARAM (event, 0);

  if (*reference == '-')
    {
      hs_session_end_lines (self, reference + 1);
      g_hash_table_remove (self->batches, reference + 1);
      hs_session_end_history (self, reference + 1);
      return;
    }
  if (*reference == '+' && strcmp (HS_PARAM (event, 1), "chathistory") == 0)
    hs_session_begin_history (self, reference + 1, HS_PARAM (event, 2));
  if (*reference == '+' && strcmp (HS_PARAM (event, 1), "draft/multiline") == 0 && event->message->n_params > 2 && !hs_session_begin_lines (self, event))
    tell_batches (self);
  if (*reference != '+' || event->label == NULL)
    return;
  else if (g_hash_table_size (self->batches) < HS_SESSION_BATCHES_MAX || g_hash_table_contains (self->batches, reference + 1))
    g_hash_table_insert (self->batches, g_strdup (reference + 1), g_strdup (event->label));
  else
    tell_batches (self);
}

/* IRCv3 standard replies: FAIL command code context… :words */
static void
on_fail (HsSession *self, const HsEvent *event)
{
  const char *known = hs_session_explain_fail (HS_PARAM (event, 1));
  g_autofree char *text = known != NULL ? g_strdup (known) : hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));
  const char *context = event->message->n_params > 3 ? HS_PARAM (event, 2) : "";
  HsConversation *conversation = NULL;

  if (strcmp (HS_PARAM (event, 0), "MARKREAD") == 0) /* nothing that a person asked for */
    return;
  if (strcmp (HS_PARAM (event, 0), "REDACT") == 0) /* no message of ours is meant by it */
    {
      hs_session_on_redact_fail (self, event);
      return;
    }
  if (hs_session_account_note (self, event, text) || hs_session_follow_renamed (self, event))
    return;
  if (hs_session_sasl_note_words (self, HS_PARAM (event, 0), HS_PARAM (event, 1), text))
    return;
  if (strcmp (HS_PARAM (event, 0), "BATCH") == 0 && event->label == NULL)
    conversation = hs_session_refuse_lines (self);
  else
    hs_session_refuse_own (self, event->label, context);
  hs_session_tell (self, conversation != NULL ? conversation : hs_session_find_conversation (self, context), text);
}

/* WARN, NOTE: nothing was refused. */
static void
on_remark (HsSession *self, const HsEvent *event)
{
  g_autofree char *text = hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));

  if (hs_session_account_note (self, event, text))
    return;
  hs_session_tell (self, event->message->n_params > 3 ? hs_session_find_conversation (self, HS_PARAM (event, 2)) : NULL, text);
}

static void
on_nothing (HsSession *self, const HsEvent *event)
{
}

const HsEventRow hs_session_event_rows[] = {
  { "PRIVMSG", hs_session_on_said, 2 },
  { "NOTICE", hs_session_on_said, 2 },
  { "TAGMSG", hs_session_on_tagmsg, 1 },
  { "JOIN", hs_session_on_join, 1 },
  { "PART", hs_session_on_part, 1 },
  { "QUIT", hs_session_on_quit, 0 },
  { "KICK", hs_session_on_kick, 2 },
  { "NICK", hs_session_on_nick, 1 },
  { "SETNAME", hs_session_on_setname, 1 },
  { "AWAY", hs_session_on_away, 0 },
  { "TOPIC", on_topic, 2 },
  { "MODE", on_mode, 2 },
  { "INVITE", hs_session_on_invite, 2 },
  { "CAP", hs_session_on_cap, 3 },
  { "PING", on_ping, 1 },
  { "PONG", on_nothing, 0 },
  { "CHGHOST", on_nothing, 2 }, /* hosts are shown nowhere */
  { "ACK", on_nothing, 0 }, /* labeled-response: understood, nothing to say */
  { "BATCH", on_batch, 1 },
  { "RESUME", hs_session_on_resume, 1 },
  { "ERROR", on_error, 1 },
  { "REDACT", hs_session_on_redact, 2 },
  { "RENAME", hs_session_on_rename, 2 },
  { "REGISTER", hs_session_on_register, 2 },
  { "MARKREAD", hs_session_on_markread, 2 },
  { HS_VIEW_COMMAND, hs_session_on_view, 1 },
  { "FAIL", on_fail, 3 },
  { "WARN", on_remark, 3 },
  { "NOTE", on_remark, 3 },
  { NULL, NULL, 0 },
};

/* ---- Dispatch ---- */

static const HsEventRow *
find_row (const HsEventRow *rows, const char *command)
{
  for (; rows->command != NULL; rows++)
    if (strcmp (rows->command, command) == 0)
      return rows;
  return NULL;
}

static gboolean
is_numeric (const char *command)
{
  return strlen (command) == 3 && g_ascii_isdigit (command[0]) && g_ascii_isdigit (command[1]) && g_ascii_isdigit (command[2]);
}

/* What may be read in a history: of what happened there we ask nothing (IRCv3 event-playback), and it does not happen once more. */
static gboolean
is_remembered (const HsIrcMessage *message)
{
  static const char *const commands[] = { "PRIVMSG", "NOTICE", "TAGMSG", "REDACT", "BATCH", NULL };

  for (guint i = 0; commands[i] != NULL; i++)
    if (g_ascii_strcasecmp (message->command, commands[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
dispatch (HsSession *self, const HsIrcMessage *message)
{
  g_autofree char *nick = message->source != NULL ? hs_irc_source_dup_nick (message->source) : g_strdup ("");
  g_autofree char *label = hs_irc_message_dup_tag (message, "label");
  g_autofree char *batch = hs_irc_message_dup_tag (message, "batch");
  gint64 time = hs_irc_message_get_time (message);
  HsEvent event = { .message = message, .nick = nick, .time = (time != 0 ? time : g_get_real_time ()) / 1000 };
  const HsEventRow *row;

  event.label = label != NULL ? label : batch != NULL ? g_hash_table_lookup (self->batches, batch) : NULL;
  event.history = batch != NULL ? hs_session_find_history (self, batch) : NULL;
  event.own = hs_session_is_me (self, nick);
  if (event.history != NULL)
    hs_session_note_history (event.history, message);
  if (event.history != NULL && !is_remembered (message))
    return;
  hs_session_limit_people (self);
  hs_session_note_source (self, nick, message->source);
  if (batch != NULL && hs_session_gather_line (self, message, batch))
    return;
  if (is_numeric (message->command))
    hs_session_miss_caps (self);
  row = find_row (is_numeric (message->command) ? hs_session_numeric_rows : hs_session_event_rows, message->command);
  if (row == NULL)
    row = find_row (hs_session_sasl_rows, message->command);
  if (row == NULL && is_numeric (message->command))
    hs_session_on_other_numeric (self, &event);
  if (row != NULL && message->n_params >= row->min_params)
    row->func (self, &event);
  else if (row == NULL && !is_numeric (message->command))
    g_debug ("Unknown command %s", message->command);
}

void
hs_session_receive_irc (HsSession *self, char *line, gsize len)
{
  g_autoptr (HsSession) hold G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *valid = NULL;
  HsIrcMessage message;

  if (!hs_utf8_is_text (line, len))
    {
      valid = hs_utf8_make_text (line, len, FALSE, NULL);
      line = valid;
      len = strlen (valid);
    }
  if (hs_irc_message_parse (&message, line, len, &error))
    dispatch (self, &message);
  else
    g_debug ("Not an IRC line: %s", error->message);
}

void
hs_session_receive_too_long (HsSession *self)
{
  hs_session_tell (self, NULL, _("The server sent a line that was too long; it was left out."));
}
