/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command table, and the commands that concern the connection itself. */
#include "hs-engine-private.h"

#include <string.h>

const HsCommand hs_commands[] = {
  { "AWAY", hs_command_away, 0, 0, 1 },
  { "CAP", hs_command_cap, HS_COMMAND_EARLY, 1, 2 },
  { "INVITE", hs_command_invite, 0, 0, 2 },
  { "ISON", hs_command_ison, 0, 1, HS_PARAMS_MAX },
  { "JOIN", hs_command_join, 0, 1, 2 },
  { "KICK", hs_command_kick, 0, 2, 3 },
  { "LIST", hs_command_list, 0, 0, 2 },
  { "LUSERS", hs_command_lusers, 0, 0, 0 },
  { "MODE", hs_command_mode, 0, 1, HS_PARAMS_MAX },
  { "MONITOR", hs_command_monitor, 0, 1, 2 },
  { "MOTD", hs_command_motd, 0, 0, 0 },
  { "NAMES", hs_command_names, 0, 0, 1 },
  { "NICK", hs_command_nick, HS_COMMAND_EARLY, 0, 1 },
  { "NOTICE", hs_command_message, 0, 0, 2 },
  { "PART", hs_command_part, 0, 1, 2 },
  { "PASS", hs_command_pass, HS_COMMAND_ONLY_EARLY, 1, 1 },
  { "PING", hs_command_ping, HS_COMMAND_EARLY, 0, 2 },
  { "PONG", hs_command_pong, HS_COMMAND_EARLY, 0, 2 },
  { "PRIVMSG", hs_command_message, 0, 0, 2 },
  { "QUIT", hs_command_quit, HS_COMMAND_EARLY, 0, 1 },
  { "SETNAME", hs_command_setname, 0, 1, 1 },
  { "TAGMSG", hs_command_message, 0, 0, 1 },
  { "TOPIC", hs_command_topic, 0, 1, 2 },
  { "USER", hs_command_user, HS_COMMAND_ONLY_EARLY, 4, 4 },
  { "USERHOST", hs_command_userhost, 0, 1, 5 },
  { "VERSION", hs_command_version, 0, 0, 0 },
  { "WHO", hs_command_who, 0, 0, 2 },
  { "WHOIS", hs_command_whois, 0, 0, 2 },
  { NULL },
};

void
hs_command_ping (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autofree char *token = hs_engine_cut (hs_irc_message_param (message, 0), HS_REASON_MAX_BYTES);
  HsIrcMessage pong;
  g_autoptr (GString) out = g_string_new (NULL);

  if (message->n_params == 0)
    {
      hs_engine_reply (self, peer, HS_ERR_NOORIGIN, "No origin specified", NULL);
      return;
    }
  hs_irc_message_set (&pong, self->server_name, "PONG", self->server_name, token, NULL);
  hs_irc_message_format (&pong, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* That something came at all is what counts. */
void
hs_command_pong (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
}

void
hs_command_quit (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autofree char *words = hs_engine_cut (hs_irc_message_param (message, 0), HS_REASON_MAX_BYTES);
  g_autofree char *reason = *words != '\0' ? g_strconcat ("Quit: ", words, NULL) : g_strdup ("Quit");

  hs_engine_dismiss (self, peer, reason, HS_LEAVE_FIN_MS);
}
