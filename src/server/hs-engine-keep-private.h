/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept, and what waits for it: shared by the engine's files that concern the store. */
#pragma once

#include "hs-engine-private.h"
#include "hs-engine-store.h"

/* A message on its way to the store. What of it was queued to peers is entries [first, last) of its batch. */
typedef struct
{
  HsServerMessage *message;
  guint first, last;
  const char *command; /* static */
  char *label;         /* (nullable) of its sender's command */
  HsServerAppended appended;
  gint64 first_id;     /* where it was a repetition: of the message that it repeats */
} HsAppend;

/* It turned out to be a repetition: nobody hears it. */
static inline gboolean
hs_append_is_dropped (const HsAppend *self)
{
  return self->appended == HS_SERVER_REPEATED || self->appended == HS_SERVER_CONFLICT;
}

/* ---- Asking the store (hs-engine-keep.c) ---- */
typedef struct _HsAsk HsAsk;
/* A question under way. Embedded first in what it needs; the store's thread sees only what @work uses of it. */
struct _HsAsk
{
  HsEngine *engine; /* (nullable) it is gone */
  HsPeer *peer;     /* (nullable) there is none, or it is gone */
  void (*answer) (HsEngine *engine, HsAsk *ask, const GError *error); /* (nullable) not called when the engine is gone */
  void (*free) (HsAsk *ask);
  GList link;
  gint forgotten;   /* atomic */
};
/* Nobody waits for the answer any more. For @work, on the store's thread. */
static inline gboolean
hs_ask_is_forgotten (HsAsk *self)
{
  return g_atomic_int_get (&self->forgotten) != 0;
}
void hs_engine_ask (HsEngine *self, HsPeer *peer, HsAsk *ask, HsServerStoreWork work);
void hs_engine_forget_asks (HsEngine *self, HsPeer *peer); /* (nullable) @peer: all */

/* ---- Output that waits (hs-engine-gate.c) ---- */
/* What follows is queued to peers only when the batch being gathered has been committed. Takes @message. Borrowed. */
HsAppend *hs_gate_begin (HsEngine *self, HsServerMessage *message, const char *command);
/* The sender's answer stands behind it: its copy, or what became of it. */
void hs_gate_end (HsEngine *self, HsAppend *append, HsPeer *from);
/* The same where all in @channel hear it as @fanout says, @from being one of them: its answer stands among what they hear. */
void hs_gate_end_in_room (HsEngine *self, HsAppend *append, HsPeer *from, HsFanout *fanout, HsChannel *channel);
/* Now @peer is told what became of what it said. */
void hs_gate_answer (HsEngine *self, HsPeer *peer, const HsAppend *append);
/* Stored with the others; nobody waits for it. Takes @message. */
void hs_gate_gather (HsEngine *self, HsServerMessage *message);
void hs_gate_push (HsEngine *self, HsPeer *peer, HsBuf *buf);
void hs_gate_push_break (HsEngine *self, HsPeer *peer);
void hs_gate_push_close (HsEngine *self, HsPeer *peer, guint fin_ms);
void hs_gate_forget_peer (HsEngine *self, HsPeer *peer);
/* The engine ends: what was gathered is still stored, if nobody saw it. */
void hs_gate_clear (HsEngine *self);

/* ---- Those who hear what is said in a room (hs-engine-crowd.c) ---- */
typedef struct _HsCrowd HsCrowd;
/* All who are in @channel now; they have one more to wait for. */
HsCrowd *hs_crowd_new (HsEngine *engine, HsChannel *channel);
void hs_crowd_free (HsCrowd *self);
/* The same people are in @channel as when it was made. */
gboolean hs_crowd_is_of (const HsCrowd *self, const HsChannel *channel);
/* Its pieces have become long: what is said next is another's. */
gboolean hs_crowd_is_full (const HsCrowd *self, const HsEngine *engine);
/* @from, one of them, says the append of index @append. Takes the lines of @fanout. */
void hs_crowd_add (HsCrowd *self, HsFanout *fanout, guint append, HsPeer *from);
void hs_crowd_forget_peer (HsCrowd *self, HsPeer *peer);
/* It has been committed. Once. */
void hs_crowd_let_out (HsCrowd *self, HsEngine *engine, const GArray *appends);

/* ---- What is kept (hs-engine-keep.c) ---- */
gboolean hs_engine_keeps_history (HsEngine *self);
gint64 hs_engine_next_id (HsEngine *self);
#define HS_MSGID_SIZE 32
const char *hs_engine_write_msgid (HsEngine *self, gint64 id, char *out);
/* FALSE: no msgid of ours. */
gboolean hs_engine_parse_msgid (HsEngine *self, const char *msgid, gint64 *id);
/* Who it is where private words are concerned. (transfer full) */
char *hs_engine_make_identity (HsEngine *self, const HsPeer *peer);
/* (nullable) NULL: goes out at once, nothing of it is kept. @channel or @to. */
HsAppend *hs_engine_keep_message (HsEngine *self, HsPeer *from, HsChannel *channel, HsPeer *to, gint64 id, const HsIrcMessage *message,
                                  const char *tags, gboolean to_all);
/* Something people saw happen in the room. */
void hs_engine_keep_event (HsEngine *self, HsChannel *channel, const HsIrcMessage *message);
void hs_engine_tell_retention (HsEngine *self, HsPeer *peer, HsChannel *channel);
/* Parameters of @message as they stand in a line, the last with its colon where it needs one. */
void hs_engine_append_params (GString *out, const HsIrcMessage *message);

/* ---- Who reads the history, one after the other (hs-engine-turns.c) ---- */
/* Nothing that it asked for is under way, or queued to it and not yet taken. */
gboolean hs_engine_is_its_turn (HsEngine *self, HsPeer *peer);
/* A CHATHISTORY is kept until it is. FALSE: too many are. */
gboolean hs_engine_wait_for_turn (HsEngine *self, HsPeer *peer, const HsIrcMessage *message);
void hs_engine_begin_turn (HsEngine *self, HsPeer *peer);
/* It has been answered: the next follows, as soon as @peer takes it. */
void hs_engine_end_turn (HsEngine *self, HsPeer *peer);
void hs_engine_forget_turns (HsEngine *self, HsPeer *peer);
/* CHATHISTORY, now (hs-engine-history.c). */
void hs_engine_read_history (HsEngine *self, HsPeer *peer, const HsIrcMessage *message);

/* ---- Rooms that outlive their guests (hs-engine-kept-rooms.c) ---- */
void hs_engine_keep_room (HsEngine *self, HsChannel *channel);
/* The engine ends: what has changed and waits for an answer is put at once. */
void hs_engine_put_changed_rooms (HsEngine *self);
/* Of those called @names (utf8) that have been unused for long a slice, if nobody is in them and nothing of them is set; the store looks once more
 * whether they are unused (as of hs_server_db_drop_unused ()). @done is told whether one has gone, unless the engine goes before. */
void hs_engine_drop_rooms (HsEngine *self, const GPtrArray *names, gint64 made, gint64 used, void (*done) (gboolean some, gpointer user_data),
                           gpointer user_data);
/* Where what is said in @channel now is read again; "": nowhere, for nothing of it is kept. (transfer full) */
char *hs_channel_dup_read_place (const HsChannel *channel);
void hs_engine_restore_room (HsEngine *self, const HsServerRoom *room);

/* ---- Resuming (hs-engine-resume.c) ---- */
/* What is kept of a token, of which nothing has to be slow: it has 128 random bits or more. (transfer full) */
GBytes *hs_engine_hash_token (const char *token);
void hs_engine_give_token (HsEngine *self, HsPeer *peer);
