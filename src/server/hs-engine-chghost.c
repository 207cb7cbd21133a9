/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CHGHOST (IRCv3 chghost): an operator hides somebody's address from the others. Masks name who is hidden by the address all the same. */
#include "hs-engine-private.h"

#include <gio/gio.h>
#include <string.h>

/* Something that no address is and no net: a mask of another's must not come to name this one. */
static gboolean
is_host_name (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  g_autoptr (GInetAddressMask) net = g_inet_address_mask_new_from_string (text, NULL);

  if (!g_ascii_isalnum (*text) || strlen (text) > HS_SHOWN_HOST_MAX_BYTES || address != NULL || net != NULL)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (".-/", *p) == NULL)
      return FALSE;
  return TRUE;
}

/* Those who do not know the message: to them it goes and comes back. */
static void
simulate_return (HsEngine *self, HsPeer *peer, const char *former)
{
  guint32 mark = ++self->mark;
  HsIrcMessage quit;
  HsFanout fanout;

  hs_irc_message_set (&quit, former, "QUIT", "Changing host", NULL);
  hs_fanout_init (&fanout, self, &quit, peer);
  peer->mark = mark;
  for (HsMembership *mine = peer->memberships; mine != NULL; mine = mine->next)
    for (guint i = 0; !mine->quiet && i < mine->channel->members->len; i++)
      {
        HsPeer *other = ((HsMembership *) g_ptr_array_index (mine->channel->members, i))->peer;

        if (other->mark == mark || other->dialect != HS_DIALECT_IRC || (other->caps & HS_CAP_CHGHOST) != 0)
          continue;
        other->mark = mark;
        hs_fanout_send (&fanout, other);
      }
  hs_fanout_clear (&fanout);
  for (HsMembership *mine = peer->memberships; mine != NULL; mine = mine->next)
    if (!mine->quiet)
      hs_engine_repeat_arrival (self, mine, HS_CAP_CHGHOST);
}

/* @host: NULL for the address. */
static void
show_host (HsEngine *self, HsPeer *peer, const char *host)
{
  HsPeerExtra *extra = hs_peer_get_extra (peer);
  char former[HS_SOURCE_SIZE], shown[HS_HOST_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_peer_write_source (peer, former);
  g_free (extra->shown_host);
  extra->shown_host = g_strdup (host);
  hs_peer_forget_silence (peer);

  hs_irc_message_set (&message, former, "CHGHOST", hs_peer_get_user (peer), hs_peer_write_host (peer, shown), NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  if ((peer->caps & HS_CAP_CHGHOST) != 0)
    hs_fanout_send (&fanout, peer);
  if (peer->dialect == HS_DIALECT_IRC)
    hs_engine_reply (self, peer, HS_RPL_VISIBLEHOST, shown, "is now your visible host", NULL);
  hs_fanout_send_neighbours (&fanout, peer, HS_CAP_CHGHOST);
  hs_fanout_clear (&fanout);
  simulate_return (self, peer, former);
}

void
hs_command_chghost (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *nick = message->params[0], *host = message->params[1];
  gboolean back = strcmp (host, "*") == 0;
  HsPeer *one = hs_engine_find_nick (self, nick);
  char shown[HS_HOST_SIZE];

  if (!hs_peer_is_operator (peer))
    hs_engine_reply (self, peer, HS_ERR_NOPRIVILEGES, "Permission Denied- You're not an IRC operator", NULL);
  else if (one == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHNICK, nick, "No such nick", NULL);
  else if (!back && !is_host_name (host))
    hs_engine_fail_about (self, peer, NULL, "CHGHOST", "INVALID_HOST", host, NULL, "This cannot be shown as a host");
  else
    {
      if (strcmp (hs_peer_write_host (one, shown), host) != 0 && !(back && (one->extra == NULL || one->extra->shown_host == NULL)))
        show_host (self, one, back ? NULL : host);
      hs_engine_note_about (self, peer, NULL, "CHGHOST", "HOST_SHOWN", one->nick, hs_peer_write_host (one, shown), "is what others see");
    }
}
