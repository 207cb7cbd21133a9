/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine keeps: messages, what happened in rooms; their ids; and how it asks the store. */
#include "hs-engine-accounts-private.h"

#include <string.h>
#include "hs-config.h" /* GETTEXT_PACKAGE, before gi18n-lib.h */
#include <glib/gi18n-lib.h>

#include "hs-limits.h"

/* ---- Asking ---- */

typedef struct
{
  HsAsk *ask;
  HsServerStoreWork work;
} Errand;

static gpointer
run_errand (HsServerDb *db, gpointer data, GError **error)
{
  Errand *errand = data;
  g_autoptr (GError) failed = NULL;
  gpointer result = errand->work (db, errand->ask, &failed);

  if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return result;
}

static void
done_errand (gpointer result, const GError *error, gpointer data)
{
  HsAsk *ask = ((Errand *) data)->ask;
  HsEngine *engine = ask->engine;

  if (engine == NULL)
    return;
  g_queue_unlink (&engine->asks, &ask->link);
  ask->engine = NULL;
  if (ask->answer != NULL)
    ask->answer (engine, ask, error);
}

static void
free_errand (gpointer data)
{
  Errand *errand = data;

  if (errand->ask->engine != NULL)
    g_queue_unlink (&errand->ask->engine->asks, &errand->ask->link);
  errand->ask->free (errand->ask);
  g_free (errand);
}

void
hs_engine_ask (HsEngine *self, HsPeer *peer, HsAsk *ask, HsServerStoreWork work)
{
  Errand *errand = g_new0 (Errand, 1);

  ask->engine = self;
  ask->peer = peer;
  ask->link.data = ask;
  g_queue_push_tail_link (&self->asks, &ask->link);
  errand->ask = ask;
  errand->work = work;
  self->store->run (run_errand, done_errand, errand, free_errand, self->store_data);
}

void
hs_engine_forget_asks (HsEngine *self, HsPeer *peer)
{
  for (GList *l = self->asks.head, *next; l != NULL; l = next)
    {
      HsAsk *ask = l->data;

      next = l->next;
      if (peer == NULL)
        {
          g_queue_unlink (&self->asks, l);
          ask->engine = NULL;
        }
      if (peer != NULL && ask->peer != peer)
        continue;
      ask->peer = NULL;
      g_atomic_int_set (&ask->forgotten, TRUE);
    }
}

/* ---- Ids ---- */

gboolean
hs_engine_keeps_history (HsEngine *self)
{
  return self->store != NULL && self->config->history;
}

/* Ever growing, whatever the clock does: what was said later stands later. */
gint64
hs_engine_next_id (HsEngine *self)
{
  return self->last_id = MAX (self->last_id + 1, HS_SERVER_ID_FIRST (self->now / 1000));
}

const char *
hs_engine_write_msgid (HsEngine *self, gint64 id, char *out)
{
  g_snprintf (out, HS_MSGID_SIZE, "%" G_GINT64_MODIFIER "x-%08x", id, self->salt);
  return out;
}

gboolean
hs_engine_parse_msgid (HsEngine *self, const char *msgid, gint64 *id)
{
  char again[HS_MSGID_SIZE];

  *id = (gint64) g_ascii_strtoull (msgid, NULL, 16);
  return *id > 0 && strcmp (hs_engine_write_msgid (self, *id, again), msgid) == 0;
}

/* A nick may be somebody else's tomorrow: without an account it is this connection that is meant. */
char *
hs_engine_make_identity (HsEngine *self, const HsPeer *peer)
{
  if (peer->own)
    return g_strdup ("host");
  if (hs_peer_get_account (peer) != NULL)
    {
      g_autofree char *folded = hs_name_fold (hs_peer_get_account (peer));

      return g_strconcat ("account:", folded, NULL);
    }
  return g_strdup_printf ("guest:%" G_GINT64_MODIFIER "x:%" G_GUINT64_FORMAT, self->run, peer->id);
}

/* ---- What people are told of it ---- */

/* What stays of what is said there. (transfer full) */
static char *
make_retention_words (HsEngine *self, const HsChannel *channel)
{
  guint days = self->config->history_days;

  if (channel->told_unkept && !channel->kept)
    return g_strdup (_("What is said here is not kept: there are too many new rooms."));
  if (days == 0)
    return g_strdup (_("What is said here is kept on the server, for those who come later."));
  return g_strdup_printf (ngettext ("What is said here is kept on the server for %u day, for those who come later.",
                                    "What is said here is kept on the server for %u days, for those who come later.", days), days);
}

/* Said once to who comes into a room. */
void
hs_engine_tell_retention (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  g_autofree char *words = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  HsIrcMessage notice;

  if (!hs_engine_keeps_history (self))
    return;
  words = make_retention_words (self, channel);
  hs_irc_message_set (&notice, self->server_name, "NOTICE", channel->name, words, NULL);
  hs_irc_message_format (&notice, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* There are too many; those who are there have heard that it would be. Once. */
static void
tell_unkept (HsEngine *self, HsChannel *channel)
{
  g_autofree char *words = NULL;
  HsIrcMessage notice;
  HsFanout fanout;

  if (channel->told_unkept)
    return;
  channel->told_unkept = TRUE;
  words = make_retention_words (self, channel);
  hs_irc_message_set (&notice, self->server_name, "NOTICE", channel->name, words, NULL);
  hs_fanout_init (&fanout, self, &notice, NULL);
  hs_fanout_send_channel (&fanout, channel, NULL);
  hs_fanout_clear (&fanout);
}

/* ---- Messages ---- */

static const struct
{
  const char *command;
  HsServerKind kind;
} kinds[] = {
  { "PRIVMSG", HS_SERVER_PRIVMSG },
  { "NOTICE", HS_SERVER_NOTICE },
  { "TAGMSG", HS_SERVER_TAGMSG },
};

static char *
dup_tag (const char *tags, const char *name)
{
  const HsIrcMessage message = { .tags = (char *) tags };

  return tags != NULL ? hs_irc_message_dup_tag (&message, name) : NULL;
}

static gboolean
has_tag (const char *tags, const char *name)
{
  g_autofree char *value = dup_tag (tags, name);

  return value != NULL;
}

/* Of messages without words only what belongs to another one: that somebody is typing is soon not so. */
static gboolean
is_worth_keeping (const HsIrcMessage *message, HsServerKind kind, const char *tags)
{
  return kind != HS_SERVER_TAGMSG || has_tag (tags, "+draft/react") || has_tag (tags, "+draft/unreact");
}

static void
set_owner (HsEngine *self, HsServerMessage *stored, const HsPeer *from)
{
  stored->client_id = dup_tag (stored->tags, HS_TAG_ID);
  if (stored->client_id == NULL || *stored->client_id == '\0' || strlen (stored->client_id) > HS_CLIENT_ID_MAX)
    g_clear_pointer (&stored->client_id, g_free);
  else if (from->extra != NULL && from->extra->token != NULL)
    stored->owner = g_bytes_ref (from->extra->token);
  else if (from->own || hs_peer_get_account (from) != NULL)
    stored->owner_name = hs_engine_make_identity (self, from);
}

HsAppend *
hs_engine_keep_message (HsEngine *self, HsPeer *from, HsChannel *channel, HsPeer *to, gint64 id, const HsIrcMessage *message,
                        const char *tags, gboolean to_all)
{
  g_autoptr (HsServerMessage) stored = NULL;
  guint i = 0;

  if (self->store == NULL)
    return NULL;
  while (strcmp (kinds[i].command, message->command) != 0)
    i++;
  if (!is_worth_keeping (message, kinds[i].kind, tags))
    return NULL;
  stored = hs_server_message_new ();
  stored->id = id;
  stored->kind = kinds[i].kind;
  stored->tags = g_strdup (tags);
  set_owner (self, stored, from);
  stored->only_answer = !self->config->history || !to_all;
  if (channel != NULL && !stored->only_answer && (!channel->kept || (channel->dirty && !channel->putting)))
    {
      hs_engine_keep_room (self, channel);
      if (!channel->kept)
        tell_unkept (self, channel);
      stored->only_answer = !channel->kept;
    }
  if (stored->only_answer && stored->owner == NULL && stored->owner_name == NULL)
    return NULL;

  stored->author = hs_engine_make_identity (self, from);
  stored->source = g_strdup (message->source);
  stored->target = g_strdup (message->params[0]);
  stored->text = g_strdup (message->n_params > 1 ? message->params[1] : NULL);
  if (channel != NULL)
    stored->place = hs_channel_fold_place (channel);
  else
    {
      stored->to = hs_engine_make_identity (self, to);
      stored->place = hs_server_db_make_talk (stored->author, stored->to);
      stored->author_nick = g_strdup (from->nick);
      stored->to_nick = g_strdup (to->nick);
    }
  return hs_gate_begin (self, g_steal_pointer (&stored), kinds[i].command);
}

/* ---- What happened ---- */

void
hs_engine_append_params (GString *out, const HsIrcMessage *message)
{
  HsIrcMessage bare = *message;

  bare.tags = bare.source = NULL;
  hs_irc_message_format (&bare, out);
  g_string_truncate (out, out->len - 2); /* CR LF */
}

void
hs_engine_keep_event (HsEngine *self, HsChannel *channel, const HsIrcMessage *message)
{
  static const char *const commands[] = { "JOIN", "PART", "QUIT", "KICK", "NICK", "TOPIC", "MODE", NULL };
  HsServerMessage *stored;
  GString *line;

  if (!hs_engine_keeps_history (self) || !channel->kept || !g_strv_contains (commands, message->command))
    return;
  line = g_string_new (NULL);
  hs_engine_append_params (line, message);
  stored = hs_server_message_new ();
  stored->id = hs_engine_next_id (self);
  stored->kind = HS_SERVER_EVENT;
  stored->place = hs_channel_fold_place (channel);
  stored->source = g_strdup (message->source);
  stored->author = g_strdup ("");
  stored->text = g_string_free (line, FALSE);
  hs_gate_gather (self, stored);
}

/* ---- Opening ---- */

typedef struct
{
  HsAsk ask;
  GPtrArray *rooms;   /* (nullable) */
  GPtrArray *renamed; /* (nullable) */
  HsAccountRows accounts;
  gint64 last_id;
  guint32 salt;
  void (*ready) (gpointer user_data);
  gpointer user_data;
  gint64 now; /* Unix ms */
} OpenAsk;

static gpointer
work_open (HsServerDb *db, gpointer data, GError **error)
{
  OpenAsk *ask = data;

  if (hs_server_db_get_state (db, &ask->last_id, &ask->salt, error))
    ask->rooms = hs_server_db_list_rooms (db, error);
  if (ask->rooms != NULL)
    ask->renamed = hs_server_db_list_renamed (db, ask->now, error);
  if (ask->renamed != NULL)
    hs_account_rows_read (&ask->accounts, db, ask->now, error);
  return NULL;
}

static void
answer_open (HsEngine *self, HsAsk *ask, const GError *error)
{
  OpenAsk *open = (OpenAsk *) ask;

  if (error != NULL)
    g_message ("The rooms could not be read: %s", error->message);
  else
    {
      self->last_id = MAX (self->last_id, open->last_id);
      self->salt = open->salt;
      for (guint i = 0; i < open->rooms->len; i++)
        hs_engine_restore_room (self, g_ptr_array_index (open->rooms, i));
      if (self->lobby != NULL && !self->lobby->kept)
        hs_engine_keep_room (self, self->lobby);
      for (guint i = open->renamed->len; i > 0; i--) /* the oldest first, as they were made */
        {
          const HsServerRenamed *renamed = g_ptr_array_index (open->renamed, i - 1);

          hs_engine_remember_renamed (self, renamed->former, renamed->name, renamed->until);
        }
      hs_engine_fact (self, HS_FACT_BANS_CHANGED, NULL, NULL);
      hs_engine_take_account_rows (self, &open->accounts);
    }
  open->ready (open->user_data);
}

static void
free_open (HsAsk *ask)
{
  g_clear_pointer (&((OpenAsk *) ask)->rooms, g_ptr_array_unref);
  g_clear_pointer (&((OpenAsk *) ask)->renamed, g_ptr_array_unref);
  hs_account_rows_clear (&((OpenAsk *) ask)->accounts);
  g_free (ask);
}

/* What the store makes possible is claimed only with it. */
static void
add_isupport (HsEngine *self)
{
  guint n = g_strv_length (self->isupport);

  self->isupport = g_renew (char *, self->isupport, n + 3);
  self->isupport[n] = g_strdup_printf ("CHATHISTORY=%d", HS_CHATHISTORY_MAX);
  self->isupport[n + 1] = g_strdup ("MSGREFTYPES=msgid,timestamp");
  self->isupport[n + 2] = NULL;
}

void
hs_engine_open_store (HsEngine *self, const HsEngineStore *store, gpointer store_data, void (*ready) (gpointer user_data), gpointer user_data)
{
  OpenAsk *open = g_new0 (OpenAsk, 1);

  self->store = store;
  self->store_data = store_data;
  if (self->config->history)
    add_isupport (self);
  open->ask.answer = answer_open;
  open->ask.free = free_open;
  open->now = self->funcs->now (self->user_data) / 1000;
  open->ready = ready;
  open->user_data = user_data;
  hs_engine_ask (self, NULL, &open->ask, work_open);
}

/* ---- Retention ---- */

typedef struct
{
  HsAsk ask;
  gint64 now;
  guint days, messages;
  gint64 bytes;
  char *run;
  gint64 made, used;
  guint n;
  GPtrArray *unused; /* (nullable) of utf8 */
  void (*done) (gboolean some, gpointer user_data);
  gpointer user_data;
} TrimAsk;

static gpointer
work_trim (HsServerDb *db, gpointer data, GError **error)
{
  TrimAsk *ask = data;
  gint64 oldest = ask->days == 0 ? 0 : ask->now - ask->days * (G_TIME_SPAN_DAY / 1000);

  ask->n = hs_server_db_trim (db, ask->now, oldest, ask->messages, ask->bytes, ask->run, error);
  if (ask->n == 0)
    ask->unused = hs_server_db_list_unused (db, ask->made, ask->used, error);
  return NULL;
}

static void
answer_trim (HsEngine *self, HsAsk *ask, const GError *error)
{
  TrimAsk *trim = (TrimAsk *) ask;

  if (trim->unused != NULL && error == NULL)
    hs_engine_drop_rooms (self, trim->unused, trim->made, trim->used, trim->done, trim->user_data);
  else
    trim->done (error == NULL && trim->n > 0, trim->user_data);
}

static void
free_trim (HsAsk *ask)
{
  g_clear_pointer (&((TrimAsk *) ask)->unused, g_ptr_array_unref);
  g_free (((TrimAsk *) ask)->run);
  g_free (ask);
}

void
hs_engine_trim_store (HsEngine *self, void (*done) (gboolean some, gpointer user_data), gpointer user_data)
{
  TrimAsk *trim = g_new0 (TrimAsk, 1);

  trim->ask.answer = answer_trim;
  trim->ask.free = free_trim;
  trim->now = self->funcs->now (self->user_data) / 1000;
  trim->days = self->config->history_days;
  trim->messages = self->config->history_messages;
  trim->bytes = (gint64) MIN (self->config->history_size, G_MAXINT64);
  trim->run = g_strdup_printf ("guest:%" G_GINT64_MODIFIER "x:", self->run);
  trim->made = self->funcs->now (self->user_data) - HS_ROOM_UNUSED_MS * G_TIME_SPAN_MILLISECOND;
  trim->used = self->n_kept > HS_ROOMS_CROWDED ? HS_SERVER_ID_FIRST (trim->made / 1000) : 0;
  trim->done = done;
  trim->user_data = user_data;
  hs_engine_ask (self, NULL, &trim->ask, work_trim);
}
