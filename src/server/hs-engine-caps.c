/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CAP (IRCv3 capability negotiation 302). */
#include "hs-engine-private.h"

#include <stdlib.h>
#include <string.h>

static const struct
{
  const char *name;
  HsCap cap;
} caps[] = {
  { "away-notify", HS_CAP_AWAY_NOTIFY },
  { "batch", HS_CAP_BATCH },
  { "cap-notify", HS_CAP_CAP_NOTIFY },
  { "echo-message", HS_CAP_ECHO_MESSAGE },
  { "extended-join", HS_CAP_EXTENDED_JOIN },
  { "invite-notify", HS_CAP_INVITE_NOTIFY },
  { "labeled-response", HS_CAP_LABELED_RESPONSE },
  { "message-tags", HS_CAP_MESSAGE_TAGS },
  { "multi-prefix", HS_CAP_MULTI_PREFIX },
  { "server-time", HS_CAP_SERVER_TIME },
  { "setname", HS_CAP_SETNAME },
  { "standard-replies", HS_CAP_STANDARD_REPLIES },
  { "userhost-in-names", HS_CAP_USERHOST_IN_NAMES },
};

static void
send_cap (HsEngine *self, HsPeer *peer, const char *subcommand, const char *list)
{
  HsIrcMessage message;
  g_autoptr (GString) out = g_string_sized_new (HS_LINE_MAX);

  hs_irc_message_set (&message, self->server_name, "CAP", peer->nick != NULL ? peer->nick : "*", subcommand, list, NULL);
  hs_irc_message_format (&message, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static char *
list_caps (guint which)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (caps); i++)
    {
      if ((caps[i].cap & which) == 0)
        continue;
      if (list->len > 0)
        g_string_append_c (list, ' ');
      g_string_append (list, caps[i].name);
    }
  return g_string_free (list, FALSE);
}

static void
cap_ls (HsEngine *self, HsPeer *peer, const char *argument)
{
  g_autofree char *list = list_caps (G_MAXUINT);

  if (atoi (argument) >= 302)
    peer->caps |= HS_CAP_CAP_NOTIFY;
  if (!peer->registered)
    peer->negotiating = TRUE;
  send_cap (self, peer, "LS", list);
}

static void
cap_list (HsEngine *self, HsPeer *peer, const char *argument)
{
  g_autofree char *list = list_caps (peer->caps);

  send_cap (self, peer, "LIST", list);
}

static HsCap
find_cap (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (caps); i++)
    if (strcmp (caps[i].name, name) == 0)
      return caps[i].cap;
  return 0;
}

/* All of it or nothing. */
static gboolean
apply_request (const char *request, guint *result)
{
  g_auto (GStrv) words = g_strsplit (request, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean off = words[i][0] == '-';
      HsCap cap = find_cap (words[i] + off);

      if (words[i][0] == '\0')
        continue;
      if (cap == 0)
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
  if (!apply_request (argument, &result))
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
