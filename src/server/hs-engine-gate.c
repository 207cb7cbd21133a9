/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate between what is said and who hears it: a message's copies, and all that is queued to the same peers after them, wait until the store
 * has committed it. What is said in one round is one batch, and one transaction. */
#include "hs-engine-keep-private.h"

#include <string.h>

#define EXPECTED_MAX 8192 /* entries that room is made for beforehand */

typedef enum
{
  ENTRY_CROWD,
  ENTRY_SEND,
  ENTRY_BREAK,
  ENTRY_CLOSE,
  ENTRY_ANSWER, /* to the sender, when it is known what became of it */
} EntryKind;

typedef struct
{
  HsPeer *peer; /* (nullable) it is gone; of a CROWD always */
  union
  {
    HsCrowd *crowd;
    HsBuf *buf;    /* SEND */
    guint fin_ms;  /* CLOSE */
    guint append;  /* ANSWER: index */
  };
  EntryKind kind;
} Entry;

/* One transaction. The store's thread has the appends while it is under way, and nobody else looks at them then. */
struct _HsBatch
{
  GArray *appends; /* of HsAppend */
  GArray *entries; /* of Entry */
  gboolean under_way;
};

typedef struct
{
  HsAsk ask;
  HsBatch *batch;
} CommitAsk;

static void
clear_append (gpointer data)
{
  HsAppend *append = data;

  hs_server_message_free (append->message);
  g_free (append->label);
}

/* @n_entries: as many as are to be expected. */
static HsBatch *
batch_new (guint n_entries)
{
  HsBatch *self = g_new0 (HsBatch, 1);

  self->appends = g_array_new (FALSE, FALSE, sizeof (HsAppend));
  g_array_set_clear_func (self->appends, clear_append);
  self->entries = g_array_sized_new (FALSE, FALSE, sizeof (Entry), n_entries);
  return self;
}

static void
batch_free (HsBatch *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);

      if (entry->kind == ENTRY_CROWD)
        hs_crowd_free (entry->crowd);
      else if (entry->kind == ENTRY_SEND)
        hs_buf_unref (entry->buf);
    }
  g_array_unref (self->entries);
  g_array_unref (self->appends);
  g_free (self);
}

/* ---- In ---- */

static HsBatch *
gathering (HsEngine *self)
{
  HsBatch *batch = g_queue_peek_tail (&self->batches);

  if (batch != NULL && !batch->under_way)
    return batch;
  batch = batch_new (MIN (self->n_entries_before, EXPECTED_MAX));
  g_queue_push_tail (&self->batches, batch);
  self->store->wake (self->store_data);
  return batch;
}

static void
count_bytes (HsEngine *self, const HsServerMessage *message)
{
  self->stored_bytes += HS_STORED_ROW_BYTES + (message->text != NULL ? strlen (message->text) : 0);
  if (self->stored_bytes < HS_RETENTION_BYTES || self->store->full == NULL)
    return;
  self->stored_bytes = 0;
  self->store->full (self->store_data);
}

static HsAppend *
gather (HsEngine *self, HsServerMessage *message, const char *command)
{
  HsBatch *batch = gathering (self);
  HsAppend append = { .message = message, .command = command, .first = batch->entries->len, .last = batch->entries->len };

  count_bytes (self, message);
  g_array_append_val (batch->appends, append);
  return &g_array_index (batch->appends, HsAppend, batch->appends->len - 1);
}

void
hs_gate_gather (HsEngine *self, HsServerMessage *message)
{
  gather (self, message, NULL);
}

HsAppend *
hs_gate_begin (HsEngine *self, HsServerMessage *message, const char *command)
{
  self->holding = TRUE;
  return gather (self, message, command);
}

static void
push (HsEngine *self, const Entry *entry)
{
  /* What queues behind a message that is under way may go with it. */
  HsBatch *batch = self->holding ? gathering (self) : g_queue_peek_tail (&self->batches);

  entry->peer->n_held++;
  g_array_append_vals (batch->entries, entry, 1);
}

void
hs_gate_end (HsEngine *self, HsAppend *append, HsPeer *from)
{
  HsBatch *batch = g_queue_peek_tail (&self->batches);
  Entry answer = { .peer = from, .kind = ENTRY_ANSWER, .append = batch->appends->len - 1 };

  append->last = batch->entries->len;
  append->label = hs_engine_take_label (self, from);
  push (self, &answer);
  self->holding = FALSE;
}

/* Only the last entry will do: what stands behind a crowd is heard after it. Who has negotiated something else since then was answered there. */
static HsCrowd *
find_crowd (HsEngine *self, HsBatch *batch, HsChannel *channel)
{
  Entry entry = { .kind = ENTRY_CROWD };
  const Entry *last = batch->entries->len > 0 ? &g_array_index (batch->entries, Entry, batch->entries->len - 1) : NULL;

  if (last != NULL && last->kind == ENTRY_CROWD && hs_crowd_is_of (last->crowd, channel) && !hs_crowd_is_full (last->crowd, self))
    return last->crowd;
  entry.crowd = hs_crowd_new (self, channel);
  g_array_append_val (batch->entries, entry);
  return entry.crowd;
}

void
hs_gate_end_in_room (HsEngine *self, HsAppend *append, HsPeer *from, HsFanout *fanout, HsChannel *channel)
{
  HsBatch *batch = g_queue_peek_tail (&self->batches);

  append->label = hs_engine_take_label (self, from);
  hs_crowd_add (find_crowd (self, batch, channel), fanout, batch->appends->len - 1, from);
  self->holding = FALSE;
}

void
hs_gate_push (HsEngine *self, HsPeer *peer, HsBuf *buf)
{
  Entry entry = { .peer = peer, .kind = ENTRY_SEND, .buf = hs_buf_ref (buf) };

  push (self, &entry);
}

void
hs_gate_push_break (HsEngine *self, HsPeer *peer)
{
  Entry entry = { .peer = peer, .kind = ENTRY_BREAK };

  push (self, &entry);
}

void
hs_gate_push_close (HsEngine *self, HsPeer *peer, guint fin_ms)
{
  Entry entry = { .peer = peer, .kind = ENTRY_CLOSE, .fin_ms = fin_ms };

  push (self, &entry);
}

void
hs_gate_forget_peer (HsEngine *self, HsPeer *peer)
{
  for (GList *l = self->batches.head; l != NULL && peer->n_held > 0; l = l->next)
    {
      HsBatch *batch = l->data;

      for (guint i = 0; i < batch->entries->len && peer->n_held > 0; i++)
        {
          Entry *entry = &g_array_index (batch->entries, Entry, i);

          if (entry->kind == ENTRY_CROWD)
            hs_crowd_forget_peer (entry->crowd, peer);
          if (entry->peer != peer)
            continue;
          entry->peer = NULL;
          peer->n_held--;
        }
    }
}

/* ---- Out ---- */

static void
answer_copy (HsEngine *self, HsPeer *peer, const HsAppend *append, gint64 id)
{
  const HsServerMessage *stored = append->message;
  HsCap needed = HS_CAP_ECHO_MESSAGE | (stored->kind == HS_SERVER_TAGMSG ? HS_CAP_MESSAGE_TAGS : 0);
  HsIrcMessage message;
  HsFanout fanout;

  if ((peer->caps & needed) != needed)
    {
      if (append->label != NULL)
        hs_engine_send_labelled (self, peer, append->label, NULL);
      return;
    }
  hs_irc_message_set (&message, stored->source, append->command, stored->target, stored->text, NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  hs_fanout_identify (&fanout, id, stored->tags);
  hs_engine_send_labelled (self, peer, append->label, hs_fanout_get_line (&fanout, hs_peer_get_variant (peer)));
  hs_fanout_clear (&fanout);
}

static void
answer_conflict (HsEngine *self, HsPeer *peer, const HsAppend *append)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (HsBuf) buf = NULL;
  HsIrcMessage fail;

  hs_irc_message_set (&fail, self->server_name, "FAIL", append->command, "ID_ALREADY_USED", append->message->target,
                      "Another message was sent with this id: this one was not delivered", NULL);
  hs_irc_message_format (&fail, out);
  buf = hs_buf_new (out->str, out->len);
  hs_engine_send_labelled (self, peer, append->label, buf);
}

void
hs_gate_answer (HsEngine *self, HsPeer *peer, const HsAppend *append)
{
  if (peer->flushing || peer->dialect != HS_DIALECT_IRC)
    return;
  if (append->appended == HS_SERVER_CONFLICT)
    answer_conflict (self, peer, append);
  else
    answer_copy (self, peer, append, append->appended == HS_SERVER_REPEATED ? append->first_id : append->message->id);
}

static void
let_out (HsEngine *self, HsBatch *batch, Entry *entry)
{
  entry->peer->n_held--;
  if (entry->kind == ENTRY_SEND)
    self->funcs->send (entry->peer, entry->buf, self->user_data);
  else if (entry->kind == ENTRY_BREAK)
    self->funcs->break_write (entry->peer, self->user_data);
  else if (entry->kind == ENTRY_CLOSE)
    self->funcs->close (entry->peer, entry->fin_ms, self->user_data);
  else
    hs_gate_answer (self, entry->peer, &g_array_index (batch->appends, HsAppend, entry->append));
}

/* Copies of what turned out to be a repetition are nobody's. */
static void
drop_copies (HsBatch *batch)
{
  for (guint i = 0; i < batch->appends->len; i++)
    {
      const HsAppend *append = &g_array_index (batch->appends, HsAppend, i);

      if (!hs_append_is_dropped (append))
        continue;
      for (guint j = append->first; j < append->last; j++)
        {
          Entry *entry = &g_array_index (batch->entries, Entry, j);

          if (entry->peer != NULL)
            entry->peer->n_held--;
          entry->peer = NULL;
        }
    }
}

static void
on_committed (HsEngine *self, HsAsk *ask, const GError *error)
{
  CommitAsk *commit = (CommitAsk *) ask;
  HsBatch *batch = commit->batch;

  g_queue_remove (&self->batches, batch); /* the first: answers come in the order asked */
  self->n_entries_before = batch->entries->len;
  if (error != NULL) /* the host is told by the store; talking goes on */
    g_debug ("What was said could not be stored: %s", error->message);
  drop_copies (batch);
  self->passing = TRUE;
  for (guint i = 0; i < batch->entries->len; i++)
    {
      Entry *entry = &g_array_index (batch->entries, Entry, i);

      if (entry->kind == ENTRY_CROWD)
        hs_crowd_let_out (entry->crowd, self, batch->appends);
      else if (entry->peer != NULL)
        let_out (self, batch, entry);
    }
  self->passing = FALSE;
  if (self->store->committed != NULL)
    self->store->committed (self->store_data);
  if (self->batches.length == 1)
    self->store->wake (self->store_data);
}

/* ---- The store's thread ---- */

/* What cannot be stored alone does not keep the others from it: it leaves no row. What is wrong with the whole database ends all. */
static gpointer
work_append (HsServerDb *db, gpointer data, GError **error)
{
  HsBatch *batch = ((CommitAsk *) data)->batch;

  for (guint i = 0; i < batch->appends->len; i++)
    {
      HsAppend *append = &g_array_index (batch->appends, HsAppend, i);
      g_autoptr (GError) failed = NULL;

      append->appended = hs_server_db_append (db, append->message, &append->first_id, &failed);
      if (failed == NULL)
        continue;
      g_debug ("A message could not be stored: %s", failed->message);
      if (g_error_matches (failed, HS_STORE_ERROR, HS_STORE_ERROR_FAILED) && batch->appends->len > 1)
        continue;
      g_propagate_error (error, g_steal_pointer (&failed));
      break;
    }
  return NULL;
}

static void
free_commit (HsAsk *ask)
{
  batch_free (((CommitAsk *) ask)->batch);
  g_free (ask);
}

/* While one transaction is under way the next gathers: the busier it is, the more share one. */
void
hs_engine_end_round (HsEngine *self)
{
  if (self->batches.length == 1)
    hs_engine_flush (self);
}

void
hs_engine_flush (HsEngine *self)
{
  HsBatch *batch = g_queue_peek_tail (&self->batches);
  CommitAsk *commit;

  if (batch == NULL || batch->under_way)
    return;
  batch->under_way = TRUE;
  commit = g_new0 (CommitAsk, 1);
  commit->ask.answer = on_committed;
  commit->ask.free = free_commit;
  commit->batch = batch;
  hs_engine_ask (self, NULL, &commit->ask, work_append);
}

void
hs_gate_clear (HsEngine *self)
{
  if (self->store != NULL)
    hs_engine_flush (self);
  g_queue_clear (&self->batches); /* those under way are their questions' */
}
