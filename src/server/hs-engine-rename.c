/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RENAME (IRCv3 draft/channel-rename): a room is called something else; who is in it, its lists and its history stay. Who looks for it by
 * its former name is told the new one for a while. */
#include "hs-engine-keep-private.h"

#include <string.h>

/* ---- Former names ---- */

typedef struct
{
  char *name;
  gint64 until; /* Unix ms; RESERVED: the store is being asked, and nobody gets the name meanwhile */
} HsRenamed;

#define RESERVED G_MAXINT64

static void
free_renamed (gpointer data)
{
  HsRenamed *self = data;

  g_free (self->name);
  g_free (self);
}

static gboolean
is_over (gpointer key, gpointer value, gpointer user_data)
{
  return ((const HsRenamed *) value)->until <= *(const gint64 *) user_data;
}

/* Of @name (nullable: of all) the oldest goes when there are @max. */
static void
make_room_for_one (GHashTable *all, const char *name, guint max)
{
  const HsRenamed *oldest = NULL, *renamed;
  const char *key, *former = NULL;
  GHashTableIter iter;
  guint n = 0;

  g_hash_table_iter_init (&iter, all);
  while (g_hash_table_iter_next (&iter, (gpointer *) &key, (gpointer *) &renamed))
    {
      if (name != NULL && !hs_name_equal (renamed->name, name))
        continue;
      n++;
      if (renamed->until != RESERVED && (oldest == NULL || renamed->until < oldest->until))
        oldest = renamed, former = key;
    }
  if (n >= max && former != NULL)
    g_hash_table_remove (all, former);
}

void
hs_engine_remember_renamed (HsEngine *self, const char *former, const char *name, gint64 until_ms)
{
  gint64 now = self->now / 1000;
  GHashTableIter iter;
  HsRenamed *renamed;

  if (self->renamed == NULL)
    self->renamed = g_hash_table_new_full (hs_name_hash, hs_name_equal, g_free, free_renamed);
  g_hash_table_remove (self->renamed, name);
  g_hash_table_foreach_remove (self->renamed, is_over, &now);
  /* What led to the former name leads on. */
  g_hash_table_iter_init (&iter, self->renamed);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &renamed))
    if (hs_name_equal (renamed->name, former))
      {
        g_free (renamed->name);
        renamed->name = g_strdup (name);
      }
  g_hash_table_remove (self->renamed, former);
  make_room_for_one (self->renamed, name, HS_RENAMED_PER_ROOM);
  make_room_for_one (self->renamed, NULL, HS_RENAMED_MAX);
  renamed = g_new0 (HsRenamed, 1);
  renamed->name = g_strdup (name);
  renamed->until = until_ms;
  g_hash_table_insert (self->renamed, g_strdup (former), renamed);
}

HsChannel *
hs_engine_find_renamed (HsEngine *self, const char *former)
{
  const HsRenamed *renamed = self->renamed != NULL ? g_hash_table_lookup (self->renamed, former) : NULL;

  return renamed != NULL && renamed->until > self->now / 1000 ? hs_engine_find_channel (self, renamed->name) : NULL;
}

/* ---- Telling ---- */

/* @peer: (nullable) who did it, if it is still here. Only the letters' case is another: who does not know the message goes on by the name it
 * has. */
static void
tell (HsEngine *self, HsPeer *peer, const char *source, HsChannel *channel, const char *former, const char *reason)
{
  gboolean same = hs_name_equal (former, channel->name);
  HsIrcMessage message;
  HsFanout fanout;

  hs_irc_message_set (&message, source, "RENAME", former, channel->name, reason, NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  for (guint i = 0; i < channel->members->len; i++)
    {
      HsMembership *member = g_ptr_array_index (channel->members, i);

      if ((member->peer->caps & HS_CAP_CHANNEL_RENAME) != 0)
        hs_fanout_send (&fanout, member->peer);
      else if (!same)
        hs_engine_lead_over (self, member, former, *reason != '\0' ? reason : NULL);
    }
  /* An operator from outside */
  if (peer != NULL && hs_peer_find_membership (peer, channel) == NULL && (peer->caps & HS_CAP_CHANNEL_RENAME) != 0)
    hs_fanout_send (&fanout, peer);
  else if (peer != NULL && hs_peer_find_membership (peer, channel) == NULL)
    hs_engine_note_about (self, peer, NULL, "RENAME", "RENAMED", former, channel->name, "The channel has been renamed");
  hs_fanout_clear (&fanout);
}

static void
set_name (HsEngine *self, HsChannel *channel, const char *name)
{
  g_autofree char *former = channel->name;
  g_autofree char *from = hs_name_fold (former);
  g_autofree char *to = hs_name_fold (name);

  g_hash_table_steal (self->channels, former);
  channel->name = g_strdup (name);
  g_hash_table_insert (self->channels, channel->name, channel);
  if (strcmp (from, to) == 0)
    return;
  channel->renamed = hs_engine_get_ticks (self);
  hs_engine_move_markers (self, from, to);
  hs_engine_fact (self, HS_FACT_ROOM_CHANGED, NULL, former);
}

static void
call_it (HsEngine *self, HsPeer *peer, const char *source, HsChannel *channel, const char *name, const char *reason)
{
  g_autofree char *former = g_strdup (channel->name);

  set_name (self, channel, name);
  if (!hs_name_equal (former, name))
    hs_engine_remember_renamed (self, former, name, self->now / 1000 + HS_RENAMED_MS);
  tell (self, peer, source, channel, former, reason);
  hs_engine_room_changed (self, channel);
}

/* ---- The store ---- */

/* It comes first: what it refuses has not happened. */
typedef struct
{
  HsAsk ask;
  guint64 channel_id;
  char *former, *name, *reason, *source;
  char *label; /* (nullable) */
  gint64 until;
} RenameAsk;

static gpointer
work_rename (HsServerDb *db, gpointer data, GError **error)
{
  const RenameAsk *ask = data;

  hs_server_db_rename_room (db, ask->former, ask->name, ask->until, error);
  return NULL;
}

static void
free_rename (HsAsk *ask)
{
  RenameAsk *self = (RenameAsk *) ask;

  g_free (self->former);
  g_free (self->name);
  g_free (self->reason);
  g_free (self->source);
  g_free (self->label);
  g_free (self);
}

static void
refuse (HsEngine *self, HsPeer *peer, const char *label, const HsChannel *channel, const char *name)
{
  hs_engine_fail_about (self, peer, label, "RENAME", "CANNOT_RENAME", channel->name, name, "The new name could not be kept");
}

static void
tell_kept (HsEngine *self, HsPeer *peer, const RenameAsk *rename, HsChannel *channel)
{
  /* What was said meanwhile is on its way by the former name, and comes before. */
  self->holding = self->batches.length > 0;
  if (peer != NULL && rename->label != NULL)
    hs_engine_begin_label (self, peer, rename->label);
  call_it (self, peer, rename->source, channel, rename->name, rename->reason);
  if (peer != NULL && rename->label != NULL)
    hs_engine_end_label (self);
  self->holding = FALSE;
}

/* The room may be gone, and another one have the name reserved for itself. */
static void
end_reservation (HsEngine *self, const RenameAsk *rename)
{
  const HsRenamed *reserved = g_hash_table_lookup (self->renamed, rename->name);

  if (reserved != NULL && reserved->until == RESERVED && hs_name_equal (reserved->name, rename->former))
    g_hash_table_remove (self->renamed, rename->name);
}

static void
answer_rename (HsEngine *self, HsAsk *ask, const GError *error)
{
  const RenameAsk *rename = (const RenameAsk *) ask;
  HsChannel *channel = hs_engine_find_channel_again (self, rename->former, rename->channel_id);
  HsPeer *peer = ask->peer != NULL && !ask->peer->leaving ? ask->peer : NULL;

  end_reservation (self, rename);
  if (channel == NULL)
    return;
  g_clear_pointer (&channel->renaming, g_free);
  if (error == NULL)
    {
      tell_kept (self, peer, rename, channel);
      return;
    }
  hs_engine_keep_room (self, channel); /* it may have changed meanwhile */
  if (peer != NULL)
    refuse (self, peer, rename->label, channel, rename->name);
}

/* What was said until now goes there under the former name, what is said from now on under the new one. Nobody takes that meanwhile: it leads
 * to this room. */
static void
ask_store (HsEngine *self, HsPeer *peer, HsChannel *channel, const char *name, const char *reason)
{
  char source[HS_SOURCE_SIZE];
  RenameAsk *ask;

  hs_engine_keep_room (self, channel);
  if (!channel->kept) /* there are too many: what was said there would be lost */
    {
      refuse (self, peer, NULL, channel, name);
      return;
    }
  ask = g_new0 (RenameAsk, 1);
  ask->ask.answer = answer_rename;
  ask->ask.free = free_rename;
  ask->channel_id = channel->id;
  ask->former = g_strdup (channel->name);
  ask->name = g_strdup (name);
  ask->reason = g_strdup (reason);
  ask->source = g_strdup (hs_peer_write_source (peer, source));
  ask->label = hs_engine_take_label (self, peer);
  ask->until = self->now / 1000 + HS_RENAMED_MS;
  hs_engine_flush (self);
  hs_engine_remember_renamed (self, name, channel->name, RESERVED);
  channel->renaming = g_strdup (name);
  hs_engine_ask (self, peer, &ask->ask, work_rename);
}

static void
begin (HsEngine *self, HsPeer *peer, HsChannel *channel, const char *name, const char *reason)
{
  char source[HS_SOURCE_SIZE];

  if (self->store != NULL && !hs_name_equal (channel->name, name))
    ask_store (self, peer, channel, name, reason);
  else
    call_it (self, peer, hs_peer_write_source (peer, source), channel, name, reason);
}

/* ---- The command ---- */

/* (nullable) Why it cannot be called so. */
static const char *
find_obstacle (HsEngine *self, const HsPeer *peer, const HsChannel *channel, const char *name)
{
  if (channel == self->lobby)
    return "The default room is called as the host has configured it";
  if (!hs_name_is_room (name))
    return "This is no name for a channel";
  if (channel->renaming != NULL)
    return "This channel is being renamed";
  if (channel->renamed != 0 && channel->renamed + HS_RENAME_SPACING_MS * G_TIME_SPAN_MILLISECOND > hs_engine_get_ticks (self) &&
      !hs_peer_is_operator (peer) && !hs_name_equal (channel->name, name))
    return "This channel has been renamed recently";
  return NULL;
}

static gboolean
is_taken (HsEngine *self, const HsChannel *channel, const char *name)
{
  const HsChannel *other = hs_engine_find_channel (self, name), *renamed = hs_engine_find_renamed (self, name);

  return (other != NULL && other != channel) || (renamed != NULL && renamed != channel);
}

void
hs_command_rename (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *name = message->params[1];
  g_autofree char *reason = hs_engine_cut (hs_irc_message_param (message, 2), HS_RENAME_REASON_MAX_BYTES);
  HsChannel *channel = hs_engine_find_seen (self, peer, message->params[0]);
  const char *obstacle = channel != NULL ? find_obstacle (self, peer, channel, name) : NULL;

  if (channel == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHCHANNEL, message->params[0], "No such channel", NULL);
  else if (hs_peer_find_membership (peer, channel) == NULL && !hs_peer_is_operator (peer))
    hs_engine_reply (self, peer, HS_ERR_NOTONCHANNEL, channel->name, "You're not on that channel", NULL);
  else if (!hs_engine_rules (peer, channel))
    hs_engine_reply (self, peer, HS_ERR_CHANOPRIVSNEEDED, channel->name, "You're not channel operator", NULL);
  else if (obstacle != NULL)
    hs_engine_fail_about (self, peer, NULL, "RENAME", "CANNOT_RENAME", channel->name, name, obstacle);
  else if (is_taken (self, channel, name))
    hs_engine_fail_about (self, peer, NULL, "RENAME", "CHANNEL_NAME_IN_USE", channel->name, name, "The channel name is already taken");
  else if (strcmp (channel->name, name) == 0)
    hs_engine_fail_about (self, peer, NULL, "RENAME", "CHANNEL_NAME_IN_USE", channel->name, name, "The channel is called so already");
  else
    begin (self, peer, channel, name, reason);
}
