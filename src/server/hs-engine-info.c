/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this server is: the tokens of 005, MOTD, LUSERS, VERSION, TIME, ADMIN, INFO, LINKS, HELP. */
#include "hs-engine-private.h"

#include <string.h>

#include "hs-config.h"
#include "hs-utf8.h"

/* ---- ISUPPORT ---- */

/* Values escape the space (modern.ircdocs.horse, RPL_ISUPPORT). */
static char *
escape_network (const char *network)
{
  g_auto (GStrv) words = g_strsplit (network != NULL && *network != '\0' ? network : "Handshake", " ", -1);

  return g_strjoinv ("\\x20", words);
}

#define TEXT_(x) #x
#define TEXT(x) TEXT_ (x)
#define LIST_MAX TEXT (HS_LIST_ENTRIES_MAX)
#define TARGETS TEXT (HS_TARGETS_MAX)

/* What holds whatever the configuration says. */
static const char *const fixed_tokens[] = {
  "ACCOUNTEXTBAN=a",
  "AWAYLEN=" TEXT (HS_AWAY_MAX_BYTES),
  "BOT=B",
  "CASEMAPPING=ascii",
  "CHANLIMIT=#:" TEXT (HS_ROOMS_PER_GUEST),
  "CHANMODES=Ibeq,k,l,Rimnpst",
  "CHANTYPES=#",
  "ELIST=CMNTU",
  "EXCEPTS=e",
  "EXTBAN=$,ak",
  "INVEX=I",
  "KEYLEN=" TEXT (HS_KEY_MAX_BYTES),
  "KICKLEN=" TEXT (HS_KICK_MAX_BYTES),
  "MAXLIST=I:" LIST_MAX ",b:" LIST_MAX ",e:" LIST_MAX ",q:" LIST_MAX,
  "MODES=" TEXT (HS_MODES_MAX),
  "MONITOR=" TEXT (HS_MONITOR_MAX),
  "NAMELEN=" TEXT (HS_NAME_MAX_BYTES),
  "NICKLEN=" TEXT (HS_NAME_MAX_CHARS),
  "PREFIX=(ov)@+",
  "STATUSMSG=@+",
  "TARGMAX=JOIN:,KICK:" TARGETS ",LIST:,NAMES:" TARGETS ",NOTICE:" TARGETS ",PART:,PRIVMSG:" TARGETS ",TAGMSG:" TARGETS ",WHOIS:1",
  "TOPICLEN=" TEXT (HS_TOPIC_MAX_BYTES),
  "USERLEN=" TEXT (HS_USER_MAX_BYTES),
  "UTF8ONLY",
  "WHOX",
};

char **
hs_engine_make_isupport (const HsServerConfig *config)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new ();
  g_autofree char *network = escape_network (config->network);

  g_ptr_array_add (tokens, g_strdup_printf ("NETWORK=%s", network));
  g_ptr_array_add (tokens, g_strdup_printf ("CHANNELLEN=%d", HS_ROOM_MAX_BYTES + 1));
  for (guint i = 0; i < G_N_ELEMENTS (fixed_tokens); i++)
    g_ptr_array_add (tokens, g_strdup (fixed_tokens[i]));
  g_ptr_array_add (tokens, NULL);
  return (char **) g_ptr_array_steal (tokens, NULL);
}

/* At most 13 tokens a line: two of the fifteen parameters are taken. */
void
hs_engine_append_isupport (HsEngine *self, HsPeer *peer, GString *out)
{
  const guint batched = HS_CAP_BATCH | HS_CAP_EXTENDED_ISUPPORT;
  const char *nick = peer->nick != NULL ? peer->nick : "*";
  gsize fixed = strlen (self->server_name) + strlen (nick) + strlen (":  005  :are supported by this server\r\n");
  g_autofree char *reference = NULL;

  if ((peer->caps & batched) == batched)
    {
      reference = g_strdup_printf ("%" G_GINT64_MODIFIER "x", ++self->next_batch);
      g_string_append_printf (out, ":%s BATCH +%s draft/isupport\r\n", self->server_name, reference);
    }
  for (guint i = 0; self->isupport[i] != NULL;)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      for (guint n = 0; n < 13 && self->isupport[i] != NULL && fixed + line->len + strlen (self->isupport[i]) < HS_LINE_MAX; n++)
        g_string_append_printf (line, "%s ", self->isupport[i++]);
      if (reference != NULL)
        g_string_append_printf (out, "@batch=%s ", reference);
      g_string_append_printf (out, ":%s %s %s %s:are supported by this server\r\n", self->server_name, HS_RPL_ISUPPORT, nick, line->str);
    }
  if (reference != NULL)
    g_string_append_printf (out, ":%s BATCH -%s\r\n", self->server_name, reference);
}

void
hs_command_isupport (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!peer->registered && (peer->caps & HS_CAP_EXTENDED_ISUPPORT) == 0)
    {
      hs_engine_reply (self, peer, HS_ERR_NOTREGISTERED, "You have not registered", NULL);
      return;
    }
  hs_engine_append_isupport (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* ---- MOTD ---- */

void
hs_engine_append_motd (HsEngine *self, HsPeer *peer, GString *out)
{
  g_auto (GStrv) lines = NULL;
  g_autofree char *heading = NULL;

  if (self->config->motd == NULL || *self->config->motd == '\0')
    {
      hs_engine_append_reply (self, peer, out, HS_ERR_NOMOTD, "There is no message of the day", NULL);
      return;
    }
  heading = g_strdup_printf ("- %s message of the day -", self->server_name);
  hs_engine_append_reply (self, peer, out, HS_RPL_MOTDSTART, heading, NULL);
  lines = g_strsplit (self->config->motd, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gsize room = HS_LINE_MAX - strlen (self->server_name) - strlen (peer->nick) - strlen (":  372  :- \r\n");
      g_autofree char *cut = g_strndup (lines[i], hs_utf8_split (lines[i], strlen (lines[i]), room));
      g_autofree char *line = g_strconcat ("- ", cut, NULL);

      hs_engine_append_reply (self, peer, out, HS_RPL_MOTD, line, NULL);
    }
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFMOTD, "End of /MOTD command", NULL);
}

/* ---- LUSERS ---- */

static void
append_count (HsEngine *self, HsPeer *peer, GString *out, const char *numeric, guint n, const char *words)
{
  g_autofree char *number = g_strdup_printf ("%u", n);

  if (n > 0)
    hs_engine_append_reply (self, peer, out, numeric, number, words, NULL);
}

static void
append_most (HsEngine *self, HsPeer *peer, GString *out, const char *numeric, const char *kind)
{
  g_autofree char *now = g_strdup_printf ("%u", self->registered.length);
  g_autofree char *most = g_strdup_printf ("%u", self->max_registered);
  g_autofree char *words = g_strdup_printf ("Current %s users %s, max %s", kind, now, most);

  hs_engine_append_reply (self, peer, out, numeric, now, most, words, NULL);
}

void
hs_engine_append_lusers (HsEngine *self, HsPeer *peer, GString *out)
{
  guint n = self->registered.length;
  g_autofree char *users = g_strdup_printf ("There are %u users and %u invisible on 1 servers", n - self->n_invisible, self->n_invisible);
  g_autofree char *clients = g_strdup_printf ("I have %u clients and 0 servers", n);

  hs_engine_append_reply (self, peer, out, HS_RPL_LUSERCLIENT, users, NULL);
  append_count (self, peer, out, HS_RPL_LUSEROP, self->n_operators, "operator(s) online");
  append_count (self, peer, out, HS_RPL_LUSERUNKNOWN, self->unregistered.length, "unknown connection(s)");
  append_count (self, peer, out, HS_RPL_LUSERCHANNELS, g_hash_table_size (self->channels), "channels formed");
  hs_engine_append_reply (self, peer, out, HS_RPL_LUSERME, clients, NULL);
  append_most (self, peer, out, HS_RPL_LOCALUSERS, "local");
  append_most (self, peer, out, HS_RPL_GLOBALUSERS, "global");
}

/* ---- The commands ---- */

/* There is one server: asked for by its name, by a pattern, or by who is on it. FALSE, and told so: no such one. */
static gboolean
is_here (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *server = hs_irc_message_param (message, 0);

  if (*server == '\0' || hs_mask_glob (server, self->server_name) || hs_engine_find_nick (self, server) != NULL)
    return TRUE;
  hs_engine_reply (self, peer, HS_ERR_NOSUCHSERVER, server, "No such server", NULL);
  return FALSE;
}

void
hs_command_lusers (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) out = g_string_new (NULL);

  hs_engine_append_lusers (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_motd (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!is_here (self, peer, message))
    return;
  hs_engine_append_motd (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_version (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!is_here (self, peer, message))
    return;
  hs_engine_append_reply (self, peer, out, HS_RPL_VERSION, "handshake-" HS_VERSION, self->server_name, "", NULL);
  hs_engine_append_isupport (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_time (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (self->now / G_USEC_PER_SEC);
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, self->now / G_USEC_PER_SEC);
  g_autofree char *words = g_date_time_format (now, "%Y-%m-%d %H:%M:%S UTC");

  if (is_here (self, peer, message))
    hs_engine_reply (self, peer, HS_RPL_TIME, self->server_name, seconds, "0", words, NULL);
}

static const char *
get_shown_name (const HsEngine *self)
{
  return self->config->name != NULL ? self->config->name : "Handshake";
}

void
hs_command_admin (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autofree char *room = self->lobby != NULL ? g_strdup_printf ("The host is to be found in %s", self->lobby->name) : g_strdup ("-");
  g_autoptr (GString) out = g_string_new (NULL);

  if (!is_here (self, peer, message))
    return;
  hs_engine_append_reply (self, peer, out, HS_RPL_ADMINME, self->server_name, "Administrative info", NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ADMINLOC1, get_shown_name (self), NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ADMINLOC2, "A server on somebody's own computer", NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ADMINEMAIL, room, NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_info (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autofree char *started = g_strdup_printf ("Running since %s", self->created_text);
  const char *lines[] = { "Handshake " HS_VERSION ", a chat room on somebody's own computer",
                          "https://handshakechat.github.io/", "GNU General Public License, version 3 or later", started };
  g_autoptr (GString) out = g_string_new (NULL);

  if (!is_here (self, peer, message))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    hs_engine_append_reply (self, peer, out, HS_RPL_INFO, lines[i], NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFINFO, "End of INFO list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_links (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autofree char *words = g_strconcat ("0 ", get_shown_name (self), NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  hs_engine_append_reply (self, peer, out, HS_RPL_LINKS, self->server_name, self->server_name, words, NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFLINKS, "*", "End of /LINKS list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* ---- HELP ---- */

static void
append_help_of_all (HsEngine *self, HsPeer *peer, GString *out)
{
  g_autoptr (GString) names = g_string_new (NULL);

  hs_engine_append_reply (self, peer, out, HS_RPL_HELPSTART, "*", "** What this server understands **", NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_HELPTXT, "*", "", NULL);
  for (const HsCommand *command = hs_commands; command->name != NULL; command++)
    {
      g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", command->name);
      if (names->len < 60 && command[1].name != NULL)
        continue;
      hs_engine_append_reply (self, peer, out, HS_RPL_HELPTXT, "*", names->str, NULL);
      g_string_truncate (names, 0);
    }
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFHELP, "*", "HELP and one of them tells more", NULL);
}

void
hs_command_help (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autofree char *subject = g_ascii_strup (hs_irc_message_param (message, 0), -1);
  const HsCommand *command = g_hash_table_lookup (self->commands, subject);
  g_autoptr (GString) out = g_string_new (NULL);

  if (*subject == '\0')
    append_help_of_all (self, peer, out);
  else if (command == NULL)
    hs_engine_append_reply (self, peer, out, HS_ERR_HELPNOTFOUND, subject, "No help available on this topic", NULL);
  else
    {
      g_autofree char *title = g_strdup_printf ("** %s **", command->name);

      hs_engine_append_reply (self, peer, out, HS_RPL_HELPSTART, command->name, title, NULL);
      hs_engine_append_reply (self, peer, out, HS_RPL_HELPTXT, command->name, "", NULL);
      hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFHELP, command->name, command->usage, NULL);
    }
  hs_engine_send_text (self, peer, out->str, out->len);
}
