/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RESUME (capability handshakechat.github.io/resume): the token by which ids that were answered before are found again after a reconnect.
 * It grants no name and no right. */
#include "hs-engine-keep-private.h"

#include <string.h>

#include "hs-limits.h"
#include "hs-secret.h"

GBytes *
hs_engine_hash_token (const char *token)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 bytes[32];
  gsize len = sizeof bytes;

  g_checksum_update (checksum, (const guchar *) token, -1);
  g_checksum_get_digest (checksum, bytes, &len);
  return g_bytes_new (bytes, len);
}

/* From the client, before CAP END. */
void
hs_command_resume (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  HsPeerExtra *extra;

  if ((peer->caps & HS_CAP_RESUME) == 0)
    {
      hs_engine_fail (self, peer, "RESUME", "CAPABILITY_NEEDED", "RESUME needs its capability");
      return;
    }
  extra = hs_peer_get_extra (peer);
  g_clear_pointer (&extra->token, g_bytes_unref);
  extra->token = hs_engine_hash_token (message->params[0]);
}

typedef struct
{
  HsAsk ask;
  GBytes *old, *token;
  gint64 now;
  char *text;
} ResumeAsk;

static void
send_token (HsEngine *self, HsPeer *peer, const char *token)
{
  g_autoptr (GString) out = g_string_new (NULL);
  HsIrcMessage message;

  hs_irc_message_set (&message, self->server_name, "RESUME", token, NULL);
  hs_irc_message_format (&message, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static gpointer
work_resume (HsServerDb *db, gpointer data, GError **error)
{
  ResumeAsk *ask = data;

  hs_server_db_resume (db, ask->old, ask->token, ask->now, ask->now + HS_RESUME_MS, error);
  return NULL;
}

/* Only now does the old one find nothing more. */
static void
answer_resume (HsEngine *self, HsAsk *ask, const GError *error)
{
  if (ask->peer != NULL)
    send_token (self, ask->peer, ((ResumeAsk *) ask)->text);
}

static void
free_resume (HsAsk *ask)
{
  ResumeAsk *resume = (ResumeAsk *) ask;

  hs_secret_free (resume->text);
  g_bytes_unref (resume->old);
  g_bytes_unref (resume->token);
  g_free (resume);
}

/* After 001: a new one at each use. Whoever has no ids yet has nothing to be carried over. */
void
hs_engine_give_token (HsEngine *self, HsPeer *peer)
{
  guint8 bytes[HS_RESUME_TOKEN_BYTES];
  GString *token = g_string_sized_new (2 * sizeof bytes);
  HsPeerExtra *extra = hs_peer_get_extra (peer);
  g_autoptr (GBytes) old = g_steal_pointer (&extra->token);
  ResumeAsk *ask;

  self->funcs->random (bytes, sizeof bytes, self->user_data);
  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (token, "%02x", bytes[i]);
  extra->token = hs_engine_hash_token (token->str);
  if (old == NULL)
    {
      send_token (self, peer, token->str);
      hs_secret_free_string (token);
      return;
    }
  ask = g_new0 (ResumeAsk, 1);
  ask->ask.answer = answer_resume;
  ask->ask.free = free_resume;
  ask->old = g_steal_pointer (&old);
  ask->token = g_bytes_ref (extra->token);
  ask->now = self->now / 1000;
  ask->text = g_string_free (token, FALSE);
  hs_engine_ask (self, peer, &ask->ask, work_resume);
}
