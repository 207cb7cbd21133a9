/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MARKREAD (IRCv3 draft/read-marker): how far the owner of an account has read, between its devices. Nobody else hears of it, and who has no
 * account has none: a connection's is its own business. */
#include "hs-engine-accounts-private.h"

#include <string.h>

static void
send_marker (HsEngine *self, HsPeer *peer, const char *label, const char *target, gint64 ms)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (HsBuf) buf = NULL;
  char time[25];
  char words[40] = "*";
  HsIrcMessage message;

  if (ms > 0)
    {
      hs_irc_format_time (ms * 1000, time);
      g_snprintf (words, sizeof words, "timestamp=%s", time);
    }
  hs_irc_message_set (&message, self->server_name, "MARKREAD", target, words, NULL);
  hs_irc_message_format (&message, out);
  buf = hs_buf_new (out->str, out->len);
  hs_engine_send_labelled (self, peer, label, buf);
}

/* ---- What is known of rooms, for whoever comes into one ---- */

static void
free_markers (gpointer data)
{
  g_hash_table_unref (data);
}

/* (nullable) NULL: not read yet. */
static GHashTable *
get_known (HsEngine *self, const HsServerAccount *account)
{
  return self->accounts->markers != NULL ? g_hash_table_lookup (self->accounts->markers, account) : NULL;
}

static void
know (HsEngine *self, HsServerAccount *account, const char *place, gint64 ms)
{
  GHashTable *known = get_known (self, account);

  if (known != NULL && *place == '#')
    g_hash_table_replace (known, g_strdup (place), g_memdup2 (&ms, sizeof ms));
}

void
hs_engine_move_markers (HsEngine *self, const char *former, const char *name)
{
  GHashTableIter iter;
  gpointer known, key, value;

  if (self->accounts->markers == NULL)
    return;
  g_hash_table_iter_init (&iter, self->accounts->markers);
  while (g_hash_table_iter_next (&iter, NULL, &known))
    {
      g_hash_table_remove (known, name);
      if (!g_hash_table_steal_extended (known, former, &key, &value))
        continue;
      g_free (key);
      g_hash_table_insert (known, g_strdup (name), value);
    }
}

void
hs_engine_reply_marker (HsEngine *self, HsPeer *peer, const HsChannel *channel)
{
  const HsServerAccount *account = peer->extra != NULL ? peer->extra->account : NULL;
  GHashTable *known = account != NULL ? get_known (self, account) : NULL;
  g_autofree char *place = hs_name_fold (channel->name);
  const gint64 *ms = known != NULL ? g_hash_table_lookup (known, place) : NULL;

  if ((peer->caps & HS_CAP_READ_MARKER) != 0)
    send_marker (self, peer, NULL, channel->name, ms != NULL ? *ms : 0);
}

typedef struct
{
  HsAsk ask;
  HsServerAccount *account;
  char *identity;
  GPtrArray *targets;
} ReadAsk;

static gpointer
work_read (HsServerDb *db, gpointer data, GError **error)
{
  ReadAsk *ask = data;

  ask->targets = hs_server_db_list_markers (db, ask->identity, error);
  return NULL;
}

/* Those who came into rooms before this was there have heard "*". */
static void
tell_late (HsEngine *self, HsServerAccount *account, GHashTable *known)
{
  for (GList *l = self->registered.head; l != NULL; l = l->next)
    {
      HsPeer *peer = l->data;

      if (peer->extra == NULL || peer->extra->account != account || (peer->caps & HS_CAP_READ_MARKER) == 0)
        continue;
      for (HsMembership *membership = peer->memberships; membership != NULL; membership = membership->next)
        {
          g_autofree char *place = hs_name_fold (membership->channel->name);
          const gint64 *ms = g_hash_table_lookup (known, place);

          if (ms != NULL)
            send_marker (self, peer, NULL, membership->channel->name, *ms);
        }
    }
}

static void
answer_read (HsEngine *self, HsAsk *ask, const GError *error)
{
  ReadAsk *read = (ReadAsk *) ask;
  GHashTable *known;

  if (read->targets == NULL || get_known (self, read->account) != NULL)
    return;
  known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (self->accounts->markers == NULL)
    self->accounts->markers = g_hash_table_new_full (NULL, NULL, NULL, free_markers);
  g_hash_table_insert (self->accounts->markers, read->account, known);
  for (guint i = 0; i < read->targets->len; i++)
    {
      const HsServerTarget *target = g_ptr_array_index (read->targets, i);

      know (self, read->account, target->name, target->last_id);
    }
  tell_late (self, read->account, known);
}

static void
free_read (HsAsk *ask)
{
  ReadAsk *self = (ReadAsk *) ask;

  g_clear_pointer (&self->targets, g_ptr_array_unref);
  g_free (self->identity);
  g_free (self);
}

void
hs_engine_read_markers (HsEngine *self, HsPeer *peer)
{
  ReadAsk *ask;

  if (self->store == NULL || get_known (self, peer->extra->account) != NULL)
    return;
  ask = g_new0 (ReadAsk, 1);
  ask->ask.answer = answer_read;
  ask->ask.free = free_read;
  ask->account = peer->extra->account;
  ask->identity = hs_engine_make_identity (self, peer);
  hs_engine_ask (self, peer, &ask->ask, work_read);
}

/* ---- The command ---- */

typedef struct
{
  HsAsk ask;
  HsServerAccount *account;
  char *identity;
  char *target;  /* as it was given */
  guint64 channel_id; /* 0: a private conversation */
  char *place;   /* (nullable) of a room; else it is looked up */
  gint64 time;   /* Unix ms; 0: it only asks */
  char *label;   /* (nullable) */
  gboolean moved;
} MarkAsk;

static gpointer
work_mark (HsServerDb *db, gpointer data, GError **error)
{
  MarkAsk *ask = data;
  gint64 wanted = ask->time;

  if (ask->place == NULL)
    ask->place = hs_server_db_find_talk (db, ask->identity, ask->target, error);
  ask->time = ask->place != NULL ? hs_server_db_get_marker (db, ask->identity, ask->place, error) : 0;
  if (ask->place == NULL || wanted <= ask->time)
    return NULL;
  ask->moved = TRUE;
  ask->time = hs_server_db_set_marker (db, ask->identity, ask->place, wanted, error);
  return NULL;
}

static void
tell_devices (HsEngine *self, const MarkAsk *mark)
{
  for (GList *l = self->registered.head; l != NULL; l = l->next)
    {
      HsPeer *peer = l->data;

      if (peer != mark->ask.peer && peer->extra != NULL && peer->extra->account == mark->account && (peer->caps & HS_CAP_READ_MARKER) != 0)
        send_marker (self, peer, NULL, mark->target, mark->time);
    }
}

/* The room may be called something else by now. */
static void
follow_room (HsEngine *self, MarkAsk *mark)
{
  const HsChannel *channel = hs_engine_find_channel_again (self, mark->target, mark->channel_id);

  if (channel == NULL)
    return;
  g_free (mark->target);
  g_free (mark->place);
  mark->target = g_strdup (channel->name);
  mark->place = hs_name_fold (channel->name);
}

static void
answer_mark (HsEngine *self, HsAsk *ask, const GError *error)
{
  MarkAsk *mark = (MarkAsk *) ask;

  follow_room (self, mark);
  if (error == NULL && mark->moved)
    {
      know (self, mark->account, mark->place, mark->time);
      tell_devices (self, mark);
    }
  if (ask->peer == NULL || ask->peer->leaving)
    return;
  if (error != NULL)
    hs_engine_fail_about (self, ask->peer, mark->label, "MARKREAD", "INTERNAL_ERROR", mark->target, NULL, "The read timestamp could not be set");
  else
    send_marker (self, ask->peer, mark->label, mark->target, mark->time);
}

static void
free_mark (HsAsk *ask)
{
  MarkAsk *self = (MarkAsk *) ask;

  g_free (self->identity);
  g_free (self->target);
  g_free (self->place);
  g_free (self->label);
  g_free (self);
}

/* FALSE: it is none. A clock that runs ahead reads nothing that has not been said. */
static gboolean
read_time (HsEngine *self, const char *text, gint64 *ms)
{
  g_autoptr (GDateTime) time = NULL;

  if (!g_str_has_prefix (text, "timestamp="))
    return FALSE;
  time = g_date_time_new_from_iso8601 (text + strlen ("timestamp="), NULL);
  if (time == NULL || g_date_time_to_unix (time) <= 0)
    return FALSE;
  *ms = MIN (g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000, self->now / 1000);
  return TRUE;
}

static void
ask_store (HsEngine *self, HsPeer *peer, const char *target, HsChannel *channel, gint64 ms)
{
  MarkAsk *ask = g_new0 (MarkAsk, 1);

  ask->ask.answer = answer_mark;
  ask->ask.free = free_mark;
  ask->account = peer->extra->account;
  ask->identity = hs_engine_make_identity (self, peer);
  ask->target = g_strdup (channel != NULL ? channel->name : target);
  ask->channel_id = channel != NULL ? channel->id : 0;
  ask->place = channel != NULL ? hs_channel_fold_place (channel) : NULL;
  ask->time = ms;
  ask->label = hs_engine_take_label (self, peer);
  hs_engine_ask (self, peer, &ask->ask, work_mark);
}

void
hs_command_markread (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *target = hs_irc_message_param (message, 0);
  HsChannel *channel = hs_engine_find_channel (self, target);
  gint64 ms = 0;

  if (message->n_params == 0)
    hs_engine_fail (self, peer, "MARKREAD", "NEED_MORE_PARAMS", "Missing parameters");
  else if (hs_peer_get_account (peer) == NULL || peer->own)
    hs_engine_fail_about (self, peer, NULL, "MARKREAD", "ACCOUNT_REQUIRED", target, NULL, "Log in to have your place remembered");
  else if (self->store == NULL)
    hs_engine_fail_about (self, peer, NULL, "MARKREAD", "INTERNAL_ERROR", target, NULL, "The read timestamp could not be set");
  else if (*target == '#' && (channel == NULL || hs_peer_find_membership (peer, channel) == NULL))
    hs_engine_fail_about (self, peer, NULL, "MARKREAD", "INVALID_PARAMS", target, NULL, "You are not there");
  else if (message->n_params > 1 && !read_time (self, message->params[1], &ms))
    hs_engine_fail_about (self, peer, NULL, "MARKREAD", "INVALID_PARAMS", message->params[1], NULL, "Invalid timestamp");
  else
    ask_store (self, peer, target, channel, ms);
}
