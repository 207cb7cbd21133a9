/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage for the engine: peers without sockets, time and chance in the test's hand. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "hs-limits.h"

static void
on_send (HsPeer *peer, HsBuf *buf, gpointer user_data)
{
  Guest *guest = hs_peer_get_owner (peer);

  g_assert_false (guest->closed);
  guest->n_sends++;
  g_string_append_len (guest->out, buf->data, buf->len);
}

static void
on_break_write (HsPeer *peer, gpointer user_data)
{
  Guest *guest = hs_peer_get_owner (peer);

  guest->n_breaks++;
}

static void
on_close (HsPeer *peer, guint fin_ms, gpointer user_data)
{
  Guest *guest = hs_peer_get_owner (peer);

  g_assert_false (guest->closed);
  guest->closed = TRUE;
  guest->fin_ms = fin_ms;
}

static void
on_fact (HsFactKind kind, HsPeer *peer, const char *room, gpointer user_data)
{
  ((Stage *) user_data)->n_facts[kind]++;
}

static gint64
on_now (gpointer user_data)
{
  return ((Stage *) user_data)->now + ((Stage *) user_data)->jumped;
}

static gint64
on_ticks (gpointer user_data)
{
  return ((Stage *) user_data)->now;
}

static void
on_random (guint8 *data, gsize len, gpointer user_data)
{
  Stage *stage = user_data;

  memset (data, 0x11, len);
  if (len == HS_RESUME_TOKEN_BYTES)
    data[0] = ++stage->n_tokens;
}

typedef struct
{
  void (*work) (gpointer data);
  void (*done) (gpointer data);
  gpointer data;
  GDestroyNotify destroy;
} Job;

static void
on_apart (void (*work) (gpointer data), void (*done) (gpointer data), gpointer data, GDestroyNotify destroy, gpointer user_data)
{
  const Job job = { work, done, data, destroy };

  g_queue_push_tail (&((Stage *) user_data)->jobs, g_memdup2 (&job, sizeof job));
}

void
stage_work (Stage *self)
{
  Job *job;

  while ((job = g_queue_pop_head (&self->jobs)) != NULL)
    {
      job->work (job->data);
      job->done (job->data);
      job->destroy (job->data);
      g_free (job);
    }
}

/* Each connection has its own. */
static GBytes *
on_channel_binding (HsPeer *peer, gpointer user_data)
{
  g_autofree char *text = g_strdup_printf ("connection %" G_GUINT64_FORMAT, hs_peer_get_id (peer));

  return g_bytes_new (text, strlen (text));
}

static gboolean
on_is_unsent (HsPeer *peer, gpointer user_data)
{
  return ((Guest *) hs_peer_get_owner (peer))->unsent;
}

static const HsEngineFuncs funcs = { on_send, on_break_write, on_close, on_fact, on_now, on_random, on_apart, on_channel_binding, on_ticks,
                                     .is_unsent = on_is_unsent };

void
stage_init (Stage *self)
{
  memset (self, 0, sizeof *self);
  self->config = hs_server_config_new ();
  g_free (self->config->name);
  self->config->name = g_strdup ("test.example");
  self->now = G_GINT64_CONSTANT (1767323045678000); /* 2026-01-02T03:04:05.678Z */
}

void
stage_start (Stage *self)
{
  self->engine = hs_engine_new (self->config, &funcs, self);
}

/* ---- The store ---- */

typedef struct
{
  HsServerStoreWork work;
  HsStoreDone done;
  gpointer data;
  GDestroyNotify destroy;
} Errand;

static void
on_run (HsServerStoreWork work, HsStoreDone done, gpointer data, GDestroyNotify destroy, gpointer user_data)
{
  const Errand errand = { work, done, data, destroy };

  g_queue_push_tail (&((Stage *) user_data)->errands, g_memdup2 (&errand, sizeof errand));
}

static void
on_wake (gpointer user_data)
{
}

static void
on_ready (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
on_full (gpointer user_data)
{
  ((Stage *) user_data)->n_full++;
}

static const HsEngineStore store_funcs = { on_run, on_wake, .full = on_full };

void
stage_answer_one (Stage *self)
{
  g_autofree Errand *errand = g_queue_pop_head (&self->errands);
  g_autoptr (GError) error = NULL;
  gpointer result = NULL;

  if (self->disk_full)
    g_set_error_literal (&error, HS_STORE_ERROR, HS_STORE_ERROR_FULL, "full");
  else
    result = errand->work (self->db, errand->data, &error);
  errand->done (result, error, errand->data);
  errand->destroy (errand->data);
}

void
stage_answer (Stage *self)
{
  while (self->errands.length > 0)
    stage_answer_one (self);
}

void
stage_commit (Stage *self)
{
  hs_engine_flush (self->engine);
  stage_answer (self);
}

void
stage_open_store (Stage *self)
{
  gboolean ready = FALSE;

  if (self->db == NULL)
    self->db = hs_server_db_open (":memory:", NULL);
  hs_engine_open_store (self->engine, &store_funcs, self, on_ready, &ready);
  g_assert_false (ready);
  stage_answer (self);
  g_assert_true (ready);
}

void
stage_restart (Stage *self)
{
  hs_engine_free (self->engine);
  stage_work (self);
  stage_answer (self);
  stage_start (self);
  stage_open_store (self);
}

void
stage_clear (Stage *self)
{
  hs_engine_free (self->engine);
  stage_work (self);
  stage_answer (self);
  g_clear_pointer (&self->db, hs_server_db_close);
  hs_server_config_free (self->config);
}

void
stage_wait (Stage *self, guint ms)
{
  self->now += ms * G_TIME_SPAN_MILLISECOND;
  hs_engine_sweep (self->engine);
}

Guest *
guest_connect_from (Stage *stage, const char *host, gboolean loopback)
{
  Guest *self = g_new0 (Guest, 1);
  g_autofree char *refusal = NULL;

  self->stage = stage;
  self->out = g_string_new (NULL);
  self->peer = hs_engine_add_peer (stage->engine, host, loopback, self, &refusal);
  if (self->peer == NULL)
    {
      g_string_append (self->out, refusal);
      self->closed = TRUE;
    }
  return self;
}

Guest *
guest_connect (Stage *stage)
{
  return guest_connect_from (stage, "10.0.0.1", FALSE);
}

Guest *
guest_join (Stage *stage, const char *nick, const char *caps)
{
  Guest *self = guest_connect (stage);
  g_autofree char *line = g_strdup_printf ("NICK %s", nick);

  if (caps != NULL)
    {
      g_autofree char *request = g_strdup_printf ("CAP REQ :%s", caps);

      guest_says (self, request);
    }
  guest_says (self, line);
  guest_says (self, "USER u 0 * :Real Name");
  if (caps != NULL)
    guest_says (self, "CAP END");
  g_assert_true (hs_peer_is_registered (self->peer));
  guest_forget (self);
  return self;
}

Guest *
guest_plain (Stage *stage)
{
  Guest *self = guest_connect (stage);

  hs_engine_set_dialect (stage->engine, self->peer, HS_DIALECT_PLAIN);
  return self;
}

void
guest_free (Guest *self)
{
  if (self->peer != NULL)
    hs_engine_remove_peer (self->stage->engine, self->peer, "Connection reset");
  g_string_free (self->out, TRUE);
  g_free (self);
}

void
guest_says (Guest *self, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  if (hs_peer_get_dialect (self->peer) == HS_DIALECT_UNKNOWN)
    hs_engine_set_dialect (self->stage->engine, self->peer, HS_DIALECT_IRC);
  hs_engine_receive_irc (self->stage->engine, self->peer, copy, strlen (copy));
}

void
guest_writes (Guest *self, const char *text)
{
  hs_engine_receive_plain (self->stage->engine, self->peer, text, strlen (text));
}

static char *
drop_cr (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "\r\n", -1);

  return g_strjoinv ("\n", parts);
}

void
guest_check (Guest *self, const char *text, const char *func, int line)
{
  g_autofree char *seen = drop_cr (self->out->str);

  if (strcmp (seen, text) != 0)
    g_error ("%s:%d: expected\n%s\nseen\n%s", func, line, text, seen);
  guest_forget (self);
}

gboolean
guest_saw (Guest *self, const char *part)
{
  return strstr (self->out->str, part) != NULL;
}

void
guest_forget (Guest *self)
{
  g_string_truncate (self->out, 0);
}

/* ---- Plays ---- */

typedef struct
{
  Stage *stage;
  GHashTable *guests; /* name → Guest */
  const char *line;
} Play;

static Guest *
find_guest (Play *self, const char *name)
{
  Guest *guest = g_hash_table_lookup (self->guests, name);

  if (guest == NULL)
    g_error ("nobody is called so: %s", self->line);
  return guest;
}

static void
forget_all (Play *self)
{
  GHashTableIter iter;
  gpointer guest;

  g_hash_table_iter_init (&iter, self->guests);
  while (g_hash_table_iter_next (&iter, NULL, &guest))
    guest_forget (guest);
}

static void
check_silence (Play *self)
{
  GHashTableIter iter;
  gpointer name, guest;

  g_hash_table_iter_init (&iter, self->guests);
  while (g_hash_table_iter_next (&iter, &name, &guest))
    if (((Guest *) guest)->out->len > 0)
      g_error ("before “%s”\n%s also heard\n%s", self->line, (char *) name, ((Guest *) guest)->out->str);
}

static void
enter (Play *self, char kind, char *words)
{
  char *caps = strchr (words, ' ');
  char *at = NULL;
  const char *host = "10.0.0.1";
  Guest *guest;

  if (caps != NULL)
    *caps++ = '\0';
  at = strchr (words, '@');
  if (at != NULL)
    {
      *at = '\0';
      host = at + 1;
    }
  guest = guest_connect_from (self->stage, kind == '!' ? "127.0.0.1" : host, kind == '!');
  if (guest->peer == NULL)
    g_error ("refused: %s", self->line);
  g_hash_table_insert (self->guests, g_strdup (words), guest);
  if (kind == '~')
    hs_engine_set_dialect (self->stage->engine, guest->peer, HS_DIALECT_PLAIN);
  else if (kind == '^')
    hs_engine_set_listener (self->stage->engine, guest->peer);
  else
    {
      g_autofree char *nick = g_strconcat ("NICK ", words, NULL);
      g_autofree char *request = g_strconcat ("CAP REQ :", caps, NULL);

      if (kind == '!')
        {
          hs_engine_set_host_token (self->stage->engine, "token");
          guest_says (guest, "PASS token");
        }
      if (caps != NULL)
        guest_says (guest, request);
      guest_says (guest, nick);
      guest_says (guest, "USER u 0 * :Real Name");
      if (caps != NULL)
        guest_says (guest, "CAP END");
      forget_all (self);
    }
}

static void
hear (Play *self, Guest *guest, const char *expected)
{
  const char *end;
  gsize len;

  if (strcmp (expected, "…") == 0)
    {
      guest_forget (guest);
      return;
    }
  end = strchr (guest->out->str, '\n');
  len = end != NULL ? (gsize) (end - guest->out->str) : guest->out->len;
  if (len > 0 && guest->out->str[len - 1] == '\r')
    len--;
  if (len != strlen (expected) || memcmp (guest->out->str, expected, len) != 0)
    g_error ("%s\nheard\n%s", self->line, guest->out->str);
  g_string_erase (guest->out, 0, end != NULL ? end + 1 - guest->out->str : (gssize) guest->out->len);
}

static void
act (Play *self, char *line)
{
  char *space = strchr (line, ' ');
  Guest *guest;

  if (space == NULL)
    g_error ("what does this mean: %s", self->line);
  *space++ = '\0';
  if (strcmp (line, "wait") == 0)
    {
      stage_wait (self->stage, (guint) atoi (space));
      return;
    }
  guest = find_guest (self, line);
  if (space[0] == '>')
    {
      check_silence (self);
      if (hs_peer_get_dialect (guest->peer) == HS_DIALECT_PLAIN)
        guest_writes (guest, space + 2);
      else
        guest_says (guest, space + 2);
    }
  else if (space[0] == '<')
    hear (self, guest, space[1] != '\0' ? space + 2 : "");
  else if (strcmp (space, "closed") == 0)
    g_assert_true (guest->closed);
  else
    g_error ("what does this mean: %s", self->line);
}

void
stage_play (Stage *stage, const char *script)
{
  g_autoptr (GHashTable) guests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) guest_free);
  g_auto (GStrv) lines = g_strsplit (script, "\n", -1);
  Play self = { .stage = stage, .guests = guests };

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *line = g_strdup (lines[i]);

      self.line = lines[i];
      if (*line == '\0' || *line == '#')
        continue;
      if (strchr ("+!~^", *line) != NULL)
        {
          check_silence (&self);
          enter (&self, *line, line + 2);
        }
      else
        act (&self, line);
    }
  self.line = "the end";
  check_silence (&self);
}

void
stage_perform (const char *script)
{
  Stage stage;

  stage_init (&stage);
  stage_start (&stage);
  stage_play (&stage, script);
  stage_clear (&stage);
}
