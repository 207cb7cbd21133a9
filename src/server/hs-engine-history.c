/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CHATHISTORY (IRCv3 draft/chathistory): one row and one function per subcommand. What is read is the store's; this is what was asked, who may
 * ask it, and how it is told. */
#include "hs-engine-keep-private.h"

#include <stdlib.h>
#include <string.h>

#include "hs-limits.h"

#define UNREADABLE "Messages could not be retrieved"

/* A point between which messages lie: [first, last] are the ids of the millisecond, or the one message. */
typedef struct
{
  gint64 first, last;
} Point;

typedef struct
{
  HsAsk ask;
  const char *subcommand; /* static */
  char *target;  /* as it was asked for */
  char *place;   /* (nullable) a room's; else by identity and target */
  char *identity;
  char *label;   /* (nullable) */
  GStrv rooms;   /* TARGETS: folded */
  gint64 after, before;
  gboolean newest, events, redactions, batch;
  guint limit;
  guint limit_before; /* AROUND: of them, before "before"; the rest from there on */
  gboolean around;
  gsize bytes;
  /* The answer */
  GPtrArray *messages; /* (nullable) */
  GPtrArray *targets;  /* (nullable) */
} HistoryAsk;

static void
free_history (HsAsk *ask)
{
  HistoryAsk *self = (HistoryAsk *) ask;

  g_free (self->target);
  g_free (self->place);
  g_free (self->identity);
  g_free (self->label);
  g_strfreev (self->rooms);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_pointer (&self->targets, g_ptr_array_unref);
  g_free (self);
}

/* ---- The store's thread ---- */

static GPtrArray *
read_part (HsServerDb *db, const HistoryAsk *self, const char *place, gint64 after, gint64 before, gboolean newest, guint limit, GError **error)
{
  const HsServerQuery query = { place, after, before, newest, self->events, self->redactions, limit, self->around ? self->bytes / 2 : self->bytes };

  return hs_server_db_read (db, &query, error);
}

static gpointer
work_read (HsServerDb *db, gpointer data, GError **error)
{
  HistoryAsk *self = data;
  g_autofree char *talk = NULL;
  const char *place;
  g_autoptr (GPtrArray) later = NULL;

  if (hs_ask_is_forgotten (&self->ask))
    return NULL;
  talk = self->place == NULL ? hs_server_db_find_talk (db, self->identity, self->target, error) : NULL;
  place = self->place != NULL ? self->place : talk;
  if (place == NULL || !self->around)
    {
      self->messages = read_part (db, self, place != NULL ? place : "", self->after, self->before, self->newest, self->limit, error);
      return NULL;
    }
  self->messages = read_part (db, self, place, 0, self->before, TRUE, self->limit_before, error);
  if (self->messages != NULL)
    later = read_part (db, self, place, self->before - 1, G_MAXINT64, FALSE, self->limit - self->messages->len, error);
  if (later != NULL)
    g_ptr_array_extend_and_steal (self->messages, g_steal_pointer (&later));
  return NULL;
}

static gpointer
work_targets (HsServerDb *db, gpointer data, GError **error)
{
  HistoryAsk *self = data;

  if (hs_ask_is_forgotten (&self->ask))
    return NULL;
  self->targets = hs_server_db_list_targets (db, self->identity, (const char *const *) self->rooms, self->after, self->before,
                                             self->newest, self->limit, error);
  return NULL;
}

/* ---- The answer ---- */

static void
fail (HsEngine *self, HsPeer *peer, const char *label, const char *code, const char *first, const char *second, const char *words)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (HsBuf) buf = NULL;
  HsIrcMessage message;

  hs_irc_message_set (&message, self->server_name, "FAIL", "CHATHISTORY", code, first, second != NULL ? second : words,
                      second != NULL ? words : NULL, NULL);
  hs_irc_message_format (&message, out);
  buf = hs_buf_new (out->str, out->len);
  hs_engine_send_labelled (self, peer, label, buf);
}

static const char *
command_of (const HsServerMessage *message)
{
  static const char *const commands[] = { [HS_SERVER_PRIVMSG] = "PRIVMSG", [HS_SERVER_NOTICE] = "NOTICE", [HS_SERVER_TAGMSG] = "TAGMSG" };

  return commands[message->kind];
}

/* @room: as it is called now; it may have been called something else then. */
static void
append_event (const HsServerMessage *stored, const char *tags, const char *room, GString *out)
{
  g_autofree char *line = g_strdup (stored->text);
  HsIrcMessage message;

  if (room == NULL || !hs_irc_message_parse (&message, line, strlen (line), NULL) || message.n_params == 0 || message.params[0][0] != '#' ||
      strcmp (message.params[0], room) == 0)
    {
      g_string_append_printf (out, "%s%s%s:%s %s\r\n", *tags != '\0' ? "@" : "", tags, *tags != '\0' ? " " : "", stored->source, stored->text);
      return;
    }
  message.params[0] = room;
  message.source = stored->source;
  message.tags = *tags != '\0' ? (char *) tags : NULL;
  hs_irc_message_format (&message, out);
}

/* As it was heard, with the tags that this guest takes. @room: (nullable) where it was said. */
static void
append_message (HsEngine *self, const HsPeer *peer, const HsServerMessage *stored, const char *room, const char *reference, GString *out)
{
  const HsCap several = HS_CAP_BATCH | HS_CAP_MULTILINE;
  g_autoptr (GString) tags = g_string_new (NULL);
  g_autofree char *more = NULL;
  char msgid[HS_MSGID_SIZE], time[25];
  HsIrcMessage message = { .source = stored->source };

  hs_irc_format_time (HS_SERVER_ID_TIME (stored->id) * 1000, time);
  if ((peer->caps & HS_CAP_SERVER_TIME) != 0)
    hs_irc_tags_append (tags, "time", time);
  more = g_strdup (tags->str);
  if ((peer->caps & HS_CAP_MESSAGE_TAGS) != 0 && stored->kind != HS_SERVER_EVENT)
    hs_irc_tags_append (tags, "msgid", hs_engine_write_msgid (self, stored->id, msgid));
  if ((peer->caps & HS_CAP_MESSAGE_TAGS) != 0 && stored->tags != NULL)
    g_string_append_printf (tags, "%s%s", tags->len > 0 ? ";" : "", stored->tags);
  if (stored->kind == HS_SERVER_EVENT || stored->kind == HS_SERVER_REDACT) /* a line already */
    {
      if (reference != NULL)
        hs_irc_tags_append (tags, "batch", reference);
      append_event (stored, tags->str, room, out);
      return;
    }
  hs_irc_message_set (&message, stored->source, command_of (stored), room != NULL && *stored->target == '#' ? room : stored->target, stored->text, NULL);
  hs_engine_append_lines (self, &message, tags->str, more, reference, (peer->caps & several) == several, out);
}

static void
append_batch (HsEngine *self, GString *out, const char *label, const char *reference, const char *type, const char *target)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  HsIrcMessage message;

  if (label != NULL)
    hs_irc_tags_append (tags, "label", label);
  hs_irc_message_set (&message, self->server_name, "BATCH", reference, type, target, NULL);
  message.tags = tags->len > 0 ? tags->str : NULL;
  hs_irc_message_format (&message, out);
}

static void
append_target (HsEngine *self, const HsServerTarget *target, const char *reference, GString *out)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  const HsChannel *channel = hs_engine_find_channel (self, target->name);
  char time[25];
  HsIrcMessage message;

  if (reference != NULL)
    hs_irc_tags_append (tags, "batch", reference);
  hs_irc_format_time (HS_SERVER_ID_TIME (target->last_id) * 1000, time);
  hs_irc_message_set (&message, self->server_name, "CHATHISTORY", "TARGETS", channel != NULL ? channel->name : target->name, time, NULL);
  message.tags = tags->len > 0 ? tags->str : NULL;
  hs_irc_message_format (&message, out);
}

static void
tell (HsEngine *self, HsPeer *peer, const HistoryAsk *history)
{
  g_autofree char *reference = g_strdup_printf ("%" G_GINT64_MODIFIER "x", ++self->next_batch);
  g_autofree char *opening = g_strconcat ("+", reference, NULL);
  g_autofree char *closing = g_strconcat ("-", reference, NULL);
  const char *inner = history->batch ? reference : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (history->batch)
    append_batch (self, out, history->label, opening, history->targets != NULL ? "draft/chathistory-targets" : "chathistory",
                  history->targets != NULL ? NULL : history->target);
  for (guint i = 0; history->messages != NULL && i < history->messages->len; i++)
    append_message (self, peer, g_ptr_array_index (history->messages, i), history->place != NULL ? history->target : NULL, inner, out);
  for (guint i = 0; history->targets != NULL && i < history->targets->len; i++)
    append_target (self, g_ptr_array_index (history->targets, i), inner, out);
  if (history->batch)
    append_batch (self, out, NULL, closing, NULL, NULL);
  if (out->len > 0)
    hs_engine_send_text (self, peer, out->str, out->len);
}

static void
answer_history (HsEngine *self, HsAsk *ask, const GError *error)
{
  const HistoryAsk *history = (const HistoryAsk *) ask;

  if (ask->peer == NULL || ask->peer->leaving)
    return;
  if (error != NULL)
    fail (self, ask->peer, history->label, "MESSAGE_ERROR", history->subcommand, history->target, UNREADABLE);
  else
    tell (self, ask->peer, history);
  hs_engine_end_turn (self, ask->peer);
}

/* ---- The question ---- */

typedef struct
{
  HsEngine *engine;
  HsPeer *peer;
  const HsIrcMessage *message;
  const char *subcommand;
} Request;

static gboolean
refuse (const Request *self, const char *code, const char *context, const char *words)
{
  fail (self->engine, self->peer, NULL, code, self->subcommand, context, words);
  return FALSE;
}

static gboolean
parse_time (const char *text, gint64 *ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  if (time == NULL || g_date_time_to_unix (time) < 0)
    return FALSE;
  *ms = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
  return TRUE;
}

static gboolean
read_point (const Request *self, guint i, gboolean only_time, Point *point)
{
  const char *text = hs_irc_message_param (self->message, i);
  gint64 ms;

  if (g_str_has_prefix (text, "timestamp=") && parse_time (text + strlen ("timestamp="), &ms))
    {
      point->first = HS_SERVER_ID_FIRST (ms);
      point->last = HS_SERVER_ID_LAST (ms);
      return TRUE;
    }
  if (!only_time && g_str_has_prefix (text, "msgid=") && hs_engine_parse_msgid (self->engine, text + strlen ("msgid="), &point->first))
    {
      point->last = point->first;
      return TRUE;
    }
  if (!g_str_has_prefix (text, "timestamp=") && !g_str_has_prefix (text, "msgid="))
    return refuse (self, "INVALID_MSGREFTYPE", text, "Messages are named by timestamp= or msgid=");
  return refuse (self, "INVALID_PARAMS", text, g_str_has_prefix (text, "t") ? "Invalid timestamp" : "Invalid msgid");
}

static gboolean
read_limit (const Request *self, guint i, guint *limit)
{
  gint64 number;

  if (!g_ascii_string_to_signed (hs_irc_message_param (self->message, i), 10, 1, G_MAXINT32, &number, NULL))
    return refuse (self, "INVALID_PARAMS", hs_irc_message_param (self->message, i), "Invalid limit");
  *limit = (guint) MIN (number, HS_CHATHISTORY_MAX);
  return TRUE;
}

static gboolean
before (const Request *self, HistoryAsk *ask)
{
  Point point;

  if (!read_point (self, 2, FALSE, &point))
    return FALSE;
  ask->before = point.first;
  ask->newest = TRUE;
  return read_limit (self, 3, &ask->limit);
}

static gboolean
after (const Request *self, HistoryAsk *ask)
{
  Point point;

  if (!read_point (self, 2, FALSE, &point))
    return FALSE;
  ask->after = point.last;
  return read_limit (self, 3, &ask->limit);
}

static gboolean
latest (const Request *self, HistoryAsk *ask)
{
  Point point = { 0 };

  if (strcmp (hs_irc_message_param (self->message, 2), "*") != 0 && !read_point (self, 2, FALSE, &point))
    return FALSE;
  ask->after = point.last;
  ask->newest = TRUE;
  return read_limit (self, 3, &ask->limit);
}

static gboolean
around (const Request *self, HistoryAsk *ask)
{
  Point point;

  if (!read_point (self, 2, FALSE, &point) || !read_limit (self, 3, &ask->limit))
    return FALSE;
  ask->around = TRUE;
  ask->before = point.first;
  ask->limit_before = ask->limit / 2;
  return TRUE;
}

static void
set_between (HistoryAsk *ask, const Point *from, const Point *to)
{
  ask->newest = from->first > to->first;
  ask->after = ask->newest ? to->last : from->last;
  ask->before = ask->newest ? from->first : to->first;
}

static gboolean
between (const Request *self, HistoryAsk *ask)
{
  Point from, to;

  if (!read_point (self, 2, FALSE, &from) || !read_point (self, 3, FALSE, &to))
    return FALSE;
  set_between (ask, &from, &to);
  return read_limit (self, 4, &ask->limit);
}

static gboolean
targets (const Request *self, HistoryAsk *ask)
{
  Point from, to;
  g_autoptr (GPtrArray) rooms = g_ptr_array_new ();

  if (!read_point (self, 1, TRUE, &from) || !read_point (self, 2, TRUE, &to) || !read_limit (self, 3, &ask->limit))
    return FALSE;
  set_between (ask, &from, &to);
  for (const HsMembership *membership = self->peer->memberships; membership != NULL; membership = membership->next)
    g_ptr_array_add (rooms, hs_channel_dup_read_place (membership->channel));
  g_ptr_array_add (rooms, NULL);
  ask->rooms = (GStrv) g_ptr_array_steal (rooms, NULL);
  return TRUE;
}

/* Whoever is in the room may read what was said there, before it came too; nobody else, whatever the room is like. A private conversation
 * is read by the two who had it. */
static gboolean
find_place (const Request *self, HistoryAsk *ask)
{
  const char *name = hs_irc_message_param (self->message, 1);
  HsChannel *channel = hs_engine_find_channel (self->engine, name);

  if (*name != '#')
    {
      ask->target = g_strdup (name);
      return TRUE;
    }
  if (channel == NULL || (hs_peer_find_membership (self->peer, channel) == NULL && !hs_peer_is_operator (self->peer)))
    return refuse (self, "INVALID_TARGET", name, UNREADABLE);
  ask->target = g_strdup (channel->name);
  ask->place = hs_channel_dup_read_place (channel);
  return TRUE;
}

static const struct
{
  const char *name;
  gboolean (*read) (const Request *self, HistoryAsk *ask);
  guint n_params;
} subcommands[] = {
  { "AFTER", after, 4 }, { "AROUND", around, 4 }, { "BEFORE", before, 4 }, { "BETWEEN", between, 5 },
  { "LATEST", latest, 4 }, { "TARGETS", targets, 4 },
};

static HistoryAsk *
make_ask (HsEngine *self, HsPeer *peer, const char *subcommand)
{
  HistoryAsk *ask = g_new0 (HistoryAsk, 1);

  ask->ask.answer = answer_history;
  ask->ask.free = free_history;
  ask->subcommand = subcommand;
  ask->identity = hs_engine_make_identity (self, peer);
  ask->before = G_MAXINT64;
  ask->events = (peer->caps & HS_CAP_EVENT_PLAYBACK) != 0;
  ask->redactions = ask->events && (peer->caps & HS_CAP_MESSAGE_REDACTION) != 0;
  ask->batch = (peer->caps & HS_CAP_BATCH) != 0;
  ask->bytes = MIN (HS_CHATHISTORY_BYTES, self->config->send_queue / 4);
  return ask;
}

static void
request (const Request *self, gboolean (*read) (const Request *self, HistoryAsk *ask))
{
  HistoryAsk *ask = make_ask (self->engine, self->peer, self->subcommand);

  if ((read == targets || find_place (self, ask)) && read (self, ask))
    {
      ask->label = hs_engine_take_label (self->engine, self->peer);
      /* What is on its way to the store is read with the rest. */
      hs_engine_flush (self->engine);
      hs_engine_begin_turn (self->engine, self->peer);
      hs_engine_ask (self->engine, self->peer, &ask->ask, read == targets ? work_targets : work_read);
    }
  else
    free_history (&ask->ask);
}

void
hs_engine_read_history (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  Request asked = { self, peer, message, hs_irc_message_param (message, 0) };

  for (guint i = 0; i < G_N_ELEMENTS (subcommands); i++)
    {
      if (g_ascii_strcasecmp (subcommands[i].name, asked.subcommand) != 0)
        continue;
      asked.subcommand = subcommands[i].name;
      if (message->n_params < subcommands[i].n_params)
        refuse (&asked, "INVALID_PARAMS", NULL, "Insufficient parameters");
      else if (message->n_params > subcommands[i].n_params)
        refuse (&asked, "INVALID_PARAMS", NULL, "Too many parameters");
      else
        request (&asked, subcommands[i].read);
      return;
    }
  refuse (&asked, "INVALID_PARAMS", NULL, "Unknown command");
}

void
hs_command_chathistory (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const Request asked = { self, peer, message, hs_irc_message_param (message, 0) };

  if (!hs_engine_keeps_history (self) || (peer->caps & HS_CAP_CHATHISTORY) == 0)
    hs_engine_reply (self, peer, HS_ERR_UNKNOWNCOMMAND, message->command, "Unknown command", NULL);
  else if (hs_engine_is_its_turn (self, peer))
    hs_engine_read_history (self, peer, message);
  else if (!hs_engine_wait_for_turn (self, peer, message))
    refuse (&asked, "MESSAGE_ERROR", hs_irc_message_param (message, 1), "Too many requests at once");
}
