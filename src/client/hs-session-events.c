/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server says: one row and one function per command. Numerics are in -numerics. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-event-text.h"
#include "hs-limits.h"
#include "hs-name.h"
#include "hs-utf8.h"

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

  if (event->history != NULL)
    {
      hs_session_note_history (event->history, event->message, event->time);
      if (hs_session_accept_remembered (self, event->message, event->nick, clean, event->time))
        return;
    }
  else if (event->own && hs_session_accept_echo (self, event->message, event->label, target, clean, event->time))
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

static void
on_tagmsg (HsSession *self, const HsEvent *event)
{
  g_autofree char *typing = hs_irc_message_dup_tag (event->message, HS_TAG_TYPING);
  const char *target = HS_PARAM (event, 0);
  HsConversation *conversation;

  if (typing == NULL || event->own || *event->nick == '\0')
    return;
  conversation = hs_session_find_conversation (self, hs_session_is_channel (self, target) ? target : event->nick);
  if (conversation != NULL)
    hs_session_typing_heard (self, conversation, event->nick, strcmp (typing, "active") == 0);
}

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

  hs_session_tell (self, event->message->n_params > 3 ? hs_session_find_conversation (self, HS_PARAM (event, 2)) : NULL, text);
}

static void
on_nothing (HsSession *self, const HsEvent *event)
{
}

const HsEventRow hs_session_event_rows[] = {
  { "PRIVMSG", on_privmsg, 2 },
  { "NOTICE", on_notice, 2 },
  { "TAGMSG", on_tagmsg, 1 },
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
  { "ACK", on_nothing, 0 }, /* labeled-response: understood, nothing to say */
  { "BATCH", on_batch, 1 },
  { "RESUME", hs_session_on_resume, 1 },
  { "ERROR", on_error, 1 },
  { "REDACT", hs_session_on_redact, 2 },
  { "MARKREAD", hs_session_on_markread, 2 },
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
