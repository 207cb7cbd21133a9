/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this server is: the tokens of 005, LUSERS, MOTD, VERSION. */
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
  "AWAYLEN=" TEXT (HS_AWAY_MAX_BYTES),
  "BOT=B",
  "CASEMAPPING=ascii",
  "CHANLIMIT=#:" TEXT (HS_ROOMS_PER_GUEST),
  "CHANMODES=Ibeq,k,l,imnpst",
  "CHANTYPES=#",
  "ELIST=CMNTU",
  "EXCEPTS=e",
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
  const char *nick = peer->nick != NULL ? peer->nick : "*";
  gsize fixed = strlen (self->server_name) + strlen (nick) + strlen (":  005  :are supported by this server\r\n");

  for (guint i = 0; self->isupport[i] != NULL;)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      for (guint n = 0; n < 13 && self->isupport[i] != NULL && fixed + line->len + strlen (self->isupport[i]) < HS_LINE_MAX; n++)
        g_string_append_printf (line, "%s ", self->isupport[i++]);
      g_string_append_printf (out, ":%s %s %s %s:are supported by this server\r\n", self->server_name, HS_RPL_ISUPPORT, nick, line->str);
    }
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

void
hs_engine_append_lusers (HsEngine *self, HsPeer *peer, GString *out)
{
  guint n = self->registered.length;
  g_autofree char *users = g_strdup_printf ("There are %u users and %u invisible on 1 servers", n - self->n_invisible, self->n_invisible);
  g_autofree char *clients = g_strdup_printf ("I have %u clients and 0 servers", n);

  hs_engine_append_reply (self, peer, out, HS_RPL_LUSERCLIENT, users, NULL);
  append_count (self, peer, out, HS_RPL_LUSERUNKNOWN, self->unregistered.length, "unknown connection(s)");
  append_count (self, peer, out, HS_RPL_LUSERCHANNELS, g_hash_table_size (self->channels), "channels formed");
  hs_engine_append_reply (self, peer, out, HS_RPL_LUSERME, clients, NULL);
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

  hs_engine_append_motd (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_command_version (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  hs_engine_reply (self, peer, HS_RPL_VERSION, "handshake-" HS_VERSION, self->server_name, "", NULL);
}

