/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the engine answers one and tells many: replies, labelled answers, and lines formatted once per set of capabilities. */
#include "hs-engine-keep-private.h"

#include <stdarg.h>
#include <string.h>

#include "hs-plain.h"
#include "hs-utf8.h"

/* ---- To one ---- */

void
hs_engine_send (HsEngine *self, HsPeer *peer, HsBuf *buf)
{
  if (peer->flushing)
    return;
  if (self->capturing == peer)
    g_ptr_array_add (self->captured, hs_buf_ref (buf));
  else if (self->holding || (peer->n_held > 0 && !self->passing))
    hs_gate_push (self, peer, buf);
  else
    self->funcs->send (peer, buf, self->user_data);
}

void
hs_engine_send_text (HsEngine *self, HsPeer *peer, const char *text, gsize len)
{
  g_autoptr (HsBuf) buf = NULL;

  if (len == 0)
    return;
  buf = hs_buf_new (text, len);
  hs_engine_send (self, peer, buf);
}

void
hs_engine_notice (HsEngine *self, HsPeer *peer, const char *words)
{
  const char *nick = peer->nick != NULL ? peer->nick : "*";
  g_autofree char *line = peer->dialect == HS_DIALECT_IRC ? g_strdup_printf (":%s NOTICE %s :%s\r\n", self->server_name, nick, words)
                                                          : g_strconcat (words, "\n", NULL);

  self->now = self->funcs->now (self->user_data);
  if (!peer->leaving && (peer->dialect == HS_DIALECT_IRC || peer->dialect == HS_DIALECT_PLAIN || peer->listener))
    hs_engine_send_text (self, peer, line, strlen (line));
}

/* A guest's own word echoed in the middle of a reply must stay one parameter, and leave room for the rest. */
static const char *
make_middle (const char *param, char *space)
{
  gsize len = strcspn (param, " ");

  if (len == 0 || param[0] == ':')
    return "*";
  if (param[len] == '\0' && len <= HS_ECHO_MAX_BYTES)
    return param;
  len = hs_utf8_split (param, len, HS_ECHO_MAX_BYTES);
  memcpy (space, param, len);
  space[len] = '\0';
  return space;
}

typedef struct
{
  HsIrcMessage message;
  char middle[HS_PARAMS_MAX][HS_ECHO_MAX_BYTES + 1];
} Reply;

static void
reply_set (Reply *self, HsEngine *engine, HsPeer *peer, const char *numeric, va_list args)
{
  HsIrcMessage *message = &self->message;
  const char *param = va_arg (args, const char *);

  *message = (HsIrcMessage){ .source = engine->server_name, .command = numeric, .n_params = 1 };
  message->params[0] = peer->nick != NULL ? peer->nick : "*";
  while (param != NULL && message->n_params < HS_PARAMS_MAX)
    {
      const char *next = va_arg (args, const char *);
      guint i = message->n_params++;

      message->params[i] = next != NULL ? make_middle (param, self->middle[i]) : param;
      param = next;
    }
}

char *
hs_engine_cut (const char *text, gsize max)
{
  return g_strndup (text, hs_utf8_split (text, strlen (text), max));
}

void
hs_engine_append_reply (HsEngine *self, HsPeer *peer, GString *out, const char *numeric, ...)
{
  Reply reply;
  va_list args;

  va_start (args, numeric);
  reply_set (&reply, self, peer, numeric, args);
  va_end (args);
  hs_irc_message_format (&reply.message, out);
}

void
hs_engine_reply (HsEngine *self, HsPeer *peer, const char *numeric, ...)
{
  g_autoptr (GString) out = g_string_sized_new (128);
  Reply reply;
  va_list args;

  va_start (args, numeric);
  reply_set (&reply, self, peer, numeric, args);
  va_end (args);

  if (peer->dialect == HS_DIALECT_PLAIN)
    {
      g_autofree char *words = hs_plain_format (&reply.message, reply.message.params[0]);

      g_string_append (out, words != NULL ? words : "");
    }
  else
    hs_irc_message_format (&reply.message, out);
  if (out->len > 0)
    hs_engine_send_text (self, peer, out->str, out->len);
}

void
hs_engine_fail (HsEngine *self, HsPeer *peer, const char *command, const char *code, const char *text)
{
  HsIrcMessage message;
  g_autoptr (GString) out = g_string_sized_new (128);

  hs_irc_message_set (&message, self->server_name, "FAIL", command, code, text, NULL);
  hs_irc_message_format (&message, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static void
append_about (HsEngine *self, GString *out, const char *type, const char *command, const char *code, const char *first, const char *second, const char *text)
{
  char middle[2][HS_ECHO_MAX_BYTES + 1];
  HsIrcMessage message;

  hs_irc_message_set (&message, self->server_name, type, command, code, make_middle (first, middle[0]),
                      second != NULL ? make_middle (second, middle[1]) : text, second != NULL ? text : NULL, NULL);
  hs_irc_message_format (&message, out);
}

static void
reply_about (HsEngine *self, HsPeer *peer, const char *type, const char *label, const char *command, const char *code, const char *first,
             const char *second, const char *text)
{
  g_autoptr (GString) out = g_string_sized_new (128);
  g_autoptr (HsBuf) buf = NULL;

  append_about (self, out, type, command, code, first, second, text);
  buf = hs_buf_new (out->str, out->len);
  hs_engine_send_labelled (self, peer, label, buf);
}

void
hs_engine_append_fail (HsEngine *self, GString *out, const char *command, const char *code, const char *first, const char *text)
{
  append_about (self, out, "FAIL", command, code, first, NULL, text);
}

void
hs_engine_fail_about (HsEngine *self, HsPeer *peer, const char *label, const char *command, const char *code, const char *first,
                      const char *second, const char *text)
{
  reply_about (self, peer, "FAIL", label, command, code, first, second, text);
}

void
hs_engine_note_about (HsEngine *self, HsPeer *peer, const char *label, const char *command, const char *code, const char *first,
                      const char *second, const char *text)
{
  reply_about (self, peer, "NOTE", label, command, code, first, second, text);
}

/* ---- Labelled answers (IRCv3 labeled-response) ---- */

void
hs_engine_begin_label (HsEngine *self, HsPeer *peer, const char *label)
{
  self->capturing = peer;
  self->label = label;
}

static void
send_tagged (HsEngine *self, HsPeer *peer, const char *tag, const char *value, const HsBuf *line)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  g_autoptr (GString) out = g_string_sized_new (line->len + 64);
  gsize skip = line->len > 0 && line->data[0] == '@' ? 1 : 0;

  hs_irc_tags_append (tags, tag, value);
  g_string_append_printf (out, "@%s%c", tags->str, skip == 1 ? ';' : ' ');
  g_string_append_len (out, line->data + skip, line->len - skip);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static void
send_own (HsEngine *self, HsPeer *peer, const char *label, const char *command, const char *param, const char *type)
{
  g_autoptr (GString) tags = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  HsIrcMessage message;

  if (label != NULL)
    hs_irc_tags_append (tags, "label", label);
  hs_irc_message_set (&message, self->server_name, command, param, type, NULL);
  message.tags = label != NULL ? tags->str : NULL;
  hs_irc_message_format (&message, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static void
send_batch (HsEngine *self, HsPeer *peer, const char *label, GPtrArray *captured)
{
  g_autofree char *reference = g_strdup_printf ("%" G_GINT64_MODIFIER "x", ++self->next_batch);
  g_autofree char *opening = g_strconcat ("+", reference, NULL);
  g_autofree char *closing = g_strconcat ("-", reference, NULL);

  send_own (self, peer, label, "BATCH", opening, "labeled-response");
  for (guint i = 0; i < captured->len; i++)
    {
      HsBuf *line = g_ptr_array_index (captured, i);

      /* Of a batch inside, only its first and last line belong to this one (IRCv3 batch, nesting). */
      if (line->len > strlen ("@batch=") && memcmp (line->data, "@batch=", strlen ("@batch=")) == 0)
        hs_engine_send (self, peer, line);
      else
        send_tagged (self, peer, "batch", reference, line);
    }
  send_own (self, peer, NULL, "BATCH", closing, NULL);
}

/* One reply may have put several lines into one buffer: each needs its own tag. */
static GPtrArray *
split_lines (GPtrArray *bufs)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_buf_unref);

  for (guint i = 0; i < bufs->len; i++)
    {
      const HsBuf *buf = g_ptr_array_index (bufs, i);

      for (gsize start = 0; start < buf->len;)
        {
          const char *lf = memchr (buf->data + start, '\n', buf->len - start);
          gsize end = lf != NULL ? (gsize) (lf - buf->data) + 1 : buf->len;

          g_ptr_array_add (lines, hs_buf_new (buf->data + start, end - start));
          start = end;
        }
    }
  return lines;
}

char *
hs_engine_take_label (HsEngine *self, const HsPeer *peer)
{
  if (self->capturing != peer || self->label_taken || self->captured->len > 0)
    return NULL;
  self->label_taken = TRUE;
  return g_strdup (self->label);
}

void
hs_engine_send_labelled (HsEngine *self, HsPeer *peer, const char *label, HsBuf *line)
{
  if (line == NULL && label != NULL)
    send_own (self, peer, label, "ACK", NULL, NULL);
  else if (line != NULL && label != NULL)
    send_tagged (self, peer, "label", label, line);
  else if (line != NULL)
    hs_engine_send (self, peer, line);
}

void
hs_engine_end_label (HsEngine *self)
{
  HsPeer *peer = self->capturing;
  g_autoptr (GPtrArray) lines = NULL;

  if (peer == NULL)
    return;
  self->capturing = NULL;
  lines = split_lines (self->captured);
  g_ptr_array_set_size (self->captured, 0);

  if (self->label_taken)
    for (guint i = 0; i < lines->len; i++)
      hs_engine_send (self, peer, g_ptr_array_index (lines, i));
  else if (lines->len == 0)
    send_own (self, peer, self->label, "ACK", NULL, NULL);
  else if (lines->len == 1)
    send_tagged (self, peer, "label", self->label, g_ptr_array_index (lines, 0));
  else
    send_batch (self, peer, self->label, lines);
  self->label = NULL;
  self->label_taken = FALSE;
}

/* ---- To many ---- */

guint
hs_peer_get_variant (const HsPeer *self)
{
  guint variant = 0;

  if (self->dialect == HS_DIALECT_PLAIN || self->listener)
    return HS_VARIANT_PLAIN;
  if ((self->caps & HS_CAP_SERVER_TIME) != 0)
    variant |= HS_VARIANT_TIME;
  if ((self->caps & HS_CAP_MESSAGE_TAGS) != 0)
    variant |= HS_VARIANT_TAGS;
  if ((self->caps & HS_CAP_MULTILINE) != 0 && (self->caps & HS_CAP_BATCH) != 0)
    variant |= HS_VARIANT_MULTILINE;
  if ((self->caps & HS_CAP_ACCOUNT_TAG) != 0)
    variant |= HS_VARIANT_ACCOUNT;
  return variant;
}

HsBuf *
hs_lines_get (const HsLines *self, guint variant)
{
  return self->lines[variant & self->matters];
}

void
hs_lines_clear (HsLines *self)
{
  for (guint i = 0; i < HS_N_VARIANTS; i++)
    g_clear_pointer (&self->lines[i], hs_buf_unref);
}

void
hs_fanout_init (HsFanout *self, HsEngine *engine, const HsIrcMessage *message, const HsPeer *sender)
{
  memset (self, 0, sizeof *self);
  self->engine = engine;
  self->message = message;
  self->sender = sender;
  self->time = engine->now;
  self->lines.matters = HS_VARIANT_PLAIN | HS_VARIANT_TIME | HS_VARIANT_TAGS;
  if (hs_engine_has_several_lines (message))
    self->lines.matters |= HS_VARIANT_MULTILINE;
  if (sender != NULL && hs_peer_get_account (sender) != NULL)
    self->lines.matters |= HS_VARIANT_ACCOUNT;
}

void
hs_fanout_identify (HsFanout *self, gint64 id, const char *client_tags)
{
  self->id = id;
  self->client_tags = client_tags;
  self->time = HS_SERVER_ID_TIME (id) * 1000;
}

/* @first: with what only the first line of several has, its id and its sender's tags. Appends to @tags. */
static void
append_tags (HsFanout *self, guint variant, gboolean first, GString *tags)
{
  if ((variant & HS_VARIANT_TIME) != 0)
    {
      char time[25];

      hs_irc_format_time (self->time, time);
      hs_irc_tags_append (tags, "time", time);
    }
  if (first && (variant & HS_VARIANT_TAGS) != 0 && self->id != 0)
    {
      char msgid[HS_MSGID_SIZE];

      hs_irc_tags_append (tags, "msgid", hs_engine_write_msgid (self->engine, self->id, msgid));
    }
  if (first && (variant & HS_VARIANT_TAGS) != 0 && self->client_tags != NULL)
    {
      if (tags->len > 0)
        g_string_append_c (tags, ';');
      g_string_append (tags, self->client_tags);
    }
  if ((variant & HS_VARIANT_ACCOUNT) != 0)
    hs_irc_tags_append (tags, "account", hs_peer_get_account (self->sender));
  if ((variant & HS_VARIANT_TAGS) != 0 && self->sender != NULL && self->sender->bot)
    hs_irc_tags_append (tags, "bot", NULL);
}

static HsBuf *
format_line (HsFanout *self, guint variant)
{
  g_autoptr (GString) tags = g_string_sized_new (128);
  g_autoptr (GString) more = g_string_new (NULL);
  g_autoptr (GString) out = g_string_sized_new (HS_LINE_MAX);

  append_tags (self, variant, TRUE, tags);
  append_tags (self, variant, FALSE, more);
  hs_engine_append_lines (self->engine, self->message, tags->str, more->str, NULL, (variant & HS_VARIANT_MULTILINE) != 0, out);
  return hs_buf_new (out->str, out->len);
}

static HsBuf *
format_plain (HsFanout *self)
{
  g_autofree char *text = hs_plain_format (self->message, "");

  return text != NULL ? hs_buf_new (text, strlen (text)) : NULL;
}

HsBuf *
hs_fanout_get_line (HsFanout *self, guint variant)
{
  HsBuf **line = &self->lines.lines[variant & self->lines.matters];

  if (*line == NULL)
    *line = variant == HS_VARIANT_PLAIN ? format_plain (self) : format_line (self, variant & self->lines.matters);
  return *line;
}

void
hs_fanout_send (HsFanout *self, HsPeer *peer)
{
  HsBuf *line = hs_fanout_get_line (self, hs_peer_get_variant (peer));

  if (line != NULL)
    hs_engine_send (self->engine, peer, line);
}

void
hs_fanout_send_channel (HsFanout *self, HsChannel *channel, HsPeer *except)
{
  if (self->id == 0)
    hs_engine_keep_event (self->engine, channel, self->message);
  for (guint i = 0; i < channel->members->len; i++)
    {
      const HsMembership *membership = g_ptr_array_index (channel->members, i);

      if (membership->peer != except)
        hs_fanout_send (self, membership->peer);
    }
  if (channel != self->engine->lobby || self->engine->n_listeners == 0)
    return;
  for (GList *l = self->engine->unregistered.head; l != NULL; l = l->next)
    {
      HsPeer *peer = l->data;

      if (peer->listener)
        hs_fanout_send (self, peer);
    }
}

void
hs_fanout_send_neighbours (HsFanout *self, HsPeer *peer, HsCap caps)
{
  guint32 mark = ++self->engine->mark;

  peer->mark = mark;
  for (HsMembership *mine = peer->memberships; mine != NULL; mine = mine->next)
    {
      if (mine->quiet)
        continue;
      hs_engine_keep_event (self->engine, mine->channel, self->message);
      for (guint i = 0; i < mine->channel->members->len; i++)
        {
          HsPeer *other = ((HsMembership *) g_ptr_array_index (mine->channel->members, i))->peer;

          if (other->mark == mark || (other->caps & caps) != caps)
            continue;
          other->mark = mark;
          hs_fanout_send (self, other);
        }
    }
  if (caps != 0)
    hs_fanout_send_watchers (self, peer, caps);
}

void
hs_fanout_clear (HsFanout *self)
{
  hs_lines_clear (&self->lines);
}
