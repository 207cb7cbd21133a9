/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command table, and the commands that concern the connection itself. */
#include "hs-engine-private.h"

#include <string.h>

/* In the order of the alphabet, as HELP lists them. */
const HsCommand hs_commands[] = {
  { "ADMIN", hs_command_admin, 0, 0, 1, "ADMIN: who runs this server" },
  { "AUTHENTICATE", hs_command_authenticate, HS_COMMAND_EARLY, 1, 1, "AUTHENTICATE mechanism | base64 | + | *: logs you in" },
  { "AWAY", hs_command_away, HS_COMMAND_EARLY, 0, 1, "AWAY [words]: you are away; without words, back" },
  { "BATCH", hs_command_batch, 0, 1, 3, "BATCH +reference draft/multiline target, lines with @batch=reference, BATCH -reference" },
  { "CAP", hs_command_cap, HS_COMMAND_EARLY, 1, 2, "CAP LS 302 | LIST | REQ :capabilities | END" },
  { "CERT", hs_command_cert, 0, 1, 2, "CERT LIST | ADD [sha256:…] | DEL sha256:…: the keys that open your account; ADD alone: this connection's" },
  { "CHATHISTORY", hs_command_chathistory, 0, 0, HS_PARAMS_MAX,
    "CHATHISTORY BEFORE|AFTER|AROUND|LATEST target timestamp=…|msgid=…|* limit; BETWEEN with two of them; TARGETS without a target" },
  { "CHGHOST", hs_command_chghost, 0, 2, 2, "CHGHOST nick host: what others see in place of an address; * shows it again; for operators" },
  { "HALFCLOSE", hs_command_half_close, 0, 0, 0, "HALFCLOSE: the end of your stream that follows is no leaving: you go on hearing for a while" },
  { "HELP", hs_command_help, 0, 0, 1, "HELP [command]" },
  { "INFO", hs_command_info, 0, 0, 1, "INFO: what this server is" },
  { "INVITE", hs_command_invite, 0, 0, 2, "INVITE nick #room: asks somebody in; alone: where you are asked to" },
  { "ISON", hs_command_ison, 0, 1, HS_PARAMS_MAX, "ISON nick [nick …]: who of them is here" },
  { "ISUPPORT", hs_command_isupport, HS_COMMAND_EARLY, 0, 0, "ISUPPORT: what this server supports" },
  { "JOIN", hs_command_join, 0, 1, 2, "JOIN #room[,#room] [key[,key]]; JOIN 0 leaves all" },
  { "KICK", hs_command_kick, 0, 2, 3, "KICK #room nick[,nick] [why]" },
  { "KILL", hs_command_kill, 0, 2, 2, "KILL nick why: ends a connection; for operators" },
  { "LINKS", hs_command_links, 0, 0, 2, "LINKS: the servers of this network" },
  { "LIST", hs_command_list, 0, 0, 2, "LIST [#room[,#room] | >N <N C<minutes C>minutes T<minutes T>minutes mask !mask, with commas]" },
  { "LUSERS", hs_command_lusers, 0, 0, 2, "LUSERS: how many are here" },
  { "MARKREAD", hs_command_markread, 0, 0, 2, "MARKREAD target [timestamp=…]: how far you have read, between your devices" },
  { "METADATA", hs_command_metadata, HS_COMMAND_EARLY, 2, HS_PARAMS_MAX,
    "METADATA *|nick|#room GET key … | LIST | SET key [:value] | CLEAR | SYNC; METADATA * SUB key … | UNSUB key … | SUBS: keys and values of people and rooms" },
  { "MODE", hs_command_mode, 0, 1, HS_PARAMS_MAX, "MODE #room [+-IRbeiklmnopqstv [parameters]]; MODE nick [+-Biow]" },
  { "MONITOR", hs_command_monitor, 0, 1, 2, "MONITOR +|- nick[,nick] | C | L | S: waits for names" },
  { "MOTD", hs_command_motd, 0, 0, 1, "MOTD: the message of the day" },
  { "NAMES", hs_command_names, 0, 0, 1, "NAMES #room[,#room]: who is in it" },
  { "NICK", hs_command_nick, HS_COMMAND_EARLY, 0, 1, "NICK name" },
  { "NOTICE", hs_command_message, 0, 0, 2, "NOTICE target[,target] :text, to which nothing answers by itself" },
  { "OPER", hs_command_oper, 0, 2, 2, "OPER name password: makes you an operator of this server" },
  { "PART", hs_command_part, 0, 1, 2, "PART #room[,#room] [why]" },
  { "PASS", hs_command_pass, HS_COMMAND_ONLY_EARLY, 1, 1, "PASS password, before NICK and USER" },
  { "PASSWD", hs_command_passwd, 0, 1, 2,
    "PASSWD current new; or PASSWD :current, then PASSWD * :new: your account's password. * for the current one where your key opens it; * for the new: keys alone" },
  { "PING", hs_command_ping, HS_COMMAND_EARLY, 0, 2, "PING token" },
  { "PONG", hs_command_pong, HS_COMMAND_EARLY, 0, 2, "PONG token" },
  { "PRIVMSG", hs_command_message, 0, 0, 2, "PRIVMSG target[,target] :text; @#room and +#room reach those of a rank" },
  { "QUIT", hs_command_quit, HS_COMMAND_EARLY, 0, 1, "QUIT [why]" },
  { "REDACT", hs_command_redact, 0, 2, 3, "REDACT target msgid [why]: deletes a message" },
  { "REGISTER", hs_command_register, HS_COMMAND_EARLY, 3, 3, "REGISTER account|* * password: makes an account, by which you keep your name" },
  { "RENAME", hs_command_rename, 0, 2, 3, "RENAME #room #name [why]: calls a room something else; all that is there stays" },
  { "RESUME", hs_command_resume, HS_COMMAND_ONLY_EARLY, 1, 1, "RESUME token: finds messages again that were sent twice; before CAP END" },
  { "SETNAME", hs_command_setname, 0, 1, 1, "SETNAME :shown name" },
  { "TAGMSG", hs_command_message, 0, 0, 1, "@+tag=value TAGMSG target[,target]" },
  { HS_VIEW_COMMAND, hs_command_view, 0, 1, 4, "TCPVIEW ASK | END | NO | FACT :fact | CLOCK time | TIME time time time: what the kernels see of our connection" },
  { "TIME", hs_command_time, 0, 0, 1, "TIME: what time it is here" },
  { "TOPIC", hs_command_topic, 0, 1, 2, "TOPIC #room [:words]" },
  { "UNREGISTER", hs_command_unregister, 0, 2, 2, "UNREGISTER account password: gives your account up, for ever; * for the password where your key opens it" },
  { "USER", hs_command_user, HS_COMMAND_ONLY_EARLY, 4, 4, "USER user 0 * :shown name" },
  { "USERHOST", hs_command_userhost, 0, 1, 5, "USERHOST nick [nick …]" },
  { "VERIFY", hs_command_verify, HS_COMMAND_EARLY, 2, 2, "VERIFY account code: of a registration; here nothing has to be verified" },
  { "VERSION", hs_command_version, 0, 0, 1, "VERSION: of this server, and what it supports" },
  { "WALLOPS", hs_command_wallops, 0, 1, 1, "WALLOPS :words to all who have +w; for operators" },
  { "WHO", hs_command_who, 0, 0, 2, "WHO #room | nick | mask [o] [%fields[,token]]" },
  { "WHOIS", hs_command_whois, 0, 0, 2, "WHOIS nick" },
  { "WHOWAS", hs_command_whowas, 0, 0, 3, "WHOWAS nick [count]: who was called so until lately" },
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

/* From our own client's Lab (protocol.md, Leaving). */
void
hs_command_half_close (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  peer->half_closes = TRUE;
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
