/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server's refusal means to a person: a sentence for each numeric of the 400s and 500s that people meet (RFC 2812 5.2,
 * modern.ircdocs.horse), for codes of FAIL, and for last words. What has no row is told in the server's own words. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-numerics.h"

/* {1}, {2} are the parameters after our own name: a person is called as shown, a room by its title. */
static const struct { const char *numeric; const char *sentence; } refusals[] = {
  { HS_ERR_NOSUCHNICK, N_("Nobody called {1} is here.") },
  { HS_ERR_NOSUCHSERVER, N_("Nobody called {1} is here.") },
  { HS_ERR_NOSUCHCHANNEL, N_("There is no room called {1}.") },
  { HS_ERR_CANNOTSENDTOCHAN, N_("You may not speak in {1}: you are muted or banned there, or only those with a voice speak.") },
  { HS_ERR_TOOMANYCHANNELS, N_("You are in as many rooms as this server allows. Leave one first.") },
  { HS_ERR_WASNOSUCHNICK, N_("Nobody called {1} was here lately.") },
  { HS_ERR_TOOMANYTARGETS, N_("That was to too many at once.") },
  { HS_ERR_INPUTTOOLONG, N_("That was too long for this server, and was left out.") },
  { HS_ERR_UNKNOWNCOMMAND, N_("This server does not know the command {1}.") },
  { HS_ERR_USERNOTINCHANNEL, N_("{1} is not in {2}.") },
  { HS_ERR_NOTONCHANNEL, N_("You are not in {1}.") },
  { HS_ERR_USERONCHANNEL, N_("{1} is in {2} already.") },
  { HS_ERR_NEEDMOREPARAMS, N_("The command {1} needs more words.") },
  { HS_ERR_PASSWDMISMATCH, N_("The password is missing or wrong.") },
  { HS_ERR_YOUREBANNEDCREEP, N_("You are banned from this server.") },
  { "466", N_("You are about to be banned from this server.") },
  { "467", N_("{1} has a key already.") },
  { HS_ERR_CHANNELISFULL, N_("{1} is full: it takes no more people.") },
  { HS_ERR_UNKNOWNMODE, N_("This server does not know the setting {1}.") },
  { HS_ERR_INVITEONLYCHAN, N_("{1} is for invited people only. Somebody in there can invite you.") },
  { HS_ERR_BANNEDFROMCHAN, N_("You are banned from {1}.") },
  { HS_ERR_BADCHANNELKEY, N_("{1} has a key, and it was missing or wrong. Use /join {1} KEY.") },
  { HS_ERR_BADCHANMASK, N_("{1} cannot be the name of a room.") },
  { "477", N_("Only people with an account may join {1}.") },
  { HS_ERR_BANLISTFULL, N_("The list is full: lift another ban first.") },
  { HS_ERR_NOPRIVILEGES, N_("Only an operator of this server may do that.") },
  { HS_ERR_CHANOPRIVSNEEDED, N_("Only an operator of {1} may do that.") },
  { HS_ERR_CANTKILLSERVER, N_("That cannot be done to the server.") },
  { "489", N_("Only encrypted connections may join {1}.") },
  { HS_ERR_UMODEUNKNOWNFLAG, N_("This server does not know that setting.") },
  { HS_ERR_USERSDONTMATCH, N_("You cannot change that for others.") },
  { HS_ERR_INVALIDKEY, N_("This cannot be a key.") },
  { HS_ERR_NOPRIVS, N_("You may not do that on this server.") },
};

static const char *
find_sentence (const char *numeric)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strcmp (refusals[i].numeric, numeric) == 0)
      return _(refusals[i].sentence);
  return NULL;
}

/* As people here know it. */
static char *
name_of (HsSession *self, const char *parameter)
{
  HsConversation *conversation = hs_session_find_conversation (self, parameter);

  if (conversation != NULL)
    return g_strdup (hs_room_get_title (conversation->room));
  if (hs_session_is_channel (self, parameter))
    return hs_session_make_title (self, parameter);
  return hs_session_clean_text (hs_session_get_shown (self, parameter));
}

/* Then it is not that which was missing. */
static gboolean
is_operator_of (HsSession *self, const char *name)
{
  HsConversation *conversation = hs_session_find_conversation (self, name);

  return conversation != NULL && hs_session_may_moderate (self, conversation->room);
}

/* {1} or {2} at @p, and a parameter that is there beside the server's words? Its index, else 0. */
static guint
placeholder_at (const char *p)
{
  return p[0] == '{' && (p[1] == '1' || p[1] == '2') && p[2] == '}' ? (guint) (p[1] - '0') : 0;
}

char *
hs_session_explain_refusal (HsSession *self, const HsEvent *event)
{
  const char *sentence = find_sentence (event->message->command);
  g_autoptr (GString) text = NULL;

  if (sentence == NULL || (strcmp (event->message->command, HS_ERR_CHANOPRIVSNEEDED) == 0 && is_operator_of (self, HS_PARAM (event, 1))))
    return NULL;
  text = g_string_new (NULL);
  for (const char *p = sentence; *p != '\0'; p++)
    {
      guint i = placeholder_at (p);
      g_autofree char *name = NULL;

      if (i == 0)
        {
          g_string_append_c (text, *p);
          continue;
        }
      if (i + 1 >= event->message->n_params) /* not there: the server's words know more */
        return NULL;
      name = name_of (self, HS_PARAM (event, i));
      g_string_append (text, name);
      p += 2;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* IRCv3 standard replies: the codes that people meet. */
static const struct { const char *code; const char *sentence; } fails[] = {
  { "ACCOUNT_REQUIRED", N_("This needs an account.") },
  { "ID_ALREADY_USED", N_("The server has another message under this one’s number: yours was not sent.") },
  { "INVALID_REALNAME", N_("This name cannot be shown.") },
  { "INVALID_UTF8", N_("This server takes UTF-8 only: a message was not sent.") },
  { "MESSAGE_ERROR", N_("The server could not read what was said before.") },
  { "MULTILINE_MAX_BYTES", N_("That was too long for one message on this server.") },
  { "MULTILINE_MAX_LINES", N_("Those were too many lines for one message on this server.") },
  { "NEED_REGISTRATION", N_("The server wants to know first who you are.") },
  { "RATE_LIMITED", N_("That was too much at once for this server. Try again later.") },
  { "TEMPORARILY_UNAVAILABLE", N_("The server cannot do that now. Try again later.") },
};

const char *
hs_session_explain_fail (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (fails); i++)
    if (strcmp (fails[i].code, code) == 0)
      return _(fails[i].sentence);
  return NULL;
}

/* ERROR has no codes. What our own server says last is known by its words, of which numbers may follow; others say much of it, too. */
static const struct { const char *words, *sentence; } farewells[] = {
  { "A password is needed from now on", N_("A password is needed from now on.") },
  { "Banned", N_("You are banned from this room.") },
  { "Disconnected by the host", N_("The host closed your connection.") },
  { "Kicked", N_("You were removed from the room.") },
  { "Ping timeout", N_("The server had not heard from you for too long.") },
  { "The server was stopped", N_("The server was stopped.") },
  { "This room needs its password", N_("This room needs its password.") },
  { "This server takes encrypted connections only", N_("This server takes encrypted connections only.") },
  { "You are banned from this server", N_("You are banned from this server.") },
  { "registration timed out", N_("It took too long to say who you are.") },
  { "the server is full", N_("The server is full.") },
  { "too many connections from your address", N_("There are too many connections from your address.") },
  { "too many connections that say nothing", N_("Too many connections said nothing, and yours was the oldest of them.") },
};

const char *
hs_session_translate_farewell (const char *words)
{
  for (guint i = 0; i < G_N_ELEMENTS (farewells); i++)
    if (g_str_has_prefix (words, farewells[i].words) && !g_ascii_isalpha (words[strlen (farewells[i].words)]))
      return _(farewells[i].sentence);
  return words;
}
