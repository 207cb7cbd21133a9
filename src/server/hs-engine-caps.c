/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CAP (IRCv3 capability negotiation 302). */
#include "hs-engine-accounts-private.h"

#include <stdlib.h>
#include <string.h>

#include "hs-utf8.h"

/* By name. Nothing stands here that the engine does not do. */
static const struct
{
  const char *name;
  HsCap cap;
  const char *value; /* (nullable) told to those who speak CAP 302 */
} caps[] = {
  { "account-notify", HS_CAP_ACCOUNT_NOTIFY },
  { "account-tag", HS_CAP_ACCOUNT_TAG },
  { "away-notify", HS_CAP_AWAY_NOTIFY },
  { "batch", HS_CAP_BATCH },
  { "cap-notify", HS_CAP_CAP_NOTIFY },
  { "chghost", HS_CAP_CHGHOST },
  { "draft/account-registration", HS_CAP_ACCOUNT_REGISTRATION },
  { "draft/channel-rename", HS_CAP_CHANNEL_RENAME },
  { "draft/chathistory", HS_CAP_CHATHISTORY },
  { "draft/event-playback", HS_CAP_EVENT_PLAYBACK },
  { "draft/extended-isupport", HS_CAP_EXTENDED_ISUPPORT },
  { "draft/message-redaction", HS_CAP_MESSAGE_REDACTION },
  { "draft/metadata-2", HS_CAP_METADATA, "before-connect,max-subs=" G_STRINGIFY (HS_METADATA_SUBS_MAX) ",max-keys=" G_STRINGIFY (HS_METADATA_KEYS_MAX)
    ",max-value-bytes=" G_STRINGIFY (HS_METADATA_VALUE_MAX_BYTES) },
  { "draft/multiline", HS_CAP_MULTILINE, "max-bytes=" G_STRINGIFY (HS_MULTILINE_MAX_BYTES) ",max-lines=" G_STRINGIFY (HS_MULTILINE_MAX_LINES) },
  { "draft/pre-away", HS_CAP_PRE_AWAY },
  { "draft/read-marker", HS_CAP_READ_MARKER },
  { "echo-message", HS_CAP_ECHO_MESSAGE },
  { "extended-join", HS_CAP_EXTENDED_JOIN },
  { "extended-monitor", HS_CAP_EXTENDED_MONITOR },
  { "handshakechat.github.io/half-close", HS_CAP_HALF_CLOSE },
  { "handshakechat.github.io/resume", HS_CAP_RESUME },
  { HS_VIEW_CAP, HS_CAP_TCP_VIEW },
  { "invite-notify", HS_CAP_INVITE_NOTIFY },
  { "labeled-response", HS_CAP_LABELED_RESPONSE },
  { "message-tags", HS_CAP_MESSAGE_TAGS },
  { "multi-prefix", HS_CAP_MULTI_PREFIX },
  { "no-implicit-names", HS_CAP_NO_IMPLICIT_NAMES },
  { "sasl", HS_CAP_SASL },
  { "server-time", HS_CAP_SERVER_TIME },
  { "setname", HS_CAP_SETNAME },
  { "standard-replies", HS_CAP_STANDARD_REPLIES },
  { "userhost-in-names", HS_CAP_USERHOST_IN_NAMES },
};

/* The offer to encrypt: no capability that can be asked for, but one that is acted on. TLS is on this same port, so it has no value. */
#define TLS_OFFER "handshakechat.github.io/tls"

/* The words of @list in as many lines as they need; with CAP 302 all but the last LS and LIST say by a "*" that more follows. */
static void
send_cap (HsEngine *self, HsPeer *peer, const char *subcommand, const char *list)
{
  const char *nick = peer->nick != NULL ? peer->nick : "*";
  gboolean star = peer->speaks_302 && *subcommand == 'L';
  gsize fixed = strlen (self->server_name) + strlen (nick) + strlen (subcommand) + strlen (":  CAP   * :\r\n");
  g_autoptr (GString) out = g_string_sized_new (HS_LINE_MAX);
  gsize len = strlen (list);

  do
    {
      gsize part = len;
      g_autofree char *words = NULL;
      HsIrcMessage message;

      if (fixed + part > HS_LINE_MAX)
        for (part = HS_LINE_MAX - fixed; part > 0 && list[part] != ' '; part--)
          ;
      if (part == 0)
        part = hs_utf8_split (list, len, HS_LINE_MAX - fixed);
      words = g_strndup (list, part);
      list += part + strspn (list + part, " ");
      len = strlen (list);
      if (star && len > 0)
        hs_irc_message_set (&message, self->server_name, "CAP", nick, subcommand, "*", words, NULL);
      else
        hs_irc_message_set (&message, self->server_name, "CAP", nick, subcommand, words, NULL);
      hs_irc_message_format (&message, out);
    }
  while (len > 0);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* Some mean nothing where nothing is kept. */
static gboolean
offers (HsEngine *self, HsPeer *peer, HsCap cap)
{
  const guint need_history = HS_CAP_CHATHISTORY | HS_CAP_EVENT_PLAYBACK | HS_CAP_MESSAGE_REDACTION;

  if ((cap & need_history) != 0)
    return hs_engine_keeps_history (self);
  if (cap == HS_CAP_ACCOUNT_REGISTRATION)
    return self->config->registration && peer->encrypted;
  if (cap == HS_CAP_SASL)
    {
      g_autofree char *list = hs_engine_list_mechanisms (self, peer);

      return *list != '\0';
    }
  return (cap & (HS_CAP_RESUME | HS_CAP_READ_MARKER)) == 0 || self->store != NULL;
}

/* What it is for this guest. (nullable) (transfer full) */
static char *
make_value (HsEngine *self, HsPeer *peer, HsCap cap, const char *fixed)
{
  if (cap == HS_CAP_ACCOUNT_REGISTRATION)
    return g_strdup (hs_engine_registers_early (self, peer) ? "before-connect,custom-account-name" : "custom-account-name");
  return cap == HS_CAP_SASL ? hs_engine_list_mechanisms (self, peer) : g_strdup (fixed);
}

static char *
list_caps (HsEngine *self, HsPeer *peer, guint which, gboolean values)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (caps); i++)
    {
      g_autofree char *value = NULL;

      if ((caps[i].cap & which) == 0 || !offers (self, peer, caps[i].cap))
        continue;
      g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", caps[i].name);
      if (values && (value = make_value (self, peer, caps[i].cap, caps[i].value)) != NULL)
        g_string_append_printf (list, "=%s", value);
    }
  return g_string_free (list, FALSE);
}

/* Not to this computer: what is said here is read by nobody on the way, and a certificate is made for no name that is used here. (nullable) (transfer
 * full) */
static char *
make_sts (HsEngine *self, gboolean encrypted)
{
  if (self->sts_port == 0 || self->config->classroom || self->now / G_USEC_PER_SEC >= self->sts_until)
    return NULL;
  if (encrypted)
    return g_strdup_printf ("sts=duration=%u", self->sts_seconds);
  return self->sts_seconds > 0 ? g_strdup_printf ("sts=port=%u", self->sts_port) : NULL;
}

static void
append_word (GString *list, const char *word)
{
  g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", word);
}

/* A lower version asked for later gets an answer of its kind; the higher one holds. */
static void
cap_ls (HsEngine *self, HsPeer *peer, const char *argument)
{
  gboolean modern = atoi (argument) >= 302, only_tls = FALSE;
  gboolean tls = hs_engine_offers_tls (self, peer, &only_tls);
  g_autofree char *caps_list = only_tls ? g_strdup ("") : list_caps (self, peer, G_MAXUINT, modern);
  g_autofree char *sts = modern && !peer->loopback ? make_sts (self, peer->encrypted) : NULL;
  g_autoptr (GString) list = g_string_new (caps_list);

  if (tls)
    append_word (list, TLS_OFFER);
  if (sts != NULL)
    append_word (list, sts);
  if (modern)
    {
      peer->speaks_302 = TRUE;
      peer->caps |= HS_CAP_CAP_NOTIFY;
    }
  if (!peer->registered)
    peer->negotiating = TRUE;
  send_cap (self, peer, "LS", list->str);
}

/* It is never taken back: it ends at once instead. */
static void
tell_sts (HsEngine *self, GQueue *place, char *const *before, char *const *after)
{
  for (GList *l = place->head; l != NULL; l = l->next)
    {
      HsPeer *peer = l->data;
      const char *was = before[peer->encrypted], *is = after[peer->encrypted];

      if (peer->loopback || !peer->speaks_302 || (peer->caps & HS_CAP_CAP_NOTIFY) == 0 || g_strcmp0 (was, is) == 0)
        continue;
      if (is != NULL || peer->encrypted)
        send_cap (self, peer, "NEW", is != NULL ? is : "sts=duration=0");
    }
}

void
hs_engine_set_sts (HsEngine *self, guint16 port, guint seconds, gint64 until)
{
  char *before[2], *after[2];

  self->now = self->funcs->now (self->user_data);
  for (guint i = 0; i < 2; i++)
    before[i] = make_sts (self, i == 1);
  self->sts_port = port;
  self->sts_seconds = seconds;
  self->sts_until = until;
  for (guint i = 0; i < 2; i++)
    after[i] = make_sts (self, i == 1);
  tell_sts (self, &self->unregistered, before, after);
  tell_sts (self, &self->registered, before, after);
  for (guint i = 0; i < 2; i++)
    {
      g_free (before[i]);
      g_free (after[i]);
    }
}

static void
cap_list (HsEngine *self, HsPeer *peer, const char *argument)
{
  g_autofree char *list = list_caps (self, peer, peer->caps, FALSE);

  send_cap (self, peer, "LIST", list);
}

static HsCap
find_cap (HsEngine *self, HsPeer *peer, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (caps); i++)
    if (strcmp (caps[i].name, name) == 0 && offers (self, peer, caps[i].cap))
      return caps[i].cap;
  return 0;
}

/* All of it or nothing. */
static gboolean
apply_request (HsEngine *self, HsPeer *peer, const char *request, guint *result)
{
  g_auto (GStrv) words = g_strsplit (request, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean off = words[i][0] == '-';
      HsCap cap = find_cap (self, peer, words[i] + off);

      if (words[i][0] == '\0')
        continue;
      if (cap == 0)
        return FALSE;
      /* Who speaks 302 is told of changes, wished or not. */
      if (off && cap == HS_CAP_CAP_NOTIFY && peer->speaks_302)
        return FALSE;
      *result = off ? *result & ~cap : *result | cap;
    }
  return TRUE;
}

static void
cap_req (HsEngine *self, HsPeer *peer, const char *argument)
{
  guint result = peer->caps;

  if (!peer->registered)
    peer->negotiating = TRUE;
  if (!apply_request (self, peer, argument, &result))
    {
      send_cap (self, peer, "NAK", argument);
      return;
    }
  send_cap (self, peer, "ACK", argument);
  peer->caps = result;
}

static void
cap_end (HsEngine *self, HsPeer *peer, const char *argument)
{
  peer->negotiating = FALSE;
  hs_engine_try_register (self, peer);
}

static const struct
{
  const char *name;
  void (*func) (HsEngine *self, HsPeer *peer, const char *argument);
} subcommands[] = {
  { "LS", cap_ls },
  { "LIST", cap_list },
  { "REQ", cap_req },
  { "END", cap_end },
};

void
hs_command_cap (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  for (guint i = 0; i < G_N_ELEMENTS (subcommands); i++)
    {
      if (g_ascii_strcasecmp (subcommands[i].name, message->params[0]) != 0)
        continue;
      subcommands[i].func (self, peer, hs_irc_message_param (message, 1));
      return;
    }
  hs_engine_reply (self, peer, HS_ERR_INVALIDCAPCMD, message->params[0], "Invalid CAP command", NULL);
}
