/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine and whole sessions of several peers. Each line of the input is one peer's: its first byte says whose, the next what it does. */
#include "fuzz.h"

#include <string.h>

#include "hs-engine.h"
#include "hs-peer.h"
#include "hs-utf8.h"

#define N_PEERS 5

typedef struct
{
  HsEngine *engine;
  HsPeer *peers[N_PEERS];
  gboolean closed[N_PEERS];
  gint64 now;
} Stage;

static void
on_send (HsPeer *peer, HsBuf *buf, gpointer user_data)
{
  const char *lf = NULL;
  guint index = GPOINTER_TO_UINT (hs_peer_get_owner (peer));

  FUZZ_CHECK (!((Stage *) user_data)->closed[index]);
  FUZZ_CHECK (hs_utf8_is_text (buf->data, buf->len));
  if (hs_peer_get_dialect (peer) != HS_DIALECT_IRC)
    return;
  /* Whole lines, none too long. */
  FUZZ_CHECK (buf->len >= 2 && memcmp (buf->data + buf->len - 2, "\r\n", 2) == 0);
  for (const char *p = buf->data; p < buf->data + buf->len; p = lf + 1)
    {
      const char *rest = p;

      lf = memchr (p, '\n', (gsize) (buf->data + buf->len - p));
      if (*p == '@')
        rest = (const char *) memchr (p, ' ', (gsize) (lf - p)) + 1;
      FUZZ_CHECK (rest - p <= HS_TAGS_MAX && lf + 1 - rest <= HS_LINE_MAX);
    }
}

static void
on_break_write (HsPeer *peer, gpointer user_data)
{
}

static void
on_close (HsPeer *peer, guint fin_ms, gpointer user_data)
{
  guint index = GPOINTER_TO_UINT (hs_peer_get_owner (peer));

  FUZZ_CHECK (!((Stage *) user_data)->closed[index]);
  ((Stage *) user_data)->closed[index] = TRUE;
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

static GBytes *
on_channel_binding (HsPeer *peer, gpointer user_data)
{
  return g_bytes_new_static ("binding", 7);
}

static const HsEngineFuncs funcs = { on_send, on_break_write, on_close, NULL, on_now, on_random, NULL, on_channel_binding };
static const HsFingerprint key = { { 7 } };

static void
leave (Stage *self, guint index)
{
  if (self->peers[index] != NULL)
    hs_engine_remove_peer (self->engine, self->peers[index], "gone");
  self->peers[index] = NULL;
}

/* The host, two by IRC, one by plain text, and one who has not said yet. */
static void
arrive (Stage *self, guint index)
{
  static const char *const hellos[N_PEERS][5] = {
    { "PASS token", "NICK host", "USER h 0 * :Host" },
    { "CAP REQ :sasl account-notify account-tag batch labeled-response message-tags echo-message server-time multi-prefix away-notify setname extended-join draft/multiline extended-monitor", "NICK anna", "USER a 0 * :A", "CAP END" },
    { "NICK berta", "USER b 0 * :B" },
  };
  g_autofree char *refusal = NULL;

  leave (self, index);
  self->closed[index] = FALSE;
  self->peers[index] = hs_engine_add_peer (self->engine, index == 0 ? "127.0.0.1" : "10.0.0.1", index == 0, GUINT_TO_POINTER (index), &refusal);
  if (self->peers[index] == NULL)
    return;
  if (index == 0)
    hs_engine_set_host_token (self->engine, "token");
  if (index == 1 || index == 4) /* anna shows a key, the last one none: all of SASL is in reach */
    hs_engine_set_encrypted (self->engine, self->peers[index], index == 1 ? &key : NULL);
  if (index < 4)
    hs_engine_set_dialect (self->engine, self->peers[index], index == 3 ? HS_DIALECT_PLAIN : HS_DIALECT_IRC);
  for (guint i = 0; hellos[index][i] != NULL; i++)
    {
      g_autofree char *line = g_strdup (hellos[index][i]);

      hs_engine_receive_irc (self->engine, self->peers[index], line, strlen (line));
    }
}

static void
say (Stage *self, guint index, const char *text, gsize len)
{
  g_autofree char *line = g_strndup (text, len);
  HsPeer *peer = self->peers[index];

  if (memchr (text, '\0', len) != NULL)
    line = (g_free (line), g_memdup2 (text, len + 1));
  if (hs_peer_get_dialect (peer) == HS_DIALECT_PLAIN)
    hs_engine_receive_plain (self->engine, peer, line, len);
  else
    {
      if (hs_peer_get_dialect (peer) == HS_DIALECT_UNKNOWN)
        hs_engine_set_dialect (self->engine, peer, HS_DIALECT_IRC);
      hs_engine_receive_irc (self->engine, peer, line, len);
    }
}

static void
act (Stage *self, const char *text, gsize len)
{
  guint index = (guchar) text[0] % N_PEERS;
  char verb = len > 1 ? text[1] : '~';

  if (self->peers[index] == NULL || (self->closed[index] && verb != '~'))
    arrive (self, index);
  if (self->peers[index] == NULL || self->closed[index])
    return;
  if (verb == '~')
    leave (self, index);
  else if (verb == '^')
    hs_engine_peer_eof (self->engine, self->peers[index]);
  else if (verb == '=')
    hs_engine_set_listener (self->engine, self->peers[index]);
  else if (verb == '&')
    {
      self->now += 31 * G_TIME_SPAN_SECOND;
      hs_engine_sweep (self->engine);
    }
  else if (verb == '%')
    hs_engine_receive_too_long (self->engine, self->peers[index]);
  else
    say (self, index, text + 1, MIN (len - 1, HS_TAGS_MAX + HS_LINE_MAX - 2));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autofree char *text = g_malloc (size + 1);
  Stage self = { .now = G_GINT64_CONSTANT (1767323045678000) };

  memcpy (text, data, size);
  text[size] = '\0';
  config->operator_name = g_strdup ("o");
  config->operator_password = g_strdup ("p");
  g_free (config->name);
  config->name = g_strdup ("s.example");
  self.engine = hs_engine_new (config, &funcs, &self);
  for (guint i = 0; i < 4; i++)
    arrive (&self, i);

  for (gsize start = 0; start < size;)
    {
      const char *lf = memchr (text + start, '\n', size - start);
      gsize len = lf != NULL ? (gsize) (lf - text) - start : size - start;

      if (len > 0)
        act (&self, text + start, len);
      start += len + 1;
    }

  for (guint i = 0; i < N_PEERS; i++)
    leave (&self, i);
  FUZZ_CHECK (hs_engine_get_n_peers (self.engine) == 0 && hs_engine_get_n_listeners (self.engine) == 0);
  hs_engine_free (self.engine);
  return 0;
}
