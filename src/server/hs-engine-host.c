/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host does to guests from its window: in rooms by the commands it could type itself, and at the server's door, where who is banned is
 * not let in. The door is kept like a room's list of bans, under a name that no room has. */
#include "hs-engine-keep-private.h"

#include <string.h>

/* ---- The door ---- */

void
hs_engine_make_door (HsEngine *self)
{
  self->door = g_new0 (HsChannel, 1);
  self->door->name = g_strdup (HS_DOOR_NAME);
  self->door->members = g_ptr_array_new ();
  self->door->created = self->now;
  self->door->kept = TRUE;
}

gboolean
hs_engine_is_barred_from (HsEngine *self, const char *host)
{
  char out[HS_HOST_SIZE];
  const HsMaskSubject subject = { .nick = "", .user = "", .host = out, .is_new = TRUE };

  g_snprintf (out, sizeof out, "%s%s", host[0] == ':' ? "0" : "", host);
  return hs_channel_forbids (self->door, FALSE, &subject);
}

gboolean
hs_engine_is_barred (HsEngine *self, const HsPeer *peer)
{
  return hs_peer_is_banned (peer, self->door);
}

/* Everybody whom the door does not let in any more goes, wherever they stand. */
static void
send_away (HsEngine *self, GQueue *place)
{
  g_autoptr (GPtrArray) barred = g_ptr_array_new ();

  for (GList *l = place->head; l != NULL; l = l->next)
    if (!((HsPeer *) l->data)->loopback || ((HsPeer *) l->data)->registered || ((HsPeer *) l->data)->listener)
      if (hs_engine_is_barred (self, l->data))
        g_ptr_array_add (barred, l->data);
  for (guint i = 0; i < barred->len; i++)
    {
      HsPeer *peer = g_ptr_array_index (barred, i);

      if (peer->dialect == HS_DIALECT_IRC)
        hs_engine_reply (self, peer, HS_ERR_YOUREBANNEDCREEP, HS_BANNED_WORDS, NULL);
      hs_engine_say_q (self, peer, HS_BANNED_WORDS);
    }
}

gboolean
hs_engine_set_banned (HsEngine *self, const char *mask, gboolean on)
{
  g_autofree char *normal = hs_mask_normalize (mask);
  gboolean done;

  self->now = self->funcs->now (self->user_data);
  if (normal == NULL || (on && hs_channel_list_is_full (self->door, HS_LIST_BAN)))
    return FALSE;
  done = on ? hs_channel_add_to_list (self->door, HS_LIST_BAN, normal, self->host != NULL ? self->host->nick : self->server_name, self->now)
            : hs_channel_remove_from_list (self->door, HS_LIST_BAN, normal);
  if (!done)
    return FALSE;
  hs_engine_keep_room (self, self->door);
  if (on)
    {
      send_away (self, &self->registered);
      send_away (self, &self->unregistered);
    }
  hs_engine_fact (self, HS_FACT_BANS_CHANGED, NULL, NULL);
  return TRUE;
}

char **
hs_engine_list_bans (HsEngine *self)
{
  const GPtrArray *list = self->door->lists[HS_LIST_BAN];
  g_autoptr (GStrvBuilder) masks = g_strv_builder_new ();

  for (guint i = 0; list != NULL && i < list->len; i++)
    g_strv_builder_add (masks, ((const HsListEntry *) g_ptr_array_index (list, i))->mask);
  return g_strv_builder_end (masks);
}

/* ---- In rooms ---- */

/* As the host would type it. */
static void
command (HsEngine *self, const char *name, const char *first, const char *second, const char *third)
{
  HsIrcMessage message;

  hs_irc_message_set (&message, NULL, name, first, second, third, NULL);
  hs_engine_dispatch (self, self->host, &message);
}

char **
hs_engine_list_rooms (HsPeer *peer)
{
  g_autoptr (GPtrArray) rooms = g_ptr_array_new ();

  for (const HsMembership *membership = peer->memberships; membership != NULL; membership = membership->next)
    g_ptr_array_insert (rooms, 0, g_strdup (membership->channel->name)); /* the last one comes first */
  g_ptr_array_add (rooms, NULL);
  return (char **) g_ptr_array_steal (rooms, NULL);
}

void
hs_engine_kick_from (HsEngine *self, HsPeer *peer, const char *room, const char *reason)
{
  const HsChannel *channel = hs_engine_find_channel (self, room);

  self->now = self->funcs->now (self->user_data);
  if (peer->leaving || peer->own || self->host == NULL || channel == NULL || hs_peer_find_membership (peer, channel) == NULL)
    return;
  command (self, "KICK", channel->name, peer->nick, reason);
}

/* One who does not speak IRC has only the one room, and its connection closes with the first KICK. */
static void
kick (HsEngine *self, HsPeer *peer, const char *reason)
{
  g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func (g_free);

  for (const HsMembership *membership = peer->memberships; membership != NULL; membership = membership->next)
    g_ptr_array_add (rooms, g_strdup (membership->channel->name));
  for (guint i = 0; i < rooms->len && !peer->leaving; i++)
    command (self, "KICK", g_ptr_array_index (rooms, i), peer->nick, reason);
}

static void
disconnect (HsEngine *self, HsPeer *peer, const char *reason)
{
  hs_engine_say_q (self, peer, reason != NULL && *reason != '\0' ? reason : "Disconnected by the host");
}

/* By address where only this one comes from there, else by name: nobody else's mouth is shut. */
static void
set_muted (HsEngine *self, HsPeer *peer, gboolean on)
{
  char host[HS_HOST_SIZE];
  g_autofree char *by_name = g_strdup_printf ("%s!*@*", peer->nick);
  g_autofree char *by_address = g_strdup_printf ("*!*@%s", hs_peer_write_address (peer, host));
  gboolean hidden = strcmp (by_address + strlen ("*!*@"), hs_peer_write_host (peer, host)) != 0; /* the mask would tell the room */

  for (const HsMembership *membership = peer->memberships; membership != NULL; membership = membership->next)
    if (on)
      command (self, "MODE", membership->channel->name, "+q", peer->host->n_peers == 1 && !peer->loopback && !hidden ? by_address : by_name);
    else
      {
        command (self, "MODE", membership->channel->name, "-q", by_name);
        command (self, "MODE", membership->channel->name, "-q", by_address);
      }
}

static void
mute (HsEngine *self, HsPeer *peer, const char *reason)
{
  set_muted (self, peer, TRUE);
}

static void
unmute (HsEngine *self, HsPeer *peer, const char *reason)
{
  set_muted (self, peer, FALSE);
}

static void
set_operator (HsEngine *self, HsPeer *peer, const char *letters)
{
  if (self->lobby != NULL && hs_peer_find_membership (peer, self->lobby) != NULL)
    command (self, "MODE", self->lobby->name, letters, peer->nick);
}

static void
make_operator (HsEngine *self, HsPeer *peer, const char *reason)
{
  set_operator (self, peer, "+o");
}

static void
unmake_operator (HsEngine *self, HsPeer *peer, const char *reason)
{
  set_operator (self, peer, "-o");
}

static const struct
{
  void (*func) (HsEngine *self, HsPeer *peer, const char *reason);
  gboolean in_rooms; /* of one that is registered, in the host's name */
} deeds[] = {
  [HS_DEED_KICK] = { kick, TRUE },
  [HS_DEED_DISCONNECT] = { disconnect, FALSE },
  [HS_DEED_MUTE] = { mute, TRUE },
  [HS_DEED_UNMUTE] = { unmute, TRUE },
  [HS_DEED_OPERATOR] = { make_operator, TRUE },
  [HS_DEED_NOT_OPERATOR] = { unmake_operator, TRUE },
};

void
hs_engine_do (HsEngine *self, HsPeer *peer, HsDeed deed, const char *reason)
{
  self->now = self->funcs->now (self->user_data);
  if (peer->leaving || peer->own || (guint) deed >= G_N_ELEMENTS (deeds))
    return;
  if (!deeds[deed].in_rooms || (peer->registered && self->host != NULL))
    deeds[deed].func (self, peer, reason);
}
