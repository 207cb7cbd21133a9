/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WHOWAS: who was called so until lately. As many as HS_WHOWAS_MAX names are remembered. */
#include "hs-engine-private.h"

#include <stdlib.h>

typedef struct
{
  char *nick, *user, *host, *real;
  gint64 time; /* Unix µs */
} Former;

static void
free_former (gpointer data)
{
  Former *former = data;

  g_free (former->nick);
  g_free (former->user);
  g_free (former->host);
  g_free (former->real);
  g_free (former);
}

void
hs_engine_clear_former (HsEngine *self)
{
  g_queue_clear_full (&self->former, free_former);
}

void
hs_engine_remember_former (HsEngine *self, const HsPeer *peer)
{
  char host[HS_HOST_SIZE];
  Former *former = g_new0 (Former, 1);

  former->nick = g_strdup (peer->nick);
  former->user = g_strdup (hs_peer_get_user (peer));
  former->host = g_strdup (hs_peer_write_host (peer, host));
  former->real = g_strdup (hs_peer_get_realname (peer));
  former->time = self->now;
  g_queue_push_head (&self->former, former);
  if (self->former.length > HS_WHOWAS_MAX)
    free_former (g_queue_pop_tail (&self->former));
}

static void
append_former (HsEngine *self, HsPeer *peer, GString *out, const Former *former)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (former->time / G_USEC_PER_SEC);
  g_autofree char *words = g_date_time_format (time, "%Y-%m-%d %H:%M:%S UTC");

  hs_engine_append_reply (self, peer, out, HS_RPL_WHOWASUSER, former->nick, former->user, former->host, "*", former->real, NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_WHOISSERVER, former->nick, self->server_name, words, NULL);
}

void
hs_command_whowas (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *nick = hs_irc_message_param (message, 0);
  int limit = atoi (hs_irc_message_param (message, 1));
  g_autoptr (GString) out = g_string_new (NULL);
  int n = 0;

  if (*nick == '\0')
    {
      hs_engine_reply (self, peer, HS_ERR_NONICKNAMEGIVEN, "No nickname given", NULL);
      return;
    }
  for (GList *l = self->former.head; l != NULL && (limit <= 0 || n < limit); l = l->next)
    if (hs_name_equal (((Former *) l->data)->nick, nick))
      {
        append_former (self, peer, out, l->data);
        n++;
      }
  if (n == 0)
    hs_engine_append_reply (self, peer, out, HS_ERR_WASNOSUCHNICK, nick, "There was no such nickname", NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFWHOWAS, nick, "End of WHOWAS", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}
