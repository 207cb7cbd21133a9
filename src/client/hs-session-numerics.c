/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server answers with a number: one row and one function per numeric; the others are told in the server's own words. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"
#include "hs-numerics.h"

#define NICK_ATTEMPTS_MAX 20 /* alternatives tried before the person is asked */
#define WHO_MEMBERS_MAX 200  /* larger rooms are not asked who is who */

/* ---- Registration ---- */

static void
rejoin_rooms (HsSession *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;

      if (hs_room_get_kind (conversation->room) != HS_ROOM_CHANNEL)
        {
          hs_room_set_joined (conversation->room, TRUE);
          hs_session_ask_marker (self, conversation);
        }
      else if (conversation->rejoin && !hs_room_is_joined (conversation->room))
        hs_session_put (self, "JOIN", hs_room_get_name (conversation->room), NULL);
    }
}

static void
on_welcome (HsSession *self, const HsEvent *event)
{
  self->registered = TRUE;
  hs_session_set_own_nick (self, HS_PARAM (event, 0));
  hs_session_set_shown (self, self->nick, self->shown_name);
  hs_session_set_state (self, HS_SESSION_ONLINE, NULL);
  rejoin_rooms (self);
  hs_session_sasl_tell_withheld (self);
  hs_session_send_doubtful_again (self);
}

/* 004: nick, server, version: ours say who they are. */
static void
on_myinfo (HsSession *self, const HsEvent *event)
{
  if (g_str_has_prefix (HS_PARAM (event, 2), "handshake"))
    hs_session_set_ours (self);
}

static void
set_prefix (HsSession *self, const char *value)
{
  const char *close = strchr (value, ')');
  gsize n;

  if (*value != '(' || close == NULL)
    return;
  n = (gsize) (close - value) - 1;
  if (n >= sizeof self->prefix_modes || strlen (close + 1) != n)
    return;
  g_strlcpy (self->prefix_modes, value + 1, n + 1);
  g_strlcpy (self->prefix_chars, close + 1, sizeof self->prefix_chars);
}

static void
set_chanmodes (HsSession *self, const char *value)
{
  g_auto (GStrv) groups = g_strsplit (value, ",", -1);

  for (guint i = 0; i < G_N_ELEMENTS (self->chanmodes) && groups[i] != NULL; i++)
    g_strlcpy (self->chanmodes[i], groups[i], sizeof self->chanmodes[i]);
}

static void
set_chantypes (HsSession *self, const char *value)
{
  g_strlcpy (self->chantypes, value, sizeof self->chantypes);
}

static void
set_network (HsSession *self, const char *value)
{
  HsConversation *server = hs_session_find_conversation (self, HS_SERVER_ROOM);

  if (*value == '\0')
    return;
  hs_session_set_name (self, value);
  if (server != NULL)
    hs_room_set_title (server->room, value);
}

static void
set_history_max (HsSession *self, const char *value)
{
  guint64 max;

  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, &max, NULL))
    self->history_max = (guint) max;
}

static const struct
{
  const char *key;
  void (*func) (HsSession *self, const char *value);
} isupport[] = {
  { "PREFIX=", set_prefix },
  { "CHANMODES=", set_chanmodes },
  { "CHANTYPES=", set_chantypes },
  { "NETWORK=", set_network },
  { "CHATHISTORY=", set_history_max },
};

/* \x20 and the like stand for what cannot stand in a parameter (ISUPPORT draft). */
static char *
unescape_isupport (const char *value)
{
  GString *text = g_string_new (NULL);

  for (const char *p = value; *p != '\0'; p++)
    {
      if (p[0] == '\\' && p[1] == 'x' && g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3]))
        {
          g_string_append_c (text, (char) (g_ascii_xdigit_value (p[2]) * 16 + g_ascii_xdigit_value (p[3])));
          p += 3;
        }
      else
        g_string_append_c (text, *p);
    }
  if (!g_utf8_validate (text->str, (gssize) text->len, NULL))
    g_string_assign (text, value);
  return g_string_free (text, FALSE);
}

static void
on_isupport (HsSession *self, const HsEvent *event)
{
  for (guint i = 1; i + 1 < event->message->n_params; i++)
    for (guint k = 0; k < G_N_ELEMENTS (isupport); k++)
      if (g_str_has_prefix (HS_PARAM (event, i), isupport[k].key))
        {
          g_autofree char *value = unescape_isupport (HS_PARAM (event, i) + strlen (isupport[k].key));

          isupport[k].func (self, value);
        }
}

static gboolean
is_ascii (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text >= 0x80)
      return FALSE;
  return TRUE;
}

static char *
make_base_nick (HsSession *self)
{
  g_autofree char *nick = hs_name_make_nick (self->shown_name, self->nick_ascii);

  return self->nick_short ? g_strndup (nick, HS_OLD_NICK_MAX - 1) : g_steal_pointer (&nick);
}

static void
propose_nick (HsSession *self, const char *nick)
{
  hs_session_set_own_nick (self, nick);
  hs_session_put (self, "NICK", nick, NULL);
}

/* A server of the old kind takes only RFC 2812's characters, and few of them: then the ASCII form, then that shortened. */
static void
on_erroneous_nick (HsSession *self, const HsEvent *event)
{
  g_autofree char *base = NULL;
  g_autofree char *text = hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));

  if (self->registered)
    {
      g_autofree char *line = g_strdup_printf (_("The name “%s” was not accepted: %s"), HS_PARAM (event, 1), text);

      hs_session_tell (self, NULL, line);
      return;
    }
  if (!is_ascii (self->nick) && !self->nick_ascii)
    self->nick_ascii = TRUE;
  else if (strlen (self->nick) > HS_OLD_NICK_MAX && !self->nick_short)
    self->nick_ascii = self->nick_short = TRUE;
  else
    {
      /* Nothing is left to try: it will close, or the welcome does not come. */
      hs_session_set_error_text (self, _("This server takes no name that can be made of yours."));
      return;
    }
  self->nick_attempt = 0;
  base = make_base_nick (self);
  propose_nick (self, base);
}

static void
on_nick_in_use (HsSession *self, const HsEvent *event)
{
  g_autofree char *base = NULL;
  g_autofree char *nick = NULL;

  if (hs_session_is_channel (self, HS_PARAM (event, 1))) /* 437: the name of a room */
    {
      hs_session_on_other_numeric (self, event);
      return;
    }
  if (self->registered)
    {
      g_autofree char *line = g_strdup_printf (_("The name “%s” is taken."), HS_PARAM (event, 1));

      hs_session_tell (self, NULL, line);
      return;
    }
  if (++self->nick_attempt > NICK_ATTEMPTS_MAX)
    {
      hs_session_set_error_text (self, _("Every name that can be made of yours is taken."));
      return;
    }
  base = make_base_nick (self);
  nick = hs_name_make_alternative (base, self->nick_attempt, self->nick_ascii);
  propose_nick (self, nick);
}

/* ---- Rooms ---- */

static void
on_topic_is (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 1));
  g_autofree char *topic = hs_session_clean_text (HS_PARAM (event, 2));

  if (conversation != NULL)
    hs_room_set_topic (conversation->room, topic);
}

static void
on_no_topic (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 1));

  if (conversation != NULL)
    hs_room_set_topic (conversation->room, NULL);
}

/* nick, '=' or '*' or '@', room, names */
static void
on_names (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 2));
  g_auto (GStrv) names = NULL;

  if (conversation == NULL)
    return;
  names = g_strsplit (HS_PARAM (event, 3), " ", -1);
  for (guint i = 0; names[i] != NULL; i++)
    hs_session_name_member (self, conversation, names[i]);
}

/* In large rooms everybody would ask at once. */
static gboolean
may_ask_who (const HsConversation *conversation)
{
  return hs_room_is_joined (conversation->room) && g_list_model_get_n_items (hs_room_get_members (conversation->room)) <= WHO_MEMBERS_MAX;
}

static void
ask_who (HsSession *self, HsConversation *conversation)
{
  conversation->who_wanted = FALSE;
  if (may_ask_who (conversation))
    hs_session_put (self, "WHO", hs_room_get_name (conversation->room), NULL);
}

static void
on_end_of_names (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 1));

  if (conversation != NULL)
    ask_who (self, conversation);
}

static gboolean
on_who_due (gpointer user_data)
{
  HsSession *self = user_data;
  GHashTableIter iter;
  gpointer value;

  self->who_source = 0;
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((HsConversation *) value)->who_wanted)
      ask_who (self, value);
  return G_SOURCE_REMOVE;
}

/* A JOIN does not say who is encrypted. Who comes alone is asked about at once, before anything is heard of it; of more that come soon after it is
 * asked together. Other servers do not say it at all. */
void
hs_session_want_who (HsSession *self, HsConversation *conversation, const char *nick)
{
  if (!self->ours || !may_ask_who (conversation))
    return;
  if (self->who_source != 0)
    {
      conversation->who_wanted = TRUE;
      return;
    }
  hs_session_put (self, "WHO", nick, NULL);
  self->who_source = g_timeout_add (HS_WHO_AFTER_JOINS_MS, on_who_due, self);
}

/* nick, room, user, host, server, nick, flags, "hops real name" */
static void
on_who (HsSession *self, const HsEvent *event)
{
  const char *nick = HS_PARAM (event, 5);
  const char *real_name = strchr (HS_PARAM (event, 7), ' ');
  HsPerson *person = hs_session_get_person (self, nick);
  GHashTableIter iter;
  gpointer value;

  person->away = strchr (HS_PARAM (event, 6), 'G') != NULL;
  person->secure = self->ours && strchr (HS_PARAM (event, 6), 's') != NULL; /* elsewhere the letter may mean anything */
  person->unencrypted = self->ours && !person->secure;
  g_free (person->host);
  person->host = g_strdup (HS_PARAM (event, 3));
  person->plain |= self->ours && strcmp (HS_PARAM (event, 2), HS_PLAIN_USER) == 0;
  hs_session_set_shown (self, nick, real_name != NULL ? real_name + 1 : "");
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsMember *member = hs_room_find_member (((HsConversation *) value)->room, nick);

      if (member == NULL)
        continue;
      hs_member_set_away (member, person->away);
      hs_member_set_plain (member, person->plain);
      hs_member_set_secure (member, person->secure);
      hs_member_set_unencrypted (member, person->unencrypted);
    }
}

static void
on_end_of_who (HsSession *self, const HsEvent *event)
{
  g_signal_emit_by_name (self, "people-known");
}

/* ---- Words of the server ---- */

void
hs_session_clear_motd (HsSession *self)
{
  if (self->motd != NULL)
    g_string_free (g_steal_pointer (&self->motd), TRUE);
  self->motd_cut = FALSE;
}

static void
tell_motd (HsSession *self)
{
  if (self->motd != NULL && self->motd->len > 0)
    hs_session_tell (self, NULL, self->motd->str);
}

static void
on_motd_start (HsSession *self, const HsEvent *event)
{
  hs_session_clear_motd (self);
}

/* One that is too long is shown as far as it is kept: it may have no end. */
static void
on_motd (HsSession *self, const HsEvent *event)
{
  g_autofree char *line = hs_session_clean_text (HS_PARAM (event, 1));
  const char *words = g_str_has_prefix (line, "- ") ? line + 2 : line; /* the dash is the protocol's (RFC 2812 RPL_MOTD) */

  if (self->motd_cut)
    return;
  if (self->motd == NULL)
    self->motd = g_string_new (NULL);
  self->motd_cut = self->motd->len + strlen (words) > HS_SESSION_MOTD_MAX;
  g_string_append_printf (self->motd, "%s%s", self->motd->len > 0 ? "\n" : "",
                          self->motd_cut ? _("(The server goes on; the rest was left out.)") : words);
  if (self->motd_cut)
    tell_motd (self);
}

static void
on_end_of_motd (HsSession *self, const HsEvent *event)
{
  if (!self->motd_cut)
    tell_motd (self);
  hs_session_clear_motd (self);
}

static void
on_is_away (HsSession *self, const HsEvent *event)
{
  HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, 1));
  g_autofree char *why = hs_session_clean_text (HS_PARAM (event, 2));
  g_autofree char *text = g_strdup_printf (_("%s is away: %s"), hs_session_get_shown (self, HS_PARAM (event, 1)), why);

  if (!hs_session_note_whois (self, event))
    hs_session_tell (self, conversation, text);
}

static void
on_unaway (HsSession *self, const HsEvent *event)
{
  hs_session_tell (self, NULL, _("You are no longer marked as away."));
}

static void
on_now_away (HsSession *self, const HsEvent *event)
{
  hs_session_tell (self, NULL, _("You are marked as away."));
}

/* The first parameter after our nick that names a conversation of ours is where it belongs. */
static HsConversation *
place_of (HsSession *self, const HsEvent *event, const char **name)
{
  for (guint i = 1; i + 1 < event->message->n_params; i++)
    {
      HsConversation *conversation = hs_session_find_conversation (self, HS_PARAM (event, i));

      if (conversation == NULL)
        continue;
      *name = HS_PARAM (event, i);
      return conversation;
    }
  return NULL;
}

/* "PRIVMSG Ana :No such nick" would be the protocol's; people read "Ana: No such nick". */
void
hs_session_on_other_numeric (HsSession *self, const HsEvent *event)
{
  guint n = event->message->n_params;
  const char *name = NULL;
  HsConversation *place = place_of (self, event, &name);
  gboolean refusal = event->message->command[0] == '4' || event->message->command[0] == '5';
  g_autofree char *known = n >= 2 ? hs_session_explain_refusal (self, event) : NULL;
  g_autofree char *text = known != NULL ? g_strdup (known) : hs_session_clean_text (HS_PARAM (event, n > 0 ? n - 1 : 0));
  g_autofree char *line = NULL;

  if (n < 2 || g_strcmp0 (event->label, HS_LABEL_ASIDE) == 0 || hs_session_note_whois (self, event))
    return;
  if (!self->registered)
    {
      if (refusal && self->state == HS_SESSION_REGISTERING) /* a password is wanted, we are banned, …: shown when it closes */
        hs_session_set_error_text (self, text);
      return;
    }
  if (refusal)
    hs_session_refuse_own (self, event->label, name != NULL ? name : "");
  line = place == NULL && n > 2 && known == NULL ? g_strdup_printf ("%s: %s", HS_PARAM (event, 1), text) : g_strdup (text);
  hs_session_tell (self, place, line);
}

static void
on_silent (HsSession *self, const HsEvent *event)
{
}

/* What has a better form elsewhere in the window, or says nothing to a person. */
const HsEventRow hs_session_numeric_rows[] = {
  { HS_RPL_WELCOME, on_welcome, 1 },
  { HS_RPL_YOURHOST, on_silent, 0 },
  { HS_RPL_CREATED, on_silent, 0 },
  { HS_RPL_MYINFO, on_myinfo, 3 },
  { HS_RPL_ISUPPORT, on_isupport, 2 },
  { "042", on_silent, 0 }, /* unique id (IRCnet) */
  { HS_RPL_UMODEIS, on_silent, 0 },
  { "250", on_silent, 0 }, /* connection statistics */
  { HS_RPL_LUSERCLIENT, on_silent, 0 },
  { HS_RPL_LUSEROP, on_silent, 0 },
  { HS_RPL_LUSERUNKNOWN, on_silent, 0 },
  { HS_RPL_LUSERCHANNELS, on_silent, 0 },
  { HS_RPL_LUSERME, on_silent, 0 },
  { "265", on_silent, 0 }, /* local and global users */
  { "266", on_silent, 0 },
  { HS_RPL_AWAY, on_is_away, 3 },
  { HS_RPL_UNAWAY, on_unaway, 0 },
  { HS_RPL_NOWAWAY, on_now_away, 0 },
  { HS_RPL_ENDOFWHO, on_end_of_who, 0 },
  { HS_RPL_CHANNELMODEIS, hs_session_on_modes_are, 3 },
  { HS_RPL_CREATIONTIME, on_silent, 0 },
  { HS_RPL_INVITING, hs_session_on_inviting, 3 },
  { HS_RPL_NOTOPIC, on_no_topic, 2 },
  { HS_RPL_TOPIC, on_topic_is, 3 },
  { HS_RPL_TOPICWHOTIME, on_silent, 0 },
  { HS_RPL_WHOREPLY, on_who, 8 },
  { HS_RPL_NAMREPLY, on_names, 4 },
  { HS_RPL_ENDOFNAMES, on_end_of_names, 2 },
  { HS_RPL_MOTDSTART, on_motd_start, 0 },
  { HS_RPL_MOTD, on_motd, 2 },
  { HS_RPL_ENDOFMOTD, on_end_of_motd, 0 },
  { HS_ERR_NOMOTD, on_silent, 0 },
  { "396", on_silent, 0 }, /* host hidden */
  { HS_ERR_INVALIDCAPCMD, on_silent, 0 },
  { HS_ERR_ERRONEUSNICKNAME, on_erroneous_nick, 2 },
  { HS_ERR_NICKNAMEINUSE, on_nick_in_use, 2 },
  { "437", on_nick_in_use, 2 }, /* temporarily unavailable (RFC 2812) */
  { NULL, NULL, 0 },
};
