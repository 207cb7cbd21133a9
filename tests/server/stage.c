/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage for the engine: peers without sockets, time and chance in the test's hand. */
#include "stage.h"

#include <string.h>

static void
on_send (HsPeer *peer, HsBuf *buf, gpointer user_data)
{
  Guest *guest = hs_peer_get_owner (peer);

  g_assert_false (guest->closed);
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
  return ((Stage *) user_data)->now;
}

static void
on_random (guint8 *data, gsize len, gpointer user_data)
{
  memset (data, 0x11, len);
}

static const HsEngineFuncs funcs = { on_send, on_break_write, on_close, on_fact, on_now, on_random };

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

void
stage_clear (Stage *self)
{
  hs_engine_free (self->engine);
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
