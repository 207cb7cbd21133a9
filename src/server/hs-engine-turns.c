/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who reads the history, one request after the other: the next is read when the answer before has been taken. So nobody's answers pile up, in its
 * queue or in the store's, however many it asks for at once. */
#include "hs-engine-keep-private.h"

typedef struct
{
  GStrv params;
  char *label; /* (nullable) */
} Request;

typedef struct
{
  GQueue waiting; /* of Request */
  gboolean under_way;
} Reader;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_strfreev (self->params);
  g_free (self->label);
  g_free (self);
}

static void
reader_free (gpointer data)
{
  Reader *self = data;

  g_queue_clear_full (&self->waiting, request_free);
  g_free (self);
}

/* (nullable) */
static Reader *
find_reader (HsEngine *self, HsPeer *peer)
{
  return self->readers != NULL ? g_hash_table_lookup (self->readers, peer) : NULL;
}

static Reader *
get_reader (HsEngine *self, HsPeer *peer)
{
  Reader *reader = find_reader (self, peer);

  if (reader != NULL)
    return reader;
  if (self->readers == NULL)
    self->readers = g_hash_table_new_full (NULL, NULL, NULL, reader_free);
  reader = g_new0 (Reader, 1);
  g_hash_table_insert (self->readers, peer, reader);
  return reader;
}

static gboolean
is_unsent (HsEngine *self, HsPeer *peer)
{
  return self->funcs->is_unsent != NULL && self->funcs->is_unsent (peer, self->user_data);
}

gboolean
hs_engine_is_its_turn (HsEngine *self, HsPeer *peer)
{
  return find_reader (self, peer) == NULL && !is_unsent (self, peer);
}

gboolean
hs_engine_wait_for_turn (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  Reader *reader = get_reader (self, peer);
  Request *request;

  if (reader->waiting.length >= HS_CHATHISTORY_WAITING_MAX)
    return FALSE;
  request = g_new0 (Request, 1);
  request->params = g_new0 (char *, message->n_params + 1);
  for (guint i = 0; i < message->n_params; i++)
    request->params[i] = g_strdup (message->params[i]);
  request->label = hs_engine_take_label (self, peer);
  g_queue_push_tail (&reader->waiting, request);
  return TRUE;
}

void
hs_engine_begin_turn (HsEngine *self, HsPeer *peer)
{
  get_reader (self, peer)->under_way = TRUE;
}

/* As if it were said now: who may not read there any more is refused. */
static void
take_up (HsEngine *self, HsPeer *peer, const Request *request)
{
  HsIrcMessage message = { .command = "CHATHISTORY" };

  for (guint i = 0; request->params[i] != NULL; i++)
    message.params[message.n_params++] = request->params[i];
  if (request->label != NULL)
    hs_engine_begin_label (self, peer, request->label);
  hs_engine_read_history (self, peer, &message);
  if (request->label != NULL)
    hs_engine_end_label (self);
}

static void
go_on (HsEngine *self, HsPeer *peer)
{
  Reader *reader = find_reader (self, peer);

  while (reader != NULL && !reader->under_way && reader->waiting.length > 0 && !is_unsent (self, peer))
    {
      Request *request = g_queue_pop_head (&reader->waiting);

      take_up (self, peer, request);
      request_free (request);
    }
  if (reader != NULL && !reader->under_way && reader->waiting.length == 0)
    g_hash_table_remove (self->readers, peer);
}

void
hs_engine_end_turn (HsEngine *self, HsPeer *peer)
{
  find_reader (self, peer)->under_way = FALSE;
  go_on (self, peer);
}

void
hs_engine_drained (HsEngine *self, HsPeer *peer)
{
  if (self->readers == NULL || peer->leaving)
    return;
  self->now = self->funcs->now (self->user_data);
  go_on (self, peer);
}

void
hs_engine_forget_turns (HsEngine *self, HsPeer *peer)
{
  if (self->readers != NULL)
    g_hash_table_remove (self->readers, peer);
}
